/* SPDX-License-Identifier: Apache-2.0
 *
 * Variables that change what a command runs: GIT_SSH_COMMAND, LD_PRELOAD, PAGER ...
 */
#include "decide/command.h"
#include "decide/paths.h"

static bool is_for(const struct known_environment *e, struct str program)
{
	const char *name;
	for (size_t i = 0; (name = knowledge_item(e->programs, i)); i++)
		if (str_is(program, name))
			return true;
	return !e->programs.at;
}

/* npm reads its own whatever their case. */
static struct str usual_case(struct str name, char room[64])
{
	static const struct str npm = STR_INIT("npm_config_");
	if (name.n < npm.n || name.n > 64 || !str_eq_nocase(str_first(name, npm.n), npm))
		return name;
	for (size_t i = 0; i < name.n; i++)
		room[i] = ascii_lower(name.p[i]);
	return str_make(room, name.n);
}

/* Every command asks for every variable that is set. */
static const struct known_environment *find(struct str name, struct str program)
{
	char room[64];
	name = usual_case(name, room);
	unsigned first = name.n ? (unsigned char)name.p[0] : 0;
	if (first >= KNOWN_FIRST_BYTES)
		return NULL;
	for (size_t i = known_environment_first[first]; i < known_environment_first[first + 1];
	     i++) {
		const char *glob = knowledge_text(known_environment[i].name);
		if (ascii_is_name(glob[1]) && (name.n < 2 || glob[1] != name.p[1]))
			continue;
		if (knowledge_glob(glob, name) && is_for(&known_environment[i], program))
			return &known_environment[i];
	}
	return NULL;
}

static void ask(struct decider *d, struct command *c, const struct shell_assign *assign,
		const char *what)
{
	struct finding *finding = finding_add(d, c->effect, CAVRA_REQUIRE_APPROVAL, CAVRA_HIGH,
					      "commands.environment.require_approval");
	c->environment = true;
	finding->approver_group = STR("Repository Owners");
	finding->reason = arena_printf(d->arena, "%.*s %s %.*s", STR_ARG(assign->name), what,
				       STR_ARG(c->name));
	finding->instead = STR("run the command without it");
}

static void judge_guard(struct decider *d, struct command *c, const struct shell_assign *assign)
{
	struct finding *finding = finding_add(d, c->effect, CAVRA_BLOCK, CAVRA_CRITICAL,
					      "self_protection.block");
	c->environment = true;
	const char *owner = str_starts(assign->name, STR("CAVRA_")) ? "CAVRA"
								    : "the agent or another guard";
	finding->reason = arena_printf(d->arena, "sets %.*s, which belongs to %s",
				       STR_ARG(assign->name), owner);
}

static void judge_shell(struct decider *d, struct command *c, const struct shell_assign *assign)
{
	if (!value_is_known(assign->value)) {
		ask(d, c, assign, "runs text that is not known inside");
		return;
	}
	struct scope scope = c->scope;
	scope.literal_spans = false;
	scope.surely = false;
	scope.assigns = NULL;
	scope.input = NULL;
	struct str text = value_text(d->arena, assign->value);
	/* A prompt is shown; only what is substituted in it runs. */
	bool prompt = str_starts(assign->name, STR("PS")) && assign->name.n == 3, expands = false;
	for (size_t i = 0; i < text.n; i++)
		expands |= text.p[i] == '`' || (text.p[i] == '$' && i + 1 < text.n &&
						(text.p[i + 1] == '(' || text.p[i + 1] == '{' ||
						 ascii_is_name(text.p[i + 1])));
	if (prompt && !expands)
		return;
	if (prompt) {
		ask(d, c, assign, "is expanded by");
		return;
	}
	if (text.n)
		system_text(d, text, &scope);
}

/* The file that a program is told to write by it. */
static void judge_write(struct decider *d, struct command *c, const struct shell_assign *assign)
{
	struct argument file = {.value = assign->value, .role = ROLE_WRITE};
	command_file(d, c, EFFECT_FILE_WRITE, &file, false);
}

static void judge(struct decider *d, struct command *c, const struct shell_assign *assign,
		  enum environment_kind kind)
{
	switch (kind) {
	case ENVIRONMENT_SHELL:
		judge_shell(d, c, assign);
		break;
	case ENVIRONMENT_CODE:
		ask(d, c, assign, "makes foreign code part of");
		break;
	case ENVIRONMENT_PATH:
		ask(d, c, assign, "changes which program is");
		break;
	case ENVIRONMENT_CONFIG:
		d->git_config_changed = true;
		ask(d, c, assign, "changes the configuration of");
		break;
	case ENVIRONMENT_ARGS:
		ask(d, c, assign, "adds arguments to");
		break;
	case ENVIRONMENT_WRITE:
		judge_write(d, c, assign);
		break;
	case ENVIRONMENT_GUARD:
		judge_guard(d, c, assign);
		break;
	case ENVIRONMENT_KINDS:
		break;
	}
}

static bool shadowed(const struct shell_assign *list, const struct shell_assign *assign)
{
	for (; list != assign; list = list->next)
		if (str_eq(list->name, assign->name))
			return true;
	return false;
}

