/* SPDX-License-Identifier: Apache-2.0
 *
 * A resolver over a table, see facts.h. Tables are sorted arrays.
 */
#include "decide/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/json.h"

struct fact {
	struct str key, value;
};

struct fact_table {
	struct fact *items;
	size_t n;
	bool given;
};

struct facts {
	struct arena *arena;
	struct str workspace;
	struct fact_table links, hardlinks, files, directories, contents, git_config;
};

/* ---- building ---- */

/* Absolute and without ".", "..", "//" and a trailing "/". */
static struct str absolute(struct facts *facts, struct str path)
{
	struct str whole = path.n && path.p[0] == '/'
				   ? path
				   : arena_join3(facts->arena, facts->workspace, STR("/"), path);
	char *out = arena_alloc(facts->arena, whole.n + 2);
	size_t n = 0;
	struct str rest = whole, part;
	while (str_split(&rest, '/', &part)) {
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (n && out[--n] != '/')
				;
			continue;
		}
		out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return str_make(out, n);
}

/* Section and name of a Git configuration key ignore case, what stands between them does not. */
static struct str git_key(struct facts *facts, struct str key)
{
	struct str copy = arena_str(facts->arena, key);
	size_t first = str_find_char(key, '.'), last = str_find_last_char(key, '.');
	char *bytes = (char *)copy.p;
	for (size_t i = 0; i < key.n; i++)
		if (first == STR_NPOS || i < first || i > last)
			bytes[i] = ascii_lower(key.p[i]);
	return copy;
}

static int compare_facts(const void *a, const void *b)
{
	return str_compare(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

enum fact_shape {
	FACT_PATH_TO_TEXT,
	FACT_PATH_TO_PATH,
	FACT_KEY_TO_TEXT,
	FACT_PATHS,
};

static struct fact make_fact(struct facts *facts, enum fact_shape shape, struct str key,
			     struct str value)
{
	struct fact fact;
	fact.key = shape == FACT_KEY_TO_TEXT ? git_key(facts, key) : absolute(facts, key);
	fact.value = shape == FACT_PATH_TO_PATH ? absolute(facts, value)
						: arena_str(facts->arena, value);
	return fact;
}

static int read_map(struct facts *facts, struct fact_table *table, enum fact_shape shape,
		    const json_t *value)
{
	if (!json_is_object(value))
		return CAVRA_ERR_INPUT;
	table->items = ARENA_ARRAY(facts->arena, json_object_size(value), struct fact);
	const char *key;
	json_t *item;
	json_object_foreach ((json_t *)value, key, item) {
		if (!json_is_string(item))
			return CAVRA_ERR_INPUT;
		table->items[table->n++] = make_fact(facts, shape, str_from(key), json_str(item));
	}
	return 0;
}

static int read_list(struct facts *facts, struct fact_table *table, const json_t *value)
{
	if (!json_is_array(value))
		return CAVRA_ERR_INPUT;
	table->items = ARENA_ARRAY(facts->arena, json_array_size(value), struct fact);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);
		if (!json_is_string(item))
			return CAVRA_ERR_INPUT;
		table->items[table->n++] = make_fact(facts, FACT_PATHS, json_str(item), STR(""));
	}
	return 0;
}

/* clang-format off */
static const struct {
	const char *key;
	size_t offset;
	enum fact_shape shape;
} tables[] = {
	{"links",       offsetof(struct facts, links),       FACT_PATH_TO_TEXT},
	{"hardlinks",   offsetof(struct facts, hardlinks),   FACT_PATH_TO_PATH},
	{"contents",    offsetof(struct facts, contents),    FACT_PATH_TO_TEXT},
	{"git_config",  offsetof(struct facts, git_config),  FACT_KEY_TO_TEXT},
	{"files",       offsetof(struct facts, files),       FACT_PATHS},
	{"directories", offsetof(struct facts, directories), FACT_PATHS},
};

static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{"workspace", offsetof(struct resolver, workspace)},
	{"home",      offsetof(struct resolver, home)},
	{"tmpdir",    offsetof(struct resolver, tmpdir)},
	{"branch",    offsetof(struct resolver, branch)},
};
/* clang-format on */

