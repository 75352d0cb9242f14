/* SPDX-License-Identifier: Apache-2.0
 *
 * Trust roots, see trust_root.h.
 */
#include "evidence/trust_root.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/when.h"
#include "evidence/document.h"
#include "json/json.h"

static const char *const statuses[] = {
	[TRUST_ACTIVE] = "active",
	[TRUST_RETIRED] = "retired",
	[TRUST_REVOKED] = "revoked",
};
enum { STATUSES = sizeof statuses / sizeof *statuses };

const char *trust_status_name(enum trust_status status)
{
	return statuses[status];
}

bool trust_status_parse(struct str name, enum trust_status *ret_status)
{
	for (size_t i = 0; i < STATUSES; i++)
		if (str_is(name, statuses[i])) {
			*ret_status = (enum trust_status)i;
			return true;
		}
	return false;
}

/* ---- reading ---- */

static int read_key(const json_t *document, struct trust_root *root, struct cavra_error *error)
{
	char pem_hex[SHA256_HEX], der_hex[SHA256_HEX];
	struct str pem = STR(""), der = STR("");
	int code = json_need_str(document, "public_key_pem", &pem, error);
	if (code >= 0)
		code = json_need_str(document, "public_key_sha256", &root->fingerprint, error);
	if (code >= 0)
		code = json_want_str(document, "public_key_spki_sha256", &der, error);
	if (code >= 0)
		code = key_read_public(pem, &root->key, error);
	if (code >= 0)
		code = key_fingerprint(root->key, pem_hex, error);
	if (code >= 0)
		code = key_fingerprint_der(root->key, der_hex, error);
	if (code < 0)
		return code;
	if (!str_is(root->fingerprint, pem_hex))
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"public_key_sha256\" is not that of the key: %.16s...", pem_hex);
	if (der.n && !str_is(der, der_hex))
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"public_key_spki_sha256\" is not that of the key: %.16s...",
				 der_hex);
	return 0;
}

static int read_times(const json_t *document, struct trust_root *root, struct cavra_error *error)
{
	const struct {
		const char *name;
		int64_t *when;
	} times[] = {
		{"valid_from", &root->valid_from},
		{"valid_until", &root->valid_until},
		{"retired_at", &root->retired_at},
		{"revoked_at", &root->revoked_at},
	};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int code = evidence_need_when(document, times[i].name, true, times[i].when, error);
		if (code < 0)
			return code;
		/* 0 stands for none. */
		if (!*times[i].when && json_is_string(json_object_get(document, times[i].name)))
			return error_set(error, CAVRA_ERR_INPUT,
					 "\"%s\" is the first moment of 1970, when there was no "
					 "such key; leave it out, or write what is meant",
					 times[i].name);
	}
	if (root->valid_until && root->valid_until < root->valid_from)
		return error_set(error, CAVRA_ERR_INPUT,
				 "\"valid_until\" is before \"valid_from\"");
	return 0;
}

static int read_root(const json_t *document, struct trust_root *root, struct cavra_error *error)
{
	struct str status = STR("");
	int code = evidence_need_word(document, "schema_version", TRUST_ROOT_SCHEMA, error);
	if (code == 0)
		code = evidence_need_word(document, "algorithm", "Ed25519", error);
	if (code == 0)
		code = evidence_need_text(document, "key_id", &root->key_id, error);
	if (code == 0)
		code = evidence_need_text(document, "owner", &root->owner, error);
	if (code == 0)
		code = evidence_need_text(document, "status", &status, error);
	if (code == 0 && !trust_status_parse(status, &root->status))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "\"status\" is active, retired or revoked, not \"%.40s\"",
				 status.p);
	if (code == 0)
		code = read_times(document, root, error);
	return code < 0 ? code : read_key(document, root, error);
}

int trust_root_read(const json_t *document, struct trust_root *ret_root, struct cavra_error *error)
{
	struct trust_root root = {.key = NULL};
	int code = read_root(document, &root, error);
	if (code < 0) {
		key_free(root.key);
		return error_prefix(error, "trust root %.60s",
				    root.key_id.n ? root.key_id.p : "without an id");
	}
	*ret_root = root;
	return 0;
}

void trust_root_release(struct trust_root *root)
{
	key_free(root->key);
	root->key = NULL;
}

/* ---- making ---- */

static bool set_when(json_t *document, const char *name, int64_t when)
{
	char text[WHEN_TEXT];
	if (!when)
		return json_object_set_new(document, name, json_null()) == 0;
	when_format(when, text);
	return evidence_set_str(document, name, str_from(text));
}

