/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator's commands: lists, pipelines, compound commands, functions, here-document bodies.
 */
#include "generate.h"

#include <stdio.h>

#include "base/array.h"

void generate_choice(struct generator *g, const struct choice *choices, size_t n)
{
	if (g->fuel <= 0 || g->depth > 12) {
		choices[0].make(g);
		return;
	}
	unsigned total = 0;
	for (size_t i = 0; i < n; i++)
		total += choices[i].weight;
	unsigned at = pick(g, total);
	size_t i = 0;
	while (at >= choices[i].weight)
		at -= choices[i++].weight;
	g->fuel--;
	g->depth++;
	choices[i].make(g);
	g->depth--;
}

const char *generate_one(struct generator *g, const char *const *strings, size_t n)
{
	return strings[pick(g, (unsigned)n)];
}

static void put_heredoc_line(struct generator *g, const struct heredoc *doc)
{
	static const char *const lines[] = {
		"plain line",
		"`cmd_tick t`",
		"\\$x \\` \\\\",
		"'quote\" unbalanced",
		"$( cmd_sub a )",
		"EOFX",
		"\\",
		"${x:-d}",
		" E",
	};
	if (doc->strip && one_in(g, 2))
		put(g, "\t");
	if (one_in(g, 2))
		put(g, GENERATE_ONE(g, lines));
	else
		generate_parts(g, doc->quoted ? PLACE_WORD : PLACE_HEREDOC);
	put(g, "\n");
}

void generate_newline(struct generator *g)
{
	static const char *const breaks[] = {
		"\n", "\n", "\n", "\n", " # comment ; cmd_no\n", "\n\n", "\n# it's\n"};
	put(g, g->n_heredocs ? "\n" : one_in(g, 80) ? "\r\n" : GENERATE_ONE(g, breaks));
	/* A substitution in a body may queue further ones: take what is there now. */
	struct heredoc docs[HEREDOCS];
	size_t n = g->n_heredocs;
	for (size_t i = 0; i < n; i++)
		docs[i] = g->heredocs[i];
	g->n_heredocs = 0;
	for (size_t i = 0; i < n; i++) {
		for (unsigned lines = pick(g, 3); lines > 0; lines--)
			put_heredoc_line(g, &docs[i]);
		if (docs[i].strip && one_in(g, 2))
			put(g, "\t");
		put(g, docs[i].delimiter);
		put(g, "\n");
	}
}

static void separator(struct generator *g)
{
	static const char *const separators[] = {"; ", ";",  " && ", " || ", " & ",
						 "&",  " ;", "&&\n", "||\n", "; "};
	if (g->n_heredocs || one_in(g, 3))
		generate_newline(g);
	else
		put(g, GENERATE_ONE(g, separators));
}

void generate_list(struct generator *g)
{
	int pipelines = g->pipelines;
	g->pipelines = 0;
	generate_command(g);
	for (unsigned n = pick(g, 3); n > 0 && g->fuel > 0; n--) {
		separator(g);
		generate_command(g);
	}
	g->pipelines = pipelines;
}

/* The end of a list inside of a compound command. */
static void close_list(struct generator *g, const char *word)
{
	if (g->n_heredocs || one_in(g, 3))
		generate_newline(g);
	else
		put(g, one_in(g, 8) ? " & " : "; ");
	put(g, word);
}

static void inside(struct generator *g, const char *open, const char *close)
{
	put(g, open);
	generate_list(g);
	if (g->n_heredocs)
		generate_newline(g);
	put(g, close);
}

static void put_substitution(struct generator *g)
{
	size_t outer = g->n_heredocs;
	if (outer == 0 && g->backticks == 0 && one_in(g, 4)) {
		g->backticks++;
		inside(g, "`", "`");
		g->backticks--;
	} else if (outer == 0 && g->backticks == 1 && one_in(g, 3)) {
		g->backticks++;
		inside(g, "\\`", "\\`");
		g->backticks--;
	} else if (outer) {
		put(g, "$(");
		generate_name(g);
		put(g, ")");
	} else {
		static const char *const opens[] = {"$(", "$( ", "$(\n", "$(# )\n"};
		inside(g, GENERATE_ONE(g, opens), one_in(g, 4) ? " )" : ")");
	}
}

