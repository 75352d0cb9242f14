/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the value of a name ends, and whether it is a secret, see secret_scan.h.
 */
#include "ledger/secret_scan.h"

enum { LOOK_BYTES = 256 }; /* of a value that are looked at to judge it */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static bool ends_word(struct str text, size_t at)
{
	return at >= text.n || is_blank(text.p[at]) || strchr(";&|<>,)]}`\\\"'", text.p[at]);
}

/* ---- where it ends ---- */

/* Is this comma between two pairs, or behind a value of a list? */
static bool ends_pair(struct str text, size_t comma)
{
	size_t at = comma + 1;
	if (at >= text.n || is_blank(text.p[at]) || is_quote(text.p[at]))
		return true;
	while (at < text.n && at < comma + 32 && byte_is(text.p[at], BYTE_URL64))
		at++;
	return at < text.n && at > comma + 1 && text.p[at] == '=';
}

static bool ends_bare(struct str text, size_t at, enum secret_operator op)
{
	char c = text.p[at], next = at + 1 < text.n ? text.p[at + 1] : ' ';
	switch (c) {
	case ' ':
	case '\t':
	case '\n':
	case '\r':
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
	case '`':
		return true;
	case '\\':
		return strchr("nrt\"'\n", next);
	case '"':
	case '\'':
		return ends_word(text, at + 1);
	case '$':
		return op == VALUE_DEFAULT && next == '{';
	case ',':
		return ends_pair(text, at);
	case '}':
		return op == VALUE_DEFAULT || ends_word(text, at + 1);
	case ')':
	case ']':
		return ends_word(text, at + 1);
	default:
		return false;
	}
}

static size_t bare_end(struct secret_scan *scan, size_t from, enum secret_operator op)
{
	size_t at = from;
	if (op != VALUE_DEFAULT && from >= scan->value_from && from < scan->value_to)
		return scan->value_to;
	while (at < scan->text.n && !ends_bare(scan->text, at, op))
		at += scan->text.p[at] == '\\' && at + 1 < scan->text.n ? 2 : 1;
	if (op == VALUE_DEFAULT)
		return at;
	scan->value_from = from;
	scan->value_to = at;
	return at;
}

static size_t line_end(struct str text, size_t from)
{
	const char *end = from < text.n ? memchr(text.p + from, '\n', text.n - from) : NULL;
	size_t at = end ? (size_t)(end - text.p) : text.n;
	while (at > from && is_blank(text.p[at - 1]))
		at--;
	return at;
}

/* The quote that closes, with as many backslashes in front as the one that opens; STR_NPOS when there is none. */
static size_t closing(struct secret_scan *scan, size_t from, char quote, size_t depth, bool escapes)
{
	struct str text = scan->text;
	if (depth > 3)
		return STR_NPOS;
	size_t *memo = &scan->no_quote_from[2 * depth + (quote == '\'')];
	if (from >= *memo)
		return STR_NPOS;
	for (size_t at = from, slashes = 0; at < text.n; at++) {
		if (text.p[at] == '\\') {
			slashes++;
			continue;
		}
		bool closes = depth ? slashes == depth : !escapes || slashes % 2 == 0;
		if (text.p[at] == quote && closes)
			return at - depth;
		slashes = 0;
	}
	*memo = from;
	return STR_NPOS;
}

/* Letters in front of a string in Python, C#, Bash. */
static size_t string_prefix(struct str text, size_t at)
{
	size_t n = 0;
	while (n < 2 && at + n < text.n && strchr("fFbBrRuU@$", text.p[at + n]) && text.p[at + n])
		n++;
	return at + n < text.n && is_quote(text.p[at + n]) ? n : 0;
}

/* In a shell, what follows a closing quote without a blank is still the word. */
static size_t rest_of_word(struct secret_scan *scan, size_t at)
{
	struct str text = scan->text;
	size_t from = at;
	if (at >= scan->word_from && at < scan->word_to)
		return scan->word_to;
	while (!ends_word(text, at)) {
		at++;
		if (at < text.n && is_quote(text.p[at])) {
			size_t close = closing(scan, at + 1, text.p[at], 0, text.p[at] == '"');
			at = close == STR_NPOS ? text.n : close + 1;
		}
	}
	scan->word_from = from;
	scan->word_to = at;
	return at;
}

/* YAML's "|" and ">": the value is the next line. */
static size_t block_start(struct str text, size_t at)
{
	size_t from = at + 1;
	while (from < text.n && strchr("-+0123456789 ", text.p[from]) && text.p[from])
		from++;
	if (from >= text.n || text.p[from] != '\n')
		return at;
	while (from < text.n && is_blank(text.p[from]))
		from++;
	return from;
}

