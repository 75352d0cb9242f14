/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions as the ledger tells them: what belongs to one is what was recorded under its id, from its start to its end.
 */
#ifndef CAVRA_EVIDENCE_SESSIONS_H
#define CAVRA_EVIDENCE_SESSIONS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

/* A list of cavra.session.v1 objects, in the order in which they began. Reads the whole ledger and checks its chain. The caller
 * decrefs. Errors: CAVRA_ERR_NOT_FOUND without a ledger, CAVRA_ERR_INPUT when it is damaged, CAVRA_ERR_LIMIT over
 * LIMIT_SESSIONS, CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int sessions_list(const char *directory, json_t **ret_sessions, struct cavra_error *error);

/* One of them: {"session": cavra.session.v1, "entries": the entries of the ledger}. Also CAVRA_ERR_NOT_FOUND when nothing was
 * recorded under the id.
 */
int session_read(const char *directory, struct str session_id, json_t **ret_session,
		 struct cavra_error *error);

/* The audit file of a session: "session_id", "tool", "repo", "started_at", "actions" with "type", "target", "decision",
 * "reason", "rule_id", "severity", "evidence_refs". NULL without memory.
 */
json_t *session_audit(const json_t *session);
/* For people: title, agent, repository, counts, and what was not allowed with its reasons. Nothing that an agent has said can
 * make a line of its own.
 */
int session_markdown(const json_t *session, struct buf *out, struct cavra_error *error);

#endif
