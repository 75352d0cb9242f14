/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL, and what the command line clients of databases add to it. Understood are statements that only look:
 * they start with one of a few words, call only functions that compute, and hold nothing in which the
 * dialects differ. Everything else changes a database, or may.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/code.h"

enum { SQL_NESTING = 64 };

struct sql {
	struct code *code;
	struct cursor in;
	bool plain;
	bool starts;                  /* a statement starts here */
	bool from;                    /* between FROM and the next clause: names of tables */
	bool outer_from[SQL_NESTING]; /* the same outside the open parentheses */
	size_t depth;
	bool pragma;
	bool has_word;   /* `word` is the token before this one */
	bool qualified;  /* ... and a dot stands in front of it */
	struct str word; /* the last word, as written */
	struct str call; /* the function whose first argument may follow */
	bool program;    /* COPY ... PROGRAM '...' */
};

/* clang-format off */
/* Statements may start with these. */
static const char *const starters[] = {
	"select", "show", "explain", "describe", "desc", "values", "with", "pragma", "table", NULL,
};

/* No statement that only looks holds one of these. */
static const char *const changers[] = {
	"insert", "update", "delete", "drop", "truncate", "alter", "create", "grant", "revoke", "merge",
	"replace", "upsert", "into", "copy", "call", "do", "execute", "exec", "prepare", "set", "reset",
	"lock", "unlock", "vacuum", "reindex", "cluster", "refresh", "comment", "attach", "detach",
	"load", "import", "export", "outfile", "dumpfile", "infile", "analyze", "analyse", "rename",
	"shutdown", "kill", "begin", "commit", "rollback", "listen", "notify", "unlisten", "handler",
	"install", "uninstall", "use", "source", "system", "pager", "tee", "delimiter", "outer_apply",
	"openrowset", "opendatasource", "openquery", "bulk", "backup", "restore", "optimize", "repair",
	"flush", "purge", "program",
	/* what holds passwords */
	"pg_shadow", "pg_authid", "authentication_string", NULL,
};

/* Functions that compute, and words that may stand in front of a parenthesis. */
static const char *const callable[] = {
	"select", "from", "where", "and", "or", "not", "in", "exists", "any", "some", "all", "as", "on",
	"using", "join", "union", "except", "intersect", "values", "by", "having", "over", "partition",
	"order", "group", "limit", "offset", "case", "when", "then", "else", "distinct", "between",
	"like", "ilike", "is", "with", "recursive", "filter", "within", "lateral", "array", "row",
	"interval", "explain", "materialized", "cross", "inner", "left", "right", "full", "outer",
	"end", "escape", "count", "sum", "min", "max", "avg", "total", "stddev", "variance", "median",
	"mode", "percentile_cont", "percentile_disc", "group_concat", "string_agg", "array_agg",
	"json_agg", "jsonb_agg", "json_group_array", "json_group_object", "bool_and", "bool_or",
	"every", "coalesce", "nullif", "ifnull", "nvl", "isnull", "greatest", "least", "if", "iif",
	"cast", "convert", "lower", "upper", "length", "char_length", "octet_length", "substr",
	"substring", "trim", "ltrim", "rtrim", "concat", "concat_ws", "lpad", "rpad", "reverse",
	"position", "strpos", "instr", "split_part", "initcap", "repeat", "ascii", "chr", "hex", "md5",
	"format", "printf", "quote_ident", "quote_literal", "regexp_replace", "regexp_matches",
	"regexp_match", "abs", "round", "floor", "ceil", "ceiling", "trunc", "mod", "power", "pow",
	"sqrt", "exp", "ln", "log", "sign", "random", "rand", "date", "time", "datetime", "timestamp",
	"strftime", "julianday", "unixepoch", "now", "current_timestamp", "current_date", "date_trunc",
	"date_part", "extract", "age", "to_char", "to_date", "to_timestamp", "to_number", "date_add",
	"date_sub", "datediff", "dateadd", "date_format", "year", "month", "day", "hour", "minute",
	"second", "from_unixtime", "make_date", "generate_series", "unnest", "array_length",
	"cardinality", "array_to_string", "string_to_array", "json_extract", "json_extract_path",
	"json_extract_path_text", "json_array_length", "jsonb_array_length", "json_each", "json_tree",
	"jsonb_each", "json_object", "json_array", "json_type", "json_valid", "jsonb_pretty",
	"json_build_object", "jsonb_build_object", "to_json", "to_jsonb", "row_to_json", "row_number",
	"rank", "dense_rank", "ntile", "lag", "lead", "first_value", "last_value", "nth_value",
	"typeof", "pg_typeof", "version", "sqlite_version", "database", "current_database",
	"current_schema", "current_user", "char", "varchar", "decimal", "numeric", "integer", "int",
	"bigint", "real", "text", "boolean", "bit", "pg_size_pretty", "pg_database_size",
	"pg_relation_size", "pg_total_relation_size", "pg_table_size", "table_info", "index_list",
	"index_info", "foreign_key_list", "table_xinfo", "table_list", NULL,
};

