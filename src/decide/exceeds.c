/* SPDX-License-Identifier: Apache-2.0
 *
 * What a pattern of the allow list did not mean, though the command matches it: program text, secrets, code of others, and
 * work outside the workspace.
 */
#include "base/array.h"
#include "decide/command.h"
#include "decide/found.h"
#include "decide/paths.h"

/* ---- what the class of the command says ---- */

/* Classes that a pattern must name the subcommand of: "git*" allows looking, not cleaning. */
static const bool needs_subcommand[COMMAND_CLASSES] = {
	[CLASS_DISCARD] = true,    [CLASS_INSTALL] = true, [CLASS_EXECUTE] = true,
	[CLASS_CREDENTIAL] = true, [CLASS_SYSTEM] = true,  [CLASS_PUBLISH] = true,
	[CLASS_CHANGE] = true,     [CLASS_DESTROY] = true,
};

static bool too_broad(const struct command *c, struct str pattern)
{
	return c->arguments.n_chain > 1 && needs_subcommand[c->arguments.cls] &&
	       str_find_char(str_trim(pattern), ' ') == STR_NPOS;
}

static bool names_option(struct str pattern, const char *option)
{
	struct str word;
	bool letter = option[0] == '-' && option[1] != '-' && !option[2];
	while (str_split(&pattern, ' ', &word)) {
		if (str_starts(word, str_from(option)))
			return true;
		if (letter && str_starts(word, STR("-")) && !str_starts(word, STR("--")) &&
		    str_find_char(word, option[1]) != STR_NPOS)
			return true;
	}
	return false;
}

/* Does a word of the pattern meet one of the globs? The pattern's own "*" stands for nothing here. */
static bool names_operand(struct str pattern, struct known_list globs)
{
	struct str word;
	while (str_split(&pattern, ' ', &word)) {
		while (word.n && word.p[word.n - 1] == '*')
			word.n--;
		if (word.n && knowledge_any_glob(globs, word))
			return true;
	}
	return false;
}

static bool names_any_of(struct str pattern, struct known_list options)
{
	const char *option;
	for (size_t i = 0; (option = knowledge_item(options, i)); i++)
		if (names_option(pattern, option))
			return true;
	return false;
}

/* "make*" allows to build, "mvn test*" to test: not what an option or a further operand makes of it that publishes,
 * destroys or runs foreign code. A pattern that shows such a word means it.
 */
static bool means_less(const struct command *c, struct str pattern)
{
	const struct arguments *a = &c->arguments;
	const struct known_when *clause = a->cls_from;
	if (!clause || !needs_subcommand[a->cls] || !a->n_chain ||
	    a->chain[a->n_chain - 1]->command_class == a->cls)
		return false;
	if (clause->option.at)
		return !names_option(pattern, knowledge_text(clause->option));
	if (clause->has.at)
		return !names_any_of(pattern, clause->has);
	return clause->operand.at && !names_operand(pattern, clause->operand);
}

/* A word of which not even the start is known may be an option that a rule for the program did not mean. */
static bool may_hide_option(const struct decider *d, const struct command *c)
{
	for (size_t i = 1; i < c->n; i++) {
		const struct word *word = &c->words[i];
		if (word_is_known(word) &&
		    str_is(word->value.n ? word->value.seg[0].text : STR(""), "--"))
			return false;
		bool unknown = word->many || (word->value.n && word->value.seg[0].kind == SEG_ANY);
		if (unknown && !found_of(d, word->value))
			return true;
	}
	return false;
}

/* Options may stand between and behind the words of a pattern, but not one whose program text could do anything:
 * "python manage.py test*" is not python -c '...' manage.py test.
 */
static bool brings_code(const struct command *c, struct str pattern)
{
	return c->code_option && !names_option(pattern, knowledge_text(c->code_option->name));
}

/* ---- where it works ---- */

/* May a name that begins so lie in the directory? */
static bool may_be_inside(struct str start, struct str dir)
{
	return path_inside(start, dir) || str_starts(dir, start);
}

/* What is written may also go to the temporary directory; what is run there may be anybody's. */
static bool is_outside(struct decider *d, const struct command *c, struct value path, bool written)
{
	for (size_t i = 0; i < c->scope.n_cwds; i++) {
		struct value canonical = path_canonical(d, path, c->scope.cwds[i]);
		if (!value_is_known(canonical)) {
			struct str start = value_known_prefix(d->arena, canonical);
			if (str_starts(start, STR("/")) && !may_be_inside(start, d->workspace))
				return true;
			continue;
		}
		struct str real = path_resolve(d, value_text(d->arena, canonical));
		if (written ? path_is_outside(d, real) : !path_inside(real, d->workspace))
			return true;
	}
	return false;
}

