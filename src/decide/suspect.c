/* SPDX-License-Identifier: Apache-2.0
 *
 * Words in which the name of a file may stand, of which nobody knows what they are to a program: values of variables, and
 * what is handed to the tools of a project. And variables that hold secrets, by their names.
 */
#include "base/array.h"
#include "decide/command.h"

/* Behind these signs a name may begin: "--out=file", "xml:file", "@file", "a,file", {"out":"file"}. */
static bool is_sign(char c)
{
	return c && strchr("=:@,\"'[{(", c);
}

/* Before these it may end. */
static bool is_end(char c)
{
	return c && strchr(" ,\"']});", c);
}

typedef void suspicion(struct decider *d, struct value path, const struct scope *scope);

/* What stands behind each sign, up to where it may end and to the end of the word; of a word with very many, anything.
 * blanks: they are signs, too.
 */
static void each_part(struct decider *d, const struct command *c, struct str text, bool blanks,
		      suspicion *suspect)
{
	enum { PARTS_MAX = 128 };
	size_t n = 0;
	for (size_t i = 0; i < text.n && n <= PARTS_MAX; i++)
		n += is_sign(text.p[i]) || (blanks && text.p[i] == ' ');
	if (n > PARTS_MAX) {
		suspect(d, value_any(), &c->scope);
		return;
	}
	for (size_t i = 0; i < text.n; i++) {
		bool sign = is_sign(text.p[i]) || (blanks && text.p[i] == ' ');
		if (!sign || i + 1 == text.n || is_sign(text.p[i + 1]))
			continue;
		struct str rest = str_from_at(text, i + 1);
		size_t end = 0;
		while (end < rest.n && !is_end(rest.p[end]))
			end++;
		suspect(d, value_from(d->arena, rest), &c->scope);
		if (end > 0 && end < rest.n)
			suspect(d, value_from(d->arena, str_first(rest, end)), &c->scope);
	}
}

void suspect_value(struct decider *d, const struct command *c, struct value value)
{
	if (!value_is_known(value))
		return;
	file_suspicion(d, value, &c->scope);
	each_part(d, c, value_text(d->arena, value), true, file_suspicion);
}

void suspect_word(struct decider *d, const struct command *c, struct value value)
{
	if (!value_is_known(value))
		return;
	file_suspicion(d, value, &c->scope);
	each_part(d, c, value_text(d->arena, value), false, file_suspicion);
}

/* ---- secrets of the environment ---- */

static bool is_secret_name(struct str name)
{
	static const char *const globs[] = {
		"*TOKEN",       "*SECRET*",
		"*PASSWORD*",   "*PASSWD*",
		"*PASSPHRASE*", "*APIKEY",
		"*CREDENTIAL",  "*_KEY",
		"*_PASS",       "*_AUTH",
		"*_DSN",        "*CREDENTIALS",
		"DATABASE_URL", "*CONNECTION_STRING",
	};
	for (size_t i = 0; i < ARRAY_SIZE(globs); i++)
		if (knowledge_glob(globs[i], name))
			return true;
	return false;
}

/* "declare -p NAME" */
static bool declares_secret(const struct decider *d, const struct command *c)
{
	if (!str_is(c->name, "declare") && !str_is(c->name, "typeset"))
		return false;
	bool prints = false, secret = false;
	for (size_t i = 0; i < c->arguments.n_words; i++) {
		if (!value_is_known(c->arguments.words[i].value))
			continue;
		struct str text = value_text(d->arena, c->arguments.words[i].value);
		prints |= str_starts(text, STR("-")) && str_find_char(text, 'p') != STR_NPOS;
		secret |= is_secret_name(text);
	}
	return prints && secret;
}

