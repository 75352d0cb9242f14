/* SPDX-License-Identifier: Apache-2.0
 *
 * What the schema cannot say about the data: names that are given twice, clauses about options that
 * do not exist.
 */
#include <stdarg.h>
#include <stdio.h>

#include "gen-commands.h"
#include "json/json.h"

/* A command or subcommand and where it stands. */
struct level {
	struct knowledge *knowledge;
	const struct document *document;
	const char *pointer;
	const json_t *description;
	const struct level *parent;
};

static void complain(const struct level *level, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void complain(const struct level *level, const char *pointer, const char *format, ...)
{
	int line, column;
	va_list args;
	(void)document_position(level->document, pointer, POSITION_VALUE, &line, &column);
	(void)fprintf(stderr, "%s:%d:%d: ", level->document->name, line, column);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	level->knowledge->errors++;
}

static const char *join(const struct level *level, const char *pointer, const char *key)
{
	return pointer_join(level->knowledge->arena, pointer, str_from(key));
}

/* "--", which ends the options, counts as an option in has and lacks. */
static bool option_is_end(struct str spelling)
{
	return str_is(spelling, "--");
}

/* The value of the option that is spelled so at this level or above; NULL when there is none. */
static const json_t *option_find(const struct level *level, struct str spelling)
{
	for (; level; level = level->parent) {
		const char *spellings;
		json_t *value;
		json_object_foreach (json_get_object(level->description, "options"), spellings,
				     value) {
			struct str rest = str_from(spellings), one;
			while (str_split(&rest, ' ', &one))
				if (str_eq(one, spelling))
					return value;
		}
	}
	return NULL;
}

static void check_role_list(const struct level *level, const char *pointer, const json_t *holder)
{
	struct str text;
	struct operand_list list;
	if (json_get_str(holder, "operands", &text) && !operand_list_parse(text, &list))
		complain(
			level, join(level, pointer, "operands"),
			"\"%.*s\" is no list of operands; write roles, one of them repeated: none read... into",
			STR_ARG(text));
}

static void check_class(const struct level *level, const char *pointer, const json_t *holder)
{
	struct str text;
	enum command_class cls;
	if (json_get_str(holder, "class", &text) && !command_class_from(text, &cls))
		complain(level, join(level, pointer, "class"),
			 "unknown class \"%.*s\"; see docs/commands.md", STR_ARG(text));
}

/* Is `spelling`, the `nth` of all in this command, already there before it? */
static bool spelled_before(const struct level *level, struct str spelling, size_t nth)
{
	const char *spellings;
	json_t *value;
	json_object_foreach (json_get_object(level->description, "options"), spellings, value) {
		struct str rest = str_from(spellings), one;
		while (str_split(&rest, ' ', &one)) {
			if (nth-- == 0)
				return false;
			if (str_eq(one, spelling))
				return true;
		}
	}
	return false;
}

static void check_options(const struct level *level)
{
	const char *options = join(level, level->pointer, "options"), *spellings;
	size_t nth = 0;
	json_t *value;
	json_object_foreach (json_get_object(level->description, "options"), spellings, value) {
		const char *pointer = join(level, options, spellings);
		struct option_value parsed;
		struct str rest = str_from(spellings), one;
		if (!option_value_parse(value, &parsed))
			complain(
				level, pointer,
				"no role of an option; write flag, a role, role?, role?? or [role, role]");
		while (str_split(&rest, ' ', &one)) {
			if (one.n == 0)
				complain(level, pointer,
					 "two spaces in \"%s\"; separate spellings by one",
					 spellings);
			else if (spelled_before(level, one, nth))
				complain(level, pointer, "option %.*s is described twice; keep one",
					 STR_ARG(one));
			nth++;
		}
	}
}

static void check_named_options(const struct level *level, const char *pointer, const json_t *list)
{
	size_t i;
	json_t *name;
	json_array_foreach (list, i, name)
		if (json_is_string(name) && !option_is_end(json_str(name)) &&
		    !option_find(level, json_str(name)))
			complain(level, pointer_index(level->knowledge->arena, pointer, i),
				 "option %s is not described here; add it to options",
				 json_string_value(name));
}

static bool has_any(const json_t *object, const char *const *keys)
{
	for (; *keys; keys++)
		if (json_object_get(object, *keys))
			return true;
	return false;
}

static void check_clause(const struct level *level, const char *pointer, const json_t *clause)
{
	static const char *const conditions[] = {
		"has", "lacks", "operand", "option", "min-operands", "max-operands", NULL};
	static const char *const effects[] = {
		"class",  "operands", "recursive", "default", "models", "severity", "stdin",
		"output", "select",   "hidden",    "feeds",   "reads",  NULL};
	struct str option;
	struct option_value value;
	check_class(level, pointer, clause);
	check_role_list(level, pointer, clause);
	check_named_options(level, join(level, pointer, "has"), json_get_array(clause, "has"));
	check_named_options(level, join(level, pointer, "and"), json_get_array(clause, "and"));
	check_named_options(level, join(level, pointer, "lacks"), json_get_array(clause, "lacks"));
	if (!has_any(clause, conditions))
		complain(
			level, pointer,
			"a clause without a condition always holds; write what it says at the command");
	if (!has_any(clause, effects))
		complain(level, pointer, "a clause that sets nothing; write what holds then");
	if (!json_get_str(clause, "option", &option))
		return;
	const json_t *described = option_find(level, option);
	if (!described)
		complain(level, join(level, pointer, "option"),
			 "option %.*s is not described here; add it to options", STR_ARG(option));
	else if (option_value_parse(described, &value) && value.n_roles == 0)
		complain(level, join(level, pointer, "option"),
			 "option %.*s takes no value; use has", STR_ARG(option));
}

/* Each alternative of "a|b" must name one subcommand only. */
static void check_subcommand_name(const struct level *level, const char *name)
{
	const char *other;
	json_t *ignored;
	struct str rest = str_from(name), one, more, same;
	size_t times = 0;
	while (str_split(&rest, '|', &one)) {
		times = 0;
		json_object_foreach (json_get_object(level->description, "subcommands"), other,
				     ignored) {
			more = str_from(other);
			while (str_split(&more, '|', &same))
				times += str_eq(one, same);
		}
		if (times > 1 || one.n == 0)
			complain(level,
				 join(level, join(level, level->pointer, "subcommands"), name),
				 "subcommand \"%.*s\" is %s", STR_ARG(one),
				 one.n ? "described twice; keep one" : "empty; write a name");
	}
}

static void check_level(const struct level *level)
{
	const char *key, *clauses = join(level, level->pointer, "when");
	json_t *value;
	size_t i;
	check_class(level, level->pointer, level->description);
	check_role_list(level, level->pointer, level->description);
	check_options(level);
	check_named_options(level, join(level, level->pointer, "replaces"),
			    json_get_array(level->description, "replaces"));
	json_array_foreach (json_get_array(level->description, "when"), i, value)
		check_clause(level, pointer_index(level->knowledge->arena, clauses, i), value);
	json_object_foreach (json_get_object(level->description, "subcommands"), key, value) {
		const char *pointer = join(level, join(level, level->pointer, "subcommands"), key);
		struct level below = {level->knowledge, level->document, pointer, value, level};
		check_subcommand_name(level, key);
		check_level(&below);
	}
}

static void add_program(const struct level *level, const char *pointer, struct str name)
{
	struct knowledge *all = level->knowledge;
	ARENA_PUSH(all->arena, all->programs, all->n_programs, all->cap_programs) =
		(struct program){name, level->document, pointer, level->description};
}

static void check_program(const struct level *level, const char *name)
{
	size_t i;
	json_t *alias;
	const char *aliases = join(level, level->pointer, "also");
	check_level(level);
	add_program(level, level->pointer, str_from(name));
	json_array_foreach (json_get_array(level->description, "also"), i, alias)
		add_program(level, pointer_index(level->knowledge->arena, aliases, i),
			    json_str(alias));
}

static int compare_programs(const void *a, const void *b)
{
	return str_compare(((const struct program *)a)->name, ((const struct program *)b)->name);
}

static void check_twice(struct knowledge *knowledge)
{
	for (size_t i = 1; i < knowledge->n_programs; i++) {
		const struct program *program = &knowledge->programs[i], *before = program - 1;
		if (!str_eq(before->name, program->name))
			continue;
		struct level level = {.knowledge = knowledge, .document = program->document};
		int line, column;
		(void)document_position(before->document, before->pointer, POSITION_KEY, &line,
					&column);
		complain(&level, program->pointer,
			 "program %.*s is described twice, also at %s:%d; keep one",
			 STR_ARG(program->name), before->document->name, line);
	}
}

/* Members of the sections beside commands must not be given by two files. */
static void check_section(struct knowledge *knowledge, size_t index, const char *section,
			  bool nested)
{
	struct level level = {.knowledge = knowledge, .document = knowledge->documents[index]};
	const char *base = join(&level, "", section), *key, *inner;
	json_t *value, *ignored;
	for (size_t i = 0; i < index; i++) {
		const json_t *before = json_get_object(knowledge->documents[i]->root, section);
		json_object_foreach (json_get_object(level.document->root, section), key, value) {
			if (!nested && json_object_get(before, key))
				complain(&level, join(&level, base, key),
					 "%s is described twice; keep one", key);
			json_object_foreach (nested ? value : NULL, inner, ignored)
				if (json_object_get(json_object_get(before, key), inner))
					complain(&level,
						 join(&level, join(&level, base, key), inner),
						 "%s of %s is described twice; keep one", inner,
						 key);
		}
	}
}

/* Names are found by their first byte. */
static void check_variables(struct knowledge *knowledge, const struct document *document)
{
	struct level level = {.knowledge = knowledge, .document = document};
	const char *name;
	json_t *ignored;
	json_object_foreach (json_get_object(document->root, "environment"), name, ignored)
		if (!ascii_is_name(name[0]))
			complain(&level, join(&level, "/environment", name),
				 "%s must start with a letter or '_'", name);
}

void knowledge_check(struct knowledge *knowledge)
{
	for (size_t i = 0; i < knowledge->n_documents; i++) {
		const struct document *document = knowledge->documents[i];
		const char *name;
		json_t *description;
		json_object_foreach (json_get_object(document->root, "commands"), name,
				     description) {
			struct level level = {knowledge, document, NULL, description, NULL};
			level.pointer = join(&level, "/commands", name);
			check_program(&level, name);
		}
		check_section(knowledge, i, "environment", false);
		check_variables(knowledge, document);
		check_section(knowledge, i, "config", true);
		check_section(knowledge, i, "calls", true);
	}
	if (knowledge->n_programs)
		qsort(knowledge->programs, knowledge->n_programs, sizeof *knowledge->programs,
		      compare_programs);
	check_twice(knowledge);
}
