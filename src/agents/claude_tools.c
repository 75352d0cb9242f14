/* SPDX-License-Identifier: Apache-2.0
 *
 * What each tool of Claude Code does, as requests. Inputs as in sdk-tools.d.ts of
 * @anthropic-ai/claude-agent-sdk. A tool that is not in the table asks, and so does a known one
 * with an argument that is not.
 */
#include <string.h>

#include "agents/claude_code.h"
#include "base/array.h"
#include "json/json.h"

struct tool;
typedef int expand_fn(struct agent_event *event, const struct tool *tool, const json_t *input,
		      struct cavra_error *error);

struct tool {
	const char *name;
	expand_fn *expand;     /* NULL: harmless, nothing to decide */
	const char *key;       /* the argument that names what is acted on */
	const char *operation; /* of the request */
	const char *arguments; /* names it takes; NULL: any */
	const char *ask;       /* why a person must agree */
};

/* ---- one request ---- */

/* An action type that no rule knows, so that the default for the unknown decides. */
static void add_unknown(struct agent_event *event, struct str why)
{
	agent_event_add(event, AGENT_TOOL_ACTION, event->tool, "");
	event->ask = why;
}

static int expand_ask(struct agent_event *event, const struct tool *tool, const json_t *input,
		      struct cavra_error *error)
{
	(void)input;
	(void)error;
	add_unknown(event, str_from(tool->ask));
	return 0;
}

static int expand_named(struct agent_event *event, const struct tool *tool, const json_t *input,
			const char *action_type, struct cavra_error *error)
{
	struct str target;
	int code = json_need_str(input, tool->key, &target, error);
	if (code < 0)
		return code;
	agent_event_add(event, action_type, target, tool->operation);
	return 0;
}

static int expand_read(struct agent_event *event, const struct tool *tool, const json_t *input,
		       struct cavra_error *error)
{
	return expand_named(event, tool, input, "read_file", error);
}

static int expand_write(struct agent_event *event, const struct tool *tool, const json_t *input,
			struct cavra_error *error)
{
	return expand_named(event, tool, input, "write_file", error);
}

/* The answer to an edit shows the lines around it. */
static int expand_edit(struct agent_event *event, const struct tool *tool, const json_t *input,
		       struct cavra_error *error)
{
	int code = expand_named(event, tool, input, "write_file", error);
	if (code < 0)
		return code;
	agent_event_add(event, "read_file", event->requests[0].target, "read");
	return 0;
}

static int expand_fetch(struct agent_event *event, const struct tool *tool, const json_t *input,
			struct cavra_error *error)
{
	return expand_named(event, tool, input, "network_request", error);
}

/* ---- shells ---- */

static int expand_bash(struct agent_event *event, const struct tool *tool, const json_t *input,
		       struct cavra_error *error)
{
	bool unguarded = false;
	const json_t *value = json_object_get(input, "dangerouslyDisableSandbox");
	if (value && !json_get_bool(input, "dangerouslyDisableSandbox", &unguarded))
		return error_set(error, CAVRA_ERR_INPUT,
				 "dangerouslyDisableSandbox is not a boolean");
	if (unguarded)
		event->ask = STR("the command is to run outside the agent's sandbox");
	return expand_named(event, tool, input, "execute_command", error);
}

static int expand_monitor(struct agent_event *event, const struct tool *tool, const json_t *input,
			  struct cavra_error *error)
{
	const json_t *ws = json_object_get(input, "ws");
	struct str url;
	if (ws) {
		int code = json_need_str(ws, "url", &url, error);
		if (code < 0)
			return error_prefix(error, "ws");
		agent_event_add(event, "network_request", url, "");
	}
	if (ws && !json_object_get(input, tool->key))
		return 0;
	return expand_named(event, tool, input, "execute_command", error);
}

/* ---- searches ---- */

static bool is_pattern(struct str part)
{
	for (size_t i = 0; i < part.n; i++)
		if (strchr("*?[{!", part.p[i]))
			return true;
	return false;
}

/* The directories in front of the first part of a pattern that is one: "/etc/ssl" of
 * "/etc/ssl/<star>". */
static struct str plain_directories(struct str pattern)
{
	struct str rest = pattern, part;
	size_t end = 0;
	while (str_split(&rest, '/', &part) && !is_pattern(part)) {
		size_t next = (size_t)(part.p - pattern.p) + part.n;
		if (!rest.p)
			break;
		end = next;
	}
	return str_first(pattern, end ? end : str_starts(pattern, STR("/")));
}

/* Can the part behind the plain directories lead out of them again? */
static bool climbs(struct str pattern)
{
	return str_find(pattern, STR("..")) != STR_NPOS ||
	       str_find(pattern, STR("{/")) != STR_NPOS || str_find(pattern, STR(",/")) != STR_NPOS;
}

