/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed JSON documents, see signed.h.
 */
#include "evidence/signed.h"

#include "base/limits.h"
#include "crypto/base64.h"
#include "crypto/hmac.h"
#include "evidence/document.h"
#include "json/json.h"

static const struct {
	const char *name;
	size_t size; /* of the value, which is hexadecimal for a digest and base64 otherwise */
} algorithms[] = {
	[SIGNED_ED25519] = {"Ed25519", KEY_SIGNATURE_BYTES},
	[SIGNED_HS256] = {"HS256", SHA256_BYTES},
	[SIGNED_SHA256] = {"SHA256", SHA256_BYTES},
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

const char *signed_algorithm_name(enum signed_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

static enum signed_algorithm algorithm_of(const struct signed_key *key)
{
	if (key->ed25519)
		return SIGNED_ED25519;
	return key->hmac ? SIGNED_HS256 : SIGNED_SHA256;
}

int signed_bytes(const json_t *document, struct buf *out, struct cavra_error *error)
{
	json_t CLEANUP_JSON *rest = json_copy_whole((json_t *)document);
	if (!rest)
		return evidence_no_memory(error);
	(void)json_object_del(rest, "signature");
	return json_write_spaced_form(rest, out, error);
}

/* ---- signing ---- */

/* What both objects say. */
static json_t *describe(const struct signed_key *key, struct cavra_error *error)
{
	char pem[SHA256_HEX], der[SHA256_HEX];
	json_t *said = json_pack("{s:s}", "algorithm", signed_algorithm_name(algorithm_of(key)));
	bool good = said != NULL;
	if (key->ed25519) {
		if (key_fingerprint(key->ed25519, pem, error) < 0 ||
		    key_fingerprint_der(key->ed25519, der, error) < 0) {
			json_decref(said);
			return NULL;
		}
		good = good &&
		       evidence_set_str(said, "key_id", key->id.n ? key->id : str_make(pem, 16)) &&
		       evidence_set_str(said, "public_key_sha256", str_from(pem)) &&
		       evidence_set_str(said, "public_key_spki_sha256", str_from(der));
	} else if (key->hmac && key->id.n) {
		good = good && evidence_set_str(said, "key_id", key->id);
	}
	if (good)
		return said;
	json_decref(said);
	(void)error_set(error, CAVRA_ERR_INPUT, "the id of a key is UTF-8");
	return NULL;
}

static int make_value(const struct signed_key *key, struct str bytes, struct buf *out,
		      struct cavra_error *error)
{
	uint8_t value[KEY_SIGNATURE_BYTES];
	char hex[SHA256_HEX];
	enum signed_algorithm algorithm = algorithm_of(key);
	int code = 0;
	if (key->ed25519)
		code = key_sign(key->ed25519, bytes, value, error);
	else if (key->hmac)
		code = hmac_sha256(secret_str(key->hmac), bytes, value, error);
	else
		sha256(bytes, value);
	if (code < 0)
		return code;
	if (algorithm == SIGNED_SHA256) {
		digest_hex(value, hex);
		buf_add_c(out, hex);
	} else {
		base64_encode(out, str_make((const char *)value, algorithms[algorithm].size));
	}
	return out->failed ? evidence_no_memory(error) : 0;
}

int signed_add(json_t *document, const struct signed_key *key, struct cavra_error *error)
{
	struct buf CLEANUP_BUF bytes, CLEANUP_BUF value;
	struct signed_claim claim;
	buf_init(&bytes, 2 * LIMIT_DOCUMENT_BYTES);
	buf_init(&value, KiB(1));
	if (key->id.n && !evidence_is_text(key->id))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the id of a key is one line of at most %d bytes",
				 LIMIT_SIGNATURE_TEXT);
	json_t CLEANUP_JSON *said = describe(key, error);
	if (!said)
		return CAVRA_ERR_INPUT;
	if (json_object_set_new(document, "signed_with", json_copy_whole(said)) < 0)
		return evidence_no_memory(error);
	int code = signed_bytes(document, &bytes, error);
	if (code == 0)
		code = make_value(key, buf_str(&bytes), &value, error);
	if (code < 0)
		return code;
	(void)json_object_del(said, "public_key_spki_sha256");
	if (!evidence_set_str(said, "value", buf_str(&value)) ||
	    json_object_set(document, "signature", said) < 0)
		return evidence_no_memory(error);
	return signed_claim(document, &claim, error);
}

/* ---- reading ---- */

static int find_algorithm(struct str name, enum signed_algorithm *ret, struct cavra_error *error)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (str_is(name, algorithms[i].name)) {
			*ret = (enum signed_algorithm)i;
			return 0;
		}
	return error_set(error, CAVRA_ERR_INPUT,
			 "the algorithm \"%.40s\" is unknown; there are Ed25519, HS256 and SHA256",
			 name.n ? name.p : "");
}

static bool is_value(const struct signed_claim *claim)
{
	uint8_t bytes[KEY_SIGNATURE_BYTES];
	size_t n = 0;
	if (claim->algorithm == SIGNED_SHA256)
		return evidence_is_sha256(claim->value);
	return base64_decode(claim->value, bytes, sizeof bytes, &n) &&
	       n == algorithms[claim->algorithm].size;
}

