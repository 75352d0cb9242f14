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
		if (start < end && (start == 0 || strchr(" \t\n;&|(", text.p[start - 1])))
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
		for (; end < text.n && strchr("neE", text.p[end]); end++)
			escapes |= text.p[end] != 'n';
		if (text.p[i] == '-' && escapes && (end == text.n || !ascii_is_name(text.p[end])))
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

/* What only Bash and its like understand, and others take for something else instead of refusing it. */
static bool needs_bash(struct str text)
{
	static const char *const signs[] = {"&>", "$'", "$[", "[[", "function ", "printf -v",
					    "read -a", "mapfile", "readarray",
					    /* variables that others do not set */
					    "RANDOM", "SECONDS", "EPOCH", "LINENO", "SHLVL", "$UID",
					    "${UID", "EUID", "$BASH", "${BASH"};
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (str_find(text, str_from(signs[i])) != STR_NPOS)
			return true;
	return appends(text) || declares_local(text) || assigns_by_words(text) ||
	       groups_twice(text) || prints_otherwise(text) || keeps_assignments(text);
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
