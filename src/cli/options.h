/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the option table, for help.c.
 */
#ifndef CAVRA_CLI_OPTIONS_H
#define CAVRA_CLI_OPTIONS_H

#include "cli/cli.h"

struct option {
	enum option_id id;
	const char *name;  /* with its dashes */
	const char *value; /* what stands for the value in help; NULL: a flag */
	const char *help;
};
const struct option *option_row(enum option_id id);

#endif
