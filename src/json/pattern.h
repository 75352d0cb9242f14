/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of JSON Schema: the part of ECMA-262 (with flag u) that has no memory.
 * Matching takes time linear in the text, whatever the pattern: schemas come from strangers too.
 *
 * Supported: characters, '.', "[...]", \d \D \w \W \s \S \t \n \v \f \r \0 \cX \xHH \uHHHH \u{...},
 * escaped punctuation, groups, '|', * + ? {n} {n,} {n,m} also lazy, ^ $ \b \B. Refused: lookaround,
 * references to groups, \p{...}, flags.
 */
#ifndef CAVRA_JSON_PATTERN_H
#define CAVRA_JSON_PATTERN_H

#include "base/arena.h"
#include "base/error.h"

struct pattern;

/* The pattern lives in the arena, which must be armed. Errors: CAVRA_ERR_INPUT when it is malformed
 * or not supported, CAVRA_ERR_LIMIT over LIMIT_PATTERN_BYTES or LIMIT_PATTERN_STATES.
 */
int pattern_compile(struct arena *arena, struct str source, struct pattern **ret,
		    struct cavra_error *error);

/* Does the pattern match anywhere in the text, which is UTF-8? 1 or 0. Takes its steps off *work;
 * CAVRA_ERR_LIMIT when they run out, CAVRA_ERR_MEMORY. Any number of threads may use a pattern at
 * once.
 */
int pattern_matches(const struct pattern *pattern, struct str text, size_t *work);

#endif
