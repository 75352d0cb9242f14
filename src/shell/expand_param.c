/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameter expansion with its operators. What is computed: defaults, lengths, substrings, prefix and suffix removal,
 * replacement and case of known text. Everything else is unknown, but what its words run is run.
 */
#include "base/glob.h"
#include "shell/eval.h"

/* ---- operators ---- */

/* Runs what the operator's words run, perhaps, and forgets what they expand to. */
static void run_words(struct field *f, const struct part *parts)
{
	if (!parts)
		return;
	struct state inner = *f->st;
	unsigned branches = f->ev->branches;
	f->ev->branches++;
	(void)expand_value(f->ev, &inner, parts);
	f->ev->branches = branches;
	state_join(f->ev, f->st, &inner, false);
}

static bool is_count(const struct part *parts)
{
	size_t number;
	return parts->kind == PART_TEXT && !parts->next && arith_is_number(parts->text, &number);
}

/* What an operator's words run; offsets are arithmetic. */
static void run_offsets(struct field *f, const struct param *param)
{
	const struct part *parts[] = {param->arg, param->arg2};
	for (int i = 0; i < 2; i++) {
		if (param->op[0] == ':' && !param->op[1] && parts[i])
			arith_effects(f->ev, f->st, expand_arithmetic(f->ev, f->st, parts[i]));
		else
			run_words(f, parts[i]);
	}
	if (param->op[0] == ':' && param->arg2 && !is_count(param->arg2))
		state_shake(f->st); /* an end in front of the start is an error */
}

static bool known_text(struct eval *ev, struct value v, struct str *ret_text)
{
	if (!value_is_known(v))
		return false;
	*ret_text = value_text(ev->arena, v);
	return true;
}

/* Does the pattern (text and glob segments) match the whole text? -1: cannot tell. */
static int pattern_matches(const struct value *pattern, size_t i, struct str text, unsigned *budget)
{
	if (*budget == 0)
		return -1;
	--*budget;
	if (i == pattern->n)
		return text.n == 0;
	const struct seg *seg = &pattern->seg[i];
	if (seg->kind == SEG_TEXT)
		return str_starts(text, seg->text)
			       ? pattern_matches(pattern, i + 1, str_from_at(text, seg->text.n),
						 budget)
			       : 0;
	if (seg->kind != SEG_GLOB || (seg->text.n > 1 && seg->text.p[0] != '['))
		return -1;
	if (str_is(seg->text, "*")) {
		for (size_t n = 0; n <= text.n; n++) {
			int hit = pattern_matches(pattern, i + 1, str_from_at(text, n), budget);
			if (hit)
				return hit;
		}
		return 0;
	}
	if (text.n == 0)
		return 0;
	bool any = str_is(seg->text, "?");
	if ((unsigned char)text.p[0] > 127 || (!any && !glob_bracket_is_sure(seg->text, text.p[0])))
		return -1;
	size_t length;
	bool hit = any || glob_bracket_matches(seg->text, text.p[0], &length);
	return hit ? pattern_matches(pattern, i + 1, str_from_at(text, 1), budget) : 0;
}

static bool holds_parameter(const struct part *parts, bool any)
{
	for (; parts; parts = parts->next)
		if (parts->kind == PART_PARAM &&
		    (any || str_is(parts->param->name, "@") || str_is(parts->param->name, "*")))
			return true;
	return false;
}

/* Where the pattern ends is looked for by the "/", and what looks like the end of a command may be none: an error. */
static bool holds_command(const struct part *parts)
{
	for (; parts && parts->kind != PART_COMMAND; parts = parts->next)
		;
	return parts;
}

