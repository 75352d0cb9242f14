/* SPDX-License-Identifier: Apache-2.0
 *
 * A resolver over a table instead of a file system: for tests, and for explaining a decision
 * elsewhere than where it was made.
 *
 *	{"workspace": "/repo", "home": "/root", "tmpdir": "/tmp", "branch": "main",
 *	 "remotes": ["origin"], "links": {"/repo/link-to-env": ".env"},
 *	 "hardlinks": {"/repo/hard": "/repo/.env"}, "directories": ["src"], "files": ["src/a.c"],
 *	 "contents": {"run.sh": "make"}, "git_config": {"alias.st": "status"}}
 *
 * Every member may be absent: then its question is RESOLVED_UNKNOWN. A table that is there is
 * complete: what `links` does not list is no link. Paths are absolute or relative to the workspace;
 * `files` lists the whole workspace, so nothing else exists in it.
 */
#ifndef CAVRA_DECIDE_FACTS_H
#define CAVRA_DECIDE_FACTS_H

#include <jansson.h>

#include "base/error.h"
#include "decide/resolver.h"

/* Copies everything into arena, which must be armed and outlive the resolver. Errors:
 * CAVRA_ERR_INPUT naming the member. */
int facts_resolver(const json_t *document, struct arena *arena, struct resolver *ret_resolver,
		   struct cavra_error *error);

#endif
