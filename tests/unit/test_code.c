/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "code_record.h"

/* ---- a decider around the readers ---- */

struct world {
	struct arena arena;
	struct resolver resolver;
	struct request request;
	struct decider decider;
	struct value cwd;
	const char *const *files; /* where the code runs; NULL: nobody can tell */
};

static enum resolved answer_tree(void *context, struct arena *arena, struct str path, size_t max,
				 bool recursive, struct str **ret_names, size_t *ret_n)
{
	const struct world *world = context;
	size_t n = 0;
	if (!world->files || recursive || !str_is(path, "/repo"))
		return RESOLVED_UNKNOWN;
	while (world->files[n])
		n++;
	assert_true(n <= max);
	*ret_names = ARENA_ARRAY(arena, n, struct str);
	for (size_t i = 0; i < n; i++)
		(*ret_names)[i] = str_from(world->files[i]);
	*ret_n = n;
	return RESOLVED_YES;
}

static const char *const ordinary[] = {"README.md", "src", "setup.py", "tests", NULL};

static void world_init(struct world *world)
{
	*world = (struct world){.files = ordinary};
	arena_init(&world->arena, LIMIT_DECISION_MEMORY);
	world->arena.armed = true;
	world->resolver = (struct resolver){.context = world, .tree = answer_tree};
	world->cwd = value_from(&world->arena, STR("/repo"));
	world->decider = (struct decider){
		.resolver = &world->resolver,
		.request = &world->request,
		.arena = &world->arena,
		.budget = {LIMIT_SHELL_WORK},
	};
}

static bool run(struct world *world, const char *language, struct str text, struct touched *touched)
{
	struct scope scope = {.cwds = &world->cwd, .n_cwds = 1, .surely = true};
	record_clear();
	*touched = (struct touched){0, false};
	if (setjmp(world->arena.on_full))
		fail_msg("out of memory");
	return code_text(&world->decider, language, text, &scope, touched);
}

/* ---- what is understood, and what it does ---- */

struct row {
	const char *language, *text;
	bool understood;
	const char *effects;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct world world;
		struct touched touched;
		world_init(&world);
		bool understood = run(&world, rows[i].language, str_from(rows[i].text), &touched);
		if (understood != rows[i].understood ||
		    !str_is(buf_str(&recorded), rows[i].effects)) {
			print_error("row %zu: %s\nunderstood %d, effects \"%s\"\n", i, rows[i].text,
				    understood, recorded.p);
			fail();
		}
		assert_row(touched.writes == (strstr(recorded.p, "write:") ||
					      strstr(recorded.p, "delete:")) ||
				   strstr(recorded.p, "/dev/"),
			   i);
		arena_release(&world.arena);
	}
}

