/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading argv with the help of the knowledge base: which words are options, their values, subcommands, operands, and
 * where an inner command starts. What is not understood makes the command imprecise, never harmless.
 */
#include "decide/arguments.h"

#include "decide/found.h"

struct reading {
	struct decider *d;
	struct arguments *a;
	const struct word *words;
	size_t n, at;
	enum option_style style;
	bool options_ended;
	bool subcommands_ended;
	bool maybe_value; /* the word before is an option that nobody described */
	size_t skipped;   /* a word taken for its value, 0: none */
	bool done;
};

static const struct known_command *innermost(const struct arguments *a)
{
	return a->n_chain ? a->chain[a->n_chain - 1] : NULL;
}

static struct str known_text(const struct reading *r, size_t i)
{
	return i < r->n && word_is_known(&r->words[i]) ? value_text(r->d->arena, r->words[i].value)
						       : STR("");
}

static void set_class(struct reading *r, size_t i, enum command_word_class cls)
{
	r->a->words[i].cls = cls;
}

static void add_argument(struct reading *r, enum role role, struct value value, size_t word)
{
	ARENA_PUSH(r->d->arena, r->a->args, r->a->n_args, r->a->cap_args) = (struct argument){
		.role = role,
		.value = value,
		.many = word < r->n && r->words[word].many,
		.span = word < r->n ? r->words[word].span : (struct span){0, 0},
	};
}

static const struct known_option *find_option(struct reading *r, struct str name)
{
	const struct known_command *chain[CHAIN_MAX];
	bool ambiguous = false;
	/* knowledge_option() wants the innermost first. */
	for (size_t i = 0; i < r->a->n_chain; i++)
		chain[i] = r->a->chain[r->a->n_chain - 1 - i];
	return knowledge_option(chain, r->a->n_chain, name, &ambiguous);
}

static void note_option(struct reading *r, const struct known_option *option, struct value value,
			bool has_value)
{
	ARENA_PUSH(r->d->arena, r->a->options, r->a->n_options,
		   r->a->cap_options) = (struct seen_option){option, value, has_value};
}

/* ---- values of options ---- */

/* Does another value of the option follow? */
static bool value_follows(struct reading *r, const struct known_option *option, size_t i)
{
	if (r->at >= r->n || i < option->n_roles)
		return r->at < r->n;
	struct str next = known_text(r, r->at);
	/* "@" is how zip ends them. */
	return option->repeats && !(next.n && next.p[0] == '-') && !str_is(next, "@");
}

/* Takes the words behind the option as its values, from value number `first` on. */
static void take_values(struct reading *r, const struct known_option *option, size_t first)
{
	for (size_t i = first; value_follows(r, option, i); i++) {
		set_class(r, r->at, CW_OPTION_VALUE);
		if (r->words[r->at].many)
			r->a->imprecise = true;
		add_argument(r, option->roles[option->repeats ? 0 : i], r->words[r->at].value,
			     r->at);
		r->a->args[r->a->n_args - 1].option = option;
		if (i == 0)
			r->a->options[r->a->n_options - 1] =
				(struct seen_option){option, r->words[r->at].value, true};
		r->at++;
	}
}

/* python -m pytest -x: what follows a module is the module's. */
static bool ends_options(const struct known_option *option)
{
	return option->roles[0] == ROLE_MODULE;
}

static bool takes_inner(enum role role)
{
	return role == ROLE_ARGV || role == ROLE_ARGV_SHELL || role == ROLE_EXEC;
}

static void add_inner(struct reading *r, enum role role, size_t from, size_t to)
{
	if (from >= to)
		return;
	if (r->a->n_inner == INNER_MAX) {
		r->a->imprecise = true;
		return;
	}
	r->a->inner[r->a->n_inner++] = (struct inner_command){.from = from, .to = to, .role = role};
}

/* find -exec ... ; : the words up to ";", or up to "+" behind "{}". */
static void take_exec(struct reading *r)
{
	size_t from = r->at;
	while (r->at < r->n) {
		struct str text = known_text(r, r->at);
		bool plus = str_is(text, "+") && r->at > from &&
			    str_is(known_text(r, r->at - 1), "{}");
		if (str_is(text, ";") || plus)
			break;
		r->at++;
	}
	add_inner(r, ROLE_EXEC, from, r->at);
	if (r->at < r->n)
		r->at++;
}

