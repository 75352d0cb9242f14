/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a guard from the options, see guard.h.
 */
#include "cli/guard.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/git_position.h"
#include "base/array.h"
#include "base/limits.h"
#include "cli/config_trust.h"
#include "cli/files.h"
#include "cli/project.h"
#include "decide/facts.h"
#include "decide/record.h"
#include "public/stamp.h"
#include "json/json.h"

/* ---- policies ---- */

/* What evaluate says is acted on. The other commands show what a policy would do, also before it is signed. */
int guard_load_policies(const struct args *args, const char *root, struct config *ret_config,
			struct cavra_error *error)
{
	struct config_request request = {
		.root = root,
		.policy_path = args->value[OPT_POLICY_FILE],
		.policy_pack = args->value[OPT_POLICY_PACK],
		.overlays = args->overlays,
		.n_overlays = args->n_overlays,
		.otherwise = DEFAULT_PACK,
		/* Cases cost nothing worth saving on a command line. */
		.verifier = &config_verifier,
		.drafts = args->command->run != cmd_evaluate,
		.source = {.pack_dir = args->value[OPT_PACK_DIR],
			   .want_cases = true,
			   .want_origins = true},
	};
	*ret_config = (struct config){.n = 0};
	if (request.policy_path && request.policy_pack)
		return error_set(error, CAVRA_ERR_USAGE,
				 "--policy-pack and --policy-file exclude each other");
	return config_load(&request, ret_config, error);
}

/* ---- world ---- */

int guard_load_facts(struct str text, struct arena *arena, struct resolver *ret_resolver,
		     struct cavra_error *error)
{
	json_t *document = NULL;
	int code = json_read(text, 0, &document, error);
	if (code < 0)
		return code;
	if (setjmp(arena->on_full)) {
		json_decref(document);
		return error_set(error, CAVRA_ERR_LIMIT, "the facts are too large");
	}
	arena->armed = true;
	code = facts_resolver(document, arena, ret_resolver, error);
	arena->armed = false;
	json_decref(document);
	return code;
}

static int open_facts(const struct args *args, struct guard *guard, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	const char *path = args->value[OPT_FACTS];
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	if (args_has(args, OPT_WORKSPACE))
		return error_set(error, CAVRA_ERR_USAGE,
				 "--facts names the workspace itself; leave out --workspace");
	int code = file_read(path, &text, error);
	if (code < 0)
		return code;
	code = guard_load_facts(buf_str(&text), &guard->facts, &guard->facts_resolver, error);
	if (code < 0) {
		error_file(error, path);
		return code;
	}
	guard->resolver = &guard->facts_resolver;
	guard->cwd = str_from(args->value[OPT_CWD]);
	return 0;
}

static int open_directories(const struct args *args, struct guard *guard, struct cavra_error *error)
{
	const char *cwd = args->value[OPT_CWD] ? args->value[OPT_CWD] : ".";
	char real[PATH_MAX];
	if (!realpath(cwd, real))
		return error_set(error, CAVRA_ERR_NOT_FOUND, "--cwd %.300s: %s", cwd,
				 strerror(errno));
	(void)snprintf(guard->cwd_text, sizeof guard->cwd_text, "%s", real);
	if (args_has(args, OPT_WORKSPACE)) {
		if (!realpath(args->value[OPT_WORKSPACE], real))
			return error_set(error, CAVRA_ERR_NOT_FOUND, "--workspace %.300s: %s",
					 args->value[OPT_WORKSPACE], strerror(errno));
		(void)snprintf(guard->root_text, sizeof guard->root_text, "%s", real);
	} else {
		(void)project_find(guard->cwd_text, guard->root_text);
	}
	int code = workspace_new(guard->root_text, guard->cwd_text, true, &guard->workspace, error);
	if (code < 0)
		return code;
	guard->facts_resolver = *workspace_resolver(guard->workspace);
	guard->resolver = &guard->facts_resolver;
	guard->cwd = str_from(guard->cwd_text);
	return 0;
}

/* ---- mode ---- */

static int choose_mode(const struct args *args, struct guard *guard, struct cavra_error *error)
{
	enum policy_mode asked;
	guard->mode = guard->config.mode;
	if (!args_has(args, OPT_POLICY_MODE))
		return 0;
	int code = runtime_mode_parse(str_from(args->value[OPT_POLICY_MODE]), &asked, error);
	if (code < 0)
		return error_prefix(error, "--policy-mode");
	guard->mode_asked = asked != MODE_ENFORCE;
	return runtime_mode_tighten(guard->config.mode, asked, &guard->mode, error);
}

/* ---- recording ---- */

int guard_open_recorder(struct guard *guard, struct cavra_error *error)
{
	struct git_position git;
	guard->records = true;
	int code = recorder_open(&guard->recorder, &guard->config, error);
	if (code < 0)
		return code;
	if (setjmp(guard->facts.on_full))
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	guard->facts.armed = true;
	git_position_find(&guard->facts, guard->cwd, &git);
	guard->facts.armed = false;
	guard->context = (struct record_context){.cwd = guard->cwd,
						 .repository = git.repository,
						 .branch = git.branch,
						 .commit = git.commit};
	return 0;
}

