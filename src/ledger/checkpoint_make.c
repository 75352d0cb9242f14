/* SPDX-License-Identifier: Apache-2.0
 *
 * Making checkpoints, see checkpoint_make.h. One process at a time, by a lock on the directory of the checkpoints. Files
 * get their names when they are whole and on disk.
 */
#include "ledger/checkpoint_make.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/regular.h"
#include "ledger/place.h"

struct maker {
	const char *directory;
	int place, checkpoints; /* descriptors */
	char origin[LEDGER_ORIGIN];
	struct key *key;
	struct note_key signer;
	struct ledger_index index;
	bool is_renewed;          /* the index was made again from the segments */
	struct merkle_head older; /* of the newest checkpoint before; size 0: there is none */
};

static int fail_io(const struct maker *maker, const char *what, const char *name,
		   struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot %s %s of the ledger %.300s: %s", what, name,
			 maker->directory, strerror(errno));
}

/* ---- files ---- */

/* Under a name that nobody has yet. */
static int store(const struct maker *maker, const char *temporary, const char *name,
		 struct str text, struct cavra_error *error)
{
	(void)unlinkat(maker->place, temporary, 0);
	int fd CLEANUP_FD = openat(maker->place, temporary,
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0 && fd_write_all(fd, text) && fsync(fd) == 0 &&
	    renameat2(maker->place, temporary, maker->place, name, RENAME_NOREPLACE) == 0 &&
	    fsync(maker->checkpoints) == 0 && fsync(maker->place) == 0)
		return 0;
	int code = fail_io(maker, "write", name, error);
	if (fd >= 0)
		(void)unlinkat(maker->place, temporary, 0);
	return code;
}

static int take_lock(struct maker *maker, struct cavra_error *error)
{
	if (mkdirat(maker->place, "checkpoints", 0700) < 0 && errno != EEXIST)
		return fail_io(maker, "make", "checkpoints", error);
	maker->checkpoints = openat(maker->place, "checkpoints",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (maker->checkpoints < 0)
		return fail_io(maker, "open", "checkpoints", error);
	while (flock(maker->checkpoints, LOCK_EX) < 0)
		if (errno != EINTR)
			return fail_io(maker, "lock", "checkpoints", error);
	return 0;
}

/* ---- the key ---- */

static int read_pem(const struct maker *maker, int fd, struct secret *ret_pem,
		    struct cavra_error *error)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return fail_io(maker, "look at", LEDGER_KEY_FILE, error);
	if (!S_ISREG(status.st_mode) || (status.st_uid != geteuid() && geteuid() != 0) ||
	    (status.st_mode & (S_IRWXG | S_IRWXO)))
		return error_set(error, CAVRA_ERR_INPUT,
				 "%.300s/" LEDGER_KEY_FILE " is not a file of its owner's alone; "
				 "anybody may have its key, so remove it, and another one is made",
				 maker->directory);
	ret_pem->n = 0;
	if (!place_read_at(fd, ret_pem->p, sizeof ret_pem->p, 0, &ret_pem->n))
		return fail_io(maker, "read", LEDGER_KEY_FILE, error);
	return 0;
}

/* CAVRA_ERR_NOT_FOUND: there is none yet. */
static int read_key(struct maker *maker, struct cavra_error *error)
{
	struct secret CLEANUP_SECRET pem;
	pem.n = 0;
	int fd CLEANUP_FD = openat(maker->place, LEDGER_KEY_FILE,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "the ledger %.300s has no key; cavra ledger checkpoint makes one",
				 maker->directory);
	if (fd < 0)
		return fail_io(maker, "open", LEDGER_KEY_FILE, error);
	int code = read_pem(maker, fd, &pem, error);
	if (code == 0)
		code = key_read_private(secret_str(&pem), NULL, &maker->key, error);
	if (code < 0)
		return error_prefix(error, LEDGER_KEY_FILE);
	return note_key_init(&maker->signer, str_from(maker->origin), maker->key, error);
}