int trust_root_make(const struct trust_root *root, json_t **ret_document, struct cavra_error *error)
{
	char pem[KEY_PUBLIC_PEM], pem_hex[SHA256_HEX], der_hex[SHA256_HEX];
	struct trust_root CLEANUP_TRUST_ROOT again = {.key = NULL};
	int code = key_write_public(root->key, pem, error);
	if (code == 0)
		code = key_fingerprint(root->key, pem_hex, error);
	if (code == 0)
		code = key_fingerprint_der(root->key, der_hex, error);
	if (code < 0)
		return code;
	json_t CLEANUP_JSON *document = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "schema_version", TRUST_ROOT_SCHEMA,
		"product", EVIDENCE_PRODUCT, "status", trust_status_name(root->status), "algorithm",
		"Ed25519", "public_key_sha256", pem_hex, "public_key_spki_sha256", der_hex,
		"public_key_pem", pem);
	bool good = document &&
		    evidence_set_str(document, "key_id",
				     root->key_id.n ? root->key_id : str_make(pem_hex, 16)) &&
		    evidence_set_str(document, "owner", root->owner) &&
		    set_when(document, "valid_from", root->valid_from) &&
		    set_when(document, "valid_until", root->valid_until) &&
		    (!root->retired_at || set_when(document, "retired_at", root->retired_at)) &&
		    (!root->revoked_at || set_when(document, "revoked_at", root->revoked_at));
	if (!good)
		return error_set(error, CAVRA_ERR_INPUT, "key id and owner are UTF-8");
	code = trust_root_read(document, &again, error);
	if (code == 0)
		*ret_document = json_incref(document);
	return code;
}

static int compare_ids(const void *a, const void *b)
{
	return str_compare(json_str(json_object_get(*(json_t *const *)a, "key_id")),
			   json_str(json_object_get(*(json_t *const *)b, "key_id")));
}

/* Of two that are about one key, one could be revoked and the other not. */
static int check_apart(const json_t *one, const json_t *other, struct cavra_error *error)
{
	static const char *const names[] = {"key_id", "public_key_sha256"};
	static const char *const what[] = {"key id", "key"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str text = STR(""), again = STR("");
		if (json_get_str(one, names[i], &text) && json_get_str(other, names[i], &again) &&
		    str_eq(text, again))
			return error_set(error, CAVRA_ERR_INPUT,
					 "two trust roots have the %s %.60s", what[i], text.p);
	}
	return 0;
}

static int check_roots(json_t *const *roots, size_t n, struct cavra_error *error)
{
	for (size_t i = 0; i < n; i++) {
		struct trust_root CLEANUP_TRUST_ROOT root = {.key = NULL};
		int code = trust_root_read(roots[i], &root, error);
		for (size_t k = 0; code == 0 && k < i; k++)
			code = check_apart(roots[k], roots[i], error);
		if (code < 0)
			return code;
	}
	return 0;
}

int trust_bundle_make(json_t *const *roots, size_t n, const char *created_at,
		      const struct signed_key *key, json_t **ret_bundle, struct cavra_error *error)
{
	if (n == 0)
		return error_set(error, CAVRA_ERR_INPUT, "there is no trust root");
	if (n > LIMIT_TRUST_KEYS)
		return error_set(error, CAVRA_ERR_LIMIT, "at most %d trust roots in one bundle",
				 LIMIT_TRUST_KEYS);
	json_t *sorted[LIMIT_TRUST_KEYS];
	memcpy(sorted, roots, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, compare_ids);
	int code = check_roots(sorted, n, error);
	if (code < 0)
		return code;
	json_t CLEANUP_JSON *bundle = json_pack("{s:s, s:s, s:s, s:[]}", "schema_version",
						TRUST_BUNDLE_SCHEMA, "product", EVIDENCE_PRODUCT,
						"created_at", created_at, "trust_roots");
	for (size_t i = 0; i < n; i++)
		if (json_array_append(json_object_get(bundle, "trust_roots"), sorted[i]) < 0)
			return evidence_no_memory(error);
	if (key)
		code = signed_add(bundle, key, error);
	if (code == 0)
		*ret_bundle = json_incref(bundle);
	return code;
}

/* ---- using ---- */

