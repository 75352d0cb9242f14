/* SPDX-License-Identifier: Apache-2.0
 *
 * gen-secrets SECRETS.yaml OUTPUT.c: turns data/secrets.yaml into the tables of ledger/secret_rules.h during the build.
 * Prints mistakes as "file:line:column: text" and then writes nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "ledger/secret_rules.h"
#include "json/document.h"
#include "json/json.h"

enum { MOST = 4096, MOST_TEXT = 60000, LONGEST = 65535 /* no maximum */ };

static const struct {
	const char *name;
	uint16_t class;
} classes[] = {
	{"digit", BYTE_DIGIT}, {"hex", BYTE_HEX},     {"xdigit", BYTE_XDIGIT},
	{"upper", BYTE_UPPER}, {"lower", BYTE_LOWER}, {"alnum", BYTE_ALNUM},
	{"word", BYTE_WORD},   {"url64", BYTE_URL64}, {"base64", BYTE_BASE64},
	{"token", BYTE_TOKEN}, {"text", BYTE_TEXT},
};
static const char *const kinds[] = {"any",    "random", "weak",  "header",
				    "cookie", "holder", "value", "none"};
static const char *const word_sections[WORDS_KINDS] = {
	"placeholders", "placeholder_starts", "prose", "objects", "tails", "endings", "schemes",
	"stdin"};
static const char *const sections[] = {"shapes", "keywords", "names", "programs"};

static struct {
	const struct document *document;
	struct buf text;
	size_t errors;
	uint16_t rules[MOST];
	size_t n_rules;
	struct secret_step steps[MOST];
	size_t n_steps;
	struct secret_shape shapes[MOST];
	size_t n_shapes;
	struct secret_name names[MOST];
	size_t n_names;
	struct secret_program programs[MOST];
	size_t n_programs;
	struct secret_option options[MOST];
	size_t n_options;
} made;

static void complain(const char *pointer, const char *what, struct str about)
{
	struct cavra_error error;
	(void)document_error(made.document, pointer, POSITION_VALUE, &error, CAVRA_ERR_INPUT,
			     "%s: %.*s", what, STR_ARG(about));
	(void)fprintf(stderr, "%s:%d:%d: %s\n", error.file, error.line, error.column, error.text);
	made.errors++;
}

static uint16_t text_at(struct str text)
{
	size_t at = str_find(buf_str(&made.text), text);
	if (at != STR_NPOS)
		return (uint16_t)at;
	at = made.text.n;
	buf_add(&made.text, text);
	return (uint16_t)at;
}

static uint16_t rule_of(const char *name)
{
	/* With its NUL, as the names are printed. */
	struct str whole = str_make(name, strlen(name) + 1);
	uint16_t text = text_at(whole);
	for (size_t i = 0; i < made.n_rules; i++)
		if (made.rules[i] == text)
			return (uint16_t)i;
	made.rules[made.n_rules] = text;
	return (uint16_t)made.n_rules++;
}

/* ---- shapes ---- */

/* "<class>{n,m}" */
static bool parse_class(struct str text, struct secret_step *step)
{
	size_t end = str_find_char(text, '>'), min, max;
	for (size_t i = 0; end != STR_NPOS && i < ARRAY_SIZE(classes); i++)
		if (str_is(str_make(text.p + 1, end - 1), classes[i].name))
			step->class = classes[i].class;
	if (!step->class || text.p[end + 1] != '{' || text.p[text.n - 1] != '}')
		return false;
	struct str rest = str_make(text.p + end + 2, text.n - end - 3), piece;
	bool more = str_find_char(rest, ',') != STR_NPOS;
	if (!str_split(&rest, ',', &piece) || !str_to_size(piece, &min))
		return false;
	max = more ? LONGEST : min;
	if (more && rest.n && !str_to_size(rest, &max))
		return false;
	step->min = (uint16_t)min;
	step->max = (uint16_t)max;
	return min <= max && max <= LONGEST;
}

