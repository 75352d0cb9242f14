/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator's words: quoting, expansions, arithmetic, patterns.
 */
#include "generate.h"

#include <stdio.h>

#include "base/array.h"
#include "wire.h"

void generate_variable(struct generator *g)
{
	/* i and n are left to arithmetic, which would otherwise be opaque nearly always. */
	static const char *const names[] = {"x",   "y",   "z",    "a", "b", "arr",
					    "ref", "opt", "line", "x", "y"};
	put(g, one_in(g, 30) ? (one_in(g, 2) ? "i" : "n") : GENERATE_ONE(g, names));
}

static void make_literal(struct generator *g)
{
	static const char *const texts[] = {
		"a",           "b",         "one",  "two",  "-x",    "--flag=v", "file.txt",
		"/etc/passwd", "dir/c.txt", "1",    "0",    "x1",    "~",        "~/note.txt",
		"~root",       "a:b",       "k=v",  "%d",   "@",     "a,b",      "x.y",
		"..",          "\xc3\xa9",  "\xff", "^",    "]",     "*.txt",    "?",
		"[ab]*",       "dir/*",     ".e*v", "main", "apply", "08",       "010",
	};
	put(g, GENERATE_ONE(g, texts));
}

static void make_single(struct generator *g)
{
	static const char *const texts[] = {"''",          "'a b'",  "'$x'", "'`cmd_no`'",
					    "'\\'",        "'a\nb'", "'\"'", "'*'",
					    "'$(cmd_no)'", "';'",    "'#'",  "'~'"};
	put(g, GENERATE_ONE(g, texts));
}

static void make_ansi(struct generator *g)
{
	static const char *const texts[] = {
		"$'a\\tb'", "$'\\x41'",  "$'\\''",     "$'\\101\\n'", "$'\\u00e9'",
		"$'a b'",   "$'\\cA'",   "$'\\e'",     "$'\\\"'",     "$'\\x'",
		"$'$x'",    "$'\\1234'", "$'\\x4100'",
	};
	static const char *const pieces[] = {
		"\\c", "\\c\\", "\\\\", "\\'",     "\\x", "\\x{", "}",    "\\u",
		"\\U", "\\0",   "\\10", "41",      "a",   "\\cJ", "\\n",  "\\q",
		"\"",  "`",     "$x",   "; cmd_e", " #",  "\n",   "\\c?",
	};
	if (!one_in(g, 3)) {
		put(g, GENERATE_ONE(g, texts));
		return;
	}
	put(g, "$'");
	for (unsigned n = pick(g, 4) + 1; n > 0; n--)
		put(g, GENERATE_ONE(g, pieces));
	put(g, "'");
}

static void make_double(struct generator *g)
{
	put(g, one_in(g, 10) ? "$\"" : "\"");
	g->quotes++;
	generate_parts(g, PLACE_QUOTED);
	g->quotes--;
	put(g, "\"");
}

static void make_escape(struct generator *g)
{
	static const char *const texts[] = {"\\ ",  "\\$x", "\\;", "\\\\", "\\\n", "\\'",
					    "\\\"", "\\*",  "\\#", "\\a",  "\\`",  "\\(",
					    "\\&",  "\\|",  "\\{", "\\~"};
	put(g, GENERATE_ONE(g, texts));
}

static void make_brace(struct generator *g)
{
	/* Inside quotes inside quotes Bash has its own idea of braces. */
	if (g->quotes && !one_in(g, 20)) {
		make_literal(g);
		return;
	}
	static const char *const texts[] = {
		"{a,b}",       "{a,b}c",    "x{1..3}",       "{a,{b,c}d}", "{,x}",
		"{1..5..2}",   "{a..c}",    "{a}",           "{a,b",       "{$x,y}",
		"{'a,b',c}",   "\"{a,b}\"", "{a,b}{c,d}",    "{03..1}",    "{c..a..-1}",
		"{a,\\,,b}",   "${x}{a,b}", "{a,b}$x",       "{-1..1}",    "{1..a}",
		"{,}",         "{a,b}*",    "{x,$(cmd_br)}", "{~,a}",      "a{b,c}{d",
		"{\"a b\",c}", "{a b,c}",   "{${x},z}",      "{}",         "{,,}",
		"{..}",        "{a,b}}",
	};
	put(g, GENERATE_ONE(g, texts));
}

static void make_extglob(struct generator *g)
{
	static const char *const texts[] = {"@(a|b)",   "?(x)",        "*(a)",    "+(a|b).txt",
					    "!(a.txt)", "@(a|@(b|c))", "*.!(txt)"};
	put(g, one_in(g, 8) ? GENERATE_ONE(g, texts) : "x*");
}

