/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time, see when.h. Counted here rather than by the C library, whose mktime() and gmtime_r() read the time zone's
 * file.
 */
#include "base/when.h"

#include <stdio.h>
#include <time.h>

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_of_month(int64_t year, int64_t month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Since 1970. */
static int64_t days_before(int64_t year, int64_t month, int64_t day)
{
	int64_t past = year - 1;
	int64_t days = 365 * past + past / 4 - past / 100 + past / 400 - 719162;
	for (int64_t i = 1; i < month; i++)
		days += days_of_month(year, i);
	return days + day - 1;
}

/* n digits at the beginning of the text, which shrinks. */
static bool take_number(struct str *text, size_t n, int64_t *ret)
{
	*ret = 0;
	if (text->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!ascii_is_digit(text->p[i]))
			return false;
		*ret = 10 * *ret + (text->p[i] - '0');
	}
	*text = str_from_at(*text, n);
	return true;
}

static bool take(struct str *text, char c)
{
	if (!text->n || text->p[0] != c)
		return false;
	*text = str_from_at(*text, 1);
	return true;
}

/* A point and digits, if there are any, as microseconds. */
static bool take_fraction(struct str *text, int64_t *ret)
{
	size_t n = 0;
	*ret = 0;
	if (!take(text, '.'))
		return true;
	while (n < text->n && ascii_is_digit(text->p[n]))
		n++;
	for (size_t i = 0; i < 6; i++)
		*ret = 10 * *ret + (i < n ? text->p[i] - '0' : 0);
	*text = str_from_at(*text, n);
	return n >= 1 && n <= 9;
}

bool when_parse(struct str text, int64_t *ret)
{
	int64_t year, month, day, hour, minute, second, fraction;
	if (!take_number(&text, 4, &year) || !take(&text, '-') || !take_number(&text, 2, &month) ||
	    !take(&text, '-') || !take_number(&text, 2, &day) || !take(&text, 'T') ||
	    !take_number(&text, 2, &hour) || !take(&text, ':') || !take_number(&text, 2, &minute) ||
	    !take(&text, ':') || !take_number(&text, 2, &second) ||
	    !take_fraction(&text, &fraction))
		return false;
	if (!str_is(text, "Z") && !str_is(text, "+00:00"))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	int64_t seconds = ((days_before(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
	*ret = seconds * 1000000 + fraction;
	return true;
}

/* Downwards: what is left of *value is not negative. */
static int64_t divide(int64_t *value, int64_t divisor)
{
	int64_t rest = *value % divisor, quotient = *value / divisor;
	quotient -= rest < 0;
	*value = rest < 0 ? rest + divisor : rest;
	return quotient;
}

void when_format(int64_t when, char ret_text[WHEN_TEXT])
{
	int64_t days = divide(&when, (int64_t)86400 * 1000000);
	int64_t year = 1970 + days / (days < 0 ? 366 : 365), month = 1; /* that or an earlier one */
	while (days_before(year, 1, 1) > days)
		year--;
	days -= days_before(year, 1, 1);
	for (; days >= days_of_month(year, month); month++)
		days -= days_of_month(year, month);
	int hour = (int)divide(&when, (int64_t)3600 * 1000000);
	int minute = (int)divide(&when, (int64_t)60 * 1000000);
	int second = (int)divide(&when, 1000000);
	(void)snprintf(ret_text, WHEN_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+00:00", (int)year,
		       (int)month, (int)days + 1, hour, minute, second, (int)when);
}

int64_t when_now(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return 0;
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
