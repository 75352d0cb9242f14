/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking secrets out of what is recorded, before it is recorded. A secret becomes
 *
 *	[redacted:<rule>:<16 hexadecimal digits of SHA-256(salt, secret)>]
 *
 * so that the same secret can be recognised inside one ledger, and not be guessed from another. What counts as a
 * secret is data (data/secrets.yaml); docs/redaction.md tells it to people.
 */
#ifndef CAVRA_LEDGER_REDACT_H
#define CAVRA_LEDGER_REDACT_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum { SALT_BYTES = 32 };

struct redactor {
	uint8_t salt[SALT_BYTES];
};

/* Reads DIRECTORY/salt, making it (mode 0600) when there is none; when several do at once, all end with the same one.
 * The directory must exist. Errors: CAVRA_ERR_IO; CAVRA_ERR_INPUT when it is not a salt, is a symbolic link, or others may read it.
 */
int redactor_open(const char *directory, struct redactor *ret, struct cavra_error *error);

/* Appends text without its secrets. A secret of eight bytes or more goes wherever it stands in the text, once it is known for
 * one. CAVRA_ERR_LIMIT or CAVRA_ERR_MEMORY when out has failed; what it then holds must not be used. ret_count: how
 * many places; may be NULL.
 */
int redact_text(const struct redactor *redactor, struct str text, struct buf *out,
		size_t *ret_count, struct cavra_error *error);

/* Changes a value in place: every string and every key at any depth. Names of members say whether their values are secrets;
 * an array of strings is read as the words of one command. What is a secret in one place goes in all. Where the
 * target of a decision changes, the spans of its findings become null. On failure the value must not be used.
 */
int redact_json(const struct redactor *redactor, json_t *value, size_t *ret_count,
		struct cavra_error *error);

#endif
