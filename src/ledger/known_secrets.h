/* SPDX-License-Identifier: Apache-2.0
 *
 * The secrets of one record: each is replaced where it was found, and then wherever else it stands.
 */
#ifndef CAVRA_LEDGER_KNOWN_SECRETS_H
#define CAVRA_LEDGER_KNOWN_SECRETS_H

#include "ledger/redact.h"
#include "ledger/secret_scan.h"

enum { KNOWN_MOST = 32, KNOWN_SHORTEST = 8, MARKER_BYTES = 96 };

struct known_secret {
	struct buf secret;
	char marker[MARKER_BYTES];
};
struct known_secrets {
	const struct redactor *redactor;
	size_t n, count; /* count: places that were replaced */
	struct known_secret known[KNOWN_MOST];
};

void known_secrets_init(struct known_secrets *known, const struct redactor *redactor);
/* Also wipes them. */
void known_secrets_release(struct known_secrets *known);

/* Appends the marker of a secret and remembers the secret. */
void known_secrets_mark(struct known_secrets *known, struct str secret, uint16_t rule,
			struct buf *out);
/* Appends the text without what scan finds in it. False, with nothing added, when there is nothing. */
bool known_secrets_scan(struct known_secrets *known, struct secret_scan *scan, struct buf *out);
/* Appends the text without what is known. False, with nothing added, when it holds none. */
bool known_secrets_replace(struct known_secrets *known, struct str text, struct buf *out);

#endif