static bool add_step(struct str text)
{
	struct secret_step step = {0};
	if (text.p[0] == '<') {
		if (!parse_class(text, &step))
			return false;
	} else {
		char bytes[256];
		size_t n = 0;
		for (size_t i = 0; i < text.n && n < sizeof bytes; i++, n++) {
			bool blank = str_starts(str_from_at(text, i), STR("\\s"));
			bytes[n] = blank ? ' ' : text.p[i];
			i += blank;
		}
		step.text = text_at(str_make(bytes, n));
		step.n = (uint16_t)n;
	}
	made.steps[made.n_steps++] = step;
	return true;
}

/* Steps stand apart by blanks; a blank of the secret is written as \s. */
static bool parse_shape(struct str rest, struct secret_shape *shape)
{
	struct str piece;
	uint8_t n = 0;
	bool closed = false;
	shape->step = (uint16_t)made.n_steps;
	while (str_split(&rest, ' ', &piece)) {
		if (str_is(piece, "(")) {
			shape->from = n;
		} else if (str_is(piece, ")")) {
			shape->to = n;
			closed = true;
		} else {
			if (!piece.n || !add_step(piece))
				return false;
			n++;
		}
	}
	shape->n_steps = n;
	if (!closed)
		shape->to = n;
	return n > 0 && shape->from < shape->to;
}

static unsigned bit_of(struct str keyword)
{
	const char *name;
	json_t *value;
	unsigned i = 0;
	json_object_foreach (json_get_object(made.document->root, "keywords"), name, value) {
		if (str_is(keyword, name))
			return 1U << i;
		i++;
	}
	return 0;
}

static unsigned needs_of(const json_t *rule)
{
	static const char *const names[] = {"digit", "upper", "lower"};
	unsigned needs = 0;
	const json_t *list = json_get_array(rule, "needs");
	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (str_is(json_str(json_array_get(list, i)), names[k]))
				needs |= 1U << k;
	return needs;
}

static bool parse_before(const json_t *rule, struct secret_shape *shape)
{
	struct str text, piece;
	struct secret_step step = {0};
	if (!json_get_str(rule, "before", &text))
		return true;
	if (!str_split(&text, ' ', &piece) || !parse_class(piece, &step))
		return false;
	shape->before_class = step.class;
	shape->before = (uint8_t)step.min;
	shape->before_byte = text.p && text.n ? (uint8_t)text.p[0] : 0;
	return true;
}

static void add_shapes(const char *name, const json_t *rule)
{
	char pointer[256];
	struct str word;
	const json_t *list = json_get_array(rule, "is");
	(void)snprintf(pointer, sizeof pointer, "/shapes/%s", name);
	struct secret_shape shape = {.rule = rule_of(name), .needs = (uint8_t)needs_of(rule)};
	if (json_get_str(rule, "opens", &word) && !(shape.opens = (uint16_t)bit_of(word)))
		complain(pointer, "no such keyword", word);
	if (json_get_str(rule, "near", &word) && !(shape.near = (uint16_t)bit_of(word)))
		complain(pointer, "no such keyword", word);
	if (json_array_size(list) == 0 || !parse_before(rule, &shape))
		complain(pointer, "not understood", str_from(name));
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str text = json_str(json_array_get(list, i));
		shape.from = shape.to = 0;
		if (!parse_shape(text, &shape))
			complain(pointer, "not a shape", text);
		else if (!shape.near && made.steps[shape.step].n == 0)
			complain(pointer, "must start with bytes or be near something", text);
		made.shapes[made.n_shapes++] = shape;
	}
}

static void add_keywords(const char *name, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct secret_shape shape = {.word = true, .n_steps = 1, .to = 1};
		shape.opens = (uint16_t)bit_of(str_from(name));
		shape.step = (uint16_t)made.n_steps;
		(void)add_step(json_str(json_array_get(list, i)));
		made.shapes[made.n_shapes++] = shape;
	}
}

/* The byte that a shape is found by; those near something come last. */
static unsigned first_byte(const struct secret_shape *shape)
{
	const struct secret_step *step = &made.steps[shape->step];
	return step->n ? (unsigned char)made.text.p[step->text] : 256;
}

