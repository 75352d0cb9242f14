/* SPDX-License-Identifier: Apache-2.0
 *
 * Eight writers, killed again and again: some from outside at any moment, some by themselves in front of or in the middle
 * of a chosen call. After each round all that was answered is in the ledger, once, where the answer said.
 *
 *	kill [--rounds N] [--seed N]
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contents.h"
#include "disk.h"
#include "ledger/place.h"

enum { WRITERS = 8, MOMENT_MICROSECONDS = 3000, LAST_CALL = 120 };

struct answer {
	uint64_t token, sequence, n;
	char hash[SHA256_HEX];
};

static struct {
	char directory[64];
	struct contents chain;
	struct answer *answers;
	size_t n, cap, checked;
	size_t torn;
	int pipe[2];
} world;

/* ---- a writer ---- */

static size_t some_bytes(uint64_t *seed, size_t *ret_n)
{
	uint64_t which = contents_random(seed, 100);
	*ret_n = which == 0 ? 1 + contents_random(seed, 16) : which < 10 ? 2 : 1;
	return which == 0 ? 50000 : which < 40 ? contents_random(seed, 3000) : 100;
}

static _Noreturn void write_on(unsigned which, uint64_t round, uint64_t seed)
{
	struct ledger_writer writer;
	struct cavra_error error;
	enum ledger_durability durability = which % 4 == 0   ? LEDGER_BATCH
					    : which % 4 == 1 ? LEDGER_NONE
							     : LEDGER_SYNC;
	uint64_t token = ((uint64_t)which + 1) << 56 | round << 24;
	for (int i = 0; i < 10; i++)
		(void)contents_random(&seed, 2);
	if (which % 2)
		disk_die_at(1 + contents_random(&seed, LAST_CALL));
	ledger_writer_init(&writer, world.directory, durability);
	for (;;) {
		struct answer answer = {.token = token};
		size_t bytes = some_bytes(&seed, &answer.n);
		if (contents_append(&writer, token, answer.n, bytes, &error) < 0) {
			(void)fprintf(stderr, "# %s\n", error.text);
			_exit(1);
		}
		answer.sequence = writer.head.sequence;
		memcpy(answer.hash, writer.head.record_hash, sizeof answer.hash);
		if (write(world.pipe[1], &answer, sizeof answer) != (ssize_t)sizeof answer)
			_exit(2);
		token += answer.n;
		if (writer.must_settle && ledger_settle(&writer, &error) < 0)
			_exit(3);
		/* As a hook does, or as one that stays. */
		if (which % 3 == 0)
			ledger_writer_release(&writer);
		if (which % 3 == 0)
			ledger_writer_init(&writer, world.directory, durability);
	}
}

/* ---- a round ---- */

static void hear(void)
{
	struct answer answer;
	while (read(world.pipe[0], &answer, sizeof answer) == (ssize_t)sizeof answer) {
		if (world.n == world.cap) {
			world.cap = world.cap ? 2 * world.cap : 4096;
			world.answers = realloc(world.answers, world.cap * sizeof *world.answers);
			if (!world.answers)
				err(1, "answers");
		}
		world.answers[world.n++] = answer;
	}
}

static void wait_a_moment(uint64_t microseconds)
{
	struct timespec until, now;
	struct pollfd news = {.fd = world.pipe[0], .events = POLLIN};
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)microseconds * 1000;
	do {
		(void)poll(&news, 1, 1);
		hear();
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - until.tv_sec) * 1000000000L + now.tv_nsec - until.tv_nsec < 0);
}