static const char *const usual_places[] = {
	"/bin/",           "/sbin/",           "/usr/bin/",          "/usr/sbin/",
	"/usr/local/bin/", "/usr/local/sbin/", "/opt/homebrew/bin/", "/snap/bin/"};
static const char *const tool_places[] = {"node_modules/.bin/", "vendor/bin/", ".venv/bin/",
					  "venv/bin/",          ".tox/",       ".local/bin/",
					  ".cargo/bin/",        "go/bin/"};

bool is_program_place(struct str dir)
{
	for (size_t i = 0; i < sizeof usual_places / sizeof *usual_places; i++)
		if (str_is(dir, usual_places[i]))
			return true;
	for (size_t i = 0; i < sizeof tool_places / sizeof *tool_places; i++)
		if (str_find(dir, str_from(tool_places[i])) != STR_NPOS &&
		    str_find(dir, STR("..")) == STR_NPOS && !str_starts(dir, STR("/tmp/")))
			return true;
	return false;
}

/* The project's own code, by the names that such directories usually have. */
static bool is_source_directory(struct decider *d, struct str dir)
{
	static const char *const names[] = {".",    "src", "lib",    "python", "tests",
					    "test", "app", "server", "backend"};
	struct str base = str_basename(dir);
	bool usual = str_is(dir, "./") || str_eq(dir, d->workspace);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		usual |= str_is(base, names[i]);
	return usual && (dir.p[0] != '/' || path_inside(dir, d->workspace));
}

/* Variables that only say where the project's own code stands. */
static bool stays_in_project(struct decider *d, struct str name, struct str dir)
{
	bool listed = str_is(name, "PYTHONPATH") || str_is(name, "NODE_PATH");
	return listed && dir.n && dir.p[0] != '~' && str_find(dir, STR("..")) == STR_NPOS &&
	       is_source_directory(d, dir);
}

/* No text that a shell or make would read in another way, and only words that the data lists. */
static bool is_harmless(const struct known_environment *known, struct str value)
{
	struct str word;
	for (size_t i = 0; i < value.n; i++)
		if (!ascii_is_name(value.p[i]) && !strchr(" -=.,:+/%", value.p[i]))
			return false;
	while (str_split(&value, ' ', &word))
		if (word.n && !knowledge_any_glob(known->harmless, word))
			return false;
	return true;
}

/* Values under which the same programs run as without them. */
static bool changes_nothing(struct decider *d, const struct known_environment *known,
			    const struct shell_assign *assign)
{
	if (!value_is_known(assign->value))
		return false;
	if (known->harmless.at && is_harmless(known, value_text(d->arena, assign->value)))
		return true;
	struct str rest = value_text(d->arena, assign->value), dir;
	bool path = str_is(assign->name, "PATH");
	if (rest.n == 0)
		return !path && known->kind != ENVIRONMENT_GUARD;
	if (path && str_is(rest, USUAL_PATH))
		return true;
	while (str_split(&rest, ':', &dir)) {
		bool fine = path ? is_program_place(arena_join(d->arena, dir, STR("/")))
				 : stays_in_project(d, assign->name, dir);
		if (!fine)
			return false;
	}
	return true;
}

/* May the program take a file's name from a variable of any name? What is set for it alone is meant for it; what was set
 * before may be, when it runs code of a project. A shell's text was read with the variables in it.
 */
static bool may_use(const struct command *c, const struct shell_assign *assign)
{
	bool project = c->arguments.cls == CLASS_BUILD || c->arguments.cls == CLASS_EXECUTE;
	if (!assign->prefix && !project)
		return false;
	bool shell = c->arguments.language && strcmp(c->arguments.language, "shell") == 0;
	return !shell && !shell_is_harmless_builtin(c->name) &&
	       (assign->prefix || !shadowed(c->scope.assigns, assign));
}

void command_environment(struct decider *d, struct command *c)
{
	enum { ASSIGNS_MAX = 64 };
	size_t n = 0;
	if (c->arguments.wrapper)
		return;
	for (const struct shell_assign *assign = c->scope.assigns; assign; assign = assign->next) {
		const struct known_environment *known = find(assign->name, c->name);
		bool many = ++n > ASSIGNS_MAX;
		bool counts = many || (known && !shadowed(c->scope.assigns, assign) &&
				       !changes_nothing(d, known, assign));
		if (counts && shell_is_harmless_builtin(c->name))
			return;
		if (many) {
			ask(d, c, assign, "and many other variables are set for");
			return;
		}
		if (counts)
			judge(d, c, assign, (enum environment_kind)known->kind);
		else if (!known && may_use(c, assign))
			suspect_value(d, c, assign->value);
	}
}

void command_variable(struct decider *d, struct command *c, struct value variable)
{
	struct str text = value_known_prefix(d->arena, variable);
	size_t eq = str_find_char(text, '=');
	struct shell_assign assign = {.name = eq == STR_NPOS ? text : str_first(text, eq)};
	assign.value = value_any();
	if (eq != STR_NPOS && value_is_known(variable))
		assign.value = value_from(d->arena, str_from_at(text, eq + 1));
	const struct known_environment *known = find(assign.name, STR(""));
	if (!known || (eq == STR_NPOS && known->kind != ENVIRONMENT_GUARD))
		return;
	if (!changes_nothing(d, known, &assign))
		judge(d, c, &assign, (enum environment_kind)known->kind);
}
