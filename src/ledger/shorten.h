/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies that are too large for an entry, made smaller in steps. What is left out is told where it stood.
 */
#ifndef CAVRA_LEDGER_SHORTEN_H
#define CAVRA_LEDGER_SHORTEN_H

#include <jansson.h>
#include <stddef.h>

struct shorten_step {
	size_t text_bytes; /* longer texts are cut: "the beginning... [cut: N bytes, sha256:<hex> of all]" */
	size_t items; /* longer lists end with {"omitted": N} */
};
/* From the gentlest on. */
extern const struct shorten_step shorten_steps[];
extern const size_t shorten_steps_count;

/* A copy, which the caller owns; NULL without memory. */
json_t *json_shorten(const json_t *value, const struct shorten_step *step);

#endif
