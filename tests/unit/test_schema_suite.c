/* SPDX-License-Identifier: Apache-2.0
 *
 * The official JSON Schema test suite, draft 2020-12, required part. Every test of a schema that we
 * accept must come out as the suite says; schemas that we refuse are counted by reason. Looked for
 * in $CAVRA_JSON_SCHEMA_SUITE (a directory with tests/draft2020-12) and where Debian's
 * libtest-json-schema-acceptance-perl puts it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/json.h"
#include "json/schema.h"

struct tally {
	unsigned groups, refused, passed, failed;
};

struct reason {
	char text[120];
	unsigned n;
};

static struct reason reasons[64];

/* Refused groups, by what the message says without the place. */
static void count_reason(const char *text)
{
	const char *colon = strstr(text, ": ");
	size_t i = 0;
	text = colon ? colon + 2 : text;
	while (i + 1 < ARRAY_SIZE(reasons) && reasons[i].n &&
	       strncmp(reasons[i].text, text, 100) != 0)
		i++;
	(void)snprintf(reasons[i].text, sizeof reasons[i].text, "%.100s", text);
	reasons[i].n++;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static void run_group(const char *file, const json_t *group, struct tally *tally)
{
	struct schema *schema;
	struct cavra_error error;
	const json_t *test;
	size_t i;
	tally->groups++;
	if (schema_compile(json_object_get(group, "schema"), &schema, &error) < 0) {
		tally->refused++;
		count_reason(error.text);
		return;
	}
	json_array_foreach (json_object_get(group, "tests"), i, test) {
		bool want = json_is_true(json_object_get(test, "valid"));
		int code = schema_validate(schema, json_object_get(test, "data"), NULL, NULL,
					   &error);
		if (code == (want ? 0 : CAVRA_ERR_INPUT)) {
			tally->passed++;
			continue;
		}
		tally->failed++;
		printf("# %s: %s: %s: should be %s%s%s\n", file, text_of(group, "description"),
		       text_of(test, "description"), want ? "valid" : "invalid",
		       code < 0 ? ", but: " : "", code < 0 ? error.text : "");
	}
	schema_free(schema);
}

static bool run_file(const char *directory, const char *file, struct tally *all)
{
	struct tally tally = {0};
	char path[5000];
	json_error_t error;
	const json_t *group;
	size_t i;
	(void)snprintf(path, sizeof path, "%s/%s", directory, file);
	json_t *groups = json_load_file(path, JSON_ALLOW_NUL, &error);
	if (!groups) {
		printf("# %s: %s\n", path, error.text);
		return false;
	}
	json_array_foreach (groups, i, group)
		run_group(file, group, &tally);
	json_decref(groups);
	printf("%s - %s: %u tests pass, %u fail, %u of %u schemas refused\n",
	       tally.failed ? "not ok" : "ok", file, tally.passed, tally.failed, tally.refused,
	       tally.groups);
	all->groups += tally.groups;
	all->refused += tally.refused;
	all->passed += tally.passed;
	all->failed += tally.failed;
	return tally.failed == 0;
}

static int is_test_file(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), STR(".json"));
}

static int open_suite(char *directory, size_t size, struct dirent ***ret)
{
	static const char debian[] = "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance";
	const char *root = getenv("CAVRA_JSON_SCHEMA_SUITE");
	(void)snprintf(directory, size, "%s/tests/draft2020-12", root ? root : debian);
	int n = scandir(directory, ret, is_test_file, alphasort);
	return n < 0 && root ? -2 : n;
}

int main(void)
{
	char directory[4096];
	struct dirent **files = NULL;
	struct tally all = {0};
	int n = open_suite(directory, sizeof directory, &files);
	bool passed = true;
	if (n == -1) {
		printf("1..0 # SKIP no JSON Schema test suite; install libtest-json-schema-acceptance-perl\n");
		return 0;
	}
	printf("1..%d\n", n + 1);
	for (int i = 0; i < n; i++) {
		passed &= run_file(directory, files[i]->d_name, &all);
		free(files[i]);
	}
	free(files);
	/* An empty or wrong directory must not look green. */
	bool enough = all.passed >= 900;
	printf("%s - %u tests pass, %u fail; %u of %u schemas refused\n",
	       enough && !all.failed ? "ok" : "not ok", all.passed, all.failed, all.refused,
	       all.groups);
	for (size_t i = 0; i < ARRAY_SIZE(reasons) && reasons[i].n; i++)
		printf("# refused %u: %s\n", reasons[i].n, reasons[i].text);
	return passed && enough ? 0 : 1;
}
