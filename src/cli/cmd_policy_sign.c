/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy sign: writes the signature of a policy file beside it. Only of a policy that is valid, with all it
 * inherits: a signature says that somebody stands for what it does. Also of a packet of evidence, as it is; whether what it
 * says is so, lifecycle-readiness finds out.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/when.h"
#include "cli/files.h"
#include "cli/secrets.h"
#include "policy/lifecycle.h"
#include "public/stamp.h"

#define DEFAULT_SIGNER "local"

struct signer {
	struct signing signing;
	struct key *key;
	struct secret hmac;
	struct record_stamp stamp;
	struct buf text;
	char path[PATH_MAX];
};

static int read_keys(const struct args *args, struct signer *signer, struct cavra_error *error)
{
	const char *private_path = args->value[OPT_PRIVATE_KEY];
	bool hmac = false;
	int code = secret_read_hmac_key(args, &signer->hmac, &hmac, error);
	if (code == 0 && private_path)
		code = secret_read_private_key(args, private_path, &signer->key, error);
	signer->signing.key.ed25519 = signer->key;
	signer->signing.key.hmac = hmac ? &signer->hmac : NULL;
	return code;
}

/* The signature is over the bytes that were parsed, not over what stands in the file by now. */
static int sign_file(void *context, const struct policy_file *file, struct cavra_error *error)
{
	struct signer *signer = context;
	if (file->is_parent)
		return POLICY_UNSIGNED;
	int n = snprintf(signer->path, sizeof signer->path, "%s" SIGNATURE_ENDING, file->path);
	if (n < 0 || (size_t)n >= sizeof signer->path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path is too long");
	return signature_write(file, &signer->signing, &signer->text, error);
}

static int sign_policy(const struct args *args, struct signer *signer, struct cavra_error *error)
{
	struct policy_source source = {.pack_dir = args->value[OPT_PACK_DIR],
				       .check = sign_file,
				       .check_context = signer,
				       .now = when_now(),
				       .only_looks = true};
	struct policy *policy = NULL;
	int code = policy_load_file(&source, args->operand[0], NULL, 0, &policy, error);
	policy_free(policy);
	return code;
}

static int sign_packet(const struct document *packet, struct signer *signer,
		       struct cavra_error *error)
{
	struct lifecycle_signed what;
	int code = lifecycle_signed_init(packet, NULL, &what, error);
	if (code == 0)
		code = sign_file(signer, &what.file, error);
	lifecycle_signed_release(&what);
	return code < 0 ? code : 0;
}

static int sign(const struct args *args, struct signer *signer, struct cavra_error *error)
{
	struct document CLEANUP_DOCUMENT *packet = NULL;
	const char *name = args->value[OPT_SIGNER];
	int code = stamp_now(STR(""), &signer->stamp, error);
	if (code == 0)
		code = read_keys(args, signer, error);
	if (code < 0)
		return code;
	signer->signing.signer = str_from(name ? name : DEFAULT_SIGNER);
	signer->signing.key_id = str_from(args->value[OPT_KEY_ID]);
	signer->signing.signed_at = str_from(signer->stamp.timestamp);
	/* What is no packet is a policy, also when it cannot be read: then it is one that cannot be. */
	if (document_load(args->operand[0], &packet, error) == 0 &&
	    lifecycle_is_packet(packet->root))
		code = sign_packet(packet, signer, error);
	else
		code = sign_policy(args, signer, error);
	return code < 0 ? code : file_replace(signer->path, buf_str(&signer->text), error);
}

static const char *what_it_is(const struct signature_key *key)
{
	if (key->ed25519)
		return "signed with an Ed25519 key";
	return key->hmac ? "signed with an HMAC key, which everybody needs who verifies"
			 : "a digest without a key, which anybody can write: integrity only";
}

int cmd_policy_sign(const struct args *args)
{
	struct cavra_error error;
	struct signer signer = {.key = NULL};
	bool hmac = args_has(args, OPT_KEY_FILE) || args_has(args, OPT_KEY_ENV);
	if (args_has(args, OPT_KEY_FILE) && args_has(args, OPT_KEY_ENV))
		return fail_usage("--key-file and --key-env exclude each other");
	if (hmac && args_has(args, OPT_PRIVATE_KEY))
		return fail_usage("--private-key signs with Ed25519, --key-file and --key-env with "
				  "HMAC: give one");
	if (args_has(args, OPT_KEY_ID) && !args_has(args, OPT_PRIVATE_KEY))
		return fail_usage("--key-id names an Ed25519 key; give --private-key too");
	buf_init(&signer.text, MiB(1));
	int code = sign(args, &signer, &error);
	if (code == 0)
		(void)printf("%s\n%s\n", signer.path, what_it_is(&signer.signing.key));
	buf_release(&signer.text);
	key_free(signer.key);
	secret_wipe(&signer.hmac);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