static struct value expand_pattern(struct field *f, const struct part *parts)
{
	struct field pattern = {.ev = f->ev, .st = f->st, .globs = true};
	field_parts(&pattern, parts, false);
	struct value v = field_take(&pattern);
	/* IFS has its say in "$@"; and "@" and "(a)" together may be one pattern. */
	if (holds_parameter(parts, f->st->globs_unknown))
		return value_any();
	/* Whether a backslash is one, or protects what follows, depends on where it came from. */
	for (size_t i = 0; i < v.n; i++)
		if (str_find_char(v.seg[i].text, '\\') != STR_NPOS)
			return value_any();
	return v;
}

/* ${x#p} ${x##p} ${x%p} ${x%%p}: false when it cannot be computed. */
static bool remove_affix(struct eval *ev, const char *op, struct str text, struct value pattern,
			 struct value *ret_value)
{
	bool suffix = op[0] == '%', longest = op[1] != 0;
	unsigned budget = 20000;
	(void)eval_charge(ev, text.n / 8);
	for (size_t k = 0; k <= text.n; k++) {
		size_t n = longest ? text.n - k : k;
		struct str part = suffix ? str_from_at(text, text.n - n) : str_first(text, n);
		int hit = pattern_matches(&pattern, 0, part, &budget);
		if (hit < 0)
			return false;
		if (hit) {
			*ret_value = value_from(ev->arena, suffix ? str_first(text, text.n - n)
								  : str_from_at(text, n));
			return true;
		}
	}
	*ret_value = value_from(ev->arena, text);
	return true;
}

/* ${x/literal/literal} */
static bool replace(struct eval *ev, bool all, struct str text, struct str what, struct str with,
		    struct value *ret_value)
{
	struct str done = STR("");
	if (what.n == 0 || strchr("#%", what.p[0]) || str_find_char(with, '&') != STR_NPOS)
		return false;
	for (;;) {
		size_t at = str_find(text, what);
		if (at == STR_NPOS || !eval_charge(ev, 1 + text.n / 64))
			break;
		done = arena_join3(ev->arena, done, str_first(text, at), with);
		text = str_from_at(text, at + what.n);
		if (!all)
			break;
	}
	*ret_value = value_from(ev->arena, arena_join(ev->arena, done, text));
	return true;
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 127)
			return false;
	return true;
}

static bool parse_offset(struct eval *ev, struct value v, long *ret_number)
{
	struct str text;
	size_t number;
	if (!known_text(ev, v, &text))
		return false;
	text = str_trim(text);
	bool negative = text.n && text.p[0] == '-';
	if (negative)
		text = str_trim(str_from_at(text, 1));
	if (text.n > 9 || !arith_is_number(text, &number))
		return false;
	*ret_number = negative ? -(long)number : (long)number;
	return true;
}

static bool substring(struct field *f, const struct param *param, struct str text,
		      struct value *ret_value)
{
	long from = 0, length = (long)text.n;
	struct value offset = expand_arithmetic(f->ev, f->st, param->arg);
	struct value count = param->arg2 ? expand_arithmetic(f->ev, f->st, param->arg2)
					 : (struct value){NULL, 0};
	arith_effects(f->ev, f->st, offset);
	arith_effects(f->ev, f->st, count);
	if (!is_ascii(text) || text.n > 1000000 || !parse_offset(f->ev, offset, &from))
		return false;
	if (param->arg2 && !parse_offset(f->ev, count, &length))
		return false;
	long size = (long)text.n;
	if (from < 0)
		from += size;
	if (from < 0 || from > size) {
		*ret_value = (struct value){NULL, 0};
		return from >= 0;
	}
	long end = length < 0 ? size + length : from + length;
	if (end < from)
		return false;
	*ret_value = value_from(
		f->ev->arena, str_make(text.p + from, (size_t)((end > size ? size : end) - from)));
	return true;
}

static bool change_case(struct eval *ev, const struct param *param, struct str text,
			struct value *ret_value)
{
	if (param->arg || !is_ascii(text) || param->op[0] == '~')
		return false;
	char *copy = arena_alloc(ev->arena, text.n + 1);
	bool upper = param->op[0] == '^';
	for (size_t i = 0; i < text.n; i++) {
		bool here = i == 0 || param->op[1];
		char low = ascii_lower(text.p[i]);
		bool letter = ascii_is_alpha(text.p[i]);
		copy[i] = !here || !letter ? text.p[i] : upper ? (char)(low - 'a' + 'A') : low;
	}
	*ret_value = value_from(ev->arena, str_make(copy, text.n));
	return true;
}

