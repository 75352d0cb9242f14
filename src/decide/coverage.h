/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rules of a pack some decision met: what no case of a pack reaches, nobody has tried.
 */
#ifndef CAVRA_DECIDE_COVERAGE_H
#define CAVRA_DECIDE_COVERAGE_H

#include "decide/decide.h"

/* Notes in `reached`, an object that the caller owns, what the decision met. False: no memory. */
bool coverage_note(json_t *reached, const struct decision *decision);

/* Visits the list items and rules of a pack, as it is written, in its order. Not counted are lists whose items no finding
 * names: network.allow.
 */
typedef void (*coverage_visitor)(void *context, const char *rule, struct str pattern, bool reached);
void coverage_visit(const json_t *reached, const json_t *pack, coverage_visitor visit,
		    void *context);

#endif
