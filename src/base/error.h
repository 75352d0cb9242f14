/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: a code, a position and one line of text in a caller-owned buffer. Set where the cause is known,
 * prefixed on the way up, printed once at the top. Library folders never log and never exit.
 */
#ifndef CAVRA_BASE_ERROR_H
#define CAVRA_BASE_ERROR_H

#include <cavra/cavra.h>

/* Fills *error and returns the code. Text that does not fit is cut, control characters become spaces.
 * error may be NULL.
 */
int error_set(struct cavra_error *error, enum cavra_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with a position; line and column count from 1. */
int error_at(struct cavra_error *error, enum cavra_code code, int line, int column,
	     const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Names the file the error is about; keeps one that is already named. */
void error_file(struct cavra_error *error, const char *file);
/* Puts "text: " in front of the error's text and returns its code. */
int error_prefix(struct cavra_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct code_info {
	enum cavra_code code;
	const char *name;
	int exit_status;
	int http_status;
	int jsonrpc_code;
};
const struct code_info *code_info(enum cavra_code code);

#endif
