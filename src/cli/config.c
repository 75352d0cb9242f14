/* SPDX-License-Identifier: Apache-2.0
 *
 * Layers of configuration, see config.h. The hook comes here on every call: what is not there costs one
 * system call per place.
 */
#include "cli/config.h"
#include "base/when.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/home.h"
#include "cli/project.h"
#include "crypto/digest.h"
#include "decide/modes.h"
#include "policy/cache.h"
#include "policy/registry.h"

const char *config_managed_directory(void)
{
	return CAVRA_MANAGED_DIRECTORY;
}

static bool is_absent(int number)
{
	return number == ENOENT || number == ENOTDIR;
}

static int fail_system(const char *path, struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_IO, "cannot look at %.300s: %s", path, strerror(errno));
}

/* What only the superuser can have written there can be trusted to bind everybody else. */
int config_check_managed(const char *path, struct cavra_error *error)
{
	struct stat st;
	const char *wrong = NULL, *remedy = "";
	if (lstat(path, &st) < 0)
		return fail_system(path, error);
	if (S_ISLNK(st.st_mode)) {
		wrong = "is a symbolic link";
		remedy = "put the file or directory itself there";
	} else if (st.st_uid != 0) {
		wrong = "does not belong to root";
		remedy = "chown root it";
	} else if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		wrong = "can be written by others than root";
		remedy = "chmod go-w it";
	}
	if (!wrong)
		return 0;
	return error_set(error, CAVRA_ERR_POLICY,
			 "%.300s %s, so it is no managed configuration; %s", path, wrong, remedy);
}

bool config_requires_signature(const struct config_layer *layer)
{
	const char *said = layer->values[KEY_REQUIRE_SIGNATURE].text;
	return said && strcmp(said, "true") == 0;
}

const struct config_layer *config_shadow_layer(const struct config *config)
{
	for (size_t i = 0; i < config->n; i++)
		if (config->layer[i].values[KEY_SHADOW].text)
			return &config->layer[i];
	return NULL;
}

enum ledger_durability config_ledger_durability(const struct config *config)
{
	enum ledger_durability surest = LEDGER_NONE, one;
	bool said = false;
	for (size_t i = 0; i < config->n; i++) {
		const char *text = config->layer[i].values[KEY_LEDGER_DURABILITY].text;
		if (!text || !ledger_durability_parse(str_from(text), &one))
			continue;
		said = true;
		surest = one < surest ? one : surest;
	}
	return said ? surest : LEDGER_BATCH;
}

const char *config_ledger_directory(const struct config *config)
{
	for (size_t i = 0; i < config->n; i++)
		if (config->layer[i].values[KEY_LEDGER_DIRECTORY].text)
			return config->layer[i].values[KEY_LEDGER_DIRECTORY].text;
	return NULL;
}

/* ---- one layer ---- */

static int join_path(const struct config_layer *layer, const char *name, char ret_path[PATH_MAX],
		     struct cavra_error *error)
{
	int n = snprintf(ret_path, PATH_MAX, "%s/%s", layer->directory, name);
	if (n < 0 || n >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.200s/%s is too long",
				 layer->directory, name);
	return 0;
}

/* Two for each layer, and none longer than a path. */
static const char *keep_path(struct config *config, const char *path)
{
	size_t n = strnlen(path, PATH_MAX - 1);
	assert(config->paths_used + n < sizeof config->paths);
	char *kept = memcpy(config->paths + config->paths_used, path, n);
	kept[n] = '\0';
	config->paths_used += n + 1;
	return kept;
}

static int check_owner(const struct config_layer *layer, const char *path,
		       struct cavra_error *error)
{
	return layer->place == PLACE_MANAGED ? config_check_managed(path, error) : 0;
}

/* *ret_path is empty when the file is not there. What is there and unreadable is an error. */
static int find_file(const struct config_layer *layer, const char *name, char ret_path[PATH_MAX],
		     struct cavra_error *error)
{
	struct stat st;
	int code = join_path(layer, name, ret_path, error);
	if (code < 0)
		return code;
	if (lstat(ret_path, &st) == 0)
		return check_owner(layer, ret_path, error);
	if (!is_absent(errno))
		return fail_system(ret_path, error);
	ret_path[0] = '\0';
	return 0;
}

static int read_config(struct config_layer *layer, struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = find_file(layer, CONFIG_FILE, path, error);
	if (code < 0 || !path[0])
		return code;
	code = document_load(path, &layer->document, error);
	if (code < 0)
		return code;
	return config_keys_read(layer->document, layer->place, layer->values, error);
}

