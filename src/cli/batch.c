/* SPDX-License-Identifier: Apache-2.0
 *
 * Many requests, see batch.h. A line in error is an answer, not the end.
 */
#include "cli/batch.h"

#include <stdio.h>

#include "base/limits.h"
#include "cli/lines.h"
#include "decide/request.h"
#include "json/json.h"

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

/* Decides about one line and prints the record; on failure the caller prints the error. */
static int run_line(struct guard *guard, const json_t *root, struct cavra_error *error)
{
	struct request_document document;
	struct decision decision;
	struct buf CLEANUP_BUF out;
	buf_init(&out, 16 * LIMIT_REQUEST_BYTES);
	int code = request_from_json(root, &document, error);
	if (code >= 0)
		code = guard_record(guard, &document.request, guard->mode, document.id, &decision,
				    &out, error);
	request_document_release(&document);
	if (code >= 0)
		code = guard_keep(guard, buf_str(&out), error);
	if (code >= 0)
		(void)printf("%s\n", out.p);
	return code;
}

int batch_run(struct guard *guard, const char *path)
{
	struct cavra_error error;
	struct lines lines;
	int more, status = EXIT_ALLOWED;
	if (lines_open(&lines, path, &error) < 0) {
		lines_close(&lines);
		return fail(&error);
	}
	for (;;) {
		json_t *root = NULL;
		more = lines_next(&lines, &root, &error);
		if (more == 0 || more == CAVRA_ERR_IO)
			break;
		int code = more < 0 ? more : run_line(guard, root, &error);
		if (code < 0) {
			print_error(&error, lines.number, json_object_get(root, "id"));
			status = EXIT_ERROR;
		}
		json_decref(root);
	}
	if (more < 0)
		status = fail(&error);
	lines_close(&lines);
	return status;
}
