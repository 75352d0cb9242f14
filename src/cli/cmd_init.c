/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra init claude-code: puts the hook into a repository's settings, and takes it out again. Adds
 * to what is there and overwrites nothing; the settings as they were are kept so that --remove can
 * give back the same bytes.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/claude_code.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/guard.h"
#include "cli/project.h"

#define SETTINGS ".claude/settings.json"
#define SESSION ".cavra/session"
#define KEPT_DIRECTORY ".cavra/install"
#define KEPT ".cavra/install/claude-settings.json"
#define IGNORE ".cavra/.gitignore"

static const char ignore_text[] = "session/\ninstall/\n";

struct install {
	char root[PATH_MAX], hook[PATH_MAX], settings[PATH_MAX];
	struct buf before; /* the settings' text */
	bool exists;       /* there are settings */
};

static int resolve(const struct install *install, const char *relative, char ret_path[PATH_MAX],
		   struct cavra_error *error)
{
	return file_resolve_inside(install->root, relative, ret_path, PATH_MAX, error);
}

static int make_directory(const struct install *install, const char *relative,
			  struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = resolve(install, relative, path, error);
	return code < 0 ? code : file_make_directory(path, error);
}

/* cavra-hook is installed beside cavra. */
static int find_hook(const struct args *args, struct install *install, struct cavra_error *error)
{
	char self[PATH_MAX];
	const char *given = args->value[OPT_HOOK];
	if (!given) {
		ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
		if (n < 0)
			return error_set(error, CAVRA_ERR_IO,
					 "cannot find this program's own path; give --hook PATH");
		self[n] = '\0';
		char *slash = strrchr(self, '/');
		(void)snprintf(slash ? slash : self,
			       sizeof self - (size_t)((slash ? slash : self) - self),
			       "/cavra-hook");
		given = self;
	}
	if (!realpath(given, install->hook) || access(install->hook, X_OK) < 0)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "no program %.300s; give --hook PATH",
				 given);
	return 0;
}

static int read_settings(struct install *install, struct cavra_error *error)
{
	int code = resolve(install, SETTINGS, install->settings, error);
	if (code < 0)
		return code;
	install->exists = access(install->settings, F_OK) == 0;
	if (!install->exists && errno != ENOENT)
		return error_set(error, CAVRA_ERR_IO, "cannot look for %.300s: %s",
				 install->settings, strerror(errno));
	return install->exists ? file_read(install->settings, &install->before, error) : 0;
}

/* A hook over a policy that does not load blocks everything, so that comes first. */
static int check_policy(const struct install *install, struct cavra_error *error)
{
	static const struct policy_source bundled;
	char path[PATH_MAX];
	struct policy *policy;
	int code = resolve(install, PROJECT_POLICY, path, error);
	if (code >= 0)
		code = policy_load_file(&bundled, path, NULL, 0, &policy, error);
	if (code >= 0)
		policy_free(policy);
	return code;
}

static int write_below(const struct install *install, const char *relative, struct str text,
		       struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = resolve(install, relative, path, error);
	return code < 0 ? code : file_replace(path, text, error);
}

/* What this machine keeps for itself stays out of Git. */
static int write_ignore(const struct install *install, struct cavra_error *error)
{
	char path[PATH_MAX];
	int code = resolve(install, IGNORE, path, error);
	if (code < 0 || access(path, F_OK) == 0)
		return code;
	return file_replace(path, str_from(ignore_text), error);
}

static bool is_text(const struct install *install, const char *relative, struct str text)
{
	struct buf CLEANUP_BUF there;
	struct cavra_error ignored;
	char path[PATH_MAX];
	buf_init(&there, LIMIT_DOCUMENT_BYTES);
	return resolve(install, relative, path, &ignored) >= 0 &&
	       file_read(path, &there, &ignored) >= 0 && str_eq(buf_str(&there), text);
}

static int keep_before(const struct install *install, struct cavra_error *error)
{
	char *without = NULL;
	bool installed = false;
	int code = claude_settings_remove(buf_str(&install->before), &without, &installed, error);
	free(without);
	if (code < 0 || installed || !install->exists)
		return code;
	code = make_directory(install, KEPT_DIRECTORY, error);
	return code < 0 ? code : write_below(install, KEPT, buf_str(&install->before), error);
}

static int add_hook(struct install *install, bool *ret_changed, struct cavra_error *error)
{
	char *after = NULL;
	int code = make_directory(install, ".claude", error);
	if (code >= 0)
		code = read_settings(install, error);
	if (code >= 0)
		code = claude_settings_add(buf_str(&install->before), install->hook, &after, error);
	if (code < 0) {
		error_file(error, install->settings);
		return code;
	}
	*ret_changed = !install->exists || !str_eq(str_from(after), buf_str(&install->before));
	if (*ret_changed)
		code = keep_before(install, error);
	if (*ret_changed && code >= 0)
		code = file_replace(install->settings, str_from(after), error);
	free(after);
	return code;
}