/* A member that nobody knows would be one that nobody checks. */
static int check_members(const json_t *signature, struct cavra_error *error)
{
	static const char *const known[] = {"algorithm", "value", "key_id", "public_key_sha256"};
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)signature, name, value) {
		bool good = false;
		for (size_t i = 0; !good && i < sizeof known / sizeof *known; i++)
			good = strcmp(name, known[i]) == 0;
		if (!good)
			return error_set(
				error, CAVRA_ERR_INPUT,
				"the signature has a member \"%.40s\", which means nothing", name);
	}
	return 0;
}

/* Inside of what is signed stands what outside could be changed. */
static int check_signed_with(const json_t *document, const json_t *signature,
			     struct cavra_error *error)
{
	static const char *const names[] = {"algorithm", "key_id", "public_key_sha256"};
	const json_t *inside = json_object_get(document, "signed_with");
	for (size_t i = 0; inside && i < sizeof names / sizeof *names; i++) {
		const json_t *one = json_object_get(inside, names[i]),
			     *two = json_object_get(signature, names[i]);
		if (one == two || (one && two && json_equal(one, two)))
			continue;
		return error_set(error, CAVRA_ERR_INPUT,
				 "the signature's \"%s\" is not the one in \"signed_with\"",
				 names[i]);
	}
	return 0;
}

int signed_claim(const json_t *document, struct signed_claim *ret_claim, struct cavra_error *error)
{
	struct signed_claim claim = {.key_id = STR_INIT("")};
	const json_t *signature = json_object_get(document, "signature");
	struct str name = STR("");
	if (!json_is_object(signature))
		return error_set(error, CAVRA_ERR_INPUT, "there is no \"signature\"");
	int code = json_need_str(signature, "algorithm", &name, error);
	if (code >= 0)
		code = find_algorithm(name, &claim.algorithm, error);
	if (code >= 0)
		code = json_need_str(signature, "value", &claim.value, error);
	if (code >= 0)
		code = json_want_str(signature, "key_id", &claim.key_id, error);
	if (code >= 0)
		code = json_want_str(signature, "public_key_sha256", &claim.fingerprint, error);
	if (code >= 0 && claim.key_id.n && !evidence_is_text(claim.key_id))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the id of a key is one line of at most %d bytes",
				 LIMIT_SIGNATURE_TEXT);
	if (code >= 0 && !is_value(&claim))
		code = error_set(error, CAVRA_ERR_INPUT, "the signature is no %s value",
				 signed_algorithm_name(claim.algorithm));
	if (code >= 0)
		code = check_members(signature, error);
	if (code >= 0)
		code = check_signed_with(document, signature, error);
	if (code < 0)
		return code;
	*ret_claim = claim;
	return 0;
}

/* ---- verifying ---- */

static int check_key(const struct signed_claim *claim, const struct signed_key *key,
		     struct cavra_error *error)
{
	char fingerprint[SHA256_HEX];
	enum signed_algorithm wanted = algorithm_of(key);
	if (wanted != SIGNED_SHA256 && claim->algorithm != wanted)
		return error_set(
			error, CAVRA_ERR_INPUT, "the key is for %s, but the signature says %s",
			signed_algorithm_name(wanted), signed_algorithm_name(claim->algorithm));
	if (key->id.n && !str_eq(key->id, claim->key_id))
		return error_set(error, CAVRA_ERR_INPUT,
				 "signed with the key \"%.60s\", not with \"%.60s\"",
				 claim->key_id.n ? claim->key_id.p : "", key->id.p);
	if (!key->ed25519)
		return 0;
	int code = key_fingerprint(key->ed25519, fingerprint, error);
	if (code < 0 || str_is(claim->fingerprint, fingerprint))
		return code;
	return error_set(error, CAVRA_ERR_INPUT,
			 "signed with the key %.16s..., not with this one, which is %.16s...",
			 claim->fingerprint.n ? claim->fingerprint.p : "(not named)", fingerprint);
}

static int is_good(const struct signed_claim *claim, const struct signed_key *key, struct str bytes,
		   bool *ret_good, struct cavra_error *error)
{
	uint8_t value[KEY_SIGNATURE_BYTES], mac[SHA256_BYTES];
	char hex[SHA256_HEX];
	size_t n = 0;
	int code = 0;
	*ret_good = true;
	if (claim->algorithm == SIGNED_SHA256) {
		sha256(bytes, mac);
		digest_hex(mac, hex);
		*ret_good = str_is(claim->value, hex);
	} else if (key->ed25519) {
		*ret_good = base64_decode(claim->value, value, sizeof value, &n) &&
			    key_verify(key->ed25519, bytes, str_make((const char *)value, n));
	} else if (key->hmac) {
		code = hmac_sha256(secret_str(key->hmac), bytes, mac, error);
		*ret_good = base64_decode(claim->value, value, sizeof value, &n) &&
			    n == sizeof mac && same_bytes(mac, value, sizeof mac);
	}
	return code;
}

int signed_check(const json_t *document, const struct signed_claim *claim,
		 const struct signed_key *key, struct cavra_error *error)
{
	struct buf CLEANUP_BUF bytes;
	bool good = false;
	buf_init(&bytes, 2 * LIMIT_DOCUMENT_BYTES);
	int code = check_key(claim, key, error);
	if (code == 0)
		code = signed_bytes(document, &bytes, error);
	if (code == 0)
		code = is_good(claim, key, buf_str(&bytes), &good, error);
	if (code == 0 && !good)
		code = error_set(error, CAVRA_ERR_INPUT,
				 "the signature does not hold: this was changed after it was "
				 "signed, or another key signed it");
	return code;
}