void command_shown_secrets(struct decider *d, struct command *c)
{
	static const char *const printing[] = {
		"echo",   "printf", "print", "yes",     "cat",     "tee",    "grep",
		"base64", "head",   "tail",  "sort",    "cut",     "tr",     "sed",
		"awk",    "xxd",    "od",    "hexdump", "rev",     "nl",     "fold",
		"jq",     "wc",     "rg",    "declare", "typeset", "export", "local"};
	bool shows = declares_secret(d, c);
	if (str_is_one_of(c->name, printing, ARRAY_SIZE(printing)))
		for (const struct shell_name *shown = c->scope.shows; shown; shown = shown->next)
			shows |= is_secret_name(shown->name);
	if (!shows)
		return;
	c->arguments.cls = CLASS_CREDENTIAL;
	c->arguments.hint = "[ -n \"$NAME\" ] tells whether it is set, and shows nothing";
}

/* ---- what a project's tools are given ---- */

/* Names without a dot and a slash are none that rules protect from a project's own tools. */
static bool looks_like_path(struct str text)
{
	return str_find_char(text, '/') != STR_NPOS || str_find_char(text, '.') != STR_NPOS;
}

/* What names of options say of the file behind them; the first that fits counts. */
static const struct {
	const char *part;
	enum option_output output;
} outputs[] = {
	{"out", OPTION_WRITES},     {"Out", OPTION_WRITES},        {"report", OPTION_WRITES},
	{"log", OPTION_WRITES},     {"cache", OPTION_WRITES},      {"json", OPTION_WRITES},
	{"xml", OPTION_WRITES},     {"html", OPTION_WRITES},       {"junit", OPTION_WRITES},
	{"save", OPTION_WRITES},    {"export", OPTION_WRITES},     {"cover", OPTION_WRITES},
	{"profile", OPTION_WRITES}, {"target-dir", OPTION_WRITES}, {"temp", OPTION_WRITES},
	{"tmp", OPTION_WRITES},     {"dir", OPTION_MAY_WRITE},     {"Dir", OPTION_MAY_WRITE},
	{"file", OPTION_MAY_WRITE}, {"File", OPTION_MAY_WRITE},    {"location", OPTION_MAY_WRITE},
};

enum option_output option_writes(struct str option)
{
	if (!str_starts(option, STR("-")))
		return OPTION_NO_OUTPUT;
	if (option.n == 2)
		return strchr("oO", option.p[1])   ? OPTION_WRITES
		       : strchr("dl", option.p[1]) ? OPTION_MAY_WRITE
						   : OPTION_NO_OUTPUT;
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		if (str_find(option, str_from(outputs[i].part)) != STR_NPOS)
			return outputs[i].output;
	return OPTION_NO_OUTPUT;
}

/* Does it stand where an option that is not described has its value? */
static bool is_value(const struct decider *d, const struct command *c, const struct argument *arg)
{
	const struct argument *before = arg - 1;
	return arg > c->arguments.args && !before->many && value_is_known(before->value) &&
	       option_writes(value_text(d->arena, before->value)) != OPTION_NO_OUTPUT;
}

void suspect_output(struct decider *d, const struct command *c, const struct argument *arg)
{
	static const bool reads[ROLES] = {
		[ROLE_LOOK] = true, [ROLE_READ] = true, [ROLE_TREE_READ] = true};
	if (arg->many || !value_is_known(arg->value) ||
	    (!reads[arg->role] && arg->role != ROLE_NONE && arg->role != ROLE_CWD))
		return;
	struct str text = value_text(d->arena, arg->value);
	const char *option = arg->option ? knowledge_text(arg->option->name) : "";
	/* "--ignore FILE" touches it least of all. */
	if (!looks_like_path(text) || strstr(option, "ignore") || strstr(option, "exclude"))
		return;
	/* What is known to be read is read, but words of options that are not described seem so, too. */
	if (!reads[arg->role] || is_value(d, c, arg))
		file_write_suspicion(d, arg->value, &c->scope);
	/* -ofile */
	if (text.n > 2 && text.p[0] == '-' && text.p[1] != '-')
		file_write_suspicion(d, value_from(d->arena, str_from_at(text, 2)), &c->scope);
	each_part(d, c, text, true, file_write_suspicion);
}
