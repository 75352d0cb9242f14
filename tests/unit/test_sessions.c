/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of a ledger: as many as may be told at once, and one more.
 */
#include "unit.h"

#include "evidence/sessions.h"

#include "base/limits.h"
#include "ledger_world.h"

/* One entry each, of the sessions from, from + 1 ... */
static void append_sessions(struct ledger_writer *writer, size_t from, size_t n)
{
	char id[LIMIT_LEDGER_GROUP][16];
	struct ledger_draft drafts[LIMIT_LEDGER_GROUP];
	struct cavra_error error;
	json_t *body = json_object();
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(id[i], sizeof id[i], "s%zu", from + i);
		drafts[i] = (struct ledger_draft){"cavra.session.started", str_from(id[i]), body};
	}
	assert_int_equal(ledger_append(writer, drafts, n, &error), 0);
	json_decref(body);
}

static void test_as_many_as_may_be(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	json_t *sessions;
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	for (size_t i = 0; i < LIMIT_SESSIONS; i += LIMIT_LEDGER_GROUP)
		append_sessions(&writer, i,
				LIMIT_SESSIONS - i < LIMIT_LEDGER_GROUP ? LIMIT_SESSIONS - i
									: LIMIT_LEDGER_GROUP);
	assert_int_equal(sessions_list(world->directory, &sessions, &error), 0);
	assert_int_equal(json_array_size(sessions), LIMIT_SESSIONS);
	json_decref(sessions);
	append_sessions(&writer, LIMIT_SESSIONS, 1);
	assert_int_equal(sessions_list(world->directory, &sessions, &error), CAVRA_ERR_LIMIT);
	assert_int_equal(session_read(world->directory, STR("s7"), &sessions, &error), 0);
	assert_int_equal(json_array_size(json_object_get(sessions, "entries")), 1);
	json_decref(sessions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {WITH_LEDGER(test_as_many_as_may_be)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
