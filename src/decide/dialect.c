/* SPDX-License-Identifier: Apache-2.0
 *
 * Shells that read text in another way than Bash, by which it is judged: sh is often dash, to which "a &>f b" is two
 * commands, and zsh knows arrays, functions and expansions of its own.
 */
#include "base/array.h"
#include "decide/command.h"

/* NAME+=, which is a command elsewhere. */
static bool appends(struct str text)
{
	for (size_t at = 0, found; (found = str_find(str_from_at(text, at), STR("+="))) != STR_NPOS;
	     at += found + 2) {
		size_t start = at + found, end = start;
		while (start > 0 && ascii_is_name(text.p[start - 1]))
			start--;
		if (start < end && (start == 0 || strchr(" \t\n;&|({`\"'", text.p[start - 1])))
			return true;
	}
	return false;
}

/* time x=1, declare x=1: Bash assigns, where others start a program of that name, or none. */
static bool assigns_by_words(struct str text)
{
	static const char *const names[] = {"time", "builtin", "declare", "typeset", "let"};
	struct str rest = text, line, word;
	while (str_split(&rest, '\n', &line)) {
		bool behind = false;
		while (str_split(&line, ' ', &word)) {
			if (behind && str_find_char(word, '=') != STR_NPOS)
				return true;
			behind |= str_is_one_of(word, names, ARRAY_SIZE(names));
		}
	}
	return false;
}

/* "((...))" is a subshell in a subshell elsewhere; $((...)) is the same everywhere. */
static bool groups_twice(struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '(' && text.p[i + 1] == '(' && (i == 0 || text.p[i - 1] != '$'))
			return true;
	return false;
}

/* \x41, \u0041 and \e of Bash's printf, %q and %(...)T */
static bool formats_otherwise(struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if ((text.p[i] == '\\' && strchr("xuUeE", text.p[i + 1])) ||
		    (text.p[i] == '%' && strchr("qQ(", text.p[i + 1])))
			return true;
	return false;
}

/* -e, -nE: to Bash's echo options, to others text. */
static bool holds_echo_option(struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i++) {
		bool escapes = false;
		size_t end = i + 1;
		if (text.p[i] != '-')
			continue;
		for (; end < text.n && strchr("neE", text.p[end]); end++)
			escapes |= text.p[end] != 'n';
		if (escapes && (end == text.n || !ascii_is_name(text.p[end])))
			return true;
	}
	return false;
}

/* echo "a\\nb" is two lines to others, and echo -e prints the option, which matters where it is run or kept. */
static bool prints_otherwise(struct str text)
{
	bool echo = str_find(text, STR("echo")) != STR_NPOS &&
		    (str_find_char(text, '\\') != STR_NPOS || holds_echo_option(text));
	bool printf = str_find(text, STR("printf")) != STR_NPOS && formats_otherwise(text);
	return (echo || printf) &&
	       (str_find_char(text, '|') != STR_NPOS || str_find_char(text, '`') != STR_NPOS ||
		str_find(text, STR("$(")) != STR_NPOS);
}

/* x=1 : keeps x where the rules of POSIX hold: what stands in front of these builtins stays. */
static bool keeps_assignments(struct str text)
{
	static const char *const special[] = {":",     "eval",  "exec",   "export", "readonly",
					      "set",   "shift", "trap",   "unset",  "return",
					      "times", ".",     "source", "exit"};
	struct str rest = text, line, word;
	while (str_split(&rest, '\n', &line)) {
		bool assigned = false;
		while (str_split(&line, ' ', &word)) {
			size_t end = 0;
			while (end < word.n && ascii_is_name(word.p[end]))
				end++;
			struct str bare = word;
			while (bare.n && strchr(";&|)", bare.p[bare.n - 1]))
				bare.n--;
			if (assigned && str_is_one_of(bare, special, ARRAY_SIZE(special)))
				return true;
			assigned = end > 0 && end < word.n && word.p[end] == '=' &&
				   bare.n == word.n;
		}
	}
	return false;
}

/* Does a command begin behind this text? */
static bool begins_command(struct str before)
{
	static const char *const words[] = {"then", "do", "else"};
	while (before.n && strchr(" \t", before.p[before.n - 1]))
		before.n--;
	if (!before.n || strchr("\n;&|({", before.p[before.n - 1]))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_ends(before, str_from(words[i])))
			return true;
	return false;
}

/* local x, without a value: elsewhere it keeps what the variable outside holds, or is no command. */
static bool declares_local(struct str text)
{
	static const char *const names[] = {"local", "declare", "typeset"};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct str name = str_from(names[i]);
		for (size_t at = 0, found;
		     (found = str_find(str_from_at(text, at), name)) != STR_NPOS;
		     at += found + name.n) {
			size_t end = at + found + name.n;
			if (end < text.n && strchr(" \t", text.p[end]) &&
			    begins_command(str_first(text, at + found)))
				return true;
		}
	}
	return false;
}

/* ---- what stands outside of quotes, as far as a simple look tells ---- */

/* How far is looked from any one sign; what has no end there counts. */
enum { FAR = 256 };

