/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of options, and reading arguments by it.
 */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "cli/nearest.h"

/* clang-format off */
static const struct option options[] = {
	{OPT_POLICY_PACK,        "--policy-pack",        "PACK_ID",    "decide by this bundled pack instead of the project's and the user's policy; the managed one still counts"},
	{OPT_POLICY_FILE,        "--policy-file",        "PATH",  "decide by this policy file instead of the project's and the user's; the managed one still counts"},
	{OPT_OVERLAY,            "--overlay",            "PATH",  "merge this policy file on top; may be given several times"},
	{OPT_PACK_DIR,           "--pack-dir",           "DIR",   "look for inherited packs in DIR/<id>/policy.yaml before the bundled ones"},
	{OPT_POLICY_MODE,        "--policy-mode",        "MODE",  "audit_only, enforce, strict or break_glass; may only tighten the mode in force"},
	{OPT_BREAK_GLASS_ACTOR,  "--break-glass-actor",  "NAME",  "who asks to break the glass"},
	{OPT_BREAK_GLASS_REASON, "--break-glass-reason", "TEXT",  "why"},
	{OPT_JSON,               "--json",               NULL,    "print JSON"},
	{OPT_BATCH,              "--batch",              "FILE",  "read requests from FILE (- is standard input), one JSON object a line; print one decision a line"},
	{OPT_RECORD,             "--record",             NULL,    "append the decision to the ledger before it is printed; when that fails, it is an error"},
	{OPT_WORKSPACE,          "--workspace",          "DIR",   "the repository that paths count from (default: found upwards from the current directory)"},
	{OPT_CWD,                "--cwd",                "DIR",   "where the action happens (default: the current directory)"},
	{OPT_FACTS,              "--facts",              "FILE",  "JSON instead of the real file system: workspace, home, branch, remotes, links, hardlinks ..."},
	{OPT_OPERATION,          "--operation",          "WORD",  "read, search, list; write, edit, create, delete, rename; the Git verb"},
	{OPT_DESTINATION,        "--destination",        "PATH",  "where a rename ends"},
	{OPT_SERVER,             "--server",             "NAME",  "MCP server"},
	{OPT_TOOL,               "--tool",               "NAME",  "MCP tool; agent start, agent exec: the coding agent"},
	{OPT_CAPABILITY,         "--capability",         "NAME",  "MCP capability"},
	{OPT_ARGUMENTS,          "--arguments",          "JSON",  "MCP arguments"},
	{OPT_AGENT_ID,           "--agent-id",           "ID",    "who acts (default: unknown-agent)"},
	{OPT_SESSION_ID,         "--session-id",         "ID",    "in which session (default: local); evidence search: only those with this in their name"},
	{OPT_REPOSITORY,         "--repository",         "NAME",  "in which repository"},
	{OPT_ACTOR,              "--actor",              "NAME",  "on whose behalf (default: ai-agent)"},
	{OPT_ID,                 "--id",                 "ID",    "metadata.id of the new policy (default: cavra-project)"},
	{OPT_FORCE,              "--force",              NULL,    "overwrite an existing file"},
	{OPT_REMOVE,             "--remove",             NULL,    "take out what an earlier run put in"},
	{OPT_DIRECTORY,          "--directory",          "DIR",   "the repository (default: the current directory)"},
	{OPT_HOOK,               "--hook",               "PATH",  "the cavra-hook program to run (default: the one beside this program)"},
	{OPT_OUTPUT,             "--output",             "DIR",   "where it is written; each command has a place of its own below .cavra"},
	{OPT_KEY_ID,             "--key-id",             "ID",    "the name of the key"},
	{OPT_PASSPHRASE,         "--passphrase",         NULL,    "ask at the terminal for a passphrase that the private key is encrypted with"},
	{OPT_PASSPHRASE_FILE,    "--passphrase-file",    "FILE",  "the passphrase of the private key is in FILE (- is standard input, /dev/fd/N a descriptor)"},
	{OPT_PRIVATE_KEY,        "--private-key",        "FILE",  "sign with this Ed25519 key (PKCS#8 PEM); generate-keypair: where it is written"},
	{OPT_PUBLIC_KEY,         "--public-key",         "FILE",  "verify with this Ed25519 key (PEM); generate-keypair: where it is written; ledger verify: also what ledger key prints"},
	{OPT_TRUST_DIR,          "--trust-dir",          "DIR",   "verify with whichever of the public keys DIR/*.pem has signed"},
	{OPT_KEY_FILE,           "--key-file",           "FILE",  "use the HMAC key in FILE"},
	{OPT_KEY_ENV,            "--key-env",            "NAME",  "use the HMAC key in the environment variable NAME"},
	{OPT_SIGNER,             "--signer",             "NAME",  "who signs (default: local); evidence search: only what this one signed"},
	{OPT_SIGNATURE,          "--signature",          "FILE",  "the signature (default: PATH.sig.json)"},
	{OPT_COVERAGE,           "--coverage",           NULL,    "also list the rules of the policy that no case reaches"},
	{OPT_APPROVAL,           "--approval",           "FILE",  "the approval, as JSON"},
	{OPT_APPROVER_GROUP,     "--approver-group",     "NAME",  "the group that may approve (default: Platform Security)"},
	{OPT_REQUESTED_BY,       "--requested-by",       "NAME",  "who asks for the approval (lifecycle-plan: policy-owner@example.com unless given)"},
	{OPT_TO,                 "--to",                 "VERSION", "the number of a published version, its digest or its metadata.version; ledger prove: the number of entries of the later checkpoint"},
	{OPT_CURRENT,            "--current",            "FILE",  "the record as it is now (default: there is none)"},
	{OPT_REQUEST,            "--request",            "FILE",  "the fields that are to change"},
	{OPT_PREVIOUS_POLICY_PACK, "--previous-policy-pack", "PACK_ID", "the pack that this one takes the place of"},
	{OPT_PREVIOUS_POLICY_FILE, "--previous-policy-file", "PATH", "the policy file that this one takes the place of"},
	{OPT_OUTPUT_DIR,         "--output-dir",         "DIR",   "where the files are written (default: dist/policy-lifecycle)"},
	{OPT_SOURCE_REF,         "--source-ref",         "REF",   "where the policy is versioned: git://REPOSITORY/BRANCH#COMMIT"},
	{OPT_REVIEW_WORKFLOW_REF, "--review-workflow-ref", "REF", "where it is reviewed (default: the workflow of this project)"},
	{OPT_SAMPLE_ACTIONS,     "--sample-actions",     "FILE",  "also decide about these scenarios: a JSON list, or {\"actions\": [...]}"},
	{OPT_EVIDENCE_MODE,      "--evidence-mode",      "MODE",  "live or sample (default: sample)"},
	{OPT_CI_RUN_REF,         "--ci-run-ref",         "REF",   "the run that tested the policy; with this or one of the next two, a packet is written"},
	{OPT_POLICY_REVIEW_REF,  "--policy-review-ref",  "REF",   "the review of the policy"},
	{OPT_UI_VALIDATION_REF,  "--ui-validation-ref",  "REF",   "the validation of the user interface"},
	{OPT_REQUIRE_LIVE,       "--require-live",       NULL,    "evidence that is not live blocks"},
	{OPT_TRUST_ROOT,         "--trust-root",         "FILE",  "verify with the key of this trust root, or of whichever in this bundle of them has signed"},
	{OPT_ROOT_KEY,           "--root-key",           "FILE",  "the public key (PEM) that must have signed the trust roots"},
	{OPT_MINIMUM_RETENTION_DAYS, "--minimum-retention-days", "N", "the bundle must be kept for at least so many days"},
	{OPT_RETENTION_DAYS,     "--retention-days",     "N",     "how long it is to be kept"},
	{OPT_CLASSIFICATION,     "--classification",     "TEXT",  "what kind of evidence it is (default: regulated-sdlc, or as it was)"},
	{OPT_LEGAL_HOLD,         "--legal-hold",         NULL,    "keep it until the hold is lifted"},
	{OPT_OWNER,              "--owner",              "NAME",  "whose key it is (default: platform-security)"},
	{OPT_STATUS,             "--status",             "WORD",  "active, retired (what it signed before still holds) or revoked (nothing does); default: active"},
	{OPT_VALID_FROM,         "--valid-from",         "TIME",  "from when on the key may sign (default: now)"},
	{OPT_VALID_UNTIL,        "--valid-until",        "TIME",  "until when the key may sign (default: no end)"},
	{OPT_RETIRED_AT,         "--retired-at",         "TIME",  "when the key was retired (default: now, when it is retired and --valid-until is not given)"},
	{OPT_REVOKED_AT,         "--revoked-at",         "TIME",  "when the key was revoked (default: now, when it is revoked)"},
	{OPT_ENVIRONMENT,        "--environment",        "NAME",  "where the trust roots are for (default: production)"},
	{OPT_DISTRIBUTION_ID,    "--distribution-id",    "ID",    "the name of the package (default: trust-roots- and the time)"},
	{OPT_CHANNEL,            "--channel",            "NAME",  "a way on which the package is handed out; may be given several times"},
	{OPT_SQLITE,             "--sqlite",              "FILE", "the database (default: .cavra/evidence/metadata.db)"},
	{OPT_METADATA_KIND,      "--metadata-kind",       "WORD", "only records of this kind; bundles are of kind session"},
	{OPT_MIN_BLOCKED,        "--min-blocked",         "N", "only with at least so many blocked actions"},
	{OPT_HAS_APPROVALS,      "--has-approvals",       "WORD", "yes: only where something asked for approval; no: only where nothing did"},
	{OPT_CREATED_FROM,       "--created-from",        "TIME", "only of this time (or day, in UTC) or later"},
	{OPT_CREATED_UNTIL,      "--created-until",       "TIME", "only of before this time (or day, in UTC)"},
	{OPT_VERIFICATION,       "--verification",        "WORD", "only those found verified, or integrity_only, when they were indexed"},
	{OPT_LIMIT,              "--limit",               "N", "at most so many, 1 to 500 (default: 50)"},
	{OPT_OFFSET,             "--offset",              "N", "leave out the first N"},
	{OPT_PROVIDER,           "--provider",           "NAME",  "store: s3 (Amazon S3, or what speaks its language) or azure (Azure Blob Storage); export-siem: all, splunk, sentinel, datadog, webhook, ocsf or cef (default: all)"},
	{OPT_S3_BUCKET,          "--s3-bucket",           "NAME", "the bucket (storage-plan: cavra-evidence unless given)"},
	{OPT_S3_PREFIX,          "--s3-prefix",           "PATH", "what names begin with, also in Azure (default: evidence/)"},
	{OPT_S3_REGION,          "--s3-region",           "NAME", "the region of the bucket (default: AWS_REGION of the environment)"},
	{OPT_S3_PATH_STYLE,      "--s3-path-style",       NULL, "the bucket stands in the path of URLs, not in the name of the host"},
	{OPT_S3_KMS_KEY,         "--s3-kms-key",          "ID", "encrypt with this key of AWS KMS (default: as the bucket says)"},
	{OPT_AZURE_ACCOUNT,      "--azure-account",       "NAME", "the storage account (default: AZURE_STORAGE_ACCOUNT; storage-plan: cavraevidence)"},
	{OPT_AZURE_CONTAINER,    "--azure-container",     "NAME", "the container (storage-plan: evidence unless given)"},
	{OPT_ENDPOINT,           "--endpoint",            "URL", "the service, without the bucket (default: that of Amazon or Microsoft)"},
	{OPT_CA_FILE,            "--ca-file",             "FILE", "trust these certificates (PEM) in place of the system's"},
	{OPT_PROXY,              "--proxy",               "URL", "go through this proxy; the environment is not asked for one"},
	{OPT_ALLOW_LOOPBACK_HTTP, "--allow-loopback-http", NULL, "--endpoint may be plain http on this machine"},
	{OPT_RETENTION_MODE,     "--retention-mode",      "WORD", "compliance (nobody can shorten it) or governance (default: compliance)"},
	{OPT_SPLUNK_INDEX,       "--splunk-index",       "NAME",  "the index of Splunk (default: cavra)"},
	{OPT_DATADOG_SERVICE,    "--datadog-service",    "NAME",  "the service of Datadog (default: cavra)"},
	{OPT_FRAMEWORK,          "--framework",          "ID",    "only this framework"},
	{OPT_SESSION,            "--session",            "ID",    "the decisions of this session"},
	{OPT_SINCE,              "--since",              "TIME",  "the decisions from this time on"},
	{OPT_UNTIL,              "--until",              "TIME",  "the decisions before this time"},
	{OPT_DEMO,               "--demo",               NULL,    "decisions about a few typical actions, made for the occasion"},
	{OPT_LEDGER,             "--ledger",             "DIR",   "the ledger (default: ~/.cavra/ledger)"},
	{OPT_LEDGER_KEY,         "--ledger-key",         "KEY",   "the key of the ledger's checkpoints: a file, or itself as name+hash+base64"},
	{OPT_BRANCH,             "--branch",             "NAME",  "of that branch"},
	{OPT_COMMIT,             "--commit",             "HASH",  "what the decisions led to: a commit"},
	{OPT_TREE,               "--tree",               "HASH",  "and its tree"},
	{OPT_LINES,              "--lines",              "N",     "how many of the last entries (default: 10)"},
	{OPT_FOLLOW,             "--follow",             NULL,    "go on with entries as they are written"},
	{OPT_SIZE,               "--size",               "N",     "the checkpoint of N entries (default: the newest)"},
	{OPT_FROM,               "--from",               "N",     "the earlier checkpoint, by its number of entries"},
	{OPT_CHECKPOINT,         "--checkpoint",         "FILE",  "a checkpoint of the ledger that was kept elsewhere, earlier or later"},
	{OPT_EXPECT_HEAD,        "--expect-head",        "HASH",  "the record_hash of what was the last entry once"},
	{OPT_EXPECT_SIZE,        "--expect-size",        "N",     "how many entries there were once"},
	{OPT_PROOF,              "--proof",              "FILE",  "verify this proof (- is standard input), without any ledger"},
	{OPT_REPO,               "--repo",               "DIR",   "the repository that the agent works in (default: the current directory)"},
	{OPT_FORMAT,             "--format",             "FORM",  "markdown (default), json, or artifact: a file in --audit-dir"},
	{OPT_AUDIT_DIR,          "--audit-dir",          "DIR",   "where the artifact is written (default: .cavra)"},
};
/* clang-format on */

