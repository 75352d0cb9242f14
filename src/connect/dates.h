/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time as services write them. Microseconds since 1970, as in base/when.h.
 */
#ifndef CAVRA_CONNECT_DATES_H
#define CAVRA_CONNECT_DATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { DATE_TEXT = 96 }; /* more than any year needs */

void date_iso(int64_t when, char ret_text[DATE_TEXT]);   /* 2026-01-31T23:59:59Z */
void date_basic(int64_t when, char ret_text[DATE_TEXT]); /* 20260131T235959Z */
void date_http(int64_t when, char ret_text[DATE_TEXT]);  /* Sat, 31 Jan 2026 23:59:59 GMT */

/* The last of these. False for anything else, also for the wrong day of the week. */
bool date_parse_http(struct str text, int64_t *ret);

/* The next whole second: a lock must not end earlier because fractions were cut off. */
int64_t date_round_up(int64_t when);

#endif
