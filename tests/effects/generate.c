/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator, see generate.h.
 */
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../oracle/random.h"
#include "base/array.h"
#include "decide/knowledge.h"

enum { MAX_LINES = 2000, MAX_PROGRAMS = 8192, MAX_DEPTH = 4, MAX_CHAIN = 6, MAX_SECTIONS = 40 };

struct section {
	struct str name; /* of a language, "wrap", empty: commands */
	size_t from, n;  /* in lines */
};

struct generator {
	struct str lines[MAX_LINES];
	size_t n_lines;
	struct section sections[MAX_SECTIONS];
	size_t n_sections;
	bool can_run[MAX_PROGRAMS]; /* known_commands[i] is installed here */
	size_t n_programs;          /* of them */
	const struct known_command *only;
	struct random random;
	const char *cwd; /* real */
	unsigned depth;
};

/* ---- names of files ---- */

static const char *const reads[] = {
	"/repo/.env",
	"/repo/.env",
	"/repo/.env",
	"/repo/secrets.yaml",
	"/repo/secrets.yaml",
	"/repo/src/.env.local",
	"/repo/certs/server.pem",
	"/repo/infra/terraform.tfstate",
	"/repo/infra/terraform.tfvars",
	"/home/user/.ssh/id_rsa",
	"/home/user/.aws/credentials",
	"/home/user/.netrc",
	"/home/user/.npmrc",
	"/home/user/.config/gh/hosts.yml",
	"/home/user/.git-credentials",
	"/etc/shadow",
	"/repo/link-env",
	"/repo/hard-env",
	"/repo/src/up-env",
	"/repo/plain-link/up-env",
	"/repo/vendor/hard-secrets",
	"/repo/abs-secrets",
	"/repo/keys/id_rsa",
	"/repo/home-link/.aws/credentials",
	"/repo/slash/repo/.env",
	"/repo/slash/etc/shadow",
	"/repo/src/infra-link/terraform.tfvars",
};
static const char *const writes[] = {
	"/repo/main.tf",
	"/repo/main.tf",
	"/repo/.github/workflows/ci.yml",
	"/repo/.github/workflows/new.yml",
	"/repo/infra/main.tf",
	"/repo/infra/backend.tf",
	"/repo/iam/role.json",
	"/repo/infra/iam/new.json",
	"/repo/security/rules",
	"/repo/CODEOWNERS",
	"/repo/.gitlab-ci.yml",
	"/repo/Jenkinsfile",
	"/repo/.claude/settings.json",
	"/repo/.cavra/policy.yaml",
	"/repo/.mcp.json",
	"/repo/.git/hooks/pre-push",
	"/repo/.git/hooks/pre-commit",
	"/repo/.git/config",
	"/home/user/.bashrc",
	"/home/user/.gitconfig",
	"/home/user/notes.txt",
	"/home/user/x",
	"/home/user/.claude/settings.json",
	"/srv/x",
	"/var/lib/x",
	"/repo/out-link",
	"/repo/dangling",
	"/repo/wf/ci.yml",
	"/repo/wf/x.yml",
	"/repo/gh/workflows/ci.yml",
	"/repo/link-tf",
	"/repo/hard-tf",
	"/repo/dotgit/config",
	"/repo/dotgit/hooks/post-commit",
	"/repo/home-link/x",
	"/repo/slash/repo/main.tf",
	"/repo/src/infra-link/main.tf",
};
static const char *const plains[] = {
	"/repo/src/a.c",          "/repo/src/b.txt",      "/repo/data/list.txt",
	"/repo/src/lib/numbers",  "/repo/docs/README.md", "/repo/package.json",
	"/repo/data/t.csv",       "/repo/src/work.txt",   "/tmp/scratch/t",
	"/repo/data/names.txt",   "/repo/data/b.gz",      "/repo/data/plain.tgz",
	"/repo/data/evil.tar",    "/repo/data/evil.zip",  "/repo/data/guarded.patch",
	"/repo/docs/main.tf.new", "/repo/src/evil.sh",    "/repo/data/args",
	"/repo/data/curlrc",      "/repo/data/names0",
};
static const char *const dirs[] = {
	"/repo",
	"/repo",
	"/repo/src",
	"/repo/docs",
	"/repo/.github",
	"/repo/.github/workflows",
	"/repo/infra",
	"/repo/certs",
	"/repo/iam",
	"/repo/data",
	"/repo/inj",
	"/repo/.git",
	"/repo/.git/hooks",
	"/repo/vendor/hostile",
	"/home/user",
	"/home/user/.ssh",
	"/repo/keys",
	"/repo/wf",
	"/repo/gh",
	"/repo/home-link",
	"/tmp",
	"/tmp/scratch",
	"/repo/plain-link",
	"/etc",
	"/repo/slash/repo",
};
static const char *const news[] = {
	"/repo/new.txt", "/repo/src/new.c",  "/repo/out",
	"/tmp/new",      "/repo/docs/new/x", "/repo/src/lib/n2",
};
static const char *const cwds[] = {
	"/repo/src",
	"/repo/docs",
	"/repo/infra",
	"/repo/.github",
	"/repo/.github/workflows",
	"/home/user",
	"/home/user/.ssh",
	"/tmp/scratch",
	"/repo/data",
	"/repo/src/lib",
	"/repo/vendor/hostile",
	"/repo/certs",
	"/",
	"/repo/inj",
	"/repo/inj",
};
static const char *const odd[] = {
	"-",
	"--",
	"@.env",
	"@/repo/.env",
	"x=@.env",
	"x=<.env",
	"<.env",
	"+.env",
	"file=.env",
	"file:.env",
	"file:///repo/.env",
	"file://localhost/repo/.env",
	"HEAD:.env",
	"leak:config/.env",
	"leak:config/.env",
	":0:.env",
	"of=main.tf",
	"if=.env",
	"if=/repo/.env",
	"./-",
	"-f.env",
	"--file=.env",
	"--output=main.tf",
	"-omain.tf",
	"/dev/stdin",
	"/dev/fd/0",
	"/proc/self/environ",
	"/proc/self/cwd/.env",
	"/proc/self/root/repo/.env",
	"1",
	"0",
	"x",
	"10",
	"*",
	"",
	"a b",
	"@data/args",
	"localhost:1",
	"http://example.com/",
	"https://192.0.2.1/x",
	"example.com",
	"main",
	"HEAD",
	"origin",
};
static const char *const natural[] = {
	"1",    "2",    "0",   "10",   "x",     "a",      ",",  ".",   "e",      "one",   "%s",
	"1,2",  "1-2",  "all", "auto", "never", "always", "t",  "txt", "+1",     "utf-8", "main",
	"HEAD", "name", "1k",  "json", "c",     "two",    "-1", "=",   "CANARY", "token",
};