static void option_values(struct reading *r, const struct known_option *option)
{
	note_option(r, option, (struct value){NULL, 0}, false);
	if (option->n_roles == 0)
		return;
	if (takes_inner(option->roles[0])) {
		if (option->roles[0] == ROLE_EXEC) {
			take_exec(r);
		} else {
			add_inner(r, option->roles[0], r->at, r->n);
			r->at = r->n;
			r->done = true;
		}
		return;
	}
	if (option->optional && !option->optional_next)
		return;
	if (option->optional_next) {
		struct str next = known_text(r, r->at);
		if (r->at >= r->n || (next.n && next.p[0] == '-'))
			return;
	}
	take_values(r, option, 0);
	r->options_ended |= ends_options(option);
}

static void attached_value(struct reading *r, const struct known_option *option, struct value value)
{
	note_option(r, option, value, true);
	if (option->n_roles == 0)
		return;
	if (option->roles[0] == ROLE_ARGV_SHELL && r->a->n_inner < INNER_MAX) {
		r->a->inner[r->a->n_inner++] = (struct inner_command){
			.from = r->at, .to = r->n, .role = ROLE_ARGV_SHELL, .head = value};
		r->at = r->n;
		r->done = true;
		return;
	}
	/* --exec=cat, -xcat: a command that begins in one word with its option is not taken apart. */
	if (takes_inner(option->roles[0]))
		r->a->imprecise = true;
	add_argument(r, option->roles[0], value, r->at - 1);
	r->a->args[r->a->n_args - 1].option = option;
	r->a->args[r->a->n_args - 1].joined = true;
	/* -xfile is that one alone. */
	if (!option->optional && !option->repeats)
		take_values(r, option, 1);
	r->options_ended |= ends_options(option);
}

/* The value of `word` from byte `from` of its known prefix on. */
static struct value value_from_byte(struct reading *r, const struct word *word, size_t from)
{
	struct str prefix = value_known_prefix(r->d->arena, word->value);
	size_t known = 0;
	while (known < word->value.n && word->value.seg[known].kind == SEG_TEXT)
		known++;
	struct value rest = {word->value.seg + known, word->value.n - known};
	return value_concat(r->d->arena, value_from(r->d->arena, str_from_at(prefix, from)), rest);
}

/* ---- options ---- */

bool is_file_option(struct str name)
{
	return str_starts(name, STR("--")) &&
	       (str_ends(name, STR("file")) || str_ends(name, STR("from-file"))) &&
	       str_find(name, STR("out")) == STR_NPOS && str_find(name, STR("log")) == STR_NPOS;
}

/* --name, --name=value; -name and -name=value in the single style */
static void long_option(struct reading *r, struct str prefix)
{
	const struct word *word = &r->words[r->at];
	size_t eq = str_find_char(prefix, '=');
	struct str name = eq == STR_NPOS ? prefix : str_first(prefix, eq);
	bool known_name = eq != STR_NPOS || value_is_known(word->value);
	const struct known_option *option = known_name ? find_option(r, name) : NULL;
	if (!option && known_name && r->style == STYLE_SINGLE) {
		/* -name and --name are the same to flag parsers. */
		struct str other = str_starts(name, STR("--"))
					   ? str_from_at(name, 1)
					   : arena_join(r->d->arena, STR("-"), name);
		option = find_option(r, other);
	}
	r->at++;
	if (!option) {
		r->a->imprecise = true;
		r->maybe_value = eq == STR_NPOS;
		/* Its value, if it takes one, is not told from an operand. */
		if (eq != STR_NPOS && is_file_option(name))
			add_argument(r, ROLE_READ, value_from_byte(r, word, eq + 1), r->at - 1);
		if (eq != STR_NPOS)
			add_argument(r, ROLE_UNKNOWN, value_from_byte(r, word, eq + 1), r->at - 1);
		return;
	}
	r->a->abbreviated |= r->style != STYLE_SINGLE &&
			     !str_is(name, knowledge_text(option->name));
	if (eq != STR_NPOS)
		attached_value(r, option, value_from_byte(r, word, eq + 1));
	else
		option_values(r, option);
}

