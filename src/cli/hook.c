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
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/agents.h"
#include "agents/git_position.h"
#include "agents/search.h"
#include "agents/workspace.h"
#include "base/array.h"
#include "base/limits.h"
#include "cli/config.h"
#include "cli/files.h"
#include "cli/handover.h"
#include "cli/installed.h"
#include "cli/project.h"
#include "cli/recorder.h"
#include "cli/shadow.h"
#include "decide/modes.h"
#include "decide/record.h"
#include "decide/request.h"
#include "public/stamp.h"

enum { HOOK_ALLOWED = 0, HOOK_REFUSED = 2 };
/* So much later, what the calls of meanwhile have recorded goes along. */
enum { SETTLE_MICROSECONDS = LEDGER_BATCH_MICROSECONDS * 4 / 5 };

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
	struct resolver resolver;
	struct recorder recorder;
	struct record_context context;
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

/* Not in line, nor its paths on the stack while policies are loaded. */
__attribute__((noinline)) static int find_root(struct hook *hook, char start[PATH_MAX],
					       struct cavra_error *error)
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

static struct decide_options options_of(const struct config *config)
{
	return (struct decide_options){.mode = config->mode, .glass_broken = config->glass_broken};
}

static int decide_all(struct hook *hook, struct cavra_error *error)
{
	const struct agent_event *event = &hook->event;
	struct decide_options options = options_of(&hook->config);
	struct resolver *resolver = &hook->resolver;
	char cwd[PATH_MAX];
	(void)snprintf(cwd, sizeof cwd, "%.*s", STR_ARG(event->cwd));
	int code = workspace_new(hook->root, cwd, wants_git(event), &hook->workspace, error);
	if (code >= 0)
		*resolver = *workspace_resolver(hook->workspace);
	if (code >= 0 && event->searches)
		search_init(&hook->search, workspace_resolver(hook->workspace), event->glob,
			    resolver);
	if (code >= 0) {
		installed_find(&hook->config, &hook->installed);
		installed_guard(&hook->installed, resolver);
	}
	for (size_t i = 0; code >= 0 && i < event->n_requests; i++) {
		arena_init(&hook->deciding[i], LIMIT_DECISION_MEMORY);
		code = request_check(&event->requests[i], error);
		if (code >= 0)
			code = decide_layers(&hook->config.policies, &event->requests[i], resolver,
					     &options, &hook->deciding[i], &hook->decisions[i],
					     error);
	}
	return code;
}

