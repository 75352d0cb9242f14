/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine loses power. A workload of several writers is recorded call by call; for each call the disks are made that
 * there could be, had the power failed behind it; the ledger is opened on each, and must hold all that it promised and tell
 * what it has lost. Recovering is recorded as well, and loses power, too.
 *
 *	power [--workloads N] [--seed N]
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/regular.h"
#include "contents.h"
#include "disk.h"
#include "ledger/place.h"

#define LEDGER "home/ledger"

enum { APPENDS = 30, NODES = 64, SECTOR = 512, VERSIONS = 32, ANSWERS = 4096 };

/* What becomes of what was not yet on disk. */
enum loss {
	LOSS_OF_ALL,   /* it is not there, neither are names */
	LOSS_OF_BYTES, /* files are as long as they would have been, with zeros */
	LOSS_OF_SOME,  /* each sector, length and name is an old or a new one */
	LOSS_OF_NONE,
	LOSSES
};
static const char *const loss_names[LOSSES] = {
	[LOSS_OF_ALL] = "all is lost",
	[LOSS_OF_BYTES] = "zeros stand for it",
	[LOSS_OF_SOME] = "some is lost",
	[LOSS_OF_NONE] = "nothing is lost",
};
/* How often each is tried. */
static const int loss_times[LOSSES] = {
	[LOSS_OF_ALL] = 1, [LOSS_OF_BYTES] = 1, [LOSS_OF_SOME] = 4, [LOSS_OF_NONE] = 1};

struct bytes {
	char *p;
	size_t n;
};

struct node {
	char path[DISK_PATH];
	bool is_directory, exists, has_name; /* now; on disk */
	struct bytes disk;
	struct bytes
		version[VERSIONS]; /* since it was brought to disk; the last is what it holds */
	size_t n;
};

struct machine {
	struct node node[NODES];
	size_t n;
};

/* What was answered, or brought to disk. */
struct answer {
	uint64_t token, sequence, n;
	char hash[SHA256_HEX];
	enum ledger_durability durability;
	bool settled; /* not an answer: all up to `sequence` is on disk */
};

struct promise {
	struct answer answers[ANSWERS];
	size_t n;
	uint64_t settled;
};

static char root[32];
static char directory[64];
static uint64_t seed;
static size_t disks, torn_told, lost_told;

/* ---- bytes ---- */

static struct bytes copy_of(struct bytes from, size_t n)
{
	struct bytes copy = {calloc(1, n + 1), n};
	if (!copy.p)
		err(1, "bytes");
	if (from.n)
		memcpy(copy.p, from.p, from.n < n ? from.n : n);
	return copy;
}

static struct bytes now_of(const struct node *node)
{
	return node->n ? node->version[node->n - 1] : node->disk;
}

static void push(struct node *node, struct bytes version)
{
	if (node->n == VERSIONS) {
		free(node->version[0].p);
		memmove(node->version, node->version + 1, (VERSIONS - 1) * sizeof *node->version);
		node->n--;
	}
	node->version[node->n++] = version;
}

static void forget_versions(struct node *node)
{
	for (size_t i = 0; i < node->n; i++)
		free(node->version[i].p);
	node->n = 0;
}

static void machine_release(struct machine *machine)
{
	for (size_t i = 0; i < machine->n; i++) {
		forget_versions(&machine->node[i]);
		free(machine->node[i].disk.p);
	}
	machine->n = 0;
}

/* ---- what a call does ---- */

static struct node *find(struct machine *machine, const char *path)
{
	for (size_t i = 0; i < machine->n; i++)
		if (strcmp(machine->node[i].path, path) == 0)
			return &machine->node[i];
	if (machine->n == NODES)
		errx(1, "more files than there is room for");
	struct node *node = &machine->node[machine->n++];
	*node = (struct node){.disk = copy_of((struct bytes){0}, 0)};
	(void)snprintf(node->path, sizeof node->path, "%s", path);
	return node;
}

static bool is_in(const char *path, const char *parent)
{
	size_t n = strlen(parent);
	if (n && (strncmp(path, parent, n) != 0 || path[n] != '/'))
		return false;
	path += n + (n != 0);
	return *path && !strchr(path, '/');
}

static void bring_to_disk(struct machine *machine, struct node *node)
{
	if (node->is_directory)
		for (size_t i = 0; i < machine->n; i++)
			if (is_in(machine->node[i].path, node->path))
				machine->node[i].has_name = machine->node[i].exists;
	if (!node->n)
		return;
	struct bytes now = copy_of(now_of(node), now_of(node).n);
	forget_versions(node);
	free(node->disk.p);
	node->disk = now;
}

