/* SPDX-License-Identifier: Apache-2.0 */
#include "decide/lint_commands.h"

#include "base/limits.h"
#include "decide/decide.h"
#include "decide/knowledge.h"
#include "json/json.h"
#include "json/pointer.h"

enum { CHAIN_MAX = 8, TOLD_OPTIONS = 4 };

/* The program that a pattern names and its subcommands, each with the pattern's text behind its word. */
struct chain {
	struct {
		const struct known_command *command;
		struct str front, rest;
	} link[CHAIN_MAX];
	size_t n;
};

static void find_chain(struct str pattern, struct chain *ret)
{
	struct str rest = pattern, word;
	const struct known_command *at = NULL;
	ret->n = 0;
	while (ret->n < CHAIN_MAX && str_split(&rest, ' ', &word)) {
		at = at ? knowledge_subcommand(at, word) : knowledge_find(word);
		if (!at)
			break;
		ret->link[ret->n].command = at;
		ret->link[ret->n].front = str_first(pattern, pattern.n - rest.n);
		ret->link[ret->n].rest = rest;
		ret->n++;
	}
}

static bool runs_value(const struct known_option *option)
{
	if (!option->n_roles)
		return false;
	switch ((enum role)option->roles[0]) {
	case ROLE_CODE:
	case ROLE_CODE_OR_FILE:
	case ROLE_SHELL:
	case ROLE_SHELL_VALUE:
	case ROLE_ARGV:
	case ROLE_ARGV_SHELL:
	case ROLE_EXEC:
	case ROLE_MODULE:
		return true;
	case ROLE_CONFIG: /* judged by its key */
	case ROLE_SCRIPT: /* a file of the workspace is the project's own, and file rules see any other */
	case ROLE_NONE:
	case ROLE_LOOK:
	case ROLE_READ:
	case ROLE_WRITE:
	case ROLE_EDIT:
	case ROLE_DELETE:
	case ROLE_MOVE:
	case ROLE_INTO:
	case ROLE_TREE_READ:
	case ROLE_TREE_WRITE:
	case ROLE_TREE_DELETE:
	case ROLE_TREE_EDIT:
	case ROLE_PREFIX:
	case ROLE_SUFFIX:
	case ROLE_AFFIX:
	case ROLE_STEM:
	case ROLE_PATCH:
	case ROLE_REPACK:
	case ROLE_LINK:
	case ROLE_NAMES:
	case ROLE_CWD:
	case ROLE_ASSIGN:
	case ROLE_HOST:
	case ROLE_URL:
	case ROLE_FETCH:
	case ROLE_LOCATION:
	case ROLE_COPY:
	case ROLE_COPY_INTO:
	case ROLE_ARCHIVE:
	case ROLE_AT_READ:
	case ROLE_NAME_AT:
	case ROLE_MOUNT:
	case ROLE_FILE_VALUE:
	case ROLE_SIGNAL:
	case ROLE_VARIABLE:
	case ROLE_REF:
	case ROLE_PATHSPEC:
	case ROLE_SELECT:
	case ROLE_EXTENSION:
	case ROLE_PATTERN:
	case ROLE_UNKNOWN:
	case ROLES:
		break;
	}
	return false;
}

/* Asks the policy about the command with the option behind the word that it belongs to, and a value that nobody
 * understands.
 */
static bool lets_pass(const struct lint *lint, struct str front, const char *option,
		      struct str rest)
{
	static const struct resolver nowhere = {.workspace = STR_INIT("/repo"),
						.home = STR_INIT("/home/user"),
						.tmpdir = STR_INIT("/tmp")};
	bool glued = strncmp(option, "--", 2) == 0;
	struct request request = {.action_type = STR("execute_command")};
	struct decide_options options = {.mode = MODE_ENFORCE};
	struct decision decision;
	struct arena arena;
	request.target = arena_printf(lint->arena, "%.*s %s%s')(' %.*s", STR_ARG(front), option,
				      glued ? "=" : " ", STR_ARG(rest));
	arena_init(&arena, LIMIT_DECISION_MEMORY);
	int code = decide(lint->policy, &request, &nowhere, &options, &arena, &decision, NULL);
	bool allowed = code == 0 && decision.outcome == CAVRA_ALLOW;
	arena_release(&arena);
	return allowed;
}

/* The options, for people; empty when there is none. */
static struct str passing_options(const struct lint *lint, struct str pattern)
{
	struct chain chain;
	struct str told = STR("");
	size_t n = 0;
	find_chain(pattern, &chain);
	for (size_t i = 0; i < chain.n; i++) {
		const struct known_command *command = chain.link[i].command;
		const struct known_option *options = known_command_options(command);
		for (size_t k = 0; k < command->n_options; k++) {
			const char *name = knowledge_text(options[k].name);
			if (!runs_value(&options[k]) || name[0] != '-' ||
			    !lets_pass(lint, chain.link[i].front, name, chain.link[i].rest))
				continue;
			if (++n > TOLD_OPTIONS)
				return arena_join(lint->arena, told, STR(" and others"));
			told = arena_join3(lint->arena, told, n > 1 ? STR(", ") : STR(""),
					   str_from(name));
		}
	}
	return told;
}

void lint_commands(const struct lint *lint)
{
	const json_t *list = json_get_array(json_object_get(lint->document->root, "commands"),
					    "allow");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct str pattern = json_str(json_array_get(list, i)), command = pattern;
		while (str_ends(command, STR("*")) || str_ends(command, STR(" ")))
			command.n--;
		if (command.n == pattern.n) /* takes no further options */
			continue;
		struct str options = passing_options(lint, command);
		if (options.n)
			lint_report(
				lint, false, "commands.allow.dangerous_option",
				pointer_index(lint->arena, "/commands/allow", i),
				"also allows options that run or load what they name: %.*s; ask "
				"about those under require_approval, or write the command in "
				"full",
				STR_ARG(options));
	}
}
