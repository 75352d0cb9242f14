/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with one JSON value a line.
 */
#ifndef CAVRA_CLI_LINES_H
#define CAVRA_CLI_LINES_H

#include <jansson.h>
#include <stdio.h>

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct lines {
	FILE *in;
	char chunk[65536]; /* read from it */
	size_t at, filled;
	const char *name; /* for messages */
	struct buf line;  /* of the value that was read last */
	size_t number;    /* of that line, from 1 */
	size_t bytes;     /* read so far */
};

/* path: "-" is standard input. CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO. The caller closes it, also after a failure. */
int lines_open(struct lines *lines, const char *path, struct cavra_error *error);
void lines_close(struct lines *lines);

/* The next line that is not blank: 1 and *ret, which the caller decrefs; 0 at the end; a negative code when the line is
 * too long or no JSON (CAVRA_ERR_LIMIT, CAVRA_ERR_INPUT; the next one can be read then) or cannot be read
 * (CAVRA_ERR_IO). Errors name file and line.
 */
int lines_next(struct lines *lines, json_t **ret, struct cavra_error *error);

#endif
