/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of programs that take secrets and whose names do not say so, see secret_scan.h: "mysql -pX", "curl -u me:X".
 *
 * Any word that is the name of such a program makes it the current one, so that "sudo docker exec db mysql -pX" needs
 * no understanding; the end of the command ends it.
 */
#include "ledger/secret_scan.h"

static const struct secret_name any_value = {.strength = NAME_ANY, .min = 1};
static const struct secret_name random_value = {.strength = NAME_WEAK, .min = 8};

/* Its rows stand together; NULL when it is none. */
static const struct secret_program *find_program(struct str word)
{
	enum { LONGEST = 24 };
	if (word.n > LONGEST)
		return NULL;
	unsigned bucket = secret_program_bucket(word);
	for (size_t i = secret_programs_first[bucket]; i < secret_programs_first[bucket + 1U];
	     i++) {
		const struct secret_program *row = &secret_programs[i];
		if (row->n == word.n && memcmp(secret_texts + row->text, word.p, word.n) == 0)
			return row;
	}
	return NULL;
}

static bool same_program(const struct secret_program *a, const struct secret_program *b)
{
	return a->text == b->text && a->n == b->n;
}

/* Learns the program; true when the word was one, or one that its options wait for. */
static bool learn(struct secret_scan *scan, struct str word)
{
	const struct secret_program *found = find_program(word);
	bool known = false;
	if (scan->program)
		for (unsigned i = 0; same_program(scan->program, scan->program + i); i++) {
			const struct secret_program *row = scan->program + i;
			if (row->after_n && str_eq(word, secret_text(row->after, row->after_n))) {
				scan->seen |= 1U << i;
				known = true;
			}
		}
	if (known || !found)
		return known;
	scan->program = found;
	scan->seen = 0;
	for (unsigned i = 0; same_program(found, found + i); i++)
		if (!found[i].after_n)
			scan->seen |= 1U << i;
	return true;
}

/* Leaves what is behind a separator; false when there is none. */
static bool cut_behind(struct str *v, char separator)
{
	size_t at = str_find_char(*v, separator);
	if (at == STR_NPOS)
		return false;
	*v = str_from_at(*v, at + 1);
	return true;
}

/* "user:"; what has no password is a key. */
static bool cut_pair(struct str *v)
{
	if (v->n && v->p[v->n - 1] == ':') {
		v->n--;
		return secret_value_counts(&random_value, *v, true, VALUE_MEMBER, STR(""));
	}
	return cut_behind(v, ':');
}

/* user/secret@where, or user%secret. */
static bool cut_logon(struct str *v)
{
	size_t slash = str_find_char(*v, '/'), percent = str_find_char(*v, '%');
	bool where = slash < percent;
	if (v->p[0] == '@' || !cut_behind(v, where ? '/' : '%'))
		return false;
	size_t at = where ? str_find_last_char(*v, '@') : STR_NPOS;
	if (at != STR_NPOS)
		v->n = at;
	return true;
}

/* Leaves the part of a value that is secret. */
static bool apply_form(enum secret_form form, struct str *v)
{
	switch (form) {
	case FORM_VALUE:
		return true;
	case FORM_PAIR:
		return cut_pair(v);
	case FORM_PASS:
		return str_starts(*v, STR("pass:")) && cut_behind(v, ':');
	case FORM_LOGON:
		return cut_logon(v);
	}
	return false;
}

static bool judge(struct secret_scan *scan, const struct secret_option *option,
		  struct secret_value value, const struct secret_name *name, struct secret_hit *ret)
{
	struct str v = str_make(scan->text.p + value.from, value.to - value.from);
	if (!v.n || !apply_form((enum secret_form)option->form, &v) ||
	    !secret_value_counts(name, v, value.quoted, VALUE_MEMBER, STR("")))
		return false;
	size_t from = (size_t)(v.p - scan->text.p);
	*ret = (struct secret_hit){from, from + v.n, option->rule};
	return true;
}

/* The word [start, end) begins with this option: where its value is, STR_NPOS when not here. */
static size_t value_at(struct secret_scan *scan, const struct secret_option *option, size_t start,
		       size_t end)
{
	struct str text = scan->text, word = str_make(text.p + start, end - start);
	struct str name = secret_text(option->text, option->n);
	if (!option->n || !str_starts(word, name))
		return STR_NPOS;
	bool is_long = str_starts(name, STR("--"));
	if (word.n > name.n)
		return option->attached && !is_long ? start + name.n : STR_NPOS;
	if (end >= text.n) {
		if (option->separate)
			scan->expect = option;
		return STR_NPOS;
	}
	char next = text.p[end];
	if (next == '=')
		return is_long || option->attached ? end + 1 : STR_NPOS;
	if (next == ' ' || next == '\t')
		return option->separate ? end + 1 : STR_NPOS;
	return option->attached && !is_long ? end : STR_NPOS;
}

