/* SPDX-License-Identifier: Apache-2.0
 *
 * What names of MCP tools and keys of their arguments mean. A server may call things as it likes: a name
 * that is not here says nothing, and what it stands for is then looked at as if it were a path.
 */
#include "base/array.h"
#include "decide/mcp.h"

/* clang-format off */
/* Parts of tool names. The first of them in a name decides, so that "get_update_status" reads. */
static const struct {
	const char *part;
	enum verb verb;
} verbs[] = {
	{"read", VERB_READ}, {"get", VERB_READ}, {"show", VERB_READ}, {"view", VERB_READ}, {"cat", VERB_READ},
	{"open", VERB_READ}, {"stat", VERB_READ}, {"info", VERB_READ}, {"describe", VERB_READ},
	{"fetch", VERB_READ}, {"load", VERB_READ}, {"head", VERB_READ}, {"tail", VERB_READ},
	{"list", VERB_READ}, {"ls", VERB_READ}, {"tree", VERB_READ}, {"status", VERB_READ}, {"log", VERB_READ},
	{"diff", VERB_READ}, {"blame", VERB_READ}, {"count", VERB_READ}, {"check", VERB_READ},
	{"validate", VERB_READ}, {"lookup", VERB_READ}, {"resolve", VERB_READ}, {"explain", VERB_READ},
	{"compare", VERB_READ}, {"download", VERB_COPY}, {"query", VERB_READ}, {"select", VERB_READ},
	{"inspect", VERB_READ}, {"watch", VERB_READ}, {"browse", VERB_READ}, {"navigate", VERB_READ},
	{"search", VERB_SEARCH}, {"find", VERB_SEARCH}, {"grep", VERB_SEARCH}, {"glob", VERB_SEARCH},
	{"write", VERB_WRITE}, {"create", VERB_WRITE}, {"edit", VERB_WRITE}, {"update", VERB_WRITE},
	{"append", VERB_WRITE}, {"put", VERB_WRITE}, {"save", VERB_WRITE}, {"insert", VERB_WRITE},
	{"replace", VERB_WRITE}, {"patch", VERB_WRITE}, {"modify", VERB_WRITE}, {"set", VERB_WRITE},
	{"add", VERB_WRITE}, {"make", VERB_WRITE}, {"mkdir", VERB_WRITE}, {"touch", VERB_WRITE},
	{"upsert", VERB_WRITE}, {"overwrite", VERB_WRITE}, {"prepend", VERB_WRITE}, {"format", VERB_WRITE},
	{"truncate", VERB_WRITE}, {"chmod", VERB_WRITE}, {"symlink", VERB_COPY}, {"link", VERB_COPY},
	{"extract", VERB_COPY}, {"unzip", VERB_COPY}, {"export", VERB_COPY}, {"import", VERB_COPY},
	{"upload", VERB_COPY}, {"copy", VERB_COPY}, {"cp", VERB_COPY}, {"duplicate", VERB_COPY},
	{"move", VERB_MOVE}, {"mv", VERB_MOVE}, {"rename", VERB_MOVE},
	{"delete", VERB_DELETE}, {"remove", VERB_DELETE}, {"rm", VERB_DELETE}, {"unlink", VERB_DELETE},
	{"rmdir", VERB_DELETE}, {"erase", VERB_DELETE}, {"trash", VERB_DELETE}, {"del", VERB_DELETE},
	{"commit", VERB_LOCAL}, {"stage", VERB_LOCAL}, {"checkout", VERB_LOCAL}, {"switch", VERB_LOCAL},
	{"stash", VERB_LOCAL}, {"init", VERB_LOCAL}, {"branch", VERB_LOCAL}, {"unstage", VERB_LOCAL},
	{"reset", VERB_DISCARD}, {"clean", VERB_DISCARD}, {"restore", VERB_DISCARD}, {"discard", VERB_DISCARD},
	{"revert", VERB_DISCARD}, {"rebase", VERB_DISCARD}, {"undo", VERB_DISCARD},
	{"run", VERB_RUN}, {"exec", VERB_RUN}, {"execute", VERB_RUN}, {"eval", VERB_RUN},
	{"evaluate", VERB_RUN}, {"invoke", VERB_RUN}, {"call", VERB_RUN}, {"shell", VERB_RUN},
	{"bash", VERB_RUN}, {"terminal", VERB_RUN}, {"command", VERB_RUN}, {"spawn", VERB_RUN},
	{"push", VERB_PUSH},
	{"merge", VERB_CHANGE}, {"apply", VERB_CHANGE}, {"deploy", VERB_CHANGE}, {"publish", VERB_CHANGE},
	{"release", VERB_CHANGE}, {"scale", VERB_CHANGE}, {"grant", VERB_CHANGE}, {"revoke", VERB_CHANGE},
	{"send", VERB_CHANGE}, {"post", VERB_CHANGE}, {"submit", VERB_CHANGE}, {"approve", VERB_CHANGE},
	{"promote", VERB_CHANGE}, {"restart", VERB_CHANGE}, {"reboot", VERB_CHANGE}, {"rollback", VERB_CHANGE},
	{"start", VERB_CHANGE}, {"stop", VERB_CHANGE}, {"enable", VERB_CHANGE}, {"disable", VERB_CHANGE},
	{"assign", VERB_CHANGE}, {"close", VERB_CHANGE}, {"reopen", VERB_CHANGE}, {"transfer", VERB_CHANGE},
	{"invite", VERB_CHANGE}, {"trigger", VERB_CHANGE}, {"schedule", VERB_CHANGE}, {"cancel", VERB_CHANGE},
	{"register", VERB_CHANGE}, {"install", VERB_CHANGE}, {"upgrade", VERB_CHANGE}, {"rollout", VERB_CHANGE},
	{"configure", VERB_CHANGE}, {"reply", VERB_CHANGE}, {"fork", VERB_CHANGE}, {"sync", VERB_CHANGE},
	{"rotate", VERB_CHANGE}, {"pay", VERB_CHANGE}, {"refund", VERB_CHANGE}, {"charge", VERB_CHANGE},
	{"destroy", VERB_DESTROY}, {"drop", VERB_DESTROY}, {"terminate", VERB_DESTROY}, {"purge", VERB_DESTROY},
	{"uninstall", VERB_DESTROY}, {"wipe", VERB_DESTROY}, {"kill", VERB_DESTROY}, {"drain", VERB_DESTROY},
	{"evict", VERB_DESTROY}, {"archive", VERB_CHANGE},
};