int guard_open(const struct args *args, struct guard *ret_guard, struct cavra_error *error)
{
	*ret_guard = (struct guard){.resolver = NULL};
	arena_init(&ret_guard->arena, LIMIT_DECISION_MEMORY);
	arena_init(&ret_guard->facts, LIMIT_DECISION_MEMORY);
	bool facts = args_has(args, OPT_FACTS);
	int code = facts ? open_facts(args, ret_guard, error)
			 : open_directories(args, ret_guard, error);
	if (code < 0)
		return code;
	code = guard_load_policies(args, facts ? NULL : ret_guard->root_text, &ret_guard->config,
				   error);
	if (code < 0)
		return code;
	if (!facts) {
		installed_find(&ret_guard->config, &ret_guard->installed);
		installed_guard(&ret_guard->installed, &ret_guard->facts_resolver);
	}
	if (args->command->run == cmd_evaluate || args->command->run == cmd_policy_explain)
		shadow_open(&ret_guard->config, args->value[OPT_PACK_DIR], &ret_guard->shadow);
	ret_guard->policy_pack = str_from(args->value[OPT_POLICY_PACK]);
	code = choose_mode(args, ret_guard, error);
	if (code < 0 || !args_has(args, OPT_RECORD))
		return code;
	if (facts)
		return error_set(error, CAVRA_ERR_USAGE,
				 "--record records what happens; leave out --facts");
	return guard_open_recorder(ret_guard, error);
}

int guard_keep(struct guard *guard, struct str record, struct cavra_error *error)
{
	json_t *decision;
	if (!guard->records)
		return 0;
	int code = json_read(record, JSON_READ_NUL, &decision, error);
	if (code == 0)
		code = recorder_add_decision(&guard->recorder, "cavra.decision", decision,
					     &guard->context, error);
	return code < 0 ? code : recorder_write(&guard->recorder, error);
}

int guard_settle(struct guard *guard, struct cavra_error *error)
{
	return guard->records ? recorder_finish(&guard->recorder, error) : 0;
}

void guard_close(struct guard *guard)
{
	if (guard->records)
		recorder_close(&guard->recorder);
	arena_release(&guard->arena);
	arena_release(&guard->facts);
	workspace_free(guard->workspace);
	shadow_close(&guard->shadow);
	config_release(&guard->config);
}

/* ---- deciding ---- */

static struct request place(const struct guard *guard, const struct request *request)
{
	struct request placed = *request;
	if (!placed.cwd.n)
		placed.cwd = guard->cwd;
	return placed;
}

static struct decide_options options_of(const struct guard *guard, enum policy_mode mode)
{
	return (struct decide_options){.mode = mode, .glass_broken = guard->config.glass_broken};
}

int guard_decide(struct guard *guard, const struct request *request, enum policy_mode mode,
		 struct decision *ret_decision, struct cavra_error *error)
{
	struct decide_options options = options_of(guard, mode);
	struct request placed = place(guard, request);
	arena_reset(&guard->arena);
	return decide_layers(&guard->config.policies, &placed, guard->resolver, &options,
			     &guard->arena, ret_decision, error);
}

bool guard_shadow(struct guard *guard, const struct request *request, enum policy_mode mode,
		  const struct decision *decision, struct record_shadow *ret_record)
{
	struct decide_options options = options_of(guard, mode);
	struct request placed = place(guard, request);
	return shadow_decide(&guard->shadow, &placed, guard->resolver, &options, decision,
			     ret_record);
}

int guard_record(struct guard *guard, const struct request *request, enum policy_mode mode,
		 const json_t *echo_id, struct decision *ret_decision, struct buf *out,
		 struct cavra_error *error)
{
	struct record_stamp stamp;
	int code = guard_decide(guard, request, mode, ret_decision, error);
	if (code >= 0)
		code = stamp_now(request->session_id, &stamp, error);
	if (code < 0)
		return code;
	struct record_shadow shadow;
	bool shadowed = guard_shadow(guard, request, mode, ret_decision, &shadow);
	struct record_glass glass = config_glass(&guard->config);
	struct record record = {.request = request,
				.decision = ret_decision,
				.policy = ret_decision->policy,
				.policy_digest = guard->config.digest,
				.policy_signature = policy_signature_name(guard->config.signature),
				.policy_pack = guard->policy_pack,
				.stamp = &stamp,
				.shadow = shadowed ? &shadow : NULL,
				.glass = guard->config.glass_broken ? &glass : NULL,
				.echo_id = echo_id};
	record_write(out, &record);
	if (out->failed)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the decision record is larger than %zu bytes", out->max);
	return 0;
}

enum exit_status guard_status(enum cavra_outcome effective)
{
	switch (effective) {
	case CAVRA_ALLOW:
	case CAVRA_AUDIT_ONLY:
	case CAVRA_ALLOW_WITH_ATTESTATION:
	case CAVRA_WARN:
		return EXIT_ALLOWED;
	case CAVRA_REQUIRE_APPROVAL:
		return EXIT_APPROVAL;
	case CAVRA_BLOCK:
		return EXIT_BLOCKED;
	}
	return EXIT_BLOCKED;
}
