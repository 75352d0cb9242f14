/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that a command writes under names that it makes itself of the words it is given: pieces, backups, archives, what is
 * packed or unpacked in place. That a word is no protected name says nothing about them.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/command.h"
#include "decide/patch.h"

static struct value joined(struct decider *d, struct value a, struct value b)
{
	return value_concat(d->arena, a, b);
}

static struct value with_text(struct decider *d, struct value path, const char *text)
{
	return joined(d, path, value_from(d->arena, str_from(text)));
}

static void writes(struct decider *d, struct command *c, const struct argument *arg,
		   struct value path)
{
	struct argument made = *arg;
	made.value = path;
	command_file(d, c, EFFECT_FILE_WRITE, &made, false);
}

/* ---- names with something behind them ---- */

/* Where they lie is known of any one of them; a rule that one of them could meet makes it a question. Who names a protected
 * file there means something by it.
 */
void role_prefix(struct decider *d, struct command *c, const struct argument *arg)
{
	enum { LETTERS = 4 };
	static const struct seg one = {.kind = SEG_GLOB, .text = STR_INIT("[a-z0-9]")};
	struct value end = {NULL, 0}, path = arg->many ? value_any() : arg->value;
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].role == ROLE_SUFFIX)
			end = c->arguments.args[i].value;
	writes(d, c, arg, path);
	writes(d, c, arg, joined(d, with_text(d, path, "aa"), end));
	for (int i = 0; i < LETTERS; i++) {
		path = joined(d, path, (struct value){&one, 1});
		file_suspicion(d, joined(d, path, end), &c->scope);
	}
}

/* An archive gets an extension when its name has none. */
void role_stem(struct decider *d, struct command *c, const struct argument *arg)
{
	struct value path = arg->many ? value_any() : arg->value;
	if (value_is_known(path) && str_is(value_text(d->arena, path), "-"))
		return;
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	writes(d, c, arg, path);
	writes(d, c, arg, joined(d, with_text(d, path, "."), value_from(d->arena, c->name)));
}

/* ---- archives and downloads ---- */

void made_archive(struct decider *d, struct command *c, const struct argument *arg)
{
	static const char *const writing[] = {"-c",       "--create",     "-r", "--append",
					      "-u",       "--update",     "-A", "--catenate",
					      "--delete", "--concatenate"};
	bool write = c->arguments.imprecise;
	for (size_t i = 0; i < ARRAY_SIZE(writing); i++)
		write |= arguments_has(&c->arguments, writing[i]);
	struct scope scope = c->scope;
	c->scope.cwds = c->cwds;
	c->scope.n_cwds = c->n_cwds;
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	if (write)
		command_file(d, c, EFFECT_FILE_WRITE, arg, false);
	c->scope.cwds = scope.cwds;
	c->scope.n_cwds = scope.n_cwds;
}

/* curl writes a file only when it is told to, wget unless it is told otherwise. */
static bool names_by_url(const struct command *c)
{
	return !str_is(c->name, "curl") || arguments_has(&c->arguments, "-O") ||
	       arguments_has(&c->arguments, "--remote-name") ||
	       arguments_has(&c->arguments, "--remote-name-all");
}

void made_fetched(struct decider *d, struct command *c, const struct argument *arg)
{
	static const struct seg any_name = {.kind = SEG_GLOB, .text = STR_INIT("*")};
	struct str url = arg->many || !value_is_known(arg->value)
				 ? STR("")
				 : value_text(d->arena, arg->value);
	if (!names_by_url(c))
		return;
	size_t scheme = str_find(url, STR("://"));
	struct str rest = scheme == STR_NPOS ? url : str_from_at(url, scheme + 3);
	rest = str_first(rest, str_find_char(rest, '?'));
	rest = str_first(rest, str_find_char(rest, '#'));
	size_t slash = str_find_last_char(rest, '/');
	struct str name = slash == STR_NPOS ? STR("") : str_from_at(rest, slash + 1);
	bool curl = str_is(c->name, "curl"), told = !url.n;
	/* The server may have its say, and curl makes several of one. */
	told |= arguments_has(&c->arguments, "-J") ||
		arguments_has(&c->arguments, "--content-disposition") ||
		arguments_has(&c->arguments, "--trust-server-names");
	for (size_t i = 0; curl && i < url.n; i++)
		told |= strchr("{}[]", url.p[i]) != NULL;
	if (!name.n || told)
		name = curl ? STR("download") : STR("index.html");
	writes(d, c, arg, value_from(d->arena, name));
	if (told)
		file_write_suspicion(d, (struct value){&any_name, 1}, &c->scope);
}