static const char *const pragmas[] = {
	"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
	"foreign_key_list", "database_list", "collation_list", "function_list", "compile_options",
	"user_version", "schema_version", "page_count", "page_size", "encoding", "freelist_count",
	"integrity_check", "quick_check", "foreign_key_check", NULL,
};

static const char *const clauses[] = {
	"where", "group", "order", "limit", "having", "union", "except", "intersect", "window", "on",
	"using", "offset", "fetch", NULL,
};
/* clang-format on */

static bool listed_nocase(const char *const *list, struct str word)
{
	for (; *list; list++)
		if (str_eq_nocase(word, str_from(*list)))
			return true;
	return false;
}

/* ---- strings and quoted names ---- */

/* 'text' with '' for a quote. Backslashes mean something to some dialects, and so do prefixes. */
static struct str read_quoted(struct sql *sql, char quote)
{
	struct cursor *in = &sql->in;
	size_t from = ++in->at, doubled = 0, n = 0;
	while (!cursor_end(in) && (cursor_peek(in, 0) != quote || cursor_peek(in, 1) == quote)) {
		sql->plain &= cursor_peek(in, 0) != '\\';
		doubled += cursor_peek(in, 0) == quote;
		in->at += cursor_peek(in, 0) == quote ? 2 : 1;
	}
	struct str raw = str_make(in->text.p + from, in->at - from);
	sql->plain &= !cursor_end(in);
	in->at += !cursor_end(in);
	if (!doubled)
		return raw;
	char *text = arena_alloc(sql->code->d->arena, raw.n);
	for (size_t i = 0; i < raw.n; i++, n++) {
		text[n] = raw.p[i];
		i += raw.p[i] == quote;
	}
	return str_make(text, n);
}

/* What a string is to the function that it is the first argument of. */
static void string_argument(struct sql *sql, struct value path)
{
	static const struct {
		const char *takes;
		enum effect_kind kind;
	} kinds[] = {{"read", EFFECT_FILE_READ}, {"write", EFFECT_FILE_WRITE}};
	for (size_t i = 0; i < known_calls_count; i++) {
		const struct known_call *known = &known_calls[i];
		if (strcmp(knowledge_text(known->language), "sql") != 0 ||
		    !str_eq_nocase(sql->call, str_from(knowledge_text(known->name))))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			if (strcmp(knowledge_text(known->takes), kinds[k].takes) == 0)
				code_touches(sql->code, kinds[k].kind, path, false);
	}
}

/* DuckDB reads and runs what looks like a file in the place of a table. */
static bool names_file(struct str text)
{
	return str_find_char(text, '.') != STR_NPOS || str_find_char(text, '/') != STR_NPOS;
}

