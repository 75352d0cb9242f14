/* SPDX-License-Identifier: Apache-2.0
 *
 * Does "import json" load the library's json? Not when a file json.py stands where the interpreter is
 * started, for there it looks first. So nothing in that directory may have the name of a library module, and
 * nothing else that the same request does may make such a file: before, or in a loop, or at the same time.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/code_python.h"
#include "decide/command.h"
#include "decide/paths.h"

static bool is_library(struct str module)
{
	for (size_t i = 0; python_library[i]; i++)
		if (str_eq_nocase(module, str_from(python_library[i])))
			return true;
	return false;
}

/* "json.py", "json.cpython-311-x86_64-linux-gnu.so" */
static bool replaces_library(struct str file)
{
	static const char *const endings[] = {".py", ".pyc", ".pyw", ".so", ".pyd"};
	size_t dot = str_find_char(file, '.');
	bool loads = false;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		struct str ending = str_from(endings[i]);
		loads |= file.n > ending.n &&
			 str_eq_nocase(str_from_at(file, file.n - ending.n), ending);
	}
	return loads && is_library(str_first(file, dot));
}

static bool list(struct decider *d, struct str path, struct str **ret_names, size_t *ret_n)
{
	return d->resolver->tree(d->resolver->context, d->arena, path, LIMIT_TREE_NAMES, false,
				 ret_names, ret_n) != RESOLVED_UNKNOWN;
}

/* A directory takes the library's place when it says that it is a package. */
static bool is_package(struct decider *d, struct str directory, struct str name)
{
	struct str *names = NULL;
	size_t n = 0;
	if (!is_library(name))
		return false;
	if (!list(d, arena_join3(d->arena, directory, STR("/"), name), &names, &n))
		return true;
	for (size_t i = 0; i < n; i++)
		if (str_starts(names[i], STR("__init__.")))
			return true;
	return false;
}

static bool directory_is_safe(struct decider *d, struct value directory)
{
	struct str *names = NULL;
	size_t n = 0;
	if (!value_is_known(directory) || !d->resolver->tree)
		return false;
	struct str path = path_resolve(d, value_text(d->arena, directory));
	if (!list(d, path, &names, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (replaces_library(names[i]) || is_package(d, path, names[i]))
			return false;
	return true;
}

bool python_library_is_safe(struct code *code)
{
	const struct scope *scope = &code->scope;
	if (scope->remote)
		return false;
	for (size_t i = 0; i < scope->n_cwds; i++)
		if (!directory_is_safe(code->d, scope->cwds[i]))
			return false;
	code->d->loads_library = true;
	return true;
}

/* ---- what else the request does ---- */

/* No file with one of these endings is loaded as code. */
static const char *const data_endings[] = {"json", "txt",  "md",   "csv",   "tsv",
					   "log",  "yaml", "yml",  "html",  "xml",
					   "out",  "err",  "diff", "patch", NULL};

static bool makes_data(const struct effect *effect)
{
	struct str name = str_basename(effect->shown);
	size_t dot = str_find_last_char(name, '.');
	return effect->known && dot != STR_NPOS &&
	       code_listed(data_endings, str_from_at(name, dot + 1));
}

/* The class of "git log --oneline", as far as its words name subcommands. */
static enum command_class class_of(struct str shown)
{
	struct str rest = shown, word;
	(void)str_split(&rest, ' ', &word);
	const struct known_command *command = knowledge_find(word);
	while (command && str_split(&rest, ' ', &word)) {
		const struct known_command *inner = knowledge_subcommand(command, word);
		if (!inner)
			break;
		command = inner;
	}
	return command ? (enum command_class)command->command_class : CLASS_UNKNOWN;
}

bool command_makes_nothing(struct str shown)
{
	size_t blank = str_find_char(shown, ' ');
	struct str program = blank == STR_NPOS ? shown : str_first(shown, blank);
	if (shell_is_harmless_builtin(program) || str_is(shown, "redirection"))
		return true;
	/* What it wraps is a command of its own. */
	const struct known_command *known = knowledge_find(program);
	if (known && known->wrapper)
		return true;
	enum command_class cls = class_of(shown);
	return cls != CLASS_LOCAL && cls != CLASS_UNKNOWN;
}

/* Is it a file that an import could find? Of a name without an ending nobody knows. */
static bool may_be_library(const struct effect *effect)
{
	struct str name = str_basename(effect->shown);
	bool ending = str_find_char(name, '.') != STR_NPOS && name.p[name.n - 1] != '.';
	return !effect->known || !ending || replaces_library(name) ||
	       str_starts(name, STR("__init__."));
}

/* strict: scripts may be replaced, too, by files of any name. */
static bool may_replace(const struct effect *effect, bool strict)
{
	switch (effect->kind) {
	case EFFECT_FILE_WRITE:
		return strict ? !makes_data(effect) : may_be_library(effect);
	case EFFECT_COMMAND:
		return !command_makes_nothing(effect->shown);
	case EFFECT_GIT:
	case EFFECT_MCP:
		return true;
	case EFFECT_FILE_READ:
	case EFFECT_FILE_DELETE:
	case EFFECT_NET:
	case EFFECT_RECORD:
	case EFFECT_PULL_REQUEST:
	case EFFECT_ADAPTER:
		break;
	}
	return false;
}

void code_finish(struct decider *d)
{
	if (!d->loads_library && !d->reads_scripts && !d->relies_on_names)
		return;
	bool unsafe = d->links != NULL || d->n_effects >= LIMIT_EFFECTS;
	bool strict = d->reads_scripts || !d->loads_library;
	const struct effect *effect = d->effects;
	for (; effect && !unsafe; effect = effect->next)
		unsafe = may_replace(effect, strict) ||
			 (d->relies_on_names && effect->kind == EFFECT_FILE_WRITE);
	if (!unsafe)
		return;
	finding_opaque(
		d, NULL,
		STR("files are written that may be run, or loaded in the place of a library"),
		(struct span){0, d->request->target.n});
}
