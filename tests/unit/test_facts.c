/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "decide/facts.h"
#include "json/json.h"

struct world {
	struct arena arena;
	struct resolver resolver;
};

static int make(struct world *world, const char *text, struct cavra_error *error)
{
	json_t *document;
	assert_int_equal(json_read(str_from(text), 0, &document, error), 0);
	arena_init(&world->arena, MiB(1));
	if (setjmp(world->arena.on_full))
		fail();
	world->arena.armed = true;
	int code = facts_resolver(document, &world->arena, &world->resolver, error);
	json_decref(document);
	return code;
}

static const char full[] =
	"{\"workspace\":\"/repo\",\"home\":\"/root\",\"branch\":\"main\",\"remotes\":[\"origin\",\"up\"],"
	"\"links\":{\"a\":\".env\",\"/repo/d/../b/\":\"/etc\"},"
	"\"hardlinks\":{\"h1\":\".env\",\"h2\":\"h1\"},\"directories\":[\"empty\"],"
	"\"files\":[\".env\",\"src/x.c\",\"src/lib/y.c\",\"src.txt\"],\"contents\":{\"run.sh\":\"make\"},"
	"\"git_config\":{\"Alias.St\":\"status\",\"remote.Up.url\":\"u\"}}";

static void test_texts(void **state)
{
	struct world world;
	struct cavra_error error;
	(void)state;
	assert_int_equal(make(&world, full, &error), 0);
	assert_str(world.resolver.workspace, "/repo");
	assert_str(world.resolver.home, "/root");
	assert_str(world.resolver.branch, "main");
	assert_int_equal(world.resolver.n_remotes, 2);
	assert_str(world.resolver.remotes[1], "up");
	assert_true(world.resolver.git_known);
	arena_release(&world.arena);
}

static void test_answers(void **state)
{
	struct world world;
	struct cavra_error error;
	struct str text, *names;
	size_t n;
	(void)state;
	assert_int_equal(make(&world, full, &error), 0);
	const struct resolver *r = &world.resolver;
	assert_int_equal(r->link(r->context, &world.arena, STR("/repo/a"), &text), RESOLVED_YES);
	assert_str(text, ".env");
	assert_int_equal(r->link(r->context, &world.arena, STR("/repo/b"), &text), RESOLVED_YES);
	assert_str(text, "/etc");
	assert_int_equal(r->link(r->context, &world.arena, STR("/repo/c"), &text), RESOLVED_NO);

	assert_int_equal(r->same_file(r->context, &world.arena, STR("/repo/h2"), &names, &n),
			 RESOLVED_YES);
	assert_int_equal(n, 2);
	assert_int_equal(r->same_file(r->context, &world.arena, STR("/repo/x"), &names, &n),
			 RESOLVED_NO);

	assert_int_equal(r->directory(r->context, STR("/repo")), RESOLVED_YES);
	assert_int_equal(r->directory(r->context, STR("/repo/src")), RESOLVED_YES);
	assert_int_equal(r->directory(r->context, STR("/repo/empty")), RESOLVED_YES);
	assert_int_equal(r->directory(r->context, STR("/repo/src/x.c")), RESOLVED_NO);
	assert_int_equal(r->directory(r->context, STR("/repo/none")), RESOLVED_NO);
	assert_int_equal(r->directory(r->context, STR("/srv")), RESOLVED_UNKNOWN);

	assert_int_equal(r->tree(r->context, &world.arena, STR("/repo/src"), 10, true, &names, &n),
			 RESOLVED_YES);
	assert_int_equal(n, 2);
	assert_str(names[0], "lib/y.c");
	assert_int_equal(r->tree(r->context, &world.arena, STR("/repo"), 10, false, &names, &n),
			 RESOLVED_YES);
	assert_int_equal(n, 3);
	assert_int_equal(r->tree(r->context, &world.arena, STR("/repo"), 3, true, &names, &n),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->tree(r->context, &world.arena, STR("/repo"), 4, true, &names, &n),
			 RESOLVED_YES);
	assert_int_equal(r->tree(r->context, &world.arena, STR("/srv"), 9, true, &names, &n),
			 RESOLVED_UNKNOWN);

	assert_int_equal(r->content(r->context, &world.arena, STR("/repo/run.sh"), 4, &text),
			 RESOLVED_YES);
	assert_str(text, "make");
	assert_int_equal(r->content(r->context, &world.arena, STR("/repo/run.sh"), 3, &text),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->content(r->context, &world.arena, STR("/repo/none"), 9, &text),
			 RESOLVED_NO);
	assert_int_equal(r->content(r->context, &world.arena, STR("/repo/src.txt"), 9, &text),
			 RESOLVED_UNKNOWN);

	assert_int_equal(r->git_config(r->context, &world.arena, STR("alias.st"), &text),
			 RESOLVED_YES);
	assert_str(text, "status");
	assert_int_equal(r->git_config(r->context, &world.arena, STR("REMOTE.Up.URL"), &text),
			 RESOLVED_YES);
	assert_int_equal(r->git_config(r->context, &world.arena, STR("remote.up.url"), &text),
			 RESOLVED_NO);
	arena_release(&world.arena);
}

/* What is not in the table is unknown, not absent. */
static void test_absent(void **state)
{
	struct world world;
	struct cavra_error error;
	struct str text, *names;
	size_t n;
	(void)state;
	assert_int_equal(make(&world, "{}", &error), 0);
	const struct resolver *r = &world.resolver;
	assert_false(r->git_known);
	assert_int_equal(r->link(r->context, &world.arena, STR("/a"), &text), RESOLVED_UNKNOWN);
	assert_int_equal(r->same_file(r->context, &world.arena, STR("/a"), &names, &n),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->directory(r->context, STR("/a")), RESOLVED_UNKNOWN);
	assert_int_equal(r->tree(r->context, &world.arena, STR("/a"), 9, true, &names, &n),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->content(r->context, &world.arena, STR("/a"), 9, &text),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->git_config(r->context, &world.arena, STR("a.b"), &text),
			 RESOLVED_UNKNOWN);
	arena_release(&world.arena);
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
		"[]",
		"{\"workspace\": 1}",
		"{\"workspace\": \"repo\"}",
		"{\"links\": []}",
		"{\"links\": {\"a\": 1}}",
		"{\"files\": {}}",
		"{\"files\": [1]}",
		"{\"remotes\": [1]}",
		"{\"hardlink\": {}}",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world world;
		struct cavra_error error;
		assert_row(make(&world, rows[i], &error) == CAVRA_ERR_INPUT, i);
		arena_release(&world.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
