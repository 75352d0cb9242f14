/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over a text for its secrets, see secret_scan.h. It goes from name to name: a run of letters, digits, "_", "-" and
 * ".". In front of it, keys begin; behind it stands what makes its value one.
 */
#include "ledger/secret_scan.h"

#include <stdint.h>

enum { PAIR_BYTES = 300, BEARER_BYTES = 12 };

static const struct secret_name url_value = {.strength = NAME_ANY, .min = 1};
static const struct secret_name random_value = {.strength = NAME_WEAK, .min = 16};

static void start_text(struct secret_scan *scan, struct str text)
{
	scan->text = text;
	scan->pos = scan->floor = 0;
	memset(scan->run_to, 0, sizeof scan->run_to);
	memset(scan->no_quote_from, 0xff, sizeof scan->no_quote_from);
	scan->value_from = scan->value_to = scan->word_from = scan->word_to = 0;
	scan->header_from = scan->header_to = scan->address_from = scan->address_to = 0;
	scan->near_until = 0;
	scan->quote = '\0';
	scan->pair = NULL;
	scan->pair_until = 0;
	scan->named_in_quotes = false;
	scan->echo_from = scan->echo_to = 0;
}

void secret_scan_start(struct secret_scan *scan, struct str text)
{
	start_text(scan, text);
	scan->word = false;
	scan->near = scan->seen = 0;
	scan->program = NULL;
	scan->expect = NULL;
	scan->expect_name = NULL;
}

void secret_scan_argument(struct secret_scan *scan, struct str text)
{
	start_text(scan, text);
	scan->word = true;
}

static char byte_at(struct str text, size_t at)
{
	return at < text.n ? text.p[at] : '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* ---- private keys ---- */

/* Is there a body behind the first line? A pattern that looks for keys has none. */
static bool has_body(struct str text, size_t at)
{
	size_t n = 0;
	while (at < text.n && strchr("\r\n\\ nr\t", text.p[at]))
		at++;
	while (at + n < text.n && n < 16 && byte_is(text.p[at + n], BYTE_BASE64 | BYTE_NAME))
		n++;
	return n >= 16 || str_starts(str_from_at(text, at), STR("Proc-Type"));
}

/* "-----BEGIN ... PRIVATE KEY-----" to the end of its last line; without one, everything. */
static bool read_block(struct secret_scan *scan, size_t start, struct secret_hit *ret)
{
	static const struct str begin = STR_INIT("-----BEGIN "), end = STR_INIT("-----END ");
	struct str text = scan->text, rest = str_from_at(text, start);
	size_t at = begin.n;
	if (!str_starts(rest, begin))
		return false;
	while (at < rest.n && at < 64 && (byte_is(rest.p[at], BYTE_UPPER) || rest.p[at] == ' '))
		at++;
	struct str label = str_make(rest.p + begin.n, at - begin.n);
	if (!str_starts(str_from_at(rest, at), STR("-----")) ||
	    !(str_ends(label, STR("PRIVATE KEY")) || str_ends(label, STR("PRIVATE KEY BLOCK"))) ||
	    !has_body(text, start + at + 5))
		return false;
	size_t close = str_find(rest, end), to = rest.n;
	if (close != STR_NPOS) {
		size_t dashes = str_find(str_from_at(rest, close + end.n), STR("-----"));
		to = dashes == STR_NPOS ? rest.n : close + end.n + dashes + 5;
	}
	*ret = (struct secret_hit){start, start + to, secret_rule_block};
	return true;
}

/* "Private-Lines: N" to the line that authenticates them. */
static bool read_putty(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text;
	if (!str_eq(str_make(text.p + start, end - start), STR("Private-Lines")) ||
	    byte_at(text, end) != ':')
		return false;
	struct str rest = str_from_at(text, end);
	size_t mac = str_find(rest, STR("Private-MAC:"));
	*ret = (struct secret_hit){end + 1, mac == STR_NPOS ? text.n : end + mac,
				   secret_rule_block};
	return true;
}

/* ---- addresses ---- */

/* The last one of the address; STR_NPOS when there is none. */
static size_t find_at_sign(struct secret_scan *scan, size_t from)
{
	struct str text = scan->text;
	if (from < scan->address_from || from >= scan->address_to) {
		size_t at = from;
		scan->address_sign = STR_NPOS;
		for (; at < text.n && !strchr(" \t\r\n\"'`<>", text.p[at]); at++)
			if (text.p[at] == '@')
				scan->address_sign = at;
		scan->address_from = from;
		scan->address_to = at;
	}
	return scan->address_sign >= from ? scan->address_sign : STR_NPOS;
}

static bool is_port(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]))
			return false;
	return true;
}

