/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra policy diff: what one policy protects that another does not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/when.h"
#include "cli/cli.h"
#include "cli/diff_print.h"
#include "decide/explain.h"
#include "decide/visible.h"
#include "policy/diff.h"
#include "policy/registry.h"
#include "json/json.h"

/* A pack id, or a path: no id has a slash or a dot. */
static int load(const struct args *args, const char *name, struct policy **ret_policy,
		struct cavra_error *error)
{
	struct policy_source source = {
		.pack_dir = args->value[OPT_PACK_DIR], .now = when_now(), .only_looks = true};
	if (policy_id_check(str_from(name), NULL) == 0)
		return policy_load_pack(&source, name, NULL, 0, ret_policy, error);
	return policy_load_file(&source, name, NULL, 0, ret_policy, error);
}

enum { SHOWN_BYTES = 100 };

/* A value as a person reads it: texts without quotes, anything else as JSON; the beginning says enough. */
static void add_value(struct buf *out, const json_t *value)
{
	char *dumped = json_is_string(value) ? NULL
					     : json_text(value, JSON_COMPACT | JSON_ENCODE_ANY);
	struct str text = dumped ? str_from(dumped) : json_str(value);
	visible_add(out, str_first(text, SHOWN_BYTES), 0);
	if (text.n > SHOWN_BYTES)
		buf_add(out, STR("..."));
	free(dumped);
}

static void add_what(struct buf *line, const json_t *change)
{
	const json_t *item = json_object_get(change, "item");
	const json_t *before = json_object_get(change, "before");
	const json_t *after = json_object_get(change, "after");
	bool added = str_is(json_str(json_object_get(change, "change")), "added");
	if (!item)
		item = json_object_get(change, "rule");
	if (item && !(json_is_object(before) && json_is_object(after)))
		buf_add(line, added ? STR("+ ") : STR("- "));
	if (item) {
		add_value(line, item);
		return;
	}
	if (!json_is_null(before))
		add_value(line, before);
	buf_add(line, json_is_null(before) ? STR("+ ") : STR(" -> "));
	if (json_is_null(after))
		buf_add(line, STR("nothing"));
	else
		add_value(line, after);
}

static enum cavra_outcome colour_of(enum policy_verdict verdict)
{
	switch (verdict) {
	case VERDICT_LOOSENS:
		return CAVRA_BLOCK;
	case VERDICT_NEUTRAL:
		return CAVRA_WARN;
	case VERDICT_TIGHTENS:
		break;
	}
	return CAVRA_ALLOW;
}

static void print_change(const json_t *change)
{
	struct buf CLEANUP_BUF line, CLEANUP_BUF out;
	buf_init(&line, LIMIT_DOCUMENT_BYTES);
	buf_init(&out, 8 * LIMIT_DOCUMENT_BYTES);
	add_what(&line, change);
	buf_add(&line, STR(": "));
	visible_add(&line, json_str(json_object_get(change, "reason")), 0);
	explain_wrap(&out, buf_str(&line), "    ", "      ", output_width());
	(void)fputs(out.p, stdout);
}

/* The changes of one verdict, those of one key below each other. */
static void print_changes(const json_t *changes, enum policy_verdict verdict)
{
	const char *wanted = policy_verdict_name(verdict), *before = "";
	bool colour = want_colour();
	const json_t *change;
	size_t i;
	json_array_foreach (changes, i, change) {
		const char *path = json_string_value(json_object_get(change, "path"));
		if (!str_is(json_str(json_object_get(change, "verdict")), wanted))
			continue;
		if (strcmp(path, before) != 0)
			(void)printf("%s%-8s%s  %s\n", explain_colour(colour_of(verdict), colour),
				     wanted, explain_colour_end(colour), path);
		before = path;
		print_change(change);
	}
}

/* What loosens comes first. */
void diff_print(const json_t *report)
{
	json_t *counts = json_object_get(report, "counts"), *count;
	const json_t *changes = json_object_get(report, "changes");
	const char *name, *separator = "";
	if (policy_diff_is_empty(report)) {
		(void)printf("no difference\n");
		return;
	}
	for (int verdict = VERDICT_LOOSENS; verdict >= VERDICT_NEUTRAL; verdict--)
		print_changes(changes, (enum policy_verdict)verdict);
	(void)printf("%zu changes: ", json_array_size(changes));
	json_object_foreach (counts, name, count) {
		(void)printf("%s%lld %s", separator, json_integer_value(count), name);
		separator = ", ";
	}
	(void)printf("; risk %s\n", json_string_value(json_object_get(report, "risk")));
}

static int print_report(const struct args *args, const json_t *report)
{
	char *text;
	if (!args_has(args, OPT_JSON)) {
		diff_print(report);
		return 0;
	}
	text = json_text(report, JSON_INDENT(2));
	if (!text)
		return CAVRA_ERR_MEMORY;
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

int cmd_policy_diff(const struct args *args)
{
	struct cavra_error error;
	struct policy *left = NULL, *right = NULL;
	json_t *report = NULL;
	int code = load(args, args->operand[0], &left, &error);
	if (code == 0)
		code = load(args, args->operand[1], &right, &error);
	if (code == 0)
		code = policy_diff(left, right, &report, &error);
	if (code == 0 && print_report(args, report) < 0)
		code = error_set(&error, CAVRA_ERR_MEMORY, "out of memory");
	bool same = code == 0 && policy_diff_is_empty(report);
	json_decref(report);
	policy_free(left);
	policy_free(right);
	if (code < 0)
		return fail(&error);
	return same ? EXIT_ALLOWED : EXIT_DIFFERENT;
}