/* Tools and servers of this name run what they are given. */
static const char *const runners[] = {
	"shell", "bash", "sh", "zsh", "exec", "execute", "terminal", "command", "commands", "cmd", "console",
	"process", "subprocess", "ssh", "powershell", "pwsh", "run", "runner", "cli", "repl", "sandbox",
	"interpreter", "eval", "evaluate", "jupyter", "notebook",
};

static const char *const databases[] = {
	"sql", "sqlite", "postgres", "postgresql", "pg", "mysql", "mariadb", "db", "database", "duckdb", "bigquery",
	"snowflake", "clickhouse", "mssql", "redshift", "oracle", "supabase",
};

static const char *const files[] = {
	"file", "files", "filesystem", "fs", "directory", "directories", "dir", "folder", "path", "paths", "disk",
};

/* What a push or a deletion is about; reviews are neither. */
static const char *const branches[] = {"branch", "branches", "ref", "refs", "reference", "tag"};
static const char *const reviews[] = {"request", "requests", "pr", "mr"};

static const char *const comments[] = {"comment", "comments", "review", "reviews", "thread", "threads", "note", "notes",
	"discussion", "discussions"};
static const char *const patching[] = {"patch", "patches", "diff"};
static const char *const staging[] = {"add", "stage", "reset", "unstage"};

static const char *const attributes[] = {"info", "stat", "stats", "metadata", "exists", "size", "attributes"};

static const char *const directories[] = {"directory", "directories", "dir", "dirs", "folder", "folders", "rmdir", "tree"};

