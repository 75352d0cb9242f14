/* SPDX-License-Identifier: Apache-2.0
 *
 * Where published packs are kept. A pack directory that was published to looks so:
 *
 *	<pack_dir>/<id>/versions/7-1f2e3d4c5b6a/   one for each publication, never changed: policy.yaml, policy.yaml.sig.json,
 *	                                           publish.json
 *	<pack_dir>/<id>/current                    -> versions/7-1f2e3d4c5b6a
 *	<pack_dir>/<id>/policy.yaml                -> current/policy.yaml
 *	<pack_dir>/<id>/policy.yaml.sig.json       -> current/policy.yaml.sig.json
 *
 * Renaming a new link over `current` is what publishes, in one step: policy and signature change together or not at all.
 * Whoever reads follows policy.yaml once and finds the signature beside where it led to (src/policy/load.c).
 */
#ifndef CAVRA_CLI_VERSIONS_H
#define CAVRA_CLI_VERSIONS_H

#include <limits.h>

#include "base/error.h"
#include "base/str.h"

enum { VERSION_NAME = 32 };

/* The directory of one pack, and the lock. */
struct pack_store {
	char directory[PATH_MAX]; /* <pack_dir>/<id> */
	char added[PATH_MAX];     /* the directory of what was added; empty: nothing */
	char name[VERSION_NAME];  /* of the version that it becomes: 7-1f2e3d4c5b6a */
	int lock;                 /* of the pack directory; -1: not held */
	size_t current; /* number of the version in force; 0: nothing was published here */
};

/* Waits for whoever else publishes into the pack directory, which must be there. Then, and not before, it can be told what is
 * in force. Nothing changes yet. id: of a pack. Errors: CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_LIMIT, CAVRA_ERR_INPUT
 * when what stands there is of another form.
 */
int pack_store_lock(const char *pack_dir, struct str id, struct pack_store *ret_store,
		    struct cavra_error *error);
/* Takes back what was added and not put in force. */
void pack_store_unlock(struct pack_store *store);

/* The texts of one version. */
struct version_texts {
	struct str policy, signature, record; /* signature: empty when there is none */
};

/* Writes a new version where nobody sees it yet: a directory with policy.yaml, whose path is store->added. A policy.yaml that
 * nobody has published becomes a version of its own first; it stays in force. The same errors.
 */
int pack_store_add(struct pack_store *store, const struct version_texts *texts,
		   struct cavra_error *error);
/* Puts it in force, in one step. After an error what was in force still is. */
int pack_store_switch(struct pack_store *store, struct cavra_error *error);

/* A version that was in force, oldest first. Stops when visit returns something else than 0, and returns that. */
struct version {
	size_t number;
	char directory[PATH_MAX];
};
typedef int (*version_visitor)(void *context, const struct version *version,
			       struct cavra_error *error);
/* Also without the lock. pack: <pack_dir>/<id>; one without versions has none. */
int versions_visit(const char *pack, version_visitor visit, void *context,
		   struct cavra_error *error);

#endif
