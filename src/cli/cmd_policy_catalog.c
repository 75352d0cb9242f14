/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy catalog: the packs there are, those of a pack directory and the bundled ones, and what was published of each.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/version_find.h"
#include "policy/lint.h"
#include "policy/registry.h"
#include "policy/trust.h"
#include "json/json.h"

#define CATALOG_SCHEMA "cavra.policy_pack.catalog.v1"

struct catalog {
	struct policy_source source;
	struct trust *trust; /* NULL: signatures are not looked at */
	json_t *items;
	size_t broken;
};

static int out_of_memory(struct cavra_error *error)
{
	return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* ---- versions ---- */

static int add_version(void *context, const struct version *version, struct cavra_error *error)
{
	json_t *list = context;
	struct version_facts facts;
	int code = version_read(version, &facts, error);
	const json_t *metadata = facts.document ? json_object_get(facts.document->root, "metadata")
						: NULL;
	json_t *item = json_pack("{s:I, s:s, s:O?, s:O?, s:s?, s:O?, s:O?}", "number",
				 (json_int_t)version->number, "name",
				 str_basename(str_from(version->directory)).p, "policy_version",
				 json_object_get(metadata, "version"), "policy_digest",
				 json_object_get(facts.record, "policy_digest"), "file_digest",
				 facts.file_digest[0] ? facts.file_digest : NULL, "published_at",
				 json_object_get(facts.record, "published_at"), "published_by",
				 json_object_get(facts.record, "published_by"));
	version_facts_release(&facts);
	if (json_array_append_new(list, item) < 0 && code == 0)
		code = out_of_memory(error);
	return code;
}

static int list_versions(const struct catalog *catalog, const char *id, json_t *list,
			 struct cavra_error *error)
{
	char pack[PATH_MAX];
	int code = file_join(pack, catalog->source.pack_dir, id, error);
	return code < 0 ? code : versions_visit(pack, add_version, list, error);
}

/* ---- packs ---- */

/* mistake: why it cannot be used; policy is NULL then. NULL without memory. Takes versions over. */
static json_t *make_item(const struct catalog *catalog, const char *id, bool bundled,
			 const struct policy *policy, const struct cavra_error *mistake,
			 json_t *versions)
{
	bool looked = bundled || catalog->trust;
	if (!policy)
		return json_pack("{s:s, s:s, s:b, s:s, s:o}", "policy_id", id, "source",
				 bundled ? "bundled" : "pack_dir", "valid", 0, "error",
				 mistake->text, "versions", versions);
	return json_pack("{s:s, s:s, s:b, s:s%, s:s%, s:s%, s:s, s:s?, s:o, s:o}", "policy_id", id,
			 "source", bundled ? "bundled" : "pack_dir", "valid", 1, "title",
			 policy->title.p, policy->title.n, "description", policy->description.p,
			 policy->description.n, "version", policy->version.p, policy->version.n,
			 "policy_digest", policy->digest, "signature",
			 looked ? policy_signature_name(policy->signature) : NULL, "summary",
			 policy_summary(policy->document), "versions", versions);
}

static int add_pack(struct catalog *catalog, const char *id, bool bundled,
		    struct cavra_error *error)
{
	struct cavra_error mistake = {.code = CAVRA_OK};
	struct policy *policy = NULL;
	json_t *versions = json_array();
	int code = versions ? 0 : out_of_memory(error);
	if (code == 0 && policy_load_pack(&catalog->source, id, NULL, 0, &policy, &mistake) < 0)
		catalog->broken++;
	if (code == 0 && !bundled)
		code = list_versions(catalog, id, versions, error);
	if (code < 0)
		json_decref(versions);
	else if (json_array_append_new(catalog->items, make_item(catalog, id, bundled, policy,
								 &mistake, versions)) < 0)
		code = out_of_memory(error);
	policy_free(policy);
	return code;
}

/* What has another name is no pack, whatever it is. */
static int is_pack(const struct dirent *entry)
{
	return policy_id_check(str_from(entry->d_name), NULL) == 0;
}

static bool has_policy(const char *pack_dir, const char *id)
{
	char pack[PATH_MAX], path[PATH_MAX];
	return file_join(pack, pack_dir, id, NULL) == 0 &&
	       file_join(path, pack, "policy.yaml", NULL) == 0 && access(path, F_OK) == 0;
}

static int add_directory(struct catalog *catalog, struct cavra_error *error)
{
	const char *directory = catalog->source.pack_dir;
	struct dirent **entries = NULL;
	int code = 0, n = directory ? scandir(directory, &entries, is_pack, alphasort) : 0;
	if (n < 0)
		return error_set(error, errno == ENOENT ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
				 "cannot list %.300s: %s", directory, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (code == 0 && has_policy(directory, entries[i]->d_name))
			code = add_pack(catalog, entries[i]->d_name, false, error);
		free(entries[i]);
	}
	free(entries);
	return code;
}

/* A pack of the directory stands for the bundled one of the same name. */
static int add_bundled(struct catalog *catalog, struct cavra_error *error)
{
	const char *directory = catalog->source.pack_dir;
	int code = 0;
	for (size_t i = 0; code == 0 && i < policy_packs_count; i++)
		if (!directory || !has_policy(directory, policy_packs[i].id))
			code = add_pack(catalog, policy_packs[i].id, true, error);
	return code;
}

/* ---- telling ---- */

static json_int_t count_rules(const json_t *item)
{
	json_t *counts = json_object_get(json_object_get(item, "summary"), "rule_counts"), *count;
	json_int_t n = 0;
	const char *key;
	json_object_foreach (counts, key, count)
		n += json_integer_value(count);
	return n;
}

static void print_item(const json_t *item)
{
	const char *id = json_string_value(json_object_get(item, "policy_id"));
	const json_t *versions = json_object_get(item, "versions"), *version;
	const char *signature = json_string_value(json_object_get(item, "signature"));
	size_t i;
	if (json_is_true(json_object_get(item, "valid")))
		(void)printf("%s %s: %lld rules, %s\n", id,
			     json_string_value(json_object_get(item, "version")), count_rules(item),
			     signature ? signature : "signature not looked at");
	else
		(void)printf("%s: cannot be used: %s\n", id,
			     json_string_value(json_object_get(item, "error")));
	json_array_foreach (versions, i, version) {
		const char *name = json_string_value(json_object_get(version, "policy_version"));
		const char *at = json_string_value(json_object_get(version, "published_at"));
		(void)printf("  %lld  %s  %s\n",
			     json_integer_value(json_object_get(version, "number")),
			     name ? name : "-", at ? at : "not published by cavra");
	}
}

static int print_catalog(const struct args *args, const struct catalog *catalog,
			 struct cavra_error *error)
{
	size_t total = json_array_size(catalog->items);
	if (!args_has(args, OPT_JSON)) {
		for (size_t i = 0; i < total; i++)
			print_item(json_array_get(catalog->items, i));
		return 0;
	}
	json_t *whole = json_pack("{s:s, s:s, s:O, s:I}", "schema_version", CATALOG_SCHEMA,
				  "product", "CAVRA", "items", catalog->items, "total",
				  (json_int_t)total);
	int code = output_report(whole, error);
	json_decref(whole);
	return code;
}

int cmd_policy_catalog(const struct args *args)
{
	const char *trusted = args->value[OPT_TRUST_DIR];
	struct catalog catalog = {
		.source = {.pack_dir = args->value[OPT_PACK_DIR], .now = when_now()},
		.items = json_array()};
	struct cavra_error error;
	int code = catalog.items ? 0 : out_of_memory(&error);
	if (code == 0 && trusted)
		code = trust_load(trusted, geteuid(), &catalog.trust, &error);
	/* Without keys the catalog says what is there, not what may be used. */
	catalog.source.only_looks = !catalog.trust;
	catalog.source.check = catalog.trust ? trust_check : NULL;
	catalog.source.check_context = catalog.trust;
	if (code == 0)
		code = add_directory(&catalog, &error);
	if (code == 0)
		code = add_bundled(&catalog, &error);
	if (code == 0)
		code = print_catalog(args, &catalog, &error);
	json_decref(catalog.items);
	trust_free(catalog.trust);
	if (code < 0)
		return fail(&error);
	return catalog.broken ? EXIT_ERROR : EXIT_ALLOWED;
}
