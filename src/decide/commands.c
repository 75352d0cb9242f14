/* SPDX-License-Identifier: Apache-2.0
 *
 * Command rules: block and approval lists, the pack's own rules, allow lists, the effect rules, and the default.
 * Tour 6 of 9.
 */
#include "base/array.h"
#include "decide/command.h"
#include "decide/found.h"
#include "decide/paths.h"

/* A command of a pipeline, kept until the text is through. */
struct stage {
	int pipeline;
	struct pipeline_stage words;
	const struct effect *effect;
	struct stage *next;
};

/* ---- severity ---- */

static const struct {
	const char *name;
	enum cavra_severity severity;
} severities[] = {
	{"low", CAVRA_LOW},
	{"medium", CAVRA_MEDIUM},
	{"high", CAVRA_HIGH},
	{"critical", CAVRA_CRITICAL},
};

/* Of a block rule that gives none: critical where the command applies, deletes or destroys, judged on its words and not on
 * a part of them.
 */
static enum cavra_severity block_severity(struct decider *d, const struct command *c)
{
	static const char *const verbs[] = {"apply", "delete", "destroy"};
	const struct arguments *a = &c->arguments;
	for (size_t i = 0; a->severity && i < sizeof severities / sizeof *severities; i++)
		if (strcmp(a->severity, severities[i].name) == 0)
			return severities[i].severity;
	if (a->cls == CLASS_DESTROY)
		return CAVRA_CRITICAL;
	for (size_t i = 1; i < a->n_words; i++) {
		if (a->words[i].cls != CW_OPERAND || a->words[i].many ||
		    !value_is_known(a->words[i].value))
			continue;
		struct str word = value_text(d->arena, a->words[i].value);
		for (size_t k = 0; k < sizeof verbs / sizeof *verbs; k++)
			if (str_is(word, verbs[k]))
				return CAVRA_CRITICAL;
	}
	return CAVRA_HIGH;
}

/* ---- lists ---- */

static bool is_help(struct str option)
{
	static const char *const names[] = {"--help", "-help", "-h"};
	return str_is_one_of(option, names, ARRAY_SIZE(names));
}

/* "terraform apply -help" applies nothing. Every word has to be known, and what the program does with it. */
static bool only_helps(struct decider *d, const struct command *c)
{
	const struct arguments *a = &c->arguments;
	const char *option;
	bool helps = false, stands = false;
	if (a->cls != CLASS_INSPECT || !a->cls_from || !a->cls_from->has.at || a->imprecise ||
	    a->end_word || a->n_inner || c->environment || c->foreign || c->writes)
		return false;
	for (size_t i = 0; (option = knowledge_item(a->cls_from->has, i)); i++)
		helps |= is_help(str_from(option)) && arguments_has(a, option);
	for (size_t i = 0; i < c->n && helps; i++) {
		helps = word_is_known(&c->words[i]);
		struct str word = value_text(d->arena, c->words[i].value);
		size_t equals = str_find_char(word, '=');
		stands |= is_help(word);
		helps &= equals == STR_NPOS || !is_help(str_first(word, equals));
	}
	return helps && stands;
}

/* Options and their values that the shell may split: "-n $NS". */
static bool has_open_options(const struct arguments *a)
{
	for (size_t i = 1; i < a->n_words; i++)
		if (a->words[i].many && a->words[i].cls != CW_OPERAND)
			return true;
	return false;
}

/* What the usual reading of "kubectl -n $NS delete pod x" forbids is forbidden, whatever else may be in NS.
 * For a command that only shows its help, patterns count that mean the whole program. */
static struct match_result list_match(struct decider *d, const struct command *c,
				      enum policy_list_id list)
{
	const struct arguments *a = &c->arguments;
	size_t n = a->n_words > 1 && only_helps(d, c) ? 1 : a->n_words;
	struct match_result hit = command_match(d->policy->list[list], a->words, n, d->arena);
	if (hit.match != MATCH_MAY || !has_open_options(a))
		return hit;
	struct command_word *words = ARENA_ARRAY(d->arena, n, struct command_word);
	for (size_t i = 0; i < n; i++) {
		words[i] = a->words[i];
		words[i].many &= words[i].cls == CW_OPERAND;
	}
	struct match_result plain = command_match(d->policy->list[list], words, n, d->arena);
	return plain.match == MATCH_MUST ? plain : hit;
}

