/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in place of $(command), where that is known without running it: names of Git's objects, the top of the
 * repository, temporary files, times. See struct shell_env. A command that fails prints nothing: only what cannot fail for a
 * reason in the text is known to print something.
 */
#include "base/array.h"
#include "decide/core.h"
#include "decide/paths.h"

enum { WORDS_MAX = 16 };

static const struct seg number_seg = {SEG_NUMBER, STR_INIT(""), NULL};
/* The name of an object: hexadecimal digits. Of it no more is used than how it begins. */
static const struct seg object_segs[] = {{SEG_GLOB, STR_INIT("[0-9a-f]"), NULL},
					 {SEG_ANY, STR_INIT(SEG_TEXT_NAME), NULL}};

/* Text that no shell takes apart, and no command takes for more than a part of a name. */
static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_name(text.p[i]) && !strchr("./:+-", text.p[i]))
			return false;
	return text.n > 0;
}

struct line {
	struct str words[WORDS_MAX]; /* behind the program */
	size_t n;
	bool reads; /* something is put on its standard input, or known to be there */
};

static bool read_line(struct decider *d, const struct shell_command *source, struct line *ret)
{
	*ret = (struct line){.n = 0};
	if (source->argc > WORDS_MAX)
		return false;
	ret->reads = source->input != NULL;
	for (const struct shell_redirect *r = source->redirects; r; r = r->next) {
		bool error = r->kind == REDIRECT_WRITE && r->fd == 2 && value_is_known(r->target) &&
			     str_is(value_text(d->arena, r->target), "/dev/null");
		ret->reads |= r->kind == REDIRECT_READ && r->fd == 0;
		if (!error && !(r->kind == REDIRECT_READ && r->fd == 0))
			return false;
	}
	for (size_t i = 0; i < source->argc; i++) {
		const struct word *word = &source->argv[i];
		/* A number stands for the name of an object, too. */
		bool number = !word->many && word->value.n == 1 &&
			      word->value.seg[0].kind == SEG_NUMBER;
		if (!number && !word_is_known(word))
			return false;
		if (i)
			ret->words[ret->n++] = number ? STR("HEAD")
						      : value_text(d->arena, word->value);
	}
	return true;
}

/* ---- git ---- */

/* "HEAD~2", "origin/main": rev-parse prints a word that is the name of no object as it stands. */
static bool is_usual_revision(struct str text)
{
	static const char *const names[] = {"HEAD",       "@",          "ORIG_HEAD",
					    "FETCH_HEAD", "MERGE_HEAD", "main",
					    "master",     "develop",    "trunk"};
	if (str_starts(text, STR("origin/")))
		text = str_from_at(text, 7);
	size_t n = 0;
	while (n < text.n && !strchr("~^", text.p[n]))
		n++;
	for (size_t i = n; i < text.n; i++)
		if (!strchr("~^", text.p[i]) && !ascii_is_digit(text.p[i]))
			return false;
	return str_is_one_of(str_first(text, n), names, ARRAY_SIZE(names));
}

static bool meets(struct str word, const char *const *globs)
{
	for (; *globs; globs++)
		if (knowledge_glob(*globs, word))
			return true;
	return false;
}

/* Subcommands that print names of objects, one a line: with these options only, and one of those. */
static const struct {
	const char *name;
	const char *const *options;
	const char *const *needs;
	bool echoes; /* words that name no object, as they stand */
} printers[] = {
	{"rev-parse",
	 (const char *const[]){"--verify", "-q", "--quiet", "--short", "--short=*", NULL}, NULL,
	 true},
	{"merge-base", (const char *const[]){"-a", "--all", "--octopus", "--fork-point", NULL},
	 NULL, false},
	{"rev-list",
	 (const char *const[]){"-n", "-[0-9]*", "--max-count=[0-9]*", "--tags", "--all",
			       "--reverse", "--no-merges", "--merges", "--first-parent",
			       "--max-parents=0", NULL},
	 NULL, false},
	{"log",
	 (const char *const[]){"-n", "-[0-9]*", "--max-count=[0-9]*", "--all", "--reverse",
			       "--no-merges", "--merges", "--first-parent", "--format=%[Hh]",
			       "--pretty=format:%[Hh]", "--pretty=%[Hh]", NULL},
	 (const char *const[]){"--format=%[Hh]", "--pretty=format:%[Hh]", "--pretty=%[Hh]", NULL},
	 false},
};

static bool prints_objects(const struct line *line)
{
	for (size_t i = 0; line->n && i < ARRAY_SIZE(printers); i++) {
		if (!str_is(line->words[0], printers[i].name))
			continue;
		bool has = !printers[i].needs, ended = false;
		for (size_t k = 1; k < line->n; k++) {
			struct str word = line->words[k];
			ended |= str_is(word, "--"); /* paths follow */
			bool option = !ended && str_starts(word, STR("-"));
			if (ended    ? printers[i].echoes
			    : option ? !meets(word, printers[i].options)
				     : printers[i].echoes && !is_usual_revision(word))
				return false;
			has |= option && printers[i].needs && meets(word, printers[i].needs);
		}
		return has && line->n > 1;
	}
	return false;
}

