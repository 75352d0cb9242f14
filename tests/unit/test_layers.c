/* SPDX-License-Identifier: Apache-2.0
 *
 * Several policies at once: the strictest counts, and one more never loosens.
 */
#include "unit.h"

#include "base/limits.h"
#include "decide/layers.h"
#include "packs.h"

enum { PROJECT, ORGANISATION, SILENT, LAYERS };

static struct policy *policies[LAYERS];

static int set_up(void **state)
{
	if (packs_set_up(state) != 0)
		return -1;
	packs_put_pack("cavra-project", "",
		       "commands: {allow: [make*, deploy*], readonly: allow}\n"
		       "mcp: {allowed_servers: [docs]}\n");
	packs_put_pack("cavra-organisation", "",
		       "commands: {block: [deploy*], allow: [make*], readonly: allow}\n"
		       "filesystem: {block_read: [\"*.key\"]}\n");
	packs_put_pack("cavra-silent", "", "commands: {require_approval: [make clean*]}\n");
	policies[PROJECT] = packs_get("cavra-project");
	policies[ORGANISATION] = packs_get("cavra-organisation");
	policies[SILENT] = packs_get("cavra-silent");
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < LAYERS; i++)
		policy_free(policies[i]);
	return packs_tear_down(state);
}

static struct decision decide_by(const struct policy_layers *layers, const char *type,
				 const char *target, struct arena *arena)
{
	struct request request = {.action_type = str_from(type), .target = str_from(target)};
	struct decide_options options = {.mode = MODE_ENFORCE};
	struct resolver resolver = {.workspace = STR("/repo"), .home = STR("/home/u")};
	struct decision decision;
	struct cavra_error error;
	if (str_is(request.action_type, "mcp_tool_call")) {
		request.server = request.target;
		request.tool = STR("read_docs");
		request.target = STR("");
	}
	if (decide_layers(layers, &request, &resolver, &options, arena, &decision, &error) < 0)
		fail_msg("%s: %s", target, error.text);
	return decision;
}

/* clang-format off */
static const struct {
	const char *type, *target;
	const char *layers; /* p, o, s; upper case: it defers */
	const char *expected;
	size_t by; /* whose policy decided, from the first */
} rows[] = {
	{"execute_command", "deploy now",      "p",  "allow commands.allow", 0},
	{"execute_command", "deploy now",      "op", "block commands.block", 0},
	{"execute_command", "deploy now",      "po", "block commands.block", 1},
	{"execute_command", "deploy now",      "Po", "block commands.block", 1},
	{"execute_command", "deploy now",      "OP", "block commands.block", 0},
	{"execute_command", "make all",        "po", "allow commands.allow", 0},
	{"execute_command", "make all",        "ps", "require_approval commands.default.require_approval", 1},
	{"execute_command", "make all",        "pS", "allow commands.allow", 0},
	{"execute_command", "make all",        "Sp", "allow commands.allow", 1},
	{"execute_command", "make clean all",  "pS", "require_approval commands.require_approval", 1},
	/* nobody is left to ask when all defer */
	{"execute_command", "frobnicate",      "S",  "require_approval commands.default.require_approval", 0},
	{"execute_command", "frobnicate",      "PS", "require_approval commands.default.require_approval", 0},
	{"execute_command", "frobnicate",      "pS", "require_approval commands.default.require_approval", 0},
	{"execute_command", "deploy x; frob",  "pS", "require_approval commands.default.require_approval", 0},
	/* what may be anything may be what a deferring layer asks about */
	{"execute_command", "$X",              "pS", "require_approval commands.require_approval", 1},
	{"read_file",       "a.key",           "ps", "allow filesystem.read.allow", 0},
	{"read_file",       "a.key",           "po", "block filesystem.read.block", 1},
	{"mcp_tool_call",   "docs",            "p",  "allow mcp.server.trust.allow", 0},
	{"mcp_tool_call",   "docs",            "ps", "block mcp.server.trust.block_unknown", 1},
	{"mcp_tool_call",   "docs",            "pS", "allow mcp.server.trust.allow", 0},
	{"mcp_tool_call",   "other",           "pS", "block mcp.server.trust.block_unknown", 0},
	{"unheard_of",      "x",               "pS", "require_approval runtime.default.require_approval", 0},
};
/* clang-format on */

