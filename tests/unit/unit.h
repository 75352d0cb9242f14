/* SPDX-License-Identifier: Apache-2.0
 *
 * What every unit test includes: cmocka with the headers it wants in front of it, and checks for the
 * types of src/base.
 */
#ifndef CAVRA_TESTS_UNIT_H
#define CAVRA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/str.h"

/* Equal bytes; shows both when they are not. */
#define assert_str(got, want) unit_assert_str((got), (want), __FILE__, __LINE__)

static inline void unit_assert_str(struct str got, const char *want, const char *file, int line)
{
	if (str_is(got, want))
		return;
	print_error("got \"%.*s\" (%zu bytes), want \"%s\"\n", STR_ARG(got), got.n, want);
	_fail(file, line);
}

/* In a loop over a table: names the row that failed. */
#define assert_row(condition, row) \
	unit_assert_row((condition), #condition, (row), __FILE__, __LINE__)

static inline void unit_assert_row(bool holds, const char *condition, size_t row, const char *file,
				   int line)
{
	if (holds)
		return;
	print_error("row %zu: %s\n", row, condition);
	_fail(file, line);
}

#endif
