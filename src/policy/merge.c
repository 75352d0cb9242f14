/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging documents: lists add up, objects merge member by member, other values replace. What protects can
 * only become stricter: decision-model section 8.
 */
#include <stdlib.h>

#include "policy/load.h"
#include "policy/strictness.h"
#include "json/json.h"
#include "json/pointer.h"

/* ---- what is stricter ---- */

static const char *last_key(const char *pointer)
{
	return strrchr(pointer, '/') + 1;
}

static bool is_weaker(const char *pointer, const json_t *base, const json_t *over)
{
	const struct strictness *entry = strictness_find(pointer);
	if (entry)
		return strictness_rank(entry, over) < strictness_rank(entry, base);
	return json_is_true(base) && !json_is_true(over) && strictness_is_guard(last_key(pointer));
}

/* ---- what is wrong ---- */

static const char *owner_name(const struct merge *merge, const char *pointer, const json_t *base)
{
	const struct loader *loader = merge->loader;
	size_t below = 0;
	while (below < loader->n_layers && loader->layer[below] != merge->by)
		below++;
	const struct layer *owner = loader_owner(merge->loader, below, pointer, base);
	return owner ? owner->name : NULL;
}

static int complain_weaker(const struct merge *merge, const char *pointer, const json_t *base,
			   const json_t *over)
{
	const char *owner = owner_name(merge, pointer, base);
	return loader_mistake(
		merge->loader, merge->by, pointer, POSITION_VALUE,
		"\"%s\" is weaker than \"%s\" %s%s, and a pack can only tighten what it "
		"inherits; leave %s out",
		strictness_text(over), strictness_text(base), owner ? "in " : "by default",
		owner ? owner : "", last_key(pointer));
}

static int complain_erased(const struct merge *merge, const char *pointer, const json_t *base,
			   const json_t *over)
{
	const char *owner = owner_name(merge, pointer, base);
	return loader_mistake(merge->loader, merge->by, pointer, POSITION_VALUE,
			      "%s %s cannot take away the %s %s%s; add to it or leave %s out",
			      json_is_array(over) ? "an empty" : "this", json_type_name(over),
			      json_type_name(base), owner ? "in " : "by default",
			      owner ? owner : "", last_key(pointer));
}

/* ---- merging ---- */

static void set(struct loader *loader, json_t *object, const char *key, json_t *value)
{
	if (json_object_set(object, key, value) < 0)
		(void)loader_must(loader, NULL);
}

