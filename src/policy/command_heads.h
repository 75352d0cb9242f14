/* SPDX-License-Identifier: Apache-2.0
 *
 * Command patterns by how they start: program and first operand. It answers which patterns a command with unknown
 * words could match at all, without looking at the others.
 */
#ifndef CAVRA_POLICY_COMMAND_HEADS_H
#define CAVRA_POLICY_COMMAND_HEADS_H

#include "policy/pattern_list.h"

/* Fills list->heads and list->by_program from the forms that list->forms was made of; may take operands from them. */
void command_heads_build(struct arena *arena, struct pattern_list *list, struct command_form *form);

/* Forms come in several rows, each in order of their patterns; false leaves out the rest of the row. */
typedef bool command_heads_visitor(void *context, const struct form_row *form);
/* Visits all forms that the command may match, and perhaps some others; some more than once. n is not 0. */
void command_heads_visit(const struct pattern_list *list, const struct command_word *words,
			 size_t n, command_heads_visitor *visit, void *context);

/* Is the program known, and no pattern about it or about any program? */
bool command_heads_lack(const struct pattern_list *list, const struct command_word *words);

#endif
