/* SPDX-License-Identifier: Apache-2.0
 *
 * Revisions and paths as Git takes them, to files that are touched.
 */
#include "base/array.h"
#include "decide/command.h"

/* Names of objects, branches and tags hold none. */
static bool may_hold_colon(const struct seg *seg)
{
	return seg->kind == SEG_ANY && !str_is(seg->text, SEG_TEXT_NAME);
}

/* REVISION:PATH, where the revision is known or has numbers in it: what stands behind the first colon. */
static bool path_in_ref(struct decider *d, struct value ref, struct value *ret_path)
{
	for (size_t i = 0; i < ref.n && !may_hold_colon(&ref.seg[i]); i++) {
		size_t colon = ref.seg[i].kind == SEG_TEXT ? str_find_char(ref.seg[i].text, ':')
							   : STR_NPOS;
		if (colon == STR_NPOS)
			continue;
		struct value rest = {ref.seg + i + 1, ref.n - i - 1};
		*ret_path = value_concat(
			d->arena, value_from(d->arena, str_from_at(ref.seg[i].text, colon + 1)),
			rest);
		return true;
	}
	return false;
}

/* ":!name", ":(top,exclude)name": leaves out what it names. */
static bool is_exclusion(struct decider *d, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value), word;
	if (str_starts(prefix, STR(":!")) || str_starts(prefix, STR(":^")))
		return true;
	if (!str_starts(prefix, STR(":(")))
		return false;
	struct str words = str_from_at(prefix, 2);
	words = str_first(words, str_find_char(words, ')'));
	while (str_split(&words, ',', &word))
		if (str_is(word, "exclude"))
			return true;
	return false;
}

/* "0a1b", "0a1b..HEAD": what Git itself has printed. */
static bool starts_with_object(struct value ref)
{
	return ref.n > 1 && ref.seg[0].kind == SEG_GLOB && str_is(ref.seg[0].text, "[0-9a-f]") &&
	       ref.seg[1].kind == SEG_ANY && str_is(ref.seg[1].text, SEG_TEXT_NAME) &&
	       (ref.n == 2 ||
		(ref.seg[2].kind == SEG_TEXT && str_starts(ref.seg[2].text, STR(".."))));
}

void role_ref(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value);
	struct argument path = *arg;
	/* In what is sent or fetched the part behind the colon is a ref. */
	if (c->arguments.cls == CLASS_PUBLISH || c->arguments.cls == CLASS_NETWORK)
		return;
	if (is_exclusion(d, arg))
		return; /* a path after all: no file of the index is meant */
	if (!arg->many && path_in_ref(d, arg->value, &path.value)) {
		if (path.value.n)
			command_file(d, c, EFFECT_FILE_READ, &path, true);
		return;
	}
	if (!arg->many && starts_with_object(arg->value))
		return;
	bool known_start = arg->value.n && arg->value.seg[0].kind != SEG_ANY;
	if (arg->many || (prefix.n == 0 && arg->value.n && !known_start)) {
		file_suspicion(d, value_any(), &c->scope);
	} else if (value_is_known(arg->value) && str_starts(prefix, STR(".")) &&
		   (!str_starts(prefix, STR("..")) || str_starts(prefix, STR("../")))) {
		command_file(d, c, EFFECT_FILE_READ, arg, false); /* no ref starts with a dot */
	} else {
		file_suspicion(d, arg->value, &c->scope);
	}
}

static bool only_excludes(struct decider *d, const struct command *c)
{
	for (size_t i = 0; i < c->arguments.n_args; i++)
		if (c->arguments.args[i].operand && !is_exclusion(d, &c->arguments.args[i]))
			return false;
	return true;
}

/* ":(top)path", ":/path", ":!path" */
void role_pathspec(struct decider *d, struct command *c, const struct argument *arg)
{
	struct argument path = *arg;
	struct str prefix = value_known_prefix(d->arena, arg->value);
	bool loses = c->arguments.cls == CLASS_DELETE || c->arguments.cls == CLASS_DISCARD;
	if (!arg->many && starts_with_object(arg->value))
		return; /* a revision in front of "--" */
	if (is_exclusion(d, arg)) {
		if (!loses || !only_excludes(d, c))
			return;
		path.value = value_from(d->arena, STR(".")); /* what is left is everything else */
	} else if (prefix.n && prefix.p[0] == ':') {
		size_t close = str_find_char(prefix, ')');
		struct str rest = str_starts(prefix, STR(":(")) && close != STR_NPOS
					  ? str_from_at(prefix, close + 1)
					  : str_from_at(prefix, 2);
		path.value = value_is_known(arg->value) ? value_from(d->arena, rest) : value_any();
	}
	/* Adding and committing read what is named; what loses work writes it. To look at all is to name nothing. */
	enum command_class cls = c->arguments.cls;
	if (cls == CLASS_INSPECT && value_is_known(arg->value) && str_is(prefix, "."))
		return;
	if (cls == CLASS_LOCAL)
		command_file(d, c, EFFECT_FILE_READ, &path, false);
	else
		command_file(d, c, cls == CLASS_INSPECT ? EFFECT_FILE_READ : EFFECT_FILE_WRITE,
			     &path, true);
}
