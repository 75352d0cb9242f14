/* SPDX-License-Identifier: Apache-2.0
 *
 * JavaScript programs so plain that they can only compute and print, as people give them to node -e:
 * "console.log(require('./package.json').version)".
 *
 * Why that is so. A program acts on the world through objects that the interpreter gives it: functions and
 * modules. Here only those of `givers` may be named, each at once followed by one of its harmless members, so
 * none is ever a value that something else could be asked of; and those of `makers`, which make plain data. Every
 * other name must be one that the program declares itself, and none that the interpreter has (a parameter fs must not
 * stand for the module elsewhere).
 *
 * From data and from functions of the program itself one way leads back: the member "constructor", with those that
 * lead to it. They may not be named, neither as members nor in brackets, and brackets hold nothing but a number
 * or a string. Patterns on the left of "=" and in parameters are members as well; computed ones are left out.
 *
 * Regular expressions, classes, generators, modules and labels are left out; so is whatever two readers of JavaScript
 * would split differently: HTML comments, escapes in names, line separators of Unicode.
 */
#include "decide/code_token.h"

#include "base/array.h"
#include "decide/paths.h"

enum { DECLARED_MAX = 64, READ_MAX = 16 };

struct node_program {
	struct code *code;
	struct tokens tokens;
	struct str declared[DECLARED_MAX];
	size_t n_declared;
	const struct token *read[READ_MAX];
	size_t n_read;
	bool overflow;
};

static const char *const keywords[] = {
	"const",   "let",   "var",       "function", "return",   "if",       "else",       "for",
	"of",      "in",    "while",     "do",       "break",    "continue", "switch",     "case",
	"default", "try",   "catch",     "finally",  "throw",    "typeof",   "instanceof", "null",
	"true",    "false", "undefined", "NaN",      "Infinity", "void",     NULL,
};

/* They make data of what they are given, also when they are handed on: map(Number). */
static const char *const makers[] = {"String", "Number",   "Boolean", "parseInt", "parseFloat",
				     "isNaN",  "isFinite", "BigInt",  NULL};

/* Behind "new". */
static const char *const classes[] = {"Date",      "Set",        "Map",   "Error",
				      "TypeError", "RangeError", "Array", NULL};

static const struct {
	const char *name;
	const char *const members[24];
} givers[] = {
	{"console", {"log", "error", "warn", "info", "debug", "table"}},
	{"JSON", {"parse", "stringify"}},
	{"Object", {"keys", "values", "entries", "fromEntries", "assign", "freeze"}},
	{"Array", {"isArray", "from", "of"}},
	{"Date", {"now", "parse", "UTC"}},
	{"Math",
	 {"abs",  "ceil",  "floor",  "round", "trunc", "max", "min", "pow", "sqrt", "log",
	  "log2", "log10", "random", "sign",  "PI",    "E",   "sin", "cos", "tan",  "hypot"}},
	{"process",
	 {"version", "versions", "platform", "arch", "argv", "exit", "cwd", "uptime", "memoryUsage",
	  "stdout", "stderr", "stdin", "execPath", "pid"}},
};

/* Members that lead from data to the interpreter. */
static const char *const forbidden_members[] = {
	"constructor",
	"__proto__",
	"prototype",
	"__defineGetter__",
	"__defineSetter__",
	"__lookupGetter__",
	"__lookupSetter__",
	"caller",
	"callee",
	"arguments",
	"mainModule",
	"binding",
	"_linkedBinding",
	"dlopen",
	"getBuiltinModule",
	"children",
	"parent",
	"require",
	"eval",
	"Function",
	"prepareStackTrace",
	"captureStackTrace",
	"getThis",
	"getFunction",
	"global",
	"globalThis",
	"process",
	"fetch",
	NULL,
};

/* What Node.js, Deno, Bun and shells of databases have by themselves, and a program's own name must not hide. */
static const char *const given[] = {
	"eval",
	"Function",
	"require",
	"module",
	"exports",
	"import",
	"global",
	"globalThis",
	"self",
	"window",
	"this",
	"fetch",
	"Reflect",
	"Proxy",
	"Buffer",
	"WebAssembly",
	"Worker",
	"setTimeout",
	"setInterval",
	"setImmediate",
	"queueMicrotask",
	"structuredClone",
	"Symbol",
	"Promise",
	"Intl",
	"Deno",
	"Bun",
	"print",
	"load",
	"db",
	"quit",
	"assert",
	"async_hooks",
	"buffer",
	"child_process",
	"cluster",
	"constants",
	"crypto",
	"dgram",
	"diagnostics_channel",
	"dns",
	"domain",
	"events",
	"fs",
	"http",
	"http2",
	"https",
	"inspector",
	"net",
	"os",
	"path",
	"perf_hooks",
	"punycode",
	"querystring",
	"readline",
	"repl",
	"sqlite",
	"stream",
	"string_decoder",
	"sys",
	"test",
	"timers",
	"tls",
	"trace_events",
	"tty",
	"url",
	"util",
	"v8",
	"vm",
	"wasi",
	"worker_threads",
	"zlib",
	"performance",
	"navigator",
	"crypto",
	"console",
	"JSON",
	"Object",
	"Array",
	"Date",
	"Math",
	"process",
	"String",
	"Number",
	"Boolean",
	"parseInt",
	"parseFloat",
	"isNaN",
	"isFinite",
	"BigInt",
	"Set",
	"Map",
	"Error",
	"TypeError",
	"RangeError",
	"async",
	"await",
	"yield",
	"class",
	"super",
	"new",
	"delete",
	"with",
	"debugger",
	"enum",
	"static",
	"get",
	"set",
	"export",
	"extends",
	"implements",
	"interface",
	"package",
	"private",
	"protected",
	"public",
	NULL,
};

