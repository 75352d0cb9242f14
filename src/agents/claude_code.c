/* SPDX-License-Identifier: Apache-2.0
 *
 * Claude Code's hook protocol: payload in, answer out. Field names and events as in the type
 * definitions of
 * @anthropic-ai/claude-agent-sdk, against which the tests check both directions.
 */
#include "agents/claude_code.h"

#include "base/array.h"
#include "base/utf8.h"
#include "json/json.h"

/* What Claude Code keeps of a string, less the words that say it was cut. */
enum { CLAUDE_STRING_MAX = 9900 };

/* Events that announce no action that a hook could stop; PreToolUse is the one that does. */
static const char *const silent_events[] = {
	"PostToolUse",
	"PostToolUseFailure",
	"PostToolBatch",
	"Notification",
	"UserPromptSubmit",
	"UserPromptExpansion",
	"Stop",
	"StopFailure",
	"SubagentStart",
	"SubagentStop",
	"PreCompact",
	"PostCompact",
	"PreModelSwitch",
	"PostModelSwitch",
	"PermissionRequest",
	"PermissionDenied",
	"Setup",
	"TeammateIdle",
	"TaskCreated",
	"TaskCompleted",
	"Elicitation",
	"ElicitationResult",
	"ConfigChange",
	"WorktreeCreate",
	"WorktreeRemove",
	"InstructionsLoaded",
	"CwdChanged",
	"FileChanged",
	"DirectoryAdded",
	"MessageDisplay",
};

/* Nothing is decided about these either, but they are recorded. */
static const struct {
	const char *name, *records;
} session_events[] = {
	{"SessionStart", "cavra.session.started"},
	{"SessionEnd", "cavra.session.ended"},
};

/* Permission modes in which "ask" reaches a person. In the others (auto, dontAsk,
 * bypassPermissions, and what we do not know) a model or nobody answers. */
static const char *const asking_modes[] = {"default", "acceptEdits", "plan"};

static int read_base(struct agent_event *event, struct cavra_error *error)
{
	const json_t *payload = event->payload;
	int code = json_need_str(payload, "session_id", &event->session_id, error);
	if (code >= 0)
		code = json_need_str(payload, "cwd", &event->cwd, error);
	event->mode = STR("default");
	if (code >= 0)
		code = json_want_str(payload, "permission_mode", &event->mode, error);
	if (code < 0)
		return code;
	if (!event->cwd.n || event->cwd.p[0] != '/')
		return error_set(error, CAVRA_ERR_INPUT, "cwd is not an absolute path");
	event->can_ask = str_is_one_of(event->mode, asking_modes, ARRAY_SIZE(asking_modes));
	event->plans = str_is(event->mode, "plan");
	event->agent_id = STR("claude-code");
	return 0;
}

static int read_tool(struct agent_event *event, struct cavra_error *error)
{
	int code = json_need_str(event->payload, "tool_name", &event->tool, error);
	if (code < 0)
		return code;
	const json_t *input = json_object_get(event->payload, "tool_input");
	if (!json_is_object(input))
		return error_set(error, CAVRA_ERR_INPUT, "tool_input is not an object");
	code = claude_tool_expand(event, input, event->payload, error);
	if (code < 0)
		return error_prefix(error, "%.60s", event->tool.p);
	if (event->n_requests > AGENT_MAX_REQUESTS)
		return error_set(error, CAVRA_ERR_LIMIT, "one call about more than %d things",
				 AGENT_MAX_REQUESTS);
	event->acts = true;
	return 0;
}

static int claude_read(struct str payload, struct arena *arena, struct agent_event *ret_event,
		       struct cavra_error *error)
{
	*ret_event = (struct agent_event){.arena = arena};
	struct str name;
	int code = json_read(payload, 0, &ret_event->payload, error);
	if (code < 0)
		return code;
	if (!json_is_object(ret_event->payload))
		return error_set(error, CAVRA_ERR_INPUT, "the payload is not a JSON object");
	code = json_need_str(ret_event->payload, "hook_event_name", &name, error);
	if (code < 0)
		return code;
	if (str_is_one_of(name, silent_events, ARRAY_SIZE(silent_events)))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(session_events); i++)
		if (str_is(name, session_events[i].name)) {
			ret_event->records = session_events[i].records;
			return read_base(ret_event, error);
		}
	if (!str_is(name, "PreToolUse"))
		return error_set(error, CAVRA_ERR_INPUT, "hook event \"%.60s\" is not known",
				 name.p);
	code = read_base(ret_event, error);
	return code < 0 ? code : read_tool(ret_event, error);
}

static void add_string(struct buf *out, const struct buf *text)
{
	struct str all = buf_str(text), rest = all;
	size_t characters = 0;
	while (rest.n && characters < CLAUDE_STRING_MAX) {
		(void)utf8_next(&rest);
		characters++;
	}
	if (!rest.n) {
		buf_add_json_string(out, all);
		return;
	}
	struct buf CLEANUP_BUF cut;
	buf_init(&cut, all.n + 32);
	buf_add(&cut, str_first(all, all.n - rest.n));
	buf_add_c(&cut, " ... (cut)");
	out->failed = out->failed || cut.failed;
	buf_add_json_string(out, buf_str(&cut));
}

static void claude_write(const struct agent_verdict *verdict, struct buf *out)
{
	static const char *const words[] = {[ANSWER_ALLOW] = "allow",
					    [ANSWER_SILENT] = NULL,
					    [ANSWER_ASK] = "ask",
					    [ANSWER_DENY] = "deny"};
	const char *word = words[verdict->answer];
	out->failed = verdict->reason.failed || verdict->note.failed;
	if (!word && !verdict->note.n)
		return;
	buf_add_char(out, '{');
	if (verdict->note.n) {
		buf_add_c(out, "\"systemMessage\":");
		add_string(out, &verdict->note);
	}
	if (word) {
		buf_add_format(
			out,
			"%s\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":"
			"\"%s\",\"permissionDecisionReason\":",
			verdict->note.n ? "," : "", word);
		add_string(out, &verdict->reason);
		buf_add_char(out, '}');
	}
	buf_add_c(out, "}\n");
}

const struct agent_adapter claude_code_adapter = {
	.name = "claude-code",
	.title = "Claude Code",
	.root_variable = "CLAUDE_PROJECT_DIR",
	.read = claude_read,
	.write = claude_write,
};
