/* SPDX-License-Identifier: Apache-2.0
 *
 * A compiled policy as bytes, so that a process which lives for one decision need not compile.
 *
 * An image holds no addresses and no offsets: everything stands in the order in which it is visited, and only
 * numbers and texts are read. What they count or name is checked, so that matching stays inside its tables
 * whatever the bytes are. That makes damage harmless, and says nothing about who wrote the image: see cache.h.
 */
#ifndef CAVRA_POLICY_IMAGE_H
#define CAVRA_POLICY_IMAGE_H

#include "base/buf.h"
#include "policy/policy.h"

/* Whose image it is: of which request, compiled by which program. */
enum { IMAGE_KEY_BYTES = 64 };

/* Appends to *out. The policy must have no cases; its document is left out. Errors: CAVRA_ERR_LIMIT,
 * CAVRA_ERR_MEMORY.
 */
int policy_image_write(const struct policy *policy, const uint8_t key[IMAGE_KEY_BYTES],
		       struct buf *out, struct cavra_error *error);

/* Puts the key, the size and the sum of what follows in front of an image, as policy_image_write() does at its end. */
void policy_image_seal(struct buf *image, const uint8_t key[IMAGE_KEY_BYTES]);

/* The policy points into the bytes, which must stay; they start where a uint64_t may. Its document is NULL.
 * Errors: CAVRA_ERR_INPUT when this is no sound image with that key, CAVRA_ERR_MEMORY.
 */
int policy_image_read(struct str bytes, const uint8_t key[IMAGE_KEY_BYTES],
		      struct policy **ret_policy, struct cavra_error *error);

#endif
