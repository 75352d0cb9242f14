/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a pack, its parents and its overlays into layers, and merging those in order: parents from left to right,
 * each with its own parents first, then the pack, then the overlays.
 */
#include "policy/load.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "policy/registry.h"
#include "json/json.h"
#include "json/pointer.h"
#include "json/schema.h"

/* ---- one document ---- */

/* *ret stays NULL when there are too many. */
static int layer_new(struct loader *loader, struct layer **ret)
{
	if (loader->n_read == LIMIT_POLICY_PACKS)
		return loader_report(loader,
				     error_set(loader->error, CAVRA_ERR_LIMIT,
					       "more than %d packs and overlays in one policy",
					       (int)LIMIT_POLICY_PACKS));
	*ret = ARENA_NEW(loader->arena, struct layer);
	loader->read[loader->n_read++] = *ret;
	return 0;
}

static struct policy_input *note_input(struct loader *loader, const char *path)
{
	ARENA_PUSH(loader->arena, loader->inputs, loader->n_inputs, loader->inputs_cap) =
		(struct policy_input){.path = arena_str(loader->arena, str_from(path))};
	return &loader->inputs[loader->n_inputs - 1];
}

/* Where a link leads to is asked once: the signature is then found beside what was read, also when the link leads elsewhere by
 * then, as it does whenever a new version of a pack is published.
 */
static const char *follow(struct loader *loader, const char *path)
{
	char real[PATH_MAX];
	struct stat status;
	if (lstat(path, &status) < 0 || !S_ISLNK(status.st_mode) || !realpath(path, real))
		return path;
	/* Under another name it is another file than the one that is signed, and its ending may say nothing. */
	if (!str_eq(str_basename(str_from(path)), str_basename(str_from(real))))
		return path;
	return arena_str(loader->arena, str_from(real)).p;
}

/* text: what counts in place of the file; empty: the file. */
static int read_document(struct loader *loader, struct layer *layer, const char *path,
			 struct str text)
{
	layer->name = arena_str(loader->arena, str_from(path)).p;
	layer->real = text.n ? layer->name : follow(loader, layer->name);
	layer->is_file = true;
	int code = text.n ? document_parse_yaml(text.p, text.n, &layer->document, loader->error)
			  : document_load(layer->real, &layer->document, loader->error);
	if (code < 0) {
		error_file(loader->error, layer->name);
		return loader_report(loader, code);
	}
	layer->root = json_incref(layer->document->root);
	struct policy_input *input = note_input(loader, path);
	sha256(layer->document->text, input->digest);
	return 0;
}

static int read_embedded(struct loader *loader, struct layer *layer, const struct policy_pack *pack)
{
	int code;
	layer->name = arena_printf(loader->arena, "pack %s", pack->id).p;
	if (loader->source->want_cases && layer->is_top) {
		code = document_parse_yaml(pack->text, pack->length, &layer->document,
					   loader->error);
		layer->root = code < 0 ? NULL : json_incref(layer->document->root);
	} else {
		code = json_read(str_make(pack->json, pack->json_length), 0, &layer->root,
				 loader->error);
	}
	if (code < 0)
		error_file(loader->error, layer->name);
	return code < 0 ? loader_report(loader, code) : 0;
}

/* ---- finding it ---- */

static bool is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int open_file(struct loader *loader, const char *path, struct layer **ret)
{
	const char *file = path;
	if (is_directory(path))
		file = arena_printf(&loader->scratch, "%s/policy.yaml", path).p;
	int code = layer_new(loader, ret);
	if (code < 0 || !*ret)
		return code;
	(*ret)->is_top = true;
	return read_document(loader, *ret, file, STR(""));
}

/* *ret is NULL when the directory has no such pack. */
static int find_in_directory(struct loader *loader, struct str id, const char **ret)
{
	struct stat status;
	const char *directory = loader->source->pack_dir;
	if (!directory)
		return 0;
	if (!is_directory(directory))
		return error_set(loader->error, CAVRA_ERR_NOT_FOUND,
				 "the pack directory %.300s is not there", directory);
	const char *path =
		arena_printf(&loader->scratch, "%s/%.*s/policy.yaml", directory, STR_ARG(id)).p;
	if (stat(path, &status) == 0)
		*ret = path;
	else if (errno == ENOENT || errno == ENOTDIR)
		note_input(loader, path)->is_absent = true;
	else
		return error_set(loader->error, CAVRA_ERR_IO, "%.300s: %s", path, strerror(errno));
	return 0;
}

/* Without a report: the caller knows where the id stands. */
static int find_pack(struct loader *loader, struct str id, const char **ret_path,
		     const struct policy_pack **ret_pack)
{
	*ret_path = NULL;
	*ret_pack = NULL;
	int code = policy_id_check(id, loader->error);
	if (code == 0)
		code = find_in_directory(loader, id, ret_path);
	if (code < 0 || *ret_path)
		return code;
	*ret_pack = policy_pack_find(id);
	return *ret_pack ? 0 : policy_pack_unknown(id, loader->error);
}

