/* SPDX-License-Identifier: Apache-2.0
 *
 * Smaller bodies, see shorten.h.
 */
#include "ledger/shorten.h"

#include "base/array.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "json/json.h"

const struct shorten_step shorten_steps[] = {
	{16384, 256}, {4096, 64}, {1024, 16}, {256, 8}, {64, 4}};
const size_t shorten_steps_count = ARRAY_SIZE(shorten_steps);

/* Not inside of a character. */
static struct str cut(struct str text, size_t n)
{
	while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_first(text, n);
}

static json_t *shorten_text(const json_t *value, size_t n)
{
	struct str text = json_str(value);
	struct buf CLEANUP_BUF shorter;
	char name[SHA256_NAMED];
	buf_init(&shorter, n + 256);
	if (text.n <= n)
		return json_stringn_nocheck(text.p, text.n);
	sha256_named(text, name);
	buf_add(&shorter, cut(text, n));
	buf_add_format(&shorter, "... [cut: %zu bytes, %s of all]", text.n, name);
	return shorter.failed ? NULL : json_stringn_nocheck(shorter.p, shorter.n);
}

static json_t *shorten_list(const json_t *value, const struct shorten_step *step)
{
	size_t n = json_array_size(value), kept = n > step->items ? step->items : n;
	json_t *list = json_array();
	bool whole = list;
	for (size_t i = 0; whole && i < kept; i++)
		whole = json_array_append_new(list, json_shorten(json_array_get(value, i), step)) ==
			0;
	if (whole && kept < n)
		whole = json_array_append_new(
				list, json_pack("{s:I}", "omitted", (json_int_t)(n - kept))) == 0;
	if (whole)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *shorten_object(const json_t *value, const struct shorten_step *step)
{
	json_t *object = json_object(), *member;
	const char *key;
	bool whole = object;
	json_object_foreach ((json_t *)value, key, member)
		whole = whole &&
			json_object_set_new_nocheck(object, key, json_shorten(member, step)) == 0;
	if (whole)
		return object;
	json_decref(object);
	return NULL;
}

json_t *json_shorten(const json_t *value, const struct shorten_step *step)
{
	if (json_is_object(value))
		return shorten_object(value, step);
	if (json_is_array(value))
		return shorten_list(value, step);
	if (json_is_string(value))
		return shorten_text(value, step->text_bytes);
	return json_incref((json_t *)value);
}
