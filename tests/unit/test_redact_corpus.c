/* SPDX-License-Identifier: Apache-2.0
 *
 * How many secrets are found, and how much that is none: the corpus of tests/data/secrets, with keys that are made up
 * anew in each of several rounds. Prints recall and precision; fails below the floors.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/regular.h"
#include "ledger/redact.h"
#include "json/json.h"

enum { ROUNDS = 20, TEXT_BYTES = 16384, SECRETS = 8 };
static const double least_recall = 0.99, least_precision = 0.99;

static const struct redactor redactor = {{42}};

/* ---- texts from templates ---- */

static unsigned long long seed;

static unsigned random_below(unsigned n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % n;
}

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
static const struct {
	const char *name, *bytes;
} classes[] = {
	{"digit", DIGITS},
	{"hex", DIGITS "abcdef"},
	{"xdigit", DIGITS "abcdefABCDEF"},
	{"upper", DIGITS UPPER},
	{"lower", DIGITS LOWER},
	{"alnum", DIGITS LOWER UPPER},
	{"url64", DIGITS LOWER UPPER "_-"},
	{"base64", DIGITS LOWER UPPER "+/"},
	{"pass", DIGITS DIGITS LOWER UPPER "._@%+!*-"}, /* what a shell passes on without quotes */
};

struct sample {
	struct buf text; /* with the secrets */
	struct buf rest; /* with each secret as "\x01" */
	struct buf secret[SECRETS];
	size_t n_secrets;
};

static void sample_init(struct sample *sample)
{
	buf_init(&sample->text, TEXT_BYTES);
	buf_init(&sample->rest, TEXT_BYTES);
	for (size_t i = 0; i < SECRETS; i++)
		buf_init(&sample->secret[i], TEXT_BYTES);
	sample->n_secrets = 0;
}

static void sample_release(struct sample *sample)
{
	buf_release(&sample->text);
	buf_release(&sample->rest);
	for (size_t i = 0; i < SECRETS; i++)
		buf_release(&sample->secret[i]);
}

/* The first and last bytes are letters or digits, as those of keys are; a password has one of each. */
static void add_random(struct buf *out, struct str class, size_t n)
{
	const char *bytes = NULL;
	bool pass = str_is(class, "pass");
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		if (str_is(class, classes[i].name))
			bytes = classes[i].bytes;
	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++) {
		unsigned many = (unsigned)strlen(bytes);
		bool edge = i == 0 || i + 1 == n;
		char c = bytes[random_below(many)];
		while (edge && !ascii_is_alpha(c) && !ascii_is_digit(c))
			c = bytes[random_below(many)];
		if (pass && i == 1)
			c = (char)('0' + (int)random_below(10));
		buf_add_char(out, c);
	}
}

/* "class:n}": past it. */
static struct str expand(struct buf *out, struct str rest)
{
	size_t colon = str_find_char(rest, ':'), end = str_find_char(rest, '}'), n = 0;
	assert_true(colon < end && str_to_size(str_make(rest.p + colon + 1, end - colon - 1), &n));
	add_random(out, str_first(rest, colon), n);
	return str_from_at(rest, end + 1);
}

static bool is_class(struct str rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		struct str name = str_from(classes[i].name);
		if (str_starts(rest, name) && rest.n > name.n && rest.p[name.n] == ':' &&
		    rest.n > name.n + 1 && ascii_is_digit(rest.p[name.n + 1]))
			return true;
	}
	return false;
}

static void make(struct sample *sample, struct str rest)
{
	static const struct str open = STR_INIT("«"), close = STR_INIT("»"), line = STR_INIT("␤"),
				again = STR_INIT("{again}");
	struct buf *secret = NULL;
	while (rest.n) {
		struct buf piece;
		buf_init(&piece, TEXT_BYTES);
		if (str_starts(rest, open)) {
			secret = &sample->secret[sample->n_secrets++];
			buf_add_char(&sample->rest, '\1');
			rest = str_from_at(rest, open.n);
		} else if (str_starts(rest, close)) {
			secret = NULL;
			rest = str_from_at(rest, close.n);
		} else if (str_starts(rest, line)) {
			buf_add_char(&piece, '\n');
			rest = str_from_at(rest, line.n);
		} else if (str_starts(rest, again)) {
			buf_add(&piece, buf_str(&sample->secret[0]));
			rest = str_from_at(rest, again.n);
		} else if (rest.p[0] == '{' && is_class(str_from_at(rest, 1))) {
			rest = expand(&piece, str_from_at(rest, 1));
		} else {
			buf_add_char(&piece, rest.p[0]);
			rest = str_from_at(rest, 1);
		}
		buf_add(&sample->text, buf_str(&piece));
		buf_add(secret ? secret : &sample->rest, buf_str(&piece));
		buf_release(&piece);
	}
	assert_false(sample->text.failed);
}

/* ---- judging ---- */

static struct total {
	size_t secrets, found, wrong;
} of_keys, of_texts, *total;
static unsigned printed;

/* Each marker as "\x01"; returns how many. */
static size_t without_markers(struct str text, struct buf *out)
{
	size_t n = 0;
	while (text.n) {
		size_t length = 0, colons = 0;
		if (str_starts(text, STR("[redacted:")))
			while (length < text.n && text.p[length] != ']')
				colons += text.p[length++] == ':';
		if (length && colons == 2) {
			buf_add_char(out, '\1');
			text = str_from_at(text, length + 1);
			n++;
			continue;
		}
		buf_add_char(out, text.p[0]);
		text = str_from_at(text, 1);
	}
	return n;
}

