/* SPDX-License-Identifier: Apache-2.0
 *
 * What echo, printf, pwd, cat, tee, basename and dirname write when that can be told.
 */
#include "base/array.h"
#include "shell/builtin.h"

static const struct seg digits_seg = {SEG_ANY, STR_INIT(SEG_TEXT_DIGITS), NULL};

static bool has_glob(struct value v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.seg[i].kind == SEG_GLOB)
			return true;
	return false;
}

static void output_word(struct eval *ev, struct value *output, const struct word *word)
{
	*output = value_concat(ev->arena, *output,
			       has_glob(word->value) ? value_any() : word->value);
	(void)eval_charge(ev, output->n);
}

static bool has_backslash(struct value v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.seg[i].kind != SEG_TEXT || str_find_char(v.seg[i].text, '\\') != STR_NPOS)
			return true;
	return false;
}

static bool is_echo_option(struct str text)
{
	if (text.n < 2 || text.p[0] != '-')
		return false;
	for (size_t i = 1; i < text.n; i++)
		if (!strchr("neE", text.p[i]))
			return false;
	return true;
}

/* What backslashes stand for: in the format of printf, and for echo -e and printf's %b. */
enum escapes { ESCAPES_FORMAT, ESCAPES_ECHO };

static size_t escape_number(struct str digits, size_t most, unsigned base, unsigned *ret)
{
	static const char known[] = "00112233445566778899aAbBcCdDeEfF";
	size_t n = 0;
	for (*ret = 0; n < digits.n && n < most && digits.p[n]; n++) {
		const char *at = strchr(known, digits.p[n]);
		unsigned digit = at ? (unsigned)(at - known) / 2 : base;
		if (digit >= base)
			break;
		*ret = *ret * base + digit;
	}
	return n;
}

/* Length of the escape that the text begins with; 0 when it is not told what it gives. Bytes beyond ASCII depend on the
 * locale, and a NUL on who reads it.
 */
static size_t escape_piece(struct str text, enum escapes kind, char *ret_byte)
{
	static const char from[] = "abeEfnrtv\\", to[] = "\a\b\033\033\f\n\r\t\v\\";
	const char *plain = text.n > 1 && text.p[1] ? strchr(from, text.p[1]) : NULL;
	unsigned value = 0;
	size_t n = 0, head = 1;
	if (plain) {
		*ret_byte = to[plain - from];
		return 2;
	}
	if (text.n > 1 && text.p[1] == 'x') {
		head = 2;
		n = escape_number(str_from_at(text, 2), 2, 16, &value);
	} else if (text.n > 1 && (text.p[1] == 'u' || text.p[1] == 'U')) {
		head = 2;
		n = escape_number(str_from_at(text, 2), text.p[1] == 'u' ? 4 : 8, 16, &value);
	} else if (text.n > 1 && kind == ESCAPES_FORMAT && strchr("\"'?", text.p[1])) {
		*ret_byte = text.p[1];
		return text.p[1] ? 2 : 0;
	} else if (text.n > 1 && kind == ESCAPES_ECHO && text.p[1] == '0') {
		head = 2;
		n = escape_number(str_from_at(text, 2), 3, 8, &value);
	} else if (kind == ESCAPES_FORMAT) {
		n = escape_number(str_from_at(text, 1), 3, 8, &value);
	}
	if (n == 0 || value == 0 || value > 0x7f)
		return 0;
	*ret_byte = (char)value;
	return head + n;
}

/* False when it cannot be told. "\c" ends all that is written. */
static bool unescape(struct eval *ev, struct value *text)
{
	struct str rest = value_text(ev->arena, *text);
	char *bytes = arena_alloc(ev->arena, rest.n + 1);
	size_t n = 0;
	if (!value_is_known(*text))
		return false;
	while (rest.n) {
		size_t length = 1;
		if (str_starts(rest, STR("\\c")))
			break;
		if (rest.p[0] == '\\')
			length = escape_piece(rest, ESCAPES_ECHO, &bytes[n++]);
		else
			bytes[n++] = rest.p[0];
		if (length == 0)
			return false;
		rest = str_from_at(rest, length);
	}
	*text = value_from(ev->arena, str_make(bytes, n));
	return true;
}

