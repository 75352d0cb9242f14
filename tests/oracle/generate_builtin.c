/* SPDX-License-Identifier: Apache-2.0
 *
 * The generator's builtins, assignments and redirections: what changes the state that later commands see.
 */
#include "generate.h"

#include <stdio.h>

#include "base/array.h"

/* What is worth trying and hard to make up. */
static const char *const fixed[] = {
	"set -f",
	"set +f",
	"set -e",
	"set -u",
	"set -- a 'b c' *",
	"set -- $x",
	"set --",
	"set - p q",
	"shift",
	"shift 2",
	"shopt -s extglob",
	"shopt -s nullglob",
	"shopt -s expand_aliases",
	"shopt -s dotglob",
	"shopt -s failglob",
	"shopt -s execfail",
	"shopt -s lastpipe",
	"shopt -s nocasematch",
	"shopt -s globstar",
	"shopt -u extglob",
	"set -o pipefail",
	"set -o noglob",
	"set -a",
	"set -n",
	"set -x",
	"set -v",
	"cd dir",
	"cd ..",
	"cd -",
	"cd",
	"cd /",
	"cd \"$x\"",
	"cd dir && cmd_cd",
	"cd nowhere || cmd_nocd",
	"pushd dir",
	"pushd +1",
	"pushd dir && pushd +1",
	"arr[01]=a",
	"arr[09]=a",
	"set -- a b c d e f g h i cmd_e",
	"popd",
	"pushd",
	"dirs",
	"cd dir/../..",
	"cd ~",
	"IFS=:",
	"IFS=",
	"IFS=$'\\n'",
	"IFS=,; y=a,b; cmd_ifs $y",
	"unset IFS",
	"unset x",
	"unset -v y",
	"unset -f f",
	"unset arr[0]",
	"unset -n ref",
	"x=",
	"true",
	": ${x:=dflt}",
	"read x",
	"read -r x y <<< 'w1 w2'",
	"read -a arr <<< \"1 2\"",
	"read -n 9 -a arr <<< \"1 2\"",
	"read -r -p p -a v <<< 'w1 w2'",
	"read -d '' x",
	"read",
	"mapfile arr < a.txt",
	"mapfile -t arr",
	"getopts ab: opt",
	"getopts a x -a",
	"printf -v x '%s' cmd_pv",
	"printf -v y %s \"$x\"",
	"printf -v 'arr[1]' v",
	"printf '%s\\n' a b",
	"printf -v x '%d' 3",
	"printf -v x %q 'a b'",
	"printf '%b' 'a\\tb'",
	"echo -n hi",
	"echo -e 'a\\nb'",
	"wait",
	"jobs",
	"times",
	"umask 022",
	"hash -r",
	"type cmd_a",
	"command -v cmd_a",
	"command -p cmd_cp a",
	"command cmd_c1 b",
	"command -- cmd_c2",
	"builtin echo hi",
	"builtin eval 'cmd_be x'",
	"command eval cmd_ce",
	"command command cmd_cc",
	"enable echo",
	"kill -l",
	"kill -TERM $$",
	"ulimit -c 0",
	"history",
	"fc -l",
	"caller",
	"let x=1",
	"let 'arr[$(cmd_let)]=1'",
	"declare -i n=1+1",
	"declare -a arr=(p q)",
	"declare -A map=([k]=v)",
	"map[k2]=w; cmd_m ${map[k2]}",
	"ref=newval",
	"typeset x=t",
	"declare -p x",
	"declare -f f",
	"declare -r c=1; c=2",
	"readonly r=1",
	"declare -u x=up",
	"declare -l y=LOW",
	"declare -x e=exp",
	"declare -g x=glob",
	"export x",
	"export x=exported",
	"export -f f",
	"local x=loc",
	"local x y=2",
	"alias l=cmd_al",
	"alias l='cmd_al a '",
	"unalias l",
	"l arg",
	"alias x='cmd_al2 $y;'\nx r",
	"shopt -s expand_aliases\nalias q='cmd_q1 z'\nq w",
	"trap 'cmd_exit e' EXIT",
	"trap - EXIT",
	"trap '' INT",
	"trap -p",
	"exec 3> out3",
	"exec 3>&-",
	"exec cmd_ex a",
	"exec -a name cmd_exa",
	"exec -c cmd_exc",
	"exec",
	"exec 4< a.txt",
	"exit",
	"exit 3",
	"return",
	"return 1",
	"break",
	"continue",
	". script.sh",
	"source ./script.sh a b",
	". ./script.sh >o",
	"source <(echo cmd_src1 a)",
	"source /dev/stdin <<< 'cmd_src2 b'",
	". /dev/null",
	"eval",
	"eval 'cmd_ev a; cmd_ev2'",
	"eval cmd_ev3 '$x'",
	"eval 'x=fromeval'",
	"eval 'f() { cmd_inf; }'; f",
	"eval eval 'cmd_ee'",
	"eval -- cmd_e5",
	"x=cmd_var; $x arg",
	"x='cmd_var2 -a'; $x b",
	"x=eval; $x 'cmd_xe'",
	"y='cmd_pa c'; eval $y",
	"dirs -c",
	"suspend",
	"disown",
	"set -o",
	"shopt",
	"test -n \"$x\"",
	"[ a = b ]",
	"[ -f a.txt ] && cmd_ft",
	"test x && cmd_tt || cmd_tf",
	"BASH_ENV=f cmd_be",
	"PATH=/evil:$PATH; cmd_evil",
	"PATH= cmd_nopath",
	"unset PATH; cmd_up",
	"GLOBIGNORE=*.txt; cmd_gi *",
	"x=(1 2 3); cmd_arr \"${x[@]}\"",
	"arr+=(more 'm 2')",
	"arr[2]=two",
	"x+=app",
	"x=$x$x",
	"arr=(*.txt)",
	"arr=([1]=b [0]=a); cmd_ar ${arr[@]}",
	"arr=($(cmd_af))",
	"x=~",
	"x=a:~/b; cmd_ti $x",
	"coproc cmd_cop",
	"unset 'x[$(cmd_un)]'",
	"[[ -v 'x[$(cmd_v1)]' ]]",
	"test -v 'x[$(cmd_v2)]'",
	"printf -v 'x[$(cmd_v3)]' q",
	"read 'x[$(cmd_v4)]' <<< q",
	"y='x[$(cmd_v5)]'; ((y))",
	"y='x[$(cmd_v6)]'; [[ y -eq 1 ]]",
	"declare 'x[$(cmd_v7)]=1'",
	"y='a[$(cmd_v8)]'; cmd_sl ${x:y}",
	"y='a[$(cmd_v9)]'; arr[y]=1",
	"x='$(cmd_P)'; cmd_w ${x@P}",
	"y='a[$(cmd_vl)]'; let y",
	"declare -i n='a[$(cmd_vd)]'",
	"export PROMPT_COMMAND=cmd_pc",
	"x=$'\\x63md_hex'; $x",
	"set -- cmd_pos p; \"$@\"; $1 $2",
	"set -- cmd_shift q; shift 0; $*",
	"exec {fd}> fdfile; cmd_fd",
	"SECONDS=x; cmd_s $SECONDS",
	"select x in a b; do cmd_sel $x; break; done",
	"time",
	"!",
	"time -p cmd_tm",
	"while read l; do cmd_rl $l; done < a.txt",
	"cmd_p1 | while read l; do cmd_pl \"$l\"; done",
	"for k in 1 2; do x=$k; done; cmd_last $x",
	"x=1; ( x=2; cmd_in $x ); cmd_out $x",
	"x=1; x=2 cmd_pre $x; cmd_post $x",
	"x=1; { x=2; } | :; cmd_pg $x",
	"x=p; x=q f; cmd_xf $x",
	"if cmd_c; then x=1; else x=2; fi; cmd_br $x",
	"while [ \"$x\" != aaa ]; do x+=a; : ; [ ${#x} -gt 5 ] && break; done; cmd_grow $x",
	"f() { x=inner; local y=loc; }; f; cmd_fg $x $y",
	"f() { local x=1; g; }; g() { cmd_dyn $x; }; f",
	"f() { [ $# -gt 0 ] && { cmd_rec $1; shift; f \"$@\"; }; }; f 1 2 3",
	"f() { return 1; }; f || cmd_f1",
	"f() ( x=sub ); f; cmd_fs $x",
	"f() { unset -f f; cmd_f2; }; f; f",
	"f() { f() { cmd_second; }; cmd_first; }; f; f",
	"function terraform { cmd_fake \"$@\"; }; terraform apply",
	"f() { cmd_fa \"$0\" \"$1\" ${@:2}; }; f a b c",
};

