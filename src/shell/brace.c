/* SPDX-License-Identifier: Apache-2.0
 *
 * Brace expansion, which Bash does first and on the text of the word: {a,b}, {1..5}, nested and mixed with quotes
 * and expansions, which it leaves alone.
 */
#include "base/array.h"
#include "shell/eval.h"

/* The word cut into unquoted characters and everything else. */
struct atom {
	char c; /* an unquoted character, 0: a part */
	const struct part *part;
};

struct atoms {
	struct atom *items;
	size_t n, cap;
};

static bool has_brace(const struct part *parts)
{
	for (; parts; parts = parts->next)
		if (parts->kind == PART_TEXT && !parts->quoted &&
		    str_find_char(parts->text, '{') != STR_NPOS)
			return true;
	return false;
}

static void cut(struct eval *ev, const struct part *parts, struct atoms *atoms)
{
	for (; parts; parts = parts->next) {
		if (parts->kind != PART_TEXT || parts->quoted) {
			ARENA_PUSH(ev->arena, atoms->items, atoms->n,
				   atoms->cap) = (struct atom){0, parts};
			continue;
		}
		for (size_t i = 0; i < parts->text.n; i++)
			ARENA_PUSH(ev->arena, atoms->items, atoms->n,
				   atoms->cap) = (struct atom){parts->text.p[i], NULL};
	}
}

/* $x{,b} becomes $x and $xb: braces are expanded before anybody reads the name. Returns the characters it took. */
static size_t extend_name(struct eval *ev, struct part *part, const struct atom *atoms, size_t n)
{
	size_t taken = 0;
	bool plain = part->kind == PART_PARAM && !part->param->braced && !part->quoted &&
		     part->param->name.n && ascii_is_name(part->param->name.p[0]) &&
		     !ascii_is_digit(part->param->name.p[0]);
	while (plain && taken < n && !atoms[taken].part && ascii_is_name(atoms[taken].c))
		taken++;
	if (!taken)
		return 0;
	char *text = arena_alloc(ev->arena, taken + 1);
	for (size_t i = 0; i < taken; i++)
		text[i] = atoms[i].c;
	struct param *param = ARENA_NEW(ev->arena, struct param);
	*param = *part->param;
	param->name = arena_join(ev->arena, part->param->name, str_make(text, taken));
	part->param = param;
	return taken;
}

static const struct part *paste(struct eval *ev, const struct atom *atoms, size_t n)
{
	struct part *first = NULL, **tail = &first;
	for (size_t i = 0; i < n;) {
		struct part *part = ARENA_NEW(ev->arena, struct part);
		if (atoms[i].part) {
			*part = *atoms[i++].part;
			part->next = NULL;
			i += extend_name(ev, part, atoms + i, n - i);
		} else {
			size_t run = i;
			while (run < n && !atoms[run].part)
				run++;
			char *text = arena_alloc(ev->arena, run - i + 1);
			for (size_t k = i; k < run; k++)
				text[k - i] = atoms[k].c;
			part->kind = PART_TEXT;
			part->text = str_make(text, run - i);
			i = run;
		}
		*tail = part;
		tail = &part->next;
	}
	return first;
}

/* The brace that closes the one at `open`: the first behind a comma or ".." that stands directly inside. STR_NPOS when
 * there is none. *ret_comma: a comma stands between them, however deep.
 */
static size_t closing(struct eval *ev, const struct atom *atoms, size_t n, size_t open,
		      bool *ret_comma)
{
	int depth = 0;
	bool divided = false;
	*ret_comma = false;
	for (size_t i = open + 1; i < n && eval_charge(ev, 1); i++) {
		char c = atoms[i].c;
		if (c == '}' && depth == 0 && divided)
			return i;
		*ret_comma |= c == ',';
		if (c == '{')
			depth++;
		else if (c == '}' && depth)
			depth--;
		else if (depth == 0)
			divided |= c == ',' || (c == '.' && i + 2 < n && atoms[i + 1].c == '.' &&
						atoms[i + 2].c != '}');
	}
	return STR_NPOS;
}

static bool parse_integer(struct str s, long *ret_number)
{
	bool negative = s.n && s.p[0] == '-';
	size_t number;
	if (negative || (s.n && s.p[0] == '+'))
		s = str_from_at(s, 1);
	if (s.n > 9 || !str_to_size(s, &number))
		return false;
	*ret_number = negative ? -(long)number : (long)number;
	return true;
}

struct sequence {
	long from, to, step;
	bool letters;
	size_t width;
};

static size_t zero_width(struct str s)
{
	struct str digits = s.n && s.p[0] == '-' ? str_from_at(s, 1) : s;
	return digits.n > 1 && digits.p[0] == '0' ? s.n : 0;
}

