/* SPDX-License-Identifier: Apache-2.0
 *
 * What known functions of other languages do with literal arguments: run commands, open files. The functions
 * are data (data/commands/, section calls); here stands only how their arguments are laid out.
 */
#include "base/array.h"
#include "decide/code_call.h"

/* ---- which function ---- */

static struct str last_part(const char *name)
{
	struct str text = str_from(name);
	size_t dot = str_find_last_char(text, '.');
	return dot == STR_NPOS ? text : str_from_at(text, dot + 1);
}

static bool runs_something(const struct known_call *known)
{
	return strcmp(knowledge_text(known->takes), "shell") == 0 ||
	       strcmp(knowledge_text(known->takes), "argv") == 0 ||
	       strcmp(knowledge_text(known->takes), "eval") == 0;
}

/* Ways to get at a module without its name. */
static const char *const indirect[] = {"__import__", "import_module", "modules",    "builtins",
				       "getattr",    "__globals__",   "globalThis", "mainModule",
				       "binding",    "globals",       NULL};

/* Does the text speak of the module, or of a way to get at one without its name? */
static bool mentions(struct code *code, const struct tokens *tokens, struct str module)
{
	if (!code_charge(code, tokens->n))
		return true;
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *token = &tokens->items[i];
		bool loads = token_is_name(tokens, i, "require") ||
			     token_is_name(tokens, i, "import");
		bool joined = loads && token_is(tokens, i + 1, '(') &&
			      !(token_at(tokens, i + 2)->kind == TOKEN_STRING &&
				token_is(tokens, i + 3, ')'));
		if (joined || (token->kind == TOKEN_NAME && code_listed(indirect, token->text)))
			return true;
		if (token->kind == TOKEN_NAME && str_eq(token->text, module))
			return true;
		/* "node:child_process", "shelljs" */
		if (token->kind == TOKEN_STRING && value_is_known(token->value) &&
		    str_find(value_text(code->d->arena, token->value), module) != STR_NPOS)
			return true;
	}
	return false;
}

static bool defines(struct code *code, const struct tokens *tokens, struct str name)
{
	static const char *const words[] = {"def", "function", "sub", NULL};
	for (size_t i = 0; i + 1 < tokens->n && code_charge(code, 1); i++)
		if (tokens->items[i].kind == TOKEN_NAME &&
		    code_listed(words, tokens->items[i].text) &&
		    token_at(tokens, i + 1)->kind == TOKEN_NAME &&
		    str_eq(token_at(tokens, i + 1)->text, name))
			return true;
	return false;
}

/* The name itself, unless the text defines it; its end behind a dot; imported by its last part alone; and for what runs
 * commands any other way to get at the function ("import subprocess as sp"), where the text speaks of the module at all: many
 * things have a method "run".
 */
static bool is_named(struct code *code, const struct tokens *tokens, const struct known_call *known,
		     const struct call_name *name)
{
	struct str whole = str_from(knowledge_text(known->name)), full = name->full;
	static const char *const common[] = {"run",  "call",   "exec",  "Command", "spawn",
					     "fork", "system", "popen", NULL};
	size_t dot = str_find_last_char(whole, '.');
	if (str_eq(full, whole))
		return dot != STR_NPOS || !runs_something(known) || !defines(code, tokens, full);
	if (str_ends(full, whole) && full.p[full.n - whole.n - 1] == '.')
		return true;
	bool alone = str_eq(full, name->last), runs = runs_something(known);
	if ((!alone && !runs) || !str_eq(name->last, last_part(knowledge_text(known->name))))
		return false;
	if (!runs || dot == STR_NPOS)
		return true;
	return code_listed(common, name->last) ? mentions(code, tokens, str_first(whole, dot))
					       : !defines(code, tokens, name->last);
}

const struct known_call *call_find(struct code *code, const struct tokens *tokens,
				   const struct call_name *name)
{
	for (size_t i = 0; i < known_calls_count; i++)
		if (strcmp(knowledge_text(known_calls[i].language), code->language) == 0 &&
		    is_named(code, tokens, &known_calls[i], name))
			return &known_calls[i];
	return NULL;
}

bool call_only_looks(const struct call_name *name, struct str method)
{
	static const char *const makers[] = {"Path",     "PurePath", "PosixPath",
					     "Pathname", "File",     NULL};
	static const char *const looks[] = {"exists",      "exist",       "is_file",     "is_dir",
					    "is_symlink",  "isFile",      "isDirectory", "stat",
					    "lstat",       "name",        "suffix",      "suffixes",
					    "stem",        "parent",      "parts",       "as_posix",
					    "is_absolute", "relative_to", "match",       NULL};
	return code_listed(makers, name->last) && code_listed(looks, method);
}

/* ---- commands ---- */