/* user:secret@ behind "://"; also where the secret has a "/", which it should not. */
static bool read_url(struct secret_scan *scan, size_t at, struct secret_hit *ret)
{
	struct str text = scan->text;
	size_t end = at, colon = STR_NPOS, sign = STR_NPOS;
	for (; end < text.n && !strchr("/?# \t\r\n\"'`<>", text.p[end]); end++) {
		if (text.p[end] == '@')
			sign = end;
		else if (text.p[end] == ':' && colon == STR_NPOS)
			colon = end;
	}
	if (byte_at(text, at) == '[' || (sign == STR_NPOS && colon == STR_NPOS))
		return false;
	if (sign == STR_NPOS && !is_port(str_make(text.p + colon + 1, end - colon - 1)))
		sign = find_at_sign(scan, colon);
	if (sign == STR_NPOS)
		return false;
	bool pair = colon < sign;
	size_t from = pair ? colon + 1 : at;
	if (!secret_value_counts(pair ? &url_value : &random_value,
				 str_make(text.p + from, sign - from), true, VALUE_MEMBER, STR("")))
		return false;
	*ret = (struct secret_hit){from, sign, secret_rule_url};
	return true;
}

/* ---- names and values ---- */

/* Past the quote that closes a name, and a bracket: `"name": `, `["name"] = `. */
static size_t pass_quote(struct str text, size_t start, size_t end)
{
	size_t at = end;
	while (byte_at(text, at) == '\\')
		at++;
	if (!is_quote(byte_at(text, at)) || start == 0 || text.p[start - 1] != text.p[at])
		return end;
	return byte_at(text, at + 1) == ']' ? at + 2 : at + 1;
}

/* What stands between the name and its value; *at moves behind it. False: nothing that makes it one. */
static bool read_operator(struct str text, size_t start, size_t end, size_t *at,
			  enum secret_operator *ret)
{
	size_t i = pass_quote(text, start, end), blanks = i;
	bool quoted = i > end;
	while (is_blank(byte_at(text, i)))
		i++;
	bool spaced = i > blanks;
	char c = byte_at(text, i);
	if (c == '=') {
		while (byte_at(text, i) == '=')
			i++;
		if (byte_at(text, i) == '~')
			return false;
		i += byte_at(text, i) == '>';
		*ret = spaced || is_blank(byte_at(text, i)) ? VALUE_SPACED : VALUE_SET;
	} else if (c == ':') {
		char next = byte_at(text, i + 1);
		bool braced = start >= 2 && text.p[start - 1] == '{' && text.p[start - 2] == '$';
		if (next == ':' || next == '\0' || next == '?')
			return false;
		i += next == '=' || (braced && next == '-') ? 2 : 1;
		*ret = braced ? VALUE_DEFAULT : next == '=' ? VALUE_SPACED : VALUE_COLON;
	} else if (c == ',' && quoted) {
		*ret = VALUE_COMMA;
		i++;
	} else if (is_quote(c) && spaced && !quoted) {
		*ret = VALUE_BLANK;
	} else {
		return false;
	}
	*at = i;
	return true;
}

static void refine(struct secret_scan *scan, struct secret_hit *hit)
{
	struct secret_hit shape;
	if (secret_shape_at(scan, hit->from, &shape) && shape.from == hit->from &&
	    shape.to == hit->to)
		hit->rule = shape.rule;
}

/* A header goes to the end of the line, or of the string that it is in. */
static size_t header_end(struct secret_scan *scan, size_t start, size_t from)
{
	struct str text = scan->text;
	char outer = start ? text.p[start - 1] : '\0';
	if (from >= scan->header_from && from < scan->header_to)
		return scan->header_to;
	size_t to = from;
	while (to < text.n && text.p[to] != '\n' &&
	       (is_quote(outer) ? text.p[to] != outer : !is_quote(text.p[to])))
		to++;
	while (to > from &&
	       (is_blank(text.p[to - 1]) || text.p[to - 1] == '\\' || text.p[to - 1] == '\r'))
		to--;
	scan->header_from = from;
	scan->header_to = to;
	return to;
}

