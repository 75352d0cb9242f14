/* SPDX-License-Identifier: Apache-2.0
 *
 * Manual pages of the files: policies, from their schema and policy_keys.c, and configuration, from config_keys.c.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "cli/config_keys.h"
#include "cli/dump.h"
#include "cli/man.h"
#include "cli/policy_keys.h"
#include "policy/registry.h"
#include "json/json.h"

/* ---- cavra-policy(5) ---- */

static const json_t *follow(const json_t *schema, const json_t *definitions)
{
	struct str reference = STR("");
	static const char prefix[] = "#/$defs/";
	while (json_get_str(schema, "$ref", &reference))
		schema = json_object_get(definitions, reference.p + sizeof prefix - 1);
	return schema;
}

static void add_enum(struct buf *out, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		buf_add_format(out, "%s%s", i ? " | " : "",
			       json_string_value(json_array_get(list, i)));
}

/* "a list of texts", "allow | off", "true | false" */
static void add_type(struct buf *out, const json_t *schema, const json_t *definitions)
{
	struct str type = STR("");
	schema = follow(schema, definitions);
	(void)json_get_str(schema, "type", &type);
	if (json_get_array(schema, "enum"))
		add_enum(out, json_get_array(schema, "enum"));
	else if (json_get_array(schema, "type"))
		buf_add_c(out, "a text or a list of texts");
	else if (str_is(type, "array"))
		buf_add_c(out, "a list");
	else if (str_is(type, "boolean"))
		buf_add_c(out, "true | false");
	else if (str_is(type, "object"))
		buf_add_c(out, "keys");
	else if (str_is(type, "string"))
		buf_add_c(out, "a text");
}

static const struct policy_key *find_key(const char *section, const char *key)
{
	for (size_t i = 0; i < policy_keys_count; i++)
		if (strcmp(policy_keys[i].section, section) == 0 &&
		    strcmp(policy_keys[i].key, key) == 0)
			return &policy_keys[i];
	return NULL;
}

static int lack(struct cavra_error *error, const char *section, const char *key)
{
	return error_set(error, CAVRA_ERR_INTERNAL,
			 "the schema of policies and src/cli/policy_keys.c differ in %s%s%s",
			 section, key[0] ? "." : "", key);
}

static int add_key(struct buf *out, const char *section, const char *key, const json_t *schema,
		   const json_t *definitions, struct cavra_error *error)
{
	const struct policy_key *row = find_key(section, key);
	struct buf CLEANUP_BUF type;
	struct buf CLEANUP_BUF meaning;
	buf_init(&type, KiB(4));
	buf_init(&meaning, KiB(4));
	if (!row)
		return lack(error, section, key);
	add_type(&type, schema, definitions);
	buf_add_format(&meaning, "%s.", row->meaning);
	man_row(out, key, type.p, meaning.p);
	return 0;
}

static int add_section(struct buf *out, const char *section, const json_t *schema,
		       const json_t *definitions, size_t *seen, struct cavra_error *error)
{
	const struct policy_key *row = find_key(section, "");
	const char *key;
	json_t *value;
	if (!row)
		return lack(error, section, "");
	buf_add_format(out, ".SS %s\n", section);
	man_text(out, str_from(row->meaning));
	out->n -= out->failed ? 0 : 1;
	buf_add_c(out, ".\n");
	(*seen)++;
	json_t *properties = json_get_object(follow(schema, definitions), "properties");
	json_object_foreach (properties, key, value) {
		int code = add_key(out, section, key, value, definitions, error);
		if (code < 0)
			return code;
		(*seen)++;
	}
	return 0;
}

static int add_keys(struct buf *out, const json_t *schema, struct cavra_error *error)
{
	const json_t *definitions = json_get_object(schema, "$defs");
	const char *section;
	json_t *value;
	size_t seen = 0;
	json_object_foreach (json_get_object(schema, "properties"), section, value) {
		int code = add_section(out, section, value, definitions, &seen, error);
		if (code < 0)
			return code;
	}
	return seen == policy_keys_count ? 0 : lack(error, "the number of keys", "");
}

static const char policy_example[] =
	".PP\n.nf\n"
	"metadata:\n"
	"  id: cavra\\-project\n"
	"  title: Policy of this repository\n"
	"  description: The baseline, and more.\n"
	"  version: 1.0.0\n"
	"  inherits: cavra\\-ai\\-agent\\-baseline\n"
	"filesystem:\n"
	"  block_read: [\\(dqconfig/production/**\\(dq]\n"
	"commands:\n"
	"  block: [\\(dqmake deploy*\\(dq]\n"
	"tests:\n"
	"  \\- input: {action_type: execute_command, target: make deploy}\n"
	"    decision: block\n"
	".fi\n";