static int find_policy(struct config *config, struct config_layer *layer, struct cavra_error *error)
{
	const char *said = layer->values[KEY_POLICY].text;
	char path[PATH_MAX];
	int code;
	if (said && !strchr(said, '.')) {
		(void)snprintf(layer->policy_pack, sizeof layer->policy_pack, "%s", said);
		return 0;
	}
	if (!said) {
		code = find_file(layer, CONFIG_POLICY_FILE, path, error);
	} else {
		code = join_path(layer, said, path, error);
		if (code == 0)
			code = check_owner(layer, path, error);
	}
	if (code == 0)
		layer->policy_path = keep_path(config, path);
	return code;
}

/* There must be room. */
static struct config_layer *new_layer(struct config *config, enum config_place place)
{
	struct config_layer *layer = &config->layer[config->n++];
	*layer = (struct config_layer){.place = place, .policy_path = "", .directory = ""};
	return layer;
}

static int add_layer(struct config *config, enum config_place place, const char *directory,
		     struct cavra_error *error)
{
	struct stat st;
	if (config->n == LIMIT_POLICY_LAYERS)
		return error_set(error, CAVRA_ERR_LIMIT, "more than %d layers of configuration",
				 (int)LIMIT_POLICY_LAYERS);
	struct config_layer *layer = new_layer(config, place);
	layer->directory = keep_path(config, directory);
	if (lstat(layer->directory, &st) < 0)
		return is_absent(errno) ? 0 : fail_system(layer->directory, error);
	layer->there = true;
	int code = check_owner(layer, layer->directory, error);
	if (code == 0)
		code = read_config(layer, error);
	return code < 0 ? code : find_policy(config, layer, error);
}

/* ---- all of them ---- */

static int add_project(const struct config_request *request, struct config *config,
		       struct cavra_error *error)
{
	char directory[PATH_MAX];
	if (!request->root)
		return 0;
	int n = snprintf(directory, sizeof directory, "%s/" PROJECT_DIRECTORY,
			 strcmp(request->root, "/") == 0 ? "" : request->root);
	if (n < 0 || (size_t)n >= sizeof directory)
		return error_set(error, CAVRA_ERR_LIMIT, "the path of the project is too long");
	return add_layer(config, PLACE_PROJECT, directory, error);
}

static int add_users(struct config *config, struct cavra_error *error)
{
	struct home_list homes;
	home_config_directories(&homes);
	int code = 0;
	for (size_t i = 0; code == 0 && i < homes.n; i++)
		code = add_layer(config, PLACE_USER, homes.directory[i], error);
	return code;
}

static int add_command_line(const struct config_request *request, struct config *config,
			    struct cavra_error *error)
{
	struct config_layer *layer = new_layer(config, PLACE_COMMAND_LINE);
	if (request->policy_pack) {
		(void)snprintf(layer->policy_pack, sizeof layer->policy_pack, "%s",
			       request->policy_pack);
		return policy_id_check(str_from(request->policy_pack), error);
	}
	if (strlen(request->policy_path) >= PATH_MAX)
		return error_set(error, CAVRA_ERR_LIMIT, "the path of the policy is too long");
	if (!request->policy_path[0])
		return error_set(error, CAVRA_ERR_NOT_FOUND, "the path of the policy is empty");
	layer->policy_path = keep_path(config, request->policy_path);
	return 0;
}

static int read_variable(struct config *config, struct cavra_error *error)
{
	const char *name = config_keys[KEY_MODE].variable, *value = getenv(name);
	if (!value || !value[0])
		return 0;
	int code = runtime_mode_parse(str_from(value), &config->variable_mode, error);
	config->has_variable_mode = code == 0;
	return code < 0 ? error_prefix(error, "the environment variable %s", name) : 0;
}

/* ---- breaking the glass ---- */

enum { GLASS_SECONDS = 4 * 60 * 60 };

static int glass_error(const struct config_layer *layer, enum config_key key, const char *text,
		       struct cavra_error *error)
{
	const struct config_value *at = &layer->values[key];
	error_at(error, CAVRA_ERR_POLICY, at->line, at->column, "%s", text);
	error_file(error, layer->document->name);
	return CAVRA_ERR_POLICY;
}