/* clang-format off */
static const struct row awk_rows[] = {
	{"awk", "{print $1}", true, ""},
	{"awk", "", true, ""},
	{"awk", "NR%3==1", true, ""},
	{"awk", "/terraform apply/ {print FILENAME}", true, ""},
	{"awk", "BEGIN{FS=\":\"} $3 > 100 {print $1, $NF/2}", true, ""},
	{"awk", "{a[$1]++} END {for (k in a) print k, a[k]}", true, ""},
	{"awk", "{gsub(/[[:space:]]+/, \" \"); print}", true, ""},
	{"awk", "/^[^/]+$/ {n++} END {print n}", true, ""},
	{"awk", "{sub(/a\\/b/, \"c\")} # system(\"x\")\n{print}", true, ""},
	{"awk", "BEGIN{while((getline l < \"in\")>0) print l}", true, "read:in"},
	{"awk", "{getline; getline x; getline a[x]; getline $1; print}", true, ""},
	{"awk", "BEGIN{system(\"terraform apply\")}", true, "sh:terraform apply"},
	{"awk", "BEGIN{system (\"terra\" \"form apply\")}", true, "sh:terraform apply"},
	{"awk", "BEGIN{\"date\" | getline d; print d}", true, "sh:date"},
	{"awk", "{print | \"sort -u\"}", true, "piped:sort -u"},
	{"awk", "{printf \"%s\\n\", $1 > \"out\"; close(\"out\")}", true, "write:out"},
	{"awk", "{print a,\n$2 >> \"out\"}", true, "write:out"},
	{"awk", "{print ($1 > 3), (a)(b) > \"a/\" \"b\"}", true, "write:a/b"},
	{"awk", "{print > \"/dev/stderr\"}", true, "write:/dev/stderr"},
	{"awk", "/[/]/ {print > \"x\"}", true, "write:x"},
	{"awk", "{print > $1}", false, ""},
	{"awk", "{print > \"a\" $1}", false, "write:a«?»"},
	{"awk", "{print $1 | \"x\" y}", false, "piped:x"},
	{"awk", "BEGIN{system(x)}", false, ""},
	{"awk", "BEGIN{system(\"ls \" x)}", false, "sh:ls "},
	{"awk", "BEGIN{\"a\" \"b\" | getline}", false, "sh:ab"},
	{"awk", "BEGIN{cmd | getline}", false, ""},
	{"awk", "BEGIN{print |& \"c\"}", false, "piped:c"},
	{"awk", "BEGIN{getline < f}", false, ""},
	{"awk", "BEGIN{getline x++ < \"f\"}", false, ""},
	{"awk", "BEGIN{getline < \"/inet/tcp/0/h/80\"}", false, "read:/inet/tcp/0/h/80"},
	{"awk", "{print ENVIRON[\"HOME\"]}", false, ""},
	{"awk", "BEGIN{ARGV[1]=\".env\"}", false, ""},
	{"awk", "BEGIN{print SYMTAB[\"x\"]}", false, ""},
	{"awk", "@load \"filefuncs\"", false, ""},
	{"awk", "BEGIN{f=\"system\"; @f(\"ls\")}", false, ""},
	{"awk", "BEGIN{awk::system(\"ls\")}", false, "sh:ls"},
	{"awk", "{if (x) /\"/; system(\"a\") #\"/\n}", false, ""},
	{"awk", "1 /=/ {print}", false, ""},
	{"awk", "{n /= 2; print n}", true, ""},
	{"awk", "(a)/=\"/{system(x)}#\"/", false, ""},
	{"awk", "{x = a +\n/\"/; print \"b\" > \"out\" }", true, "write:out"},
	{"awk", "BEGIN {", false, ""},
	{"awk", "{print} }", false, ""},
	{"awk", "{print \"unclosed}", false, ""},
	{"awk", "{x = 1print}", false, ""},
	{"awk", "{print `ls`}", false, ""},
};

static const struct row sed_rows[] = {
	{"sed", "s/a/b/", true, ""},
	{"sed", "", true, ""},
	{"sed", "/kubectl delete/p", true, ""},
	{"sed", "s/a/b/g;s/[^/]*$//;s|x|y|2p", true, ""},
	{"sed", "1,5d;$!N;P;D;0~4p;2,~4d;5,+3p", true, ""},
	{"sed", ":a;N;$!ba;s/\\n/,/g", true, ""},
	{"sed", "/x/I{s/x/y/;p}\n\\,y,!d", true, ""},
	{"sed", "a\\\ntext; w foo\\\ne ls\np", true, ""},
	{"sed", "1i one; w bar", true, ""},
	{"sed", "$!{c x; e ls\n}", true, ""},
	{"sed", "y/abc/xyz/;=;l 5;q1", true, ""},
	{"sed", "#n\ns/a/b/ # e ls", true, ""},
	{"sed", "w .github/x", true, "write:.github/x"},
	{"sed", "s/a/b/gw out; p", true, "write:out; p"},
	{"sed", "W a\nR b", true, "write:a | read:b"},
	{"sed", "1r .env", true, "read:.env"},
	{"sed", "s/[/]/x/w out", true, "write:out"},
	{"sed", "e terraform apply", true, "sh:terraform apply"},
	{"sed", "1e ls\\ -l", false, "sh:ls\\ -l"},
	{"sed", "e", false, ""},
	{"sed", "s/x/y/e", false, ""},
	{"sed", "s/x/y/ge", false, ""},
	{"sed", "s[x[y[", false, ""},
	{"sed", "s/[[:alpha:]/]/x/", false, ""},
	{"sed", "s/a/b", false, ""},
	{"sed", "s/a\nb/c/", false, ""},
	{"sed", "{p", false, ""},
	{"sed", "p}", false, ""},
	{"sed", "i\\", false, ""},
	{"sed", "a text\\", false, ""},
	{"sed", "ba}w evil", false, ""},
	{"sed", ":a#b\np", false, ""},
	{"sed", ":a}#b\np", false, ""},
	{"sed", "a\\ \nw out", false, ""},
	{"sed", "a\\\\\nw out", false, ""},
	{"sed", "p w", false, ""},
	{"sed", "w", false, ""},
	{"sed", "s/a/b/x", false, ""},
	{"sed", "k", false, ""},
};

