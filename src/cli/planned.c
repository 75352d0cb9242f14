/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts and plans of the command line, see planned.h.
 */
#include "cli/planned.h"

#include <limits.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/regular.h"
#include "cli/cli.h"
#include "crypto/digest.h"
#include "policy/registry.h"
#include "json/json.h"

struct str planned_id(const struct document *input)
{
	const json_t *metadata = json_object_get(input->root, "metadata");
	struct str id = STR("");
	(void)json_get_str(metadata ? metadata : input->root, "id", &id);
	return id;
}

/* 2026-01-31T... as the version 2026.01.31 */
static void make_today(const char *timestamp, char ret_today[11])
{
	(void)snprintf(ret_today, 11, "%.10s", timestamp);
	ret_today[4] = ret_today[7] = '.';
}

int planned_draft(const struct policy_source *source, const struct document *input,
		  struct planned *ret_planned, struct cavra_error *error)
{
	char today[11];
	*ret_planned = (struct planned){.current_error = {.code = CAVRA_OK}};
	buf_init(&ret_planned->draft.text, 0);
	int code = stamp_now(STR(""), &ret_planned->stamp, error);
	if (code < 0)
		return code;
	make_today(ret_planned->stamp.timestamp, today);
	return draft_make(source, input, today, &ret_planned->draft, error);
}

/* What is there and cannot be loaded is known by its bytes. */
static int digest_broken(const struct policy_source *source, struct str id, struct planned *planned,
			 struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	char path[PATH_MAX];
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	int n = snprintf(path, sizeof path, "%s/%.*s/policy.yaml", source->pack_dir, STR_ARG(id));
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path is too long");
	int code = regular_file_read(path, &text, error);
	if (code == 0)
		sha256_named(buf_str(&text), planned->current_digest);
	else
		error_file(error, path);
	return code;
}

static int load_current(const struct policy_source *source, struct planned *planned,
			struct cavra_error *error)
{
	struct str id = planned->draft.policy->id;
	char name[LIMIT_POLICY_ID + 1];
	(void)snprintf(name, sizeof name, "%.*s", STR_ARG(id));
	int code = policy_load_pack(source, name, NULL, 0, &planned->current,
				    &planned->current_error);
	if (code == 0 || code == CAVRA_ERR_NOT_FOUND) {
		planned->current_error = (struct cavra_error){.code = CAVRA_OK};
		return 0;
	}
	return source->pack_dir ? digest_broken(source, id, planned, error)
				: error_set(error, planned->current_error.code, "%s",
					    planned->current_error.text);
}

static int make_plan(struct planned *planned, struct cavra_error *error)
{
	struct publishing publishing = {
		.policy = planned->draft.policy,
		.document = planned->draft.document,
		.errors = planned->draft.errors,
		.text = buf_str(&planned->draft.text),
		.current = planned->current,
		.current_digest = str_from(planned->current_digest),
		.current_error = str_from(planned->current_error.code == CAVRA_OK
						  ? NULL
						  : planned->current_error.text),
		.at = str_from(planned->stamp.timestamp),
	};
	return policy_publish_plan(&publishing, &planned->plan, error);
}

int planned_make(const struct policy_source *source, const struct document *input,
		 struct planned *ret_planned, struct cavra_error *error)
{
	int code = planned_draft(source, input, ret_planned, error);
	if (code == 0 && ret_planned->draft.policy)
		code = load_current(source, ret_planned, error);
	return code < 0 ? code : make_plan(ret_planned, error);
}

void planned_release(struct planned *planned)
{
	draft_release(&planned->draft);
	policy_free(planned->current);
	json_decref(planned->plan);
}

void planned_complain(const struct planned *planned)
{
	for (size_t i = 0; i < json_array_size(planned->draft.errors); i++)
		(void)fprintf(stderr, "cavra: %s: %s\n", planned->draft.name,
			      json_string_value(json_array_get(planned->draft.errors, i)));
}
