/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a key pair and writing it to two files, which must not be there yet.
 */
#ifndef CAVRA_CLI_KEYPAIR_H
#define CAVRA_CLI_KEYPAIR_H

#include <limits.h>

#include "cli/cli.h"
#include "crypto/key.h"

struct keypair {
	char private_path[PATH_MAX], public_path[PATH_MAX];
	char public_pem[KEY_PUBLIC_PEM], fingerprint[SHA256_HEX], fingerprint_der[SHA256_HEX];
	struct secret private_pem; /* wipe it */
};

/* Makes the key; encrypted, with --passphrase or --passphrase-file. The paths are the caller's to fill in. */
int keypair_make(const struct args *args, struct keypair *pair, struct cavra_error *error);
/* Both files or none; the private one for its owner alone. Directories are made, for their owner alone, and a new one keeps
 * files of the pattern out of Git.
 */
int keypair_write(const struct keypair *pair, const char *ignored, struct cavra_error *error);

#endif