static void run_text(struct code *code, struct value text)
{
	if (value_is_known(text))
		code_runs_shell(code, value_text(code->d->arena, text), false);
}

static bool is_any(const struct call_name *name, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (str_starts(name->last, str_from(*prefixes)))
			return true;
	return false;
}

/* All words of the arguments: run("a", "b"), run(["a", "b"]), spawn("a", ["b"]), execlp("a", "a", "b"). */
static void run_argv(struct code *code, const struct call_name *name,
		     const struct call_arguments *arguments)
{
	static const char *const with_name[] = {"exec", "spawn", "posix_spawn", NULL};
	bool python = strcmp(code->language, "python") == 0;
	/* os.spawnlp(mode, file, arg0, ...) */
	size_t first = python && str_starts(name->last, STR("spawn")) &&
		       !str_is(name->full, "pty.spawn") && arguments->n > 1;
	bool drops = python && is_any(name, with_name) && arguments->n > first + 1;
	const struct call_argument *argument;
	struct word *words = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = first; (argument = call_positional(arguments, i)); i++) {
		struct word word = {.value = argument->value, .span = code->scope.span};
		if (!argument->list && !argument->known && i > first && !python)
			break; /* options, a callback */
		for (size_t k = 0; k < (argument->list ? argument->n_words : 1); k++)
			ARENA_PUSH(code->d->arena, words, n,
				   cap) = argument->list ? argument->words[k] : word;
	}
	if (drops && n > 1) {
		memmove(words + 1, words + 2, (n - 2) * sizeof *words);
		n--;
	}
	if (n == 1 && word_is_known(&words[0]))
		run_text(code, words[0].value);
	else if (n > 1 && value_is_known(words[0].value) && words[0].value.n)
		code_runs_words(code, words, n);
}

static void run_shell(struct code *code, const struct call_name *name,
		      const struct call_arguments *arguments)
{
	const struct call_argument *first = call_positional(arguments, 0);
	if (first && first->list)
		run_argv(code, name, arguments);
	else if (first && first->known)
		run_text(code, first->value);
}

/* ---- files ---- */

/* "w", "rb+", "at" */
static bool is_write_mode(struct code *code, const struct call_argument *argument)
{
	bool writes = false;
	if (!argument || !argument->known || !value_is_known(argument->value))
		return false;
	struct str mode = value_text(code->d->arena, argument->value);
	for (size_t i = 0; i < mode.n; i++) {
		if (!strchr("rwaxbtU+c", mode.p[i]))
			return false;
		writes |= strchr("wax+c", mode.p[i]) != NULL;
	}
	return writes && mode.n <= 4;
}

static const struct call_argument *named(const struct call_arguments *arguments, const char *name)
{
	for (size_t i = 0; i < arguments->n; i++)
		if (str_is(arguments->items[i].name, name))
			return &arguments->items[i];
	return NULL;
}

static void touch(struct code *code, enum effect_kind kind, const struct call_argument *argument,
		  bool tree)
{
	if (!argument)
		return;
	for (size_t i = 0; argument->list && i < argument->n_words; i++)
		if (value_is_known(argument->words[i].value))
			code_touches(code, kind, argument->words[i].value, tree);
	if (!argument->list && argument->known)
		code_touches(code, kind, argument->value, tree);
}

/* The second argument is written to. */
static const char *const two_paths[] = {"copy",         "copy2",   "copyfile",    "copytree",
					"move",         "mv",      "cp",          "cp_r",
					"rename",       "renames", "replace",     "copyFile",
					"copyFileSync", "cpSync",  "renameSync",  "link",
					"linkSync",     "symlink", "symlinkSync", NULL};
/* Everything below goes, too. */
static const char *const whole_trees[] = {"rmtree", "rm_rf",  "rm_r",     "remove_tree", "rimraf",
					  "rm",     "rmSync", "copytree", "cp_r",        NULL};
/* What they load is a file only when it looks like one. */
static const char *const modules[] = {"require", "import", "load", "use", NULL};
/* What is written comes first. */
static const char *const path_second[] = {"writeLines", "write.csv", "saveRDS", "write.table",
					  NULL};

static bool is_module(struct code *code, const struct call_name *name,
		      const struct call_argument *argument)
{
	if (!code_listed(modules, name->last) || !argument || !value_is_known(argument->value))
		return false;
	return str_find_char(value_text(code->d->arena, argument->value), '/') == STR_NPOS;
}

