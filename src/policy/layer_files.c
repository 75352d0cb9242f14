/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a policy is made of, shown to whoever checks their signatures: with the bytes that were parsed,
 * so that nothing can be exchanged in between. What the check is, is not known here: cavra-hook links no signatures.
 */
#include "base/array.h"
#include "policy/load.h"
#include "json/json.h"

const char *policy_signature_name(enum policy_signature signature)
{
	static const char *const names[] = {
		[POLICY_UNSIGNED] = "unsigned",
		[POLICY_VERIFIED] = "verified",
		[POLICY_BUNDLED] = "bundled",
	};
	return names[signature];
}

static size_t layer_number(const struct loader *loader, const struct layer *layer)
{
	size_t i = 0;
	while (i < loader->n_layers && loader->layer[i] != layer)
		i++;
	return i;
}

static void mark_parent(struct loader *loader, const json_t *id, bool *marked)
{
	const struct layer *parent = json_is_string(id) ? loader_find(loader, json_str(id)) : NULL;
	size_t number = layer_number(loader, parent);
	if (number == loader->n_layers || marked[number])
		return;
	marked[number] = true;
	loader_mark_parents(loader, parent, marked);
}

void loader_mark_parents(struct loader *loader, const struct layer *layer, bool *marked)
{
	const json_t *inherits = json_object_get(json_get_object(layer->root, "metadata"),
						 "inherits");
	mark_parent(loader, inherits, marked);
	for (size_t i = 0; i < json_array_size(inherits); i++)
		mark_parent(loader, json_array_get(inherits, i), marked);
}

static int digest_layer(struct loader *loader, const struct layer *layer, char *ret_digest)
{
	json_t *document = loader_keep(loader, json_copy_whole(layer->root));
	(void)json_object_del(document, "tests");
	return policy_digest(document, ret_digest, loader->error);
}

static int list_parents(struct loader *loader, const struct layer *layer,
			struct policy_file *ret_file)
{
	bool marked[LIMIT_POLICY_PACKS] = {false};
	struct policy_parent *parents = NULL;
	size_t n = 0, cap = 0;
	loader_mark_parents(loader, layer, marked);
	for (size_t i = 0; i < loader->n_layers; i++) {
		struct policy_parent one = {.id = loader->layer[i]->id};
		if (!marked[i])
			continue;
		int code = digest_layer(loader, loader->layer[i], one.digest);
		if (code < 0)
			return code;
		ARENA_PUSH(&loader->scratch, parents, n, cap) = one;
	}
	ret_file->parents = parents;
	ret_file->n_parents = n;
	return 0;
}

/* What was asked for is the first that was read; overlays come later. */
static int check_file(struct loader *loader, const struct layer *layer)
{
	struct policy_file file = {
		.path = layer->name,
		.real = layer->real,
		.text = layer->document->text,
		.metadata = json_get_object(layer->root, "metadata"),
		.is_parent = !layer->is_top,
		.compiled = layer == loader->read[0] ? loader->compiled : NULL,
	};
	int code = list_parents(loader, layer, &file);
	if (code == 0)
		code = loader->source->check(loader->source->check_context, &file, loader->error);
	if (code < 0)
		error_file(loader->error, layer->name);
	return code;
}

/* Somebody whom the reader trusts must stand for what loosens. */
static int check_exceptions(struct loader *loader, const struct layer *layer, int answer)
{
	if (!json_object_get(layer->root, "exceptions") || loader->source->only_looks ||
	    answer == POLICY_VERIFIED)
		return 0;
	return loader_refuse_exceptions(loader, layer);
}

int loader_check_files(struct loader *loader, enum policy_signature *ret_signature)
{
	enum policy_signature weakest = POLICY_BUNDLED;
	for (size_t i = 0; i < loader->n_layers; i++) {
		int answer = POLICY_UNSIGNED;
		if (!loader->layer[i]->is_file)
			continue;
		if (loader->source->check)
			answer = check_file(loader, loader->layer[i]);
		if (answer < 0)
			return answer;
		int code = check_exceptions(loader, loader->layer[i], answer);
		if (code < 0)
			return code;
		if (answer < (int)weakest)
			weakest = (enum policy_signature)answer;
	}
	*ret_signature = weakest;
	return 0;
}