static bool output_of_echo(struct eval *ev, const struct simple *s, struct value *ret_output)
{
	struct value output = {NULL, 0};
	bool newline = true, escapes = false;
	size_t i = 1;
	while (i < s->words.n && is_echo_option(builtin_arg(ev, s, i))) {
		struct str text = builtin_arg(ev, s, i++);
		newline &= str_find_char(text, 'n') == STR_NPOS;
		escapes |= str_find_char(text, 'e') != STR_NPOS;
	}
	if (i < s->words.n && !word_is_known(&s->words.items[i]) &&
	    (i == 1 || builtin_may_be_option(&s->words.items[i])))
		return false;
	for (size_t k = i; k < s->words.n; k++) {
		/* No words at all would leave no blank, either. */
		if (s->words.items[k].many) {
			output = value_concat(ev->arena, output, value_any());
			break;
		}
		if (k > i)
			output = value_concat(ev->arena, output, value_from(ev->arena, STR(" ")));
		output_word(ev, &output, &s->words.items[k]);
	}
	if (newline)
		output = value_concat(ev->arena, output, value_from(ev->arena, STR("\n")));
	if (escapes && has_backslash(output) && !unescape(ev, &output))
		return false;
	(void)eval_charge(ev, output.n);
	*ret_output = output;
	return true;
}

/* One conversion or escape of printf's format. Returns its length, 0 when it is not understood. */
static size_t printf_piece(struct eval *ev, struct str rest, const struct word *arg,
			   struct value *piece, bool *ret_used)
{
	*ret_used = false;
	if (rest.p[0] == '\\') {
		char *byte = arena_alloc(ev->arena, 1);
		size_t n = escape_piece(rest, ESCAPES_FORMAT, byte);
		*piece = value_from(ev->arena, str_make(byte, n ? 1 : 0));
		return n;
	}
	if (rest.n < 2)
		return 0;
	if (rest.p[1] == '%') {
		*piece = value_from(ev->arena, STR("%"));
		return 2;
	}
	if (!strchr("sdb", rest.p[1]) || !rest.p[1])
		return 0;
	*ret_used = true;
	if (rest.p[1] == 'b') {
		*piece = arg ? arg->value : (struct value){NULL, 0};
		bool plain = !arg || (!arg->many && !has_backslash(*piece));
		bool ends = arg && str_find(value_text(ev->arena, *piece), STR("\\c")) != STR_NPOS;
		return plain || (!arg->many && !ends && unescape(ev, piece)) ? 2 : 0;
	}
	if (!arg)
		*piece = rest.p[1] == 'd' ? value_from(ev->arena, STR("0"))
					  : (struct value){NULL, 0};
	else if (rest.p[1] == 'd')
		*piece = value_number();
	else
		*piece = arg->many ? value_any() : arg->value;
	return 2;
}

static bool output_of_printf(struct eval *ev, const struct simple *s, struct value *ret_output)
{
	size_t i = 1;
	if (str_is(builtin_arg(ev, s, i), "--"))
		i++;
	else if (str_starts(builtin_arg(ev, s, i), STR("-")))
		return false;
	if (i >= s->words.n || !word_is_known(&s->words.items[i]) ||
	    str_starts(builtin_arg(ev, s, i), STR("-v")))
		return false;
	struct str format = builtin_arg(ev, s, i++);
	struct value output = {NULL, 0};
	bool used = false;
	for (size_t k = i; k < s->words.n; k++)
		if (s->words.items[k].many || has_glob(s->words.items[k].value))
			return false;
	do {
		used = false;
		for (size_t at = 0; at < format.n && eval_charge(ev, 1 + output.n / 8);) {
			size_t plain = at;
			while (plain < format.n && format.p[plain] != '%' &&
			       format.p[plain] != '\\')
				plain++;
			output = value_concat(
				ev->arena, output,
				value_from(ev->arena, str_make(format.p + at, plain - at)));
			if (plain >= format.n)
				break;
			struct value piece;
			bool here;
			size_t n = printf_piece(ev, str_from_at(format, plain),
						i < s->words.n ? &s->words.items[i] : NULL, &piece,
						&here);
			if (n == 0)
				return false;
			output = value_concat(ev->arena, output, piece);
			i += here && i < s->words.n;
			used |= here;
			at = plain + n;
		}
	} while (used && i < s->words.n && !ev->exhausted);
	*ret_output = output;
	return !ev->exhausted;
}

static bool output_of_cat(struct eval *ev, const struct simple *s, struct value *ret_output)
{
	if (!s->input ||
	    (s->words.n > 1 && !(s->words.n == 2 && str_is(builtin_arg(ev, s, 1), "-"))))
		return false;
	*ret_output = *s->input;
	return true;
}

/* What is written there may come out of the standard output. */
static bool is_device(struct str path)
{
	return str_starts(path, STR("/")) || str_find(path, STR("..")) != STR_NPOS ||
	       str_find(path, STR("dev/")) != STR_NPOS || str_find(path, STR("proc/")) != STR_NPOS;
}

