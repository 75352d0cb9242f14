/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the tables of decide/knowledge.h as C: programs, what they refer to by index, and all text
 * in one block. Names sort as knowledge.c searches.
 */
#include "base/array.h"
#include "gen-commands.h"
#include "json/json.h"

/* A table that grows while the commands are walked. */
struct table {
	struct buf rows;
	unsigned n;
};

struct interned {
	struct str text;
	unsigned at; /* 0: free */
};

enum { INTERNED = 1 << 16 };

struct writer {
	const struct knowledge *knowledge;
	struct table texts; /* n: bytes */
	struct table items, options, whens, subcommands;
	struct interned *interned; /* by hash; equal texts are stored once */
};

/* What a description has become. */
struct tables {
	unsigned options, n_options, when, n_when, subcommands, n_subcommands, n_exact;
};

/* One row of a table of commands. Aliases share their tables. */
struct row {
	struct str name;
	const json_t *description;
	struct str style;
	struct tables tables;
};

struct spelling {
	struct str name;
	struct option_value value;
};

/* "tree-read" -> ROLE_TREE_READ */
static void write_enumerator(struct buf *out, const char *prefix, const char *name)
{
	buf_add_c(out, prefix);
	for (; *name; name++) {
		bool small = *name >= 'a' && *name <= 'z';
		buf_add_char(out, *name == '-' ? '_' : small ? (char)(*name - 'a' + 'A') : *name);
	}
}

static void write_literal(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '"' || c == '\\')
			buf_add_format(out, "\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			buf_add_char(out, (char)c);
		else
			buf_add_format(out, "\\%03o", c);
	}
}

/* Where the text stands in known_texts. */
static unsigned text_at(struct writer *writer, struct str text)
{
	size_t slot = str_hash(text) % INTERNED;
	while (writer->interned[slot].at && !str_eq(writer->interned[slot].text, text))
		slot = (slot + 1) % INTERNED;
	struct interned *entry = &writer->interned[slot];
	if (entry->at)
		return entry->at;
	*entry = (struct interned){text, writer->texts.n};
	buf_add_c(&writer->texts.rows, "\t\"");
	write_literal(&writer->texts.rows, text);
	buf_add_c(&writer->texts.rows, "\\0\"\n");
	writer->texts.n += (unsigned)text.n + 1;
	return entry->at;
}

/* Where a list of texts stands in known_items. */
static unsigned list_at(struct writer *writer, const json_t *list)
{
	unsigned at = writer->items.n;
	const json_t *item;
	size_t i;
	buf_add_char(&writer->items.rows, '\t');
	json_array_foreach (list, i, item)
		buf_add_format(&writer->items.rows, "%u, ", text_at(writer, json_str(item)));
	buf_add_c(&writer->items.rows, "0,\n");
	writer->items.n += (unsigned)json_array_size(list) + 1;
	return at;
}

/* The member as ", .field = value"; nothing when it is absent. */
static void write_member(struct writer *writer, struct buf *out, const json_t *object,
			 const char *key, const char *field)
{
	const json_t *value = json_object_get(object, key);
	if (json_is_string(value))
		buf_add_format(out, ", .%s = {%u}", field, text_at(writer, json_str(value)));
	else if (json_is_array(value))
		buf_add_format(out, ", .%s = {%u}", field, list_at(writer, value));
	else if (json_is_true(value))
		buf_add_format(out, ", .%s = true", field);
}

