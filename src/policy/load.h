/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the policy loader: documents become layers (load.c), layers are merged (merge.c), written in normal
 * form (normalise.c) and compiled (compile.c, lists.c, rules.c, cases.c). policy.c runs it all.
 */
#ifndef CAVRA_POLICY_LOAD_H
#define CAVRA_POLICY_LOAD_H

#include "base/limits.h"
#include "policy/lists.h"
#include "policy/policy.h"
#include "json/document.h"

/* One document of a policy: the pack, a parent, an overlay. */
struct layer {
	struct str id;
	const char *name;          /* for messages: file or pack */
	const char *real;          /* the file that was read, where name is a link to it */
	json_t *root;              /* owned */
	struct document *document; /* owned; NULL: an embedded pack, which has no positions */
	json_t *resolved;          /* kept by the loader; merged with its parents; NULL: not yet */
	bool is_file;              /* read from a file */
	bool is_pack;              /* found by its id */
	bool is_top;               /* the pack asked for or an overlay, not a parent */
};

/* One run of the loader. Whatever it owns is released by loader_finish(), also after running out of memory. */
struct loader {
	const struct policy_source *source;
	struct arena *arena;  /* of the policy to be */
	struct arena scratch; /* of the loader */
	struct cavra_error *error;
	policy_visitor visit; /* NULL: the first mistake ends the loading */
	void *context;
	bool failed; /* a mistake was visited */
	size_t n_mistakes;
	struct layer *layer[LIMIT_POLICY_PACKS]; /* in order of effect, the strongest last */
	size_t n_layers;
	struct layer *read[LIMIT_POLICY_PACKS]; /* all, owned, also what could not be read */
	size_t n_read;
	const struct layer
		*open[LIMIT_POLICY_PACKS]; /* whose parents are being looked for, each a parent of
						       * the one in front */
	size_t n_open;
	struct schema *schema; /* owned; NULL: not needed yet */
	struct policy_input *inputs;
	size_t n_inputs, inputs_cap;
	json_t *merged;    /* kept */
	json_t *removed;   /* kept: [pointer, item] of what exceptions took away; NULL: nothing */
	char compiled[72]; /* digest before the overlays; empty: nobody asks for it */
	json_t *kept;      /* owned: an array of values that only the loader needs */
};

/* An empty policy that owns its arena; NULL when there is no memory. */
struct policy *policy_new(void);
/* Ends the loading when there is no memory: value is what an allocation gave, NULL included. */
json_t *loader_must(struct loader *loader, json_t *value);
/* The same, and the loader owns the value. */
json_t *loader_keep(struct loader *loader, json_t *value);

/* A mistake at a place of a layer. 0 when the caller is to go on looking for more. The text is what is wrong and what to
 * write instead.
 */
int loader_mistake(struct loader *loader, const struct layer *layer, const char *pointer,
		   enum position_of of, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same with *loader->error filled in and already placed. */
int loader_report(struct loader *loader, int code);
/* The strongest layer below number `below` that has this value at the pointer, or else, and for NULL, anything; NULL when
 * none has.
 */
const struct layer *loader_owner(struct loader *loader, size_t below, const char *pointer,
				 const json_t *value);

/* ---- load.c ---- */

/* Reads the pack and its overlays with all their parents into loader->layer and loader->merged. */
int loader_read(struct loader *loader, const struct load_request *request);
/* NULL when no layer that was placed has that id. */
struct layer *loader_find(const struct loader *loader, struct str id);

/* ---- exceptions.c ---- */

/* Takes away from *base, which is what the layer inherits, what its exceptions name. */
int loader_except(struct loader *loader, const struct layer *layer, json_t **base);
/* Says that nobody has signed them. */
int loader_refuse_exceptions(struct loader *loader, const struct layer *layer);
/* False for an item of some layer's list that exceptions took away, and that `list`, the merged one, does not have. */
bool loader_holds(const struct loader *loader, const char *pointer, const json_t *list,
		  const json_t *item);

/* ---- layer_files.c ---- */

/* Marks all that a layer inherits, by their numbers. */
void loader_mark_parents(struct loader *loader, const struct layer *layer, bool *marked);

/* Shows each file to the source's check; the result is the weakest answer. */
int loader_check_files(struct loader *loader, enum policy_signature *ret_signature);

/* ---- merge.c ---- */

enum merge_as {
	MERGE_CHILD,   /* may not loosen what stands below */
	MERGE_SIBLING, /* where both say something, the stricter counts */
};
/* Merges over on top of base into *ret, which the loader owns; neither of the two changes. by: the layer that is
 * complained about.
 */
struct merge {
	struct loader *loader;
	const struct layer *by;
	enum merge_as as;
};
int merge_documents(const struct merge *merge, json_t *base, json_t *over, json_t **ret);

/* ---- normalise.c ---- */

/* The compiled document: lists in their normal order, without tests. The caller owns it. */
json_t *loader_normalise(struct loader *loader);
/* "sha256:<hex>" */
int policy_digest(const json_t *document, char *ret_digest, struct cavra_error *error);

/* ---- lists.c, beside lists.h ---- */

/* The items of a list in the order in which they are compiled. Where a path list has exceptions, a header stands in front of
 * each layer's part: an exception reaches no other layer's patterns. *ret_ordered: the order means something.
 */
void loader_items(struct loader *loader, const struct list_info *info, struct items *ret_items,
		  bool *ret_ordered);
int loader_compile_lists(struct loader *loader, struct policy *policy);

/* ---- origins.c ---- */

/* Hands the documents over to the policy, when the source wants that. */
void loader_keep_origins(struct loader *loader, struct policy *policy);
void policy_release_origins(struct policy *policy);

/* ---- compile.c, rules.c, cases.c ---- */

int loader_compile(struct loader *loader, struct policy *policy);
int loader_compile_rules(struct loader *loader, struct policy *policy);
int loader_compile_cases(struct loader *loader, struct policy *policy);
/* False when text is none of the names. */
bool outcome_parse(struct str text, enum cavra_outcome *ret);
bool severity_parse(struct str text, enum cavra_severity *ret);

#endif
