/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical JSON text, see json.h. Forms that differ in order, numbers and escapes share the
 * walk.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/number.h"

struct form {
	int (*compare)(const void *a, const void *b); /* of two keys */
	int (*write_integer)(json_int_t integer, struct buf *out, struct cavra_error *error);
	void (*format_real)(double number, char ret_text[NUMBER_TEXT]);
	void (*write_text)(struct str text, struct buf *out);
	struct str comma, colon;
};

struct writer {
	const struct form *form;
	struct buf *out;
	struct cavra_error *error;
};

static int write_value(const struct writer *writer, const json_t *value, int depth);

/* UTF-8 keeps the order of code points; UTF-16 puts U+10000 and above in front of U+E000 to U+FFFF.
 */
static int compare_utf16(const void *a, const void *b)
{
	const unsigned char *x = *(const unsigned char *const *)a,
			    *y = *(const unsigned char *const *)b;
	while (*x && *x == *y) {
		x++;
		y++;
	}
	bool x_pair = *x >= 0xf0, y_pair = *y >= 0xf0;
	if (x_pair != y_pair && (x_pair ? *y : *x) >= 0xee)
		return x_pair ? -1 : 1;
	return (int)*x - (int)*y;
}

static int compare_code_points(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int write_integer_as_double(json_int_t integer, struct buf *out, struct cavra_error *error)
{
	char text[NUMBER_TEXT];
	/* Above this magnitude the conversion back to an integer would overflow. */
	if (integer > INT64_MAX - 512 || (json_int_t)(double)integer != integer)
		return error_set(
			error, CAVRA_ERR_INPUT,
			"the integer %lld has no exact canonical form; write it as a string",
			(long long)integer);
	number_format_ecma((double)integer, text);
	buf_add_c(out, text);
	return 0;
}

static int write_integer_exact(json_int_t integer, struct buf *out, struct cavra_error *error)
{
	(void)error;
	buf_add_format(out, "%lld", (long long)integer);
	return 0;
}

/* The length of the text in front that stands as it is. */
static size_t plain_ascii(struct str text)
{
	size_t n = 0;
	while (n < text.n && text.p[n] >= ' ' && text.p[n] <= '~' && text.p[n] != '"' &&
	       text.p[n] != '\\')
		n++;
	return n;
}

static void write_text_ascii(struct str text, struct buf *out)
{
	static const char plain[] = "\"\\\b\f\n\r\t", meant[] = "\"\\bfnrt";
	buf_add_char(out, '"');
	for (;;) {
		size_t n = plain_ascii(text);
		buf_add(out, str_first(text, n));
		text = str_from_at(text, n);
		if (!text.n)
			break;
		uint32_t c = utf8_next(&text);
		const char *escape = c && c < 0x80 ? strchr(plain, (int)c) : NULL;
		if (escape)
			buf_add_format(out, "\\%c", meant[escape - plain]);
		else if (c > 0xffff && c != UINT32_MAX)
			buf_add_format(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
				       0xdc00 + (c & 0x3ff));
		else
			buf_add_format(out, "\\u%04x", c == UINT32_MAX ? 0xfffd : c);
	}
	buf_add_char(out, '"');
}

static void write_text_utf8(struct str text, struct buf *out)
{
	buf_add_json_string(out, text);
}

static int write_object(const struct writer *writer, const json_t *object, int depth)
{
	size_t n = json_object_size(object), i = 0;
	const char **keys = calloc(n ? n : 1, sizeof *keys);
	const char *key;
	json_t *value;
	if (!keys)
		return error_set(writer->error, CAVRA_ERR_MEMORY,
				 "out of memory while writing JSON; make it smaller");
	json_object_foreach ((json_t *)object, key, value)
		keys[i++] = key;
	qsort(keys, n, sizeof *keys, writer->form->compare);
	int code = 0;
	buf_add_char(writer->out, '{');
	for (i = 0; code == 0 && i < n; i++) {
		if (i)
			buf_add(writer->out, writer->form->comma);
		writer->form->write_text(str_from(keys[i]), writer->out);
		buf_add(writer->out, writer->form->colon);
		code = write_value(writer, json_object_get(object, keys[i]), depth);
	}
	buf_add_char(writer->out, '}');
	free(keys);
	return code;
}

static int write_array(const struct writer *writer, const json_t *array, int depth)
{
	int code = 0;
	buf_add_char(writer->out, '[');
	for (size_t i = 0; code == 0 && i < json_array_size(array); i++) {
		if (i)
			buf_add(writer->out, writer->form->comma);
		code = write_value(writer, json_array_get(array, i), depth);
	}
	buf_add_char(writer->out, ']');
	return code;
}

static int write_value(const struct writer *writer, const json_t *value, int depth)
{
	char text[NUMBER_TEXT];
	if (depth > LIMIT_JSON_DEPTH)
		return error_set(writer->error, CAVRA_ERR_LIMIT,
				 "nested deeper than %d levels; make it flatter", LIMIT_JSON_DEPTH);
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(writer, value, depth + 1);
	case JSON_ARRAY:
		return write_array(writer, value, depth + 1);
	case JSON_STRING:
		writer->form->write_text(json_str(value), writer->out);
		return 0;
	case JSON_INTEGER:
		return writer->form->write_integer(json_integer_value(value), writer->out,
						   writer->error);
	case JSON_REAL:
		writer->form->format_real(json_real_value(value), text);
		buf_add_c(writer->out, text);
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_add_c(writer->out, json_is_true(value) ? "true" : "false");
		return 0;
	case JSON_NULL:
		buf_add_c(writer->out, "null");
		return 0;
	}
	return error_set(writer->error, CAVRA_ERR_INTERNAL, "a JSON value of unknown type");
}

static int write_form(const struct form *form, const json_t *value, struct buf *out,
		      struct cavra_error *error)
{
	struct writer writer = {form, out, error};
	int code = write_value(&writer, value, 0);
	if (code == 0 && out->failed)
		code = error_set(error, CAVRA_ERR_LIMIT,
				 "more than %zu bytes of JSON; make it smaller", out->max);
	return code;
}

int json_write_canonical(const json_t *value, struct buf *out, struct cavra_error *error)
{
	static const struct form jcs = {compare_utf16,      write_integer_as_double,
					number_format_ecma, write_text_utf8,
					STR_INIT(","),      STR_INIT(":")};
	return write_form(&jcs, value, out, error);
}

int json_write_digest_form(const json_t *value, struct buf *out, struct cavra_error *error)
{
	static const struct form digest = {compare_code_points,  write_integer_exact,
					   number_format_python, write_text_ascii,
					   STR_INIT(","),        STR_INIT(":")};
	return write_form(&digest, value, out, error);
}

/* The same with ", " and ": ", which manifests of evidence are signed in. */
int json_write_spaced_form(const json_t *value, struct buf *out, struct cavra_error *error)
{
	static const struct form spaced = {compare_code_points,  write_integer_exact,
					   number_format_python, write_text_ascii,
					   STR_INIT(", "),       STR_INIT(": ")};
	return write_form(&spaced, value, out, error);
}
