/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: one table of commands, one table of options. Parsing, --help, usage texts (and
 * whatever else lists them) come from these tables alone.
 */
#ifndef CAVRA_CLI_CLI_H
#define CAVRA_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* What a program that calls us can rely on; docs/cli.md and cavra(1). */
enum exit_status {
	EXIT_ALLOWED = 0, /* also warn, audit_only and allow_with_attestation, and success of other
			     commands */
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_APPROVAL = 3,
	EXIT_INTEGRITY_ONLY = 3, /* policy verify, evidence verify: no key has vouched for it */
	EXIT_BLOCKED = 4,
	EXIT_FINDINGS = 5, /* of doctor: something is wrong */
	EXIT_NOT_STARTED =
		125, /* of agent exec, whose command has all others: as env(1) has them */
	EXIT_NOT_RUN = 126,
	EXIT_DIFFERENT =
		5, /* policy diff, policy replay; evidence index, store: something else is there */
};

struct exit_status_row {
	enum exit_status status;
	const char *meaning;
};
extern const struct exit_status_row exit_statuses[];
extern const size_t exit_statuses_count;

enum option_id {
	OPT_POLICY_PACK,
	OPT_POLICY_FILE,
	OPT_OVERLAY,
	OPT_PACK_DIR,
	OPT_POLICY_MODE,
	OPT_BREAK_GLASS_ACTOR,
	OPT_BREAK_GLASS_REASON,
	OPT_JSON,
	OPT_BATCH,
	OPT_RECORD,
	OPT_WORKSPACE,
	OPT_CWD,
	OPT_FACTS,
	OPT_OPERATION,
	OPT_DESTINATION,
	OPT_SERVER,
	OPT_TOOL,
	OPT_CAPABILITY,
	OPT_ARGUMENTS,
	OPT_AGENT_ID,
	OPT_SESSION_ID,
	OPT_REPOSITORY,
	OPT_ACTOR,
	OPT_ID,
	OPT_FORCE,
	OPT_REMOVE,
	OPT_DIRECTORY,
	OPT_HOOK,
	OPT_OUTPUT,
	OPT_KEY_ID,
	OPT_PASSPHRASE,
	OPT_PASSPHRASE_FILE,
	OPT_PRIVATE_KEY,
	OPT_PUBLIC_KEY,
	OPT_TRUST_DIR,
	OPT_KEY_FILE,
	OPT_KEY_ENV,
	OPT_SIGNER,
	OPT_SIGNATURE,
	OPT_COVERAGE,
	OPT_APPROVAL,
	OPT_APPROVER_GROUP,
	OPT_REQUESTED_BY,
	OPT_TO,
	OPT_CURRENT,
	OPT_REQUEST,
	OPT_PREVIOUS_POLICY_PACK,
	OPT_PREVIOUS_POLICY_FILE,
	OPT_OUTPUT_DIR,
	OPT_SOURCE_REF,
	OPT_REVIEW_WORKFLOW_REF,
	OPT_SAMPLE_ACTIONS,
	OPT_EVIDENCE_MODE,
	OPT_CI_RUN_REF,
	OPT_POLICY_REVIEW_REF,
	OPT_UI_VALIDATION_REF,
	OPT_REQUIRE_LIVE,
	OPT_TRUST_ROOT,
	OPT_ROOT_KEY,
	OPT_MINIMUM_RETENTION_DAYS,
	OPT_RETENTION_DAYS,
	OPT_CLASSIFICATION,
	OPT_LEGAL_HOLD,
	OPT_OWNER,
	OPT_STATUS,
	OPT_VALID_FROM,
	OPT_VALID_UNTIL,
	OPT_RETIRED_AT,
	OPT_REVOKED_AT,
	OPT_ENVIRONMENT,
	OPT_DISTRIBUTION_ID,
	OPT_CHANNEL,
	OPT_SQLITE,
	OPT_METADATA_KIND,
	OPT_MIN_BLOCKED,
	OPT_HAS_APPROVALS,
	OPT_CREATED_FROM,
	OPT_CREATED_UNTIL,
	OPT_VERIFICATION,
	OPT_LIMIT,
	OPT_OFFSET,
	OPT_PROVIDER,
	OPT_S3_BUCKET,
	OPT_S3_PREFIX,
	OPT_S3_REGION,
	OPT_S3_PATH_STYLE,
	OPT_S3_KMS_KEY,
	OPT_AZURE_ACCOUNT,
	OPT_AZURE_CONTAINER,
	OPT_ENDPOINT,
	OPT_CA_FILE,
	OPT_PROXY,
	OPT_ALLOW_LOOPBACK_HTTP,
	OPT_RETENTION_MODE,
	OPT_SPLUNK_INDEX,
	OPT_DATADOG_SERVICE,
	OPT_FRAMEWORK,
	OPT_SESSION,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_DEMO,
	OPT_LEDGER,
	OPT_LEDGER_KEY,
	OPT_BRANCH,
	OPT_COMMIT,
	OPT_TREE,
	OPT_LINES,
	OPT_FOLLOW,
	OPT_SIZE,
	OPT_FROM,
	OPT_CHECKPOINT,
	OPT_EXPECT_HEAD,
	OPT_EXPECT_SIZE,
	OPT_PROOF,
	OPT_REPO,
	OPT_FORMAT,
	OPT_AUDIT_DIR,
	OPTIONS
};

