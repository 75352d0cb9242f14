/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML text to values, see yaml.h and document.h. Relies on libyaml's events; adds the refusals
 * that make the subset strict. Recursion is bounded by LIMIT_JSON_DEPTH.
 */
#include "json/yaml.h"

#include <errno.h>
#include <yaml.h>

#include "base/limits.h"
#include "json/scan.h"
#include "json/yaml_layout.h"

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one */
	struct yaml_layout layout;
	struct yaml_positions *positions;
	int depth;
	struct cavra_error *error;
};

static int read_value(struct reader *reader, struct yaml_position position, struct str key,
		      json_t **ret);

static int fail_mark(struct reader *reader, yaml_mark_t mark, const char *what)
{
	return error_at(reader->error, CAVRA_ERR_INPUT, (int)mark.line + 1, (int)mark.column + 1,
			"%s", what);
}

static int fail(struct reader *reader, const char *what)
{
	return fail_mark(reader, reader->event.start_mark, what);
}

static int fail_limit(struct reader *reader, const char *what, int limit, const char *instead)
{
	yaml_mark_t mark = reader->event.start_mark;
	return error_at(reader->error, CAVRA_ERR_LIMIT, (int)mark.line + 1, (int)mark.column + 1,
			"%s %d %s", what, limit, instead);
}

static int fail_memory(struct reader *reader)
{
	return error_set(reader->error, CAVRA_ERR_MEMORY,
			 "out of memory while reading YAML; make the text smaller");
}

static int fail_parser(struct reader *reader)
{
	yaml_parser_t *parser = &reader->parser;
	if (parser->error == YAML_MEMORY_ERROR)
		return fail_memory(reader);
	yaml_mark_t mark = parser->problem_mark;
	return fail_mark(
		reader, mark,
		yaml_explain(parser->problem, yaml_layout_byte(&reader->layout, mark.index)));
}

/* Moves on to the next event. */
static int next(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	if (!yaml_parser_parse(&reader->parser, &reader->event)) {
		memset(&reader->event, 0, sizeof reader->event);
		return fail_parser(reader);
	}
	return 0;
}

static struct yaml_position position_here(const struct reader *reader)
{
	int line = (int)reader->event.start_mark.line + 1,
	    column = (int)reader->event.start_mark.column + 1;
	return (struct yaml_position){
		.key_line = line, .key_column = column, .line = line, .column = column};
}

static struct str scalar_text(const struct reader *reader)
{
	return str_make((const char *)reader->event.data.scalar.value,
			reader->event.data.scalar.length);
}

static bool scalar_is_plain(const struct reader *reader)
{
	return reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* What stands on a value or key of any kind. */
static int refuse_properties(struct reader *reader)
{
	const yaml_event_t *event = &reader->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	} else if (event->type == YAML_ALIAS_EVENT) {
		return fail(
			reader,
			"aliases (*name) are not read here; write the value again, or quote the text");
	}
	if (anchor)
		return fail(reader,
			    "anchors (&name) are not read here; remove it, or quote the text");
	if (tag)
		return fail(reader, "tags (!name) are not read here; remove it, or quote the text");
	return 0;
}

static int read_number(struct reader *reader, json_t **ret)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	errno = 0;
	if (!strpbrk(text, ".eE")) {
		long long number = strtoll(text, NULL, 10);
		*ret = errno == 0 ? json_integer(number) : NULL;
	} else {
		/* jansson reads a '.' as such, whatever the locale of the program around us says. */
		*ret = json_loads(text, JSON_DECODE_ANY, NULL);
	}
	if (!*ret)
		return fail(reader, "the number is out of range; write it as text in quotes");
	return 0;
}

