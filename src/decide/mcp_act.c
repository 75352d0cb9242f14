/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands, program text and pushes that the arguments of an MCP tool call describe. They are judged as if the
 * agent had given them to its own shell.
 */
#include "base/array.h"
#include "decide/mcp.h"
#include "json/json.h"

enum { MAX_WORDS = 256 };

struct words {
	struct word items[MAX_WORDS];
	size_t n;
};

static struct arena *arena_of(const struct mcp_call *call)
{
	return call->d->arena;
}

static void add_value(struct mcp_call *call, struct words *words, struct value value, bool many)
{
	struct word word = {.value = value, .many = many, .span = call->scope.span};
	if (words->n + 1 == MAX_WORDS)
		word.many = true;
	if (words->n < MAX_WORDS)
		words->items[words->n++] = word;
}

static void add_text(struct mcp_call *call, struct words *words, struct str text)
{
	add_value(call, words, value_from(arena_of(call), text), false);
}

/* "git -C x" is three words; what is more than words stays one. */
static void add_split(struct mcp_call *call, struct words *words, struct str text)
{
	struct word *split = NULL;
	size_t n = 0;
	if (!shell_split_words(arena_of(call), text, &split, &n)) {
		add_text(call, words, text);
		return;
	}
	for (size_t i = 0; i < n; i++)
		add_value(call, words, split[i].value, split[i].many);
}

static void add_json(struct mcp_call *call, struct words *words, const json_t *value)
{
	json_t *item;
	size_t i;
	if (json_is_string(value))
		add_split(call, words, json_str(value));
	json_array_foreach (value, i, item) {
		if (json_is_string(item))
			add_text(call, words, json_str(item));
		else if (json_is_integer(item))
			add_value(call, words,
				  value_from(arena_of(call),
					     arena_printf(arena_of(call), "%" JSON_INTEGER_FORMAT,
							  json_integer_value(item))),
				  false);
		else
			add_value(call, words, value_any(), false);
	}
}

/* ---- shell text ---- */

/* text in single quotes */
static struct str quoted(struct arena *arena, struct str text)
{
	struct str out = STR("'");
	for (size_t quote; (quote = str_find_char(text, '\'')) != STR_NPOS;
	     text = str_from_at(text, quote + 1))
		out = arena_join3(arena, out, str_first(text, quote), STR("'\\''"));
	return arena_join3(arena, out, text, STR("'"));
}

static bool is_variable_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_name(name.p[i]))
			return false;
	return name.n > 0 && !ascii_is_digit(name.p[0]);
}

/* The text as a shell would see it that is started with the call's environment. */
static void run_shell(struct mcp_call *call, struct str text)
{
	struct arena *arena = arena_of(call);
	struct scope scope = call->scope;
	for (const struct shell_assign *a = call->scope.assigns; a; a = a->next) {
		if (!is_variable_name(a->name) || !value_is_known(a->value)) {
			finding_opaque(call->d, call->effect,
				       STR("an environment that is not known"), call->scope.span);
			continue;
		}
		struct str start = arena_join3(arena, STR("export "), a->name, STR("="));
		struct str value = quoted(arena, value_text(arena, a->value));
		text = arena_join3(arena, arena_join(arena, start, value), STR("\n"), text);
	}
	scope.assigns = NULL;
	system_text(call->d, text, &scope);
}

/* ---- programs that tools are named after ---- */

static const struct {
	const char *name, *program;
} programs[] = {
	{"kubernetes", "kubectl"}, {"k8s", "kubectl"}, {"opentofu", "tofu"},
	{"gcp", "gcloud"},         {"azure", "az"},
};

/* A program with subcommands; Git is looked at on its own. */
static bool find_program(struct str name, struct str *ret_program)
{
	struct str part;
	while (mcp_name_part(&name, &part)) {
		for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
			if (str_eq_nocase(part, str_from(programs[i].name)))
				part = str_from(programs[i].program);
		const struct known_command *known = knowledge_find(part);
		if (known && known->n_subcommands > 0 && !str_is(part, "git")) {
			*ret_program = part;
			return true;
		}
	}
	return false;
}

static bool call_program(const struct mcp_call *call, struct str *ret_program)
{
	return find_program(call->d->request->server, ret_program) ||
	       find_program(call->d->request->tool, ret_program);
}

