/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs shfmt and walks its tree.
 */
#include "shfmt.h"

#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 64 };

struct walk {
	struct checker *checker;
	const struct shell_result *result;
	struct str text;
	FILE *out;
	unsigned missing;
	unsigned long calls;
};

static pid_t start(int in, int out, char *const *argv)
{
	static char *const none[] = {NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	int failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, none);
	posix_spawn_file_actions_destroy(&actions);
	return failed ? -1 : pid;
}

static int run_shfmt(int in, int out, bool version)
{
	static char name[] = "shfmt", json[] = "--to-json", language[] = "-ln=bash",
		    number[] = "--version";
	char *const tree[] = {name, json, language, NULL}, *const show[] = {name, number, NULL};
	pid_t pid = start(in, out, version ? show : tree);
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool shfmt_exists(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool exists = null >= 0 && run_shfmt(null, null, true) == 0;
	if (null >= 0)
		close(null);
	return exists;
}

/* NULL when shfmt does not read the text. */
static json_t *tree_of(struct str text)
{
	int in = memfd_create("text", MFD_CLOEXEC), out = memfd_create("tree", MFD_CLOEXEC);
	json_t *tree = NULL;
	if (in >= 0 && out >= 0 && write(in, text.p, text.n) == (ssize_t)text.n &&
	    lseek(in, 0, SEEK_SET) == 0 && run_shfmt(in, out, false) == 0 &&
	    lseek(out, 0, SEEK_SET) == 0)
		tree = json_loadfd(out, 0, NULL);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return tree;
}

static const char *type_of(json_t *node)
{
	const char *type = json_string_value(json_object_get(node, "Type"));
	return type ? type : "";
}

static bool is_type(json_t *node, const char *type)
{
	return strcmp(type_of(node), type) == 0;
}

/* Appends the text of a literal part; false when it is anything else. */
static bool add_part(struct arena *arena, json_t *part, bool quoted, struct str *text)
{
	const char *value = json_string_value(json_object_get(part, "Value"));
	if (is_type(part, "Lit") && value && !strpbrk(value, quoted ? "\\$`" : "\\*?[]{}~$`!+@(="))
		*text = arena_join(arena, *text, str_from(value));
	else if (is_type(part, "SglQuoted") && value &&
		 !json_is_true(json_object_get(part, "Dollar")))
		*text = arena_join(arena, *text, str_from(value));
	else
		return false;
	return true;
}

static bool literal_word(struct arena *arena, json_t *word, struct str *ret_text)
{
	json_t *part, *inner;
	size_t i, k;
	struct str text = STR("");
	json_array_foreach (json_object_get(word, "Parts"), i, part) {
		if (!is_type(part, "DblQuoted")) {
			if (!add_part(arena, part, false, &text))
				return false;
			continue;
		}
		json_array_foreach (json_object_get(part, "Parts"), k, inner)
			if (!add_part(arena, inner, true, &text))
				return false;
	}
	*ret_text = text;
	return true;
}

static bool is_covered(const struct shell_result *result, const struct str *argv, size_t argc)
{
	for (const struct shell_command *command = result->commands; command;
	     command = command->next)
		if (command->kind != SHELL_REDIRECT && command->kind != SHELL_SOURCE &&
		    shell_covers(command, argv, argc))
			return true;
	return false;
}

/* Made-up programs only: builtins are interpreted, and need not be listed. */
static void compare_call(struct walk *walk, json_t *call)
{
	struct str argv[WORDS_MAX] = {{NULL, 0}};
	json_t *words = json_object_get(call, "Args"), *word;
	size_t i;
	if (json_array_size(words) == 0 || json_array_size(words) > WORDS_MAX)
		return;
	json_array_foreach (words, i, word)
		if (!literal_word(&walk->checker->arena, word, &argv[i]))
			return;
	if (!str_starts(argv[0], STR("cmd_")))
		return;
	walk->calls++;
	if (is_covered(walk->result, argv, json_array_size(words)))
		return;
	walk->missing++;
	fputs("# shfmt sees ", walk->out);
	for (i = 0; i < json_array_size(words); i++) {
		print_quoted(walk->out, argv[i]);
		fputc(' ', walk->out);
	}
	fputs("in ", walk->out);
	print_quoted(walk->out, walk->text);
	fputc('\n', walk->out);
}

/* Functions may never be called and loops may have no words, so what is inside them need not be there. */
static void walk_tree(struct walk *walk, json_t *node)
{
	const char *key;
	json_t *child;
	size_t i;
	if (is_type(node, "FuncDecl") || is_type(node, "ForClause"))
		return;
	if (is_type(node, "CallExpr"))
		compare_call(walk, node);
	if (json_is_object(node))
		json_object_foreach (node, key, child)
			walk_tree(walk, child);
	json_array_foreach (node, i, child)
		walk_tree(walk, child);
}

/* Aliases and functions change what a call runs. shfmt drops carriage returns and continues comments, Bash
 * does neither.
 */
static bool is_read_differently(struct str text)
{
	bool comment = str_find_char(text, '#') != STR_NPOS &&
		       str_find(text, STR("\\\n")) != STR_NPOS;
	return comment || str_find(text, STR("alias")) != STR_NPOS ||
	       str_find(text, STR("cmd_a()")) != STR_NPOS || str_find_char(text, '\r') != STR_NPOS;
}

unsigned shfmt_compare(struct checker *checker, struct str text, FILE *out, unsigned long *calls)
{
	struct shell_result result;
	if (is_read_differently(text))
		return 0;
	json_t *tree = tree_of(text);
	if (!tree)
		return 0;
	struct walk walk = {.checker = checker, .result = &result, .text = text, .out = out};
	if (check_analysis(checker, text, &result) && !result.opaque)
		walk_tree(&walk, tree);
	json_decref(tree);
	*calls += walk.calls;
	return walk.missing;
}
