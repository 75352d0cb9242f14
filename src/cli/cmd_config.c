/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra config show, validate: what is in force, and who says so.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/config_trust.h"
#include "cli/guard.h"
#include "cli/project.h"
#include "decide/explain.h"
#include "decide/visible.h"
#include "json/json.h"

enum { KEY_WIDTH = 14, VALUE_WIDTH = 26 };

/* ---- what each layer says about a key ---- */

struct opinion {
	const char *text;
	const struct config_layer *layer; /* NULL: not from a layer */
	enum config_place place;
	int line;
	bool from_policy; /* the mode that a policy names */
	bool in_force;
};

enum { OPINIONS = 2 * LIMIT_POLICY_LAYERS + 3 };

struct opinions {
	struct opinion item[OPINIONS];
	size_t n;
};

static void add_opinion(struct opinions *list, struct opinion opinion)
{
	if (list->n < OPINIONS)
		list->item[list->n++] = opinion;
}

static void add_modes(struct opinions *list, const struct config *config)
{
	for (size_t i = 0; i < config->n; i++) {
		const struct config_layer *layer = &config->layer[i];
		const struct config_value *said = &layer->values[KEY_MODE];
		struct opinion opinion = {.layer = layer, .place = layer->place};
		if (said->text) {
			opinion.text = said->text;
			opinion.line = said->line;
			add_opinion(list, opinion);
		}
		if (layer->policy && layer->policy->mode_given) {
			opinion.text = runtime_mode_name(layer->policy->mode);
			opinion.from_policy = true;
			add_opinion(list, opinion);
		}
	}
	if (config->has_variable_mode)
		add_opinion(list, (struct opinion){.text = runtime_mode_name(config->variable_mode),
						   .place = PLACE_ENVIRONMENT});
}

/* The managed mode stands in place of its policy's own. */
static bool is_replaced(const struct opinion *opinion)
{
	return opinion->from_policy && opinion->place == PLACE_MANAGED &&
	       opinion->layer->values[KEY_MODE].text;
}

/* A glass that was broken until a moment ago. */
static bool has_ended(const struct opinion *opinion, const struct config *config)
{
	return config->glass_ended && !opinion->from_policy && opinion->place == PLACE_MANAGED;
}

static void mark_mode(struct opinions *list, const struct config *config)
{
	bool found = false;
	for (size_t i = 0; i < list->n; i++) {
		enum policy_mode mode;
		struct opinion *one = &list->item[i];
		if (found || is_replaced(one) || has_ended(one, config) ||
		    runtime_mode_parse(str_from(one->text), &mode, NULL) < 0)
			continue;
		one->in_force = found = mode == config->mode;
	}
}

static const char *policy_text(const struct config_layer *layer)
{
	return layer->policy_path[0] ? layer->policy_path : layer->policy_pack;
}

static bool only_one(enum config_key key)
{
	return key == KEY_SHADOW || key == KEY_LEDGER_DIRECTORY;
}

static void mark_durability(struct opinions *list, const struct config *config)
{
	const char *surest = ledger_durability_name(config_ledger_durability(config));
	bool found = false;
	for (size_t i = 0; i < list->n; i++) {
		list->item[i].in_force = !found && strcmp(list->item[i].text, surest) == 0;
		found = found || list->item[i].in_force;
	}
}

static void add_values(struct opinions *list, const struct config *config, enum config_key key)
{
	for (size_t i = 0; i < config->n; i++) {
		const struct config_layer *layer = &config->layer[i];
		const struct config_value *said = &layer->values[key];
		struct opinion opinion = {.text = said->text,
					  .layer = layer,
					  .place = layer->place,
					  .line = said->line,
					  .in_force = !only_one(key) || !list->n};
		if (key == KEY_POLICY)
			opinion.text = policy_text(layer);
		if (opinion.text && opinion.text[0])
			add_opinion(list, opinion);
	}
}

static void collect(struct opinions *list, const struct config *config, enum config_key key)
{
	*list = (struct opinions){.n = 0};
	if (key == KEY_MODE) {
		add_modes(list, config);
		mark_mode(list, config);
	} else {
		add_values(list, config, key);
	}
	if (key == KEY_LEDGER_DURABILITY)
		mark_durability(list, config);
	if (!list->n)
		add_opinion(list, (struct opinion){.text = config_keys[key].fallback,
						   .place = PLACE_DEFAULT,
						   .in_force = true});
}

/* ---- where it stands ---- */

static void add_origin(struct buf *out, const struct opinion *opinion, enum config_key key)
{
	if (opinion->place == PLACE_ENVIRONMENT)
		buf_add_c(out, config_keys[key].variable);
	else if (opinion->from_policy)
		visible_add(out, str_from(policy_text(opinion->layer)), 0);
	else if (opinion->line)
		visible_add(out, str_from(opinion->layer->document->name), 0);
	else
		buf_add_c(out, opinion->place == PLACE_COMMAND_LINE ? "the command line"
			       : opinion->layer && opinion->place != PLACE_DEFAULT
				       ? "because it is there"
				       : "default");
	if (opinion->line)
		buf_add_format(out, ":%d", opinion->line);
}