/* Tells the ledger who will sign. */
static int tell_key(const struct maker *maker, struct cavra_error *error)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct buf CLEANUP_BUF text;
	ledger_writer_init(&writer, maker->directory, LEDGER_SYNC);
	buf_init(&text, LIMIT_NOTE_LINE);
	int code = note_key_write(&maker->signer, &text, error);
	if (code < 0)
		return code;
	struct ledger_draft draft = {
		LEDGER_KEY_CREATED, STR("ledger"),
		json_pack("{s:s%, s:s}", "verifier_key", text.p, text.n, "purpose", "checkpoints")};
	code = draft.body ? ledger_append(&writer, &draft, 1, error)
			  : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	json_decref(draft.body);
	return code;
}

/* The ledger tells of it before it can sign anything. */
static int make_key(struct maker *maker, struct cavra_error *error)
{
	struct secret CLEANUP_SECRET pem;
	pem.n = 0;
	int code = key_generate(&maker->key, error);
	if (code == 0)
		code = note_key_init(&maker->signer, str_from(maker->origin), maker->key, error);
	if (code == 0)
		code = key_write_private(maker->key, NULL, &pem, error);
	if (code == 0)
		code = tell_key(maker, error);
	return code < 0 ? code
			: store(maker, LEDGER_KEY_FILE ".new", LEDGER_KEY_FILE, secret_str(&pem),
				error);
}

static int get_key(struct maker *maker, struct cavra_error *error)
{
	int code = read_key(maker, error);
	return code == CAVRA_ERR_NOT_FOUND ? make_key(maker, error) : code;
}

/* ---- what is signed ---- */

static int get_root(struct maker *maker, uint64_t size, struct merkle_head *ret_head,
		    struct cavra_error *error)
{
	struct merkle_tree tree = ledger_index_tree(&maker->index, size);
	ret_head->size = size;
	return merkle_root(&tree, ret_head->root, error);
}

/* A power failure may have left something else of the index than was written. */
static int renew_index(struct maker *maker, struct cavra_error *error)
{
	ledger_index_close(&maker->index);
	maker->is_renewed = true;
	return ledger_index_open(maker->directory, true, &maker->index, error);
}

/* 1: the first entries have that root; 0: they do not. */
static int has_root(struct maker *maker, const struct merkle_head *head, struct cavra_error *error)
{
	struct merkle_head now;
	int code = get_root(maker, head->size, &now, error);
	bool same = code == 0 && memcmp(now.root, head->root, sizeof now.root) == 0;
	if (same || maker->is_renewed || (code < 0 && code != CAVRA_ERR_INPUT))
		return code < 0 ? code : same;
	code = renew_index(maker, error);
	return code < 0 ? code : has_root(maker, head, error);
}

/* Is the ledger still the one that the checkpoint is of? */
static int check_continues(struct maker *maker, uint64_t size, struct ledger_checkpoint *ret_old,
			   struct cavra_error *error)
{
	struct ledger_checkpoint old = {.bytes = {.p = NULL}};
	int code = ledger_checkpoint_read(maker->place, size, &old, error);
	if (code < 0)
		return code;
	int same = str_is(old.says.origin, maker->origin) ? has_root(maker, &old.says.head, error)
							  : 0;
	if (same > 0) {
		*ret_old = old;
		return 0;
	}
	ledger_checkpoint_release(&old);
	if (same < 0)
		return same;
	return error_set(error, CAVRA_ERR_INPUT,
			 "the ledger was rewritten: its first %" PRIu64
			 " entries are not those of its checkpoint of that size; nothing was "
			 "signed, and cavra ledger verify tells more",
			 size);
}

