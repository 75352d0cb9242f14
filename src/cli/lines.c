/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lines.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "json/json.h"

int lines_open(struct lines *lines, const char *path, struct cavra_error *error)
{
	bool standard = strcmp(path, "-") == 0;
	lines->name = standard ? "standard input" : path;
	lines->at = lines->filled = lines->number = lines->bytes = 0;
	buf_init(&lines->line, LIMIT_REQUEST_BYTES);
	lines->in = standard ? stdin : fopen(path, "re");
	if (lines->in)
		return 0;
	return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			 "cannot open %.300s: %s", path, strerror(errno));
}

void lines_close(struct lines *lines)
{
	if (lines->in && lines->in != stdin)
		(void)fclose(lines->in);
	buf_release(&lines->line);
}

/* Reads up to a newline; false at the end. */
static bool read_line(struct lines *lines)
{
	bool any = false;
	buf_clear(&lines->line);
	lines->number++;
	for (;;) {
		if (lines->at == lines->filled) {
			lines->at = 0;
			lines->filled = fread(lines->chunk, 1, sizeof lines->chunk, lines->in);
			if (!lines->filled)
				return any;
		}
		struct str rest = str_make(lines->chunk + lines->at, lines->filled - lines->at);
		size_t end = str_find_char(rest, '\n');
		struct str piece = str_first(rest, end);
		buf_add(&lines->line, piece);
		any = true;
		lines->at += piece.n + (end != STR_NPOS);
		lines->bytes += piece.n + (end != STR_NPOS);
		if (end != STR_NPOS)
			return true;
	}
}

static int at_line(const struct lines *lines, int code, struct cavra_error *error)
{
	error->line = (int)lines->number;
	if (!error->column)
		error->column = 1;
	error_file(error, lines->name);
	return code;
}

int lines_next(struct lines *lines, json_t **ret, struct cavra_error *error)
{
	while (read_line(lines)) {
		if (lines->line.failed)
			return at_line(lines,
				       error_set(error, CAVRA_ERR_LIMIT,
						 "the line is longer than %zu bytes",
						 LIMIT_REQUEST_BYTES),
				       error);
		if (!str_trim(buf_str(&lines->line)).n)
			continue;
		int code = json_read(buf_str(&lines->line), JSON_READ_NUL, ret, error);
		return code < 0 ? at_line(lines, code, error) : 1;
	}
	if (ferror(lines->in))
		return at_line(
			lines,
			error_set(error, CAVRA_ERR_IO, "cannot read it: %s", strerror(errno)),
			error);
	return 0;
}