static int refuse(const struct trust_root *root, const char *why, int64_t when,
		  struct cavra_error *error)
{
	char text[WHEN_TEXT] = "";
	if (when)
		when_format(when, text);
	return error_set(error, CAVRA_ERR_INPUT, "the key %.60s %s%s%s", root->key_id.p, why,
			 when ? " " : "", text);
}

int trust_root_allows(const struct trust_root *root, int64_t signed_at, struct cavra_error *error)
{
	if (root->status == TRUST_REVOKED)
		return refuse(root, "was revoked, and nothing it signed counts any more",
			      root->revoked_at, error);
	if (root->revoked_at)
		return refuse(root, "has a time of revocation, whatever its status says",
			      root->revoked_at, error);
	if (signed_at < root->valid_from)
		return refuse(root, "signed this before it was valid, from", root->valid_from,
			      error);
	if (root->valid_until && signed_at >= root->valid_until)
		return refuse(root, "signed this after it had expired, on", root->valid_until,
			      error);
	if (root->retired_at && signed_at >= root->retired_at)
		return refuse(root, "signed this after it was retired, on", root->retired_at,
			      error);
	if (root->status == TRUST_RETIRED && !root->retired_at && !root->valid_until)
		return refuse(root,
			      "is retired, and its trust root does not say since when: it needs "
			      "retired_at or valid_until",
			      0, error);
	return 0;
}

static int check_pinned(const json_t *document, const struct key *pinned, struct cavra_error *error)
{
	struct signed_claim claim;
	const struct signed_key key = {.ed25519 = pinned};
	int code = signed_claim(document, &claim, error);
	if (code == 0)
		code = signed_check(document, &claim, &key, error);
	return code < 0 ? error_prefix(error, "the trust roots") : 0;
}

static bool is_of_key(const json_t *root, const struct signed_claim *claim)
{
	struct str fingerprint = STR("");
	return json_get_str(root, "public_key_sha256", &fingerprint) &&
	       str_eq(fingerprint, claim->fingerprint);
}

static bool matches(const json_t *root, struct str key_id, const struct signed_claim *claim)
{
	struct str id = STR("");
	return json_get_str(root, "key_id", &id) && str_eq(id, key_id) && is_of_key(root, claim);
}

static const json_t *find(const json_t *document, struct str key_id,
			  const struct signed_claim *claim)
{
	const json_t *list = json_object_get(document, "trust_roots"), *one;
	size_t i;
	if (!list)
		return matches(document, key_id, claim) ? document : NULL;
	json_array_foreach (list, i, one)
		if (matches(one, key_id, claim))
			return one;
	return NULL;
}

/* Which of several would count must not hang on the id, which existing signatures name outside of what is signed. */
static int check_once(const json_t *list, const struct signed_claim *claim,
		      struct cavra_error *error)
{
	const json_t *one;
	size_t i, n = 0;
	json_array_foreach (list, i, one)
		n += is_of_key(one, claim);
	return n <= 1 ? 0
		      : error_set(error, CAVRA_ERR_INPUT,
				  "%zu trust roots are about the key %.16s...; keep the one that "
				  "counts",
				  n, claim->fingerprint.p);
}

static int check_bundle(const json_t *document, const struct signed_claim *claim,
			struct cavra_error *error)
{
	const json_t *list = json_object_get(document, "trust_roots");
	if (!list)
		return 0;
	if (!json_is_array(list))
		return error_set(error, CAVRA_ERR_INPUT, "\"trust_roots\" is a list");
	if (json_array_size(list) > LIMIT_TRUST_KEYS)
		return error_set(error, CAVRA_ERR_LIMIT, "at most %d trust roots in one bundle",
				 LIMIT_TRUST_KEYS);
	int code = evidence_need_word(document, "schema_version", TRUST_BUNDLE_SCHEMA, error);
	return code < 0 ? code : check_once(list, claim, error);
}

int trust_roots_find(const json_t *document, const struct key *pinned, struct str key_id,
		     const struct signed_claim *claim, struct trust_root *ret_root,
		     struct cavra_error *error)
{
	int code = pinned ? check_pinned(document, pinned, error) : 0;
	if (code == 0)
		code = check_bundle(document, claim, error);
	if (code < 0)
		return code;
	const json_t *root = find(document, key_id.n ? key_id : claim->key_id, claim);
	if (root)
		return trust_root_read(root, ret_root, error);
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "matching trust root not found: none has the id \"%.60s\" and the key of "
			 "the signature",
			 key_id.n          ? key_id.p
			 : claim->key_id.n ? claim->key_id.p
					   : "");
}