/* x..y or x..y..step */
static bool parse_sequence(struct str text, struct sequence *ret_sequence)
{
	struct sequence q = {.step = 1};
	size_t dots = str_find(text, STR(".."));
	if (dots == STR_NPOS)
		return false;
	struct str from = str_first(text, dots), to = str_from_at(text, dots + 2);
	size_t more = str_find(to, STR(".."));
	if (more != STR_NPOS) {
		if (!parse_integer(str_from_at(to, more + 2), &q.step))
			return false;
		to = str_first(to, more);
	}
	if (from.n == 1 && to.n == 1 && ascii_is_alpha(from.p[0]) && ascii_is_alpha(to.p[0])) {
		q.letters = true;
		q.from = (unsigned char)from.p[0];
		q.to = (unsigned char)to.p[0];
	} else if (!parse_integer(from, &q.from) || !parse_integer(to, &q.to)) {
		return false;
	}
	if (q.step < 0)
		q.step = -q.step;
	if (q.step == 0)
		q.step = 1;
	size_t a = zero_width(from), b = zero_width(to);
	q.width = a || b ? (from.n > to.n ? from.n : to.n) : 0;
	*ret_sequence = q;
	return true;
}

/* Lists of atoms, one for each word that comes out. */
struct atom_words {
	struct atoms *items;
	size_t n, cap;
	bool too_many;
};

static void expand_atoms(struct eval *ev, const struct atom *atoms, size_t n,
			 struct atom_words *out, int depth);

/* The alternatives between open and close. */
static void expand_commas(struct eval *ev, const struct atom *atoms, size_t open, size_t close,
			  struct atom_words *out, int depth)
{
	size_t start = open + 1;
	int nested = 0;
	for (size_t i = open + 1; i <= close && !ev->exhausted && !out->too_many; i++) {
		nested += atoms[i].c == '{';
		bool ends = (atoms[i].c == ',' && !nested) || i == close;
		nested -= i < close && nested && atoms[i].c == '}';
		if (!ends)
			continue;
		expand_atoms(ev, atoms + start, i - start, out, depth + 1);
		start = i + 1;
	}
}

static void expand_sequence(struct eval *ev, const struct sequence *q, struct atom_words *out)
{
	long count = (q->to > q->from ? q->to - q->from : q->from - q->to) / q->step + 1;
	/* Between Z and a stand characters that mean something. */
	bool mixed = q->letters && (q->from < 'a') != (q->to < 'a');
	if (count > LIMIT_SHELL_BRACE_WORDS || mixed) {
		out->too_many = true;
		capture_unknown(ev); /* a lone backquote among them is an error */
		return;
	}
	for (long i = 0; i < count && eval_charge(ev, 1); i++) {
		long value = q->to >= q->from ? q->from + i * q->step : q->from - i * q->step;
		struct str text = q->letters
					  ? arena_printf(ev->arena, "%c", (int)value)
					  : arena_printf(ev->arena, "%0*ld", (int)q->width, value);
		struct atoms word = {0};
		for (size_t k = 0; k < text.n; k++)
			ARENA_PUSH(ev->arena, word.items, word.n,
				   word.cap) = (struct atom){text.p[k], NULL};
		ARENA_PUSH(ev->arena, out->items, out->n, out->cap) = word;
	}
}

/* Every alternative between what stands before and every word that what stands behind becomes. */
static void combine(struct eval *ev, const struct atoms *before,
		    const struct atom_words *alternatives, const struct atom_words *behind,
		    struct atom_words *out)
{
	out->too_many |= alternatives->too_many || behind->too_many ||
			 alternatives->n * behind->n > LIMIT_SHELL_BRACE_WORDS;
	for (size_t i = 0; i < alternatives->n && !out->too_many; i++) {
		for (size_t k = 0; k < behind->n && !ev->exhausted; k++) {
			const struct atoms *pieces[] = {before, &alternatives->items[i],
							&behind->items[k]};
			struct atoms word = {0};
			for (size_t p = 0; p < ARRAY_SIZE(pieces); p++)
				for (size_t a = 0; a < pieces[p]->n && eval_charge(ev, 1); a++)
					ARENA_PUSH(ev->arena, word.items, word.n,
						   word.cap) = pieces[p]->items[a];
			ARENA_PUSH(ev->arena, out->items, out->n, out->cap) = word;
		}
	}
}

/* Bash lets blanks stand in front of the numbers, and takes longer numbers than parse_integer(). */
static bool may_be_sequence(struct str text)
{
	bool digits = true;
	for (size_t i = 0; i < text.n; i++) {
		if (strchr("\r\v\f", text.p[i]))
			return true;
		digits &= ascii_is_digit(text.p[i]) || strchr("+-.", text.p[i]);
	}
	return digits && text.n > 9;
}