/* Does the command run what it finds where it is? */
static bool runs_code(const struct command *c)
{
	enum command_class cls = c->arguments.cls;
	return cls == CLASS_BUILD || cls == CLASS_INSTALL || cls == CLASS_EXECUTE;
}

/* May it be any directory at all? A pattern of the shell stays below what stands in front of it. */
static bool is_anywhere(struct value directory)
{
	for (size_t i = 0; i < directory.n; i++)
		if (directory.seg[i].kind == SEG_ANY)
			return true;
	return false;
}

/* What a list allows is what the program does here: not in a directory that the policy wants to be asked about and, when
 * it runs what it finds there, in no other.
 */
static bool runs_elsewhere(struct decider *d, const struct command *c)
{
	bool builds = runs_code(c);
	if ((d->policy->outside_read == SWITCH_ALLOW && !builds) || !d->workspace.n ||
	    c->scope.remote)
		return false;
	for (size_t i = 0; builds && i < c->scope.n_cwds; i++)
		if (is_anywhere(c->scope.cwds[i]))
			return true;
	return is_outside(d, c, value_from(d->arena, STR(".")), !builds);
}

/* ---- what its words bring along ---- */

/* "dotnet build /p:Configuration=Release /nologo" */
static bool is_windows_option(const struct command *c, struct str text)
{
	size_t n = 1;
	while (n < text.n && ascii_is_alpha(text.p[n]))
		n++;
	return text.p[0] == '/' && (str_is(c->name, "dotnet") || str_is(c->name, "msbuild")) &&
	       (n == text.n || text.p[n] == ':');
}

/* "//tools:x" in a build of these. */
static bool is_label(const struct command *c, struct str text)
{
	static const char *const programs[] = {"bazel", "bazelisk", "buck", "buck2",
					       "pants", "please",   "gn"};
	return str_starts(text, STR("//")) &&
	       str_is_one_of(c->name, programs, ARRAY_SIZE(programs));
}

static bool is_stream(struct str text)
{
	static const char *const names[] = {"/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr",
					    "/dev/tty"};
	return str_is_one_of(text, names, ARRAY_SIZE(names)) || str_starts(text, STR("/dev/fd/"));
}

/* Does what stands there lead out of the workspace? */
static bool leads_outside(struct decider *d, const struct command *c, struct value path,
			  bool written)
{
	struct str text = value_known_prefix(d->arena, path);
	bool climbs = str_starts(text, STR("/")) || str_starts(text, STR("~"));
	for (size_t i = 0; i < path.n; i++)
		climbs |= path.seg[i].kind == SEG_TEXT &&
			  str_find(path.seg[i].text, STR("..")) != STR_NPOS;
	if (!climbs || is_label(c, text) || is_windows_option(c, text) ||
	    (value_is_known(path) && is_stream(text)))
		return false;
	return is_outside(d, c, path, written);
}

/* The value from a byte of its first text on. */
static struct value from_byte(struct decider *d, struct value v, size_t at)
{
	struct value rest = {v.seg + 1, v.n - 1};
	return value_concat(d->arena, value_from(d->arena, str_from_at(v.seg[0].text, at)), rest);
}

/* Code that is no file at all: "https://x/y.js", "data:text/javascript,...". The program under test may have an address. */
static bool is_foreign_url(struct str text)
{
	static const char *const own[] = {"://localhost", "://127.0.0.1", "://0.0.0.0", "://[::1]"};
	if (str_find(text, STR("data:")) != STR_NPOS)
		return true;
	size_t at = str_find(text, STR("://"));
	for (size_t i = 0; at != STR_NPOS && i < ARRAY_SIZE(own); i++)
		if (str_starts(str_from_at(text, at), str_from(own[i])))
			return false;
	return at != STR_NPOS;
}

/* Values of described options with these roles are no files, or are judged as those that they are. */
static const bool is_no_code[ROLES] = {
	[ROLE_NONE] = true,        [ROLE_WRITE] = true,  [ROLE_TREE_WRITE] = true,
	[ROLE_PATTERN] = true,     [ROLE_SELECT] = true, [ROLE_EXTENSION] = true,
	[ROLE_REF] = true,         [ROLE_HOST] = true,   [ROLE_PATHSPEC] = true,
	[ROLE_TREE_DELETE] = true, [ROLE_DELETE] = true,
};

