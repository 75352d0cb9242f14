/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads seed files.
 */
#include "seeds.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

enum { SEED_FILE_MAX = 16 * 1024 * 1024 };

static void add(struct arena *arena, struct seeds *seeds, struct str text)
{
	ARENA_PUSH(arena, seeds->texts, seeds->n, seeds->cap) = text;
}

static void add_records(struct arena *arena, struct seeds *seeds, struct str content)
{
	while (content.n) {
		size_t end = str_starts(content, STR("%%\n")) ? 0
							      : str_find(content, STR("\n%%\n"));
		struct str text = str_first(content, end == STR_NPOS ? content.n : end);
		if (end == STR_NPOS && str_ends(text, STR("\n")))
			text.n--;
		if (text.n)
			add(arena, seeds, text);
		if (end == STR_NPOS)
			return;
		content = str_from_at(content, end + (end == 0 ? 3 : 4));
	}
}

static bool replace_once(struct arena *arena, struct str *text, struct str what, struct str with)
{
	size_t at = str_find(*text, what);
	if (at == STR_NPOS)
		return false;
	*text = arena_join3(arena, str_first(*text, at), with, str_from_at(*text, at + what.n));
	return true;
}

/* The command lists of tests/golden/corpus/: one a line, comments, "⏎" for a line break. */
static void add_lines(struct arena *arena, struct seeds *seeds, struct str content)
{
	struct str line;
	while (str_split(&content, '\n', &line)) {
		if (!line.n || line.p[0] == '#')
			continue;
		while (replace_once(arena, &line, STR("\u23ce"), STR("\n")))
			;
		add(arena, seeds, line);
	}
}

static void add_actions(struct arena *arena, struct seeds *seeds, struct str content)
{
	struct str line;
	while (str_split(&content, '\n', &line)) {
		json_t *action = json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL);
		const char *type = json_string_value(json_object_get(action, "action_type"));
		json_t *target = json_object_get(action, "target");
		if (type && strcmp(type, "shell") == 0 && json_is_string(target))
			add(arena, seeds,
			    arena_str(arena, str_make(json_string_value(target),
						      json_string_length(target))));
		json_decref(action);
	}
}

static int add_grammar(struct arena *arena, struct seeds *seeds, struct str content,
		       const char *path)
{
	struct grammar grammar;
	size_t line;
	if (!grammar_read(arena, content, &grammar, &line)) {
		fprintf(stderr, "oracle: %s:%zu: no grammar\n", path, line);
		return -1;
	}
	ARENA_PUSH(arena, seeds->grammars, seeds->n_grammars, seeds->cap_grammars) = grammar;
	return 0;
}

int seeds_load(struct arena *arena, const char *path, struct seeds *seeds)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		fprintf(stderr, "oracle: %s: %s\n", path, strerror(errno));
		return -1;
	}
	struct stat status;
	if (fstat(fileno(file), &status) != 0 || status.st_size > SEED_FILE_MAX) {
		fprintf(stderr, "oracle: %s: too large\n", path);
		fclose(file);
		return -1;
	}
	char *bytes = arena_alloc(arena, (size_t)status.st_size);
	struct str content = str_make(bytes, fread(bytes, 1, (size_t)status.st_size, file));
	fclose(file);
	struct str name = str_from(path);
	if (str_ends(name, STR(".grammar")))
		return add_grammar(arena, seeds, content, path);
	if (str_ends(name, STR(".jsonl")))
		add_actions(arena, seeds, content);
	else if (str_find(name, STR("/corpus/")) != STR_NPOS)
		add_lines(arena, seeds, content);
	else
		add_records(arena, seeds, content);
	return 0;
}
