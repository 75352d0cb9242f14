/* SPDX-License-Identifier: Apache-2.0
 *
 * Trust roots to be handed out, see distribution.h.
 */
#include "evidence/distribution.h"

#include <stdlib.h>

#include "crypto/digest.h"
#include "evidence/attestation.h"
#include "evidence/distribution_private.h"
#include "evidence/document.h"
#include "evidence/trust_root.h"
#include "json/json.h"

const char *const distribution_files[DISTRIBUTION_FILES] = {
	[DISTRIBUTION_BUNDLE] = "evidence-trust-roots.json",
	[DISTRIBUTION_MANIFEST] = "trust-root-distribution-manifest.json",
	[DISTRIBUTION_PAGE] = "trust-root-distribution.md",
	[DISTRIBUTION_CHECKSUMS] = "checksums.txt",
};

static const char *const commands[] = {
	"sha256sum -c checksums.txt",
	"cavra evidence verify-trust-distribution . --root-key ROOT.pem",
	"cavra evidence verify BUNDLE --trust-root evidence-trust-roots.json --root-key ROOT.pem",
};
static const char *const steps[] = {
	"Get the public key of the root, ROOT.pem, on another way than this package.",
	"Verify this package with the key of the root, then a bundle with the trust roots of the package.",
	"Put evidence-trust-roots.json where those who verify evidence read it, and keep the old one.",
	"When a key is retired or revoked, hand out a new package at once.",
};

static bool append(json_t *list, json_t *value)
{
	return value && json_array_append_new(list, value) == 0;
}

