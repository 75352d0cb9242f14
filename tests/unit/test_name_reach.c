/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "base/limits.h"
#include "decide/name_reach.h"
#include "partly.h"

static const struct example {
	const char *name, *path;
	unsigned reach;
	bool may;
} examples[] = {
	{".claude/{glob:*}", ".claude/settings*.json", 0, true},
	{".claude/{glob:*}.json", ".claude/settings*.json", 0, true},
	{".claude/{glob:*}.yaml", ".claude/settings*.json", 0, false},
	{".claude/s{glob:?}ttings.json", ".claude/settings*.json", 0, true},
	{".claude/s{glob:?}tings.json", ".claude/settings*.json", 0, false},
	{".claude/settings{number}.json", ".claude/settings*.json", 0, true},
	{".claude/{number}.json", ".claude/settings*.json", 0, false},
	{".CLAUDE/S{glob:*}", ".claude/settings*.json", 0, true},
	{".c{glob:*}/settings.json", ".claude/settings*.json", 0, true},
	{"{glob:*}/settings.json", ".claude/settings*.json", 0, false},
	{"{glob:?}claude/settings.json", ".claude/settings*.json", 0, false},
	{"{glob:~}claude{glob:~}/settings.json", ".claude/settings*.json", 0, true},
	{".{glob:[abc]}laude/settings.json", ".claude/settings*.json", 0, true},
	{".{glob:[abd]}laude/settings.json", ".claude/settings*.json", 0, false},
	{"{any}", ".claude/settings*.json", 0, true},
	{"{any}.json", ".claude/settings*.json", 0, true},
	{"src{any}", ".claude/settings*.json", 0, false},
	{".git/hooks/{glob:*}", ".git/hooks", REACH_BELOW, true},
	{".git/hooks/{glob:*}", ".git/hooks", 0, false},
	{".git/ho{glob:*}/x/y", ".git/hooks", REACH_BELOW, true},
	{".git/ho{glob:*}/x/y", ".git/hooks", 0, false},
	{".git/hooks{glob:?}", ".git/hooks", REACH_BELOW, false},
	{".g{glob:*}", ".git/hooks", 0, false},
	{".g{glob:*}", ".git/hooks", REACH_ABOVE, true},
	{".g{glob:*}x", ".git/hooks", REACH_ABOVE, false},
	{"a/b/.git/h{glob:*}", ".git/hooks", REACH_DEEP, true},
	{"a/b/.git/h{glob:*}", ".git/hooks", 0, false},
	{"a/b.git/h{glob:*}", ".git/hooks", REACH_DEEP, false},
	{"a/{glob:*}/config", ".git/config", REACH_DEEP, false},
	{"a/{any}/config", ".git/config", REACH_DEEP, true},
	{"a/{any}/confit", ".git/config", REACH_DEEP, false},
};

static void test_examples(void **state)
{
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *e = &examples[i];
		struct value name = partly_value(&arena, str_from(e->name));
		assert_row(name_may_reach(&arena, name, str_from(e->path), e->reach) == e->may, i);
	}
	arena_release(&arena);
}

/* Some of the known bytes are forgotten: what is left may still stand for the path. */
static struct value forget(struct arena *arena, struct str path, uint64_t *random)
{
	static const char *const kinds[] = {"{any}", "{glob:*}", "{glob:?}", "{glob:~}"};
	char text[512];
	size_t n = 0;
	for (size_t i = 0; i < path.n;) {
		*random = *random * 6364136223846793005u + 1442695040888963407u;
		size_t kind = (*random >> 33) % 12, length = 1 + (*random >> 40) % 5;
		bool hidden = path.p[i] == '.' && (i == 0 || path.p[i - 1] == '/');
		if (kind == 2)
			length = 1;
		if (length > path.n - i)
			length = path.n - i;
		bool fits = kind < ARRAY_SIZE(kinds) && !(hidden && (kind == 1 || kind == 2)) &&
			    (kind == 0 || !memchr(path.p + i, '/', length));
		if (fits)
			n += (size_t)sprintf(text + n, "%s", kinds[kind]);
		else
			text[n++] = path.p[i];
		i += fits ? length : 1;
	}
	return partly_value(arena, arena_str(arena, str_make(text, n)));
}

static void test_what_is_forgotten(void **state)
{
	static const struct {
		const char *file, *path;
		unsigned reach;
	} places[] = {
		{".claude/settings.local.json", ".claude/settings*.json", 0},
		{"/repo/.git/hooks/pre-commit", "/repo/.git/hooks", REACH_BELOW},
		{"lib/sub/.git/config", ".git/config", REACH_DEEP},
		{"lib/.git/refs/heads/main", ".git/refs", REACH_DEEP | REACH_BELOW},
		{".cavra", ".cavra/ledger/salt*", REACH_ABOVE},
	};
	struct arena arena;
	uint64_t random = 1;
	(void)state;
	for (size_t round = 0; round < 20000; round++) {
		size_t i = round % ARRAY_SIZE(places);
		arena_init(&arena, MiB(1));
		struct value name = forget(&arena, str_from(places[i].file), &random);
		bool may = name_may_reach(&arena, name, str_from(places[i].path), places[i].reach);
		if (!may)
			print_error("%.*s\n", STR_ARG(value_show(&arena, name)));
		assert_row(may, i);
		arena_release(&arena);
	}
}

static void test_long_names(void **state)
{
	struct arena arena;
	struct seg seg[2] = {{SEG_TEXT, STR_INIT(""), NULL}, {SEG_ANY, STR_INIT(""), NULL}};
	(void)state;
	arena_init(&arena, MiB(1));
	char *text = arena_alloc(&arena, 5000);
	memset(text, 'a', 5000);
	seg[0].text = str_make(text, LIMIT_PARTLY_NAME - 2);
	assert_false(name_may_reach(&arena, (struct value){seg, 2}, STR(".cavra"), REACH_BELOW));
	seg[0].text = str_make(text, LIMIT_PARTLY_NAME - 1);
	assert_true(name_may_reach(&arena, (struct value){seg, 2}, STR(".cavra"), REACH_BELOW));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_what_is_forgotten),
		cmocka_unit_test(test_long_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
