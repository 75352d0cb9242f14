/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing a policy file, see signature.h.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "crypto/base64.h"
#include "crypto/hmac.h"
#include "policy/signature_private.h"
#include "json/json.h"

/* What both objects of the file say, as texts. */
struct said {
	char digest[SHA256_NAMED], fingerprint[SHA256_HEX];
	struct str signer, key_id, signed_at, file;
	enum signature_algorithm algorithm;
};

static int no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

static int collect(const struct policy_file *file, const struct signing *signing,
		   struct said *ret_said, struct cavra_error *error)
{
	*ret_said = (struct said){
		.signer = signing->signer,
		.key_id = signing->key_id.n ? signing->key_id : signing->signer,
		.signed_at = signing->signed_at,
		.file = str_basename(str_from(file->path)),
		.algorithm = signature_key_algorithm(&signing->key),
	};
	sha256_named(file->text, ret_said->digest);
	if (!signing->key.ed25519)
		return 0;
	return key_fingerprint(signing->key.ed25519, ret_said->fingerprint, error);
}

static bool set_str(json_t *object, const char *key, struct str value)
{
	return json_object_set_new(object, key, json_stringn(value.p, value.n)) == 0;
}

/* In the order in which existing tools write them. */
static bool set_tail(json_t *object, const struct said *said)
{
	bool good = set_str(object, "signed_at", said->signed_at) &&
		    set_str(object, "signer", said->signer);
	if (said->algorithm == SIGNATURE_ED25519)
		good = good && set_str(object, "key_id", said->key_id) &&
		       set_str(object, "public_key_sha256", str_from(said->fingerprint));
	return good && set_str(object, "policy_file", said->file);
}

static json_t *make_parents(const struct policy_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < file->n_parents; i++) {
		const struct policy_parent *parent = &file->parents[i];
		json_t *one = json_pack("{s:s%, s:s}", "id", parent->id.p, parent->id.n, "digest",
					parent->digest);
		if (!one || json_array_append_new(list, one) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* NULL without memory, and for texts that are no UTF-8. */
static json_t *make_statement(const struct policy_file *file, const struct said *said)
{
	json_t *statement = json_pack("{s:s, s:s, s:s, s:s?, s:O?, s:o?}", "schema_version",
				      STATEMENT_SCHEMA, "algorithm",
				      signature_algorithm_name(said->algorithm), "digest",
				      said->digest, "compiled_digest", file->compiled, "metadata",
				      file->metadata, "parents", make_parents(file));
	if (statement && !set_tail(statement, said)) {
		json_decref(statement);
		return NULL;
	}
	return statement;
}

static int sign(const struct signature_key *key, const char *digest, struct str data,
		struct buf *out, struct cavra_error *error)
{
	uint8_t bytes[KEY_SIGNATURE_BYTES];
	int code = key->ed25519 ? key_sign(key->ed25519, data, bytes, error)
				: signature_mac(key, digest, data, bytes, error);
	if (code < 0)
		return code;
	size_t n = signature_size(signature_key_algorithm(key));
	base64_encode(out, str_make((const char *)bytes, n));
	return out->failed ? no_memory(error) : 0;
}

static int sign_statement(const struct signature_key *key, const char *digest,
			  const json_t *statement, struct buf *out, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	buf_init(&text, 2 * LIMIT_DOCUMENT_BYTES);
	int code = statement_encode(statement, &text, error);
	return code < 0 ? code : sign(key, digest, buf_str(&text), out, error);
}

static int write_object(const struct said *said, json_t *statement, const char *signature,
			const char *statement_signature, struct buf *out, struct cavra_error *error)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s}", "schema_version", SIGNATURE_SCHEMA,
				 "algorithm", signature_algorithm_name(said->algorithm), "digest",
				 said->digest, "signature", signature);
	char *text = NULL;
	if (root && set_tail(root, said) && json_object_set(root, "statement", statement) == 0 &&
	    set_str(root, "statement_signature", str_from(statement_signature)))
		text = json_text(root, JSON_INDENT(2));
	json_decref(root);
	if (!text)
		return no_memory(error);
	buf_add_c(out, text);
	buf_add_char(out, '\n');
	free(text);
	if (out->failed || out->n > LIMIT_SIGNATURE_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the signature would be larger than %zu bytes; shorten the "
				 "metadata of the policy",
				 LIMIT_SIGNATURE_BYTES);
	return 0;
}

/* What is written must be what is read: texts of the caller that no signature file may hold end here. */
static int check_text(struct str text, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct signature signature;
	int code = document_parse_json(text.p, text.n, &document, error);
	return code < 0 ? code : signature_read(document, &signature, error);
}

int signature_write(const struct policy_file *file, const struct signing *signing, struct buf *out,
		    struct cavra_error *error)
{
	struct buf CLEANUP_BUF one, CLEANUP_BUF two;
	struct said said;
	buf_init(&one, KiB(1));
	buf_init(&two, KiB(1));
	int code = collect(file, signing, &said, error);
	if (code < 0)
		return code;
	json_t *statement = make_statement(file, &said);
	if (!statement)
		return error_set(error, CAVRA_ERR_INPUT,
				 "signer and key id must be UTF-8, or there is no memory");
	code = sign(&signing->key, said.digest, file->text, &one, error);
	if (code == 0)
		code = sign_statement(&signing->key, said.digest, statement, &two, error);
	if (code == 0)
		code = write_object(&said, statement, one.p, two.p, out, error);
	json_decref(statement);
	return code < 0 ? code : check_text(buf_str(out), error);
}
