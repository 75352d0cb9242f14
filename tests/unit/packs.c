/* SPDX-License-Identifier: Apache-2.0 */
#include "packs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

int packs_set_up(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof root, "/tmp/cavra-packs-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

int packs_tear_down(void **state)
{
	char command[128];
	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command); /* NOLINT: a path of our own making */
}

const char *packs_directory(void)
{
	return root;
}

const char *packs_path(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % ARRAY_SIZE(paths)];
	(void)snprintf(path, sizeof paths[0], "%s/%s", root, name);
	return path;
}

void packs_put(const char *name, const char *text)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s", packs_path(name));
	if (!strchr(name, '.')) {
		(void)mkdir(path, 0700);
		(void)snprintf(path, sizeof path, "%s/policy.yaml", packs_path(name));
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

void packs_put_pack(const char *id, const char *more, const char *text)
{
	static char whole[256 * 1024];
	int n = snprintf(whole, sizeof whole,
			 "metadata: {id: %s, title: t, description: d, version: 1.0.0%s}\n%s", id,
			 more, text);
	assert_true(n > 0 && (size_t)n < sizeof whole);
	packs_put(id, whole);
}

int packs_load(const char *id, struct policy **ret_policy, struct cavra_error *error)
{
	struct policy_source source = {.pack_dir = root, .want_cases = true};
	return policy_load_pack(&source, id, NULL, 0, ret_policy, error);
}

struct policy *packs_get(const char *id)
{
	struct policy *policy = NULL;
	struct cavra_error error;
	if (packs_load(id, &policy, &error) < 0)
		print_error("%s:%d:%d: %s\n", error.file, error.line, error.column, error.text);
	assert_non_null(policy);
	return policy;
}

/* All of them, wherever the directory is named. */
static void leave_out_directory(char *text)
{
	size_t n = strlen(root) + 1;
	for (char *at = strstr(text, root); at; at = strstr(at, root))
		memmove(at, at + n, strlen(at + n) + 1);
}

const char *packs_complaint(int code, const struct cavra_error *error)
{
	static char text[1024];
	text[0] = '\0';
	if (code < 0)
		(void)snprintf(text, sizeof text, "%s:%d:%d: %s", error->file, error->line,
			       error->column, error->text);
	leave_out_directory(text);
	return text;
}

const char *packs_try(const char *id)
{
	struct policy *policy = NULL;
	struct cavra_error error;
	int code = packs_load(id, &policy, &error);
	policy_free(policy);
	return packs_complaint(code, &error);
}

char *packs_part(const struct policy *policy, const char *section, const char *key)
{
	const json_t *part = json_object_get(policy->document, section);
	if (key)
		part = json_object_get(part, key);
	return part ? json_dumps(part, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("nothing");
}
