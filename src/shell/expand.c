/* SPDX-License-Identifier: Apache-2.0
 *
 * Expanding words: fields, splitting, globs and tildes. Parameters are in expand_param.c, commands in expand_command.c,
 * arithmetic in arith.c.
 */
#include "base/glob.h"
#include "shell/eval.h"

/* ---- choosing among alternatives ---- */

size_t eval_pick(struct eval *ev, size_t n, bool *ret_unknown)
{
	*ret_unknown = false;
	if (n == 1)
		return 0;
	if (!ev->choosing || ev->at_choice >= LIMIT_SHELL_REPLAYS) {
		*ret_unknown = true;
		return 0;
	}
	if (ev->at_choice == ev->n_choices) {
		ev->choices[ev->at_choice] = (struct choice){0, n};
		ev->n_choices++;
	}
	struct choice *choice = &ev->choices[ev->at_choice++];
	/* A replay whose earlier picks changed what is chosen here. */
	if (choice->of != n) {
		*ret_unknown = true;
		return 0;
	}
	return choice->picked;
}

/* ---- fields ---- */

void field_push(struct field *f, enum seg_kind kind, struct str text)
{
	f->started = true;
	f->absorb = false;
	if (f->fuzzy || (kind == SEG_TEXT && text.n == 0))
		return;
	if (kind == SEG_ANY && f->n && f->segs[f->n - 1].kind == SEG_ANY) {
		f->segs[f->n - 1].source = NULL;
		return;
	}
	if (kind == SEG_GLOB && f->st->globs_unknown) {
		kind = SEG_ANY;
		f->many |= f->out != NULL;
		state_shake(f->st); /* failglob */
	}
	ARENA_PUSH(f->ev->arena, f->segs, f->n,
		   f->cap) = (struct seg){kind, kind == SEG_ANY ? STR("") : text, NULL};
	(void)eval_charge(f->ev, 1);
}

/* Unknown text whose source is known. */
static void push_output(struct field *f, const void *source)
{
	size_t before = f->n;
	field_push(f, SEG_ANY, STR(""));
	if (f->n > before)
		f->segs[before].source = source;
}

static bool is_name_part(const struct seg *seg)
{
	return seg->kind == SEG_ANY && str_is(seg->text, SEG_TEXT_NAME);
}

/* Unknown text that stays what it is where words are split. */
static void push_unknown(struct field *f, const struct seg *seg)
{
	size_t before = f->n;
	push_output(f, seg->source);
	if (f->n > before && is_name_part(seg))
		f->segs[before].text = seg->text;
}

/* "--context=$x", "-n$x": how the first of the words begins. */
static bool begins_option(const struct field *f)
{
	struct str text = f->n > 1 && f->segs[0].kind == SEG_TEXT ? f->segs[0].text : STR("");
	return text.n > 1 && text.p[0] == '-' && f->segs[1].kind == SEG_ANY &&
	       (text.p[1] != '-' || text.p[text.n - 1] == '=');
}

struct value field_take(struct field *f)
{
	struct value v = {f->segs, f->n};
	if (f->many && begins_option(f)) {
		v.n = 2;
	} else if (f->many && !value_source(v)) {
		v = value_any();
	} else if (f->n > 1) {
		/* One text segment when all is known: cheaper for everybody downstream. */
		bool known = true;
		for (size_t i = 0; i < f->n; i++)
			known &= f->segs[i].kind == SEG_TEXT;
		if (known)
			v = value_from(f->ev->arena, value_text(f->ev->arena, v));
	}
	f->segs = NULL;
	f->n = f->cap = 0;
	f->bracket = false;
	f->started = f->many = f->fuzzy = f->vanishes = false;
	f->escapes = false;
	return v;
}

/* Where a pattern matches, several slashes behind its first sign become one; where it does not, they stay. */
static bool has_slashes_behind_glob(const struct field *f)
{
	bool glob = false, slash = false;
	for (size_t i = 0; i < f->n; i++) {
		struct str text = f->segs[i].kind == SEG_TEXT ? f->segs[i].text : STR("");
		glob |= f->segs[i].kind == SEG_GLOB;
		for (size_t k = 0; glob && k < text.n; k++) {
			if (slash && text.p[k] == '/')
				return true;
			slash = text.p[k] == '/';
		}
		slash &= f->segs[i].kind == SEG_TEXT;
	}
	return false;
}

