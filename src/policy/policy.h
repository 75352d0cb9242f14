/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy in force: packs loaded, validated, inherited and compiled into what src/decide/ asks. Immutable once
 * made; any number of threads may read it.
 */
#ifndef CAVRA_POLICY_POLICY_H
#define CAVRA_POLICY_POLICY_H

#include <jansson.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "policy/match.h"

enum policy_switch { SWITCH_UNSET, SWITCH_ALLOW, SWITCH_OFF, SWITCH_APPROVAL, SWITCH_BLOCK };
enum policy_mode { MODE_ENFORCE, MODE_AUDIT_ONLY, MODE_STRICT, MODE_BREAK_GLASS };

/* The reference's lists and ours; each is compiled once. */
enum policy_list_id {
	LIST_FILES_BLOCK_READ,
	LIST_FILES_BLOCK_WRITE,
	LIST_FILES_APPROVE_WRITE,
	LIST_COMMANDS_BLOCK,
	LIST_COMMANDS_APPROVE,
	LIST_COMMANDS_ALLOW,
	LIST_GIT_PROTECTED,
	LIST_MCP_ALLOWED,
	LIST_MCP_BLOCKED,
	LIST_NETWORK_ALLOW,
	LIST_NETWORK_BLOCK,
	LIST_NETWORK_APPROVE,
	POLICY_LISTS
};

/* One entry of the `rules:` section. Absent parts are empty. A rule matches an effect when all present parts match. */
struct rule_match {
	struct str program;           /* base name */
	const struct str *subcommand; /* words, in order */
	size_t n_subcommand;
	const struct str
		*flags; /* options that must all be present, as spelled in the knowledge base */
	size_t n_flags;
	struct pattern_list *operands; /* some operand matches (name patterns) */
	struct str model;              /* "terraform.mutates", "kubectl.destroys", "git.push" ... */
	struct pattern_list *model_argument; /* git.push: {dest: ...} */
	struct str effect;                   /* "file.read", "net", "mcp" ... */
	struct pattern_list *effect_pattern; /* its paths, hosts, names */
};

struct policy_rule {
	struct str id;
	struct rule_match match;
	enum cavra_outcome decision;
	enum cavra_severity severity;
	bool has_severity;
	struct str approver_group, reason, instead; /* empty: none */
};

/* See rule_index.h. */
struct rule_key {
	struct str key;
	uint32_t rule; /* its number */
	uint32_t kind; /* enum rule_key_kind */
};
enum { POLICY_RULE_EFFECTS = 9 };

/* One entry of the `tests:` section: what a pack says about itself. */
struct policy_case {
	struct str name;     /* empty: none */
	const json_t *input; /* the request */
	const json_t *facts; /* NULL: none */
	enum cavra_outcome decision;
	struct str rule; /* empty: any */
	bool has_severity;
	enum cavra_severity severity;
	const char *file; /* where it stands */
	int line, column;
};

/* What stands behind the files of a policy, the weakest first. */
enum policy_signature {
	POLICY_UNSIGNED, /* nobody has looked for a signature of some file */
	POLICY_VERIFIED, /* every file is signed by a trusted key */
	POLICY_BUNDLED,  /* there is no file: packs of our own build only */
};
/* "unsigned", "verified", "bundled" */
const char *policy_signature_name(enum policy_signature signature);

/* A file that the policy was made of, or one that would have been part of it, had it been there. */
struct policy_input {
	struct str path;
	bool is_absent;
	uint8_t digest[SHA256_BYTES]; /* of its bytes */
};

struct policy {
	struct str id, title, version, description;
	char digest[72]; /* "sha256:<hex>" of the compiled document */
	enum policy_signature signature;
	enum policy_mode mode;
	bool mode_given;                         /* metadata.mode is there */
	struct pattern_list *list[POLICY_LISTS]; /* NULL: empty */

	enum policy_switch outside_read,
		outside_write; /* SWITCH_ALLOW, SWITCH_APPROVAL or SWITCH_BLOCK */
	bool commands_readonly, commands_workspace; /* effect rules on */
	bool opaque_blocks;                         /* commands.opaque: block */
	enum policy_switch force_push;              /* on protected branches */
	bool require_pull_request, block_direct_push, require_human_reviewer,
		require_ai_attestation;
	bool mcp_block_unknown, mcp_has_section;
	enum policy_switch network_default; /* SWITCH_UNSET: no opinion */
	enum cavra_severity in_place; /* highest severity a human at the agent may approve ... */
	bool in_place_none;           /* ... unless none */
	bool hook_authoritative;      /* hook.authoritative */

