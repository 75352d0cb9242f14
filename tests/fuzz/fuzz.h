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

/* The public half of an Ed25519 key whose private half was thrown away: nothing is signed with it. */
#define FUZZ_NOBODY                                                                             \
	{                                                                                       \
		0x8a, 0x93, 0xd7, 0x19, 0x11, 0x9e, 0x6e, 0x82, 0x83, 0x16, 0xaf, 0x49, 0x83,   \
			0xb7, 0x3a, 0x8b, 0x96, 0x47, 0x44, 0xe1, 0x2b, 0x1e, 0x7e, 0x72, 0x9f, \
			0x5f, 0x88, 0xab, 0x9a, 0xa8, 0xc4, 0x0d                                \
	}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
