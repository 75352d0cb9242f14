/* SPDX-License-Identifier: Apache-2.0
 *
 * DSSE envelopes, see dsse.h.
 */
#include "crypto/dsse.h"

#include <stdlib.h>

#include "crypto/base64.h"
#include "json/json.h"

struct dsse {
	json_t *root;
	struct str payload_type;
	const json_t *signatures;
	size_t n;
	uint8_t payload[];
};

static int no_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

void dsse_encode(struct str payload_type, struct str payload, struct buf *out)
{
	buf_add_format(out, "DSSEv1 %zu ", payload_type.n);
	buf_add(out, payload_type);
	buf_add_format(out, " %zu ", payload.n);
	buf_add(out, payload);
}

/* ---- reading ---- */

static int check_signatures(const json_t *signatures, struct cavra_error *error)
{
	size_t i;
	const json_t *one;
	if (json_array_size(signatures) == 0)
		return error_set(error, CAVRA_ERR_INPUT, "the envelope has no \"signatures\"");
	if (json_array_size(signatures) > LIMIT_DSSE_SIGNATURES)
		return error_set(error, CAVRA_ERR_LIMIT, "an envelope has at most %d signatures",
				 LIMIT_DSSE_SIGNATURES);
	json_array_foreach (signatures, i, one) {
		struct str text = STR(""), id = STR("");
		int code = json_need_str(one, "sig", &text, error);
		if (code >= 0)
			code = json_want_str(one, "keyid", &id, error);
		if (code < 0)
			return error_prefix(error, "signature %zu", i + 1);
	}
	return 0;
}

/* Takes the JSON over. */
static int make(json_t *root, struct dsse **ret_dsse, struct cavra_error *error)
{
	struct str payload = STR(""), type = STR("");
	int code = json_need_str(root, "payload", &payload, error);
	if (code >= 0)
		code = json_need_str(root, "payloadType", &type, error);
	if (code >= 0 && type.n == 0)
		code = error_set(error, CAVRA_ERR_INPUT, "the \"payloadType\" is empty");
	if (code >= 0)
		code = check_signatures(json_get_array(root, "signatures"), error);
	struct dsse *dsse = code < 0 ? NULL : calloc(1, sizeof *dsse + payload.n);
	if (code >= 0 && !dsse)
		code = no_memory(error);
	if (code >= 0 && !base64_decode_either(payload, dsse->payload, payload.n, &dsse->n))
		code = error_set(error, CAVRA_ERR_INPUT, "the \"payload\" is not base64");
	if (code < 0 || !dsse) {
		free(dsse);
		json_decref(root);
		return code;
	}
	dsse->root = root;
	dsse->payload_type = type;
	dsse->signatures = json_get_array(root, "signatures");
	*ret_dsse = dsse;
	return 0;
}

int dsse_read(struct str text, struct dsse **ret_dsse, struct cavra_error *error)
{
	json_t *root = NULL;
	int code = json_read(text, 0, &root, error);
	return code < 0 ? code : make(root, ret_dsse, error);
}

void dsse_free(struct dsse *dsse)
{
	if (!dsse)
		return;
	json_decref(dsse->root);
	free(dsse);
}

struct str dsse_payload(const struct dsse *dsse)
{
	return str_make((const char *)dsse->payload, dsse->n);
}

struct str dsse_payload_type(const struct dsse *dsse)
{
	return dsse->payload_type;
}

struct str dsse_key_hint(const struct dsse *dsse)
{
	struct str id = STR("");
	(void)json_get_str(json_array_get(dsse->signatures, 0), "keyid", &id);
	return id;
}

/* ---- verifying ---- */

static bool has_signed(const struct dsse *dsse, const struct key *key, struct str encoded)
{
	size_t i;
	const json_t *one;
	json_array_foreach (dsse->signatures, i, one) {
		struct str text = STR("");
		uint8_t bytes[KEY_SIGNATURE_BYTES];
		size_t n = 0;
		if (json_get_str(one, "sig", &text) &&
		    base64_decode_either(text, bytes, sizeof bytes, &n) &&
		    key_verify(key, encoded, str_make((const char *)bytes, n)))
			return true;
	}
	return false;
}

/* Does the same key stand further ahead, maybe under another id? */
static int is_repeated(const struct dsse_key *keys, size_t i, bool *ret_repeated,
		       struct cavra_error *error)
{
	uint8_t one[KEY_PUBLIC_BYTES], other[KEY_PUBLIC_BYTES];
	int code = key_public_bytes(keys[i].key, one, error);
	*ret_repeated = false;
	for (size_t k = 0; code == 0 && k < i && !*ret_repeated; k++) {
		code = key_public_bytes(keys[k].key, other, error);
		*ret_repeated = code == 0 && memcmp(one, other, sizeof one) == 0;
	}
	return code;
}

int dsse_verify(const struct dsse *dsse, const struct dsse_key *keys, size_t n_keys,
		size_t *ret_verified, struct cavra_error *error)
{
	struct buf CLEANUP_BUF encoded;
	size_t verified = 0;
	buf_init(&encoded, 2 * LIMIT_DOCUMENT_BYTES);
	dsse_encode(dsse->payload_type, dsse_payload(dsse), &encoded);
	if (encoded.failed)
		return no_memory(error);
	for (size_t i = 0; i < n_keys; i++) {
		bool repeated;
		int code = is_repeated(keys, i, &repeated, error);
		if (code < 0)
			return code;
		verified += !repeated && has_signed(dsse, keys[i].key, buf_str(&encoded));
	}
	*ret_verified = verified;
	return 0;
}

/* ---- signing ---- */

static int sign_one(const struct dsse_key *key, struct str encoded, struct buf *out,
		    struct cavra_error *error)
{
	uint8_t signature[KEY_SIGNATURE_BYTES];
	int code = key_sign(key->key, encoded, signature, error);
	if (code < 0)
		return code;
	buf_add_c(out, "{\"keyid\":");
	buf_add_json_string(out, key->id);
	buf_add_c(out, ",\"sig\":\"");
	base64_encode(out, str_make((const char *)signature, sizeof signature));
	buf_add_c(out, "\"}");
	return 0;
}

int dsse_sign(struct str payload_type, struct str payload, const struct dsse_key *keys,
	      size_t n_keys, struct buf *out, struct cavra_error *error)
{
	struct buf CLEANUP_BUF encoded;
	struct dsse CLEANUP_DSSE *again = NULL;
	size_t start = out->n;
	int code = 0;
	buf_init(&encoded, 2 * LIMIT_DOCUMENT_BYTES);
	dsse_encode(payload_type, payload, &encoded);
	buf_add_c(out, "{\"payload\":\"");
	base64_encode(out, payload);
	buf_add_c(out, "\",\"payloadType\":");
	buf_add_json_string(out, payload_type);
	buf_add_c(out, ",\"signatures\":[");
	for (size_t i = 0; code == 0 && i < n_keys; i++) {
		if (i)
			buf_add_char(out, ',');
		code = sign_one(&keys[i], buf_str(&encoded), out, error);
	}
	buf_add_c(out, "]}");
	if (code == 0 && (out->failed || encoded.failed))
		code = error_set(error, CAVRA_ERR_LIMIT, "the envelope is too large");
	/* What is written must be what is read. */
	if (code == 0)
		code = dsse_read(str_from_at(buf_str(out), start), &again, error);
	if (code == 0 && !str_eq(dsse_payload_type(again), payload_type))
		code = error_set(error, CAVRA_ERR_INPUT, "the type of a payload is UTF-8");
	return code;
}
