/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a user keeps configuration. The home directory is the one of the account, so that a changed environment
 * takes nothing away; what HOME and XDG_CONFIG_HOME name comes on top.
 */
#ifndef CAVRA_CLI_HOME_H
#define CAVRA_CLI_HOME_H

#include <limits.h>
#include <stddef.h>

enum { HOME_DIRECTORIES = 3 };

/* Absolute paths, each once, whether they exist or not. */
struct home_list {
	char directory[HOME_DIRECTORIES][PATH_MAX];
	size_t n;
};

/* "~/.config/cavra". */
void home_config_directories(struct home_list *ret_list);
/* "~". */
void home_directories(struct home_list *ret_list);

#endif
