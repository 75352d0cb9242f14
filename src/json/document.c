/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents, see document.h.
 */
#include "json/document.h"

#include <stdarg.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/regular.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/scan.h"
#include "json/yaml.h"

enum format { FORMAT_NONE, FORMAT_JSON, FORMAT_YAML };

static int fail_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY,
			 "out of memory while reading a document; make it smaller");
}

/* name may be NULL. NULL without memory. */
static struct document *document_new(const char *name, struct str text)
{
	struct document *document = calloc(1, sizeof *document);
	char *copy = malloc(text.n + 1), *name_copy = name ? strdup(name) : NULL;
	if (!document || !copy || (name && !name_copy)) {
		free(document);
		free(copy);
		free(name_copy);
		return NULL;
	}
	if (text.n)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	document->text = str_make(copy, text.n);
	document->name = name_copy;
	return document;
}

void document_free(struct document *document)
{
	if (!document)
		return;
	json_decref(document->root);
	yaml_positions_free(document->positions);
	free((char *)document->text.p);
	free(document->name);
	free(document);
}

static int parse_yaml(struct document *document, struct cavra_error *error)
{
	document->positions = yaml_positions_new();
	if (!document->positions)
		return fail_memory(error);
	return yaml_read(document->text, document->positions, &document->root, error);
}

static int parse(enum format format, const char *name, struct str text, struct document **ret,
		 struct cavra_error *error)
{
	if (text.n > LIMIT_DOCUMENT_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "larger than %zu bytes; split it",
				 LIMIT_DOCUMENT_BYTES);
	struct document *document = document_new(name, text);
	if (!document)
		return fail_memory(error);
	int code = format == FORMAT_YAML ? parse_yaml(document, error)
					 : json_read(document->text, 0, &document->root, error);
	if (code < 0)
		document_free(document);
	else
		*ret = document;
	return code;
}

int document_parse_json(const char *text, size_t n, struct document **ret,
			struct cavra_error *error)
{
	return parse(FORMAT_JSON, NULL, str_make(text, n), ret, error);
}

int document_parse_yaml(const char *text, size_t n, struct document **ret,
			struct cavra_error *error)
{
	return parse(FORMAT_YAML, NULL, str_make(text, n), ret, error);
}

static enum format format_of(struct str path)
{
	static const struct {
		const char *ending;
		enum format format;
	} endings[] = {{".yaml", FORMAT_YAML}, {".yml", FORMAT_YAML}, {".json", FORMAT_JSON}};
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (str_ends(path, str_from(endings[i].ending)))
			return endings[i].format;
	return FORMAT_NONE;
}

int document_load(const char *path, struct document **ret, struct cavra_error *error)
{
	CLEANUP_BUF struct buf text;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	enum format format = format_of(str_from(path));
	int code = format == FORMAT_NONE
			   ? error_set(error, CAVRA_ERR_INPUT,
				       "the name must end in .yaml, .yml or .json; rename the file")
			   : regular_file_read(path, &text, error);
	if (code == 0)
		code = parse(format, path, buf_str(&text), ret, error);
	if (code < 0)
		error_file(error, path);
	return code;
}

bool document_position(const struct document *document, const char *pointer, enum position_of of,
		       int *ret_line, int *ret_column)
{
	struct str steps = str_from(pointer);
	*ret_line = *ret_column = 1;
	if (document->positions) {
		const struct yaml_position *position = yaml_positions_find(document->positions,
									   steps);
		if (!position)
			return false;
		*ret_line = of == POSITION_KEY ? position->key_line : position->line;
		*ret_column = of == POSITION_KEY ? position->key_column : position->column;
		return true;
	}
	size_t key, value;
	if (!json_scan_locate(document->text, steps, &key, &value))
		return false;
	utf8_position(document->text, of == POSITION_KEY ? key : value, ret_line, ret_column);
	return true;
}

int document_error(const struct document *document, const char *pointer, enum position_of of,
		   struct cavra_error *error, enum cavra_code code, const char *format, ...)
{
	char text[sizeof error->text];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	int line = 1, column = 1;
	char *steps = strdup(pointer);
	while (steps && !document_position(document, steps, of, &line, &column)) {
		char *slash = strrchr(steps, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	free(steps);
	(void)error_at(error, code, line, column, "%s", text);
	if (document->name)
		error_file(error, document->name);
	return code;
}
