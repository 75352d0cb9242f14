/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence verify, verify-trust-distribution: whether a bundle, or a package of trust roots, is what somebody has
 * signed.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/evidence.h"
#include "cli/secrets.h"
#include "evidence/distribution.h"
#include "evidence/trust_root.h"

static const int exit_status_of[] = {
	[VERIFY_FAILED] = EXIT_ERROR,
	[VERIFY_VERIFIED] = EXIT_ALLOWED,
	[VERIFY_INTEGRITY_ONLY] = EXIT_INTEGRITY_ONLY,
};

static void print_text(const struct verification *verification)
{
	const struct signed_claim *claim = &verification->claim;
	switch (verification->status) {
	case VERIFY_FAILED:
		(void)printf("not verified\n");
		evidence_print_problems(verification);
		break;
	case VERIFY_VERIFIED:
		(void)printf("verified: signed with %s%s%.*s%s%s\n",
			     signed_algorithm_name(claim->algorithm),
			     claim->key_id.n ? ", key " : "", STR_ARG(claim->key_id),
			     verification->has_trust ? ", trust root " : "",
			     verification->has_trust ? trust_status_name(verification->trust_status)
						     : "");
		break;
	case VERIFY_INTEGRITY_ONLY:
		(void)printf("integrity only: the files are what the manifest says, and nobody "
			     "vouches for it\n");
		break;
	}
	for (size_t i = 0; i < verification->n_unchecked; i++)
		(void)printf("not checked: %s\n", verification->unchecked[i]);
}

static int tell(const struct args *args, const struct verification *verification,
		struct cavra_error *error)
{
	if (!args_has(args, OPT_JSON)) {
		print_text(verification);
		return 0;
	}
	json_t *report = verification_report(verification, args->operand[0]);
	int code = output_report(report, error);
	json_decref(report);
	return code;
}

int cmd_evidence_verify(const struct args *args)
{
	struct cavra_error error;
	struct evidence_keys CLEANUP_KEYS keys;
	struct verification CLEANUP_VERIFICATION verification;
	evidence_keys_init(&keys);
	verification_init(&verification);
	int code = evidence_keys_verify(args, &keys, &error);
	if (code == 0)
		code = evidence_days(args, OPT_MINIMUM_RETENTION_DAYS, 0, &keys.with.minimum_days,
				     &error);
	if (code == 0)
		code = evidence_verify(args->operand[0], &keys.with, &verification, &error);
	if (code == 0)
		code = tell(args, &verification, &error);
	return code < 0 ? fail(&error) : exit_status_of[verification.status];
}

static int verify_distribution(const struct args *args, const struct key *root,
			       struct verification *verification, struct cavra_error *error)
{
	int fd = evidence_open(args->operand[0], error);
	if (fd < 0)
		return error->code;
	int code = distribution_verify(fd, root, verification, error);
	(void)close(fd);
	return code;
}

int cmd_evidence_verify_trust_distribution(const struct args *args)
{
	struct cavra_error error;
	struct verification CLEANUP_VERIFICATION verification;
	struct key *root = NULL;
	verification_init(&verification);
	int code = args_has(args, OPT_ROOT_KEY)
			   ? secret_read_public_key(args->value[OPT_ROOT_KEY], &root, &error)
			   : 0;
	if (code == 0)
		code = verify_distribution(args, root, &verification, &error);
	key_free(root);
	if (code == 0)
		code = tell(args, &verification, &error);
	return code < 0 ? fail(&error) : exit_status_of[verification.status];
}
