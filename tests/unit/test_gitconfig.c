/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "agents/gitconfig.h"
#include "base/limits.h"

struct last {
	struct str key, value;
	size_t n;
};

static bool keep_last(void *context, const struct gitconfig_entry *entry)
{
	struct last *last = context;
	last->key = entry->key;
	last->value = entry->value;
	last->n++;
	return true;
}

static bool walk(struct arena *arena, const char *text, struct last *last)
{
	*last = (struct last){.n = 0};
	return gitconfig_walk(arena, str_from(text), keep_last, last);
}

/* The last entry of each text. */
static void test_entries(void **state)
{
	static const struct {
		const char *text, *key, *value;
		size_t n;
	} rows[] = {
		{"[core]\n\tbare = false\n", "core.bare", "false", 1},
		{"[CORE]BARE=x", "core.bare", "x", 1},
		{"\xef\xbb\xbf[a]\nb = c\n", "a.b", "c", 1},
		{"[a \"B c\"]\n d = e\n", "a.B c.d", "e", 1},
		{"[a \"x\\\"y\\\\z\"]\nd=1\n", "a.x\"y\\z.d", "1", 1},
		{"[a.Old]\nd=1\n", "a.old.d", "1", 1},
		{"[a]\nflag\n", "a.flag", "true", 1},
		{"[a]\nflag # why\n", "a.flag", "true", 1},
		{"[a]\nb = \n", "a.b", "", 1},
		{"[a]\nb = x y  ; c\n", "a.b", "x y", 1},
		{"[a]\nb = \" x # \" y\n", "a.b", " x #  y", 1},
		{"[a]\nb = one \\\n two\n", "a.b", "one  two", 1},
		{"[a]\nb = \\t\\n\\\"\\\\\n", "a.b", "\t\n\"\\", 1},
		{"[a]\r\nb = c\r\nd = e\r\n", "a.d", "e", 2},
		{"# x\n; y\n[a] ; z\nb = c", "a.b", "c", 1},
		{"[alias]\n\tst = \"!sh -c 'x'\"\n", "alias.st", "!sh -c 'x'", 1},
	};
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	if (setjmp(arena.on_full))
		fail();
	arena.armed = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct last last;
		assert_row(walk(&arena, rows[i].text, &last), i);
		assert_row(last.n == rows[i].n, i);
		assert_row(str_is(last.key, rows[i].key), i);
		assert_row(str_is(last.value, rows[i].value), i);
	}
	arena_release(&arena);
}

static void test_malformed(void **state)
{
	static const char *const rows[] = {
		"b = c\n",        "[a\nb=c",    "[a \"b\nc\"]\n",
		"[a] 1b = c\n",   "[a]\nb c\n", "[a]\nb = \"c\n",
		"[a]\nb = \\x\n", "[]\n",       "]",
	};
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	if (setjmp(arena.on_full))
		fail();
	arena.armed = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct last last;
		assert_row(!walk(&arena, rows[i], &last), i);
	}
	arena_release(&arena);
}

static void test_keys(void **state)
{
	(void)state;
	assert_true(gitconfig_key_is(STR("a.b"), STR("A.B")));
	assert_true(gitconfig_key_is(STR("a.X y.b"), STR("A.X y.B")));
	assert_false(gitconfig_key_is(STR("a.x.b"), STR("a.X.b")));
	assert_false(gitconfig_key_is(STR("a.b"), STR("a.bc")));
	assert_false(gitconfig_key_is(STR("ab"), STR("ab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_keys),
	};
	return cmocka_run_group_tests_name("gitconfig", tests, NULL, NULL);
}
