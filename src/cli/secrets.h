/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and passphrases from where they are kept: a file, a descriptor, an environment variable, the terminal.
 * Never from an argument, which every process of the machine can read. Errors name the place.
 */
#ifndef CAVRA_CLI_SECRETS_H
#define CAVRA_CLI_SECRETS_H

#include "cli/cli.h"
#include "crypto/key.h"

/* A whole file, "-" being standard input; /dev/fd/N is a descriptor. */
int secret_read_file(const char *path, struct secret *ret_secret, struct cavra_error *error);
/* The same without the end of its one line; an empty one is an error. */
int secret_read_line(const char *path, struct secret *ret_secret, struct cavra_error *error);
int secret_read_variable(const char *name, struct secret *ret_secret, struct cavra_error *error);
/* Asks at the terminal, whatever standard input is. again: twice, until both are the same. */
int secret_ask(const char *prompt, bool again, struct secret *ret_secret,
	       struct cavra_error *error);

/* The key pair in a file that nobody else may read, and a passphrase when it needs one: from --passphrase-file, else from
 * the terminal.
 */
int secret_read_private_key(const struct args *args, const char *path, struct key **ret_key,
			    struct cavra_error *error);
int secret_read_public_key(const char *path, struct key **ret_key, struct cavra_error *error);
/* HMAC key of --key-file or --key-env; false when neither is given. */
int secret_read_hmac_key(const struct args *args, struct secret *ret_secret, bool *ret_given,
			 struct cavra_error *error);

#endif
