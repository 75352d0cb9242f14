/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the tables of decide/knowledge.h as C. Everything is static const; names sort as knowledge.c searches.
 */
#include "base/array.h"
#include "gen-commands.h"
#include "json/json.h"

struct writer {
	const struct knowledge *knowledge;
	struct buf *out;
	unsigned next_id;
};

/* One row of a table of commands. Rows of the same description share the tables of its id. */
struct row {
	struct str name;
	const json_t *description;
	unsigned id;
	bool glob;
};

struct spelling {
	struct str name;
	struct option_value value;
};

/* "tree-read" -> ROLE_TREE_READ */
static void write_enumerator(struct buf *out, const char *prefix, const char *name)
{
	buf_add_c(out, prefix);
	for (; *name; name++)
		buf_add_char(out, *name == '-' ? '_'
					       : (char)(*name >= 'a' && *name <= 'z' ? *name - 32
										     : *name));
}

static void write_text(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '"' || c == '\\')
			buf_add_format(out, "\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			buf_add_char(out, (char)c);
		else
			buf_add_format(out, "\\%03o", c);
	}
	buf_add_char(out, '"');
}

/* The member as ", .field = value"; nothing when it is absent. */
static void write_member(struct buf *out, const json_t *object, const char *key, const char *field)
{
	const json_t *value = json_object_get(object, key), *item;
	size_t i;
	if (!value || json_is_false(value))
		return;
	buf_add_format(out, ", .%s = ", field);
	if (json_is_string(value))
		write_text(out, json_str(value));
	else if (json_is_integer(value))
		buf_add_format(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_true(value))
		buf_add_c(out, "true");
	else if (json_is_array(value)) {
		buf_add_c(out, "(const char *const[]){");
		json_array_foreach (value, i, item) {
			write_text(out, json_str(item));
			buf_add_c(out, ", ");
		}
		buf_add_c(out, "NULL}");
	}
}

static void write_roles(struct buf *out, const char *field, const char *const *roles, size_t n)
{
	if (n == 0)
		return;
	buf_add_format(out, ", .n_%s = %zu, .%s = {", field, n, field);
	for (size_t i = 0; i < n; i++) {
		write_enumerator(out, i ? ", ROLE_" : "ROLE_", roles[i]);
	}
	buf_add_char(out, '}');
}

static void write_operands(struct buf *out, const json_t *object)
{
	struct str text;
	struct operand_list list;
	if (!json_get_str(object, "operands", &text) || !operand_list_parse(text, &list))
		return;
	buf_add_c(out, ", .operands = {.given = true");
	write_roles(out, "prefix", list.prefix, list.n_prefix);
	write_roles(out, "suffix", list.suffix, list.n_suffix);
	write_enumerator(out, ", .repeat = ROLE_", list.repeat ? list.repeat : "unknown");
	buf_add_char(out, '}');
}

static void write_class(struct buf *out, const json_t *object, const char *absent)
{
	struct str name;
	if (json_get_str(object, "class", &name))
		write_enumerator(out, ".command_class = CLASS_", name.p);
	else
		buf_add_format(out, ".command_class = %s", absent);
}

static int compare_spellings(const void *a, const void *b)
{
	return str_compare(((const struct spelling *)a)->name, ((const struct spelling *)b)->name);
}

/* All options of a command, one per spelling, sorted. */
static size_t collect_options(const struct writer *writer, const json_t *command,
			      struct spelling **ret)
{
	struct spelling *list = NULL;
	size_t n = 0, cap = 0;
	const char *spellings;
	json_t *value;
	json_object_foreach (json_get_object(command, "options"), spellings, value) {
		struct str rest = str_from(spellings), one;
		struct option_value parsed;
		(void)option_value_parse(value, &parsed);
		while (str_split(&rest, ' ', &one))
			ARENA_PUSH(writer->knowledge->arena, list, n,
				   cap) = (struct spelling){one, parsed};
	}
	if (n)
		qsort(list, n, sizeof *list, compare_spellings);
	*ret = list;
	return n;
}

static void write_options(struct writer *writer, const json_t *command, unsigned id)
{
	struct spelling *list;
	size_t n = collect_options(writer, command, &list);
	if (n == 0)
		return;
	buf_add_format(writer->out, "static const struct known_option options_%u[] = {\n", id);
	for (size_t i = 0; i < n; i++) {
		buf_add_c(writer->out, "\t{.name = ");
		write_text(writer->out, list[i].name);
		write_roles(writer->out, "roles", list[i].value.roles, list[i].value.n_roles);
		if (list[i].value.optional)
			buf_add_c(writer->out, ", .optional = true");
		if (list[i].value.optional_next)
			buf_add_c(writer->out, ", .optional_next = true");
		buf_add_c(writer->out, "},\n");
	}
	buf_add_c(writer->out, "};\n");
}

