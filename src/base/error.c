/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors, see error.h.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

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

static void set_text(struct cavra_error *error, enum cavra_code code, int line, int column, const char *format,
		     va_list args)
{
	memset(error, 0, sizeof *error);
	error->code = code;
	error->line = line;
	error->column = column;
	(void)vsnprintf(error->text, sizeof error->text, format, args);
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

int error_at(struct cavra_error *error, enum cavra_code code, int line, int column, const char *format, ...)
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
		(void)snprintf(error->file, sizeof error->file, "%s", file);
}

int error_prefix(struct cavra_error *error, const char *format, ...)
{
	if (!error)
		return CAVRA_ERR_INTERNAL;
	char prefix[sizeof error->text], text[sizeof error->text];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(prefix, sizeof prefix, format, args);
	va_end(args);
	memcpy(text, error->text, sizeof text);
	size_t n = strlen(prefix);
	if (n > sizeof text / 2)
		n = sizeof text / 2;
	(void)snprintf(error->text, sizeof error->text, "%.*s: %.*s", (int)n, prefix, (int)(sizeof text - n - 3), text);
	return error->code;
}
