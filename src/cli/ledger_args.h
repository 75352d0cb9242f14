/* SPDX-License-Identifier: Apache-2.0
 *
 * What the ledger commands share: the ledger they are about, numbers, keys, and entries for people to read.
 */
#ifndef CAVRA_CLI_LEDGER_ARGS_H
#define CAVRA_CLI_LEDGER_ARGS_H

#include <stdint.h>

#include "cli/cli.h"
#include "ledger/checkpoint_file.h"

/* The directory of --ledger, or the user's. */
int ledger_of(const struct args *args, char ret_path[PATH_MAX], struct cavra_error *error);

/* A number of entries, from 1 on. CAVRA_ERR_USAGE names what it is for. */
int ledger_number(const char *text, const char *what, uint64_t *ret_number,
		  struct cavra_error *error);

/* A key to verify checkpoints with. Release it, also after a failure. */
struct ledger_key {
	struct key *key;
	struct buf text; /* the name is borrowed from it */
	struct ledger_trust trust;
};
void ledger_key_init(struct ledger_key *key);
void ledger_key_release(struct ledger_key *key);
/* A file with a PEM key or a verifier key of a note (name+hash+base64), or such a verifier key itself. */
int ledger_key_read(const char *text, struct ledger_key *key, struct cavra_error *error);
/* The key of a trust root. A checkpoint does not say when it was signed, so the root must be in force now. */
int ledger_key_read_root(const char *path, struct ledger_key *key, struct cavra_error *error);

/* Prints an entry on one line: number, time, event, session, and of a decision what was decided about what by which rule. */
int ledger_print_entry(struct str line, bool json, struct cavra_error *error);

#define CLEANUP_LEDGER_KEY __attribute__((cleanup(ledger_key_release)))

#endif
