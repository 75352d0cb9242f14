/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/workspace.h"
#include "base/limits.h"

/* A repository in a directory of its own, which is also HOME. */
static char root[64];

static void put(const char *name, const char *text)
{
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", root, name);
	for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct str in_root(struct arena *arena, const char *name)
{
	return arena_printf(arena, "%s/%s", root, name);
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof root, "/tmp/cavra-workspace-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(setenv("HOME", root, 1), 0);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	put("repo/.git/HEAD", "ref: refs/heads/feature/x\n");
	put("repo/.git/config",
	    "[remote \"origin\"]\n\turl = u\n[include]\n\tpath = more\n[alias]\n\tst = status\n"
	    "[includeIf \"onbranch:x\"]\n\tpath = maybe\n");
	put("repo/.git/more", "[alias]\n\tst = shadowed\n\tco = checkout\n");
	put("repo/.git/maybe", "[push]\n\tdefault = matching\n");
	put(".gitconfig", "[alias]\n\tst = global\n\tglobal = log\n");
	put("repo/.env", "secret");
	put("repo/src/a.c", "x");
	put("repo/run.sh", "make\n");
	put(".ssh/id_rsa", "key");
	assert_int_equal(chdir(root), 0);
	assert_int_equal(symlink(".env", "repo/link"), 0);
	assert_int_equal(link("repo/.env", "repo/hard"), 0);
	assert_int_equal(link(".ssh/id_rsa", "repo/innocent"), 0);
	put("repo/node_modules/p/index.js", "x");
	assert_int_equal(link("repo/node_modules/p/index.js", "repo/node_modules/p/same.js"), 0);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];
	(void)state;
	assert_int_equal(chdir("/"), 0);
	(void)snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command); /* NOLINT: a path of our own making */
}

static struct workspace *open_repo(struct arena *arena)
{
	struct workspace *workspace;
	struct cavra_error error;
	arena_init(arena, MiB(4));
	if (setjmp(arena->on_full))
		fail();
	arena->armed = true;
	assert_int_equal(workspace_new("repo", NULL, true, &workspace, &error), 0);
	return workspace;
}