/* -abc, -ovalue, -o value */
static void short_options(struct reading *r, struct str prefix, bool dash)
{
	const struct word *word = &r->words[r->at++];
	for (size_t i = dash ? 1 : 0; i < prefix.n; i++) {
		char name[3] = {'-', prefix.p[i], 0};
		const struct known_option *option = find_option(r, str_make(name, 2));
		if (!option) {
			r->a->imprecise = true;
			r->maybe_value = i + 1 == prefix.n;
			/* An unknown letter may take the rest as its value. */
			if (i + 1 < prefix.n)
				add_argument(r, ROLE_UNKNOWN, value_from_byte(r, word, i + 1),
					     r->at - 1);
			return;
		}
		bool last = i + 1 == prefix.n && value_is_known(word->value);
		if (option->n_roles && !last && dash) {
			attached_value(r, option, value_from_byte(r, word, i + 1));
			return;
		}
		option_values(r, option);
	}
	if (!value_is_known(word->value))
		r->a->imprecise = true;
}

/* "+x" is an option of shells, where the data says so. */
static bool is_plus_option(struct reading *r, struct str prefix)
{
	return prefix.n > 1 && prefix.p[0] == '+' && value_is_known(r->words[r->at].value) &&
	       find_option(r, prefix);
}

static bool is_option_word(struct reading *r, struct str prefix)
{
	if (is_plus_option(r, prefix))
		return true;
	if (prefix.n < 1 || prefix.p[0] != '-')
		return false;
	return prefix.n > 1 || !value_is_known(r->words[r->at].value);
}

static void read_option(struct reading *r, struct str prefix)
{
	set_class(r, r->at, CW_OPTION);
	if (str_is(prefix, "--") && value_is_known(r->words[r->at].value)) {
		r->options_ended = r->a->end_word = true;
		r->at++;
		return;
	}
	/* Options of one dash and many letters are spelled so in the data: "-exec", "-print". */
	bool whole = prefix.n > 2 && prefix.p[1] != '-' && value_is_known(r->words[r->at].value) &&
		     find_option(r, str_first(prefix, str_find_char(prefix, '=')));
	if (prefix.p[0] == '+' || str_starts(prefix, STR("--")) || r->style == STYLE_SINGLE ||
	    r->style == STYLE_FIND || whole)
		long_option(r, prefix);
	else
		short_options(r, prefix, true);
}

/* ---- operands ---- */

static enum role operand_role(const struct operand_roles *roles, size_t i, size_t n)
{
	if (i < roles->n_prefix)
		return roles->prefix[i];
	if (n - i <= roles->n_suffix)
		return roles->suffix[roles->n_suffix - (n - i)];
	return roles->repeat;
}

bool arguments_has(const struct arguments *a, const char *option)
{
	if (strcmp(option, "--") == 0)
		return a->end_word;
	for (size_t i = 0; i < a->n_options; i++)
		if (strcmp(knowledge_text(a->options[i].option->name), option) == 0)
			return true;
	return false;
}

bool arguments_is(const struct arguments *a, const char *model)
{
	for (size_t i = 0; i < a->n_models; i++)
		if (strcmp(a->models[i], model) == 0)
			return true;
	return false;
}

static bool has_inner_roles(const struct operand_roles *roles)
{
	for (size_t i = 0; i < roles->n_prefix; i++)
		if (takes_inner(roles->prefix[i]) || roles->prefix[i] == ROLE_ASSIGN)
			return true;
	for (size_t i = 0; i < roles->n_suffix; i++)
		if (takes_inner(roles->suffix[i]))
			return true;
	return takes_inner(roles->repeat) || roles->repeat == ROLE_ASSIGN;
}

static bool is_assignment(struct str prefix)
{
	size_t eq = str_find_char(prefix, '=');
	if (eq == STR_NPOS || eq == 0)
		return false;
	for (size_t i = 0; i < eq; i++)
		if (!ascii_is_name(prefix.p[i]))
			return false;
	return true;
}

/* Does the data know inner commands of it at all? */
static bool may_have_inner(const struct arguments *a)
{
	if (has_inner_roles(&innermost(a)->operands))
		return true;
	for (size_t i = 0; i < a->n_chain; i++)
		for (size_t k = 0; k < a->chain[i]->n_when; k++) {
			const struct known_when *when = &known_command_when(a->chain[i])[k];
			if (when->operands.given && has_inner_roles(&when->operands))
				return true;
		}
	return false;
}