void generate_substitution(struct generator *g)
{
	static const char *const documents[] = {"$(cat <<E\nplain $x\nE\n)",
						"$(cmd_sd <<'E' a\n$x\nE\n)",
						"$(cat <<E | cmd_hp\nx\nE\n)"};
	int pipelines = g->pipelines;
	g->pipelines = 0;
	g->substitutions++;
	if (!g->n_heredocs && !g->backticks && one_in(g, 20))
		put(g, GENERATE_ONE(g, documents));
	else
		put_substitution(g);
	g->substitutions--;
	g->pipelines = pipelines;
}

void generate_name(struct generator *g)
{
	static const char *const names[] = {
		"cmd_a",
		"cmd_b",
		"cmd_c",
		"cmd_d",
		"terraform",
		"git",
		"/usr/bin/tool",
		"/bin/sh",
		"./script.sh",
		"dir/sub/d.sh",
		"cmd-x.y",
		"c\"m\"d_q",
		"\\cmd_e",
		"'cmd_f'",
		"$'cmd_\\x67'",
		"cmd\\\n_h",
		"\"cmd_i\"",
		"cmd_\xc3\xa9",
		"echo",
		"printf",
		":",
		"true",
		"false",
		"[",
		"test",
		"kill",
		"f",
		"g",
	};
	put(g, GENERATE_ONE(g, names));
}

static void put_argument(struct generator *g)
{
	static const char *const odd[] = {"if", "done", "}",  "{",        "!",    "esac",
					  "do", "then", "in", "function", "time", "a#b",
					  "=",  "a=b",  "{}", "--",       "-n"};
	put(g, one_in(g, 10) ? "\t" : one_in(g, 12) ? " \\\n " : " ");
	if (one_in(g, 100))
		put(g, "#x");
	else if (one_in(g, 8))
		put(g, GENERATE_ONE(g, odd));
	else
		generate_word(g);
}

static void make_simple(struct generator *g)
{
	while (one_in(g, 7)) {
		generate_assignment(g);
		put(g, " ");
	}
	while (one_in(g, 14)) {
		generate_redirect(g);
		put(g, " ");
		if (one_in(g, 10)) /* no reserved word there, mostly */
			put(g, one_in(g, 2) ? "time " : "! ");
	}
	if (one_in(g, 150))
		generate_word(g);
	else
		generate_name(g);
	for (unsigned n = pick(g, 4); n > 0; n--) {
		put_argument(g);
		if (one_in(g, 12)) {
			put(g, " ");
			generate_redirect(g);
		}
	}
	if (one_in(g, 8)) {
		put(g, " ");
		generate_redirect(g);
	}
}

static void make_assignments(struct generator *g)
{
	generate_assignment(g);
	while (one_in(g, 4)) {
		put(g, " ");
		generate_assignment(g);
	}
}

static void make_pipeline(struct generator *g)
{
	static const char *const prefixes[] = {"",      "",         "",     "",       "! ",
					       "time ", "time -p ", "! ! ", "time ! "};
	if (!g->pipelines)
		put(g, g->substitutions && !one_in(g, 20) ? "" : GENERATE_ONE(g, prefixes));
	g->pipelines++;
	generate_command(g);
	for (unsigned n = 1 + pick(g, 2); n > 0; n--) {
		put(g, one_in(g, 5)    ? " |& "
		       : g->n_heredocs ? " | "
		       : one_in(g, 6)  ? " |\n"
				       : " | ");
		generate_command(g);
	}
	g->pipelines--;
}

static void after_compound(struct generator *g)
{
	while (one_in(g, 6)) {
		put(g, " ");
		generate_redirect(g);
	}
}

static void make_subshell(struct generator *g)
{
	inside(g, one_in(g, 3) ? "( " : "(", ")");
	after_compound(g);
}

