/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking entries, see entry_check.h. entry_link() has looked at the frame from behind; here it is walked from the front,
 * so that nothing stands between its members. Whatever is not surely right is entry_read()'s to judge.
 */
#include "ledger/entry_check.h"

#include "base/when.h"
#include "json/canonical_scan.h"

static bool take(struct str *rest, struct str text)
{
	if (!str_starts(*rest, text))
		return false;
	*rest = str_from_at(*rest, text.n);
	return true;
}

/* What entry_link() has found to be a hash. */
static bool take_hash(struct str *rest, const char *hash)
{
	return take(rest, STR("\"")) && take(rest, str_from(hash)) && take(rest, STR("\""));
}

static bool take_previous(struct str *rest, const char *hash)
{
	return hash[0] ? take_hash(rest, hash) : take(rest, STR("null"));
}

static bool take_digits(struct str *rest)
{
	size_t n = 0;
	while (n < rest->n && ascii_is_digit(rest->p[n]))
		n++;
	*rest = str_from_at(*rest, n);
	return n > 0 && n <= 15;
}

static bool is_surely_entry(struct str line, const struct entry_link *link, struct str *ret_event)
{
	struct str text, timestamp;
	int64_t when;
	return take(&line, STR("{\"body\":")) && line.n && line.p[0] == '{' &&
	       json_scan_canonical(&line) && take(&line, STR(",\"event_type\":")) &&
	       json_scan_string(&line, ret_event) && take(&line, STR(",\"previous_hash\":")) &&
	       take_previous(&line, link->previous_hash) && take(&line, STR(",\"record_hash\":")) &&
	       take_hash(&line, link->record_hash) &&
	       take(&line, STR(",\"schema_version\":\"" ENTRY_SCHEMA "\",\"sequence\":")) &&
	       take_digits(&line) && take(&line, STR(",\"session_id\":")) &&
	       json_scan_string(&line, &text) && take(&line, STR(",\"timestamp\":")) &&
	       json_scan_string(&line, &timestamp) && when_parse(timestamp, &when) &&
	       str_is(line, "}");
}

int entry_check(struct str line, struct entry_view *ret_view, struct cavra_error *error)
{
	static const struct str own = STR_INIT(LEDGER_OWN_EVENTS);
	struct ledger_entry CLEANUP_ENTRY entry = {0};
	struct entry_view view;
	struct str event;
	const char *wrong;
	if (!entry_link(line, &view.link, &wrong))
		return error_set(error, CAVRA_ERR_INPUT, "%s", wrong);
	if (is_surely_entry(line, &view.link, &event) && str_find_char(event, '\\') == STR_NPOS) {
		view.is_own = str_starts(event, own);
		*ret_view = view;
		return 0;
	}
	int code = entry_read(line, &entry, error);
	if (code < 0)
		return code;
	view.is_own = str_starts(entry.event_type, own);
	*ret_view = view;
	return 0;
}