/* Does an inner command start at this operand? "assign... argv" skips over assignments. */
static bool starts_inner(struct reading *r, struct str prefix, enum role *ret_role)
{
	struct arguments *a = r->a;
	if (!may_have_inner(a))
		return false;
	arguments_apply_knowledge(r->d->arena, r->a);
	const struct operand_roles *roles = &a->roles;
	if (!has_inner_roles(roles))
		return false;
	size_t assigns = 0;
	bool leading = roles->n_prefix == 0 && roles->repeat == ROLE_ASSIGN;
	bool in_prefix = roles->n_prefix > 0 && roles->prefix[0] == ROLE_ASSIGN;
	for (size_t i = 0; i < a->n_args; i++)
		assigns += a->args[i].operand && a->args[i].role == ROLE_ASSIGN;
	if (leading || in_prefix) {
		/* To env any word with a sign of equality is one. */
		bool any = leading && str_find_char(prefix, '=') != STR_NPOS;
		if (a->n_operands == assigns && (any || is_assignment(prefix))) {
			*ret_role = ROLE_ASSIGN;
			return false;
		}
		*ret_role = leading ? (roles->n_suffix ? (enum role)roles->suffix[0] : ROLE_UNKNOWN)
			    : roles->n_prefix > 1 ? (enum role)roles->prefix[1]
						  : (enum role)roles->repeat;
		return takes_inner(*ret_role);
	}
	size_t k = a->n_operands;
	*ret_role = k < roles->n_prefix ? (enum role)roles->prefix[k]
		    : roles->repeat != ROLE_UNKNOWN || !roles->n_suffix
			    ? (enum role)roles->repeat
			    : (enum role)roles->suffix[0];
	return takes_inner(*ret_role);
}

static void push_subcommand(struct reading *r, const struct known_command *sub)
{
	r->a->chain[r->a->n_chain++] = sub;
	/* A flag parser is one for all its subcommands. */
	if (r->style != STYLE_SINGLE || sub->style != STYLE_GNU)
		r->style = sub->style;
	r->options_ended = false;
}

static bool read_subcommand(struct reading *r)
{
	const struct known_command *parent = innermost(r->a);
	if (!parent || !parent->n_subcommands || r->subcommands_ended || r->a->n_operands ||
	    r->a->n_chain == CHAIN_MAX)
		return false;
	const struct word *word = &r->words[r->at];
	const struct known_command *sub =
		word_is_known(word)
			? knowledge_subcommand(parent, value_text(r->d->arena, word->value))
			: NULL;
	if (!sub) {
		r->subcommands_ended = true;
		/* Where the data lists the subcommands, another one is not understood. */
		if (!parent->operands.given)
			r->a->imprecise = true;
		return false;
	}
	push_subcommand(r, sub);
	/* With a subcommand behind it, that word was a value. */
	if (r->skipped)
		set_class(r, r->skipped, CW_OPTION_VALUE);
	r->skipped = 0;
	r->at++;
	return true;
}

static void read_operand(struct reading *r)
{
	enum role role = ROLE_UNKNOWN;
	const struct word *word = &r->words[r->at];
	bool maybe_value = r->maybe_value;
	bool ended = r->subcommands_ended;
	r->maybe_value = false;
	if (read_subcommand(r))
		return;
	if (maybe_value) {
		/* The value of that option, or an operand: block patterns may skip it, and a subcommand may follow. */
		r->subcommands_ended = ended;
		set_class(r, r->at, CW_MAYBE_VALUE);
		r->skipped = r->at;
		add_argument(r, ROLE_UNKNOWN, word->value, r->at++);
		return;
	}
	bool unknown = word->many || (word->value.n && word->value.seg[0].kind == SEG_ANY);
	if (unknown && r->style != STYLE_NONE && !r->options_ended &&
	    !r->a->chain[0]->harmless_options && !found_of(r->d, word->value))
		r->a->imprecise = true; /* it may be an option */
	if (innermost(r->a) &&
	    starts_inner(r, value_known_prefix(r->d->arena, word->value), &role)) {
		add_inner(r, role, r->at, r->n);
		r->at = r->n;
		return;
	}
	add_argument(r, role == ROLE_ASSIGN ? ROLE_ASSIGN : ROLE_UNKNOWN, word->value, r->at);
	r->a->args[r->a->n_args - 1].operand = true;
	r->a->n_operands++;
	r->at++;
	if (r->style == STYLE_POSIX && !(innermost(r->a)->resumes && r->a->n_operands == 1))
		r->options_ended = true;
}

