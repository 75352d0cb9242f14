/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk through the arguments of an MCP tool call. Twice: first for what the rest depends on (directories,
 * flags), then for files and hosts, which are judged here, and for commands and the like, which are kept for
 * mcp_act.c.
 */
#include "base/limits.h"
#include "decide/mcp.h"
#include "decide/patch.h"
#include "decide/paths.h"
#include "json/json.h"

enum { SUSPICIOUS_BYTES = 4096 };

struct walk {
	struct mcp_call *call;
	bool settings; /* the first time */
};

static struct arena *arena_of(const struct mcp_call *call)
{
	return call->d->arena;
}

static void keep(struct texts *texts, struct str text)
{
	if (texts->n < CALL_MAX_TEXTS)
		texts->items[texts->n++] = text;
	else
		texts->overflow = true;
}

static bool over_limit(struct mcp_call *call)
{
	if (++call->strings <= LIMIT_MCP_STRINGS)
		return false;
	if (call->strings == LIMIT_MCP_STRINGS + 1)
		finding_opaque(call->d, call->effect, STR("more arguments than can be looked at"),
			       call->scope.span);
	return true;
}

/* ---- URIs ---- */

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str percent_decoded(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		int high = i + 2 < text.n && text.p[i] == '%' ? hex_value(text.p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.p[i + 2]) : -1;
		out[n++] = low >= 0 ? (char)(high * 16 + low) : text.p[i];
		i += low >= 0 ? 2 : 0;
	}
	return str_make(out, n);
}

static bool is_file_uri(struct str text)
{
	return text.n > 5 && str_eq_nocase(str_first(text, 5), STR("file:"));
}

/* The path of "file:///a%20b?c#d", "file://localhost/a", "file:a". */
static struct str file_uri_path(struct mcp_call *call, struct str uri)
{
	struct str path = str_from_at(uri, 5);
	if (str_starts(path, STR("//"))) {
		path = str_from_at(path, 2);
		size_t slash = str_find_char(path, '/');
		path = slash == STR_NPOS ? STR("/") : str_from_at(path, slash);
	}
	size_t end = 0;
	while (end < path.n && path.p[end] != '?' && path.p[end] != '#')
		end++;
	struct str whole = percent_decoded(arena_of(call), path);
	struct str twice = percent_decoded(arena_of(call), whole);
	if (end < path.n)
		file_suspicion(call->d, value_from(arena_of(call), whole), &call->scope);
	/* "%252e": a server may decode what its library has decoded. */
	if (!str_eq(twice, whole))
		file_suspicion(call->d, value_from(arena_of(call), twice), &call->scope);
	return end < path.n ? percent_decoded(arena_of(call), str_first(path, end)) : whole;
}

/* Is it a URI with an authority? *ret_rest is what stands behind "://". */
static bool has_scheme(struct str text, struct str *ret_scheme, struct str *ret_rest)
{
	size_t at = str_find(text, STR("://"));
	if (at == STR_NPOS || at == 0)
		return false;
	for (size_t i = 0; i < at; i++)
		if (!ascii_is_alpha(text.p[i]) && !ascii_is_digit(text.p[i]) &&
		    !strchr("+-.", text.p[i]))
			return false;
	*ret_scheme = str_first(text, at);
	*ret_rest = str_from_at(text, at + 3);
	return true;
}

/* Goes to a host, or names something by a scheme of the server's own. */
static void judge_uri(struct mcp_call *call, struct str uri, struct str scheme, struct str rest)
{
	static const char *const network[] = {"http", "https", "ftp", "ftps", "sftp",
					      "ssh",  "git",   "ws",  "wss",  NULL};
	struct arena *arena = arena_of(call);
	bool allowed;
	for (const char *const *name = network; *name; name++) {
		if (!str_eq_nocase(scheme, str_from(*name)))
			continue;
		net_effect(call->d, value_from(arena, uri), true, &call->scope, &allowed);
		return;
	}
	file_suspicion(call->d, value_from(arena, percent_decoded(arena, rest)), &call->scope);
}

/* ---- paths ---- */

/* Where something is moved, copied or unpacked to; with a directory come names that nobody sees here. */
static void touch_target(struct mcp_call *call, struct str text)
{
	enum verb verb = call->tool.verb;
	struct scope scope = call->scope;
	scope.makes_below = (verb == VERB_MOVE || verb == VERB_COPY) && !path_names_file(text);
	(void)file_effect(call->d, EFFECT_FILE_WRITE, value_from(arena_of(call), text), false,
			  &scope);
}

static void touch(struct mcp_call *call, enum effect_kind kind, struct value path, bool tree)
{
	(void)file_effect(call->d, kind, path, tree, &call->scope);
}