static int read_table(struct facts *facts, const char *key, const json_t *value,
		      struct cavra_error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (strcmp(key, tables[i].key) != 0)
			continue;
		bool list = tables[i].shape == FACT_PATHS;
		struct fact_table *table = (struct fact_table *)((char *)facts + tables[i].offset);
		table->given = true;
		int code = list ? read_list(facts, table, value)
				: read_map(facts, table, tables[i].shape, value);
		if (code < 0)
			return error_set(error, code, "facts: %s must be %s", key,
					 list ? "a list of paths" : "an object of strings");
		qsort(table->items, table->n, sizeof *table->items, compare_facts);
		return 0;
	}
	return error_set(error, CAVRA_ERR_INPUT,
			 "facts: no member \"%.40s\"; they are workspace, home, tmpdir, branch, "
			 "remotes, links, hardlinks, directories, files, contents and git_config",
			 key);
}

static int read_remotes(struct arena *arena, const json_t *value, struct resolver *resolver,
			struct cavra_error *error)
{
	size_t n = json_array_size(value);
	struct str *names = ARENA_ARRAY(arena, n, struct str);
	for (size_t i = 0; i < n; i++) {
		if (!json_is_string(json_array_get(value, i)))
			return error_set(error, CAVRA_ERR_INPUT,
					 "facts: remotes must be a list of names");
		names[i] = arena_str(arena, json_str(json_array_get(value, i)));
	}
	resolver->remotes = names;
	resolver->n_remotes = n;
	resolver->git_known = true;
	return 0;
}

static int read_texts(const json_t *document, struct arena *arena, struct resolver *resolver,
		      struct cavra_error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct str text = STR("");
		if (json_want_str(document, texts[i].key, &text, error) < 0)
			return error_prefix(error, "facts");
		bool path = strcmp(texts[i].key, "branch") != 0;
		if (path && text.n && text.p[0] != '/')
			return error_set(error, CAVRA_ERR_INPUT,
					 "facts: %s must be an absolute path", texts[i].key);
		*(struct str *)((char *)resolver + texts[i].offset) = arena_str(arena, text);
	}
	resolver->git_known = json_object_get(document, "branch") != NULL;
	return 0;
}

/* ---- answering ---- */

static const struct fact *find(const struct fact_table *table, struct str key)
{
	struct fact wanted = {.key = key};
	return table->n ? bsearch(&wanted, table->items, table->n, sizeof wanted, compare_facts)
			: NULL;
}

/* Where names differ in case only, as they do for patterns. */
static const struct fact *find_nocase(const struct fact_table *table, struct str key)
{
	const struct fact *fact = find(table, key);
	for (size_t i = 0; i < table->n && !fact; i++)
		if (str_eq_nocase(table->items[i].key, key))
			fact = &table->items[i];
	return fact;
}

static bool is_inside(struct str path, struct str directory)
{
	if (str_is(directory, "/"))
		return true;
	return str_starts(path, directory) && (path.n == directory.n || path.p[directory.n] == '/');
}

static enum resolved answer_link(void *context, struct arena *arena, struct str path,
				 struct str *ret_target)
{
	const struct facts *facts = context;
	const struct fact *fact = find_nocase(&facts->links, path);
	(void)arena;
	if (!fact)
		return facts->links.given ? RESOLVED_NO : RESOLVED_UNKNOWN;
	*ret_target = fact->value;
	return RESOLVED_YES;
}

static bool is_listed(const struct str *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(names[i], name))
			return true;
	return false;
}

/* Names grow until no pair of the table adds one: a link of a link is the same file too. */
static enum resolved answer_same_file(void *context, struct arena *arena, struct str path,
				      struct str **ret_names, size_t *ret_n)
{
	const struct facts *facts = context;
	if (!facts->hardlinks.given)
		return RESOLVED_UNKNOWN;
	struct str *names = NULL;
	size_t n = 0, cap = 0, before;
	ARENA_PUSH(arena, names, n, cap) = path;
	do {
		before = n;
		for (size_t i = 0; i < facts->hardlinks.n; i++) {
			const struct fact *pair = &facts->hardlinks.items[i];
			bool a = is_listed(names, n, pair->key),
			     b = is_listed(names, n, pair->value);
			if (a != b)
				ARENA_PUSH(arena, names, n, cap) = a ? pair->value : pair->key;
		}
	} while (n > before);
	*ret_names = names + 1;
	*ret_n = n - 1;
	return n > 1 ? RESOLVED_YES : RESOLVED_NO;
}

static enum resolved answer_directory(void *context, struct str path)
{
	const struct facts *facts = context;
	if (str_eq(path, facts->workspace) || find(&facts->directories, path))
		return RESOLVED_YES;
	for (size_t i = 0; i < facts->files.n; i++)
		if (is_inside(facts->files.items[i].key, path))
			return facts->files.items[i].key.n > path.n ? RESOLVED_YES : RESOLVED_NO;
	bool complete = facts->files.given || facts->directories.given;
	return complete && is_inside(path, facts->workspace) ? RESOLVED_NO : RESOLVED_UNKNOWN;
}

