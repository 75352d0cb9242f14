/* SPDX-License-Identifier: Apache-2.0
 *
 * The section `exceptions`: the one way in which a pack loosens what it inherits. Each names a parent, what of it no longer
 * holds, who has agreed and until when. It takes away what that parent says and nothing else: where another parent says the
 * same, that holds until it is excepted as well. Whether anybody has signed the pack is for layer_files.c to see.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/when.h"
#include "policy/load.h"
#include "policy/strictness.h"
#include "json/json.h"
#include "json/pointer.h"

/* One entry of a layer's list. */
struct exception {
	struct loader *loader;
	const struct layer *layer; /* whose it is */
	const char *place;         /* "/exceptions/0" */
	struct str parent;
	struct str path;      /* what it is about: "commands.block", ... */
	const char *pointer;  /* ... "/commands/block" */
	const json_t *remove; /* an item of a list, or the id of a rule; NULL: ... */
	const json_t *value;  /* ... a weaker value */
};

static int complain(const struct exception *exception, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int complain(const struct exception *exception, const char *key, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return loader_mistake(
		exception->loader, exception->layer,
		pointer_join(&exception->loader->scratch, exception->place, str_from(key)),
		POSITION_VALUE, "%s", text);
}

/* ---- what a document says ---- */

static const json_t *find(const struct exception *exception, const json_t *document)
{
	struct str rest = str_from(exception->pointer), step;
	while (document && pointer_next(&rest, &step))
		document = json_object_get(document,
					   pointer_step_key(&exception->loader->scratch, step));
	return document;
}

static bool is_removed(const struct exception *exception, const json_t *item)
{
	const json_t *id = json_object_get(item, "id");
	return json_equal(id ? id : item, exception->remove);
}

/* -1: nothing that has an order. */
static int rank(const struct exception *exception, const json_t *value)
{
	const struct strictness *entry = strictness_find(exception->pointer);
	if (entry)
		return strictness_rank(entry, value);
	if (!strictness_is_guard(strrchr(exception->pointer, '/') + 1) || !json_is_boolean(value))
		return -1;
	return json_is_true(value);
}

/* Does this document say what the exception takes away? */
static bool says_it(const struct exception *exception, const json_t *document)
{
	const json_t *said = find(exception, document);
	if (exception->value)
		return said && rank(exception, said) > rank(exception, exception->value);
	for (size_t i = 0; i < json_array_size(said); i++)
		if (is_removed(exception, json_array_get(said, i)))
			return true;
	return false;
}

/* What nobody has written may hold all the same. */
static bool holds_unwritten(const struct exception *exception, const json_t *parent)
{
	const struct strictness *entry = strictness_find(exception->pointer);
	if (!entry || !exception->value || find(exception, parent))
		return false;
	int weaker = strictness_rank(entry, exception->value), otherwise = 0;
	while (otherwise < STRICTNESS_RANKS - 1 && entry->rank[otherwise] &&
	       strcmp(entry->rank[otherwise], entry->otherwise) != 0)
		otherwise++;
	return weaker < otherwise;
}

/* ---- is it one? ---- */

static int check_value(const struct exception *exception)
{
	if (!exception->value || rank(exception, exception->value) >= 0)
		return 0;
	return complain(exception, "value",
			"is no value of %.*s that can be weaker than another; to take an item out "
			"of a list write remove",
			STR_ARG(exception->path));
}

static int check_end(const struct exception *exception, const json_t *object)
{
	struct str expires = json_str(json_object_get(object, "expires"));
	int64_t end;
	if (!when_parse(expires, &end))
		return complain(exception, "expires",
				"is no time in UTC; write it as 2026-01-31T12:00:00Z");
	/* Without a clock every exception has ended. */
	if (exception->loader->source->now && exception->loader->source->now < end)
		return 0;
	return complain(exception, "expires",
			"the exception has ended; remove it, or have it approved again");
}

/* The exception of the same layer for the same thing in another parent. */
static bool is_excepted_too(const struct exception *exception, const struct layer *other)
{
	const json_t *list = json_object_get(exception->layer->root, "exceptions"), *entry;
	const json_t *own =
		json_array_get(list, (size_t)strtoul(strrchr(exception->place, '/') + 1, NULL, 10));
	static const char *const same[] = {"path", "remove", "value"};
	size_t i;
	json_array_foreach (list, i, entry) {
		bool equal = str_eq(json_str(json_object_get(entry, "parent")), other->id);
		for (size_t k = 0; equal && k < ARRAY_SIZE(same); k++) {
			const json_t *one = json_object_get(entry, same[k]),
				     *two = json_object_get(own, same[k]);
			equal = one == two || (one && two && json_equal(one, two));
		}
		if (equal)
			return true;
	}
	return false;
}

/* Nobody below says it but the parent that is named, and those that other exceptions name. */
static int check_parents(const struct exception *exception)
{
	struct loader *loader = exception->loader;
	bool parents[LIMIT_POLICY_PACKS] = {false}, said = false;
	const struct layer *named = NULL;
	loader_mark_parents(loader, exception->layer, parents);
	for (size_t i = 0; i < loader->n_layers; i++) {
		const struct layer *parent = loader->layer[i];
		bool says = parents[i] && says_it(exception, parent->root);
		said = said || says;
		if (parents[i] && str_eq(parent->id, exception->parent))
			named = parent;
		else if (says && !is_excepted_too(exception, parent))
			return complain(exception, "parent",
					"%.*s says the same; except it there as well",
					STR_ARG(parent->id));
	}
	if (!named)
		return complain(exception, "parent", "is nothing that this pack inherits");
	if (says_it(exception, named->root) || (!said && holds_unwritten(exception, named->root)))
		return 0;
	return complain(exception, "path", "%.*s says no such thing at %.*s", STR_ARG(named->id),
			STR_ARG(exception->path));
}

/* ---- taking away ---- */

static void set(struct loader *loader, json_t *object, const char *key, json_t *value)
{
	if (json_object_set(object, key, value) < 0)
		(void)loader_must(loader, NULL);
}

static json_t *without(const struct exception *exception, json_t *list)
{
	struct loader *loader = exception->loader;
	json_t *rest = loader_keep(loader, json_array());
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);
		if (!is_removed(exception, item) && json_array_append(rest, item) < 0)
			(void)loader_must(loader, NULL);
	}
	return rest;
}