/* "$x:main": into however many words that is split, the last one ends as it is written. Not where a pattern may be gone, or
 * a bracket have its end there.
 */
static struct str written_end(const struct field *f)
{
	const struct seg *last = f->n > 1 ? &f->segs[f->n - 1] : NULL;
	if (!last || last->kind != SEG_TEXT || f->segs[f->n - 2].kind != SEG_ANY || f->fuzzy ||
	    f->vanishes || f->st->globs_unknown)
		return STR("");
	for (size_t i = 0; i < last->text.n; i++)
		if (!ascii_is_name(last->text.p[i]) && !strchr(":./@%+=,-", last->text.p[i]))
			return STR("");
	return last->text;
}

void field_end(struct field *f)
{
	if (!f->out || (!f->started && !f->many))
		return;
	bool many = f->many;
	bool glob = false, solid = !f->vanishes;
	for (size_t i = 0; i < f->n; i++) {
		glob |= f->segs[i].kind == SEG_GLOB;
		solid |= f->segs[i].kind != SEG_ANY;
	}
	many |= !solid;
	many |= glob && f->st->globs_unknown;
	/* To Bash a backslash alone makes a pattern, too, which may vanish. */
	bool odd = (glob && (f->escapes || has_slashes_behind_glob(f))) ||
		   (f->escapes && f->st->globs_unknown);
	if (odd && f->st->globs_unknown)
		state_shake(f->st);
	struct str end = many && !odd && !glob ? written_end(f) : STR("");
	struct word word = {.many = many || odd};
	word.value = field_take(f);
	if (odd)
		word.value = value_any();
	ARENA_PUSH(f->ev->arena, f->out->items, f->out->n, f->out->cap) = word;
	(void)eval_charge(f->ev, 1);
	if (!end.n)
		return;
	word = (struct word){
		.value = value_concat(f->ev->arena, value_any(), value_from(f->ev->arena, end))};
	ARENA_PUSH(f->ev->arena, f->out->items, f->out->n, f->out->cap) = word;
}

void field_any(struct field *f, bool quoted)
{
	field_push(f, SEG_ANY, STR(""));
	if (!quoted && f->splits)
		f->many = true;
}

/* A pattern that matches nothing is gone under nullglob, and an error under failglob. */
static void may_vanish(struct field *f)
{
	if (!f->out || !f->st->globs_unknown)
		return;
	f->many = true;
	state_shake(f->st);
}

/* Length of the bracket expression at the start of s, 0 when it is none. */
static size_t bracket_length(struct str s)
{
	size_t length;
	(void)glob_bracket_matches(s, 'x', &length);
	return length;
}

static void glob_text(struct field *f, struct str text, bool last)
{
	/* Where "[." or "[=" has no end, Bash takes less for the bracket. */
	bool collates = str_find(text, STR("[.")) != STR_NPOS ||
			str_find(text, STR("[=")) != STR_NPOS;
	for (size_t i = 0; i < text.n;) {
		size_t plain = i;
		while (plain < text.n && !strchr("*?[", text.p[plain]) && text.p[plain])
			plain++;
		field_push(f, SEG_TEXT, str_make(text.p + i, plain - i));
		i = plain;
		if (i >= text.n)
			return;
		size_t n = 1;
		if (text.p[i] == '[') {
			if (!eval_charge(f->ev, (text.n - i) / 16))
				return;
			n = bracket_length(str_from_at(text, i));
			if (n == 0 && last && !collates) {
				/* "[]" matches nothing, but is a pattern. */
				if (memchr(text.p + i, ']', text.n - i))
					may_vanish(f);
				field_push(f, SEG_TEXT, STR("["));
				f->bracket = true;
				i++;
				continue;
			}
			/* One with a slash inside is none to Bash, which looks for them first. */
			if (n == 0 || collates || memchr(text.p + i, '/', n)) {
				field_push(f, SEG_ANY, STR(""));
				f->fuzzy = true;
				f->many |= f->out != NULL; /* a pattern, perhaps */
				return;
			}
		}
		field_push(f, SEG_GLOB, str_make(text.p + i, n));
		i += n;
	}
}

