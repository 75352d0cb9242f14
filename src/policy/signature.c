/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a signature file, see signature.h. Strict: a field that nobody knows would be a field that nobody checks.
 */
#include "policy/signature.h"

#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "crypto/base64.h"
#include "crypto/dsse.h"
#include "crypto/hmac.h"
#include "policy/registry.h"
#include "policy/signature_private.h"
#include "json/json.h"
#include "json/pointer.h"

static const struct {
	const char *name;
	size_t size;
} algorithms[] = {
	[SIGNATURE_ED25519] = {"Ed25519", KEY_SIGNATURE_BYTES},
	[SIGNATURE_HS256] = {"HS256", SHA256_BYTES},
	[SIGNATURE_SHA256] = {"SHA256", SHA256_BYTES},
};

const char *signature_algorithm_name(enum signature_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

size_t signature_size(enum signature_algorithm algorithm)
{
	return algorithms[algorithm].size;
}

enum signature_algorithm signature_key_algorithm(const struct signature_key *key)
{
	if (key->ed25519)
		return SIGNATURE_ED25519;
	return key->hmac ? SIGNATURE_HS256 : SIGNATURE_SHA256;
}

int statement_encode(const json_t *statement, struct buf *out, struct cavra_error *error)
{
	struct buf CLEANUP_BUF body;
	buf_init(&body, 2 * LIMIT_DOCUMENT_BYTES);
	int code = json_write_canonical(statement, &body, error);
	if (code < 0)
		return code;
	dsse_encode(STR(STATEMENT_TYPE), buf_str(&body), out);
	return out->failed ? error_set(error, CAVRA_ERR_LIMIT, "the statement is too large") : 0;
}

int signature_mac(const struct signature_key *key, const char *digest, struct str data,
		  uint8_t ret_mac[SHA256_BYTES], struct cavra_error *error)
{
	struct str hex = str_from_at(str_from(digest), sizeof "sha256:" - 1);
	return hmac_sha256(key->hmac ? secret_str(key->hmac) : hex, data, ret_mac, error);
}

/* ---- the forms of fields ---- */

static bool is_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return text.n > 0 && text.n <= LIMIT_SIGNATURE_TEXT;
}

static bool is_hex(struct str text)
{
	bool good = text.n == SHA256_HEX - 1;
	for (size_t i = 0; good && i < text.n; i++)
		good = ascii_is_digit(text.p[i]) || (text.p[i] >= 'a' && text.p[i] <= 'f');
	return good;
}

static bool is_digest(struct str text)
{
	return str_starts(text, STR("sha256:")) && is_hex(str_from_at(text, sizeof "sha256:" - 1));
}

static bool is_file_name(struct str text)
{
	return is_text(text) && str_find_char(text, '/') == STR_NPOS;
}

/* d: a digit. The rest is a fraction, if any, and UTC. */
static bool is_time(struct str text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (i >= text.n ||
		    (form[i] == 'd' ? !ascii_is_digit(text.p[i]) : text.p[i] != form[i]))
			return false;
	struct str rest = str_from_at(text, sizeof form - 1);
	size_t i = 1;
	if (rest.n && rest.p[0] == '.') {
		while (i < rest.n && ascii_is_digit(rest.p[i]))
			i++;
		if (i < 2 || i > 10)
			return false;
		rest = str_from_at(rest, i);
	}
	return str_is(rest, "Z") || str_is(rest, "+00:00");
}

static bool is_algorithm(struct str text)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (str_is(text, algorithms[i].name))
			return true;
	return false;
}

static bool is_base64(struct str text)
{
	uint8_t bytes[KEY_SIGNATURE_BYTES];
	size_t n;
	return base64_decode(text, bytes, sizeof bytes, &n);
}

static bool is_signature_schema(struct str text)
{
	return str_is(text, SIGNATURE_SCHEMA);
}

static bool is_statement_schema(struct str text)
{
	return str_is(text, STATEMENT_SCHEMA);
}

/* ---- the fields ---- */

const char *const signature_common_fields[] = {"algorithm",   "digest", "signed_at",
					       "signer",      "key_id", "public_key_sha256",
					       "policy_file", NULL};

enum wanted { ALWAYS, WITH_ED25519, WITH_STATEMENT };