/* terraform:apply, kubernetes:delete_resource: the command that does the same, with arguments unknown. */
static void run_like_program(struct mcp_call *call)
{
	struct str program, rest = call->d->request->tool, part;
	bool acts = call->tool.verb == VERB_WRITE ||
		    (call->tool.verb >= VERB_DELETE && call->tool.verb != VERB_RUN);
	struct words words = {.n = 0};
	if (!acts || !call_program(call, &program))
		return;
	add_text(call, &words, program);
	while (mcp_name_part(&rest, &part))
		if (!str_eq_nocase(part, program))
			add_text(call, &words, part);
	add_value(call, &words, value_any(), true);
	run_words(call->d, words.items, words.n, &call->scope);
}

/* ---- commands ---- */

static bool has_shell_signs(const struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		for (size_t k = 0; k < words->items[i].value.n; k++) {
			struct str text = words->items[i].value.seg[k].text;
			for (size_t at = 0; at < text.n; at++)
				if (strchr(";|&$`<>()\n", text.p[at]))
					return true;
		}
	return false;
}

/* Some servers hand the words to a shell, joined. */
static void run_joined(struct mcp_call *call, const struct words *words)
{
	struct str text = STR("");
	for (size_t i = 0; i < words->n; i++) {
		if (!word_is_known(&words->items[i]))
			return;
		text = arena_join3(arena_of(call), text, i ? STR(" ") : STR(""),
				   value_text(arena_of(call), words->items[i].value));
	}
	run_shell(call, text);
}

static void run_all(struct mcp_call *call, const struct words *words)
{
	struct str program;
	struct words with_program = {.n = 0};
	if (words->n == 0)
		return;
	call->understood = true;
	run_words(call->d, words->items, words->n, &call->scope);
	if (words->n > 1 && has_shell_signs(words))
		run_joined(call, words);
	/* terraform:run {"args": ["apply"]} */
	if (!call_program(call, &program))
		return;
	if (word_is_known(&words->items[0]) &&
	    str_eq(str_basename(value_text(arena_of(call), words->items[0].value)), program))
		return;
	add_text(call, &with_program, program);
	for (size_t i = 0; i < words->n; i++)
		add_value(call, &with_program, words->items[i].value, words->items[i].many);
	run_words(call->d, with_program.items, with_program.n, &call->scope);
}

static void run_text(struct mcp_call *call, struct str text)
{
	struct words words = {.n = 0};
	struct str program;
	call->understood = true;
	run_shell(call, text);
	if (!call_program(call, &program) || str_starts(text, program))
		return;
	add_text(call, &words, program);
	add_split(call, &words, text);
	run_words(call->d, words.items, words.n, &call->scope);
}

static bool has_blank(const json_t *item)
{
	return json_is_string(item) && str_find_char(str_trim(json_str(item)), ' ') != STR_NPOS;
}

/* ["bash", "-c", "ls"] are the words of one command, ["ls -l", "date"] are two; where the name says that they are several,
 * so are ["date", "ls -l"].
 */
static bool is_list_of_commands(const json_t *array, bool named)
{
	const json_t *item;
	bool blank = false;
	size_t i;
	if (has_blank(json_array_get(array, 0)))
		return true;
	json_array_foreach (array, i, item) {
		named &= !json_is_string(item) || !str_starts(json_str(item), STR("-"));
		blank |= has_blank(item);
	}
	return named && blank;
}

/* {"command": "git", "args": ["push"]} */
static void add_object(struct mcp_call *call, struct words *words, const json_t *object)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)object, key, value)
		if (mcp_meaning(key) == MEANS_COMMAND || mcp_meaning(key) == MEANS_SHELL)
			add_json(call, words, value);
	json_object_foreach ((json_t *)object, key, value)
		if (mcp_meaning(key) == MEANS_ARGS && words->n)
			add_json(call, words, value);
}

/* One of several commands, as text, as words, or described. */
static void run_item(struct mcp_call *call, const json_t *item)
{
	struct words words = {.n = 0};
	if (json_is_string(item)) {
		run_text(call, json_str(item));
		return;
	}
	if (json_is_object(item))
		add_object(call, &words, item);
	else
		add_json(call, &words, item);
	run_all(call, &words);
}

static bool holds_commands(const json_t *array)
{
	const json_t *item;
	size_t i;
	json_array_foreach (array, i, item)
		if (json_is_object(item) || json_is_array(item))
			return true;
	return false;
}

static void run_commands(struct mcp_call *call)
{
	struct words words = {.n = 0};
	size_t i, from = 0;
	json_t *item;
	if (call->command_words && holds_commands(call->command_words)) {
		json_array_foreach (call->command_words, i, item)
			run_item(call, item);
	} else if (call->command_words &&
		   is_list_of_commands(call->command_words, call->many_commands)) {
		json_array_foreach (call->command_words, i, item)
			if (json_is_string(item))
				run_text(call, json_str(item));
	} else if (call->command_words) {
		add_json(call, &words, call->command_words);
	} else if (call->commands.n && call->args) {
		add_split(call, &words, call->commands.items[from++]);
	} else if (call->file.n && call->args && call->tool.verb == VERB_RUN) {
		add_text(call, &words, call->file);
	}
	if (call->args && (words.n || call->tool.runs))
		add_json(call, &words, call->args);
	run_all(call, &words);
	for (i = from; i < call->commands.n; i++)
		run_text(call, call->commands.items[i]);
}