/* Returns false when a writer ended otherwise than by being killed. */
static bool run_writers(uint64_t round, uint64_t *seed)
{
	pid_t children[WRITERS];
	bool killed_all = true;
	for (unsigned i = 0; i < WRITERS; i++) {
		uint64_t own = contents_random(seed, UINT64_MAX) | 1;
		children[i] = fork();
		if (children[i] < 0)
			err(1, "fork");
		if (children[i] == 0)
			write_on(i, round, own);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		wait_a_moment(contents_random(seed, MOMENT_MICROSECONDS));
		(void)kill(children[i], SIGKILL);
	}
	for (unsigned i = 0; i < WRITERS; i++) {
		int status;
		if (waitpid(children[i], &status, 0) != children[i])
			err(1, "waitpid");
		killed_all &= WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	hear();
	return killed_all;
}

/* ---- what must hold ---- */

/* An answered group stands where the answer says. */
static bool check_answers(char *why)
{
	for (; world.checked < world.n; world.checked++) {
		const struct answer *answer = &world.answers[world.checked];
		for (uint64_t i = 0; i < answer->n; i++)
			if (!contents_holds(&world.chain, answer->sequence - i,
					    answer->token + answer->n - 1 - i,
					    i ? NULL : answer->hash)) {
				(void)snprintf(why, 200, "answered entry %" PRIu64 " is not there",
					       answer->sequence - i);
				return false;
			}
	}
	return true;
}

static int compare_tokens(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static bool check_once(char *why)
{
	uint64_t *tokens = malloc((world.chain.n + 1) * sizeof *tokens);
	size_t n = 0;
	if (!tokens)
		err(1, "tokens");
	for (size_t i = 0; i < world.chain.n; i++)
		if (world.chain.entries[i].token)
			tokens[n++] = world.chain.entries[i].token;
	qsort(tokens, n, sizeof *tokens, compare_tokens);
	bool once = true;
	for (size_t i = 1; i < n && once; i++)
		once = tokens[i] != tokens[i - 1];
	free(tokens);
	if (!once)
		(void)snprintf(why, 200, "an entry is there twice");
	return once;
}

static bool open_last(int *ret_fd)
{
	struct cavra_error error;
	uint64_t *firsts;
	size_t n;
	char name[PLACE_NAME];
	int place CLEANUP_FD = place_open(world.directory, false, &error);
	if (place < 0 || place_numbers(place, "segments", &firsts, &n, &error) < 0 || !n)
		return false;
	place_segment_name(firsts[n - 1], name);
	*ret_fd = openat(place, name, O_RDWR | O_APPEND | O_CLOEXEC);
	free(firsts);
	return *ret_fd >= 0;
}

/* Is its end torn? When not, sometimes it is torn now. */
static bool look_at_end(uint64_t *seed)
{
	static const char half[] = "{\"body\":{\"token\":\"000000000000";
	struct stat status;
	char last = '\n';
	int fd CLEANUP_FD = -1;
	if (!open_last(&fd) || fstat(fd, &status) < 0)
		return false;
	if (status.st_size && pread(fd, &last, 1, status.st_size - 1) != 1)
		return false;
	bool torn = last != '\n';
	if (!torn && contents_random(seed, 10) == 0) {
		torn = write(fd, half, sizeof half - 1) == (ssize_t)sizeof half - 1;
	}
	world.torn += torn;
	return true;
}

static size_t count_told(const struct contents *chain)
{
	size_t n = 0;
	for (size_t i = 0; i < chain->n; i++)
		n += chain->entries[i].tells_torn;
	return n;
}

static bool run_round(uint64_t round, uint64_t *seed, char *why)
{
	if (!run_writers(round, seed)) {
		(void)snprintf(why, 200, "a writer gave up");
		return false;
	}
	/* A ledger that nobody could begin yet is none. */
	struct stat status;
	char path[128];
	(void)snprintf(path, sizeof path, "%s/segments", world.directory);
	if (!world.n && stat(path, &status) < 0)
		return true;
	return contents_read_on(&world.chain, world.directory, why) && check_answers(why) &&
	       look_at_end(seed);
}

/* Everything again from the beginning, with one more entry that tells what the last round has torn. */
static bool check_all(char *why)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	ledger_writer_init(&writer, world.directory, LEDGER_SYNC);
	if (contents_append(&writer, 1, 1, 10, &error) < 0) {
		(void)snprintf(why, 200, "%.190s", error.text);
		return false;
	}
	contents_release(&world.chain);
	world.checked = 0;
	size_t told = 0;
	bool good = contents_read_on(&world.chain, world.directory, why) && check_answers(why) &&
		    check_once(why) && contents_tells_torn(&world.chain, world.directory, why);
	told = count_told(&world.chain);
	if (good && told < world.torn)
		(void)snprintf(why, 200, "%zu torn ends, %zu told", world.torn, told);
	return good && told >= world.torn;
}

/* Eyes that are shut would see nothing: an answer that was never given is missed. */
static bool control(void)
{
	char why[200];
	struct answer lie = {.token = 7, .sequence = world.chain.n, .n = 1, .hash = "0"};
	struct contents_entry twice = world.chain.entries[world.chain.n - 1];
	world.answers[0] = lie;
	world.checked = 0;
	bool missed = !check_answers(why);
	world.chain.entries[0] = twice;
	return missed && !check_once(why);
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t fallback)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return strtoull(argv[i + 1], NULL, 10);
	return fallback;
}

static void clean_up(void)
{
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", world.directory);
	(void)!system(command); /* NOLINT: a path of our own making */
}

static void result(bool good, int number, const char *what, const char *why)
{
	printf("%sok %d - %s\n", good ? "" : "not ", number, what);
	if (!good && why)
		printf("# %s\n", why);
}

int main(int argc, char **argv)
{
	char why[200] = "", what[200];
	uint64_t rounds = option(argc, argv, "--rounds", 100), round = 0;
	uint64_t first = option(argc, argv, "--seed", (uint64_t)time(NULL)), seed = first | 1;
	bool in_memory = access("/dev/shm", W_OK) == 0;
	(void)snprintf(world.directory, sizeof world.directory, "%s/cavra-kill-XXXXXX",
		       in_memory ? "/dev/shm" : "/tmp");
	if (!mkdtemp(world.directory) || pipe2(world.pipe, O_CLOEXEC) < 0 ||
	    fcntl(world.pipe[0], F_SETFL, O_NONBLOCK) < 0)
		err(1, "set-up");
	printf("1..3\n# seed %" PRIu64 "\n", first);
	(void)fflush(stdout);
	bool good = true;
	for (; round < rounds && good; round++)
		good = run_round(round + 1, &seed, why);
	(void)snprintf(what, sizeof what, "%" PRIu64 " rounds of %d killed writers, %zu answers",
		       round, WRITERS, world.n);
	result(good && world.n > rounds, 1, what, why);
	good = good && check_all(why);
	(void)snprintf(what, sizeof what, "%zu entries, %zu torn ends, %zu told", world.chain.n,
		       world.torn, count_told(&world.chain));
	result(good, 2, what, why);
	bool noticed = good && control();
	result(noticed, 3, "what must not be is noticed", NULL);
	clean_up();
	return noticed ? 0 : 1;
}