static bool is_shell(enum secret_operator op)
{
	return op == VALUE_SET || op == VALUE_OPTION;
}

static bool read_quoted(struct secret_scan *scan, size_t at, struct secret_value *value)
{
	struct str text = scan->text;
	size_t start = at + string_prefix(text, at), depth = 0;
	while (start + depth < text.n && text.p[start + depth] == '\\')
		depth++;
	size_t quote = start + depth;
	if (quote >= text.n || !is_quote(text.p[quote]))
		return false;
	bool escapes = text.p[quote] == '"' || !is_shell(value->op) || start > at;
	size_t close = closing(scan, quote + 1, text.p[quote], depth, escapes);
	value->quoted = true;
	value->from = quote + 1;
	value->to = close == STR_NPOS ? line_end(text, quote + 1) : close;
	if (close == STR_NPOS || depth || value->op != VALUE_SET)
		return true;
	size_t end = rest_of_word(scan, close + 1);
	if (end > close + 1) {
		value->from = at;
		value->to = end;
	}
	return true;
}

/* 'password=' in quotes: the quote behind it is the end of the outer string. */
static bool closes_outer(const struct secret_scan *scan, size_t at, enum secret_operator op)
{
	struct str text = scan->text;
	bool behind = at > 0 && (text.p[at - 1] == '=' || op == VALUE_SPACED);
	return behind && scan->quote && text.p[at] == scan->quote && !scan->named_in_quotes;
}

struct secret_value secret_value_read(struct secret_scan *scan, size_t at, enum secret_operator op)
{
	struct str text = scan->text;
	struct secret_value value = {.op = op};
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	value.from = value.to = at;
	size_t marker = secret_marker_length(str_from_at(text, at));
	if (marker) {
		value.to = at + marker;
		return value;
	}
	if (at >= text.n || closes_outer(scan, at, op) || read_quoted(scan, at, &value))
		return value;
	if (op == VALUE_COLON && (text.p[at] == '|' || text.p[at] == '>')) {
		value.from = block_start(text, at);
		value.to = line_end(text, value.from);
		value.quoted = value.from > at;
		return value;
	}
	value.to = scan->word && op == VALUE_SET ? text.n : bare_end(scan, at, op);
	return value;
}

/* ---- whether it is a secret ---- */

bool secret_word_is(enum secret_words kind, struct str text)
{
	for (size_t i = secret_words_from[kind]; i < secret_words_from[kind + 1]; i++) {
		const struct secret_word *word = &secret_words[i];
		if (word->n == text.n &&
		    (text.n == 0 || (ascii_lower(text.p[0]) == secret_texts[word->text] &&
				     str_eq_nocase(text, secret_text(word->text, word->n)))))
			return true;
	}
	return false;
}

static bool starts_like(enum secret_words kind, struct str text)
{
	for (size_t i = secret_words_from[kind]; i < secret_words_from[kind + 1]; i++) {
		const struct secret_word *word = &secret_words[i];
		if (word->n <= text.n &&
		    str_eq_nocase(str_first(text, word->n), secret_text(word->text, word->n)))
			return true;
	}
	return false;
}

static bool ends_like(enum secret_words kind, struct str text)
{
	for (size_t i = secret_words_from[kind]; i < secret_words_from[kind + 1]; i++) {
		const struct secret_word *word = &secret_words[i];
		if (word->n < text.n && str_ends(text, secret_text(word->text, word->n)))
			return true;
	}
	return false;
}

size_t secret_marker_length(struct str text)
{
	static const struct str start = STR_INIT("[redacted:");
	size_t at = start.n;
	if (!str_starts(text, start))
		return 0;
	while (at < text.n && (byte_is(text.p[at], BYTE_LOWER) || text.p[at] == '-'))
		at++;
	if (at == start.n || at + 18 > text.n || text.p[at] != ':' || text.p[at + 17] != ']')
		return 0;
	for (size_t i = at + 1; i < at + 17; i++)
		if (!byte_is(text.p[i], BYTE_HEX))
			return 0;
	return at + 18;
}

static size_t count(struct str text, unsigned class)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += byte_is(text.p[i], class);
	return n;
}

static size_t count_capitals(struct str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] >= 'A' && text.p[i] <= 'Z';
	return n;
}

