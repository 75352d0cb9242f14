/* SPDX-License-Identifier: Apache-2.0
 *
 * Places where readers of shell text go wrong, each with what Bash does there.
 */
#include "unit.h"

#include "shell_show.h"

/* clang-format off */
static const struct shell_case quoting[] = {
	{"",                                     ""},
	{" \t\n ",                               ""},
	{"# comment",                            ""},
	{"a b",                                  "a b"},
	{"a 'b c' \"d e\" f\\ g",                "a 'b c' 'd e' 'f g'"},
	{"a '' \"\"",                            "a '' ''"},
	{"a b''c \"d\"'e'f",                     "a bc def"},
	{"c''md 'x'y",                           "cmd xy"},
	{"\\cmd \"c\"md",                        "cmd cmd"},
	{"a $'\\x41\\102\\u0043'",               "a ABC"},
	{"a $'b\\'c' d",                         "a 'b'c' d"},
	{"a $'x\\0y'z",                          "a xz"},
	{"a \"$'b'\"",                           "a '$'b''"},
	{"a \"b\\$c\\\\\\\"\"",                  "a 'b$c\\\"'"},
	{"a \"\\x\"",                            "a \\x"},
	{"a '\\' b",                             "a \\ b"},
	{"a \\\nb",                              "a b"},
	{"c\\\nmd x\\\ny",                       "cmd xy"},
	{"a 'x\\\ny'",                           "a 'x\\\ny'"},
	{"a \"x\\\ny\"",                         "a xy"},
	{"a b#c #d",                             "a b#c"},
	{"a;#b\nc",                              "a ; c"},
	{"a '#' \\# \"#\"",                      "a # # #"},
	{"a # it's\nb",                          "a ; b"},
	{"a \"b",                                "!"},
	{"a 'b",                                 "!"},
	{"a `b",                                 "!"},
	{"a $(b",                                "!"},
	{"a ${b",                                "!"},
	{"a \xc3\xa9 \xff",                      "a \xc3\xa9 \xff"},
	{"a\r\nb\r",                             "a\r ; b\r"},
	{"a\vb",                                 "a\vb"},
	{"a \xc2\xa0 b",                         "a \xc2\xa0 b"},
};

static const struct shell_case lists[] = {
	{"a; b & c",                             "a ; b ; c"},
	{"a && b",                               "a ; ? b"},
	{"a || b",                               "a ; ? b"},
	{"a && b || c; d",                       "a ; ? b ; ? c ; d"},
	{"a &&\nb |\n\nc",                       "a ; ? b ; ? c"},
	{"a | b |& c",                           "a ; b ; c"},
	{"! a; ! ! b",                           "a ; b"},
	{"! if a; then b; fi",                   "a ; ? b"},
	{"time a; time -p b; time { c; }",       "a ; b ; c"},
	{"time; a",                              "a"},
	{"(a; b)",                               "a ; b"},
	{"{ a; b; }",                            "a ; b"},
	{"{a b; }",                              "!"},
	{"{ a }",                                "!"},
	{"a { b }",                              "a { b }"},
	{"(a)(b)",                               "!"},
	{"a &&",                                 "!"},
	{"a ;; b",                               "!"},
	{"; a",                                  "!"},
	{"a )",                                  "!"},
	{"a && && b",                            "!"},
	{"if a; then b; elif c; then d; else e; fi", "a ; ? b ; ? c ; ? d ; ? e"},
	{"if a\nthen b\nfi",                     "a ; ? b"},
	{"if a; then fi",                        "!"},
	{"a if then fi do done",                 "a if then fi do done"},
	{"\\if a",                               "if a"},
	{"\"if\" a",                             "if a"},
	{"for x in 1 2; do a $x; done",          "a 1 ; a 2"},
	{"for x\nin 1; do a $x; done",           "a 1"},
	{"for x in in; do a $x; done",           "a in"},
	{"for x in 1; { a $x; }",                "a 1"},
	{"while a; do b; done",                  "? a ; ? b"},
	{"until a; do b; done",                  "? a ; ? b"},
	{"case x in x) a;; y) b;; esac",         "? a ; ? b"},
	{"case $1x in (x) a;; esac",             "? a"},
	{"case $v in a|b) c;; *) d;; esac",      "? c ; ? d"},
	{"case x in esac; a",                    "a"},
	{"case x in x) a",                       "!"},
	{"f() { a; }; f",                        "a"},
	{"f () ( a ); f",                        "a"},
	{"function f { a; }; f",                 "a"},
	{"function f() { a; }; f",               "a"},
	{"f()\n\n{ a; }\nf",                     "a"},
	{"f() { a; }",                           ""},
	{"function f-g.h { a; }; f-g.h",         "a"},
	{"f() a; f",                             "!"},
	{"coproc a b",                           "a b"},
	{"coproc N { a; }",                      "a"},
	{"coproc { a; }",                        "a"},
	{"select x in 1; do a; done",            "? a"},
	{"[[ a == b ]] && c",                    "? c"},
	{"[[ a =~ ( ]]",                         "!"},
	{"[[ a =~ (b|c) && -n d ]] && e",        "? e"},
	{"[[ a && ( b || ! c ) ]]; d",           "d"},
	{"[[ a < b ]] ; c",                      "c"},
	{"[[ a ]",                               "!"},
	{"((1+1)); a",                           "a"},
	{"( (a); b )",                           "a ; b"},
	{"((a); b)",                             "a ; b"},
	{"for ((i=0;;)) do a; done",             "? a"},
	{"a=(1 2); b",                           "b"},
	{"a=(\n1 # x\n2); b \"${a[@]}\"",        "b 1 2"},
	{"a[0]=x b",                             "a=«?» b"},
	{"1a=b c",                               "1a=b c"},
	{"a =b",                                 "a =b"},
	{"a+=b c",                               "a=«?» c"},
};

