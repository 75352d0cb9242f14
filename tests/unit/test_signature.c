/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of policy files: written, read, and every single field of them forged.
 */
#include "packs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/signature.h"
#include "policy/trust.h"
#include "json/json.h"

#define CHILD \
	"metadata: {id: cavra-child, title: t, description: d, version: 1.0.0, inherits: cavra-parent}\n"
#define PARENT \
	"metadata: {id: cavra-parent, title: t, description: d, version: 1.0.0}\ncommands: {block: [rm*]}\n"
#define AT "2026-01-31T23:59:59.000001+00:00"

static struct key *ours, *other;
static struct secret hmac_ours, hmac_other;

static int set_up(void **state)
{
	struct cavra_error error;
	bool good = secret_set(&hmac_ours, STR("ours")) && secret_set(&hmac_other, STR("other"));
	return good && key_generate(&ours, &error) == 0 && key_generate(&other, &error) == 0
		       ? packs_set_up(state)
		       : -1;
}

static int tear_down(void **state)
{
	key_free(ours);
	key_free(other);
	return packs_tear_down(state);
}

/* ---- what a loader shows ---- */

/* What to do with the file that was asked for. */
struct doing {
	const struct signing *sign;    /* NULL: verify */
	const struct policy_file *lie; /* what is signed says this of the file; NULL: the truth */
	struct buf *out;
	const char *text; /* of the signature file */
	const struct signature_key *key;
	enum signature_verdict verdict;
	unsigned n_files, n_parents;
};

static int verify_text(struct doing *doing, const struct policy_file *file,
		       struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct signature signature;
	doing->verdict = SIGNATURE_MALFORMED;
	int code = document_parse_json(doing->text, strlen(doing->text), &document, error);
	if (code == 0)
		code = signature_read(document, &signature, error);
	return code < 0 ? code
			: signature_verify(&signature, file, doing->key, &doing->verdict, error);
}

static int on_file(void *context, const struct policy_file *file, struct cavra_error *error)
{
	struct doing *doing = context;
	doing->n_files++;
	if (file->is_parent)
		return POLICY_UNSIGNED;
	doing->n_parents = (unsigned)file->n_parents;
	struct policy_file told = *file;
	if (doing->lie && doing->lie->path)
		told.path = doing->lie->path;
	if (doing->lie && doing->lie->metadata)
		told.metadata = doing->lie->metadata;
	if (doing->lie && doing->lie->compiled)
		told.compiled = doing->lie->compiled;
	file = &told;
	return doing->sign ? signature_write(file, doing->sign, doing->out, error)
			   : verify_text(doing, file, error);
}

static int load(struct doing *doing, const char *name, struct cavra_error *error)
{
	struct policy_source source = {
		.pack_dir = packs_directory(), .check = on_file, .check_context = doing};
	struct policy *policy = NULL;
	int code = policy_load_file(&source, packs_path(name), NULL, 0, &policy, error);
	policy_free(policy);
	return code;
}

/* The text of a signature of cavra-child. */
static char *sign(struct signature_key key)
{
	struct buf CLEANUP_BUF out;
	struct cavra_error error;
	struct signing signing = {.key = key,
				  .signer = STR("Zo\xc3\xab"),
				  .key_id = STR("team"),
				  .signed_at = STR(AT)};
	struct doing doing = {.sign = &signing, .out = &out};
	buf_init(&out, MiB(1));
	packs_put("cavra-parent", PARENT);
	packs_put("cavra-child", CHILD);
	int code = load(&doing, "cavra-child", &error);
	if (code < 0)
		print_error("%s\n", error.text);
	assert_int_equal(code, 0);
	assert_int_equal(doing.n_files, 2);
	assert_int_equal(doing.n_parents, 1);
	return strdup(out.p);
}

static char *sign_ours(void)
{
	return sign((struct signature_key){.ed25519 = ours});
}

static const char *verify(const char *text, struct signature_key key)
{
	struct cavra_error error;
	struct doing doing = {.text = text, .key = &key};
	int code = load(&doing, "cavra-child", &error);
	assert_true((code == 0) == (doing.verdict <= SIGNATURE_INTEGRITY_ONLY));
	return signature_verdict_name(doing.verdict);
}

static const char *verify_ours(const char *text)
{
	return verify(text, (struct signature_key){.ed25519 = ours});
}

/* ---- who verifies with what ---- */

