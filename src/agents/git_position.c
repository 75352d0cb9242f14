/* SPDX-License-Identifier: Apache-2.0
 *
 * Branch and commit, see git_position.h.
 */
#include "agents/git_position.h"

#include "agents/workspace_git.h"
#include "base/limits.h"

static bool is_commit(struct str text)
{
	if (text.n != 40 && text.n != 64)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]) && (text.p[i] < 'a' || text.p[i] > 'f'))
			return false;
	return true;
}

static struct str read_commit(struct arena *arena, struct str directory, struct str name)
{
	struct str text, path = arena_join3(arena, directory, STR("/"), name);
	if (read_regular_file(arena, path.p, KiB(1), &text) != RESOLVED_YES)
		return STR("");
	text = str_trim(text);
	return is_commit(text) ? text : STR("");
}

/* "<commit> <ref>" on a line of its own. */
static struct str packed_commit(struct arena *arena, struct str commondir, struct str ref)
{
	struct str text, line, path = arena_join(arena, commondir, STR("/packed-refs"));
	if (read_regular_file(arena, path.p, LIMIT_SCRIPT_BYTES, &text) != RESOLVED_YES)
		return STR("");
	while (str_split(&text, '\n', &line)) {
		size_t space = str_find_char(line, ' ');
		if (space != STR_NPOS && str_eq(str_from_at(line, space + 1), ref) &&
		    is_commit(str_first(line, space)))
			return str_first(line, space);
	}
	return STR("");
}

void git_position_find(struct arena *arena, struct str cwd, struct git_position *ret_position)
{
	struct git_files git;
	git_files_find(&git, arena, cwd);
	*ret_position = (struct git_position){git.worktree, git.branch, STR("")};
	if (!git.branch_known)
		return;
	if (!git.branch.n) {
		ret_position->commit = read_commit(arena, git.gitdir, STR("HEAD"));
		return;
	}
	struct str ref = arena_join(arena, STR("refs/heads/"), git.branch);
	ret_position->commit = read_commit(arena, git.commondir, ref);
	if (!ret_position->commit.n)
		ret_position->commit = packed_commit(arena, git.commondir, ref);
}
