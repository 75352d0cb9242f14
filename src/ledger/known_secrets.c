/* SPDX-License-Identifier: Apache-2.0
 *
 * The secrets of one record, see known_secrets.h.
 */
#include "ledger/known_secrets.h"

#include <stdio.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

enum { MARKER_DIGITS = 16 };

void known_secrets_init(struct known_secrets *known, const struct redactor *redactor)
{
	known->redactor = redactor;
	known->n = known->count = 0;
}

void known_secrets_release(struct known_secrets *known)
{
	for (size_t i = 0; i < known->n; i++) {
		wipe(known->known[i].secret.p, known->known[i].secret.n);
		buf_release(&known->known[i].secret);
	}
	known->n = 0;
}

static void write_marker(const struct redactor *redactor, struct str secret, uint16_t rule,
			 char ret_marker[MARKER_BYTES])
{
	struct sha256 sha;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	sha256_init(&sha);
	sha256_add(&sha, str_make((const char *)redactor->salt, SALT_BYTES));
	sha256_add(&sha, secret);
	sha256_finish(&sha, digest);
	digest_hex(digest, hex);
	(void)snprintf(ret_marker, MARKER_BYTES, "[redacted:%s:%.*s]",
		       secret_texts + secret_rule_names[rule], MARKER_DIGITS, hex);
}

/* Short ones, and words, also stand where they mean something else. */
static bool is_distinct(struct str secret)
{
	bool digit = false;
	for (size_t i = 0; i < secret.n && i < 64; i++)
		digit |= ascii_is_digit(secret.p[i]);
	return secret.n >= KNOWN_SHORTEST && secret.n <= LIMIT_SECRET_BYTES &&
	       (digit || secret.n >= 12);
}

static void remember(struct known_secrets *known, struct str secret, const char *marker)
{
	for (size_t i = 0; i < known->n; i++)
		if (str_eq(buf_str(&known->known[i].secret), secret))
			return;
	if (known->n == KNOWN_MOST || !is_distinct(secret))
		return;
	struct known_secret *one = &known->known[known->n++];
	buf_init(&one->secret, secret.n);
	buf_add(&one->secret, secret);
	memcpy(one->marker, marker, MARKER_BYTES);
}

void known_secrets_mark(struct known_secrets *known, struct str secret, uint16_t rule,
			struct buf *out)
{
	char marker[MARKER_BYTES];
	write_marker(known->redactor, secret, rule, marker);
	remember(known, secret, marker);
	buf_add_c(out, marker);
	known->count++;
}

bool known_secrets_scan(struct known_secrets *known, struct secret_scan *scan, struct buf *out)
{
	struct secret_hit hit;
	size_t done = 0;
	bool any = false;
	while (secret_scan_next(scan, &hit)) {
		any = true;
		buf_add(out, str_make(scan->text.p + done, hit.from - done));
		known_secrets_mark(known, str_make(scan->text.p + hit.from, hit.to - hit.from),
				   hit.rule, out);
		done = hit.to;
	}
	if (any)
		buf_add(out, str_from_at(scan->text, done));
	return any;
}

static const struct known_secret *known_at(const struct known_secrets *known, struct str rest)
{
	for (size_t i = 0; i < known->n; i++)
		if (known->known[i].secret.n && str_starts(rest, buf_str(&known->known[i].secret)))
			return &known->known[i];
	return NULL;
}

bool known_secrets_replace(struct known_secrets *known, struct str text, struct buf *out)
{
	bool first[256] = {false};
	size_t done = 0;
	bool any = false;
	for (size_t i = 0; i < known->n; i++)
		first[(unsigned char)known->known[i].secret.p[0]] = true;
	first['['] = true;
	for (size_t at = 0; at < text.n;) {
		struct str rest = str_from_at(text, at);
		size_t marker;
		const struct known_secret *one = NULL;
		if (!first[(unsigned char)rest.p[0]]) {
			at++;
			continue;
		}
		marker = secret_marker_length(rest);
		if (!marker)
			one = known_at(known, rest);
		if (one) {
			any = true;
			known->count++;
			buf_add(out, str_make(text.p + done, at - done));
			buf_add_c(out, one->marker);
			done = at + one->secret.n;
		}
		at += marker ? marker : one ? one->secret.n : 1;
	}
	if (any)
		buf_add(out, str_from_at(text, done));
	return any;
}