static void string_token(struct sql *sql, char quote)
{
	struct str text = read_quoted(sql, quote);
	struct value value = value_from(sql->code->d->arena, text);
	sql->plain &= !sql->starts;
	if (sql->program) {
		code_runs_shell(sql->code, text, true);
		return;
	}
	if (sql->has_word &&
	    (str_eq_nocase(sql->word, STR("outfile")) || str_eq_nocase(sql->word, STR("dumpfile"))))
		code_touches(sql->code, EFFECT_FILE_WRITE, value, false);
	if (sql->has_word && quote == '\'' && !listed_nocase(callable, sql->word) &&
	    !str_eq_nocase(sql->word, STR("separator")))
		sql->plain = false; /* E'...', U&'...', or something not known */
	if (sql->from && (quote == '\'' || names_file(text)))
		sql->plain = false;
	code_suspects(sql->code,
		      value); /* a literal is data, unless a function takes it for a name */
	if (sql->call.n)
		string_argument(sql, value);
}

/* ---- comments ---- */

static void line_comment(struct sql *sql)
{
	struct cursor *in = &sql->in;
	char c = cursor_peek(in, 2);
	/* MySQL reads "--1" as a number. */
	if (c && c != ' ' && c != '\t' && c != '\n')
		sql->plain = false;
	while (!cursor_end(in) && cursor_peek(in, 0) != '\n')
		in->at++;
}

/* Nested ones, MySQL's that run, and hints are not understood. */
static void block_comment(struct sql *sql)
{
	struct cursor *in = &sql->in;
	char c = cursor_peek(in, 2);
	if (c == '!' || c == '+' || c == 'M')
		sql->plain = false;
	for (in->at += 2; !cursor_starts(in, "*/"); in->at++) {
		if (cursor_end(in)) {
			sql->plain = false;
			return;
		}
		if (cursor_starts(in, "/*"))
			sql->plain = false;
	}
	in->at += 2;
}

/* ---- commands of clients ---- */

static struct str rest_of_line(struct sql *sql)
{
	size_t from = sql->in.at;
	while (!cursor_end(&sql->in) && cursor_peek(&sql->in, 0) != '\n')
		sql->in.at++;
	return str_trim(str_make(sql->in.text.p + from, sql->in.at - from));
}

enum client_action { CLIENT_LOOKS, CLIENT_RUNS, CLIENT_READS, CLIENT_WRITES };

/* clang-format off */
static const struct {
	const char *name; /* "\\d*" stands for all that start so */
	enum client_action action;
} client_commands[] = {
	{"\\d*", CLIENT_LOOKS}, {"\\l", CLIENT_LOOKS}, {"\\l+", CLIENT_LOOKS}, {"\\x", CLIENT_LOOKS},
	{"\\timing", CLIENT_LOOKS}, {"\\conninfo", CLIENT_LOOKS}, {"\\z", CLIENT_LOOKS},
	{"\\?", CLIENT_LOOKS}, {"\\h", CLIENT_LOOKS}, {"\\q", CLIENT_LOOKS},
	{"\\!", CLIENT_RUNS}, {"\\P", CLIENT_RUNS},
	{"\\i", CLIENT_READS}, {"\\ir", CLIENT_READS}, {"\\include", CLIENT_READS}, {"\\.", CLIENT_READS},
	{"\\o", CLIENT_WRITES}, {"\\out", CLIENT_WRITES}, {"\\w", CLIENT_WRITES}, {"\\T", CLIENT_WRITES},
	{"\\g", CLIENT_WRITES}, {"\\s", CLIENT_WRITES},
	{".tables", CLIENT_LOOKS}, {".schema", CLIENT_LOOKS}, {".indexes", CLIENT_LOOKS},
	{".indices", CLIENT_LOOKS}, {".databases", CLIENT_LOOKS}, {".headers", CLIENT_LOOKS},
	{".header", CLIENT_LOOKS}, {".mode", CLIENT_LOOKS}, {".width", CLIENT_LOOKS},
	{".separator", CLIENT_LOOKS}, {".nullvalue", CLIENT_LOOKS}, {".dump", CLIENT_LOOKS},
	{".show", CLIENT_LOOKS}, {".stats", CLIENT_LOOKS}, {".timer", CLIENT_LOOKS},
	{".version", CLIENT_LOOKS}, {".quit", CLIENT_LOOKS}, {".exit", CLIENT_LOOKS}, {".help", CLIENT_LOOKS},
	{".shell", CLIENT_RUNS}, {".system", CLIENT_RUNS}, {"system", CLIENT_RUNS}, {"pager", CLIENT_RUNS},
	{".read", CLIENT_READS}, {".import", CLIENT_READS}, {".open", CLIENT_READS},
	{".restore", CLIENT_READS}, {"source", CLIENT_READS},
	{".output", CLIENT_WRITES}, {".once", CLIENT_WRITES}, {".backup", CLIENT_WRITES},
	{".save", CLIENT_WRITES}, {".log", CLIENT_WRITES}, {".clone", CLIENT_WRITES}, {"tee", CLIENT_WRITES},
};
/* clang-format on */

