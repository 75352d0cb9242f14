/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of the commands that a text runs: values, state, branches, directories.
 */
#include "unit.h"

#include "base/limits.h"
#include "shell_show.h"

/* clang-format off */
static const struct shell_case values[] = {
	{"x=app; terra${x}ly y",                 "terraapply y"},
	{"x='a b'; c $x \"$x\" '$x'",            "c a b 'a b' $x"},
	{"x=a y=$x; c $y",                       "c a"},
	{"x=a; x+=b; c $x",                      "c ab"},
	{"x=a; y=b; x=$y; c $x",                 "c b"},
	{"x=' a '; c p$x",                       "c p a"},
	{"IFS=:; x=a:b; c $x",                   "c a b"},
	{"IFS=; x='a b'; c $x",                  "c 'a b'"},
	{"c $x",                                 "c ..."},
	{"c \"$x\"",                             "c «?»"},
	{"c p$x",                                "c ..."},
	{"x=$(d); c $x",                         "d ; c ..."},
	{"x=$(d); c \"$x\"",                     "d ; c «?»"},
	{"unset x; c $x \"$x\"",                 "unset x ; c ''"},
	{"x=; c $x \"$x\" ${x:-d} ${x-e}",       "c '' d"},
	{"x=v; c ${x:+a} ${x:-b} ${#x}",         "c a v 1"},
	{"unset x; c ${x:=a}; d $x",             "unset x ; c a ; d a"},
	{"x=a.b.c; c ${x%.*} ${x%%.*} ${x#*.} ${x##*.}", "c a.b a b.c c"},
	{"x=abc; c ${x/b/X} ${x//b/-} ${x^^} ${x:1} ${x:0:2}", "c aXc a-c ABC bc ab"},
	{"x=y; y=z; c ${!x}",                    "? c z"},
	{"x='*'; c \"$x\" $x",                   "c * *"},
	{"c *.txt \"*.txt\" \\*",                "c *.txt *.txt *"},
	{"set -f; c *",                          "set -f ; c *"},
	{"c {a,b}{1,2} {1..3} x{,y}",            "c a1 a2 b1 b2 1 2 3 x xy"},
	{"c '{a,b}' {a} {} {a,b",                "c {a,b} {a} {} {a,b"},
	{"{c,d,e}",                              "c d e"},
	{"c ~ ~/x '~' a~",                       "c /root /root/x ~ a~"},
	{"x=~/y; c $x",                          "c /root/y"},
	{"c $((2)) $((x))",                      "? c 2 «number»"},
	{"a=(p 'q r'); c \"${a[@]}\" ${a[1]} ${a[0]}", "c p 'q r' q r p"},
	{"a=(p); a+=(q); c \"${a[@]}\" ${#a[@]}", "c p q 2"},
	{"a=(terraform apply); \"${a[@]}\" -x",  "terraform apply -x"},
	{"set -- a 'b c'; d \"$@\" $2 $#",       "set -- a 'b c' ; d a 'b c' b c 2"},
	{"set -- a b; shift; d $1",              "set -- a b ; shift ; d b"},
	{"c $1 \"$@\" $#",                       "c 0"},
	{"printf -v x %s-%s a b; c $x",          "printf -v x %s-%s a b ; c ..."},
	{"x=$(echo a b); c \"$x\"",              "echo a b ; c 'a b'"},
	{"$(echo terraform) apply",              "echo terraform ; terraform apply"},
	{"$(printf 'a b')",                      "printf 'a b' ; a b"},
	{"c $(basename /x/y) $(dirname /x/y)",   "basename /x/y ; dirname /x/y ; c y /x"},
	{"c \"$(cat <<'E'\na b\nE\n)\"",         "cat <<< 'a b\n' ; c 'a b'"},
	{"c $(pwd) $PWD $HOME",                  "pwd ; c /repo /repo /root"},
	{"x=1; c $((x))",                        "c «number»"},
	{"declare -n r=x; r=v; c $x",            "!"},
	{"x=1 c $x; d $x",                       "x=1 c ... ; d ..."},
	{"export x=v; c",                        "export x=v ; c"},
	{"PATH=/e c",                            "PATH=/e c"},
};