static const struct row jq_rows[] = {
	{"jq", ".a[] | select(.run==\"terraform apply\") | {a, b: .c.env}", true, ""},
	{"jq", "\"\\(.a | \"\\(.env)\")\" # env", true, ""},
	{"jq", "$x[0].env, input_filename", true, ""},
	{"jq", "env.HOME", false, ""},
	{"jq", "$ENV", false, ""},
	{"jq", "$ ENV", false, ""},
	{"jq", "\"x \\(env.A)\"", false, ""},
	{"jq", "..env", false, ""},
	{"jq", "import \"a\" as a; .", false, ""},
	{"jq", "\"a\" | modulemeta", false, ""},
	{"jq", "# a \\\n.b", false, ""},
	{"jq", "\"open", false, ""},
	{"jq", "\"\\(\"", false, ""},
};

static const struct row sql_rows[] = {
	{"sql", "SELECT * FROM users WHERE a = 'it''s' LIMIT 5;", true, ""},
	{"sql", "select count(*), max(lower(b)) from t -- all\n", true, ""},
	{"sql", "with x as (select 1) select * from x; explain select 2", true, ""},
	{"sql", "PRAGMA table_info(users)", true, ""},
	{"sql", "\\dt public.*", true, ""},
	{"sql", ".schema users\nselect 1", true, ""},
	{"sql", "select date '2020-01-01'::text", true, ""},
	{"sql", "DELETE FROM t", false, ""},
	{"sql", "select 1; drop table x", false, ""},
	{"sql", "with x as (delete from t returning *) select * from x", false, ""},
	{"sql", "explain analyze delete from t", false, ""},
	{"sql", "select my_function(1)", false, ""},
	{"sql", "select s.count(1)", false, ""},
	{"sql", "select \"f\"(1)", false, ""},
	{"sql", "select readfile('.env')", false, "read:.env"},
	{"sql", "select writefile('a', 'b')", false, "write:a"},
	{"sql", "select 1 into outfile '/tmp/x'", false, "write:/tmp/x"},
	{"sql", "COPY t FROM PROGRAM 'terraform apply'", false, "piped:terraform apply"},
	{"sql", "\\! terraform apply", false, "sh:terraform apply"},
	{"sql", ".shell ls -l", false, "sh:ls -l"},
	{"sql", ".import '|ls' t", false, "piped:ls"},
	{"sql", ".output out.txt", false, "write:out.txt"},
	{"sql", ".read a.sql", false, "read:a.sql"},
	{"sql", "select 1 \\g |cmd", false, ""},
	{"sql", "select * from 'x.csv'", false, ""},
	{"sql", "select a from t, 'x.csv' where b = 1", false, ""},
	{"sql", "select * from \"x.csv\"", false, ""},
	{"sql", "select 5--1", false, ""},
	{"sql", "/*!drop table t*/ select 1", false, ""},
	{"sql", "select 'a\\'; drop table t; --'", false, ""},
	{"sql", "select $$a$$", false, ""},
	{"sql", "PRAGMA journal_mode=wal", false, ""},
	{"sql", "'x'", false, ""},
	{"sql", "select 1)", false, ""},
};