static int compare_shapes(const void *a, const void *b)
{
	const struct secret_shape *x = a, *y = b;
	unsigned p = first_byte(x), q = first_byte(y);
	if (p != q)
		return p < q ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

/* ---- names, programs, words ---- */

static void add_names(const char *rule, const json_t *row)
{
	static const char *const lists[] = {"words", "ends"};
	struct str kind = STR("");
	json_int_t min = 0;
	size_t strength = 0;
	char pointer[256];
	(void)snprintf(pointer, sizeof pointer, "/names/%s", rule);
	(void)json_get_str(row, "kind", &kind);
	(void)json_get_int(row, "min", &min);
	while (strength < ARRAY_SIZE(kinds) && !str_is(kind, kinds[strength]))
		strength++;
	if (strength == ARRAY_SIZE(kinds))
		complain(pointer, "no such kind", kind);
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		const json_t *list = json_get_array(row, lists[k]);
		for (size_t i = 0; i < json_array_size(list); i++) {
			struct str text = json_str(json_array_get(list, i));
			made.names[made.n_names++] = (struct secret_name){
				text_at(text),     (uint16_t)text.n, rule_of(rule),
				(uint8_t)strength, (uint8_t)min,     k == 1};
		}
	}
}

/* By last byte, then the longest first: "nexttoken" is looked at before "token". */
static int compare_names(const void *a, const void *b)
{
	const struct secret_name *x = a, *y = b;
	int p = (unsigned char)made.text.p[x->text + x->n - 1];
	int q = (unsigned char)made.text.p[y->text + y->n - 1];
	if (p != q)
		return p - q;
	if (x->n != y->n)
		return y->n - x->n;
	return x->strength - y->strength;
}

static void add_options(const json_t *row)
{
	static const struct {
		const char *list;
		enum secret_form form;
		bool attached, separate;
	} lists[] = {
		{"attached", FORM_VALUE, true, false},    {"separate", FORM_VALUE, false, true},
		{"pair", FORM_PAIR, true, true},          {"pass", FORM_PASS, false, true},
		{"logon_option", FORM_LOGON, true, true},
	};
	uint16_t rule = rule_of("password");
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		const json_t *list = json_get_array(row, lists[k].list);
		for (size_t i = 0; i < json_array_size(list); i++) {
			struct str text = json_str(json_array_get(list, i));
			made.options[made.n_options++] = (struct secret_option){
				text_at(text), (uint16_t)text.n,  rule,
				lists[k].form, lists[k].attached, lists[k].separate};
		}
	}
	/* A word that is no option. */
	bool operand = false, logon = false;
	(void)json_get_bool(row, "operand", &operand);
	(void)json_get_bool(row, "logon", &logon);
	if (operand || logon)
		made.options[made.n_options++] =
			(struct secret_option){.rule = operand ? rule_of("token") : rule,
					       .form = logon ? FORM_LOGON : FORM_VALUE};
}

static void add_program(const json_t *row)
{
	struct str after = STR("");
	const json_t *names = json_get_array(row, "names");
	uint16_t first = (uint16_t)made.n_options;
	bool settings = false;
	(void)json_get_str(row, "after", &after);
	(void)json_get_bool(row, "settings", &settings);
	add_options(row);
	for (size_t i = 0; i < json_array_size(names); i++) {
		struct str name = json_str(json_array_get(names, i));
		made.programs[made.n_programs++] =
			(struct secret_program){text_at(name),
						(uint16_t)name.n,
						after.n ? text_at(after) : 0,
						(uint16_t)after.n,
						first,
						(uint16_t)(made.n_options - first),
						settings};
	}
}

static int compare_programs(const void *a, const void *b)
{
	const struct secret_program *x = a, *y = b;
	unsigned p = secret_program_bucket(str_make(made.text.p + x->text, x->n));
	unsigned q = secret_program_bucket(str_make(made.text.p + y->text, y->n));
	if (p != q)
		return p < q ? -1 : 1;
	return str_compare(str_make(made.text.p + x->text, x->n),
			   str_make(made.text.p + y->text, y->n));
}

/* ---- writing ---- */

