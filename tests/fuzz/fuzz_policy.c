/* SPDX-License-Identifier: Apache-2.0
 *
 * Packs: the text up to a line "===" is the pack cavra-p, the rest a file that may inherit it.
 *
 * Checked: a mistake has a place and a text; looking for all mistakes finds some exactly when loading fails; loading twice
 * gives the same digest; and a pack that inherits cavra-p protects all that cavra-p does.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "policy/policy.h"
#include "json/json.h"

static char root[] = "/tmp/cavra-fuzz-policy-XXXXXX";
static char parent_directory[64], parent_path[80], child_path[64];

static void remove_files(void)
{
	(void)unlink(parent_path);
	(void)unlink(child_path);
	(void)rmdir(parent_directory);
	(void)rmdir(root);
}

static void make_directory(void)
{
	if (parent_path[0])
		return;
	FUZZ_CHECK(mkdtemp(root) != NULL);
	(void)snprintf(parent_directory, sizeof parent_directory, "%s/cavra-p", root);
	(void)snprintf(parent_path, sizeof parent_path, "%s/policy.yaml", parent_directory);
	(void)snprintf(child_path, sizeof child_path, "%s/child.yaml", root);
	FUZZ_CHECK(mkdir(parent_directory, 0700) == 0);
	FUZZ_CHECK(atexit(remove_files) == 0);
}

static void put(const char *path, struct str text)
{
	FILE *file = fopen(path, "w");
	FUZZ_CHECK(file != NULL);
	FUZZ_CHECK(fwrite(text.p, 1, text.n, file) == text.n);
	FUZZ_CHECK(fclose(file) == 0);
}

/* ---- one file ---- */

static void count(void *context, const struct cavra_error *mistake)
{
	FUZZ_CHECK(mistake->text[0] && mistake->file[0]);
	++*(size_t *)context;
}

static struct policy *load(const char *path)
{
	struct policy_source source = {.pack_dir = root, .want_cases = true};
	struct policy *policy = NULL, *again = NULL;
	struct cavra_error error = {.text = ""};
	size_t mistakes = 0;
	int code = policy_load_file(&source, path, NULL, 0, &policy, &error);
	FUZZ_CHECK((code == 0) == (policy != NULL));
	FUZZ_CHECK(code == 0 || (error.text[0] && (int)error.code == code));
	FUZZ_CHECK(code != CAVRA_ERR_POLICY ||
		   (error.file[0] && error.line > 0 && error.column > 0));
	FUZZ_CHECK((policy_check_file(&source, path, count, &mistakes, NULL) == 0) == (code == 0));
	FUZZ_CHECK((mistakes == 0) == (code == 0));
	if (code < 0)
		return NULL;
	FUZZ_CHECK(policy_load_file(&source, path, NULL, 0, &again, NULL) == 0);
	FUZZ_CHECK(policy && again && strcmp(policy->digest, again->digest) == 0);
	policy_free(again);
	return policy;
}

/* ---- two ---- */

static bool inherits_parent(const struct policy *child)
{
	const json_t *inherits = json_object_get(json_object_get(child->document, "metadata"),
						 "inherits");
	if (json_is_string(inherits))
		return strcmp(json_string_value(inherits), "cavra-p") == 0;
	for (size_t i = 0; i < json_array_size(inherits); i++)
		if (strcmp(json_string_value(json_array_get(inherits, i)), "cavra-p") == 0)
			return true;
	return false;
}

static bool contains(const json_t *list, const json_t *item)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}

static void check_lists(const json_t *parent, const json_t *child)
{
	static const struct {
		const char *section, *key;
	} rows[] = {
		{"filesystem", "block_read"},
		{"filesystem", "block_write"},
		{"filesystem", "require_approval_write"},
		{"commands", "block"},
		{"commands", "require_approval"},
		{"git", "protected_branches"},
		{"mcp", "blocked_servers"},
		{"network", "block"},
		{"network", "require_approval"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *below = json_object_get(json_object_get(parent, rows[i].section),
						      rows[i].key);
		const json_t *above = json_object_get(json_object_get(child, rows[i].section),
						      rows[i].key);
		for (size_t k = 0; k < json_array_size(below); k++)
			FUZZ_CHECK(contains(above, json_array_get(below, k)));
	}
	const json_t *rules = json_object_get(parent, "rules");
	for (size_t k = 0; k < json_array_size(rules); k++)
		FUZZ_CHECK(contains(json_object_get(child, "rules"), json_array_get(rules, k)));
}

static bool is_written(const struct policy *policy, const char *section, const char *key)
{
	return json_object_get(json_object_get(policy->document, section), key) != NULL;
}

/* What a parent leaves open a child may open; what it says, and what blocks without being said, holds. */
static void check_switches(const struct policy *parent, const struct policy *child)
{
	FUZZ_CHECK(child->force_push >= parent->force_push);
	FUZZ_CHECK(child->block_direct_push >= parent->block_direct_push);
	FUZZ_CHECK(child->mcp_block_unknown >= parent->mcp_block_unknown);
	FUZZ_CHECK(child->require_pull_request >= parent->require_pull_request);
	FUZZ_CHECK(child->require_human_reviewer >= parent->require_human_reviewer);
	FUZZ_CHECK(child->require_ai_attestation >= parent->require_ai_attestation);
	FUZZ_CHECK(child->opaque_blocks >= parent->opaque_blocks);
	FUZZ_CHECK(child->network_default >= parent->network_default);
	FUZZ_CHECK(child->outside_read >= parent->outside_read);
	if (is_written(parent, "commands", "readonly"))
		FUZZ_CHECK(child->commands_readonly <= parent->commands_readonly);
	if (is_written(parent, "commands", "workspace"))
		FUZZ_CHECK(child->commands_workspace <= parent->commands_workspace);
	if (is_written(parent, "approvals", "in_place"))
		FUZZ_CHECK(child->in_place_none ||
			   (!parent->in_place_none && child->in_place <= parent->in_place));
	if (is_written(parent, "hook", "authoritative"))
		FUZZ_CHECK(child->hook_authoritative <= parent->hook_authoritative);
	if (is_written(parent, "metadata", "mode"))
		FUZZ_CHECK(parent->mode != MODE_STRICT || child->mode == MODE_STRICT ||
			   child->mode == MODE_BREAK_GLASS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	size_t cut = str_find(text, STR("\n===\n"));
	struct str first = cut == STR_NPOS ? text : str_first(text, cut + 1);
	struct str rest = cut == STR_NPOS ? STR("") : str_from_at(text, cut + 5);
	if (size > KiB(64))
		return 0;
	make_directory();
	put(parent_path, first);
	put(child_path, rest);
	struct policy *parent = load(parent_path), *child = load(child_path);
	if (parent && child && str_is(parent->id, "cavra-p") && inherits_parent(child)) {
		check_lists(parent->document, child->document);
		check_switches(parent, child);
	}
	policy_free(parent);
	policy_free(child);
	return 0;
}