static const struct row node_rows[] = {
	{"javascript", "console.log([3, 1].sort().join(','))", true, ""},
	{"javascript", "const fs = require('fs'); console.log(fs.readFileSync('a.txt', 'utf8'))", true, "read:a.txt"},
	{"javascript", "JSON.parse(require('node:fs').readFileSync('a.json')).name", true, "read:a.json"},
	{"javascript", "let s=''; process.stdin.on('data', d => s += d)", true, ""},
	{"javascript", "for (const [k, v] of Object.entries({a: 1})) console.log(k, v)", true, ""},
	{"javascript", "const a = [[1]]; a[0][0] + a['x'].length", true, ""},
	{"javascript", "console.log(process.env)", false, ""},
	{"javascript", "[].constructor.constructor('x')()", false, ""},
	{"javascript", "const c = 'constr' + 'uctor'; [][c][c]('x')()", false, ""},
	{"javascript", "const {['const' + 'ructor']: F} = []", false, ""},
	{"javascript", "const {'constructor': F} = []", false, ""},
	{"javascript", "({}).__proto__", false, ""},
	{"javascript", "(fs => 1)(0); const {writeFileSync} = fs", false, ""},
	{"javascript", "const fs = require('fs'); const g = fs", false, ""},
	{"javascript", "const fs = require('fs').promises", false, ""},
	{"javascript", "require('fs').readFileSync('x', {flag: 'w'})", false, "read:x"},
	{"javascript", "const f = process", false, ""},
	{"javascript", "process.stdout.pipe", false, ""},
	{"javascript", "require('./a.js')", false, "read:./a.js"},
	{"javascript", "eval('1')", false, ""},
	{"javascript", "1 <!-- '\nevil() //'", false, ""},
	{"javascript", "a = 1 / 2; b = '/'", false, ""},
	{"javascript", "`${1}`", false, ""},
	{"javascript", "\\u0065val('1')", false, ""},
	{"javascript", "new Function('x')", false, ""},
	{"javascript", "import('fs')", false, ""},
	{"javascript", "this", false, ""},
	{"perl", "s/a/b/g; s|c$|$1|", true, ""},
	{"perl", "s/a/b/e", false, ""},
	{"perl", "s/a/@{[`id`]}/", false, ""},
	{"perl", "s/$x/b/", false, ""},
	{"perl", "s/(?{system 'id'})//", false, ""},
	{"perl", "s/\\p{Foo}//", false, ""},
	{"perl", "s/a/b/; print", true, ""},
	{"perl", "print if /a/i; s/a/b/", true, ""},
	{"perl", "print unless /a/", true, ""},
	{"perl", "print if /$x/", false, ""},
	{"perl", "print $x", false, ""},
	{"perl", "prints", false, ""},
	{"perl", "s/a/b", false, ""},
};