static const char *why_not(const struct opinion *opinion, enum config_key key,
			   const struct config *config)
{
	static char text[120];
	if (only_one(key))
		return "the first one in command counts";
	if (key == KEY_LEDGER_DURABILITY)
		return "the surest counts";
	if (has_ended(opinion, config))
		return "over, see break_glass.expires";
	if (is_replaced(opinion))
		return "replaced by the managed configuration";
	(void)snprintf(text, sizeof text, "overridden: %s is stricter",
		       runtime_mode_name(config->mode));
	enum policy_mode mode;
	if (runtime_mode_parse(str_from(opinion->text), &mode, NULL) == 0 && mode == config->mode)
		return "the same";
	return text;
}

/* ---- for people ---- */

static void print_wrapped(const char *first, struct str text)
{
	struct buf CLEANUP_BUF out;
	char next[KEY_WIDTH + 3];
	buf_init(&out, MiB(1));
	memset(next, ' ', sizeof next - 1);
	next[sizeof next - 1] = '\0';
	explain_wrap(&out, text, first, next, output_width());
	(void)fputs(out.p, stdout);
}

static void print_opinion(const struct config *config, enum config_key key,
			  const struct opinion *opinion, bool first)
{
	char label[64];
	struct buf CLEANUP_BUF text;
	buf_init(&text, MiB(1));
	(void)snprintf(label, sizeof label, "%-*s  ", KEY_WIDTH,
		       first ? config_keys[key].name : "");
	visible_add(&text, str_from(opinion->text), 0);
	buf_add_c(&text, "  (");
	buf_add_c(&text, config_place_name(opinion->place));
	if (opinion->place != PLACE_DEFAULT && opinion->place != PLACE_COMMAND_LINE) {
		buf_add_c(&text, ", ");
		add_origin(&text, opinion, key);
	}
	if (!opinion->in_force) {
		buf_add_c(&text, "; ");
		buf_add_c(&text, why_not(opinion, key, config));
	}
	buf_add_char(&text, ')');
	print_wrapped(label, buf_str(&text));
}

static void print_layer(const struct config_layer *layer)
{
	char label[64];
	struct buf CLEANUP_BUF text;
	buf_init(&text, MiB(1));
	(void)snprintf(label, sizeof label, "%-*s  ", KEY_WIDTH, config_place_name(layer->place));
	if (layer->directory[0])
		visible_add(&text, str_from(layer->directory), 0);
	if (layer->policy)
		buf_add_format(&text, "%s%.*s %.*s, %.19s", text.n ? ": " : "",
			       STR_ARG(layer->policy->id), STR_ARG(layer->policy->version),
			       layer->policy->digest);
	else
		buf_add_c(&text, layer->there ? ": no policy" : ": not there");
	print_wrapped(label, buf_str(&text));
}

static void print_shadow(const struct shadow *shadow)
{
	const struct policy *policy = shadow->policy;
	struct record_shadow broken = {.error = &shadow->error};
	struct buf CLEANUP_BUF text;
	struct buf CLEANUP_BUF out;
	buf_init(&text, KiB(64));
	buf_init(&out, KiB(64));
	if (!shadow->layer)
		return;
	if (policy) {
		buf_add_format(&text, "%.*s %.*s, %.19s", STR_ARG(policy->id),
			       STR_ARG(policy->version), policy->digest);
	} else {
		broken.policy_pack = str_from(shadow->layer->values[KEY_SHADOW].text);
		explain_shadow(&text, &broken);
	}
	explain_wrap(&out, buf_str(&text), "on trial  ", "    ", output_width());
	(void)fputs(out.p, stdout);
}

static void print_text(const struct config *config, const struct shadow *shadow)
{
	(void)printf("Layers; each policy decides, and the strictest answer counts:\n\n");
	for (size_t i = 0; i < config->n; i++)
		print_layer(&config->layer[i]);
	if (config->managed_only)
		(void)printf("\nmanaged.only: the layers of projects and users are not read.\n");
	(void)printf("\nValues, and who says so:\n\n");
	for (size_t key = 0; key < CONFIG_KEYS; key++) {
		struct opinions list;
		collect(&list, config, (enum config_key)key);
		for (size_t i = 0; i < list.n; i++)
			print_opinion(config, (enum config_key)key, &list.item[i], i == 0);
	}
	(void)printf("\ndigest  %s\n", config->digest);
	print_shadow(shadow);
}

/* ---- for programs ---- */

static void add_member(struct buf *out, const char *key, const char *value)
{
	buf_add_format(out, "\"%s\":", key);
	if (value)
		buf_add_json_string(out, str_from(value));
	else
		buf_add_c(out, "null");
}