/* Where in a word a path may begin: "-r/tmp/x", "--config=~/x", "a;/tmp/x", {"setup":"/tmp/x"}. */
static bool may_begin(struct str text, size_t at)
{
	char c = text.p[at], before = at ? text.p[at - 1] : '=';
	bool glued = at == 2 && text.p[0] == '-' && ascii_is_alpha(before);
	return strchr("/~.", c) && (glued || strchr("=:,;\"'([{@ |&", before));
}

/* Behind these a name may stand that shows nothing of a path. */
static bool begins_name(char before)
{
	return before == '=' || before == ':' || before == ',' || before == '@';
}

/* Places in one word that are looked at; a person reads one with more. */
enum { STARTS_MAX = 64 };

static bool is_link_outside(struct decider *d, const struct command *c, struct value word)
{
	return path_is_link(d, word, c->scope.cwds[0]) && is_outside(d, c, word, false);
}

static bool word_leads_outside(struct decider *d, const struct command *c, struct value word,
			       struct str option)
{
	if (leads_outside(d, c, word, option_writes(option) == OPTION_WRITES) ||
	    is_link_outside(d, c, word))
		return true;
	if (!word.n || word.seg[0].kind != SEG_TEXT)
		return false;
	struct str text = word.seg[0].text;
	if (is_foreign_url(text))
		return true;
	bool url = str_find(text, STR("://")) != STR_NPOS;
	size_t starts = 0;
	for (size_t at = 1; at < text.n && !url; at++) {
		bool path = may_begin(text, at), name = begins_name(text.p[at - 1]);
		if (!path && !name)
			continue;
		if (++starts > STARTS_MAX)
			return true;
		struct value part = from_byte(d, word, at);
		bool written = option_writes(str_first(text, at - 1)) == OPTION_WRITES;
		if ((name && is_link_outside(d, c, part)) ||
		    (path && leads_outside(d, c, part, written)))
			return true;
	}
	return false;
}

static bool brings_outside(struct decider *d, const struct command *c)
{
	struct str option = STR("");
	for (size_t i = 0; i < c->arguments.n_args; i++) {
		const struct argument *arg = &c->arguments.args[i];
		if ((arg->option && is_no_code[arg->role]) || arg->many)
			continue;
		if (word_leads_outside(d, c, arg->value, option))
			return true;
		option = value_known_prefix(d->arena, arg->value);
	}
	return false;
}

/* Parts of options' names that say: what follows is run, or talked to. */
static bool names_program(struct str option)
{
	static const char *const parts[] = {
		"exec",     "command",     "cmd",       "shell",   "wrap",
		"runner",   "run_under",   "run-under", "launch",  "eval",
		"debugger", "interpreter", "upload",    "publish", "submit",
		"proxy",    "registry",    "index-url", "onload",  "node-options",
	};
	if (!str_starts(option, STR("-")) || str_starts(option, STR("--no-")) ||
	    str_starts(option, STR("--ignore-")) || str_starts(option, STR("-D")))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (str_find(option, str_from(parts[i])) != STR_NPOS)
			return true;
	return false;
}

/* An option that nobody described, whose name says that it runs something, and that the pattern does not name. */
static bool brings_program(struct decider *d, const struct command *c, struct str pattern)
{
	for (size_t i = 1; i < c->n; i++) {
		struct str text = value_known_prefix(d->arena, c->words[i].value);
		struct str name = text;
		(void)str_split(&text, '=', &name);
		if (names_program(name) && str_find(pattern, name) == STR_NPOS)
			return true;
	}
	return false;
}

/* A build runs the project's own code: nothing from elsewhere, and nothing that stands only in the command. */
static bool builds_foreign(struct decider *d, const struct command *c, struct str pattern)
{
	return runs_code(c) && d->workspace.n &&
	       (brings_outside(d, c) || brings_program(d, c, pattern));
}

bool command_exceeds(struct decider *d, const struct command *c, struct str pattern)
{
	return too_broad(c, pattern) || brings_code(c, pattern) || means_less(c, pattern) ||
	       may_hide_option(d, c) || runs_elsewhere(d, c) || builds_foreign(d, c, pattern);
}