static const struct row python_rows[] = {
	{"python", "import json,sys; print(json.load(sys.stdin)[\"x\"])", true, ""},
	{"python", "print(1+1)", true, ""},
	{"python", "import sys, json\nd = json.load(sys.stdin)\nfor x in d['items']:\n\tprint(x['n'], x.get('v'))", true, ""},
	{"python", "import re,sys\nfor l in sys.stdin:\n  m = re.match(r'(\\d+)', l)\n  if m: print(f'{m.group(1):>5}')", true, ""},
	{"python", "from urllib.parse import quote as q; print(q('a b'))", true, ""},
	{"python", "def f(a, b=2): return a*b\nprint(f(1))", true, ""},
	{"python", "x = '.' + 'env' # open(x)", true, ""},
	{"python", "import os", true, ""},
	{"python", "print(open('.env').read())", true, "read:.env"},
	{"python", "with open('a', encoding='utf-8') as f:\n  print(f.read())", true, "read:a"},
	{"python", "open('a', 'w')", true, "write:a"},
	{"python", "open('a', 'r+')", false, "write:a"},
	{"python", "p = 'a'\nopen(p, 'w', encoding='utf-8').write(open(p).read())", true, "write:a | read:a"},
	{"python", "p = 'a'\n[p] = ['b']\nopen(p)", false, ""},
	{"python", "p = 'a'\nwith open('x') as (p,):\n  open(p)", false, "read:x"},
	{"python", "import os\nprint(os.path.exists('a'), os.getcwd())", true, ""},
	{"python", "import os as o", false, ""},
	{"python", "from os import remove", false, ""},
	{"python", "import os\nx = os", false, ""},
	{"python", "from pathlib import Path\nPath('a').read_text()", true, "read:a"},
	{"python", "from pathlib import Path\nPath('a').replace('b')", false, "read:a | delete:a/"},
	{"python", "from pathlib import Path\nx = Path", false, ""},
	{"python", "f = open", false, ""},
	{"python", "def open(x): pass\nopen('a')", false, "read:a"},
	{"python", "import ast; print(ast.dump(ast.parse(open('a').read())))", true, "read:a"},
	{"python", "import json; json.codecs.open('x')", false, "read:x"},
	{"python", "from json import codecs", false, ""},
	{"python", "from sys import *", false, ""},
	{"python", "import sys; sys.modules", false, ""},
	{"python", "import sys; print('{0.modules}'.format(sys))", false, ""},
	{"python", "[].__class__", false, ""},
	{"python", "print(json)", false, ""},
	{"python", "getattr(1, 'x')", false, ""},
	{"python", "file = 1; file('x')", false, ""},
	{"python", "match = 1\nmatch match:\n  case dict(a=b): pass", false, ""},
	{"python", "@print\ndef f(): pass", false, ""},
	{"python", "print(f'{__import__}')", false, ""},
	{"python", "print(0or open)", false, ""},
	{"python", "# coding: utf-7\nprint(1)", false, ""},
	{"python", "\xef\xbd\x85val('1')", false, ""},
	{"python", "`1`", false, ""},
	{"python", "print('a", false, ""},
	{"python", "!ls", false, ""},
	{"python", "import os; os.system('terraform apply')", false, "sh:terraform apply"},
	{"python", "import subprocess as sp; sp.run(['terraform', 'apply'], cwd='x')", false, "run:terraform apply"},
	{"python", "check_output(\n [\n 'kubectl', 'delete',\n 'ns', x,\n ])", false, "run:kubectl delete ns «?»"},
	{"python", "os.execlp('ls', 'ls', '-l')", false, "run:ls -l"},
	{"python", "os.spawnlp(os.P_WAIT, 'ls', 'ls', '-l')", false, "run:ls -l"},
	{"python", "exec('import os; os.system(\"ls\")')", false, "sh:ls"},
	{"python", "open(os.path.join('a', '.env'))", false, "read:a/.env"},
	{"python", "open('a', mode='ab')", true, "write:a"},
	{"python", "Path('a').write_text('x')", true, "write:a"},
	{"python", "shutil.copy('a', 'b'); shutil.rmtree('c')", false, "read:a | write:b | delete:c/"},
};