const struct option *option_row(enum option_id id)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].id == id)
			return &options[i];
	return NULL;
}

static const struct option *find_option(const struct command *command, const char *name, size_t n)
{
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++) {
		const struct option *option = option_row(*id);
		if (option && strlen(option->name) == n && strncmp(option->name, name, n) == 0)
			return option;
	}
	return NULL;
}

static int unknown_option(const struct command *command, const char *word,
			  struct cavra_error *error)
{
	const char *known[OPTIONS + 1];
	size_t n = 0;
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++)
		known[n++] = option_row(*id)->name;
	known[n++] = "--help";
	const char *nearest = nearest_word(word, known, n);
	if (nearest)
		return error_set(error, CAVRA_ERR_USAGE,
				 "cavra %s has no option %.60s; did you mean %s?", command->name,
				 word, nearest);
	return error_set(error, CAVRA_ERR_USAGE,
			 "cavra %s has no option %.60s; see cavra %s --help", command->name, word,
			 command->name);
}

static int set_option(struct args *args, const struct option *option, const char *value,
		      struct cavra_error *error)
{
	if (option->id == OPT_OVERLAY || option->id == OPT_CHANNEL) {
		bool overlay = option->id == OPT_OVERLAY;
		size_t *n = overlay ? &args->n_overlays : &args->n_channels;
		if (*n == ARGS_MAX_REPEATS)
			return error_set(error, CAVRA_ERR_USAGE, "%s is given more than %d times",
					 option->name, ARGS_MAX_REPEATS);
		(overlay ? args->overlays : args->channels)[(*n)++] = value;
	} else if (args->value[option->id]) {
		return error_set(error, CAVRA_ERR_USAGE, "%s is given twice", option->name);
	}
	args->value[option->id] = value;
	return 0;
}

