/* SPDX-License-Identifier: Apache-2.0
 *
 * value_covers(), pattern elements and the display of partly known text. The input is a list of segments,
 * one per line, whose first byte is the kind; what follows the empty line is the text.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/value.h"

static struct seg parse_segment(struct str line)
{
	static const char kinds[] = {
		[SEG_TEXT] = 't', [SEG_ANY] = 'a', [SEG_NUMBER] = 'n', [SEG_GLOB] = 'g'};
	const char *at = memchr(kinds, line.p[0], sizeof kinds);
	enum seg_kind kind = at ? (enum seg_kind)(at - kinds) : SEG_TEXT;
	bool has_text = kind == SEG_TEXT || kind == SEG_GLOB;
	return (struct seg){kind, has_text ? str_from_at(line, 1) : STR(""), NULL};
}

/* What the value itself says when every unknown part is taken in its simplest form. */
static struct str simplest(struct arena *arena, struct value v)
{
	struct str text = STR("");
	for (size_t i = 0; i < v.n; i++)
		text = arena_join(arena, text,
				  v.seg[i].kind == SEG_NUMBER ? STR("-7") : v.seg[i].text);
	return text;
}

static void check(struct arena *arena, struct value v, struct str text)
{
	CLEANUP_BUF struct buf json;
	/* What it surely may be, it covers. */
	FUZZ_CHECK(value_covers(v, simplest(arena, v)));
	FUZZ_CHECK(value_covers(value_any(), text));
	FUZZ_CHECK(value_covers(value_concat(arena, v, value_any()),
				arena_join(arena, simplest(arena, v), text)));
	if (value_is_known(v))
		FUZZ_CHECK(value_covers(v, text) == str_eq(value_text(arena, v), text));
	FUZZ_CHECK(value_eq(v, v));
	/* A JSON string is never longer than six bytes for one. */
	buf_init(&json, text.n * 6 + 2);
	buf_add_json_string(&json, text);
	FUZZ_CHECK(!json.failed && json.n >= 2);
	FUZZ_CHECK(!memchr(json.p, '\n', json.n));
	(void)value_covers(v, text);
	(void)value_show(arena, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line;
	struct arena arena;
	struct seg seg[64];
	size_t n = 0;
	if (size > KiB(4))
		return 0;
	while (n < 64 && str_split(&rest, '\n', &line) && line.n)
		seg[n++] = parse_segment(line);
	arena_init(&arena, MiB(16));
	check(&arena, (struct value){seg, n}, rest.p ? rest : STR(""));
	arena_release(&arena);
	return 0;
}