/* A copy of the document with that value at what is left of the pointer. */
static json_t *with(const struct exception *exception, json_t *document, struct str rest)
{
	struct loader *loader = exception->loader;
	struct str step;
	if (!pointer_next(&rest, &step))
		return exception->value ? (json_t *)exception->value : without(exception, document);
	const char *key = pointer_step_key(&loader->scratch, step);
	json_t *copy = loader_keep(loader, json_is_object(document) ? json_copy_whole(document)
								    : json_object());
	set(loader, copy, key, with(exception, json_object_get(document, key), rest));
	return copy;
}

static const char *make_pointer(struct loader *loader, struct str path)
{
	const char *pointer = "";
	struct str step;
	while (str_split(&path, '.', &step))
		pointer = pointer_join(&loader->scratch, pointer, step);
	return pointer;
}

static void note_removed(const struct exception *exception)
{
	struct loader *loader = exception->loader;
	json_t *one = loader_keep(loader,
				  json_pack("[s, O]", exception->pointer, exception->remove));
	if (!loader->removed)
		loader->removed = loader_keep(loader, json_array());
	if (json_array_append(loader->removed, one) < 0)
		(void)loader_must(loader, NULL);
}

static int except(struct exception *exception, const json_t *object, json_t **base)
{
	int code = check_end(exception, object);
	if (code == 0)
		code = check_value(exception);
	if (code == 0)
		code = check_parents(exception);
	/* After a mistake nothing is decided by the pack. */
	if (code < 0 || exception->loader->failed)
		return code;
	*base = with(exception, *base, str_from(exception->pointer));
	if (exception->remove)
		note_removed(exception);
	return 0;
}

int loader_refuse_exceptions(struct loader *loader, const struct layer *layer)
{
	return loader_mistake(loader, layer, "/exceptions", POSITION_KEY,
			      "exceptions count only where signatures are required "
			      "(policy.require_signature) and a trusted key has signed the policy");
}

int loader_except(struct loader *loader, const struct layer *layer, json_t **base)
{
	const json_t *list = json_object_get(layer->root, "exceptions"), *object;
	size_t i;
	int code = 0;
	if (list && !loader->source->check && !loader->source->only_looks)
		return loader_refuse_exceptions(loader, layer);
	json_array_foreach (list, i, object) {
		struct exception exception = {
			.loader = loader,
			.layer = layer,
			.place = pointer_index(&loader->scratch, "/exceptions", i),
			.parent = json_str(json_object_get(object, "parent")),
			.path = json_str(json_object_get(object, "path")),
			.remove = json_object_get(object, "remove"),
			.value = json_object_get(object, "value"),
		};
		exception.pointer = make_pointer(loader, exception.path);
		code = except(&exception, object, base);
		if (code < 0)
			return code;
	}
	return 0;
}

/* Few things are removed, so that most are found here and not among all there are. */
static bool is_noted(const struct loader *loader, const char *pointer, const json_t *item)
{
	const json_t *id = json_object_get(item, "id"), *one;
	size_t i;
	json_array_foreach (loader->removed, i, one)
		if (str_is(json_str(json_array_get(one, 0)), pointer) &&
		    json_equal(json_array_get(one, 1), id ? id : item))
			return true;
	return false;
}

bool loader_holds(const struct loader *loader, const char *pointer, const json_t *list,
		  const json_t *item)
{
	if (!is_noted(loader, pointer, item))
		return true;
	/* Somebody beside the pack may say the same. */
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}
