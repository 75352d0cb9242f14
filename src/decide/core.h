/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the decision core: one decider per request collects effects and findings. Private to src/decide/.
 *
 *	decide.c     a request to the functions below, and findings to the decision
 *	findings.c   effects and findings
 *	paths.c      canonical paths, links, file effects        protect.c  what CAVRA itself needs
 *	arguments.c  argv and the knowledge base to roles        unwrap.c   roles to effects and inner commands
 *	commands.c   command rules                               git.c      what Git would push, delete, rewrite
 *	network.c    hosts and URLs                              code.c     program text in other languages
 *	standard_input.c  programs that run what they are fed    later.c    what the rest of the request makes of lookups
 *	mcp.c  records.c  adapters.c  actions that are not files, commands or Git
 *
 * Everything lives in the decider's armed arena: an allocation succeeds or jumps back to decide().
 */
#ifndef CAVRA_DECIDE_CORE_H
#define CAVRA_DECIDE_CORE_H

#include "decide/decide.h"
#include "decide/knowledge.h"
#include "shell/shell.h"

struct decider {
	const struct policy *policy;
	const struct request *request;
	const struct resolver *resolver; /* never NULL */
	enum policy_mode mode;
	bool glass_broken;
	struct arena *arena;
	struct shell_budget budget;
	struct str workspace; /* absolute, canonical; empty: unknown */

	struct effect *effects;
	struct effect **effects_tail;
	size_t n_effects;
	struct finding_node *findings;
	struct finding_node **findings_tail;
	size_t n_findings;

	struct found *found;     /* see found.h */
	struct made_link *links; /* symbolic links that the text itself makes */
	bool unresolved;         /* a link or a directory was met that nobody could read */
	const struct shell_assign *checked_assigns;
	struct stage *stages;    /* commands of pipelines, newest first */
	int pipelines;           /* numbers given to pipelines so far */
	bool in_git_code;        /* judging what Git runs by itself */
	bool git_config_changed; /* the text changes Git's configuration */
	bool makes_repository;   /* the text makes or fetches one */
	bool moves_branch;       /* the text has moved to another branch, */
	struct value branch;     /* to this one */
	bool defines_functions;  /* the text does */
	bool relies_on_names;    /* patterns were taken for text, as no file meets them */
	bool reads_scripts;      /* scripts were judged by their content */
	bool lists_trees;        /* what is read below a directory was looked up */
	bool brings_files;       /* something unpacks files, or has Git bring some back */
	struct later *later;     /* see later.h */
	bool loads_library; /* understood code loads a library that files beside it would replace */
	int nesting;        /* commands inside commands */
	bool exhausted;     /* a cap was met; already an opaque finding */
};

struct finding_node {
	struct finding finding;
	struct finding_node *next;
};

/* Where and how something runs. */
struct scope {
	const struct value *cwds; /* at least one */
	size_t n_cwds;
	const struct shell_assign *assigns;
	const struct value *input;        /* known standard input, NULL: unknown */
	const struct value **descriptors; /* see shell.h */
	const struct shell_name *shows;   /* see shell.h */
	bool piped_in;                    /* standard input is a pipe or a file */
	bool shares_script; /* standard input is where a shell around it reads its next line from */
	const struct shell_command *feeder; /* see shell.h */
	const struct selection *selection;  /* which files below a tree are touched; NULL: all */
	bool makes_below;                   /* what is written may be a tree of new files */
	bool remote; /* elsewhere: paths are not ours, file rules hold as "may" */
	bool surely;
	struct span span;   /* in the request's target */
	bool literal_spans; /* spans of nested text count from span.from */
	int pipeline;
	unsigned redirect_files; /* enum file_verdict of its redirections */
	bool redirect_writes;
};
struct scope scope_of_request(struct decider *d);

/* ---- findings.c ---- */

struct effect *effect_add(struct decider *d, enum effect_kind kind, struct str shown,
			  const struct scope *scope);
/* certainty is MATCH_MUST and everything optional is empty in the result; the caller may fill it in. */
struct finding *finding_add(struct decider *d, const struct effect *effect,
			    enum cavra_outcome decision, enum cavra_severity severity,
			    const char *rule_id);
/* The same for what holds where no rule meets the effect. */
struct finding *finding_add_default(struct decider *d, const struct effect *effect,
				    enum cavra_outcome decision, enum cavra_severity severity,
				    const char *rule_id);