	struct policy_rule *rules;
	size_t n_rules;
	const struct rule_key *rule_keys; /* sorted by kind, key and rule */
	size_t n_rule_keys;
	struct pattern_list *rule_filters[POLICY_RULE_EFFECTS]; /* NULL: none */

	/* Of the pack itself and its overlays, not of its parents; only when the source asks for them. */
	struct policy_case *cases;
	size_t n_cases;

	struct policy_input *inputs;
	size_t n_inputs;

	json_t *document; /* the compiled, normalised document, without tests; owned. NULL: kept, see cache.h */
	struct policy_origin *origins; /* what it is made of, origins.h; only when asked for */
	size_t n_origins;
	json_t *cases_json; /* what the cases point into; owned */
	struct str image;   /* the mapped file that the policy points into, empty: none; owned */
	json_t *own; /* the pack as it is written, without parents and overlays; owned, NULL without cases */
	struct arena *arena; /* owns everything else, and this struct */
};

/* Of everything that a file inherits. */
struct policy_parent {
	struct str id;
	char digest
		[72]; /* "sha256:<hex>" of its own document without tests, in the form of pack digests */
};

/* A file that is part of a policy, as it was read and before anybody relies on it. */
struct policy_file {
	const char *path;
	const char *
		real; /* where path led to when it was read; the same, and NULL too, when it is no link */
	struct str text;                     /* the very bytes that were parsed */
	const json_t *metadata;              /* its own */
	const struct policy_parent *parents; /* all, in order of effect */
	size_t n_parents;
	bool is_parent;
	/* "sha256:<hex>" of what it compiles to without overlays; NULL for overlays and parents, whose compiled form follows
	 * from their text and parents.
	 */
	const char *compiled;
};
/* An error refuses the file, and with it the policy; else what stands behind it. */
typedef int (*policy_file_check)(void *context, const struct policy_file *file,
				 struct cavra_error *error);

/* Where packs come from. All pointers borrowed. */
struct policy_source {
	const char *
		pack_dir; /* directory of <id>/policy.yaml searched before the embedded packs; NULL: embedded only */
	bool want_cases;         /* fill in policy->cases */
	bool want_origins;       /* keep the documents, for policy_find_place() */
	policy_file_check check; /* NULL: files are not looked at, and the policy is unsigned */
	void *check_context;
	int64_t now; /* microseconds since 1970, for exceptions to end; 0: all have */
	bool only_looks; /* exceptions count without a verified signature, since nobody decides by the policy: to sign,
			       * to compare, to find mistakes */
};

struct load_request {
	const char *path; /* a file, or a directory with policy.yaml; or */
	struct str
		text; /* YAML that counts in place of what stands in the file `path`, which need not be there; empty: read it */
	const char *id;              /* of a pack; its syntax is checked, it is never a path */
	const char *const *overlays; /* as path; each is merged on top of what stands before it */
	size_t n_overlays;
};

/* Errors: CAVRA_ERR_POLICY and CAVRA_ERR_INPUT with file, line and column, what is wrong and what to write
 * instead; CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_LIMIT, CAVRA_ERR_MEMORY.
 */
int policy_load(const struct policy_source *source, const struct load_request *request,
		struct policy **ret_policy, struct cavra_error *error);
/* The same for a path, ... */
int policy_load_file(const struct policy_source *source, const char *path,
		     const char *const *overlays, size_t n_overlays, struct policy **ret_policy,
		     struct cavra_error *error);
/* ... and for a pack. */
int policy_load_pack(const struct policy_source *source, const char *id,
		     const char *const *overlays, size_t n_overlays, struct policy **ret_policy,
		     struct cavra_error *error);
void policy_free(struct policy *policy);

/* As policy_load_file(), but goes on after a mistake and visits each, at most LIMIT_POLICY_MISTAKES, file by file from top to
 * bottom. Returns 0 when there was none, else the code of the first one, which *error is set to.
 */
typedef void (*policy_visitor)(void *context, const struct cavra_error *mistake);
int policy_check_file(const struct policy_source *source, const char *path, policy_visitor visit,
		      void *context, struct cavra_error *error);
/* The same for any request. */
int policy_check(const struct policy_source *source, const struct load_request *request,
		 policy_visitor visit, void *context, struct cavra_error *error);

/* The embedded packs, sorted by id. */
struct policy_pack {
	const char *id;
	const char *text; /* YAML, as written */
	size_t length;
	const char *json; /* the same without its test cases */
	size_t json_length;
};
extern const struct policy_pack policy_packs[];
extern const size_t policy_packs_count;

#endif
