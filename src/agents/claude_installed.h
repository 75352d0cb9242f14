/* SPDX-License-Identifier: Apache-2.0
 *
 * Hooks of ours in Claude Code's settings, and what about them would let a call run unjudged. Field names as in the
 * type definitions of @anthropic-ai/claude-agent-sdk.
 */
#ifndef CAVRA_AGENTS_CLAUDE_INSTALLED_H
#define CAVRA_AGENTS_CLAUDE_INSTALLED_H

#include "json/document.h"

enum { CLAUDE_HOOKS_MAX = 16, CLAUDE_FLAWS_MAX = 12 };

/* One hook that an installation wrote, or that a person wrote by hand. Borrows from the document. */
struct claude_hook {
	const json_t *group, *entry; /* the matcher's and its own object */
	struct str command;
	const json_t *args; /* NULL: a shell runs the command */
	double timeout;     /* seconds */
	int line, column;   /* of the entry */
};

/* The PreToolUse hooks that run cavra-hook or "cavra hook", at most CLAUDE_HOOKS_MAX. */
size_t claude_hooks_find(const struct document *settings, struct claude_hook *ret_hooks);

struct claude_flaw {
	bool serious; /* a call can get past the hook */
	const char *text, *remedy;
};
/* What is wrong with how it is installed, at most CLAUDE_FLAWS_MAX. limit: seconds that the hook itself takes at most. */
size_t claude_hook_flaws(const struct claude_hook *hook, double limit,
			 struct claude_flaw *ret_flaws);

/* Where settings stand; in the project, in the home directory, or absolute. */
enum claude_settings_place { CLAUDE_PROJECT, CLAUDE_HOME, CLAUDE_MACHINE };
struct claude_settings_file {
	enum claude_settings_place place;
	const char *path;
};
extern const struct claude_settings_file claude_settings_files[];
extern const size_t claude_settings_files_count;

#endif