static int answer(struct hook *hook, struct cavra_error *error)
{
	const struct config *config = &hook->config;
	struct agent_manner manner = {.stops_nothing = config->mode == MODE_AUDIT_ONLY ||
						       config->glass_broken,
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

/* ---- what is recorded ---- */

static int add_record(struct hook *hook, size_t which, const struct record_shadow *shadow,
		      const char *event_type, struct cavra_error *error)
{
	struct record_stamp stamp;
	const struct request *request = &hook->event.requests[which];
	const struct decision *decision = &hook->decisions[which];
	struct record_glass glass = config_glass(&hook->config);
	struct record record = {.request = request,
				.decision = decision,
				.policy = decision->policy,
				.policy_digest = hook->config.digest,
				.policy_signature = policy_signature_name(hook->config.signature),
				.stamp = &stamp,
				.shadow = shadow,
				.glass = hook->config.glass_broken ? &glass : NULL};
	int code = stamp_now(request->session_id, &stamp, error);
	return code < 0 ? code
			: recorder_add_decision(&hook->recorder, event_type, record_json(&record),
						&hook->context, error);
}

/* Only the broken glass lets it pass. */
static bool passes_glass(const struct hook *hook, const struct decision *decision)
{
	return hook->config.glass_broken && decision->outcome >= CAVRA_REQUIRE_APPROVAL &&
	       runtime_mode_apply(decision).outcome != decision->outcome;
}

static int find_context(struct hook *hook, struct cavra_error *error)
{
	struct git_position git;
	if (setjmp(hook->arena.on_full))
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	hook->arena.armed = true;
	git_position_find(&hook->arena, hook->event.cwd, &git);
	hook->arena.armed = false;
	hook->context = (struct record_context){.agent = str_from(hook->adapter->name),
						.tool = hook->event.tool,
						.cwd = hook->event.cwd,
						.repository = git.repository,
						.branch = git.branch,
						.commit = git.commit};
	return 0;
}

static int open_record(struct hook *hook, struct cavra_error *error)
{
	int code = recorder_open(&hook->recorder, &hook->config, error);
	return code < 0 ? code : find_context(hook, error);
}

static int record_event(struct hook *hook, struct cavra_error *error)
{
	int code = open_record(hook, error);
	if (code >= 0)
		code = recorder_add_event(&hook->recorder, hook->event.records,
					  hook->event.session_id, hook->config.digest,
					  &hook->context, error);
	return code < 0 ? code : recorder_write(&hook->recorder, error);
}

static int record_all(struct hook *hook, struct cavra_error *error)
{
	int code = open_record(hook, error);
	for (size_t i = 0; code >= 0 && i < hook->event.n_requests; i++)
		code = add_record(hook, i, NULL,
				  passes_glass(hook, &hook->decisions[i]) ? "cavra.break_glass.used"
									  : "cavra.decision",
				  error);
	if (code >= 0)
		code = recorder_write(&hook->recorder, error);
	return code < 0 ? error_prefix(error, "it cannot be recorded") : code;
}

/* ---- after the answer ---- */

static void decide_on_trial(struct hook *hook)
{
	struct decide_options options = options_of(&hook->config);
	struct shadow shadow;
	struct record_shadow record;
	shadow_open(&hook->config, NULL, &shadow);
	for (size_t i = 0; i < hook->event.n_requests; i++)
		if (shadow_decide(&shadow, &hook->event.requests[i], &hook->resolver, &options,
				  &hook->decisions[i], &record) &&
		    (record.changed || record.error))
			(void)add_record(hook, i, &record, "cavra.shadow.decided", NULL);
	(void)recorder_write(&hook->recorder, NULL);
}

/* At the end of a session, and when one is due. */
static bool needs_checkpoint(const struct hook *hook)
{
	bool ends = hook->event.records && strcmp(hook->event.records, "cavra.session.ended") == 0;
	return ends || hook->recorder.writer.must_sign;
}

/* Brings the record to the disk, asks the policy on trial, has the ledger signed, in a process that the agent does not wait
 * for and whose end nobody looks at. */
static void finish_later(struct hook *hook)
{
	bool trial = config_shadow_layer(&hook->config) && hook->event.n_requests;
	if (!trial && !needs_checkpoint(hook) && !hook->recorder.writer.must_settle)
		return;
	pid_t child = fork();
	if (child < 0)
		(void)recorder_settle(&hook->recorder, NULL);
	if (child != 0)
		return;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool quiet = null >= 0;
	for (int fd = 0; quiet && fd <= STDERR_FILENO; fd++)
		quiet = dup2(null, fd) == fd;
	(void)setsid();
	(void)alarm(HOOK_SECONDS);
	if (quiet && trial)
		decide_on_trial(hook);
	(void)usleep(SETTLE_MICROSECONDS);
	(void)recorder_settle(&hook->recorder, NULL);
	if (quiet && needs_checkpoint(hook))
		hand_over_checkpoint(hook->recorder.directory);
	_exit(HOOK_ALLOWED);
}

/* ---- the call ---- */

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
	if (code < 0 || (!hook->event.acts && !hook->event.records))
		return code;
	code = find_policies(hook, error);
	if (code >= 0 && hook->event.records)
		return record_event(hook, error);
	if (code >= 0)
		code = decide_all(hook, error);
	if (code >= 0 && hook->event.n_requests)
		code = record_all(hook, error);
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
	/* A file that may not grow is an error like a full disk. */
	(void)signal(SIGXFSZ, SIG_IGN);
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
	if (!file_write_fd(STDOUT_FILENO, buf_str(&hook.answer))) {
		error_set(&error, CAVRA_ERR_IO, "cannot write the answer: %s", strerror(errno));
		return refuse(agent, &error);
	}
	finish_later(&hook);
	return HOOK_ALLOWED;
}
