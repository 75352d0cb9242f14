/* SPDX-License-Identifier: Apache-2.0
 *
 * What a ledger holds, see contents.h.
 */
#include "contents.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "ledger/place.h"
#include "ledger/reader.h"
#include "json/json.h"

static bool take_line(struct contents *chain, struct str line, char *why)
{
	struct entry_link link;
	const char *wrong;
	char text[LIMIT_LEDGER_ENTRY_BYTES + 1];
	const char *previous = chain->n ? chain->entries[chain->n - 1].hash : "";
	if (!entry_link(line, &link, &wrong)) {
		(void)snprintf(why, 200, "behind entry %zu: %s", chain->n, wrong);
		return false;
	}
	if (link.sequence != chain->n + 1 || strcmp(link.previous_hash, previous) != 0) {
		(void)snprintf(why, 200, "entry %" PRIu64 " does not follow entry %zu",
			       link.sequence, chain->n);
		return false;
	}
	if (chain->n == chain->cap) {
		chain->cap = chain->cap ? 2 * chain->cap : 1024;
		chain->entries = realloc(chain->entries, chain->cap * sizeof *chain->entries);
		if (!chain->entries)
			err(1, "chain");
	}
	struct contents_entry *entry = &chain->entries[chain->n++];
	memcpy(text, line.p, line.n);
	text[line.n] = '\0';
	const char *token = strstr(text, "\"token\":\"");
	*entry = (struct contents_entry){
		.token = token ? strtoull(token + sizeof "\"token\":\"" - 1, NULL, 16) : 0,
		.tells_torn = strstr(text, "\"kind\":\"torn_line\"") != NULL,
		.tells_lost = strstr(text, "\"kind\":\"lost_entries\"") != NULL};
	memcpy(entry->hash, link.record_hash, sizeof entry->hash);
	return true;
}

static bool begin(struct ledger_reader *reader, const struct contents *chain,
		  struct cavra_error *error)
{
	struct str line;
	return !chain->n ||
	       (ledger_reader_seek(reader, chain->segment, chain->offset, error) == 0 &&
		ledger_reader_next(reader, &line, error) == 1);
}

bool contents_read_on(struct contents *chain, const char *directory, char *why)
{
	struct ledger_reader CLEANUP_LEDGER_READER reader = {.place = -1, .segment = -1};
	struct cavra_error error = {.text = ""};
	struct str line;
	int more = ledger_reader_open(directory, &reader, &error);
	if (more < 0 || !begin(&reader, chain, &error)) {
		(void)snprintf(why, 200, "%.190s", error.text);
		return false;
	}
	while ((more = ledger_reader_next(&reader, &line, &error)) == 1) {
		if (!take_line(chain, line, why))
			return false;
		if (reader.number == 1 && reader.first != chain->n) {
			(void)snprintf(why, 200, "entry %zu begins segment %" PRIu64, chain->n,
				       reader.first);
			return false;
		}
		chain->segment = reader.first;
		chain->offset = reader.offset;
	}
	if (more < 0)
		(void)snprintf(why, 200, "%.190s", error.text);
	return more == 0;
}

void contents_release(struct contents *chain)
{
	free(chain->entries);
	*chain = (struct contents){0};
}

bool contents_tells_torn(const struct contents *chain, const char *directory, char *why)
{
	struct cavra_error error;
	uint64_t *numbers;
	size_t n;
	bool all = true;
	int fd CLEANUP_FD = place_open(directory, false, &error);
	if (fd < 0 || place_numbers(fd, "torn", &numbers, &n, &error) < 0)
		return false;
	for (size_t i = 0; i < n && all; i++) {
		all = numbers[i] && numbers[i] <= chain->n &&
		      chain->entries[numbers[i] - 1 + (numbers[i] == 1)].tells_torn;
		if (!all)
			(void)snprintf(why, 200, "nobody tells of torn/%" PRIu64, numbers[i]);
	}
	free(numbers);
	return all;
}

int contents_append(struct ledger_writer *writer, uint64_t token, size_t n, size_t bytes,
		    struct cavra_error *error)
{
	struct ledger_draft drafts[LIMIT_LEDGER_GROUP];
	char *text = malloc(bytes + 1);
	if (!text)
		err(1, "draft");
	memset(text, 'x', bytes);
	text[bytes] = '\0';
	for (size_t i = 0; i < n; i++) {
		char name[32];
		(void)snprintf(name, sizeof name, "%016" PRIx64, token + i);
		drafts[i] =
			(struct ledger_draft){"cavra.test", STR("s"),
					      json_pack("{s:s, s:s}", "text", text, "token", name)};
	}
	int code = ledger_append(writer, drafts, n, error);
	for (size_t i = 0; i < n; i++)
		json_decref(drafts[i].body);
	free(text);
	return code;
}

bool contents_holds(const struct contents *chain, uint64_t sequence, uint64_t token,
		    const char *hash)
{
	if (!sequence || sequence > chain->n)
		return false;
	const struct contents_entry *entry = &chain->entries[sequence - 1];
	return entry->token == token && (!hash || strcmp(entry->hash, hash) == 0);
}

uint64_t contents_random(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (*seed * 0x2545F4914F6CDD1DU >> 16) % below;
}
