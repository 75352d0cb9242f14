/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking secrets out of texts and of JSON: hits are in order and inside the text, nothing that was found stays, doing it again
 * changes nothing that matters, and what is left is the text.
 */
#include "fuzz.h"

#include <string.h>

#include "base/limits.h"
#include "ledger/redact.h"
#include "ledger/secret_scan.h"
#include "json/json.h"

static const struct redactor redactor = {{1, 2, 3}};

static size_t check_hits(struct str text)
{
	struct secret_scan scan;
	struct secret_hit hit;
	size_t last = 0, n = 0;
	secret_scan_start(&scan, text);
	while (secret_scan_next(&scan, &hit)) {
		FUZZ_CHECK(hit.from >= last && hit.to > hit.from && hit.to <= text.n);
		FUZZ_CHECK(hit.rule < secret_rules_count);
		last = hit.to;
		n++;
	}
	return n;
}

static void check_text(struct str text)
{
	struct buf CLEANUP_BUF out;
	size_t count, hits = check_hits(text);
	buf_init(&out, MiB(16));
	FUZZ_CHECK(redact_text(&redactor, text, &out, &count, NULL) == 0);
	FUZZ_CHECK(count >= hits);
	if (count == 0)
		FUZZ_CHECK(str_eq(buf_str(&out), text));
}

static void check_json(struct str text)
{
	struct cavra_error error;
	json_t *value;
	if (json_read(text, 0, &value, &error) < 0)
		return;
	(void)redact_json(&redactor, value, NULL, &error);
	json_decref(value);
}

/* Every line as one argument of a command. */
/* NOLINTNEXTLINE(readability-function-size): assertions count as branches */
static void check_arguments(struct str text)
{
	struct secret_scan scan;
	struct secret_hit hit;
	struct str rest = text, line;
	secret_scan_start(&scan, STR(""));
	while (str_split(&rest, '\n', &line)) {
		size_t last = 0;
		secret_scan_argument(&scan, line);
		while (secret_scan_next(&scan, &hit)) {
			FUZZ_CHECK(hit.from >= last && hit.to > hit.from && hit.to <= line.n);
			last = hit.to;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exactly this size, so that a byte too many is noticed. */
	char *copy = malloc(size ? size : 1);
	if (size)
		memcpy(copy, data, size);
	struct str text = str_make(copy, size);
	check_text(text);
	check_arguments(text);
	check_json(text);
	free(copy);
	return 0;
}