static int install_all(struct install *install, struct cavra_error *error)
{
	enum project_policy policy = PROJECT_POLICY_KEPT;
	bool changed = false;
	int code = project_policy_make(install->root, PROJECT_POLICY_ID, false, &policy, error);
	if (code >= 0)
		code = check_policy(install, error);
	if (code >= 0)
		code = make_directory(install, SESSION, error);
	if (code >= 0)
		code = write_ignore(install, error);
	if (code >= 0)
		code = add_hook(install, &changed, error);
	if (code < 0)
		return code;
	(void)printf("%s %s\n", policy == PROJECT_POLICY_WRITTEN ? "wrote   " : "kept    ",
		     PROJECT_POLICY);
	(void)printf("%s %s\n", changed ? "changed " : "kept    ", SETTINGS);
	(void)printf("\nFrom its next start, Claude Code asks %s before every tool call in this\n"
		     "repository, and does nothing when it gets no answer. See what it says:\n\n"
		     "  cavra policy explain execute_command 'git push --force origin main'\n\n"
		     "Take it out again with cavra init claude-code --remove.\n",
		     install->hook);
	return 0;
}

/* ---- taking it out ---- */

static void remove_file(const struct install *install, const char *relative)
{
	struct cavra_error ignored;
	char path[PATH_MAX];
	if (resolve(install, relative, path, &ignored) >= 0)
		(void)unlink(path);
}

/* Only when it is empty. */
static void remove_directory(const struct install *install, const char *relative)
{
	struct cavra_error ignored;
	char path[PATH_MAX];
	if (resolve(install, relative, path, &ignored) >= 0)
		(void)rmdir(path);
}

/* The settings as they were before, when nothing else has changed since. */
static bool find_original(const struct install *install, struct buf *ret_original,
			  bool *ret_existed)
{
	char path[PATH_MAX], *again = NULL;
	struct cavra_error ignored;
	*ret_existed = resolve(install, KEPT, path, &ignored) >= 0 &&
		       file_read(path, ret_original, &ignored) >= 0;
	if (claude_settings_add(buf_str(ret_original), install->hook, &again, &ignored) < 0)
		return false;
	bool same = str_eq(str_from(again), buf_str(&install->before));
	free(again);
	return same;
}

static int restore_settings(const struct install *install, const char *without,
			    struct cavra_error *error)
{
	struct buf CLEANUP_BUF original;
	bool existed = false;
	buf_init(&original, LIMIT_DOCUMENT_BYTES);
	bool same = find_original(install, &original, &existed);
	struct str text = same && existed ? buf_str(&original) : str_from(without);
	if ((same && !existed) || !text.p[0]) {
		if (unlink(install->settings) < 0)
			return error_set(error, CAVRA_ERR_IO, "cannot remove %.300s: %s",
					 install->settings, strerror(errno));
		return 0;
	}
	return file_replace(install->settings, text, error);
}

static int remove_all(struct install *install, struct cavra_error *error)
{
	static const char *const directories[] = {KEPT_DIRECTORY, SESSION, PROJECT_DIRECTORY,
						  ".claude"};
	struct buf CLEANUP_BUF fresh_policy;
	char *without = NULL;
	bool found = false;
	buf_init(&fresh_policy, KiB(16));
	int code = read_settings(install, error);
	if (code == CAVRA_ERR_NOT_FOUND || (code >= 0 && !install->exists)) {
		(void)printf("not installed: there is no %s\n", SETTINGS);
		return 0;
	}
	if (code >= 0)
		code = claude_settings_remove(buf_str(&install->before), &without, &found, error);
	if (code >= 0 && found)
		code = restore_settings(install, without ? without : "", error);
	free(without);
	if (code < 0)
		return code;
	remove_file(install, KEPT);
	project_policy_write(&fresh_policy, PROJECT_POLICY_ID);
	bool untouched = is_text(install, PROJECT_POLICY, buf_str(&fresh_policy));
	if (untouched)
		remove_file(install, PROJECT_POLICY);
	if (is_text(install, IGNORE, str_from(ignore_text)))
		remove_file(install, IGNORE);
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		remove_directory(install, directories[i]);
	(void)printf("%s %s\n", found ? "restored" : "kept    ", SETTINGS);
	(void)printf("%s %s\n", untouched ? "removed " : "kept    ", PROJECT_POLICY);
	return 0;
}

int cmd_init_claude_code(const struct args *args)
{
	struct cavra_error error;
	struct install install = {.exists = false};
	const char *directory = args->value[OPT_DIRECTORY] ? args->value[OPT_DIRECTORY] : ".";
	buf_init(&install.before, LIMIT_DOCUMENT_BYTES);
	int code = 0;
	if (!realpath(directory, install.root))
		code = error_set(&error, CAVRA_ERR_NOT_FOUND, "--directory %.300s: %s", directory,
				 strerror(errno));
	bool removes = args_has(args, OPT_REMOVE);
	/* Taking the hook out must also work when its program is gone. */
	if (code >= 0 && find_hook(args, &install, &error) < 0 && !removes)
		code = error.code;
	if (code >= 0)
		code = removes ? remove_all(&install, &error) : install_all(&install, &error);
	buf_release(&install.before);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
