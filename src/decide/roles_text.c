/* SPDX-License-Identifier: Apache-2.0
 *
 * Argument roles of text in which the name of a file stands: "name=@file", "path:place", "fileb://file".
 */
#include "decide/command.h"

void file_in_text(struct decider *d, struct command *c, const struct argument *arg, size_t from)
{
	struct argument inner = *arg;
	struct str prefix = value_known_prefix(d->arena, arg->value);
	if (value_is_known(arg->value))
		inner.value = value_from(d->arena, str_from_at(prefix, from));
	else
		inner.value = value_any();
	role_read(d, c, &inner);
}

/* Of a form several, with commas between them, perhaps in quotes. */
static void files_in_text(struct decider *d, struct command *c, const struct argument *arg,
			  size_t from)
{
	file_in_text(d, c, arg, from);
	struct str rest = value_known_prefix(d->arena, arg->value), name;
	if (from < 2 || !value_is_known(arg->value))
		return;
	rest = str_from_at(rest, from);
	while (str_split(&rest, ',', &name)) {
		struct argument one = *arg;
		if (name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"')
			name = str_make(name.p + 1, name.n - 2);
		one.value = value_from(d->arena, name);
		role_read(d, c, &one);
	}
}

/* "@file", "name=@file", "name@file", "<file": what curl reads. */
void role_at_read(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value);
	if (arg->many || (!value_is_known(arg->value) && prefix.n == 0)) {
		file_in_text(d, c, &(struct argument){.value = value_any()}, 0);
		return;
	}
	for (size_t i = 0; i < prefix.n; i++) {
		bool sign = prefix.p[i] == '@' || prefix.p[i] == '<';
		if (!sign)
			continue;
		struct argument part = *arg;
		size_t end = str_find_char(str_from_at(prefix, i + 1), ';');
		if (value_is_known(arg->value) && end != STR_NPOS)
			part.value = value_from(d->arena, str_first(prefix, i + 1 + end));
		bool plain = i == 0 || prefix.p[i - 1] == '=';
		if (plain)
			files_in_text(d, c, &part, i + 1);
		else
			file_suspicion(
				d,
				value_from(d->arena,
					   str_from_at(value_text(d->arena, part.value), i + 1)),
				&c->scope);
		return;
	}
}

/* "@file", "name@file"; what stands behind "=" is text. */
void role_name_at(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value);
	size_t at = str_find_char(prefix, '@'), eq = str_find_char(prefix, '=');
	bool text = at == STR_NPOS ? eq != STR_NPOS || value_is_known(arg->value)
				   : eq != STR_NPOS && eq + 1 < at;
	if (text)
		return;
	file_in_text(d, c, arg, at == STR_NPOS ? 0 : at + 1);
}

static struct str mount_path(struct str text, bool *ret_file)
{
	struct str rest = text, field, path = STR("");
	bool bind = false, has_place = false;
	while (str_split(&rest, ',', &field)) {
		if (field.n && field.p[0] == '"')
			field = str_from_at(field, 1);
		if (field.n && field.p[field.n - 1] == '"')
			field.n--;
		size_t eq = str_find_char(field, '=');
		struct str key = eq == STR_NPOS ? field : str_first(field, eq);
		bind |= str_is(field, "type=bind") || str_is(field, "type=file");
		has_place |= str_is(key, "target") || str_is(key, "dst") ||
			     str_is(key, "destination");
		if (eq != STR_NPOS && (str_is(key, "source") || str_is(key, "src")))
			path = str_from_at(field, eq + 1);
	}
	if (path.n) {
		*ret_file = bind || !has_place;
		return path;
	}
	size_t colon = str_find_char(text, ':');
	*ret_file = false;
	return colon == STR_NPOS ? text : str_first(text, colon);
}

/* What a container sees of ours, and may write, too. A plain name is that of a volume, which is not ours. */
void role_mount(struct decider *d, struct command *c, const struct argument *arg)
{
	if (arg->many || !value_is_known(arg->value)) {
		role_unknown(d, c, arg);
		return;
	}
	struct argument inner = *arg;
	bool file;
	struct str path = mount_path(value_text(d->arena, arg->value), &file);
	inner.value = value_from(d->arena, path);
	file |= path.n && (strchr(".~", path.p[0]) || str_find_char(path, '/') != STR_NPOS);
	if (file)
		role_read(d, c, &inner);
	role_unknown(d, c, arg);
}

/* name=path, or a path; perhaps with fileb:// in front. */
void role_file_value(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value);
	size_t eq = str_find_char(prefix, '='), scheme = str_find(prefix, STR("://"));
	if (scheme != STR_NPOS)
		file_in_text(d, c, arg, scheme + 3);
	else
		file_in_text(d, c, arg, eq == STR_NPOS ? 0 : eq + 1);
}

/* "exec=COMMAND"; other words name no command. */
void role_shell_value(struct decider *d, struct command *c, const struct argument *arg)
{
	struct str prefix = value_known_prefix(d->arena, arg->value);
	struct argument text = *arg;
	bool known = value_is_known(arg->value) && !arg->many;
	if (known && !str_starts(prefix, STR("exec=")))
		return;
	text.value = known ? value_from(d->arena, str_from_at(prefix, 5)) : value_any();
	role_shell(d, c, &text);
}
