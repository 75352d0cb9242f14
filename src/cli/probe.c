/* SPDX-License-Identifier: Apache-2.0
 *
 * Probes, see probe.h.
 */
#include "cli/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "json/json.h"

struct running {
	pid_t pid;
	int in, out, err; /* our ends; -1: closed */
	struct str rest;  /* of the input */
	double deadline;
};

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* ---- starting ---- */

/* Only what is safe between fork and exec. */
static void become(const struct probe *probe, const int in[2], const int out[2], const int err[2],
		   int told)
{
	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	bool ready = dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0 &&
		     dup2(err[1], STDERR_FILENO) >= 0 && chdir(probe->directory) == 0;
	if (ready)
		(void)execvp(probe->argv[0], (char *const *)probe->argv);
	int number = errno;
	ssize_t ignored = write(told, &number, sizeof number);
	(void)ignored;
	_exit(127);
}

/* The number of the error that kept it from starting; 0: it runs. */
static int start(const struct probe *probe, struct running *running)
{
	int in[2], out[2], err[2], told[2], number = 0;
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
	    pipe2(told, O_CLOEXEC) < 0)
		return errno;
	if (probe->variable)
		(void)setenv(probe->variable, probe->directory, 1);
	running->pid = fork();
	if (running->pid == 0)
		become(probe, in, out, err, told[1]);
	int forked = running->pid < 0 ? errno : 0;
	(void)close(in[0]);
	(void)close(out[1]);
	(void)close(err[1]);
	(void)close(told[1]);
	running->in = in[1];
	running->out = out[0];
	running->err = err[0];
	if (!forked && read(told[0], &number, sizeof number) != (ssize_t)sizeof number)
		number = 0;
	(void)close(told[0]);
	(void)fcntl(running->in, F_SETFL, O_NONBLOCK);
	return forked ? forked : number;
}

/* ---- talking ---- */

static void feed(struct running *running)
{
	ssize_t n = write(running->in, running->rest.p, running->rest.n);
	if (n > 0)
		running->rest = str_from_at(running->rest, (size_t)n);
	if (!running->rest.n || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&running->in);
}

static void collect(int *fd, struct buf *to)
{
	char bytes[4096];
	ssize_t n = read(*fd, bytes, sizeof bytes);
	if (n > 0)
		buf_add(to, str_make(bytes, (size_t)n));
	else if (n == 0 || errno != EINTR)
		close_end(fd);
}

/* False when the time is over. */
static bool talk(struct running *running, struct probe_result *result)
{
	while (running->out >= 0 || running->err >= 0) {
		double left = running->deadline - now();
		struct pollfd fds[] = {{running->in, POLLOUT, 0},
				       {running->out, POLLIN, 0},
				       {running->err, POLLIN, 0}};
		if (left <= 0)
			return false;
		if (poll(fds, ARRAY_SIZE(fds), (int)(left * 1000) + 1) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents)
			feed(running);
		if (fds[1].revents)
			collect(&running->out, &result->out);
		if (fds[2].revents)
			collect(&running->err, &result->err);
	}
	return true;
}

/* It may close its output and live on. */
static bool await_end(const struct running *running, int *ret_status)
{
	const struct timespec pause = {0, 2000000};
	for (;;) {
		pid_t ended = waitpid(running->pid, ret_status, WNOHANG);
		if (ended == running->pid)
			return true;
		if ((ended < 0 && errno != EINTR) || now() > running->deadline)
			return false;
		(void)nanosleep(&pause, NULL);
	}
}

static void judge_end(struct probe_result *result, int status)
{
	if (WIFEXITED(status))
		result->status = WEXITSTATUS(status);
	else
		(void)snprintf(result->problem, sizeof result->problem, "ends by signal %d (%s)",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
}

void probe_run(const struct probe *probe, struct probe_result *ret_result)
{
	struct running running = {.in = -1, .out = -1, .err = -1};
	int status = 0;
	*ret_result = (struct probe_result){.status = -1};
	buf_init(&ret_result->out, MiB(1));
	buf_init(&ret_result->err, MiB(1));
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	running.rest = probe->input;
	running.deadline = now() + probe->seconds;
	int number = start(probe, &running);
	bool ended = !number && talk(&running, ret_result) && await_end(&running, &status);
	if (!ended && running.pid > 0) {
		(void)kill(-running.pid, SIGKILL);
		(void)waitpid(running.pid, &status, 0);
	}
	if (number)
		(void)snprintf(ret_result->problem, sizeof ret_result->problem,
			       "cannot be started: %s", strerror(number));
	else if (!ended)
		(void)snprintf(ret_result->problem, sizeof ret_result->problem,
			       "gives no answer within %g seconds", probe->seconds);
	else
		judge_end(ret_result, status);
	close_end(&running.in);
	close_end(&running.out);
	close_end(&running.err);
	(void)signal(SIGPIPE, before);
}

void probe_result_release(struct probe_result *result)
{
	buf_release(&result->out);
	buf_release(&result->err);
}

/* ---- understanding ---- */

static const char *const answer_names[] = {
	[PROBE_SILENT] = "nothing", [PROBE_ALLOW] = "allow",    [PROBE_ASK] = "ask",
	[PROBE_DENY] = "deny",      [PROBE_BLOCKED] = "exit 2", [PROBE_FAILED] = "no answer",
};

const char *probe_answer_name(enum probe_answer answer)
{
	return answer_names[answer];
}

static enum probe_answer answer_of_json(const json_t *answer, struct probe_result *result)
{
	struct str word = STR("");
	const json_t *output = json_get_object(answer, "hookSpecificOutput");
	if (!output || !json_get_str(output, "permissionDecision", &word))
		return PROBE_SILENT;
	for (int i = PROBE_ALLOW; i <= PROBE_DENY; i++)
		if (str_is(word, answer_names[i]))
			return (enum probe_answer)i;
	(void)snprintf(result->problem, sizeof result->problem,
		       "answers with a decision that nobody knows: %.*s",
		       STR_ARG(str_first(word, 60)));
	return PROBE_FAILED;
}

enum probe_answer probe_answer_of(struct probe_result *result)
{
	json_t *answer = NULL;
	struct cavra_error ignored;
	if (result->problem[0])
		return PROBE_FAILED;
	if (result->status == 2)
		return PROBE_BLOCKED;
	if (result->status != 0) {
		(void)snprintf(result->problem, sizeof result->problem, "ends with exit status %d",
			       result->status);
		return PROBE_FAILED;
	}
	if (!str_trim(buf_str(&result->out)).n)
		return PROBE_SILENT;
	if (json_read(buf_str(&result->out), 0, &answer, &ignored) < 0 || !json_is_object(answer)) {
		(void)snprintf(result->problem, sizeof result->problem,
			       "answers with something that is not a JSON object");
		json_decref(answer);
		return PROBE_FAILED;
	}
	enum probe_answer meaning = answer_of_json(answer, result);
	json_decref(answer);
	return meaning;
}
