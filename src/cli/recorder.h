/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program records in the ledger: decisions with where they were made, and other events, without the secrets that are
 * in them. Recorded before it is answered; what cannot be recorded is not allowed.
 */
#ifndef CAVRA_CLI_RECORDER_H
#define CAVRA_CLI_RECORDER_H

#include <limits.h>

#include "cli/config.h"
#include "ledger/ledger.h"
#include "ledger/redact.h"

/* Around a decision. Each may be empty. */
struct record_context {
	struct str agent; /* the adapter's name */
	struct str tool;  /* of the agent */
	struct str cwd;
	struct str repository, branch, commit; /* see agents/git_position.h */
};

struct recorder {
	char directory[PATH_MAX];
	struct redactor redactor;
	struct ledger_writer writer;
	struct ledger_draft draft[LIMIT_LEDGER_GROUP];
	char session[LIMIT_LEDGER_GROUP][LIMIT_SESSION_ID_BYTES + 1];
	size_t n;
	size_t written; /* of those that were taken, by the last write */
};

/* Opens the ledger that the configuration names (NULL: the usual one), making it. The caller closes the recorder, also
 * after a failure. Errors: CAVRA_ERR_IO, CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT.
 */
int recorder_open(struct recorder *recorder, const struct config *config,
		  struct cavra_error *error);
/* The same for the ledger in recorder->directory, which the caller has filled in. */
int recorder_open_there(struct recorder *recorder, enum ledger_durability durability,
			struct cavra_error *error);
void recorder_close(struct recorder *recorder);

/* Takes an event, up to LIMIT_LEDGER_GROUP before a write. Takes over the body, also on failure; NULL is
 * CAVRA_ERR_MEMORY. event_type: static.
 */
int recorder_add(struct recorder *recorder, const char *event_type, struct str session_id,
		 json_t *body, struct cavra_error *error);
/* The same with a record_json() and where it was decided. */
int recorder_add_decision(struct recorder *recorder, const char *event_type, json_t *record,
			  const struct record_context *context, struct cavra_error *error);
/* An event without a decision, such as the start of a session under a policy. */
int recorder_add_event(struct recorder *recorder, const char *event_type, struct str session_id,
		       const char *policy_digest, const struct record_context *context,
		       struct cavra_error *error);
/* Appends what was taken, all or nothing, and forgets it. */
int recorder_write(struct recorder *recorder, struct cavra_error *error);

/* To be called once everybody has been answered: brings what a batch has left to the disk. Then, when writer.must_sign,
 * the caller has a checkpoint made.
 */
int recorder_settle(struct recorder *recorder, struct cavra_error *error);

/* All of that at once. Not in the hook, which hands it over. */
int recorder_finish(struct recorder *recorder, struct cavra_error *error);

#define CLEANUP_RECORDER __attribute__((cleanup(recorder_close)))

#endif
