/* SPDX-License-Identifier: Apache-2.0
 *
 * One pack by itself, whatever is in force here: as its author wrote it, what it compiles to, what lint says of it, and how
 * it decides.
 */
#ifndef CAVRA_CLI_PACK_H
#define CAVRA_CLI_PACK_H

#include <limits.h>

#include "policy/policy.h"
#include "json/document.h"

/* Where a pack is. */
struct pack_place {
	const char *pack_dir;              /* for what it inherits; NULL: bundled packs only */
	const struct policy_pack *bundled; /* or */
	char path[PATH_MAX];               /* of its file */
};

/* name: a pack id, looked for as <pack_dir>/<id>/policy.yaml and then among the bundled ones; or a path, also of a directory
 * with policy.yaml: no id has a slash or a dot. CAVRA_ERR_NOT_FOUND, CAVRA_ERR_LIMIT.
 */
int pack_find(const char *pack_dir, const char *name, struct pack_place *ret_place,
	      struct cavra_error *error);
/* The same for an id alone. */
int pack_find_id(const char *pack_dir, const char *id, struct pack_place *ret_place,
		 struct cavra_error *error);
/* The same for a path, whatever it looks like. */
int pack_find_file(const char *pack_dir, const char *path, struct pack_place *ret_place,
		   struct cavra_error *error);

struct pack {
	struct document *document; /* as it is written */
	struct policy *policy;     /* with its cases */
};
/* Errors as of policy_load(). The caller closes it, also after a failure. */
int pack_open(const struct pack_place *place, struct pack *ret_pack, struct cavra_error *error);
void pack_close(struct pack *pack);

/* "cavra.policy-lifecycle.lint-report.v1", which the caller decrefs; also of a pack that cannot be loaded. bare: files
 * without their directories, so that the report is the same on every machine. Errors: when the file cannot be read,
 * CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int pack_lint(const struct pack_place *place, bool bare, json_t **ret_report,
	      struct cavra_error *error);

#endif