static size_t word_end(struct str text, size_t from, size_t to)
{
	while (from < to && !is_blank(text.p[from]))
		from++;
	return from;
}

/* "Bearer X": the scheme is no secret. What follows is one word, or a list of pairs. */
static bool judge_header(struct secret_scan *scan, const struct secret_name *name, size_t start,
			 struct secret_value value, struct secret_hit *ret)
{
	struct str text = scan->text;
	size_t from = value.from, to = value.quoted ? value.to : header_end(scan, start, from);
	if (name->strength == NAME_COOKIE) {
		*ret = (struct secret_hit){from, to, name->rule};
		return memchr(text.p + from, '=', to - from) && text.p[from] != '$' &&
		       !secret_marker_length(str_from_at(text, from));
	}
	size_t blank = word_end(text, from, to);
	bool scheme = secret_word_is(WORDS_SCHEME, str_make(text.p + from, blank - from));
	while (scheme && blank < to && is_blank(text.p[blank]))
		blank++;
	from = scheme ? blank : from;
	size_t end = word_end(text, from, to);
	bool pairs = end > from &&
		     (text.p[end - 1] == ',' || memchr(text.p + from, '"', end - from));
	*ret = (struct secret_hit){from, pairs ? to : end, name->rule};
	return secret_value_counts(scheme ? &url_value : &random_value,
				   str_make(text.p + from, ret->to - from), true, VALUE_MEMBER,
				   STR(""));
}

static bool judge_value(struct secret_scan *scan, const struct secret_name *name, size_t start,
			struct secret_value value, struct secret_hit *ret)
{
	struct str text = scan->text, v = str_make(text.p + value.from, value.to - value.from);
	if (name->strength == NAME_HOLDER) {
		const struct secret_name *held = secret_name_find(str_first(v, 128));
		scan->pair = held && held->strength <= NAME_WEAK ? held : NULL;
		scan->pair_until = value.to + PAIR_BYTES;
		return false;
	}
	if (name->strength == NAME_VALUE) {
		name = value.from < scan->pair_until ? scan->pair : NULL;
		scan->pair = NULL;
	}
	if (!name)
		return false;
	if (name->strength == NAME_HEADER || name->strength == NAME_COOKIE)
		return (value.op == VALUE_COLON || value.quoted) &&
		       judge_header(scan, name, start, value, ret);
	*ret = (struct secret_hit){value.from, value.to, name->rule};
	return secret_value_counts(name, v, value.quoted, value.op, str_from_at(text, value.to));
}

/* A name of a setting and its value are two words: "config set NAME VALUE". */
static bool takes_settings(const struct secret_scan *scan)
{
	for (unsigned i = 0; scan->program && scan->program[i].n == scan->program->n &&
			     scan->program[i].text == scan->program->text;
	     i++)
		if (scan->program[i].settings && scan->seen >> i & 1)
			return true;
	return false;
}

static bool read_value(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text;
	enum secret_operator op = VALUE_OPTION;
	size_t at = end, dashes = start;
	while (dashes < end && text.p[dashes] == '-')
		dashes++;
	char c = byte_at(text, end);
	bool follows = is_blank(c) || (scan->word && end == text.n);
	bool option = dashes > start && follows;
	if (!read_operator(text, start, end, &at, &op) && !option &&
	    !(follows && takes_settings(scan)))
		return false;
	const struct secret_name *name = secret_name_find(str_make(text.p + dashes, end - dashes));
	if (!name)
		return false;
	if (at == end && end == text.n) {
		scan->expect_name = name;
		return false;
	}
	scan->named_in_quotes = pass_quote(text, start, end) > end;
	struct secret_value value = secret_value_read(scan, at, op);
	scan->named_in_quotes = false;
	if ((op == VALUE_COMMA || op == VALUE_BLANK) && !value.quoted)
		return false;
	if (op == VALUE_OPTION && !value.quoted && byte_at(text, value.from) == '-')
		return false;
	if (!judge_value(scan, name, start, value, ret))
		return false;
	refine(scan, ret);
	/* Both quotes of the name, and of the value, have been passed. */
	if (start && scan->quote && scan->quote == text.p[start - 1] &&
	    byte_at(text, end) == scan->quote)
		scan->quote = '\0';
	return true;
}