/* "@(a|b)": a pattern under extglob, and under nullglob something that vanishes. */
static bool may_be_extended(const struct field *f, struct str text)
{
	if (!f->st->globs_unknown)
		return false;
	size_t at = str_find_char(text, '(');
	for (; at != STR_NPOS && at < text.n; at++)
		if (text.p[at] == '(' && (at == 0 || strchr("?*+@!/", text.p[at - 1])))
			return true;
	return false;
}

void field_text(struct field *f, struct str text, bool quoted, bool last)
{
	f->started = true;
	f->absorb = false;
	if (f->bracket && !quoted && memchr(text.p, ']', text.n))
		may_vanish(f);
	if (!quoted && f->globs && may_be_extended(f, text)) {
		f->n = 0; /* its first sign may stand there already */
		field_push(f, SEG_ANY, STR(""));
		f->fuzzy = true;
		may_vanish(f);
		return;
	}
	if (quoted || !f->globs ||
	    (!memchr(text.p, '*', text.n) && !memchr(text.p, '?', text.n) &&
	     !memchr(text.p, '[', text.n)))
		field_push(f, SEG_TEXT, text);
	else
		glob_text(f, text, last);
}

/* ---- splitting ---- */

/* IFS; false when it is not known. */
static bool current_ifs(struct field *f, struct str *ret_ifs)
{
	const struct variable *ifs = state_variable(f->ev, f->st, STR("IFS"));
	if (ifs->kind != VARIABLE_SCALAR)
		return false;
	if (ifs->maybe_unset && ifs->n_alt == 0) {
		*ret_ifs = STR(" \t\n");
		return true;
	}
	if (ifs->n_alt != 1 || ifs->maybe_unset || !value_is_known(ifs->alt[0]))
		return false;
	*ret_ifs = value_text(f->ev->arena, ifs->alt[0]);
	/* What a character is, of several bytes, depends on the locale. */
	for (size_t i = 0; i < ret_ifs->n; i++)
		if ((unsigned char)ret_ifs->p[i] > 127)
			return false;
	return true;
}

static void expanded_text(struct field *f, struct str text)
{
	f->escapes |= str_find_char(text, '\\') != STR_NPOS;
	field_text(f, text, false, true);
}

static void split_text(struct field *f, struct str text, struct str ifs)
{
	for (size_t i = 0; i < text.n && eval_charge(f->ev, 1);) {
		size_t plain = i;
		while (plain < text.n && str_find_char(ifs, text.p[plain]) == STR_NPOS)
			plain++;
		if (plain > i)
			expanded_text(f, str_make(text.p + i, plain - i));
		i = plain;
		if (i >= text.n)
			return;
		char c = text.p[i++];
		bool blank = c == ' ' || c == '\t' || c == '\n';
		if (blank) {
			bool ended = f->started || f->many;
			field_end(f);
			f->absorb |= ended;
		} else if (f->started || f->many) {
			field_end(f);
			f->absorb = false;
		} else if (f->absorb) {
			f->absorb = false;
		} else {
			f->started = true;
			field_end(f);
		}
	}
}

/* Words of a command's output, as long as they end where it ended them. */
static void output_words(struct field *f, const void *source)
{
	struct str ifs;
	bool usual = current_ifs(f, &ifs) && (str_is(ifs, " \t\n") || str_is(ifs, "\n"));
	push_output(f, usual ? source : NULL);
	f->many = true;
}

void field_output(struct field *f, const void *source, bool quoted)
{
	if (f->splits && !quoted)
		output_words(f, source);
	else
		push_output(f, source);
}

