/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra agent exec: a command that runs when it is allowed, under an agent's session. What was decided is in the ledger
 * before the command starts, how it ended afterwards. The command has this program's own input and outputs, so what it
 * prints is printed as it is.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/agent.h"
#include "json/json.h"

/* ---- deciding ---- */

/* A session that began with this command ends with it. */
static int add_session_end(struct agent_session *session, struct cavra_error *error)
{
	struct guard *guard = &session->guard;
	return session->is_new ? recorder_add_event(&guard->recorder, "cavra.session.ended",
						    str_from(session->id), guard->config.digest,
						    &guard->context, error)
			       : 0;
}

static int decide_and_record(struct agent_session *session, const struct request *request,
			     struct mode_effect *ret_effect, char **ret_decision_id,
			     struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	struct decision decision;
	struct guard *guard = &session->guard;
	json_t *record = NULL;
	buf_init(&text, 16 * LIMIT_REQUEST_BYTES);
	int code = guard_record(guard, request, guard->mode, NULL, &decision, &text, error);
	if (code >= 0)
		code = json_read(buf_str(&text), JSON_READ_NUL, &record, error);
	if (code < 0)
		return code;
	const char *id = json_string_value(json_object_get(record, "decision_id"));
	*ret_decision_id = strdup(id ? id : "");
	code = recorder_add_decision(&guard->recorder, "cavra.decision", record, &guard->context,
				     error);
	if (code < 0)
		return code;
	if (!*ret_decision_id)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	*ret_effect = runtime_mode_apply(&decision);
	if (ret_effect->outcome >= CAVRA_REQUIRE_APPROVAL)
		(void)fprintf(stderr, "cavra: not run: %s: %.*s [%s]\n",
			      cavra_outcome_name(ret_effect->outcome), STR_ARG(decision.reason),
			      decision.rule_id);
	code = ret_effect->outcome >= CAVRA_REQUIRE_APPROVAL ? add_session_end(session, error) : 0;
	return code < 0 ? code : recorder_write(&guard->recorder, error);
}

/* ---- running ---- */

/* With these Bash would run or mean something else than what was judged. */
static bool changes_bash(const char *variable)
{
	static const char *const prefixes[] = {"BASH_ENV=",  "ENV=",      "BASH_FUNC_",
					       "SHELLOPTS=", "BASHOPTS=", "BASH_LOADABLES_PATH="};
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static void clean_environment(void)
{
	char **to = environ;
	for (char **from = environ; from && *from; from++)
		if (!changes_bash(*from))
			*to++ = *from;
	if (to)
		*to = NULL;
}

static int run(const char *command, int *ret_status, struct cavra_error *error)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	(void)fflush(NULL);
	/* A key that is pressed is the command's, and we tell how it ended. */
	(void)sigaction(SIGINT, &ignore, &interrupt);
	(void)sigaction(SIGQUIT, &ignore, &quit);
	pid_t pid = fork();
	if (pid == 0) {
		(void)sigaction(SIGINT, &interrupt, NULL);
		(void)sigaction(SIGQUIT, &quit, NULL);
		clean_environment();
		(void)execl("/bin/bash", "bash", "--noprofile", "--norc", "-c", command,
			    (char *)NULL);
		_exit(EXIT_NOT_STARTED);
	}
	int code = 0;
	if (pid < 0)
		code = error_set(error, CAVRA_ERR_IO, "cannot start bash: %s", strerror(errno));
	while (code == 0 && waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			code = error_set(error, CAVRA_ERR_IO, "cannot wait for bash: %s",
					 strerror(errno));
	(void)sigaction(SIGINT, &interrupt, NULL);
	(void)sigaction(SIGQUIT, &quit, NULL);
	return code;
}

static int status_of(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int record_end(struct agent_session *session, const char *decision_id, int wait_status,
		      int64_t took, struct cavra_error *error)
{
	json_t *body = json_pack("{s:s, s:i, s:I}", "decision_id", decision_id, "exit_status",
				 status_of(wait_status), "duration_ms", (json_int_t)(took / 1000));
	if (body && WIFSIGNALED(wait_status))
		(void)json_object_set_new(body, "signal", json_integer(WTERMSIG(wait_status)));
	int code = recorder_add(&session->guard.recorder, "cavra.command.finished",
				str_from(session->id), body, error);
	if (code >= 0)
		code = add_session_end(session, error);
	return code < 0 ? code : recorder_write(&session->guard.recorder, error);
}

/* ---- all of it ---- */

static int exec_in(struct agent_session *session, const char *command, struct cavra_error *error)
{
	struct request request = {.action_type = STR("execute_command"),
				  .target = str_from(command),
				  .cwd = session->guard.cwd,
				  .agent_id = str_from(session->tool),
				  .session_id = str_from(session->id),
				  .actor = str_from(session->args->value[OPT_ACTOR])};
	struct mode_effect effect = {.outcome = CAVRA_BLOCK};
	char *decision_id = NULL;
	int wait_status = 0, code = agent_session_begin(session, error);
	if (code >= 0)
		code = decide_and_record(session, &request, &effect, &decision_id, error);
	if (code >= 0 && effect.outcome >= CAVRA_REQUIRE_APPROVAL) {
		free(decision_id);
		code = agent_session_end(session, error);
		return code < 0 ? code : EXIT_NOT_RUN;
	}
	int64_t started = when_now();
	if (code >= 0)
		code = run(command, &wait_status, error);
	if (code < 0) {
		free(decision_id);
		return code;
	}
	/* It has run: how it ended is told whatever else goes wrong. */
	code = record_end(session, decision_id, wait_status, when_now() - started, error);
	if (code >= 0)
		code = agent_session_end(session, error);
	if (code < 0)
		(void)fail(error);
	free(decision_id);
	return status_of(wait_status);
}

int cmd_agent_exec(const struct args *args)
{
	struct cavra_error error;
	struct agent_session session;
	int code = agent_session_open(args, &session, &error);
	if (code >= 0)
		code = exec_in(&session, args->operand[0], &error);
	agent_session_close(&session);
	if (code >= 0)
		return code;
	(void)fail(&error);
	return EXIT_NOT_STARTED;
}
