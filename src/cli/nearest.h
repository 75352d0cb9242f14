/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody who misspelt a word may have meant.
 */
#ifndef CAVRA_CLI_NEAREST_H
#define CAVRA_CLI_NEAREST_H

#include <stddef.h>

/* The known word that is nearest to a misspelt one; NULL when none is near. */
const char *nearest_word(const char *word, const char *const *known, size_t n);

#endif