static struct policy_layers layers_of(const char *letters)
{
	struct policy_layers layers = {.n = 0};
	for (const char *p = letters; *p; p++) {
		char letter = ascii_lower(*p);
		layers.defers[layers.n] = letter != *p;
		layers.policy[layers.n++] = policies[letter == 'p'   ? PROJECT
						     : letter == 'o' ? ORGANISATION
								     : SILENT];
	}
	return layers;
}

static void strictest_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct policy_layers layers = layers_of(rows[i].layers);
		struct arena arena;
		char got[128];
		arena_init(&arena, LIMIT_DECISION_MEMORY);
		struct decision decision = decide_by(&layers, rows[i].type, rows[i].target, &arena);
		(void)snprintf(got, sizeof got, "%s %s", cavra_outcome_name(decision.outcome),
			       decision.rule_id);
		if (strcmp(got, rows[i].expected) != 0)
			print_error("got %s\n", got);
		assert_row(strcmp(got, rows[i].expected) == 0, i);
		assert_row(decision.policy == layers.policy[rows[i].by], i);
		assert_row(decision.deciding == &decision.findings[0], i);
		arena_release(&arena);
	}
}

static void layers_are_capped(void **state)
{
	struct policy_layers layers = {.n = LIMIT_POLICY_LAYERS};
	struct request request = {.action_type = STR("execute_command"), .target = STR("deploy")};
	struct decide_options options = {.mode = MODE_ENFORCE};
	struct resolver resolver = {.workspace = STR("/repo")};
	struct decision decision;
	struct cavra_error error;
	struct arena arena;
	(void)state;
	for (size_t i = 0; i < layers.n; i++)
		layers.policy[i] = policies[i + 1 < layers.n ? PROJECT : ORGANISATION];
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	assert_int_equal(
		decide_layers(&layers, &request, &resolver, &options, &arena, &decision, &error),
		0);
	assert_int_equal(decision.outcome, CAVRA_BLOCK);
	layers.n++;
	assert_int_equal(
		decide_layers(&layers, &request, &resolver, &options, &arena, &decision, &error),
		CAVRA_ERR_LIMIT);
	arena_release(&arena);
}

/* Whatever is asked, a layer more is at least as strict. */
static void one_more_never_loosens(void **state)
{
	static const char *const letters = "posPOS";
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t k = 0; k < 36; k++) {
			char one[] = {letters[k / 6] | 0x20, 0};
			char two[] = {letters[k / 6] | 0x20, letters[k % 6], 0};
			struct policy_layers alone = layers_of(one), both = layers_of(two);
			struct arena arena;
			arena_init(&arena, LIMIT_DECISION_MEMORY);
			struct decision a = decide_by(&alone, rows[i].type, rows[i].target, &arena);
			struct decision b = decide_by(&both, rows[i].type, rows[i].target, &arena);
			assert_row(b.outcome >= a.outcome, i);
			assert_row(b.outcome != CAVRA_ALLOW || !b.by_rule || a.by_rule, i);
			arena_release(&arena);
		}
	}
}

static void the_same_is_said_once(void **state)
{
	struct policy_layers layers = layers_of("oo");
	struct arena arena;
	(void)state;
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	struct decision decision = decide_by(&layers, "execute_command", "deploy now", &arena);
	assert_int_equal(decision.n_findings, 1);
	assert_non_null(decision.findings[0].effect);
	arena_release(&arena);
}

static void a_finding_names_an_effect_that_is_listed(void **state)
{
	struct policy_layers layers = layers_of("po");
	struct arena arena;
	(void)state;
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	struct decision decision = decide_by(&layers, "execute_command", "ls; cat a.key", &arena);
	assert_int_equal(decision.outcome, CAVRA_BLOCK);
	for (size_t i = 0; i < decision.n_findings; i++) {
		const struct effect *effect = decision.effects;
		while (effect && effect != decision.findings[i].effect)
			effect = effect->next;
		assert_row(effect != NULL, i);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strictest_counts),
		cmocka_unit_test(layers_are_capped),
		cmocka_unit_test(one_more_never_loosens),
		cmocka_unit_test(the_same_is_said_once),
		cmocka_unit_test(a_finding_names_an_effect_that_is_listed),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
