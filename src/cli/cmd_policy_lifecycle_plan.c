/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy lifecycle-plan: writes what releasing a policy takes, one file a part, and the packet of evidence.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/lifecycle_run.h"
#include "cli/project.h"
#include "public/stamp.h"
#include "json/json.h"

#define DEFAULT_DIRECTORY "dist/policy-lifecycle"
#define PLAN_FILE "policy-lifecycle-plan.json"
#define PACKET_FILE "policy-lifecycle-packet.json"

/* ---- what is asked for ---- */

static const char *given(const struct args *args, enum option_id option, const char *otherwise)
{
	return args_has(args, option) ? args->value[option] : otherwise;
}

/* A pack by its id or a file, one of two options. */
static int find_pack(const struct args *args, enum option_id id, enum option_id file,
		     const char *otherwise, struct pack_place *ret_place, struct cavra_error *error)
{
	const char *pack_dir = args->value[OPT_PACK_DIR];
	if (args_has(args, id) && args_has(args, file))
		return error_set(error, CAVRA_ERR_USAGE,
				 "a policy is named by its id or by its file: give one option");
	if (args_has(args, file))
		return pack_find_file(pack_dir, args->value[file], ret_place, error);
	const char *name = given(args, id, otherwise);
	return name ? pack_find_id(pack_dir, name, ret_place, error) : 0;
}

/* {"actions": [...]}, or the list alone. The caller decrefs *ret. */
static int read_scenarios(const char *path, json_t **ret, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	json_t *value = NULL, *list;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	int code = file_read(path, &text, error);
	if (code < 0)
		return code;
	code = json_read(buf_str(&text), 0, &value, error);
	list = json_is_object(value) ? json_get_array(value, "actions") : value;
	if (code == 0 && !json_is_array(list))
		code = error_set(error, CAVRA_ERR_INPUT,
				 "write a list of scenarios, or {\"actions\": [...]}");
	if (code < 0)
		error_file(error, path);
	else
		*ret = json_incref(list);
	json_decref(value);
	return code;
}

static int make_request(const struct args *args, const char *now,
			struct lifecycle_request *ret_request, json_t **ret_scenarios,
			struct cavra_error *error)
{
	*ret_request = (struct lifecycle_request){.scenarios = NULL};
	int code = find_pack(args, OPT_POLICY_PACK, OPT_POLICY_FILE, DEFAULT_PACK,
			     &ret_request->place, error);
	if (code == 0)
		code = find_pack(args, OPT_PREVIOUS_POLICY_PACK, OPT_PREVIOUS_POLICY_FILE, NULL,
				 &ret_request->previous, error);
	if (code == 0 && args_has(args, OPT_SAMPLE_ACTIONS))
		code = read_scenarios(args->value[OPT_SAMPLE_ACTIONS], ret_scenarios, error);
	ret_request->scenarios = *ret_scenarios;
	/* Where a bundled pack comes from is known; where a file does, is for its owner to say. */
	ret_request->claims = (struct lifecycle_claims){
		.generated_at = now,
		.requested_by = given(args, OPT_REQUESTED_BY, LIFECYCLE_REQUESTED_BY),
		.source_ref = given(args, OPT_SOURCE_REF,
				    ret_request->place.bundled ? LIFECYCLE_SOURCE : NULL),
		.review_workflow_ref = given(args, OPT_REVIEW_WORKFLOW_REF,
					     LIFECYCLE_REVIEW_WORKFLOW)};
	return code;
}

/* ---- writing ---- */

struct export
{
	const char *directory;
	json_t *artifacts; /* owned: name to path */
};

static int write_document(struct export *export, const char *name, const char *file,
			  const json_t *document, struct cavra_error *error)
{
	char path[PATH_MAX];
	struct buf CLEANUP_BUF out;
	buf_init(&out, 16 * LIMIT_DOCUMENT_BYTES);
	int n = snprintf(path, sizeof path, "%s/%s", export->directory, file);
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.100s... is too long",
				 export->directory);
	char *text = document ? json_text(document, JSON_INDENT(2)) : NULL;
	buf_add_c(&out, text ? text : "");
	buf_add_char(&out, '\n');
	bool good = text && !out.failed &&
		    json_object_set_new(export->artifacts, name, json_string(path)) == 0;
	free(text);
	return good ? file_replace(path, buf_str(&out), error)
		    : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

/* Only when there is evidence to refer to. */
static int write_packet(const struct args *args, struct export *export, const json_t *plan,
			struct cavra_error *error)
{
	struct lifecycle_evidence evidence = {
		.mode = given(args, OPT_EVIDENCE_MODE, LIFECYCLE_SAMPLE),
		.ci_run_ref = args->value[OPT_CI_RUN_REF],
		.policy_review_ref = args->value[OPT_POLICY_REVIEW_REF],
		.ui_validation_ref = args->value[OPT_UI_VALIDATION_REF]};
	if (!evidence.ci_run_ref && !evidence.policy_review_ref && !evidence.ui_validation_ref)
		return 0;
	json_t *packet = lifecycle_packet(plan, &evidence);
	int code = write_document(export, "readiness_packet", PACKET_FILE, packet, error);
	json_decref(packet);
	return code;
}

static int write_all(const struct args *args, struct export *export, const json_t *plan,
		     struct cavra_error *error)
{
	int code = file_make_directories(export->directory, 0755, error);
	if (code == 0)
		code = write_document(export, "policy_lifecycle_plan", PLAN_FILE, plan, error);
	for (size_t i = 0; code == 0 && i < LIFECYCLE_PARTS; i++)
		code = write_document(export, lifecycle_parts[i].name, lifecycle_parts[i].file,
				      json_object_get(plan, lifecycle_parts[i].name), error);
	return code < 0 ? code : write_packet(args, export, plan, error);
}

static int tell(const struct args *args, const struct export *export, struct cavra_error *error)
{
	const char *name;
	json_t *path;
	if (!args_has(args, OPT_JSON)) {
		json_object_foreach (export->artifacts, name, path)
			(void)printf("%s\n", json_string_value(path));
		return 0;
	}
	json_t *report = json_pack("{s:s, s:s, s:O}", "schema_version",
				   "cavra.policy-lifecycle.export.v1", "output_dir",
				   export->directory, "artifacts", export->artifacts);
	int code = output_report(report, error);
	json_decref(report);
	return code;
}

static bool is_mode(const char *mode)
{
	return strcmp(mode, LIFECYCLE_LIVE) == 0 || strcmp(mode, LIFECYCLE_SAMPLE) == 0;
}

int cmd_policy_lifecycle_plan(const struct args *args)
{
	struct cavra_error error = {.code = CAVRA_OK};
	struct export export = {.directory = given(args, OPT_OUTPUT_DIR, DEFAULT_DIRECTORY),
				.artifacts = json_object()};
	struct lifecycle_request request;
	struct record_stamp stamp;
	json_t *scenarios = NULL, *plan = NULL;
	char digest[72];
	if (!is_mode(given(args, OPT_EVIDENCE_MODE, LIFECYCLE_SAMPLE)))
		return fail_usage("--evidence-mode is live or sample");
	int code = stamp_now(STR(""), &stamp, &error);
	if (code == 0)
		code = make_request(args, stamp.timestamp, &request, &scenarios, &error);
	if (code == 0)
		code = lifecycle_run(&request, &plan, digest, &error);
	if (code == 0)
		code = write_all(args, &export, plan, &error);
	if (code == 0)
		code = tell(args, &export, &error);
	json_decref(plan);
	json_decref(scenarios);
	json_decref(export.artifacts);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
