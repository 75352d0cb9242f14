/* SPDX-License-Identifier: Apache-2.0
 *
 * The installed hooks, for cavra doctor: each is started as the agent would start it, with a call that must be blocked
 * and one that must not. What is due is what this program itself answers to the same call.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/claude_code.h"
#include "agents/claude_installed.h"
#include "base/array.h"
#include "base/limits.h"
#include "cli/doctor.h"
#include "cli/home.h"
#include "cli/hook.h"
#include "cli/probe.h"
#include "json/json.h"

enum { PROBES = 2, PROBE_SECONDS = 15 };

struct settings {
	enum claude_settings_place place;
	char path[PATH_MAX];
	struct document *document; /* NULL: could not be read */
	struct claude_hook hooks[CLAUDE_HOOKS_MAX];
	size_t n_hooks;
};

enum { SETTINGS_MAX = 8 };

struct examination {
	struct checkup *checkup;
	const struct config *config;
	struct settings settings[SETTINGS_MAX];
	size_t n_settings;
	struct probe_result due[PROBES]; /* what this program answers */
};

/* ---- the calls ---- */

static const struct {
	const char *what, *tool, *input; /* the input's %s is the project */
	bool blocked;
} probes[PROBES] = {
	{"a call that must be blocked", "Write",
	 "{\"file_path\": \"%s/.cavra/policy.yaml\", \"content\": \"\"}", true},
	{"a harmless call", "Read", "{\"file_path\": \"%s/cavra-doctor-looks-here.txt\"}", false},
};

static void write_payload(struct buf *out, const char *root, size_t probe)
{
	struct buf CLEANUP_BUF path;
	char input[256];
	buf_init(&path, KiB(64));
	buf_add_json_string(&path, str_from(root));
	/* The quoted path without its quotes stands inside another string. */
	struct str inner = str_make(path.p + 1, path.n - 2);
	const char *hole = strstr(probes[probe].input, "%s");
	(void)snprintf(input, sizeof input, "%.*s", (int)(hole - probes[probe].input),
		       probes[probe].input);
	buf_add_c(out,
		  "{\"session_id\":\"cavra-doctor\",\"transcript_path\":\"/dev/null\",\"cwd\":");
	buf_add(out, buf_str(&path));
	buf_add_format(out,
		       ",\"permission_mode\":\"default\",\"hook_event_name\":\"PreToolUse\","
		       "\"tool_use_id\":\"cavra-doctor\",\"tool_name\":\"%s\",\"tool_input\":%s",
		       probes[probe].tool, input);
	buf_add(out, inner);
	buf_add_format(out, "%s}", hole + 2);
}

static void ask(const struct examination *examination, const char *const *argv, double seconds,
		size_t probe, struct probe_result *ret_result)
{
	struct buf CLEANUP_BUF payload;
	buf_init(&payload, MiB(1));
	write_payload(&payload, examination->checkup->root, probe);
	struct probe run = {.argv = argv,
			    .directory = examination->checkup->root,
			    .variable = claude_code_adapter.root_variable,
			    .input = buf_str(&payload),
			    .seconds = seconds};
	probe_run(&run, ret_result);
}

static void learn_what_is_due(struct examination *examination)
{
	static const char *const self[] = {"/proc/self/exe", "hook", "claude-code", NULL};
	for (size_t i = 0; i < PROBES; i++)
		ask(examination, self, PROBE_SECONDS, i, &examination->due[i]);
}

/* ---- one hook ---- */

/* ${CLAUDE_PROJECT_DIR} is put in by the agent, also without a shell. */
static const char *fill_in(struct arena *arena, const char *root, struct str text)
{
	struct str hole = STR("${CLAUDE_PROJECT_DIR}");
	size_t at = str_find(text, hole);
	if (at == STR_NPOS)
		return arena_str(arena, text).p;
	struct str start = arena_join(arena, str_first(text, at), str_from(root));
	return arena_join(arena, start, str_from_at(text, at + hole.n)).p;
}

/* The command line as it is installed, ended by NULL. */
static const char **command_line(struct arena *arena, const char *root,
				 const struct claude_hook *hook)
{
	size_t n = json_array_size(hook->args);
	const char **argv = ARENA_ARRAY(arena, n + 4, const char *);
	if (!hook->args) {
		argv[0] = "/bin/sh";
		argv[1] = "-c";
		argv[2] = arena_str(arena, hook->command).p;
		argv[3] = NULL;
		return argv;
	}
	argv[0] = fill_in(arena, root, hook->command);
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = fill_in(arena, root, json_str(json_array_get(hook->args, i)));
	argv[n + 1] = NULL;
	return argv;
}

static struct checkup_item *report(struct examination *examination, enum health health,
				   const struct settings *settings, const struct claude_hook *hook,
				   const char *check, const char *text)
{
	struct checkup_item *item = checkup_add(examination->checkup, health, check, "%s", text);
	checkup_subject(item, settings->path, hook->line);
	return item;
}

