/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands.
 */
#include "base/array.h"
#include "cli/cli.h"

/* clang-format off */
#define POLICY_OPTIONS  OPT_POLICY_PACK, OPT_POLICY_FILE, OPT_OVERLAY, OPT_PACK_DIR
#define WORLD_OPTIONS   OPT_WORKSPACE, OPT_CWD, OPT_FACTS
#define REQUEST_OPTIONS OPT_OPERATION, OPT_DESTINATION, OPT_SERVER, OPT_TOOL, OPT_CAPABILITY, OPT_ARGUMENTS, \
			OPT_AGENT_ID, OPT_ACTOR, OPT_SESSION_ID, OPT_REPOSITORY

static const enum option_id evaluate_options[] = {
	POLICY_OPTIONS, OPT_POLICY_MODE, OPT_BREAK_GLASS_ACTOR, OPT_BREAK_GLASS_REASON, OPT_JSON, OPT_BATCH, OPT_RECORD,
	WORLD_OPTIONS, REQUEST_OPTIONS, OPTIONS};
static const enum option_id explain_options[] = {
	POLICY_OPTIONS, OPT_POLICY_MODE, OPT_JSON, WORLD_OPTIONS, REQUEST_OPTIONS, OPTIONS};
static const enum option_id compile_options[] = {POLICY_OPTIONS, OPTIONS};
static const enum option_id simulate_options[] = {POLICY_OPTIONS, OPT_JSON, OPTIONS};
static const enum option_id replay_options[] = {POLICY_OPTIONS, OPT_FACTS, OPT_JSON, OPTIONS};
static const enum option_id test_options[] = {POLICY_OPTIONS, OPT_COVERAGE, OPT_JSON, OPTIONS};
static const enum option_id validate_options[] = {OPT_PACK_DIR, OPTIONS};
static const enum option_id diff_options[] = {OPT_PACK_DIR, OPT_JSON, OPTIONS};
static const enum option_id list_options[] = {OPT_JSON, OPTIONS};
static const enum option_id policy_init_options[] = {OPT_DIRECTORY, OPT_ID, OPT_FORCE, OPTIONS};
static const enum option_id init_options[] = {OPT_DIRECTORY, OPT_HOOK, OPT_REMOVE, OPTIONS};
static const enum option_id config_show_options[] = {OPT_DIRECTORY, OPT_JSON, OPTIONS};
static const enum option_id config_validate_options[] = {OPT_DIRECTORY, OPTIONS};
static const enum option_id demo_options[] = {OPT_POLICY_PACK, OPT_POLICY_FILE, OPT_JSON, OPTIONS};

static const enum option_id agent_start_options[] = {
	OPT_TOOL, OPT_REPO, OPT_SESSION_ID, OPT_OUTPUT, POLICY_OPTIONS, OPTIONS};
static const enum option_id agent_exec_options[] = {
	OPT_TOOL, OPT_REPO, OPT_SESSION_ID, OPT_ACTOR, OPT_OUTPUT, POLICY_OPTIONS, OPT_POLICY_MODE, OPTIONS};
static const enum option_id agent_attest_options[] = {OPT_FORMAT, OPT_AUDIT_DIR, OPT_LEDGER, OPTIONS};
static const enum option_id agent_list_options[] = {OPT_LEDGER, OPT_JSON, OPTIONS};

static const enum option_id keygen_options[] = {OPT_OUTPUT, OPT_KEY_ID, OPT_PASSPHRASE, OPT_PASSPHRASE_FILE, OPTIONS};
static const enum option_id sign_options[] = {
	OPT_PRIVATE_KEY, OPT_PASSPHRASE_FILE, OPT_KEY_FILE, OPT_KEY_ENV, OPT_SIGNER, OPT_KEY_ID, OPT_PACK_DIR, OPTIONS};
static const enum option_id verify_options[] = {
	OPT_PUBLIC_KEY, OPT_TRUST_DIR, OPT_KEY_FILE, OPT_KEY_ENV, OPT_SIGNATURE, OPT_PACK_DIR, OPT_JSON, OPTIONS};
static const enum option_id catalog_options[] = {OPT_PACK_DIR, OPT_TRUST_DIR, OPT_JSON, OPTIONS};
static const enum option_id publish_request_options[] = {
	OPT_PACK_DIR, OPT_REQUESTED_BY, OPT_APPROVER_GROUP, OPT_REPOSITORY, OPTIONS};