/* Operators that compute new text from known text; false: unknown, but their words were run. */
static bool transform(struct field *f, const struct param *param, struct str text,
		      struct value *ret_value)
{
	struct str what, with = STR("");
	switch (param->op[0]) {
	case '#':
	case '%':
		return remove_affix(f->ev, param->op, text, expand_pattern(f, param->arg),
				    ret_value);
	case '/': {
		struct value pattern = expand_pattern(f, param->arg);
		struct value replacement = param->arg2 ? expand_value(f->ev, f->st, param->arg2)
						       : (struct value){NULL, 0};
		if (holds_parameter(param->arg2, false))
			return false; /* IFS has its say */
		return known_text(f->ev, pattern, &what) && known_text(f->ev, replacement, &with) &&
		       replace(f->ev, param->op[1] == '/', text, what, with, ret_value);
	}
	case ':':
		return substring(f, param, text, ret_value);
	case '^':
	case ',':
	case '~':
		return change_case(f->ev, param, text, ret_value);
	}
	return false;
}

/* ${x@P} expands the value like a prompt, with command substitution. */
static void prompt_effects(struct field *f, const struct param *param, const struct holding *h)
{
	struct str letter;
	struct value v = expand_value(f->ev, f->st, param->arg);
	bool prompt = !known_text(f->ev, v, &letter) || str_is(letter, "P");
	if (!prompt || h->unset)
		return;
	struct str text;
	/* A backslash may stand for a date, a directory or a name, and that for a command. */
	if (!h->is_list && !h->unknown && known_text(f->ev, h->value, &text) &&
	    (str_find_char(text, '\\') == STR_NPOS ||
	     (str_find_char(text, '$') == STR_NPOS && str_find_char(text, '`') == STR_NPOS)))
		eval_embedded(f->ev, f->st, text);
	else
		eval_opaque(f->ev, f->st, "a prompt that Bash expands is not known");
}

static void operate(struct field *f, const struct param *param, const struct holding *h,
		    bool quoted)
{
	struct str text;
	struct value result;
	if (param->op[0] == '@') {
		prompt_effects(f, param, h);
		field_any(f, quoted);
		f->many |= h->is_list && f->out;
		return;
	}
	if (param->op[0] == '/' && holds_command(param->arg))
		state_shake(f->st);
	bool known = !h->is_list && !h->unknown &&
		     known_text(f->ev, h->unset ? (struct value){NULL, 0} : h->value, &text);
	/* Bash mostly does not look at a pattern for nothing, but may replace that. */
	if (known && text.n == 0 && param->op[0] != '/') {
		run_offsets(f, param);
		f->started |= quoted;
		return;
	}
	if (known && text.n && transform(f, param, text, &result)) {
		field_value(f, result, quoted);
		f->started |= quoted;
		return;
	}
	run_offsets(f, param);
	field_any(f, quoted);
	if (h->is_list)
		f->many = f->out != NULL;
}

/* ${@:2}, ${a[@]:1:2} of known lists */
static bool slice(struct field *f, const struct param *param, const struct holding *h, bool quoted)
{
	long from, count = (long)h->n;
	bool star = h->star || str_is(param->name, "*");
	/* Beside "$@" it is split, too. */
	if (!h->is_list || !str_is(str_from(param->op), ":") ||
	    (star && f->out && (f->started || f->many || f->vanishes || f->glued)))
		return false;
	for (size_t i = 0; i < h->n; i++)
		if (h->items[i].many)
			return false;
	run_offsets(f, param);
	if (!parse_offset(f->ev, expand_value(f->ev, f->st, param->arg), &from) || from < 0 ||
	    (param->arg2 &&
	     (!parse_offset(f->ev, expand_value(f->ev, f->st, param->arg2), &count) || count < 0)))
		return false;
	if (!param->has_subscript && from-- == 0)
		return false; /* $0 comes first */
	size_t skip = (size_t)from < h->n ? (size_t)from : h->n;
	size_t n = h->n - skip < (size_t)count ? h->n - skip : (size_t)count;
	f->vanishes |= n == 0;
	field_list(f, h->items + skip, n, quoted, star);
	return true;
}