static void test_the_key_decides(void **state)
{
	/* Rows: signed with; columns: verified with ours, other, HMAC ours, HMAC other, nothing. */
	static const char *const want[3][5] = {
		{"verified", "wrong_key", "wrong_algorithm", "wrong_algorithm", "integrity_only"},
		{"wrong_algorithm", "wrong_algorithm", "verified", "forged", "integrity_only"},
		{"wrong_algorithm", "wrong_algorithm", "wrong_algorithm", "wrong_algorithm",
		 "integrity_only"},
	};
	(void)state;
	const struct signature_key signers[3] = {
		{.ed25519 = ours}, {.hmac = &hmac_ours}, {NULL, NULL}};
	const struct signature_key verifiers[5] = {{.ed25519 = ours},
						   {.ed25519 = other},
						   {.hmac = &hmac_ours},
						   {.hmac = &hmac_other},
						   {NULL, NULL}};
	for (size_t i = 0; i < ARRAY_SIZE(signers); i++) {
		char *text = sign(signers[i]);
		for (size_t k = 0; k < ARRAY_SIZE(verifiers); k++)
			assert_string_equal(verify(text, verifiers[k]), want[i][k]);
		free(text);
	}
}

static void test_fields(void **state)
{
	(void)state;
	static const char *const names[] = {"schema_version", "algorithm",          "digest",
					    "signature",      "signed_at",          "signer",
					    "key_id",         "public_key_sha256",  "policy_file",
					    "statement",      "statement_signature"};
	char *text = sign_ours();
	json_t *root = json_loads(text, 0, NULL);
	const char *key;
	json_t *value;
	size_t i = 0;
	json_object_foreach (root, key, value)
		assert_string_equal(key, names[i++]);
	assert_int_equal(i, ARRAY_SIZE(names));
	assert_string_equal(json_string_value(json_object_get(root, "policy_file")), "policy.yaml");
	assert_int_equal(text[strlen(text) - 1], '\n');
	json_decref(root);
	free(text);
	text = sign((struct signature_key){.hmac = &hmac_ours});
	root = json_loads(text, 0, NULL);
	assert_null(json_object_get(root, "key_id"));
	assert_null(json_object_get(root, "public_key_sha256"));
	json_decref(root);
	free(text);
}

/* ---- forging ---- */

static char *forge(const char *text, bool inside, const char *name, json_t *value)
{
	json_t *root = json_loads(text, 0, NULL);
	json_t *object = inside ? json_object_get(root, "statement") : root;
	if (value)
		assert_int_equal(json_object_set_new(object, name, value), 0);
	else
		assert_int_equal(json_object_del(object, name), 0);
	char *forged = json_dumps(root, 0);
	json_decref(root);
	return forged;
}

static const char *zeros = "0000000000000000000000000000000000000000000000000000000000000000";
#define ZERO_DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000000"
/* 64 zero bytes */
#define ZERO_SIGNATURE \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

/* A text of the field's own form, so that no more than the value is wrong. */
static const struct forgery {
	bool inside;
	const char *name, *value; /* NULL: the field is taken out */
	const char *want;
} forgeries[] = {
	{false, "schema_version", "cavra.policy-signature.v2", "malformed"},
	{false, "algorithm", "none", "malformed"},
	{false, "algorithm", "HS256", "malformed"},
	{false, "algorithm", "ed25519", "malformed"},
	{false, "digest", ZERO_DIGEST, "file_changed"},
	{false, "digest", "sha256:", "malformed"},
	{false, "signature", ZERO_SIGNATURE, "forged"},
	{false, "signature", "AAAA", "malformed"},
	{false, "signature", "A", "malformed"},
	{false, "signed_at", "2027-01-31T23:59:59+00:00", "field_changed"},
	{false, "signed_at", "2026-01-31T23:59:59.000001Z", "field_changed"},
	{false, "signed_at", "yesterday", "malformed"},
	{false, "signed_at", "2026-01-31T23:59:59.000001+01:00", "malformed"},
	{false, "signed_at", "2026-01-31T23:59:59.+00:00", "malformed"},
	{false, "signer", "somebody else", "field_changed"},
	{false, "signer", "", "malformed"},
	{false, "signer", "a\nb", "malformed"},
	{false, "key_id", "other", "field_changed"},
	{false, "public_key_sha256", "0", "malformed"},
	{false, "policy_file", "other.yaml", "field_changed"},
	{false, "policy_file", "a/policy.yaml", "malformed"},
	{false, "statement_signature", ZERO_SIGNATURE, "statement_forged"},
	{false, "statement", "text", "malformed"},
	{false, "comment", "hello", "malformed"},
	{false, "~/", "hello", "malformed"},
	{false, "schema_version", NULL, "malformed"},
	{false, "algorithm", NULL, "malformed"},
	{false, "digest", NULL, "malformed"},
	{false, "signature", NULL, "malformed"},
	{false, "signed_at", NULL, "malformed"},
	{false, "signer", NULL, "malformed"},
	{false, "key_id", NULL, "malformed"},
	{false, "public_key_sha256", NULL, "malformed"},
	{false, "policy_file", NULL, "malformed"},
	{false, "statement", NULL, "malformed"},
	{false, "statement_signature", NULL, "malformed"},
	{true, "schema_version", "cavra.policy-signature.v1", "malformed"},
	{true, "algorithm", "HS256", "malformed"},
	{true, "digest", ZERO_DIGEST, "statement_forged"},
	{true, "compiled_digest", ZERO_DIGEST, "statement_forged"},
	{true, "signed_at", "2027-01-31T23:59:59+00:00", "statement_forged"},
	{true, "signer", "somebody else", "statement_forged"},
	{true, "key_id", "other", "statement_forged"},
	{true, "policy_file", "other.yaml", "statement_forged"},
	{true, "metadata", "text", "malformed"},
	{true, "parents", "text", "malformed"},
	{true, "signature", ZERO_SIGNATURE, "malformed"},
	{true, "compiled_digest", NULL, "malformed"},
	{true, "metadata", NULL, "malformed"},
	{true, "parents", NULL, "malformed"},
	{true, "signer", NULL, "malformed"},
};

