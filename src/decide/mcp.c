/* SPDX-License-Identifier: Apache-2.0
 *
 * MCP tool calls: whether the server is trusted, and what the arguments name. The tool's name only says whether a path is
 * read or written; whatever the caller claims about itself loosens nothing.
 */
#include "base/limits.h"
#include "decide/core.h"

/* ---- what a tool does, from its name ---- */

enum verb { VERB_READ, VERB_LIST, VERB_WRITE, VERB_DELETE, VERB_MOVE, VERB_RUN, VERB_PUSH, VERB_CHANGE, VERB_DESTROY };

/* Parts of tool names ("write_file", "moveFile", "git-push"); the strongest that occurs counts, so the order is from
 * weak to strong.
 */
static const struct {
	const char *part;
	enum verb verb;
} verbs[] = {
	{"search", VERB_LIST},	  {"list", VERB_LIST},	     {"tree", VERB_LIST},     {"find", VERB_LIST},
	{"glob", VERB_LIST},	  {"grep", VERB_LIST},	     {"write", VERB_WRITE},   {"create", VERB_WRITE},
	{"edit", VERB_WRITE},	  {"update", VERB_WRITE},    {"append", VERB_WRITE},  {"put", VERB_WRITE},
	{"save", VERB_WRITE},	  {"insert", VERB_WRITE},    {"replace", VERB_WRITE}, {"patch", VERB_WRITE},
	{"upload", VERB_WRITE},	  {"set", VERB_WRITE},	     {"mkdir", VERB_WRITE},   {"copy", VERB_MOVE},
	{"move", VERB_MOVE},	  {"rename", VERB_MOVE},     {"run", VERB_RUN},	      {"exec", VERB_RUN},
	{"execute", VERB_RUN},	  {"shell", VERB_RUN},	     {"command", VERB_RUN},   {"bash", VERB_RUN},
	{"terminal", VERB_RUN},	  {"eval", VERB_RUN},	     {"push", VERB_PUSH},     {"merge", VERB_CHANGE},
	{"apply", VERB_CHANGE},	  {"deploy", VERB_CHANGE},   {"publish", VERB_CHANGE}, {"release", VERB_CHANGE},
	{"scale", VERB_CHANGE},	  {"grant", VERB_CHANGE},    {"send", VERB_CHANGE},   {"delete", VERB_DELETE},
	{"remove", VERB_DELETE},  {"rm", VERB_DELETE},	     {"unlink", VERB_DELETE}, {"rmdir", VERB_DELETE},
	{"drop", VERB_DESTROY},	  {"destroy", VERB_DESTROY}, {"terminate", VERB_DESTROY}, {"purge", VERB_DESTROY},
};

/* Cuts the next part off a name: at '_', '-', '.', ' ' and in front of a capital letter. */
static bool next_part(struct str *rest, struct str *ret_part)
{
	while (rest->n && !ascii_is_name(rest->p[0]))
		*rest = str_from_at(*rest, 1);
	while (rest->n && rest->p[0] == '_')
		*rest = str_from_at(*rest, 1);
	size_t n = 0;
	while (n < rest->n && ascii_is_name(rest->p[n]) && rest->p[n] != '_') {
		bool capital = rest->p[n] >= 'A' && rest->p[n] <= 'Z';
		bool before_low = n > 0 && rest->p[n - 1] >= 'a' && rest->p[n - 1] <= 'z';
		if (n && capital && before_low)
			break;
		n++;
	}
	*ret_part = str_first(*rest, n);
	*rest = str_from_at(*rest, n);
	return n > 0;
}

static enum verb tool_verb(struct str tool)
{
	enum verb strongest = VERB_READ;
	struct str rest = tool, part;
	while (next_part(&rest, &part))
		for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
			if (str_eq_nocase(part, str_from(verbs[i].part)) && verbs[i].verb > strongest)
				strongest = verbs[i].verb;
	return strongest;
}

/* ---- what an argument is, from its key ---- */

enum meaning { MEANS_NOTHING, MEANS_TEXT, MEANS_PATH, MEANS_TARGET, MEANS_COMMAND, MEANS_ARGS, MEANS_REF };