static void add_policy_json(struct buf *out, const struct policy *policy)
{
	buf_add_c(out, "{\"id\":");
	buf_add_json_string(out, policy->id);
	buf_add_c(out, ",\"version\":");
	buf_add_json_string(out, policy->version);
	buf_add_char(out, ',');
	add_member(out, "digest", policy->digest);
	buf_add_char(out, '}');
}

static void add_layer_json(struct buf *out, const struct config_layer *layer)
{
	buf_add_char(out, '{');
	add_member(out, "layer", config_place_name(layer->place));
	buf_add_char(out, ',');
	add_member(out, "directory", layer->directory[0] ? layer->directory : NULL);
	buf_add_format(out, ",\"exists\":%s,\"policy\":", layer->there ? "true" : "false");
	if (layer->policy)
		add_policy_json(out, layer->policy);
	else
		buf_add_c(out, "null");
	buf_add_char(out, '}');
}

static void add_opinion_json(struct buf *out, const struct config *config, enum config_key key,
			     const struct opinion *opinion)
{
	struct buf CLEANUP_BUF origin;
	buf_init(&origin, MiB(1));
	add_origin(&origin, opinion, key);
	buf_add_char(out, '{');
	add_member(out, "value", opinion->text);
	buf_add_char(out, ',');
	add_member(out, "layer", config_place_name(opinion->place));
	buf_add_char(out, ',');
	add_member(out, "origin", origin.p);
	buf_add_format(out, ",\"in_force\":%s,", opinion->in_force ? "true" : "false");
	add_member(out, "why_not", opinion->in_force ? NULL : why_not(opinion, key, config));
	buf_add_char(out, '}');
}

static void add_shadow_json(struct buf *out, const struct shadow *shadow)
{
	if (!shadow->layer) {
		buf_add_c(out, "null");
	} else if (shadow->policy) {
		add_policy_json(out, shadow->policy);
	} else {
		buf_add_char(out, '{');
		add_member(out, "error", shadow->error.text);
		buf_add_char(out, '}');
	}
}

static void add_json(struct buf *out, const struct config *config, const struct shadow *shadow)
{
	buf_add_c(out, "{\"layers\":[");
	for (size_t i = 0; i < config->n; i++) {
		buf_add_c(out, i ? "," : "");
		add_layer_json(out, &config->layer[i]);
	}
	buf_add_c(out, "],\"values\":{");
	for (size_t key = 0; key < CONFIG_KEYS; key++) {
		struct opinions list;
		collect(&list, config, (enum config_key)key);
		buf_add_format(out, "%s\"%s\":[", key ? "," : "", config_keys[key].name);
		for (size_t i = 0; i < list.n; i++) {
			buf_add_c(out, i ? "," : "");
			add_opinion_json(out, config, (enum config_key)key, &list.item[i]);
		}
		buf_add_char(out, ']');
	}
	buf_add_c(out, "},");
	add_member(out, "digest", config->digest);
	buf_add_c(out, ",\"shadow\":");
	add_shadow_json(out, shadow);
	buf_add_c(out, "}\n");
}

/* ---- commands ---- */

/* The project of --directory, as the hook would find it from there. */
static int load(const struct args *args, struct config *config, struct cavra_error *error)
{
	const char *directory = args->value[OPT_DIRECTORY] ? args->value[OPT_DIRECTORY] : ".";
	char start[PATH_MAX], root[PATH_MAX];
	struct config_request request = {
		.root = root, .otherwise = DEFAULT_PACK, .verifier = &config_verifier};
	*config = (struct config){.n = 0};
	if (!realpath(directory, start))
		return error_set(error, CAVRA_ERR_NOT_FOUND, "there is no directory %.300s",
				 directory);
	(void)project_find(start, root);
	return config_load(&request, config, error);
}

int cmd_config_show(const struct args *args)
{
	struct cavra_error error;
	struct config config;
	struct buf CLEANUP_BUF out;
	struct shadow shadow = {.layer = NULL};
	int code = load(args, &config, &error);
	buf_init(&out, MiB(4));
	if (code >= 0)
		shadow_open(&config, NULL, &shadow);
	if (code >= 0 && args_has(args, OPT_JSON)) {
		add_json(&out, &config, &shadow);
		(void)fputs(out.p, stdout);
	} else if (code >= 0) {
		print_text(&config, &shadow);
	}
	shadow_close(&shadow);
	config_release(&config);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

int cmd_config_validate(const struct args *args)
{
	struct cavra_error error;
	struct config config;
	struct shadow shadow = {.layer = NULL};
	int code = load(args, &config, &error);
	if (code >= 0)
		shadow_open(&config, NULL, &shadow);
	if (code >= 0 && shadow.layer && !shadow.policy) {
		error = shadow.error;
		code = error.code;
	}
	for (size_t i = 0; code >= 0 && i < config.n; i++)
		if (config.layer[i].there)
			(void)printf("valid %-12s %s\n", config_place_name(config.layer[i].place),
				     config.layer[i].directory);
	shadow_close(&shadow);
	config_release(&config);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