static const struct row other_rows[] = {
	{"javascript", "require('child_process').execSync('terraform apply')", false, "sh:terraform apply"},
	{"javascript", "cp.spawn(\"terraform\", [\"apply\"], {cwd: x})", false, "run:terraform apply"},
	{"javascript", "require('fs').writeFileSync(`a`, 'x')", false, "write:a"},
	{"javascript", "fs.openSync('a', 'w')", false, "write:a"},
	{"javascript", "await import('./x.js'); require('fs')", false, "read:./x.js"},
	{"javascript", "Bun.spawn(['ls', '-l'])", false, "run:ls -l"},
	{"perl", "system('terraform', 'apply'); print `ls`", false, "run:terraform apply | sh:ls"},
	{"perl", "system 'terraform apply' if 1", false, "sh:terraform apply"},
	{"perl", "open F,'.env';print<F>", false, "read:.env"},
	{"perl", "open(F, '>a'); open(G, '-|', 'ls'); open H, 'date |'", false, "write:a | sh:ls | sh:date"},
	{"perl", "print qx{ls -l}; unlink 'a', 'b'", false, "sh:ls -l | delete:a | delete:b"},
	{"perl", "exec qw(rm -rf x)", false, "run:rm -rf x"},
	{"ruby", "puts File.read('.env'); %x(ls)", false, "read:.env | sh:ls"},
	{"ruby", "open('|terraform apply')", false, "sh:terraform apply"},
	{"ruby", "FileUtils.rm_rf %w[a b]", false, "delete:a/ | delete:b/"},
	{"php", "<?php echo shell_exec(\"ls\"); `date`; unlink('a');", false, "sh:ls | sh:date | delete:a"},
	{"lua", "os.execute [[terraform apply]] io.open('a', 'w')", false, "sh:terraform apply | write:a"},
	{"r", "system(\"ls\"); readLines('a'); write.csv(x, 'b')", false, "sh:ls | read:a | write:b"},
	{"julia", "run(`ls -l`); rm(\"a\")", false, "sh:ls -l | delete:a/"},
	{"groovy", "println 'terraform apply'.execute().text", false, "sh:terraform apply"},
	{"powershell", "Get-Content .env; terraform apply", false, "read:.env | run:terraform apply"},
	{"tcl", "exec terraform apply; set x [open .env]", false, "run:terraform apply | read:.env"},
	{"applescript", "do shell script \"terraform apply\"", false, "sh:terraform apply"},
	{"fish", "terraform apply", false, "sh:terraform apply"},
	{"other", "anything 'at all'", false, ""},
};
/* clang-format on */

static void test_awk(void **state)
{
	(void)state;
	check_rows(awk_rows, ARRAY_SIZE(awk_rows));
}

static void test_sed(void **state)
{
	(void)state;
	check_rows(sed_rows, ARRAY_SIZE(sed_rows));
}

static void test_jq(void **state)
{
	(void)state;
	check_rows(jq_rows, ARRAY_SIZE(jq_rows));
}

static void test_sql(void **state)
{
	(void)state;
	check_rows(sql_rows, ARRAY_SIZE(sql_rows));
}

static void test_python(void **state)
{
	(void)state;
	check_rows(node_rows, ARRAY_SIZE(node_rows));
	check_rows(python_rows, ARRAY_SIZE(python_rows));
}

static void test_others(void **state)
{
	(void)state;
	check_rows(other_rows, ARRAY_SIZE(other_rows));
}

/* ---- strings that name files ---- */

static const struct {
	const char *language, *text, *path;
} mentions[] = {
	{"python", "f('.env')", ".env"},
	{"python", "x = open('.' + 'env')", ".env"},
	{"python", "f('a', '.env')", "a/.env"},
	{"python", "f('\\x2e\\u0065nv')", ".env"},
	{"python", "f(r'.env', b'''x''')", ".env"},
	{"python", "f(f'{d}/.env')", "«?»/.env"},
	{"python", "f('''a\n.env''')", "a\n.env"},
	{"javascript", "f(`${d}/.env`)", "«?»/.env"},
	{"javascript", "f(\"\\u{2e}env\")", ".env"},
	{"javascript", "x = a / b; f('.env') / 2", ".env"},
	{"javascript", "x = /'/; f('.env')", ".env"},
	{"perl", "f(q{.env})", ".env"},
	{"perl", "$x = \"$d/.env\"", "«?»/.env"},
	{"perl", "print <<EOT;\n.env\nEOT\n", ".env\n"},
	{"ruby", "f(%w[a .env])", ".env"},
	{"ruby", "f(\"#{d}/.env\")", "«?»/.env"},
	{"php", "f('.' . 'env')", ".env"},
	{"lua", "f([[.env]])", ".env"},
	{"r", "f(r\"(.env)\")", ".env"},
	{"powershell", "cat .env", ".env"},
	{"tcl", "foo {a .env}", ".env"},
	{"sql", "select '.env'", ".env"},
	{"haskell", "readFile \".env\" -- don't", ".env"},
};