static void write_bytes(struct buf *out)
{
	buf_add_c(out, "const uint16_t secret_bytes[256] = {");
	for (unsigned c = 0; c < 256; c++) {
		bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z',
		     lower = c >= 'a' && c <= 'z', alnum = digit || upper || lower;
		unsigned kind = 0;
		kind |= digit ? BYTE_DIGIT : 0;
		kind |= digit || (c >= 'a' && c <= 'f') ? BYTE_HEX : 0;
		kind |= digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ? BYTE_XDIGIT : 0;
		kind |= digit || upper ? BYTE_UPPER : 0;
		kind |= digit || lower ? BYTE_LOWER : 0;
		kind |= alnum ? BYTE_ALNUM : 0;
		kind |= alnum || c == '_' ? BYTE_WORD : 0;
		kind |= alnum || c == '_' || c == '-' ? BYTE_URL64 : 0;
		kind |= alnum || c == '+' || c == '/' ? BYTE_BASE64 : 0;
		kind |= alnum || (c && strchr("._-~+/=%", (int)c)) ? BYTE_TOKEN : 0;
		kind |= c > ' ' && c != 127 && !strchr("\"'`", (int)c) ? BYTE_TEXT : 0;
		kind |= alnum || (c && strchr("_-.", (int)c)) ? BYTE_NAME : 0;
		kind |= c && strchr("\"'\\;|&\n[~", (int)c) ? BYTE_SPECIAL : 0;
		kind |= c && strchr(" \t\n\r\"'`;|&(/[,=", (int)c) ? BYTE_BEFORE : 0;
		kind |= c && strchr(" \t\n\r\"'`;|&)", (int)c) ? BYTE_AFTER : 0;
		buf_add_format(out, "%s%u,", c % 16 ? "" : "\n\t", kind);
	}
	buf_add_c(out, "};\n");
}

static void write_first(struct buf *out, const char *name, const unsigned count[257])
{
	unsigned n = 0;
	buf_add_format(out, "const uint16_t %s[257] = {", name);
	for (unsigned c = 0; c < 257; c++) {
		buf_add_format(out, "%s%u,", c % 16 ? "" : "\n\t", n);
		n += count[c];
	}
	buf_add_c(out, "};\n");
}

static void write_masks(struct buf *out, const char *name, const uint64_t *masks, unsigned n)
{
	buf_add_format(out, "const uint64_t %s[] = {", name);
	for (unsigned c = 0; c < n; c++)
		buf_add_format(out, "%s%lluU,", c % 8 ? "" : "\n\t", (unsigned long long)masks[c]);
	buf_add_c(out, "};\n");
}

static void write_keys(struct buf *out)
{
	buf_add_c(out, "const struct secret_key secret_shape_keys[] = {\n");
	for (size_t i = 0; i < made.n_shapes; i++) {
		const struct secret_step *step = &made.steps[made.shapes[i].step];
		uint32_t key = 0, mask = 0;
		for (unsigned k = 0; k < 4 && k < step->n; k++) {
			key |= (uint32_t)(unsigned char)made.text.p[step->text + k] << 8 * k;
			mask |= UINT32_C(255) << 8 * k;
		}
		buf_add_format(out, "\t{%uU, %uU},\n", key, mask);
	}
	buf_add_c(out, "};\n");
}

static void write_shapes(struct buf *out)
{
	unsigned count[257] = {0};
	uint64_t second[256] = {0};
	qsort(made.shapes, made.n_shapes, sizeof *made.shapes, compare_shapes);
	buf_add_c(out, "const struct secret_step secret_steps[] = {\n");
	for (size_t i = 0; i < made.n_steps; i++) {
		const struct secret_step *s = &made.steps[i];
		buf_add_format(out, "\t{%u, %u, %u, %u, %u},\n", s->text, s->n, s->class, s->min,
			       s->max);
	}
	buf_add_c(out, "};\nconst struct secret_shape secret_shapes[] = {\n");
	for (size_t i = 0; i < made.n_shapes; i++) {
		const struct secret_shape *s = &made.shapes[i];
		const struct secret_step *step = &made.steps[s->step];
		unsigned c = first_byte(s);
		count[c]++;
		if (c < 256)
			second[c] |= step->n > 1 ? UINT64_C(1) << (made.text.p[step->text + 1] & 63)
						 : UINT64_MAX;
		buf_add_format(out, "\t{%u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %s},\n",
			       s->rule, s->step, s->n_steps, s->from, s->to, s->needs,
			       s->before_class, s->before, s->before_byte, s->opens, s->near,
			       s->word ? "true" : "false");
	}
	buf_add_format(out,
		       "};\nconst uint16_t secret_shapes_near = %zu, secret_shapes_count = %zu;\n",
		       made.n_shapes - count[256], made.n_shapes);
	write_first(out, "secret_shapes_first", count);
	write_masks(out, "secret_shapes_second", second, 256);
	write_keys(out);
}