/* Names of branches and tags: Git makes none that begins with a dash. */
static bool prints_names(const struct line *line)
{
	static const char *const lines[] = {
		"describe --tags --abbrev=0",
		"describe --abbrev=0 --tags",
		"describe --abbrev=0",
		"describe --tags",
		"describe",
		"describe --always",
		"describe --tags --always",
		"branch --show-current",
		"rev-parse --abbrev-ref HEAD",
		"symbolic-ref --short HEAD",
	};
	char text[64];
	size_t n = 0;
	for (size_t i = 0; i < line->n; i++) {
		if (n + line->words[i].n + 1 > sizeof text)
			return false;
		if (i)
			text[n++] = ' ';
		memcpy(text + n, line->words[i].p, line->words[i].n);
		n += line->words[i].n;
	}
	return str_is_one_of(str_make(text, n), lines, ARRAY_SIZE(lines));
}

static const struct seg name_segs[] = {{SEG_GLOB, STR_INIT("[!-]"), NULL},
				       {SEG_ANY, STR_INIT(SEG_TEXT_NAME), NULL}};

static bool assigns(const struct shell_command *source, struct str start)
{
	for (const struct shell_assign *a = source->assigns; a; a = a->next)
		if (str_starts(a->name, start))
			return true;
	return false;
}

static bool printed_by_git(struct decider *d, const struct shell_command *source,
			   const struct line *line, struct shell_printed *ret)
{
	if (assigns(source, STR("GIT_")))
		return false;
	/* On a branch HEAD is there, or prints itself. Other directories may be gone by then. */
	bool there = d->resolver->branch.n && d->workspace.n && source->n_cwds == 1 &&
		     value_is_known(source->cwds[0]) &&
		     str_eq(value_text(d->arena, source->cwds[0]), d->workspace);
	if (prints_objects(line)) {
		ret->value = (struct value){object_segs, ARRAY_SIZE(object_segs)};
		ret->may_be_empty = !there || line->n != 2 || !str_is(line->words[0], "rev-parse");
		return true;
	}
	if (prints_names(line)) {
		ret->value = (struct value){name_segs, ARRAY_SIZE(name_segs)};
		ret->may_be_empty = !there || !str_is(line->words[0], "rev-parse");
		return true;
	}
	/* Deeper down there may be a repository inside the repository. */
	bool top = there && line->n == 2 && str_is(line->words[0], "rev-parse") &&
		   str_is(line->words[1], "--show-toplevel") && is_plain(d->workspace);
	if (top)
		ret->value = value_from(d->arena, d->workspace);
	return top;
}

/* ---- mktemp ---- */

static struct str temporary_directory(const struct decider *d)
{
	return d->resolver->tmpdir.n ? d->resolver->tmpdir : STR("/tmp");
}

/* Where new files can be made: the temporary directory itself. */
static bool is_usual_place(const struct decider *d, struct str template)
{
	size_t slash = str_find_last_char(template, '/');
	struct str dir = slash == STR_NPOS ? STR(".") : str_first(template, slash);
	return str_is(dir, "/tmp") || str_eq(dir, temporary_directory(d));
}

/* "mktemp", "mktemp -d", "mktemp /tmp/x.XXXXXX": a name that was never used before. The template stands for it. */
static bool printed_by_mktemp(struct decider *d, const struct shell_command *source,
			      const struct line *line, struct shell_printed *ret)
{
	struct str template = STR("");
	bool below = false;
	if (assigns(source, STR("TMPDIR")))
		return false;
	for (size_t i = 0; i < line->n; i++) {
		struct str word = line->words[i];
		if (!is_plain(word))
			return false;
		if (str_is(word, "-t"))
			below = true;
		else if (!str_is(word, "-d") && !str_is(word, "-q") && !str_is(word, "-dt") &&
			 (str_starts(word, STR("-")) || template.n))
			return false;
		else if (str_is(word, "-dt"))
			below = true;
		else if (!str_starts(word, STR("-")))
			template = word;
	}
	if (!template.n) {
		template = STR("tmp.XXXXXXXXXX");
		below = true;
	}
	size_t end = str_find_last_char(template, 'X');
	if (end == STR_NPOS)
		return false;
	if (end < 2 || template.p[end - 1] != 'X' || template.p[end - 2] != 'X' ||
	    !is_plain(temporary_directory(d)) ||
	    (below ? str_find_char(template, '/') != STR_NPOS : !is_usual_place(d, template)))
		return false;
	ret->value = value_from(
		d->arena, below ? arena_join3(d->arena, temporary_directory(d), STR("/"), template)
				: template);
	return true;
}

/* ---- date ---- */

