/* SPDX-License-Identifier: Apache-2.0
 *
 * Completions for bash, zsh and fish, from the tables of commands and options.
 */
#include "cli/cli.h"
#include "cli/dump.h"
#include "cli/options.h"
#include "cli/words.h"

/* ---- what all of them walk over ---- */

static struct str first_word(const struct command *command)
{
	struct str name = str_from(command->name);
	return str_first(name, str_find_char(name, ' '));
}

static struct str second_word(const struct command *command)
{
	struct str name = str_from(command->name);
	size_t space = str_find_char(name, ' ');
	return space == STR_NPOS ? STR("") : str_from_at(name, space + 1);
}

/* The first command whose name begins with this word? */
static bool is_first_of_group(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(first_word(&commands[k]), first_word(&commands[i])))
			return false;
	return true;
}

static void add_first_words(struct buf *out)
{
	for (size_t i = 0; i < commands_count; i++)
		if (is_first_of_group(i))
			buf_add_format(out, "%.*s ", STR_ARG(first_word(&commands[i])));
}

/* Text in single quotes for a shell. */
static void add_quoted(struct buf *out, struct str text, const char *quote)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_add_c(out, quote);
		else
			buf_add_char(out, text.p[i]);
	}
}

/* ---- bash ---- */

static const char bash_code[] =
	"# Completion of one word that stands for NAME.\n"
	"_cavra_word() {\n"
	"    case $1 in\n"
	"    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	"    directory) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
	"    free) ;;\n"
	"    *) mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\") ;;\n"
	"    esac\n"
	"}\n"
	"\n"
	"_cavra() {\n"
	"    local cur=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}\n"
	"    local command options operands value word at=2 operand=0 pending=\n"
	"    COMPREPLY=()\n"
	"    if ((COMP_CWORD == 1)); then\n"
	"        mapfile -t COMPREPLY < <(compgen -W \"$(_cavra_first)\" -- \"$cur\")\n"
	"        return\n"
	"    fi\n"
	"    command=$first\n"
	"    if [[ -n $(_cavra_second \"$first\") ]]; then\n"
	"        if ((COMP_CWORD == 2)); then\n"
	"            mapfile -t COMPREPLY < <(compgen -W \"$(_cavra_second \"$first\")\" -- \"$cur\")\n"
	"            return\n"
	"        fi\n"
	"        command=\"$first $second\" at=3\n"
	"    fi\n"
	"    _cavra_command \"$command\" || return\n"
	"    for ((; at < COMP_CWORD; at++)); do\n"
	"        word=${COMP_WORDS[at]}\n"
	"        if [[ $word == = ]]; then continue; fi\n"
	"        if [[ -n $pending ]]; then pending=; continue; fi\n"
	"        if [[ $word == -* ]]; then\n"
	"            value=$(_cavra_value \"$word\")\n"
	"            [[ -n $value ]] && pending=$value\n"
	"        else\n"
	"            ((operand++))\n"
	"        fi\n"
	"    done\n"
	"    [[ $cur == = ]] && cur=\n"
	"    if [[ -n $pending ]]; then\n"
	"        _cavra_word \"$pending\"\n"
	"    elif [[ $cur == -* ]]; then\n"
	"        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	"    elif ((operand < ${#operands[@]})); then\n"
	"        _cavra_word \"${operands[operand]}\"\n"
	"    fi\n"
	"}\n"
	"complete -F _cavra cavra\n";

/* As _cavra_word() takes it. */
static void add_bash_word(struct buf *out, struct str placeholder)
{
	switch (word_kind(placeholder)) {
	case WORD_FREE:
		buf_add_c(out, "free");
		break;
	case WORD_FILE:
		buf_add_c(out, "file");
		break;
	case WORD_DIRECTORY:
		buf_add_c(out, "directory");
		break;
	case WORD_LISTED:
		words_add(out, placeholder);
		break;
	}
}

static void add_bash_groups(struct buf *out)
{
	buf_add_c(out, "_cavra_first() { echo '");
	add_first_words(out);
	buf_add_c(out, "--help --version'; }\n\n_cavra_second() {\n    case $1 in\n");
	for (size_t i = 0; i < commands_count; i++) {
		if (!second_word(&commands[i]).n || !is_first_of_group(i))
			continue;
		buf_add_format(out, "    %.*s) echo '", STR_ARG(first_word(&commands[i])));
		for (size_t k = 0; k < commands_count; k++)
			if (str_eq(first_word(&commands[k]), first_word(&commands[i])))
				buf_add_format(out, "%.*s ", STR_ARG(second_word(&commands[k])));
		buf_add_c(out, "--help' ;;\n");
	}
	buf_add_c(out, "    esac\n}\n\n");
}

static void add_bash_command(struct buf *out, const struct command *command)
{
	struct str rest = str_from(command->operands), operand;
	buf_add_format(out, "    '%s') options='", command->name);
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++)
		buf_add_format(out, "%s ", option_row(*id)->name);
	buf_add_c(out, "--help' operands=(");
	while (rest.n && str_split(&rest, ' ', &operand)) {
		buf_add_char(out, '\'');
		add_bash_word(out, operand);
		buf_add_c(out, "' ");
	}
	buf_add_c(out, ") ;;\n");
}

int dump_bash(struct buf *out, struct cavra_error *error)
{
	(void)error;
	buf_add_c(out, "# bash completion for cavra, written by cavra dump bash\n\n");
	add_bash_groups(out);
	buf_add_c(out, "_cavra_command() {\n    case $1 in\n");
	for (size_t i = 0; i < commands_count; i++)
		add_bash_command(out, &commands[i]);
	buf_add_c(out, "    *) return 1 ;;\n    esac\n}\n\n_cavra_value() {\n    case $1 in\n");
	for (int id = 0; id < OPTIONS; id++) {
		const struct option *option = option_row((enum option_id)id);
		if (!option->value)
			continue;
		buf_add_format(out, "    %s) echo '", option->name);
		add_bash_word(out, str_from(option->value));
		buf_add_c(out, "' ;;\n");
	}
	buf_add_c(out, "    esac\n}\n\n");
	buf_add_c(out, bash_code);
	return 0;
}

/* ---- zsh ---- */

static void add_zsh_action(struct buf *out, struct str placeholder)
{
	switch (word_kind(placeholder)) {
	case WORD_FREE:
		buf_add_char(out, ' ');
		break;
	case WORD_FILE:
		buf_add_c(out, "_files");
		break;
	case WORD_DIRECTORY:
		buf_add_c(out, "_files -/");
		break;
	case WORD_LISTED:
		buf_add_char(out, '(');
		words_add(out, placeholder);
		buf_add_char(out, ')');
		break;
	}
}

/* Inside of [...] and before a colon of _arguments. */
static void add_zsh_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\'')
			buf_add_c(out, "'\\''");
		else if (c == '[' || c == ']' || c == ':' || c == '\\')
			buf_add_format(out, "\\%c", c);
		else
			buf_add_char(out, c);
	}
}

