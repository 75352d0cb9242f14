/* SPDX-License-Identifier: Apache-2.0
 *
 * What is made from the tables of the command line: manual pages, completions, the tables themselves as JSON.
 */
#ifndef CAVRA_CLI_DUMP_H
#define CAVRA_CLI_DUMP_H

#include "base/buf.h"
#include "base/error.h"

/* Each writes one document; CAVRA_ERR_INTERNAL when the tables do not fit together. */
int dump_man_cavra(struct buf *out, struct cavra_error *error);
int dump_man_hook(struct buf *out, struct cavra_error *error);
int dump_man_policy(struct buf *out, struct cavra_error *error);
int dump_man_config(struct buf *out, struct cavra_error *error);
int dump_bash(struct buf *out, struct cavra_error *error);
int dump_zsh(struct buf *out, struct cavra_error *error);
int dump_fish(struct buf *out, struct cavra_error *error);
int dump_json(struct buf *out, struct cavra_error *error);

struct dump {
	const char *name, *what;
	int (*write)(struct buf *out, struct cavra_error *error);
};
extern const struct dump dumps[];
extern const size_t dumps_count;

#endif