static void redact(struct str text, struct buf *out)
{
	struct cavra_error error = {.text = ""};
	if (!str_starts(text, STR("json "))) {
		assert_int_equal(redact_text(&redactor, text, out, NULL, &error), 0);
		return;
	}
	json_t *value;
	if (json_read(str_from_at(text, 5), 0, &value, &error) < 0)
		fail_msg("%.*s: %s", STR_ARG(text), error.text);
	assert_int_equal(redact_json(&redactor, value, NULL, &error), 0);
	char *written = json_text(value, JSON_COMPACT | JSON_ENCODE_ANY);
	buf_add_c(out, "json ");
	buf_add_c(out, written);
	free(written);
	json_decref(value);
}

static void tell(const char *what, const struct sample *sample, const struct buf *out)
{
	if (printed++ < 60)
		print_message("# %s: %.*s\n#     -> %.*s\n", what, STR_ARG(buf_str(&sample->text)),
			      STR_ARG(buf_str(out)));
}

static bool holds_secret(const struct sample *sample, const struct buf *out, size_t i)
{
	return str_find(buf_str(out), buf_str(&sample->secret[i])) != STR_NPOS;
}

static void judge(const struct sample *sample)
{
	struct buf CLEANUP_BUF out, rest;
	size_t markers, missed = 0;
	buf_init(&out, 4 * TEXT_BYTES);
	buf_init(&rest, 4 * TEXT_BYTES);
	redact(buf_str(&sample->text), &out);
	markers = without_markers(buf_str(&out), &rest);
	for (size_t i = 0; i < sample->n_secrets; i++)
		missed += holds_secret(sample, &out, i);
	total->secrets += sample->n_secrets;
	total->found += sample->n_secrets - missed;
	if (missed)
		tell("missed", sample, &out);
	size_t before = 0;
	struct buf CLEANUP_BUF same;
	buf_init(&same, 4 * TEXT_BYTES);
	before = without_markers(buf_str(&sample->rest), &same);
	if (missed ||
	    (markers == sample->n_secrets + before && str_eq(buf_str(&rest), buf_str(&same))) ||
	    (str_find(buf_str(&sample->text), STR("json ")) == 0 && markers >= sample->n_secrets &&
	     sample->n_secrets))
		return;
	total->wrong++;
	tell("too much", sample, &out);
}

static void judge_template(struct str template)
{
	struct sample sample;
	sample_init(&sample);
	make(&sample, template);
	judge(&sample);
	sample_release(&sample);
}

/* Calls back for every line that is no comment. */
static size_t each_line(const char *name, void (*judge_line)(struct str))
{
	char path[4096];
	struct buf CLEANUP_BUF text;
	struct cavra_error error = {.text = ""};
	struct str rest, line;
	size_t n = 0;
	const char *source = getenv("CAVRA_SOURCE");
	buf_init(&text, MiB(1));
	(void)snprintf(path, sizeof path, "%s/tests/data/secrets/%s", source ? source : ".", name);
	if (regular_file_read(path, &text, &error) < 0)
		fail_msg("%s: %s", path, error.text);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!line.n || line.p[0] == '#')
			continue;
		judge_line(line);
		n++;
	}
	return n;
}

/* Where keys turn up. */
static const char *const places[] = {
	"%s",
	"echo %s > f",
	"TOKEN_OR_SO=%s ./run",
	"tool --flag='%s' x",
	"{\"value\": \"%s\"}",
	"the key is (%s), keep it",
	"https://x.example/?k=%s&y=1",
	"curl -H \"X-Thing: %s\" https://x.example",
	"a␤%s␤b",
	"x:%s",
	"json {\"text\": \"it is %s\", \"n\": 1}",
};

/* "rule shape" */
static void judge_key(struct str line)
{
	struct str rule, shape = line;
	assert_true(str_split(&shape, ' ', &rule));
	bool marked = str_find(shape, STR("«")) != STR_NPOS;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct str place = str_from(places[i]);
		size_t at = str_find(place, STR("%s"));
		/* A bot's token is a name with a colon in front of it. */
		if (i == 9 && str_is(rule, "telegram-bot-token"))
			continue;
		struct buf CLEANUP_BUF template;
		buf_init(&template, TEXT_BYTES);
		buf_add(&template, str_first(place, at));
		buf_add_c(&template, marked ? "" : "«");
		buf_add(&template, shape);
		buf_add_c(&template, marked ? "" : "»");
		buf_add(&template, str_from_at(place, at + 2));
		judge_template(buf_str(&template));
	}
}

static bool report(const char *what, const struct total *of)
{
	double recall = (double)of->found / (double)of->secrets;
	double precision = (double)of->found / (double)(of->found + of->wrong);
	print_message("# %s: recall %.4f (%zu of %zu), precision %.4f (%zu wrong)\n", what, recall,
		      of->found, of->secrets, precision, of->wrong);
	return recall >= least_recall && precision >= least_precision;
}

static void test_corpus(void **state)
{
	size_t keys = 0, secrets = 0, lookalikes = 0;
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		seed = 77 + round;
		total = &of_keys;
		keys = each_line("keys.txt", judge_key);
		total = &of_texts;
		secrets = each_line("secrets.txt", judge_template);
		lookalikes = each_line("lookalikes.txt", judge_template);
	}
	assert_true(secrets >= 250 && lookalikes >= 250);
	print_message(
		"# %zu shapes of keys in %zu places, %zu texts with secrets, %zu without, %d rounds\n",
		keys, ARRAY_SIZE(places), secrets, lookalikes, ROUNDS);
	bool keys_good = report("keys", &of_keys), texts_good = report("texts", &of_texts);
	assert_true(keys_good && texts_good);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
	return cmocka_run_group_tests_name("redact_corpus", tests, NULL, NULL);
}