static int expand_glob(struct agent_event *event, const struct tool *tool, const json_t *input,
		       struct cavra_error *error)
{
	struct str pattern, path = STR(".");
	int code = json_need_str(input, "pattern", &pattern, error);
	if (code >= 0)
		code = json_want_str(input, "path", &path, error);
	if (code < 0)
		return code;
	struct str from = plain_directories(pattern);
	if (climbs(str_from_at(pattern, from.n)))
		path = STR("/");
	else if (from.n)
		path = from.p[0] == '/' ? from : arena_join3(event->arena, path, STR("/"), from);
	agent_event_add(event, "read_file", path, tool->operation);
	return 0;
}

/* The search program is ripgrep; `glob` goes to it as --glob. */
static int expand_grep(struct agent_event *event, const struct tool *tool, const json_t *input,
		       struct cavra_error *error)
{
	struct str path = STR(".");
	int code = json_want_str(input, "path", &path, error);
	if (code >= 0)
		code = json_want_str(input, "glob", &event->glob, error);
	if (code < 0)
		return code;
	event->searches = true;
	agent_event_add(event, "read_file", path, tool->operation);
	return 0;
}

static int expand_worktree(struct agent_event *event, const struct tool *tool, const json_t *input,
			   struct cavra_error *error)
{
	return json_object_get(input, "path") ? expand_read(event, tool, input, error) : 0;
}

static int expand_leave_worktree(struct agent_event *event, const struct tool *tool,
				 const json_t *input, struct cavra_error *error)
{
	return json_is_true(json_object_get(input, "discard_changes"))
		       ? expand_ask(event, tool, input, error)
		       : 0;
}

/* ---- tools that leave this machine ---- */

static int expand_agent(struct agent_event *event, const struct tool *tool, const json_t *input,
			struct cavra_error *error)
{
	struct str isolation = STR("");
	int code = json_want_str(input, "isolation", &isolation, error);
	if (code < 0)
		return code;
	if (isolation.n && !str_is(isolation, "worktree"))
		return expand_ask(event, tool, input, error);
	return 0;
}

/* For tools whose operation is named by one argument: only the listed ones are harmless. */
static bool is_harmless_operation(const struct tool *tool, struct str operation)
{
	struct str rest = str_from(tool->operation), word;
	while (str_split(&rest, ' ', &word))
		if (str_eq(word, operation))
			return true;
	return false;
}

static int expand_remote(struct agent_event *event, const struct tool *tool, const json_t *input,
			 struct cavra_error *error)
{
	struct str operation = STR("");
	int code = json_want_str(input, tool->key, &operation, error);
	if (code < 0)
		return code;
	return is_harmless_operation(tool, operation) ? 0 : expand_ask(event, tool, input, error);
}

/* Local files that go out with the call. */
static int add_uploads(struct agent_event *event, const json_t *input, const char *key,
		       struct cavra_error *error)
{
	const json_t *value = json_object_get(input, key);
	if (json_is_string(value))
		agent_event_add(event, "read_file", json_str(value), "read");
	else if (value && !json_is_array(value) && !json_is_null(value))
		return error_set(error, CAVRA_ERR_INPUT, "%s is neither a path nor a list of paths",
				 key);
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!json_is_string(json_array_get(value, i)))
			return error_set(error, CAVRA_ERR_INPUT, "%s is not a list of paths", key);
		agent_event_add(event, "read_file", json_str(json_array_get(value, i)), "read");
	}
	return 0;
}

static int expand_publish(struct agent_event *event, const struct tool *tool, const json_t *input,
			  struct cavra_error *error)
{
	static const char *const uploads[] = {"file_path", "file_paths", "local_path"};
	for (size_t i = 0; i < ARRAY_SIZE(uploads); i++)
		if (add_uploads(event, input, uploads[i], error) < 0)
			return CAVRA_ERR_INPUT;
	struct str saved = STR("");
	int code = json_want_str(input, "out_dir", &saved, error);
	if (code < 0)
		return code;
	if (saved.n)
		agent_event_add(event, "write_file", saved, "write");
	return expand_remote(event, tool, input, error);
}

/* ---- MCP ---- */

static void add_mcp(struct agent_event *event, struct str server, struct str tool,
		    const json_t *arguments)
{
	struct request *request = agent_event_add(event, "mcp_tool_call", STR(""), "");
	size_t n = json_dumpb(arguments, NULL, 0, JSON_COMPACT);
	char *text = arena_alloc(event->arena, n + 1);
	request->server = server;
	request->tool = tool;
	request->arguments = arguments;
	request->arguments_text = str_make(text, json_dumpb(arguments, text, n, JSON_COMPACT));
}

