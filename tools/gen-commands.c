/* SPDX-License-Identifier: Apache-2.0
 *
 * gen-commands SCHEMA.json DIRECTORY OUTPUT.c DEPFILE: turns data/commands/ into the tables of
 * decide/knowledge.h during the build. Prints every mistake as "file:line:column: text" and then
 * writes nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "gen-commands.h"
#include "json/schema.h"

static void print_error(const struct cavra_error *error)
{
	(void)fprintf(stderr, "%s:%d:%d: %s\n", error->file, error->line, error->column,
		      error->text);
}

static int is_data(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), STR(".yaml"));
}

static void load(struct knowledge *knowledge, const char *path)
{
	struct cavra_error error;
	struct document *document;
	if (document_load(path, &document, &error) < 0) {
		print_error(&error);
		knowledge->errors++;
		return;
	}
	ARENA_PUSH(knowledge->arena, knowledge->documents, knowledge->n_documents,
		   knowledge->cap_documents) = document;
}

/* In alphabetical order, so that the output does not depend on the file system. */
static int load_all(struct knowledge *knowledge, const char *directory, struct buf *depends)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_data, alphasort);
	if (n < 0) {
		perror(directory);
		return -1;
	}
	buf_add_c(depends, directory);
	for (int i = 0; i < n; i++) {
		const char *path =
			arena_printf(knowledge->arena, "%s/%s", directory, entries[i]->d_name).p;
		buf_add_format(depends, " %s", path);
		load(knowledge, path);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

struct complaints {
	struct knowledge *knowledge;
	const struct document *document;
};

static bool complain(void *context, const struct schema_finding *finding)
{
	const struct complaints *complaints = context;
	struct cavra_error error;
	(void)document_error(complaints->document, finding->pointer, finding->of, &error,
			     CAVRA_ERR_INPUT, "%s", finding->text);
	print_error(&error);
	complaints->knowledge->errors++;
	return true;
}

static void check_against(struct knowledge *knowledge, const struct schema *schema)
{
	for (size_t i = 0; i < knowledge->n_documents; i++) {
		const struct document *document = knowledge->documents[i];
		struct complaints complaints = {knowledge, document};
		struct cavra_error error;
		int code = schema_validate(schema, document->root, complain, &complaints, &error);
		if (code < 0 && code != CAVRA_ERR_INPUT)
			(void)complain(&complaints,
				       &(struct schema_finding){.pointer = "", .text = error.text});
	}
}

/* The schema's own mistakes are printed like those of the data. */
static void check_schema(struct knowledge *knowledge, const char *path)
{
	struct cavra_error error;
	struct document *document = NULL;
	struct schema *schema = NULL;
	int code = document_load(path, &document, &error);
	if (code == 0)
		code = schema_compile(document->root, &schema, &error);
	if (code == 0) {
		check_against(knowledge, schema);
	} else {
		error_file(&error, path);
		print_error(&error);
		knowledge->errors++;
	}
	schema_free(schema);
	document_free(document);
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

static int generate(struct knowledge *knowledge, char **argv)
{
	CLEANUP_BUF struct buf out, depends;
	buf_init(&out, MiB(64));
	buf_init(&depends, MiB(1));
	buf_add_format(&depends, "%s: ", argv[3]);
	if (load_all(knowledge, argv[2], &depends) < 0)
		return 1;
	buf_add_char(&depends, '\n');
	if (knowledge->errors == 0)
		check_schema(knowledge, argv[1]);
	if (knowledge->errors == 0)
		knowledge_check(knowledge);
	if (knowledge->errors)
		return 1;
	knowledge_write(knowledge, &out);
	return write_file(argv[3], &out) < 0 || write_file(argv[4], &depends) < 0;
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct knowledge knowledge = {.arena = &arena};
	if (argc != 5) {
		(void)fputs("usage: gen-commands SCHEMA.json DIRECTORY OUTPUT.c DEPFILE\n", stderr);
		return 2;
	}
	arena_init(&arena, MiB(256));
	if (setjmp(arena.on_full)) {
		(void)fputs("gen-commands: out of memory\n", stderr);
		return 1;
	}
	arena.armed = true;
	int status = generate(&knowledge, argv);
	for (size_t i = 0; i < knowledge.n_documents; i++)
		document_free(knowledge.documents[i]);
	arena_release(&arena);
	return status;
}
