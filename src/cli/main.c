/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra: finds the command, hands its arguments over.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/nearest.h"

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The command that the first words name; *ret_words gets how many they are. */
static const struct command *find_command(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < commands_count; i++) {
		const char *name = commands[i].name, *space = strchr(name, ' ');
		size_t n = space ? (size_t)(space - name) : strlen(name);
		*ret_words = space ? 2 : 1;
		if (argc < *ret_words || strlen(argv[0]) != n || strncmp(argv[0], name, n) != 0)
			continue;
		if (!space || strcmp(argv[1], space + 1) == 0)
			return &commands[i];
	}
	return NULL;
}

static int no_command(int argc, char **argv)
{
	char words[128];
	const char *known[64];
	size_t n = commands_count < 64 ? commands_count : 64;
	bool group = false;
	for (size_t i = 0; i < n; i++) {
		known[i] = commands[i].name;
		group = group || (strncmp(commands[i].name, argv[0], strlen(argv[0])) == 0 &&
				  commands[i].name[strlen(argv[0])] == ' ');
	}
	if (group && argc < 2)
		return fail_usage("cavra %s needs a command; see cavra %s --help", argv[0],
				  argv[0]);
	(void)snprintf(words, sizeof words, "%s%s%s", argv[0], group ? " " : "",
		       group ? argv[1] : "");
	const char *nearest = nearest_word(words, known, n);
	if (nearest)
		return fail_usage("no command %s; did you mean cavra %s?", words, nearest);
	return fail_usage("no command %s; cavra --help lists them", words);
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct args args;
	struct cavra_error error;
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (is_help(argv[i])) {
			help_command(command);
			return EXIT_ALLOWED;
		}
	}
	if (args_parse(command, argc, argv, &args, &error) < 0)
		return fail(&error);
	return command->run(&args);
}

/* cavra help [COMMAND] */
static int help(int argc, char **argv)
{
	int words = 0;
	const struct command *command = argc ? find_command(argc, argv, &words) : NULL;
	if (command)
		help_command(command);
	else if (argc == 0)
		help_all();
	else if (argc > 1 || !help_group(argv[0]))
		return no_command(argc, argv);
	return EXIT_ALLOWED;
}

/* Without them a file that is opened would stand where output goes. Writing to what is not there must fail. */
static void need_standard_files(void)
{
	while (true) {
		int fd = open("/dev/full", O_RDWR);
		if (fd < 0 || fd > STDERR_FILENO) {
			if (fd >= 0)
				(void)close(fd);
			return;
		}
	}
}

static int run(int argc, char **argv)
{
	int words = 0;
	if (argc == 0)
		return fail_usage("no command; cavra --help lists them");
	if (strcmp(argv[0], "help") == 0)
		return help(argc - 1, argv + 1);
	if (is_help(argv[0])) {
		help_all();
		return EXIT_ALLOWED;
	}
	if (strcmp(argv[0], "--version") == 0)
		return cmd_version(NULL);
	const struct command *command = find_command(argc, argv, &words);
	if (command)
		return run_command(command, argc - words, argv + words);
	if (argc > 1 && is_help(argv[1]) && help_group(argv[0]))
		return EXIT_ALLOWED;
	return no_command(argc, argv);
}

int main(int argc, char **argv)
{
	need_standard_files();
	return finish(run(argc - 1, argv + 1));
}
