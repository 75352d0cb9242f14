/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding secrets in text: one pass, in a time that grows with the text and not with what stands in it, without memory
 * of its own. What counts as a secret is data (secret_rules.h); docs/redaction.md tells it to people.
 *
 * Parts: secret_shapes.c knows keys by how they look, secret_names.c names that say that their value is secret,
 * secret_values.c where a value ends and whether it is one, secret_programs.c options of programs, secret_scan.c
 * puts them together.
 */
#ifndef CAVRA_LEDGER_SECRET_SCAN_H
#define CAVRA_LEDGER_SECRET_SCAN_H

#include "ledger/secret_rules.h"

struct secret_hit {
	size_t from, to;
	uint16_t rule;
};

struct secret_scan {
	struct str text;
	size_t pos, floor; /* floor: the end of the last hit */
	bool word;         /* text is one argument of a command */
	/* The run of each class that was measured last, so that no byte is measured often. */
	size_t run_from[BYTE_CLASSES], run_to[BYTE_CLASSES];
	/* What was measured last, for the same reason: a value without quotes, the rest of a shell word, of a header, an
	 * address with its last "@".
	 */
	size_t value_from, value_to, word_from, word_to, header_from, header_to;
	size_t address_from, address_to, address_sign;
	size_t no_quote_from
		[8];   /* from there on no such quote closes, by backslashes in front of it */
	unsigned near; /* keywords, until near_until */
	size_t near_until;
	char quote;           /* of a shell, that is open */
	bool named_in_quotes; /* the name before the value that is read has quotes of its own */
	const struct secret_program *program;
	unsigned seen; /* the `after` words of its rows, and those without one */
	const struct secret_option *expect; /* the next word is its value */
	const struct secret_name *expect_name;
	size_t echo_from,
		echo_to; /* what the command before the pipe prints; 0: none, or not yet */
	char echo_quote;
	const struct secret_name *pair; /* the name before last said so, until pair_until */
	size_t pair_until;
};

void secret_scan_start(struct secret_scan *scan, struct str text);
/* text is the next argument of the same command. */
void secret_scan_argument(struct secret_scan *scan, struct str text);
/* Hits come in order and do not overlap. False: no more. */
bool secret_scan_next(struct secret_scan *scan, struct secret_hit *ret);

/* ---- between the parts ---- */

/* The key that starts at `at`, if one does. Also opens what keywords make likely. */
bool secret_shape_look(struct secret_scan *scan, size_t at, struct secret_hit *ret);
static inline bool secret_shape_at(struct secret_scan *scan, size_t at, struct secret_hit *ret)
{
	unsigned second = at + 1 < scan->text.n ? scan->text.p[at + 1] & 63 : 0;
	return secret_shapes_second[(unsigned char)scan->text.p[at]] >> second & 1 &&
	       secret_shape_look(scan, at, ret);
}
/* The same for keys that are only known near something. */
bool secret_near_at(struct secret_scan *scan, size_t at, struct secret_hit *ret);
/* Where the run of bytes of a class ends that goes on at `at`. */
size_t secret_run_end(struct secret_scan *scan, size_t at, unsigned class);

/* The row for this name, NULL when it says nothing. */
const struct secret_name *secret_name_find(struct str name);
/* Is it the whole of such a name, and nothing else: "password", "api_key"? */
bool secret_name_is_bare(struct str name);

enum secret_operator {
	VALUE_SET,     /* name=value */
	VALUE_SPACED,  /* name = value */
	VALUE_COLON,   /* name: value */
	VALUE_COMMA,   /* "name", "value" */
	VALUE_BLANK,   /* NAME 'value' */
	VALUE_OPTION,  /* --name value */
	VALUE_DEFAULT, /* ${NAME:-value} */
	VALUE_MEMBER,  /* of a JSON object */
};
struct secret_value {
	size_t from, to;
	bool quoted;
	enum secret_operator op;
};
/* The value at `at`, blanks being passed. */
struct secret_value secret_value_read(struct secret_scan *scan, size_t at, enum secret_operator op);
/* Does the value that belongs to such a name have to go? after: what stands behind it. */
bool secret_value_counts(const struct secret_name *name, struct str value, bool quoted,
			 enum secret_operator op, struct str after);
bool secret_word_is(enum secret_words kind, struct str text);
/* "[redacted:rule:16 hex]" at the start of text: its length, else 0. */
size_t secret_marker_length(struct str text);

/* The run [start, end) of name bytes is a word of a command: learns which program it is, and finds the value when it
 * is an option that holds one.
 */
bool secret_program_word(struct secret_scan *scan, size_t start, size_t end,
			 struct secret_hit *ret);
/* A pipe: what was printed in front of it goes to the next command. */
void secret_program_pipe(struct secret_scan *scan, size_t at);
/* The whole text is the value of the option before it. */
bool secret_program_expected(struct secret_scan *scan, struct secret_hit *ret);

#endif
