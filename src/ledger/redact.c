/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking secrets out of texts and of JSON values, see redact.h.
 */
#include "ledger/redact.h"

#include "base/limits.h"
#include "crypto/secret.h"
#include "ledger/known_secrets.h"
#include "json/json.h"

/* ---- text ---- */

int redact_text(const struct redactor *redactor, struct str text, struct buf *out,
		size_t *ret_count, struct cavra_error *error)
{
	struct known_secrets known;
	struct secret_scan scan;
	struct buf CLEANUP_BUF once;
	buf_init(&once, out->max);
	known_secrets_init(&known, redactor);
	secret_scan_start(&scan, text);
	if (!known_secrets_scan(&known, &scan, &once))
		buf_add(out, text);
	else if (!known_secrets_replace(&known, buf_str(&once), out))
		buf_add(out, buf_str(&once));
	size_t count = known.count;
	known_secrets_release(&known);
	if (out->failed || once.failed) {
		out->failed = true;
		return error_set(error, CAVRA_ERR_LIMIT,
				 "without its secrets the text is longer than %zu bytes", out->max);
	}
	if (ret_count)
		*ret_count = count;
	return 0;
}

/* ---- JSON ---- */

enum { JSON_STRING_BYTES = 64 * 1024 * 1024 };

struct visit {
	struct known_secrets known;
	struct secret_scan *arguments; /* of the array that is visited; NULL outside */
	bool again;                    /* the second time, for what the first one found */
	bool failed;
};

static void walk(struct visit *visit, json_t *value, const struct secret_name *name,
		 unsigned depth);

/* Is all of it the value of such a name? Then it is marked as a whole. */
static bool mark_whole(struct visit *visit, struct str text, const struct secret_name *name,
		       struct buf *out)
{
	if (visit->again || !name || name->strength >= NAME_HOLDER ||
	    !secret_value_counts(name, text, true, VALUE_MEMBER, STR("")))
		return false;
	if (name->strength >= NAME_HEADER)
		return false;
	known_secrets_mark(&visit->known, text, name->rule, out);
	return true;
}

/* A header: as if its name stood in front of it. */
static bool scan_header(struct visit *visit, struct str text, const struct secret_name *name,
			struct buf *out)
{
	struct buf CLEANUP_BUF line;
	struct secret_scan scan;
	struct str prefix = secret_text(name->text, name->n);
	buf_init(&line, text.n + prefix.n + 2);
	buf_add(&line, prefix);
	buf_add_c(&line, ": ");
	buf_add(&line, text);
	struct buf CLEANUP_BUF clean;
	buf_init(&clean, JSON_STRING_BYTES);
	secret_scan_start(&scan, buf_str(&line));
	if (line.failed || !known_secrets_scan(&visit->known, &scan, &clean))
		return false;
	buf_add(out, str_from_at(buf_str(&clean), prefix.n + 2));
	out->failed |= clean.failed;
	return true;
}

/* Appends the text without its secrets; false when there is none in it. */
static bool redact_string(struct visit *visit, struct str text, const struct secret_name *name,
			  struct buf *out)
{
	struct secret_scan scan, *use = visit->arguments;
	if (visit->again)
		return known_secrets_replace(&visit->known, text, out);
	if (mark_whole(visit, text, name, out))
		return true;
	if (name && (name->strength == NAME_HEADER || name->strength == NAME_COOKIE))
		return scan_header(visit, text, name, out);
	if (use) {
		secret_scan_argument(use, text);
	} else {
		use = &scan;
		secret_scan_start(use, text);
	}
	return known_secrets_scan(&visit->known, use, out);
}

static void visit_string(struct visit *visit, json_t *string, const struct secret_name *name)
{
	struct buf CLEANUP_BUF out;
	buf_init(&out, JSON_STRING_BYTES);
	if (!redact_string(visit, json_str(string), name, &out))
		return;
	if (out.failed || json_string_setn(string, out.p, out.n) < 0)
		visit->failed = true;
}

/* A name that is one: its own scan, so that no argument waits for it. */
static void visit_key(struct visit *visit, json_t *object, const char *key, json_t *value)
{
	struct buf CLEANUP_BUF out;
	struct secret_scan *arguments = visit->arguments;
	visit->arguments = NULL;
	buf_init(&out, JSON_STRING_BYTES);
	if (redact_string(visit, str_from(key), NULL, &out) &&
	    (out.failed || json_object_set(object, out.p, value) < 0 ||
	     json_object_del(object, key) < 0))
		visit->failed = true;
	visit->arguments = arguments;
}

/* Numbers are passwords too; but those of keys and tokens count them. */
static bool is_secret_number(const struct visit *visit, const json_t *value,
			     const struct secret_name *name)
{
	return !visit->again && name && name->strength == NAME_ANY && json_is_integer(value) &&
	       json_integer_value(value) > 999;
}