/* A comment stands at a place of a file, and what is staged is there already: it is at most looked at twice. */
static bool only_names(const struct mcp_call *call)
{
	enum verb verb = call->tool.verb;
	return call->tool.stages ||
	       (call->tool.on_comments && !call->tool.on_files &&
		(verb == VERB_WRITE || verb == VERB_CHANGE || verb == VERB_DELETE));
}

static void judge_by_verb(struct mcp_call *call, struct value path)
{
	if (only_names(call)) {
		/* What is staged is read. */
		if (call->tool.stages)
			file_suspicion(call->d, path, &call->scope);
		file_write_suspicion(call->d, path, &call->scope);
		return;
	}
	switch (call->tool.verb) {
	case VERB_READ:
		if (call->tool.attributes && call->tool.on_files)
			file_suspicion(call->d, path, &call->scope);
		else
			touch(call, EFFECT_FILE_READ, path, false);
		break;
	case VERB_SEARCH:
		touch(call, EFFECT_FILE_READ, path, true);
		break;
	case VERB_WRITE:
	case VERB_PUSH:
	case VERB_DISCARD:
		touch(call, EFFECT_FILE_WRITE, path, false);
		break;
	case VERB_COPY:
		touch(call, EFFECT_FILE_READ, path, true);
		file_suspicion(call->d, path, &call->scope);
		break;
	case VERB_MOVE:
		touch(call, EFFECT_FILE_READ, path, true);
		touch(call, EFFECT_FILE_DELETE, path, true);
		break;
	case VERB_DELETE:
	case VERB_DESTROY:
		touch(call, EFFECT_FILE_DELETE, path, true);
		break;
	case VERB_UNKNOWN:
	case VERB_LOCAL:
	case VERB_RUN:
	case VERB_CHANGE:
	case VERBS:
		touch(call, EFFECT_FILE_READ, path, false);
		file_suspicion(call->d, path, &call->scope); /* it may as well write */
		break;
	}
}

static void judge_path(struct mcp_call *call, struct str text, enum meaning meaning)
{
	struct str scheme, rest;
	if (is_file_uri(text)) {
		text = file_uri_path(call, text);
	} else if (has_scheme(text, &scheme, &rest)) {
		judge_uri(call, text, scheme, rest);
		return;
	}
	struct value path = value_from(arena_of(call), text);
	bool moves = call->tool.verb == VERB_MOVE;
	if ((meaning == MEANS_TARGET || meaning == MEANS_PERHAPS_TARGET) && !only_names(call)) {
		touch_target(call, text);
	} else if (meaning == MEANS_PATH || moves || only_names(call)) {
		judge_by_verb(call, path);
	} else {
		touch(call, EFFECT_FILE_READ, path, true);
	}
	call->files |= (meaning != MEANS_PERHAPS_SOURCE && meaning != MEANS_PERHAPS_TARGET) ||
		       call->tool.on_files;
}

static bool looks_like_path(struct str text)
{
	if (!text.n || text.n > SUSPICIOUS_BYTES || str_find_char(text, '\n') != STR_NPOS)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (strchr("/\\.~%", text.p[i]))
			return true;
	return false;
}

/* Text of which nobody knows what it is to the tool. */
static void suspect(struct mcp_call *call, struct str text)
{
	struct str scheme, rest;
	if (text.n == 0 || text.n > SUSPICIOUS_BYTES || str_find_char(text, '\n') != STR_NPOS)
		return;
	if (is_file_uri(text))
		judge_path(call, text, MEANS_PATH);
	else if (has_scheme(text, &scheme, &rest) && str_find_char(text, ' ') == STR_NPOS)
		judge_uri(call, text, scheme, rest);
	else
		file_suspicion(call->d, value_from(arena_of(call), text), &call->scope);
}

/* ---- patches ---- */

static bool patch_touches(void *context, struct str path)
{
	struct mcp_call *call = context;
	call->files = true;
	if (over_limit(call))
		return false;
	touch(call, EFFECT_FILE_WRITE, value_from(arena_of(call), path), false);
	return true;
}

static void judge_patch(struct mcp_call *call, struct str patch)
{
	patch_names(arena_of(call), patch, patch_touches, call);
}

/* ---- settings ---- */

static void add_base(struct mcp_call *call, struct str text)
{
	struct value *cwds = ARENA_ARRAY(arena_of(call), call->scope.n_cwds + 1, struct value);
	if (is_file_uri(text))
		text = file_uri_path(call, text);
	struct value base = path_canonical(call->d, value_from(arena_of(call), text),
					   call->scope.cwds[0]);
	if (call->scope.n_cwds > CALL_MAX_BASES)
		base = value_any();
	call->files |= looks_like_path(text);
	if (value_eq(base, call->scope.cwds[0]))
		return;
	memcpy(cwds + 1, call->scope.cwds, call->scope.n_cwds * sizeof *cwds);
	cwds[0] = base;
	call->scope.cwds = cwds;
	if (call->scope.n_cwds <= CALL_MAX_BASES)
		call->scope.n_cwds++;
}

