/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that only say what an interpreter is, or ask a database: every name in them is on a list, and no sign could make
 * something else of them.
 */
#include "base/array.h"
#include "base/limits.h"
#include "decide/code_token.h"

static bool is_sign_of(const struct token *token, const char *signs)
{
	return token->kind == TOKEN_SIGN && strchr(signs, token->text.p[0]);
}

static bool is_plain_string(const struct token *token)
{
	return token->kind == TOKEN_STRING && !token->computed && value_is_known(token->value);
}

/* ---- Ruby ---- */

static const char *const ruby_names[] = {"puts",
					 "print",
					 "p",
					 "pp",
					 "true",
					 "false",
					 "nil",
					 "RUBY_VERSION",
					 "RUBY_PLATFORM",
					 "RUBY_ENGINE",
					 "RUBY_ENGINE_VERSION",
					 "RUBY_PATCHLEVEL",
					 "RUBY_RELEASE_DATE",
					 "RUBY_COPYRIGHT",
					 "RUBY_DESCRIPTION",
					 "upcase",
					 "downcase",
					 "size",
					 "length",
					 "reverse",
					 "to_s",
					 "to_i",
					 "to_f",
					 "inspect",
					 "join",
					 "split",
					 "first",
					 "last",
					 "sum",
					 "max",
					 "min",
					 "sort",
					 "uniq",
					 "round",
					 "abs",
					 "divmod",
					 NULL};

bool code_ruby(struct code *code)
{
	struct tokens tokens;
	tokens_read(code, syntax_find(code->language), &tokens);
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token *token = &tokens.items[i];
		bool plain = token->kind == TOKEN_NUMBER || token->kind == TOKEN_NEWLINE ||
			     is_plain_string(token) || is_sign_of(token, "(),;.+-*[]") ||
			     (token->kind == TOKEN_NAME && code_listed(ruby_names, token->text));
		if (!plain)
			return false;
	}
	return tokens.exact && tokens.n > 0;
}

/* ---- the shell of MongoDB ---- */

/* What looks, and what looking is given. */
static const char *const mongo_calls[] = {"find",
					  "findOne",
					  "count",
					  "countDocuments",
					  "estimatedDocumentCount",
					  "distinct",
					  "limit",
					  "skip",
					  "sort",
					  "pretty",
					  "toArray",
					  "explain",
					  "stats",
					  "getIndexes",
					  "dataSize",
					  "storageSize",
					  "totalSize",
					  "isCapped",
					  "getCollectionNames",
					  "getCollectionInfos",
					  "getName",
					  "version",
					  "serverStatus",
					  "hello",
					  "itcount",
					  "size",
					  "hasNext",
					  "projection",
					  "aggregate",
					  "getSiblingDB",
					  "getCollection",
					  "printjson",
					  "print",
					  "ObjectId",
					  "ISODate",
					  "NumberLong",
					  "NumberInt",
					  NULL};
static const char *const mongo_words[] = {"db", "true", "false", "null", NULL};
/* Stages and operators that write, or run a program on the server. */
static const char *const mongo_acts[] = {"$out",      "$merge",       "$where",
					 "$function", "$accumulator", NULL};

static bool acts(struct str text)
{
	for (const char *const *name = mongo_acts; *name; name++)
		if (str_find(text, str_from(*name)) != STR_NPOS)
			return true;
	return false;
}

static bool mongo_name(const struct tokens *tokens, size_t i)
{
	struct str name = token_at(tokens, i)->text;
	bool behind_dot = i > 0 && token_is(tokens, i - 1, '.');
	if (acts(name))
		return false;
	if (token_is(tokens, i + 1, '('))
		return code_listed(mongo_calls, name);
	/* db.users. */
	if (behind_dot)
		return token_is(tokens, i + 1, '.') || token_at(tokens, i + 1)->kind == TOKEN_END;
	return token_is(tokens, i + 1, ':') || code_listed(mongo_words, name);
}

/* A "(" behind a name is a call of it, and "[" in front of a value begins an array; anything else is computed. */
static bool is_computed(const struct tokens *tokens, size_t i)
{
	const struct token *before = i ? token_at(tokens, i - 1) : NULL;
	bool value = before && (before->kind == TOKEN_NAME || before->kind == TOKEN_STRING ||
				before->kind == TOKEN_NUMBER || is_sign_of(before, ")]}"));
	if (token_is(tokens, i, '('))
		return !before || before->kind != TOKEN_NAME;
	return token_is(tokens, i, '[') && value;
}

static bool mongo_looks(struct code *code)
{
	struct tokens tokens;
	tokens_read(code, syntax_find(code->language), &tokens);
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token *token = &tokens.items[i];
		bool plain = token->kind == TOKEN_NUMBER || token->kind == TOKEN_NEWLINE ||
			     is_sign_of(token, "(){}[],:;.-") ||
			     (is_plain_string(token) && !acts(token->text) &&
			      !acts(value_text(code->d->arena, token->value))) ||
			     (token->kind == TOKEN_NAME && mongo_name(&tokens, i));
		if (!plain || is_computed(&tokens, i))
			return false;
	}
	return tokens.exact && tokens.n > 0;
}

/* Anything else it runs as Node does. */
bool code_mongo(struct code *code)
{
	code->language = "javascript";
	return mongo_looks(code) || code_node(code);
}