static void add_zsh_command(struct buf *out, const struct command *command)
{
	struct str rest = str_from(command->operands), operand;
	size_t n = 0;
	buf_add_format(out, "    '%s')\n        _arguments '--help[print this]'", command->name);
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++) {
		const struct option *option = option_row(*id);
		buf_add_format(out, " \\\n            '%s%s[", *id == OPT_OVERLAY ? "*" : "",
			       option->name);
		add_zsh_text(out, str_from(option->help));
		buf_add_char(out, ']');
		if (option->value) {
			buf_add_format(out, ":%s:", option->value);
			add_zsh_action(out, str_from(option->value));
		}
		buf_add_char(out, '\'');
	}
	while (rest.n && str_split(&rest, ' ', &operand)) {
		buf_add_format(out, " \\\n            '%zu:%.*s:", ++n, STR_ARG(operand));
		add_zsh_action(out, operand);
		buf_add_char(out, '\'');
	}
	buf_add_c(out, "\n        ;;\n");
}

static void add_zsh_described(struct buf *out, struct str word, const char *summary)
{
	buf_add_format(out, "'%.*s:", STR_ARG(word));
	add_zsh_text(out, str_from(summary));
	buf_add_c(out, "' ");
}

static void add_zsh_groups(struct buf *out)
{
	buf_add_c(out, "    if (( CURRENT == 2 )); then\n        words_=(");
	for (size_t i = 0; i < commands_count; i++)
		if (is_first_of_group(i))
			add_zsh_described(out, first_word(&commands[i]),
					  second_word(&commands[i]).n ? "several commands"
								      : commands[i].summary);
	buf_add_c(out, ")\n        _describe command words_\n        return\n    fi\n"
		       "    command=$words[2] skip=1\n    case $words[2] in\n");
	for (size_t i = 0; i < commands_count; i++) {
		if (!second_word(&commands[i]).n || !is_first_of_group(i))
			continue;
		buf_add_format(out, "    %.*s)\n        words_=(",
			       STR_ARG(first_word(&commands[i])));
		for (size_t k = 0; k < commands_count; k++)
			if (str_eq(first_word(&commands[k]), first_word(&commands[i])))
				add_zsh_described(out, second_word(&commands[k]),
						  commands[k].summary);
		buf_add_c(out, ")\n        if (( CURRENT == 3 )); then _describe command words_; "
			       "return; fi\n        command=\"$words[2] $words[3]\" skip=2\n"
			       "        ;;\n");
	}
	buf_add_c(out, "    esac\n");
}

