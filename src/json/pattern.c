/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads patterns and writes their programs, see pattern.h.
 */
#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "json/pattern_private.h"

enum kind { KIND_SET, KIND_ASSERT, KIND_GROUP };

struct tree;

/* Alternatives, each a chain of terms. */
struct choice {
	struct tree *terms;
	struct choice *next;
};

struct tree {
	enum kind kind;
	enum op assertion;
	bool negated;
	uint32_t from, n; /* ranges of a set */
	struct choice *choices;
	uint32_t min, max; /* repetition; UNBOUNDED */
	struct tree *next;
};

#define UNBOUNDED UINT32_MAX

struct reader {
	struct arena *arena;
	struct pattern *pattern;
	struct str rest;
	struct cavra_error *error;
	int depth;
	size_t emitted; /* calls, also of what writes nothing */
};

static const struct range digits[] = {{'0', '9'}};
static const struct range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range spaces[] = {
	{0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
	{0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
};
static const struct range line_ends[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

static const struct named_set {
	char name; /* \d; its upper case is the opposite */
	const struct range *ranges;
	size_t n;
} named_sets[] = {
	{'d', digits, ARRAY_SIZE(digits)},
	{'w', words, ARRAY_SIZE(words)},
	{'s', spaces, ARRAY_SIZE(spaces)},
};

static int read_choices(struct reader *reader, struct choice **ret);

static int refuse(struct reader *reader, const char *what)
{
	return error_set(reader->error, CAVRA_ERR_INPUT, "%s", what);
}

static char peek(const struct reader *reader)
{
	return reader->rest.n ? reader->rest.p[0] : '\0';
}

static bool take(struct reader *reader, const char *text)
{
	struct str wanted = str_from(text);
	if (!str_starts(reader->rest, wanted))
		return false;
	reader->rest = str_from_at(reader->rest, wanted.n);
	return true;
}

static void add_range(struct reader *reader, uint32_t low, uint32_t high)
{
	struct pattern *pattern = reader->pattern;
	ARENA_PUSH(reader->arena, pattern->ranges, pattern->n_ranges,
		   pattern->cap_ranges) = (struct range){low, high};
}

static void add_named_set(struct reader *reader, const struct named_set *set, bool opposite)
{
	uint32_t next = 0;
	for (size_t i = 0; i < set->n; i++) {
		if (!opposite)
			add_range(reader, set->ranges[i].low, set->ranges[i].high);
		else
			add_range(reader, next, set->ranges[i].low - 1);
		next = set->ranges[i].high + 1;
	}
	if (opposite)
		add_range(reader, next, 0x10ffff);
}

/* n hexadecimal digits. */
static bool take_hex(struct reader *reader, size_t n, uint32_t *ret)
{
	uint32_t value = 0;
	for (size_t i = 0; i < n; i++) {
		char c = i < reader->rest.n ? ascii_lower(reader->rest.p[i]) : '\0';
		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		value = value * 16 + (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	reader->rest = str_from_at(reader->rest, n);
	*ret = value;
	return true;
}

static int read_unicode_escape(struct reader *reader, uint32_t *ret)
{
	uint32_t low;
	if (take(reader, "{")) {
		size_t n = str_find_char(reader->rest, '}');
		if (n == STR_NPOS || n == 0 || n > 6 || !take_hex(reader, n, ret) ||
		    !take(reader, "}") || *ret > 0x10ffff)
			return refuse(reader,
				      "\\u{...} takes the hexadecimal number of a character");
		return 0;
	}
	if (!take_hex(reader, 4, ret))
		return refuse(reader, "\\u takes four hexadecimal digits");
	if (*ret < 0xd800 || *ret > 0xdfff)
		return 0;
	if (*ret > 0xdbff || !take(reader, "\\u") || !take_hex(reader, 4, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return refuse(
			reader,
			"half of a surrogate pair; write both halves or the character itself");
	*ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
	return 0;
}

/* Behind a backslash, what means one character. */
static int read_escape(struct reader *reader, uint32_t *ret)
{
	static const char letters[] = "tnvfr0", meant[] = "\t\n\v\f\r";
	char c = peek(reader);
	const char *simple = c ? strchr(letters, c) : NULL;
	if (reader->rest.n == 0)
		return refuse(reader, "ends in a backslash; write \\\\ for a backslash");
	if ((unsigned char)c >= 0x80 || (ascii_is_name(c) && !simple && !strchr("xuc", c)))
		return refuse(
			reader,
			"an escape that is not supported; remove its backslash or spell it differently");
	reader->rest = str_from_at(reader->rest, 1);
	if (c == '0' && ascii_is_digit(peek(reader)))
		return refuse(reader, "octal escapes are not supported; write \\xHH");
	if (c == 'u')
		return read_unicode_escape(reader, ret);
	if (c == 'x')
		return take_hex(reader, 2, ret)
			       ? 0
			       : refuse(reader, "\\x takes two hexadecimal digits");
	if (c == 'c') {
		if (!ascii_is_alpha(peek(reader)))
			return refuse(reader, "\\c takes a letter");
		*ret = (uint32_t)peek(reader) % 32;
		reader->rest = str_from_at(reader->rest, 1);
		return 0;
	}
	*ret = simple ? (uint32_t)meant[simple - letters] : (uint32_t)c;
	return 0;
}

/* \d and the like: adds its ranges. False when the text is something else. */
static bool take_named_set(struct reader *reader)
{
	if (reader->rest.n < 2 || peek(reader) != '\\')
		return false;
	char c = reader->rest.p[1];
	for (size_t i = 0; i < ARRAY_SIZE(named_sets); i++) {
		if (ascii_lower(c) != named_sets[i].name)
			continue;
		add_named_set(reader, &named_sets[i], c != named_sets[i].name);
		reader->rest = str_from_at(reader->rest, 2);
		return true;
	}
	return false;
}

/* One character of a class, as it stands or escaped; \b is a backspace here. */
static int read_class_character(struct reader *reader, uint32_t *ret)
{
	if (take(reader, "\\b")) {
		*ret = '\b';
		return 0;
	}
	if (take(reader, "\\"))
		return read_escape(reader, ret);
	*ret = utf8_next(&reader->rest);
	return 0;
}

static int read_class_item(struct reader *reader)
{
	uint32_t low, high;
	if (take_named_set(reader))
		return str_starts(reader->rest, STR("-")) && !str_starts(reader->rest, STR("-]"))
			       ? refuse(reader, "a range needs single characters; escape the '-'")
			       : 0;
	int code = read_class_character(reader, &low);
	if (code < 0)
		return code;
	high = low;
	if (str_starts(reader->rest, STR("-")) && reader->rest.n > 1 && reader->rest.p[1] != ']') {
		(void)take(reader, "-");
		if (reader->rest.n > 1 && peek(reader) == '\\' &&
		    strchr("dDwWsS", reader->rest.p[1]))
			return refuse(reader, "a range needs single characters; escape the '-'");
		code = read_class_character(reader, &high);
	}
	if (code == 0 && low > high)
		return refuse(reader, "a range runs backwards; swap its ends");
	if (code == 0)
		add_range(reader, low, high);
	return code;
}

static int read_class(struct reader *reader, struct tree *term)
{
	term->negated = take(reader, "^");
	while (!take(reader, "]")) {
		int code = reader->rest.n
				   ? read_class_item(reader)
				   : refuse(reader, "a '[' is not closed; add ']', or write \\[");
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_group(struct reader *reader, struct tree *term)
{
	term->kind = KIND_GROUP;
	if (take(reader, "?") && !take(reader, ":"))
		return refuse(
			reader,
			"lookaround, names and flags of groups are not supported; write (...)");
	if (++reader->depth > LIMIT_JSON_DEPTH)
		return refuse(reader, "groups are nested too deep; make it flatter");
	int code = read_choices(reader, &term->choices);
	reader->depth--;
	if (code == 0 && !take(reader, ")"))
		return refuse(reader, "a '(' is not closed; add ')', or write \\(");
	return code;
}

static int read_assertion(struct reader *reader, struct tree *term)
{
	static const struct {
		const char *text;
		enum op op;
	} assertions[] = {
		{"^", OP_START}, {"$", OP_END}, {"\\b", OP_BOUNDARY}, {"\\B", OP_NO_BOUNDARY}};
	for (size_t i = 0; i < ARRAY_SIZE(assertions); i++) {
		if (!take(reader, assertions[i].text))
			continue;
		term->kind = KIND_ASSERT;
		term->assertion = assertions[i].op;
		return 1;
	}
	return 0;
}

/* One character, class or group. The ranges of a set are those added meanwhile. */
static int read_atom(struct reader *reader, struct tree *term)
{
	uint32_t c = 0;
	int code = 0;
	if (take(reader, "("))
		return read_group(reader, term);
	if (take(reader, "["))
		return read_class(reader, term);
	if (take(reader, ".")) {
		const struct named_set ends = {'.', line_ends, ARRAY_SIZE(line_ends)};
		term->negated = true;
		add_named_set(reader, &ends, false);
		return 0;
	}
	if (take_named_set(reader))
		return 0;
	if (strchr("*+?{}]", peek(reader)))
		return refuse(
			reader,
			"nothing to repeat in front of * + ? {, or a lone bracket; escape it with \\");
	if (take(reader, "\\"))
		code = read_escape(reader, &c);
	else
		c = utf8_next(&reader->rest);
	if (code == 0)
		add_range(reader, c, c);
	return code;
}

static bool take_number(struct reader *reader, uint32_t *ret)
{
	size_t n = 0, value;
	while (n < reader->rest.n && ascii_is_digit(reader->rest.p[n]))
		n++;
	if (!str_to_size(str_first(reader->rest, n), &value) || value >= UNBOUNDED)
		return false;
	reader->rest = str_from_at(reader->rest, n);
	*ret = (uint32_t)value;
	return true;
}

static int read_braces(struct reader *reader, struct tree *term)
{
	bool ok = take_number(reader, &term->min);
	term->max = term->min;
	if (ok && take(reader, ",") && (term->max = UNBOUNDED, peek(reader) != '}'))
		ok = take_number(reader, &term->max);
	if (!ok || !take(reader, "}") || term->max < term->min)
		return refuse(reader, "a repetition is {n}, {n,} or {n,m}; write \\{ for a brace");
	return 0;
}

static int read_quantifier(struct reader *reader, struct tree *term)
{
	int code = 0;
	term->min = term->max = 1;
	if (take(reader, "*")) {
		term->min = 0;
		term->max = UNBOUNDED;
	} else if (take(reader, "+")) {
		term->max = UNBOUNDED;
	} else if (take(reader, "?")) {
		term->min = 0;
	} else if (take(reader, "{")) {
		code = read_braces(reader, term);
	} else {
		return 0;
	}
	/* Lazy or greedy: whether it matches is the same. */
	(void)take(reader, "?");
	return code;
}

static int read_term(struct reader *reader, struct tree **ret)
{
	struct tree *term = ARENA_NEW(reader->arena, struct tree);
	term->min = term->max = 1;
	term->from = (uint32_t)reader->pattern->n_ranges;
	*ret = term;
	if (read_assertion(reader, term))
		return 0;
	int code = read_atom(reader, term);
	if (term->kind == KIND_SET)
		term->n = (uint32_t)reader->pattern->n_ranges - term->from;
	return code < 0 ? code : read_quantifier(reader, term);
}

static int read_choices(struct reader *reader, struct choice **ret)
{
	do {
		struct choice *choice = ARENA_NEW(reader->arena, struct choice);
		struct tree **end = &choice->terms;
		*ret = choice;
		ret = &choice->next;
		while (reader->rest.n && peek(reader) != '|' && peek(reader) != ')') {
			int code = read_term(reader, end);
			if (code < 0)
				return code;
			end = &(*end)->next;
		}
	} while (take(reader, "|"));
	return 0;
}

/* Writes an instruction and returns where. Over the cap it writes nothing and says so once, at the
 * end.
 */
static uint32_t emit(struct reader *reader, enum op op, uint32_t x, uint32_t y)
{
	struct pattern *pattern = reader->pattern;
	if (++reader->emitted > LIMIT_PATTERN_STATES)
		return 0;
	ARENA_PUSH(reader->arena, pattern->code, pattern->n_code,
		   pattern->cap_code) = (struct instruction){.op = (uint8_t)op, .x = x, .y = y};
	return (uint32_t)pattern->n_code - 1;
}

static bool too_long(const struct reader *reader)
{
	return reader->emitted > LIMIT_PATTERN_STATES;
}

static uint32_t here(const struct reader *reader)
{
	return (uint32_t)reader->pattern->n_code;
}

static void emit_choices(struct reader *reader, const struct choice *choice);

static void emit_once(struct reader *reader, const struct tree *term)
{
	/* Counted, so that repeating nothing ends as well. */
	reader->emitted++;
	if (term->kind == KIND_GROUP) {
		emit_choices(reader, term->choices);
		return;
	}
	uint32_t at = emit(reader, term->kind == KIND_SET ? OP_SET : term->assertion, term->from,
			   term->n);
	if (!too_long(reader))
		reader->pattern->code[at].negated = term->negated;
}

static void emit_term(struct reader *reader, const struct tree *term)
{
	struct instruction *code;
	for (uint32_t i = 0; i < term->min && !too_long(reader); i++)
		emit_once(reader, term);
	if (term->max == UNBOUNDED) {
		uint32_t loop = emit(reader, OP_SPLIT, here(reader) + 1, 0);
		emit_once(reader, term);
		(void)emit(reader, OP_JUMP, loop, 0);
		if (!too_long(reader))
			reader->pattern->code[loop].y = here(reader);
		return;
	}
	/* Each of the optional ones may go to the end; until that is known, y is the one before. */
	uint32_t last = UNBOUNDED;
	for (uint32_t i = term->min; i < term->max && !too_long(reader); i++) {
		last = emit(reader, OP_SPLIT, here(reader) + 1, last);
		emit_once(reader, term);
	}
	while (last != UNBOUNDED && !too_long(reader)) {
		code = &reader->pattern->code[last];
		last = code->y;
		code->y = here(reader);
	}
}

static void emit_choices(struct reader *reader, const struct choice *choice)
{
	uint32_t last = UNBOUNDED;
	for (; choice && !too_long(reader); choice = choice->next) {
		uint32_t split = 0;
		if (choice->next)
			split = emit(reader, OP_SPLIT, here(reader) + 1, 0);
		for (const struct tree *term = choice->terms; term && !too_long(reader);
		     term = term->next)
			emit_term(reader, term);
		if (!choice->next)
			break;
		/* As above: x of a jump is the one before until the end is known. */
		last = emit(reader, OP_JUMP, last, 0);
		if (!too_long(reader))
			reader->pattern->code[split].y = here(reader);
	}
	while (last != UNBOUNDED && !too_long(reader)) {
		struct instruction *code = &reader->pattern->code[last];
		last = code->x;
		code->x = here(reader);
	}
}

int pattern_compile(struct arena *arena, struct str source, struct pattern **ret,
		    struct cavra_error *error)
{
	struct reader reader = {.arena = arena, .rest = source, .error = error};
	struct choice *choices;
	if (source.n > LIMIT_PATTERN_BYTES)
		return error_set(error, CAVRA_ERR_LIMIT, "longer than %d bytes; make it shorter",
				 LIMIT_PATTERN_BYTES);
	if (utf8_find_invalid(source) != STR_NPOS)
		return error_set(error, CAVRA_ERR_INPUT, "not UTF-8; write it as UTF-8");
	reader.pattern = ARENA_NEW(arena, struct pattern);
	int code = read_choices(&reader, &choices);
	if (code < 0)
		return code;
	if (reader.rest.n)
		return refuse(&reader, "a ')' without '('; write \\)");
	emit_choices(&reader, choices);
	(void)emit(&reader, OP_MATCH, 0, 0);
	if (too_long(&reader))
		return error_set(error, CAVRA_ERR_LIMIT,
				 "repeats more than %d parts; make it simpler",
				 LIMIT_PATTERN_STATES);
	*ret = reader.pattern;
	return 0;
}
