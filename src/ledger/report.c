/* SPDX-License-Identifier: Apache-2.0
 *
 * Reports of verification, see report.h.
 */
#include "ledger/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/utf8.h"

bool report_init(struct ledger_report *report)
{
	*report = (struct ledger_report){.out_of_memory = false};
	for (int i = 0; i < REPORT_LISTS; i++) {
		report->list[i] = json_array();
		report->out_of_memory = report->out_of_memory || !report->list[i];
	}
	return !report->out_of_memory;
}

void report_release(struct ledger_report *report)
{
	for (int i = 0; i < REPORT_LISTS; i++)
		json_decref(report->list[i]);
}

void report_add_json(struct ledger_report *report, enum report_list list, json_t *value)
{
	bool listed = report->count[list]++ < LIMIT_LEDGER_REPORT;
	if (!listed)
		json_decref(value);
	else if (json_array_append_new(report->list[list], value) < 0)
		report->out_of_memory = true;
}

static json_t *number_or_null(uint64_t number)
{
	return number ? json_integer((json_int_t)number) : json_null();
}

void report_add(struct ledger_report *report, enum report_list list,
		const struct report_place *place, const char *format, ...)
{
	static const struct report_place nowhere = {.file = NULL};
	char text[512], file[512] = "";
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_make_plain(text);
	if (list == REPORT_NOT_CHECKED) {
		report_add_json(report, list, json_string(text));
		return;
	}
	if (!place)
		place = &nowhere;
	/* A name is what somebody has called a file. */
	(void)snprintf(file, sizeof file, "%s", place->file ? place->file : "");
	utf8_make_plain(file);
	report_add_json(report, list,
			json_pack("{s:s?, s:o, s:o, s:s}", "file", place->file ? file : NULL,
				  "line", number_or_null(place->line), "sequence",
				  number_or_null(place->sequence), "what", text));
}
