/* SPDX-License-Identifier: Apache-2.0
 *
 * Manual pages of the commands, from their tables; man_policy.c has the pages of the files.
 */
#include "cli/man.h"

#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/dump.h"
#include "cli/man_date.h"
#include "cli/options.h"
#include "cli/words.h"

/* ---- text ---- */

static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\')
			buf_add_c(out, "\\e");
		else if (text.p[i] == '-')
			buf_add_c(out, "\\-");
		else if (text.p[i] == '\n')
			buf_add_char(out, ' ');
		else
			buf_add_char(out, text.p[i]);
	}
}

void man_inline(struct buf *out, struct str text)
{
	/* A quote would end the argument of the macro. */
	for (struct str piece, rest = text; rest.p && str_split(&rest, '"', &piece);) {
		add_escaped(out, piece);
		if (rest.p)
			buf_add_c(out, "\\(dq");
	}
}

/* A new sentence begins a new line, as formatters want it. */
static void add_paragraph(struct buf *out, struct str text)
{
	for (;;) {
		size_t end = str_find(text, STR(". "));
		struct str sentence = str_first(text, end == STR_NPOS ? text.n : end + 1);
		if (sentence.n && (sentence.p[0] == '.' || sentence.p[0] == '\''))
			buf_add_c(out, "\\&");
		add_escaped(out, sentence);
		buf_add_char(out, '\n');
		if (end == STR_NPOS)
			return;
		text = str_from_at(text, end + 2);
	}
}

void man_text(struct buf *out, struct str text)
{
	bool first = true;
	while (text.n) {
		size_t end = str_find(text, STR("\n\n"));
		struct str paragraph = str_trim(str_first(text, end));
		struct buf CLEANUP_BUF line;
		buf_init(&line, KiB(64));
		for (size_t i = 0; i < paragraph.n; i++)
			buf_add_char(&line, paragraph.p[i] == '\n' ? ' ' : paragraph.p[i]);
		if (!first)
			buf_add_c(out, ".PP\n");
		add_paragraph(out, buf_str(&line));
		first = false;
		text = str_from_at(text, end == STR_NPOS ? text.n : end + 2);
	}
}