static void test_every_field_forged(void **state)
{
	(void)state;
	char *text = sign_ours();
	assert_string_equal(verify_ours(text), "verified");
	for (size_t i = 0; i < ARRAY_SIZE(forgeries); i++) {
		const struct forgery *forgery = &forgeries[i];
		char *forged = forge(text, forgery->inside, forgery->name,
				     forgery->value ? json_string(forgery->value) : NULL);
		const char *verdict = verify_ours(forged);
		if (strcmp(verdict, forgery->want) != 0)
			print_error("%s = %s: %s\n", forgery->name,
				    forgery->value ? forgery->value : "nothing", verdict);
		assert_row(strcmp(verdict, forgery->want) == 0, i);
		free(forged);
	}
	char *forged = forge(text, false, "public_key_sha256", json_string(zeros));
	assert_string_equal(verify_ours(forged), "wrong_key");
	free(forged);
	free(text);
}

static void test_forged_lists(void **state)
{
	(void)state;
	char *text = sign_ours();
	json_t *values[] = {
		json_pack("{s:[]}", "parents"),
		json_pack("{s:[{s:s, s:s}]}", "parents", "id", "cavra-parent", "digest",
			  ZERO_DIGEST),
		json_pack("{s:{s:s}}", "metadata", "id", "cavra-other"),
		json_pack("{s:[{s:s}]}", "parents", "id", "cavra-parent"),
		json_pack("{s:[{s:s, s:s}]}", "parents", "id", "../x", "digest", ZERO_DIGEST),
		json_pack("{s:[s]}", "parents", "cavra-parent"),
	};
	static const char *const want[] = {"statement_forged", "statement_forged",
					   "statement_forged", "malformed",
					   "malformed",        "malformed"};
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const char *name = json_object_iter_key(json_object_iter(values[i]));
		char *forged = forge(text, true, name,
				     json_incref(json_object_get(values[i], name)));
		assert_string_equal(verify_ours(forged), want[i]);
		free(forged);
		json_decref(values[i]);
	}
	free(text);
}

/* Without the statement it is a signature as existing tools make it: of the bytes, and of nothing else. */
static void test_the_old_form_is_not_verified(void **state)
{
	(void)state;
	char *text = sign_ours(), *half = forge(text, false, "statement", NULL);
	char *old = forge(half, false, "statement_signature", NULL);
	char *forged = forge(old, false, "signer", json_string("somebody else"));
	assert_string_equal(verify_ours(old), "no_statement");
	assert_string_equal(verify_ours(forged), "no_statement");
	assert_string_equal(verify(old, (struct signature_key){NULL, NULL}), "integrity_only");
	free(forged);
	free(old);
	free(half);
	free(text);
}