/* ---- backups ---- */

static bool is_changed(const struct argument *arg)
{
	return arg->operand && (arg->role == ROLE_EDIT || arg->role == ROLE_WRITE);
}

/* "bak_*" is a name, "old/" and all, in which the star stands for the file's own. */
static struct value around(struct decider *d, struct str pattern, struct str base)
{
	struct str rest = pattern, part, text = STR("");
	for (bool first = true; str_split(&rest, '*', &part); first = false)
		text = arena_join3(d->arena, text, first ? STR("") : base, part);
	return value_from(d->arena, text);
}

static void writes_backup(struct decider *d, struct command *c, const struct argument *arg,
			  struct value affix)
{
	struct str name = value_text(d->arena, arg->value), pattern = value_text(d->arena, affix);
	bool starred = !value_is_known(affix) || str_find_char(pattern, '*') != STR_NPOS;
	if (!starred) {
		writes(d, c, arg, arg->many ? value_any() : joined(d, arg->value, affix));
		return;
	}
	if (arg->many || !value_is_known(arg->value) || !value_is_known(affix)) {
		writes(d, c, arg, value_any());
		return;
	}
	struct value made = around(d, pattern, str_basename(name));
	struct str directory = str_first(name, name.n - str_basename(name).n);
	writes(d, c, arg, made);
	if (directory.n)
		writes(d, c, arg, joined(d, value_from(d->arena, directory), made));
}

void role_affix(struct decider *d, struct command *c, const struct argument *arg)
{
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (is_changed(&c->arguments.args[i]))
			writes_backup(d, c, &c->arguments.args[i],
				      arg->many ? value_any() : arg->value);
}

/* ---- packing in place ---- */

/* Short forms of two extensions at once. */
static const char *const packed_tars[] = {".tgz", ".taz", ".tbz",  ".tbz2", ".tb2",
					  ".txz", ".tlz", ".tzst", ".tz2"};

static bool ends_nocase(struct str text, struct str end)
{
	return text.n >= end.n && str_eq_nocase(str_from_at(text, text.n - end.n), end);
}

/* Unpacked, it loses its extension; packed, it gets one, which makes no name worth protecting. */
void role_repack(struct decider *d, struct command *c, const struct argument *arg)
{
	command_file(d, c, EFFECT_FILE_READ, arg, false);
	command_file(d, c, EFFECT_FILE_WRITE, arg, false);
	if (arg->many || !value_is_known(arg->value))
		return;
	struct str name = value_text(d->arena, arg->value), base = str_basename(name);
	size_t dot = str_find_last_char(base, '.');
	if (dot == STR_NPOS)
		return;
	struct str stem = str_first(name, name.n - base.n + dot);
	for (size_t i = 0; i < ARRAY_SIZE(packed_tars); i++)
		if (ends_nocase(name, str_from(packed_tars[i])))
			stem = arena_join(d->arena, stem, STR(".tar"));
	writes(d, c, arg, value_from(d->arena, stem));
}

/* ---- patches ---- */

struct patching {
	struct decider *d;
	struct command *c;
	size_t n;
	bool more;
};

static bool patch_writes(void *context, struct str path)
{
	struct patching *patching = context;
	struct argument file = {.value = value_from(patching->d->arena, path), .role = ROLE_WRITE};
	patching->more = patching->n++ == LIMIT_PATCH_NAMES;
	if (!patching->more)
		command_file(patching->d, patching->c, EFFECT_FILE_WRITE, &file, false);
	return !patching->more;
}

void command_patch(struct decider *d, struct command *c, const struct value *text)
{
	struct patching patching = {.d = d, .c = c};
	if (text && value_is_known(*text))
		patch_names(d->arena, value_text(d->arena, *text), patch_writes, &patching);
	/* A text that names none is not understood. */
	if (!patching.n)
		c->files |= FILE_UNKNOWN;
	if (patching.more)
		finding_opaque(d, c->effect, STR("a patch of more files than can be looked at"),
			       c->scope.span);
}

void role_patch(struct decider *d, struct command *c, const struct argument *arg)
{
	command_patch(d, c, arg->many ? NULL : &arg->value);
}