static const struct {
	const char *name, *language;
} languages[] = {
	{"python", "python"}, {"python3", "python"}, {"py", "python"}, {"ipython", "python"}, {"jupyter", "python"},
	{"javascript", "javascript"}, {"js", "javascript"}, {"node", "javascript"}, {"nodejs", "javascript"},
	{"typescript", "javascript"}, {"ts", "javascript"}, {"deno", "javascript"}, {"bun", "javascript"},
	{"ruby", "ruby"}, {"perl", "perl"}, {"php", "php"}, {"lua", "lua"}, {"r", "r"}, {"julia", "julia"},
	{"groovy", "groovy"}, {"powershell", "powershell"}, {"pwsh", "powershell"}, {"applescript", "applescript"},
	{"osascript", "applescript"}, {"sql", "sql"}, {"java", "java"}, {"kotlin", "other"}, {"go", "other"},
	{"rust", "other"}, {"shell", "shell"}, {"bash", "shell"}, {"sh", "shell"}, {"zsh", "shell"},
};

/* Keys in lower case, without blanks, dashes and underscores. */
static const struct {
	const char *key;
	enum meaning meaning;
} keys[] = {
	{"path", MEANS_PATH}, {"paths", MEANS_PATH}, {"file", MEANS_PATH}, {"files", MEANS_PATH},
	{"filename", MEANS_PATH}, {"filenames", MEANS_PATH}, {"filepath", MEANS_PATH}, {"filepaths", MEANS_PATH},
	{"absolutepath", MEANS_PATH}, {"abspath", MEANS_PATH}, {"relativepath", MEANS_PATH}, {"relpath", MEANS_PATH},
	{"relativeworkspacepath", MEANS_PATH}, {"targetfile", MEANS_PATH}, {"uri", MEANS_PATH}, {"uris", MEANS_PATH},
	{"url", MEANS_PATH}, {"urls", MEANS_PATH}, {"href", MEANS_PATH}, {"link", MEANS_PATH},
	{"location", MEANS_PERHAPS_SOURCE}, {"resource", MEANS_PERHAPS_SOURCE},
	{"resources", MEANS_PERHAPS_SOURCE}, {"dir", MEANS_PATH},
	{"dirs", MEANS_PATH}, {"dirpath", MEANS_PATH}, {"directory", MEANS_PATH}, {"directories", MEANS_PATH},
	{"directorypath", MEANS_PATH}, {"folder", MEANS_PATH}, {"folders", MEANS_PATH}, {"folderpath", MEANS_PATH},
	{"notebookpath", MEANS_PATH}, {"attachment", MEANS_PATH}, {"attachments", MEANS_PATH},
	{"image", MEANS_PERHAPS_SOURCE}, {"document", MEANS_PERHAPS_SOURCE},
	{"oldpath", MEANS_SOURCE}, {"sourcepath", MEANS_SOURCE}, {"srcpath", MEANS_SOURCE},
	{"frompath", MEANS_SOURCE}, {"inputpath", MEANS_SOURCE}, {"inputfile", MEANS_SOURCE},
	{"sourcefile", MEANS_SOURCE}, {"inputfiles", MEANS_SOURCE}, {"sourcefiles", MEANS_SOURCE},
	{"source", MEANS_PERHAPS_SOURCE}, {"sources", MEANS_PERHAPS_SOURCE}, {"src", MEANS_PERHAPS_SOURCE},
	{"from", MEANS_PERHAPS_SOURCE}, {"old", MEANS_PERHAPS_SOURCE}, {"oldname", MEANS_PERHAPS_SOURCE},
	{"input", MEANS_PERHAPS_SOURCE}, {"inputs", MEANS_PERHAPS_SOURCE}, {"template", MEANS_PERHAPS_SOURCE},
	{"newpath", MEANS_TARGET}, {"targetpath", MEANS_TARGET}, {"destinationpath", MEANS_TARGET},
	{"destpath", MEANS_TARGET}, {"topath", MEANS_TARGET}, {"outputpath", MEANS_TARGET},
	{"outputfile", MEANS_TARGET}, {"outfile", MEANS_TARGET}, {"outputdir", MEANS_TARGET},
	{"outputdirectory", MEANS_TARGET}, {"saveas", MEANS_TARGET}, {"savepath", MEANS_TARGET},
	{"exportpath", MEANS_TARGET}, {"downloadpath", MEANS_TARGET}, {"destination", MEANS_PERHAPS_TARGET},
	{"dest", MEANS_PERHAPS_TARGET}, {"dst", MEANS_PERHAPS_TARGET}, {"to", MEANS_PERHAPS_TARGET},
	{"target", MEANS_PERHAPS_TARGET}, {"targets", MEANS_PERHAPS_TARGET}, {"new", MEANS_PERHAPS_TARGET},
	{"newname", MEANS_PERHAPS_TARGET}, {"output", MEANS_PERHAPS_TARGET}, {"outputs", MEANS_PERHAPS_TARGET},
	{"cwd", MEANS_BASE}, {"workdir", MEANS_BASE}, {"workingdir", MEANS_BASE},
	{"workingdirectory", MEANS_BASE}, {"repopath", MEANS_BASE}, {"repositorypath", MEANS_BASE},
	{"root", MEANS_BASE}, {"rootdir", MEANS_BASE}, {"rootpath", MEANS_BASE}, {"basepath", MEANS_BASE},
	{"basedir", MEANS_BASE}, {"projectpath", MEANS_BASE}, {"projectroot", MEANS_BASE},
	{"workspace", MEANS_BASE}, {"workspacepath", MEANS_BASE}, {"workspaceroot", MEANS_BASE},
	{"workspacefolder", MEANS_BASE}, {"chdir", MEANS_BASE},
	{"patch", MEANS_PATCH}, {"diff", MEANS_PATCH}, {"patchtext", MEANS_PATCH}, {"unifieddiff", MEANS_PATCH},
	{"command", MEANS_COMMAND}, {"commands", MEANS_COMMAND}, {"cmd", MEANS_COMMAND}, {"cmds", MEANS_COMMAND},
	{"commandline", MEANS_COMMAND}, {"shellcommand", MEANS_COMMAND}, {"bash", MEANS_COMMAND},
	{"bashcommand", MEANS_COMMAND}, {"shell", MEANS_SHELL}, {"exec", MEANS_COMMAND},
	{"executable", MEANS_SHELL}, {"program", MEANS_COMMAND}, {"run", MEANS_COMMAND},
	{"args", MEANS_ARGS}, {"argv", MEANS_ARGS}, {"arguments", MEANS_ARGS}, {"commandargs", MEANS_ARGS},
	{"flags", MEANS_ARGS}, {"argument", MEANS_ARGS}, {"parameters", MEANS_ARGS}, {"params", MEANS_ARGS},
	{"bin", MEANS_SHELL}, {"binary", MEANS_SHELL},
	{"code", MEANS_CODE}, {"script", MEANS_CODE}, {"sourcecode", MEANS_CODE}, {"snippet", MEANS_CODE},
	{"expression", MEANS_CODE}, {"function", MEANS_CODE}, {"javascript", MEANS_CODE}, {"python", MEANS_CODE},
	{"cell", MEANS_CODE}, {"cells", MEANS_CODE}, {"pythoncode", MEANS_CODE}, {"jscode", MEANS_CODE},
	{"sql", MEANS_SQL}, {"sqlquery", MEANS_SQL}, {"statement", MEANS_SQL}, {"statements", MEANS_SQL},
	{"language", MEANS_LANGUAGE}, {"lang", MEANS_LANGUAGE}, {"runtime", MEANS_LANGUAGE},
	{"interpreter", MEANS_LANGUAGE}, {"kernel", MEANS_LANGUAGE},
	{"env", MEANS_ENVIRONMENT}, {"envs", MEANS_ENVIRONMENT}, {"environment", MEANS_ENVIRONMENT},
	{"environmentvariables", MEANS_ENVIRONMENT}, {"envvars", MEANS_ENVIRONMENT},
	{"stdin", MEANS_STDIN}, {"standardinput", MEANS_STDIN},
	{"ref", MEANS_REVISION}, {"refs", MEANS_REVISION}, {"revision", MEANS_REVISION}, {"rev", MEANS_REVISION},
	{"commit", MEANS_REVISION}, {"commitish", MEANS_REVISION}, {"treeish", MEANS_REVISION},
	{"object", MEANS_REVISION}, {"tag", MEANS_TAG}, {"tags", MEANS_TAG},
	{"branch", MEANS_REF}, {"branches", MEANS_REF}, {"branchname", MEANS_REF}, {"targetbranch", MEANS_REF},
	{"destinationbranch", MEANS_REF}, {"startpoint", MEANS_REVISION}, {"sha", MEANS_REVISION},
	{"refspec", MEANS_REFSPEC}, {"refspecs", MEANS_REFSPEC},
	{"remote", MEANS_REMOTE}, {"remotename", MEANS_REMOTE},
	{"force", MEANS_FORCE}, {"mirror", MEANS_FORCE}, {"all", MEANS_FORCE}, {"forcepush", MEANS_FORCE}, {"forcewithlease", MEANS_FORCE},
	{"recursive", MEANS_RECURSIVE}, {"recurse", MEANS_RECURSIVE},
	{"content", MEANS_TEXT}, {"contents", MEANS_TEXT}, {"text", MEANS_TEXT}, {"message", MEANS_TEXT},
	{"messages", MEANS_TEXT}, {"commitmessage", MEANS_TEXT}, {"body", MEANS_TEXT}, {"description", MEANS_TEXT},
	{"title", MEANS_TEXT}, {"newstring", MEANS_TEXT}, {"oldstring", MEANS_TEXT}, {"newstr", MEANS_TEXT},
	{"oldstr", MEANS_TEXT}, {"newtext", MEANS_TEXT}, {"oldtext", MEANS_TEXT}, {"filetext", MEANS_TEXT},
	{"query", MEANS_TEXT}, {"prompt", MEANS_TEXT}, {"question", MEANS_TEXT}, {"thought", MEANS_TEXT},
	{"comment", MEANS_TEXT}, {"comments", MEANS_TEXT}, {"summary", MEANS_TEXT}, {"subject", MEANS_TEXT},
	{"reason", MEANS_TEXT}, {"explanation", MEANS_TEXT}, {"note", MEANS_TEXT}, {"notes", MEANS_TEXT},
	{"label", MEANS_TEXT}, {"labels", MEANS_TEXT}, {"excludepatterns", MEANS_TEXT}, {"exclude", MEANS_TEXT},
	{"replacement", MEANS_TEXT}, {"markdown", MEANS_TEXT}, {"html", MEANS_TEXT},
	{"owner", MEANS_ELSEWHERE}, {"repo", MEANS_ELSEWHERE}, {"repository", MEANS_ELSEWHERE},
	{"org", MEANS_ELSEWHERE}, {"organization", MEANS_ELSEWHERE}, {"project", MEANS_ELSEWHERE},
	{"projectid", MEANS_ELSEWHERE}, {"projectkey", MEANS_ELSEWHERE}, {"namespace", MEANS_ELSEWHERE},
	{"cluster", MEANS_ELSEWHERE}, {"bucket", MEANS_ELSEWHERE}, {"database", MEANS_ELSEWHERE},
	{"table", MEANS_ELSEWHERE}, {"collection", MEANS_ELSEWHERE}, {"issuenumber", MEANS_ELSEWHERE},
	{"pullnumber", MEANS_ELSEWHERE}, {"channel", MEANS_ELSEWHERE}, {"channelid", MEANS_ELSEWHERE},
	{"teamid", MEANS_ELSEWHERE}, {"pageid", MEANS_ELSEWHERE}, {"instance", MEANS_ELSEWHERE},
	{"region", MEANS_ELSEWHERE}, {"zone", MEANS_ELSEWHERE}, {"host", MEANS_ELSEWHERE},
	{"hostname", MEANS_ELSEWHERE},
};
/* clang-format on */