static uint64_t ends[32], short_ends[256];

static void add_end(struct str text)
{
	char last = text.p[text.n - 1];
	if (text.n < 3) {
		short_ends[(unsigned char)last] |= text.n > 1 ? UINT64_C(1) << (text.p[0] & 63)
							      : UINT64_MAX;
		return;
	}
	unsigned bit = secret_name_hash(text.p[text.n - 3], text.p[text.n - 2], last);
	ends[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void write_ends(struct buf *out)
{
	const json_t *tails = json_get_array(made.document->root, word_sections[WORDS_TAIL]);
	for (size_t i = 0; i < made.n_names; i++)
		add_end(str_make(made.text.p + made.names[i].text, made.names[i].n));
	for (size_t i = 0; i < json_array_size(tails); i++) {
		struct str tail = json_str(json_array_get(tails, i));
		while (tail.n && ascii_is_digit(tail.p[tail.n - 1]))
			tail.n--;
		if (tail.n)
			add_end(tail);
	}
	write_masks(out, "secret_name_ends", ends, ARRAY_SIZE(ends));
	write_masks(out, "secret_name_short", short_ends, ARRAY_SIZE(short_ends));
}

static void write_names(struct buf *out)
{
	unsigned count[257] = {0};
	qsort(made.names, made.n_names, sizeof *made.names, compare_names);
	buf_add_c(out, "const struct secret_name secret_names[] = {\n");
	for (size_t i = 0; i < made.n_names; i++) {
		const struct secret_name *s = &made.names[i];
		count[(unsigned char)made.text.p[s->text + s->n - 1]]++;
		buf_add_format(out, "\t{%u, %u, %u, %u, %u, %s},\n", s->text, s->n, s->rule,
			       s->strength, s->min, s->anywhere ? "true" : "false");
	}
	buf_add_c(out, "};\n");
	write_first(out, "secret_names_last", count);
	write_ends(out);
}

static void write_programs(struct buf *out)
{
	unsigned count[257] = {0};
	qsort(made.programs, made.n_programs, sizeof *made.programs, compare_programs);
	buf_add_c(out, "const struct secret_option secret_options[] = {\n");
	for (size_t i = 0; i < made.n_options; i++) {
		const struct secret_option *s = &made.options[i];
		buf_add_format(out, "\t{%u, %u, %u, %u, %s, %s},\n", s->text, s->n, s->rule,
			       s->form, s->attached ? "true" : "false",
			       s->separate ? "true" : "false");
	}
	buf_add_c(out, "};\nconst struct secret_program secret_programs[] = {\n");
	for (size_t i = 0; i < made.n_programs; i++) {
		const struct secret_program *s = &made.programs[i];
		count[secret_program_bucket(str_make(made.text.p + s->text, s->n))]++;
		buf_add_format(out, "\t{%u, %u, %u, %u, %u, %u, %s},\n", s->text, s->n, s->after,
			       s->after_n, s->option, s->n_options, s->settings ? "true" : "false");
	}
	/* One more, so that whoever looks for the rows of a program sees the end of the last one. */
	buf_add_c(out, "\t{0},\n};\n");
	write_first(out, "secret_programs_first", count);
}

static void write_words(struct buf *out)
{
	struct buf CLEANUP_BUF from;
	size_t n = 0;
	buf_init(&from, KiB(4));
	buf_add_c(out, "const struct secret_word secret_words[] = {\n");
	for (size_t k = 0; k < WORDS_KINDS; k++) {
		const json_t *list = json_get_array(made.document->root, word_sections[k]);
		buf_add_format(&from, "%zu, ", n);
		n += json_array_size(list);
		if (json_array_size(list) == 0)
			complain("", "needs words", str_from(word_sections[k]));
		for (size_t i = 0; i < json_array_size(list); i++) {
			struct str text = json_str(json_array_get(list, i));
			buf_add_format(out, "\t{%u, %zu},\n", text_at(text), text.n);
		}
	}
	buf_add_format(out, "};\nconst uint16_t secret_words_from[] = {%s%zu};\n", from.p, n);
}

static void write_rules(struct buf *out)
{
	static const struct {
		const char *name, *rule;
	} known[] = {{"password", "password"},
		     {"block", "private-key-block"},
		     {"bearer", "bearer-token"},
		     {"url", "url-credentials"}};
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		buf_add_format(out, "const uint16_t secret_rule_%s = %u;\n", known[i].name,
			       rule_of(known[i].rule));
	buf_add_c(out, "const uint16_t secret_rule_names[] = {");
	for (size_t i = 0; i < made.n_rules; i++)
		buf_add_format(out, "%u, ", made.rules[i]);
	buf_add_format(out, "};\nconst size_t secret_rules_count = %zu;\n", made.n_rules);
	buf_add_c(out, "const char secret_texts[] = {");
	for (size_t i = 0; i < made.text.n; i++)
		buf_add_format(out, "%s%d,", i % 24 ? "" : "\n\t", (signed char)made.text.p[i]);
	buf_add_c(out, "0};\n");
}

/* ---- reading ---- */

static void check_sections(void)
{
	const char *name;
	json_t *value;
	json_object_foreach (made.document->root, name, value) {
		bool known = false;
		char pointer[256];
		for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
			known |= strcmp(name, sections[i]) == 0;
		for (size_t i = 0; i < WORDS_KINDS; i++)
			known |= strcmp(name, word_sections[i]) == 0;
		(void)snprintf(pointer, sizeof pointer, "/%s", name);
		if (!known)
			complain(pointer, "no such section", str_from(name));
	}
}

static void read_all(void)
{
	const char *name;
	json_t *value;
	const json_t *root = made.document->root;
	check_sections();
	if (json_object_size(json_get_object(root, "keywords")) > 16)
		complain("/keywords", "at most 16", STR("keywords"));
	json_object_foreach (json_get_object(root, "shapes"), name, value)
		add_shapes(name, value);
	json_object_foreach (json_get_object(root, "keywords"), name, value)
		add_keywords(name, value);
	json_object_foreach (json_get_object(root, "names"), name, value)
		add_names(name, value);
	const json_t *programs = json_get_array(root, "programs");
	for (size_t i = 0; i < json_array_size(programs); i++)
		add_program(json_array_get(programs, i));
}

static int write_file(const char *path, const struct buf *text)
{
	FILE *file = text->failed ? NULL : fopen(path, "w");
	bool written = file && fwrite(text->p, 1, text->n, file) == text->n;
	if (file && fclose(file) != 0)
		written = false;
	if (!written)
		perror(path);
	return written ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct buf CLEANUP_BUF out;
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct cavra_error error;
	buf_init(&out, MiB(8));
	if (argc != 3) {
		(void)fputs("usage: gen-secrets SECRETS.yaml OUTPUT.c\n", stderr);
		return 2;
	}
	if (document_load(argv[1], &document, &error) < 0) {
		(void)fprintf(stderr, "%s:%d:%d: %s\n", error.file, error.line, error.column,
			      error.text);
		return 1;
	}
	made.document = document;
	buf_init(&made.text, MOST_TEXT);
	read_all();
	buf_add_c(
		&out,
		"/* Made by tools/gen-secrets from data/secrets.yaml; see ledger/secret_rules.h. */\n"
		"#include \"ledger/secret_rules.h\"\n");
	write_bytes(&out);
	write_shapes(&out);
	write_names(&out);
	write_programs(&out);
	write_words(&out);
	write_rules(&out);
	if (made.text.failed)
		complain("", "too much text", STR(""));
	buf_release(&made.text);
	return made.errors ? 1 : write_file(argv[2], &out);
}
