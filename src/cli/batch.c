/* SPDX-License-Identifier: Apache-2.0
 *
 * Many requests, see batch.h. A line in error is an answer, not the end.
 */
#include "cli/batch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "decide/request.h"
#include "json/json.h"

/* Reads up to a newline. 1: a line, 0: the end, CAVRA_ERR_LIMIT: a line that is too long, read to
 * its end. */
static int read_line(FILE *in, struct buf *line)
{
	int c;
	buf_clear(line);
	while ((c = getc_unlocked(in)) != EOF && c != '\n')
		buf_add_char(line, (char)c);
	if (c == EOF && !line->n && !line->failed)
		return 0;
	return line->failed ? CAVRA_ERR_LIMIT : 1;
}

static void print_error(const struct cavra_error *error, size_t number, const json_t *id)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(1));
	buf_add_format(&out,
		       "{\"error\":{\"code\":\"%s\",\"message\":", code_info(error->code)->name);
	buf_add_json_string(&out, str_from(error->text));
	if (error->line)
		buf_add_format(&out, ",\"column\":%d", error->column);
	buf_add_format(&out, "},\"line\":%zu,\"id\":", number);
	if (json_is_string(id))
		buf_add_json_string(&out, json_str(id));
	else if (json_is_integer(id))
		buf_add_format(&out, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	else
		buf_add_c(&out, "null");
	(void)printf("%s}\n", out.p);
}

/* Decides about one line and prints the record; on failure the caller prints the error. *ret_root
 * is for the caller to free, it holds the id.
 */
static int run_line(struct guard *guard, struct str line, json_t **ret_root,
		    struct cavra_error *error)
{
	struct request_document document;
	struct decision decision;
	struct buf CLEANUP_BUF out;
	int code = json_read(line, JSON_READ_NUL, ret_root, error);
	if (code < 0)
		return code;
	buf_init(&out, 16 * LIMIT_REQUEST_BYTES);
	code = request_from_json(*ret_root, &document, error);
	if (code >= 0)
		code = guard_record(guard, &document.request, guard->mode, document.id, &decision,
				    &out, error);
	request_document_release(&document);
	if (code >= 0)
		(void)printf("%s\n", out.p);
	return code;
}

static int run_lines(struct guard *guard, FILE *in)
{
	struct buf CLEANUP_BUF line;
	int more, status = EXIT_ALLOWED;
	buf_init(&line, LIMIT_REQUEST_BYTES);
	for (size_t number = 1; (more = read_line(in, &line)) != 0; number++) {
		struct cavra_error error;
		json_t *root = NULL;
		int code = more < 0 ? error_set(&error, CAVRA_ERR_LIMIT,
						"the line is longer than %zu bytes",
						LIMIT_REQUEST_BYTES)
				    : 0;
		if (code == 0 && !str_trim(buf_str(&line)).n)
			continue;
		if (code == 0)
			code = run_line(guard, buf_str(&line), &root, &error);
		if (code < 0) {
			print_error(&error, number, json_object_get(root, "id"));
			status = EXIT_ERROR;
		}
		json_decref(root);
	}
	return status;
}

int batch_run(struct guard *guard, const char *path)
{
	struct cavra_error error;
	if (strcmp(path, "-") == 0)
		return run_lines(guard, stdin);
	FILE *in = fopen(path, "re");
	if (!in) {
		error_set(&error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			  "cannot open %.300s: %s", path, strerror(errno));
		return fail(&error);
	}
	int status = run_lines(guard, in);
	if (ferror(in)) {
		error_set(&error, CAVRA_ERR_IO, "cannot read %.300s", path);
		status = fail(&error);
	}
	(void)fclose(in);
	return status;
}
