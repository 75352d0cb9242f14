/* SPDX-License-Identifier: Apache-2.0
 *
 * What the evidence commands share: keys from options, files in directories of their own.
 */
#ifndef CAVRA_CLI_EVIDENCE_H
#define CAVRA_CLI_EVIDENCE_H

#include "cli/cli.h"
#include "cli/ledger_args.h"
#include "evidence/verify.h"

/* The keys that options name, to sign or to verify with. Release it, also after a failure. */
struct evidence_keys {
	struct key *key, *root; /* --public-key or --private-key; --root-key */
	struct secret hmac;
	json_t *trust;
	struct ledger_key ledger; /* --ledger-key */
	struct verify_with with;  /* refers to the others */
};
void evidence_keys_init(struct evidence_keys *keys);
void evidence_keys_release(struct evidence_keys *keys);
/* --public-key, --trust-root with --root-key, --key-file, --key-env; --key-id, --ledger-key. A usage error when they exclude each other. */
int evidence_keys_verify(const struct args *args, struct evidence_keys *keys,
			 struct cavra_error *error);
/* --private-key with --passphrase-file, --key-file, --key-env; --key-id. */
int evidence_keys_sign(const struct args *args, struct evidence_keys *keys,
		       struct cavra_error *error);

/* Opens the directory of a bundle; -1 with an error. */
int evidence_open(const char *path, struct cavra_error *error);
/* Verifies the bundle in a directory. */
int evidence_verify(const char *path, const struct verify_with *with,
		    struct verification *verification, struct cavra_error *error);
/* CAVRA_ERR_INPUT with the first thing that is wrong, unless it is verified or its integrity alone is. */
int evidence_need_verified(const struct verification *verification, struct cavra_error *error);
/* Prints what is wrong, a line each. */
void evidence_print_problems(const struct verification *verification);

/* A JSON file of at most LIMIT_DOCUMENT_BYTES. */
int evidence_load(const char *path, json_t **ret_document, struct cavra_error *error);
/* Replaces a file, its owner's alone when it is new, and makes the directories that it is in. */
int evidence_store(const char *path, struct str text, struct cavra_error *error);
/* The same for a file of a directory. */
int evidence_store_in(const char *directory, const char *name, struct str text,
		      struct cavra_error *error);
/* For what is there to be given to everybody: trust roots. */
int evidence_publish(const char *path, struct str text, struct cavra_error *error);

/* A number of days in an option; fallback when it is not given. */
int evidence_days(const struct args *args, enum option_id option, int64_t fallback,
		  int64_t *ret_days, struct cavra_error *error);

#define CLEANUP_KEYS __attribute__((cleanup(evidence_keys_release)))

#endif
