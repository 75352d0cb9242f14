/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiled document and its digest. A single document stays as it is written, so that its digest is the one that
 * existing installations have on record; what was merged has its lists in order, whichever way it came together.
 */
#include <stdlib.h>

#include "base/array.h"
#include "crypto/digest.h"
#include "policy/load.h"
#include "json/json.h"

static int compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static json_t *write_items(struct loader *loader, const struct items *items, bool ordered)
{
	json_t *list = loader_keep(loader, json_array());
	if (!ordered && items->n)
		qsort(items->items, items->n, sizeof *items->items, compare);
	for (size_t i = 0; i < items->n; i++) {
		struct str item = items->items[i];
		if (!ordered && i > 0 && str_eq(item, items->items[i - 1]))
			continue;
		if (json_array_append_new(list, json_stringn(item.p, item.n)) < 0)
			(void)loader_must(loader, NULL);
	}
	return list;
}

static void normalise_list(struct loader *loader, json_t *document, const struct list_info *info)
{
	struct items items;
	bool ordered;
	json_t *section = json_object_get(document, info->section);
	if (!json_object_get(section, info->key))
		return;
	loader_items(loader, info, &items, &ordered);
	json_t *copy = loader_keep(loader, json_copy_whole(section));
	if (json_object_set(copy, info->key, write_items(loader, &items, ordered)) < 0 ||
	    json_object_set(document, info->section, copy) < 0)
		(void)loader_must(loader, NULL);
}

json_t *loader_normalise(struct loader *loader)
{
	json_t *document = loader_keep(loader, json_copy_whole(loader->merged));
	(void)json_object_del(document, "tests");
	if (loader->n_layers == 1)
		return json_incref(document);
	for (size_t i = 0; i < POLICY_LISTS; i++)
		normalise_list(loader, document, &list_infos[i]);
	return json_incref(document);
}

int policy_digest(const json_t *document, char *ret_digest, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	buf_init(&text, 8 * LIMIT_DOCUMENT_BYTES);
	int code = json_write_digest_form(document, &text, error);
	if (code == 0)
		sha256_named(buf_str(&text), ret_digest);
	return code;
}
