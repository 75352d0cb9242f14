/* SPDX-License-Identifier: Apache-2.0
 *
 * What nobody reads: the salt and the key of a ledger, also of one that stands elsewhere, by name, by tree, by half a name.
 */
#include "unit.h"

#include "base/limits.h"
#include "decide/facts.h"
#include "decide/paths.h"
#include "json/json.h"

#define OWN "/srv/ledgers/mine"

static const struct str guarded[] = {STR_INIT(OWN)};
static const struct str secret[] = {STR_INIT(OWN "/salt"), STR_INIT(OWN "/checkpoint-key.pem")};
static const struct resolver resolver = {.workspace = STR_INIT("/repo"),
					 .home = STR_INIT("/home/user"),
					 .guarded = guarded,
					 .n_guarded = ARRAY_SIZE(guarded),
					 .secret = secret,
					 .n_secret = ARRAY_SIZE(secret)};

static enum match asked(struct arena *arena, struct value name, bool tree)
{
	struct decider d = {.arena = arena, .resolver = &resolver, .workspace = resolver.workspace};
	const char *what = NULL;
	enum match match = secret_path(&d, &name, 1, tree, &what);
	assert_true(!what == (match == MATCH_NO));
	return match;
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum match one, tree;
	} rows[] = {
		{"/home/user/.cavra/ledger/salt", MATCH_MUST, MATCH_MUST},
		{"/home/user/.cavra/ledger/SALT", MATCH_MUST, MATCH_MUST},
		{"/home/user/.cavra/ledger/salt.12.0a", MATCH_MUST, MATCH_MUST},
		{"/home/user/.cavra/ledger/checkpoint-key.pem", MATCH_MUST, MATCH_MUST},
		{"/home/user/.cavra/keys/evidence-ed25519-private.pem", MATCH_MUST, MATCH_MUST},
		{"/home/user/.cavra/keys/evidence-ed25519-public.pem", MATCH_NO, MATCH_NO},
		{"/home/user/.cavra/ledger", MATCH_NO, MATCH_MUST},
		{"/home/user/.cavra", MATCH_NO, MATCH_MUST},
		{"/home/user", MATCH_NO, MATCH_MAY},
		{"/", MATCH_NO, MATCH_MAY},
		{"/home/user/.cavra/ledger/segments", MATCH_NO, MATCH_NO},
		{"/home/user/.cavra/ledger/segments/1.jsonl", MATCH_NO, MATCH_NO},
		{"/home/user/.cavra/ledger/state", MATCH_NO, MATCH_NO},
		{"/home/user/.cavra/images", MATCH_NO, MATCH_NO},
		{"/home/other/.cavra/ledger/salt", MATCH_NO, MATCH_NO},
		{"/repo/.cavra/ledger/salt", MATCH_MUST, MATCH_MUST},
		{"/repo/.cavra/policy-signing/a.private.pem", MATCH_MUST, MATCH_MUST},
		{"/repo/.cavra/policy-signing/a.public.pem", MATCH_NO, MATCH_NO},
		/* A repository mostly has no keys: who lists it sees. */
		{"/repo/.cavra", MATCH_NO, MATCH_MAY},
		{"/repo", MATCH_NO, MATCH_MAY},
		{"/repo/src", MATCH_NO, MATCH_NO},
		{"/repo/salt", MATCH_NO, MATCH_NO},
		{OWN "/salt", MATCH_MUST, MATCH_MUST},
		{OWN "/checkpoint-key.pem.new", MATCH_MUST, MATCH_MUST},
		{OWN, MATCH_NO, MATCH_MUST},
		{"/srv", MATCH_NO, MATCH_MAY},
		{OWN "/segments", MATCH_NO, MATCH_NO},
	};
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	if (setjmp(arena.on_full))
		fail();
	arena.armed = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value name = value_from(&arena, str_from(rows[i].name));
		assert_row(asked(&arena, name, false) == rows[i].one, i);
		assert_row(asked(&arena, name, true) == rows[i].tree, i);
	}
	arena_release(&arena);
}

/* "begin?end", of which the middle is unknown. */
static void test_half_names(void **state)
{
	static const struct {
		const char *begin, *end;
		enum match match;
	} rows[] = {
		{"", "", MATCH_MAY},
		{"/home/user/.cavra/ledger/", "", MATCH_MAY},
		{"/home/user/", "/salt", MATCH_MAY},
		{"/srv/", "/salt", MATCH_MAY},
		{"/home/user/.cavra/ledger/segments/", "", MATCH_NO},
		{"/usr/", "", MATCH_NO},
		{"", ".py", MATCH_NO},
	};
	struct arena arena;
	(void)state;
	arena_init(&arena, MiB(1));
	if (setjmp(arena.on_full))
		fail();
	arena.armed = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value name = value_concat(
			&arena, value_from(&arena, str_from(rows[i].begin)), value_any());
		name = value_concat(&arena, name, value_from(&arena, str_from(rows[i].end)));
		assert_row(asked(&arena, name, false) == rows[i].match, i);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_half_names),
	};
	return cmocka_run_group_tests_name("protect", tests, NULL, NULL);
}