/* ---- styles ---- */

static void read_keyval(struct reading *r, struct str prefix)
{
	size_t eq = str_find_char(prefix, '=');
	const struct known_option *option = eq == STR_NPOS
						    ? NULL
						    : find_option(r, str_first(prefix, eq + 1));
	if (!option) {
		r->a->imprecise |= eq != STR_NPOS || !prefix.n;
		read_operand(r);
		return;
	}
	set_class(r, r->at, CW_OPTION);
	r->at++;
	attached_value(r, option, value_from_byte(r, &r->words[r->at - 1], eq + 1));
}

/* Expression words of find. */
static bool read_expression(struct reading *r, struct str prefix)
{
	bool starts = prefix.n &&
		      (prefix.p[0] == '-' || str_is(prefix, "(") || str_is(prefix, ")") ||
		       str_is(prefix, "!") || str_is(prefix, ","));
	if (!starts || r->words[r->at].many)
		return false;
	if (prefix.p[0] == '-' && prefix.n > 1) {
		read_option(r, prefix);
	} else {
		set_class(r, r->at, CW_OPTION);
		r->at++;
	}
	return true;
}

/* "pulumi destroy --help", and nothing else: where only the program's own options are described. */
static bool asks_for_help(struct reading *r, struct str prefix)
{
	return !r->a->n_args && r->at + 1 == r->n && r->a->n_chain > 1 &&
	       str_is(prefix, "--help") && word_is_known(&r->words[r->at]) &&
	       find_option(r, prefix);
}

static void read_word(struct reading *r)
{
	struct str prefix = value_known_prefix(r->d->arena, r->words[r->at].value);
	/* "--context=$CTX": an option, and perhaps more. */
	if (r->words[r->at].many)
		r->a->imprecise |= prefix.n > 0;
	bool first = r->at == 1;
	if (r->style == STYLE_NONE && asks_for_help(r, prefix)) {
		read_option(r, prefix);
	} else if (r->style == STYLE_NONE || r->options_ended) {
		read_operand(r);
	} else if (r->style == STYLE_KEYVAL && !is_option_word(r, prefix)) {
		read_keyval(r, prefix);
	} else if (r->style == STYLE_FIND && read_expression(r, prefix)) {
		return;
	} else if (r->style == STYLE_TAR && first && !is_option_word(r, prefix) &&
		   value_is_known(r->words[r->at].value)) {
		set_class(r, r->at, CW_OPTION);
		short_options(r, prefix, false);
	} else if (is_option_word(r, prefix)) {
		read_option(r, prefix);
	} else if (str_is(prefix, "-") && word_is_known(&r->words[r->at]) &&
		   find_option(r, prefix)) {
		/* "env -" */
		note_option(r, find_option(r, prefix), (struct value){NULL, 0}, false);
		set_class(r, r->at++, CW_OPTION);
	} else {
		read_operand(r);
	}
}

/* ---- roles ---- */

static enum role tree_form(enum role role)
{
	static const struct {
		enum role plain, tree;
	} forms[] = {
		{ROLE_READ, ROLE_TREE_READ},    {ROLE_WRITE, ROLE_TREE_WRITE},
		{ROLE_EDIT, ROLE_TREE_EDIT},    {ROLE_DELETE, ROLE_TREE_DELETE},
		{ROLE_PATHSPEC, ROLE_PATHSPEC},
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].plain == role)
			return forms[i].tree;
	return role;
}

static bool is_file_role(enum role role)
{
	return role != ROLE_NONE && role != ROLE_UNKNOWN && role != ROLE_CODE &&
	       role != ROLE_CODE_OR_FILE && role != ROLE_SHELL;
}

