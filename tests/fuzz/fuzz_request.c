/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests as JSON, also as facts: refused with a reason, or free of NUL characters.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "decide/facts.h"
#include "decide/request.h"
#include "json/json.h"

static void check_facts(const json_t *root)
{
	struct arena arena;
	struct resolver resolver;
	struct cavra_error error = {.text = ""};
	arena_init(&arena, MiB(16));
	if (!setjmp(arena.on_full)) {
		arena.armed = true;
		int code = facts_resolver(root, &arena, &resolver, &error);
		FUZZ_CHECK(code == 0 || error.text[0]);
		struct str *names = NULL;
		size_t n = 0;
		if (code == 0)
			(void)resolver.tree(resolver.context, &arena, resolver.workspace, 100, true,
					    &names, &n);
		FUZZ_CHECK(n <= 100);
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request_document document;
	struct cavra_error error = {.text = ""};
	json_t *root = NULL;
	if (json_read(str_make((const char *)data, size), JSON_READ_NUL, &root, &error) < 0)
		return 0;
	int code = request_from_json(root, &document, &error);
	FUZZ_CHECK(code == 0 || error.text[0]);
	FUZZ_CHECK(code < 0 || document.request.action_type.n > 0);
	FUZZ_CHECK(code < 0 || str_find_char(document.request.cwd, '\0') == STR_NPOS);
	request_document_release(&document);
	if (json_is_object(root))
		check_facts(root);
	json_decref(root);
	return 0;
}