/* "Bearer X" outside of a header. */
static bool read_bearer(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text;
	if (end - start != 6 || byte_at(text, end) != ' ' ||
	    !str_eq_nocase(str_make(text.p + start, 6), STR("bearer")))
		return false;
	struct secret_value value = secret_value_read(scan, end, VALUE_OPTION);
	struct str v = str_make(text.p + value.from, value.to - value.from);
	*ret = (struct secret_hit){value.from, value.to, secret_rule_bearer};
	if (v.n < BEARER_BYTES ||
	    !secret_value_counts(&random_value, v, value.quoted, VALUE_OPTION, STR("")))
		return false;
	refine(scan, ret);
	return true;
}

static bool after_name(struct secret_scan *scan, size_t start, size_t end, struct secret_hit *ret)
{
	struct str text = scan->text;
	char c = byte_at(text, end);
	if (c == ':' && byte_at(text, end + 1) == '/' && byte_at(text, end + 2) == '/' &&
	    read_url(scan, end + 3, ret))
		return true;
	if (c == ':' && read_putty(scan, start, end, ret))
		return true;
	return secret_program_word(scan, start, end, ret) || read_bearer(scan, start, end, ret) ||
	       read_value(scan, start, end, ret);
}

/* ---- the pass ---- */

/* Keys begin where letters and digits do. */
static bool read_run(struct secret_scan *scan, struct secret_hit *ret)
{
	struct str text = scan->text;
	size_t start = scan->pos, at = start;
	if (text.p[at] == '-' && read_block(scan, at, ret))
		return true;
	while (at < text.n && byte_is(text.p[at], BYTE_NAME)) {
		if (!byte_is(text.p[at], BYTE_ALNUM)) {
			at++;
			continue;
		}
		if (secret_shape_at(scan, at, ret) ||
		    (at < scan->near_until && secret_near_at(scan, at, ret)))
			return true;
		while (at < text.n && byte_is(text.p[at], BYTE_ALNUM))
			at++;
	}
	scan->pos = at;
	return after_name(scan, start, at, ret);
}

static bool read_special(struct secret_scan *scan, struct secret_hit *ret)
{
	struct str text = scan->text;
	size_t at = scan->pos++;
	switch (text.p[at]) {
	case '\'':
		/* An apostrophe. */
		if (!scan->quote && at && byte_is(text.p[at - 1], BYTE_ALNUM) &&
		    byte_is(byte_at(text, at + 1), BYTE_ALNUM))
			return false;
		/* fall through */
	case '"':
		if (!scan->quote)
			scan->quote = text.p[at];
		else if (scan->quote == text.p[at])
			scan->quote = '\0';
		return false;
	case '\\':
		if (strchr("nrt\"'\\\n", byte_at(text, at + 1)))
			scan->pos++;
		return false;
	case '~':
		return at > scan->floor && text.p[at - 1] == 'Q' &&
		       secret_shape_at(scan, at - 1, ret);
	case '[':
		scan->pos = at + secret_marker_length(str_from_at(text, at));
		scan->pos += scan->pos == at;
		return false;
	default:
		secret_program_pipe(scan, at);
		if (!scan->quote)
			scan->program = NULL;
		return false;
	}
}

/* The whole text belongs to the argument in front of it. */
static bool read_expected(struct secret_scan *scan, struct secret_hit *ret)
{
	const struct secret_name *name = scan->expect_name;
	scan->expect_name = NULL;
	if (scan->expect)
		return secret_program_expected(scan, ret);
	struct secret_value value = {0, scan->text.n, true, VALUE_MEMBER};
	return name && byte_at(scan->text, 0) != '-' && judge_value(scan, name, 0, value, ret);
}

bool secret_scan_next(struct secret_scan *scan, struct secret_hit *ret)
{
	struct str text = scan->text;
	bool hit = false;
	if (scan->word && scan->pos == 0 && (scan->expect || scan->expect_name)) {
		hit = read_expected(scan, ret);
		if (hit)
			refine(scan, ret);
	}
	while (!hit && scan->pos < text.n) {
		unsigned kind = secret_bytes[(unsigned char)text.p[scan->pos]];
		if (kind & BYTE_NAME)
			hit = read_run(scan, ret);
		else if (kind & BYTE_SPECIAL)
			hit = read_special(scan, ret);
		else
			scan->pos++;
	}
	if (hit) {
		scan->pos = scan->floor = ret->to;
		scan->pos += scan->pos == 0;
	}
	return hit;
}
