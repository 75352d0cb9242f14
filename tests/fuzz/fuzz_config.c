/* SPDX-License-Identifier: Apache-2.0
 *
 * A config.yaml at each place where one may stand: refused with its file, line and reason, or every value is one that
 * its key may have there.
 */
#include <string.h>

#include "fuzz.h"

#include "base/limits.h"
#include "cli/config_keys.h"

static bool is_listed(const struct config_key_info *key, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(key->words) && key->words[i]; i++)
		if (strcmp(key->words[i], text) == 0)
			return true;
	return false;
}

static void check(const struct config_key_info *key, const struct config_value *value,
		  enum config_place place)
{
	if (!value->text)
		return;
	FUZZ_CHECK(key->places & 1U << place);
	FUZZ_CHECK(value->line > 0 && value->column > 0);
	FUZZ_CHECK(key->type != CONFIG_WORD || is_listed(key, value->text));
	FUZZ_CHECK(key->type != CONFIG_BOOL || strcmp(value->text, "true") == 0 ||
		   strcmp(value->text, "false") == 0);
	FUZZ_CHECK(value->text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct cavra_error error = {.text = ""};
	if (document_parse_yaml((const char *)data, size, &document, &error) < 0)
		return 0;
	for (enum config_place place = PLACE_MANAGED; place <= PLACE_USER; place++) {
		struct config_value values[CONFIG_KEYS];
		memset(values, 0, sizeof values);
		int code = config_keys_read(document, place, values, &error);
		FUZZ_CHECK(code == 0 || (code == CAVRA_ERR_INPUT && error.text[0]));
		for (size_t i = 0; code == 0 && i < CONFIG_KEYS; i++)
			check(&config_keys[i], &values[config_keys[i].key], place);
	}
	return 0;
}