static const struct shell_case substitutions[] = {
	{"a $(b c)",                             "b c ; a ..."},
	{"a \"$(b c)\"",                         "b c ; a «?»"},
	{"a `b c`",                              "b c ; a ..."},
	{"a `b \\`c\\``",                        "c ; b ... ; a ..."},
	{"a \"`b \\\"c d\\\"`\"",                "b 'c d' ; a «?»"},
	{"a $(b # )\n)",                         "b ; a ..."},
	{"a $(case x in x) b;; esac)",           "? b ; a ..."},
	{"a \"$(b \")\")\"",                     "b ) ; a «?»"},
	{"a $( (b) )",                           "b ; a ..."},
	{"a $((1+1))",                           "a «number»"},
	{"a $((b); (c))",                        "b ; c ; a ..."},
	{"a $(< f)",                             " < f ; a ..."},
	{"a <(b) >(c)",                          "b ; c ; a /dev/fd/«number» /dev/fd/«number»"},
	{"a \"<(b)\"",                           "a <(b)"},
	{"a ${x//\\}/y}",                        "a ..."},
	{"a \"${x:-\"b c\"}\"",                  "a «?»"},
	{"x=; a \"${x:-\"b c\"}\"",              "a 'b c'"},
	{"x=; a ${x:-$(b)}",                     "b ; a ..."},
	{"a $",                                  "a $"},
	{"a \"$\" $%",                           "a $ $%"},
	{"a $[1+2]",                             "a «number»"},
	{"x=v; a $x \"$x\" '$x' \\$x $xy",       "a v v $x $x ..."},
};

static const struct shell_case redirects[] = {
	{"a > f",                                "? a > f"},
	{"a>f<g",                                "? a > f < g"},
	{"> f a b",                              "? a b > f"},
	{"> f",                                  " > f"},
	{"a 2>f 3>>g",                           "? a > f >> g"},
	{"a2>f",                                 "? a2 > f"},
	{"a 2 >f",                               "? a 2 > f"},
	{"a \\2>f",                              "? a 2 > f"},
	{"a &>f; b &>>g; c >|h; d <>i",          "? a > f ; ? b >> g ; ? c > h ; ? d <> i"},
	{"a 2>&1 >&2 3<&0 4<&- 5>&6-",           "? a"},
	{"a >&f",                                "? a > f"},
	{"a {fd}>f",                             "? fd=«?» a > f"},
	{"a '>' f",                              "a > f"},
	{"a > 'f g' > \"$HOME/h\"",              "? a > 'f g' > /root/h"},
	{"a > /dev/tcp/h/80",                    "? a > /dev/tcp/h/80"},
	{"a >",                                  "!"},
	{"a > ; b",                              "!"},
	{"a <<< 'b c'",                          "a <<< 'b c\n'"},
	{"{ a; } > f",                           " > f ; ? a"},
	{"if a; then b; fi < f",                 " < f ; ? a ; ? b"},
	{"a <<E\nb\nE\nc",                       "a <<< 'b\n' ; c"},
	{"a <<'E'\n$(b)\nE",                     "a <<< '$(b)\n'"},
	{"a <<\\E\n`b`\nE",                      "a <<< '`b`\n'"},
	{"a <<E\n$(b)\n`c`\nE",                  "b ; c ; a <<< «?»"},
	{"a <<-E\n\tb\n\tE\nc",                  "a <<< 'b\n' ; c"},
	{"a <<A <<B\n1\nA\n2\nB\nc",             "a <<< '2\n' ; c"},
	{"a <<A; b <<B\n1\nA\n2\nB",             "a <<< '1\n' ; b <<< '2\n'"},
	{"a $(b <<E\nc\nE\n) d",                 "b <<< 'c\n' ; a ... d"},
	{"a <<E && b\nc\nE",                     "a <<< 'c\n' ; ? b"},
	{"a <<E\nb\\\nc\nE",                     "a <<< 'bc\n'"},
	{"a <<E\n\\$x \\\" \\`\nE",              "a <<< '$x \\\" `\n'"},
	{"a <<'E F'\nb\nE F\nc",                 "a <<< 'b\n' ; c"},
	{"a <<E\nE",                             "a <<< ''"},
	{"a <<''\nb\n\nc",                       "a <<< 'b\n' ; c"},
	{"a # <<E\nb",                           "a ; b"},
	{"((1<<2)); a",                          "a"},
};
/* clang-format on */

static void test_quoting(void **state)
{
	(void)state;
	shell_cases(quoting, ARRAY_SIZE(quoting));
}

static void test_lists(void **state)
{
	(void)state;
	shell_cases(lists, ARRAY_SIZE(lists));
}

static void test_substitutions(void **state)
{
	(void)state;
	shell_cases(substitutions, ARRAY_SIZE(substitutions));
}

static void test_redirects(void **state)
{
	(void)state;
	shell_cases(redirects, ARRAY_SIZE(redirects));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_substitutions),
		cmocka_unit_test(test_redirects),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