static const char *pick(struct generator *g, const char *const *from, size_t n)
{
	return from[random_below(&g->random, (unsigned)n)];
}
#define PICK(g, array) pick(g, array, ARRAY_SIZE(array))

/* The way from the working directory. */
static void relative(const struct generator *g, const char *path, char *to, size_t size)
{
	const char *cwd = g->cwd;
	size_t common = 0, i = 0;
	for (; cwd[i] && cwd[i] == path[i]; i++)
		if (path[i] == '/')
			common = i;
	if (!cwd[i] && (path[i] == '/' || !path[i]))
		common = i;
	if (cwd[1] == '\0')
		common = 0;
	size_t n = 0;
	to[0] = '\0';
	for (const char *at = cwd + common; cwd[1] && *at; at++)
		if (*at == '/')
			n += (size_t)snprintf(to + n, size - n, "../");
	const char *rest = path + common + (path[common] == '/');
	(void)snprintf(to + n, size - n, "%s", rest);
	n = strlen(to);
	if (n && to[n - 1] == '/')
		to[n - 1] = '\0';
	if (!*to)
		(void)snprintf(to, size, ".");
}

static void add_single_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '\'');
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\'')
			buf_add_c(out, "'\\''");
		else
			buf_add_char(out, text.p[i]);
	buf_add_char(out, '\'');
}