static void make_process(struct generator *g)
{
	if (g->n_heredocs) {
		put(g, "<(cmd_ps)");
		return;
	}
	put(g, one_in(g, 3) ? ">(" : "<(");
	g->substitutions++;
	generate_list(g);
	if (g->n_heredocs)
		generate_newline(g);
	g->substitutions--;
	put(g, ")");
}

static void make_plain_expansion(struct generator *g)
{
	generate_expansion(g, PLACE_WORD);
}

void generate_word(struct generator *g)
{
	static const struct choice choices[] = {
		{30, make_literal}, {6, make_single},  {4, make_ansi},
		{12, make_double},  {4, make_escape},  {6, make_brace},
		{1, make_extglob},  {2, make_process}, {24, make_plain_expansion},
	};
	unsigned n = 1 + (one_in(g, 3) ? 1 + pick(g, 2) : 0);
	for (; n > 0; n--)
		generate_choice(g, choices, ARRAY_SIZE(choices));
}

static void put_quoted_literal(struct generator *g, enum place place)
{
	static const char *const quoted[] = {"a",  " b ", "'",    "\\$x", "\\\"", "\\\\", "\\a",
					     "*",  "~",   "\\\n", "\\`",  "x;y",  "#",    "|",
					     "\n", "(",   ")",    "}",    "!",    "'a'"};
	static const char *const brace[] = {
		"a",     "b c", "'x}'", "\\}",  "*",     "~",    "\"d e\"", "''", "$'q'", "-x",
		"{p,q}", "/",   "\\ ",  "'$x'", "\"'\"", "'\"'", "\\&",     "&",  "\\a"};
	static const char *const pattern[] = {"a",   "*",    "?",     "[ab]",   "'*'",
					      "\\*", "[!a]", "a*",    "[a-c]x", "[[:alpha:]]",
					      "]",   "x",    "\"*\"", "[x'y']"};
	switch (place) {
	case PLACE_QUOTED:
		put(g, one_in(g, 80) ? "{a,b}" : GENERATE_ONE(g, quoted));
		break;
	case PLACE_HEREDOC:
		put(g, one_in(g, 4) ? "\"" : "text ");
		break;
	case PLACE_BRACE:
		put(g, GENERATE_ONE(g, brace));
		break;
	case PLACE_PATTERN:
		put(g, GENERATE_ONE(g, pattern));
		break;
	case PLACE_WORD:
		make_literal(g);
		break;
	case PLACE_ARITH:
		put(g, "1");
		break;
	}
}

void generate_parts(struct generator *g, enum place place)
{
	for (unsigned n = 1 + pick(g, 3); n > 0; n--) {
		if (g->fuel > 0 && one_in(g, 2)) {
			g->fuel--;
			generate_expansion(g, place);
		} else {
			put_quoted_literal(g, place);
		}
	}
}

void generate_pattern(struct generator *g)
{
	generate_parts(g, PLACE_PATTERN);
}

/* ${...} with an operator. */
static void put_parameter(struct generator *g, enum place place)
{
	static const char *const whole[] = {
		"${#x}",          "${!x*}",     "${!x@}",     "${x@Q}",      "${x@E}",
		"${x@U}",         "${x@A}",     "${#arr[@]}", "${!arr[@]}",  "${arr[0]}",
		"${arr[@]}",      "${arr[*]}",  "${arr[$i]}", "${arr[i+1]}", "${arr[-1]}",
		"${x:1}",         "${x:0:2}",   "${x: -1}",   "${x:$i:n}",   "${x:$(echo 1):1}",
		"${arr[$((1))]}", "${x^}",      "${x^^}",     "${x,}",       "${x,,}",
		"${*}",           "${@:1}",     "${@:1:2}",   "${#}",        "${#@}",
		"${?}",           "${$}",       "${!}",       "${-}",        "${1}",
		"${10}",          "${x[0]}",    "${x~}",      "${x~~}",      "${arr[@]:0:1}",
		"${!arr[*]}",     "${@^^}",     "${x@a}",     "${arr[@]@Q}", "${x^^[ab]}",
		"${arr[01]}",     "${arr[08]}", "${arr[n]}",  "${x:01}",     "${01}",
		"${arr[0x1]}",
	};
	static const char *const operators[] = {":-", "-",  ":=", "=",  ":+", "+",  ":?", "?",
						"#",  "##", "%",  "%%", "/",  "//", "/#", "/%"};
	static const char *const obscure[] = {
		"${x:$(cmd_off):1}", "${arr[$(cmd_idx)]}", "${arr[x=2]}", "${x:$x:y}",
		"${!ref}",           "${!ref:-d}",         "${x@P}",      "${!1}",
	};
	if (g->fuel <= 0 || one_in(g, 3)) {
		put(g, one_in(g, 40) ? GENERATE_ONE(g, obscure) : GENERATE_ONE(g, whole));
		return;
	}
	const char *operator= GENERATE_ONE(g, operators);
	put(g, "${");
	static const char *const odd[] = {"1", "@", "*", "arr[0]", "arr[@]", "!ref", "#"};
	if (one_in(g, 8))
		put(g, GENERATE_ONE(g, odd));
	else
		generate_variable(g);
	put(g, operator);
	/* What matches anything shows what is put in its place. */
	bool pattern = strchr("#%/", *operator) != NULL;
	if (pattern && one_in(g, 2))
		put(g, one_in(g, 2) ? "?" : "*");
	else if (pattern)
		generate_pattern(g);
	if (*operator== '/' && !one_in(g, 5))
		put(g, "/");
	bool quoted = place == PLACE_QUOTED || place == PLACE_HEREDOC;
	if (*operator== '/' && one_in(g, 2))
		quoted = false; /* quotes quote there all the same */
	if (!pattern || *operator== '/')
		generate_parts(g, quoted ? PLACE_QUOTED : PLACE_BRACE);
	put(g, "}");
}