static bool is(const struct node_program *p, size_t i, const char *name)
{
	return token_is_name(&p->tokens, i, name);
}

static bool sign(const struct node_program *p, size_t i, char c)
{
	return token_is(&p->tokens, i, c);
}

static bool is_name(const struct node_program *p, size_t i)
{
	return token_at(&p->tokens, i)->kind == TOKEN_NAME;
}

static struct str text(const struct node_program *p, size_t i)
{
	return token_at(&p->tokens, i)->text;
}

static bool is_literal(const struct node_program *p, size_t i)
{
	const struct token *token = token_at(&p->tokens, i);
	return token->kind == TOKEN_STRING && !token->computed && value_is_known(token->value);
}

static bool is_member(const struct node_program *p, size_t i)
{
	return i > 0 && sign(p, i - 1, '.') && !(i > 1 && sign(p, i - 2, '.'));
}

/* Behind "{" or "," and in front of ":": the key of an object, or a member that a pattern takes. */
static bool is_key(const struct node_program *p, size_t i)
{
	return i > 0 && (sign(p, i - 1, '{') || sign(p, i - 1, ',')) && sign(p, i + 1, ':');
}

static bool is_declared(const struct node_program *p, struct str name)
{
	for (size_t i = 0; i < p->n_declared; i++)
		if (str_eq(p->declared[i], name))
			return true;
	return false;
}

/* ---- names that the program declares ---- */

static void declare(struct node_program *p, size_t i)
{
	if (is_declared(p, text(p, i)) || code_listed(keywords, text(p, i)))
		return;
	if (p->n_declared == DECLARED_MAX)
		p->overflow = true;
	else
		p->declared[p->n_declared++] = text(p, i);
}

/* All names between the brackets that the sign at `from` opens; returns where they close. */
static size_t declare_bracket(struct node_program *p, size_t from)
{
	size_t i = from;
	int depth = 0;
	for (; i < p->tokens.n; i++) {
		if (sign(p, i, '(') || sign(p, i, '[') || sign(p, i, '{'))
			depth++;
		else if (sign(p, i, ')') || sign(p, i, ']') || sign(p, i, '}'))
			depth--;
		else if (is_name(p, i) && !is_key(p, i) && !is_member(p, i))
			declare(p, i);
		if (depth == 0)
			break;
	}
	return i;
}

static size_t opening(const struct node_program *p, size_t close)
{
	int depth = 0;
	for (size_t i = close;; i--) {
		if (sign(p, i, ')'))
			depth++;
		else if (sign(p, i, '(') && --depth == 0)
			return i;
		if (i == 0)
			return close;
	}
}

static bool is_arrow(const struct node_program *p, size_t i)
{
	return sign(p, i, '=') && sign(p, i + 1, '>');
}

static void find_declared(struct node_program *p)
{
	for (size_t i = 0; i < p->tokens.n; i++) {
		bool variable = is(p, i, "const") || is(p, i, "let") || is(p, i, "var");
		if (variable && (sign(p, i + 1, '{') || sign(p, i + 1, '[')))
			(void)declare_bracket(p, i + 1);
		else if ((variable || is(p, i, "function")) && is_name(p, i + 1))
			declare(p, i + 1);
		if (is(p, i, "function"))
			(void)declare_bracket(p, i + (is_name(p, i + 1) ? 2 : 1));
		else if (is(p, i, "catch") && sign(p, i + 1, '('))
			(void)declare_bracket(p, i + 1);
		if (is_arrow(p, i) && i > 0 && is_name(p, i - 1))
			declare(p, i - 1);
		else if (is_arrow(p, i) && i > 0 && sign(p, i - 1, ')'))
			(void)declare_bracket(p, opening(p, i - 1));
		/* const a = 1, b = 2: what stands behind a comma and is given a value */
		if (sign(p, i, ',') && is_name(p, i + 1) && sign(p, i + 2, '=') &&
		    !sign(p, i + 3, '=') && !is_arrow(p, i + 2))
			declare(p, i + 1);
	}
}

