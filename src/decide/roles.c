/* SPDX-License-Identifier: Apache-2.0
 *
 * From argument roles to effects: which files, hosts, scripts and program texts a command touches.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/command.h"
#include "decide/found.h"
#include "decide/later.h"
#include "decide/paths.h"

/* What is moved, linked or unpacked there may be a directory, with anything below it. */
static bool may_make_tree(const struct command *c, const struct argument *arg)
{
	if (arg->role == ROLE_TREE_WRITE)
		return true;
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		enum role role = (enum role)c->arguments.args[i].role;
		if (role == ROLE_MOVE || role == ROLE_LINK || role == ROLE_TREE_READ ||
		    role == ROLE_COPY)
			return arg->role == ROLE_INTO || arg->role == ROLE_COPY_INTO;
	}
	return false;
}

void command_file(struct decider *d, struct command *c, enum effect_kind kind,
		  const struct argument *arg, bool tree)
{
	struct scope scope = c->scope;
	if (arg->span.to > arg->span.from)
		scope.span = arg->span;
	scope.makes_below = kind == EFFECT_FILE_WRITE && may_make_tree(c, arg);
	unsigned verdict;
	const struct found *found = found_of(d, arg->value);
	struct selection selection = {0};
	if (tree && arg->operand) {
		selection = selection_of(d, &c->arguments);
		if (c->arguments.n_chain && c->arguments.chain[0]->style == STYLE_FIND)
			found_expression(d, &c->arguments, c->words, c->n, &selection);
		scope.selection = &selection;
	}
	if (found && found->may_be_absent && arg->role == ROLE_WRITE)
		found = NULL;
	if (!found || !found_effect(d, kind, found, &scope, &verdict))
		verdict = file_effect(d, kind, arg->many ? value_any() : arg->value, tree, &scope) |
			  found_starts(d, kind, arg->value, &scope);
	c->files |= verdict & ~(unsigned)FILE_HARMLESS;
	c->writes |= kind != EFFECT_FILE_READ && !(verdict & FILE_HARMLESS);
	c->deletes_tree |= kind == EFFECT_FILE_DELETE && tree;
}

bool is_dash(struct decider *d, const struct argument *arg)
{
	return value_is_known(arg->value) && str_is(value_text(d->arena, arg->value), "-");
}

void role_read(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!is_dash(d, arg))
		command_file(d, c, EFFECT_FILE_READ, arg, false);
}

static void role_write(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!is_dash(d, arg))
		command_file(d, c, EFFECT_FILE_WRITE, arg, false);
}

static void role_edit(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	command_file(d, c, EFFECT_FILE_WRITE, arg, false);
}

static void role_delete(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_DELETE, arg, false);
}

static void role_move(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_READ, arg, true);
	command_file(d, c, EFFECT_FILE_DELETE, arg, true);
	c->deletes_tree = false;
}

static void role_tree_read(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!is_dash(d, arg))
		command_file(d, c, EFFECT_FILE_READ, arg, true);
}

/* What is copied was read, and is judged there. */
static bool copies_tree(const struct command *c)
{
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].role == ROLE_TREE_READ)
			return true;
	return false;
}

static void role_tree_write(struct decider *d, struct command *c, const struct argument *arg)
{
	d->brings_files |= !copies_tree(c);
	command_file(d, c, EFFECT_FILE_WRITE, arg, true);
	/* A file in its place may be compared with what comes (rsync). */
	if (!arg->many)
		file_suspicion(d, arg->value, &c->scope);
}

static void role_tree_delete(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_DELETE, arg, true);
}

static void role_tree_edit(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_READ, arg, true);
	command_file(d, c, EFFECT_FILE_WRITE, arg, true);
}

/* ---- directories that receive files ---- */

static enum resolved is_directory(struct decider *d, const struct command *c, struct value path)
{
	if (!d->resolver->directory || c->scope.n_cwds != 1 || !value_is_known(path))
		return RESOLVED_UNKNOWN;
	struct value canonical = path_canonical(d, path, c->scope.cwds[0]);
	if (!value_is_known(canonical))
		return RESOLVED_UNKNOWN;
	return d->resolver->directory(d->resolver->context,
				      path_resolve(d, value_text(d->arena, canonical)));
}