/* It passes on what it reads, also when it cannot write the files. */
static bool output_of_tee(struct eval *ev, const struct simple *s, struct value *ret_output)
{
	static const char *const options[] = {"-a", "-i", "-p", "--append", "--ignore-interrupts"};
	if (!s->input)
		return false;
	for (size_t i = 1; i < s->words.n; i++) {
		struct str word = builtin_arg(ev, s, i);
		bool listed = !str_starts(word, STR("-")) && !is_device(word);
		for (size_t k = 0; k < sizeof options / sizeof *options; k++)
			listed |= str_is(word, options[k]);
		if (!listed || !word_is_known(&s->words.items[i]))
			return false;
	}
	*ret_output = *s->input;
	return true;
}

static bool output_of_path(struct eval *ev, const struct simple *s, struct value *ret_output)
{
	struct str path = builtin_arg(ev, s, 1);
	if (s->words.n != 2 || !path.n || path.p[0] == '-' || str_starts(path, STR("//")))
		return false;
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	size_t slash = str_find_last_char(path, '/');
	struct str part;
	if (str_is(builtin_arg(ev, s, 0), "basename"))
		part = path.n == 1 ? path : str_basename(path);
	else if (slash == STR_NPOS)
		part = STR(".");
	else
		part = slash == 0 ? STR("/") : str_first(path, slash);
	if (part.n > 1 && part.p[part.n - 1] == '/')
		return false;
	*ret_output = value_from(ev->arena, arena_join(ev->arena, part, STR("\n")));
	return true;
}

/* Behind "..", where Bash is depends on links and on options. */
bool directory_is_plain(struct eval *ev, struct value v)
{
	if (!value_is_known(v))
		return false;
	struct str text = value_text(ev->arena, v);
	return text.n == 1 || (str_find(text, STR("/.")) == STR_NPOS &&
			       str_find(text, STR("//")) == STR_NPOS && !str_ends(text, STR("/")));
}

/* nproc, id -u, date +%s: digits, or nothing when there is no such program */
static bool prints_digits(struct eval *ev, const struct simple *s)
{
	static const struct {
		const char *program, *option;
	} asked[] = {{"nproc", "--all"}, {"date", "+%s"}, {"id", "-u"}, {"id", "-g"}};
	struct str program = builtin_arg(ev, s, 0);
	if (s->words.n == 1)
		return str_is(program, "nproc");
	if (s->words.n != 2 || !word_is_known(&s->words.items[1]))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		if (str_is(program, asked[i].program) &&
		    str_is(builtin_arg(ev, s, 1), asked[i].option))
			return true;
	return false;
}

void builtin_run_output(struct eval *ev, struct state *st, struct simple *s, enum output_kind kind)
{
	struct value output = {NULL, 0};
	bool known = false;
	if (!ev->capture)
		return;
	switch (kind) {
	case OUTPUT_NONE:
		known = true;
		break;
	case OUTPUT_ECHO:
		known = output_of_echo(ev, s, &output) && !st->odd_options;
		break;
	case OUTPUT_PRINTF:
		known = output_of_printf(ev, s, &output);
		break;
	case OUTPUT_CAT:
		known = output_of_cat(ev, s, &output);
		break;
	case OUTPUT_TEE:
		known = output_of_tee(ev, s, &output);
		break;
	case OUTPUT_DIGITS:
		output = (struct value){&digits_seg, 1};
		known = prints_digits(ev, s);
		break;
	case OUTPUT_PATH:
		known = output_of_path(ev, s, &output);
		break;
	case OUTPUT_PWD:
		known = st->n_cwds == 1 && s->words.n == 1 && directory_is_plain(ev, st->cwds[0]);
		if (known)
			output = value_concat(ev->arena, st->cwds[0],
					      value_from(ev->arena, STR("\n")));
		break;
	case OUTPUT_CD:
		/* "cd -" and what CDPATH finds are printed. */
		known = builtin_args_known(s, 1) &&
			!str_is(builtin_arg(ev, s, s->words.n - 1), "-") && !st->odd_options &&
			!state_assigned(ev, st, STR("CDPATH"));
		break;
	case OUTPUT_UNKNOWN:
		break;
	}
	/* Found in another directory, the program may be another one. */
	if (kind == OUTPUT_CAT || kind == OUTPUT_TEE || kind == OUTPUT_DIGITS ||
	    kind == OUTPUT_PATH)
		known = known && state_variable(ev, st, STR("PATH")) == ev->path;
	/* With a redirection that fails it does not run at all. */
	bool silent = kind == OUTPUT_ECHO || kind == OUTPUT_PRINTF || !s->errors_joined;
	if (known && silent && !s->output_unknown && !s->redirects && !s->may_skip) {
		capture_add(ev, st, output);
	} else {
		capture_unknown(ev);
		/* Programs write what others may know better. */
		if (kind != OUTPUT_DIGITS)
			capture_mixed(ev);
	}
}
