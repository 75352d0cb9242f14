/* SPDX-License-Identifier: Apache-2.0
 *
 * What the knowledge base says of a command and its subcommands, and the clauses that ask about its options and operands.
 */
#include "decide/arguments.h"

static bool is_innermost(const struct arguments *a, size_t level)
{
	return level + 1 == a->n_chain;
}

/* Clauses of a parent mean its own options, not those of the same name that a subcommand has: "docker run -v" does not ask
 * for the version.
 */
static bool is_seen_by(const struct arguments *a, size_t level, const struct known_option *option)
{
	for (size_t i = 0; i <= level && !is_innermost(a, level); i++) {
		const struct known_option *own = known_command_options(a->chain[i]);
		if (option >= own && option < own + a->chain[i]->n_options)
			return true;
	}
	return is_innermost(a, level);
}

/* Equal texts stand at the same offset. */
static bool has_option(const struct arguments *a, size_t level, struct known_text name)
{
	for (size_t i = 0; i < a->n_options; i++)
		if (a->options[i].option->name.at == name.at &&
		    is_seen_by(a, level, a->options[i].option))
			return true;
	return a->end_word && is_innermost(a, level) && strcmp(knowledge_text(name), "--") == 0;
}

static bool has_any(const struct arguments *a, size_t level, struct known_list names)
{
	if (!a->n_options && !a->end_word)
		return false;
	for (const uint32_t *item = &known_items[names.at]; *item; item++)
		if (has_option(a, level, (struct known_text){*item}))
			return true;
	return false;
}

/* May the byte stand in a text of that value? */
static bool may_hold(struct value value, char byte)
{
	for (size_t i = 0; i < value.n; i++) {
		const struct seg *seg = &value.seg[i];
		bool digit = (byte >= '0' && byte <= '9') || byte == '-';
		if (seg->kind == SEG_ANY || seg->kind == SEG_GLOB ||
		    (seg->kind == SEG_NUMBER && digit) ||
		    (seg->kind == SEG_TEXT && str_find_char(seg->text, byte) != STR_NPOS))
			return true;
	}
	return false;
}

/* Does the glob ask for a byte that the value cannot have? */
static bool asks_for_more(struct value value, struct str glob)
{
	for (size_t i = 0; i < glob.n && !strchr("[\\", glob.p[i]); i++)
		if (!strchr("*?", glob.p[i]) && !may_hold(value, glob.p[i]))
			return true;
	return false;
}

/* Could a partly known text meet the glob, as far as its known start and end, and its bytes, tell? */
static bool may_meet(struct arena *arena, struct value value, struct str glob)
{
	if (asks_for_more(value, glob))
		return false;
	struct str start = value_known_prefix(arena, value), end = STR("");
	size_t same = 0, wild = 0, last = glob.n;
	if (value.n && value.seg[value.n - 1].kind == SEG_TEXT)
		end = value.seg[value.n - 1].text;
	while (wild < glob.n && !strchr("*?[\\", glob.p[wild]))
		wild++;
	while (last > wild && !strchr("*?]\\", glob.p[last - 1]))
		last--;
	if (wild == glob.n)
		return value_covers(value, glob);
	size_t head = start.n < wild ? start.n : wild;
	size_t tail = end.n < glob.n - last ? end.n : glob.n - last;
	while (same < head && start.p[same] == glob.p[same])
		same++;
	return same == head &&
	       str_eq(str_from_at(end, end.n - tail), str_from_at(glob, glob.n - tail));
}

/* Unknown text matches a condition that makes things stricter no worse than known text would: both ways are possible, so it
 * makes the command imprecise instead.
 */
static bool value_matches(struct arena *arena, struct arguments *a, struct value value,
			  struct known_list globs)
{
	if (!value_is_known(value)) {
		const char *glob;
		for (size_t i = 0; (glob = knowledge_item(globs, i)); i++)
			a->imprecise |= may_meet(arena, value, str_from(glob));
		return false;
	}
	struct str text = value_text(arena, value);
	return knowledge_any_glob(globs, text);
}

static bool operand_matches(struct arena *arena, struct arguments *a, struct known_list globs)
{
	for (size_t i = 0; i < a->n_args; i++)
		if (a->args[i].operand && value_matches(arena, a, a->args[i].value, globs))
			return true;
	return false;
}