static struct value base_name(struct decider *d, struct value path)
{
	if (!value_is_known(path))
		return value_any();
	struct str text = value_text(d->arena, path);
	while (text.n > 1 && text.p[text.n - 1] == '/')
		text.n--;
	size_t colon = str_find_char(text, ':');
	if (colon != STR_NPOS && str_find_char(str_from_at(text, colon), '/') == STR_NPOS)
		text = str_from_at(text, colon + 1);
	return value_from(d->arena, str_basename(text));
}

static bool is_source(const struct argument *arg, const struct argument *into)
{
	if (arg == into || !arg->operand)
		return false;
	return arg->role == ROLE_READ || arg->role == ROLE_TREE_READ || arg->role == ROLE_MOVE ||
	       arg->role == ROLE_LINK || arg->role == ROLE_COPY;
}

/* The destination itself, as a file, and every source's name inside it, as a directory. */
static void role_into(struct decider *d, struct command *c, const struct argument *arg)
{
	enum resolved directory = arg->many ? RESOLVED_UNKNOWN : is_directory(d, c, arg->value);
	struct argument itself = *arg;
	struct effect **tail = d->effects_tail;
	size_t before = d->n_effects;
	if (directory == RESOLVED_YES)
		itself.role = ROLE_WRITE; /* what is there already gets names in it */
	command_file(d, c, EFFECT_FILE_WRITE, &itself, false);
	struct effects own = {*tail, d->n_effects - before};
	for (size_t i = 0; !arg->many && i < c->arguments.n_args; i++) {
		const struct argument *source = &c->arguments.args[i];
		if (!is_source(source, arg))
			continue;
		struct argument inside = *arg;
		struct value name = source->many ? value_any() : base_name(d, source->value);
		inside.value = value_concat(
			d->arena,
			value_concat(d->arena, arg->value, value_from(d->arena, STR("/"))), name);
		bool tree = source->role == ROLE_MOVE || source->role == ROLE_TREE_READ;
		if (directory == RESOLVED_NO)
			later_inside(d, arg->value, inside.value, tree, &c->scope, own);
		else
			command_file(d, c, EFFECT_FILE_WRITE, &inside,
				     tree && directory != RESOLVED_UNKNOWN);
	}
}

static void role_link(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	/* The only operand gets a name here. */
	if (c->arguments.n_operands == 1 && arg->operand) {
		struct argument here = *arg;
		here.value = arg->many ? value_any() : base_name(d, arg->value);
		command_file(d, c, EFFECT_FILE_WRITE, &here, false);
	}
}

/* A link makes its target readable and writable by another name, for what comes behind the command that makes it. */
static void note_links(struct decider *d, const struct command *c, const struct argument *arg)
{
	const struct argument *last = NULL;
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].operand && &c->arguments.args[i] != arg)
			last = &c->arguments.args[i];
	struct value name = last ? last->value : base_name(d, arg->value);
	path_note_link(d, name, arg->value, &c->scope);
	if (last && value_is_known(last->value))
		path_note_link(d,
			       value_concat(d->arena,
					    value_concat(d->arena, last->value,
							 value_from(d->arena, STR("/"))),
					    base_name(d, arg->value)),
			       arg->value, &c->scope);
}

/* mv and cp take a link along as it is. */
static const bool may_carry_link[ROLES] = {
	[ROLE_MOVE] = true, [ROLE_READ] = true, [ROLE_TREE_READ] = true, [ROLE_COPY] = true};

static bool is_link(struct decider *d, const struct command *c, const struct argument *arg)
{
	return !arg->many && arg->operand && c->writes &&
	       path_is_link(d, arg->value, c->scope.cwds[0]);
}

/* ---- lists of names ---- */

static void role_names(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!is_dash(d, arg))
		command_file(d, c, EFFECT_FILE_READ, arg, false);
	struct argument any = *arg;
	any.value = value_any();
	command_file(d, c, EFFECT_FILE_READ, &any, false);
}

/* ---- programs ---- */

static void role_code_or_file(struct decider *d, struct command *c, const struct argument *arg)
{
	role_code(d, c, arg);
	role_unknown(d, c, arg);
}