/* Without anything that the shell would understand. */
static void spell_plainly(struct generator *g, const char *path, char *to, size_t size)
{
	char rel[512];
	relative(g, path, rel, sizeof rel);
	switch (random_below(&g->random, 5)) {
	case 0:
		(void)snprintf(to, size, "%s", path);
		break;
	case 1:
		(void)snprintf(to, size, "./%s", rel);
		break;
	case 2:
		(void)snprintf(to, size, "/repo/src/../..%s", path);
		break;
	default:
		(void)snprintf(to, size, "%s", rel);
	}
}

/* One character of the last component becomes a pattern. */
static void spell_glob(struct generator *g, struct buf *out, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base), at = n < 2 ? 0 : 1 + random_below(&g->random, (unsigned)n - 1);
	buf_add(out, str_make(path, (size_t)(base - path) + at));
	switch (random_below(&g->random, 4)) {
	case 0:
		buf_add_char(out, '*');
		break;
	case 1:
		buf_add_char(out, '?');
		buf_add_c(out, base + at + (at < n));
		break;
	case 2:
		buf_add_format(out, "[%c]%s", at < n ? base[at] : 'x', at < n ? base + at + 1 : "");
		break;
	default:
		buf_add_format(out, "*%s", base + at);
	}
}

static void add_path(struct generator *g, struct buf *out, const char *path)
{
	char plain[512];
	spell_plainly(g, path, plain, sizeof plain);
	size_t n = strlen(plain), half = n / 2;
	switch (random_below(&g->random, 24)) {
	case 0:
	case 1:
		spell_glob(g, out, plain);
		return;
	case 2:
		buf_add_format(out, "%.*s\"\"%s", (int)half, plain, plain + half);
		return;
	case 3:
		buf_add_format(out, "'%s'", plain);
		return;
	case 4:
		buf_add_format(out, "\"$PWD\"/%s", *plain == '/' ? "../../../../.." : plain);
		buf_add_c(out, *plain == '/' ? plain : "");
		return;
	case 5:
		if (strncmp(path, "/home/user/", 11) == 0)
			buf_add_format(out, random_one_in(&g->random, 2) ? "~/%s" : "$HOME/%s",
				       path + 11);
		else
			buf_add_format(out, "%s", path);
		return;
	case 6:
		buf_add_format(out, "{%s,%s}", plain, PICK(g, plains));
		return;
	case 7:
		buf_add_format(out, "$(echo %s)", plain);
		return;
	case 8:
		buf_add_format(out, "${UNSET:-%s}", plain);
		return;
	case 9:
		buf_add_format(out, "/proc/self/root%s", path);
		return;
	default:
		buf_add_c(out, plain);
	}
}