/* A statement that is signed, but of something else. */
static void test_signatures_of_other_files(void **state)
{
	(void)state;
	char *text = sign_ours();
	static const struct {
		const char *pack, *text, *want;
	} changes[] = {
		{"cavra-child", CHILD "# a remark\n", "file_changed"},
		{"cavra-child", CHILD "commands: {allow: [x]}\n", "file_changed"},
		{"cavra-parent", PARENT "filesystem: {block_read: [x]}\n", "parents_changed"},
		{"cavra-parent",
		 "metadata: {id: cavra-parent, title: t, description: d, version: 1.0.0}\n",
		 "parents_changed"},
		{"cavra-parent",
		 "metadata: {id: cavra-parent, title: t, description: d, version: 1.0.0, inherits: "
		 "cavra-ai-agent-baseline}\ncommands: {block: [rm*]}\n",
		 "parents_changed"},
		/* Neither changes what the parent says. */
		{"cavra-parent", PARENT "# a remark\n", "verified"},
		{"cavra-parent",
		 PARENT "tests: [{input: {action_type: read_file, target: a}, decision: allow}]\n",
		 "verified"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		packs_put("cavra-parent", PARENT);
		packs_put("cavra-child", CHILD);
		assert_string_equal(verify_ours(text), "verified");
		packs_put(changes[i].pack, changes[i].text);
		assert_string_equal(verify_ours(text), changes[i].want);
	}
	free(text);
}

/* The parts of two signatures of the same signer do not fit together. */
static void test_parts_of_two_signatures(void **state)
{
	(void)state;
	static const char *const parts[] = {"signature", "statement", "statement_signature"};
	static const char *const want[] = {"forged", "statement_forged", "statement_forged"};
	char *text = sign_ours(), *second;
	struct buf CLEANUP_BUF out;
	struct cavra_error error;
	struct signing signing = {
		.key = {.ed25519 = ours}, .signer = STR("x"), .signed_at = STR(AT)};
	struct doing doing = {.sign = &signing, .out = &out};
	buf_init(&out, MiB(1));
	packs_put("cavra-child", CHILD "commands: {block: [y]}\n");
	assert_int_equal(load(&doing, "cavra-child", &error), 0);
	packs_put("cavra-child", CHILD);
	json_t *from = json_loads(out.p, 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		second = forge(text, false, parts[i], json_incref(json_object_get(from, parts[i])));
		assert_string_equal(verify_ours(second), want[i]);
		free(second);
	}
	/* Both signed, of two files. */
	second = forge(text, false, "statement", json_incref(json_object_get(from, "statement")));
	char *both = forge(second, false, "statement_signature",
			   json_incref(json_object_get(from, "statement_signature")));
	assert_string_equal(verify_ours(both), "field_changed");
	free(both);
	free(second);
	json_decref(from);
	free(text);
}

/* Well signed, but not what is there: the name, the metadata, or what another version would make of it. */
static void test_true_signatures_of_something_else(void **state)
{
	(void)state;
	json_t *metadata = json_pack("{s:s}", "id", "cavra-child");
	const struct {
		struct policy_file lie;
		const char *want;
	} rows[] = {
		{{.path = "a/policy.yaml"}, "verified"},
		{{.path = "a/other.yaml"}, "name_changed"},
		{{.metadata = metadata}, "metadata_changed"},
		{{.compiled = ZERO_DIGEST}, "compiled_changed"},
	};
	packs_put("cavra-parent", PARENT);
	packs_put("cavra-child", CHILD);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		struct cavra_error error;
		struct signing signing = {
			.key = {.ed25519 = ours}, .signer = STR("x"), .signed_at = STR(AT)};
		struct doing doing = {.sign = &signing, .lie = &rows[i].lie, .out = &out};
		buf_init(&out, MiB(1));
		assert_int_equal(load(&doing, "cavra-child", &error), 0);
		assert_string_equal(verify_ours(out.p), rows[i].want);
	}
	json_decref(metadata);
}

/* ---- reading ---- */

static const struct {
	const char *text, *want;
} mistakes[] = {
	{"", "1:1: "},
	{"[]", "1:1: this is no object; let cavra policy sign write this file"},
	{"{}",
	 "1:1: the field \"schema_version\" is missing; let cavra policy sign write this file"},
	{"{\"schema_version\": 1}",
	 "1:20: the field \"schema_version\" is not \"cavra.policy-signature.v1\""},
	{"{\n \"note\": \"x\"}", "2:2: unknown field \"note\"; "},
	{"{\"digest\": \"sha256:ABC\"}",
	 "1:12: the field \"digest\" is not sha256: and 64 hexadecimal digits"},
	{"{\"signer\": \"a\", \"signer\": \"b\"}", "1:17: duplicate key"},
};