/* Is it described, as a tool of the language that runs it? Any other name may be code of anybody. */
static bool is_module(struct decider *d, const struct command *c, struct value name)
{
	const struct known_command *known = knowledge_find(value_text(d->arena, name));
	const char *language = known ? knowledge_text(known->language) : NULL;
	return language && c->arguments.language && strcmp(language, c->arguments.language) == 0;
}

/* python -m pytest is pytest. */
static void role_module(struct decider *d, struct command *c, const struct argument *arg)
{
	if (arg->many || !value_is_known(arg->value)) {
		command_opaque_code(d, c, "a module that is not known");
		return;
	}
	if (!is_module(d, c, arg->value))
		command_opaque_code(d, c, "a module that nothing is known of");
	struct word *words = ARENA_ARRAY(d->arena, c->n, struct word);
	size_t n = 0;
	bool behind = false;
	words[n++] = (struct word){.value = arg->value, .span = arg->span};
	for (size_t i = 1; i < c->n; i++) {
		if (behind)
			words[n++] = c->words[i];
		behind |= !c->words[i].many && value_eq(c->words[i].value, arg->value);
	}
	c->runs_inner = true;
	run_words(d, words, n, &c->scope);
}

/* ---- the network ---- */

static void address(struct decider *d, struct command *c, struct value value, bool is_url)
{
	bool allowed = false;
	c->uses_network = true;
	net_effect(d, value, is_url, &c->scope, &allowed);
	c->network_allowed &= allowed;
}

static void role_host(struct decider *d, struct command *c, const struct argument *arg)
{
	address(d, c, arg->many ? value_any() : arg->value, false);
}

static void role_url(struct decider *d, struct command *c, const struct argument *arg)
{
	address(d, c, arg->many ? value_any() : arg->value, true);
}

static void role_fetch(struct decider *d, struct command *c, const struct argument *arg)
{
	role_url(d, c, arg);
	made_fetched(d, c, arg);
}

/* file: URLs are reads, too. */
static void role_location(struct decider *d, struct command *c, const struct argument *arg)
{
	bool url = str_find(value_known_prefix(d->arena, arg->value), STR("://")) != STR_NPOS;
	if (url && !arg->many)
		role_url(d, c, arg);
	else
		role_read(d, c, arg);
}

/* host:path, or user@host:path; a slash in front of the colon makes it a local path. */
static bool is_remote_path(struct decider *d, struct value value)
{
	struct str prefix = value_known_prefix(d->arena, value);
	size_t colon = str_find_char(prefix, ':'), slash = str_find_char(prefix, '/');
	return colon != STR_NPOS && colon > 0 && (slash == STR_NPOS || colon < slash);
}

static void role_copy(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!arg->many && is_remote_path(d, arg->value))
		role_host(d, c, arg);
	else
		command_file(d, c, EFFECT_FILE_READ, arg, true);
}

static void role_copy_into(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!arg->many && is_remote_path(d, arg->value))
		role_host(d, c, arg);
	else
		role_into(d, c, arg);
}

static void role_archive(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!arg->many && is_remote_path(d, arg->value))
		role_host(d, c, arg);
	else if (!is_dash(d, arg))
		made_archive(d, c, arg);
}

/* ---- the rest ---- */

static void role_cwd(struct decider *d, struct command *c, const struct argument *arg)
{
	struct value *cwds = ARENA_ARRAY(d->arena, c->scope.n_cwds, struct value);
	for (size_t i = 0; i < c->scope.n_cwds; i++)
		cwds[i] = arg->many ? value_any() : path_canonical(d, arg->value, c->scope.cwds[i]);
	c->scope.cwds = cwds;
}

static bool config_key_matches(struct str glob, struct str key)
{
	size_t star = str_find_char(glob, '*');
	if (star == STR_NPOS)
		return str_eq_nocase(glob, key);
	struct str head = str_first(glob, star), tail = str_from_at(glob, star + 1);
	return key.n >= head.n + tail.n && str_eq_nocase(str_first(key, head.n), head) &&
	       str_eq_nocase(str_from_at(key, key.n - tail.n), tail);
}

const struct known_config *config_key_find(struct str program, struct str key)
{
	for (size_t i = 0; i < known_config_count; i++)
		if (str_is(program, knowledge_text(known_config[i].program)) &&
		    config_key_matches(str_from(knowledge_text(known_config[i].key)), key))
			return &known_config[i];
	return NULL;
}