static bool apply_block(struct decider *d, const struct command *c)
{
	const struct arguments *a = &c->arguments;
	struct match_result hit = list_match(d, c, LIST_COMMANDS_BLOCK);
	if (hit.match == MATCH_NO)
		return false;
	bool must = hit.match == MATCH_MUST;
	struct finding *finding = finding_add(d, c->effect,
					      must ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
					      block_severity(d, c), "commands.block");
	finding->certainty = hit.match;
	finding->pattern = hit.pattern;
	finding->reason = arena_printf(d->arena, "%s: %.*s",
				       must ? "matches a blocked command"
					    : "may be a blocked command",
				       STR_ARG(hit.pattern));
	if (!must)
		finding->approver_group = STR("Repository Owners");
	if (a->hint)
		finding->instead = str_from(a->hint);
	return true;
}

static bool apply_approval(struct decider *d, const struct command *c)
{
	struct match_result hit = list_match(d, c, LIST_COMMANDS_APPROVE);
	if (hit.match == MATCH_NO)
		return false;
	struct finding *finding = finding_add(d, c->effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH,
					      "commands.require_approval");
	finding->certainty = hit.match;
	finding->pattern = hit.pattern;
	finding->approver_group = STR("Repository Owners");
	finding->reason = arena_printf(d->arena, "matches a command that needs approval: %.*s",
				       STR_ARG(hit.pattern));
	return true;
}

static struct finding *allow(struct decider *d, const struct effect *effect, const char *rule_id,
			     struct str reason)
{
	struct finding *finding = finding_add(d, effect, CAVRA_ALLOW, CAVRA_LOW, rule_id);
	finding->reason = reason;
	return finding;
}

struct allowing {
	struct decider *d;
	const struct command *command;
};

static bool allows(void *context, struct str pattern)
{
	const struct allowing *allowing = context;
	return !command_exceeds(allowing->d, allowing->command, pattern);
}

static bool apply_allow(struct decider *d, const struct command *c)
{
	const struct arguments *a = &c->arguments;
	struct allowing allowing = {d, c};
	const struct match_filter filter = {allows, &allowing};
	struct match_result hit = command_match_surely(d->policy->list[LIST_COMMANDS_ALLOW],
						       a->words, a->n_words, d->arena, &filter);
	if (hit.match != MATCH_MUST)
		return false;
	struct str reason = arena_join(d->arena, STR("matches an allowed command: "), hit.pattern);
	allow(d, c->effect, "commands.allow", reason)->pattern = hit.pattern;
	return true;
}

/* ---- effect rules ---- */

static bool understood(const struct command *c)
{
	return c->name.n && !c->arguments.imprecise && !c->code_unknown && !c->environment &&
	       !c->foreign;
}

static bool only_looks(struct decider *d, const struct command *c)
{
	/* Asking a host that the command names tells it something. */
	return d->policy->commands_readonly && d->mode != MODE_STRICT && understood(c) &&
	       !c->writes && c->arguments.cls == CLASS_INSPECT &&
	       (!c->uses_network || c->network_allowed);
}

static bool stays_in_workspace(struct decider *d, const struct command *c)
{
	enum command_class cls = c->arguments.cls;
	bool edits = cls == CLASS_EDIT || cls == CLASS_LOCAL || cls == CLASS_INSPECT ||
		     (cls == CLASS_DELETE && !c->deletes_tree);
	return d->policy->commands_workspace && d->mode != MODE_STRICT && edits && understood(c) &&
	       !c->uses_network && !(c->files & (FILE_OUTSIDE | FILE_UNKNOWN));
}

/* Builtins that only print what they are given or steer the shell. */
static const char *const quiet_builtins[] = {
	":", "true", "false",  "echo",  "printf", "cd",   "pushd",    "popd",  "pwd",  "test",
	"[", "exit", "return", "break", "shift",  "wait", "continue", "sleep", "trap",
};
/* These, too, when they are given something to set; without, they show what is set. */
static const char *const setting_builtins[] = {
	"set", "export", "local", "declare", "readonly", "typeset", "unset", "shopt",
};

/* Known, but for numbers: $?, $#, $((...)). */
static bool is_harmless_word(const struct word *word)
{
	for (size_t i = 0; i < word->value.n; i++)
		if (word->value.seg[i].kind != SEG_TEXT && word->value.seg[i].kind != SEG_NUMBER)
			return false;
	return !word->many;
}

