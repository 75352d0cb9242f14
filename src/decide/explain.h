/* SPDX-License-Identifier: Apache-2.0
 *
 * A decision told to a person as a tree: what was asked, what it really does, which rule met what,
 * and what would be allowed instead.
 */
#ifndef CAVRA_DECIDE_EXPLAIN_H
#define CAVRA_DECIDE_EXPLAIN_H

#include "base/buf.h"
#include "decide/decide.h"
#include "decide/record.h"

struct explain_style {
	bool colour;          /* ANSI colours */
	size_t width;         /* columns, at least 40 */
	struct str root;      /* files below it are named relative to it; empty: none */
	bool name_packs;      /* say which bundled pack a rule is of */
	bool name_policies;   /* say whose policy a rule is of: several are in force */
	const char *in_force; /* for the last line; NULL: the policy and its mode */
};

/* Many lines, each at most style->width columns and ended by a newline. Nothing of the request is
 * printed raw. */
void explain_write(struct buf *out, const struct decision *decision, const struct policy *policy,
		   const struct explain_style *style);

/* One line without its newline: what the policy on trial would have answered. */
void explain_shadow(struct buf *out, const struct record_shadow *shadow);

/* The colour of an outcome and its end; empty strings without colour. */
const char *explain_colour(enum cavra_outcome outcome, bool colour);
const char *explain_colour_end(bool colour);

/* text in lines of at most width columns; the first starts with `first`, the others with `next`.
 * Words that do not fit are cut.
 */
void explain_wrap(struct buf *out, struct str text, const char *first, const char *next,
		  size_t width);

#endif
