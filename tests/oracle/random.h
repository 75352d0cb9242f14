/* SPDX-License-Identifier: Apache-2.0
 *
 * A seeded random sequence (SplitMix64), the same on every machine, so that a failure can be repeated from
 * the number that the report prints.
 */
#ifndef TESTS_ORACLE_RANDOM_H
#define TESTS_ORACLE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to below - 1. */
static inline unsigned random_below(struct random *random, unsigned below)
{
	return (unsigned)((random_next(random) >> 11) % below);
}

/* True once in `n` times. */
static inline bool random_one_in(struct random *random, unsigned n)
{
	return random_below(random, n) == 0;
}

#endif
