/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra agent start, list, show, attest: sessions as the ledger tells them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/agent.h"
#include "cli/evidence.h"
#include "cli/ledger_args.h"
#include "decide/explain.h"
#include "decide/visible.h"
#include "evidence/sessions.h"
#include "json/json.h"

/* ---- start ---- */

int cmd_agent_start(const struct args *args)
{
	struct cavra_error error;
	struct agent_session session;
	if (!args_has(args, OPT_TOOL))
		return fail_usage("--tool is missing: which agent starts, such as claude-code");
	int code = agent_session_open(args, &session, &error);
	if (code >= 0)
		code = agent_session_begin(&session, &error);
	if (code >= 0)
		code = recorder_write(&session.guard.recorder, &error);
	if (code >= 0)
		code = agent_session_end(&session, &error);
	if (code >= 0)
		(void)printf("session %s\naudit %s/session-%s.json\npolicy %.*s\n", session.id,
			     session.output, session.id,
			     STR_ARG(config_main_policy(&session.guard.config)->id));
	agent_session_close(&session);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- list ---- */

static struct str text_of(const json_t *object, const char *key)
{
	struct str text = STR("");
	(void)json_get_str(object, key, &text);
	return text;
}

static void add_text(struct buf *out, const json_t *object, const char *key)
{
	visible_add(out, text_of(object, key), 0);
}

static long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void add_session(struct buf *out, const json_t *session)
{
	add_text(out, session, "session_id");
	buf_add_c(out, "\n  ");
	buf_add(out, str_first(text_of(session, "started_at"), 19));
	buf_add_c(out, "Z  ");
	add_text(out, session, "state");
	buf_add_c(out, "  ");
	add_text(out, session, text_of(session, "tool").n ? "tool" : "agent_id");
	buf_add_format(out, "\n  decisions %lld, blocked %lld, approval required %lld\n",
		       number_of(session, "decision_count"), number_of(session, "blocked_count"),
		       number_of(session, "approval_required_count"));
	if (!text_of(session, "repository").n)
		return;
	buf_add_c(out, "  ");
	add_text(out, session, "repository");
	if (text_of(session, "branch").n) {
		buf_add_c(out, ", ");
		add_text(out, session, "branch");
	}
	buf_add_char(out, '\n');
}

static int print_buf(const struct buf *out, struct cavra_error *error)
{
	if (out->failed)
		return error_set(error, CAVRA_ERR_LIMIT, "there is too much to print; use --json");
	(void)fputs(out->p, stdout);
	return 0;
}

static int print_sessions(const json_t *sessions, struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	json_t *session;
	size_t i;
	buf_init(&out, MiB(64));
	json_array_foreach ((json_t *)sessions, i, session)
		add_session(&out, session);
	return print_buf(&out, error);
}

int cmd_agent_list(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	json_t *sessions = NULL;
	int code = ledger_of(args, directory, &error);
	if (code >= 0)
		code = sessions_list(directory, &sessions, &error);
	if (code >= 0)
		code = args_has(args, OPT_JSON) ? output_report(sessions, &error)
						: print_sessions(sessions, &error);
	json_decref(sessions);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- show ---- */

static void add_entry(struct buf *out, const json_t *entry)
{
	const json_t *body = json_object_get(entry, "body");
	const json_t *decision = json_object_get(body, "decision");
	buf_add(out, str_first(text_of(entry, "timestamp"), 19));
	buf_add_format(out, "Z  entry %lld  ", number_of(entry, "sequence"));
	if (!decision) {
		add_text(out, entry, "event_type");
		if (json_object_get(body, "exit_status"))
			buf_add_format(out, "  exit status %lld", number_of(body, "exit_status"));
		buf_add_char(out, '\n');
		return;
	}
	add_text(out, decision, "decision");
	buf_add_c(out, "  ");
	add_text(out, decision, "action_type");
	buf_add_c(out, "\n  ");
	visible_add(out, text_of(decision, "target"), 0);
	buf_add_c(out, "\n  ");
	add_text(out, decision, "rule_id");
	buf_add_c(out, ": ");
	visible_add(out, text_of(decision, "reason"), 0);
	buf_add_char(out, '\n');
}

static int print_session(const json_t *session, struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	json_t *entry;
	size_t i;
	buf_init(&out, MiB(64));
	add_session(&out, json_object_get(session, "session"));
	json_array_foreach (json_object_get(session, "entries"), i, entry) {
		buf_add_char(&out, '\n');
		add_entry(&out, entry);
	}
	return print_buf(&out, error);
}

int cmd_agent_show(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	json_t *session = NULL;
	int code = ledger_of(args, directory, &error);
	if (code >= 0)
		code = session_read(directory, str_from(args->operand[0]), &session, &error);
	if (code >= 0)
		code = args_has(args, OPT_JSON) ? output_report(session, &error)
						: print_session(session, &error);
	json_decref(session);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}

/* ---- attest ---- */

static int attest_markdown(const struct args *args, const json_t *session,
			   struct cavra_error *error)
{
	struct buf CLEANUP_BUF out;
	(void)args;
	buf_init(&out, LIMIT_DOCUMENT_BYTES);
	int code = session_markdown(session, &out, error);
	return code < 0 ? code : print_buf(&out, error);
}

static int attest_json(const struct args *args, const json_t *session, struct cavra_error *error)
{
	json_t *audit = session_audit(session);
	char *text = audit ? json_text(audit,
				       JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER)
			   : NULL;
	(void)args;
	if (text)
		(void)printf("%s\n", text);
	json_decref(audit);
	free(text);
	return text ? 0 : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
}

static int attest_artifact(const struct args *args, const json_t *session,
			   struct cavra_error *error)
{
	const char *directory = args->value[OPT_AUDIT_DIR], *id = args->operand[0];
	char path[PATH_MAX];
	if (!agent_id_is_plain(id))
		return error_set(error, CAVRA_ERR_USAGE,
				 "the session id %.100s cannot be part of a file's name; use "
				 "--format json",
				 id);
	json_t *audit = session_audit(session);
	int code = audit ? agent_file_write(directory ? directory : ".cavra", "cavra-attestation-",
					    id, audit, path, error)
			 : error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	json_decref(audit);
	if (code >= 0)
		(void)printf("%s\n", path);
	return code;
}

static const struct attest_format {
	const char *name;
	int (*write)(const struct args *args, const json_t *session, struct cavra_error *error);
} attest_formats[] = {
	{"markdown", attest_markdown},
	{"json", attest_json},
	{"artifact", attest_artifact},
};

int cmd_agent_attest(const struct args *args)
{
	struct cavra_error error;
	char directory[PATH_MAX];
	json_t *session = NULL;
	const char *asked = args->value[OPT_FORMAT];
	const struct attest_format *format = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(attest_formats); i++)
		if (!asked || strcmp(asked, attest_formats[i].name) == 0) {
			format = &attest_formats[i];
			break;
		}
	if (!format)
		return fail_usage("--format is markdown, json or artifact, not %s", asked);
	int code = ledger_of(args, directory, &error);
	if (code >= 0)
		code = session_read(directory, str_from(args->operand[0]), &session, &error);
	if (code >= 0)
		code = format->write(args, session, &error);
	json_decref(session);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
