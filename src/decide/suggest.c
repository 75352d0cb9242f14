/* SPDX-License-Identifier: Apache-2.0
 *
 * Allow rules from questions, see suggest.h.
 */
#include "decide/suggest.h"

#include "base/limits.h"
#include "decide/knowledge.h"

/* clang-format off */
const struct suggest_bar_info suggest_bars[SUGGEST_BARS] = {
	[SUGGEST_NONE]       = {"none",            ""},
	[SUGGEST_NO_COMMAND] = {"not_a_command",   "no command, so no allow rule answers it"},
	[SUGGEST_PROTECTED]  = {"self_protection", "about CAVRA itself or the agent's own guards"},
	[SUGGEST_BLOCKED]    = {"blocked",         "blocked"},
	[SUGGEST_SEVERE]     = {"severe",          "of high or critical severity"},
	[SUGGEST_OPAQUE]     = {"opaque",          "not understood well enough to say what would run"},
	[SUGGEST_RULE]       = {"rule",            "asked about by a rule, which an allow rule does not outweigh"},
	[SUGGEST_NETWORK]    = {"network",         "reaching other hosts"},
	[SUGGEST_EFFECT]     = {"effect",          "deleting, installing, publishing, changing or destroying something"},
	[SUGGEST_WORDS]      = {"words",           "not to be written as a pattern"},
};

/* What a class of commands may get: nothing, a pattern for exactly one, one that takes more words. */
enum reach { REACH_NOTHING, REACH_ITSELF, REACH_MORE };
static const enum reach reaches[COMMAND_CLASSES] = {
	[CLASS_UNKNOWN] = REACH_ITSELF,
	[CLASS_INSPECT] = REACH_MORE,
	[CLASS_EDIT]    = REACH_MORE,
	[CLASS_LOCAL]   = REACH_MORE,
	[CLASS_BUILD]   = REACH_MORE,
};
/* clang-format on */

bool suggest_is_question(const struct finding *finding)
{
	return finding->decision == CAVRA_REQUIRE_APPROVAL &&
	       strcmp(finding->rule_id, "commands.default.require_approval") == 0;
}

static enum suggest_bar bar_of(const struct finding *finding)
{
	struct str rule = str_from(finding->rule_id);
	if (str_starts(rule, STR("self_protection.")))
		return SUGGEST_PROTECTED;
	if (finding->decision == CAVRA_BLOCK)
		return SUGGEST_BLOCKED;
	if (finding->severity >= CAVRA_HIGH)
		return SUGGEST_SEVERE;
	if (str_starts(rule, STR("commands.opaque.")))
		return SUGGEST_OPAQUE;
	if (!suggest_is_question(finding))
		return SUGGEST_RULE;
	if (!finding->plain_command || !finding->effect)
		return SUGGEST_OPAQUE;
	return reaches[finding->command_class] == REACH_NOTHING ? SUGGEST_EFFECT : SUGGEST_NONE;
}

/* In this order the gravest comes first. */
static bool graver(enum suggest_bar a, enum suggest_bar b)
{
	return b == SUGGEST_NONE || (a != SUGGEST_NONE && a < b);
}

enum suggest_bar suggest_bar_of(const struct decision *decision)
{
	enum suggest_bar worst = SUGGEST_NONE;
	if (!str_is(decision->action_type, "execute_command"))
		return SUGGEST_NO_COMMAND;
	for (const struct effect *effect = decision->effects; effect; effect = effect->next)
		if (effect->kind == EFFECT_NET)
			worst = SUGGEST_NETWORK;
	for (size_t i = 0; i < decision->n_findings; i++) {
		const struct finding *finding = &decision->findings[i];
		enum suggest_bar bar = finding->decision >= CAVRA_REQUIRE_APPROVAL ? bar_of(finding)
										   : SUGGEST_NONE;
		if (graver(bar, worst))
			worst = bar;
	}
	/* A list that is full may miss a question. */
	bool full = decision->n_findings >= LIMIT_FINDINGS;
	return worst == SUGGEST_NONE && full ? SUGGEST_OPAQUE : worst;
}

/* ---- patterns ---- */

/* Is there an option or operand of its own with which it does something else? */
static bool turns(const struct known_command *command)
{
	const struct known_when *when = known_command_when(command);
	for (uint32_t i = 0; i < command->n_when; i++)
		if (when[i].command_class >= 0 && reaches[when[i].command_class] != REACH_MORE)
			return true;
	return false;
}

/* Whatever words follow, is it harmless, as far as anybody described it? */
static bool takes_more(const struct known_command *command)
{
	const struct known_command *sub = known_command_subcommands(command);
	if (reaches[command->command_class] != REACH_MORE || turns(command))
		return false;
	for (uint32_t i = 0; i < command->n_subcommands; i++)
		if (!takes_more(&sub[i]))
			return false;
	return true;
}

/* A star would be read as one, and so would a pipe; the rest no pattern can hold. */
static bool is_pattern(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '*' || text.p[i] == '|' || (unsigned char)text.p[i] < ' ')
			return false;
	return text.n > 0 && text.n < LIMIT_PATTERN_BYTES;
}

size_t suggest_patterns(struct arena *arena, const struct finding *finding,
			struct str ret_pattern[SUGGEST_PATTERNS])
{
	struct str shown = finding->effect->shown, rest = shown, word;
	const struct known_command *at = NULL;
	bool turned = false; /* by what stands in front of the subcommand */
	size_t n = 0;
	if (!is_pattern(shown))
		return 0;
	while (n < SUGGEST_PATTERNS - 1 && str_split(&rest, ' ', &word)) {
		at = at ? knowledge_subcommand(at, word) : knowledge_find(word);
		if (!at)
			break;
		if (!turned && takes_more(at))
			ret_pattern[n++] = arena_printf(arena, "%.*s*",
							(int)(word.p + word.n - shown.p), shown.p);
		turned = turned || turns(at);
	}
	ret_pattern[n++] = shown;
	return n;
}