static void add_held(struct field *f, const struct param *param, const struct holding *h,
		     bool quoted)
{
	bool star = h->star || (param->name.n == 1 && param->name.p[0] == '*');
	if (h->is_list) {
		if (h->n == 0 && f->out && quoted && !star)
			f->vanishes = true;
		field_list(f, h->items, h->n, quoted, star);
	} else if (h->unknown && f->arithmetic && !h->tainted) {
		state_shake(f->st); /* it may be no expression at all */
		field_value(f, value_number(), true);
	} else if (h->unknown) {
		field_any(f, quoted);
	} else {
		if (!h->unset)
			field_value(f, h->value, quoted);
		f->started |= quoted;
	}
}

static void assign_default(struct field *f, const struct param *param, bool surely, bool quoted)
{
	struct value v = surely ? expand_value(f->ev, f->st, param->arg) : (struct value){NULL, 0};
	if (!surely)
		run_words(f, param->arg);
	if (!ascii_is_name(param->name.p[0]) || ascii_is_digit(param->name.p[0])) {
		state_shake(f->st); /* $@ and its kin cannot be assigned */
		return;
	}
	if (!surely || param->has_subscript) {
		if (param->has_subscript)
			state_shake(f->st); /* ${a[@]=x} is an error */
		state_assign(f->ev, f->st, param->name, &variable_tainted);
		if (surely)
			field_any(f, quoted);
		return;
	}
	state_assign_value(f->ev, f->st, param->name, v);
	field_value(f, v, quoted);
}

/* "$@" or "${a[@]}": several words even in quotes. */
static bool holds_list(const struct part *parts)
{
	for (; parts; parts = parts->next) {
		const struct param *param = parts->kind == PART_PARAM ? parts->param : NULL;
		if (param && (str_is(param->name, "@") || param->has_subscript || param->indirect ||
			      holds_list(param->arg)))
			return true;
	}
	return false;
}

/* The word behind ":-" and the like. */
static void expand_operand(struct field *f, const struct part *parts, bool quoted)
{
	/* Where blanks and nothing stand beside each other, Bash does not always separate. */
	if (parts && parts->next && holds_parameter(parts, false)) {
		run_words(f, parts);
		field_any(f, false);
		return;
	}
	bool before = f->literal_splits;
	f->literal_splits = !quoted;
	field_parts(f, parts, quoted);
	f->literal_splits = before;
}

/* - = ? + with and without the colon */
static void default_operator(struct field *f, const struct param *param, const struct holding *h,
			     bool quoted)
{
	bool colon = param->op[0] == ':';
	char op = colon ? param->op[1] : param->op[0];
	struct str text;
	bool empty_known = h->unset, set_known = false;
	if (!h->unset && !h->unknown && !h->is_list) {
		bool empty = known_text(f->ev, h->value, &text) && text.n == 0;
		bool surely_full = false;
		for (size_t i = 0; i < h->value.n; i++)
			surely_full |= h->value.seg[i].kind != SEG_ANY;
		set_known = colon ? surely_full : true;
		empty_known = colon && empty;
	} else if (h->is_list && !h->unknown) {
		empty_known = h->n == 0;
		set_known = h->n > 0 && !colon && !h->items[0].many;
	}
	if (!empty_known && !set_known) {
		if (op == '=')
			assign_default(f, param, false, quoted);
		else
			run_words(f, param->arg);
		if (op == '?')
			state_shake(f->st);
		field_any(f, quoted);
		if (h->is_list || holds_list(param->arg))
			f->many = f->out != NULL;
		return;
	}
	bool use_word = op == '+' ? set_known : empty_known;
	if (!use_word) {
		if (op != '+')
			add_held(f, param, h, quoted);
	} else if (op == '=') {
		assign_default(f, param, true, quoted);
	} else if (op != '?') {
		expand_operand(f, param->arg, quoted);
	} else {
		run_words(f, param->arg);
		state_shake(f->st);
	}
	if (h->is_list && !use_word && !h->star && !str_is(param->name, "*"))
		f->vanishes |= quoted;
	else
		f->started |= quoted;
}