static void do_call(struct machine *machine, const struct disk_call *call)
{
	struct node *node = find(machine, call->path);
	struct bytes now = now_of(node), next;
	switch (call->kind) {
	case DISK_MAKE:
		node->exists = true;
		node->is_directory = call->is_directory;
		break;
	case DISK_REMOVE:
		node->exists = false;
		break;
	case DISK_WRITE:
		next = copy_of(now,
			       call->offset + call->n > now.n ? call->offset + call->n : now.n);
		memcpy(next.p + call->offset, call->bytes, call->n);
		push(node, next);
		break;
	case DISK_TRUNCATE:
		push(node, copy_of(now, call->offset));
		break;
	case DISK_SYNC:
		node->is_directory = call->is_directory;
		bring_to_disk(machine, node);
		break;
	case DISK_NOTE:
		break;
	}
}

static void play(struct machine *machine, const struct disk_log *log, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (log->calls[i].kind != DISK_NOTE)
			do_call(machine, &log->calls[i]);
}

/* ---- what the disk holds then ---- */

static struct bytes left_of_file(const struct node *node, enum loss loss)
{
	struct bytes disk = node->disk, now = now_of(node), left;
	switch (loss) {
	case LOSS_OF_ALL:
		return copy_of(disk, disk.n);
	case LOSS_OF_BYTES:
		return copy_of((struct bytes){disk.p, disk.n < now.n ? disk.n : now.n}, now.n);
	case LOSS_OF_NONE:
	case LOSSES:
		return copy_of(now, now.n);
	case LOSS_OF_SOME:
		break;
	}
	if (node->n && contents_random(&seed, 2))
		now = node->version[contents_random(&seed, node->n)];
	size_t least = disk.n < now.n ? disk.n : now.n, most = disk.n < now.n ? now.n : disk.n;
	size_t which = contents_random(&seed, 3);
	left = copy_of(disk, which == 0   ? least
			     : which == 1 ? most
					  : least + contents_random(&seed, most - least + 1));
	for (size_t at = 0; at < left.n && at < now.n; at += SECTOR) {
		size_t end = at + SECTOR < now.n ? at + SECTOR : now.n;
		if (contents_random(&seed, 2))
			memcpy(left.p + at, now.p + at, (end < left.n ? end : left.n) - at);
	}
	return left;
}

static bool keeps_name(const struct node *node, enum loss loss)
{
	if (node->exists == node->has_name || loss == LOSS_OF_NONE)
		return node->exists;
	return loss == LOSS_OF_ALL     ? node->has_name
	       : loss == LOSS_OF_BYTES ? node->exists
				       : contents_random(&seed, 2);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	return remove(path);
}

static void empty_root(void)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/home", root);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool put(const struct node *node, const char *path, enum loss loss)
{
	if (node->is_directory)
		return mkdir(path, 0700) == 0;
	struct bytes left = left_of_file(node, loss);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done = fd >= 0 && fd_write_all(fd, str_make(left.p, left.n));
	place_closep(&fd);
	free(left.p);
	return done;
}

/* Makes the directory. *ret_left: the machine that starts from it. */
static void make_disk(const struct machine *machine, enum loss loss, struct machine *ret_left)
{
	char path[256];
	ret_left->n = 0;
	empty_root();
	for (size_t i = 0; i < machine->n; i++) {
		const struct node *node = &machine->node[i];
		(void)snprintf(path, sizeof path, "%s/%s", root, node->path);
		if (!node->path[0] || !keeps_name(node, loss))
			continue;
		if (!put(node, path, loss) && errno != ENOENT)
			err(1, "%s", path);
		struct stat status;
		if (lstat(path, &status) < 0)
			continue;
		struct node *left = find(ret_left, node->path);
		left->exists = left->has_name = true;
		left->is_directory = node->is_directory;
		free(left->disk.p);
		left->disk = copy_of((struct bytes){0}, 0);
		if (node->is_directory)
			continue;
		int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
		size_t n;
		free(left->disk.p);
		left->disk = copy_of((struct bytes){0}, (size_t)status.st_size);
		if (fd < 0 || !place_read_at(fd, left->disk.p, left->disk.n, 0, &n))
			err(1, "%s", path);
	}
}

/* ---- what was promised ---- */

