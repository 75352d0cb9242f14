/* SPDX-License-Identifier: Apache-2.0
 *
 * The YAML test suite, as one file yaml/cases.json in $CAVRA_VECTORS (default: ../shared/vectors
 * beside the sources). We read less than YAML, on purpose. What we do read must mean what the suite
 * says, and what is no YAML must be refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/document.h"
#include "json/json.h"

struct tally {
	unsigned same, refused, invalid, wrong;
};

static bool run_case(const json_t *row, struct tally *tally)
{
	const json_t *text = json_object_get(row, "yaml");
	const char *want_text = json_string_value(json_object_get(row, "json"));
	struct cavra_error error;
	struct document *document;
	bool must_fail = json_is_true(json_object_get(row, "fail"));
	if (document_parse_yaml(json_string_value(text), json_string_length(text), &document,
				&error) < 0) {
		tally->refused += !must_fail;
		tally->invalid += must_fail;
		/* Whatever is refused is refused with a place and a way out. */
		return error.line > 0 && error.column > 0 && strpbrk(error.text, ";");
	}
	json_t *want = want_text ? json_loads(want_text, JSON_DECODE_ANY, NULL) : NULL;
	bool same = !must_fail && want && json_equal(document->root, want);
	tally->same += same;
	json_decref(want);
	document_free(document);
	return same;
}

static json_t *load_cases(void)
{
	char path[4096];
	const char *vectors = getenv("CAVRA_VECTORS"), *source = getenv("CAVRA_SOURCE");
	if (vectors)
		(void)snprintf(path, sizeof path, "%s/yaml/cases.json", vectors);
	else
		(void)snprintf(path, sizeof path, "%s/../shared/vectors/yaml/cases.json",
			       source ? source : ".");
	if (!vectors && access(path, R_OK) != 0) {
		printf("1..0 # SKIP no YAML test suite; name the directory that has yaml/cases.json in CAVRA_VECTORS\n");
		exit(0);
	}
	json_t *cases = json_load_file(path, JSON_ALLOW_NUL, NULL);
	if (!cases)
		printf("1..1\nnot ok 1 - %s cannot be read\n", path);
	return cases;
}

int main(void)
{
	struct tally tally = {0};
	const json_t *row;
	size_t i;
	json_t *cases = load_cases();
	if (!cases)
		return 1;
	printf("1..2\n");
	json_array_foreach (cases, i, row) {
		const char *id = json_string_value(json_object_get(row, "id"));
		if (run_case(row, &tally))
			continue;
		tally.wrong++;
		printf("# %s is read as something else, or refused without a place\n",
		       id ? id : "?");
	}
	printf("%s - %u read as the suite says, %u refused on purpose, %u invalid ones refused, %u wrong\n",
	       tally.wrong ? "not ok" : "ok", tally.same, tally.refused, tally.invalid,
	       tally.wrong);
	/* An empty list, or a reader that refuses everything, must not look green. */
	bool enough = tally.same >= 140 && tally.invalid >= 90;
	printf("%s - enough of the suite was read\n", enough ? "ok" : "not ok");
	json_decref(cases);
	return tally.wrong || !enough;
}