static bool listed(const char *const *list, size_t n, struct str part)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(part, str_from(list[i])))
			return true;
	return false;
}

static bool is_letter_or_digit(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

bool mcp_name_part(struct str *rest, struct str *ret_part)
{
	size_t n = 0;
	while (rest->n && !is_letter_or_digit(rest->p[0]))
		*rest = str_from_at(*rest, 1);
	for (; n < rest->n && is_letter_or_digit(rest->p[n]); n++) {
		bool capital = rest->p[n] >= 'A' && rest->p[n] <= 'Z';
		if (n && capital && !(rest->p[n - 1] >= 'A' && rest->p[n - 1] <= 'Z'))
			break;
	}
	*ret_part = str_first(*rest, n);
	*rest = str_from_at(*rest, n);
	return n > 0;
}

const char *mcp_language(struct str name)
{
	name = str_trim(name);
	for (size_t i = 0; i < ARRAY_SIZE(languages); i++)
		if (str_eq_nocase(name, str_from(languages[i].name)))
			return languages[i].language;
	return NULL;
}

static enum verb part_verb(struct str part)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (str_eq_nocase(part, str_from(verbs[i].part)))
			return verbs[i].verb;
	return VERB_UNKNOWN;
}

static bool joins(struct str part)
{
	return str_eq_nocase(part, STR("or")) || str_eq_nocase(part, STR("and")) ||
	       str_eq_nocase(part, STR("then"));
}

