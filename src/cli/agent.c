/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of agents, see agent.h.
 */
#include "cli/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/files.h"
#include "evidence/sessions.h"
#include "json/json.h"

enum { PLAIN_ID_MAX = 100 };

bool agent_id_is_plain(const char *id)
{
	size_t n = 0;
	for (; id[n]; n++)
		if (!ascii_is_name(id[n]) && id[n] != '-' && (id[n] != '.' || n == 0))
			return false;
	return n > 0 && n <= PLAIN_ID_MAX;
}

static int make_id(char ret_id[SESSION_ID_NEW], struct cavra_error *error)
{
	unsigned char bytes[(SESSION_ID_NEW - 1) / 2];
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return error_set(error, CAVRA_ERR_IO, "no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(ret_id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int choose_id(struct agent_session *session, struct cavra_error *error)
{
	session->id = session->args->value[OPT_SESSION_ID];
	session->is_new = !session->id;
	if (session->is_new) {
		session->id = session->made;
		return make_id(session->made, error);
	}
	if (!agent_id_is_plain(session->id))
		return error_set(
			error, CAVRA_ERR_USAGE,
			"--session-id %.100s cannot be part of a file's name; use letters, "
			"digits, '.', '_' and '-'",
			session->id);
	return 0;
}

int agent_session_open(const struct args *args, struct agent_session *session,
		       struct cavra_error *error)
{
	const char *repo = args->value[OPT_REPO], *output = args->value[OPT_OUTPUT];
	const char *tool = args->value[OPT_TOOL];
	*session = (struct agent_session){.args = args, .tool = tool ? tool : "claude-code"};
	if (repo && chdir(repo) < 0)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "--repo %.300s: %s", repo,
				 strerror(errno));
	int code = choose_id(session, error);
	if (code >= 0)
		code = guard_open(args, &session->guard, error);
	if (code >= 0)
		code = guard_open_recorder(&session->guard, error);
	if (code < 0)
		return code;
	session->guard.context.agent = str_from(session->tool);
	if (output && output[0] == '/')
		return file_join(session->output, output, ".", error);
	char here[PATH_MAX];
	if (!realpath(".", here))
		return error_set(error, CAVRA_ERR_IO, "cannot tell the directory: %s",
				 strerror(errno));
	return file_join(session->output, here, output ? output : ".cavra", error);
}

void agent_session_close(struct agent_session *session)
{
	guard_close(&session->guard);
}

int agent_session_begin(struct agent_session *session, struct cavra_error *error)
{
	struct guard *guard = &session->guard;
	return session->is_new ? recorder_add_event(&guard->recorder, "cavra.session.started",
						    str_from(session->id), guard->config.digest,
						    &guard->context, error)
			       : 0;
}

int agent_file_write(const char *directory, const char *prefix, const char *id,
		     const json_t *document, char ret_path[PATH_MAX], struct cavra_error *error)
{
	char name[PLAIN_ID_MAX + 64];
	struct buf CLEANUP_BUF text;
	buf_init(&text, LIMIT_DOCUMENT_BYTES);
	char *json = json_text(document, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER);
	if (json)
		buf_add_c(&text, json);
	buf_add_char(&text, '\n');
	free(json);
	if (!json || text.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "the session is too large for one file");
	(void)snprintf(name, sizeof name, "%s%s.json", prefix, id);
	int code = file_make_directories(directory, 0755, error);
	if (code >= 0)
		code = file_join(ret_path, directory, name, error);
	return code < 0 ? code : file_replace_private(ret_path, buf_str(&text), error);
}

int agent_session_end(struct agent_session *session, struct cavra_error *error)
{
	char path[PATH_MAX];
	json_t *read = NULL, *audit = NULL;
	struct guard *guard = &session->guard;
	int code = guard_settle(guard, error);
	if (code >= 0)
		code = session_read(guard->recorder.directory, str_from(session->id), &read, error);
	if (code >= 0 && !(audit = session_audit(read)))
		code = error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	if (code >= 0)
		code = agent_file_write(session->output, "session-", session->id, audit, path,
					error);
	json_decref(audit);
	json_decref(read);
	return code;
}