/* The same, where the analysis can only give up. */
static const char *const obscure[] = {
	"set -k",
	"set -o posix",
	"set +B",
	"readarray -C cmd_cb -c 1 arr < a.txt",
	"mapfile -t -c 1 -C cmd_cb3 arr < a.txt",
	"mapfile -C 'cmd_cb2 q' -c 1 arr <<< $'l1\\nl2'",
	"hash -p /bin/evil ls; ls -l",
	"enable -n echo; echo ext",
	"enable -n test; test a",
	"declare -n ref=x",
	"export -n x",
	"local -n ref=y",
	"trap 'cmd_err $x' ERR",
	"trap 'cmd_dbg' DEBUG",
	"trap cmd_ret RETURN",
	"trap 'cmd_usr' USR1; kill -USR1 $$",
	"eval \"cmd_ev4 $x\"",
	"eval \"$x\"",
	"compgen -W 'a b'",
	"PS4='$(cmd_ps4)'; set -x; :",
	"command_not_found_handle() { cmd_cnf \"$@\"; }",
	"arr[$(cmd_si)]=v",
	"((x[$(cmd_x1)]))",
	"ref='x[$(cmd_vi)]'; cmd_w ${!ref}",
	"declare -n ref='x[$(cmd_vn)]'; cmd_w $ref",
	"wait -n -p x",
};