static void promises_of(const struct disk_log *log, size_t n, struct promise *promise)
{
	for (size_t i = 0; i < n; i++) {
		struct answer answer;
		if (log->calls[i].kind != DISK_NOTE)
			continue;
		memcpy(&answer, log->calls[i].bytes, sizeof answer);
		if ((answer.settled || answer.durability == LEDGER_SYNC) &&
		    answer.sequence > promise->settled)
			promise->settled = answer.sequence;
		if (!answer.settled && promise->n < ANSWERS)
			promise->answers[promise->n++] = answer;
	}
}

/* An entry that was answered and is lost may be so only where that was agreed. */
static bool check_promise(const struct promise *promise, const struct contents *chain, char *why)
{
	size_t lost = 0;
	for (size_t i = 0; i < promise->n; i++) {
		const struct answer *answer = &promise->answers[i];
		for (uint64_t k = 0; k < answer->n; k++) {
			uint64_t sequence = answer->sequence - k;
			bool there = contents_holds(chain, sequence,
						    answer->token + answer->n - 1 - k,
						    k ? NULL : answer->hash);
			lost += !there;
			if (there || sequence > promise->settled)
				continue;
			(void)snprintf(why, 200,
				       "entry %" PRIu64 " is lost, %" PRIu64 " were kept for good",
				       sequence, promise->settled);
			return false;
		}
	}
	if (lost > LEDGER_BATCH_ENTRIES)
		(void)snprintf(why, 200, "%zu entries are lost", lost);
	return lost <= LEDGER_BATCH_ENTRIES;
}

/* ---- workloads ---- */

static void answer_with(const struct ledger_writer *writer, uint64_t token, size_t n)
{
	struct answer answer = {.token = token,
				.sequence = writer->head.sequence,
				.n = n,
				.durability = writer->durability};
	memcpy(answer.hash, writer->head.record_hash, sizeof answer.hash);
	disk_note(&answer, sizeof answer);
}

static void append_one(struct ledger_writer *writer, uint64_t token)
{
	struct cavra_error error;
	size_t n = contents_random(&seed, 8) ? 1 : 1 + contents_random(&seed, 8);
	size_t bytes = contents_random(&seed, 5) ? contents_random(&seed, 600)
						 : contents_random(&seed, 8000);
	if (contents_append(writer, token, n, bytes, &error) < 0)
		errx(1, "%s", error.text);
	answer_with(writer, token, n);
	if (!writer->must_settle || contents_random(&seed, 2))
		return;
	struct answer settled = {.sequence = writer->head.sequence, .settled = true};
	if (ledger_settle(writer, &error) < 0)
		errx(1, "%s", error.text);
	disk_note(&settled, sizeof settled);
}

/* which: only sync, only batch, or both. */
static void work(uint64_t which, struct disk_log *log)
{
	struct ledger_writer writers[3];
	empty_root();
	disk_record(log, root);
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		ledger_writer_init(&writers[i], directory,
				   which == 0 || (which == 2 && i) ? LEDGER_SYNC : LEDGER_BATCH);
	for (uint64_t i = 0; i < APPENDS; i++) {
		struct ledger_writer *writer =
			&writers[contents_random(&seed, ARRAY_SIZE(writers))];
		append_one(writer, (i + 1) << 8);
		if (contents_random(&seed, 2))
			continue;
		enum ledger_durability durability = writer->durability;
		ledger_writer_release(writer);
		ledger_writer_init(writer, directory, durability);
	}
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		ledger_writer_release(&writers[i]);
	disk_stop();
}

/* ---- recovering ---- */

static void read_state(struct ledger_state *ret_state)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/state", directory);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	*ret_state = (struct ledger_state){0};
	if (fd >= 0)
		state_read(fd, ret_state);
}

/* The entries that the state knew of are there, or it is told that they are not; so is what was torn. */
static bool check_told(const struct ledger_state *state, const struct contents *chain, char *why)
{
	size_t torn = 0, lost = 0;
	for (size_t i = 0; i < chain->n; i++) {
		torn += chain->entries[i].tells_torn;
		lost += chain->entries[i].tells_lost;
	}
	torn_told += torn;
	lost_told += lost;
	if (state->last > chain->n && !lost) {
		(void)snprintf(why, 200, "%" PRIu64 " entries were known, nobody tells of a loss",
			       state->last);
		return false;
	}
	return contents_tells_torn(chain, directory, why);
}