static const char *any_path(struct generator *g)
{
	switch (random_below(&g->random, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		return PICK(g, reads);
	case 4:
	case 5:
		return PICK(g, writes);
	case 6:
	case 7:
		return PICK(g, plains);
	case 8:
		return PICK(g, dirs);
	default:
		return PICK(g, news);
	}
}

static void add_odd(struct generator *g, struct buf *out)
{
	add_single_quoted(out, str_from(PICK(g, odd)));
}

static void add_any(struct generator *g, struct buf *out)
{
	if (random_one_in(&g->random, 12))
		add_odd(g, out);
	else
		add_path(g, out, any_path(g));
}

/* ---- templates ---- */

static void add_command(struct generator *g, struct buf *out);
static void add_simple(struct generator *g, struct buf *out);

static const struct section *find_section(const struct generator *g, const char *name)
{
	for (size_t i = 0; i < g->n_sections; i++)
		if (str_is(g->sections[i].name, name))
			return &g->sections[i];
	return NULL;
}

static void add_raw(struct generator *g, struct buf *out, const char *path)
{
	char plain[512];
	spell_plainly(g, path, plain, sizeof plain);
	buf_add_c(out, plain);
}

static void add_nested(struct generator *g, struct buf *out, bool quoted)
{
	struct buf inner;
	buf_init(&inner, GENERATE_MAX);
	g->depth++;
	if (quoted)
		add_command(g, &inner);
	else
		add_simple(g, &inner);
	g->depth--;
	if (quoted)
		add_single_quoted(out, buf_str(&inner));
	else
		buf_add(out, buf_str(&inner));
	buf_release(&inner);
}

/* clang-format off */
static bool add_placeholder(struct generator *g, struct buf *out, char letter)
{
	switch (letter) {
	case 'r': add_path(g, out, PICK(g, reads)); return true;
	case 'w': add_path(g, out, PICK(g, writes)); return true;
	case 'p': add_path(g, out, PICK(g, plains)); return true;
	case 'd': add_path(g, out, PICK(g, dirs)); return true;
	case 'n': add_path(g, out, PICK(g, news)); return true;
	case 'a': add_any(g, out); return true;
	case 'R': add_raw(g, out, PICK(g, reads)); return true;
	case 'W': add_raw(g, out, PICK(g, writes)); return true;
	case 'P': add_raw(g, out, PICK(g, plains)); return true;
	case 'D': add_raw(g, out, PICK(g, dirs)); return true;
	case 'N': add_raw(g, out, PICK(g, news)); return true;
	case 'A': add_raw(g, out, any_path(g)); return true;
	case 'o': add_odd(g, out); return true;
	case 'i': buf_add_format(out, "%u", random_below(&g->random, 4)); return true;
	case 't': buf_add_c(out, PICK(g, natural)); return true;
	case 'c': add_nested(g, out, false); return true;
	case 'q': add_nested(g, out, true); return true;
	default: return false;
	}
}
/* clang-format on */

static void add_template(struct generator *g, struct buf *out, struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '<' && i + 2 < line.n && line.p[i + 2] == '>' &&
		    add_placeholder(g, out, line.p[i + 1]))
			i += 2;
		else
			buf_add_char(out, line.p[i]);
	}
}

static bool add_from(struct generator *g, struct buf *out, const char *name)
{
	const struct section *section = find_section(g, name);
	if (!section || !section->n)
		return false;
	add_template(g, out,
		     g->lines[section->from + random_below(&g->random, (unsigned)section->n)]);
	return true;
}

/* ---- commands from the knowledge ---- */

struct chain {
	const struct known_command *commands[MAX_CHAIN];
	size_t n;
};

static void add_code(struct generator *g, struct buf *out, const char *language)
{
	struct buf code;
	buf_init(&code, GENERATE_MAX);
	if (!language || !add_from(g, &code, language))
		buf_add_c(&code, PICK(g, natural));
	add_single_quoted(out, buf_str(&code));
	buf_release(&code);
}

static const char *chain_language(const struct chain *chain)
{
	for (size_t i = chain->n; i > 0; i--)
		if (knowledge_text(chain->commands[i - 1]->language))
			return knowledge_text(chain->commands[i - 1]->language);
	return NULL;
}

static void add_value(struct generator *g, struct buf *out, enum role role,
		      const struct chain *chain)
{
	unsigned dice = random_below(&g->random, 10);
	if (role == ROLE_CODE && dice < 8)
		add_code(g, out, chain_language(chain));
	else if (role == ROLE_SHELL && dice < 8)
		add_nested(g, out, true);
	else if ((role == ROLE_ARGV || role == ROLE_ARGV_SHELL) && dice < 9)
		add_nested(g, out, false);
	else if ((role == ROLE_NONE || role == ROLE_UNKNOWN) && dice < 6)
		add_single_quoted(out, str_from(PICK(g, natural)));
	else if ((role == ROLE_READ || role == ROLE_TREE_READ) && dice < 3)
		add_path(g, out, PICK(g, plains));
	else if ((role == ROLE_WRITE || role == ROLE_TREE_WRITE) && dice < 3)
		add_path(g, out, PICK(g, news));
	else
		add_any(g, out);
}

static bool is_long(const char *name)
{
	return name[0] == '-' && name[1] == '-' && name[2];
}