static enum resolved answer_links(void *context, struct arena *arena, struct str path,
				  struct str **ret_names, size_t *ret_n)
{
	const struct facts *facts = context;
	size_t cap = 0, n = facts->links.n, n_hard = facts->hardlinks.n;
	*ret_names = NULL;
	*ret_n = 0;
	if (!facts->links.given || !facts->hardlinks.given)
		return RESOLVED_UNKNOWN;
	/* The links, then both names of each hard link. */
	for (size_t i = 0; i < n + 2 * n_hard; i++) {
		struct str name = i < n            ? facts->links.items[i].key
				  : i < n + n_hard ? facts->hardlinks.items[i - n].key
						   : facts->hardlinks.items[i - n - n_hard].value;
		if (is_inside(name, path) && name.n > path.n)
			ARENA_PUSH(arena, *ret_names, *ret_n,
				   cap) = str_from_at(name, str_is(path, "/") ? 1 : path.n + 1);
	}
	return RESOLVED_YES;
}

static enum resolved answer_tree(void *context, struct arena *arena, struct str path, size_t max,
				 bool recursive, struct str **ret_names, size_t *ret_n)
{
	const struct facts *facts = context;
	struct str *names = NULL;
	size_t n = 0, cap = 0;
	if (!facts->files.given || !is_inside(path, facts->workspace))
		return RESOLVED_UNKNOWN;
	for (size_t i = 0; i < facts->files.n; i++) {
		struct str file = facts->files.items[i].key;
		if (!is_inside(file, path) || file.n == path.n)
			continue;
		struct str name = str_from_at(file, str_is(path, "/") ? 1 : path.n + 1);
		size_t slash = str_find_char(name, '/');
		if (!recursive && slash != STR_NPOS)
			name = str_first(name, slash);
		if (n && str_eq(names[n - 1], name))
			continue;
		if (n == max)
			return RESOLVED_UNKNOWN;
		ARENA_PUSH(arena, names, n, cap) = name;
	}
	*ret_names = names;
	*ret_n = n;
	return n ? RESOLVED_YES : RESOLVED_NO;
}

static enum resolved answer_content(void *context, struct arena *arena, struct str path, size_t max,
				    struct str *ret_text)
{
	const struct facts *facts = context;
	const struct fact *fact = find(&facts->contents, path);
	(void)arena;
	if (!fact) {
		bool absent = facts->files.given && is_inside(path, facts->workspace) &&
			      !find(&facts->files, path);
		return absent ? RESOLVED_NO : RESOLVED_UNKNOWN;
	}
	if (fact->value.n > max)
		return RESOLVED_UNKNOWN;
	*ret_text = fact->value;
	return RESOLVED_YES;
}

static enum resolved answer_git_config(void *context, struct arena *arena, struct str key,
				       struct str *ret_value)
{
	struct facts *facts = context;
	struct facts lookup = {.arena = arena};
	if (!facts->git_config.given)
		return RESOLVED_UNKNOWN;
	const struct fact *fact = find(&facts->git_config, git_key(&lookup, key));
	if (!fact)
		return RESOLVED_NO;
	*ret_value = fact->value;
	return RESOLVED_YES;
}

int facts_resolver(const json_t *document, struct arena *arena, struct resolver *ret_resolver,
		   struct cavra_error *error)
{
	if (!json_is_object(document))
		return error_set(error, CAVRA_ERR_INPUT, "facts must be a JSON object");
	struct facts *facts = ARENA_NEW(arena, struct facts);
	facts->arena = arena;
	struct resolver resolver = {.context = facts,
				    .link = answer_link,
				    .same_file = answer_same_file,
				    .directory = answer_directory,
				    .tree = answer_tree,
				    .links = answer_links,
				    .content = answer_content,
				    .git_config = answer_git_config};
	int code = read_texts(document, arena, &resolver, error);
	if (code < 0)
		return code;
	facts->workspace = resolver.workspace;
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)document, key, value) {
		bool text = false;
		for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
			text = text || strcmp(key, texts[i].key) == 0;
		if (text)
			continue;
		code = strcmp(key, "remotes") == 0 ? read_remotes(arena, value, &resolver, error)
						   : read_table(facts, key, value, error);
		if (code < 0)
			return code;
	}
	*ret_resolver = resolver;
	return 0;
}