static bool recover(const struct promise *promise, struct disk_log *log, char *why)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct ledger_state state;
	struct cavra_error error;
	struct contents chain = {0};
	read_state(&state);
	ledger_writer_init(&writer, directory, LEDGER_SYNC);
	disk_record(log, root);
	int code = contents_append(&writer, UINT64_C(1) << 40, 1, 50, &error);
	if (code == 0)
		answer_with(&writer, UINT64_C(1) << 40, 1);
	disk_stop();
	disks++;
	if (code < 0) {
		(void)snprintf(why, 200, "%.190s", error.text);
		return false;
	}
	bool good = contents_read_on(&chain, directory, why) &&
		    check_promise(promise, &chain, why) && check_told(&state, &chain, why) &&
		    contents_holds(&chain, chain.n, UINT64_C(1) << 40, writer.head.record_hash);
	contents_release(&chain);
	return good;
}

/* Behind the n-th call. Then the power fails once more, while the ledger recovers. */
static bool lose_power(const struct disk_log *log, size_t n, enum loss loss, char *why)
{
	static struct machine machine, left, last;
	static struct promise promise;
	struct disk_log recovering = {0};
	promise = (struct promise){.n = 0};
	play(&machine, log, n);
	promises_of(log, n, &promise);
	make_disk(&machine, loss, &left);
	bool good = recover(&promise, &recovering, why);
	if (good) {
		struct disk_log ignored = {0};
		size_t at = contents_random(&seed, recovering.n + 1);
		enum loss again = (enum loss)contents_random(&seed, LOSSES);
		play(&left, &recovering, at);
		make_disk(&left, again, &last);
		good = recover(&promise, &ignored, why);
		disk_release(&ignored);
		machine_release(&last);
	}
	disk_release(&recovering);
	machine_release(&machine);
	machine_release(&left);
	return good;
}

/* Returns how many disks were bad. */
static size_t lose_power_everywhere(const struct disk_log *log, enum loss loss)
{
	size_t bad = 0;
	for (size_t n = 0; n <= log->n && bad < 5; n++)
		for (int times = 0; times < loss_times[loss]; times++) {
			char why[200] = "";
			uint64_t was = seed;
			if (lose_power(log, n, loss, why))
				continue;
			printf("# behind call %zu of %zu, seed %" PRIu64 ": %s\n", n, log->n, was,
			       why);
			bad++;
		}
	return bad;
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t fallback)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return strtoull(argv[i + 1], NULL, 10);
	return fallback;
}

/* A disk that forgets what it said it held is noticed. */
static bool control(const struct disk_log *log)
{
	struct disk_log lying = {calloc(log->n, sizeof *log->calls), 0, log->n};
	size_t bad = 0;
	for (size_t i = 0; i < log->n; i++)
		if (log->calls[i].kind != DISK_SYNC || log->calls[i].is_directory)
			lying.calls[lying.n++] = log->calls[i];
	char why[200] = "";
	bad += !lose_power(&lying, lying.n, LOSS_OF_ALL, why);
	free(lying.calls);
	return bad > 0;
}

static bool result(bool good, int number, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", number, what);
	(void)fflush(stdout);
	return good;
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"sync", "batch", "both"};
	uint64_t workloads = option(argc, argv, "--workloads", 1);
	seed = option(argc, argv, "--seed", (uint64_t)time(NULL)) | 1;
	(void)snprintf(root, sizeof root, "%s/cavra-power-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(root))
		err(1, "set-up");
	(void)snprintf(directory, sizeof directory, "%s/" LEDGER, root);
	printf("# seed %" PRIu64 "\n", seed);
	int tests = 0;
	bool all_good = true;
	for (uint64_t i = 0; i < 3 * workloads; i++) {
		struct disk_log log = {0};
		char what[200];
		work(i % 3, &log);
		for (int loss = 0; loss < LOSSES; loss++) {
			disks = torn_told = lost_told = 0;
			bool good = !lose_power_everywhere(&log, (enum loss)loss);
			(void)snprintf(
				what, sizeof what,
				"%s: %s: %zu disks, %zu times told what was torn, %zu what was lost",
				kinds[i % 3], loss_names[loss], disks, torn_told, lost_told);
			all_good &= result(good, ++tests, what);
		}
		if (i == 0)
			all_good &= result(control(&log), ++tests, "what must not be is noticed");
		disk_release(&log);
	}
	printf("1..%d\n", tests);
	empty_root();
	(void)rmdir(root);
	return all_good ? 0 : 1;
}
