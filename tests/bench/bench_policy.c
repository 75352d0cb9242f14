/* SPDX-License-Identifier: Apache-2.0
 *
 * What loading a policy costs, which every start without a daemon pays: the built-in baseline, beside what jansson alone
 * needs to read the same text; and a file that inherits it, which is also validated. And what a pack of 10,000 rules
 * costs, beside reading and hashing its file. Fails above the bounds.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "policy/diff.h"
#include "policy/registry.h"

enum { ROUNDS = 200, LARGE_ROUNDS = 10 };
#define LARGE_BOUND_MS 1000.0

static const char baseline[] = "cavra-ai-agent-baseline";
static const struct policy_source source;
static char path[] = "/tmp/cavra-bench-XXXXXX.yaml";

static bool read_json(void)
{
	const struct policy_pack *pack = policy_pack_find(str_from(baseline));
	json_t *root = pack ? json_loadb(pack->json, pack->json_length, 0, NULL) : NULL;
	json_decref(root);
	return root != NULL;
}

static bool load_pack(void)
{
	struct policy *policy = NULL;
	int code = policy_load_pack(&source, baseline, NULL, 0, &policy, NULL);
	policy_free(code == 0 ? policy : NULL);
	return code == 0;
}

static bool load_file(void)
{
	struct policy *policy = NULL;
	int code = policy_load_file(&source, path, NULL, 0, &policy, NULL);
	policy_free(code == 0 ? policy : NULL);
	return code == 0;
}

/* Milliseconds of the fastest round, negative when it does not work. */
static double measure(bool (*what)(void), int rounds)
{
	struct timespec from, to;
	double best = 1e9;
	for (int i = 0; i < rounds; i++) {
		(void)clock_gettime(CLOCK_MONOTONIC, &from);
		if (!what())
			return -1;
		(void)clock_gettime(CLOCK_MONOTONIC, &to);
		double once = (double)(to.tv_sec - from.tv_sec) * 1e3 +
			      (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		best = once < best ? once : best;
	}
	return best;
}

static bool write_file(void)
{
	static const char text[] =
		"metadata: {id: cavra-bench, title: t, description: d, version: 1.0.0,\n"
		"  inherits: cavra-ai-agent-baseline}\n"
		"commands: {block: [make deploy*]}\n";
	int fd = mkstemps(path, 5);
	bool written = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1;
	return (fd < 0 || close(fd) == 0) && written;
}

static bool report(const char *what, double cost, double base, double bound)
{
	printf("%-28s %.3f ms, %.1f times reading its JSON (bound %.0f)\n", what, cost, cost / base,
	       bound);
	return cost > 0 && cost <= bound * base;
}

/* ---- 10,000 rules ---- */

static char large[] = "/tmp/cavra-bench-XXXXXX.yaml";
static char changed[] =
	"/tmp/cavra-bench-XXXXXX.yaml"; /* the same, and every item is another one */

/* What a large pack has: mostly patterns, some of them open in front, and rules. # is a number, % a word. */
static const struct {
	const char *head, *item;
	int n;
} parts[] = {
	{"filesystem:\n  block_read:", "    - \"secrets-#-%/**\"", 1500},
	{"", "    - \"*.private#-%.*\"", 500},
	{"  block_write:", "    - \"stacks/s#/%*.tf\"", 1500},
	{"  require_approval_write:", "    - \"**/migrations#/%.sql\"", 500},
	{"commands:\n  block:", "    - \"tool# --force apply-%*\"", 1500},
	{"", "    - \"curl *host#-%*|*sh*\"", 500},
	{"  require_approval:", "    - \"tool# * deploy-%\"", 1000},
	{"  allow:", "    - \"tool# test-%*\"", 1500},
	{"network:\n  block:", "    - \"*.h#-%.example\"", 500},
	{"rules:",
	 "  - {id: acme.r#.block, match: {program: tool#, subcommand: [sub, %], operands: [\"*prod#*\"]}, decision: block}",
	 1000},
};

static void add_item(struct buf *out, const char *item, int number, const char *word)
{
	for (const char *p = item; *p; p++)
		if (*p == '#')
			buf_add_format(out, "%d", number);
		else if (*p == '%')
			buf_add_c(out, word);
		else
			buf_add_char(out, *p);
	buf_add_char(out, '\n');
}

static bool write_large(char *to, const char *word)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, MiB(4));
	buf_add_c(&out, "metadata: {id: cavra-large, title: t, description: d, version: 1.0.0}\n");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].head[0])
			buf_add_format(&out, "%s\n", parts[i].head);
		for (int k = 0; k < parts[i].n; k++)
			add_item(&out, parts[i].item, k, word);
	}
	int fd = mkstemps(to, 5);
	bool written = fd >= 0 && !out.failed && write(fd, out.p, out.n) == (ssize_t)out.n;
	return (fd < 0 || close(fd) == 0) && written;
}

static bool read_and_hash(void)
{
	char chunk[65536], digest[72];
	struct buf CLEANUP_BUF text;
	FILE *in = fopen(large, "re");
	size_t n;
	buf_init(&text, MiB(4));
	while (in && (n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buf_add(&text, str_make(chunk, n));
	bool read = in && !ferror(in) && !text.failed;
	sha256_named(buf_str(&text), digest);
	return (!in || fclose(in) == 0) && read;
}

static struct policy *load_large(const char *from)
{
	struct policy *policy = NULL;
	return policy_load_file(&source, from, NULL, 0, &policy, NULL) == 0 ? policy : NULL;
}

static void complain(void *context, const struct cavra_error *mistake)
{
	(void)context;
	(void)fprintf(stderr, "%s\n", mistake->text);
}

static bool validate_large(void)
{
	return policy_check_file(&source, large, complain, NULL, NULL) == 0;
}

static bool compile_large(void)
{
	struct policy *policy = load_large(large);
	policy_free(policy);
	return policy != NULL;
}

/* As policy diff does it: both are loaded, too. */
static bool diff_large(void)
{
	struct policy *before = load_large(large), *after = load_large(changed);
	json_t *diff = NULL;
	bool good = before && after && policy_diff(before, after, &diff, NULL) == 0 &&
		    !policy_diff_is_empty(diff);
	json_decref(diff);
	policy_free(before);
	policy_free(after);
	return good;
}

static bool report_large(const char *what, bool (*run)(void), double base)
{
	double cost = measure(run, LARGE_ROUNDS);
	printf("%-28s %.0f ms (bound %.0f), %.0f times reading and hashing the file\n", what, cost,
	       LARGE_BOUND_MS, cost / base);
	return cost > 0 && cost <= LARGE_BOUND_MS;
}

static bool measure_large(void)
{
	bool good = write_large(large, "one") && write_large(changed, "other");
	double base = good ? measure(read_and_hash, ROUNDS) : -1;
	good = base > 0;
	good = good && report_large("10,000 rules: validate", validate_large, base);
	good = good && report_large("10,000 rules: compile", compile_large, base);
	good = good && report_large("10,000 rules: diff, all new", diff_large, base);
	(void)unlink(large);
	(void)unlink(changed);
	return good;
}

int main(void)
{
	bool good = write_file();
	double json = measure(read_json, ROUNDS);
	if (json <= 0)
		return 1;
	good &= report("built-in baseline", measure(load_pack, ROUNDS), json, 5);
	good &= report("file that inherits it", measure(load_file, ROUNDS), json, 10);
	(void)unlink(path);
	good &= measure_large();
	return good ? 0 : 1;
}