static int check_older(struct maker *maker, struct cavra_error *error)
{
	uint64_t newest = 0, older = 0;
	struct ledger_checkpoint old = {.bytes = {.p = NULL}};
	int code = ledger_checkpoint_newest(maker->place, UINT64_MAX, &newest, error);
	if (code == 0 && newest > maker->index.size)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the ledger was rewritten: there is a checkpoint of %" PRIu64
				 " entries, and it has %" PRIu64 "; nothing was signed",
				 newest, maker->index.size);
	if (code == 0)
		code = ledger_checkpoint_newest(maker->place, maker->index.size - 1, &older, error);
	if (code < 0 || !older)
		return code;
	code = check_continues(maker, older, &old, error);
	if (code == 0) {
		maker->older = old.says.head;
		ledger_checkpoint_release(&old);
	}
	return code;
}

/* The next entry of a chain; what is not is found here when the index has lied about where it is. */
static int add_entry(struct maker *maker, struct merkle_frontier *frontier,
		     struct cavra_error *error)
{
	uint8_t leaf[SHA256_BYTES];
	struct entry_link link;
	struct str line;
	int more = ledger_reader_next(&maker->index.reader, &line, error);
	if (more < 0)
		return more;
	if (!more || !entry_link(line, &link, NULL) || link.sequence != frontier->size + 1)
		return error_set(error, CAVRA_ERR_INPUT,
				 "entry %" PRIu64 " of the ledger is not where it was",
				 frontier->size + 1);
	merkle_leaf(line, leaf);
	(void)merkle_frontier_add(frontier, leaf, NULL);
	return 0;
}

/* From the entries themselves, as far as the older checkpoint is not of them: the index is nothing to sign. */
static int read_root(struct maker *maker, struct merkle_head *ret_head, struct cavra_error *error)
{
	struct merkle_tree older = ledger_index_tree(&maker->index, maker->older.size);
	struct merkle_frontier frontier = {.size = 0};
	uint8_t root[SHA256_BYTES];
	int code = older.size ? merkle_frontier_load(&older, &frontier, error) : 0;
	merkle_frontier_root(&frontier, root);
	if (code == 0 && older.size && memcmp(root, maker->older.root, sizeof root) != 0)
		code = error_set(error, CAVRA_ERR_INPUT, "the index of the ledger was changed");
	if (code == 0)
		code = ledger_index_seek(&maker->index, frontier.size + 1, error);
	while (code == 0 && frontier.size < maker->index.size)
		code = add_entry(maker, &frontier, error);
	if (code < 0)
		return code;
	merkle_frontier_root(&frontier, ret_head->root);
	ret_head->size = frontier.size;
	return 0;
}

/* The index gives the proofs for what is signed, and must agree. */
static int find_root(struct maker *maker, struct merkle_head *ret_head, struct cavra_error *error)
{
	int code = read_root(maker, ret_head, error);
	if (code == CAVRA_ERR_INPUT && !maker->is_renewed) {
		code = renew_index(maker, error);
		return code < 0 ? code : read_root(maker, ret_head, error);
	}
	code = code < 0 ? code : has_root(maker, ret_head, error);
	return code < 0 ? code
	       : code   ? 0
			: error_set(error, CAVRA_ERR_INPUT,
				    "the ledger was changed while it was read; nothing was signed");
}

/* Checkpoints outlive a power failure only together with what they are of. */
static int settle(const struct maker *maker, struct cavra_error *error)
{
	const struct ledger_reader *reader = &maker->index.reader;
	uint64_t older = 0;
	int code = ledger_checkpoint_newest(maker->place, maker->index.size - 1, &older, error);
	for (size_t i = 0; code == 0 && i < reader->n_firsts; i++) {
		char name[PLACE_NAME];
		if (i + 1 < reader->n_firsts && reader->firsts[i + 1] <= older)
			continue;
		place_segment_name(reader->firsts[i], name);
		int fd CLEANUP_FD = openat(maker->place, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || fdatasync(fd) < 0)
			code = fail_io(maker, "write", name, error);
	}
	return code;
}

