/* SPDX-License-Identifier: Apache-2.0
 *
 * What taking secrets out of a record costs: of records of a kilobyte, without and with a secret, and of texts that are made to be
 * slow. The baseline looks at each byte once in a table. Fails above its bounds, and where the time grows faster than the text.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/limits.h"
#include "ledger/redact.h"
#include "ledger/secret_rules.h"
#include "json/json.h"

enum { ROUNDS = 20, REPEATS = 400 };
/* Of the time that one look at each byte takes; and of that of a text of an eighth of the length. */
static const double most_record = 16, most_slow = 600, most_growth = 12;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static unsigned sink;

static void baseline(struct str text)
{
	unsigned n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += byte_is(text.p[i], BYTE_SPECIAL);
	sink += n;
}

static void redact(struct str text)
{
	static const struct redactor redactor = {{7}};
	struct buf CLEANUP_BUF out;
	size_t n;
	buf_init(&out, MiB(64));
	if (redact_text(&redactor, text, &out, &n, NULL) < 0)
		exit(1);
	sink += (unsigned)n;
}

/* The quickest of many rounds, for one text. */
static double cost(void (*work)(struct str), struct str text, size_t repeats)
{
	double best = 1e18;
	for (size_t round = 0; round < ROUNDS; round++) {
		double start = now();
		for (size_t i = 0; i < repeats; i++)
			work(text);
		double once = (now() - start) / (double)repeats;
		if (once < best)
			best = once;
	}
	return best;
}

static const char record[] =
	"{\"action_type\":\"execute_command\",\"actor\":\"ai-agent\",\"agent_id\":\"claude-code\",\"approver_group\":\"Repository Owners\","
	"\"correlation_id\":\"corr_0afbf8a34319\",\"decision\":\"require_approval\",\"decision_id\":\"dec_a705a3b8f675\",\"evidence_refs\":"
	"[\"evidence://local/dec_a705a3b8f675\"],\"findings\":[{\"approver_group\":\"Repository Owners\",\"certainty\":\"must\",\"decision\":"
	"\"require_approval\",\"effect\":{\"kind\":\"command\",\"shown\":\"psql -h db -c 'select 1'\"},\"instead\":null,\"pattern\":null,"
	"\"reason\":\"psql -h db: changes shared or remote state\",\"rule_id\":\"commands.default.require_approval\",\"severity\":\"medium\"}],"
	"\"mode\":\"enforce\",\"policy_digest\":\"sha256:6d15ff74018fe42a4ffbbd7e3c4be79a4399eaaac77729db0461bf684bcba49b\",\"policy_id\":"
	"\"cavra-ai-agent-baseline\",\"policy_pack\":\"cavra-ai-agent-baseline\",\"policy_signature\":\"bundled\",\"reason\":\"psql -h db: changes "
	"shared or remote state\",\"target\":\"cd src && make test && psql -h db -c 'select 1' | tee out.log\",\"session_id\":\"local\"}";

static const struct {
	const char *what, *unit;
} slow[] = {
	{"sk-ant- in itself", "sk-ant-"},
	{"open quotes", "token=\"your-"},
	{"values in values", "token=your-"},
	{"addresses", "http://u:your-pw/"},
	{"headers", "Authorization: Bearer $X "},
	{"escaped quotes", "password=\\\"your-"},
	{"defaults", "${token:-your-"},
	{"key blocks", "-----BEGIN PRIVATE KEY-----"},
	{"JWTs", "eyJhbGciOi."},
	{"programs", "mysql -u x "},
	{"joined words", "token=\"a://\"b"},
	{"keywords", "datadog 0123456789abcde "},
	{"array", "[redacted:x:"},
	{"dashes", "-"},
	{"pipes", "echo a b | sudo -S x "},
	{"echoes", "echo a | "},
};

struct measured {
	double ns, ratio;
};

static struct measured measure(struct str text, size_t repeats)
{
	double base = cost(baseline, text, repeats), ours = cost(redact, text, repeats);
	return (struct measured){ours, ours / base};
}

static bool report(const char *what, struct str text)
{
	struct measured m = measure(text, REPEATS);
	printf("%-20s %6.0f ns per KiB, %5.1f times one look at each byte (bound %.0f)\n", what,
	       m.ns * 1024 / (double)text.n, m.ratio, most_record);
	return m.ratio <= most_record;
}

static bool report_slow(const char *what, const char *unit)
{
	struct buf CLEANUP_BUF text;
	buf_init(&text, MiB(2));
	while (text.n < 64000)
		buf_add_c(&text, unit);
	struct measured one = measure(buf_str(&text), 4);
	while (text.n < 512000)
		buf_add_c(&text, unit);
	struct measured eight = measure(buf_str(&text), 1);
	double growth = eight.ns / one.ns;
	printf("%-20s %6.0f ns per KiB, %5.1f times one look (bound %.0f); 8 times as long takes %.1f times as long (bound %.0f)\n",
	       what, one.ns * 1024 / 64000, one.ratio, most_slow, growth, most_growth);
	return one.ratio <= most_slow && growth <= most_growth;
}

/* One record as the programs do it: a JSON value whose strings are looked at. */
static bool report_json(void)
{
	static const struct redactor redactor = {{7}};
	struct cavra_error error;
	json_t *value;
	double best = 1e18;
	if (json_read(str_from(record), 0, &value, &error) < 0)
		exit(1);
	for (size_t round = 0; round < ROUNDS; round++) {
		double start = now();
		for (size_t i = 0; i < REPEATS; i++)
			if (redact_json(&redactor, value, NULL, &error) < 0)
				exit(1);
		double once = (now() - start) / REPEATS;
		if (once < best)
			best = once;
	}
	json_decref(value);
	double base = cost(baseline, str_from(record), REPEATS);
	printf("%-20s %6.0f ns for %zu bytes, %5.1f times one look at each byte (bound %.0f)\n",
	       "a record as JSON", best, sizeof record - 1, best / base, most_record);
	return best / base <= most_record;
}

int main(void)
{
	/* What is measured is the looking: memory is kept, so that the kernel hands out none while the clock runs. */
	(void)mallopt(M_MMAP_THRESHOLD, MiB(32));
	(void)mallopt(M_TRIM_THRESHOLD, MiB(256));
	bool good = report_json();
	good &= report("a record as text", str_from(record));
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		good &= report_slow(slow[i].what, slow[i].unit);
	return good && sink ? 0 : 1;
}
