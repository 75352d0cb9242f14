/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions of schemas. The first line of the input is the pattern, the rest the text.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "json/pattern.h"

enum { REFUSED = 2, WORK = 2000000 };

/* 0, 1 or REFUSED. */
static int match(struct arena *arena, struct str source, struct str text)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct pattern *pattern;
	size_t work = WORK;
	int code = pattern_compile(arena, source, &pattern, &error);
	if (code < 0) {
		FUZZ_CHECK((int)error.code == code && error.text[0]);
		return REFUSED;
	}
	code = pattern_matches(pattern, text, &work);
	FUZZ_CHECK(code == 0 || code == 1 || code == CAVRA_ERR_LIMIT);
	return code < 0 ? REFUSED : code;
}

static void check(struct arena *arena, struct str source, struct str text)
{
	int alone = match(arena, source, text);
	if (alone == REFUSED)
		return;
	int grouped = match(arena, arena_join3(arena, STR("(?:"), source, STR(")")), text);
	FUZZ_CHECK(grouped == alone || grouped == REFUSED);
	int twice = match(arena, arena_join3(arena, source, STR("|"), source), text);
	FUZZ_CHECK(twice == alone || twice == REFUSED);
	int anywhere = match(arena, arena_join3(arena, STR("^[^]*(?:"), source, STR(")[^]*$")),
			     text);
	FUZZ_CHECK(anywhere == alone || anywhere == REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line;
	struct arena arena;
	if (size > KiB(4) || !str_split(&rest, '\n', &line))
		return 0;
	arena_init(&arena, MiB(64));
	if (setjmp(arena.on_full) == 0) {
		arena.armed = true;
		check(&arena, line, rest.p ? rest : STR(""));
	}
	arena_release(&arena);
	return 0;
}