static const struct shell_case state_cases[] = {
	{"if a; then x=1; else x=2; fi; c $x",   "a ; ? c 1 ; ? c 2"},
	{"a && x=1; c \"$x\"",                   "a ; c «?»"},
	{"x=0; a && x=1; c $x",                  "a ; ? c 1 ; ? c 0"},
	{"x=0; (x=1); c $x",                     "c 0"},
	{"x=0; x=1 | a; c $x",                   "a <<< '' ; c 0"},
	{"x=0; { x=1; }; c $x",                  "c 1"},
	{"x=0; $(x=1); c $x",                    "c 0"},
	{"x=0; x=1 & c $x",                      "c 0"},
	{"for x in a b; do c $x; done; d $x",    "c a ; c b ; d b"},
	{"for x in $y; do c $x; done",           "? c ..."},
	{"for x; do c $x; done",                 ""},
	{"set -- p; for x; do c $x; done",       "set -- p ; c p"},
	{"for x in 1; do break; c; done; d",     "break ; ? c ; ? d"},
	{"while a; do x=1; done; c \"$x\"",      "? a ; c «?»"},
	{"x=0; while a; do c $x; x=1; done",     "? a ; ? c 0 ; ? c «number»"},
	{"while read x; do c $x; done",          "? read x ; ? c ..."},
	{"f() { c $1 \"$@\" $#; }; f p 'q r'",   "c p p 'q r' 2"},
	{"f() { x=in; }; x=out; f; c $x",        "c in"},
	{"f() { local x=in; }; x=out; f; c $x",  "local x=in ; c out"},
	{"f() { c; f; }; f",                     "c ; ? {«?»} c"},
	{"f() { c; }; f() { d; }; f",            "d"},
	{"f() { c; }; unset -f f; f",            "unset -f f ; ? c ; ? f"},
	{"if a; then f() { c; }; fi; f",         "a ; ? c ; ? f"},
	{"f() { \"$@\"; }; f terraform apply",   "terraform apply"},
	{"f() { return; c; }; f; d",             "return ; ? c ; ? d"},
	{"terraform() { command terraform \"$@\"; }; terraform apply", "terraform apply"},
	{"exit; c",                              "exit ; ? c"},
	{"(exit); c",                            "exit ; c"},
	{"a || exit; c",                         "a ; ? exit ; ? c"},
	{"eval 'c d'; eval e \"'f g'\"",         "c d ; e 'f g'"},
	{"x='c d'; eval \"$x e\"",               "c d e"},
	{"eval \"$x\"",                          "!"},
	{"eval 'x=v'; c $x",                     "c v"},
	{"trap 'c d' EXIT",                      "trap 'c d' EXIT ; ? c d"},
	{"cd x; trap 'c d' EXIT",                "cd x ; {/repo/x,/repo} trap 'c d' EXIT ; ? {«?»} c d"},
	{"trap \"$x\" EXIT",                     "!"},
	{"command c d; builtin eval 'e'; exec f", "c d ; e ; f"},
	{"exec c; d",                            "c ; ? d"},
	{"exec -a x > f",                        "?  > f"},
	{"builtin -- > f; exec -c > g; . > h",   "?  > f ; ?  > g ; ?  > h"},
	{". f; source g h",                      ". f ; {«?»} . g h"},
	{". <(echo c)",                          "echo c ; . /dev/fd/«number»"},
	{"alias q=c; q",                         "alias q=c ; q ; ? c"},
	{"shopt -s expand_aliases\nalias q='c d'\nq e", "shopt -s expand_aliases ; alias 'q=c d' ; q e ; ? c d e"},
	{"cd dir; c",                            "cd dir ; {/repo/dir,/repo} c"},
	{"cd dir && c; d",                       "cd dir ; ? {/repo/dir} c ; {/repo/dir,/repo} d"},
	{"cd dir || exit; c",                    "cd dir ; ? exit ; ? {/repo/dir} c"},
	{"(cd dir; c); d",                       "cd dir ; {/repo/dir,/repo} c ; d"},
	{"cd $x; c",                             "cd ... ; {«?»} c"},
	{"cd /; c",                              "cd / ; {/,/repo} c"},
	{"pushd dir; c; popd; d",                "pushd dir ; {/repo/dir,/repo} c ; {/repo/dir,/repo} popd ; {«?»} d"},
	{"echo a | c",                           "echo a ; c <<< 'a\n'"},
	{"printf 'a b' | sh",                    "printf 'a b' ; sh <<< 'a b'"},
	{"echo $x | c",                          "echo ... ; c"},
	{"cat <<< a | c",                        "cat <<< 'a\n' ; c <<< 'a\n'"},
	{"echo a >f | c",                        "? echo a > f ; c"},
	{"$x",                                   "!"},
	{"$x c",                                 "!"},
	{"\"$x\" c",                             "!"},
	{"c${x}d e",                             "!"},
	{"((x[$(c)]=1))",                        "c ; !"},
	{"a[$(c)]=1",                            "c ; !"},
	{"[[ -v 'x[$(c)]' ]]",                   "? c"},
	{"((x))",                                ""},
	{"x='a[$(c)]'; ((x))",                   "? c ; !"},
	{"echo ${x@P}",                          "!"},
	{"x='$(c)'; d ${x@P}",                   "c ; d ..."},
	{"set -x; PS4='$(c)'; d",                "set -x ; ! ; d"},
	{"enable -n echo; echo a",               "!"},
	{"hash -p /e ls; ls",                    "!"},
	{"x=(1 2); x=3; c ${x[@]}",              "c ..."},
	{"coproc c; d",                          "c ; d"},
	{"bash -c 'c'",                          "bash -c c"},
	{"env x=1 c",                            "env x=1 c"},
};
/* clang-format on */

static void test_values(void **state)
{
	(void)state;
	shell_cases(values, ARRAY_SIZE(values));
}

static void test_state(void **state)
{
	(void)state;
	shell_cases(state_cases, ARRAY_SIZE(state_cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