/* argv[0] is an option; *ret_used gets the number of words it took. */
static int read_option(struct args *args, int argc, char **argv, int *ret_used,
		       struct cavra_error *error)
{
	const char *word = argv[0], *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_option(args->command, word, n);
	*ret_used = 1;
	if (!option)
		return unknown_option(args->command, word, error);
	if (!option->value) {
		if (equals)
			return error_set(error, CAVRA_ERR_USAGE, "%s takes no value", option->name);
		return set_option(args, option, "", error);
	}
	if (equals)
		return set_option(args, option, equals + 1, error);
	if (argc < 2)
		return error_set(error, CAVRA_ERR_USAGE, "%s needs a value: %s %s", option->name,
				 option->name, option->value);
	*ret_used = 2;
	return set_option(args, option, argv[1], error);
}

/* Names the first operand that is not there. */
static int missing_operand(const struct args *args, struct cavra_error *error)
{
	const struct command *command = args->command;
	struct str rest = str_from(command->operands), operand = STR("");
	for (size_t i = 0; i <= args->n_operands; i++)
		(void)str_split(&rest, ' ', &operand);
	return error_set(error, CAVRA_ERR_USAGE, "%.*s is missing: cavra %s %s", STR_ARG(operand),
			 command->name, command->operands);
}

int args_parse(const struct command *command, int argc, char **argv, struct args *ret_args,
	       struct cavra_error *error)
{
	struct args args = {.command = command};
	bool only_operands = false;
	for (int i = 0; i < argc;) {
		int used = 1;
		if (!only_operands && strcmp(argv[i], "--") == 0) {
			only_operands = true;
		} else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
			int code = read_option(&args, argc - i, argv + i, &used, error);
			if (code < 0)
				return code;
		} else if (args.n_operands == command->max_operands) {
			return error_set(
				error, CAVRA_ERR_USAGE,
				"cavra %s: unexpected argument %.60s (quote a target with spaces)",
				command->name, argv[i]);
		} else {
			args.operand[args.n_operands++] = argv[i];
		}
		i += used;
	}
	if (args.n_operands < command->min_operands)
		return missing_operand(&args, error);
	*ret_args = args;
	return 0;
}