/* Who can write the managed layer is the superuser, and the only one here who is known to be who they say. */
static int read_glass(struct config *config, struct cavra_error *error)
{
	static const enum config_key keys[] = {KEY_GLASS_ACTOR, KEY_GLASS_REASON,
					       KEY_GLASS_EXPIRES};
	const struct config_layer *layer = &config->layer[0];
	const char *mode = layer->values[KEY_MODE].text;
	int64_t expires;
	if (!mode || strcmp(mode, "break_glass") != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!layer->values[keys[i]].text)
			return glass_error(layer, KEY_MODE,
					   "break_glass needs break_glass.actor, "
					   "break_glass.reason and break_glass.expires",
					   error);
	(void)when_parse(str_from(layer->values[KEY_GLASS_EXPIRES].text), &expires);
	int64_t left = expires / 1000000 - (int64_t)time(NULL);
	if (left > GLASS_SECONDS)
		return glass_error(layer, KEY_GLASS_EXPIRES,
				   "break_glass.expires is more than four hours from now", error);
	config->glass_broken = left > 0;
	config->glass_ended = left <= 0;
	return 0;
}

struct record_glass config_glass(const struct config *config)
{
	const struct config_value *values = config->layer[0].values;
	if (!config->glass_broken)
		return (struct record_glass){STR(""), STR("")};
	return (struct record_glass){str_from(values[KEY_GLASS_ACTOR].text),
				     str_from(values[KEY_GLASS_EXPIRES].text)};
}

int config_find(const struct config_request *request, struct config *ret_config,
		struct cavra_error *error)
{
	memset(ret_config, 0, offsetof(struct config, layer));
	int code = add_layer(ret_config, PLACE_MANAGED, config_managed_directory(), error);
	if (code < 0)
		return code;
	code = read_glass(ret_config, error);
	if (code < 0)
		return code;
	const char *only = ret_config->layer[0].values[KEY_MANAGED_ONLY].text;
	ret_config->managed_only = only && strcmp(only, "true") == 0;
	bool asked = request->policy_path || request->policy_pack;
	if (asked) {
		code = add_command_line(request, ret_config, error);
	} else if (!ret_config->managed_only) {
		code = add_project(request, ret_config, error);
		if (code == 0)
			code = add_users(ret_config, error);
	}
	for (size_t i = 0; i < ret_config->n; i++)
		if (config_requires_signature(&ret_config->layer[i]))
			ret_config->requires_signature = true;
	return code < 0 ? code : read_variable(ret_config, error);
}

/* ---- what they add up to ---- */