static void add_words(char *text, size_t size, struct str words)
{
	size_t n = strlen(text);
	struct str line = str_first(str_trim(words), 200);
	(void)snprintf(text + n, size - n, "%s%.*s", line.n ? ": " : "", STR_ARG(line));
}

static bool same_text(const struct probe_result *a, const struct probe_result *b)
{
	return str_eq(buf_str(&a->out), buf_str(&b->out));
}

/* What one answer says about the hook. */
static void judge_answer(struct examination *examination, const struct settings *settings,
			 const struct claude_hook *hook, size_t probe, struct probe_result *got)
{
	struct probe_result *due = &examination->due[probe];
	enum probe_answer answer = probe_answer_of(got), wanted = probe_answer_of(due);
	char text[480];
	const char *remedy = "install cavra and cavra-hook of one version, and run cavra init "
			     "claude-code again";
	enum health health = HEALTH_PROBLEM;
	if (answer == PROBE_FAILED) {
		(void)snprintf(text, sizeof text, "the hook %s", got->problem);
		add_words(text, sizeof text, buf_str(&got->err));
	} else if (answer == PROBE_BLOCKED) {
		(void)snprintf(text, sizeof text, "the hook refuses every call");
		add_words(text, sizeof text, buf_str(&got->err));
		remedy = "mend what it complains of";
	} else if (answer != wanted) {
		(void)snprintf(text, sizeof text, "%s is answered with %s, and %s is due",
			       probes[probe].what, probe_answer_name(answer),
			       probe_answer_name(wanted));
		add_words(text, sizeof text, buf_str(&got->err));
	} else if (probes[probe].blocked && answer != PROBE_DENY &&
		   examination->config->mode != MODE_AUDIT_ONLY) {
		(void)snprintf(text, sizeof text, "%s is not denied", probes[probe].what);
		remedy = "cavra explain tells why";
	} else if (!probes[probe].blocked && answer != PROBE_SILENT && answer != PROBE_ALLOW) {
		health = HEALTH_WARNING;
		(void)snprintf(text, sizeof text,
			       "%s is answered with %s: the policies let nothing through",
			       probes[probe].what, probe_answer_name(answer));
		remedy = "cavra explain read_file cavra-doctor-looks-here.txt tells why";
	} else if (!same_text(got, due)) {
		health = HEALTH_WARNING;
		(void)snprintf(text, sizeof text,
			       "%s gets the right answer in other words than those of this cavra",
			       probes[probe].what);
	} else {
		health = HEALTH_OK;
		(void)snprintf(text, sizeof text, "%s is answered with %s, as is due",
			       probes[probe].what, probe_answer_name(answer));
		remedy = "";
	}
	checkup_remedy(report(examination, health, settings, hook, "probe", text), "%s", remedy);
}

static void check_version(struct examination *examination, const struct settings *settings,
			  const struct claude_hook *hook, const char *program)
{
	const char *const argv[] = {program, "--version", NULL};
	struct probe run = {.argv = argv,
			    .directory = examination->checkup->root,
			    .input = STR(""),
			    .seconds = hook->timeout < PROBE_SECONDS ? hook->timeout
								     : PROBE_SECONDS};
	struct probe_result result;
	char text[200], expected[64];
	probe_run(&run, &result);
	(void)snprintf(expected, sizeof expected, "cavra-hook %s", cavra_version());
	struct str said = str_trim(buf_str(&result.out));
	if (!result.problem[0] && !str_is(said, expected)) {
		(void)snprintf(text, sizeof text,
			       "the hook calls itself \"%.*s\", and this is cavra %s",
			       STR_ARG(str_first(said, 60)), cavra_version());
		checkup_remedy(report(examination, HEALTH_WARNING, settings, hook, "hook", text),
			       "install cavra and cavra-hook of one version");
	}
	probe_result_release(&result);
}

static void probe_hook(struct examination *examination, const struct settings *settings,
		       const struct claude_hook *hook, const char *const *argv)
{
	double seconds = hook->timeout < PROBE_SECONDS ? hook->timeout : PROBE_SECONDS;
	for (size_t i = 0; i < PROBES; i++) {
		struct probe_result result;
		ask(examination, argv, seconds, i, &result);
		judge_answer(examination, settings, hook, i, &result);
		bool hopeless = result.problem[0] != '\0';
		probe_result_release(&result);
		if (hopeless)
			return; /* the next one would only take as long again */
	}
}

static void examine_hook(struct examination *examination, const struct settings *settings,
			 const struct claude_hook *hook, struct arena *arena)
{
	struct claude_flaw flaws[CLAUDE_FLAWS_MAX];
	size_t n = claude_hook_flaws(hook, HOOK_SECONDS, flaws);
	for (size_t i = 0; i < n; i++)
		checkup_remedy(report(examination,
				      flaws[i].serious ? HEALTH_PROBLEM : HEALTH_WARNING, settings,
				      hook, "hook", flaws[i].text),
			       "%s", flaws[i].remedy);
	const char **argv = command_line(arena, examination->checkup->root, hook);
	if (hook->args && strchr(argv[0], '/'))
		checkup_file(examination->checkup, argv[0], "the hook program", true);
	if (hook->args && str_is(str_basename(str_from(argv[0])), "cavra-hook"))
		check_version(examination, settings, hook, argv[0]);
	probe_hook(examination, settings, hook, argv);
}