bool finding_stricter(const struct finding *a, const struct finding *b);
/* An allow that a rule says, not just the absence of one that forbids? */
bool allows_by_rule(const char *rule_id);
/* Makes it the finding that decides. */
void decision_take(struct decision *decision, const struct finding *first);
/* commands.opaque.require_approval, a block when the policy or the mode says so. */
void finding_opaque(struct decider *d, const struct effect *effect, struct str reason,
		    struct span span);
/* The same for text that Bash refuses as a whole: commands.refused.require_approval. */
void finding_refused(struct decider *d, struct str reason, struct span span);

/* ---- paths.c ---- */

/* kind: EFFECT_FILE_*. path: as named, relative to each of the scope's directories. tree: everything below, too. Adds the
 * effect and what the file rules say.
 */
enum file_verdict {
	FILE_OUTSIDE = 1,  /* perhaps outside the workspace and the temporary directory */
	FILE_UNKNOWN = 2,  /* not fully known */
	FILE_FOUND = 4,    /* a rule met it */
	FILE_HARMLESS = 8, /* /dev/null and its kin */
};
unsigned file_effect(struct decider *d, enum effect_kind kind, struct value path, bool tree,
		     const struct scope *scope);
/* A word of which nobody knows what it is to the program: if a file rule would meet it, that is a finding with
 * certainty MATCH_MAY. Adds nothing otherwise.
 */
void file_suspicion(struct decider *d, struct value path, const struct scope *scope);
/* The same where the word is at most written, never read. */
void file_write_suspicion(struct decider *d, struct value path, const struct scope *scope);

/* ---- rules.c: what the pack's own rules say to an effect; true when one that does not allow meets it ---- */

struct file_subject {
	const struct value *names;
	size_t n_names;
	bool tree, perhaps;
};
bool rules_for_file(struct decider *d, const struct effect *effect,
		    const struct file_subject *file);
bool rules_for_host(struct decider *d, const struct effect *effect, struct value host,
		    unsigned port);
/* MCP servers and tools, records, pull requests. */
bool rules_for_name(struct decider *d, const struct effect *effect, struct value name);
bool rules_for_push(struct decider *d, const struct effect *effect, struct value branch);

/* ---- printed.c ---- */

/* What the only command of a substitution prints, see struct shell_env. context: the decider. */
bool printed_value(void *context, const struct shell_command *source,
		   struct shell_printed *ret_printed);

/* ---- unwrap.c ---- */

/* Shell text; text must be known. */
void shell_text(struct decider *d, struct str text, const struct scope *scope);
/* May the shell, or what else runs the text, read it in another way than Bash, so that its analysis tells too little? */
bool dialect_differs(struct str shell, struct str text);
/* The same of text that a program hands to system(): /bin/sh runs it, which may be any shell. */
void system_text(struct decider *d, struct str text, const struct scope *scope);
/* One command as words, unwrapped and judged. */
void run_words(struct decider *d, const struct word *words, size_t n, const struct scope *scope);

/* ---- code.c ---- */

/* What the files that a program text names add up to. */
struct touched {
	unsigned files; /* enum file_verdict */
	bool writes;
};
/* Program text of `language` ("python", "awk", "sed" ...). Adds the effects that it surely or perhaps has, and to *touched.
 * Returns true when the text is understood completely and does nothing but what was added; false when it may do anything.
 */
bool code_text(struct decider *d, const char *language, struct str text, const struct scope *scope,
	       struct touched *touched);

/* When all effects are known: adds a finding when something in the request may have replaced a library that code_text()
 * relied on.
 */
void code_finish(struct decider *d);

/* ---- network.c ---- */

/* A URL or [user@]host[:port]; file: URLs are reads. Adds the effect and what the network rules say. *ret_allowed: a
 * rule of network.allow surely holds.
 */
void net_effect(struct decider *d, struct value target, bool is_url, const struct scope *scope,
		bool *ret_allowed);

/* ---- git.c ---- */

/* A push as Git understands it: remote and refspecs as written, options as flags. */
struct git_push {
	const struct word *remote; /* NULL: none given */
	const struct word *refspecs;
	size_t n_refspecs;
	bool force, delete, all, mirror, tags_only;
};
void git_push_effect(struct decider *d, const struct git_push *push, const struct scope *scope);

/* ---- mcp.c, records.c, adapters.c: whole requests ---- */

void mcp_request(struct decider *d);
void release_record_request(struct decider *d);
void pull_request_request(struct decider *d);
/* Knows the action type? Then it was judged. */
bool adapter_request(struct decider *d);

#endif
