/* SPDX-License-Identifier: Apache-2.0
 *
 * Lookups in the tables that are built in, and what the lookups rely on, for every row of them.
 */
#include "unit.h"

#include "decide/knowledge.h"

enum { DEPTH = 8, SUBCOMMANDS_MAX = 1 << 20 };

/* A path into the tables, the innermost command first. */
struct walk {
	const struct known_command *chain[DEPTH];
	size_t n;
};

static struct str text_of(struct known_text text)
{
	return str_from(knowledge_text(text));
}

static void check_roles(const struct operand_roles *roles)
{
	assert_true(roles->n_prefix <= OPERAND_MAX_FIXED && roles->n_suffix <= OPERAND_MAX_FIXED);
	for (size_t i = 0; i < OPERAND_MAX_FIXED; i++)
		assert_true(roles->prefix[i] < ROLES && roles->suffix[i] < ROLES);
	assert_true(roles->repeat < ROLES);
}

static void check_options(const struct known_command *command)
{
	const struct known_option *options = known_command_options(command);
	for (size_t i = 0; i < command->n_options; i++) {
		assert_true(text_of(options[i].name).n > 0);
		if (i)
			assert_true(str_compare(text_of(options[i - 1].name),
						text_of(options[i].name)) < 0);
		assert_true(options[i].n_roles <= OPTION_MAX_ROLES);
		for (size_t k = 0; k < options[i].n_roles; k++)
			assert_true(options[i].roles[k] < ROLES);
		assert_true(!options[i].optional_next || options[i].optional);
	}
}

static void check_named(const struct walk *walk, struct known_list names)
{
	const char *name;
	bool ambiguous;
	for (size_t i = 0; (name = knowledge_item(names, i)); i++) {
		const struct known_option *option = knowledge_option(walk->chain, walk->n,
								     str_from(name), &ambiguous);
		if (strcmp(name, "--") != 0)
			assert_true(option && str_is(text_of(option->name), name));
	}
}

static void check_clauses(const struct walk *walk)
{
	const struct known_command *command = walk->chain[0];
	bool ambiguous;
	for (size_t i = 0; i < command->n_when; i++) {
		const struct known_when *when = &known_command_when(command)[i];
		check_named(walk, when->has);
		check_named(walk, when->lacks);
		check_roles(&when->operands);
		assert_true(when->command_class >= -1 && when->command_class < COMMAND_CLASSES);
		assert_int_equal(when->option.at != 0, when->value.at != 0);
		if (when->option.at)
			assert_non_null(knowledge_option(walk->chain, walk->n,
							 text_of(when->option), &ambiguous));
	}
}

/* Aliases share their subcommands; once is enough. */
static bool is_first(const struct known_command *command)
{
	static bool seen[SUBCOMMANDS_MAX];
	if (command->n_subcommands == 0)
		return true;
	assert_true(command->subcommands < SUBCOMMANDS_MAX);
	bool first = !seen[command->subcommands];
	seen[command->subcommands] = true;
	return first;
}

static size_t check_command(const struct known_command *command, const struct walk *above)
{
	struct walk walk = {.n = above->n + 1};
	const struct known_command *below = known_command_subcommands(command);
	size_t n = 1;
	assert_true(above->n < DEPTH - 1);
	walk.chain[0] = command;
	memcpy(walk.chain + 1, above->chain, above->n * sizeof *walk.chain);
	assert_true(command->command_class < COMMAND_CLASSES && command->style < OPTION_STYLES);
	assert_true(command->n_exact <= command->n_subcommands);
	check_roles(&command->operands);
	check_options(command);
	check_clauses(&walk);
	bool first = is_first(command);
	for (size_t i = 0; first && i < command->n_subcommands; i++) {
		if (i && i < command->n_exact)
			assert_true(str_compare(text_of(below[i - 1].name),
						text_of(below[i].name)) < 0);
		if (i < command->n_exact)
			assert_ptr_equal(knowledge_subcommand(command, text_of(below[i].name)),
					 &below[i]);
		n += check_command(&below[i], &walk);
	}
	return n;
}

static void test_tables(void **state)
{
	const struct walk top = {.n = 0};
	size_t n = 0;
	(void)state;
	for (size_t i = 0; i < known_commands_count; i++) {
		struct str name = text_of(known_commands[i].name);
		if (i)
			assert_true(str_compare(text_of(known_commands[i - 1].name), name) < 0);
		assert_ptr_equal(knowledge_find(name), &known_commands[i]);
		n += check_command(&known_commands[i], &top);
	}
	assert_true(n > 500);
	for (size_t c = 0; c < KNOWN_FIRST_BYTES; c++)
		for (size_t i = known_environment_first[c]; i < known_environment_first[c + 1]; i++)
			assert_true(knowledge_text(known_environment[i].name)[0] == (char)c &&
				    known_environment[i].kind < ENVIRONMENT_KINDS);
	assert_true(known_environment_first[KNOWN_FIRST_BYTES] > 100);
	for (size_t i = 0; i < known_config_count; i++)
		assert_true(known_config[i].program.at && known_config[i].key.at &&
			    known_config[i].kind.at);
	for (size_t i = 0; i < known_calls_count; i++)
		assert_true(known_calls[i].language.at && known_calls[i].name.at &&
			    known_calls[i].takes.at);
}

