/* SPDX-License-Identifier: Apache-2.0
 *
 * What each fuzz target defines. It returns 0 and checks its invariants with FUZZ_CHECK, which no build
 * removes.
 */
#ifndef CAVRA_TESTS_FUZZ_H
#define CAVRA_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_CHECK(condition)                                                                 \
	do {                                                                                  \
		if (!(condition)) {                                                           \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                              \
		}                                                                             \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