/* clang-format off */
static const struct field {
	const char *name;
	bool outside, inside;           /* where it stands */
	enum wanted wanted;
	bool (*is_good)(struct str text); /* NULL: no text */
	const char *form;
} fields[] = {
	{"schema_version",      true,  false, ALWAYS,         is_signature_schema, "\"" SIGNATURE_SCHEMA "\""},
	{"schema_version",      false, true,  ALWAYS,         is_statement_schema, "\"" STATEMENT_SCHEMA "\""},
	{"algorithm",           true,  true,  ALWAYS,         is_algorithm, "Ed25519, HS256 or SHA256"},
	{"digest",              true,  true,  ALWAYS,         is_digest,    "sha256: and 64 hexadecimal digits"},
	{"signature",           true,  false, ALWAYS,         is_base64,    "base64 of a signature"},
	{"signed_at",           true,  true,  ALWAYS,         is_time,      "a time in UTC"},
	{"signer",              true,  true,  ALWAYS,         is_text,      "a name"},
	{"key_id",              true,  true,  WITH_ED25519,   is_text,      "a name"},
	{"public_key_sha256",   true,  true,  WITH_ED25519,   is_hex,       "64 hexadecimal digits"},
	{"policy_file",         true,  true,  ALWAYS,         is_file_name, "a file name without a directory"},
	{"statement",           true,  false, WITH_STATEMENT, NULL,         "an object"},
	{"statement_signature", true,  false, WITH_STATEMENT, is_base64,    "base64 of a signature"},
	{"compiled_digest",     false, true,  ALWAYS,         is_digest,    "sha256: and 64 hexadecimal digits"},
	{"metadata",            false, true,  ALWAYS,         NULL,         "an object"},
	{"parents",             false, true,  ALWAYS,         NULL,         "a list"},
};
/* clang-format on */

/* One of the two objects while it is read. */
struct reading {
	const struct document *document;
	const json_t *object;
	const char *pointer; /* where it stands */
	bool inside;         /* it is the statement */
	struct cavra_error *error;
};

static const struct field *find_field(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if ((reading->inside ? fields[i].inside : fields[i].outside) &&
		    strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static int complain(const struct reading *reading, const char *key, enum position_of of,
		    const char *what, const char *name, const char *more)
{
	char pointer[LIMIT_SIGNATURE_TEXT];
	/* A key from the file may be anything; then the object's own place is told. */
	bool plain = strcspn(key, "~/") == strlen(key);
	int n = snprintf(pointer, sizeof pointer, "%s%s%s", reading->pointer, plain ? "/" : "",
			 plain ? key : "");
	if (n < 0 || (size_t)n >= sizeof pointer)
		(void)snprintf(pointer, sizeof pointer, "%s", reading->pointer);
	return document_error(reading->document, pointer, of, reading->error, CAVRA_ERR_INPUT,
			      "%s \"%.60s\"%s; let cavra policy sign write this file", what, name,
			      more);
}

static bool is_wanted(const struct reading *reading, const struct field *field)
{
	struct str algorithm = STR("");
	switch (field->wanted) {
	case ALWAYS:
		return true;
	case WITH_ED25519:
		(void)json_get_str(reading->object, "algorithm", &algorithm);
		return str_is(algorithm, algorithms[SIGNATURE_ED25519].name);
	case WITH_STATEMENT:
		return json_object_get(reading->object, "statement") ||
		       json_object_get(reading->object, "statement_signature");
	}
	return true;
}

static int check_present(const struct reading *reading)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *field = &fields[i];
		if (!(reading->inside ? field->inside : field->outside))
			continue;
		bool there = json_object_get(reading->object, field->name) != NULL;
		if (there == is_wanted(reading, field))
			continue;
		/* What a keyless file says of keys is as unknown as any other field. */
		return there ? complain(reading, field->name, POSITION_KEY, "the field",
					field->name, " belongs to Ed25519 signatures only")
			     : complain(reading, field->name, POSITION_VALUE, "the field",
					field->name, " is missing");
	}
	return 0;
}

