/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of gen-commands: reading and checking the data, and writing it as C.
 */
#ifndef CAVRA_TOOLS_GEN_COMMANDS_H
#define CAVRA_TOOLS_GEN_COMMANDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "decide/knowledge.h"
#include "json/document.h"
#include "json/pointer.h"

/* One name of a program; its aliases share document, pointer and description. */
struct program {
	struct str name;
	const struct document *document;
	const char *pointer;
	const json_t *description;
};

struct knowledge {
	struct arena *arena;
	struct document **documents;
	size_t n_documents, cap_documents;
	struct program *programs; /* sorted by name once checked */
	size_t n_programs, cap_programs;
	size_t errors; /* printed so far */
};

/* An option's value: "flag", "read", "none?", "look??" or a list of roles. False when it is none of
 * these.
 */
struct option_value {
	const char *roles[OPTION_MAX_ROLES];
	size_t n_roles;
	bool optional, optional_next, repeats;
};
bool option_value_parse(const json_t *json, struct option_value *ret);

/* "none read... into". False when it is malformed. */
struct operand_list {
	const char *prefix[OPERAND_MAX_FIXED], *suffix[OPERAND_MAX_FIXED],
		*repeat; /* repeat: NULL when no role repeats */
	size_t n_prefix, n_suffix;
};
bool operand_list_parse(struct str text, struct operand_list *ret);

/* Checks what the schema cannot say, fills and sorts programs, prints "file:line:column: text" for
 * what is wrong.
 */
void knowledge_check(struct knowledge *knowledge);
/* Writes the tables of decide/knowledge.h. The data has been checked. */
void knowledge_write(const struct knowledge *knowledge, struct buf *out);

#endif
