/* SPDX-License-Identifier: Apache-2.0
 *
 * The matching rules once more, for fully known input only: plain backtracking over the pattern's text, as
 * slow as it is short. What the compiled lists answer is compared with this.
 */
#ifndef CAVRA_TESTS_PLAIN_MATCH_H
#define CAVRA_TESTS_PLAIN_MATCH_H

#include "policy/match.h"

/* Exceptions and headers are the caller's business: `pattern` is neither. */
bool plain_path(struct str pattern, struct str name, bool ignore_case);
/* sure: the value of an option is no operand, so it is only taken where the pattern may mean one. */
struct plain_mode {
	bool deny, sure;
};
bool plain_command(struct str pattern, const struct command_word *words, size_t n,
		   struct plain_mode mode);

#endif
