/* SPDX-License-Identifier: Apache-2.0
 *
 * A ledger in a directory of a test's own.
 */
#ifndef CAVRA_TESTS_LEDGER_WORLD_H
#define CAVRA_TESTS_LEDGER_WORLD_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "ledger/place.h"
#include "json/json.h"

struct world {
	char directory[64];
};

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	/* In memory, where bringing it to disk takes no time. */
	(void)snprintf(world->directory, sizeof world->directory, "%s/cavra-ledger-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	*state = world;
	return mkdtemp(world->directory) ? 0 : -1;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", world->directory);
	int status = system(command); /* NOLINT: a path of our own making */
	free(world);
	return status;
}

#define WITH_LEDGER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static inline void append_text(struct ledger_writer *writer, const char *text)
{
	struct cavra_error error = {0};
	struct ledger_draft draft = {"cavra.test", STR("s"), json_pack("{s:s}", "text", text)};
	if (ledger_append(writer, &draft, 1, &error) < 0)
		fail_msg("%s", error.text);
	json_decref(draft.body);
}

static inline void append_alone(const struct world *world, const char *text)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	append_text(&writer, text);
}

static inline void path_of(const struct world *world, const char *name, char ret_path[PATH_MAX])
{
	(void)snprintf(ret_path, PATH_MAX, "%s/%s", world->directory, name);
}

static inline void segment_path(const struct world *world, uint64_t first, char ret_path[PATH_MAX])
{
	char name[PLACE_NAME];
	place_segment_name(first, name);
	path_of(world, name, ret_path);
}

#endif