static void mark_number(struct visit *visit, json_t *object, const char *key, json_t *value,
			const struct secret_name *name)
{
	struct buf CLEANUP_BUF digits, out;
	buf_init(&digits, 32);
	buf_init(&out, KiB(1));
	buf_add_format(&digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	known_secrets_mark(&visit->known, buf_str(&digits), name->rule, &out);
	if (out.failed || json_object_set_new(object, key, json_stringn(out.p, out.n)) < 0)
		visit->failed = true;
}

/* {"name": "DB_PASSWORD", "value": ...}: the name that is given for a value. */
static const struct secret_name *name_of_pair(const json_t *object)
{
	static const char *const holders[] = {"name", "Name", "key", "Key", "variable"};
	for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
		const json_t *name = json_object_get(object, holders[i]);
		const struct secret_name *found = json_is_string(name)
							  ? secret_name_find(json_str(name))
							  : NULL;
		if (found && found->strength < NAME_HOLDER)
			return found;
	}
	return NULL;
}

static const struct secret_name *name_of_member(const json_t *object, const char *key)
{
	const struct secret_name *name = secret_name_find(str_from(key));
	if (!name || name->strength < NAME_HOLDER)
		return name;
	return name->strength == NAME_VALUE ? name_of_pair(object) : NULL;
}

/* Names that are secrets themselves change when all have been seen. */
static void visit_keys(struct visit *visit, json_t *object, json_t *names)
{
	size_t i;
	json_t *name;
	json_array_foreach (names, i, name) {
		const char *key = json_string_value(name);
		visit_key(visit, object, key, json_object_get(object, key));
	}
}

static bool may_be_secret(struct visit *visit, const char *key)
{
	struct buf CLEANUP_BUF out;
	struct secret_scan scan;
	struct secret_hit hit;
	buf_init(&out, JSON_STRING_BYTES);
	if (visit->again)
		return known_secrets_replace(&visit->known, str_from(key), &out);
	secret_scan_start(&scan, str_from(key));
	return strlen(key) >= KNOWN_SHORTEST && secret_scan_next(&scan, &hit);
}

/* Findings say which bytes of the target they are about: of another text they are about nothing. */
static void forget_spans(json_t *object)
{
	size_t i;
	json_t *finding;
	json_array_foreach (json_get_array(object, "findings"), i, finding)
		if (json_object_get(finding, "span"))
			(void)json_object_set_new(finding, "span", json_null());
}

static void visit_object(struct visit *visit, json_t *object, unsigned depth)
{
	const char *key;
	json_t *value, *names = NULL;
	json_object_foreach (object, key, value) {
		const struct secret_name *name = visit->again ? NULL : name_of_member(object, key);
		size_t before = visit->known.count;
		if (is_secret_number(visit, value, name))
			mark_number(visit, object, key, value, name);
		else
			walk(visit, value, name, depth + 1);
		if (visit->known.count > before && strcmp(key, "target") == 0)
			forget_spans(object);
		if (!may_be_secret(visit, key))
			continue;
		if (!names)
			names = json_array();
		visit->failed |= !names || json_array_append_new(names, json_string(key)) < 0;
	}
	visit_keys(visit, object, names);
	json_decref(names);
}

static bool is_command(const json_t *array)
{
	size_t i;
	json_t *value;
	json_array_foreach (array, i, value)
		if (!json_is_string(value))
			return false;
	return true;
}

static void visit_array(struct visit *visit, json_t *array, const struct secret_name *name,
			unsigned depth)
{
	struct secret_scan scan, *outer = visit->arguments;
	size_t i;
	json_t *value;
	secret_scan_start(&scan, STR(""));
	visit->arguments = is_command(array) ? &scan : NULL;
	json_array_foreach (array, i, value)
		walk(visit, value, name, depth + 1);
	visit->arguments = outer;
}

static void walk(struct visit *visit, json_t *value, const struct secret_name *name, unsigned depth)
{
	if (depth > LIMIT_JSON_DEPTH) {
		visit->failed = true;
	} else if (json_is_string(value)) {
		visit_string(visit, value, name);
	} else if (json_is_array(value)) {
		visit_array(visit, value, name, depth);
	} else if (json_is_object(value)) {
		struct secret_scan *arguments = visit->arguments;
		visit->arguments = NULL;
		visit_object(visit, value, depth);
		visit->arguments = arguments;
	}
}

int redact_json(const struct redactor *redactor, json_t *value, size_t *ret_count,
		struct cavra_error *error)
{
	struct visit visit = {.again = false};
	known_secrets_init(&visit.known, redactor);
	walk(&visit, value, NULL, 0);
	visit.again = true;
	if (visit.known.n && !visit.failed)
		walk(&visit, value, NULL, 0);
	size_t count = visit.known.count;
	known_secrets_release(&visit.known);
	if (visit.failed)
		return error_set(error, CAVRA_ERR_LIMIT,
				 "a record is too large or too deep to take the secrets out of it");
	if (ret_count)
		*ret_count = count;
	return 0;
}
