/* SPDX-License-Identifier: Apache-2.0
 *
 * What the keys of a policy mean, for its manual page. Which keys there are and what values they take says
 * data/policy.schema.json; a key that is in one of the two only is an error of the build.
 */
#ifndef CAVRA_CLI_POLICY_KEYS_H
#define CAVRA_CLI_POLICY_KEYS_H

#include <stddef.h>

struct policy_key {
	const char *section, *key; /* key "": the section itself */
	const char *meaning;       /* one sentence without a full stop */
};
extern const struct policy_key policy_keys[];
extern const size_t policy_keys_count;

#endif