enum { ARGS_MAX_OPERANDS = 32, ARGS_MAX_REPEATS = 32 };

struct args {
	const struct command *command;
	const char *value[OPTIONS]; /* the value; "" of a flag that was given; NULL: not given */
	const char *overlays[ARGS_MAX_REPEATS];
	size_t n_overlays;
	const char *channels[ARGS_MAX_REPEATS];
	size_t n_channels;
	const char *operand[ARGS_MAX_OPERANDS];
	size_t n_operands;
};

static inline bool args_has(const struct args *args, enum option_id option)
{
	return args->value[option] != NULL;
}

struct command {
	const char *name;     /* "policy list" */
	const char *operands; /* for the usage line: "ACTION_TYPE TARGET" */
	size_t min_operands, max_operands;
	const char *summary;                 /* one line, no full stop */
	int (*run)(const struct args *args); /* returns an exit status */
	const enum option_id *options;       /* ended by OPTIONS; NULL: none */
	const char *details;                 /* further lines of --help; NULL: none */
};

extern const struct command commands[];
extern const size_t commands_count;

/* options.c: reads a command's arguments. CAVRA_ERR_USAGE names the argument and the nearest that
 * would fit. */
int args_parse(const struct command *command, int argc, char **argv, struct args *ret_args,
	       struct cavra_error *error);

/* help.c: both print to stdout. */
void help_all(void);
void help_command(const struct command *command);
/* A word in front of several commands ("policy"); false when there is none. */
bool help_group(const char *group);

/* output.c */
/* Prints "cavra: file:line:column: text" to stderr and gives the exit status. */
int fail(const struct cavra_error *error);
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* To be called last: output that did not arrive (a full disk, a closed pipe) is an error. */
int finish(int status);
/* Prints a report as indented JSON. CAVRA_ERR_MEMORY, also when it is NULL. */
int output_report(const json_t *report, struct cavra_error *error);
/* Is colour wanted on stdout? A terminal, and neither NO_COLOR nor TERM=dumb. */
bool want_colour(void);
/* Columns to write for: those of the terminal, at most 100; 80 when there is none. */
size_t output_width(void);

/* Commands, one cmd_*.c each or per group. */
int cmd_version(const struct args *args);
int cmd_evaluate(const struct args *args);
int cmd_policy_list(const struct args *args);
int cmd_policy_describe(const struct args *args);
int cmd_policy_init(const struct args *args);
int cmd_policy_validate(const struct args *args);
int cmd_policy_test(const struct args *args);
int cmd_policy_explain(const struct args *args);
int cmd_policy_compile(const struct args *args);
int cmd_policy_keygen(const struct args *args);
int cmd_policy_sign(const struct args *args);
int cmd_policy_verify(const struct args *args);
int cmd_policy_catalog(const struct args *args);
int cmd_policy_draft(const struct args *args);
int cmd_policy_publish_plan(const struct args *args);
int cmd_policy_publish_request(const struct args *args);
int cmd_policy_publish(const struct args *args);
int cmd_policy_rollback(const struct args *args);
int cmd_policy_rollout_plan(const struct args *args);
int cmd_policy_diff(const struct args *args);
int cmd_policy_lint(const struct args *args);
int cmd_policy_lifecycle_plan(const struct args *args);
int cmd_policy_lifecycle_readiness(const struct args *args);
int cmd_evidence_bundle(const struct args *args);
int cmd_evidence_generate_keypair(const struct args *args);
int cmd_evidence_trust_root(const struct args *args);
int cmd_evidence_trust_bundle(const struct args *args);
int cmd_evidence_trust_distribution(const struct args *args);
int cmd_evidence_verify(const struct args *args);
int cmd_evidence_verify_attestation(const struct args *args);
int cmd_evidence_verify_trust_distribution(const struct args *args);
int cmd_evidence_retention_policy(const struct args *args);
int cmd_evidence_storage_plan(const struct args *args);
int cmd_evidence_store(const struct args *args);
int cmd_evidence_index(const struct args *args);
int cmd_evidence_search(const struct args *args);
int cmd_evidence_migrate(const struct args *args);
int cmd_evidence_siem_event(const struct args *args);
int cmd_evidence_export_siem(const struct args *args);
int cmd_evidence_compliance(const struct args *args);
int cmd_evidence_frameworks(const struct args *args);
int cmd_dump(const struct args *args);
int cmd_doctor(const struct args *args);
int cmd_policy_simulate(const struct args *args);
int cmd_policy_replay(const struct args *args);
int cmd_policy_suggest(const struct args *args);
int cmd_config_show(const struct args *args);
int cmd_config_validate(const struct args *args);
int cmd_init_claude_code(const struct args *args);
int cmd_agent_attest(const struct args *args);
int cmd_agent_exec(const struct args *args);
int cmd_agent_list(const struct args *args);
int cmd_agent_show(const struct args *args);
int cmd_agent_start(const struct args *args);
int cmd_hook(const struct args *args);
int cmd_demo(const struct args *args);
int cmd_ledger_status(const struct args *args);
int cmd_ledger_show(const struct args *args);
int cmd_ledger_tail(const struct args *args);
int cmd_ledger_checkpoint(const struct args *args);
int cmd_ledger_key(const struct args *args);
int cmd_ledger_prove(const struct args *args);
int cmd_ledger_verify(const struct args *args);
int cmd_ledger_export(const struct args *args);
int cmd_ledger_rebuild(const struct args *args);

#endif