static bool find_option(struct secret_scan *scan, const struct secret_program *row, size_t start,
			size_t end, struct secret_hit *ret)
{
	for (unsigned i = 0; i < row->n_options; i++) {
		const struct secret_option *option = &secret_options[row->option + i];
		size_t at = value_at(scan, option, start, end);
		if (at == STR_NPOS)
			continue;
		bool separate = at > start + option->n && scan->text.p[at - 1] != '=';
		struct secret_value value = secret_value_read(
			scan, at, scan->word && !separate ? VALUE_SET : VALUE_OPTION);
		bool option_next = separate && value.from < scan->text.n &&
				   scan->text.p[value.from] == '-';
		if (!option_next && judge(scan, option, value, &any_value, ret))
			return true;
	}
	return false;
}

static bool find_operand(struct secret_scan *scan, const struct secret_program *row, size_t start,
			 struct secret_hit *ret)
{
	for (unsigned i = 0; i < row->n_options; i++) {
		const struct secret_option *option = &secret_options[row->option + i];
		if (option->n)
			continue;
		struct secret_value value = secret_value_read(scan, start, VALUE_SET);
		struct str v = str_make(scan->text.p + value.from, value.to - value.from);
		size_t equals = str_find_char(v, '=');
		bool pair = option->form == FORM_VALUE && equals < v.n - 2 && v.n > 2;
		if (!pair && judge(scan, option, value,
				   option->form == FORM_VALUE ? &random_value : &any_value, ret))
			return true;
	}
	return false;
}

/* ---- what is piped into a program ---- */

static bool is_echo(struct str word)
{
	return str_is(word, "echo") || str_is(word, "printf");
}

void secret_program_pipe(struct secret_scan *scan, size_t at)
{
	bool pipe = scan->text.p[at] == '|' && scan->echo_from && !scan->echo_to;
	scan->echo_to = pipe ? at : 0;
	scan->echo_from = pipe ? scan->echo_from : 0;
}

static struct str cut_word(struct str v)
{
	size_t n = 0;
	while (n < v.n && v.p[n] != ' ')
		n++;
	return str_trim(str_from_at(v, n));
}

/* "-n X", "'%s' X", "'X'": the X. */
static struct str printed(struct str v)
{
	v = str_trim(v);
	while (v.n && v.p[0] == '-')
		v = cut_word(v);
	if (str_starts(v, STR("'%s")) || str_starts(v, STR("\"%s")) || str_starts(v, STR("%s")))
		v = cut_word(v);
	if (v.n >= 2 && (v.p[0] == '\'' || v.p[0] == '"') && v.p[v.n - 1] == v.p[0])
		v = str_make(v.p + 1, v.n - 2);
	return v;
}

/* "echo X | docker login --password-stdin": the option says what it was. */
static bool find_piped(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text, word = str_make(text.p + start, end - start);
	bool sudo = str_is(word, "-S") && str_ends(str_first(text, start), STR("sudo "));
	if (!sudo && !secret_word_is(WORDS_STDIN, word))
		return false;
	struct str v = printed(str_make(text.p + scan->echo_from, scan->echo_to - scan->echo_from));
	bool fresh = scan->echo_from >= scan->floor, pair = str_is(word, "chpasswd");
	scan->echo_from = scan->echo_to = 0;
	if (!fresh || !v.n || (pair && !cut_behind(&v, ':')) ||
	    !secret_value_counts(&any_value, v, true, VALUE_MEMBER, STR("")))
		return false;
	size_t from = (size_t)(v.p - text.p);
	*ret = (struct secret_hit){from, from + v.n, secret_rule_password};
	scan->quote = scan->echo_quote;
	return true;
}

bool secret_program_word(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text;
	if (start && !byte_is(text.p[start - 1], BYTE_BEFORE))
		return false;
	bool option = text.p[start] == '-';
	bool path = start > 0 && text.p[start - 1] == '/';
	bool whole = end >= text.n || byte_is(text.p[end], BYTE_AFTER);
	if (scan->echo_to && find_piped(scan, start, end, ret))
		return true;
	if (whole && is_echo(str_make(text.p + start, end - start))) {
		scan->echo_from = end;
		scan->echo_to = 0;
		scan->echo_quote = scan->quote;
	}
	if (!scan->program && (option || !whole))
		return false;
	if (!option && whole && learn(scan, str_make(text.p + start, end - start)))
		return false;
	for (unsigned i = 0; scan->program && same_program(scan->program, scan->program + i); i++) {
		const struct secret_program *row = scan->program + i;
		if (!(scan->seen >> i & 1))
			continue;
		if (option ? find_option(scan, row, start, end, ret)
			   : !path && find_operand(scan, row, start, ret))
			return true;
	}
	return false;
}

bool secret_program_expected(struct secret_scan *scan, struct secret_hit *ret)
{
	const struct secret_option *option = scan->expect;
	scan->expect = NULL;
	struct secret_value value = {0, scan->text.n, true, VALUE_MEMBER};
	return option && judge(scan, option, value, &any_value, ret);
}