static void add_option(struct generator *g, struct buf *out, const struct known_option *option,
		       const struct chain *chain)
{
	const char *name = knowledge_text(option->name);
	size_t n = strlen(name);
	if (name[n - 1] == '=') { /* dd */
		buf_add_format(out, " %s", name);
		add_value(g, out, (enum role)option->roles[0], chain);
		return;
	}
	if (is_long(name) && random_one_in(&g->random, 10) && n > 5)
		n -= 1 + random_below(&g->random, 2);
	buf_add_char(out, ' ');
	add_single_quoted(out, str_make(name, n));
	bool attached = option->optional || random_one_in(&g->random, 3);
	for (size_t i = 0; i < option->n_roles; i++) {
		if (i == 0 && option->optional && random_one_in(&g->random, 2))
			return;
		if (i == 0 && attached && option->n_roles == 1)
			buf_add_c(out, is_long(name) ? "=" : "");
		else
			buf_add_char(out, ' ');
		add_value(g, out, (enum role)option->roles[i], chain);
	}
}

static void add_options(struct generator *g, struct buf *out, const struct chain *chain,
			unsigned most)
{
	const struct known_command *command =
		chain->commands[random_below(&g->random, (unsigned)chain->n)];
	for (unsigned n = random_below(&g->random, most + 1); n > 0; n--) {
		if (command->n_options)
			add_option(g, out,
				   known_command_options(command) +
					   random_below(&g->random, command->n_options),
				   chain);
		if (random_one_in(&g->random, 3))
			command = chain->commands[random_below(&g->random, (unsigned)chain->n)];
	}
}

static void add_operands(struct generator *g, struct buf *out, const struct chain *chain)
{
	const struct operand_roles *roles = &chain->commands[chain->n - 1]->operands;
	unsigned n = roles->n_prefix + random_below(&g->random, 3) + roles->n_suffix;
	for (unsigned i = 0; i < n; i++) {
		enum role role = (enum role)roles->repeat;
		if (i < roles->n_prefix)
			role = (enum role)roles->prefix[i];
		else if (n - i <= roles->n_suffix)
			role = (enum role)roles->suffix[roles->n_suffix - (n - i)];
		buf_add_char(out, ' ');
		add_value(g, out, role, chain);
		if (role == ROLE_ARGV || role == ROLE_ARGV_SHELL)
			return;
		if (random_one_in(&g->random, 8))
			add_options(g, out, chain, 1);
	}
}

static void add_known(struct generator *g, struct buf *out, const struct known_command *program)
{
	struct chain chain = {{program}, 1};
	buf_add_c(out, knowledge_text(program->name));
	while (chain.n < MAX_CHAIN) {
		const struct known_command *last = chain.commands[chain.n - 1];
		if (random_one_in(&g->random, 6))
			add_options(g, out, &chain, 1);
		if (!last->n_exact || random_one_in(&g->random, 12))
			break;
		const struct known_command *next = known_command_subcommands(last) +
						   random_below(&g->random, last->n_exact);
		buf_add_format(out, " %s", knowledge_text(next->name));
		chain.commands[chain.n++] = next;
	}
	add_options(g, out, &chain, 3);
	add_operands(g, out, &chain);
}

/* ---- putting together ---- */

/* One that cannot be run here is drawn again, so that a seed says the same wherever its programs are. */
static const struct known_command *pick_program(struct generator *g)
{
	size_t i;
	do
		i = random_below(&g->random, (unsigned)known_commands_count);
	while (!g->can_run[i]);
	return &known_commands[i];
}

static void add_simple(struct generator *g, struct buf *out)
{
	if (g->only && (g->depth == 0 || random_one_in(&g->random, 2)))
		add_known(g, out, g->only);
	else if (random_one_in(&g->random, 2) && g->n_programs)
		add_known(g, out, pick_program(g));
	else
		(void)add_from(g, out, "");
}

static void add_redirection(struct generator *g, struct buf *out)
{
	static const char *const operators[] = {" > ",  " >> ", " < ", " 2> ",
						" &> ", " >| ", " <> "};
	buf_add_c(out, PICK(g, operators));
	add_path(g, out, any_path(g));
}