/* Equal for equal items. */
static const char *set_key(struct loader *loader, const json_t *item)
{
	if (json_is_string(item))
		return arena_join(&loader->scratch, STR("\""), json_str(item)).p;
	char *text = json_text(item, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	if (!text)
		(void)loader_must(loader, NULL);
	const char *copy = arena_str(&loader->scratch, str_from(text)).p;
	free(text);
	return copy;
}

static void append_unique(struct loader *loader, json_t *list, json_t *seen, const json_t *from)
{
	for (size_t i = 0; i < json_array_size(from); i++) {
		json_t *item = json_array_get(from, i);
		const char *key = set_key(loader, item);
		if (json_object_get(seen, key))
			continue;
		set(loader, seen, key, json_true());
		if (json_array_append(list, item) < 0)
			(void)loader_must(loader, NULL);
	}
}

static json_t *join_lists(struct loader *loader, const json_t *base, const json_t *over)
{
	json_t *list = loader_keep(loader, json_array());
	json_t *seen = loader_keep(loader, json_object());
	append_unique(loader, list, seen, base);
	append_unique(loader, list, seen, over);
	return list;
}

static int merge_objects(const struct merge *merge, const char *pointer, json_t *base, json_t *over,
			 json_t **ret);

static int merge_values(const struct merge *merge, const char *pointer, json_t *base, json_t *over,
			json_t **ret)
{
	*ret = over;
	if (json_is_array(base) && json_is_array(over)) {
		if (json_array_size(base) && !json_array_size(over) && merge->as == MERGE_CHILD)
			return complain_erased(merge, pointer, base, over);
		*ret = join_lists(merge->loader, base, over);
		return 0;
	}
	if (json_is_object(base) && json_is_object(over))
		return merge_objects(merge, pointer, base, over, ret);
	if (json_is_null(over) || json_is_array(base) || json_is_object(base) ||
	    json_is_array(over) || json_is_object(over))
		return complain_erased(merge, pointer, base, over);
	if (!is_weaker(pointer, base, over))
		return 0;
	*ret = base;
	return merge->as == MERGE_CHILD ? complain_weaker(merge, pointer, base, over) : 0;
}

static int merge_objects(const struct merge *merge, const char *pointer, json_t *base, json_t *over,
			 json_t **ret)
{
	struct loader *loader = merge->loader;
	json_t *result = loader_keep(loader, json_copy_whole(base)), *value;
	const char *key;
	json_object_foreach (over, key, value) {
		json_t *below = json_object_get(base, key), *joined = value;
		const char *at = pointer_join(&loader->scratch, pointer, str_from(key));
		int code = below ? merge_values(merge, at, below, value, &joined) : 0;
		if (code < 0)
			return code;
		set(loader, result, key, joined);
	}
	*ret = result;
	return 0;
}

/* ---- documents ---- */

static json_t *find(struct loader *loader, json_t *document, const char *pointer)
{
	struct str rest = str_from(pointer), step;
	while (document && pointer_next(&rest, &step))
		document = json_object_get(document, pointer_step_key(&loader->scratch, step));
	return document;
}

/* The document with a value at /section/key when there is none; the same when there is one. */
static json_t *with_default(struct loader *loader, json_t *document, const char *pointer,
			    json_t *value)
{
	const char *key = last_key(pointer);
	struct str section_text = str_make(pointer + 1, (size_t)(key - pointer) - 2);
	const char *section = arena_str(&loader->scratch, section_text).p;
	json_t *below = json_object_get(document, section);
	if (json_object_get(below, key) || (below && !json_is_object(below)))
		return document;
	json_t *result = loader_keep(loader, json_copy_whole(document));
	below = loader_keep(loader, below ? json_copy_whole(below) : json_object());
	set(loader, below, key, value);
	set(loader, result, section, below);
	return result;
}

/* What over talks about and base leaves to the default is written into base. */
static json_t *with_defaults(struct loader *loader, json_t *base, json_t *over)
{
	static const char branches[] = "/git/protected_branches";
	for (size_t i = 0; i < strictness_count; i++) {
		const struct strictness *entry = &strictness_table[i];
		if (!entry->holds || !find(loader, over, entry->pointer))
			continue;
		json_t *value = strcmp(entry->otherwise, "true") == 0
					? json_true()
					: json_string(entry->otherwise);
		base = with_default(loader, base, entry->pointer, loader_keep(loader, value));
	}
	if (find(loader, over, branches))
		base = with_default(loader, base, branches,
				    loader_keep(loader, json_pack("[s,s]", "main", "master")));
	return base;
}

/* Anything but null replaces; a mode is as strict as the other switches. */
static int merge_metadata(const struct merge *merge, json_t *base, json_t *over, json_t **ret)
{
	json_t *result = loader_keep(merge->loader, json_copy_whole(base)), *value;
	const char *key;
	json_object_foreach (over, key, value) {
		json_t *below = json_object_get(base, key), *joined = value;
		int code = 0;
		if (json_is_null(value))
			continue;
		if (below && strcmp(key, "mode") == 0)
			code = merge_values(merge, "/metadata/mode", below, value, &joined);
		if (code < 0)
			return code;
		set(merge->loader, result, key, joined);
	}
	*ret = result;
	return 0;
}

int merge_documents(const struct merge *merge, json_t *base, json_t *over, json_t **ret)
{
	struct loader *loader = merge->loader;
	json_t *metadata = json_object_get(over, "metadata"), *result;
	json_t *below = json_object_get(base, "metadata");
	json_t *rest = loader_keep(loader, json_copy_whole(over));
	(void)json_object_del(rest, "tests");
	(void)json_object_del(rest, "metadata");
	int code = merge_objects(merge, "", with_defaults(loader, base, over), rest, &result);
	if (code < 0)
		return code;
	if (json_is_object(below) && json_is_object(metadata)) {
		code = merge_metadata(merge, below, metadata, &metadata);
		set(loader, result, "metadata", metadata);
	}
	*ret = result;
	return code;
}
