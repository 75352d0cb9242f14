/* SPDX-License-Identifier: Apache-2.0
 *
 * A request as JSON: the fields of docs/decisions.md, nothing else. A misspelt field is an error
 * and never silently ignored, and so are fields that contradict each other: the agent must not be
 * able to have one thing judged and another one done.
 */
#ifndef CAVRA_DECIDE_REQUEST_H
#define CAVRA_DECIDE_REQUEST_H

#include "decide/decide.h"

struct request_document {
	struct request request; /* borrows from the two below and from the caller's JSON */
	const json_t *id;       /* a string or integer to be echoed; NULL: none */
	json_t *arguments;      /* owned: MCP arguments that came as a string, parsed */
	char *arguments_text;   /* owned: MCP arguments that came as an object, as text */
};

/* Reads and checks a request; document stays valid as long as object does and is released by the
 * caller, also after a failure. CAVRA_ERR_INPUT names the field.
 */
int request_from_json(const json_t *object, struct request_document *ret_document,
		      struct cavra_error *error);
/* MCP arguments as text: parses them, or marks them malformed, which a decision takes into account.
 */
int request_set_arguments(struct request_document *document, struct str text,
			  struct cavra_error *error);
void request_document_release(struct request_document *document);

/* Is the request possible at all? The rest of decide() relies on it. CAVRA_ERR_INPUT says what is
 * missing or which two fields disagree.
 */
int request_check(const struct request *request, struct cavra_error *error);

#endif
