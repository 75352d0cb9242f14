/* SPDX-License-Identifier: Apache-2.0
 *
 * No program is ever started: execve logs what it was given and ends as the world of this run wants it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"
#include "record.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's headers use reserved names. */

/* Names that Bash itself changes on every command. */
static bool is_incidental(const char *entry)
{
	static const char *const names[] = {
		"_=", "PWD=", "OLDPWD=", "SHLVL=", "COLUMNS=", "LINES="};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(entry, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void note_environment(char *const environment[])
{
	for (; environment && *environment; environment++) {
		bool known = is_incidental(*environment);
		for (size_t i = 0; i < watched.n_initial && !known; i++)
			known = strcmp(watched.initial[i], *environment) == 0;
		if (!known && note_add(*environment))
			note.environment++;
	}
}

/* Programs read what they are given, unless that is the input of the text itself. */
static void note_input(void)
{
	static char bytes[WIRE_INPUT];
	struct stat status;
	if (fstat(0, &status) != 0)
		return;
	note.moved = S_ISFIFO(status.st_mode) ||
		     (S_ISREG(status.st_mode) && status.st_ino != watched.base_input);
	if (!note.moved)
		return;
	size_t n = 0;
	for (ssize_t got; n < sizeof bytes && (got = read(0, bytes + n, sizeof bytes - n)) > 0;)
		n += (size_t)got;
	note.input = bytes;
	note.input_size = n;
}

static void print_something(uint32_t nth)
{
	static const char *const outputs[] = {
		"out_a out_b\nout_c\n", "*.txt\n", "", "-o 'q r'\n", "3\n", "/\n", "cmd_out x\n"};
	const char *text = outputs[(nth + watched.wire->seed) % (sizeof outputs / sizeof *outputs)];
	if (*text && write(1, text, strlen(text)) < 0)
		_exit(1);
}

static bool is_plain_tee(char *const argv[])
{
	static const char *const options[] = {"-a", "-i", "-p", "--append", "--ignore-interrupts"};
	for (size_t i = 1; argv[i]; i++) {
		bool listed = argv[i][0] != '-';
		for (size_t k = 0; k < sizeof options / sizeof *options; k++)
			listed = listed || strcmp(argv[i], options[k]) == 0;
		if (!listed)
			return false;
	}
	return true;
}

/* nproc, nproc --all, date +%s, id -u, id -g */
static bool prints_digits(const char *base, char *const argv[], size_t argc)
{
	static const char *const programs[][2] = {
		{"nproc", "--all"}, {"date", "+%s"}, {"id", "-u"}, {"id", "-g"}};
	if (argc == 1)
		return strcmp(base, "nproc") == 0;
	for (size_t i = 0; argc == 2 && i < sizeof programs / sizeof *programs; i++)
		if (strcmp(base, programs[i][0]) == 0 && strcmp(argv[1], programs[i][1]) == 0)
			return true;
	return false;
}

/* The few programs whose output is computed by the analysis do what they are known for. */
static bool imitate(char *const argv[], size_t argc, uint32_t nth)
{
	const char *base = strrchr(argv[0], '/');
	base = base ? base + 1 : argv[0];
	if (prints_digits(base, argv, argc)) /* or nothing, as when it is not there */
		return ((nth + watched.wire->seed) & 1) || dprintf(1, "12\n") > 0;
	if (strcmp(base, "cat") == 0 && (argc == 1 || (argc == 2 && strcmp(argv[1], "-") == 0))) {
		if (note.input && write(1, note.input, note.input_size) < 0)
			_exit(1);
		return true;
	}
	if (strcmp(base, "tee") == 0 && is_plain_tee(argv)) {
		if (note.input && write(1, note.input, note.input_size) < 0)
			_exit(1);
		return true;
	}
	static char path[4096];
	if (argc != 2 || *argv[1] == '-' || !argv[1][0] || strlen(argv[1]) >= sizeof path)
		return false;
	memcpy(path, argv[1], strlen(argv[1]) + 1);
	if (strcmp(base, "basename") == 0)
		return dprintf(1, "%s\n", basename(path)) > 0;
	if (strcmp(base, "dirname") == 0)
		return dprintf(1, "%s\n", dirname(path)) > 0;
	return false;
}

int execve(const char *path, char *const argv[], char *const environment[])
{
	static int (*real)(const char *, char *const[], char *const[]);
	if (!watched.wire) {
		if (!real)
			real = (int (*)(const char *, char *const[], char *const[]))dlsym(RTLD_NEXT,
											  "execve");
		return real(path, argv, environment);
	}
	uint32_t nth = atomic_fetch_add(&watched.wire->execs, 1);
	if (nth >= watched.wire->max_execs)
		end_text();
	watched.in_exec = true;
	note_start(WIRE_EXEC);
	note_add(path);
	for (; argv[note.argc]; note.argc++)
		note_add(argv[note.argc]);
	note_environment(environment);
	note_input();
	note_write();
	if (imitate(argv, note.argc, nth))
		_exit(watched.wire->world == WORLD_FAILURE ? 1 : 0);
	switch ((enum wire_world)watched.wire->world) {
	case WORLD_SUCCESS:
		_exit(0);
	case WORLD_FAILURE:
		if ((nth + watched.wire->seed) & 1)
			_exit(1);
		break;
	case WORLD_ALTERNATE:
		print_something(nth);
		_exit((nth + watched.wire->seed) & 1);
	case WORLDS:
		break;
	}
	errno = ENOENT;
	return -1;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
