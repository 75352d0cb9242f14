/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries that tell of the ledger itself: that it was made, with which key it signs, what a crash has torn or lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "ledger/chain.h"
#include "ledger/checkpoint_make.h"
#include "ledger/place.h"
#include "json/json.h"

typedef void (*own_reader)(struct ledger_chain *chain, const struct ledger_entry *entry,
			   const struct report_place *place);

/* ---- made, and signed with ---- */

static void read_created(struct ledger_chain *chain, const struct ledger_entry *entry,
			 const struct report_place *place)
{
	if (chain->frontier.size != 0)
		report_add(chain->report, REPORT_ERRORS, place,
			   "a ledger is made once, by its first entry");
	else if (!ledger_origin_of(entry, chain->origin))
		report_add(chain->report, REPORT_ERRORS, place,
			   "the first entry does not say which ledger it is");
}

static void read_key_created(struct ledger_chain *chain, const struct ledger_entry *entry,
			     const struct report_place *place)
{
	struct str text = STR("");
	struct note_key name;
	struct key *key = NULL;
	struct cavra_error error;
	(void)json_get_str(entry->body, "verifier_key", &text);
	if (chain->n_keys == ARRAY_SIZE(chain->keys)) {
		report_add(chain->report, REPORT_ERRORS, place,
			   "the ledger names more than %zu keys", ARRAY_SIZE(chain->keys));
	} else if (note_key_read(text, &name, &key, &error) < 0) {
		report_add(chain->report, REPORT_ERRORS, place, "verifier_key: %s", error.text);
	} else if (!str_is(name.name, chain->origin)) {
		report_add(chain->report, REPORT_ERRORS, place,
			   "verifier_key is for another ledger");
		key_free(key);
	} else {
		chain->keys[chain->n_keys++] = key;
	}
}

/* ---- recovered ---- */

static int digest_file(int fd, uint64_t *ret_bytes, char ret_name[SHA256_NAMED])
{
	struct sha256 state;
	uint8_t digest[SHA256_BYTES];
	char bytes[8192];
	size_t n;
	sha256_init(&state);
	*ret_bytes = 0;
	do {
		if (!place_read_at(fd, bytes, sizeof bytes, *ret_bytes, &n))
			return -1;
		sha256_add(&state, str_make(bytes, n));
		*ret_bytes += n;
	} while (n);
	sha256_finish(&state, digest);
	memcpy(ret_name, "sha256:", sizeof "sha256:" - 1);
	digest_hex(digest, ret_name + sizeof "sha256:" - 1);
	return 0;
}

static const char torn_changed[] =
	"the file with what was torn is not what the entry tells: it was changed";

/* NULL: the file is what the entry tells. */
static const char *check_torn(const struct ledger_chain *chain, const char *name, struct str digest,
			      json_int_t bytes)
{
	struct stat status;
	char now[SHA256_NAMED];
	uint64_t n;
	int fd CLEANUP_FD = openat(chain->place, name,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return "the file with what was torn is missing";
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return "what was torn is no regular file";
	if (status.st_size != bytes)
		/* cppcheck-suppress resourceLeak ; CLEANUP_FD closes it */
		return torn_changed;
	if (digest_file(fd, &n, now) < 0)
		return "the file with what was torn cannot be read";
	return n == (uint64_t)bytes && str_is(digest, now) ? NULL : torn_changed;
}

static bool remember_torn(struct ledger_chain *chain, uint64_t number)
{
	uint64_t *more = realloc(chain->torn, (chain->n_torn + 1) * sizeof *more);
	if (!more)
		return false;
	more[chain->n_torn++] = number;
	chain->torn = more;
	return true;
}

/* "torn/<20 digits>" and nothing else. */
static bool torn_number(struct str file, uint64_t *ret_number)
{
	static const struct str start = STR_INIT("torn/");
	char name[PLACE_NAME];
	size_t number = 0;
	if (!str_starts(file, start) || !str_to_size(str_from_at(file, start.n), &number))
		return false;
	place_torn_name(number, name);
	*ret_number = number;
	return str_is(file, name);
}

static void read_torn(struct ledger_chain *chain, const struct ledger_entry *entry,
		      const struct report_place *place)
{
	struct str file = STR(""), digest = STR("");
	json_int_t bytes = -1;
	uint64_t number;
	char name[PLACE_NAME];
	(void)json_get_str(entry->body, "file", &file);
	(void)json_get_str(entry->body, "digest", &digest);
	(void)json_get_int(entry->body, "bytes", &bytes);
	if (!torn_number(file, &number)) {
		report_add(chain->report, REPORT_ERRORS, place,
			   "file does not say where the torn line is kept");
		return;
	}
	report_add(chain->report, REPORT_FINDINGS, place,
		   "a crash has torn a line, %lld bytes of it are kept in %.*s", (long long)bytes,
		   STR_ARG(file));
	if (!remember_torn(chain, number))
		chain->report->out_of_memory = true;
	if (chain->place < 0)
		return;
	place_torn_name(number, name);
	const char *wrong = check_torn(chain, name, digest, bytes);
	if (wrong)
		report_add(chain->report, REPORT_ERRORS,
			   &(struct report_place){name, 0, place->sequence}, "%s", wrong);
}

static void read_lost(struct ledger_chain *chain, const struct ledger_entry *entry,
		      const struct report_place *place)
{
	json_int_t from = 0, to = 0;
	bool was_durable = true;
	(void)json_get_int(entry->body, "from", &from);
	(void)json_get_int(entry->body, "to", &to);
	(void)json_get_bool(entry->body, "was_durable", &was_durable);
	report_add(chain->report, REPORT_FINDINGS, place,
		   was_durable ? "entries %lld to %lld were lost although they were on disk: the "
				 "ledger was truncated, or the disk has failed"
			       : "entries %lld to %lld were lost before they were on disk",
		   (long long)from, (long long)to);
}

static void read_recovered(struct ledger_chain *chain, const struct ledger_entry *entry,
			   const struct report_place *place)
{
	struct str kind = STR("");
	(void)json_get_str(entry->body, "kind", &kind);
	if (str_is(kind, "torn_line"))
		read_torn(chain, entry, place);
	else if (str_is(kind, "lost_entries"))
		read_lost(chain, entry, place);
	else
		report_add(chain->report, REPORT_NOT_CHECKED, place,
			   "a recovery of a kind that this program does not know");
}

/* ---- which ---- */

static const struct {
	const char *event_type;
	own_reader read;
} own_events[] = {
	{"cavra.ledger.created", read_created},
	{LEDGER_KEY_CREATED, read_key_created},
	{"cavra.ledger.recovered", read_recovered},
};

void chain_read_own(struct ledger_chain *chain, const struct ledger_entry *entry,
		    const struct report_place *place)
{
	bool is_created = str_is(entry->event_type, "cavra.ledger.created");
	if (chain->frontier.size == 0 && !is_created)
		report_add(chain->report, REPORT_ERRORS, place,
			   "the first entry does not say which ledger it is");
	for (size_t i = 0; i < ARRAY_SIZE(own_events); i++)
		if (str_is(entry->event_type, own_events[i].event_type))
			own_events[i].read(chain, entry, place);
}

bool chain_tells_torn(const struct ledger_chain *chain, uint64_t number)
{
	for (size_t i = 0; i < chain->n_torn; i++)
		if (chain->torn[i] == number)
			return true;
	return false;
}
