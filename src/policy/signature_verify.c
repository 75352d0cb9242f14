/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying a signature file, see signature.h. The key of who verifies comes first: nothing that the file says chooses
 * an algorithm or makes a check unnecessary.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "crypto/hmac.h"
#include "policy/signature_private.h"
#include "json/json.h"

const char *signature_verdict_name(enum signature_verdict verdict)
{
	static const char *const names[] = {
		[SIGNATURE_VERIFIED] = "verified",
		[SIGNATURE_INTEGRITY_ONLY] = "integrity_only",
		[SIGNATURE_MISSING] = "missing",
		[SIGNATURE_MALFORMED] = "malformed",
		[SIGNATURE_WRONG_ALGORITHM] = "wrong_algorithm",
		[SIGNATURE_WRONG_KEY] = "wrong_key",
		[SIGNATURE_FILE_CHANGED] = "file_changed",
		[SIGNATURE_NAME_CHANGED] = "name_changed",
		[SIGNATURE_FORGED] = "forged",
		[SIGNATURE_NO_STATEMENT] = "no_statement",
		[SIGNATURE_STATEMENT_FORGED] = "statement_forged",
		[SIGNATURE_FIELD_CHANGED] = "field_changed",
		[SIGNATURE_METADATA_CHANGED] = "metadata_changed",
		[SIGNATURE_PARENTS_CHANGED] = "parents_changed",
		[SIGNATURE_COMPILED_CHANGED] = "compiled_changed",
	};
	return names[verdict];
}

struct verifying {
	const struct signature *signature;
	const struct policy_file *file;
	const struct signature_key *key;
	enum signature_verdict verdict;
	struct cavra_error *error;
};

__attribute__((format(printf, 3, 4))) static int refuse(struct verifying *verifying,
							enum signature_verdict verdict,
							const char *format, ...)
{
	char text[sizeof verifying->error->text];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	verifying->verdict = verdict;
	return error_set(verifying->error, CAVRA_ERR_POLICY, "%s", text);
}

static bool has_key(const struct verifying *verifying)
{
	return verifying->key->ed25519 || verifying->key->hmac;
}

/* ---- the key ---- */

static int check_algorithm(struct verifying *verifying)
{
	enum signature_algorithm wanted = signature_key_algorithm(verifying->key);
	if (!has_key(verifying) || verifying->signature->algorithm == wanted)
		return 0;
	return refuse(verifying, SIGNATURE_WRONG_ALGORITHM,
		      "the key is for %s, but the signature says %s; have it signed with the key's "
		      "other half",
		      signature_algorithm_name(wanted),
		      signature_algorithm_name(verifying->signature->algorithm));
}

static int check_key(struct verifying *verifying)
{
	char fingerprint[SHA256_HEX];
	if (!verifying->key->ed25519)
		return 0;
	int code = key_fingerprint(verifying->key->ed25519, fingerprint, verifying->error);
	if (code < 0 || str_is(verifying->signature->fingerprint, fingerprint))
		return code;
	return refuse(verifying, SIGNATURE_WRONG_KEY,
		      "signed with the key %.16s... (%.60s), not with this one, which is %.16s...",
		      verifying->signature->fingerprint.p, verifying->signature->key_id.p,
		      fingerprint);
}

/* Without a key only what anybody could have computed. */
static int is_signed(struct verifying *verifying, struct str data, const uint8_t *bytes,
		     bool *ret_signed)
{
	const struct signature *signature = verifying->signature;
	uint8_t mac[SHA256_BYTES];
	*ret_signed = true;
	if (verifying->key->ed25519) {
		*ret_signed = key_verify(verifying->key->ed25519, data,
					 str_make((const char *)bytes, KEY_SIGNATURE_BYTES));
		return 0;
	}
	if (!has_key(verifying) && signature->algorithm != SIGNATURE_SHA256)
		return 0;
	int code = signature_mac(verifying->key, signature->digest.p, data, mac, verifying->error);
	if (code == 0)
		*ret_signed = same_bytes(mac, bytes, sizeof mac);
	return code;
}

/* ---- the file ---- */

static int check_digest(struct verifying *verifying)
{
	char digest[SHA256_NAMED];
	sha256_named(verifying->file->text, digest);
	if (str_is(verifying->signature->digest, digest))
		return 0;
	return refuse(verifying, SIGNATURE_FILE_CHANGED,
		      "the file has changed since it was signed: it is %.23s..., signed was "
		      "%.23s...; see what changed, then sign it again",
		      digest, verifying->signature->digest.p);
}

static int check_name(struct verifying *verifying)
{
	struct str name = str_basename(str_from(verifying->file->path));
	if (str_eq(verifying->signature->file, name))
		return 0;
	return refuse(
		verifying, SIGNATURE_NAME_CHANGED,
		"this is the signature of a file %.60s; rename the file back, or sign it again",
		verifying->signature->file.p);
}

