/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers on the command lines of programs that test.
 */
#ifndef CAVRA_TESTS_NUMBER_H
#define CAVRA_TESTS_NUMBER_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program when the text is no number from least to most: a count that was misread would pass without a test. */
static inline uint64_t parse_number(const char *text, uint64_t least, uint64_t most)
{
	char *end;
	errno = 0;
	uint64_t number = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || number < least || number > most) {
		(void)fprintf(stderr, "%s is no number from %llu to %llu\n", text,
			      (unsigned long long)least, (unsigned long long)most);
		exit(2);
	}
	return number;
}

#endif
