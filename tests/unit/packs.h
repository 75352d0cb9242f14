/* SPDX-License-Identifier: Apache-2.0
 *
 * Packs in a directory of the test's own.
 */
#ifndef CAVRA_TESTS_PACKS_H
#define CAVRA_TESTS_PACKS_H

#include "unit.h"

#include "policy/policy.h"

/* For cmocka's set-up and tear-down: a fresh directory, which is removed again. */
int packs_set_up(void **state);
int packs_tear_down(void **state);

/* Writes a file below the directory; "cavra-x" stands for "cavra-x/policy.yaml". */
void packs_put(const char *name, const char *text);
/* The same with "metadata: {id: <id>, ...}" as its first line; more: "" or ", inherits: cavra-y". */
void packs_put_pack(const char *id, const char *more, const char *text);
const char *packs_directory(void);
/* Its path, until the next call but three. */
const char *packs_path(const char *name);

/* A pack of the directory by its id, with cases. */
int packs_load(const char *id, struct policy **ret_policy, struct cavra_error *error);
/* The same, which must be possible. */
struct policy *packs_get(const char *id);
/* "file:line:column: text" with the directory left out; "" when there is no error. */
const char *packs_complaint(int code, const struct cavra_error *error);
/* Of loading the pack. */
const char *packs_try(const char *id);

/* The compact JSON of a part of the compiled document; the caller frees it. */
char *packs_part(const struct policy *policy, const char *section, const char *key);

#endif
