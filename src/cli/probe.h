/* SPDX-License-Identifier: Apache-2.0
 *
 * Starts a program as an agent would start its hook: payload in, answer out, within a time.
 */
#ifndef CAVRA_CLI_PROBE_H
#define CAVRA_CLI_PROBE_H

#include "base/buf.h"
#include "base/error.h"

struct probe {
	const char *const
		*argv; /* ended by NULL; argv[0] is looked for in PATH when it has no slash */
	const char *directory; /* to run in */
	const char *variable;  /* of the environment, set to `directory`; NULL: none */
	struct str input;
	double seconds;
};

struct probe_result {
	struct buf out, err; /* what it printed, cut */
	int status;          /* exit status, or -1 with `problem` */
	char problem[200];   /* cannot be started, ended by a signal, took too long */
};

/* Never fails itself. The caller releases the result. */
void probe_run(const struct probe *probe, struct probe_result *ret_result);
void probe_result_release(struct probe_result *result);

/* What an answer of Claude Code's hook protocol means. */
enum probe_answer { PROBE_SILENT, PROBE_ALLOW, PROBE_ASK, PROBE_DENY, PROBE_BLOCKED, PROBE_FAILED };
const char *probe_answer_name(enum probe_answer answer);
/* PROBE_FAILED fills in result->problem. */
enum probe_answer probe_answer_of(struct probe_result *result);

#endif