/* Perl: open(F, "<", "file"), open(F, ">file"), open(F, "-|", "command"), open(F, "command |"). */
static void perl_open(struct code *code, const struct call_arguments *arguments)
{
	const struct call_argument *mode = call_positional(arguments, 1);
	const struct call_argument *path = call_positional(arguments, 2);
	if (!mode || !mode->known || !value_is_known(mode->value))
		return;
	struct str text = str_trim(value_text(code->d->arena, mode->value));
	bool runs = text.n && (text.p[0] == '|' || text.p[text.n - 1] == '|');
	size_t sign = 0;
	while (sign < text.n && strchr("+<>|", text.p[sign]))
		sign++;
	bool writes = str_find_char(str_first(text, sign), '>') != STR_NPOS ||
		      str_find_char(str_first(text, sign), '+') != STR_NPOS;
	struct str rest = str_trim(str_from_at(text, sign));
	if (runs && rest.n && rest.p[rest.n - 1] == '|')
		rest = str_trim(str_first(rest, rest.n - 1));
	struct call_argument given = {.value = value_from(code->d->arena, rest), .known = true};
	if (!path)
		path = &given;
	if (runs && path->known)
		run_text(code, path->value);
	else
		touch(code, writes ? EFFECT_FILE_WRITE : EFFECT_FILE_READ, path, false);
}

/* Ruby: open("|command") */
static bool opens_command(struct code *code, const struct call_argument *argument)
{
	if (strcmp(code->language, "ruby") != 0 || !argument || !argument->known)
		return false;
	struct str prefix = value_known_prefix(code->d->arena, argument->value);
	if (!prefix.n || prefix.p[0] != '|')
		return false;
	run_text(code, value_from(code->d->arena,
				  str_from_at(value_text(code->d->arena, argument->value), 1)));
	return true;
}

static void read_file(struct code *code, const struct call_name *name,
		      const struct call_arguments *arguments)
{
	const struct call_argument *path = call_positional(arguments, 0);
	if (strcmp(code->language, "perl") == 0 && str_is(name->last, "open")) {
		perl_open(code, arguments);
		return;
	}
	if (opens_command(code, path) || is_module(code, name, path))
		return;
	bool writes = is_write_mode(code, call_positional(arguments, 1)) ||
		      is_write_mode(code, named(arguments, "mode"));
	touch(code, writes ? EFFECT_FILE_WRITE : EFFECT_FILE_READ, path,
	      code_listed(whole_trees, name->last));
	if (code_listed(two_paths, name->last))
		touch(code, EFFECT_FILE_WRITE, call_positional(arguments, 1), false);
}

static void write_file(struct code *code, const struct call_name *name,
		       const struct call_arguments *arguments)
{
	size_t at = code_listed(path_second, name->full) ? 1 : 0;
	touch(code, EFFECT_FILE_WRITE, call_positional(arguments, at), false);
	touch(code, EFFECT_FILE_WRITE, named(arguments, "file"), false);
}

static void delete_file(struct code *code, const struct call_name *name,
			const struct call_arguments *arguments)
{
	bool two = code_listed(two_paths, name->last), tree = code_listed(whole_trees, name->last);
	const struct call_argument *argument;
	for (size_t i = 0; (argument = call_positional(arguments, i)) && (i == 0 || !two); i++)
		touch(code, EFFECT_FILE_DELETE, argument, tree || two);
	if (two)
		touch(code, EFFECT_FILE_WRITE, call_positional(arguments, 1), false);
}

static void evaluate(struct code *code, const struct call_name *name,
		     const struct call_arguments *arguments)
{
	const struct call_argument *text = call_positional(arguments, 0);
	(void)name;
	if (text && text->known && value_is_known(text->value))
		code_nested(code, value_text(code->d->arena, text->value));
}

/* ---- dispatch ---- */

static const struct {
	const char *takes;
	void (*judge)(struct code *code, const struct call_name *name,
		      const struct call_arguments *arguments);
} handlers[] = {
	{"shell", run_shell},  {"argv", run_argv},      {"read", read_file},
	{"write", write_file}, {"delete", delete_file}, {"eval", evaluate},
};

void call_judge(struct code *code, const struct known_call *known, const struct call_name *name,
		const struct call_arguments *arguments)
{
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
		if (strcmp(knowledge_text(known->takes), handlers[i].takes) == 0)
			handlers[i].judge(code, name, arguments);
}

void call_judge_method(struct code *code, struct str method, const struct call_arguments *made_from)
{
	static const char *const writes[] = {
		"write_text", "write_bytes", "write",    "touch",   "mkdir",
		"writeText",  "append",      "binwrite", "setText", "chmod",
		"symlink_to", "hardlink_to", NULL};
	static const char *const deletes[] = {"unlink", "rmdir",  "rename",    "replace",
					      "delete", "rmtree", "deleteDir", NULL};
	const struct call_argument *path = call_positional(made_from, 0);
	if (code_listed(writes, method))
		touch(code, EFFECT_FILE_WRITE, path, false);
	else if (code_listed(deletes, method))
		touch(code, EFFECT_FILE_DELETE, path, true);
}