static void test_mistakes_have_a_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct document CLEANUP_DOCUMENT *document = NULL;
		struct signature signature;
		struct cavra_error error;
		char text[sizeof error.text + 40];
		int code = document_parse_json(mistakes[i].text, strlen(mistakes[i].text),
					       &document, &error);
		if (code == 0)
			code = signature_read(document, &signature, &error);
		assert_row(code < 0, i);
		(void)snprintf(text, sizeof text, "%d:%d: %s", error.line, error.column,
			       error.text);
		if (strncmp(text, mistakes[i].want, strlen(mistakes[i].want)) != 0)
			print_error("%s\n", text);
		assert_row(strncmp(text, mistakes[i].want, strlen(mistakes[i].want)) == 0, i);
	}
}

static void test_what_cannot_be_signed(void **state)
{
	(void)state;
	static char long_name[LIMIT_SIGNATURE_TEXT + 1];
	memset(long_name, 'x', sizeof long_name);
	const struct {
		struct str signer;
		int want;
	} rows[] = {
		{str_make(long_name, sizeof long_name - 1), 0},
		{str_make(long_name, sizeof long_name), CAVRA_ERR_INPUT},
		{STR(""), CAVRA_ERR_INPUT},
		{STR("a\tb"), CAVRA_ERR_INPUT},
		{STR("\xff"), CAVRA_ERR_INPUT},
	};
	packs_put("cavra-parent", PARENT);
	packs_put("cavra-child", CHILD);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf CLEANUP_BUF out;
		struct cavra_error error;
		struct signing signing = {
			.key = {.ed25519 = ours}, .signer = rows[i].signer, .signed_at = STR(AT)};
		struct doing doing = {.sign = &signing, .out = &out};
		buf_init(&out, MiB(1));
		assert_row(load(&doing, "cavra-child", &error) == rows[i].want, i);
	}
}

static void test_legacy(void **state)
{
	(void)state;
	struct policy_file file = {.text = STR("abc")};
	assert_true(signature_legacy_holds(
		STR("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"),
		&file));
	assert_false(signature_legacy_holds(STR(ZERO_DIGEST), &file));
	assert_false(signature_legacy_holds(STR(""), &file));
}

/* ---- policies that must be signed ---- */

static void put_key(const char *name, const struct key *key)
{
	char pem[KEY_PUBLIC_PEM];
	struct cavra_error error;
	assert_int_equal(key_write_public(key, pem, &error), 0);
	packs_put(name, pem);
	assert_int_equal(chmod(packs_path(name), 0644), 0);
}

static void sign_file(const char *name, const char *more, const struct key *key)
{
	struct buf CLEANUP_BUF out;
	struct cavra_error error;
	struct signing signing = {
		.key = {.ed25519 = key}, .signer = STR("x"), .signed_at = STR(AT)};
	struct doing doing = {.sign = &signing, .out = &out};
	char path[128];
	buf_init(&out, MiB(1));
	assert_int_equal(load(&doing, name, &error), 0);
	(void)snprintf(path, sizeof path, "%s%s.sig.json", name, more);
	packs_put(path, out.p);
}

/* "" when the policy is verified. */
static const char *load_trusted(struct trust *trust, const char *overlay)
{
	static struct cavra_error error;
	struct policy_source source = {
		.pack_dir = packs_directory(), .check = trust_check, .check_context = trust};
	struct policy *policy = NULL;
	const char *overlays[] = {packs_path("over.yaml")};
	int code = policy_load_file(&source, packs_path("cavra-child"), overlays, overlay != NULL,
				    &policy, &error);
	if (code == 0)
		assert_string_equal(policy_signature_name(policy->signature), "verified");
	policy_free(policy);
	return packs_complaint(code, &error);
}

static void assert_complains(const char *complaint, const char *want)
{
	if (strncmp(complaint, want, strlen(want)) != 0)
		print_error("%s\n", complaint);
	assert_int_equal(strncmp(complaint, want, strlen(want)), 0);
}

