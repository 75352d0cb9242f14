/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of the knowledge base, see knowledge.h. tools/gen-commands uses them too.
 */
#include "base/array.h"
#include "decide/knowledge.h"

/* clang-format off */
static const char *const roles[ROLES] = {
	[ROLE_NONE]        = "none",
	[ROLE_LOOK]        = "look",
	[ROLE_READ]        = "read",
	[ROLE_WRITE]       = "write",
	[ROLE_EDIT]        = "edit",
	[ROLE_DELETE]      = "delete",
	[ROLE_MOVE]        = "move",
	[ROLE_INTO]        = "into",
	[ROLE_TREE_READ]   = "tree-read",
	[ROLE_TREE_WRITE]  = "tree-write",
	[ROLE_TREE_DELETE] = "tree-delete",
	[ROLE_TREE_EDIT]   = "tree-edit",
	[ROLE_PREFIX]      = "prefix",
	[ROLE_SUFFIX]      = "suffix",
	[ROLE_AFFIX]       = "affix",
	[ROLE_STEM]        = "stem",
	[ROLE_PATCH]       = "patch",
	[ROLE_REPACK]      = "repack",
	[ROLE_LINK]        = "link",
	[ROLE_NAMES]       = "names",
	[ROLE_CWD]         = "cwd",
	[ROLE_SCRIPT]      = "script",
	[ROLE_CODE]        = "code",
	[ROLE_CODE_OR_FILE] = "code-or-file",
	[ROLE_SHELL]       = "shell",
	[ROLE_ARGV]        = "argv",
	[ROLE_ARGV_SHELL]  = "argv-shell",
	[ROLE_EXEC]        = "exec",
	[ROLE_ASSIGN]      = "assign",
	[ROLE_HOST]        = "host",
	[ROLE_URL]         = "url",
	[ROLE_FETCH]       = "fetch",
	[ROLE_LOCATION]    = "location",
	[ROLE_COPY]        = "copy",
	[ROLE_ARCHIVE]     = "archive",
	[ROLE_COPY_INTO]   = "copy-into",
	[ROLE_AT_READ]     = "at-read",
	[ROLE_NAME_AT]     = "name-at",
	[ROLE_MOUNT]       = "mount",
	[ROLE_CONFIG]      = "config",
	[ROLE_MODULE]      = "module",
	[ROLE_FILE_VALUE]  = "file-value",
	[ROLE_SHELL_VALUE] = "shell-value",
	[ROLE_SIGNAL]      = "signal",
	[ROLE_VARIABLE]    = "variable",
	[ROLE_REF]         = "ref",
	[ROLE_PATHSPEC]    = "pathspec",
	[ROLE_SELECT]      = "select",
	[ROLE_EXTENSION]   = "extension",
	[ROLE_PATTERN]     = "pattern",
	[ROLE_UNKNOWN]     = "unknown",
};

static const char *const classes[COMMAND_CLASSES] = {
	[CLASS_UNKNOWN]    = "unknown",
	[CLASS_INSPECT]    = "inspect",
	[CLASS_EDIT]       = "edit",
	[CLASS_LOCAL]      = "local",
	[CLASS_BUILD]      = "build",
	[CLASS_DELETE]     = "delete",
	[CLASS_DISCARD]    = "discard",
	[CLASS_NETWORK]    = "network",
	[CLASS_INSTALL]    = "install",
	[CLASS_EXECUTE]    = "execute",
	[CLASS_CREDENTIAL] = "credential",
	[CLASS_SYSTEM]     = "system",
	[CLASS_PUBLISH]    = "publish",
	[CLASS_CHANGE]     = "change",
	[CLASS_DESTROY]    = "destroy",
};

static const char *const styles[OPTION_STYLES] = {
	[STYLE_GNU]    = "gnu",
	[STYLE_POSIX]  = "posix",
	[STYLE_SINGLE] = "single",
	[STYLE_FIND]   = "find",
	[STYLE_KEYVAL] = "keyval",
	[STYLE_TAR]    = "tar",
	[STYLE_NONE]   = "none",
};

static const char *const kinds[ENVIRONMENT_KINDS] = {
	[ENVIRONMENT_SHELL]  = "shell",
	[ENVIRONMENT_CODE]   = "code",
	[ENVIRONMENT_PATH]   = "path",
	[ENVIRONMENT_CONFIG] = "config",
	[ENVIRONMENT_ARGS]   = "args",
	[ENVIRONMENT_WRITE]  = "write",
	[ENVIRONMENT_GUARD]  = "guard",
};
/* clang-format on */

static const char *name_at(const char *const *names, size_t n, size_t at)
{
	return at < n && names[at] ? names[at] : "unknown";
}

static bool find(const char *const *names, size_t n, struct str name, size_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i] && str_is(name, names[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

const char *role_name(enum role role)
{
	return name_at(roles, ROLES, role);
}

const char *command_class_name(enum command_class cls)
{
	return name_at(classes, COMMAND_CLASSES, cls);
}

const char *option_style_name(enum option_style style)
{
	return name_at(styles, OPTION_STYLES, style);
}

const char *environment_kind_name(enum environment_kind kind)
{
	return name_at(kinds, ENVIRONMENT_KINDS, kind);
}

bool role_from(struct str name, enum role *ret)
{
	size_t at;
	if (!find(roles, ROLES, name, &at))
		return false;
	*ret = (enum role)at;
	return true;
}

bool command_class_from(struct str name, enum command_class *ret)
{
	size_t at;
	if (!find(classes, COMMAND_CLASSES, name, &at))
		return false;
	*ret = (enum command_class)at;
	return true;
}

bool option_style_from(struct str name, enum option_style *ret)
{
	size_t at;
	if (!find(styles, OPTION_STYLES, name, &at))
		return false;
	*ret = (enum option_style)at;
	return true;
}

bool environment_kind_from(struct str name, enum environment_kind *ret)
{
	size_t at;
	if (!find(kinds, ENVIRONMENT_KINDS, name, &at))
		return false;
	*ret = (enum environment_kind)at;
	return true;
}
