/* SPDX-License-Identifier: Apache-2.0
 *
 * What the agent commands share: a session of an agent in a repository, and the files about it.
 */
#ifndef CAVRA_CLI_AGENT_H
#define CAVRA_CLI_AGENT_H

#include "cli/guard.h"

enum { SESSION_ID_NEW = 13 }; /* 12 hexadecimal digits and a NUL */

/* A session that is begun or gone on with, from --tool, --repo, --session-id and --output. */
struct agent_session {
	const struct args *args;
	struct guard guard; /* records */
	const char *tool;
	const char *id;
	bool is_new; /* its start is still to be recorded */
	char made[SESSION_ID_NEW];
	char output[PATH_MAX];
};

/* Goes to the repository and opens everything; nothing is recorded yet. The caller closes it, also after a failure. */
int agent_session_open(const struct args *args, struct agent_session *session,
		       struct cavra_error *error);
void agent_session_close(struct agent_session *session);
/* Takes the start for the next write, when it is new. */
int agent_session_begin(struct agent_session *session, struct cavra_error *error);
/* Brings the ledger to the disk and writes the session's file as the ledger tells it. */
int agent_session_end(struct agent_session *session, struct cavra_error *error);

/* An id that can be part of a file's name: letters, digits, '.', '_', '-', not starting with '.'. */
bool agent_id_is_plain(const char *id);
/* "<directory>/<prefix><id>.json" with that text. */
int agent_file_write(const char *directory, const char *prefix, const char *id,
		     const json_t *document, char ret_path[PATH_MAX], struct cavra_error *error);

#endif