static void test_mentions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mentions); i++) {
		struct world world;
		struct touched touched;
		world_init(&world);
		(void)run(&world, mentions[i].language, str_from(mentions[i].text), &touched);
		struct str want = arena_join3(&world.arena, STR("|"), str_from(mentions[i].path),
					      STR("|"));
		if (str_find(buf_str(&mentioned), want) == STR_NPOS)
			print_error("%s: %s\n", mentions[i].text, mentioned.p);
		assert_row(str_find(buf_str(&mentioned), want) != STR_NPOS, i);
		arena_release(&world.arena);
	}
}

/* ---- Python's library ---- */

/* What only prints needs no library, so it does not matter what stands beside it. */
static void test_prints(void **state)
{
	static const struct {
		const char *text;
		bool plain;
	} rows[] = {
		{"print(1)", true},
		{"print('git push origin main')", true},
		{"print(\"a\"); print('b', 2)", true},
		{"\nprint('a')\n\nprint('b')\n", true},
		{"", false},
		{"print", false},
		{"print()", false},
		{"print('a',)", false},
		{"print('a'", false},
		{"print('a') print('b')", false},
		{";print('a')", false},
		{"print('a');;print('b')", false},
		{"  print('a')", false},
		{"print(a)", false},
		{"print(1/0)", false},
		{"print(f'{1}')", false},
		{"print(b'a')", false},
		{"print('\\ud800')", false},
		{"print('\xc3\xa9')", false},
		{"print(99999999999999999999999999)", false},
		{"print('a', sep='')", false},
		{"print('a').x", false},
		{"import json; print('a')", false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world world;
		struct touched touched;
		world_init(&world);
		world.files = NULL;
		assert_row(run(&world, "python", str_from(rows[i].text), &touched) == rows[i].plain,
			   i);
		arena_release(&world.arena);
	}
}

static bool plain_python(struct world *world)
{
	struct touched touched;
	return run(world, "python", STR("import json"), &touched);
}

static void test_library(void **state)
{
	static const char *const replaced[] = {
		"json.py",     "RE.py",         "enum.cpython-311-x86_64-linux-gnu.so",
		"collections", "_strptime.pyc", "traceback.py"};
	struct world world;
	(void)state;
	world_init(&world);
	assert_true(plain_python(&world));
	assert_true(world.decider.loads_library);
	for (size_t i = 0; i < ARRAY_SIZE(replaced); i++) {
		const char *const files[] = {"README.md", replaced[i], NULL};
		world.files = files;
		assert_row(!plain_python(&world), i);
	}
	world.files = NULL;
	assert_false(plain_python(&world));
	world.files = ordinary;
	world.cwd = value_any();
	assert_false(plain_python(&world));
	arena_release(&world.arena);
}

static const struct {
	enum effect_kind kind;
	const char *shown;
	bool safe;
} beside[] = {
	{EFFECT_COMMAND, "python3 -c import json", true},
	{EFFECT_COMMAND, "cd x", true},
	{EFFECT_COMMAND, "git log --oneline", true},
	{EFFECT_COMMAND, "git checkout x", false},
	{EFFECT_COMMAND, "git -C x stash pop", false},
	{EFFECT_COMMAND, "nobody-knows-it", false},
	{EFFECT_FILE_READ, "json.py", true},
	{EFFECT_FILE_WRITE, "out.json", true},
	{EFFECT_FILE_WRITE, "src/a.ts", true},
	{EFFECT_FILE_WRITE, "src/a.py", true},
	{EFFECT_FILE_WRITE, "json.py", false},
	{EFFECT_FILE_WRITE, "a/__init__.py", false},
	{EFFECT_FILE_WRITE, "json", false},
	{EFFECT_FILE_WRITE, ".", false},
	{EFFECT_FILE_WRITE, "..", false},
	{EFFECT_GIT, "push -> x", false},
};

static void test_library_and_effects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		struct effect effect = {
			.kind = beside[i].kind, .shown = str_from(beside[i].shown), .known = true};
		struct world world;
		world_init(&world);
		assert_true(plain_python(&world));
		world.decider.effects = &effect;
		world.decider.n_effects = 1;
		record_clear();
		code_finish(&world.decider);
		assert_row((recorded.n == 0) == beside[i].safe, i);
		world.decider.loads_library = false;
		record_clear();
		code_finish(&world.decider);
		assert_row(recorded.n == 0, i);
		arena_release(&world.arena);
	}
}

