/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time as services write them, see dates.h.
 */
#include "connect/dates.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/when.h"

enum { SECOND = 1000000 };

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static struct tm parts_of(int64_t when)
{
	struct tm parts = {0};
	time_t seconds = when / SECOND;
	(void)gmtime_r(&seconds, &parts);
	return parts;
}

void date_iso(int64_t when, char ret_text[DATE_TEXT])
{
	struct tm parts = parts_of(when);
	(void)snprintf(ret_text, DATE_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
		       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void date_basic(int64_t when, char ret_text[DATE_TEXT])
{
	struct tm parts = parts_of(when);
	(void)snprintf(ret_text, DATE_TEXT, "%04d%02d%02dT%02d%02d%02dZ", parts.tm_year + 1900,
		       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void date_http(int64_t when, char ret_text[DATE_TEXT])
{
	struct tm parts = parts_of(when);
	(void)snprintf(ret_text, DATE_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT",
		       days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		       parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

bool date_parse_http(struct str text, int64_t *ret)
{
	char iso[DATE_TEXT], again[DATE_TEXT];
	int64_t when;
	size_t month = 0;
	if (text.n != strlen("Sat, 31 Jan 2026 23:59:59 GMT"))
		return false;
	while (month < ARRAY_SIZE(months) && memcmp(text.p + 8, months[month], 3) != 0)
		month++;
	(void)snprintf(iso, sizeof iso, "%.4s-%02zu-%.2sT%.8sZ", text.p + 12, month + 1, text.p + 5,
		       text.p + 17);
	if (!when_parse(str_from(iso), &when))
		return false;
	/* Whatever stood in between is right when it comes out again. */
	date_http(when, again);
	if (!str_is(text, again))
		return false;
	*ret = when;
	return true;
}

int64_t date_round_up(int64_t when)
{
	return (when + SECOND - 1) / SECOND * SECOND;
}
