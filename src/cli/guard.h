/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command needs to decide: a policy, the world it decides in, and a mode. Made from the
 * options.
 */
#ifndef CAVRA_CLI_GUARD_H
#define CAVRA_CLI_GUARD_H

#include "agents/workspace.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/installed.h"
#include "cli/recorder.h"
#include "cli/shadow.h"
#include "decide/decide.h"
#include "decide/modes.h"

struct guard {
	struct config config;
	struct installed installed;
	struct shadow shadow;   /* only of what is recorded or explained */
	struct str policy_pack; /* as asked for; empty: the policy's own id */
	const struct resolver *resolver;
	struct str cwd;
	enum policy_mode mode;
	bool mode_asked;
	struct arena arena; /* of one decision; reset by guard_decide() */
	bool records;       /* --record: recorder is open */
	struct recorder recorder;
	struct record_context context;
	/* owned */
	struct workspace *workspace;
	struct resolver
		facts_resolver; /* of the facts, or of the workspace with what is installed */
	struct arena facts;
	char cwd_text[4096], root_text[4096];
};

/* The policies in force for a project (NULL: none), with what --policy-pack, --policy-file and --overlay say. The
 * caller releases the configuration, also after a failure.
 */
int guard_load_policies(const struct args *args, const char *root, struct config *ret_config,
			struct cavra_error *error);
/* The caller closes the guard, also after a failure. */
int guard_open(const struct args *args, struct guard *ret_guard, struct cavra_error *error);
void guard_close(struct guard *guard);

/* Decides in the given mode. The decision lives until the next call. */
int guard_decide(struct guard *guard, const struct request *request, enum policy_mode mode,
		 struct decision *ret_decision, struct cavra_error *error);
/* What the policy on trial says of a request that was just decided; false when there is none. Lives until the next call. */
bool guard_shadow(struct guard *guard, const struct request *request, enum policy_mode mode,
		  const struct decision *decision, struct record_shadow *ret_record);
/* Decides, and writes a record of it. */
int guard_record(struct guard *guard, const struct request *request, enum policy_mode mode,
		 const json_t *echo_id, struct decision *ret_decision, struct buf *out,
		 struct cavra_error *error);

/* Opens the ledger, as --record does. */
int guard_open_recorder(struct guard *guard, struct cavra_error *error);
/* With --record appends such a record to the ledger; else does nothing. What is not recorded must not be answered. */
int guard_keep(struct guard *guard, struct str record, struct cavra_error *error);
/* To be called once everything is answered. */
int guard_settle(struct guard *guard, struct cavra_error *error);

/* Facts from JSON text; resolver and everything it answers live in arena. */
int guard_load_facts(struct str text, struct arena *arena, struct resolver *ret_resolver,
		     struct cavra_error *error);

enum exit_status guard_status(enum cavra_outcome effective);

static inline void guard_closep(struct guard *guard)
{
	guard_close(guard);
}
#define CLEANUP_GUARD __attribute__((cleanup(guard_closep)))

#endif
