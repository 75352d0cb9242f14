/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of rollouts and repositories, see rollout.h: two tables of fields, and one function that reads by them.
 */
#include <stdio.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/when.h"
#include "policy/rollout.h"
#include "json/json.h"

#define BASELINE "cavra-ai-agent-baseline"
#define BREAK_GLASS_HOURS 4

enum form { TEXT, WORD, PERCENT, TIME, TEXTS };

struct field {
	const char *name;
	enum form form;
	const char *otherwise; /* NULL: the field is required; "": it stays out */
	const char *words[6];  /* of a WORD */
};

struct kind {
	const char *schema, *name;
	const struct field *fields;
	size_t n;
	const char *aliases[3]; /* of "repository" */
};

/* clang-format off */
static const struct field rollout_fields[] = {
	{"rollout_id",        TEXT,    "", {NULL}}, /* <repository>:<policy_pack>, see add_id() */
	{"repository",        TEXT,    NULL, {NULL}},
	{"policy_pack",       TEXT,    NULL, {NULL}},
	{"policy_version",    TEXT,    "latest", {NULL}},
	{"mode",              WORD,    "enforce", {"audit_only", "enforce", "strict", "break_glass", NULL}},
	{"state",             WORD,    "planned", {"planned", "active", "paused", "retired", NULL}},
	{"owner",             TEXT,    "platform-security", {NULL}},
	{"coverage_percent",  PERCENT, "0", {NULL}},
	{"last_evaluated_at", TIME,    "null", {NULL}},
	{"created_at",        TIME,    "now", {NULL}},
	{"updated_at",        TIME,    "now", {NULL}},
	{"evidence_refs",     TEXTS,   "[]", {NULL}},
	{"reason",            TEXT,    "", {NULL}},
	{"expires_at",        TIME,    "", {NULL}},
	{"tenant_id",         TEXT,    "", {NULL}},
	{"workspace_id",      TEXT,    "", {NULL}},
};

static const struct field repository_fields[] = {
	{"repository_id",      TEXT,  "", {NULL}}, /* the repository, see add_id() */
	{"repository",         TEXT,  NULL, {NULL}},
	{"provider",           TEXT,  "github", {NULL}},
	{"default_branch",     TEXT,  "main", {NULL}},
	{"owner",              TEXT,  "unassigned", {NULL}},
	{"business_unit",      TEXT,  "engineering", {NULL}},
	{"environment",        TEXT,  "development", {NULL}},
	{"policy_pack",        TEXT,  BASELINE, {NULL}},
	{"risk_tier",          TEXT,  "medium", {NULL}},
	{"status",             WORD,  "active", {"active", "archived", "disabled", NULL}},
	{"protected_branches", TEXTS, "main", {NULL}},
	{"required_checks",    TEXTS, "[]", {NULL}},
	{"created_at",         TIME,  "now", {NULL}},
	{"updated_at",         TIME,  "now", {NULL}},
	{"evidence_refs",      TEXTS, "[]", {NULL}},
	{"tenant_id",          TEXT,  "", {NULL}},
	{"workspace_id",       TEXT,  "", {NULL}},
};
/* clang-format on */

static const struct kind rollout_kind = {"cavra.policy_rollout.v1",
					 "rollout",
					 rollout_fields,
					 ARRAY_SIZE(rollout_fields),
					 {"repository_id", NULL}};
static const struct kind repository_kind = {"cavra.repository.v1",
					    "repository",
					    repository_fields,
					    ARRAY_SIZE(repository_fields),
					    {"name", "repository_id", NULL}};

/* One record while it is read. */
struct reading {
	const struct kind *kind;
	json_t *input;
	struct str now;
	bool kept; /* the record is not changing */
	json_t *record;
	struct cavra_error *error;
};

static int no_memory(const struct reading *reading)
{
	return error_set(reading->error, CAVRA_ERR_MEMORY, "out of memory");
}

static int refuse(const struct reading *reading, const char *field, const char *what)
{
	return error_set(reading->error, CAVRA_ERR_INPUT, "%s of a %s %s", field,
			 reading->kind->name, what);
}

/* ---- forms ---- */

/* As modes are read everywhere: in small letters, - and blanks as _. */
static void make_word(struct str text, char *out, size_t size)
{
	text = str_trim(text);
	size_t n = text.n < size ? text.n : size - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = text.p[i] == '-' || text.p[i] == ' ' ? '_' : ascii_lower(text.p[i]);
	out[n] = '\0';
}