#define PUBLISH_OPTIONS OPT_PACK_DIR, OPT_APPROVAL, OPT_APPROVER_GROUP, OPT_PRIVATE_KEY, OPT_PASSPHRASE_FILE, OPT_SIGNER, \
			OPT_KEY_ID, OPT_JSON
static const enum option_id publish_options[] = {PUBLISH_OPTIONS, OPTIONS};
static const enum option_id rollback_options[] = {OPT_TO, PUBLISH_OPTIONS, OPTIONS};
static const enum option_id rollout_plan_options[] = {OPT_CURRENT, OPT_REQUEST, OPT_JSON, OPTIONS};
#define CATALOG_HELP \
	"Packs of --pack-dir and the bundled ones, and the versions that were published.\n" \
	"With --trust-dir a pack counts only when a trusted key has signed it.\n" \
	"\n" \
	"Exit status: 0 all can be used, 1 one cannot or an error, 2 usage.\n"
static const enum option_id lifecycle_plan_options[] = {
	OPT_POLICY_PACK, OPT_POLICY_FILE, OPT_PREVIOUS_POLICY_PACK, OPT_PREVIOUS_POLICY_FILE, OPT_PACK_DIR, OPT_SAMPLE_ACTIONS,
	OPT_OUTPUT_DIR, OPT_REQUESTED_BY, OPT_SOURCE_REF, OPT_REVIEW_WORKFLOW_REF, OPT_EVIDENCE_MODE, OPT_CI_RUN_REF,
	OPT_POLICY_REVIEW_REF, OPT_UI_VALIDATION_REF, OPT_JSON, OPTIONS};
static const enum option_id generate_keypair_options[] = {
	OPT_PRIVATE_KEY, OPT_PUBLIC_KEY, OPT_PASSPHRASE, OPT_PASSPHRASE_FILE, OPTIONS};
static const enum option_id trust_root_options[] = {
	OPT_OUTPUT, OPT_KEY_ID, OPT_OWNER, OPT_STATUS, OPT_VALID_FROM, OPT_VALID_UNTIL, OPT_RETIRED_AT, OPT_REVOKED_AT, OPTIONS};
#define ROOT_KEY_OPTIONS OPT_OUTPUT, OPT_PRIVATE_KEY, OPT_PASSPHRASE_FILE, OPT_KEY_ID
static const enum option_id trust_bundle_options[] = {ROOT_KEY_OPTIONS, OPTIONS};
static const enum option_id trust_distribution_options[] = {
	ROOT_KEY_OPTIONS, OPT_ENVIRONMENT, OPT_DISTRIBUTION_ID, OPT_CHANNEL, OPTIONS};
static const enum option_id verify_distribution_options[] = {OPT_ROOT_KEY, OPT_JSON, OPTIONS};
static const enum option_id bundle_options[] = {
	OPT_SESSION, OPT_SINCE, OPT_UNTIL, OPT_DEMO, OPT_LEDGER, OPT_OUTPUT, OPT_SIGNER, OPT_PRIVATE_KEY, OPT_PASSPHRASE_FILE, OPT_KEY_FILE,
	OPT_KEY_ENV, OPT_KEY_ID, OPT_RETENTION_DAYS, OPT_CLASSIFICATION, OPT_LEGAL_HOLD, OPT_REPOSITORY, OPT_BRANCH, OPT_COMMIT,
	OPT_TREE, OPT_POLICY_PACK, OPT_POLICY_FILE, OPTIONS};
#define EVIDENCE_KEY_OPTIONS OPT_PUBLIC_KEY, OPT_TRUST_ROOT, OPT_ROOT_KEY, OPT_KEY_FILE, OPT_KEY_ENV, OPT_KEY_ID
static const enum option_id evidence_verify_options[] = {
	EVIDENCE_KEY_OPTIONS, OPT_LEDGER_KEY, OPT_MINIMUM_RETENTION_DAYS, OPT_JSON, OPTIONS};
static const enum option_id verify_attestation_options[] = {OPT_OUTPUT, EVIDENCE_KEY_OPTIONS, OPTIONS};
#define STORAGE_OPTIONS OPT_S3_BUCKET, OPT_S3_PREFIX, OPT_AZURE_ACCOUNT, OPT_AZURE_CONTAINER, OPT_RETENTION_MODE, \
			OPT_RETENTION_DAYS, OPT_LEGAL_HOLD, OPT_OUTPUT
