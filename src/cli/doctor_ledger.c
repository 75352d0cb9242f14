/* SPDX-License-Identifier: Apache-2.0
 *
 * Can what is decided be recorded? For cavra doctor. Looks, and makes no ledger where there is none.
 */
#include "cli/doctor.h"

#include <inttypes.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/ledger_place.h"
#include "ledger/index.h"

/* Below this the disk is as good as full. */
#define LITTLE_ROOM MiB(64)

static void check_room(struct checkup *checkup, const char *directory)
{
	struct statvfs room;
	if (statvfs(directory, &room) < 0 || (uint64_t)room.f_bavail * room.f_frsize >= LITTLE_ROOM)
		return;
	struct checkup_item *item =
		checkup_add(checkup, HEALTH_WARNING, "ledger",
			    "the disk is nearly full; when it is, every call is blocked");
	checkup_subject(item, directory, 0);
	checkup_remedy(item, "make room, or set ledger.directory to another place");
}

static void check_whole(struct checkup *checkup, const char *directory)
{
	struct ledger_index CLEANUP_LEDGER_INDEX index = {
		.offsets = -1, .tree = -1, .reader = {.place = -1, .segment = -1}};
	struct cavra_error error;
	struct checkup_item *item;
	if (ledger_index_open(directory, false, &index, &error) == 0) {
		item = checkup_add(checkup, HEALTH_OK, "ledger", "%" PRIu64 " entries", index.size);
		checkup_subject(item, directory, 0);
		return;
	}
	item = checkup_add(checkup, HEALTH_PROBLEM, "ledger", "%s", error.text);
	checkup_subject(item, directory, 0);
	checkup_remedy(item, "cavra ledger verify says what is wrong");
}

void doctor_ledger(struct checkup *checkup, const struct config *config)
{
	char directory[PATH_MAX];
	struct cavra_error error;
	if (ledger_directory(config_ledger_directory(config), directory, &error) < 0) {
		checkup_error(checkup, "ledger", &error);
		return;
	}
	struct checkup_item *item = NULL;
	if (access(directory, F_OK) < 0)
		item = checkup_add(checkup, HEALTH_OK, "ledger",
				   "there is none yet; the first call makes it");
	else if (access(directory, W_OK | X_OK) < 0)
		item = checkup_add(checkup, HEALTH_PROBLEM, "ledger",
				   "it cannot be written to, so every call is blocked");
	if (item) {
		checkup_subject(item, directory, 0);
		return;
	}
	check_whole(checkup, directory);
	check_room(checkup, directory);
}