/* The caller decrefs it; NULL after an error. */
static json_t *read_word(const struct reading *reading, const struct field *field,
			 const json_t *value)
{
	char word[40], list[200];
	size_t n = 0;
	make_word(json_str(value), word, sizeof word);
	if (strcmp(word, "strict_regulated") == 0)
		(void)snprintf(word, sizeof word, "strict");
	for (size_t i = 0; field->words[i]; i++) {
		if (strcmp(word, field->words[i]) == 0)
			return json_string(word);
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "is one of ",
				      field->words[i]);
	}
	(void)refuse(reading, field->name, list);
	return NULL;
}

static json_t *read_text(const struct reading *reading, const struct field *field, json_t *value)
{
	struct str text = str_trim(json_str(value));
	if (text.n && text.n <= LIMIT_RECORD_TEXT)
		return json_stringn(text.p, text.n);
	(void)refuse(reading, field->name, "is a text that is neither empty nor too long");
	return NULL;
}

static json_t *read_percent(const struct reading *reading, const struct field *field, json_t *value)
{
	json_int_t percent = json_integer_value(value);
	if (json_is_integer(value) && percent >= 0 && percent <= 100)
		return json_incref(value);
	(void)refuse(reading, field->name, "is a whole number from 0 to 100");
	return NULL;
}

static json_t *read_time(const struct reading *reading, const struct field *field, json_t *value)
{
	int64_t when;
	bool null = json_is_null(value) && field->otherwise &&
		    strcmp(field->otherwise, "null") == 0;
	if (null || when_parse(json_str(value), &when))
		return json_incref(value);
	(void)refuse(reading, field->name, "is a time in UTC, such as 2026-01-31T12:00:00Z");
	return NULL;
}

static json_t *read_texts(const struct reading *reading, const struct field *field, json_t *value)
{
	bool good = json_is_array(value) && json_array_size(value) <= LIMIT_RECORD_TEXTS;
	for (size_t i = 0; good && i < json_array_size(value); i++) {
		struct str text = json_str(json_array_get(value, i));
		good = str_trim(text).n > 0 && text.n <= LIMIT_RECORD_TEXT;
	}
	if (good)
		return json_incref(value);
	(void)refuse(reading, field->name, "is a list of texts that is not too long");
	return NULL;
}

static json_t *read_value(const struct reading *reading, const struct field *field, json_t *value)
{
	switch (field->form) {
	case TEXT:
		return read_text(reading, field, value);
	case WORD:
		return read_word(reading, field, value);
	case PERCENT:
		return read_percent(reading, field, value);
	case TIME:
		return read_time(reading, field, value);
	case TEXTS:
		return read_texts(reading, field, value);
	}
	return NULL;
}

/* The caller decrefs it. */
static json_t *default_value(const struct reading *reading, const struct field *field)
{
	const char *otherwise = field->otherwise;
	if (strcmp(otherwise, "now") == 0)
		return json_stringn(reading->now.p, reading->now.n);
	if (strcmp(otherwise, "null") == 0)
		return json_null();
	if (field->form == PERCENT)
		return json_integer(0);
	if (field->form == TEXTS)
		return strcmp(otherwise, "[]") == 0 ? json_array() : json_pack("[s]", otherwise);
	return json_string(otherwise);
}

/* ---- fields ---- */

/* By the names, too, by which existing tools know the repository. */
static json_t *find_value(const struct reading *reading, const struct field *field)
{
	json_t *value = json_object_get(reading->input, field->name);
	if (strcmp(field->name, "repository") != 0)
		return value;
	for (const char *const *alias = reading->kind->aliases; !value && *alias; alias++)
		value = json_object_get(reading->input, *alias);
	return value;
}

static int read_field(const struct reading *reading, const struct field *field)
{
	json_t *value = find_value(reading, field);
	/* A record is as new as its last change. */
	if (!reading->kept && strcmp(field->name, "updated_at") == 0)
		value = NULL;
	if (!value && !field->otherwise)
		return refuse(reading, field->name, "is missing");
	if (!value && !field->otherwise[0])
		return 0;
	json_t *read = value ? read_value(reading, field, value) : default_value(reading, field);
	if (value && !read)
		return CAVRA_ERR_INPUT;
	return json_object_set_new(reading->record, field->name, read) < 0 ? no_memory(reading) : 0;
}