/* Where the layer's policy may be kept, NULL: nowhere. What binds everybody is kept by root alone. */
static const char *image_directory(const struct config_layer *layer, char path[PATH_MAX])
{
	const char *home = getenv("HOME");
	int n = 0;
	if (layer->place == PLACE_MANAGED)
		n = snprintf(path, PATH_MAX, "%s/images", layer->directory);
	else if (layer->place != PLACE_COMMAND_LINE && home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/" IMAGE_DIRECTORY, home);
	return n > 0 && n < PATH_MAX ? path : NULL;
}

/* Without a check for a policy that only the command line names, when nothing is acted on. */
static struct policy_source source_of(const struct config_request *request,
				      const struct config_layer *layer, struct config_check *check)
{
	struct policy_source source = request->source;
	check->place = layer->place;
	if (check->context && !(check->drafts && layer->place == PLACE_COMMAND_LINE)) {
		source.check = request->verifier->check;
		source.check_context = check;
		source.now = when_now();
	}
	return source;
}

static int load_layer(const struct config_request *request, struct config_layer *layer,
		      struct config_check *check, struct cavra_error *error)
{
	struct load_request load = {
		.path = layer->policy_path[0] ? layer->policy_path : NULL,
		.id = layer->policy_pack,
		.overlays = layer->overlays,
		.n_overlays = layer->n_overlays,
	};
	struct policy_source source = source_of(request, layer, check);
	char images[PATH_MAX];
	if (!load.path && !load.id[0])
		return 0;
	const char *directory = request->keeps ? image_directory(layer, images) : NULL;
	return policy_load_kept(directory, &source, &load, &layer->policy, error);
}

static bool has_policy(const struct config_layer *layer)
{
	return layer->policy_path[0] || layer->policy_pack[0];
}

/* Whose policy a person means who names none. */
static struct config_layer *main_layer(struct config *config)
{
	struct config_layer *found = NULL;
	for (size_t i = config->n; i > 0; i--) {
		struct config_layer *layer = &config->layer[i - 1];
		bool better = layer->place == PLACE_PROJECT || layer->place == PLACE_COMMAND_LINE;
		if (has_policy(layer) && (!found || better))
			found = layer;
	}
	return found;
}

const struct policy *config_main_policy(struct config *config)
{
	const struct config_layer *layer = main_layer(config);
	return layer ? layer->policy : NULL;
}

static void place_rest(const struct config_request *request, struct config *config)
{
	struct config_layer *layer = main_layer(config);
	if (!layer && request->otherwise && config->n < LIMIT_POLICY_LAYERS) {
		layer = new_layer(config, PLACE_DEFAULT);
		(void)snprintf(layer->policy_pack, sizeof layer->policy_pack, "%s",
			       request->otherwise);
	}
	if (!layer)
		return;
	layer->overlays = request->overlays;
	layer->n_overlays = request->n_overlays;
}

static void tighten_mode(struct config *config, bool *given, enum policy_mode mode)
{
	config->mode = *given ? runtime_mode_stricter(config->mode, mode) : mode;
	*given = true;
}

/* Enforce only when nobody says anything: audit_only is a choice, too. */
static void join_modes(struct config *config)
{
	bool given = false;
	enum policy_mode mode;
	config->mode = MODE_ENFORCE;
	for (size_t i = 0; i < config->n; i++) {
		const struct config_layer *layer = &config->layer[i];
		bool ended = layer->place == PLACE_MANAGED && config->glass_ended;
		const char *said = ended ? NULL : layer->values[KEY_MODE].text;
		bool replaces = said && layer->place == PLACE_MANAGED;
		if (said && runtime_mode_parse(str_from(said), &mode, NULL) == 0)
			tighten_mode(config, &given, mode);
		if (layer->policy && layer->policy->mode_given && !replaces)
			tighten_mode(config, &given, layer->policy->mode);
	}
	if (config->has_variable_mode)
		tighten_mode(config, &given, config->variable_mode);
}

static void join_policy(struct config *config, const struct config_layer *layer)
{
	const struct policy *policy = layer->policy;
	struct policy_layers *policies = &config->policies;
	const char *unmatched = layer->values[KEY_UNMATCHED].text;
	bool first = policies->n == 0;
	policies->defers[policies->n] = unmatched && strcmp(unmatched, "defer") == 0;
	policies->policy[policies->n++] = policy;
	if (first || policy->signature < config->signature)
		config->signature = policy->signature;
	if (first || policy->in_place < config->in_place)
		config->in_place = policy->in_place;
	config->in_place_none = config->in_place_none || policy->in_place_none;
	config->authoritative = (first || config->authoritative) && policy->hook_authoritative;
}

static void join_digests(struct config *config)
{
	char text[LIMIT_POLICY_LAYERS * sizeof config->digest];
	size_t n = 0;
	for (size_t i = 0; i < config->policies.n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
				      config->policies.policy[i]->digest);
	if (config->policies.n == 1)
		(void)snprintf(config->digest, sizeof config->digest, "%s",
			       config->policies.policy[0]->digest);
	else
		sha256_named(str_make(text, n), config->digest);
}

static int load_layers(const struct config_request *request, struct config *config,
		       struct config_check *check, struct cavra_error *error)
{
	for (size_t i = 0; i < config->n; i++) {
		struct config_layer *layer = &config->layer[i];
		int code = load_layer(request, layer, check, error);
		if (code < 0)
			return code;
		if (layer->policy)
			join_policy(config, layer);
	}
	return 0;
}

static int open_check(const struct config_request *request, const struct config *config,
		      struct config_check *ret_check, struct cavra_error *error)
{
	if (!config->requires_signature)
		return 0;
	if (!request->verifier)
		return error_set(error, CAVRA_ERR_POLICY,
				 "policies must be signed here, which this program cannot verify");
	return request->verifier->open(config, &ret_check->context, error);
}

int config_load(const struct config_request *request, struct config *ret_config,
		struct cavra_error *error)
{
	struct config_check check = {.drafts = request->drafts};
	int code = config_find(request, ret_config, error);
	if (code >= 0)
		code = open_check(request, ret_config, &check, error);
	if (code < 0)
		return code;
	place_rest(request, ret_config);
	code = load_layers(request, ret_config, &check, error);
	if (check.context)
		request->verifier->close(check.context);
	if (code < 0)
		return code;
	join_modes(ret_config);
	join_digests(ret_config);
	return 0;
}

void config_release(struct config *config)
{
	for (size_t i = 0; i < config->n; i++) {
		document_free(config->layer[i].document);
		policy_free(config->layer[i].policy);
	}
	config->n = 0;
}