static int expand_resource(struct agent_event *event, const struct tool *tool, const json_t *input,
			   struct cavra_error *error)
{
	struct str server = STR("");
	int code = json_want_str(input, "server", &server, error);
	if (code < 0)
		return code;
	bool lists = strcmp(tool->operation, "resources/list") == 0;
	if (server.n)
		add_mcp(event, server, str_from(tool->operation), input);
	else if (!lists)
		return error_set(error, CAVRA_ERR_INPUT, "server is missing");
	return 0;
}

/* As Claude Code spells a server's name in tool names. */
static bool is_spelling_of(struct str spelling, struct str name)
{
	if (spelling.n != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain = ascii_is_name(c) || c == '-';
		if (spelling.p[i] != (plain ? c : '_'))
			return false;
	}
	return true;
}

/* mcp__<server>__<tool>, where both may hold "__" themselves: without the server's own name every
 * reading is decided, and the strictest holds. A server must not be able to name itself into
 * another one's rules.
 */
static int expand_mcp(struct agent_event *event, const json_t *input, const json_t *payload,
		      struct cavra_error *error)
{
	struct str rest = str_from_at(event->tool, 5), named = STR("");
	const json_t *provenance = json_object_get(payload, "mcp_server");
	if (provenance && json_need_str(provenance, "name", &named, error) < 0)
		return error_prefix(error, "mcp_server");
	for (size_t i = 1; i + 2 < rest.n; i++) {
		struct str server = str_first(rest, i), tool = str_from_at(rest, i + 2);
		if (rest.p[i] != '_' || rest.p[i + 1] != '_')
			continue;
		if (named.n && is_spelling_of(server, named)) {
			event->n_requests = 0;
			add_mcp(event, named, tool, input);
			return 0;
		}
		add_mcp(event, server, tool, input);
		if (named.n)
			add_mcp(event, named, tool, input);
	}
	if (!event->n_requests)
		return error_set(error, CAVRA_ERR_INPUT,
				 "the tool's name is not mcp__<server>__<tool>");
	return 0;
}

/* ---- the table ---- */

#define GOVERNED_LATER NULL /* what it starts calls tools, and each of those calls comes here */
#define AT_PROVIDER \
	NULL /* done by the agent's provider; nothing of this machine but the text goes there */
#define HARMLESS NULL