static bool plain_between(struct eval *ev, const struct atom *atoms, size_t from, size_t to,
			  struct str *ret_text)
{
	char *text = arena_alloc(ev->arena, to - from + 1);
	for (size_t i = from; i < to; i++) {
		if (atoms[i].part)
			return false;
		text[i - from] = atoms[i].c;
	}
	*ret_text = str_make(text, to - from);
	return true;
}

static void expand_atoms(struct eval *ev, const struct atom *atoms, size_t n,
			 struct atom_words *out, int depth)
{
	if (depth > LIMIT_SHELL_DEPTH || out->n >= LIMIT_SHELL_BRACE_WORDS)
		out->too_many = true;
	for (size_t open = 0; open < n && !out->too_many && !ev->exhausted; open++) {
		bool comma;
		struct str inside;
		struct sequence q;
		if (atoms[open].c != '{')
			continue;
		size_t close = closing(ev, atoms, n, open, &comma);
		if (close == STR_NPOS)
			continue;
		struct atom_words alternatives = {0}, behind = {0};
		bool plain = !comma && plain_between(ev, atoms, open + 1, close, &inside);
		if (comma)
			expand_commas(ev, atoms, open, close, &alternatives, depth);
		else if (plain && parse_sequence(inside, &q))
			expand_sequence(ev, &q, &alternatives);
		else if (!plain || may_be_sequence(inside)) /* a comma in quotes counts there */
			out->too_many = true;
		if (!comma && !alternatives.n && !alternatives.too_many) {
			open = close;
			continue;
		}
		/* The pieces are only read. */
		struct atoms before = {(struct atom *)(void *)atoms, open, 0};
		expand_atoms(ev, atoms + close + 1, n - close - 1, &behind, depth + 1);
		combine(ev, &before, &alternatives, &behind, out);
		return;
	}
	if (!out->too_many)
		ARENA_PUSH(ev->arena, out->items, out->n,
			   out->cap) = (struct atoms){(struct atom *)(void *)atoms, n, 0};
}

/* Bash looks for the end of a quoted `...` in another way than it looks for braces. */
static bool is_ambiguous(const struct part *parts)
{
	bool backquotes = false, brace = false, dollar = false, expands = false;
	for (; parts; parts = parts->next) {
		/* A '$' that starts nothing keeps Bash from splitting the word, and so does $! without a job. */
		bool job = !parts->quoted && parts->kind == PART_PARAM && !parts->param->braced &&
			   str_is(parts->param->name, "!");
		dollar |= parts->lone_dollar || job;
		expands |= !parts->quoted && !job &&
			   (parts->kind == PART_PARAM || parts->kind == PART_COMMAND);
		backquotes |= parts->kind == PART_COMMAND && parts->quoted && parts->backquotes;
		/* Braces inside ${ } and braces to expand: Bash pairs them in its own way. */
		backquotes |= parts->kind == PART_PARAM && parts->param->holds_brace;
		/* The one that opens may be among what is quoted. */
		brace |= parts->kind == PART_TEXT && (str_find_char(parts->text, '{') != STR_NPOS ||
						      str_find_char(parts->text, '}') != STR_NPOS);
	}
	return (backquotes && brace) || (dollar && expands);
}

void expand_braces(struct eval *ev, const struct part *parts, struct part_words *out)
{
	out->too_many = is_ambiguous(parts);
	if (out->too_many)
		return;
	if (!has_brace(parts)) {
		ARENA_PUSH(ev->arena, out->items, out->n, out->cap) = parts;
		return;
	}
	struct atoms atoms = {0};
	cut(ev, parts, &atoms);
	/* A lone '$' may meet a name, and "{}" is a brace to expand only in some places. */
	bool divides = false, empty = false;
	for (size_t i = 0; i < atoms.n; i++) {
		out->too_many |= atoms.items[i].c == '$';
		divides |= atoms.items[i].c == ',' ||
			   (atoms.items[i].c == '.' && i && atoms.items[i - 1].c == '.');
		empty |= atoms.items[i].c == '{' && i + 1 < atoms.n && atoms.items[i + 1].c == '}';
	}
	out->too_many |= divides && empty;
	struct atom_words words = {0};
	expand_atoms(ev, atoms.items, atoms.n, &words, 0);
	out->too_many |= words.too_many;
	for (size_t i = 0; i < words.n && !out->too_many && eval_charge(ev, 1); i++)
		ARENA_PUSH(ev->arena, out->items, out->n,
			   out->cap) = paste(ev, words.items[i].items, words.items[i].n);
}