/* ---- limits ---- */

static char *repeat(const char *text, size_t n)
{
	size_t length = strlen(text);
	char *all = malloc(length * n + 1);
	assert_non_null(all);
	for (size_t i = 0; i < n; i++)
		memcpy(all + i * length, text, length);
	all[length * n] = '\0';
	return all;
}

static bool run_repeated(const char *language, const char *text, size_t n)
{
	struct world world;
	struct touched touched;
	world_init(&world);
	char *all = repeat(text, n);
	bool understood = run(&world, language, str_from(all), &touched);
	arena_release(&world.arena);
	free(all);
	return understood;
}

static void test_limits(void **state)
{
	(void)state;
	assert_true(run_repeated("jq", " ", LIMIT_CODE_TOKENS - 1));
	assert_false(run_repeated("jq", " ", LIMIT_CODE_TOKENS + 1));
	assert_true(run_repeated("sed", "p\n", LIMIT_CODE_TOKENS - 1));
	assert_false(run_repeated("sed", "p\n", LIMIT_CODE_TOKENS + 1));
	assert_true(run_repeated("awk", "x\n", LIMIT_CODE_TOKENS / 2));
	assert_false(run_repeated("awk", "x\n", LIMIT_CODE_TOKENS / 2 + 1));
	assert_true(run_repeated("awk", "#", LIMIT_CODE_BYTES));
	assert_false(run_repeated("awk", "#", LIMIT_CODE_BYTES + 1));
}

/* Text that is looked at again and again must not cost more than the budget. */
static void test_hostile(void **state)
{
	static const struct {
		const char *language, *text;
	} hostile[] = {
		{"python", "f("},
		{"python", "('a',"},
		{"python", "f'{"},
		{"python", "'a'+"},
		{"python", "a,"},
		{"javascript", "`${"},
		{"javascript", "a."},
		{"perl", "\"\\"},
		{"perl", "<<A "},
		{"perl", "q("},
		{"ruby", "\"#{"},
		{"ruby", "%w("},
		{"php", "system("},
		{"python", "eval('"},
		{"tcl", "[exec "},
		{"sql", "''"},
		{"sql", "("},
		{"awk", "{"},
		{"awk", "(("},
		{"awk", "getline("},
		{"sed", "{"},
		{"jq", "\"\\("},
		{"powershell", "$("},
		{"r", "r\"("},
		{"python", "open('a' + "},
		{"python", "[open(("},
		{"perl", "${"},
		{"lua", "--[["},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
		(void)run_repeated(hostile[i].language, hostile[i].text, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_awk),      cmocka_unit_test(test_sed),
		cmocka_unit_test(test_jq),       cmocka_unit_test(test_sql),
		cmocka_unit_test(test_python),   cmocka_unit_test(test_others),
		cmocka_unit_test(test_mentions), cmocka_unit_test(test_prints),
		cmocka_unit_test(test_library),  cmocka_unit_test(test_library_and_effects),
		cmocka_unit_test(test_limits),   cmocka_unit_test(test_hostile),
	};
	int failed = cmocka_run_group_tests_name("code", tests, NULL, NULL);
	record_clear();
	return failed;
}
