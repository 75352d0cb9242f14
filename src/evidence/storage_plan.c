/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the files of a bundle are kept for good, see storage_plan.h.
 */
#include "evidence/storage_plan.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "evidence/attestation.h"
#include "evidence/document.h"
#include "json/json.h"

#define SCHEMA "cavra.immutable-storage-plan.v1"
#define REFERENCE "docs/storage.md"

/* ---- names ---- */

/* Parts of names that every service takes as they are, and that no tool reads as "here" or "above". */
static bool is_part(struct str part)
{
	for (size_t i = 0; i < part.n; i++)
		if (!ascii_is_name(part.p[i]) && !strchr(".-+=@:", part.p[i]))
			return false;
	return part.n && part.n <= LIMIT_SESSION_ID_BYTES && !str_is(part, ".") &&
	       !str_is(part, "..");
}

static int check_parts(struct str prefix, struct str session, struct cavra_error *error)
{
	struct str part;
	if (!is_part(session))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the session \"%.60s\" cannot be part of a name: only letters, "
				 "digits and . _ - + = @ : can",
				 session.p);
	while (prefix.n && str_split(&prefix, '/', &part))
		if (!is_part(part))
			return error_set(
				error, CAVRA_ERR_INPUT,
				"write the prefix as words between '/', of letters, digits "
				"and . _ - + = @ :");
	return 0;
}

static struct str without_slashes(const char *prefix)
{
	struct str text = str_from(prefix);
	while (str_ends(text, STR("/")))
		text.n--;
	return text;
}

static bool add_file(struct storage_files *files, const char *name, const char *media_type,
		     struct str bytes, struct str prefix, struct str session)
{
	struct storage_file *file = &files->file[files->n++];
	struct buf CLEANUP_BUF key;
	uint8_t digest[SHA256_BYTES];
	buf_init(&key, LIMIT_HTTP_URL);
	sha256(bytes, digest);
	*file = (struct storage_file){.name = name, .media_type = media_type, .bytes = bytes};
	digest_hex(digest, file->sha256);
	buf_add_format(&key, "%.*s%s%.*s/%s", STR_ARG(prefix), prefix.n ? "/" : "",
		       STR_ARG(session), name);
	file->key = buf_take(&key);
	return file->key != NULL;
}

int storage_files_list(const struct verification *verification, const char *prefix,
		       struct storage_files *ret_files, struct cavra_error *error)
{
	struct str before = without_slashes(prefix), session = STR("");
	bool good = true;
	ret_files->n = 0;
	(void)json_get_str(verification->document[BUNDLE_EVIDENCE], "session_id", &session);
	int code = check_parts(before, session, error);
	if (code < 0)
		return code;
	for (size_t i = 0; i < BUNDLE_FILES; i++)
		if (verification->has[i])
			good = good &&
			       add_file(ret_files, bundle_files[i].name, bundle_files[i].media_type,
					buf_str(&verification->file[i]), before, session);
	good = good && add_file(ret_files, BUNDLE_MANIFEST, "application/json",
				buf_str(&verification->manifest_text), before, session);
	return good ? 0 : evidence_no_memory(error);
}

void storage_files_release(struct storage_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->file[i].key);
	files->n = 0;
}

/* ---- the plan ---- */

static json_t *plan_file(const struct storage_file *file, const struct storage_plan *plan)
{
	struct buf CLEANUP_BUF s3, azure;
	buf_init(&s3, LIMIT_HTTP_URL);
	buf_init(&azure, LIMIT_HTTP_URL);
	buf_add_format(&s3, "s3://%s/%s", plan->s3_bucket, file->key);
	buf_add_format(&azure, "https://%s.blob.core.windows.net/%s/%s", plan->azure_account,
		       plan->azure_container, file->key);
	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "path", file->name, "sha256", file->sha256,
			 "bytes", (json_int_t)file->bytes.n, "s3_uri", s3.p, "azure_blob", azure.p);
}