static const struct {
	const char *key;
	enum meaning meaning;
} keys[] = {
	{"path", MEANS_PATH},	       {"paths", MEANS_PATH},	     {"file", MEANS_PATH},
	{"files", MEANS_PATH},	       {"filename", MEANS_PATH},     {"file_name", MEANS_PATH},
	{"filepath", MEANS_PATH},      {"file_path", MEANS_PATH},    {"uri", MEANS_PATH},
	{"url", MEANS_PATH},	       {"source", MEANS_PATH},	     {"src", MEANS_PATH},
	{"from", MEANS_PATH},	       {"old_path", MEANS_PATH},     {"input", MEANS_PATH},
	{"dir", MEANS_PATH},	       {"directory", MEANS_PATH},    {"folder", MEANS_PATH},
	{"root", MEANS_PATH},	       {"notebook_path", MEANS_PATH}, {"repo_path", MEANS_NOTHING},
	{"destination", MEANS_TARGET}, {"dest", MEANS_TARGET},	     {"dst", MEANS_TARGET},
	{"to", MEANS_TARGET},	       {"new_path", MEANS_TARGET},   {"target_path", MEANS_TARGET},
	{"output", MEANS_TARGET},      {"output_path", MEANS_TARGET}, {"command", MEANS_COMMAND},
	{"cmd", MEANS_COMMAND},	       {"commandline", MEANS_COMMAND}, {"command_line", MEANS_COMMAND},
	{"shell", MEANS_COMMAND},      {"script", MEANS_COMMAND},    {"args", MEANS_ARGS},
	{"argv", MEANS_ARGS},	       {"arguments", MEANS_ARGS},    {"branch", MEANS_REF},
	{"ref", MEANS_REF},	       {"refspec", MEANS_REF},	     {"revision", MEANS_REF},
	{"base", MEANS_REF},	       {"content", MEANS_TEXT},	     {"contents", MEANS_TEXT},
	{"text", MEANS_TEXT},	       {"message", MEANS_TEXT},	     {"body", MEANS_TEXT},
	{"description", MEANS_TEXT},   {"title", MEANS_TEXT},	     {"new_string", MEANS_TEXT},
	{"old_string", MEANS_TEXT},    {"query", MEANS_TEXT},	     {"prompt", MEANS_TEXT},
};

static enum meaning key_meaning(struct str key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq_nocase(key, str_from(keys[i].key)))
			return keys[i].meaning;
	return MEANS_NOTHING;
}

/* ---- walking the arguments ---- */

struct call {
	struct decider *d;
	struct scope scope;
	enum verb verb;
	struct str command; /* a string under a command key */
	const json_t *args; /* an array under an args key */
	struct str refs[4];
	size_t n_refs;
};

static bool is_web(struct str text)
{
	return str_starts(text, STR("http://")) || str_starts(text, STR("https://")) || str_starts(text, STR("ftp://")) ||
	       str_starts(text, STR("ws://")) || str_starts(text, STR("wss://"));
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The path of a file: URL, percent-decoded; other text as it is. */
static struct str local_path(struct decider *d, struct str text)
{
	if (text.n < 5 || !str_eq_nocase(str_first(text, 5), STR("file:")))
		return text;
	text = str_from_at(text, 5);
	if (str_starts(text, STR("//"))) {
		size_t slash = str_find_char(str_from_at(text, 2), '/');
		text = slash == STR_NPOS ? STR("/") : str_from_at(text, 2 + slash);
	}
	char *out = arena_alloc(d->arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool escape = text.p[i] == '%' && i + 2 < text.n && hex_value(text.p[i + 1]) >= 0 && hex_value(text.p[i + 2]) >= 0;
		out[n++] = escape ? (char)(hex_value(text.p[i + 1]) * 16 + hex_value(text.p[i + 2])) : text.p[i];
		i += escape ? 2 : 0;
	}
	return str_make(out, n);
}

static void touch_path(struct call *call, struct str text, bool target)
{
	struct decider *d = call->d;
	bool allowed;
	if (is_web(text)) {
		net_effect(d, value_from(d->arena, text), true, &call->scope, &allowed);
		return;
	}
	struct value path = value_from(d->arena, local_path(d, text));
	bool destroys = call->verb == VERB_DELETE || call->verb == VERB_DESTROY;
	bool writes = target || call->verb == VERB_WRITE || call->verb == VERB_PUSH || call->verb == VERB_CHANGE;
	if (call->verb == VERB_MOVE && !target) {
		(void)file_effect(d, EFFECT_FILE_READ, path, true, &call->scope);
		(void)file_effect(d, EFFECT_FILE_DELETE, path, true, &call->scope);
	} else if (destroys) {
		(void)file_effect(d, EFFECT_FILE_DELETE, path, true, &call->scope);
	} else if (writes) {
		(void)file_effect(d, EFFECT_FILE_WRITE, path, false, &call->scope);
	} else {
		(void)file_effect(d, EFFECT_FILE_READ, path, call->verb == VERB_LIST, &call->scope);
	}
}

/* A Git revision may carry a path: HEAD:.env */
static void note_ref(struct call *call, struct str text)
{
	size_t colon = str_find_char(text, ':');
	if (colon != STR_NPOS && call->verb != VERB_PUSH)
		(void)file_effect(call->d, EFFECT_FILE_READ, value_from(call->d->arena, str_from_at(text, colon + 1)), false,
				  &call->scope);
	if (call->n_refs < sizeof call->refs / sizeof *call->refs)
		call->refs[call->n_refs++] = text;
}

static void walk(struct call *call, const json_t *value, enum meaning meaning, int depth);

static void walk_text(struct call *call, struct str text, enum meaning meaning)
{
	switch (meaning) {
	case MEANS_PATH:
		touch_path(call, text, false);
		break;
	case MEANS_TARGET:
		touch_path(call, text, true);
		break;
	case MEANS_COMMAND:
		call->command = text;
		break;
	case MEANS_REF:
		note_ref(call, text);
		break;
	case MEANS_NOTHING:
	case MEANS_ARGS:
		file_suspicion(call->d, value_from(call->d->arena, local_path(call->d, text)), &call->scope);
		break;
	case MEANS_TEXT:
		break;
	}
}

static void walk_object(struct call *call, const json_t *object, int depth)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)object, key, value) {
		enum meaning meaning = key_meaning(str_from(key));
		if (meaning == MEANS_ARGS && json_is_array(value))
			call->args = value;
		walk(call, value, meaning, depth + 1);
	}
}

