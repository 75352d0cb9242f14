/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision record as JSON: the 17 fields of the contract in their order, then ours.
 * docs/decisions.md explains each. Pure: identifiers and time are arguments.
 */
#ifndef CAVRA_DECIDE_RECORD_H
#define CAVRA_DECIDE_RECORD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/when.h"
#include "decide/decide.h"

enum { RECORD_RANDOM_BYTES = 12 };

/* What makes one record this one. */
struct record_stamp {
	char decision_id[20];      /* dec_ and 12 hexadecimal digits */
	char correlation_id[20];   /* corr_ and 12 hexadecimal digits */
	char timestamp[WHEN_TEXT]; /* 2026-01-31T23:59:59.000001+00:00 */
};
/* random: from the operating system. seconds since 1970, microseconds below a million. A session
 * has one correlation id; without a session (empty) it is random.
 */
void record_stamp_make(struct record_stamp *ret_stamp,
		       const unsigned char random[RECORD_RANDOM_BYTES], int64_t seconds,
		       unsigned microseconds, struct str session_id);

/* What a policy on trial would have decided. */
struct record_shadow {
	struct str policy_pack;
	const char *policy_digest;
	const struct decision *decision;
	bool changed;                    /* to another outcome */
	const struct cavra_error *error; /* it cannot decide, and why; NULL: it did */
};
/* Who has broken the glass, until when. */
struct record_glass {
	struct str actor, expires;
};

struct record {
	const struct request *request;
	const struct decision *decision;
	const struct policy *policy;
	const char *policy_digest;    /* of all policies in force; NULL: of this one */
	const char *policy_signature; /* the same, the weakest of them */
	struct str policy_pack;       /* the id that was asked for; empty: the policy's own */
	const struct record_stamp *stamp;
	const struct record_shadow *shadow; /* NULL: none is on trial */
	const struct record_glass *glass;   /* NULL: it is whole */
	const json_t *echo_id; /* `id` of a batch request, a string or integer; NULL: none */
};
/* The caller decrefs it; NULL without memory. What is no UTF-8 in a text is replaced by U+FFFD. */
json_t *record_json(const struct record *record);
/* The same as one line without a newline. */
void record_write(struct buf *out, const struct record *record);

#endif