static void test_every_file_must_be_signed(void **state)
{
	(void)state;
	struct trust CLEANUP_TRUST *trust = NULL;
	struct cavra_error error;
	packs_put("cavra-parent", PARENT);
	packs_put("cavra-child", CHILD);
	packs_put("over.yaml",
		  "metadata: {id: cavra-over, title: t, description: d, version: 1.0.0}\n");
	(void)mkdir(packs_path("trust"), 0755);
	put_key("trust/team.pem", ours);
	assert_int_equal(trust_load(packs_path("trust"), geteuid(), &trust, &error), 0);

	assert_complains(
		load_trusted(trust, NULL),
		"cavra-parent/policy.yaml:0:0: not signed: there is no policy.yaml.sig.json");
	sign_file("cavra-parent", "/policy.yaml", ours);
	assert_complains(
		load_trusted(trust, NULL),
		"cavra-child/policy.yaml:0:0: not signed: there is no policy.yaml.sig.json");
	sign_file("cavra-child", "/policy.yaml", other);
	assert_complains(load_trusted(trust, NULL),
			 "cavra-child/policy.yaml:0:0: signed with the key ");
	sign_file("cavra-child", "/policy.yaml", ours);
	assert_string_equal(load_trusted(trust, NULL), "");
	assert_complains(load_trusted(trust, "over.yaml"),
			 "over.yaml:0:0: not signed: there is no over.yaml.sig.json");
	sign_file("over.yaml", "", ours);
	assert_string_equal(load_trusted(trust, "over.yaml"), "");
	packs_put("cavra-child", CHILD "# changed\n");
	assert_complains(load_trusted(trust, NULL),
			 "cavra-child/policy.yaml:0:0: the file has changed since it was signed");
	packs_put("cavra-child", CHILD);
	/* Both the new parent and the old child are signed by somebody who is trusted. */
	packs_put("cavra-parent", PARENT "git: {force_push: block}\n");
	sign_file("cavra-parent", "/policy.yaml", ours);
	assert_complains(
		load_trusted(trust, NULL),
		"cavra-child/policy.yaml:0:0: cavra-parent, which the file inherits, has changed");
}

static void test_what_a_policy_says_of_itself(void **state)
{
	static const struct policy_source bundled;
	struct policy *policy = NULL;
	struct cavra_error error;
	(void)state;
	assert_int_equal(
		policy_load_pack(&bundled, "cavra-ai-agent-baseline", NULL, 0, &policy, &error), 0);
	assert_string_equal(policy_signature_name(policy->signature), "bundled");
	policy_free(policy);
	packs_put("cavra-parent", PARENT);
	assert_int_equal(
		policy_load_file(&bundled, packs_path("cavra-parent"), NULL, 0, &policy, &error),
		0);
	assert_string_equal(policy_signature_name(policy->signature), "unsigned");
	policy_free(policy);
}

static const char *try_trust(const char *name)
{
	static struct cavra_error error;
	struct trust *trust = NULL;
	int code = trust_load(packs_path(name), geteuid(), &trust, &error);
	trust_free(trust);
	return packs_complaint(code, &error);
}

static void test_trust_directories(void **state)
{
	(void)state;
	assert_complains(try_trust("nowhere"), "nowhere:0:0: cannot look at it: ");
	(void)mkdir(packs_path("keys"), 0755);
	packs_put("keys/.hidden.pem", "");
	packs_put("keys/README.md", "");
	assert_complains(try_trust("keys"), "keys:0:0: no key is trusted: put public keys here");
	put_key("keys/a.pem", ours);
	assert_string_equal(try_trust("keys"), "");
	packs_put("keys/b.pem", "text");
	assert_complains(try_trust("keys"), "keys/b.pem:0:0: this is no public key in PEM");
	put_key("keys/b.pem", ours);
	assert_string_equal(try_trust("keys"), "");
	assert_int_equal(chmod(packs_path("keys/b.pem"), 0664), 0);
	assert_complains(try_trust("keys"), "keys/b.pem:0:0: others can write it; ");
	assert_int_equal(chmod(packs_path("keys/b.pem"), 0644), 0);
	assert_int_equal(chmod(packs_path("keys"), 0757), 0);
	assert_complains(try_trust("keys"), "keys:0:0: others can write it; ");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_key_decides),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_every_field_forged),
		cmocka_unit_test(test_forged_lists),
		cmocka_unit_test(test_the_old_form_is_not_verified),
		cmocka_unit_test(test_signatures_of_other_files),
		cmocka_unit_test(test_parts_of_two_signatures),
		cmocka_unit_test(test_true_signatures_of_something_else),
		cmocka_unit_test(test_mistakes_have_a_place),
		cmocka_unit_test(test_what_cannot_be_signed),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_every_file_must_be_signed),
		cmocka_unit_test(test_what_a_policy_says_of_itself),
		cmocka_unit_test(test_trust_directories),
	};
	return cmocka_run_group_tests_name("signature", tests, set_up, tear_down);
}
