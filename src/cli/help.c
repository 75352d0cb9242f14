/* SPDX-License-Identifier: Apache-2.0
 *
 * Help texts, all of them from the tables.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cli/options.h"
#include "decide/explain.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 26 };

static void print_row(const char *name, const char *text)
{
	char first[128], next[HELP_INDENT + 1];
	struct buf CLEANUP_BUF out;
	buf_init(&out, KiB(4));
	memset(next, ' ', HELP_INDENT);
	next[HELP_INDENT] = '\0';
	(void)snprintf(first, sizeof first, "  %-*s", HELP_INDENT - 2, name);
	if (strlen(name) + 2 >= HELP_INDENT) {
		(void)printf("%s\n", first);
		(void)snprintf(first, sizeof first, "%s", next);
	}
	explain_wrap(&out, str_from(text), first, next, HELP_WIDTH);
	(void)fputs(out.p, stdout);
}

void help_all(void)
{
	(void)printf("usage: cavra COMMAND ...\n\nBefore an AI agent acts, CAVRA decides.\n\n");
	for (size_t i = 0; i < commands_count; i++)
		print_row(commands[i].name, commands[i].summary);
	(void)printf("\ncavra COMMAND --help tells more about each.\n");
}

bool help_group(const char *group)
{
	size_t n = strlen(group);
	bool found = false;
	for (size_t i = 0; i < commands_count; i++) {
		if (strncmp(commands[i].name, group, n) != 0 || commands[i].name[n] != ' ')
			continue;
		if (!found)
			(void)printf("usage: cavra %s COMMAND ...\n\n", group);
		found = true;
		print_row(commands[i].name, commands[i].summary);
	}
	return found;
}

/* Paragraphs with an empty line between; where lines break inside them does not matter. */
static void print_details(const char *details)
{
	struct str rest = str_from(details);
	while (rest.n) {
		size_t end = str_find(rest, STR("\n\n"));
		struct str paragraph = str_trim(str_first(rest, end));
		struct buf CLEANUP_BUF text, out;
		buf_init(&text, KiB(16));
		buf_init(&out, KiB(16));
		for (size_t i = 0; i < paragraph.n; i++)
			buf_add_char(&text, paragraph.p[i] == '\n' ? ' ' : paragraph.p[i]);
		explain_wrap(&out, buf_str(&text), "", "", HELP_WIDTH);
		(void)printf("\n%s", out.p);
		rest = str_from_at(rest, end == STR_NPOS ? rest.n : end + 2);
	}
}

void help_command(const struct command *command)
{
	(void)printf("usage: cavra %s%s%s%s\n\n%s.\n", command->name,
		     command->operands[0] ? " " : "", command->operands,
		     command->options ? " [OPTION ...]" : "", command->summary);
	print_details(command->details);
	(void)printf("\nOptions:\n");
	for (const enum option_id *id = command->options; id && *id != OPTIONS; id++) {
		const struct option *option = option_row(*id);
		char name[64];
		(void)snprintf(name, sizeof name, "%s%s%s", option->name, option->value ? " " : "",
			       option->value ? option->value : "");
		print_row(name, option->help);
	}
	print_row("--help", "print this");
}
