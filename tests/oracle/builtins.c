/* SPDX-License-Identifier: Apache-2.0
 *
 * Builtins that are logged, and the moment when Bash begins to run its text.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"
#include "record.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's headers use reserved names. */

struct word_desc {
	char *word;
	int flags;
};
struct word_list {
	struct word_list *next;
	struct word_desc *word;
};
typedef int builtin_function(struct word_list *);
struct builtin {
	char *name;
	builtin_function *function;
	int flags;
	char *const *long_doc;
	const char *short_doc;
	char *handle;
};

/* Builtins that act on the world or are pure. Those that Bash compares by their function (exec, eval,
 * source, unset, return, mapfile) cannot be wrapped without changing what Bash does.
 */
#define LOGGED(ROW)         \
	ROW(0, ":")         \
	ROW(1, "true")      \
	ROW(2, "false")     \
	ROW(3, "echo")      \
	ROW(4, "printf")    \
	ROW(5, "test")      \
	ROW(6, "[")         \
	ROW(7, "kill")      \
	ROW(8, "enable")    \
	ROW(9, "ulimit")    \
	ROW(10, "umask")    \
	ROW(11, "hash")     \
	ROW(12, "history")  \
	ROW(13, "fc")       \
	ROW(14, "bind")     \
	ROW(15, "suspend")  \
	ROW(16, "wait")     \
	ROW(17, "disown")   \
	ROW(18, "complete") \
	ROW(19, "compgen")  \
	ROW(20, "times") ROW(21, "jobs") ROW(22, "bg") ROW(23, "caller") ROW(24, "help")

struct variable {
	char *name, *value, *exported;
	void *dynamic_value, *assign;
	int attributes, context;
};
enum { EXPORTED = 1 };
typedef struct variable *bind_function(const char *name, const char *value, int flags);
typedef size_t strlen_function(const char *);

static builtin_function *wrapped[25];
static bind_function *bind_variable;
static strlen_function *real_strlen;
static pid_t *own_pid;

static int run_builtin(size_t which, const char *name, struct word_list *words)
{
	if (watched.wire) {
		take_step();
		note_start(WIRE_BUILTIN);
		note_add(name);
		note_add(name);
		note.argc = 1;
		for (struct word_list *word = words; word; word = word->next, note.argc++)
			note_add(word->word->word);
		note_write();
	}
	bool outer = watched.in_builtin;
	watched.in_builtin = strcmp(name, "history") == 0 || strcmp(name, "fc") == 0 ||
			     strcmp(name, "bind") == 0;
	int status = wrapped[which](words);
	watched.in_builtin = outer;
	return status;
}

#define WRAPPER(number, name)                                \
	static int wrapper_##number(struct word_list *words) \
	{                                                    \
		return run_builtin(number, name, words);     \
	}
LOGGED(WRAPPER)

static const struct {
	const char *name;
	builtin_function *wrapper;
} logged[] = {
#define ROW(number, name) {name, wrapper_##number},
	LOGGED(ROW)
#undef ROW
};

bool hooks_install(void)
{
	struct builtin **table = dlsym(RTLD_DEFAULT, "shell_builtins");
	int *n = dlsym(RTLD_DEFAULT, "num_shell_builtins");
	watched.command_name = dlsym(RTLD_DEFAULT, "this_command_name");
	own_pid = dlsym(RTLD_DEFAULT, "dollar_dollar_pid");
	bind_variable = (bind_function *)dlsym(RTLD_DEFAULT, "bind_variable");
	real_strlen = (strlen_function *)dlsym(RTLD_NEXT, "strlen");
	if (!table || !n || !watched.command_name || !own_pid || !bind_variable || !real_strlen)
		return false;
	size_t found = 0;
	for (int i = 0; i < *n; i++) {
		for (size_t k = 0; k < sizeof logged / sizeof *logged; k++) {
			if (!(*table)[i].name || strcmp((*table)[i].name, logged[k].name) != 0)
				continue;
			/* cppcheck-suppress AssignmentAddressToInteger ; a pointer to a function it is */
			wrapped[k] = (*table)[i].function;
			(*table)[i].function = logged[k].wrapper;
			found++;
		}
	}
	return found == sizeof logged / sizeof *logged;
}

/* The moment when Bash begins to run the text of its -c. */
size_t strlen(const char *text)
{
	static int looked;
	if (text == inside_text && ++looked == 2)
		inside_serve();
	if (real_strlen)
		return real_strlen(text);
	const volatile char *end = text;
	while (*end)
		end++;
	return (size_t)(end - text);
}

/* What WORLD_ALTERNATE has in its environment beside the usual. */
static void add_variables(uint32_t seed)
{
	/* In arithmetic "-" in front of "-r" assigns to r, which commands would see if it stood here. */
	static const char *const values[] = {"env one", "env_two", "*.txt",      "",
					     "-r",      "2",       "cmd_env arg"};
	char names[] = WIRE_VARIABLES;
	char *rest = names;
	for (size_t i = 0; rest && watched.n_initial < INITIAL_MAX; i++) {
		char *name = strsep(&rest, " ");
		const char *value = values[(i + seed) % (sizeof values / sizeof *values)];
		struct variable *variable = bind_variable(name, value, 0);
		if (variable &&
		    asprintf(&watched.initial[watched.n_initial++], "%s=%s", name, value) > 0)
			variable->attributes |= EXPORTED;
	}
}

void hooks_start(struct wire *shared)
{
	struct stat status;
	if (fstat(0, &status) == 0)
		watched.base_input = status.st_ino;
	*own_pid = getpid();
	bind_variable("BASH_EXECUTION_STRING", inside_text, 0);
	for (watched.n_initial = 0;
	     environ[watched.n_initial] && watched.n_initial < INITIAL_MAX / 2; watched.n_initial++)
		watched.initial[watched.n_initial] = environ[watched.n_initial];
	if (shared->world == WORLD_ALTERNATE)
		add_variables(shared->seed);
	reset_memory();
	watched.wire = shared;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
