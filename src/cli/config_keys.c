/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration keys, see config_keys.h.
 */
#include "cli/config_keys.h"

#include <limits.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/when.h"
#include "cli/nearest.h"
#include "policy/registry.h"
#include "json/json.h"
#include "json/pointer.h"

#define FILES (1U << PLACE_MANAGED | 1U << PLACE_PROJECT | 1U << PLACE_USER)

/* clang-format off */
const struct config_key_info config_keys[CONFIG_KEYS] = {
	{KEY_MODE, "mode", CONFIG_WORD, {"audit_only", "enforce", "strict", "strict_regulated", "break_glass"},
	 "enforce", FILES, "CAVRA_POLICY_MODE",
	 "The runtime mode. In the managed layer it stands in place of the mode that the policy of that layer names",
	 "the strictest, also of the modes that the policies name"},
	{KEY_POLICY, "policy", CONFIG_POLICY, {NULL},
	 "policy.yaml beside config.yaml, if it is there", FILES, NULL,
	 "The policy of this layer: the id of a bundled pack, or the name of a file beside config.yaml",
	 "each decides, and the strictest answer counts"},
	{KEY_UNMATCHED, "unmatched", CONFIG_WORD, {"ask", "defer"},
	 "ask", FILES, NULL,
	 "What no rule of this layer's policy meets: ask, or leave it to the policies of the other layers",
	 "each layer for its own policy; when all of them defer, all of them ask"},
	{KEY_SHADOW, "policy.shadow", CONFIG_POLICY, {NULL},
	 "none", FILES, NULL,
	 "A policy on trial, named as policy is: what it would have answered in place of this layer's policy is recorded, and nothing is acted on",
	 "the first one in command; no layer below can take it back"},
	{KEY_REQUIRE_SIGNATURE, "policy.require_signature", CONFIG_BOOL, {NULL},
	 "false", 1U << PLACE_MANAGED | 1U << PLACE_USER, NULL,
	 "Only policies that a key in trust/ beside this file has signed decide",
	 "each for all policies but those of the layers above it"},
	{KEY_MANAGED_ONLY, "managed.only", CONFIG_BOOL, {NULL},
	 "false", 1U << PLACE_MANAGED, NULL,
	 "The layers of projects and users are not read",
	 "only the managed layer can say it"},
	{KEY_LEDGER_DURABILITY, "ledger.durability", CONFIG_WORD, {"sync", "batch", "none"},
	 "batch", 1U << PLACE_MANAGED | 1U << PLACE_USER, NULL,
	 "When a decision that was recorded is on disk: before it is answered, at most 50 ms or 64 of them later, or when the system writes it back",
	 "the surest"},
	{KEY_LEDGER_DIRECTORY, "ledger.directory", CONFIG_PATH, {NULL},
	 ".cavra/ledger in the home directory", 1U << PLACE_MANAGED | 1U << PLACE_USER, NULL,
	 "Where decisions are recorded: an absolute path that its user alone may write to",
	 "the first one in command"},
	{KEY_GLASS_ACTOR, "break_glass.actor", CONFIG_TEXT, {NULL},
	 "none", 1U << PLACE_MANAGED, NULL,
	 "Who breaks the glass. With mode: break_glass in the managed layer, and the next two keys, nothing but self-protection stops an agent",
	 "only the managed layer can say it"},
	{KEY_GLASS_REASON, "break_glass.reason", CONFIG_TEXT, {NULL},
	 "none", 1U << PLACE_MANAGED, NULL,
	 "Why the glass is broken",
	 "only the managed layer can say it"},
	{KEY_GLASS_EXPIRES, "break_glass.expires", CONFIG_TIME, {NULL},
	 "none", 1U << PLACE_MANAGED, NULL,
	 "Until when, at most four hours from now; from then on it is as if the mode were not there",
	 "only the managed layer can say it"},
};

static const char *const place_names[CONFIG_PLACES] = {
	[PLACE_MANAGED] = "managed",         [PLACE_PROJECT] = "project",
	[PLACE_USER] = "user",               [PLACE_ENVIRONMENT] = "environment",
	[PLACE_COMMAND_LINE] = "command line", [PLACE_DEFAULT] = "default",
};
/* clang-format on */

const char *config_place_name(enum config_place place)
{
	return place_names[place];
}

struct reading {
	const struct document *document;
	enum config_place place;
	struct config_value *values;
	struct cavra_error *error;
};

static int complain(const struct reading *reading, const char *pointer, enum position_of of,
		    const char *text)
{
	return document_error(reading->document, pointer, of, reading->error, CAVRA_ERR_INPUT, "%s",
			      text);
}

/* ---- values ---- */

static int check_word(const struct reading *reading, const struct config_key_info *info,
		      const char *pointer, const json_t *value)
{
	char text[256];
	size_t used = (size_t)snprintf(text, sizeof text, "%s is one of", info->name);
	for (size_t i = 0; i < ARRAY_SIZE(info->words) && info->words[i]; i++) {
		if (json_is_string(value) && strcmp(json_string_value(value), info->words[i]) == 0)
			return 0;
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", i ? "," : "",
					 info->words[i]);
	}
	return complain(reading, pointer, POSITION_VALUE, text);
}

/* A name without a directory: what it means cannot lead anywhere else. */
static bool is_file_name(const char *text)
{
	struct str name = str_from(text);
	return str_find_char(name, '/') == STR_NPOS && name.p[0] != '.' &&
	       (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) ||
		str_ends(name, STR(".json")));
}

