/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy list, describe, init, validate, compile: looking at policies and making one.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cli/guard.h"
#include "cli/project.h"
#include "decide/explain.h"
#include "decide/visible.h"
#include "json/json.h"

static const struct policy_source bundled;

static int print_json(const json_t *value, size_t flags)
{
	char *text = json_text(value, flags);
	if (!text)
		return error_set(NULL, CAVRA_ERR_MEMORY, "out of memory");
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static int out_of_memory(void)
{
	struct cavra_error error;
	error_set(&error, CAVRA_ERR_MEMORY, "out of memory");
	return fail(&error);
}

static json_t *pack_item(const struct policy *policy)
{
	return json_pack("{s:s%, s:s%, s:s%, s:s%, s:s}", "id", policy->id.p, policy->id.n, "title",
			 policy->title.p, policy->title.n, "description", policy->description.p,
			 policy->description.n, "version", policy->version.p, policy->version.n,
			 "digest", policy->digest);
}

int cmd_policy_list(const struct args *args)
{
	json_t *items = json_array();
	int status = items ? EXIT_ALLOWED : out_of_memory();
	for (size_t i = 0; items && i < policy_packs_count; i++) {
		struct cavra_error error;
		struct policy *policy;
		if (policy_load_pack(&bundled, policy_packs[i].id, NULL, 0, &policy, &error) < 0) {
			status = fail(&error);
			continue;
		}
		if (json_array_append_new(items, pack_item(policy)) < 0)
			status = out_of_memory();
		if (!args_has(args, OPT_JSON))
			(void)printf("%.*s: %.*s\n", STR_ARG(policy->id), STR_ARG(policy->title));
		policy_free(policy);
	}
	json_t *list = json_pack("{s:o, s:I}", "items", items, "total",
				 (json_int_t)json_array_size(items));
	if (args_has(args, OPT_JSON) && (!list || print_json(list, JSON_INDENT(2)) < 0))
		status = out_of_memory();
	json_decref(list);
	return status;
}

static void describe(const struct policy *policy)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(64));
	(void)printf("%.*s %.*s\n%.*s\n", STR_ARG(policy->id), STR_ARG(policy->version),
		     STR_ARG(policy->title));
	explain_wrap(&out, policy->description, "", "", output_width());
	(void)printf("%s%s\n\n", out.p, policy->digest);
}

int cmd_policy_describe(const struct args *args)
{
	struct cavra_error error;
	struct policy *policy;
	if (policy_load_pack(&bundled, args->operand[0], NULL, 0, &policy, &error) < 0)
		return fail(&error);
	if (!args_has(args, OPT_JSON))
		describe(policy);
	int status = print_json(policy->document, JSON_INDENT(2)) < 0 ? out_of_memory()
								      : EXIT_ALLOWED;
	policy_free(policy);
	return status;
}

static void print_mistake(void *context, const struct cavra_error *mistake)
{
	(void)context;
	(void)fail(mistake);
}

int cmd_policy_validate(const struct args *args)
{
	struct policy_source source = {.pack_dir = args->value[OPT_PACK_DIR]};
	struct cavra_error error;
	struct policy *policy;
	int code = policy_check_file(&source, args->operand[0], print_mistake, NULL, &error);
	if (code < 0)
		return code_info(error.code)->exit_status;
	if (policy_load_file(&source, args->operand[0], NULL, 0, &policy, &error) < 0)
		return fail(&error);
	(void)printf("valid %.*s\n", STR_ARG(policy->id));
	policy_free(policy);
	return EXIT_ALLOWED;
}

static json_t *layer_item(const struct config_layer *layer)
{
	return json_pack("{s:s, s:s, s:O}", "layer", config_place_name(layer->place), "digest",
			 layer->policy->digest, "policy", layer->policy->document);
}

/* One policy is printed as it is; several are what no single document can say. */
static json_t *compiled(const struct config *config)
{
	if (config->policies.n == 1)
		return json_incref(config->policies.policy[0]->document);
	json_t *items = json_array();
	for (size_t i = 0; items && i < config->n; i++)
		if (config->layer[i].policy)
			(void)json_array_append_new(items, layer_item(&config->layer[i]));
	if (json_array_size(items) == config->policies.n)
		return json_pack("{s:s, s:o}", "digest", config->digest, "layers", items);
	json_decref(items);
	return NULL;
}

int cmd_policy_compile(const struct args *args)
{
	struct cavra_error error;
	struct config config;
	char cwd[PATH_MAX], root[PATH_MAX];
	const char *at = realpath(".", cwd) && project_find(cwd, root) ? root : NULL;
	int status = guard_load_policies(args, at, &config, &error) < 0 ? fail(&error)
									: EXIT_ALLOWED;
	json_t *document = status == EXIT_ALLOWED ? compiled(&config) : NULL;
	if (status == EXIT_ALLOWED && (!document || print_json(document, JSON_INDENT(2)) < 0))
		status = out_of_memory();
	json_decref(document);
	config_release(&config);
	return status;
}

static bool is_policy_id(const char *id)
{
	static const char prefix[] = "cavra-";
	if (strncmp(id, prefix, sizeof prefix - 1) != 0 || !id[sizeof prefix - 1] ||
	    strlen(id) > 100)
		return false;
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

int cmd_policy_init(const struct args *args)
{
	const char *directory = args->value[OPT_DIRECTORY] ? args->value[OPT_DIRECTORY] : ".";
	const char *id = args->value[OPT_ID] ? args->value[OPT_ID] : PROJECT_POLICY_ID;
	char root[PATH_MAX];
	struct cavra_error error;
	enum project_policy done;
	if (!is_policy_id(id))
		return fail_usage(
			"--id %.60s: an id is cavra- and lower-case letters, digits and dashes",
			id);
	if (!realpath(directory, root)) {
		error_set(&error, CAVRA_ERR_NOT_FOUND, "--directory %.300s: %s", directory,
			  strerror(errno));
		return fail(&error);
	}
	if (project_policy_make(root, id, args_has(args, OPT_FORCE), &done, &error) < 0)
		return fail(&error);
	if (done == PROJECT_POLICY_KEPT) {
		error_set(&error, CAVRA_ERR_IO, "%.300s/%s exists; --force overwrites it", root,
			  PROJECT_POLICY);
		return fail(&error);
	}
	(void)printf("wrote %s/%s\n", root, PROJECT_POLICY);
	return EXIT_ALLOWED;
}