static void make_fixed(struct generator *g)
{
	if (one_in(g, 60))
		put(g, GENERATE_ONE(g, obscure));
	else
		put(g, GENERATE_ONE(g, fixed));
}

static void make_declare(struct generator *g)
{
	static const char *const heads[] = {"declare ",    "local ",      "export ",
					    "readonly ",   "typeset -x ", "declare -g ",
					    "declare -r ", "export -- ",  "local -r "};
	if (one_in(g, 8)) {
		put(g, one_in(g, 2) ? "declare -i " : "local -i ");
		put(g, one_in(g, 2) ? "n=" : "i=");
		generate_operand(g);
		return;
	}
	if (one_in(g, 10)) {
		put(g, one_in(g, 2) ? "declare -a " : "local -a ");
		generate_variable(g);
		put(g, "=(");
		generate_word(g);
		put(g, ")");
		return;
	}
	put(g, GENERATE_ONE(g, heads));
	generate_assignment(g);
	while (one_in(g, 4)) {
		put(g, " ");
		generate_word(g);
	}
}

static void make_eval(struct generator *g)
{
	static const char *const heads[] = {"eval ", "builtin eval ", "command eval ", "eval -- ",
					    "trap "};
	const char *head = GENERATE_ONE(g, heads);
	put(g, head);
	/* Text in quotes: made without single quotes inside. */
	size_t start = g->out->n;
	put(g, "'");
	generate_list(g);
	if (g->n_heredocs)
		generate_newline(g);
	for (size_t i = start + 1; i < g->out->n; i++)
		if (g->out->p[i] == '\'')
			g->out->p[i] = '"';
	put(g, "'");
	static const char *const events[] = {" EXIT", " 0", " INT", " EXIT TERM"};
	static const char *const between[] = {" ERR", " DEBUG", " RETURN", " USR1"};
	if (*head == 't')
		put(g, one_in(g, 10) ? GENERATE_ONE(g, between) : GENERATE_ONE(g, events));
}

static void make_set(struct generator *g)
{
	put(g, "set -- ");
	generate_word(g);
	put(g, " ");
	generate_word(g);
}

