/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a compiled pattern list, shared by the match_*.c files.
 */
#ifndef CAVRA_POLICY_PATTERN_LIST_H
#define CAVRA_POLICY_PATTERN_LIST_H

#include "policy/form_table.h"
#include "policy/literals.h"
#include "policy/match.h"
#include "policy/run.h"

#define PATTERN_NONE UINT32_MAX

struct path_pattern {
	struct automaton automaton;
	uint32_t exception; /* next exception of the same scope behind this pattern */
	bool is_exception;
	bool is_header; /* "--- scope": matches nothing */
	bool floating;  /* at any depth */
	bool absolute;  /* also of absolute names */
	bool exact;     /* its literal found is a match found */
	bool at_front;  /* its literal stands at the start of the name */
	bool simple; /* a component that is core, with any text around it where there is a star */
	bool star_front, star_end;
	struct str core;
};

/* One way to write a command pattern. */
struct command_form {
	struct automaton automaton;
	uint32_t index; /* of the pattern */
	/* Only while the list is built: */
	struct str program; /* the first word when nothing else matches it, else empty */
	struct str operand; /* then the second one, up to a star, unless it is an option */
	bool operand_open;  /* there is a star */
};
enum { COMMAND_FORMS = 3 };

/* A stretch of by_program: those without an operand, from `operands` on those with one. */
struct program_forms {
	struct str program; /* empty: forms that may match any program */
	uint32_t from, operands, to;
};

struct pipeline_pattern {
	const struct command_form *form; /* of all stages, ordered by stage */
	size_t n_forms;
	size_t n_stages;
	uint32_t index; /* of the pattern */
};

struct name_pattern {
	struct automaton automaton;
	bool exact;
};

/* A range of addresses; IPv4 as IPv4-mapped IPv6. Ports: 0 is any. */
struct host_range {
	uint8_t address[16];
	uint32_t bits;
	uint32_t index;
};

enum pattern_kind { PATTERN_PATHS, PATTERN_COMMANDS, PATTERN_NAMES, PATTERN_HOSTS };

struct pattern_list {
	enum pattern_kind kind;
	enum pattern_mood mood;
	bool ignore_case;
	size_t n;
	const struct str *source;
	struct literals literals;

	const struct path_pattern *path; /* n */

	struct form_table forms;
	const uint32_t *by_program;           /* numbers of the forms, by program */
	const struct program_forms *programs; /* sorted by program */
	size_t n_programs;
	struct literals heads; /* " program operand" of the forms that have both */
	const struct pipeline_pattern *pipeline;
	size_t n_pipelines;

	const struct name_pattern *name; /* n; also of host names */
	const struct str *name_text;     /* n; hosts: the name without port, empty for ranges */

	const struct host_range *range; /* sorted by bits, then address */
	size_t n_ranges;
	const uint16_t *port; /* of hosts, n */
};

/* Copies the patterns' texts; CAVRA_ERR_LIMIT when there are too many or one is too long. */
int pattern_list_new(struct arena *arena, enum pattern_kind kind, const struct str *patterns,
		     size_t n, struct pattern_list **ret_list, size_t *ret_bad,
		     struct cavra_error *error);

/* Keeps the stronger match; of equal ones the first pattern. */
static inline void match_join(const struct pattern_list *list, struct match_result *best,
			      enum match match, unsigned index)
{
	if (match == MATCH_NO || match < best->match ||
	    (match == best->match && index >= best->index))
		return;
	*best = (struct match_result){match, index, list->source[index]};
}

/* No need to look at this pattern: the best match cannot get better through it. */
static inline bool match_is_settled(const struct match_result *best, unsigned index)
{
	return best->match == MATCH_MUST && index >= best->index;
}

#define MATCH_NOTHING ((struct match_result){MATCH_NO, 0, STR("")})

/* A stretch of text bytes in an automaton, as an offer for literals_choose(). */
struct byte_stretch {
	unsigned from, to; /* elements [from, to), all ELEMENT_BYTE in ASCII */
};
/* The next stretch at or behind *from; false when there is none. At most LITERAL_BYTES - 2 long. */
bool next_stretch(const struct automaton *automaton, unsigned from, struct byte_stretch *ret);
/* Its text between two more bytes; 0: none. */
struct str stretch_text(struct arena *arena, const struct automaton *automaton,
			struct byte_stretch stretch, char before, char behind);

/* A pattern without '|'. Fills at most COMMAND_FORMS forms; their index is left alone. */
int command_pattern_parse(struct arena *arena, struct str text, enum pattern_mood mood,
			  struct command_form ret[COMMAND_FORMS], size_t *ret_n,
			  struct cavra_error *error);
/* The words of whatever command the pattern matches, options between them aside; 0 when that cannot be written as one
 * sequence of words.
 */
size_t command_pattern_words(struct arena *arena, struct str text, enum pattern_mood mood,
			     struct command_word **ret_words);
/* Offers texts that every match holds: words are seen with a space on both sides. */
void command_pattern_offer(struct arena *arena, const struct automaton *automaton, uint32_t id,
			   struct literal **offers, size_t *n, size_t *cap);

/* "!" makes an exception, "--- scope" a header. fold: letters of the text count as small ones. */
int path_pattern_parse(struct arena *arena, struct str text, bool fold, struct path_pattern *ret,
		       struct cavra_error *error);
/* The names that the pattern matches, what lies below them aside, as partly known texts; none for exceptions, headers and
 * what is no pattern.
 */
enum { PATH_PATTERN_NAMES = 2 };
size_t path_pattern_names(struct arena *arena, struct str text,
			  struct value ret_names[PATH_PATTERN_NAMES]);
/* Offers texts that every match holds: names are seen with a '/' in front of them and one behind. */
void path_pattern_offer(struct arena *arena, struct path_pattern *pattern, uint32_t id,
			struct literal **offers, size_t *n, size_t *cap);

#endif