static int check_pack_id(struct loader *loader, const struct layer *layer, struct str id)
{
	struct str own = STR("");
	(void)json_get_str(json_get_object(layer->root, "metadata"), "id", &own);
	if (str_eq(own, id) || policy_id_check(own, NULL) < 0) /* that is for the schema to say */
		return 0;
	return loader_mistake(
		loader, layer, "/metadata/id", POSITION_VALUE,
		"this pack was asked for as %.*s; write that as its id, or rename its "
		"directory",
		STR_ARG(id));
}

struct found {
	struct str id;
	const char *path;
	const struct policy_pack *pack;
};

static int open_pack(struct loader *loader, const struct found *found, bool is_top,
		     struct layer **ret)
{
	int code = layer_new(loader, ret);
	if (code < 0 || !*ret)
		return code;
	(*ret)->is_pack = true;
	(*ret)->id = arena_str(loader->arena, found->id);
	(*ret)->is_top = is_top;
	code = found->path ? read_document(loader, *ret, found->path, STR(""))
			   : read_embedded(loader, *ret, found->pack);
	if (code < 0 || !(*ret)->root)
		return code;
	return found->path ? check_pack_id(loader, *ret, found->id) : 0;
}

/* ---- validating ---- */

struct complaint {
	struct loader *loader;
	const struct layer *layer;
	int code;
};

static const char *finding_text(const struct schema_finding *finding)
{
	/* The schema has no words for this one. */
	if (strcmp(finding->keyword, "anyOf") == 0 &&
	    str_ends(str_from(finding->pointer), STR("/match")))
		return "write a program, a model, or an effect with its patterns";
	return finding->text;
}

static bool complain(void *context, const struct schema_finding *finding)
{
	struct complaint *complaint = context;
	struct loader *loader = complaint->loader;
	const struct layer *owner = NULL;
	if (strcmp(finding->keyword, "type") == 0)
		owner = loader_owner(loader, loader->n_layers, finding->pointer, NULL);
	if (owner)
		complaint->code = loader_mistake(
			loader, complaint->layer, finding->pointer, finding->of,
			"%s; %s says something here, which this cannot take away: add to it or "
			"leave it out",
			finding->text, owner->name);
	else
		complaint->code = loader_mistake(loader, complaint->layer, finding->pointer,
						 finding->of, "%s", finding_text(finding));
	return complaint->code == 0;
}

static int need_schema(struct loader *loader)
{
	json_t *text;
	if (loader->schema)
		return 0;
	int code = json_read(policy_schema_text, 0, &text, loader->error);
	if (code < 0)
		return error_prefix(loader->error, "the built-in schema");
	code = schema_compile(loader_keep(loader, text), &loader->schema, loader->error);
	return code < 0 ? error_prefix(loader->error, "the built-in schema") : 0;
}

/* Embedded packs were validated by the tests. */
static int validate(struct loader *loader, const struct layer *layer)
{
	struct complaint complaint = {loader, layer, 0};
	if (!layer->document)
		return 0;
	int code = need_schema(loader);
	if (code < 0)
		return code;
	code = schema_validate(loader->schema, layer->root, complain, &complaint, loader->error);
	if (code == CAVRA_ERR_INPUT)
		return complaint.code;
	if (code < 0)
		error_file(loader->error, layer->name);
	return code;
}

/* ---- inheriting ---- */

static int complain_cycle(struct loader *loader, const struct layer *layer, const char *pointer,
			  struct str id)
{
	struct str text = STR("");
	for (size_t i = 0; i < loader->n_open; i++) {
		struct str step = loader->open[i]->id;
		if (text.n || str_eq(step, id))
			text = arena_join3(&loader->scratch, text, step, STR(" -> "));
	}
	return loader_mistake(loader, layer, pointer, POSITION_VALUE,
			      "packs inherit each other in a circle: %.*s%.*s; remove one of them",
			      STR_ARG(text), STR_ARG(id));
}

static bool is_open(const struct loader *loader, struct str id)
{
	for (size_t i = 0; i < loader->n_open; i++)
		if (str_eq(loader->open[i]->id, id))
			return true;
	return false;
}

struct layer *loader_find(const struct loader *loader, struct str id)
{
	for (size_t i = 0; i < loader->n_layers; i++)
		if (loader->layer[i]->is_pack && str_eq(loader->layer[i]->id, id))
			return loader->layer[i];
	return NULL;
}

static int resolve(struct loader *loader, struct layer *layer);

/* *ret stays NULL after a mistake that does not end the loading. */
static int resolve_parent(struct loader *loader, const struct layer *layer, const char *pointer,
			  struct str id, struct layer **ret)
{
	struct found found = {.id = id};
	struct layer *parent = loader_find(loader, id);
	if (parent) {
		*ret = parent;
		return 0;
	}
	if (is_open(loader, id))
		return complain_cycle(loader, layer, pointer, id);
	int code = find_pack(loader, id, &found.path, &found.pack);
	if (code < 0)
		return loader_mistake(loader, layer, pointer, POSITION_VALUE, "%s",
				      arena_str(&loader->scratch, str_from(loader->error->text)).p);
	code = open_pack(loader, &found, false, &parent);
	if (code < 0 || !parent || !parent->root)
		return code;
	code = resolve(loader, parent);
	*ret = parent;
	return code;
}