static bool sets_something(struct decider *d, const struct command *c)
{
	bool sets = false;
	for (size_t i = 1; i < c->n; i++) {
		struct str text = value_known_prefix(d->arena, c->words[i].value);
		bool option = text.n && (text.p[0] == '-' || text.p[0] == '+');
		if (option && str_find_char(text, 'p') != STR_NPOS && text.p[0] == '-')
			return false;
		sets |= !option || (str_is(c->name, "set") && text.n > 1);
	}
	return sets;
}

/* They never ask, whatever the policy says of programs, unless something that is not known would be printed. */
static bool is_quiet(struct decider *d, const struct command *c)
{
	bool listed = str_is_one_of(c->name, quiet_builtins, ARRAY_SIZE(quiet_builtins)) ||
		      (str_is_one_of(c->name, setting_builtins, ARRAY_SIZE(setting_builtins)) &&
		       sets_something(d, c));
	for (size_t i = 0; i < c->n && listed; i++)
		listed = is_harmless_word(&c->words[i]);
	return listed && understood(c) && c->arguments.cls != CLASS_CREDENTIAL && !c->writes &&
	       !(c->files & FILE_UNKNOWN);
}

static bool apply_effect_rules(struct decider *d, const struct command *c)
{
	if (only_looks(d, c)) {
		allow(d, c->effect, "commands.readonly.allow",
		      arena_join(d->arena, STR("only looks: "), c->shown));
		return true;
	}
	if (stays_in_workspace(d, c)) {
		allow(d, c->effect, "commands.workspace.allow",
		      arena_join(d->arena, STR("changes nothing but the workspace: "), c->shown));
		return true;
	}
	if (is_quiet(d, c)) {
		allow(d, c->effect, "commands.builtin.allow",
		      arena_join(d->arena, STR("a shell builtin that touches nothing: "),
				 c->shown));
		return true;
	}
	if (understood(c) && c->uses_network && c->network_allowed &&
	    c->arguments.cls == CLASS_NETWORK && !(c->files & (FILE_OUTSIDE | FILE_UNKNOWN))) {
		allow(d, c->effect, "network.allow",
		      arena_join(d->arena, STR("talks to allowed hosts only: "), c->shown));
		return true;
	}
	return false;
}

/* ---- the default ---- */

static const char *const class_reasons[COMMAND_CLASSES] = {
	[CLASS_UNKNOWN] = "nothing allows this command",
	[CLASS_INSPECT] = "nothing allows this command",
	[CLASS_EDIT] = "changes files, and nothing allows it",
	[CLASS_LOCAL] = "changes local state, and nothing allows it",
	[CLASS_BUILD] = "runs the project's own code, and nothing allows it",
	[CLASS_DELETE] = "deletes files, and nothing allows it",
	[CLASS_DISCARD] = "loses local work",
	[CLASS_NETWORK] = "talks to other hosts",
	[CLASS_INSTALL] = "installs code of others",
	[CLASS_EXECUTE] = "runs code that is not in the command",
	[CLASS_CREDENTIAL] = "shows or makes secrets",
	[CLASS_SYSTEM] = "changes the machine",
	[CLASS_PUBLISH] = "publishes something",
	[CLASS_CHANGE] = "changes shared or remote state",
	[CLASS_DESTROY] = "destroys shared or remote state",
};

/* Nothing about it is odd: every word is known, and so is what they mean where the program is. */
static bool is_plain(const struct command *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!word_is_known(&c->words[i]))
			return false;
	return !c->code_unknown && !c->foreign && !c->environment &&
	       !(c->arguments.imprecise && c->arguments.n_chain);
}

static void apply_default(struct decider *d, const struct command *c)
{
	bool blocks = d->mode == MODE_STRICT && !c->arguments.n_chain;
	struct finding *finding = finding_add_default(
		d, c->effect, blocks ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
		blocks ? CAVRA_HIGH : CAVRA_MEDIUM,
		blocks ? "commands.default.block" : "commands.default.require_approval");
	if (!blocks)
		finding->approver_group = STR("Repository Owners");
	const char *why = class_reasons[c->arguments.cls];
	finding->command_class = (unsigned char)c->arguments.cls;
	finding->plain_command = is_plain(c);
	if (c->code_unknown)
		why = "runs program text that is not understood";
	else if (c->arguments.imprecise && c->arguments.n_chain)
		why = "has arguments that are not understood";
	else if (c->foreign)
		why = "is a program in an unusual place, whatever it is called";
	else if (!c->arguments.n_chain)
		why = "is a program that nothing is known of";
	finding->reason = arena_printf(d->arena, "%.*s: %s", STR_ARG(c->shown), why);
	if (c->arguments.hint)
		finding->instead = str_from(c->arguments.hint);
}

