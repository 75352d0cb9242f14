/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the policy loader: documents become layers (load.c), layers are merged (merge.c), written in normal
 * form (normalise.c) and compiled (compile.c, rules.c).
 */
#ifndef CAVRA_POLICY_LOAD_H
#define CAVRA_POLICY_LOAD_H

#include "json/document.h"
#include "policy/policy.h"

/* One document of a policy: the pack, a parent, an overlay. */
struct layer {
	struct str id;
	const char *name;          /* for messages: file or pack */
	json_t *root;              /* owned */
	struct document *document; /* owned; NULL: an embedded pack, which has no positions */
	json_t *resolved;          /* owned; with its parents, NULL while that is being found out */
	struct layer *asked_by;    /* whose inherits: led here first */
	bool in_force;             /* all its parents are in the list of layers, and so is it */
};

/* One run of the loader. Whatever it owns is released by loader_free(), also after running out of memory. */
struct loader {
	const struct policy_source *source;
	struct arena *arena; /* of the policy to be */
	struct cavra_error *error;
	policy_visitor visit; /* NULL: the first mistake ends the loading */
	void *context;
	bool failed;              /* some mistake was visited */
	struct layer *known[LIMIT_POLICY_PACKS];
	size_t n_known;
	struct layer *layer[LIMIT_POLICY_PACKS]; /* in order of effect, the strongest last */
	size_t n_layers;
	json_t *merged, *normal; /* owned */
};
