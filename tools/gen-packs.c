/* SPDX-License-Identifier: Apache-2.0
 *
 * gen-packs PACKS SCHEMA.json COMMANDS OUTPUT.c DEPFILE: embeds policies/<id>/policy.yaml, the schema of policies and
 * the names of the models in data/commands/ during the build. Prints mistakes as "file:line:column: text" and then writes
 * nothing.
 *
 * Each pack is embedded twice: as written, and as JSON without its test cases, which is what a decision needs and
 * reads in a fraction of the time.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/document.h"
#include "json/json.h"

struct output {
	struct buf text, table, depends;
	json_t *models; /* an object whose keys they are */
	size_t n;
};

static int print_error(const struct cavra_error *error)
{
	(void)fprintf(stderr, "%s:%d:%d: %s\n", error->file, error->line, error->column,
		      error->text);
	return -1;
}

static int write_file(const char *path, struct buf *text)
{
	FILE *file = text->failed ? NULL : fopen(path, "w");
	bool written = file && fwrite(text->p, 1, text->n, file) == text->n;
	if (file && fclose(file) != 0)
		written = false;
	if (!written)
		perror(path);
	return written ? 0 : -1;
}

/* As a list of bytes: a string literal may not be longer than 4095 characters. */
static void add_bytes(struct buf *out, const char *name, size_t i, struct str bytes)
{
	buf_add_format(out, "static const char %s_%zu[] = {", name, i);
	for (size_t k = 0; k < bytes.n; k++)
		buf_add_format(out, "%s%d,", k % 24 ? "" : "\n\t", (signed char)bytes.p[k]);
	buf_add_c(out, "\n\t0};\n");
}

static int add_json(struct output *output, const char *name, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	if (!text)
		return -1;
	add_bytes(&output->text, name, output->n, str_from(text));
	free(text);
	return 0;
}

static int add_pack(struct output *output, const char *id, const char *path)
{
	struct cavra_error error;
	struct document *document;
	if (document_load(path, &document, &error) < 0)
		return print_error(&error);
	add_bytes(&output->text, "text", output->n, document->text);
	(void)json_object_del(document->root, "tests");
	int code = add_json(output, "json", document->root);
	buf_add_format(
		&output->table,
		"\t{\"%s\", text_%zu, sizeof text_%zu - 1, json_%zu, sizeof json_%zu - 1},\n", id,
		output->n, output->n, output->n, output->n);
	buf_add_format(&output->depends, " %s", path);
	output->n++;
	document_free(document);
	return code;
}

/* In the order of their ids, which policy_pack_find() relies on. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_pack(const struct dirent *entry)
{
	return str_starts(str_from(entry->d_name), STR("cavra-"));
}

static int add_packs(struct output *output, const char *directory)
{
	struct dirent **entries;
	char path[4096];
	int code = 0, n = scandir(directory, &entries, is_pack, by_bytes);
	if (n < 0) {
		perror(directory);
		return -1;
	}
	buf_add_format(&output->depends, " %s", directory);
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s/policy.yaml", directory,
			       entries[i]->d_name);
		if (code == 0)
			code = add_pack(output, entries[i]->d_name, path);
		free(entries[i]);
	}
	free(entries);
	return code;
}

static int add_schema(struct output *output, const char *path)
{
	struct cavra_error error;
	struct document *document;
	if (document_load(path, &document, &error) < 0)
		return print_error(&error);
	int code = add_json(output, "schema", document->root);
	buf_add_format(
		&output->table,
		"\t{\"\", \"\", 0, \"\", 0},\n};\nconst size_t policy_packs_count = %zu;\n"
		"const struct str policy_schema_text = {schema_%zu, sizeof schema_%zu - 1};\n",
		output->n, output->n, output->n);
	buf_add_format(&output->depends, " %s", path);
	document_free(document);
	return code;
}

/* ---- models ---- */

static void collect_models(const json_t *value, json_t *models)
{
	const char *key;
	json_t *member;
	for (size_t i = 0; i < json_array_size(value); i++)
		collect_models(json_array_get(value, i), models);
	json_object_foreach ((json_t *)value, key, member) {
		collect_models(member, models);
		for (size_t i = 0; strcmp(key, "models") == 0 && i < json_array_size(member); i++)
			(void)json_object_set_new(
				models, json_string_value(json_array_get(member, i)), json_null());
	}
}

static int is_yaml(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), STR(".yaml"));
}

static int read_models(struct output *output, const char *directory, const char *name)
{
	char path[4096];
	struct cavra_error error;
	struct document *document;
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	buf_add_format(&output->depends, " %s", path);
	if (document_load(path, &document, &error) < 0)
		return print_error(&error);
	collect_models(document->root, output->models);
	document_free(document);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int write_models(struct output *output)
{
	const char *key;
	json_t *ignored;
	size_t n = 0;
	const char **names = calloc(json_object_size(output->models) + 1, sizeof *names);
	if (!names)
		return -1;
	json_object_foreach (output->models, key, ignored)
		names[n++] = key;
	qsort(names, n, sizeof *names, by_name);
	buf_add_c(&output->table, "const char *const policy_models[] = {\n");
	for (size_t i = 0; i < n; i++)
		buf_add_format(&output->table, "\t\"%s\",\n", names[i]);
	buf_add_format(&output->table, "\t\"\",\n};\nconst size_t policy_models_count = %zu;\n", n);
	free(names);
	return 0;
}

static int add_models(struct output *output, const char *directory)
{
	struct dirent **entries;
	int code = 0, n = scandir(directory, &entries, is_yaml, by_bytes);
	if (n < 0) {
		perror(directory);
		return -1;
	}
	buf_add_format(&output->depends, " %s", directory);
	for (int i = 0; i < n; i++) {
		if (code == 0)
			code = read_models(output, directory, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return code == 0 ? write_models(output) : code;
}

int main(int argc, char **argv)
{
	struct output output = {.n = 0};
	if (argc != 6) {
		(void)fputs("usage: gen-packs PACKS SCHEMA.json COMMANDS OUTPUT.c DEPFILE\n",
			    stderr);
		return 2;
	}
	output.models = json_object();
	buf_init(&output.text, MiB(64));
	buf_init(&output.table, MiB(1));
	buf_init(&output.depends, MiB(1));
	buf_add_format(&output.depends, "%s:", argv[4]);
	buf_add_c(&output.text,
		  "/* Written by tools/gen-packs.c. */\n#include \"policy/registry.h\"\n");
	buf_add_c(&output.table, "const struct policy_pack policy_packs[] = {\n");
	int code = add_packs(&output, argv[1]);
	if (code == 0)
		code = add_schema(&output, argv[2]);
	if (code == 0)
		code = add_models(&output, argv[3]);
	buf_add_char(&output.depends, '\n');
	buf_add(&output.text, buf_str(&output.table));
	output.text.failed |= output.table.failed;
	if (code == 0)
		code = write_file(argv[4], &output.text);
	if (code == 0)
		code = write_file(argv[5], &output.depends);
	json_decref(output.models);
	buf_release(&output.text);
	buf_release(&output.table);
	buf_release(&output.depends);
	return code == 0 ? 0 : 1;
}