static void write_roles(struct buf *out, const char *field, const char *const *roles, size_t n)
{
	if (n == 0)
		return;
	buf_add_format(out, ", .n_%s = %zu, .%s = {", field, n, field);
	for (size_t i = 0; i < n; i++)
		write_enumerator(out, i ? ", ROLE_" : "ROLE_", roles[i]);
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
static unsigned collect_options(const struct writer *writer, const json_t *command,
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
	return (unsigned)n;
}

static void write_options(struct writer *writer, const json_t *command, struct tables *tables)
{
	struct spelling *list;
	struct buf *out = &writer->options.rows;
	tables->options = writer->options.n;
	tables->n_options = collect_options(writer, command, &list);
	for (unsigned i = 0; i < tables->n_options; i++) {
		buf_add_format(out, "\t{.name = {%u}", text_at(writer, list[i].name));
		write_roles(out, "roles", list[i].value.roles, list[i].value.n_roles);
		if (list[i].value.optional)
			buf_add_c(out, ", .optional = true");
		if (list[i].value.optional_next)
			buf_add_c(out, ", .optional_next = true");
		if (list[i].value.repeats)
			buf_add_c(out, ", .repeats = true");
		buf_add_c(out, "},\n");
	}
	writer->options.n += tables->n_options;
}

static void write_clause(struct writer *writer, const json_t *clause)
{
	static const struct {
		const char *key, *field;
	} members[] = {
		{"has", "has"},
		{"and", "also_has"},
		{"lacks", "lacks"},
		{"operand", "operand"},
		{"option", "option"},
		{"value", "value"},
		{"default", "default_operand"},
		{"models", "models"},
		{"severity", "severity"},
		{"stdin", "stdin_role"},
		{"output", "output"},
		{"select", "select"},
		{"hidden", "hidden"},
		{"feeds", "feeds"},
		{"reads", "reads"},
	};
	struct buf *out = &writer->whens.rows;
	json_int_t least = -1, most = -1;
	(void)json_get_int(clause, "min-operands", &least);
	(void)json_get_int(clause, "max-operands", &most);
	buf_add_c(out, "\t{");
	write_class(out, clause, "-1");
	buf_add_format(out, ", .recursive = %d",
		       json_is_true(json_object_get(clause, "recursive")) ? 1 : -1);
	buf_add_format(out, ", .min_operands = %d, .max_operands = %d", (int)least, (int)most);
	write_operands(out, clause);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		write_member(writer, out, clause, members[i].key, members[i].field);
	buf_add_c(out, "},\n");
}

static void write_clauses(struct writer *writer, const json_t *command, struct tables *tables)
{
	const json_t *clauses = json_get_array(command, "when"), *clause;
	size_t i;
	tables->when = writer->whens.n;
	tables->n_when = (unsigned)json_array_size(clauses);
	json_array_foreach (clauses, i, clause)
		write_clause(writer, clause);
	writer->whens.n += tables->n_when;
}

static void write_row(struct writer *writer, struct buf *out, const struct row *row)
{
	static const struct {
		const char *key, *field;
	} members[] = {
		{"language", "language"},
		{"canonical", "canonical"},
		{"models", "models"},
		{"default", "default_operand"},
		{"stdin", "stdin_role"},
		{"severity", "severity"},
		{"recursive", "recursive"},
		{"wrapper", "wrapper"},
		{"remote", "remote"},
		{"appends", "appends"},
		{"replaces", "replaces"},
		{"interactive", "interactive"},
		{"versions", "versions"},
		{"hint", "hint"},
		{"output", "output"},
		{"resumes", "resumes"},
		{"harmless-options", "harmless_options"},
	};
	const struct tables *t = &row->tables;
	buf_add_format(out, "\t{.name = {%u}", text_at(writer, row->name));
	write_enumerator(out, ", .style = STYLE_", row->style.p);
	buf_add_c(out, ", ");
	write_class(out, row->description, "CLASS_UNKNOWN");
	write_operands(out, row->description);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		write_member(writer, out, row->description, members[i].key, members[i].field);
	if (t->n_options)
		buf_add_format(out, ", .options = %u, .n_options = %u", t->options, t->n_options);
	if (t->n_when)
		buf_add_format(out, ", .when = %u, .n_when = %u", t->when, t->n_when);
	if (t->n_subcommands)
		buf_add_format(out, ", .subcommands = %u, .n_subcommands = %u, .n_exact = %u",
			       t->subcommands, t->n_subcommands, t->n_exact);
	buf_add_c(out, "},\n");
}

/* A subcommand of a `single` program is `single` unless it says otherwise. */
static struct str style_of(const json_t *command, struct str parent)
{
	struct str style = str_is(parent, "single") ? parent : STR("gnu");
	(void)json_get_str(command, "style", &style);
	return style;
}

static int compare_rows(const void *a, const void *b)
{
	return str_compare(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static struct tables write_tables(struct writer *writer, const json_t *command, struct str style);

static bool is_glob(struct str name)
{
	return str_find_char(name, '*') != STR_NPOS || str_find_char(name, '?') != STR_NPOS ||
	       str_find_char(name, '[') != STR_NPOS;
}

/* One row for each alternative of each subcommand, exact names sorted in front of globs. Their
 * tables come first.
 */
static void write_subcommands(struct writer *writer, const json_t *command, struct str style,
			      struct tables *tables)
{
	struct arena *arena = writer->knowledge->arena;
	struct row *exact = NULL, *globs = NULL;
	size_t n_exact = 0, cap_exact = 0, n_globs = 0, cap_globs = 0;
	const char *names;
	json_t *description;
	json_object_foreach (json_get_object(command, "subcommands"), names, description) {
		struct row row = {.description = description,
				  .style = style_of(description, style)};
		struct str rest = str_from(names);
		row.tables = write_tables(writer, description, row.style);
		while (str_split(&rest, '|', &row.name)) {
			if (is_glob(row.name))
				ARENA_PUSH(arena, globs, n_globs, cap_globs) = row;
			else
				ARENA_PUSH(arena, exact, n_exact, cap_exact) = row;
		}
	}
	if (n_exact)
		qsort(exact, n_exact, sizeof *exact, compare_rows);
	tables->subcommands = writer->subcommands.n;
	tables->n_exact = (unsigned)n_exact;
	tables->n_subcommands = (unsigned)(n_exact + n_globs);
	for (size_t i = 0; i < n_exact; i++)
		write_row(writer, &writer->subcommands.rows, &exact[i]);
	for (size_t i = 0; i < n_globs; i++)
		write_row(writer, &writer->subcommands.rows, &globs[i]);
	writer->subcommands.n += tables->n_subcommands;
}

static struct tables write_tables(struct writer *writer, const json_t *command, struct str style)
{
	struct tables tables;
	write_subcommands(writer, command, style, &tables);
	write_options(writer, command, &tables);
	write_clauses(writer, command, &tables);
	return tables;
}

/* Where the rows begin whose names start with each of the bytes; behind the last, how many there are. */
static void write_first(struct buf *out, const char *name, const unsigned *n_of)
{
	unsigned at = 0;
	buf_add_format(out, "const uint16_t %s_first[] = {", name);
	for (unsigned c = 0; c < KNOWN_FIRST_BYTES; at += n_of[c++])
		buf_add_format(out, "%u, ", at);
	buf_add_format(out, "%u};\n", at);
}

static void write_programs(struct writer *writer, struct buf *out)
{
	const struct knowledge *all = writer->knowledge;
	struct row *rows = ARENA_ARRAY(all->arena, all->n_programs, struct row);
	unsigned n_of[KNOWN_FIRST_BYTES] = {0};
	for (size_t i = 0; i < all->n_programs; i++) {
		const json_t *description = all->programs[i].description;
		rows[i] = (struct row){
			.name = all->programs[i].name,
			.description = description,
			.style = style_of(description, STR("")),
		};
		size_t same = 0;
		while (rows[same].description != description)
			same++;
		rows[i].tables = same < i ? rows[same].tables
					  : write_tables(writer, description, rows[i].style);
	}
	buf_add_c(out, "const struct known_command known_commands[] = {\n");
	for (size_t i = 0; i < all->n_programs; i++) {
		write_row(writer, out, &rows[i]);
		n_of[rows[i].name.p[0] % KNOWN_FIRST_BYTES]++; /* they are ASCII */
	}
	buf_add_format(out, "};\nconst size_t known_commands_count = %zu;\n", all->n_programs);
	write_first(out, "known_commands", n_of);
}

/* ---- the sections beside commands: few, and plain pointers ---- */

static void write_variable(struct writer *writer, struct buf *out, const char *name,
			   const json_t *value)
{
	struct str kind = STR("");
	if (!json_get_str(value, "kind", &kind))
		kind = json_str(value);
	buf_add_format(out, "\t{.name = {%u}", text_at(writer, str_from(name)));
	write_enumerator(out, ", .kind = ENVIRONMENT_", kind.p);
	write_member(writer, out, value, "programs", "programs");
	write_member(writer, out, value, "harmless", "harmless");
	buf_add_c(out, "},\n");
}

/* Those whose name starts with this byte; returns how many there are. */
static unsigned write_variables(struct writer *writer, struct buf *out, char first)
{
	const struct knowledge *knowledge = writer->knowledge;
	const char *name;
	json_t *value;
	unsigned n = 0;
	for (size_t i = 0; i < knowledge->n_documents; i++)
		json_object_foreach (json_get_object(knowledge->documents[i]->root, "environment"),
				     name, value) {
			if (name[0] != first)
				continue;
			write_variable(writer, out, name, value);
			n++;
		}
	return n;
}

static void write_environment(struct writer *writer, struct buf *out)
{
	unsigned n_of[KNOWN_FIRST_BYTES], n = 0;
	buf_add_c(out, "const struct known_environment known_environment[] = {\n");
	for (unsigned c = 0; c < KNOWN_FIRST_BYTES; c++)
		n += n_of[c] = write_variables(writer, out, (char)c);
	/* C has no empty arrays. */
	if (n == 0)
		buf_add_c(out, "\t{{0}},\n");
	buf_add_c(out, "};\n");
	write_first(out, "known_environment", n_of);
}

static void write_triple(struct writer *writer, struct buf *out, const char *a, const char *b,
			 const json_t *c)
{
	buf_add_format(out, "\t{{%u}, {%u}, {%u}},\n", text_at(writer, str_from(a)),
		       text_at(writer, str_from(b)), text_at(writer, json_str(c)));
}

/* Of all files, as rows of three texts. */
static void write_section(struct writer *writer, struct buf *out, const char *key, const char *name)
{
	const struct knowledge *knowledge = writer->knowledge;
	const char *outer, *inner;
	json_t *value, *leaf;
	size_t n = 0;
	for (size_t i = 0; i < knowledge->n_documents; i++)
		json_object_foreach (json_get_object(knowledge->documents[i]->root, key), outer,
				     value) {
			json_object_foreach (value, inner, leaf)
				write_triple(writer, out, outer, inner, leaf);
			n += json_object_size(value);
		}
	if (n == 0)
		buf_add_c(out, "\t{{0}},\n");
	buf_add_format(out, "};\nconst size_t %s_count = %zu;\n", name, n);
}

static void write_sections(struct writer *writer, struct buf *out)
{
	write_environment(writer, out);
	buf_add_c(out, "const struct known_config known_config[] = {\n");
	write_section(writer, out, "config", "known_config");
	buf_add_c(out, "const struct known_call known_calls[] = {\n");
	write_section(writer, out, "calls", "known_calls");
}

static void write_table(struct buf *out, const char *declaration, struct table *table,
			const char *empty)
{
	out->failed |= table->rows.failed;
	buf_add_format(out, "%s = {\n%s%s};\n", declaration, table->rows.p, table->n ? "" : empty);
	buf_release(&table->rows);
}

void knowledge_write(const struct knowledge *knowledge, struct buf *out)
{
	struct writer writer = {
		.knowledge = knowledge,
		.interned = ARENA_ARRAY(knowledge->arena, INTERNED, struct interned),
	};
	struct table *tables[] = {&writer.texts, &writer.items, &writer.options, &writer.whens,
				  &writer.subcommands};
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		buf_init(&tables[i]->rows, out->max);
	/* Offset 0 means none. */
	buf_add_c(&writer.texts.rows, "\t\"\\0\"\n");
	buf_add_c(&writer.items.rows, "\t0,\n");
	writer.texts.n = writer.items.n = 1;
	buf_add_c(out,
		  "/* Made by tools/gen-commands from data/commands; see decide/knowledge.h. */\n"
		  "#include \"decide/knowledge.h\"\n");
	write_programs(&writer, out);
	write_sections(&writer, out);
	write_table(out, "const struct known_command known_subcommands[]", &writer.subcommands,
		    "\t{{0}},\n");
	write_table(out, "const struct known_option known_options[]", &writer.options,
		    "\t{{0}},\n");
	write_table(out, "const struct known_when known_whens[]", &writer.whens, "\t{{0}},\n");
	write_table(out, "const uint32_t known_items[]", &writer.items, "");
	write_table(out, "const char known_texts[]", &writer.texts,
		    "\t\"\\0\\0\\0\\0\\0\\0\\0\\0\"\n");
}