static int read_scalar(struct reader *reader, json_t **ret)
{
	struct str text = scalar_text(reader);
	int code = yaml_layout_scalar(&reader->layout, &reader->event);
	if (code < 0)
		return code;
	if (memchr(text.p, '\0', text.n))
		return fail(reader, "a NUL character is not allowed in text; remove the \\0");
	if (scalar_is_plain(reader) && json_scan_is_number(text))
		return read_number(reader, ret);
	if (!scalar_is_plain(reader))
		*ret = json_stringn(text.p, text.n);
	else if (text.n == 0 || str_is(text, "null"))
		*ret = json_null();
	else if (str_is(text, "true") || str_is(text, "false"))
		*ret = json_boolean(text.p[0] == 't');
	else
		*ret = json_stringn(text.p, text.n);
	/* The text is UTF-8, but escapes can spell half of a surrogate pair. */
	return *ret ? 0
		    : fail(reader,
			   "the text holds what is no character; write the character itself");
}

static int check_key(struct reader *reader, const json_t *object)
{
	struct str key = scalar_text(reader);
	int code = refuse_properties(reader);
	if (code < 0)
		return code;
	if (reader->event.type != YAML_SCALAR_EVENT)
		return fail(reader, "a key is text, not a list or mapping; quote it if it is text");
	code = yaml_layout_scalar(&reader->layout, &reader->event);
	if (code < 0)
		return code;
	if (scalar_is_plain(reader) && key.n == 0)
		return fail(reader, yaml_key_text);
	if (scalar_is_plain(reader) && str_is(key, "<<"))
		return fail(
			reader,
			"merge keys (<<) are not read here; write the members out, or quote it");
	if (memchr(key.p, '\0', key.n))
		return fail(reader, "a NUL character is not allowed in a key; remove the \\0");
	if (json_object_get(object, key.p)) {
		yaml_mark_t mark = reader->event.start_mark;
		return error_at(reader->error, CAVRA_ERR_INPUT, (int)mark.line + 1,
				(int)mark.column + 1, "duplicate key \"%.*s\"; keep one of them",
				(int)(key.n < 80 ? key.n : 80), key.p);
	}
	return 0;
}

static int read_member(struct reader *reader, json_t *object)
{
	int code = check_key(reader, object);
	if (code < 0)
		return code;
	struct yaml_position position = position_here(reader);
	struct str text = scalar_text(reader);
	char *key = strndup(text.p, text.n);
	json_t *value = NULL;
	code = key ? next(reader) : fail_memory(reader);
	if (code == 0)
		code = read_value(reader, position, str_make(key, text.n), &value);
	if (code == 0 && json_object_set_new(object, key, value) < 0)
		code = fail(reader,
			    "the key holds what is no character; write the character itself");
	free(key);
	return code;
}

static int read_item(struct reader *reader, json_t *array)
{
	json_t *value = NULL;
	int code = read_value(reader, position_here(reader), STR(""), &value);
	if (code == 0 && json_array_append_new(array, value) < 0)
		code = fail_memory(reader);
	return code;
}

/* Members or items up to the end of the container. */
static int read_content(struct reader *reader, bool object, json_t *container)
{
	yaml_event_type_t end = object ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	int code = next(reader);
	while (code == 0 && reader->event.type != end) {
		code = object ? read_member(reader, container) : read_item(reader, container);
		if (code == 0)
			code = next(reader);
	}
	return code;
}

static bool starts_flow(const yaml_event_t *event)
{
	return event->type == YAML_MAPPING_START_EVENT
		       ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
		       : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
}

static int read_container(struct reader *reader, json_t **ret)
{
	bool object = reader->event.type == YAML_MAPPING_START_EVENT,
	     flow = starts_flow(&reader->event);
	if (++reader->depth > LIMIT_JSON_DEPTH)
		return fail_limit(reader, "nested deeper than", LIMIT_JSON_DEPTH,
				  "levels; make it flatter");
	int outer = reader->layout.indent;
	int code = yaml_layout_gap(&reader->layout, reader->event.start_mark.index);
	if (!flow)
		reader->layout.indent = (int)reader->event.start_mark.column;
	json_t *container = object ? json_object() : json_array();
	if (code == 0)
		code = container ? read_content(reader, object, container) : fail_memory(reader);
	if (code == 0 && flow)
		code = yaml_layout_gap(&reader->layout, reader->event.end_mark.index);
	reader->layout.indent = outer;
	reader->depth--;
	if (code < 0)
		json_decref(container);
	else
		*ret = container;
	return code;
}