void field_value(struct field *f, struct value v, bool quoted)
{
	struct str ifs;
	bool splits = f->splits && !quoted;
	if (!splits) {
		for (size_t i = 0; i < v.n; i++)
			if (v.seg[i].kind == SEG_TEXT && f->globs && !quoted)
				expanded_text(f, v.seg[i].text);
			else if (v.seg[i].kind == SEG_ANY)
				push_unknown(f, &v.seg[i]);
			else
				field_push(f, v.seg[i].kind, v.seg[i].text);
		f->started |= quoted;
		return;
	}
	bool ifs_known = current_ifs(f, &ifs);
	bool usual = ifs_known && (str_is(ifs, " \t\n") || str_is(ifs, "\n"));
	for (size_t i = 0; i < v.n; i++) {
		bool number = v.seg[i].kind == SEG_NUMBER && ifs_known &&
			      !strpbrk(arena_str(f->ev->arena, ifs).p, "0123456789-");
		if (v.seg[i].kind == SEG_TEXT && ifs_known)
			split_text(f, v.seg[i].text, ifs);
		else if (number)
			field_push(f, SEG_NUMBER, v.seg[i].text);
		else if (usual && is_name_part(&v.seg[i]))
			push_unknown(f, &v.seg[i]);
		else if (usual && i + 1 < v.n && is_name_part(&v.seg[i + 1]))
			field_push(f, v.seg[i].kind, v.seg[i].text); /* how the name begins */
		else
			output_words(f, v.seg[i].source);
	}
}

static bool has_blank(struct value v)
{
	for (size_t i = 0; i < v.n; i++)
		for (size_t k = 0; k < v.seg[i].text.n; k++)
			if (strchr(" \t\n", v.seg[i].text.p[k]))
				return true;
	return false;
}

static bool only_blanks(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!strchr(" \t\n", text.p[i]))
			return false;
	return true;
}

void field_list(struct field *f, const struct word *items, size_t n, bool quoted, bool star)
{
	bool unknown = false;
	struct str separators;
	/* What is glued to the list is split with it, in the middle of a character even. */
	if (!quoted && f->splits && !current_ifs(f, &separators))
		eval_opaque(f->ev, f->st, "parameters split by characters that are not known");
	for (size_t i = 0; i < n; i++)
		unknown |= items[i].many;
	if (unknown && (!f->out || (star && quoted))) {
		field_any(
			f,
			true); /* how many there are, and so the blanks between them, is not known */
		return;
	}
	if (!f->out || (star && quoted)) {
		/* Joined by the first character of IFS, which is nearly always a space. */
		struct str ifs;
		bool known = current_ifs(f, &ifs);
		/* In a here-document by a space, mostly. */
		if (known && star && f->ev->in_here_document)
			known = str_starts(ifs, STR(" ")) && only_blanks(ifs);
		for (size_t i = 0; i < n; i++) {
			if (i && !known)
				field_any(f, true);
			else if (i)
				field_push(f, SEG_TEXT, star ? str_first(ifs, 1) : STR(" "));
			/* $* behind $@ is split in a here-document. */
			if (items[i].many || (star && f->ev->in_here_document &&
					      (!known || has_blank(items[i].value))))
				field_any(f, true);
			else
				field_value(f, items[i].value, true);
		}
		f->started |= quoted;
		return;
	}
	/* The parameters are joined by the first character of IFS and then split, which matters when it is no blank. Without
	 * one they stay joined in a substitution in an assignment and the like.
	 */
	if (!quoted && f->splits && n > 1 &&
	    (!current_ifs(f, &separators) || !only_blanks(separators) ||
	     (star && !separators.n && f->ev->substitutions))) {
		field_push(f, SEG_ANY, STR(""));
		f->many = true;
		return;
	}
	/* Where words at the edge vanish, what is glued to the list meets the ones inside. */
	size_t first = 0, end = n;
	while (f->started && first < n && items[first].many)
		first++;
	while (f->glued && end > 0 && items[end - 1].many)
		end--;
	for (size_t i = 0; i < n; i++) {
		if (i)
			field_end(f);
		bool meets = (first > 0 && i == first) || (end < n && i + 1 == end);
		if (items[i].many || meets) {
			field_push(f, SEG_ANY, STR(""));
			f->many = true;
		} else {
			field_value(f, items[i].value, quoted);
			f->started |= quoted;
		}
	}
}

