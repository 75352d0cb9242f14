/* SPDX-License-Identifier: Apache-2.0
 *
 * A project's own policy, see project.h.
 */
#include "cli/project.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/files.h"

static const char policy_text[] =
	"  title: Policy of this repository\n"
	"  description: The baseline, and what this repository adds to it.\n"
	"  version: 0.1.0\n"
	"  inherits: " DEFAULT_PACK "\n"
	"\n"
	"# A policy adds to what it inherits and never takes away: what a parent blocks stays blocked. Uncomment\n"
	"# what fits, then see what it does before an agent meets it:\n"
	"#\n"
	"#   cavra policy validate .cavra/policy.yaml\n"
	"#   cavra policy test --policy-file .cavra/policy.yaml\n"
	"#   cavra policy explain execute_command 'make deploy'\n"
	"#   cavra policy compile --policy-file .cavra/policy.yaml\n"
	"\n"
	"# filesystem:\n"
	"#   block_read: [\"config/production/**\"]\n"
	"#   require_approval_write: [\"migrations/**\"]\n"
	"\n"
	"# commands:\n"
	"#   block: [\"make deploy*\"]\n"
	"#   require_approval: [\"npm publish*\"]\n"
	"#   allow: [\"make test*\", \"make lint\"]\n"
	"\n"
	"# git:\n"
	"#   protected_branches: [main, \"release/*\"]\n"
	"\n"
	"# mcp:\n"
	"#   allowed_servers: [github]\n"
	"\n"
	"# tests:\n"
	"#   - input: {action_type: execute_command, target: make deploy}\n"
	"#     decision: block\n"
	"#     rule: commands.block\n";

static bool is_there(const char *directory, const char *name)
{
	char path[PATH_MAX + 64];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool project_is(const char *directory)
{
	return is_there(directory, PROJECT_POLICY) || is_there(directory, PROJECT_CONFIG);
}

bool project_go_up(char *directory)
{
	char *slash = strrchr(directory, '/');
	if (!slash || strcmp(directory, "/") == 0)
		return false;
	slash[slash == directory] = '\0';
	return true;
}

static bool find_upwards(const char *start, char *at, bool (*fits)(const char *directory))
{
	(void)snprintf(at, PATH_MAX, "%s", start);
	while (!fits(at))
		if (!project_go_up(at))
			return false;
	return true;
}

static bool is_repository(const char *directory)
{
	return is_there(directory, ".git");
}

bool project_find(const char *start, char *ret_root)
{
	if (find_upwards(start, ret_root, project_is))
		return true;
	if (!find_upwards(start, ret_root, is_repository))
		(void)snprintf(ret_root, PATH_MAX, "%s", start);
	return false;
}

void project_policy_write(struct buf *out, const char *id)
{
	buf_add_format(out, "metadata:\n  id: %s\n", id);
	buf_add_c(out, policy_text);
}

int project_policy_make(const char *root, const char *id, bool force, enum project_policy *ret_done,
			struct cavra_error *error)
{
	char directory[PATH_MAX], path[PATH_MAX];
	struct buf CLEANUP_BUF text;
	int code = file_resolve_inside(root, PROJECT_DIRECTORY, directory, sizeof directory, error);
	if (code >= 0)
		code = file_make_directory(directory, error);
	if (code >= 0)
		code = file_resolve_inside(root, PROJECT_POLICY, path, sizeof path, error);
	buf_init(&text, KiB(16));
	if (code < 0)
		return code;
	if (!force && access(path, F_OK) == 0) {
		*ret_done = PROJECT_POLICY_KEPT;
		return 0;
	}
	project_policy_write(&text, id);
	*ret_done = PROJECT_POLICY_WRITTEN;
	return file_replace(path, buf_str(&text), error);
}