static void test_git(void **state)
{
	struct arena arena;
	struct workspace *workspace = open_repo(&arena);
	const struct resolver *r = workspace_resolver(workspace);
	struct str value;
	(void)state;
	assert_str(r->branch, "feature/x");
	assert_true(r->git_known);
	assert_int_equal(r->n_remotes, 1);
	assert_str(r->remotes[0], "origin");
	assert_int_equal(r->git_config(r->context, &arena, STR("alias.st"), &value), RESOLVED_YES);
	assert_str(value, "status");
	assert_int_equal(r->git_config(r->context, &arena, STR("alias.co"), &value), RESOLVED_YES);
	assert_str(value, "checkout");
	assert_int_equal(r->git_config(r->context, &arena, STR("alias.global"), &value),
			 RESOLVED_YES);
	assert_int_equal(r->git_config(r->context, &arena, STR("alias.none"), &value), RESOLVED_NO);
	/* Behind a condition: it may hold. */
	assert_int_equal(r->git_config(r->context, &arena, STR("push.default"), &value),
			 RESOLVED_UNKNOWN);
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_git_elsewhere(void **state)
{
	struct arena arena;
	(void)state;
	assert_int_equal(setenv("GIT_DIR", "/elsewhere", 1), 0);
	struct workspace *workspace = open_repo(&arena);
	const struct resolver *r = workspace_resolver(workspace);
	struct str value;
	assert_false(r->git_known);
	assert_str(r->branch, "");
	assert_int_equal(r->git_config(r->context, &arena, STR("alias.st"), &value),
			 RESOLVED_UNKNOWN);
	assert_int_equal(unsetenv("GIT_DIR"), 0);
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_worktree(void **state)
{
	struct arena arena;
	struct workspace *workspace;
	struct cavra_error error;
	(void)state;
	put("tree/.git", "gitdir: ../repo/.git/worktrees/tree\n");
	put("repo/.git/worktrees/tree/HEAD", "ref: refs/heads/other\n");
	put("repo/.git/worktrees/tree/commondir", "../..\n");
	put("tree/sub/x", "");
	arena_init(&arena, MiB(1));
	assert_int_equal(workspace_new("tree/sub", NULL, true, &workspace, &error), 0);
	assert_str(workspace_resolver(workspace)->branch, "other");
	assert_int_equal(workspace_resolver(workspace)->n_remotes, 1);
	workspace_free(workspace);

	/* The repository that counts is the one of the directory where the action happens. */
	char cwd[128];
	(void)snprintf(cwd, sizeof cwd, "%s/tree/sub", root);
	assert_int_equal(workspace_new("repo", cwd, true, &workspace, &error), 0);
	assert_str(workspace_resolver(workspace)->branch, "other");
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_links(void **state)
{
	struct arena arena;
	struct workspace *workspace = open_repo(&arena);
	const struct resolver *r = workspace_resolver(workspace);
	struct str text;
	(void)state;
	assert_int_equal(r->link(r->context, &arena, in_root(&arena, "repo/link"), &text),
			 RESOLVED_YES);
	assert_str(text, ".env");
	assert_int_equal(r->link(r->context, &arena, in_root(&arena, "repo/.env"), &text),
			 RESOLVED_NO);
	assert_int_equal(r->link(r->context, &arena, in_root(&arena, "repo/none"), &text),
			 RESOLVED_NO);
	assert_int_equal(r->link(r->context, &arena, in_root(&arena, "repo/.env/x"), &text),
			 RESOLVED_NO);
	assert_int_equal(r->link(r->context, &arena, STR("/proc/self"), &text), RESOLVED_UNKNOWN);
	assert_int_equal(r->link(r->context, &arena, STR("/proc/1/cwd"), &text), RESOLVED_UNKNOWN);
	assert_int_equal(r->directory(r->context, in_root(&arena, "repo/src")), RESOLVED_YES);
	assert_int_equal(r->directory(r->context, in_root(&arena, "repo/.env")), RESOLVED_NO);
	assert_int_equal(r->directory(r->context, in_root(&arena, "repo/none")), RESOLVED_NO);
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_same_file(void **state)
{
	struct arena arena;
	struct workspace *workspace = open_repo(&arena);
	const struct resolver *r = workspace_resolver(workspace);
	struct str *names, hard = in_root(&arena, "repo/hard");
	size_t n;
	(void)state;
	assert_int_equal(r->same_file(r->context, &arena, hard, &names, &n), RESOLVED_YES);
	assert_int_equal(n, 1);
	assert_true(str_eq(names[0], in_root(&arena, "repo/.env")));
	/* A secret of the home directory that was linked into the workspace. */
	assert_int_equal(
		r->same_file(r->context, &arena, in_root(&arena, "repo/innocent"), &names, &n),
		RESOLVED_YES);
	assert_true(str_eq(names[0], in_root(&arena, ".ssh/id_rsa")));
	assert_int_equal(
		r->same_file(r->context, &arena, in_root(&arena, "repo/src/a.c"), &names, &n),
		RESOLVED_NO);
	assert_int_equal(r->same_file(r->context, &arena, in_root(&arena, "repo/none"), &names, &n),
			 RESOLVED_NO);
	/* A package manager's links are nobody's secrets. */
	assert_int_equal(r->same_file(r->context, &arena,
				      in_root(&arena, "repo/node_modules/p/same.js"), &names, &n),
			 RESOLVED_NO);
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_trees(void **state)
{
	struct arena arena;
	struct workspace *workspace = open_repo(&arena);
	const struct resolver *r = workspace_resolver(workspace);
	struct str *names, src = in_root(&arena, "repo/src"), text;
	size_t n;
	(void)state;
	put("repo/src/lib/b.c", "");
	assert_int_equal(r->tree(r->context, &arena, src, 10, true, &names, &n), RESOLVED_YES);
	assert_int_equal(n, 3);
	assert_int_equal(r->tree(r->context, &arena, src, 10, false, &names, &n), RESOLVED_YES);
	assert_int_equal(n, 2);
	assert_int_equal(r->tree(r->context, &arena, src, 3, true, &names, &n), RESOLVED_YES);
	assert_int_equal(r->tree(r->context, &arena, src, 2, true, &names, &n), RESOLVED_UNKNOWN);
	assert_int_equal(
		r->tree(r->context, &arena, in_root(&arena, "repo/none"), 9, true, &names, &n),
		RESOLVED_NO);
	assert_int_equal(r->content(r->context, &arena, in_root(&arena, "repo/run.sh"), 5, &text),
			 RESOLVED_YES);
	assert_str(text, "make\n");
	assert_int_equal(r->content(r->context, &arena, in_root(&arena, "repo/run.sh"), 4, &text),
			 RESOLVED_UNKNOWN);
	assert_int_equal(r->content(r->context, &arena, src, 9, &text), RESOLVED_UNKNOWN);
	assert_int_equal(r->content(r->context, &arena, in_root(&arena, "repo/none"), 9, &text),
			 RESOLVED_NO);
	workspace_free(workspace);
	arena_release(&arena);
}

static void test_tmpdir(void **state)
{
	static const struct {
		const char *value, *tmpdir;
	} rows[] = {{"/var/tmp/", "/var/tmp"}, {"relative", "/tmp"}, {"/", "/tmp"}, {root, "/tmp"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct workspace *workspace;
		struct cavra_error error;
		assert_int_equal(setenv("TMPDIR", rows[i].value, 1), 0);
		assert_int_equal(workspace_new("repo", NULL, false, &workspace, &error), 0);
		assert_row(str_is(workspace_resolver(workspace)->tmpdir, rows[i].tmpdir), i);
		workspace_free(workspace);
	}
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void test_no_such_root(void **state)
{
	struct workspace *workspace = NULL;
	struct cavra_error error;
	(void)state;
	assert_int_equal(workspace_new("none", NULL, true, &workspace, &error),
			 CAVRA_ERR_NOT_FOUND);
	assert_int_equal(workspace_new("repo/.env", NULL, true, &workspace, &error),
			 CAVRA_ERR_NOT_FOUND);
	assert_null(workspace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_git),       cmocka_unit_test(test_git_elsewhere),
		cmocka_unit_test(test_worktree),  cmocka_unit_test(test_links),
		cmocka_unit_test(test_same_file), cmocka_unit_test(test_trees),
		cmocka_unit_test(test_tmpdir),    cmocka_unit_test(test_no_such_root),
	};
	return cmocka_run_group_tests_name("workspace", tests, set_up, tear_down);
}