/* ---- parts ---- */

/* "~", "~/x", "~+", "~-", "~user" at the start of a word. Returns how much of the text it took. goes_on: something else,
 * quoted or expanded, follows the text; then what looks like a user's name is none.
 */
static size_t tilde(struct field *f, struct str text, bool goes_on)
{
	size_t end = 1;
	while (end < text.n && text.p[end] != '/' && (f->out || text.p[end] != ':'))
		end++;
	struct str who = str_make(text.p + 1, end - 1);
	if (str_find_char(who, ' ') != STR_NPOS || str_find_char(who, '\t') != STR_NPOS ||
	    str_find_char(who, '\n') != STR_NPOS) {
		/* In ${x-~ y}, which has rules of its own. */
		field_any(f, false);
		may_vanish(f);
		f->many |= f->out != NULL;
		return text.n;
	}
	/* Whether a ':' ends it depends on what else is in the word. */
	if (str_find_char(who, ':') != STR_NPOS) {
		/* Bash then leaves an expansion behind it as it is written. */
		if (goes_on)
			eval_opaque(f->ev, f->st, "an expansion behind a tilde and a colon");
		field_any(f, true);
		may_vanish(f);
		return end;
	}
	if (end == text.n && goes_on)
		return 0;
	if (who.n == 0) {
		field_value(f, state_home(f->ev, f->st), true);
	} else if (str_is(who, "+") && f->st->n_cwds == 1 &&
		   !state_assigned(f->ev, f->st, STR("PWD"))) {
		field_value(f, f->st->cwds[0], true);
	} else if (str_is(who, "-") && !state_assigned(f->ev, f->st, STR("OLDPWD"))) {
		field_value(f, f->st->oldpwd, true);
	} else {
		field_any(f, true);
		may_vanish(f);
	}
	return end;
}

static void field_unquoted_text(struct field *f, const struct part *part, bool first)
{
	struct str text = part->text;
	if (first && text.n && text.p[0] == '~')
		text = str_from_at(text, tilde(f, text, part->next != NULL));
	if (f->literal_splits && f->splits) {
		field_value(f, value_from(f->ev->arena, text), false);
		return;
	}
	/* In NAME=~ and NAME=x:~ a tilde is expanded wherever the word stands. */
	size_t equals = f->assigns ? 0 : str_find_char(text, '=');
	if (f->out && equals != STR_NPOS) {
		struct str rest = str_from_at(text, equals);
		size_t a = str_find(rest, STR("=~")), b = str_find(rest, STR(":~"));
		f->assigns = true;
		if (a != STR_NPOS || b != STR_NPOS) {
			field_text(f, str_first(text, equals + (a < b ? a : b) + 1), false, true);
			field_any(f, true);
			may_vanish(f);
			return;
		}
	}
	if (text.n || !first)
		field_text(f, text, false, part->next == NULL);
}

static void arith_part(struct field *f, const struct part *part, bool quoted)
{
	struct value expression = expand_arithmetic(f->ev, f->st, part->arith);
	arith_effects(f->ev, f->st, expression);
	struct str text = value_is_known(expression) ? value_text(f->ev->arena, expression)
						     : STR("");
	/* Written as it is printed: no sign, no octal, no overflow. */
	bool plain = text.n && text.n < 10 && (text.p[0] != '0' || text.n == 1);
	for (size_t i = 0; i < text.n; i++)
		plain &= ascii_is_digit(text.p[i]);
	if (plain) {
		field_value(f, expression, quoted);
		return;
	}
	field_value(f, value_number(), quoted);
}

/* x["a"] is the pattern x[a]. Three parts as one; returns the last, or NULL when they are no such. */
static const struct part *quoted_bracket(struct eval *ev, const struct part *part,
					 struct part *ret_whole)
{
	const struct part *inside = part->next, *end = inside ? inside->next : NULL;
	if (!end || part->kind != PART_TEXT || inside->kind != PART_TEXT || !inside->quoted ||
	    end->kind != PART_TEXT || end->quoted || !str_ends(part->text, STR("[")) ||
	    !str_starts(end->text, STR("]")) || !inside->text.n)
		return NULL;
	for (size_t i = 0; i < inside->text.n; i++)
		if (!ascii_is_name(inside->text.p[i]))
			return NULL;
	*ret_whole = *part;
	ret_whole->text = arena_join3(ev->arena, part->text, inside->text, end->text);
	ret_whole->next = end->next;
	return end;
}

