/* SPDX-License-Identifier: Apache-2.0
 *
 * Embedded packs, see registry.h.
 */
#include "policy/registry.h"

#include "base/buf.h"
#include "base/limits.h"

int policy_id_check(struct str id, struct cavra_error *error)
{
	struct str prefix = STR("cavra-");
	bool good = id.n > prefix.n && id.n <= LIMIT_POLICY_ID && str_starts(id, prefix);
	for (size_t i = prefix.n; good && i < id.n; i++)
		good = (id.p[i] >= 'a' && id.p[i] <= 'z') || ascii_is_digit(id.p[i]) ||
		       id.p[i] == '-';
	if (good)
		return 0;
	return error_set(error, CAVRA_ERR_POLICY,
			 "\"%.*s\" is no pack id; write cavra- and at most %d lower-case letters, "
			 "digits and dashes, such as cavra-ai-agent-baseline",
			 STR_ARG(str_first(id, 60)), (int)(LIMIT_POLICY_ID - prefix.n));
}

const struct policy_pack *policy_pack_find(struct str id)
{
	size_t low = 0, high = policy_packs_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(str_from(policy_packs[middle].id), id);
		if (order == 0)
			return &policy_packs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int policy_pack_unknown(struct str id, struct cavra_error *error)
{
	struct buf CLEANUP_BUF names;
	buf_init(&names, KiB(64));
	for (size_t i = 0; i < policy_packs_count; i++)
		buf_add_format(&names, "%s%s", i ? ", " : "", policy_packs[i].id);
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "there is no pack \"%.*s\"; there are: %.300s%s",
			 STR_ARG(str_first(id, 60)), names.p, names.n > 300 ? " ..." : "");
}