/* ${!x}: the value names another parameter, perhaps with a subscript that runs commands. */
static void indirect(struct field *f, const struct param *param, bool quoted)
{
	struct holding h = {0};
	param_hold(f->ev, f->st, param, &h);
	struct str text;
	state_shake(f->st); /* an error when the name is none */
	bool simple = !h.unknown && !h.is_list && !h.unset && known_text(f->ev, h.value, &text);
	for (size_t i = 0; simple && i < text.n; i++)
		simple = ascii_is_name(text.p[i]);
	if (!simple && (h.tainted || (!h.unknown && !h.unset && !h.is_list)))
		eval_opaque(f->ev, f->st,
			    "a variable named by text that is not known may run commands");
	if (simple && text.n && !param->op[0]) {
		struct param direct = {.name = text, .braced = true};
		expand_param(f, &direct, quoted);
		return;
	}
	if (param->op[0] == '=' || param->op[1] == '=') {
		eval_opaque(f->ev, f->st, "a variable is chosen by text that is not known");
		state_havoc(f->ev, f->st);
	}
	/* Offsets of a parameter that is not set are never looked at. */
	struct state inner = *f->st, *outer = f->st;
	f->st = &inner;
	f->ev->branches++;
	run_offsets(f, param);
	f->ev->branches--;
	f->st = outer;
	state_join(f->ev, f->st, &inner, false);
	field_any(f, quoted);
}

static void add_length(struct field *f, const struct holding *h, bool quoted)
{
	struct str text;
	bool exact = false;
	size_t length = 0;
	if (h->is_list && !h->unknown) {
		exact = true;
		for (size_t i = 0; i < h->n; i++)
			exact &= !h->items[i].many;
		length = h->n;
	} else if (!h->is_list && !h->unknown && !h->unset && known_text(f->ev, h->value, &text) &&
		   is_ascii(text)) {
		exact = true;
		length = text.n;
	}
	struct value number = value_number();
	if (exact)
		number = value_from(f->ev->arena, arena_printf(f->ev->arena, "%zu", length));
	field_value(f, number, quoted);
}

void expand_param(struct field *f, const struct param *param, bool quoted)
{
	struct holding h = {0};
	if (!eval_charge(f->ev, 1))
		return;
	if (param->names || (param->indirect && param->has_subscript)) {
		if (param->has_subscript)
			subscript_effects(f->ev, f->st, param->name, param->subscript);
		field_any(f, quoted);
		f->many = f->out != NULL;
		return;
	}
	if (param->indirect) {
		indirect(f, param, quoted);
		return;
	}
	param_hold(f->ev, f->st, param, &h);
	char op = param->op[param->op[0] == ':' && param->op[1]];
	if (!param->length && op != '+')
		state_note_shown(f->ev, f->st, param->name, h.unknown);
	if ((h.unset || h.unknown) && !(op && strchr("-=?+", op)))
		state_read_unset(f->ev, f->st);
	if (param->length)
		add_length(f, &h, quoted);
	else if (!op)
		add_held(f, param, &h, quoted);
	else if (strchr("-=?+", op))
		default_operator(f, param, &h, quoted);
	else if (!slice(f, param, &h, quoted))
		operate(f, param, &h, quoted);
}
