/* SPDX-License-Identifier: Apache-2.0
 *
 * gen-compliance SCHEMA.json DIRECTORY OUTPUT.c DEPFILE: checks data/compliance/ during the build and embeds it as one JSON
 * text, {"frameworks": [...], "tags": {...}}. Prints every mistake as "file:line:column: text" and then writes nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "evidence/compliance_data.h"
#include "json/document.h"
#include "json/json.h"
#include "json/schema.h"

enum { MOST_DOCUMENTS = 100 };

static struct document *documents[MOST_DOCUMENTS];
static size_t n_documents, errors;

static void print_error(const struct cavra_error *error)
{
	(void)fprintf(stderr, "%s:%d:%d: %s\n", error->file, error->line, error->column,
		      error->text);
	errors++;
}

static void complain_at(const struct document *document, const char *pointer, const char *what,
			const char *about)
{
	struct cavra_error error;
	(void)document_error(document, pointer, POSITION_VALUE, &error, CAVRA_ERR_INPUT, "%s: %s",
			     what, about);
	print_error(&error);
}

static int is_yaml(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), STR(".yaml"));
}

/* In the order of their names, which is the order of the frameworks. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_all(const char *directory, struct buf *depends)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_yaml, by_bytes);
	buf_add_c(depends, directory);
	for (int i = 0; i < n; i++) {
		char path[4096];
		struct cavra_error error;
		(void)snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		buf_add_format(depends, " %s", path);
		if (n_documents == MOST_DOCUMENTS) {
			(void)fprintf(stderr, "%s: more than %d files\n", directory,
				      (int)MOST_DOCUMENTS);
			errors++;
		} else if (document_load(path, &documents[n_documents], &error) == 0) {
			n_documents++;
		} else {
			print_error(&error);
		}
		free(entries[i]);
	}
	if (n < 0) {
		perror(directory);
		errors++;
		return;
	}
	free(entries);
}

static bool complain(void *context, const struct schema_finding *finding)
{
	complain_at(context, finding->pointer, "not as the schema wants it", finding->text);
	return true;
}

static void check_schema(const char *path)
{
	struct cavra_error error;
	struct document *document = NULL;
	struct schema *schema = NULL;
	int code = document_load(path, &document, &error);
	if (code == 0)
		code = schema_compile(document->root, &schema, &error);
	if (code < 0) {
		error_file(&error, path);
		print_error(&error);
	}
	for (size_t i = 0; code == 0 && i < n_documents; i++)
		(void)schema_validate(schema, documents[i]->root, complain, documents[i], &error);
	schema_free(schema);
	document_free(document);
}

/* ---- what the schema cannot say ---- */

static json_t *tags(void)
{
	for (size_t i = 0; i < n_documents; i++)
		if (json_get_object(documents[i]->root, "tags"))
			return json_get_object(documents[i]->root, "tags");
	return NULL;
}

static void check_clauses(const struct document *document, json_t *used)
{
	const json_t *clauses = json_get_array(document->root, "clauses");
	for (size_t i = 0; i < json_array_size(clauses); i++) {
		const json_t *clause = json_array_get(clauses, i);
		const json_t *list = json_get_array(clause, "tags");
		struct str id = json_str(json_object_get(clause, "id"));
		char pointer[100];
		(void)snprintf(pointer, sizeof pointer, "/clauses/%zu/tags", i);
		for (size_t k = 0; k < i; k++)
			if (str_eq(id, json_str(json_object_get(json_array_get(clauses, k), "id"))))
				complain_at(document, pointer, "this clause is there twice", id.p);
		for (size_t k = 0; k < json_array_size(list); k++) {
			const char *tag = json_string_value(json_array_get(list, k));
			if (!json_object_get(tags(), tag))
				complain_at(document, pointer, "tags.yaml knows no such tag", tag);
			(void)json_object_set_new(used, tag, json_true());
		}
	}
}

static void check_all(void)
{
	json_t *used = json_object(), *value;
	const char *name;
	if (!tags()) {
		(void)fputs("gen-compliance: no file has tags\n", stderr);
		errors++;
	}
	for (size_t i = 0; i < n_documents; i++)
		check_clauses(documents[i], used);
	for (size_t i = 0; i < n_documents; i++)
		json_object_foreach (json_get_object(documents[i]->root, "tags"), name, value)
			if (!json_object_get(used, name))
				complain_at(documents[i], "/tags", "no clause has this tag", name);
	if (json_object_size(tags()) > COMPLIANCE_TAGS) {
		(void)fputs("gen-compliance: too many tags, see COMPLIANCE_TAGS\n", stderr);
		errors++;
	}
	json_decref(used);
}

/* ---- writing ---- */

static char *whole_text(void)
{
	json_t *frameworks = json_array();
	for (size_t i = 0; i < n_documents; i++)
		if (json_get_array(documents[i]->root, "clauses"))
			(void)json_array_append(frameworks, documents[i]->root);
	json_t *whole = json_pack("{s:o, s:O}", "frameworks", frameworks, "tags", tags());
	char *text = json_text(whole, JSON_COMPACT);
	json_decref(whole);
	return text;
}

static int write_file(const char *path, const struct buf *text)
{
	FILE *file = text->failed ? NULL : fopen(path, "w");
	bool written = file && fwrite(text->p, 1, text->n, file) == text->n;
	if (file && fclose(file) != 0)
		written = false;
	if (!written)
		perror(path);
	return written ? 0 : 1;
}

static int write_all(const char *output, const char *depfile, const struct buf *depends)
{
	struct buf CLEANUP_BUF out;
	char *text = whole_text();
	buf_init(&out, MiB(8));
	if (!text)
		return 1;
	buf_add_c(
		&out,
		"/* Made by tools/gen-compliance from data/compliance; see evidence/compliance_data.h. */\n"
		"#include \"evidence/compliance_data.h\"\nstatic const char text[] = {");
	for (size_t i = 0; text[i]; i++)
		buf_add_format(&out, "%s%d,", i % 24 ? "" : "\n\t", (signed char)text[i]);
	buf_add_c(&out, "0};\nconst struct str compliance_data = {text, sizeof text - 1};\n");
	free(text);
	return write_file(output, &out) || write_file(depfile, depends);
}

int main(int argc, char **argv)
{
	struct buf CLEANUP_BUF depends;
	buf_init(&depends, MiB(1));
	if (argc != 5) {
		(void)fputs("usage: gen-compliance SCHEMA.json DIRECTORY OUTPUT.c DEPFILE\n",
			    stderr);
		return 2;
	}
	buf_add_format(&depends, "%s: ", argv[3]);
	load_all(argv[2], &depends);
	buf_add_char(&depends, '\n');
	if (errors == 0)
		check_schema(argv[1]);
	if (errors == 0)
		check_all();
	int status = errors ? 1 : write_all(argv[3], argv[4], &depends);
	for (size_t i = 0; i < n_documents; i++)
		document_free(documents[i]);
	return status;
}