/* What a key is set to: "key=value", or the word behind it (git config). False when that is not known. */
static bool config_value(struct decider *d, const struct command *c, const struct argument *arg,
			 size_t eq, struct str *ret_value)
{
	const struct argument *next = arg + 1, *end = c->arguments.args + c->arguments.n_args;
	*ret_value = STR("");
	if (eq != STR_NPOS) {
		*ret_value = str_from_at(value_text(d->arena, arg->value), eq + 1);
		return value_is_known(arg->value);
	}
	while (arg->operand && next < end && !next->operand)
		next++;
	if (!arg->operand || next >= end)
		return true;
	*ret_value = value_text(d->arena, next->value);
	return !next->many && value_is_known(next->value);
}

static void run_config(struct decider *d, struct command *c, struct str value, bool alias)
{
	struct scope scope = c->scope;
	scope.literal_spans = false;
	if (alias && value.n && value.p[0] != '!')
		value = arena_join(d->arena, STR("git "), value);
	else if (alias && value.n)
		value = str_from_at(value, 1);
	system_text(d, value, &scope);
}

/* core.pager=cat, core.editor=true, core.fsmonitor=false */
static bool is_no_program(struct str value)
{
	static const char *const names[] = {"", "cat", "true", "false", ":"};
	return str_is_one_of(value, names, ARRAY_SIZE(names));
}

/* A key that may name a command, a file, or where a push goes. */
static void role_config(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value), value;
	size_t eq = str_find_char(prefix, '=');
	if (eq == STR_NPOS)
		eq = str_find_char(prefix, ' ');
	struct str key = str_trim(eq == STR_NPOS ? prefix : str_first(prefix, eq));
	if (arg->many || (eq == STR_NPOS && !value_is_known(arg->value))) {
		command_opaque_code(d, c, "with configuration that is not known");
		return;
	}
	const struct known_config *config = config_key_find(c->name, key);
	if (!config)
		return;
	bool known = config_value(d, c, arg, eq, &value);
	if (strcmp(knowledge_text(config->kind), "read") == 0) {
		struct argument file = *arg;
		file.value = known ? value_from(d->arena, value) : value_any();
		command_file(d, c, EFFECT_FILE_READ, &file, false);
		return;
	}
	if (known && strcmp(knowledge_text(config->kind), "script") == 0) {
		run_config(d, c, value, false);
		return;
	}
	if (known && strcmp(knowledge_text(config->kind), "shell") == 0 && is_no_program(value))
		return;
	d->git_config_changed = true;
	if (strcmp(knowledge_text(config->kind), "push") == 0)
		return;
	c->environment = true;
	if (strcmp(knowledge_text(config->kind), "address") == 0)
		return;
	if (!known || strcmp(knowledge_text(config->kind), "code") == 0)
		command_opaque_code(d, c, "code that its configuration names");
	else
		run_config(d, c, value, strcmp(knowledge_text(config->kind), "alias") == 0);
}

/* "kill $!", "kill -9 %1". A second word with a dash is a process, or all of them. */
static bool stops_own_jobs(struct decider *d, const struct command *c)
{
	const struct argument *arg = c->arguments.args;
	size_t dashes = 0;
	for (size_t i = 1; i < c->n; i++)
		dashes += str_starts(value_known_prefix(d->arena, c->words[i].value), STR("-"));
	if (dashes > 1)
		return false;
	for (size_t i = 0; i < c->arguments.n_args; i++, arg++)
		if (arg->operand &&
		    (arg->many ||
		     (!shell_is_own_job(arg->value) &&
		      !str_starts(value_known_prefix(d->arena, arg->value), STR("%")))))
			return false;
	return true;
}

static void role_signal(struct decider *d, struct command *c, const struct argument *arg)
{
	if (c->arguments.cls == CLASS_SYSTEM && stops_own_jobs(d, c))
		c->arguments.cls = CLASS_LOCAL;
	struct str text = value_is_known(arg->value) ? value_text(d->arena, arg->value) : STR("");
	if (str_find(text, STR("cavra")) == STR_NPOS)
		return;
	struct finding *finding = finding_add(d, c->effect, CAVRA_BLOCK, CAVRA_CRITICAL,
					      "self_protection.block");
	finding->reason = STR("stops CAVRA itself");
}