static bool client_name_is(const char *name, struct str word)
{
	size_t n = strlen(name);
	if (n > 1 && name[n - 1] == '*')
		return str_starts(word, str_make(name, n - 1));
	return str_is(word, name);
}

/* Arguments without quotes, backticks, pipes and variables. */
static bool plain_arguments(struct str rest)
{
	for (size_t i = 0; i < rest.n; i++)
		if (!ascii_is_name(rest.p[i]) && !strchr(" .*,+-\"", rest.p[i]))
			return false;
	return true;
}

/* The first argument: quoted, or up to a blank. A pipe takes all that follows. */
static struct str first_argument(struct str rest)
{
	char quote = rest.n ? rest.p[0] : '\0';
	bool quoted = quote == '\'' || quote == '"';
	if (quote == '|')
		return rest;
	rest = str_from_at(rest, quoted);
	size_t end = str_find_char(rest, quoted ? quote : ' ');
	return str_first(rest, end);
}

static void client_acts(struct sql *sql, enum client_action action, struct str rest)
{
	if (action == CLIENT_LOOKS) {
		sql->plain &= plain_arguments(rest);
		return;
	}
	sql->plain = false;
	if (!rest.n)
		return;
	struct str file = first_argument(rest);
	bool pipe = file.n && file.p[0] == '|';
	if (pipe)
		code_runs_shell(sql->code, str_from_at(file, 1), true);
	else if (action == CLIENT_RUNS)
		code_runs_shell(sql->code, rest, false);
	else
		code_touches(sql->code,
			     action == CLIENT_READS ? EFFECT_FILE_READ : EFFECT_FILE_WRITE,
			     value_from(sql->code->d->arena, file), false);
}

/* A command of psql, mysql or sqlite3 at the start of a line. False when it is none. */
static bool client_command(struct sql *sql)
{
	struct cursor *in = &sql->in;
	size_t from = in->at;
	in->at++;
	if (!ascii_is_name(cursor_peek(in, 0)) && cursor_peek(in, 0) > ' ')
		in->at++;
	while (ascii_is_name(cursor_peek(in, 0)) || cursor_peek(in, 0) == '+')
		in->at++;
	struct str word = str_make(in->text.p + from, in->at - from);
	for (size_t i = 0; i < ARRAY_SIZE(client_commands); i++) {
		if (!client_name_is(client_commands[i].name, word))
			continue;
		client_acts(sql, client_commands[i].action, rest_of_line(sql));
		return true;
	}
	in->at = from;
	return false;
}

/* ---- words ---- */

static void start_statement(struct sql *sql, struct str word)
{
	sql->starts = false;
	sql->pragma = str_eq_nocase(word, STR("pragma"));
	sql->plain &= listed_nocase(starters, word);
}