/* The first verb, or the strongest of those that "or" and "and" join. */
static enum verb name_verb(struct str name)
{
	enum verb verb = VERB_UNKNOWN;
	bool joined = true;
	struct str part;
	while (mcp_name_part(&name, &part)) {
		enum verb next = part_verb(part);
		if (next > verb && (joined || verb == VERB_UNKNOWN))
			verb = next;
		joined = joins(part);
	}
	return verb;
}

#define LISTED(list, part) listed((list), ARRAY_SIZE(list), (part))

static void look_at_parts(struct tool *tool, struct str name)
{
	struct str part;
	while (mcp_name_part(&name, &part)) {
		tool->runs |= LISTED(runners, part);
		tool->database |= LISTED(databases, part);
		tool->on_files |= LISTED(files, part);
		if (!tool->language)
			tool->language = mcp_language(part);
	}
}

struct tool mcp_tool(struct str server, struct str name)
{
	struct tool tool = {.verb = name_verb(name)};
	struct str rest = name, part;
	look_at_parts(&tool, name);
	look_at_parts(&tool, server);
	tool.runs |= tool.verb == VERB_RUN;
	bool git = str_eq_nocase(server, STR("git"));
	int others = 0;
	while (mcp_name_part(&rest, &part)) {
		git |= str_eq_nocase(part, STR("git"));
		bool own = !str_eq_nocase(part, STR("git"));
		others += own;
		tool.stages |= own && LISTED(staging, part);
		tool.on_comments |= LISTED(comments, part);
		tool.patches |= LISTED(patching, part);
		tool.attributes |= LISTED(attributes, part);
		tool.whole_trees |= LISTED(directories, part);
		tool.on_branches |= LISTED(branches, part);
		tool.on_reviews |= LISTED(reviews, part);
	}
	/* "git_add", and nothing else in the name. */
	tool.stages &= git && others == 1;
	/* "apply_patch" of files here */
	if (tool.verb == VERB_CHANGE && tool.patches && tool.on_files)
		tool.verb = VERB_WRITE;
	return tool;
}

enum meaning mcp_meaning(const char *key)
{
	enum { LONGEST = 32 };
	char plain[LONGEST];
	size_t n = 0;
	for (; *key; key++) {
		if (strchr("_- ", *key))
			continue;
		if (n == LONGEST || !is_letter_or_digit(*key))
			return MEANS_UNKNOWN;
		plain[n++] = ascii_lower(*key);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (str_is(str_make(plain, n), keys[i].key))
			return keys[i].meaning;
	return MEANS_UNKNOWN;
}