static void add_variable(struct mcp_call *call, struct str name, struct value value)
{
	struct shell_assign *assign = ARENA_NEW(arena_of(call), struct shell_assign);
	*assign = (struct shell_assign){
		.name = name, .value = value, .prefix = true, .next = call->scope.assigns};
	call->scope.assigns = assign;
}

static void read_environment(struct mcp_call *call, const json_t *value)
{
	struct arena *arena = arena_of(call);
	const char *key;
	json_t *item;
	size_t i;
	json_object_foreach ((json_t *)value, key, item) {
		/* Numbers and the like name no command. */
		bool plain = !json_is_string(item) && !json_is_object(item) && !json_is_array(item);
		struct value text = json_is_string(item) ? value_from(arena, json_str(item))
							 : value_any();
		add_variable(call, str_from(key), plain ? value_from(arena, STR("1")) : text);
	}
	json_array_foreach (value, i, item) {
		struct str text = json_is_string(item) ? json_str(item) : STR("");
		size_t equals = str_find_char(text, '=');
		if (equals != STR_NPOS)
			add_variable(call, str_first(text, equals),
				     value_from(arena, str_from_at(text, equals + 1)));
	}
}

static bool is_true(const json_t *value)
{
	return json_is_true(value) || (json_is_integer(value) && json_integer_value(value) != 0) ||
	       (json_is_string(value) && str_eq_nocase(json_str(value), STR("true")));
}

static void read_setting(struct mcp_call *call, const json_t *value, enum meaning meaning)
{
	struct str text = json_is_string(value) ? json_str(value) : STR("");
	if (meaning == MEANS_BASE && text.n) {
		add_base(call, text);
	} else if (meaning == MEANS_ENVIRONMENT) {
		read_environment(call, value);
	} else if (meaning == MEANS_LANGUAGE) {
		const char *language = mcp_language(text);
		call->language = language ? language : "other";
	} else if (meaning == MEANS_STDIN && text.n) {
		struct value *input = ARENA_NEW(arena_of(call), struct value);
		*input = value_from(arena_of(call), text);
		call->scope.input = input;
		call->scope.piped_in = true;
	} else if (meaning == MEANS_FORCE) {
		call->force |= is_true(value);
	} else if (meaning == MEANS_RECURSIVE) {
		call->recursive |= is_true(value);
	} else if (meaning == MEANS_TAG) {
		call->tags |= is_true(value);
	} else if (meaning == MEANS_ELSEWHERE) {
		call->elsewhere = true;
	} else if (meaning == MEANS_REMOTE && text.n) {
		call->remote = text;
	}
}

/* ---- strings ---- */

/* A Git revision may carry a path: HEAD:.env */
static void read_ref(struct mcp_call *call, struct str text, enum meaning meaning)
{
	size_t colon = str_find_char(text, ':');
	keep(meaning == MEANS_REF ? &call->refs : &call->revisions, text);
	if (colon != STR_NPOS && call->tool.verb != VERB_PUSH)
		touch(call, EFFECT_FILE_READ,
		      value_from(arena_of(call), str_from_at(text, colon + 1)), true);
	else
		suspect(call, text);
}

static void read_perhaps(struct mcp_call *call, struct str text, enum meaning meaning)
{
	if (patch_is(text))
		judge_patch(call, text);
	else if (looks_like_path(text))
		judge_path(call, text, meaning);
	else
		suspect(call, text);
	keep(&call->others, text);
}

/* "/bin/bash" */
static bool is_shell_name(struct str text)
{
	const char *language = mcp_language(str_basename(text));
	return language && strcmp(language, "shell") == 0;
}