/* {a,b} and {1..3}, not "{ a, b; }" */
static bool is_brace_expansion(struct str text, size_t at)
{
	bool divides = false;
	if (text.p[at] != '{' || (at && text.p[at - 1] == '$') || at + 1 == text.n ||
	    strchr(" \t\n", text.p[at + 1]))
		return false;
	for (size_t i = at + 1; i < text.n && text.p[i] != '\n'; i++) {
		if (i - at > FAR)
			return true;
		divides |= text.p[i] == ',' || (text.p[i] == '.' && text.p[i - 1] == '.');
		if (divides && text.p[i] == '}')
			return true;
	}
	return false;
}

/* [^a]: elsewhere the sign is one of the characters. */
static bool is_caret_class(struct str text, size_t at)
{
	return text.p[at] == '[' && at + 1 < text.n && text.p[at + 1] == '^';
}

/* x[0]=, which is the name of a program elsewhere */
static bool is_element(struct str text, size_t at)
{
	if (text.p[at] != '[' || !at || !ascii_is_name(text.p[at - 1]))
		return false;
	struct str rest = str_first(str_from_at(text, at), FAR);
	rest = str_first(rest, str_find_char(rest, '\n'));
	if (rest.n == FAR && str_find_char(rest, ']') == STR_NPOS)
		return true;
	return str_find(rest, STR("]=")) != STR_NPOS || str_find(rest, STR("]+=")) != STR_NPOS;
}

/* 10>file and {x}>file: a word and a redirection of another descriptor elsewhere */
static bool is_odd_descriptor(struct str text, size_t at)
{
	bool braces = text.p[at] == '{';
	bool starts = !at || strchr(" \t\n;&|()", text.p[at - 1]);
	size_t i = at + braces;
	if (!braces && !starts)
		return false;
	while (i < text.n && (braces ? ascii_is_name(text.p[i]) : ascii_is_digit(text.p[i])))
		i++;
	if (braces)
		return i + 1 < text.n && text.p[i] == '}' && strchr("<>", text.p[i + 1]);
	return i > at + 1 && i < text.n && strchr("<>", text.p[i]);
}

static bool is_translated(struct str text, size_t at)
{
	return text.p[at] == '$' && at + 1 < text.n && text.p[at + 1] == '"';
}

/* Quotes in comments and here-documents are none, and what stands in quotes may be run, too. */
static bool quotes_count(struct str text)
{
	static const char *const signs[] = {"#", "<<", "$(", "`", "eval", "trap"};
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (str_find(text, str_from(signs[i])) != STR_NPOS)
			return false;
	return true;
}

static bool is_read_otherwise(struct str text)
{
	bool quotes = quotes_count(text);
	char quote = '\0';
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if ((!quote || !quotes) &&
		    (is_brace_expansion(text, i) || is_caret_class(text, i) ||
		     is_element(text, i) || is_odd_descriptor(text, i) || is_translated(text, i)))
			return true;
		if (c == '\\' && quote != '\'')
			i++;
		else if (c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
	}
	return str_find(text, STR("${")) != STR_NPOS && str_find(text, STR("[^")) != STR_NPOS;
}

/* Most texts lack a byte of what is looked for. */
static bool may_hold(const bool held[256], const char *sign)
{
	while (*sign && held[(unsigned char)*sign])
		sign++;
	return !*sign;
}

/* What only Bash and its like understand, and others take for something else instead of refusing it. */
static bool needs_bash(struct str text)
{
	static const char *const signs[] = {"&>", "$'", "$[", "[[", "function ", "printf -v",
					    "read -a", "mapfile", "readarray", "builtin", "eval --",
					    /* variables that others do not set */
					    "RANDOM", "SECONDS", "EPOCH", "LINENO", "SHLVL", "$UID",
					    "${UID", "EUID", "$BASH", "${BASH"};
	bool held[256] = {false};
	for (size_t i = 0; i < text.n; i++)
		held[(unsigned char)text.p[i]] = true;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (may_hold(held, signs[i]) && str_find(text, str_from(signs[i])) != STR_NPOS)
			return true;
	return is_read_otherwise(text) || appends(text) || declares_local(text) ||
	       assigns_by_words(text) || groups_twice(text) || prints_otherwise(text) ||
	       keeps_assignments(text);
}

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("=([{~^#`$*?<%\\", text.p[i]))
			return false;
	return str_find(text, STR("TRAP")) == STR_NPOS;
}

/* "#!/bin/bash" counts where the file itself is run. */
static bool names_bash(struct str shell, struct str text)
{
	static const char *const posix[] = {"sh", "dash", "ash", "busybox", "posh"};
	struct str rest = text, line;
	return str_starts(text, STR("#!")) && str_split(&rest, '\n', &line) &&
	       str_find(line, STR("bash")) != STR_NPOS &&
	       !str_is_one_of(shell, posix, ARRAY_SIZE(posix));
}

bool dialect_differs(struct str shell, struct str text)
{
	static const char *const bash[] = {"bash", "rbash", "source", "."};
	static const char *const others[] = {"zsh", "ksh", "ksh93", "mksh"};
	if (str_is_one_of(shell, bash, ARRAY_SIZE(bash)) || names_bash(shell, text))
		return false;
	return str_is_one_of(shell, others, ARRAY_SIZE(others)) ? !is_plain(text)
								: needs_bash(text);
}

void system_text(struct decider *d, struct str text, const struct scope *scope)
{
	if (dialect_differs(STR("sh"), text))
		finding_opaque(d, NULL,
			       STR("text that /bin/sh may read in another way than Bash"),
			       scope->span);
	shell_text(d, text, scope);
}