static void role_variable(struct decider *d, struct command *c, const struct argument *arg)
{
	if (!arg->many)
		command_variable(d, c, arg->value);
}

static bool is_word(const struct decider *d, const struct argument *arg, const char *text)
{
	return value_is_known(arg->value) && str_is(value_text(d->arena, arg->value), text);
}

/* "--data-file" and the like, in front of a word that is nothing but that file. */
static bool behind_file_option(const struct decider *d, const struct command *c,
			       const struct argument *arg)
{
	static const char *const others[] = {"-f", "--body", "--source", "--path", "--attach"};
	if (arg == c->arguments.args || arg->option || c->arguments.cls < CLASS_NETWORK)
		return false;
	const struct argument *before = arg - 1;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (is_word(d, before, others[i]))
			return true;
	return value_is_known(before->value) && is_file_option(value_text(d->arena, before->value));
}

/* Where in the word the name of a file stands that is surely meant as one; STR_NPOS: nowhere. */
static size_t file_in_word(struct str text)
{
	static const char *const signs[] = {"file://", "fileb://", "@"};
	size_t eq = str_find_char(text, '='), from = eq == STR_NPOS ? 0 : eq + 1;
	bool option = str_starts(text, STR("-"));
	struct str value = str_from_at(text, from);
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (str_starts(value, str_from(signs[i])))
			return from + strlen(signs[i]);
	if (eq != STR_NPOS && option &&
	    (is_file_option(str_first(text, eq)) || str_is(str_first(text, eq), "--body")))
		return from;
	return STR_NPOS;
}

void role_unknown(struct decider *d, struct command *c, const struct argument *arg)
{
	if (arg->many || !value_is_known(arg->value)) {
		file_suspicion(d, arg->many ? value_any() : arg->value, &c->scope);
		return;
	}
	/* "name=path", "kind:path", "@path" */
	struct str text = value_text(d->arena, arg->value);
	size_t from = c->arguments.n_chain ? file_in_word(text) : STR_NPOS;
	if (from != STR_NPOS)
		file_in_text(d, c, arg, from);
	else if (behind_file_option(d, c, arg))
		role_read(d, c, arg);
	suspect_word(d, c, arg->value);
}

static role_handler *const handlers[ROLES] = {
	[ROLE_READ] = role_read,
	[ROLE_WRITE] = role_write,
	[ROLE_EDIT] = role_edit,
	[ROLE_DELETE] = role_delete,
	[ROLE_MOVE] = role_move,
	[ROLE_INTO] = role_into,
	[ROLE_TREE_READ] = role_tree_read,
	[ROLE_TREE_WRITE] = role_tree_write,
	[ROLE_TREE_DELETE] = role_tree_delete,
	[ROLE_TREE_EDIT] = role_tree_edit,
	[ROLE_PREFIX] = role_prefix,
	[ROLE_STEM] = role_stem,
	[ROLE_AFFIX] = role_affix,
	[ROLE_PATCH] = role_patch,
	[ROLE_REPACK] = role_repack,
	[ROLE_LINK] = role_link,
	[ROLE_NAMES] = role_names,
	[ROLE_SCRIPT] = role_script,
	[ROLE_CODE] = role_code,
	[ROLE_CODE_OR_FILE] = role_code_or_file,
	[ROLE_SHELL] = role_shell,
	[ROLE_HOST] = role_host,
	[ROLE_URL] = role_url,
	[ROLE_FETCH] = role_fetch,
	[ROLE_LOCATION] = role_location,
	[ROLE_COPY] = role_copy,
	[ROLE_COPY_INTO] = role_copy_into,
	[ROLE_ARCHIVE] = role_archive,
	[ROLE_AT_READ] = role_at_read,
	[ROLE_NAME_AT] = role_name_at,
	[ROLE_MOUNT] = role_mount,
	[ROLE_CONFIG] = role_config,
	[ROLE_MODULE] = role_module,
	[ROLE_FILE_VALUE] = role_file_value,
	[ROLE_SHELL_VALUE] = role_shell_value,
	[ROLE_SIGNAL] = role_signal,
	[ROLE_VARIABLE] = role_variable,
	[ROLE_REF] = role_ref,
	[ROLE_PATHSPEC] = role_pathspec,
	[ROLE_UNKNOWN] = role_unknown,
};