static int check_policy(const struct reading *reading, const struct config_key_info *info,
			const char *pointer, const json_t *value)
{
	char message[160];
	const char *text = json_string_value(value);
	if (text && (policy_id_check(str_from(text), NULL) == 0 || is_file_name(text)))
		return 0;
	(void)snprintf(message, sizeof message,
		       "%s is the id of a bundled pack (cavra policy list), or the name of a "
		       ".yaml file in this directory",
		       info->name);
	return complain(reading, pointer, POSITION_VALUE, message);
}

static int check_text(const struct reading *reading, const char *pointer, const json_t *value)
{
	struct str text = str_trim(json_str(value));
	if (text.n && text.n <= LIMIT_SIGNATURE_TEXT && str_find_char(text, '\0') == STR_NPOS)
		return 0;
	return complain(reading, pointer, POSITION_VALUE, "write a text of up to 256 bytes");
}

static int check_path(const struct reading *reading, const char *pointer, const json_t *value)
{
	struct str path = json_str(value);
	if (path.n && path.n < PATH_MAX / 2 && path.p[0] == '/' &&
	    str_find_char(path, '\0') == STR_NPOS)
		return 0;
	return complain(reading, pointer, POSITION_VALUE, "write an absolute path");
}

static int check_value(const struct reading *reading, const struct config_key_info *info,
		       const char *pointer, const json_t *value)
{
	int64_t ignored;
	switch (info->type) {
	case CONFIG_WORD:
		return check_word(reading, info, pointer, value);
	case CONFIG_POLICY:
		return check_policy(reading, info, pointer, value);
	case CONFIG_BOOL:
		if (json_is_boolean(value))
			return 0;
		return complain(reading, pointer, POSITION_VALUE, "write true or false");
	case CONFIG_TEXT:
		return check_text(reading, pointer, value);
	case CONFIG_PATH:
		return check_path(reading, pointer, value);
	case CONFIG_TIME:
		if (json_is_string(value) && when_parse(json_str(value), &ignored))
			return 0;
		return complain(reading, pointer, POSITION_VALUE,
				"write a point in time in UTC: \"2026-01-31T23:59:59Z\"");
	}
	return 0;
}

static int take_value(const struct reading *reading, const struct config_key_info *info,
		      const char *pointer, const json_t *value)
{
	struct config_value *to = &reading->values[info->key];
	char text[160];
	if (!(info->places & 1U << reading->place)) {
		(void)snprintf(text, sizeof text,
			       "%s cannot be set in the %s layer; only the managed layer may",
			       info->name, config_place_name(reading->place));
		return complain(reading, pointer, POSITION_KEY, text);
	}
	if (to->text)
		return complain(reading, pointer, POSITION_KEY, "this key is given twice");
	int code = check_value(reading, info, pointer, value);
	if (code < 0)
		return code;
	to->text = json_is_string(value) ? json_string_value(value)
		   : json_is_true(value) ? "true"
					 : "false";
	(void)document_position(reading->document, pointer, POSITION_VALUE, &to->line, &to->column);
	return 0;
}

/* ---- keys ---- */

static int unknown_key(const struct reading *reading, const char *pointer, const char *name)
{
	const char *known[CONFIG_KEYS];
	char text[160];
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		known[i] = config_keys[i].name;
	const char *nearest = nearest_word(name, known, CONFIG_KEYS);
	(void)snprintf(text, sizeof text, "there is no key %.60s; %s%s%s", name,
		       nearest ? "did you mean " : "cavra config show lists them",
		       nearest ? nearest : "", nearest ? "?" : "");
	return complain(reading, pointer, POSITION_KEY, text);
}

static bool is_group(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		if (strncmp(config_keys[i].name, name, n) == 0 && config_keys[i].name[n] == '.')
			return true;
	return false;
}

static const struct config_key_info *find_key(const char *name)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		if (strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

static int read_object(const struct reading *reading, const char *around, const json_t *object);

static int read_member(const struct reading *reading, const char *around, const char *key,
		       const json_t *value)
{
	char name[128];
	bool nested = around[0] != '\0';
	struct buf CLEANUP_BUF pointer;
	buf_init(&pointer, 2 * LIMIT_DOCUMENT_BYTES);
	if (nested)
		pointer_add(&pointer, str_from(around));
	pointer_add(&pointer, str_from(key));
	(void)snprintf(name, sizeof name, "%.40s%s%.60s", around, nested ? "." : "", key);
	const struct config_key_info *info = find_key(name);
	/* policy: is a value, and policy.require_signature may be written as one object in the other. */
	bool group = !nested && is_group(key) && json_is_object(value);
	if (info && !group)
		return take_value(reading, info, pointer.p, value);
	if (!group && (nested || !is_group(key)))
		return unknown_key(reading, pointer.p, name);
	if (!json_is_object(value))
		return complain(reading, pointer.p, POSITION_VALUE, "write an object of keys here");
	return read_object(reading, key, value);
}

static int read_object(const struct reading *reading, const char *around, const json_t *object)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)object, key, value) {
		int code = read_member(reading, around, key, value);
		if (code < 0)
			return code;
	}
	return 0;
}

int config_keys_read(const struct document *document, enum config_place place,
		     struct config_value ret_values[CONFIG_KEYS], struct cavra_error *error)
{
	struct config_value values[CONFIG_KEYS] = {{NULL, 0, 0}};
	struct reading reading = {document, place, values, error};
	/* An empty file says nothing. */
	if (!json_is_object(document->root) && !json_is_null(document->root))
		return complain(&reading, "", POSITION_VALUE,
				"a configuration is an object of keys");
	int code = read_object(&reading, "", document->root);
	if (code == 0)
		memcpy(ret_values, values, sizeof values);
	return code;
}
