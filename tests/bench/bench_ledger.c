/* SPDX-License-Identifier: Apache-2.0
 *
 * What the ledger costs: bench_ledger [ENTRIES]. Appends per second in each mode, beside writing the same lines to a file and
 * beside that with fdatasync; verifying a million entries, beside hashing the same bytes; and opening ledgers of 10,000 to
 * ENTRIES (1,000,000) entries, which must not take longer the larger they are. Works below TMPDIR or /tmp and takes about
 * 600 bytes of it for each entry. Fails above the bounds.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "ledger/ledger.h"
#include "ledger/place.h"
#include "ledger/verify.h"
#include "json/json.h"

enum { FAST = 20000, SLOW = 300, VERIFIED = 1000000, OPENS = 100 };
#define VERIFY_BOUND 10.0
#define SYNC_BOUND 5.0 /* appends on disk, beside the same lines and fdatasync */
#define OPEN_BOUND 3.0 /* the largest ledger beside the smallest */

static char root[PATH_MAX - 64];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const char *what)
{
	(void)fprintf(stderr, "bench_ledger: %s\n", what);
	exit(1);
}

static void path_of(const char *name, char ret_path[PATH_MAX])
{
	(void)snprintf(ret_path, PATH_MAX, "%s/%s", root, name);
}

static json_t *make_body(uint64_t i)
{
	char target[64];
	(void)snprintf(target, sizeof target, "npm test -- --grep case%llu", (unsigned long long)i);
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s}}", "decision", "decision",
			 "allow", "action_type", "execute_command", "target", target, "rule_id",
			 "commands.allow", "decision_id", "dec_508001873d18", "context", "agent",
			 "claude-code", "branch", "main", "repository", "acme/shop");
}

static void append_group(struct ledger_writer *writer, uint64_t first, size_t n)
{
	struct ledger_draft drafts[LIMIT_LEDGER_GROUP];
	struct cavra_error error;
	for (size_t i = 0; i < n; i++)
		drafts[i] = (struct ledger_draft){"cavra.decision", STR("session-1"),
						  make_body(first + i)};
	if (ledger_append(writer, drafts, n, &error) < 0)
		stop(error.text);
	for (size_t i = 0; i < n; i++)
		json_decref(drafts[i].body);
}

static void fill(const char *directory, uint64_t from, uint64_t to)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, directory, LEDGER_NONE);
	while (from < to) {
		size_t n = to - from < LIMIT_LEDGER_GROUP ? (size_t)(to - from)
							  : LIMIT_LEDGER_GROUP;
		append_group(&writer, from, n);
		from += n;
	}
}

/* ---- appending ---- */

static double raw_seconds(size_t n, bool sync)
{
	char path[PATH_MAX], line[512];
	path_of("raw", path);
	memset(line, 'x', sizeof line);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	double start = now();
	for (size_t i = 0; i < n; i++)
		if (write(fd, line, sizeof line) != sizeof line || (sync && fdatasync(fd) < 0))
			stop("cannot write");
	double took = now() - start;
	close(fd);
	return took / (double)n;
}

/* As a daemon would: when it must, at the end of the time that it has. */
static void settle(struct ledger_writer *writer, double *due)
{
	struct cavra_error error;
	if (writer->must_settle && !*due)
		*due = now() + LEDGER_BATCH_MICROSECONDS / 1e6;
	if (!*due || now() < *due)
		return;
	if (ledger_settle(writer, &error) < 0)
		stop(error.text);
	*due = 0;
}

static double append_seconds(enum ledger_durability durability, size_t n)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	char path[PATH_MAX];
	path_of(ledger_durability_name(durability), path);
	ledger_writer_init(&writer, path, durability);
	append_group(&writer, 0, 1);
	double start = now(), due = 0;
	for (size_t i = 0; i < n; i++) {
		append_group(&writer, i, 1);
		settle(&writer, &due);
	}
	return (now() - start) / (double)n;
}

static bool bench_append(void)
{
	double raw = raw_seconds(FAST, false), raw_sync = raw_seconds(SLOW, true);
	static const size_t times[] = {
		[LEDGER_SYNC] = SLOW, [LEDGER_BATCH] = FAST, [LEDGER_NONE] = FAST};
	double took[ARRAY_SIZE(times)];
	printf("append: raw %.0f a second, raw and fdatasync %.0f a second\n", 1 / raw,
	       1 / raw_sync);
	for (int i = LEDGER_SYNC; i <= LEDGER_NONE; i++) {
		took[i] = append_seconds((enum ledger_durability)i, times[i]);
		printf("append, %s: %.0f a second, %.1f times raw, %.2f times raw and fdatasync\n",
		       ledger_durability_name((enum ledger_durability)i), 1 / took[i],
		       took[i] / raw, took[i] / raw_sync);
	}
	return took[LEDGER_SYNC] < SYNC_BOUND * raw_sync;
}