/* An empty value stands nowhere; its key does. */
static bool is_empty(const struct reader *reader)
{
	return reader->event.type == YAML_SCALAR_EVENT && scalar_is_plain(reader) &&
	       scalar_text(reader).n == 0;
}

static bool is_flow(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT || starts_flow(event);
}

/* Notes where the value stands, under the key that position names; *ret_index is its entry. */
static int note_position(struct reader *reader, struct yaml_position position, struct str key,
			 size_t *ret_index)
{
	if (!is_empty(reader)) {
		position.line = (int)reader->event.start_mark.line + 1;
		position.column = (int)reader->event.start_mark.column + 1;
	}
	position.object = reader->event.type == YAML_MAPPING_START_EVENT;
	if (reader->positions->n >= LIMIT_JSON_NODES)
		return fail_limit(reader, "more than", LIMIT_JSON_NODES, "values; make it smaller");
	*ret_index = yaml_positions_add(reader->positions, position, key);
	return *ret_index == STR_NPOS ? fail_memory(reader) : 0;
}

/* The value that starts with the current event; afterwards its last event is the current one.
 * position names the key.
 */
static int read_value(struct reader *reader, struct yaml_position position, struct str key,
		      json_t **ret)
{
	size_t index = 0;
	int code = refuse_properties(reader);
	if (code == 0 && !is_empty(reader) && is_flow(&reader->event))
		code = yaml_layout_start(&reader->layout, &reader->event);
	if (code == 0)
		code = note_position(reader, position, key, &index);
	if (code < 0)
		return code;
	bool scalar = reader->event.type == YAML_SCALAR_EVENT;
	code = scalar ? read_scalar(reader, ret) : read_container(reader, ret);
	if (code == 0)
		reader->positions->items[index].end = (uint32_t)reader->positions->n;
	return code;
}

static int read_start(struct reader *reader)
{
	int code = next(reader); /* the start of the stream, always there */
	if (code == 0)
		code = next(reader);
	if (code < 0)
		return code;
	if (reader->event.type == YAML_STREAM_END_EVENT)
		return fail(reader, "the document is empty; write a value, such as {}");
	if (reader->event.data.document_start.version_directive ||
	    reader->event.data.document_start.tag_directives.start !=
		    reader->event.data.document_start.tag_directives.end)
		return fail(reader, "directives (%YAML, %TAG) are not read here; remove the line");
	return next(reader);
}

static int read_document(struct reader *reader, json_t **ret)
{
	json_t *value = NULL;
	int code = read_start(reader);
	if (code == 0)
		code = read_value(reader, position_here(reader), STR(""), &value);
	if (code < 0)
		return code;
	code = next(reader); /* the end of the document, always there */
	if (code == 0)
		code = next(reader);
	if (code == 0 && reader->event.type != YAML_STREAM_END_EVENT)
		code = fail(reader, "a second document starts here; write one document per file");
	if (code == 0)
		code = yaml_layout_gap(&reader->layout, SIZE_MAX);
	if (code < 0)
		json_decref(value);
	else
		*ret = value;
	return code;
}

int yaml_read(struct str text, struct yaml_positions *positions, json_t **ret,
	      struct cavra_error *error)
{
	struct reader reader = {
		.layout = {.text = text, .indent = -1, .error = error},
		.positions = positions,
		.error = error,
	};
	int code = yaml_check_text(text, error);
	if (code < 0)
		return code;
	if (!yaml_parser_initialize(&reader.parser))
		return fail_memory(&reader);
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.p, text.n);
	code = read_document(&reader, ret);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	return code;
}
