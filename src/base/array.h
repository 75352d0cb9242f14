/* SPDX-License-Identifier: Apache-2.0
 *
 * Small things every folder needs.
 */
#ifndef CAVRA_BASE_ARRAY_H
#define CAVRA_BASE_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof *(array))

#endif