static void make_group(struct generator *g)
{
	put(g, one_in(g, 4) ? "{\n" : "{ ");
	generate_list(g);
	close_list(g, "}");
	after_compound(g);
}

static void make_if(struct generator *g)
{
	put(g, "if ");
	generate_list(g);
	close_list(g, "then ");
	generate_list(g);
	while (one_in(g, 4)) {
		close_list(g, "elif ");
		generate_list(g);
		close_list(g, "then ");
		generate_list(g);
	}
	if (one_in(g, 2)) {
		close_list(g, "else ");
		generate_list(g);
	}
	close_list(g, "fi");
	after_compound(g);
}

static void make_body(struct generator *g)
{
	static const char *const leaves[] = {"break",           "continue",       "break 2",
					     "[ $x ] && break", "cmd_t || break", "break $n"};
	g->loops++;
	generate_list(g);
	if (one_in(g, 2)) {
		separator(g);
		put(g, GENERATE_ONE(g, leaves));
	}
	g->loops--;
	close_list(g, "done");
	after_compound(g);
}

static void make_while(struct generator *g)
{
	put(g, one_in(g, 3) ? "until " : "while ");
	if (one_in(g, 3)) {
		static const char *const heads[] = {"read x",         "read -r a b",   "cmd_w",
						    "[ -n \"$x\" ]",  "(( i++ < 2 ))", "shift",
						    "getopts ab: opt"};
		put(g, GENERATE_ONE(g, heads));
	} else {
		generate_list(g);
	}
	close_list(g, "do ");
	/* A body without a step could run for ever and count nothing. */
	put(g, ": step; ");
	make_body(g);
}

static void make_for(struct generator *g)
{
	static const char *const arithmetic[] = {"for ((i=0; i<2; i++)); do ", "for ((;;)) do ",
						 "for (( i=$(echo 1); i < 3; i+=1 ))\ndo ",
						 "for ((i=0,n=1;i<n;i++)) { "};
	static const char *const lists[] = {"for x; do ", "for x do ", "for x in; do ",
					    "for x\nin a b; do ", "for y in \"$@\"; do "};
	if (one_in(g, 6)) {
		const char *head = GENERATE_ONE(g, arithmetic);
		put(g, head);
		put(g, ": step; ");
		if (strchr(head, '{')) {
			generate_list(g);
			close_list(g, "}");
			return;
		}
	} else if (one_in(g, 5)) {
		put(g, GENERATE_ONE(g, lists));
	} else {
		put(g, one_in(g, 10) ? "select " : "for ");
		generate_variable(g);
		put(g, " in");
		for (unsigned n = 1 + pick(g, 3); n > 0; n--) {
			put(g, " ");
			generate_word(g);
		}
		if (g->n_heredocs || one_in(g, 3))
			generate_newline(g);
		else
			put(g, "; ");
		put(g, "do ");
	}
	make_body(g);
}

static void make_case(struct generator *g)
{
	static const char *const ends[] = {";; ", ";;\n", " ;& ", " ;;& ", "\n;;\n"};
	put(g, "case ");
	generate_word(g);
	put(g, one_in(g, 4) ? "\nin " : " in ");
	for (unsigned n = 1 + pick(g, 3); n > 0; n--) {
		if (one_in(g, 4))
			put(g, "(");
		generate_pattern(g);
		while (one_in(g, 3)) {
			put(g, " | ");
			generate_pattern(g);
		}
		put(g, ") ");
		if (!one_in(g, 8))
			generate_list(g);
		if (g->n_heredocs)
			generate_newline(g);
		put(g, GENERATE_ONE(g, ends));
	}
	put(g, "esac");
	after_compound(g);
}