static void add_command(struct generator *g, struct buf *out)
{
	unsigned dice = random_below(&g->random, 20);
	if (g->depth < MAX_DEPTH && dice < 3 && add_from(g, out, "wrap"))
		return;
	add_simple(g, out);
	if (dice == 4)
		add_redirection(g, out);
	if (g->depth >= MAX_DEPTH || (dice != 5 && dice != 6))
		return;
	static const char *const joints[] = {" | ", " && ", "; ", " || ", "\n", " & "};
	buf_add_c(out, PICK(g, joints));
	g->depth++;
	add_simple(g, out);
	g->depth--;
}

void generator_make(struct generator *g, uint64_t seed, struct buf *out, const char **ret_directory)
{
	g->random = (struct random){seed * 0x2545f4914f6cdd1du + 1};
	(void)random_next(&g->random);
	g->depth = 0;
	g->cwd = "/repo";
	*ret_directory = g->cwd;
	unsigned dice = random_below(&g->random, 8);
	if (dice == 0) {
		*ret_directory = g->cwd = PICK(g, cwds);
	} else if (dice < 3) {
		const char *cwd = PICK(g, cwds);
		buf_add_c(out, "cd ");
		add_path(g, out, cwd);
		buf_add_c(out, random_one_in(&g->random, 4) ? "; " : " && ");
		g->cwd = cwd;
	}
	add_command(g, out);
}

/* ---- starting ---- */

static void add_section(struct generator *g, struct str name)
{
	if (g->n_sections < MAX_SECTIONS)
		g->sections[g->n_sections++] = (struct section){name, g->n_lines, 0};
}

static void read_templates(struct generator *g, struct str text)
{
	add_section(g, STR(""));
	while (text.n) {
		size_t end = str_find_char(text, '\n');
		struct str line = str_first(text, end == STR_NPOS ? text.n : end);
		text = str_from_at(text, line.n + 1);
		if (!line.n || line.p[0] == '#')
			continue;
		if (line.p[0] == '[') {
			add_section(g, str_make(line.p + 1, line.n - 2));
		} else if (g->n_lines < MAX_LINES) {
			g->lines[g->n_lines++] = line;
			g->sections[g->n_sections - 1].n++;
		}
	}
}

static bool is_installed(const char *name)
{
	static const char *const places[] = {"/opt/stubs", "/usr/local/bin", "/usr/bin",
					     "/bin",       "/usr/sbin",      "/sbin"};
	char path[256];
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", places[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* They only cost time here, or run the project's own code as the baseline lets them. */
static bool is_left_out(const char *name)
{
	static const char *const slow[] = {
		"prove",    "sleep",   "watch",     "top",   "yes",    "valgrind", "gdb",
		"perf",     "java",    "javac",     "mvn",   "tmux",   "screen",   "rustc",
		"cargo",    "rustup",  "jinfo",     "jps",   "jstat",  "javap",    "jmap",
		"jstack",   "jcmd",    "jar",       "jdeps", "jshell", "javadoc",  "jdb",
		"jconsole", "keytool", "jarsigner", "cmake", "ctest",  "strace"};
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		if (strcmp(name, slow[i]) == 0)
			return true;
	return false;
}

struct generator *generator_new(struct str templates)
{
	struct generator *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	read_templates(g, templates);
	if (known_commands_count > MAX_PROGRAMS) {
		free(g);
		return NULL;
	}
	for (size_t i = 0; i < known_commands_count; i++) {
		const char *name = knowledge_text(known_commands[i].name);
		g->can_run[i] = is_installed(name) && !is_left_out(name);
		g->n_programs += g->can_run[i];
	}
	return g;
}

void generator_free(struct generator *generator)
{
	free(generator);
}

size_t generator_programs(const struct generator *generator)
{
	return generator->n_programs;
}

bool generator_only(struct generator *generator, const char *program)
{
	generator->only = program ? knowledge_find(str_from(program)) : NULL;
	return !program || generator->only;
}