/* ---- verifying ---- */

static double hash_seconds(const char *directory)
{
	static char bytes[1 << 20];
	uint64_t *numbers, total = 0;
	size_t n, got;
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	int place = place_open(directory, false, NULL);
	if (place_numbers(place, "segments", &numbers, &n, NULL) < 0)
		stop("cannot list");
	double start = now();
	sha256_init(&state);
	for (size_t i = 0; i < n; i++) {
		char name[PLACE_NAME];
		place_segment_name(numbers[i], name);
		int fd = openat(place, name, O_RDONLY);
		for (uint64_t at = 0; place_read_at(fd, bytes, sizeof bytes, at, &got) && got;
		     at += got)
			sha256_add(&state, str_make(bytes, got));
		close(fd);
	}
	sha256_finish(&state, digest);
	double took = now() - start;
	for (size_t i = 0; i < n; i++)
		total += numbers[i];
	free(numbers);
	close(place);
	return total ? took : 0;
}

static bool bench_verify(const char *directory)
{
	struct ledger_verification what = {.directory = directory};
	enum ledger_verdict verdict;
	struct cavra_error error;
	json_t *report;
	/* Once before, so that neither waits for the disk. */
	(void)hash_seconds(directory);
	double hashing = hash_seconds(directory), start = now();
	if (ledger_verify(&what, &verdict, &report, &error) < 0 || verdict != LEDGER_INTEGRITY_ONLY)
		stop("the ledger is not whole");
	double took = now() - start;
	printf("verify: %lld entries in %.2f s, SHA-256 of the same bytes in %.2f s: %.2f times "
	       "(at most %.0f)\n",
	       (long long)json_integer_value(json_object_get(report, "entries")), took, hashing,
	       took / hashing, VERIFY_BOUND);
	json_decref(report);
	return took < VERIFY_BOUND * hashing;
}

/* ---- opening ---- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* The median of opening it as a new process would, and appending one entry. */
static double open_to_append(const char *directory)
{
	double took[OPENS];
	for (int i = 0; i < OPENS; i++) {
		double start = now();
		fill(directory, 0, 1);
		took[i] = now() - start;
	}
	qsort(took, OPENS, sizeof *took, compare_doubles);
	return took[OPENS / 2];
}

static double open_index(const char *directory)
{
	double took[OPENS];
	for (int i = 0; i < OPENS; i++) {
		struct ledger_index index;
		struct cavra_error error;
		double start = now();
		if (ledger_index_open(directory, false, &index, &error) < 0)
			stop(error.text);
		took[i] = now() - start;
		ledger_index_close(&index);
	}
	qsort(took, OPENS, sizeof *took, compare_doubles);
	return took[OPENS / 2];
}

static bool bench_open(const char *directory, uint64_t largest)
{
	double first_append = 0, first_index = 0, append = 0, index = 0;
	uint64_t size = 0;
	bool verified = true;
	for (uint64_t next = 10000; next <= largest; next *= 10) {
		fill(directory, size, next);
		size = next;
		if (next == VERIFIED)
			verified = bench_verify(directory);
		double start = now();
		(void)open_index(directory);
		double indexing = now() - start;
		append = open_to_append(directory);
		(void)open_index(directory);
		index = open_index(directory);
		if (!first_append) {
			first_append = append;
			first_index = index;
		}
		printf("open: %llu entries: to append one %.1f us, the index %.1f us; indexing the "
		       "new ones took %.1f s\n",
		       (unsigned long long)next, append * 1e6, index * 1e6, indexing);
	}
	printf("open: the largest beside the smallest: %.2f to append, %.2f the index (at most %.0f)\n",
	       append / first_append, index / first_index, OPEN_BOUND);
	return verified && append < OPEN_BOUND * first_append && index < OPEN_BOUND * first_index;
}

int main(int argc, char **argv)
{
	const char *temporary = getenv("TMPDIR");
	char directory[PATH_MAX], command[PATH_MAX];
	(void)snprintf(root, sizeof root, "%s/cavra-bench-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(root))
		stop("cannot make a directory");
	path_of("large", directory);
	bool good = bench_append();
	good = bench_open(directory, argc > 1 ? strtoull(argv[1], NULL, 10) : VERIFIED) && good;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", root);
	if (system(command) != 0) /* NOLINT: a path of our own making */
		stop("cannot tidy up");
	return good ? 0 : 1;
}