/* "$TOKEN", "${TOKEN}", "$(cat token)", "%TOKEN%": of a value that is one reference nothing is known. */
static bool is_reference(struct str v, bool literal)
{
	size_t at = 1;
	if (v.p[0] == '`' || str_starts(v, STR("$(")) || str_starts(v, STR("${")) ||
	    str_starts(v, STR("$env:")))
		return true;
	if (v.p[0] == '%' && v.n > 2)
		return v.p[v.n - 1] == '%' && count(v, BYTE_WORD) == v.n - 2;
	if (v.p[0] != '$')
		return false;
	while (at < v.n && byte_is(v.p[at], BYTE_WORD))
		at++;
	if (literal && count(str_first(v, at), BYTE_ALNUM) > count(str_first(v, at), BYTE_UPPER))
		return false;
	/* What follows a reference is text, unless that is hardly anything, or the next reference. */
	return at > 1 && (v.n - at < 2 || v.p[at] == '$' || v.p[at] == '[' || v.p[at] == '.' ||
			  v.p[at] == '-' || v.p[at] == '>');
}

/* "<token>", "{{ token }}", "[token]", "****", "xxxx", "..." */
static bool is_blanked(struct str v)
{
	static const char pairs[] = "<>{}[]()";
	size_t same = 1;
	for (size_t i = 0; pairs[i]; i += 2)
		if (v.p[0] == pairs[i] && v.n > 1 && v.p[v.n - 1] == pairs[i + 1])
			return true;
	if (str_starts(v, STR("{{")) || str_starts(v, STR("<%")) || str_starts(v, STR("#{")) ||
	    v.p[0] == '<')
		return true;
	while (same < v.n && v.p[same] == v.p[0])
		same++;
	if (same == v.n && (v.n >= 3 || !byte_is(v.p[0], BYTE_ALNUM)))
		return true;
	return count(v, BYTE_ALNUM) == 0 && v.n < 6;
}

/* What programs that search text are given. */
static bool is_pattern(struct str v)
{
	static const char *const starts[] = {".*",   ".+",   "\\",   "[^", "(.",
					     "[A-Z", "[a-z", "[0-9", "(?"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts(v, str_from(starts[i])))
			return true;
	return false;
}

/* What documentation of vendors uses. */
static bool is_example(struct str v)
{
	return str_ends(v, STR("EXAMPLE")) || str_ends(v, STR("EXAMPLEKEY"));
}

static size_t count_slashes(struct str v)
{
	size_t n = 0;
	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == '/';
	return n;
}

/* A name of a file, an address: what is secret in them has rules of its own. */
static bool is_place(struct str v, bool password)
{
	bool path = str_starts(v, STR("/")) || str_starts(v, STR("./")) ||
		    str_starts(v, STR("../")) || str_starts(v, STR("~/"));
	bool drive = v.n > 2 && ascii_is_alpha(v.p[0]) && v.p[1] == ':' && v.p[2] == '\\';
	size_t digits = count(v, BYTE_DIGIT), capitals = count_capitals(v);
	size_t slashes = count_slashes(v), tildes = v.p[0] == '~';
	if (drive || str_find(v, STR("://")) != STR_NPOS)
		return true;
	if (count(v, BYTE_NAME) + slashes + tildes != v.n)
		return false;
	if (path)
		return digits < 3 || capitals < 3;
	/* Passwords end in ".c" too, and few files have names like them. */
	bool plain = digits == 0 && capitals == 0;
	bool named = slashes || digits == 0 || (capitals == 0 && digits < 5);
	return ends_like(WORDS_ENDING, v) && (password ? plain : named);
}

/* "os.environ[...]", "get_token()", "config.password", "dbPassword": a program's own name for it. */
static bool is_code(struct str v, enum secret_operator op, struct str after)
{
	size_t at = 0;
	while (at < v.n && byte_is(v.p[at], BYTE_WORD))
		at++;
	if (at == 0 || ascii_is_digit(v.p[0]))
		return false;
	struct str rest = str_from_at(v, at);
	bool call = rest.n ? rest.p[0] == '(' || rest.p[0] == '[' : after.n && after.p[0] == '(';
	if (call && (rest.n == 0 || memchr(rest.p, rest.p[0] == '(' ? ')' : ']', rest.n) ||
		     op != VALUE_SET))
		return true;
	if (rest.n &&
	    (rest.p[0] == '.' || str_starts(rest, STR("?.")) || str_starts(rest, STR("->")) ||
	     str_starts(rest, STR("::"))) &&
	    (secret_word_is(WORDS_OBJECT, str_first(v, at)) || memchr(rest.p, '(', rest.n)))
		return true;
	if (rest.n)
		return false;
	/* An identifier: of several words, and named like a secret. Passwords start with a capital letter instead. */
	bool joint = memchr(v.p, '_', v.n) || (count_capitals(v) && v.p[0] >= 'a' && v.p[0] <= 'z');
	const struct secret_name *name = joint && count(v, BYTE_DIGIT) == 0 ? secret_name_find(v)
									    : NULL;
	return name && name->n >= 5;
}