static json_t *plan_files(const struct storage_files *files, const struct storage_plan *plan)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < files->n; i++)
		if (json_array_append_new(list, plan_file(&files->file[i], plan)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *plan_bundle(const struct verification *verification)
{
	json_t *manifest = verification->manifest;
	return json_pack("{s:O, s:O, s:O, s:O, s:s}", "manifest_signature",
			 json_object_get(manifest, "signature"), "created_at",
			 json_object_get(manifest, "created_at"), "signer",
			 json_object_get(manifest, "signer"), "session_id",
			 json_object_get(verification->document[BUNDLE_EVIDENCE], "session_id"),
			 "verification", verify_status_name(verification->status));
}

static json_t *plan_retention(const struct storage_plan *plan)
{
	char until[WHEN_TEXT];
	when_format(retention_until(&plan->retention), until);
	return json_pack("{s:s, s:I, s:s, s:b, s:b, s:b}", "mode",
			 plan->governance ? "governance" : "compliance", "retention_days",
			 (json_int_t)plan->retention.days, "retain_until", until,
			 "delete_protection", 1, "legal_hold_supported", 1, "legal_hold",
			 plan->retention.legal_hold);
}

static json_t *plan_s3(const struct storage_plan *plan)
{
	return json_pack("{s:s, s:s, s:b, s:s, s:I, s:b, s:b, s:s}", "bucket", plan->s3_bucket,
			 "prefix", plan->s3_prefix, "object_lock_enabled", 1,
			 "default_retention_mode", plan->governance ? "GOVERNANCE" : "COMPLIANCE",
			 "default_retention_days", (json_int_t)plan->retention.days,
			 "required_bucket_versioning", 1, "required_kms_encryption", 1,
			 "deployment_reference", REFERENCE "#amazon-s3");
}

static json_t *plan_azure(const struct storage_plan *plan)
{
	return json_pack("{s:s, s:s, s:I, s:b, s:b, s:b, s:s}", "account", plan->azure_account,
			 "container", plan->azure_container, "immutability_policy_days",
			 (json_int_t)plan->retention.days, "allow_protected_append_writes", 0,
			 "required_versioning", 1, "required_infrastructure_encryption", 1,
			 "deployment_reference", REFERENCE "#azure-blob-storage");
}

int storage_plan_make(const struct verification *verification, const struct storage_plan *plan,
		      json_t **ret_document, struct cavra_error *error)
{
	struct storage_files CLEANUP_STORAGE_FILES files;
	int code = storage_files_list(verification, plan->s3_prefix, &files, error);
	if (code < 0)
		return code;
	json_t *document = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "schema_version",
				     SCHEMA, "product", EVIDENCE_PRODUCT, "bundle",
				     plan_bundle(verification), "retention", plan_retention(plan),
				     "s3_object_lock", plan_s3(plan), "azure_immutable_blob",
				     plan_azure(plan), "files", plan_files(&files, plan));
	if (!document)
		return error_set(error, CAVRA_ERR_INPUT,
				 "out of memory, or a name in the options is no UTF-8");
	*ret_document = document;
	return 0;
}

/* ---- for people ---- */

static struct str text_of(const json_t *object, const char *part, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(part ? json_object_get(object, part) : object, key, &text);
	return text;
}

static void add_code(struct buf *out, const char *before, struct str text, const char *after)
{
	buf_add_format(out, "%s`", before);
	attestation_add_code(out, text);
	buf_add_format(out, "`%s", after);
}

int storage_plan_markdown(const json_t *document, struct buf *out, struct cavra_error *error)
{
	const json_t *file;
	size_t i;
	json_int_t days = 0;
	bool hold = false;
	(void)json_get_int(json_object_get(document, "retention"), "retention_days", &days);
	(void)json_get_bool(json_object_get(document, "retention"), "legal_hold", &hold);
	add_code(out, "# CAVRA Immutable Storage Plan\n\nSession: ",
		 text_of(document, "bundle", "session_id"), "\n\n");
	add_code(out, "- Mode: ", text_of(document, "retention", "mode"), "\n");
	buf_add_format(out, "- Kept for: %lld days, until %.*s\n- Legal hold: %s\n",
		       (long long)days, STR_ARG(text_of(document, "retention", "retain_until")),
		       hold ? "yes" : "no");
	add_code(out, "- S3 bucket: ", text_of(document, "s3_object_lock", "bucket"),
		 ", with versioning, Object Lock and KMS encryption\n");
	add_code(out, "- Azure container: ", text_of(document, "azure_immutable_blob", "container"),
		 ", with versioning, version-level immutability and infrastructure encryption\n");
	buf_add_c(out, "\n| file | sha256 | S3 | Azure |\n|---|---|---|---|\n");
	json_array_foreach (json_object_get(document, "files"), i, file) {
		add_code(out, "| ", text_of(file, NULL, "path"), "");
		add_code(out, " | ", text_of(file, NULL, "sha256"), "");
		add_code(out, " | ", text_of(file, NULL, "s3_uri"), "");
		add_code(out, " | ", text_of(file, NULL, "azure_blob"), " |\n");
	}
	return out->failed ? evidence_no_memory(error) : 0;
}