static bool hides_something(const struct node_program *p)
{
	for (size_t i = 0; i < p->n_declared; i++)
		if ((code_listed(given, p->declared[i]) && !str_is(p->declared[i], "fs")) ||
		    code_listed(forbidden_members, p->declared[i]))
			return true;
	return false;
}

/* ---- files ---- */

static bool note_read(struct node_program *p, size_t i)
{
	if (p->n_read == READ_MAX)
		return false;
	p->read[p->n_read++] = token_at(&p->tokens, i);
	return true;
}

/* A directory x.json would be a module. path: behind "./" */
static bool is_directory(const struct node_program *p, struct str path)
{
	struct decider *d = p->code->d;
	const struct scope *scope = &p->code->scope;
	if (!d->resolver->directory || scope->n_cwds != 1 || !value_is_known(scope->cwds[0]) ||
	    str_find(path, STR("..")) != STR_NPOS)
		return true;
	struct str cwd = value_text(d->arena, scope->cwds[0]);
	struct str full = path_resolve(d, arena_join3(d->arena, cwd, STR("/"), path));
	return d->resolver->directory(d->resolver->context, full) != RESOLVED_NO;
}

/* .readFileSync("x", "utf8"); with an object for its options it may write */
static bool read_file(struct node_program *p, size_t *i)
{
	size_t file = *i + 3, end = file + 1;
	if (!sign(p, *i, '.') || !is(p, *i + 1, "readFileSync") || !sign(p, *i + 2, '(') ||
	    !is_literal(p, file))
		return false;
	if (sign(p, end, ',') && is_literal(p, end + 1))
		end += 2;
	*i = end + 1;
	return sign(p, end, ')') && note_read(p, file);
}

static bool is_required(const struct node_program *p, size_t i, struct str *ret_module)
{
	if (!is(p, i, "require") || !sign(p, i + 1, '(') || !is_literal(p, i + 2) ||
	    !sign(p, i + 3, ')'))
		return false;
	*ret_module = value_text(p->code->d->arena, token_at(&p->tokens, i + 2)->value);
	return true;
}

static bool is_fs(struct str module)
{
	return str_is(module, "fs") || str_is(module, "node:fs");
}

/* require("./x.json"), require("fs").readFileSync("x") */
static bool read_require(struct node_program *p, size_t *i)
{
	struct str module;
	size_t name = *i + 2;
	if (!is_required(p, *i, &module))
		return false;
	*i += 4;
	if (is_fs(module))
		return read_file(p, i);
	return str_starts(module, STR("./")) && str_ends(module, STR(".json")) &&
	       !is_directory(p, str_from_at(module, 2)) && note_read(p, name);
}

/* The only name of the interpreter's that a program may give itself: const fs = require("fs") */
static bool read_fs(struct node_program *p, size_t *i)
{
	struct str module;
	bool declared = *i > 0 &&
			(is(p, *i - 1, "const") || is(p, *i - 1, "let") || is(p, *i - 1, "var"));
	if (!declared)
		return ++*i && read_file(p, i);
	bool required = sign(p, *i + 1, '=') && is_required(p, *i + 2, &module) && is_fs(module);
	*i += 6;
	/* nothing more of it: require("fs").promises */
	return required && !sign(p, *i, '.') && !sign(p, *i, '[') && !sign(p, *i, '?') &&
	       !sign(p, *i, '(');
}

/* ---- tokens ---- */

/* .write behind process.stdout */
static bool read_stream(struct node_program *p, size_t *i)
{
	static const char *const members[] = {"write", "columns", "isTTY",       "on",
					      "read",  "resume",  "setEncoding", NULL};
	*i += 2;
	return sign(p, *i - 2, '.') && is_name(p, *i - 1) && code_listed(members, text(p, *i - 1));
}

static bool read_giver(struct node_program *p, size_t *i)
{
	for (size_t k = 0; k < ARRAY_SIZE(givers); k++)
		if (is(p, *i, givers[k].name)) {
			bool member = sign(p, *i + 1, '.') && is_name(p, *i + 2) &&
				      code_listed(givers[k].members, text(p, *i + 2));
			bool stream = member && str_starts(text(p, *i + 2), STR("std"));
			*i += 3;
			return member && (!stream || read_stream(p, i));
		}
	return false;
}