static void assign_roles(struct reading *r)
{
	struct arguments *a = r->a;
	struct operand_roles roles = a->roles;
	bool files = false, repeats = roles.repeat != ROLE_UNKNOWN;
	size_t k = 0;
	if (roles.repeat == ROLE_ASSIGN)
		roles.repeat = ROLE_UNKNOWN;
	for (size_t i = 0; i < a->n_args; i++) {
		if (!a->args[i].operand && a->reads && a->args[i].role == ROLE_WRITE)
			a->args[i].role = ROLE_READ;
		if (!a->args[i].operand || a->args[i].role == ROLE_ASSIGN)
			continue;
		bool fixed = k < roles.n_prefix || a->n_operands - k <= roles.n_suffix;
		a->args[i].role = operand_role(&roles, k++, a->n_operands);
		if (a->recursive)
			a->args[i].role = tree_form(a->args[i].role);
		files |= repeats ? !fixed : is_file_role(a->args[i].role);
	}
	/* Where a role repeats, the default stands in when no operand has it: "unzip a.zip" unpacks here. */
	if (!files && a->default_operand) {
		enum role role = (enum role)(repeats || !roles.n_prefix ? roles.repeat
									: roles.prefix[0]);
		if (a->recursive)
			role = tree_form(role);
		add_argument(r, role, value_from(r->d->arena, str_from(a->default_operand)), r->n);
		a->args[a->n_args - 1].operand = true;
	}
}

/* Names of files that stay whole do not look like options. */
static struct command_word found_word(struct reading *r)
{
	static const struct seg first = {.kind = SEG_GLOB, .text = STR_INIT("[!-]")};
	struct value value = value_concat(r->d->arena, (struct value){&first, 1}, value_any());
	return (struct command_word){.value = value, .cls = CW_OPERAND};
}

static void describe_words(struct reading *r, struct str name)
{
	struct arguments *a = r->a;
	a->words = ARENA_ARRAY(r->d->arena, r->n, struct command_word);
	a->n_words = r->n;
	for (size_t i = 0; i < r->n; i++) {
		a->words[i] = (struct command_word){
			.value = r->words[i].value, .many = r->words[i].many, .cls = CW_OPERAND};
		if (value_source(r->words[i].value) && found_of(r->d, r->words[i].value))
			a->words[i] = found_word(r);
	}
	a->words[0].cls = CW_PROGRAM;
	if (name.n)
		a->words[0].value = value_from(r->d->arena, name);
}

/* Nobody described the program: a dash makes an option, and what follows one may be its value. */
static void describe_unknown(struct reading *r)
{
	bool behind_option = false;
	for (size_t i = 1; i < r->n; i++) {
		struct str prefix = r->words[i].many
					    ? STR("")
					    : value_known_prefix(r->d->arena, r->words[i].value);
		bool option = prefix.n > 1 && prefix.p[0] == '-';
		set_class(r, i, option ? CW_OPTION : behind_option ? CW_MAYBE_VALUE : CW_OPERAND);
		behind_option = option && str_find_char(prefix, '=') == STR_NPOS;
		size_t eq = option ? str_find_char(prefix, '=') : STR_NPOS;
		add_argument(r, ROLE_UNKNOWN,
			     eq == STR_NPOS ? r->words[i].value
					    : value_from_byte(r, &r->words[i], eq + 1),
			     i);
		r->a->args[r->a->n_args - 1].operand = !option;
	}
	r->a->imprecise = true;
}

void arguments_read(struct decider *d, const struct known_command *known, struct str name,
		    const struct word *words, size_t n, struct arguments *ret_arguments)
{
	memset(ret_arguments, 0, offsetof(struct arguments, chain));
	ret_arguments->cls = CLASS_UNKNOWN;
	struct reading r = {.d = d, .a = ret_arguments, .words = words, .n = n, .at = 1};
	describe_words(&r, name);
	if (!known) {
		describe_unknown(&r);
		return;
	}
	ret_arguments->chain[0] = known;
	ret_arguments->n_chain = 1;
	r.style = (enum option_style)known->style;
	while (r.at < n && !r.done)
		read_word(&r);
	arguments_apply_knowledge(d->arena, ret_arguments);
	assign_roles(&r);
}

const struct argument *arguments_operand(const struct arguments *a, size_t n)
{
	for (size_t i = 0; i < a->n_args; i++)
		if (a->args[i].operand && n-- == 0)
			return &a->args[i];
	return NULL;
}