static void walk(struct call *call, const json_t *value, enum meaning meaning, int depth)
{
	size_t i;
	json_t *item;
	if (depth > LIMIT_JSON_DEPTH)
		return;
	if (json_is_string(value))
		walk_text(call, str_make(json_string_value(value), json_string_length(value)), meaning);
	else if (json_is_object(value))
		walk_object(call, value, depth);
	else if (json_is_array(value))
		json_array_foreach (value, i, item)
			walk(call, item, meaning, depth + 1);
}

/* ---- commands ---- */

/* {"command": "terraform", "args": ["apply"]} is one command; a command alone is shell text. */
static void judge_command(struct call *call)
{
	struct decider *d = call->d;
	if (!call->command.n)
		return;
	if (!call->args) {
		shell_text(d, call->command, &call->scope);
		return;
	}
	size_t n = 1, i;
	json_t *item;
	struct word *words = ARENA_ARRAY(d->arena, json_array_size(call->args) + 1, struct word);
	words[0].value = value_from(d->arena, call->command);
	json_array_foreach (call->args, i, item) {
		words[n].value = json_is_string(item) ? value_from(d->arena, str_make(json_string_value(item), json_string_length(item)))
						      : value_any();
		words[n++].span = call->scope.span;
	}
	run_words(d, words, n, &call->scope);
}

/* ---- Git ---- */

static void judge_push(struct call *call)
{
	struct decider *d = call->d;
	struct word refs[4] = {{.many = false}};
	if (call->verb != VERB_PUSH && call->verb != VERB_WRITE && call->verb != VERB_DELETE)
		return;
	for (size_t i = 0; i < call->n_refs; i++)
		refs[i] = (struct word){.value = value_from(d->arena, call->refs[i]), .span = call->scope.span};
	struct git_push push = {
		.refspecs = refs,
		.n_refspecs = call->n_refs,
		.delete = call->verb == VERB_DELETE,
	};
	if (call->n_refs || call->verb == VERB_PUSH)
		git_push_effect(d, &push, &call->scope);
}

/* ---- the server ---- */

static enum match listed(struct decider *d, enum policy_list_id list)
{
	return name_match(d->policy->list[list], value_from(d->arena, d->request->server), d->arena).match;
}

static void judge_server(struct decider *d, const struct effect *effect)
{
	bool blocked = listed(d, LIST_MCP_BLOCKED) != MATCH_NO, allowed = listed(d, LIST_MCP_ALLOWED) == MATCH_MUST;
	struct finding *finding;
	if (blocked || (!allowed && d->policy->mcp_block_unknown)) {
		finding = finding_add(d, effect, CAVRA_BLOCK, CAVRA_HIGH, "mcp.server.trust.block_unknown");
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is %s", STR_ARG(d->request->server),
					       blocked ? "blocked" : "not among the allowed ones");
	} else if (!allowed) {
		finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM, "mcp.server.trust.require_approval");
		finding->approver_group = STR("AI Governance");
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is not known", STR_ARG(d->request->server));
	} else {
		finding = finding_add(d, effect, CAVRA_ALLOW, CAVRA_LOW, "mcp.server.trust.allow");
		finding->reason = arena_printf(d->arena, "the MCP server %.*s is allowed", STR_ARG(d->request->server));
	}
}

static void judge_effect(struct decider *d, const struct effect *effect, enum verb verb)
{
	bool asks = verb == VERB_RUN || verb == VERB_PUSH || verb == VERB_CHANGE || verb == VERB_DELETE || verb == VERB_DESTROY;
	if (!asks)
		return;
	struct finding *finding = finding_add(d, effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH, "mcp.tool.effect.require_approval");
	finding->approver_group = STR("AI Governance");
	finding->reason = arena_printf(d->arena, "the tool %.*s changes, runs or destroys something", STR_ARG(d->request->tool));
}

void mcp_request(struct decider *d)
{
	struct call call = {.d = d, .scope = scope_of_request(d), .verb = tool_verb(d->request->tool)};
	struct str shown = arena_join3(d->arena, d->request->server, STR(":"), d->request->tool);
	struct effect *effect = effect_add(d, EFFECT_MCP, shown, &call.scope);
	judge_server(d, effect);
	if (d->request->arguments_malformed) {
		struct finding *finding = finding_add(d, effect, CAVRA_BLOCK, CAVRA_HIGH, "mcp.arguments.malformed");
		finding->reason = STR("the arguments are not JSON that everybody reads alike");
		return;
	}
	judge_effect(d, effect, call.verb);
	(void)rules_for_name(d, effect, value_from(d->arena, shown));
	if (d->request->arguments)
		walk(&call, d->request->arguments, MEANS_NOTHING, 0);
	judge_command(&call);
	judge_push(&call);
}