static void write_clause(struct buf *out, const json_t *clause)
{
	buf_add_c(out, "\t{");
	write_class(out, clause, "-1");
	buf_add_format(out, ", .recursive = %s",
		       json_is_true(json_object_get(clause, "recursive")) ? "1" : "-1");
	for (int i = 0; i < 2; i++) {
		json_int_t limit = -1;
		(void)json_get_int(clause, i ? "max-operands" : "min-operands", &limit);
		buf_add_format(out, ", .%s_operands = %lld", i ? "max" : "min", (long long)limit);
	}
	write_operands(out, clause);
	write_member(out, clause, "has", "has");
	write_member(out, clause, "lacks", "lacks");
	write_member(out, clause, "operand", "operand");
	write_member(out, clause, "option", "option");
	write_member(out, clause, "value", "value");
	write_member(out, clause, "default", "default_operand");
	write_member(out, clause, "models", "models");
	write_member(out, clause, "severity", "severity");
	write_member(out, clause, "stdin", "stdin_role");
	buf_add_c(out, "},\n");
}

static void write_clauses(struct writer *writer, const json_t *command, unsigned id)
{
	const json_t *clauses = json_get_array(command, "when"), *clause;
	size_t i;
	if (json_array_size(clauses) == 0)
		return;
	buf_add_format(writer->out, "static const struct known_when when_%u[] = {\n", id);
	json_array_foreach (clauses, i, clause)
		write_clause(writer->out, clause);
	buf_add_c(writer->out, "};\n");
}

