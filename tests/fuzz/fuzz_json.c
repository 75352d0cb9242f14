/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON, finding places in it, writing it canonically.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "json/document.h"
#include "json/json.h"
#include "json/pointer.h"

enum { POINTER_BYTES = 4096 };

typedef int (*json_writer)(const json_t *value, struct buf *out, struct cavra_error *error);

/* What is written reads back, and is then written the same. */
static void check_stable(const json_t *value, json_writer write_json)
{
	struct cavra_error error;
	CLEANUP_BUF struct buf once, twice;
	json_t *again = NULL;
	buf_init(&once, MiB(16));
	buf_init(&twice, MiB(16));
	if (write_json(value, &once, &error) < 0)
		return;
	/* 1e20 is a double; what is written for it is an integer too large to read. */
	if (json_read(buf_str(&once), JSON_READ_NUL, &again, &error) < 0) {
		FUZZ_CHECK(strstr(error.text, "out of range"));
		return;
	}
	if (write_json(again, &twice, &error) == 0)
		FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	json_decref(again);
}

/* Every value has a place, and none has the place of the one before. */
static void check_places(const struct document *document, const json_t *value, struct buf *pointer,
			 int *budget)
{
	int line, column;
	const char *key;
	json_t *below;
	size_t n = pointer->n, i;
	if (--*budget < 0 || pointer->failed)
		return;
	FUZZ_CHECK(document_position(document, pointer->p, POSITION_VALUE, &line, &column));
	FUZZ_CHECK(line > 0 && column > 0);
	FUZZ_CHECK(document_position(document, pointer->p, POSITION_KEY, &line, &column));
	json_object_foreach ((json_t *)value, key, below) {
		pointer_add(pointer, str_from(key));
		check_places(document, below, pointer, budget);
		pointer->n = n;
		pointer->p[n] = '\0';
	}
	json_array_foreach (value, i, below) {
		buf_add_format(pointer, "/%zu", i);
		check_places(document, below, pointer, budget);
		pointer->n = n;
		pointer->p[n] = '\0';
	}
}

static void check_document(struct str text)
{
	struct cavra_error error = {.code = CAVRA_OK};
	CLEANUP_BUF struct buf pointer;
	struct document *document;
	int budget = 200;
	buf_init(&pointer, POINTER_BYTES);
	buf_add_char(&pointer, ' ');
	buf_clear(&pointer);
	int code = document_parse_json(text.p, text.n, &document, &error);
	if (code < 0) {
		FUZZ_CHECK((int)error.code == code && error.text[0] && error.line > 0 &&
			   error.column > 0);
		/* Our own check in front of the parser must have known what is wrong. */
		FUZZ_CHECK(!str_starts(str_from(error.text), STR("not valid JSON")));
		return;
	}
	check_places(document, document->root, &pointer, &budget);
	document_free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct cavra_error error;
	json_error_t ignored;
	json_t *value = NULL, *parsed;
	if (size > KiB(64))
		return 0;
	check_document(text);
	int code = json_read(text, JSON_READ_NUL, &value, &error);
	parsed = json_loadb(text.p, text.n,
			    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &ignored);
	/* jansson takes a NUL byte behind a number for a blank. */
	bool lenient = size && memchr(data, '\0', size);
	FUZZ_CHECK((code == 0) == (parsed != NULL) || code == CAVRA_ERR_LIMIT || lenient);
	if (code == 0) {
		FUZZ_CHECK(json_equal(value, parsed));
		check_stable(value, json_write_canonical);
		check_stable(value, json_write_digest_form);
		json_decref(value);
	}
	json_decref(parsed);
	return 0;
}
