/* SPDX-License-Identifier: Apache-2.0
 *
 * One hook call, see hook.h. Everything that goes wrong ends in refuse(), and nowhere else.
 *
 * Which policies decide is not the agent's to say (config.h): the project is looked for upwards from the
 * directory that the agent's host names in the environment, and only without that from the payload's
 * directory.
 */
#include "cli/hook.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/agents.h"
#include "agents/search.h"
#include "agents/workspace.h"
#include "base/array.h"
#include "base/limits.h"
#include "cli/config.h"
#include "cli/files.h"
#include "cli/handover.h"
#include "cli/installed.h"
#include "cli/project.h"
#include "decide/request.h"

enum { HOOK_ALLOWED = 0, HOOK_REFUSED = 2 };

struct hook {
	const struct agent_adapter *adapter;
	struct buf payload, answer;
	struct arena arena;
	struct arena deciding[AGENT_MAX_REQUESTS];
	struct agent_event event;
	struct decision decisions[AGENT_MAX_REQUESTS];
	const struct config_verifier *verifier;
	struct config config;
	struct installed installed;
	struct workspace *workspace;
	struct search search;
	char root[PATH_MAX];
};

static int refuse(const char *agent, const struct cavra_error *error)
{
	(void)fprintf(stderr, "cavra-hook %s: the call is blocked: ", agent);
	if (error->file[0])
		(void)fprintf(stderr, "%s:", error->file);
	if (error->line)
		(void)fprintf(stderr, "%d:%d:", error->line, error->column);
	(void)fprintf(stderr, "%s%s\n", error->file[0] || error->line ? " " : "", error->text);
	return HOOK_REFUSED;
}

/* ---- where the policies are ---- */

/* The agent chooses its directory, so without a name from its host it must not choose between
 * policies. */
static int check_only_one(const struct hook *hook, struct cavra_error *error)
{
	char above[PATH_MAX];
	(void)snprintf(above, sizeof above, "%s", hook->root);
	while (project_go_up(above))
		if (project_is(above))
			return error_set(error, CAVRA_ERR_POLICY,
					 "there is a policy in %.200s and one in %.200s; set %s",
					 above, hook->root,
					 hook->adapter->root_variable ? hook->adapter->root_variable
								      : "the project directory");
	return 0;
}

static int find_root(struct hook *hook, char start[PATH_MAX], struct cavra_error *error)
{
	const char *variable = hook->adapter->root_variable;
	const char *named = variable ? getenv(variable) : NULL;
	char cwd[PATH_MAX];
	if (named && !named[0])
		named = NULL;
	if (hook->event.cwd.n >= sizeof cwd)
		return error_set(error, CAVRA_ERR_LIMIT, "cwd is longer than a path can be");
	(void)snprintf(cwd, sizeof cwd, "%.*s", STR_ARG(hook->event.cwd));
	if (!realpath(named ? named : cwd, start))
		return error_set(error, CAVRA_ERR_IO, "cannot find the project directory: %s",
				 strerror(errno));
	return project_find(start, hook->root) && !named ? check_only_one(hook, error) : 0;
}

static int find_policies(struct hook *hook, struct cavra_error *error)
{
	char start[PATH_MAX];
	int code = find_root(hook, start, error);
	if (code < 0)
		return code;
	struct config_request request = {
		.root = hook->root, .keeps = true, .verifier = hook->verifier};
	code = config_load(&request, &hook->config, error);
	if (code < 0 && hook->config.requires_signature && !hook->verifier)
		return hand_over(hook->adapter->name, buf_str(&hook->payload), error);
	if (code < 0 || hook->config.policies.n)
		return code;
	if (hook->config.managed_only)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "managed.only is true in %s, and no policy is there",
				 config_managed_directory());
	return error_set(error, CAVRA_ERR_NOT_FOUND,
			 "no policy is installed: there is no " PROJECT_POLICY
			 " in or above %.300s; run cavra init %s there",
			 start, hook->adapter->name);
}

/* ---- deciding ---- */

static bool wants_git(const struct agent_event *event)
{
	static const char *const files_only[] = {"read_file", "write_file", "network_request",
						 "agent_tool"};
	for (size_t i = 0; i < event->n_requests; i++) {
		bool plain = false;
		for (size_t j = 0; j < ARRAY_SIZE(files_only); j++)
			plain = plain || str_is(event->requests[i].action_type, files_only[j]);
		if (!plain)
			return true;
	}
	return false;
}

