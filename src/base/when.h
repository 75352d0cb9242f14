/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time as records write them: RFC 3339 in UTC.
 */
#ifndef CAVRA_BASE_WHEN_H
#define CAVRA_BASE_WHEN_H

#include <stdint.h>

#include "base/str.h"

/* "2026-01-31T23:59:59.000001+00:00", also with Z at the end, without a fraction or with up to 9 digits of one. False for
 * anything else, dates that no calendar has and leap seconds included. *ret: microseconds since 1970; finer digits are
 * dropped.
 */
bool when_parse(struct str text, int64_t *ret);

/* Microseconds since 1970, 0 when the system does not say. For programs: what decides is told the time. */
int64_t when_now(void);

enum { WHEN_TEXT = 40 };
/* The first form above. when: of the years 1 to 9999. */
void when_format(int64_t when, char ret_text[WHEN_TEXT]);

#endif