/* clang-format off */
static const struct tool tools[] = {
	{"Bash",         expand_bash,    "command",       "execute", "command timeout description run_in_background dangerouslyDisableSandbox", NULL},
	{"Monitor",      expand_monitor, "command",       "execute", "description timeout_ms command ws persistent", NULL},
	{"Read",         expand_read,    "file_path",     "read",    "file_path offset limit pages allow_large", NULL},
	{"NotebookRead", expand_read,    "notebook_path", "read",    "notebook_path cell_id", NULL},
	{"Write",        expand_write,   "file_path",     "write",   "file_path content", NULL},
	{"Edit",         expand_edit,    "file_path",     "edit",    "file_path old_string new_string replace_all", NULL},
	{"MultiEdit",    expand_edit,    "file_path",     "edit",    "file_path edits", NULL},
	{"NotebookEdit", expand_edit,    "notebook_path", "edit",    "notebook_path cell_id new_source cell_type edit_mode", NULL},
	{"LS",           expand_read,    "path",          "list",    "path ignore", NULL},
	{"Glob",         expand_glob,    "path",          "list",    "pattern path", NULL},
	{"Grep",         expand_grep,    "path",          "search",
	 "pattern path glob output_mode -B -A -C context -n -i -o type head_limit offset multiline", NULL},
	{"WebFetch",     expand_fetch,   "url",           "",        "url prompt offset", NULL},

	{"ListMcpResourcesTool",   expand_resource, "server", "resources/list", "server", NULL},
	{"ListMcpResources",       expand_resource, "server", "resources/list", "server", NULL},
	{"ReadMcpResourceTool",    expand_resource, "server", "resources/read", "server uri", NULL},
	{"ReadMcpResource",        expand_resource, "server", "resources/read", "server uri", NULL},
	{"ReadMcpResourceDirTool", expand_resource, "server", "resources/list", "server uri", NULL},

	{"Agent",          expand_agent, "isolation", NULL, NULL, "the agent is to work on another machine, out of sight of this hook"},
	{"Task",           expand_agent, "isolation", NULL, NULL, "the agent is to work on another machine, out of sight of this hook"},
	{"EnterWorktree",  expand_worktree, "path", "list", "name path", NULL},
	{"ExitWorktree",   expand_leave_worktree, NULL, NULL, "action discard_changes", "uncommitted work in the worktree is to be thrown away"},
	{"Workflow",       expand_ask, NULL, NULL, NULL, "the workflow's script is code that CAVRA does not read"},
	{"PowerShell",     expand_ask, NULL, NULL, NULL, "PowerShell is a language that CAVRA does not read"},
	{"CronCreate",     expand_ask, NULL, NULL, NULL, "work is to be started later without anybody asking for it"},
	{"RemoteTrigger",  expand_remote, "action", "list get list_runs get_run_log", NULL, "work is to be started or changed on another machine"},
	{"Artifact",       expand_publish, "action", "list read list_types watch unwatch status list_assets read_asset pin unpin", NULL,
	 "something is to be published or deleted outside this machine"},
	{"Projects",       expand_publish, "method",
	 "project_info project_read project_search project_memory_list project_memory_read", NULL,
	 "something is to be stored or deleted outside this machine"},
	{"ClaudeDesign",   expand_remote, "operation", "list", NULL, "something is to be done outside this machine"},
	{"SendFeedback",   expand_ask, NULL, NULL, NULL, "a report about this session is to leave the machine"},

	{"ScheduleWakeup", GOVERNED_LATER, NULL, NULL, NULL, NULL},
	{"Skill",          GOVERNED_LATER, NULL, NULL, NULL, NULL},
	{"SlashCommand",   GOVERNED_LATER, NULL, NULL, NULL, NULL},
	{"SendMessage",    GOVERNED_LATER, NULL, NULL, NULL, NULL},
	{"SubagentHandback", GOVERNED_LATER, NULL, NULL, NULL, NULL},

	{"AskUserQuestion", HARMLESS, NULL, NULL, NULL, NULL},
	{"AgentOutputTool", HARMLESS, NULL, NULL, NULL, NULL},
	{"BashOutput",      HARMLESS, NULL, NULL, NULL, NULL},
	{"CronDelete",      HARMLESS, NULL, NULL, NULL, NULL},
	{"CronList",        HARMLESS, NULL, NULL, NULL, NULL},
	{"EndConversation", HARMLESS, NULL, NULL, NULL, NULL},
	{"EnterPlanMode",   HARMLESS, NULL, NULL, NULL, NULL},
	{"ExitPlanMode",    HARMLESS, NULL, NULL, NULL, NULL},
	{"KillBash",        HARMLESS, NULL, NULL, NULL, NULL},
	{"KillShell",       HARMLESS, NULL, NULL, NULL, NULL},
	{"ListAgents",      HARMLESS, NULL, NULL, NULL, NULL},
	{"OfferChromeSetup", HARMLESS, NULL, NULL, NULL, NULL},
	{"PushNotification", HARMLESS, NULL, NULL, NULL, NULL},
	{"ReadNotifications", HARMLESS, NULL, NULL, NULL, NULL},
	{"RefreshMcpTools", HARMLESS, NULL, NULL, NULL, NULL},
	{"ReportFindings",  HARMLESS, NULL, NULL, NULL, NULL},
	{"SendUserMessage", HARMLESS, NULL, NULL, NULL, NULL},
	{"SetGoal",         HARMLESS, NULL, NULL, NULL, NULL},
	{"ShowOnboardingRolePicker", HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskCreate",      HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskGet",         HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskList",        HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskOutput",      HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskStop",        HARMLESS, NULL, NULL, NULL, NULL},
	{"TaskUpdate",      HARMLESS, NULL, NULL, NULL, NULL},
	{"TodoRead",        HARMLESS, NULL, NULL, NULL, NULL},
	{"TodoWrite",       HARMLESS, NULL, NULL, NULL, NULL},
	{"ToolSearch",      HARMLESS, NULL, NULL, NULL, NULL},
	{"WaitForMcpServers", HARMLESS, NULL, NULL, NULL, NULL},
	{"WebSearch",       AT_PROVIDER, NULL, NULL, NULL, NULL},
	{"propose_skills",  HARMLESS, NULL, NULL, NULL, NULL},
};
/* clang-format on */

/* An argument that this table does not know may mean something that it does not know either. */
static void check_arguments(struct agent_event *event, const struct tool *tool, const json_t *input)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)input, key, value) {
		struct str rest = str_from(tool->arguments), word;
		bool known = !tool->arguments || !value;
		while (!known && str_split(&rest, ' ', &word))
			known = str_is(word, key);
		if (known)
			continue;
		event->ask = arena_printf(event->arena,
					  "%s has an argument that CAVRA does not know: %.60s",
					  tool->name, key);
		return;
	}
}

int claude_tool_expand(struct agent_event *event, const json_t *input, const json_t *payload,
		       struct cavra_error *error)
{
	if (str_starts(event->tool, STR("mcp__")))
		return expand_mcp(event, input, payload, error);
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		if (!str_is(event->tool, tools[i].name))
			continue;
		check_arguments(event, &tools[i], input);
		return tools[i].expand ? tools[i].expand(event, &tools[i], input, error) : 0;
	}
	add_unknown(event, STR("CAVRA does not know what this tool does"));
	return 0;
}