void man_head(struct buf *out, const char *name, int section, const char *what)
{
	buf_add_c(out, ".\\\" Written by cavra dump; do not edit.\n.TH ");
	for (const char *p = name; *p; p++)
		if (*p == '-')
			buf_add_c(out, "\\-");
		else
			buf_add_char(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
	buf_add_format(out, " %d %s \"cavra %s\" \"CAVRA\"\n.SH NAME\n", section, MAN_DATE,
		       cavra_version());
	add_escaped(out, str_from(name));
	buf_add_c(out, " \\- ");
	add_escaped(out, str_from(what));
	buf_add_char(out, '\n');
}

void man_section(struct buf *out, const char *heading)
{
	buf_add_format(out, ".SH %s\n", heading);
}

static void add_italic(struct buf *out, const char *text)
{
	buf_add_c(out, "\\fI");
	man_inline(out, str_from(text));
	buf_add_c(out, "\\fR");
}

void man_row(struct buf *out, const char *term, const char *value, const char *meaning)
{
	buf_add_c(out, ".TP\n\\fB");
	man_inline(out, str_from(term));
	buf_add_c(out, "\\fR");
	if (value && value[0]) {
		buf_add_char(out, ' ');
		add_italic(out, value);
	}
	buf_add_char(out, '\n');
	man_text(out, str_from(meaning));
}

/* ---- what programs rely on ---- */

static const struct {
	const char *name, *meaning;
} variables[] = {
	{"CAVRA_POLICY_MODE", "A runtime mode, which may only tighten the one in force."},
	{"HOME, XDG_CONFIG_HOME",
	 "Name further directories for the user's configuration, on top of the one below the home "
	 "directory of the account."},
	{"CLAUDE_PROJECT_DIR", "The project, as Claude Code names it to its hooks."},
	{"NO_COLOR", "Set to anything: no colour."},
};

static const struct {
	const char *name, *meaning;
} files[] = {
	{"/etc/cavra/config.yaml, /etc/cavra/policy.yaml",
	 "The managed configuration and policy of the machine."},
	{".cavra/config.yaml, .cavra/policy.yaml", "Those of the project."},
	{"~/.config/cavra/config.yaml, ~/.config/cavra/policy.yaml", "Those of the user."},
	{".claude/settings.json", "Where cavra init claude-code puts the hook."},
};

static void add_exit_statuses(struct buf *out)
{
	man_section(out, "EXIT STATUS");
	for (size_t i = 0; i < exit_statuses_count; i++) {
		char number[16];
		(void)snprintf(number, sizeof number, "%d", (int)exit_statuses[i].status);
		man_row(out, number, NULL, exit_statuses[i].meaning);
	}
}

static void add_environment(struct buf *out)
{
	man_section(out, "ENVIRONMENT");
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		man_row(out, variables[i].name, NULL, variables[i].meaning);
	man_section(out, "FILES");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		man_row(out, files[i].name, NULL, files[i].meaning);
}

/* ---- cavra(1) ---- */

static void add_command(struct buf *out, const struct command *command)
{
	const char *comma = "";
	buf_add_c(out, ".SS cavra ");
	man_inline(out, str_from(command->name));
	if (command->operands[0]) {
		buf_add_char(out, ' ');
		man_inline(out, str_from(command->operands));
	}
	buf_add_char(out, '\n');
	man_text(out, str_from(command->summary));
	/* The summary has no full stop. */
	out->n -= out->failed ? 0 : 1;
	buf_add_c(out, ".\n");
	if (command->details) {
		buf_add_c(out, ".PP\n");
		man_text(out, str_from(command->details));
	}
	if (!command->options)
		return;
	buf_add_c(out, ".PP\nOptions: ");
	for (const enum option_id *id = command->options; *id != OPTIONS; id++) {
		buf_add_c(out, comma);
		buf_add_c(out, "\\fB");
		man_inline(out, str_from(option_row(*id)->name));
		buf_add_c(out, "\\fR");
		comma = ", ";
	}
	buf_add_c(out, ".\n");
}

int dump_man_cavra(struct buf *out, struct cavra_error *error)
{
	(void)error;
	man_head(out, "cavra", 1, "decides before an AI agent acts");
	man_section(out, "SYNOPSIS");
	buf_add_c(out, ".B cavra\n.I COMMAND\n.RI [ OPERAND \" ...] [\" OPTION \" ...]\"\n.br\n"
		       ".B cavra\n.I COMMAND\n.B \\-\\-help\n");
	man_section(out, "DESCRIPTION");
	man_text(out,
		 STR("Before an AI agent acts, CAVRA decides. It finds out what a command line, a "
		     "file operation or a tool call would really do, compares that with the "
		     "policies in force, and answers: go ahead, ask a person, or no, with the "
		     "reason and with what would be allowed instead."));
	man_section(out, "COMMANDS");
	for (size_t i = 0; i < commands_count; i++)
		add_command(out, &commands[i]);
	man_section(out, "OPTIONS");
	man_text(out, STR("An option is written --name value or --name=value. What follows -- is "
			  "no option."));
	for (int id = 0; id < OPTIONS; id++) {
		const struct option *option = option_row((enum option_id)id);
		man_row(out, option->name, option->value, option->help);
	}
	man_row(out, "--help", NULL, "print what a command is for and its options");
	add_exit_statuses(out);
	add_environment(out);
	man_section(out, "SEE ALSO");
	buf_add_c(out, ".BR cavra\\-hook (1),\n.BR cavra\\-config (5),\n.BR cavra\\-policy (5)\n");
	return 0;
}

/* ---- cavra-hook(1) ---- */

int dump_man_hook(struct buf *out, struct cavra_error *error)
{
	struct buf CLEANUP_BUF agents;
	buf_init(&agents, KiB(4));
	(void)error;
	man_head(out, "cavra-hook", 1, "answers an agent that is about to act");
	man_section(out, "SYNOPSIS");
	buf_add_c(out, ".B cavra\\-hook\n.I AGENT\n.br\n.B cavra\\-hook \\-\\-version\n");
	man_section(out, "DESCRIPTION");
	man_text(out,
		 STR("Agents start this program in front of every tool call. It reads the call "
		     "from standard input, decides by the policies in force, and answers on "
		     "standard output in the agent's own protocol. Silence means that nothing "
		     "forbids the call; the agent's own permissions apply.\n\n"
		     "cavra init installs it, and cavra doctor proves that it works. It is linked "
		     "statically and starts faster than cavra hook, which does the same."));
	buf_add_c(out, ".PP\n");
	words_add(&agents, STR("AGENT"));
	buf_add_c(out, "Agents: ");
	man_inline(out, buf_str(&agents));
	buf_add_c(out, ".\n");
	man_section(out, "EXIT STATUS");
	man_row(out, "0", NULL, "The call was judged; the answer is on standard output.");
	man_row(out, "2", NULL,
		"The call is blocked: something is wrong, and standard error says what. No policy, a "
		"broken one, a payload that is not understood, a crash, or no decision in time.");
	add_environment(out);
	man_section(out, "SEE ALSO");
	buf_add_c(out, ".BR cavra (1),\n.BR cavra\\-config (5),\n.BR cavra\\-policy (5)\n");
	return 0;
}
