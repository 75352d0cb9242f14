/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings of Claude Code: what is installed is found again, once, without a flaw, whatever stood there before, and what
 * is removed is gone.
 */
#include <string.h>

#include "fuzz.h"

#include "agents/claude_code.h"
#include "agents/claude_installed.h"
#include "base/limits.h"

enum { SECONDS = 10 };

static size_t hooks_in(const char *text, struct claude_hook *ret_hooks, struct document **ret)
{
	FUZZ_CHECK(document_parse_json(text, strlen(text), ret, NULL) == 0);
	return claude_hooks_find(*ret, ret_hooks);
}

static void check_installed(const char *text)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct claude_hook hooks[CLAUDE_HOOKS_MAX];
	struct claude_flaw flaws[CLAUDE_FLAWS_MAX];
	size_t n = hooks_in(text, hooks, &document);
	FUZZ_CHECK(n >= 1 && n <= CLAUDE_HOOKS_MAX);
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(claude_hook_flaws(&hooks[i], SECONDS, flaws) <= CLAUDE_FLAWS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cavra_error error = {.text = ""};
	char *after = NULL, *again = NULL, *without = NULL;
	bool found = false;
	struct str before = str_make((const char *)data, size);
	if (claude_settings_add(before, "/usr/bin/cavra-hook", &after, &error) < 0) {
		FUZZ_CHECK(error.text[0]);
		return 0;
	}
	check_installed(after);
	FUZZ_CHECK(claude_settings_add(str_from(after), "/usr/bin/cavra-hook", &again, &error) ==
		   0);
	FUZZ_CHECK(strcmp(after, again) == 0);
	FUZZ_CHECK(claude_settings_remove(str_from(after), &without, &found, &error) == 0 && found);
	free(again);
	again = NULL;
	found = true;
	if (without)
		FUZZ_CHECK(claude_settings_remove(str_from(without), &again, &found, &error) == 0 &&
			   !found);
	free(after);
	free(again);
	free(without);
	return 0;
}