/* ---- settings ---- */

static void read_settings(struct examination *examination, enum claude_settings_place place,
			  const char *directory, const char *path)
{
	struct settings *settings = &examination->settings[examination->n_settings];
	struct cavra_error error;
	if (examination->n_settings == SETTINGS_MAX)
		return;
	int n = snprintf(settings->path, sizeof settings->path, "%s%s%s", directory,
			 directory[0] ? "/" : "", path);
	if (n < 0 || (size_t)n >= sizeof settings->path || access(settings->path, F_OK) < 0)
		return;
	settings->place = place;
	examination->n_settings++;
	checkup_file(examination->checkup, settings->path, "the settings file", false);
	if (document_load(settings->path, &settings->document, &error) < 0) {
		checkup_error(examination->checkup, "settings", &error);
		return;
	}
	settings->n_hooks = claude_hooks_find(settings->document, settings->hooks);
}

static void find_settings(struct examination *examination)
{
	struct home_list homes;
	home_directories(&homes);
	for (size_t i = 0; i < claude_settings_files_count; i++) {
		const struct claude_settings_file *file = &claude_settings_files[i];
		if (file->place == CLAUDE_MACHINE)
			read_settings(examination, file->place, "", file->path);
		if (file->place == CLAUDE_PROJECT)
			read_settings(examination, file->place, examination->checkup->root,
				      file->path);
		for (size_t k = 0; file->place == CLAUDE_HOME && k < homes.n; k++)
			read_settings(examination, file->place, homes.directory[k], file->path);
	}
}

static bool says(const struct settings *settings, const char *key)
{
	return settings->document && json_is_true(json_object_get(settings->document->root, key));
}

static void complain_of_key(struct examination *examination, const struct settings *settings,
			    const char *key, const char *text, const char *remedy)
{
	char pointer[64];
	int line = 0, column = 0;
	(void)snprintf(pointer, sizeof pointer, "/%s", key);
	(void)document_position(settings->document, pointer, POSITION_KEY, &line, &column);
	struct checkup_item *item = checkup_add(examination->checkup, HEALTH_PROBLEM, "settings",
						"%s", text);
	checkup_subject(item, settings->path, line);
	checkup_remedy(item, "%s", remedy);
}

/* Keys that switch hooks off. */
static void check_switches(struct examination *examination)
{
	for (size_t i = 0; i < examination->n_settings; i++) {
		const struct settings *settings = &examination->settings[i];
		if (says(settings, "disableAllHooks"))
			complain_of_key(examination, settings, "disableAllHooks",
					"disableAllHooks is true: no hook runs", "take it out");
		if (settings->place == CLAUDE_MACHINE && !settings->n_hooks &&
		    says(settings, "allowManagedHooksOnly"))
			complain_of_key(examination, settings, "allowManagedHooksOnly",
					"allowManagedHooksOnly is true, and the hook is not among "
					"the managed ones",
					"put the hook into the managed settings");
	}
}

static size_t count_hooks(const struct examination *examination)
{
	size_t n = 0;
	for (size_t i = 0; i < examination->n_settings; i++)
		n += examination->settings[i].n_hooks;
	return n;
}

static void complain_of_none(struct examination *examination)
{
	struct checkup_item *item =
		checkup_add(examination->checkup, HEALTH_PROBLEM, "hook",
			    "no settings file of Claude Code has the hook: nothing is judged");
	checkup_subject(item, examination->checkup->root, 0);
	checkup_remedy(item, "run cavra init claude-code there");
}

static int examine_all(struct examination *examination, struct arena *arena)
{
	if (setjmp(arena->on_full))
		return -1;
	arena->armed = true;
	for (size_t i = 0; i < examination->n_settings; i++)
		for (size_t k = 0; k < examination->settings[i].n_hooks; k++)
			examine_hook(examination, &examination->settings[i],
				     &examination->settings[i].hooks[k], arena);
	arena->armed = false;
	return 0;
}

void doctor_hooks(struct checkup *checkup, const struct config *config)
{
	static struct examination examination;
	struct arena arena;
	examination = (struct examination){.checkup = checkup, .config = config};
	arena_init(&arena, MiB(16));
	find_settings(&examination);
	check_switches(&examination);
	if (!count_hooks(&examination)) {
		complain_of_none(&examination);
	} else {
		learn_what_is_due(&examination);
		if (examine_all(&examination, &arena) < 0)
			checkup_add(checkup, HEALTH_PROBLEM, "hook",
				    "the settings are too large to look at");
	}
	for (size_t i = 0; i < PROBES; i++)
		probe_result_release(&examination.due[i]);
	for (size_t i = 0; i < examination.n_settings; i++)
		document_free(examination.settings[i].document);
	arena_release(&arena);
}