/* "+%F", "+%Y%m%d_%H%M%S": numbers, and what stands between them. */
static bool printed_by_date(struct decider *d, const struct line *line, struct shell_printed *ret)
{
	struct str format = STR("");
	for (size_t i = 0; i < line->n; i++) {
		if (str_starts(line->words[i], STR("+")) && !format.n)
			format = str_from_at(line->words[i], 1);
		else if (!str_is(line->words[i], "-u"))
			return false;
	}
	for (size_t i = 0; i < format.n; i++)
		if (format.p[i] != '%' && !is_plain(str_make(format.p + i, 1)))
			return false;
	struct seg *segs = ARENA_ARRAY(d->arena, 5 * format.n + 1, struct seg);
	size_t n = 0;
	for (size_t i = 0; i < format.n; i++) {
		const char *between = NULL, *numbers = "YymdHMSsjNuVWGgI";
		if (format.p[i] != '%') {
			segs[n++] = (struct seg){.kind = SEG_TEXT, .text = {format.p + i, 1}};
			continue;
		}
		char c = ++i < format.n ? format.p[i] : '\0';
		if (c == 'F')
			between = "--";
		else if (c == 'T')
			between = "::";
		else if (c == 'R')
			between = ":";
		else if (!c || !strchr(numbers, c))
			return false;
		segs[n++] = number_seg;
		for (; between && *between; between++) {
			segs[n++] = (struct seg){.kind = SEG_TEXT, .text = {between, 1}};
			segs[n++] = number_seg;
		}
	}
	ret->value = (struct value){segs, n};
	return n > 0;
}

/* ---- counts ---- */

static bool is_option(const struct line *line, size_t i)
{
	return i < line->n && str_starts(line->words[i], STR("-"));
}

/* One number, or nothing when they fail. */
static bool prints_number(struct str name, const struct line *line)
{
	static const char *const counts[] = {"-l", "-c", "-w", "-m", NULL};
	static const char *const matches[] = {"-c",  "-ci", "-ic", "-cE", "-Ec",
					      "-cF", "-Fc", "-cv", "-cw", NULL};
	static const char *const ids[] = {"-u", "-g", NULL};
	if (str_is(name, "wc"))
		return line->n == 1 && meets(line->words[0], counts);
	if (str_is(name, "grep"))
		return (line->n == 2 || line->n == 3) && meets(line->words[0], matches) &&
		       !is_option(line, 1) && !is_option(line, 2);
	if (str_is(name, "id"))
		return line->n == 1 && meets(line->words[0], ids);
	if (str_is(name, "stat"))
		return line->n == 3 && str_is(line->words[0], "-c") &&
		       str_is(line->words[1], "%s") && !is_option(line, 2);
	if (str_is(name, "git"))
		return line->n == 3 && str_is(line->words[0], "rev-list") &&
		       str_is(line->words[1], "--count") && !is_option(line, 2);
	return str_is(name, "nproc") && line->n == 0;
}

/* ---- where a program is ---- */

/* "which terraform": its path, or nothing. */
static bool printed_by_which(struct decider *d, struct str name, const struct line *line,
			     struct shell_printed *ret)
{
	if (!str_is(name, "which") || line->n != 1)
		return false;
	struct str program = line->words[0];
	if (!is_plain(program) || str_starts(program, STR("-")) ||
	    str_find_char(program, '/') != STR_NPOS || shell_is_harmless_builtin(program))
		return false;
	static const struct seg place = {SEG_ANY, STR_INIT(SEG_TEXT_NAME), NULL};
	struct seg *segs = ARENA_ARRAY(d->arena, 2, struct seg);
	segs[0] = place;
	segs[1] = (struct seg){.kind = SEG_TEXT, .text = arena_join(d->arena, STR("/"), program)};
	*ret = (struct shell_printed){.value = {segs, 2}, .may_be_empty = true};
	return true;
}

bool printed_value(void *context, const struct shell_command *source,
		   struct shell_printed *ret_printed)
{
	struct decider *d = context;
	*ret_printed = (struct shell_printed){.may_be_empty = false};
	struct line line;
	if (source->kind != SHELL_COMMAND || !source->argc || !word_is_known(&source->argv[0]) ||
	    !read_line(d, source, &line))
		return false;
	struct str name = value_text(d->arena, source->argv[0].value);
	if (prints_number(name, &line)) {
		/* Behind a pipe there is always something to count. */
		bool always = str_is(name, "wc") && source->piped_in && !source->redirects;
		*ret_printed = (struct shell_printed){.value = {(struct seg *)&number_seg, 1},
						      .may_be_empty = !always};
		return true;
	}
	if (line.reads)
		return false;
	if (printed_by_which(d, name, &line, ret_printed))
		return true;
	if (str_is(name, "git"))
		return printed_by_git(d, source, &line, ret_printed);
	if (str_is(name, "date"))
		return printed_by_date(d, &line, ret_printed);
	return str_is(name, "mktemp") && printed_by_mktemp(d, source, &line, ret_printed);
}