static int check_signature(struct verifying *verifying)
{
	bool good = false;
	int code = is_signed(verifying, verifying->file->text, verifying->signature->bytes, &good);
	if (code < 0 || good)
		return code;
	return refuse(verifying, SIGNATURE_FORGED,
		      "the signature does not belong to this file and key; sign it again");
}

/* ---- the statement ---- */

static int check_statement(struct verifying *verifying)
{
	struct buf CLEANUP_BUF text;
	bool good = false;
	buf_init(&text, 2 * LIMIT_DOCUMENT_BYTES);
	if (!verifying->signature->statement)
		return has_key(verifying)
			       ? refuse(verifying, SIGNATURE_NO_STATEMENT,
					"signed in the old form, which leaves open who signed "
					"when and what the file inherits; sign it again")
			       : 0;
	int code = statement_encode(verifying->signature->statement, &text, verifying->error);
	if (code == 0)
		code = is_signed(verifying, buf_str(&text), verifying->signature->statement_bytes,
				 &good);
	if (code < 0 || good)
		return code;
	return refuse(verifying, SIGNATURE_STATEMENT_FORGED,
		      "the statement was changed after it was signed; sign the file again");
}

static int check_common_fields(struct verifying *verifying)
{
	const json_t *outside = verifying->signature->document->root;
	for (const char *const *name = signature_common_fields; *name; name++) {
		const json_t *one = json_object_get(outside, *name),
			     *two = json_object_get(verifying->signature->statement, *name);
		if (one == two || (one && two && json_equal(one, two)))
			continue;
		return refuse(verifying, SIGNATURE_FIELD_CHANGED,
			      "the field \"%s\" is not what was signed: that is \"%.60s\"", *name,
			      two ? json_string_value(two) : "nothing");
	}
	return 0;
}

static int check_metadata(struct verifying *verifying)
{
	const json_t *metadata = json_object_get(verifying->signature->statement, "metadata");
	if (verifying->file->metadata && json_equal(metadata, verifying->file->metadata))
		return 0;
	return refuse(verifying, SIGNATURE_METADATA_CHANGED,
		      "the metadata are not what was signed; sign the file again");
}

static int refuse_parent(struct verifying *verifying, struct str id, const char *what)
{
	return refuse(
		verifying, SIGNATURE_PARENTS_CHANGED,
		"%.*s, which the file inherits, %s since it was signed; see what changes with "
		"it, then sign the file again",
		STR_ARG(id), what);
}

static int check_parents(struct verifying *verifying)
{
	const json_t *list = json_object_get(verifying->signature->statement, "parents");
	const struct policy_file *file = verifying->file;
	for (size_t i = 0; i < file->n_parents || i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct str id = STR(""), digest = STR("");
		(void)json_get_str(one, "id", &id);
		(void)json_get_str(one, "digest", &digest);
		if (i >= file->n_parents || !str_eq(id, file->parents[i].id))
			return refuse_parent(verifying, one ? id : file->parents[i].id,
					     one ? "has gone or moved" : "was added");
		if (!str_is(digest, file->parents[i].digest))
			return refuse_parent(verifying, id, "has changed");
	}
	return 0;
}

static int check_compiled(struct verifying *verifying)
{
	struct str signed_digest = STR("");
	(void)json_get_str(verifying->signature->statement, "compiled_digest", &signed_digest);
	if (!verifying->file->compiled || str_is(signed_digest, verifying->file->compiled))
		return 0;
	return refuse(verifying, SIGNATURE_COMPILED_CHANGED,
		      "the file compiles to %.23s..., signed was %.23s...; see what changes, then "
		      "sign it again",
		      verifying->file->compiled, signed_digest.p);
}

/* ---- in this order, so that the first complaint is the one that explains the others ---- */

static int (*const checks[])(struct verifying *verifying) = {
	check_algorithm, check_key, check_digest, check_signature, check_statement,
};
static int (*const statement_checks[])(struct verifying *verifying) = {
	check_common_fields, check_name, check_metadata, check_parents, check_compiled,
};

int signature_verify(const struct signature *signature, const struct policy_file *file,
		     const struct signature_key *key, enum signature_verdict *ret_verdict,
		     struct cavra_error *error)
{
	struct verifying verifying = {signature, file, key, SIGNATURE_FORGED, error};
	int code = 0;
	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(checks); i++)
		code = checks[i](&verifying);
	for (size_t i = 0; code == 0 && signature->statement && i < ARRAY_SIZE(statement_checks);
	     i++)
		code = statement_checks[i](&verifying);
	if (code == 0)
		verifying.verdict = has_key(&verifying) ? SIGNATURE_VERIFIED
							: SIGNATURE_INTEGRITY_ONLY;
	*ret_verdict = verifying.verdict;
	return code;
}