static const enum option_id storage_plan_options[] = {STORAGE_OPTIONS, EVIDENCE_KEY_OPTIONS, OPTIONS};
static const enum option_id store_options[] = {
	OPT_PROVIDER, STORAGE_OPTIONS, OPT_S3_REGION, OPT_S3_PATH_STYLE, OPT_S3_KMS_KEY, OPT_ENDPOINT, OPT_CA_FILE, OPT_PROXY,
	OPT_ALLOW_LOOPBACK_HTTP, EVIDENCE_KEY_OPTIONS, OPT_MINIMUM_RETENTION_DAYS, OPT_LEDGER, OPTIONS};
static const enum option_id index_options[] = {OPT_SQLITE, EVIDENCE_KEY_OPTIONS, OPTIONS};
static const enum option_id search_options[] = {
	OPT_SQLITE, OPT_SESSION_ID, OPT_SIGNER, OPT_MIN_BLOCKED, OPT_HAS_APPROVALS, OPT_METADATA_KIND, OPT_CREATED_FROM,
	OPT_CREATED_UNTIL, OPT_VERIFICATION, OPT_LIMIT, OPT_OFFSET, OPT_JSON, OPTIONS};
static const enum option_id migrate_options[] = {OPT_SQLITE, OPT_JSON, OPTIONS};
static const enum option_id siem_event_options[] = {EVIDENCE_KEY_OPTIONS, OPTIONS};
static const enum option_id export_siem_options[] = {
	OPT_OUTPUT, OPT_PROVIDER, OPT_SPLUNK_INDEX, OPT_DATADOG_SERVICE, EVIDENCE_KEY_OPTIONS, OPTIONS};
static const enum option_id compliance_options[] = {OPT_FRAMEWORK, OPT_JSON, EVIDENCE_KEY_OPTIONS, OPTIONS};
static const enum option_id retention_policy_options[] = {
	OPT_OUTPUT, OPT_RETENTION_DAYS, OPT_CLASSIFICATION, OPT_LEGAL_HOLD, OPTIONS};
static const enum option_id lifecycle_readiness_options[] = {
	OPT_REQUIRE_LIVE, OPT_POLICY_FILE, OPT_PREVIOUS_POLICY_FILE, OPT_PACK_DIR, OPT_PUBLIC_KEY, OPT_TRUST_DIR, OPT_SIGNATURE,
	OPT_DIRECTORY, OPT_JSON, OPTIONS};
#define SIMULATE_HELP \
	"SCENARIOS is a file (- is standard input) with one JSON object a line: a\n" \
	"request, or {\"case_id\", \"input\": a request, \"expected_decision\", \"facts\"}.\n" \
	"Without it six cases are tried that most policies are meant to answer in the\n" \
	"same way; nothing is expected of those that the policy is not about.\n" \
	"\n" \
	"Exit status: 0 every expectation is met, 1 one is not or an error, 2 usage.\n"

static const enum option_id ledger_options[] = {OPT_LEDGER, OPTIONS};
static const enum option_id ledger_json_options[] = {OPT_LEDGER, OPT_JSON, OPTIONS};
static const enum option_id ledger_tail_options[] = {OPT_LINES, OPT_FOLLOW, OPT_LEDGER, OPT_JSON, OPTIONS};
static const enum option_id ledger_prove_options[] = {OPT_SIZE, OPT_FROM, OPT_TO, OPT_LEDGER, OPTIONS};
static const enum option_id ledger_export_options[] = {OPT_SIZE, OPT_LEDGER, OPTIONS};
static const enum option_id ledger_verify_options[] = {
	OPT_PUBLIC_KEY, OPT_TRUST_ROOT, OPT_CHECKPOINT, OPT_EXPECT_SIZE, OPT_EXPECT_HEAD, OPT_PROOF, OPT_LEDGER, OPT_JSON, OPTIONS};