int dump_man_policy(struct buf *out, struct cavra_error *error)
{
	json_t *schema;
	int code = json_read(policy_schema_text, 0, &schema, error);
	if (code < 0)
		return code;
	man_head(out, "cavra-policy", 5, "what an AI agent may do");
	man_section(out, "DESCRIPTION");
	man_text(
		out,
		STR("A policy is a YAML or JSON file. Every rule meets everything that an action "
		    "really does, and the strictest answer counts, whatever order rules are "
		    "written in. Unknown keys are errors: a misspelt protection would protect "
		    "nothing.\n\n"
		    "The YAML is a strict subset: one document, no anchors, aliases, tags or merge "
		    "keys, no duplicate keys. Quote what begins with *, !, &, [, {, #, @ or %.\n\n"
		    "A policy inherits packs and can only tighten what they say. cavra policy "
		    "validate checks it, cavra policy test runs its cases, cavra policy list shows "
		    "the bundled packs."));
	man_section(out, "KEYS");
	code = add_keys(out, schema, error);
	json_decref(schema);
	man_section(out, "EXAMPLES");
	man_text(out, STR("A policy of a project:"));
	buf_add_c(out, policy_example);
	man_section(out, "SEE ALSO");
	buf_add_c(out, ".BR cavra (1),\n.BR cavra\\-config (5)\n");
	return code;
}

/* ---- cavra-config(5) ---- */

static void add_places(struct buf *out, unsigned places)
{
	const char *comma = "";
	buf_add_c(out, " Who may set it: ");
	for (int place = 0; place < CONFIG_PLACES; place++) {
		if (!(places & 1U << place))
			continue;
		buf_add_format(out, "%s%s", comma, config_place_name((enum config_place)place));
		comma = ", ";
	}
	buf_add_char(out, '.');
}

static void add_values(struct buf *out, const struct config_key_info *info)
{
	switch (info->type) {
	case CONFIG_WORD:
		for (size_t i = 0; i < ARRAY_SIZE(info->words) && info->words[i]; i++)
			buf_add_format(out, "%s%s", i ? " | " : "", info->words[i]);
		return;
	case CONFIG_POLICY:
		buf_add_c(out, "a pack id or a file name");
		return;
	case CONFIG_BOOL:
		buf_add_c(out, "true | false");
		return;
	case CONFIG_PATH:
		buf_add_c(out, "an absolute path");
		return;
	case CONFIG_TEXT:
		buf_add_c(out, "text");
		return;
	case CONFIG_TIME:
		buf_add_c(out, "2026-01-31T23:59:59Z");
		return;
	}
}

static void add_config_key(struct buf *out, const struct config_key_info *info)
{
	struct buf CLEANUP_BUF values;
	struct buf CLEANUP_BUF meaning;
	buf_init(&values, KiB(4));
	buf_init(&meaning, KiB(4));
	add_values(&values, info);
	buf_add_format(&meaning, "%s. Default: %s.", info->meaning, info->fallback);
	add_places(&meaning, info->places);
	buf_add_format(&meaning, " Of several layers: %s.", info->combines);
	if (info->variable)
		buf_add_format(&meaning, " The environment variable %s may tighten it.",
			       info->variable);
	man_row(out, info->name, values.p, meaning.p);
}

int dump_man_config(struct buf *out, struct cavra_error *error)
{
	(void)error;
	man_head(out, "cavra-config", 5, "which policies decide, and in which mode");
	man_section(out, "DESCRIPTION");
	man_text(out,
		 STR("Up to three layers say which policies decide: the managed one in /etc/cavra, "
		     "which must belong to root and be writable by nobody else, the one in .cavra "
		     "of the project, and the user's in ~/.config/cavra. Each may hold a "
		     "policy.yaml and a config.yaml.\n\n"
		     "Every layer's policy decides for itself, and the strictest answer counts: a "
		     "layer more can only tighten. A layer that holds a mistake blocks everything "
		     "until it is mended. cavra config show tells which value comes from where."));
	man_section(out, "KEYS");
	man_text(out, STR("A dot stands for an object: managed.only is written as managed: {only: "
			  "true}."));
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		add_config_key(out, &config_keys[i]);
	man_section(out, "SEE ALSO");
	buf_add_c(out, ".BR cavra (1),\n.BR cavra\\-policy (5)\n");
	return 0;
}