static void test_find(void **state)
{
	static const struct {
		const char *name, *found; /* NULL: nothing */
	} rows[] = {
		{"git", "git"},
		{"[", "["},
		{"python3", "python3"},
		{"python3.11", "python3"},
		{"python3.11.2", "python3"},
		{"gcc-12", "gcc"},
		{"GIT", NULL},
		{"gi", NULL},
		{"gitt", NULL},
		{"", NULL},
		{"3", NULL},
		{"-3", NULL},
		/* A number must not make an unknown program harmless. */
		{"ls2", NULL},
		{"cat-1", NULL},
		{"echo3.1", NULL},
		{"rm2", NULL},
		{"no-such-program-12", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct known_command *found = knowledge_find(str_from(rows[i].name));
		assert_row(!found == !rows[i].found, i);
		if (found)
			assert_str(text_of(found->name), rows[i].found);
	}
}

static void test_subcommand(void **state)
{
	const struct known_command *git = knowledge_find(STR("git"));
	(void)state;
	assert_non_null(git);
	assert_str(text_of(knowledge_subcommand(git, STR("push"))->name), "push");
	assert_null(knowledge_subcommand(git, STR("Push")));
	assert_null(knowledge_subcommand(git, STR("pus")));
	assert_null(knowledge_subcommand(git, STR("")));
	assert_null(knowledge_subcommand(knowledge_find(STR("cat")), STR("x")));
}

static const char *option_name(const char *program, const char *subcommand, const char *option,
			       bool *ret_ambiguous)
{
	const struct known_command *chain[2];
	size_t n = 0;
	const struct known_command *top = knowledge_find(str_from(program));
	assert_non_null(top);
	if (subcommand)
		chain[n++] = knowledge_subcommand(top, str_from(subcommand));
	chain[n++] = top;
	assert_non_null(chain[0]);
	const struct known_option *found = knowledge_option(chain, n, str_from(option),
							    ret_ambiguous);
	return found ? knowledge_text(found->name) : "";
}

static void test_option(void **state)
{
	static const struct {
		const char *program, *subcommand, *option, *found;
		bool ambiguous;
	} rows[] = {
		{"cat", NULL, "-n", "-n", false},
		{"cat", NULL, "--number", "--number", false},
		{"cat", NULL, "--show-all", "--show-all", false},
		{"cat", NULL, "--show-a", "--show-all", false},
		{"cat", NULL, "--show", "", true},
		{"cat", NULL, "--numbers", "", false},
		{"cat", NULL, "--", "", false},
		{"cat", NULL, "-", "", false},
		{"cat", NULL, "", "", false},
		{"cat", NULL, "-nu", "", false},
		/* Exact wins over a longer one that begins so. */
		{"git", "push", "--force", "--force", false},
		{"git", "push", "--force-w", "--force-with-lease", false},
		/* An option of the parent, and one that both spell. */
		{"git", "push", "-C", "-C", false},
		/* One dash or two: the same to Go's flags. */
		{"terraform", "plan", "-chdir", "-chdir", false},
		{"terraform", "plan", "--chdir", "-chdir", false},
		{"terraform", "plan", "--chd", "", false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool ambiguous = !rows[i].ambiguous;
		const char *found = option_name(rows[i].program, rows[i].subcommand, rows[i].option,
						&ambiguous);
		if (strcmp(found, rows[i].found) != 0)
			print_error("%s: found \"%s\"\n", rows[i].option, found);
		assert_row(strcmp(found, rows[i].found) == 0, i);
		assert_row(ambiguous == rows[i].ambiguous, i);
	}
}

static void test_glob(void **state)
{
	static const struct {
		const char *glob;
		struct str text;
		bool matches;
	} rows[] = {
		{"", STR_INIT(""), true},           {"", STR_INIT("a"), false},
		{"*", STR_INIT(""), true},          {"*", STR_INIT("a/b"), true},
		{"a*c", STR_INIT("abbc"), true},    {"a*c", STR_INIT("abcd"), false},
		{"*a*b*", STR_INIT("xaxbx"), true}, {"*a*b*", STR_INIT("xbxax"), false},
		{"a?c", STR_INIT("abc"), true},     {"a?", STR_INIT("a"), false},
		{"[0-9]*", STR_INIT("7x"), true},   {"[0-9]*", STR_INIT("x7"), false},
		{"[!a]", STR_INIT("b"), true},      {"[!a]", STR_INIT("a"), false},
		{"[a", STR_INIT("[a"), true},       {"get-*", STR_INIT("get-x"), true},
		{"get-*", STR_INIT("get"), false},  {"**x", STR_INIT("x"), true},
		{"a*", STR_INIT("a\0b"), true},     {"abc", STR_INIT("abcabc"), false},
		{"*abc", STR_INIT("abcabc"), true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(knowledge_glob(rows[i].glob, rows[i].text) == rows[i].matches, i);
	assert_false(knowledge_any_glob((struct known_list){0}, STR("x")));
}

static void test_names(void **state)
{
	enum role role;
	enum command_class cls;
	enum option_style style;
	enum environment_kind kind;
	(void)state;
	for (unsigned i = 0; i < ROLES; i++)
		assert_true(role_from(str_from(role_name((enum role)i)), &role) && role == i);
	for (unsigned i = 0; i < COMMAND_CLASSES; i++)
		assert_true(command_class_from(str_from(command_class_name((enum command_class)i)),
					       &cls) &&
			    cls == i);
	for (unsigned i = 0; i < OPTION_STYLES; i++)
		assert_true(option_style_from(str_from(option_style_name((enum option_style)i)),
					      &style) &&
			    style == i);
	for (unsigned i = 0; i < ENVIRONMENT_KINDS; i++)
		assert_true(
			environment_kind_from(
				str_from(environment_kind_name((enum environment_kind)i)), &kind) &&
			kind == i);
	assert_false(role_from(STR("Read"), &role));
	assert_false(role_from(STR(""), &role));
	assert_false(command_class_from(STR("harmless"), &cls));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),     cmocka_unit_test(test_find),
		cmocka_unit_test(test_subcommand), cmocka_unit_test(test_option),
		cmocka_unit_test(test_glob),       cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