/* Joins a parent to what the parents before it were merged to. */
static int join_parent(struct loader *loader, struct layer *layer, const char *pointer,
		       const json_t *value, json_t **base)
{
	struct layer *parent = NULL;
	if (!json_is_string(value) ||
	    (layer->document && policy_id_check(json_str(value), NULL) < 0))
		return 0;
	int code = resolve_parent(loader, layer, pointer, json_str(value), &parent);
	if (code < 0 || !parent || !parent->resolved)
		return code;
	if (!*base) {
		*base = parent->resolved;
		return 0;
	}
	struct merge merge = {loader, parent, MERGE_SIBLING};
	return merge_documents(&merge, *base, parent->resolved, base);
}

/* What is no id or list of ids is found by the schema. */
static int join_parents(struct loader *loader, struct layer *layer, json_t **base)
{
	static const char pointer[] = "/metadata/inherits";
	const json_t *inherits = json_object_get(json_get_object(layer->root, "metadata"),
						 "inherits");
	int code = join_parent(loader, layer, pointer, inherits, base);
	for (size_t i = 0; code == 0 && i < json_array_size(inherits); i++)
		code = join_parent(loader, layer, pointer_index(&loader->scratch, pointer, i),
				   json_array_get(inherits, i), base);
	return code;
}

/* Puts the layer behind its parents; *base is what they were merged to, NULL when there are none. */
static int place_layer(struct loader *loader, struct layer *layer, json_t **base)
{
	struct str id = STR("");
	(void)json_get_str(json_get_object(layer->root, "metadata"), "id", &id);
	if (!layer->is_pack)
		layer->id = arena_str(loader->arena, id);
	loader->open[loader->n_open++] = layer;
	int code = join_parents(loader, layer, base);
	if (code == 0)
		code = validate(loader, layer);
	if (code < 0)
		return code;
	loader->n_open--;
	loader->layer[loader->n_layers++] = layer;
	return 0;
}

/* Also after mistakes, when more are looked for, unless what was read is too wrong to be merged. */
static bool is_mergeable(const struct loader *loader, const struct layer *layer)
{
	return !loader->failed && json_is_object(layer->root);
}

static int resolve(struct loader *loader, struct layer *layer)
{
	json_t *base = NULL;
	int code = place_layer(loader, layer, &base);
	if (code < 0 || !is_mergeable(loader, layer))
		return code;
	struct merge merge = {loader, layer, MERGE_CHILD};
	code = loader_except(loader, layer, &base);
	if (code < 0 || loader->failed)
		return code;
	if (base)
		return merge_documents(&merge, base, layer->root, &layer->resolved);
	layer->resolved = layer->root;
	return 0;
}

/* The overlay's parents stand beside what is there, the overlay itself on top of both. */
static int add_overlay(struct loader *loader, const char *path)
{
	struct layer *layer = NULL;
	json_t *base = loader->merged;
	int code = open_file(loader, path, &layer);
	if (code == 0 && layer && layer->root)
		code = place_layer(loader, layer, &base);
	if (code < 0 || !layer || !is_mergeable(loader, layer))
		return code;
	struct merge merge = {loader, layer, MERGE_CHILD};
	code = loader_except(loader, layer, &base);
	if (code < 0 || loader->failed)
		return code;
	return merge_documents(&merge, base, layer->root, &loader->merged);
}

static int open_text(struct loader *loader, const struct load_request *request, struct layer **ret)
{
	int code = layer_new(loader, ret);
	if (code < 0 || !*ret)
		return code;
	(*ret)->is_top = true;
	return read_document(loader, *ret, request->path, request->text);
}

static int open_request(struct loader *loader, const struct load_request *request,
			struct layer **ret)
{
	struct found found = {.id = str_from(request->id)};
	if (request->text.n)
		return open_text(loader, request, ret);
	if (request->path)
		return open_file(loader, request->path, ret);
	int code = find_pack(loader, found.id, &found.path, &found.pack);
	return code < 0 ? loader_report(loader, code) : open_pack(loader, &found, true, ret);
}

static int digest_without_overlays(struct loader *loader)
{
	json_t *document = loader_normalise(loader);
	int code = policy_digest(document, loader->compiled, loader->error);
	json_decref(document);
	return code;
}

int loader_read(struct loader *loader, const struct load_request *request)
{
	struct layer *layer = NULL;
	int code = open_request(loader, request, &layer);
	if (code == 0 && layer && layer->root)
		code = resolve(loader, layer);
	if (code < 0 || loader->failed || !layer)
		return code;
	loader->merged = layer->resolved;
	if (loader->source->check)
		code = digest_without_overlays(loader);
	for (size_t i = 0; code == 0 && i < request->n_overlays; i++)
		code = add_overlay(loader, request->overlays[i]);
	return code;
}
