/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of a bundle, see evidence_read.h.
 */
#include "cli/evidence_read.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/files.h"

static int has_manifest(const char *bundle, bool *ret, struct cavra_error *error)
{
	char path[PATH_MAX];
	struct stat st;
	int code = file_join(path, bundle, BUNDLE_MANIFEST, error);
	if (code < 0)
		return code;
	*ret = lstat(path, &st) == 0 || errno != ENOENT;
	return 0;
}

/* What was verified, and not what somebody has put there since. */
static int read_verified(const struct args *args, const struct evidence_keys *keys,
			 json_t **ret_evidence, struct cavra_error *error)
{
	struct verification CLEANUP_VERIFICATION verification;
	verification_init(&verification);
	int code = evidence_verify(args->operand[0], &keys->with, &verification, error);
	if (code < 0)
		return code;
	json_t *evidence = verification.document[BUNDLE_EVIDENCE];
	if (verification.status != VERIFY_FAILED && evidence) {
		*ret_evidence = json_incref(evidence);
		return 0;
	}
	const struct verify_problem *first = &verification.problems[0];
	bool any = verification.n_problems > 0;
	return error_set(error, CAVRA_ERR_INPUT,
			 "the bundle does not verify: %s%s%s; cavra evidence verify tells more",
			 any ? first->file : "", any && first->file[0] ? ": " : "",
			 any ? first->text : "it has no evidence");
}

static int read_plain(const char *bundle, json_t **ret_evidence, struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = file_join(path, bundle, bundle_files[BUNDLE_EVIDENCE].name, error);
	if (code == 0)
		code = evidence_load(path, ret_evidence, error);
	if (code == 0)
		(void)fprintf(stderr,
			      "cavra: %s has no manifest: nothing vouches for what is in it\n",
			      bundle);
	return code;
}

int evidence_read(const struct args *args, json_t **ret_evidence, struct cavra_error *error)
{
	struct evidence_keys CLEANUP_KEYS keys;
	bool manifest = true;
	evidence_keys_init(&keys);
	int code = evidence_keys_verify(args, &keys, error);
	bool given = keys.key || keys.trust || keys.with.key.hmac;
	if (code == 0)
		code = has_manifest(args->operand[0], &manifest, error);
	if (code < 0)
		return code;
	return manifest || given ? read_verified(args, &keys, ret_evidence, error)
				 : read_plain(args->operand[0], ret_evidence, error);
}

int evidence_print(const struct buf *text)
{
	(void)fwrite(text->p, 1, text->n, stdout);
	return EXIT_ALLOWED;
}