/* Builtins whose operands are names of variables. */
static void make_with_names(struct generator *g)
{
	static const char *const heads[] = {"read ",       "unset ",      "export ",
					    "read -r ",    "readarray ",  "unset -v ",
					    "getopts ab ", "mapfile -t ", "printf -v ",
					    "declare -p ", "local ",      "declare -x "};
	put(g, GENERATE_ONE(g, heads));
	if (one_in(g, 12))
		generate_word(g);
	else
		generate_variable(g);
	if (!one_in(g, 3))
		return;
	put(g, " ");
	if (one_in(g, 12))
		generate_word(g);
	else
		generate_variable(g);
}

static void make_with_words(struct generator *g)
{
	static const char *const heads[] = {
		"echo",  "printf", ":",      "cd",     "command", "builtin", "exec", "test",
		"shift", "alias",  "set --", "return", "source",  "pushd",   "wait", "printf %s"};
	put(g, GENERATE_ONE(g, heads));
	for (unsigned n = 1 + pick(g, 2); n > 0; n--) {
		put(g, " ");
		generate_word(g);
	}
}

/* Any of them with options and operands that may be none of its, and then a look at what that has left behind. */
static void make_odd(struct generator *g)
{
	static const char *const calls[] = {
		"export",     "declare -i", "declare -A", "declare -n", "declare -u",  "typeset",
		"local",      "readonly",   "unset",      "unset -v",   "unset -n",    "set",
		"set -o",     "set -eo",    "set +o",     "shift",      "read",        "read -a",
		"read -d",    "read -n1",   "mapfile",    "mapfile -t", "getopts ab:", "printf",
		"printf -v",  "let",        "eval",       "exec -a",    "exec -c",     "command",
		"command -v", "command -p", "builtin",    "trap",       "alias",       "unalias",
		"hash",       "type",       "enable",     "shopt -s",   "shopt -u",    "test",
		"[",          "wait",       "jobs",       "jobs -x",    "umask",       "return",
		"break",      "cd",         "cd -P",      "pushd",      "popd",        "dirs",
		"pwd",        "echo -e",    "time",       "time -p",    "time --",     "time -p --",
		"!",          "coproc",     "compgen",    "complete",   "help",        "caller",
		"fc",         "history",    "times",      "disown",     "nproc",       "id -u",
		"date +%s",   "basename",   "dirname",    "xargs",      "env",         "nohup"};
	static const char *const operands[] = {
		"x",    "y",    "x=1",  "y=b", "-x", "-p",   "-n",    "-r",    "-",     "--",
		"\"\"", "[x]",  "a[1]", "+x",  "!",  "1",    "@",     "*",     "a=(1)", "$1",
		"%1",   "x+=2", "~",    "'~'", "-a", "'b*'", "{p,q}", "'\\t*'"};
	static const char *const looks[] = {"cmd_l \"$x\" \"$y\"",
					    "cmd_l $x $y",
					    "cmd_l \"$@\"",
					    "cmd_l $1",
					    "$x cmd_l",
					    "\"$y\" $x",
					    "cmd_l $?",
					    "cmd_l *",
					    "cmd_l \"$REPLY\"",
					    "x $x"};
	put(g, GENERATE_ONE(g, calls));
	for (unsigned n = pick(g, 3); n > 0; n--) {
		put(g, " ");
		if (one_in(g, 4))
			generate_word(g);
		else
			put(g, GENERATE_ONE(g, operands));
	}
	if (g->n_heredocs)
		generate_newline(g);
	else
		put(g, one_in(g, 3) ? ";" : "\n");
	put(g, GENERATE_ONE(g, looks));
}

void generate_builtin(struct generator *g)
{
	static const struct choice choices[] = {
		{60, make_fixed},     {10, make_declare},   {10, make_eval}, {6, make_set},
		{5, make_with_words}, {4, make_with_names}, {15, make_odd},
	};
	generate_choice(g, choices, ARRAY_SIZE(choices));
}