void field_parts(struct field *f, const struct part *parts, bool quoted)
{
	struct part whole;
	const struct part *end;
	bool first = true, glued = f->glued;
	for (const struct part *part = parts; part && eval_charge(f->ev, 1);
	     part = part->next, first = false) {
		bool q = quoted || part->quoted;
		f->glued = glued || part->next;
		switch (part->kind) {
		case PART_TEXT:
			if (q) {
				field_text(f, part->text, true, true);
				break;
			}
			end = quoted_bracket(f->ev, part, &whole);
			field_unquoted_text(f, end ? &whole : part, first);
			part = end ? end : part;
			break;
		case PART_PARAM:
			expand_param(f, part->param, q);
			break;
		case PART_COMMAND:
			field_command(f, part, q);
			break;
		case PART_ARITH:
			arith_part(f, part, q);
			break;
		case PART_PROCESS:
			field_process(f, part);
			break;
		case PART_UNKNOWN:
			field_any(f, true);
			break;
		}
	}
	f->glued = glued;
}

/* Text that no expansion changes. */
static bool is_settled(const struct part *part)
{
	if (!part || part->next || part->kind != PART_TEXT)
		return false;
	static const bool expands[256] = {['~'] = true, ['{'] = true, ['*'] = true,
					  ['?'] = true, ['['] = true, ['\0'] = true};
	for (size_t i = 0; !part->quoted && i < part->text.n; i++)
		if (expands[(unsigned char)part->text.p[i]])
			return false;
	return part->quoted || part->text.n;
}

void expand_word(struct eval *ev, struct state *st, const struct word_node *node, struct words *out)
{
	if (is_settled(node->parts) && eval_charge(ev, 1)) {
		ARENA_PUSH(ev->arena, out->items, out->n, out->cap) = (struct word){
			.value = value_from(ev->arena, node->parts->text), .span = node->span};
		return;
	}
	struct part_words words = {0};
	size_t before = out->n;
	expand_braces(ev, node->parts, &words);
	for (size_t i = 0; i < words.n && !ev->exhausted; i++) {
		struct field f = {.ev = ev, .st = st, .out = out, .splits = true, .globs = true};
		field_parts(&f, words.items[i], false);
		field_end(&f);
	}
	/* What it runs, it runs, perhaps several times. */
	for (int i = 0; words.too_many && i < 2; i++)
		(void)expand_value(ev, st, node->parts);
	if (words.too_many || ev->exhausted)
		ARENA_PUSH(ev->arena, out->items, out->n,
			   out->cap) = (struct word){.many = true, .value = value_any()};
	for (size_t i = before; i < out->n; i++)
		out->items[i].span = node->span;
}

struct value expand_value(struct eval *ev, struct state *st, const struct part *parts)
{
	struct field f = {.ev = ev, .st = st};
	field_parts(&f, parts, false);
	return ev->exhausted ? value_any() : field_take(&f);
}

struct value expand_arithmetic(struct eval *ev, struct state *st, const struct part *parts)
{
	struct field f = {.ev = ev, .st = st, .arithmetic = true};
	field_parts(&f, parts, false);
	return ev->exhausted ? value_any() : field_take(&f);
}

struct value expand_assigned(struct eval *ev, struct state *st, const struct part *parts)
{
	/* A tilde behind ':' is expanded too; the home directory is then somewhere in the middle. */
	for (const struct part *part = parts; part; part = part->next)
		if (part->kind == PART_TEXT && !part->quoted &&
		    str_find(part->text, STR(":~")) != STR_NPOS) {
			(void)expand_value(ev, st, parts);
			return value_any();
		}
	return expand_value(ev, st, parts);
}