static bool option_matches(struct arena *arena, struct arguments *a, const struct known_when *when,
			   size_t level)
{
	for (size_t i = 0; i < a->n_options; i++) {
		const struct seen_option *seen = &a->options[i];
		if (seen->option->name.at == when->option.at && seen->has_value &&
		    is_seen_by(a, level, seen->option) &&
		    value_matches(arena, a, seen->value, when->value))
			return true;
	}
	return false;
}

static bool asks_about_operands(const struct known_when *when)
{
	return when->min_operands >= 0 || when->max_operands >= 0 || when->operand.at;
}

static bool when_holds(struct arena *arena, struct arguments *a, const struct known_when *when,
		       size_t level)
{
	/* The operands are the subcommand's. */
	if (!is_innermost(a, level) && asks_about_operands(when))
		return false;
	if (when->has.at && !has_any(a, level, when->has))
		return false;
	if (when->also_has.at && !has_any(a, level, when->also_has))
		return false;
	if (when->lacks.at && has_any(a, level, when->lacks))
		return false;
	if (when->min_operands >= 0 && a->n_operands < (size_t)when->min_operands)
		return false;
	if (when->max_operands >= 0 && a->n_operands > (size_t)when->max_operands)
		return false;
	if (when->operand.at && !operand_matches(arena, a, when->operand))
		return false;
	return !when->option.at || option_matches(arena, a, when, level);
}

static void add_models(struct arguments *a, struct known_list models)
{
	const char *model;
	for (size_t i = 0; (model = knowledge_item(models, i)) && a->n_models < MODELS_MAX; i++)
		a->models[a->n_models++] = model;
}

static void apply_when(struct arena *arena, struct arguments *a, const struct known_when *when,
		       size_t level)
{
	if (!when_holds(arena, a, when, level))
		return;
	if (when->command_class >= 0) {
		/* What makes a command harmless has to be written out. */
		a->imprecise |= when->command_class == CLASS_INSPECT && a->abbreviated;
		a->cls = (enum command_class)when->command_class;
		a->cls_from = when;
	}
	if (when->operands.given)
		a->roles = when->operands;
	if (when->recursive >= 0)
		a->recursive = when->recursive != 0;
	if (when->default_operand.at)
		a->default_operand = knowledge_text(when->default_operand);
	if (when->severity.at)
		a->severity = knowledge_text(when->severity);
	if (when->stdin_role.at)
		a->stdin_role = knowledge_text(when->stdin_role);
	if (when->output.at)
		a->output = knowledge_text(when->output);
	if (when->select.at)
		a->select = when->select;
	a->skips_hidden |= when->hidden.at != 0;
	a->feeds |= when->feeds;
	a->reads |= when->reads;
	add_models(a, when->models);
}

static void apply_command(struct arguments *a, const struct known_command *c, bool last)
{
	if (last || c->command_class != CLASS_UNKNOWN) {
		a->cls = (enum command_class)c->command_class;
		a->cls_from = NULL;
	}
	a->roles = c->operands;
	a->recursive = c->recursive;
	a->default_operand = knowledge_text(c->default_operand);
	a->stdin_role = knowledge_text(c->stdin_role);
	a->output = knowledge_text(c->output);
	a->select = (struct known_list){0};
	a->skips_hidden = a->feeds = a->reads = false;
	a->wrapper = c->wrapper;
	a->remote |= c->remote;
	a->appends |= c->appends;
	a->interactive = c->interactive;
	if (c->language.at)
		a->language = knowledge_text(c->language);
	if (c->severity.at)
		a->severity = knowledge_text(c->severity);
	if (c->hint.at)
		a->hint = knowledge_text(c->hint);
}

void arguments_apply_knowledge(struct arena *arena, struct arguments *a)
{
	a->n_models = 0;
	a->cls = CLASS_UNKNOWN;
	a->cls_from = NULL;
	a->remote = a->appends = false;
	a->severity = a->hint = NULL;
	for (size_t i = 0; i < a->n_chain; i++) {
		apply_command(a, a->chain[i], is_innermost(a, i));
		add_models(a, a->chain[i]->models);
	}
	/* Clauses of the parents come after what the subcommand is, and before its own: "kubectl delete --help" helps. */
	for (size_t i = 0; i < a->n_chain; i++)
		for (size_t k = 0; k < a->chain[i]->n_when; k++)
			apply_when(arena, a, &known_command_when(a->chain[i])[k], i);
}