static void put_elements(struct generator *g)
{
	put(g, "(");
	for (unsigned n = pick(g, 3); n > 0; n--) {
		if (one_in(g, 5))
			put(g, one_in(g, 2) ? "[1]=" : "[x]+=");
		generate_word(g);
		put(g, one_in(g, 6) ? "\n" : " ");
	}
	put(g, ")");
}

void generate_assignment(struct generator *g)
{
	static const char *const environment[] = {
		"PATH=/evil",   "LD_PRELOAD=./e.so", "GIT_SSH_COMMAND='cmd x'", "PAGER=cmd_pg",
		"BASH_ENV=./e", "LC_ALL=C",          "HOME=/repo/dir"};
	static const char *const subscripts[] = {"[0]", "[i]",  "[i+1]", "[1]",  "[$i]",
						 "[@]", "[-1]", "[n]",   "[2+1]"};
	static const char *const wild[] = {"[x+1]", "[$(cmd_ix)]", "[$x]", "[\"k\"]"};
	if (one_in(g, 12)) {
		put(g, GENERATE_ONE(g, environment));
		return;
	}
	generate_variable(g);
	if (one_in(g, 12))
		put(g, one_in(g, 6) ? GENERATE_ONE(g, wild) : GENERATE_ONE(g, subscripts));
	put(g, one_in(g, 8) ? "+=" : "=");
	if (one_in(g, 10) && (!g->substitutions || one_in(g, 10)))
		put_elements(g);
	else if (!one_in(g, 10))
		generate_word(g);
}

static void put_heredoc(struct generator *g)
{
	static const char *const plain[] = {"E", "EOF", "E-1", "\xc3\xa9"};
	struct heredoc *doc = &g->heredocs[g->n_heredocs++];
	doc->strip = one_in(g, 3);
	doc->quoted = one_in(g, 3);
	const char *name = GENERATE_ONE(g, plain);
	snprintf(doc->delimiter, sizeof doc->delimiter, "%s", name);
	put(g, doc->strip ? "<<-" : "<<");
	if (one_in(g, 5))
		put(g, " ");
	if (!doc->quoted) {
		put(g, name);
		return;
	}
	static const char *const forms[] = {"'%s'", "\"%s\"", "\\%s", "%s''", "$'%s'"};
	switch (pick(g, (unsigned)ARRAY_SIZE(forms))) {
	case 0:
		buf_add_format(g->out, "'%s'", name);
		break;
	case 1:
		buf_add_format(g->out, "\"%s\"", name);
		break;
	case 2:
		buf_add_format(g->out, "\\%s", name);
		break;
	default:
		buf_add_format(g->out, "%s''", name);
		break;
	}
}

void generate_redirect(struct generator *g)
{
	static const char *const operators[] = {">",    ">>",    "<",  ">|", "<>",
						"&>",   "&>>",   "> ", "< ", "3>",
						"10>>", "{fd}>", "2>", "0<", "2>\\\n"};
	static const char *const copies[] = {"2>&1",  ">&2",    "3<&0",       "<&-",
					     "3>&-",  "1>&2-",  "2>&1 >both", ">& out_amp",
					     "3<&1-", "{v}>&1", ">&-"};
	static const char *const targets[] = {
		"out1",        "out2",       "/dev/null", "dir/new",  "\"out $x\"",
		"a.txt",       "~/home_out", "'q o'",     "/tmp/t",   "/dev/tcp/host/80",
		"/dev/stderr", "*.txt",      ".env",      "/dev/fd/1"};
	switch (pick(g, 6)) {
	case 0:
		/* In a substitution Bash survives them only in simple commands. */
		if (g->n_heredocs < HEREDOCS && g->backticks == 0 &&
		    (!g->substitutions || one_in(g, 20))) {
			put_heredoc(g);
			break;
		}
		__attribute__((fallthrough));
	case 1:
		put(g, "<<< ");
		generate_word(g);
		break;
	case 2:
		put(g, one_in(g, 40) ? ">&$x" : GENERATE_ONE(g, copies));
		break;
	default:
		put(g, GENERATE_ONE(g, operators));
		if (one_in(g, 4))
			generate_word(g);
		else
			put(g, GENERATE_ONE(g, targets));
		break;
	}
}