static int sign(const struct maker *maker, const struct merkle_head *head, struct buf *note,
		struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	const struct checkpoint checkpoint = {.origin = str_from(maker->origin), .head = *head};
	buf_init(&text, LIMIT_NOTE_BYTES);
	int code = checkpoint_write(&checkpoint, &text, error);
	return code < 0 ? code : note_sign(buf_str(&text), &maker->signer, note, error);
}

static int make_new(struct maker *maker, struct ledger_checkpoint *ret_checkpoint,
		    struct cavra_error *error)
{
	struct buf CLEANUP_BUF note;
	struct merkle_head head = {.size = 0};
	char name[PLACE_NAME];
	buf_init(&note, LIMIT_NOTE_BYTES);
	int code = find_root(maker, &head, error);
	if (code == 0)
		code = settle(maker, error);
	if (code == 0)
		code = sign(maker, &head, &note, error);
	place_checkpoint_name(head.size, name);
	if (code == 0)
		code = store(maker, "checkpoint.new", name, buf_str(&note), error);
	return code < 0 ? code : ledger_checkpoint_parse(buf_str(&note), ret_checkpoint, error);
}

static int reuse_or_make(struct maker *maker, struct ledger_checkpoint *ret_checkpoint,
			 struct cavra_error *error)
{
	uint64_t same = 0;
	int code = check_older(maker, error);
	if (code == 0)
		code = ledger_checkpoint_newest(maker->place, maker->index.size, &same, error);
	if (code < 0)
		return code;
	if (same < maker->index.size)
		return make_new(maker, ret_checkpoint, error);
	struct ledger_checkpoint old = {.bytes = {.p = NULL}};
	code = check_continues(maker, same, &old, error);
	if (code < 0)
		return code;
	if (note_verify(&old.note, &maker->signer) == NOTE_VERIFIED) {
		*ret_checkpoint = old;
		return 0;
	}
	ledger_checkpoint_release(&old);
	return error_set(error, CAVRA_ERR_INPUT,
			 "the checkpoint of %" PRIu64 " entries that is there is not signed with "
			 "the ledger's key",
			 same);
}

/* ---- opening ---- */

static int open_maker(struct maker *maker, struct cavra_error *error)
{
	int code = ledger_index_open(maker->directory, false, &maker->index, error);
	if (code < 0)
		return code;
	code = ledger_index_origin(&maker->index, maker->origin, error);
	ledger_index_close(&maker->index);
	if (code < 0)
		return code;
	struct cavra_error why;
	maker->place = place_open(maker->directory, true, &why);
	if (maker->place < 0)
		return error_set(error, why.code, "%s", why.text);
	return 0;
}

/* A hint to writers, so that they wait for their time from now on. */
static void note_made(const char *directory)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	ledger_writer_init(&writer, directory, LEDGER_BATCH);
	(void)ledger_note_checkpoint(&writer, NULL);
}

int ledger_checkpoint_make(const char *directory, struct ledger_checkpoint *ret_checkpoint,
			   struct cavra_error *error)
{
	struct maker maker = {.directory = directory, .place = -1, .checkpoints = -1};
	int code = open_maker(&maker, error);
	if (code == 0)
		code = take_lock(&maker, error);
	if (code == 0)
		code = get_key(&maker, error);
	/* Opened again: the key's entry is in it. */
	if (code == 0)
		code = ledger_index_open(directory, false, &maker.index, error);
	if (code == 0) {
		code = reuse_or_make(&maker, ret_checkpoint, error);
		ledger_index_close(&maker.index);
	}
	if (code == 0)
		note_made(directory);
	key_free(maker.key);
	place_closep(&maker.checkpoints);
	place_closep(&maker.place);
	return code;
}

int ledger_checkpoint_key(const char *directory, struct buf *out, struct cavra_error *error)
{
	struct maker maker = {.directory = directory, .place = -1, .checkpoints = -1};
	int code = open_maker(&maker, error);
	if (code == 0)
		code = read_key(&maker, error);
	if (code == 0)
		code = note_key_write(&maker.signer, out, error);
	key_free(maker.key);
	place_closep(&maker.place);
	return code;
}