/* Something is run, and no argument that is known says what: then any of them may. */
static void run_others(struct mcp_call *call)
{
	bool runs = call->tool.verb == VERB_RUN ||
		    (call->tool.runs && call->tool.verb == VERB_UNKNOWN);
	if (!runs || call->understood)
		return;
	for (size_t i = 0; i < call->others.n; i++)
		run_shell(call, call->others.items[i]);
}

/* ---- program text ---- */

/* NULL: nobody says. */
static const char *code_language(const struct mcp_call *call)
{
	if (call->language)
		return call->language;
	bool sql = call->tool.language && strcmp(call->tool.language, "sql") == 0;
	return sql ? NULL : call->tool.language;
}

static void run_code(struct mcp_call *call)
{
	const char *language = code_language(call);
	bool shell = language && strcmp(language, "shell") == 0;
	for (size_t i = 0; i < call->code.n; i++) {
		struct touched touched = {0, false};
		struct str text = call->code.items[i];
		call->understood = true;
		if (shell || (!language && call->tool.runs))
			run_shell(call, text);
		if (!shell &&
		    !code_text(call->d, language ? language : "", text, &call->scope, &touched))
			finding_opaque(call->d, call->effect,
				       STR("program text that is not understood"),
				       call->scope.span);
	}
}

static void run_sql(struct mcp_call *call)
{
	bool looks = call->sql.n > 0;
	for (size_t i = 0; i < call->sql.n; i++) {
		struct touched touched = {0, false};
		looks &= code_text(call->d, "sql", call->sql.items[i], &call->scope, &touched);
	}
	if (!call->sql.n)
		return;
	call->understood = true;
	if (!looks)
		call->changes_data = true;
}

/* ---- Git ---- */

static bool is_push(const struct mcp_call *call)
{
	enum verb verb = call->tool.verb;
	if (verb == VERB_PUSH)
		return true;
	bool writes = verb == VERB_WRITE || verb == VERB_DELETE || verb == VERB_COPY ||
		      verb == VERB_MOVE;
	return writes && call->elsewhere && call->refs.n + call->revisions.n > 0 &&
	       !call->tool.on_reviews;
}

static void push(struct mcp_call *call)
{
	struct words refspecs = {.n = 0};
	struct word remote = {.value = value_from(arena_of(call), call->remote),
			      .span = call->scope.span};
	bool pushes = call->tool.verb == VERB_PUSH;
	const struct texts *named = call->refspecs.n ? &call->refspecs
				    : call->refs.n   ? &call->refs
						     : &call->revisions;
	/* "tags": true pushes tags and nothing else. */
	if (!is_push(call) || (call->tags && !named->n && !call->force))
		return;
	/* A branch that is made starts at a revision; what is pushed may be that. */
	for (size_t i = 0; pushes && named != &call->revisions && i < call->revisions.n; i++)
		add_text(call, &refspecs, call->revisions.items[i]);
	for (size_t i = 0; i < named->n; i++)
		add_text(call, &refspecs, named->items[i]);
	/* The default branch of a repository elsewhere may be any. */
	if (named->overflow || (named->n == 0 && call->elsewhere))
		add_value(call, &refspecs, value_any(), true);
	struct git_push git = {
		.remote = call->remote.n ? &remote : NULL,
		.refspecs = refspecs.items,
		.n_refspecs = refspecs.n,
		.force = call->force,
		.delete = call->tool.verb == VERB_DELETE && call->tool.on_branches,
	};
	git_push_effect(call->d, &git, &call->scope);
}

static void act(struct mcp_call *call)
{
	run_commands(call);
	run_code(call);
	run_sql(call);
	run_others(call);
	run_like_program(call);
	push(call);
	if (call->commands.overflow || call->code.overflow || call->sql.overflow ||
	    call->others.overflow)
		finding_opaque(call->d, call->effect, STR("more commands than can be looked at"),
			       call->scope.span);
}

void mcp_act(struct mcp_call *call)
{
	/* Most surely in the directory that was asked for; perhaps the server does not heed it. */
	if (call->scope.n_cwds > 1) {
		struct mcp_call there = *call;
		there.scope.n_cwds = 1;
		act(&there);
	}
	act(call);
}