static bool plain_name(struct node_program *p, size_t *i)
{
	struct str name = text(p, *i);
	bool gives = is(p, *i, "require") || is(p, *i, "process");
	if (code_listed(forbidden_members, name) && (!gives || is_member(p, *i)))
		return false;
	if (is_member(p, *i) || is_key(p, *i))
		return ++*i;
	if (is(p, *i, "require"))
		return read_require(p, i);
	if (is(p, *i, "fs"))
		return read_fs(p, i);
	if (is(p, *i, "new")) {
		bool known = is_name(p, *i + 1) && code_listed(classes, text(p, *i + 1));
		*i += 2;
		return known;
	}
	if (code_listed(keywords, name) || code_listed(makers, name) || is_declared(p, name))
		return ++*i;
	return read_giver(p, i);
}

/* Behind a value brackets are a member; elsewhere they are a list. */
static bool behind_value(const struct node_program *p, size_t i)
{
	if (i == 0)
		return false;
	const struct token *before = token_at(&p->tokens, i - 1);
	bool keyword = before->kind == TOKEN_NAME && code_listed(keywords, before->text) &&
		       !is_member(p, i - 1);
	bool closes = sign(p, i - 1, ')') || sign(p, i - 1, ']') || sign(p, i - 1, '}') ||
		      sign(p, i - 1, '.');
	return (before->kind == TOKEN_NAME && !keyword) || before->kind == TOKEN_STRING ||
	       before->kind == TOKEN_NUMBER || before->kind == TOKEN_NEWLINE || closes;
}

static bool plain_bracket(const struct node_program *p, size_t i)
{
	/* {[x]: y} */
	if (i > 0 && (sign(p, i - 1, '{') || sign(p, i - 1, ',')))
		for (size_t k = i, depth = 0; k < p->tokens.n; k++) {
			depth += sign(p, k, '[');
			depth -= sign(p, k, ']');
			if (depth == 0)
				return !sign(p, k + 1, ':') && !sign(p, k + 1, '(');
		}
	if (!behind_value(p, i))
		return true;
	if (!sign(p, i + 2, ']'))
		return false;
	if (is_literal(p, i + 1))
		return !code_listed(
			forbidden_members,
			value_text(p->code->d->arena, token_at(&p->tokens, i + 1)->value));
	return token_at(&p->tokens, i + 1)->kind == TOKEN_NUMBER;
}

static bool plain_sign(const struct node_program *p, size_t i)
{
	char c = text(p, i).p[0];
	if (c == '[')
		return plain_bracket(p, i);
	/* <!-- and --> are comments */
	if (c == '-' && sign(p, i + 1, '-') &&
	    (sign(p, i + 2, '>') || (i > 0 && sign(p, i - 1, '!'))))
		return false;
	return c && strchr("(){}],;:.?!+-*%<>=&|", c);
}

static bool plain_token(struct node_program *p, size_t *i)
{
	const struct token *token = token_at(&p->tokens, *i);
	switch (token->kind) {
	case TOKEN_NAME:
		return plain_name(p, i);
	case TOKEN_SIGN:
		return plain_sign(p, (*i)++);
	case TOKEN_STRING:
		/* What looks like a regular expression may be two divisions. */
		return !token->computed && token->text.p[-1] != '/' && ++*i;
	case TOKEN_NUMBER:
	case TOKEN_NEWLINE:
		return ++*i;
	case TOKEN_WORDS:
	case TOKEN_COMMAND:
	case TOKEN_END:
		break;
	}
	return false;
}

/* A key in quotes is a member that a pattern takes, when it is a pattern. */
static bool names_forbidden_key(const struct node_program *p)
{
	for (size_t i = 0; i < p->tokens.n; i++)
		if (token_at(&p->tokens, i)->kind == TOKEN_STRING && sign(p, i + 1, ':') &&
		    (!is_literal(p, i) ||
		     code_listed(forbidden_members,
				 value_text(p->code->d->arena, token_at(&p->tokens, i)->value))))
			return true;
	return false;
}

static bool is_balanced(const struct node_program *p)
{
	int depth = 0;
	for (size_t i = 0; i < p->tokens.n && depth >= 0; i++) {
		depth += sign(p, i, '(') || sign(p, i, '[') || sign(p, i, '{');
		depth -= sign(p, i, ')') || sign(p, i, ']') || sign(p, i, '}');
	}
	return depth == 0;
}

bool code_node(struct code *code)
{
	struct node_program program = {.code = code};
	if (str_find_char(code->text, '\0') != STR_NPOS ||
	    str_find(code->text, STR("\xe2\x80")) != STR_NPOS || code->scope.remote)
		return false;
	tokens_read(code, syntax_find(code->language), &program.tokens);
	if (!program.tokens.exact || !is_balanced(&program))
		return false;
	find_declared(&program);
	if (program.overflow || hides_something(&program) || names_forbidden_key(&program))
		return false;
	for (size_t i = 0; i < program.tokens.n;)
		if (!plain_token(&program, &i))
			return false;
	for (size_t i = 0; i < program.n_read; i++)
		code_touches(code, EFFECT_FILE_READ, program.read[i]->value, false);
	return true;
}