static void put_quoted_inside(struct generator *g, enum place place)
{
	if (place == PLACE_WORD || place == PLACE_BRACE || place == PLACE_PATTERN) {
		make_double(g);
		return;
	}
	put(g, "${x:-\"in quotes\"}");
}

void generate_expansion(struct generator *g, enum place place)
{
	static const char *const special[] = {"$@",   "$*",   "$#",      "$?",     "$1", "$$",
					      "$!",   "$-",   "$0",      "$_",     "$2", "$HOME",
					      "$PWD", "$IFS", "$OLDPWD", "$RANDOM"};
	if (g->fuel <= 0) {
		put(g, "$");
		generate_variable(g);
		return;
	}
	switch (pick(g, 16)) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		put(g, one_in(g, 4) ? "${" : "$");
		if (g->out->p[g->out->n - 1] == '{') {
			generate_variable(g);
			put(g, "}");
		} else {
			generate_variable(g);
		}
		break;
	case 5:
		put(g, GENERATE_ONE(g, special));
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		put_parameter(g, place);
		break;
	case 10:
	case 11:
	case 12:
		g->depth++;
		g->fuel -= 2;
		generate_substitution(g);
		g->depth--;
		break;
	case 13:
		put(g, one_in(g, 8) ? "$[" : "$((");
		bool old = g->out->p[g->out->n - 1] == '[';
		generate_arithmetic(g);
		put(g, old ? "]" : "))");
		break;
	default:
		put_quoted_inside(g, place);
		break;
	}
}

void generate_operand(struct generator *g)
{
	static const char *const plain[] = {"1", "i",    "n", "-1", "i+1", "$i", "\"$n\"",
					    "3", "${i}", "0", "08", "$#",  "$?"};
	put(g, GENERATE_ONE(g, plain));
}

static void put_operand(struct generator *g)
{
	static const char *const plain[] = {
		"1",   "i",    "i++",    "++i",       "i--",    "n=2",   "n+=1", "n",
		"i<3", "i=0",  "1, 2",   "(1+2)*3",   "2**3",   "16#ff", "010",  "!i",
		"-1",  "i&&n", "0x1f",   "1<<2",      "$((1))", "\"1\"", " ",    "1 +\n 1",
		"$i",  "${n}", "$((i))", "i ? 1 : 2", "n=i=1",  "${#x}", "$#",   "$?",
	};
	static const char *const wild[] = {
		"1",
		"x",
		"x++",
		"++i",
		"i--",
		"x=2",
		"x+=1",
		"n",
		"i<3",
		"x ? 1 : 2",
		"arr[0]",
		"arr[i]=3",
		"1, 2",
		"(1+2)*3",
		"x=y=1",
		"2**3",
		"16#ff",
		"010",
		"!x",
		"-1",
		"x&&y",
		"x||y",
		"arr[$(cmd_sub)]",
		"x[`cmd_bt`]",
		"$x",
		"${x}",
		"$(cmd_ar)+1",
		"a[b[0]]",
		"0x1f",
		"1<<2",
		"x=='a'",
		"$((1))",
		"\"1\"",
		"x=$(cmd_as)",
		"arr[x]",
		" ",
		"1 +\n 1",
		"ref",
	};
	put(g, one_in(g, 60) ? GENERATE_ONE(g, wild) : GENERATE_ONE(g, plain));
}

void generate_arithmetic(struct generator *g)
{
	put_operand(g);
	while (one_in(g, 4)) {
		static const char *const operators[] = {"+",  "-", "*",  "/", "%", ",",  "&&",
							"||", "<", "==", "|", "&", " + "};
		put(g, GENERATE_ONE(g, operators));
		put_operand(g);
	}
}
