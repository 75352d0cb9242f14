/* SPDX-License-Identifier: Apache-2.0
 *
 * The schema validator. The first line of the input is a schema, the rest an instance.
 */
#include "fuzz.h"

#include <string.h>

#include "base/limits.h"
#include "json/json.h"
#include "json/schema.h"

struct visit {
	struct document *instance;
	int n;
};

static bool visit(void *context, const struct schema_finding *finding)
{
	struct visit *seen = context;
	int line, column;
	FUZZ_CHECK(finding->text[0] && finding->keyword[0]);
	/* A pointer over the cap is cut. */
	if (strlen(finding->pointer) < 4000)
		FUZZ_CHECK(document_position(seen->instance, finding->pointer, finding->of, &line,
					     &column));
	return ++seen->n < 50;
}

/* Validity under {keyword: schema} or {keyword: [schema]}. */
static int validate_in(const char *keyword, bool list, json_t *schema, const json_t *instance)
{
	struct cavra_error error;
	struct schema *compiled;
	json_t *outer = list ? json_pack("{s:[O]}", keyword, schema)
			     : json_pack("{s:O}", keyword, schema);
	int code = schema_compile(outer, &compiled, &error);
	json_decref(outer);
	if (code < 0)
		return CAVRA_ERR_LIMIT;
	code = schema_validate(compiled, instance, NULL, NULL, &error);
	schema_free(compiled);
	return code;
}

/* What the applicators mean, as long as no reference counts from the root. */
static void check_applicators(json_t *schema, const json_t *instance, int code)
{
	static const char *const same[] = {"allOf", "anyOf", "oneOf"};
	int got;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		got = validate_in(same[i], true, schema, instance);
		FUZZ_CHECK(got == code || got == CAVRA_ERR_LIMIT);
	}
	got = validate_in("not", false, schema, instance);
	FUZZ_CHECK((got == 0) == (code == CAVRA_ERR_INPUT) || got == CAVRA_ERR_LIMIT);
}

static void check(struct document *schema, struct document *instance)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct schema *compiled;
	struct visit seen = {.instance = instance};
	int code = schema_compile(schema->root, &compiled, &error);
	if (code < 0) {
		FUZZ_CHECK((int)error.code == code && error.text[0]);
		return;
	}
	code = schema_validate(compiled, instance->root, visit, &seen, &error);
	FUZZ_CHECK(code == 0 || code == CAVRA_ERR_INPUT || code == CAVRA_ERR_LIMIT);
	if (code != CAVRA_ERR_LIMIT)
		FUZZ_CHECK((seen.n > 0) == (code < 0));
	int quiet = schema_validate(compiled, instance->root, NULL, NULL, &error);
	FUZZ_CHECK(quiet == code || quiet == CAVRA_ERR_LIMIT || code == CAVRA_ERR_LIMIT);
	schema_free(compiled);
	if (code != CAVRA_ERR_LIMIT && !strstr(schema->text.p, "$ref") &&
	    !strstr(schema->text.p, "\\u"))
		check_applicators(schema->root, instance->root, code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line;
	struct cavra_error error;
	struct document *schema, *instance;
	if (size > KiB(16) || !str_split(&rest, '\n', &line) || !rest.p)
		return 0;
	if (document_parse_json(line.p, line.n, &schema, &error) < 0)
		return 0;
	if (document_parse_json(rest.p, rest.n, &instance, &error) == 0) {
		check(schema, instance);
		document_free(instance);
	}
	document_free(schema);
	return 0;
}
