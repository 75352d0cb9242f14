/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors, see error.h.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"

/* clang-format off */
static const struct code_info infos[] = {
	{CAVRA_OK,            "ok",        0, 200, 0},
	{CAVRA_ERR_USAGE,     "usage",     2, 400, -32602},
	{CAVRA_ERR_INPUT,     "input",     1, 400, -32700},
	{CAVRA_ERR_POLICY,    "policy",    1, 422, -32600},
	{CAVRA_ERR_NOT_FOUND, "not-found", 1, 404, -32602},
	{CAVRA_ERR_IO,        "io",        1, 500, -32603},
	{CAVRA_ERR_LIMIT,     "limit",     1, 413, -32600},
	{CAVRA_ERR_MEMORY,    "memory",    1, 503, -32603},
	{CAVRA_ERR_INTERNAL,  "internal",  1, 500, -32603},
};
/* clang-format on */

const struct code_info *code_info(enum cavra_code code)
{
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++)
		if (infos[i].code == code)
			return &infos[i];
	return &infos[ARRAY_SIZE(infos) - 1];
}

/* Copies what fits, without half a UTF-8 character at the end. */
static void copy_cut(char *to, size_t cap, const char *from)
{
	size_t n = strlen(from);
	if (n >= cap)
		for (n = cap - 1; n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, from, n);
	to[n] = '\0';
	/* Keeps the promise of one line, and keeps input from steering a terminal. */
	utf8_make_plain(to);
}

__attribute__((format(printf, 5, 0))) static void set_text(struct cavra_error *error,
							   enum cavra_code code, int line,
							   int column, const char *format,
							   va_list args)
{
	/* Formatted aside: an argument may be the old text. */
	char text[sizeof error->text * 2];
	(void)vsnprintf(text, sizeof text, format, args);
	*error = (struct cavra_error){.code = code, .line = line, .column = column};
	copy_cut(error->text, sizeof error->text, text);
}

int error_set(struct cavra_error *error, enum cavra_code code, const char *format, ...)
{
	if (error) {
		va_list args;
		va_start(args, format);
		set_text(error, code, 0, 0, format, args);
		va_end(args);
	}
	return code;
}

int error_at(struct cavra_error *error, enum cavra_code code, int line, int column,
	     const char *format, ...)
{
	if (error) {
		va_list args;
		va_start(args, format);
		set_text(error, code, line, column, format, args);
		va_end(args);
	}
	return code;
}

void error_file(struct cavra_error *error, const char *file)
{
	if (error && !error->file[0])
		copy_cut(error->file, sizeof error->file, file);
}

int error_prefix(struct cavra_error *error, const char *format, ...)
{
	if (!error)
		return CAVRA_ERR_INTERNAL;
	/* The cause matters most: of a long prefix only the first half of the room is used. */
	char prefix[sizeof error->text / 2], text[sizeof error->text * 2];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	copy_cut(prefix, sizeof prefix, text);
	(void)snprintf(text, sizeof text, "%s: %s", prefix, error->text);
	copy_cut(error->text, sizeof error->text, text);
	return error->code;
}
