/* SPDX-License-Identifier: Apache-2.0
 *
 * For src/ledger/append.c as the crash tests compile it: segments so small that the next one begins again and again.
 */
#include "base/banned.h"
#include "base/limits.h"

#undef LIMIT_SEGMENT_BYTES
#define LIMIT_SEGMENT_BYTES SMALL_SEGMENT_BYTES
