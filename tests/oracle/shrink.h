/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a failing text small before a person has to read it.
 */
#ifndef TESTS_ORACLE_SHRINK_H
#define TESTS_ORACLE_SHRINK_H

#include "base/buf.h"

/* Does this text still fail? */
typedef bool shrink_fails(void *context, struct str text);

/* Deletes and simplifies pieces of `text` as long as it fails, asking at most `tries` times. */
void shrink_text(struct buf *text, shrink_fails *fails, void *context, unsigned tries);

#endif