static bool is_known(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->kind->n; i++)
		if (strcmp(name, reading->kind->fields[i].name) == 0)
			return true;
	for (const char *const *alias = reading->kind->aliases; *alias; alias++)
		if (strcmp(name, *alias) == 0)
			return true;
	return strcmp(name, "schema_version") == 0;
}

static int check_known(const struct reading *reading)
{
	const char *key;
	json_t *value, *schema = json_object_get(reading->input, "schema_version");
	if (!json_is_object(reading->input))
		return error_set(reading->error, CAVRA_ERR_INPUT, "a %s is an object",
				 reading->kind->name);
	if (schema && !str_is(json_str(schema), reading->kind->schema))
		return refuse(reading, "schema_version", "is another record's");
	json_object_foreach (reading->input, key, value)
		if (!is_known(reading, key))
			return error_set(reading->error, CAVRA_ERR_INPUT,
					 "a %s has no field \"%.60s\"", reading->kind->name, key);
	return 0;
}

/* The id comes first, also where it is made of other fields. */
static int add_id(const struct reading *reading)
{
	const char *name = reading->kind->fields[0].name;
	const char *repository = json_string_value(json_object_get(reading->record, "repository"));
	const char *pack = json_string_value(json_object_get(reading->record, "policy_pack"));
	json_t *id = json_object_get(reading->record, name);
	json_t *whole = json_pack("{s:s}", "schema_version", reading->kind->schema);
	if (id)
		json_incref(id);
	else
		id = reading->kind == &rollout_kind ? json_sprintf("%s:%s", repository, pack)
						    : json_string(repository);
	bool failed = !whole || json_object_set_new(whole, name, id) < 0 ||
		      json_object_update_missing(whole, reading->record) < 0;
	failed = failed || json_object_clear(reading->record) < 0 ||
		 json_object_update(reading->record, whole) < 0;
	json_decref(whole);
	return failed ? no_memory(reading) : 0;
}

/* decision-model: a reason, and an end of at most four hours. */
static int check_break_glass(const struct reading *reading)
{
	int64_t now = 0, end = 0;
	if (!str_is(json_str(json_object_get(reading->record, "mode")), "break_glass"))
		return 0;
	if (!json_object_get(reading->record, "reason"))
		return refuse(reading, "reason", "is missing: breaking the glass needs one");
	(void)when_parse(reading->now, &now);
	if (!when_parse(json_str(json_object_get(reading->record, "expires_at")), &end))
		return refuse(reading, "expires_at", "is missing: breaking the glass has an end");
	if (end <= now || end - now > BREAK_GLASS_HOURS * (int64_t)3600 * 1000000)
		return refuse(
			reading, "expires_at",
			"is more than four hours away, or over: breaking the glass ends soon");
	return 0;
}

static int normalise(const struct kind *kind, const json_t *input, struct str now, bool kept,
		     json_t **ret_record, struct cavra_error *error)
{
	struct reading reading = {.kind = kind,
				  .input = (json_t *)input, /* only its counters change */
				  .now = now,
				  .kept = kept,
				  .record = json_object(),
				  .error = error};
	int code = reading.record ? check_known(&reading) : no_memory(&reading);
	for (size_t i = 0; code == 0 && i < kind->n; i++)
		code = read_field(&reading, &kind->fields[i]);
	if (code == 0)
		code = add_id(&reading);
	if (code == 0 && !kept)
		code = check_break_glass(&reading);
	if (code < 0)
		json_decref(reading.record);
	else
		*ret_record = reading.record;
	return code;
}

int rollout_normalise(const json_t *input, struct str now, json_t **ret_record,
		      struct cavra_error *error)
{
	return normalise(&rollout_kind, input, now, false, ret_record, error);
}

int repository_normalise(const json_t *input, struct str now, json_t **ret_record,
			 struct cavra_error *error)
{
	return normalise(&repository_kind, input, now, false, ret_record, error);
}

int rollout_read(const json_t *record, struct str now, json_t **ret_record,
		 struct cavra_error *error)
{
	return normalise(&rollout_kind, record, now, true, ret_record, error);
}
