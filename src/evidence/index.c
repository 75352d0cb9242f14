/* SPDX-License-Identifier: Apache-2.0
 *
 * Bundles in a database, see index.h. What is filtered, ordered and cut into pages is so in SQL.
 */
#include "evidence/index.h"

#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "evidence/document.h"
#include "json/json.h"

/* ---- adding ---- */

struct adding {
	const struct metadata *metadata;
	struct str payload;
	const char *now;
	bool found;
	struct index_entry entry;
};

static int keep_entry(void *context, const struct store_value *columns, struct cavra_error *error)
{
	struct adding *adding = context;
	struct index_entry *entry = &adding->entry;
	(void)error;
	adding->found = true;
	(void)snprintf(entry->verification, sizeof entry->verification, "%.*s",
		       STR_ARG(columns[0].text));
	(void)snprintf(entry->manifest_sha256, sizeof entry->manifest_sha256, "%.*s",
		       STR_ARG(columns[1].text));
	(void)snprintf(entry->indexed_at, sizeof entry->indexed_at, "%.*s",
		       STR_ARG(columns[2].text));
	return 0;
}

static int find(struct store *store, struct adding *adding, struct cavra_error *error)
{
	const struct store_value session = store_text(adding->metadata->session_id);
	const struct store_query query = {
		.sql = "SELECT verification, manifest_sha256, indexed_at FROM evidence_metadata "
		       "WHERE session_id = ?1",
		.values = &session,
		.n = 1,
		.columns = "ttt",
	};
	return store_query(store, &query, keep_entry, adding, error);
}

static int insert(struct store *store, const struct adding *adding, struct cavra_error *error)
{
	const struct metadata *metadata = adding->metadata;
	const struct store_value values[] = {
		store_text(metadata->session_id),
		store_text(STR(METADATA_KIND_SESSION)),
		store_text(metadata->created_at),
		store_integer(metadata->created_us),
		store_text(metadata->signer),
		store_integer((int64_t)metadata->decisions),
		store_integer((int64_t)metadata->blocked),
		store_integer((int64_t)metadata->approval_required),
		store_text(str_from(verify_status_name(metadata->status))),
		metadata->key_id.n ? store_text(metadata->key_id) : store_null(),
		store_text(str_from(metadata->manifest_sha256)),
		store_text(str_from(adding->now)),
		store_text(adding->payload),
	};
	return store_exec(store,
			  "INSERT INTO evidence_metadata (session_id, metadata_kind, created_at, "
			  "created_us, signer, decision_count, blocked_count, "
			  "approval_required_count, verification, key_id, manifest_sha256, "
			  "indexed_at, payload) "
			  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
			  values, ARRAY_SIZE(values), NULL, error);
}

static int add(struct store *store, void *context, struct cavra_error *error)
{
	struct adding *adding = context;
	int code = find(store, adding, error);
	return code < 0 || adding->found ? code : insert(store, adding, error);
}

int index_add(struct store *store, const struct metadata *metadata, int64_t now,
	      enum index_outcome *ret_outcome, struct index_entry *ret_entry,
	      struct cavra_error *error)
{
	char text[WHEN_TEXT];
	struct adding adding = {.metadata = metadata, .now = text};
	char *payload = json_text(metadata->record, JSON_COMPACT | JSON_SORT_KEYS);
	if (!payload)
		return evidence_no_memory(error);
	when_format(now, text);
	adding.payload = str_from(payload);
	int code = store_transaction(store, STORE_WRITE, add, &adding, error);
	free(payload);
	if (code < 0)
		return code;
	*ret_outcome = !adding.found ? INDEX_ADDED
		       : str_is(str_from(adding.entry.manifest_sha256), metadata->manifest_sha256)
			       ? INDEX_FOUND
			       : INDEX_CONFLICT;
	*ret_entry = adding.entry;
	return 0;
}

/* ---- searching ---- */

#define WHERE                                                     \
	" FROM evidence_metadata"                                 \
	" WHERE (?1 IS NULL OR instr(session_id, ?1) > 0)"        \
	" AND (?2 IS NULL OR signer = ?2)"                        \
	" AND blocked_count >= ?3"                                \
	" AND (?4 IS NULL OR (approval_required_count > 0) = ?4)" \
	" AND (?5 IS NULL OR metadata_kind = ?5)"                 \
	" AND (?6 IS NULL OR created_us >= ?6)"                   \
	" AND (?7 IS NULL OR created_us < ?7)"                    \
	" AND (?8 IS NULL OR verification = ?8)"

enum { FILTERS = 8 };

struct searching {
	struct store_value values[FILTERS + 2];
	json_t *items;
	int64_t total;
};

static int keep_record(void *context, const struct store_value *columns, struct cavra_error *error)
{
	struct searching *searching = context;
	json_t *record = NULL;
	int code = json_read(columns[0].text, 0, &record, error);
	if (code < 0)
		return error_prefix(error, "a record in the database");
	return json_array_append_new(searching->items, record) < 0 ? evidence_no_memory(error) : 0;
}

/* Total and page are of the same moment. */
static int search(struct store *store, void *context, struct cavra_error *error)
{
	struct searching *searching = context;
	const struct store_query count = {"SELECT count(*)" WHERE, searching->values, FILTERS, "i"};
	const struct store_query page = {
		"SELECT payload" WHERE
		" ORDER BY created_us DESC, session_id ASC LIMIT ?9 OFFSET ?10",
		searching->values, FILTERS + 2, "t"};
	int code = store_query_integer(store, &count, &searching->total, error);
	return code < 0 ? code : store_query(store, &page, keep_record, searching, error);
}

static struct store_value text_or_any(const char *text)
{
	return text ? store_text(str_from(text)) : store_null();
}

static struct store_value time_or_any(int64_t when)
{
	return when ? store_integer(when) : store_null();
}

int index_search(struct store *store, const struct index_filter *filter, json_t **ret_result,
		 struct cavra_error *error)
{
	json_t CLEANUP_JSON *items = json_array();
	struct searching searching = {
		.values = {text_or_any(filter->session_id), text_or_any(filter->signer),
			   store_integer(filter->min_blocked),
			   filter->has_approvals < 0 ? store_null()
						     : store_integer(filter->has_approvals),
			   text_or_any(filter->metadata_kind), time_or_any(filter->created_from),
			   time_or_any(filter->created_until), text_or_any(filter->verification),
			   store_integer(filter->limit), store_integer(filter->offset)},
		.items = items,
	};
	if (!items)
		return evidence_no_memory(error);
	int code = store_transaction(store, STORE_SNAPSHOT, search, &searching, error);
	if (code < 0)
		return code;
	json_t *result = json_pack("{s:O, s:I, s:I, s:I}", "items", items, "total",
				   (json_int_t)searching.total, "limit", (json_int_t)filter->limit,
				   "offset", (json_int_t)filter->offset);
	if (!result)
		return evidence_no_memory(error);
	*ret_result = result;
	return 0;
}