static void make_condition(struct generator *g)
{
	static const char *const unary[] = {"-n", "-z", "-f", "-e", "! -n", "-d"};
	static const char *const binary[] = {"==", "=", "!=", "<", ">", "=~"};
	static const char *const numbers[] = {" -eq ", " -lt ", " -ne ", " -ge "};
	put(g, "[[ ");
	for (unsigned n = 1 + pick(g, 2); n > 0; n--) {
		if (one_in(g, 4))
			put(g, "! ");
		if (one_in(g, 5)) {
			generate_operand(g);
			put(g, GENERATE_ONE(g, numbers));
			generate_operand(g);
		} else if (one_in(g, 60)) {
			put(g, "-v ");
			generate_word(g);
		} else if (one_in(g, 3)) {
			put(g, GENERATE_ONE(g, unary));
			put(g, " ");
			generate_word(g);
		} else {
			const char *operator= GENERATE_ONE(g, binary);
			generate_word(g);
			put(g, " ");
			put(g, operator);
			put(g, " ");
			if (*operator== '=' || * operator== '!')
				generate_pattern(g);
			else
				generate_word(g);
		}
		if (n > 1)
			put(g, one_in(g, 2) ? " && " : " ||\n");
	}
	put(g, " ]]");
}

static void make_arithmetic(struct generator *g)
{
	if (one_in(g, 4)) {
		put(g, "let ");
		put(g, one_in(g, 2) ? "'" : "\"");
		size_t quote = g->out->n - 1;
		generate_arithmetic(g);
		char close[2] = {g->out->p[quote], '\0'};
		put(g, close);
		return;
	}
	put(g, "((");
	generate_arithmetic(g);
	put(g, "))");
}

static void make_function(struct generator *g)
{
	static const char *const heads[] = {"f() ",  "f () ",  "function f ", "function g() ",
					    "g()\n", "h-x() ", "cmd_a() ",    "function cmd_b "};
	const char *head = GENERATE_ONE(g, heads);
	int loops = g->loops;
	g->loops = 0;
	put(g, head);
	if (one_in(g, 5)) {
		make_subshell(g);
	} else {
		put(g, "{ ");
		generate_list(g);
		if (one_in(g, 3))
			put(g, one_in(g, 2) ? "; return 1; cmd_dead" : "\nreturn");
		close_list(g, "}");
		after_compound(g);
	}
	g->loops = loops;
	if (one_in(g, 4))
		return;
	if (g->n_heredocs)
		generate_newline(g);
	else
		put(g, "; ");
	static const char *const calls[] = {"f",     "g",     "f a 'b c'", "g \"$x\" $y", "f; f",
					    "f | g", "x=1 f", "cmd_a k",   "cmd_b",       "f $(g)"};
	put(g, GENERATE_ONE(g, calls));
}

static void make_coproc(struct generator *g)
{
	if (g->substitutions && !one_in(g, 20)) {
		make_simple(g);
		return;
	}
	if (one_in(g, 2)) {
		put(g, one_in(g, 2) ? "coproc " : "coproc NAME ");
		make_group(g);
		return;
	}
	put(g, "coproc ");
	make_simple(g);
}

static void make_background(struct generator *g)
{
	generate_command(g);
	if (g->n_heredocs)
		generate_newline(g);
	put(g, " & ");
	make_simple(g);
}

void generate_command(struct generator *g)
{
	static const struct choice choices[] = {
		{40, make_simple},  {18, generate_builtin}, {12, make_assignments},
		{8, make_pipeline}, {4, make_subshell},     {5, make_group},
		{6, make_if},       {2, make_while},        {6, make_for},
		{5, make_case},     {4, make_condition},    {4, make_arithmetic},
		{6, make_function}, {1, make_coproc},       {1, make_background},
	};
	generate_choice(g, choices, ARRAY_SIZE(choices));
}

void generate_text(struct buf *out, uint64_t seed)
{
	struct generator g = {.random = {seed}, .out = out};
	g.fuel = 4 + (int)pick(&g, 40);
	for (unsigned n = 1 + pick(&g, 4); n > 0; n--) {
		generate_list(&g);
		if (n > 1)
			separator(&g);
	}
	if (g.n_heredocs)
		generate_newline(&g);
}
