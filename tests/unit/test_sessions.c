/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of a ledger: as many, and as much of them, as may be told at once, and one more.
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

/* Entries of about 60 KB, until a line more would be too much. */
static void test_as_long_as_one_may_be(void **state)
{
	enum { BIG = 60000 };
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	json_t *session;
	char *text = malloc(BIG + 1);
	memset(text, 'x', BIG);
	text[BIG] = '\0';
	json_t *body = json_pack("{s:s}", "text", text);
	struct ledger_draft draft = {"cavra.test", STR("long"), body};
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	for (size_t bytes = 0; bytes + BIG + 1000 < LIMIT_SESSION_BYTES; bytes += BIG + 600)
		assert_int_equal(ledger_append(&writer, &draft, 1, &error), 0);
	assert_int_equal(session_read(world->directory, STR("long"), &session, &error), 0);
	assert_true(json_array_size(json_object_get(session, "entries")) >
		    LIMIT_SESSION_BYTES / BIG - 20);
	json_decref(session);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(ledger_append(&writer, &draft, 1, &error), 0);
	assert_int_equal(session_read(world->directory, STR("long"), &session, &error),
			 CAVRA_ERR_LIMIT);
	assert_non_null(strstr(error.text, "cavra ledger show"));
	/* Which sessions there are is told all the same. */
	assert_int_equal(sessions_list(world->directory, &session, &error), 0);
	assert_int_equal(json_array_size(session), 1);
	json_decref(session);
	json_decref(body);
	free(text);
}

static void test_as_many_references(void **state)
{
	struct world *world = *state;
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	json_t *sessions, *refs = json_array();
	for (size_t i = 0; i < LIMIT_SESSION_REFS; i++)
		json_array_append_new(refs, json_string("r"));
	json_t *body = json_pack("{s:{s:s, s:o}}", "decision", "decision", "allow", "evidence_refs",
				 refs);
	struct ledger_draft draft = {"cavra.decision", STR("s"), body};
	ledger_writer_init(&writer, world->directory, LEDGER_NONE);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ledger_append(&writer, &draft, 1, &error), 0);
		assert_int_equal(sessions_list(world->directory, &sessions, &error), 0);
		const json_t *one = json_array_get(sessions, 0);
		assert_int_equal(json_array_size(json_object_get(one, "evidence_refs")),
				 LIMIT_SESSION_REFS);
		assert_int_equal(json_integer_value(json_object_get(one, "evidence_refs_left_out")),
				 i * LIMIT_SESSION_REFS);
		json_decref(sessions);
	}
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {WITH_LEDGER(test_as_many_as_may_be),
					   WITH_LEDGER(test_as_long_as_one_may_be),
					   WITH_LEDGER(test_as_many_references)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
