/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the signature of a policy file, see signature.h.
 */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/signature.h"

static int make_path(const struct policy_file *file, const char *ending, char *ret_path,
		     size_t size, struct cavra_error *error)
{
	int n = snprintf(ret_path, size, "%s%s", file->path, ending);
	return n < 0 || (size_t)n >= size
		       ? error_set(error, CAVRA_ERR_LIMIT, "the path is too long")
		       : 0;
}

static int missing(const struct policy_file *file, struct cavra_error *error)
{
	char path[PATH_MAX];
	bool legacy = make_path(file, SIGNATURE_LEGACY_ENDING, path, sizeof path, NULL) == 0 &&
		      access(path, F_OK) == 0;
	return error_set(error, CAVRA_ERR_POLICY,
			 legacy ? "not signed: there is only the digest in %s%s, which anybody can "
				  "write; sign it with cavra policy sign"
				: "not signed: there is no %s%s; sign it with cavra policy sign",
			 str_basename(str_from(file->path)).p,
			 legacy ? SIGNATURE_LEGACY_ENDING : SIGNATURE_ENDING);
}

/* Beside the file that a link leads to, unless somebody has signed the link. */
static int find_beside(const struct policy_file *file, char *ret_path, size_t size,
		       struct cavra_error *error)
{
	struct stat status;
	struct policy_file real = {.path = file->real ? file->real : file->path};
	int code = make_path(file, SIGNATURE_ENDING, ret_path, size, error);
	bool signed_link = code == 0 && lstat(ret_path, &status) == 0 && S_ISREG(status.st_mode);
	return code < 0 || signed_link ? code
				       : make_path(&real, SIGNATURE_ENDING, ret_path, size, error);
}

int signature_find(const struct policy_file *file, const char *path, struct document **ret_document,
		   struct signature *ret_signature, enum signature_verdict *ret_verdict,
		   struct cavra_error *error)
{
	char beside[PATH_MAX];
	struct document *document = NULL;
	int code = path ? 0 : find_beside(file, beside, sizeof beside, error);
	if (code == 0)
		code = document_load(path ? path : beside, &document, error);
	if (code == 0)
		code = signature_read(document, ret_signature, error);
	if (code == 0) {
		*ret_document = document;
		return 0;
	}
	document_free(document);
	*ret_verdict = code == CAVRA_ERR_NOT_FOUND ? SIGNATURE_MISSING : SIGNATURE_MALFORMED;
	if (code == CAVRA_ERR_NOT_FOUND && !path)
		return missing(file, error);
	/* The code of whatever is wrong with it says nothing that the caller could act on. */
	error->code = CAVRA_ERR_POLICY;
	return CAVRA_ERR_POLICY;
}