const struct command commands[] = {
	{"version", "", 0, 0, "Print the version", cmd_version, NULL, NULL},

	{"evaluate", "ACTION_TYPE TARGET", 0, 2, "Decide about one action, or about a file of them", cmd_evaluate, evaluate_options,
	 "Action types: read_file, write_file, execute_command, git_operation (the verb in\n"
	 "--operation, its operands in TARGET), mcp_tool_call (TARGET is server:tool),\n"
	 "network_request, pull_request.\n"
	 "\n"
	 "Exit status: 0 allowed, 3 needs approval, 4 blocked, 1 error, 2 usage.\n"
	 "With --batch: 0 when every line was decided, 1 when some line was in error.\n"},

	{"policy list", "", 0, 0, "List the bundled policy packs", cmd_policy_list, list_options, NULL},
	{"policy describe", "PACK_ID", 1, 1, "Show a bundled pack: title, version, description, rules", cmd_policy_describe,
	 list_options, NULL},
	{"policy init", "", 0, 0, "Write a policy to start from", cmd_policy_init, policy_init_options,
	 "Writes .cavra/policy.yaml, which inherits the baseline pack. An existing file is\n"
	 "kept unless --force is given.\n"},
	{"policy validate", "PATH", 1, 1, "Check a policy file, or a directory with policy.yaml", cmd_policy_validate,
	 validate_options, NULL},
	{"policy lint", "PATH", 1, 1, "Say what is wrong with a policy, or probably not meant", cmd_policy_lint, diff_options,
	 "PATH is a file, a directory with policy.yaml, or a pack id. Blockers keep the\n"
	 "policy from being used; warnings are about patterns that others cover, that match\n"
	 "nothing or that allow more than they seem to.\n"
	 "\n"
	 "Exit status: 0 no blocker, 1 a blocker or an error, 2 usage.\n"},
	{"policy test", "", 0, 0, "Run the cases of a policy's tests: section, and the built-in ones", cmd_policy_test, test_options,
	 "Also counts how many of the policy's own rules some case of its own reaches.\n"
	 "Built-in are what holds for every policy (the guard protects itself), and what is\n"
	 "expected of one that is about such things: secrets in .env when it names that,\n"
	 "terraform when it names that, pushes with a git section, servers with an mcp one.\n"
	 "\n"
	 "Exit status: 0 all cases pass, 1 one does not or an error, 2 usage.\n"},
	{"policy simulate", "SCENARIOS", 0, 1, "Decide about scenarios of your own; writes nothing", cmd_policy_simulate,
	 simulate_options, SIMULATE_HELP},
	{"policy dry-run", "SCENARIOS", 0, 1, "The same as policy simulate", cmd_policy_simulate, simulate_options,
	 SIMULATE_HELP},
	{"policy replay", "DECISIONS", 1, 1, "Say what a policy would have decided about recorded decisions", cmd_policy_replay,
	 replay_options,
	 "DECISIONS is a file (- is standard input) with one decision record a line, as\n"
	 "evaluate --json prints them or the ledger holds them. Counts what would be\n"
	 "answered differently, by rule and by repository, with examples; and what cannot\n"
	 "be decided again, because the record does not say where a rename ends or what\n"
	 "the arguments of a tool were.\n"
	 "\n"
	 "Exit status: 0 nothing, 5 something would be answered differently, 1 an error,\n"
	 "2 usage.\n"},
	{"policy suggest", "DECISIONS", 1, 1, "Suggest allow rules that would have answered what was asked", cmd_policy_suggest,
	 replay_options,
	 "DECISIONS is a file with one decision record a line, as for policy replay, of a\n"
	 "time in mode audit_only for example. Suggests the fewest patterns for\n"
	 "commands.allow, none of which lets more pass than its program is known to do\n"
	 "harmlessly, tries them on the same records, and prints YAML to be looked at and\n"
	 "merged into a policy. Nothing is suggested for what is blocked, severe, not\n"
	 "understood, or does something elsewhere.\n"
	 "\n"
	 "Exit status: 0 done, 1 an error or another answer would change, 2 usage.\n"},
	{"explain", "ACTION_TYPE TARGET", 2, 2, "Show what an action really does and which rule met what",
	 cmd_policy_explain, explain_options, NULL},
	{"policy explain", "ACTION_TYPE TARGET", 2, 2, "The same as cavra explain",
	 cmd_policy_explain, explain_options, NULL},
	{"policy compile", "", 0, 0, "Print the policy in force with everything it inherits, as JSON", cmd_policy_compile,
	 compile_options, NULL},
	{"policy keygen", "", 0, 0, "Make an Ed25519 key pair to sign policies with", cmd_policy_keygen, keygen_options,
	 "Writes ID.private.pem, which only you can read, and ID.public.pem. A key that is\n"
	 "there is never overwritten. ID is local-policy-signing-key unless --key-id is\n"
	 "given.\n"},
	{"policy sign", "PATH", 1, 1, "Sign a policy file, a directory with policy.yaml, or a packet", cmd_policy_sign, sign_options,
	 "Writes PATH.sig.json, over what the policy says and all that it inherits; of a\n"
	 "packet that lifecycle-plan has written, over the packet. An encrypted private key\n"
	 "asks for its passphrase at the terminal. Without a key the file holds a digest,\n"
	 "which anybody can write.\n"},
	{"policy verify", "PATH", 1, 1, "Say who has signed a policy file", cmd_policy_verify, verify_options,
	 "The key that you give decides which signatures count.\n"
	 "\n"
	 "Exit status: 0 verified, 3 integrity only (no key was given, so nobody vouches for\n"
	 "it), 1 not verified or an error, 2 usage.\n"},

	{"policy diff", "LEFT RIGHT", 2, 2, "Compare two policies, each a file, a directory or a pack id", cmd_policy_diff,
	 diff_options,
	 "Compares what is in force, inheritance included, and says of each change whether\n"
	 "it tightens or loosens. What cannot be shown to be as strict as before loosens.\n"
	 "\n"
	 "Exit status: 0 no difference, 5 different, 1 error, 2 usage.\n"},

	{"policy catalog", "", 0, 0, "List the packs there are, with how many rules each has", cmd_policy_catalog,
	 catalog_options, CATALOG_HELP},
	{"policy catalogue", "", 0, 0, "The same as policy catalog", cmd_policy_catalog, catalog_options, CATALOG_HELP},
	{"policy draft", "DRAFT", 1, 1, "Print a draft as the policy.yaml that it would become", cmd_policy_draft, diff_options,
	 "DRAFT is YAML or JSON: a policy, or an object with id, title, description, version,\n"
	 "inherits and mode beside its sections. A draft without a version gets today's.\n"
	 "\n"
	 "Exit status: 0 valid, 1 invalid or an error, 2 usage.\n"},
	{"policy publish-plan", "DRAFT", 1, 1, "Say what publishing a draft would change, and how risky that is",
	 cmd_policy_publish_plan, diff_options,
	 "Compares with the pack of the same id, in --pack-dir or bundled. Writes nothing.\n"
	 "\n"
	 "Exit status: 0 valid, 1 invalid or an error, 2 usage.\n"},
	{"policy publish-request", "DRAFT", 1, 1, "Print the approval that publishing a draft needs, to be decided",
	 cmd_policy_publish_request, publish_request_options,
	 "It names what would be published and what that replaces. Whoever approves sets\n"
	 "state, decided_by, decided_at and decision_reason.\n"},
	{"policy publish", "DRAFT", 1, 1, "Publish a draft into a pack directory, when an approval says so", cmd_policy_publish,
	 publish_options,
	 "Writes DIR/<id>/policy.yaml and its signature in one step, and keeps every version\n"
	 "that was published. An approval holds once, for this change only.\n"},
	{"policy rollback", "PACK_ID", 1, 1, "Publish a version again that was published before", cmd_policy_rollback,
	 rollback_options,
	 "Needs an approval of that version: policy publish-request of the policy.yaml that\n"
	 "is kept in DIR/PACK_ID/versions.\n"},
	{"policy lifecycle-plan", "", 0, 0, "Write what releasing a policy takes, as JSON files", cmd_policy_lifecycle_plan,
	 lifecycle_plan_options,
	 "Looks at the policy by itself, whatever is in force here: lints it, runs the six\n"
	 "required cases and its own, compares it with the previous one, and writes a plan\n"
	 "and its seven parts; with a reference to evidence also the packet that\n"
	 "lifecycle-readiness judges. Nothing else is changed.\n"},
	{"policy lifecycle-readiness", "PACKET", 1, 1, "Say whether the evidence for releasing a policy holds",
	 cmd_policy_lifecycle_readiness, lifecycle_readiness_options,
	 "Believes nothing in the packet: lints, tests and compares the policy again, looks\n"
	 "up references to files beside the packet, with --directory also the commit in a\n"
	 "clone, and verifies the signature of the packet, which live evidence must have.\n"
	 "The policy is the pack that the packet names, or --policy-file.\n"
	 "\n"
	 "Exit status: 0 ready, 1 something blocks or an error, 2 usage.\n"},

	{"policy rollout-plan", "", 0, 0, "Say what changing the rollout of a policy means, and how risky that is",
	 cmd_policy_rollout_plan, rollout_plan_options,
	 "Reads records of rollouts, as docs/rollouts.md describes them. Writes nothing.\n"},

	{"evidence bundle", "", 0, 0, "Make a bundle of evidence of what was decided", cmd_evidence_bundle, bundle_options,
	 "Takes decisions from the ledger, with the proofs that they are in it, and writes\n"
	 "the bundle into .cavra/evidence/latest, or to --output. Without a key the manifest\n"
	 "holds a digest, which anybody can write.\n"},
	{"evidence verify", "BUNDLE", 1, 1, "Say whether a bundle of evidence is what somebody has signed", cmd_evidence_verify,
	 evidence_verify_options,
	 "Nothing in the manifest is believed before its signature holds. Then the bundle\n"
	 "must hold exactly the files that it lists, and what they say must fit together.\n"
	 "The key that you give decides which signatures count.\n"
	 "\n"
	 "Exit status: 0 verified, 3 integrity only (no key was given, so nobody vouches for\n"
	 "it), 1 not verified or an error, 2 usage.\n"},
	{"evidence verify-attestation", "BUNDLE", 1, 1, "Make the attestation of a bundle again, and compare", cmd_evidence_verify_attestation,
	 verify_attestation_options,
	 "Writes pr-attestation-verification.json and .md into .cavra/evidence/attestation,\n"
	 "or to --output.\n"
	 "\n"
	 "Exit status: 0 valid, 3 valid and nobody vouches for it, 1 not valid or an error,\n"
	 "2 usage.\n"},
	{"evidence retention-policy", "BUNDLE", 1, 1, "Write how long a bundle is to be kept, for longer or on hold", cmd_evidence_retention_policy,
	 retention_policy_options,
	 "Writes retention-policy.json and .md into .cavra/evidence/retention, or to\n"
	 "--output. A retention can be extended, never shortened.\n"},
	{"evidence storage-plan", "BUNDLE", 1, 1, "Write where the files of a bundle are to be kept, and how", cmd_evidence_storage_plan,
	 storage_plan_options,
	 "Writes immutable-storage-plan.json and .md into .cavra/evidence/storage, or to\n"
	 "--output. Nothing is sent anywhere.\n"},
	{"evidence store", "BUNDLE", 1, 1, "Keep a bundle where nobody can delete it before its time", cmd_evidence_store, store_options,
	 "Verifies the bundle, uploads its files locked for as long as its retention policy\n"
	 "says, reads bytes and locks back, and writes a receipt of what the service said\n"
	 "into .cavra/evidence/storage, or to the file --output. Run again, it uploads\n"
	 "nothing, and locks for longer when asked to; a lock is never shortened. Each run\n"
	 "that ends well is an entry of the ledger.\n"
	 "\n"
	 "Credentials are those of the providers' own tools: AWS_ACCESS_KEY_ID,\n"
	 "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or AWS_PROFILE of\n"
	 "~/.aws/credentials; AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN.\n"
	 "\n"
	 "Exit status: 0 stored, 3 stored and nobody vouches for it, 5 something else or a\n"
	 "longer lock is there, 1 an error, 2 usage.\n"},
	{"evidence index", "BUNDLE", 1, 1, "Put a bundle on record, so that it can be found again", cmd_evidence_index, index_options,
	 "Verifies the bundle and keeps what it was found to be. What is on record is never\n"
	 "changed.\n"
	 "\n"
	 "Exit status: 0 on record, 5 the session is on record with another bundle, 1 an\n"
	 "error, 2 usage.\n"},
	{"evidence search", "", 0, 0, "Find bundles that were indexed, the newest first", cmd_evidence_search, search_options, NULL},
	{"evidence migrate", "", 0, 0, "Bring the database of the index to the version of this program", cmd_evidence_migrate,
	 migrate_options, "Makes it when it is not there. index does the same by itself.\n"},
	{"evidence siem-event", "BUNDLE", 1, 1, "Print the event about a bundle that a SIEM takes", cmd_evidence_siem_event, siem_event_options,
	 "Made from the evidence of the bundle; the time is that of the bundle. A bundle\n"
	 "that does not verify is refused.\n"},
	{"evidence export-siem", "BUNDLE", 1, 1, "Write the evidence of a bundle in the forms that SIEMs take", cmd_evidence_export_siem, export_siem_options,
	 "Writes into .cavra/evidence/export, or the directory --output, and prints the\n"
	 "names of the files. Nothing is sent. A bundle that does not verify is refused.\n"},
	{"evidence compliance", "BUNDLE", 1, 1, "Say which controls the decisions of a bundle are evidence of", cmd_evidence_compliance, compliance_options,
	 "Prints Markdown, or JSON with --json: for each control of each framework the\n"
	 "rules and decisions that are evidence of it, counted by outcome; a control without\n"
	 "says so. A bundle that does not verify is refused.\n"},
	{"evidence frameworks", "", 0, 0, "List the frameworks that decisions are mapped to", cmd_evidence_frameworks, list_options, NULL},
	{"evidence generate-keypair", "", 0, 0, "Make an Ed25519 key pair to sign evidence with", cmd_evidence_generate_keypair,
	 generate_keypair_options,
	 "Writes evidence-ed25519-private.pem, which only you can read, and\n"
	 "evidence-ed25519-public.pem into .cavra/keys, unless --private-key and\n"
	 "--public-key name other files. A key that is there is never overwritten.\n"},
	{"evidence trust-root", "PUBLIC_KEY", 1, 1, "Write down whose a public key is, and from when to when it counts", cmd_evidence_trust_root,
	 trust_root_options,
	 "Writes .cavra/keys/evidence-trust-root.json, or the file --output.\n"},
	{"evidence trust-bundle", "TRUST_ROOT...", 1, ARGS_MAX_OPERANDS, "Put trust roots together, signed with a root key", cmd_evidence_trust_bundle,
	 trust_bundle_options,
	 "Writes .cavra/keys/evidence-trust-roots.json, or the file --output. The operands\n"
	 "are trust roots, or bundles of them.\n"},
	{"evidence trust-distribution", "TRUST_ROOT...", 1, ARGS_MAX_OPERANDS, "Write a package of trust roots to hand out", cmd_evidence_trust_distribution,
	 trust_distribution_options,
	 "Writes the signed bundle, a signed manifest, a page and checksums into\n"
	 ".cavra/keys/trust-root-distribution, or the directory --output.\n"},
	{"evidence verify-trust-distribution", "DIRECTORY", 1, 1, "Say whether a package of trust roots is what the root has signed",
	 cmd_evidence_verify_trust_distribution, verify_distribution_options,
	 "Manifest and bundle must be signed with the key of the root, the page and the\n"
	 "checksums be what they give, and there be nothing else.\n"
	 "\n"
	 "Exit status: 0 verified, 3 integrity only (no key was given, so nobody vouches for\n"
	 "it), 1 not verified or an error, 2 usage.\n"},

	{"ledger status", "", 0, 0, "Say what the ledger holds, and how much of it is on disk and in a checkpoint", cmd_ledger_status,
	 ledger_json_options, NULL},
	{"ledger show", "SEQUENCE|FROM-TO", 1, 1, "Print entries of the ledger", cmd_ledger_show, ledger_json_options,
	 "A line each: number, time, event, session; of a decision also what was decided\n"
	 "about what, and the rule. With --json the lines of the ledger as they are.\n"},
	{"ledger tail", "", 0, 0, "Print the last entries of the ledger", cmd_ledger_tail, ledger_tail_options, NULL},
	{"ledger checkpoint", "", 0, 0, "Sign how the ledger is now, and print that", cmd_ledger_checkpoint, ledger_options,
	 "Keep what it prints where this machine cannot change it: whoever rewrites or cuts\n"
	 "the ledger later is found out with it. The key is made on first use. A ledger that\n"
	 "is not what its newest checkpoint was of is not signed.\n"},
	{"ledger key", "", 0, 0, "Print the public key of the checkpoints, as verifiers of notes take it", cmd_ledger_key,
	 ledger_json_options, "With --json also as PEM, which evidence trust-root takes.\n"},
	{"ledger prove", "SEQUENCE", 0, 1, "Print a proof that an entry is in the ledger, or that the ledger only grew", cmd_ledger_prove,
	 ledger_prove_options,
	 "With SEQUENCE that this entry is in the checkpoint of --size, or in the newest;\n"
	 "with --from and --to that the later checkpoint only added to the earlier one.\n"
	 "cavra ledger verify --proof checks it, and needs the key and no ledger.\n"},
	{"ledger verify", "DIRECTORY", 0, 1, "Say whether a ledger, a copy, an export or a proof is what was written", cmd_ledger_verify,
	 ledger_verify_options,
	 "Believes nothing but the entries: reads all of them, and compares with the\n"
	 "checkpoints that are stored and with what you kept elsewhere. Says what it could\n"
	 "not check.\n"
	 "\n"
	 "Exit status: 0 verified, 3 integrity only (no key was given, so nobody vouches for\n"
	 "it), 1 not what was written or an error, 2 usage.\n"},
	{"ledger export", "DIRECTORY", 1, 1, "Write the ledger as static files that monitors of logs read", cmd_ledger_export,
	 ledger_export_options,
	 "The files of https://c2sp.org/tlog-tiles, for the checkpoint of --size or the\n"
	 "newest. DIRECTORY must be new or empty.\n"},
	{"ledger rebuild", "", 0, 0, "Make the index of the ledger again from its entries", cmd_ledger_rebuild, ledger_options,
	 "The entries are all that counts; what is derived from them can be removed.\n"},

	{"config show", "", 0, 0, "Show which policies and which mode are in force, and who says so", cmd_config_show, config_show_options,
	 "Layers, the first in command first: /etc/cavra (managed), .cavra of the project,\n"
	 "~/.config/cavra of the user. A layer more can only tighten.\n"},
	{"config validate", "", 0, 0, "Check the configuration and policies of all layers", cmd_config_validate, config_validate_options, NULL},

	{"doctor", "", 0, 0, "Prove that each installed hook blocks what it must, and look for what is wrong", cmd_doctor,
	 config_show_options,
	 "Starts every hook in the settings of Claude Code as the agent would, with a call\n"
	 "that must be blocked and a harmless one. Looks at policies, settings and programs.\n"
	 "\n"
	 "Exit status: 0 all is well, or only warnings; 5 something is wrong.\n"},

	{"init claude-code", "", 0, 0, "Install the hook into a repository's Claude Code settings", cmd_init_claude_code,
	 init_options,
	 "Adds the hook to .claude/settings.json, for every tool call and both ends of a\n"
	 "session, and keeps everything else in it;\n"
	 "writes .cavra/policy.yaml when there is none. Running it again changes nothing.\n"},
	{"agent start", "", 0, 0, "Begin a session of an agent in a repository", cmd_agent_start, agent_start_options,
	 "Records the start in the ledger, with repository, branch, commit and policy,\n"
	 "writes .cavra/session-ID.json and prints the id, for agent exec --session-id.\n"},
	{"agent exec", "COMMAND", 1, 1, "Run a command when it is allowed, and record how it ended", cmd_agent_exec,
	 agent_exec_options,
	 "Decides about COMMAND as the hook does and records that first. Bash then runs it\n"
	 "with this program's input and outputs.\n"
	 "\n"
	 "Exit status: that of the command, or 128 and the signal that ended it; 126 when it\n"
	 "is blocked or needs approval and was not run, 125 for an error before it ran, 2 usage.\n"},
	{"agent list", "", 0, 0, "List the sessions that the ledger tells of", cmd_agent_list, agent_list_options, NULL},
	{"agent show", "SESSION", 1, 1, "Show what was decided in a session", cmd_agent_show, agent_list_options, NULL},
	{"agent attest", "SESSION", 1, 1, "Attest what an agent did in a session, from the ledger", cmd_agent_attest,
	 agent_attest_options, NULL},
	{"hook", "AGENT", 1, 1, "Answer one hook call of an agent (claude-code) from standard input", cmd_hook, NULL,
	 "The same as cavra-hook AGENT, which starts faster.\n"
	 "Exit status: 0 with the answer on standard output, 2 (the call is blocked) when\n"
	 "anything is wrong.\n"},
	{"demo", "DEMO", 1, 1, "Decide about a few typical actions: before-the-agent-acts", cmd_demo, demo_options, NULL},
	{"dump", "DOCUMENT", 1, 1, "Print a manual page or a completion, made from the tables of this program", cmd_dump, NULL,
	 "Documents: cavra.1, cavra-hook.1, cavra-config.5, cavra-policy.5 (manual pages), bash, zsh, fish "
	 "(completions), json (the tables themselves). make install puts the pages and completions where "
	 "they belong.\n"},
};
const size_t commands_count = ARRAY_SIZE(commands);

const struct exit_status_row exit_statuses[] = {
	{EXIT_ALLOWED,  "The action is allowed: allow, warn, audit_only, allow_with_attestation. Of other commands: success. doctor: all is well, or only warnings."},
	{EXIT_ERROR,    "Something went wrong, and standard error says what. Of evaluate --batch: some line was in error. policy test: a case failed. policy lint: a blocker. policy lifecycle-readiness: not ready."},
	{EXIT_USAGE,    "The command line makes no sense."},
	{EXIT_APPROVAL, "evaluate: the action needs approval. policy verify, evidence verify, ledger verify: unchanged, "
			"and nobody vouches for it."},
	{EXIT_BLOCKED,  "evaluate: the action is blocked."},
	{EXIT_FINDINGS, "doctor: there is a problem. policy diff: the policies differ. "
			"policy replay: another answer would be given. evidence index, evidence store: something else is there already."},
	{EXIT_NOT_STARTED, "agent exec: an error, and the command was not started. Its other statuses are those of the command."},
	{EXIT_NOT_RUN,  "agent exec: the command is blocked or needs approval, and was not run."},
};
const size_t exit_statuses_count = ARRAY_SIZE(exit_statuses);
/* clang-format on */