/* ---- judging ---- */

bool command_judge_lists(struct decider *d, struct command *c)
{
	bool met = apply_block(d, c);
	return apply_approval(d, c) || met;
}

void command_judge(struct decider *d, struct command *c)
{
	if (only_helps(d, c))
		c->arguments.n_models = 0;
	/* Code with no name to judge was reported as opaque; block rules may still meet it. */
	bool met = command_judge_lists(d, c);
	bool allowed = command_rules(d, c);
	if (met)
		return;
	if (allowed || (c->name.n && !c->environment && !c->foreign && apply_allow(d, c)))
		return;
	/* A wrapper adds nothing: what it wraps was judged. */
	bool as_other = c->arguments.cls == CLASS_EXECUTE || c->arguments.cls == CLASS_SYSTEM;
	if (c->arguments.wrapper && c->runs_inner && !c->arguments.imprecise && !as_other) {
		if (!c->writes)
			return;
		/* Except the files that it writes itself. */
		c->arguments.cls = CLASS_EDIT;
	}
	/* A shell whose text was understood adds nothing either. */
	bool text = c->runs_inner && !c->code_unknown && !c->arguments.imprecise &&
		    c->arguments.language && strcmp(c->arguments.language, "shell") == 0 &&
		    !c->arguments.remote;
	if (text || apply_effect_rules(d, c))
		return;
	apply_default(d, c);
}

void command_judge_redirection(struct decider *d, const struct scope *scope, unsigned files,
			       bool writes)
{
	struct effect *effect = effect_add(d, EFFECT_COMMAND, STR("redirection"), scope);
	bool contained = !(files & (FILE_OUTSIDE | FILE_UNKNOWN));
	if (!writes && d->policy->commands_readonly && d->mode != MODE_STRICT) {
		allow(d, effect, "commands.readonly.allow", STR("only opens files for reading"));
	} else if (writes && contained && d->policy->commands_workspace && d->mode != MODE_STRICT) {
		allow(d, effect, "commands.workspace.allow",
		      STR("changes nothing but the workspace: a redirection"));
	} else {
		struct finding *finding = finding_add_default(d, effect, CAVRA_REQUIRE_APPROVAL,
							      CAVRA_MEDIUM,
							      "commands.default.require_approval");
		finding->approver_group = STR("Repository Owners");
		finding->reason = STR("a redirection, and nothing allows it");
	}
}

/* ---- pipelines ---- */

void command_note_stage(struct decider *d, const struct command *c)
{
	if (!c->scope.pipeline || !pattern_list_has_pipelines(d->policy->list[LIST_COMMANDS_BLOCK]))
		return;
	struct stage *stage = ARENA_NEW(d->arena, struct stage);
	stage->pipeline = c->scope.pipeline;
	stage->words = (struct pipeline_stage){c->arguments.words, c->arguments.n_words};
	stage->effect = c->effect;
	stage->next = d->stages;
	d->stages = stage;
}

static void judge_pipeline(struct decider *d, const struct stage *last)
{
	size_t n = 0;
	const struct stage *from = last;
	for (; from && from->pipeline == last->pipeline; from = from->next)
		n++;
	struct pipeline_stage *stages = ARENA_ARRAY(d->arena, n, struct pipeline_stage);
	const struct stage *stage = last;
	for (size_t i = n; i > 0; i--, stage = stage->next)
		stages[i - 1] = stage->words;
	struct match_result hit = pipeline_match(d->policy->list[LIST_COMMANDS_BLOCK], stages, n,
						 d->arena);
	if (hit.match == MATCH_NO)
		return;
	bool must = hit.match == MATCH_MUST;
	struct finding *finding = finding_add(d, last->effect,
					      must ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL,
					      CAVRA_HIGH, "commands.block");
	finding->certainty = hit.match;
	finding->pattern = hit.pattern;
	finding->reason = arena_printf(d->arena, "%s: %.*s",
				       must ? "matches a blocked pipeline"
					    : "may be a blocked pipeline",
				       STR_ARG(hit.pattern));
	if (!must)
		finding->approver_group = STR("Repository Owners");
}

void command_judge_pipelines(struct decider *d)
{
	/* Wrapped commands note themselves, too, so a stage may stand for several; all are tried together. */
	for (const struct stage *stage = d->stages; stage;) {
		judge_pipeline(d, stage);
		int pipeline = stage->pipeline;
		while (stage && stage->pipeline == pipeline)
			stage = stage->next;
	}
}