static int check_fields(const struct reading *reading)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)reading->object, key, value) {
		const struct field *field = find_field(reading, key);
		char form[100];
		if (!field)
			return complain(reading, key, POSITION_KEY, "unknown field", key, "");
		(void)snprintf(form, sizeof form, " is not %s", field->form);
		if (field->is_good && (!json_is_string(value) || !field->is_good(json_str(value))))
			return complain(reading, key, POSITION_VALUE, "the field", key, form);
	}
	return check_present(reading);
}

static int check_parents(const struct reading *reading)
{
	const json_t *parents = json_get_array(reading->object, "parents"), *parent;
	size_t i;
	json_array_foreach (parents, i, parent) {
		struct str id = STR(""), digest = STR("");
		if (!json_get_str(parent, "id", &id) || !json_get_str(parent, "digest", &digest) ||
		    json_object_size(parent) != 2 || policy_id_check(id, NULL) < 0 ||
		    !is_digest(digest))
			return complain(reading, "parents", POSITION_VALUE, "the field", "parents",
					" is not a list of ids and digests");
	}
	if (!parents)
		return complain(reading, "parents", POSITION_VALUE, "the field", "parents",
				" is not a list");
	if (!json_get_object(reading->object, "metadata"))
		return complain(reading, "metadata", POSITION_VALUE, "the field", "metadata",
				" is not an object");
	return 0;
}

static int read_statement(const struct document *document, struct cavra_error *error)
{
	const json_t *statement = json_object_get(document->root, "statement");
	struct reading reading = {document, statement, "/statement", true, error};
	if (!json_is_object(statement))
		return complain(&reading, "", POSITION_VALUE, "the field", "statement",
				" is not an object");
	int code = check_fields(&reading);
	return code < 0 ? code : check_parents(&reading);
}

/* ---- the whole ---- */

static int read_bytes(const struct reading *reading, const char *name,
		      enum signature_algorithm algorithm, uint8_t *ret_bytes)
{
	struct str text = STR("");
	size_t n = 0;
	(void)json_get_str(reading->object, name, &text);
	(void)base64_decode(text, ret_bytes, KEY_SIGNATURE_BYTES, &n);
	if (n == algorithms[algorithm].size)
		return 0;
	return complain(reading, name, POSITION_VALUE, "the field", name,
			" has not the length of such a signature");
}

static enum signature_algorithm find_algorithm(const json_t *object)
{
	struct str name = STR("");
	(void)json_get_str(object, "algorithm", &name);
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (str_is(name, algorithms[i].name))
			return (enum signature_algorithm)i;
	return SIGNATURE_SHA256;
}

static void read_texts(const json_t *root, struct signature *ret_signature)
{
	struct {
		const char *name;
		struct str *text;
	} const texts[] = {
		{"digest", &ret_signature->digest},
		{"signer", &ret_signature->signer},
		{"key_id", &ret_signature->key_id},
		{"signed_at", &ret_signature->signed_at},
		{"public_key_sha256", &ret_signature->fingerprint},
		{"policy_file", &ret_signature->file},
	};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		(void)json_get_str(root, texts[i].name, texts[i].text);
}

int signature_read(const struct document *document, struct signature *ret_signature,
		   struct cavra_error *error)
{
	struct signature signature = {.document = document};
	struct reading reading = {document, document->root, "", false, error};
	if (document->text.n > LIMIT_SIGNATURE_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "a signature file is at most %zu bytes",
				 LIMIT_SIGNATURE_BYTES);
	if (!json_is_object(document->root))
		return document_error(document, "", POSITION_VALUE, error, CAVRA_ERR_INPUT,
				      "this is no object; let cavra policy sign write this file");
	int code = check_fields(&reading);
	if (code < 0)
		return code;
	signature.algorithm = find_algorithm(document->root);
	read_texts(document->root, &signature);
	code = read_bytes(&reading, "signature", signature.algorithm, signature.bytes);
	if (code == 0 && json_object_get(document->root, "statement")) {
		signature.statement = json_object_get(document->root, "statement");
		code = read_bytes(&reading, "statement_signature", signature.algorithm,
				  signature.statement_bytes);
		if (code == 0)
			code = read_statement(document, error);
	}
	if (code == 0)
		*ret_signature = signature;
	return code;
}

bool signature_legacy_holds(struct str text, const struct policy_file *file)
{
	char digest[SHA256_NAMED];
	sha256_named(file->text, digest);
	return str_is(str_trim(text), digest);
}
