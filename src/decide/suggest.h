/* SPDX-License-Identifier: Apache-2.0
 *
 * Which allow rule would have answered a question, and which questions no rule should answer. As far as the knowledge base
 * says, a pattern that is given here lets nothing pass that does more harm than what was asked about.
 */
#ifndef CAVRA_DECIDE_SUGGEST_H
#define CAVRA_DECIDE_SUGGEST_H

#include "decide/decide.h"

/* Why no allow rule is suggested. */
enum suggest_bar {
	SUGGEST_NONE, /* nothing speaks against one */
	SUGGEST_NO_COMMAND,
	SUGGEST_PROTECTED,
	SUGGEST_BLOCKED,
	SUGGEST_SEVERE,
	SUGGEST_OPAQUE,
	SUGGEST_RULE,
	SUGGEST_NETWORK,
	SUGGEST_EFFECT,
	SUGGEST_WORDS,
	SUGGEST_BARS
};
struct suggest_bar_info {
	const char *key;     /* "blocked" */
	const char *meaning; /* "is blocked" */
};
extern const struct suggest_bar_info suggest_bars[SUGGEST_BARS];

/* Of a decision to ask; the gravest of several. */
enum suggest_bar suggest_bar_of(const struct decision *decision);
/* Is it about a command that only waits to be allowed? */
bool suggest_is_question(const struct finding *finding);

enum { SUGGEST_PATTERNS = 8 };
/* Patterns for commands.allow that answer the command of such a finding, the most general first; the last one is the command
 * itself. None when it cannot be written as a pattern. Memory from arena, which must be armed.
 */
size_t suggest_patterns(struct arena *arena, const struct finding *finding,
			struct str ret_pattern[SUGGEST_PATTERNS]);

#endif
