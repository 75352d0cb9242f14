/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of configuration keys, and reading a config.yaml by it.
 */
#ifndef CAVRA_CLI_CONFIG_KEYS_H
#define CAVRA_CLI_CONFIG_KEYS_H

#include <stdbool.h>

#include "base/array.h"
#include "json/document.h"

/* Who says something, in the order in which they are asked. */
enum config_place {
	PLACE_MANAGED,
	PLACE_PROJECT,
	PLACE_USER,
	PLACE_ENVIRONMENT,
	PLACE_COMMAND_LINE,
	PLACE_DEFAULT,
	CONFIG_PLACES
};
const char *config_place_name(enum config_place place);

enum config_key {
	KEY_MODE,
	KEY_POLICY,
	KEY_UNMATCHED,
	KEY_SHADOW,
	KEY_REQUIRE_SIGNATURE,
	KEY_MANAGED_ONLY,
	KEY_LEDGER_DURABILITY,
	KEY_LEDGER_DIRECTORY,
	KEY_GLASS_ACTOR,
	KEY_GLASS_REASON,
	KEY_GLASS_EXPIRES,
	CONFIG_KEYS
};
enum config_type { CONFIG_WORD, CONFIG_POLICY, CONFIG_BOOL, CONFIG_TEXT, CONFIG_PATH, CONFIG_TIME };

struct config_key_info {
	enum config_key key;
	const char *name; /* a dot stands for an object around: "managed.only" */
	enum config_type type;
	const char *words[6]; /* of a CONFIG_WORD */
	const char *fallback; /* for people: what holds when nobody says anything */
	unsigned places;      /* 1 << enum config_place: who may set it in a config.yaml */
	const char *variable; /* environment variable that may tighten it; NULL: none */
	const char *meaning;
	const char *combines; /* how the layers' values become one */
};
extern const struct config_key_info config_keys[CONFIG_KEYS];

/* One value of one layer. */
struct config_value {
	const char *text; /* NULL: not said. Borrowed from the document or static */
	int line, column; /* 0: not from a file */
};

/* Checks all of a document and takes its values. Errors: CAVRA_ERR_INPUT with file, line and column, what is wrong
 * and what to write instead. The values live as long as the document.
 */
int config_keys_read(const struct document *document, enum config_place place,
		     struct config_value ret_values[CONFIG_KEYS], struct cavra_error *error);

#endif
