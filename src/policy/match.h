/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled pattern lists and three-valued matching.
 *
 * Matching a partly known text answers MATCH_MUST (every text it may stand for matches), MATCH_MAY (some
 * does, or nobody can tell) or MATCH_NO. Answers err only towards MATCH_MAY. Cost does not grow with the
 * number of patterns: literal, suffix, prefix and word tables, a small remainder.
 */
#ifndef CAVRA_POLICY_MATCH_H
#define CAVRA_POLICY_MATCH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

enum match { MATCH_NO, MATCH_MAY, MATCH_MUST };

/* How strictly a list reads its patterns: decision-model section 4. */
enum pattern_mood {
	PATTERN_DENY, /* block and approval lists: ignore case (paths), skip options, prefix stars */
	PATTERN_ALLOW, /* allow lists: exact case, no skipping, stars end at a word boundary */
};

struct pattern_list;

/* The strongest match of a list; of equal ones the first pattern in list order. */
struct match_result {
	enum match match;
	unsigned index;     /* of the pattern in its list */
	struct str pattern; /* its source text; empty on MATCH_NO */
};

/* ---- paths: gitignore rules ---- */

/* patterns[i] may start with '!' (an exception to earlier patterns of the same list). Copies what it keeps
 * into arena. Errors name the pattern's index in error->column = 0, error->line = 0 and the text; the
 * caller adds the position. *ret_bad gets the index of the bad pattern.
 */
int path_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  enum pattern_mood mood, struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error);

/* One path under all its names: canonical relative to the workspace (no leading '/', when inside it),
 * canonical absolute, as named, resolved through links. In PATTERN_DENY mood the strongest match of any name
 * counts; in PATTERN_ALLOW all names must match. A relative name is matched from its first component; patterns with
 * a leading '/' or a slash inside are anchored there, "**" and slash-less ones are not. `is_tree`: everything
 * below the path is meant too (recursive read, delete or move of a directory): then a pattern that could match
 * something below it gives at least MATCH_MAY. list may be NULL (matches nothing).
 */
struct match_result path_match(const struct pattern_list *list, const struct value *names,
			       size_t n_names, bool is_tree, struct arena *arena);

/* ---- commands ---- */

enum command_word_class {
	CW_PROGRAM,      /* base name of the program */
	CW_OPERAND,      /* subcommand or operand */
	CW_OPTION,       /* -x, --long, --long=value, and what is known to be an option */
	CW_OPTION_VALUE, /* the word after an option that takes one */
	CW_MAYBE_VALUE, /* a word after an option of a program that nobody described: a value or an operand */
};

struct command_word {
	struct value value;
	bool many; /* stands for any number of words */
	enum command_word_class cls;
};

int command_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			     enum pattern_mood mood, struct pattern_list **ret_list,
			     size_t *ret_bad, struct cavra_error *error);
/* words[0] is the program's base name. */
struct match_result command_match(const struct pattern_list *list, const struct command_word *words,
				  size_t n, struct arena *arena);
/* Patterns with '|' against a pipeline: the canonical texts of its commands in order. */
struct pipeline_stage {
	const struct command_word *words;
	size_t n;
};
bool pattern_list_has_pipelines(const struct pattern_list *list);
struct match_result pipeline_match(const struct pattern_list *list,
				   const struct pipeline_stage *stages, size_t n,
				   struct arena *arena);

/* ---- plain names: MCP servers, tools, branches, hosts. '*' is any run of bytes, whole name matched. ---- */
int name_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  bool ignore_case, struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error);
struct match_result name_match(const struct pattern_list *list, struct value name,
			       struct arena *arena);

/* ---- network hosts: "example.com", "*.example.com", "10.0.0.0/8", "fd00::/8", each with an optional ":port". A host of
 * "example.com" does not match its subdomains. ----
 */
int host_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error);
/* host: as named, without brackets; decimal, octal and hexadecimal spellings of IPv4 addresses are read as
 * curl reads them. port: 0 when unknown.
 */
struct match_result host_match(const struct pattern_list *list, struct value host, unsigned port,
			       struct arena *arena);

size_t pattern_list_length(const struct pattern_list *list);

#endif
