/* SPDX-License-Identifier: Apache-2.0
 *
 * The difference of two policies as a table for a person.
 */
#ifndef CAVRA_CLI_DIFF_PRINT_H
#define CAVRA_CLI_DIFF_PRINT_H

#include <jansson.h>

/* To standard output; report: of policy_diff(). */
void diff_print(const json_t *report);

#endif
