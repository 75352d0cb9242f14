/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading YAML, and writing it. Whatever is also JSON must mean the same.
 */
#include "fuzz.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "json/document.h"
#include "json/json.h"
#include "json/yaml.h"

static void check_text(struct str text)
{
	FUZZ_CHECK(utf8_find_invalid(text) == STR_NPOS);
	FUZZ_CHECK(text.n == 0 || !memchr(text.p, '\0', text.n));
}

static void check_value(const json_t *value, int depth)
{
	const char *key;
	json_t *below;
	size_t i;
	FUZZ_CHECK(depth <= LIMIT_JSON_DEPTH);
	if (json_is_string(value))
		check_text(json_str(value));
	json_object_foreach ((json_t *)value, key, below) {
		check_text(str_from(key));
		check_value(below, depth + 1);
	}
	json_array_foreach (value, i, below)
		check_value(below, depth + 1);
}

/* JSON is YAML: what we write as JSON reads back as the same value, unless it holds what we refuse.
 */
static void check_round_trip(const json_t *value)
{
	struct cavra_error error;
	struct document *document;
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	FUZZ_CHECK(text);
	if (document_parse_yaml(text, strlen(text), &document, &error) == 0) {
		FUZZ_CHECK(json_equal(document->root, value));
		document_free(document);
	}
	free(text);
}

/* So does what we write as YAML. */
static void check_written(const json_t *value)
{
	struct cavra_error error;
	struct document *document;
	struct buf text;
	buf_init(&text, MiB(16));
	FUZZ_CHECK(yaml_write(value, &text, &error) == 0);
	if (document_parse_yaml(text.p, text.n, &document, &error) == 0) {
		FUZZ_CHECK(json_equal(document->root, value));
		document_free(document);
	}
	buf_release(&text);
}

static void check_same_as_json(struct str text, const json_t *value)
{
	struct cavra_error error;
	json_t *other;
	if (json_read(text, 0, &other, &error) < 0)
		return;
	FUZZ_CHECK(json_equal(value, other));
	json_decref(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct cavra_error error = {.code = CAVRA_OK};
	struct document *document;
	int line, column;
	if (size > KiB(64))
		return 0;
	int code = document_parse_yaml(text.p, text.n, &document, &error);
	if (code < 0) {
		FUZZ_CHECK((int)error.code == code && error.text[0] && error.line > 0 &&
			   error.column > 0);
		return 0;
	}
	check_value(document->root, 0);
	FUZZ_CHECK(document_position(document, "", POSITION_VALUE, &line, &column));
	check_same_as_json(text, document->root);
	check_round_trip(document->root);
	check_written(document->root);
	document_free(document);
	return 0;
}