static void read_string(struct mcp_call *call, struct str text, enum meaning meaning)
{
	switch (meaning) {
	case MEANS_PATH:
		if (!call->file.n)
			call->file = text;
		judge_path(call, text, meaning);
		break;
	case MEANS_SOURCE:
	case MEANS_TARGET:
		judge_path(call, text, meaning);
		break;
	case MEANS_PERHAPS_SOURCE:
	case MEANS_PERHAPS_TARGET:
		read_perhaps(call, text, meaning);
		break;
	case MEANS_BASE:
		if (is_file_uri(text))
			text = file_uri_path(call, text);
		touch(call, EFFECT_FILE_READ, value_from(arena_of(call), text), false);
		break;
	case MEANS_PATCH:
		judge_patch(call, text);
		break;
	case MEANS_COMMAND:
		keep(&call->commands, text);
		break;
	case MEANS_SHELL:
		if (!is_shell_name(text))
			keep(&call->commands, text);
		break;
	case MEANS_CODE:
		keep(&call->code, text);
		break;
	case MEANS_SQL:
		keep(&call->sql, text);
		break;
	case MEANS_REF:
	case MEANS_REVISION:
		read_ref(call, text, meaning);
		break;
	case MEANS_TAG:
		if (str_find_char(text, ':') != STR_NPOS)
			read_ref(call, text, meaning);
		else
			keep(&call->refs, arena_join(arena_of(call), STR("refs/tags/"), text));
		break;
	case MEANS_REFSPEC:
		keep(&call->refspecs, text);
		break;
	case MEANS_TEXT:
		if (patch_is(text) && call->tool.patches)
			judge_patch(call, text);
		keep(&call->others, text);
		break;
	case MEANS_UNKNOWN:
	case MEANS_ARGS:
	case MEANS_ELSEWHERE:
	case MEANS_REMOTE:
		suspect(call, text);
		keep(&call->others, text);
		break;
	case MEANS_LANGUAGE:
	case MEANS_ENVIRONMENT:
	case MEANS_STDIN:
	case MEANS_FORCE:
	case MEANS_RECURSIVE:
		break;
	}
}

/* ---- the walk ---- */

static bool is_setting(enum meaning meaning)
{
	return meaning == MEANS_BASE || meaning == MEANS_ENVIRONMENT || meaning == MEANS_LANGUAGE ||
	       meaning == MEANS_STDIN || meaning == MEANS_FORCE || meaning == MEANS_RECURSIVE ||
	       meaning == MEANS_ELSEWHERE || meaning == MEANS_REMOTE || meaning == MEANS_TAG;
}

/* {"path": {"value": ".env"}} and {"files": [{"name": ".env"}]} name files, too. */
static bool reaches_inside(enum meaning meaning)
{
	return meaning == MEANS_PATH || meaning == MEANS_SOURCE || meaning == MEANS_TARGET ||
	       meaning == MEANS_PERHAPS_SOURCE || meaning == MEANS_PERHAPS_TARGET ||
	       meaning == MEANS_COMMAND || meaning == MEANS_CODE || meaning == MEANS_SQL;
}

static void walk_value(struct walk *walk, const json_t *value, enum meaning meaning, int depth);

static void walk_member(struct walk *walk, const char *key, const json_t *value, enum meaning outer,
			int depth)
{
	struct mcp_call *call = walk->call;
	enum meaning meaning = mcp_meaning(key);
	if (call->tool.database && meaning == MEANS_TEXT &&
	    str_eq_nocase(str_from(key), STR("query")))
		meaning = MEANS_SQL;
	/* The target of what only looks is what it looks at. */
	if (str_starts(str_from(key), STR("target")) && meaning == MEANS_PERHAPS_TARGET &&
	    (call->tool.verb == VERB_READ || call->tool.verb == VERB_SEARCH))
		meaning = MEANS_PERHAPS_SOURCE;
	if (meaning == MEANS_UNKNOWN) {
		if (!walk->settings && !over_limit(call))
			suspect(call, str_from(key));
		if (reaches_inside(outer))
			meaning = outer;
	}
	if (walk->settings && is_setting(meaning))
		read_setting(call, value, meaning);
	if (!walk->settings && meaning == MEANS_ARGS && !json_is_object(value))
		call->args = value;
	if (!walk->settings && meaning == MEANS_COMMAND && json_is_array(value)) {
		call->command_words = value;
		call->many_commands = str_starts(str_from(key), STR("commands")) ||
				      str_starts(str_from(key), STR("cmds"));
	} else if (meaning != MEANS_ENVIRONMENT)
		walk_value(walk, value, meaning, depth + 1);
}

static void walk_value(struct walk *walk, const json_t *value, enum meaning meaning, int depth)
{
	const char *key;
	json_t *item;
	size_t i;
	if (depth > LIMIT_JSON_DEPTH)
		return; /* JSON that is deeper was refused as malformed */
	if (json_is_string(value) && !walk->settings && !over_limit(walk->call))
		read_string(walk->call, json_str(value), meaning);
	json_array_foreach (value, i, item)
		walk_value(walk, item, meaning, depth + 1);
	json_object_foreach ((json_t *)value, key, item)
		walk_member(walk, key, item, meaning, depth);
}

void mcp_walk(struct mcp_call *call, const json_t *arguments)
{
	struct walk walk = {.call = call, .settings = true};
	walk_value(&walk, arguments, MEANS_UNKNOWN, 0);
	walk.settings = false;
	walk_value(&walk, arguments, MEANS_UNKNOWN, 0);
}