/* The words after the value go on as a sentence does. */
static bool is_prose(struct str v, struct str after)
{
	size_t at = 0;
	if (secret_word_is(WORDS_PROSE, v))
		return true;
	struct str word = v;
	while (word.n && strchr(".,:;!?)", word.p[word.n - 1]))
		word.n--;
	if (!word.n || after.n < 2 || after.p[0] != ' ')
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!ascii_is_alpha(word.p[i]) && word.p[i] != '-' && word.p[i] != '\'')
			return false;
	while (at + 1 < after.n && ascii_is_alpha(after.p[at + 1]))
		at++;
	return at > 0 && (at + 1 >= after.n || is_blank(after.p[at + 1]) ||
			  strchr(".,;:!?-", after.p[at + 1]));
}

/* Sentences in quotes: what a form says about a password. */
static bool is_sentence(struct str v)
{
	struct str rest = v, word;
	while (str_split(&rest, ' ', &word))
		if (word.n != v.n && secret_word_is(WORDS_PROSE, word))
			return true;
	return false;
}

/* As if no person had thought of it. */
static bool is_random(struct str v)
{
	size_t digits = count(v, BYTE_DIGIT), capitals = count_capitals(v);
	if (v.n < 8 || str_find_char(v, ' ') != STR_NPOS)
		return false;
	return digits >= 2 || (digits && capitals) ||
	       (v.n >= 20 && capitals >= 3 && capitals < v.n - 3) ||
	       (v.n >= 16 && (memchr(v.p, '+', v.n) || memchr(v.p, '=', v.n)));
}

static bool is_date_or_version(struct str v)
{
	return count(v, BYTE_DIGIT) >= 2 && count(v, BYTE_ALNUM) == count(v, BYTE_DIGIT) &&
	       v.n < 24;
}

static bool judge_bare(const struct secret_name *name, struct str v, enum secret_operator op,
		       struct str after)
{
	if (op != VALUE_MEMBER && is_code(v, op, after))
		return false;
	if ((op == VALUE_COLON || op == VALUE_OPTION || op == VALUE_SPACED) &&
	    secret_word_is(WORDS_PROSE, v))
		return false;
	if ((op == VALUE_COLON || op == VALUE_SPACED) && is_prose(v, after))
		return false;
	/* An object, a list, a YAML tag; a count. */
	bool colon = op == VALUE_COLON || op == VALUE_SPACED;
	if (colon && (strchr("{[(", v.p[0]) || (v.p[0] == '!' && after.n && after.p[0] == ' ')))
		return false;
	if (colon && v.n < 5 && count(v, BYTE_DIGIT) == v.n)
		return false;
	bool doubtful = op == VALUE_COLON || op == VALUE_SPACED || op == VALUE_DEFAULT;
	return name->strength == NAME_ANY || !doubtful || is_random(v);
}

static bool judge_quoted(const struct secret_name *name, struct str v, enum secret_operator op)
{
	bool shell = is_shell(op) || op == VALUE_MEMBER;
	if (op == VALUE_COMMA)
		return is_random(v);
	if (str_find_char(v, ' ') == STR_NPOS)
		return true;
	return name->strength == NAME_ANY && (shell || !is_sentence(v));
}

bool secret_value_counts(const struct secret_name *name, struct str value, bool quoted,
			 enum secret_operator op, struct str after)
{
	struct str v = str_first(value, LOOK_BYTES);
	if (v.n < name->min || v.n == 0 || secret_marker_length(v) ||
	    is_reference(v, op == VALUE_MEMBER) || is_blanked(v))
		return false;
	if (secret_word_is(WORDS_PLACEHOLDER, v) || starts_like(WORDS_START, v) ||
	    secret_name_is_bare(v))
		return false;
	if (is_place(v, name->strength == NAME_ANY) || is_pattern(v) || is_example(v))
		return false;
	if (name->strength != NAME_ANY && is_date_or_version(v))
		return false;
	if (name->strength == NAME_WEAK && (!is_random(v) || memchr(v.p, ',', v.n)))
		return false;
	return quoted ? judge_quoted(name, v, op) : judge_bare(name, v, op, after);
}
