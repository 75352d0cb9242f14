/* SPDX-License-Identifier: Apache-2.0
 *
 * A place of its own for a database of a test: directory, and path of a file in it that is not there yet.
 */
#ifndef CAVRA_TESTS_DATABASE_H
#define CAVRA_TESTS_DATABASE_H

#include <stdio.h>
#include <stdlib.h>

static char directory[64], path[96];

static inline int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof directory, "/tmp/cavra-database-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(path, sizeof path, "%s/x.db", directory);
	return 0;
}

static inline int tear_down(void **state)
{
	char command[128];
	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command); /* NOLINT: a path of our own making */
}

#endif