static void word_token(struct sql *sql)
{
	struct cursor *in = &sql->in;
	size_t from = in->at;
	while (ascii_is_name(cursor_peek(in, 0)))
		in->at++;
	struct str word = str_make(in->text.p + from, in->at - from);
	if (sql->starts)
		start_statement(sql, word);
	else if (sql->pragma && str_eq_nocase(sql->word, STR("pragma")))
		sql->plain &= listed_nocase(pragmas, word);
	if (listed_nocase(changers, word))
		sql->plain = false;
	if (str_eq_nocase(word, STR("from")) || str_eq_nocase(word, STR("join")))
		sql->from = true;
	else if (listed_nocase(clauses, word) || str_eq_nocase(word, STR("select")))
		sql->from = false;
	sql->program = str_eq_nocase(word, STR("program"));
	sql->qualified = from > 0 && in->text.p[from - 1] == '.';
	sql->word = word;
	sql->has_word = true;
	sql->call = STR("");
}

static void open_paren(struct sql *sql)
{
	sql->call = sql->has_word ? sql->word : STR("");
	bool computes = listed_nocase(callable, sql->word) && !sql->qualified;
	if (sql->has_word && !computes && !sql->pragma)
		sql->plain = false;
	if (sql->depth < SQL_NESTING)
		sql->outer_from[sql->depth++] = sql->from;
	else
		sql->plain = false;
}

static void close_paren(struct sql *sql)
{
	if (sql->depth > 0)
		sql->from = sql->outer_from[--sql->depth];
	else
		sql->plain = false;
}

/* "$" and "#" start strings and comments, ":" and "@" variables, "{" and "\\" whatever a client makes of it. */
static bool plain_sign(const struct sql *sql, char c)
{
	char before = sql->in.at > 1 ? sql->in.text.p[sql->in.at - 2] : '\0';
	if (c == ':')
		return before == ':' || cursor_peek(&sql->in, 0) == ':';
	return c && strchr("(),;.*+-/<>=!|%&~^?", c) != NULL;
}

static void sign_token(struct sql *sql, char c)
{
	sql->in.at++;
	if (c != '(')
		sql->call = STR("");
	if (c == '(')
		open_paren(sql);
	else if (c == ')')
		close_paren(sql);
	else if (c == ';')
		sql->starts = true;
	bool out_of_place = (sql->starts && c != ';' && c != '(') || (c == '=' && sql->pragma);
	if (out_of_place || !plain_sign(sql, c))
		sql->plain = false;
	sql->has_word = false;
	sql->program = false;
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"' || c == '`';
}

static void read_token(struct sql *sql)
{
	struct cursor *in = &sql->in;
	char c = cursor_peek(in, 0);
	bool line_start = in->at == 0 || in->text.p[in->at - 1] == '\n' || sql->starts;
	if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		in->at++;
	} else if (cursor_starts(in, "--")) {
		line_comment(sql);
	} else if (cursor_starts(in, "/*")) {
		block_comment(sql);
	} else if (line_start && (c == '.' || c == '\\' || ascii_is_alpha(c)) &&
		   client_command(sql)) {
		sql->starts = true;
	} else if (is_quote(c)) {
		string_token(sql, c);
		sql->program = false;
		sql->call = sql->word = STR("");
		sql->has_word = c != '\''; /* a quoted name */
	} else if (c == '\\' && cursor_starts(in, "\\!")) {
		(void)client_command(sql);
	} else if (ascii_is_name(c)) {
		word_token(sql);
	} else {
		sign_token(sql, c);
	}
}

bool code_sql(struct code *code)
{
	struct sql sql = {.code = code, .in = {.text = code->text}, .plain = true, .starts = true};
	size_t steps = 0;
	while (!cursor_end(&sql.in) && steps++ < LIMIT_CODE_TOKENS)
		read_token(&sql);
	return code_charge(code, steps) && cursor_end(&sql.in) && sql.plain;
}