static int decide_all(struct hook *hook, struct cavra_error *error)
{
	const struct agent_event *event = &hook->event;
	struct decide_options options = {.mode = hook->config.mode};
	struct resolver resolver;
	char cwd[PATH_MAX];
	(void)snprintf(cwd, sizeof cwd, "%.*s", STR_ARG(event->cwd));
	int code = workspace_new(hook->root, cwd, wants_git(event), &hook->workspace, error);
	if (code >= 0)
		resolver = *workspace_resolver(hook->workspace);
	if (code >= 0 && event->searches)
		search_init(&hook->search, workspace_resolver(hook->workspace), event->glob,
			    &resolver);
	if (code >= 0) {
		installed_find(&hook->config, &hook->installed);
		installed_guard(&hook->installed, &resolver);
	}
	for (size_t i = 0; code >= 0 && i < event->n_requests; i++) {
		arena_init(&hook->deciding[i], LIMIT_DECISION_MEMORY);
		code = request_check(&event->requests[i], error);
		if (code >= 0)
			code = decide_layers(&hook->config.policies, &event->requests[i], &resolver,
					     &options, &hook->deciding[i], &hook->decisions[i],
					     error);
	}
	return code;
}

static int answer(struct hook *hook, struct cavra_error *error)
{
	const struct config *config = &hook->config;
	struct agent_manner manner = {.mode = config->mode,
				      .in_place = config->in_place,
				      .in_place_none = config->in_place_none,
				      .authoritative = config->authoritative};
	struct agent_verdict verdict;
	agent_judge(&hook->event, hook->decisions, &manner, &verdict);
	hook->adapter->write(&verdict, &hook->answer);
	agent_verdict_release(&verdict);
	if (hook->answer.failed)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	return 0;
}

/* An agent that is still writing must not see its pipe break before it sees the answer. */
static void drain_input(void)
{
	char bytes[16384];
	while (read(STDIN_FILENO, bytes, sizeof bytes) > 0)
		;
}

static int read_event(struct hook *hook, struct cavra_error *error)
{
	int code = file_read_fd(STDIN_FILENO, "the payload", &hook->payload, error);
	if (code < 0) {
		drain_input();
		return code;
	}
	if (setjmp(hook->arena.on_full))
		return error_set(error, CAVRA_ERR_LIMIT, "the payload is too large");
	hook->arena.armed = true;
	code = hook->adapter->read(buf_str(&hook->payload), &hook->arena, &hook->event, error);
	hook->arena.armed = false;
	return code;
}

static int run(struct hook *hook, struct cavra_error *error)
{
	int code = read_event(hook, error);
	if (code < 0 || !hook->event.acts)
		return code;
	code = find_policies(hook, error);
	if (code >= 0)
		code = decide_all(hook, error);
	return code < 0 ? code : answer(hook, error);
}

/* ---- the process ---- */

/* Any other end than these exit statuses would let the call run. */
static void on_signal(int number)
{
	static const char text[] =
		"cavra-hook: the call is blocked: it could not be judged (crash or time-out)\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
	(void)ignored;
	(void)number;
	_exit(HOOK_REFUSED);
}

static void guard_process(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS,  SIGILL,  SIGFPE, SIGABRT,
				      SIGALRM, SIGPIPE, SIGTERM, SIGHUP, SIGXCPU};
	static char stack[16384];
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	(void)sigaltstack(&other, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		(void)sigaction(signals[i], &action, NULL);
	(void)alarm(HOOK_SECONDS);
}

int hook_run(const char *agent, const struct config_verifier *verifier)
{
	static struct hook hook;
	struct cavra_error error;
	guard_process();
	hook.verifier = verifier;
	hook.adapter = agent_find(str_from(agent));
	if (!hook.adapter) {
		error_set(&error, CAVRA_ERR_USAGE, "no agent \"%.60s\"; agents are: %s", agent,
			  agent_adapters[0]->name);
		return refuse(agent, &error);
	}
	buf_init(&hook.payload, LIMIT_REQUEST_BYTES);
	buf_init(&hook.answer, MiB(1));
	arena_init(&hook.arena, LIMIT_DECISION_MEMORY);
	if (run(&hook, &error) < 0)
		return refuse(agent, &error);
	/* Memory goes with the process. */
	if (fwrite(hook.answer.p, 1, hook.answer.n, stdout) != hook.answer.n ||
	    fflush(stdout) != 0) {
		error_set(&error, CAVRA_ERR_IO, "cannot write the answer: %s", strerror(errno));
		return refuse(agent, &error);
	}
	return HOOK_ALLOWED;
}