int dump_zsh(struct buf *out, struct cavra_error *error)
{
	(void)error;
	buf_add_c(out, "#compdef cavra\n# zsh completion for cavra, written by cavra dump zsh\n\n"
		       "_cavra() {\n    local command\n    local -i skip\n    local -a words_\n");
	add_zsh_groups(out);
	buf_add_c(out, "    shift skip words\n    (( CURRENT -= skip ))\n    case $command in\n");
	for (size_t i = 0; i < commands_count; i++)
		add_zsh_command(out, &commands[i]);
	buf_add_c(out, "    esac\n}\n\n_cavra \"$@\"\n");
	return 0;
}

/* ---- fish ---- */

static void add_fish_action(struct buf *out, struct str placeholder)
{
	switch (word_kind(placeholder)) {
	case WORD_FREE:
		buf_add_c(out, " -x");
		break;
	case WORD_FILE:
		buf_add_c(out, " -r -F");
		break;
	case WORD_DIRECTORY:
		buf_add_c(out, " -x -a '(__fish_complete_directories)'");
		break;
	case WORD_LISTED:
		buf_add_c(out, " -x -a '");
		words_add(out, placeholder);
		buf_add_char(out, '\'');
		break;
	}
}

static void add_fish_text(struct buf *out, const char *text)
{
	buf_add_c(out, " -d '");
	add_quoted(out, str_from(text), "\\'");
	buf_add_c(out, "'\n");
}

static void add_fish_command(struct buf *out, const struct command *command)
{
	struct str rest = str_from(command->operands), operand;
	size_t n = 0;
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++) {
		const struct option *option = option_row(*id);
		buf_add_format(out, "complete -c cavra -n '__cavra_is \"%s\"' -l %s", command->name,
			       option->name + 2);
		if (option->value)
			add_fish_action(out, str_from(option->value));
		add_fish_text(out, option->help);
	}
	while (rest.n && str_split(&rest, ' ', &operand)) {
		buf_add_format(out, "complete -c cavra -n '__cavra_operand \"%s\" %zu'",
			       command->name, n++);
		if (word_kind(operand) == WORD_FILE)
			buf_add_c(out, " -F");
		else
			add_fish_action(out, operand);
		buf_add_char(out, '\n');
	}
}

static const char fish_code[] =
	"# fish completion for cavra, written by cavra dump fish\n"
	"\n"
	"# The words in front of the cursor begin with this command.\n"
	"function __cavra_is\n"
	"    set -l words (commandline -opc)[2..-1]\n"
	"    set -l command (string split ' ' -- $argv[1])\n"
	"    test (count $words) -ge (count $command); or return 1\n"
	"    test (string join ' ' -- $words[1..(count $command)]) = $argv[1]\n"
	"end\n"
	"\n"
	"# ... and so many operands.\n"
	"function __cavra_operand\n"
	"    __cavra_is $argv[1]; or return 1\n"
	"    set -l words (commandline -opc)[2..-1]\n"
	"    set -l skip (math (count (string split ' ' -- $argv[1])) + 1)\n"
	"    set -l n 0\n"
	"    set -l after_option 0\n"
	"    for word in $words[$skip..-1]\n"
	"        if string match -q -- '-*' $word\n"
	"            set after_option 1\n"
	"            contains -- $word $__cavra_flags; and set after_option 0\n"
	"            string match -q -- '*=*' $word; and set after_option 0\n"
	"        else if test $after_option = 1\n"
	"            set after_option 0\n"
	"        else\n"
	"            set n (math $n + 1)\n"
	"        end\n"
	"    end\n"
	"    test $n = $argv[2]\n"
	"end\n"
	"\n"
	"function __cavra_word\n"
	"    test (count (commandline -opc)) = $argv[1]; or return 1\n"
	"    test $argv[1] = 1; or test (commandline -opc)[2] = $argv[2]\n"
	"end\n"
	"\n"
	"complete -c cavra -f\n"
	"complete -c cavra -l help -d 'print help'\n";

int dump_fish(struct buf *out, struct cavra_error *error)
{
	(void)error;
	buf_add_c(out, fish_code);
	buf_add_c(out, "set -g __cavra_flags --help");
	for (int id = 0; id < OPTIONS; id++)
		if (!option_row((enum option_id)id)->value)
			buf_add_format(out, " %s", option_row((enum option_id)id)->name);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < commands_count; i++) {
		struct str second = second_word(&commands[i]);
		if (is_first_of_group(i)) {
			buf_add_format(out, "complete -c cavra -n '__cavra_word 1' -a %.*s",
				       STR_ARG(first_word(&commands[i])));
			add_fish_text(out, second.n ? "several commands" : commands[i].summary);
		}
		if (second.n) {
			buf_add_format(out, "complete -c cavra -n '__cavra_word 2 %.*s' -a %.*s",
				       STR_ARG(first_word(&commands[i])), STR_ARG(second));
			add_fish_text(out, commands[i].summary);
		}
	}
	for (size_t i = 0; i < commands_count; i++)
		add_fish_command(out, &commands[i]);
	return 0;
}
