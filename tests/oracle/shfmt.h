/* SPDX-License-Identifier: Apache-2.0
 *
 * An independent reader: shfmt's syntax tree of the same text. Every call in it whose words are all literal
 * must be among the commands of the analysis.
 */
#ifndef TESTS_ORACLE_SHFMT_H
#define TESTS_ORACLE_SHFMT_H

#include "check.h"

/* Is shfmt installed? */
bool shfmt_exists(void);

/* Compares one text; prints what is missing to `out`. Returns the number of missing calls, adds the compared
 * ones to *calls.
 */
unsigned shfmt_compare(struct checker *checker, struct str text, FILE *out, unsigned long *calls);

#endif
