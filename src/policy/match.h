/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled pattern lists and three-valued matching.
 *
 * Matching a partly known text answers MATCH_MUST (every text it may stand for matches), MATCH_MAY (some
 * does, or nobody can tell) or MATCH_NO. Answers err only towards MATCH_MAY. Cost does not grow with the
 * number of patterns: one scan of what is known finds those worth a look (literals.h, command_heads.h), and
 * each of these is run over the text (run.h).
 *
 * A SEG_GLOB at the start of a path component does not stand for a leading '.', as in every shell unless
 * dotglob is set: text analysed under dotglob must be SEG_ANY instead.
 */
#ifndef CAVRA_POLICY_MATCH_H
#define CAVRA_POLICY_MATCH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

enum match { MATCH_NO, MATCH_MAY, MATCH_MUST };

/* How strictly a list reads its patterns. */
enum pattern_mood {
	/* Block and approval lists. Paths: ASCII case is ignored. Commands: options may stand between and behind the
	 * words, before or behind the operands; '*' takes anything, also further words; one at the end makes a
	 * plain prefix.
	 */
	PATTERN_DENY,
	/* Allow lists. Paths: exact. Commands: the words in order and no others, '*' stays in its word; but behind
	 * a pattern that ends in '*' any words may follow, and options may stand between its words. A star glued
	 * to a letter, digit or '_' ends with the word: "pytest*" is not "pytestx".
	 */
	PATTERN_ALLOW,
};

struct pattern_list;

/* The strongest match of a list; of equal ones the first pattern in list order. */
struct match_result {
	enum match match;
	unsigned index;     /* of the pattern in its list */
	struct str pattern; /* its source text; empty on MATCH_NO */
};

/* ---- paths: gitignore rules ---- */

/* patterns[i] may start with '!': an exception to earlier patterns of the list, read in the other mood. It reaches back
 * to the last header, an item "--- any text", which matches nothing. Copies what it keeps into arena, which must
 * be armed. Errors have no position; *ret_bad gets the index of the bad pattern. CAVRA_ERR_POLICY, CAVRA_ERR_LIMIT.
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
/* May something below the path match a pattern that is anchored at a place, as ".github/workflows/x" is below ".github"?
 * Patterns that hold at any depth do not count. MATCH_MAY or MATCH_NO.
 */
struct match_result path_match_below(const struct pattern_list *list, const struct value *names,
				     size_t n_names);
/* One name, and only whether it surely matches, which is quicker to tell of a partly known one: MATCH_MUST or MATCH_NO. */
struct match_result path_match_surely(const struct pattern_list *list, const struct value *name);

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

/* As above, without exceptions. The program is named without directories. "a | b" is a pattern for a pipeline. */
int command_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			     enum pattern_mood mood, struct pattern_list **ret_list,
			     size_t *ret_bad, struct cavra_error *error);
/* words[0] is the program's base name. A word that nobody knows may be an option, whatever its class says; a word that
 * is surely the value of an option is MATCH_MAY at most where a pattern has an operand, and none when it is not known.
 */
struct match_result command_match(const struct pattern_list *list, const struct command_word *words,
				  size_t n, struct arena *arena);
/* The same, but only MATCH_MUST or MATCH_NO, which is quicker to tell where words are unknown, and only patterns that
 * `accepts` is true of; NULL: all.
 */
struct match_filter {
	bool (*accepts)(void *context, struct str pattern);
	void *context;
};
struct match_result command_match_surely(const struct pattern_list *list,
					 const struct command_word *words, size_t n,
					 struct arena *arena, const struct match_filter *filter);
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