static json_t *list_texts(const char *const *texts, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < n; i++)
		if (!append(list, json_string(texts[i]))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *list_channels(const struct distribution *distribution)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < distribution->n_channels; i++)
		if (!append(list, json_stringn(distribution->channels[i].p,
					       distribution->channels[i].n))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* Sorted, because the roots are. */
static json_t *list_ids(const json_t *roots, enum trust_status status)
{
	json_t *list = json_array();
	const json_t *root;
	size_t i;
	json_array_foreach (roots, i, root) {
		struct str word = STR("");
		json_t *id = json_object_get(root, "key_id");
		if (list && json_get_str(root, "status", &word) &&
		    str_is(word, trust_status_name(status)) && json_array_append(list, id) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *distribution_keys(const json_t *roots)
{
	static const char *const names[] = {"key_id",           "owner",      "status",
					    "algorithm",        "valid_from", "valid_until",
					    "public_key_sha256"};
	json_t *list = json_array();
	const json_t *root;
	size_t i;
	json_array_foreach (roots, i, root) {
		json_t *one = json_object();
		bool good = list && one;
		for (size_t k = 0; good && k < sizeof names / sizeof *names; k++) {
			json_t *value = json_object_get(root, names[k]);
			good = json_object_set_new(one, names[k],
						   value ? json_incref(value) : json_null()) == 0;
		}
		if (!good || json_array_append_new(list, one) < 0) {
			if (!good)
				json_decref(one);
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static void hex_of(struct str text, char ret_hex[SHA256_HEX])
{
	uint8_t digest[SHA256_BYTES];
	sha256(text, digest);
	digest_hex(digest, ret_hex);
}

json_t *distribution_describe(const json_t *bundle, struct str text)
{
	const json_t *roots = json_object_get(bundle, "trust_roots");
	char hex[SHA256_HEX];
	hex_of(text, hex);
	return json_pack(
		"{s:s, s:s, s:s, s:I, s:o, s:o, s:o}", "path",
		distribution_files[DISTRIBUTION_BUNDLE], "sha256", hex, "schema_version",
		TRUST_BUNDLE_SCHEMA, "trust_root_count", (json_int_t)json_array_size(roots),
		"active_key_ids", list_ids(roots, TRUST_ACTIVE), "retired_key_ids",
		list_ids(roots, TRUST_RETIRED), "revoked_key_ids", list_ids(roots, TRUST_REVOKED));
}

static json_t *make_manifest(const struct distribution *distribution, struct str bundle)
{
	const json_t *roots = json_object_get(distribution->bundle, "trust_roots");
	return json_pack(
		"{s:s, s:s, s:s%, s:s%, s:s, s:o, s:o, s:o, s:o, s:o}", "schema_version",
		DISTRIBUTION_SCHEMA, "product", EVIDENCE_PRODUCT, "distribution_id",
		distribution->id.p, distribution->id.n, "environment", distribution->environment.p,
		distribution->environment.n, "created_at", distribution->created_at, "bundle",
		distribution_describe(distribution->bundle, bundle), "channels",
		list_channels(distribution), "keys", distribution_keys(roots),
		"verification_commands", list_texts(commands, sizeof commands / sizeof *commands),
		"operator_steps", list_texts(steps, sizeof steps / sizeof *steps));
}

/* ---- the page ---- */

static void add_span(struct buf *out, const char *before, struct str text, const char *after)
{
	buf_add_format(out, "%s`", before);
	attestation_add_code(out, text);
	buf_add_format(out, "`%s", after);
}

static void add_list(struct buf *out, const char *heading, const json_t *list)
{
	const json_t *one;
	size_t i;
	buf_add_format(out, "\n## %s\n\n", heading);
	if (json_array_size(list) == 0)
		buf_add_c(out, "None.\n");
	json_array_foreach (list, i, one)
		add_span(out, "- ", json_str(one), "\n");
}

/* Those of the manifest, so that a later program with other steps makes the same page of it. */
static void write_steps(const json_t *list, struct buf *out)
{
	const json_t *one;
	size_t i;
	buf_add_c(out, "\n## Operator Steps\n\n");
	json_array_foreach (list, i, one) {
		buf_add_format(out, "%zu. ", i + 1);
		attestation_add_code(out, json_str(one));
		buf_add_char(out, '\n');
	}
}

void distribution_page(const json_t *manifest, struct buf *out)
{
	const json_t *bundle = json_object_get(manifest, "bundle");
	buf_add_c(out, "# CAVRA Trust Root Distribution\n\n");
	add_span(out, "Distribution: ", json_str(json_object_get(manifest, "distribution_id")),
		 "  \n");
	add_span(out, "Environment: ", json_str(json_object_get(manifest, "environment")), "  \n");
	add_span(out, "Created: ", json_str(json_object_get(manifest, "created_at")), "\n");
	buf_add_c(out, "\n## Bundle\n\n");
	add_span(out, "- File: ", json_str(json_object_get(bundle, "path")), "\n");
	add_span(out, "- SHA-256: ", json_str(json_object_get(bundle, "sha256")), "\n");
	buf_add_format(out, "- Trust roots: %lld\n",
		       (long long)json_integer_value(json_object_get(bundle, "trust_root_count")));
	add_list(out, "Active Keys", json_object_get(bundle, "active_key_ids"));
	add_list(out, "Retired Keys", json_object_get(bundle, "retired_key_ids"));
	add_list(out, "Revoked Keys", json_object_get(bundle, "revoked_key_ids"));
	add_list(out, "Distribution Channels", json_object_get(manifest, "channels"));
	write_steps(json_object_get(manifest, "operator_steps"), out);
	add_list(out, "Verification", json_object_get(manifest, "verification_commands"));
}

void distribution_checksums(struct buf out[DISTRIBUTION_FILES])
{
	for (size_t i = 0; i < DISTRIBUTION_CHECKSUMS; i++) {
		char hex[SHA256_HEX];
		hex_of(buf_str(&out[i]), hex);
		buf_add_format(&out[DISTRIBUTION_CHECKSUMS], "%s  %s\n", hex,
			       distribution_files[i]);
	}
}

static int check_texts(const struct distribution *distribution, struct cavra_error *error)
{
	bool good = evidence_is_text(distribution->id) &&
		    evidence_is_text(distribution->environment);
	for (size_t i = 0; i < distribution->n_channels; i++)
		good = good && evidence_is_text(distribution->channels[i]);
	return good ? 0
		    : error_set(error, CAVRA_ERR_INPUT,
				"the id, the environment and the channels of a distribution are "
				"one line each");
}

int distribution_make(const struct distribution *distribution, struct buf out[DISTRIBUTION_FILES],
		      struct cavra_error *error)
{
	int code = check_texts(distribution, error);
	if (code == 0)
		code = evidence_write(distribution->bundle, &out[DISTRIBUTION_BUNDLE], error);
	if (code < 0)
		return code;
	json_t CLEANUP_JSON *manifest = make_manifest(distribution,
						      buf_str(&out[DISTRIBUTION_BUNDLE]));
	if (!manifest)
		return evidence_no_memory(error);
	if (distribution->key.ed25519)
		code = signed_add(manifest, &distribution->key, error);
	if (code == 0)
		code = evidence_write(manifest, &out[DISTRIBUTION_MANIFEST], error);
	if (code < 0)
		return code;
	distribution_page(manifest, &out[DISTRIBUTION_PAGE]);
	distribution_checksums(out);
	return out[DISTRIBUTION_PAGE].failed || out[DISTRIBUTION_CHECKSUMS].failed
		       ? evidence_no_memory(error)
		       : 0;
}
