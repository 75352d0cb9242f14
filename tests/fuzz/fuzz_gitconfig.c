/* SPDX-License-Identifier: Apache-2.0
 *
 * Git configuration and .gitignore text: no read past the end, keys have a section, and what is written out is never longer
 * than what came in.
 */
#include "fuzz.h"

#include "agents/gitconfig.h"
#include "agents/ignore.h"
#include "base/limits.h"

struct total {
	size_t bytes, max;
};

static bool count(void *context, const struct gitconfig_entry *entry)
{
	struct total *total = context;
	FUZZ_CHECK(str_find_char(entry->key, '.') != STR_NPOS);
	FUZZ_CHECK(gitconfig_key_is(entry->key, entry->key));
	FUZZ_CHECK(entry->value.n <= total->max || str_is(entry->value, "true"));
	total->bytes += entry->value.n;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ignore_file file;
	struct arena arena;
	struct str text = str_make((const char *)data, size);
	struct total total = {.max = size};
	arena_init(&arena, MiB(16));
	if (!setjmp(arena.on_full)) {
		arena.armed = true;
		(void)gitconfig_walk(&arena, text, count, &total);
		arena.armed = false;
	}
	arena_release(&arena);
	ignore_parse(&file, text, 0);
	FUZZ_CHECK(file.n <= IGNORE_PATTERNS);
	(void)ignore_matches(&file, str_first(text, 256), false);
	return 0;
}