static int compare_rows(const void *a, const void *b)
{
	return str_compare(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static unsigned write_tables(struct writer *writer, const json_t *command);

/* One row for each alternative of each subcommand: exact names sorted in front, then globs. Writes their tables. */
static size_t collect_rows(struct writer *writer, const json_t *command, struct row **ret,
			   size_t *ret_exact)
{
	struct row *rows[2] = {NULL, NULL};
	size_t n[2] = {0, 0}, cap[2] = {0, 0};
	const char *names;
	json_t *description;
	json_object_foreach (json_get_object(command, "subcommands"), names, description) {
		unsigned id = write_tables(writer, description);
		struct str rest = str_from(names), one;
		while (str_split(&rest, '|', &one)) {
			bool glob = str_find_char(one, '*') != STR_NPOS ||
				    str_find_char(one, '?') != STR_NPOS ||
				    str_find_char(one, '[') != STR_NPOS;
			ARENA_PUSH(writer->knowledge->arena, rows[glob], n[glob],
				   cap[glob]) = (struct row){one, description, id, glob};
		}
	}
	if (n[0])
		qsort(rows[0], n[0], sizeof *rows[0], compare_rows);
	*ret_exact = n[0];
	for (size_t i = 0; i < n[1]; i++)
		ARENA_PUSH(writer->knowledge->arena, rows[0], n[0], cap[0]) = rows[1][i];
	*ret = rows[0];
	return n[0];
}

static void write_row(struct buf *out, const struct row *row)
{
	const json_t *command = row->description;
	struct str style = STR("gnu");
	(void)json_get_str(command, "style", &style);
	buf_add_c(out, "\t{.name = ");
	write_text(out, row->name);
	write_enumerator(out, ", .style = STYLE_", style.p);
	buf_add_c(out, ", ");
	write_class(out, command, "CLASS_UNKNOWN");
	buf_add_format(out, ", TABLES_%u", row->id);
	write_operands(out, command);
	write_member(out, command, "language", "language");
	write_member(out, command, "canonical", "canonical");
	write_member(out, command, "models", "models");
	write_member(out, command, "default", "default_operand");
	write_member(out, command, "stdin", "stdin_role");
	write_member(out, command, "severity", "severity");
	write_member(out, command, "recursive", "recursive");
	write_member(out, command, "wrapper", "wrapper");
	write_member(out, command, "remote", "remote");
	write_member(out, command, "appends", "appends");
	write_member(out, command, "replaces", "replaces");
	write_member(out, command, "interactive", "interactive");
	write_member(out, command, "hint", "hint");
	buf_add_c(out, "},\n");
}

/* Writes options, clauses and subcommands of a command and a macro that names them; returns their id. */
static unsigned write_tables(struct writer *writer, const json_t *command)
{
	struct row *rows;
	size_t n_exact, n = collect_rows(writer, command, &rows, &n_exact);
	unsigned id = writer->next_id++;
	struct buf *out = writer->out;
	write_options(writer, command, id);
	write_clauses(writer, command, id);
	if (n)
		buf_add_format(out, "static const struct known_command commands_%u[] = {\n", id);
	for (size_t i = 0; i < n; i++)
		write_row(out, &rows[i]);
	if (n)
		buf_add_c(out, "};\n");
	buf_add_format(out, "#define TABLES_%u .n_exact = %zu", id, n_exact);
	if (json_object_size(json_get_object(command, "options")))
		buf_add_format(out, ", .options = options_%u, .n_options = ARRAY_SIZE(options_%u)",
			       id, id);
	if (json_array_size(json_get_array(command, "when")))
		buf_add_format(out, ", .when = when_%u, .n_when = ARRAY_SIZE(when_%u)", id, id);
	if (n)
		buf_add_format(out, ", .subcommands = commands_%u, .n_subcommands = %zu", id, n);
	buf_add_c(out, "\n");
	return id;
}

static void write_programs(struct writer *writer)
{
	const struct knowledge *all = writer->knowledge;
	struct row *rows = ARENA_ARRAY(all->arena, all->n_programs, struct row);
	for (size_t i = 0; i < all->n_programs; i++) {
		const struct program *program = &all->programs[i];
		rows[i] = (struct row){program->name, program->description, 0, false};
		size_t same = 0;
		while (rows[same].description != program->description)
			same++;
		rows[i].id = same < i ? rows[same].id : write_tables(writer, program->description);
	}
	buf_add_c(writer->out, "const struct known_command known_commands[] = {\n");
	for (size_t i = 0; i < all->n_programs; i++)
		write_row(writer->out, &rows[i]);
	buf_add_format(writer->out, "};\nconst size_t known_commands_count = %zu;\n",
		       all->n_programs);
}

/* ---- the sections beside commands ---- */

static void write_environment(struct buf *out, const char *name, const json_t *value)
{
	struct str kind = STR("");
	if (!json_get_str(value, "kind", &kind))
		kind = json_str(value);
	buf_add_c(out, "\t{.name = ");
	write_text(out, str_from(name));
	write_enumerator(out, ", .kind = ENVIRONMENT_", kind.p);
	write_member(out, value, "programs", "programs");
	buf_add_c(out, "},\n");
}

static void write_triple(struct buf *out, const char *a, const char *b, const json_t *c)
{
	buf_add_c(out, "\t{");
	write_text(out, str_from(a));
	buf_add_c(out, ", ");
	write_text(out, str_from(b));
	buf_add_c(out, ", ");
	write_text(out, json_str(c));
	buf_add_c(out, "},\n");
}

static size_t write_section(struct buf *out, const json_t *section, bool triples)
{
	const char *outer, *inner;
	json_t *value, *leaf;
	size_t n = 0;
	json_object_foreach ((json_t *)section, outer, value) {
		if (!triples)
			write_environment(out, outer, value);
		json_object_foreach (triples ? value : NULL, inner, leaf)
			write_triple(out, outer, inner, leaf);
		n += triples ? json_object_size(value) : 1;
	}
	return n;
}

static void write_sections(const struct writer *writer)
{
	static const struct {
		const char *key, *type, *name;
		bool triples;
	} sections[] = {
		{"environment", "known_environment", "known_environment", false},
		{"config", "known_config", "known_config", true},
		{"calls", "known_call", "known_calls", true},
	};
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		size_t n = 0;
		buf_add_format(writer->out, "const struct %s %s[] = {\n", sections[i].type,
			       sections[i].name);
		for (size_t k = 0; k < writer->knowledge->n_documents; k++)
			n += write_section(writer->out,
					   json_get_object(writer->knowledge->documents[k]->root,
							   sections[i].key),
					   sections[i].triples);
		/* C has no empty arrays. */
		if (n == 0)
			buf_add_c(writer->out, "\t{0},\n");
		buf_add_format(writer->out, "};\nconst size_t %s_count = %zu;\n", sections[i].name,
			       n);
	}
}

void knowledge_write(const struct knowledge *knowledge, struct buf *out)
{
	struct writer writer = {knowledge, out, 0};
	buf_add_c(out,
		  "/* Made by tools/gen-commands from data/commands; see decide/knowledge.h. */\n"
		  "#include \"base/array.h\"\n"
		  "#include \"decide/knowledge.h\"\n");
	write_programs(&writer);
	write_sections(&writer);
}