/* A tool that packs allow by name, and whose options are seldom all described. */
static bool is_project_tool(const struct command *c)
{
	const struct known_command *known = c->arguments.n_chain ? c->arguments.chain[0] : NULL;
	return known && (c->arguments.cls == CLASS_BUILD || known->command_class == CLASS_BUILD ||
			 (known->command_class == CLASS_NETWORK && known->style == STYLE_NONE));
}

enum { MOST_NAMES = 10 };

/* Options of test runners whose value is a pattern for names of tests. */
static const struct {
	const char *programs[MOST_NAMES], *options[MOST_NAMES];
} test_filters[] = {
	{{"jest", "mocha", "vitest", "playwright", "ava", "npm", "yarn", "pnpm", "bun"},
	 {"-t", "-g", "--grep", "--fgrep", "--testNamePattern", "--testPathPattern",
	  "--testPathPatterns", "--testPathIgnorePatterns", "--test-name-pattern",
	  "--grep-invert"}},
	{{"rspec"}, {"-e", "--example"}},
	{{"phpunit"}, {"--filter", "--exclude-filter"}},
	{{"ctest"}, {"-R", "-E", "--tests-regex", "--exclude-regex"}},
	{{"bats"}, {"-f", "--filter"}},
	{{"tox", "nox"}, {"-k"}},
};

/* --grep .env, --grep=.env */
static bool filters_tests(struct decider *d, const struct command *c, size_t i)
{
	const struct argument *arg = &c->arguments.args[i];
	if (c->arguments.cls != CLASS_BUILD)
		return false;
	struct str before = i && value_is_known(arg[-1].value) ? value_text(d->arena, arg[-1].value)
							       : STR("");
	struct str prefix = value_known_prefix(d->arena, arg->value);
	struct str option = str_first(prefix, str_find_char(prefix, '='));
	for (size_t k = 0; k < ARRAY_SIZE(test_filters); k++)
		if (str_is_one_of(c->name, test_filters[k].programs, MOST_NAMES))
			return str_is_one_of(before, test_filters[k].options, MOST_NAMES) ||
			       (option.n < prefix.n &&
				str_is_one_of(option, test_filters[k].options, MOST_NAMES));
	return false;
}

/* "--exclude FILE" of a program whose options are not described: it is least of all read, but who knows. */
static bool is_left_out(struct decider *d, const struct command *c, const struct argument *arg)
{
	static const char *const parts[] = {"exclude", "ignore", "Ignore", "skip", "invert"};
	if (arg == c->arguments.args || !arg->operand || !arg[-1].operand ||
	    !value_is_known(arg[-1].value))
		return false;
	struct str option = value_text(d->arena, arg[-1].value);
	bool names = str_is(option, "-x");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		names |= str_find(option, str_from(parts[i])) != STR_NPOS;
	return names && str_starts(option, STR("-")) && str_find_char(option, '=') == STR_NPOS;
}

void command_roles(struct decider *d, struct command *c)
{
	bool tool = is_project_tool(c);
	c->cwds = c->scope.cwds;
	c->n_cwds = c->scope.n_cwds;
	/* The directory first: the others count from there. */
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].role == ROLE_CWD)
			role_cwd(d, c, &c->arguments.args[i]);
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if (filters_tests(d, c, i))
			continue;
		if (tool && is_left_out(d, c, arg)) {
			role_unknown(d, c, arg);
			continue;
		}
		/* What an unknown command reads may be any of its words; that some are read is then no news. */
		if (handlers[arg->role])
			handlers[arg->role](d, c, arg);
		if (c->arguments.imprecise && arg->role == ROLE_NONE)
			role_unknown(d, c, arg);
		else if (tool)
			suspect_output(d, c, arg);
	}
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].role == ROLE_LINK ||
		    (may_carry_link[c->arguments.args[i].role] &&
		     is_link(d, c, &c->arguments.args[i])))
			note_links(d, c, &c->arguments.args[i]);
}
