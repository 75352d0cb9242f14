/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking an instance under a schema, see schema_private.h: nodes, reports, what has been
 * evaluated.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "json/json.h"
#include "json/pointer.h"
#include "json/schema_private.h"

enum { POINTER_BYTES = 4096 };

const struct rule *node_rule(const struct node *node, const char *keyword)
{
	for (size_t i = 0; i < node->n_rules; i++)
		if (strcmp(node->rules[i].keyword->name, keyword) == 0)
			return &node->rules[i];
	return NULL;
}

bool run_spend(struct run *run, size_t steps)
{
	if (run->work < steps)
		run->failure = CAVRA_ERR_LIMIT;
	else
		run->work -= steps;
	return run->failure == 0;
}

bool run_matches_pattern(struct run *run, const struct pattern *pattern, struct str text)
{
	int result = run->failure ? 0 : pattern_matches(pattern, text, &run->work);
	if (result < 0)
		run->failure = result;
	return result > 0;
}

static void write_place(const struct place *place, struct buf *out)
{
	/* The walk is never deeper than LIMIT_SCHEMA_DEPTH. */
	if (place->parent)
		write_place(place->parent, out);
	if (place->key)
		pointer_add(out, str_from(place->key));
	else
		buf_add_format(out, "/%zu", place->index);
}

bool run_report(struct run *run, const struct frame *frame, const char *keyword, const char *format,
		...)
{
	char text[sizeof run->error->text];
	CLEANUP_BUF struct buf pointer;
	buf_init(&pointer, POINTER_BYTES);
	if (run->quiet || run->stopped || run->failure)
		return false;
	if (frame->place)
		write_place(frame->place, &pointer);
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct schema_finding finding = {
		.pointer = pointer.p,
		.of = frame->place ? frame->place->of : POSITION_VALUE,
		.keyword = keyword,
		.text = text,
	};
	if (!run->invalid)
		(void)error_set(run->error, CAVRA_ERR_INPUT, "%s: %s", pointer.n ? pointer.p : "/",
				text);
	run->invalid = true;
	run->stopped = !run->visit || !run->visit(run->context, &finding);
	return false;
}

void seen_key(struct run *run, struct seen *seen, const char *key)
{
	if (!seen)
		return;
	if (!seen->keys)
		seen->keys = json_object();
	if (json_object_set_new(seen->keys, key, json_true()) < 0)
		run->failure = CAVRA_ERR_MEMORY;
}

void seen_item(struct run *run, struct seen *seen, size_t index, size_t n_items)
{
	if (!seen)
		return;
	if (!seen->items) {
		seen->items = calloc(n_items, sizeof *seen->items);
		seen->n_items = n_items;
	}
	if (!seen->items)
		run->failure = CAVRA_ERR_MEMORY;
	else
		seen->items[index] = true;
}

bool seen_has_key(const struct seen *seen, const char *key)
{
	return json_object_get(seen->keys, key) != NULL;
}

bool seen_has_item(const struct seen *seen, size_t index)
{
	return seen->items && seen->items[index];
}

static void seen_merge(struct run *run, struct seen *to, const struct seen *from)
{
	const char *key;
	json_t *value;
	json_object_foreach (from->keys, key, value)
		seen_key(run, to, key);
	for (size_t i = 0; from->items && i < from->n_items; i++)
		if (from->items[i])
			seen_item(run, to, i, from->n_items);
	(void)run_spend(run, json_object_size(from->keys) + from->n_items);
}

/* Roughly what a check may cost by itself, so that no mix of schema and instance is a way to keep
 * us busy.
 */
static size_t cost(const struct rule *rule, const json_t *value)
{
	return 1 + rule->n_children + json_array_size(rule->value) + json_object_size(value) +
	       json_string_length(value) / 16;
}

static bool apply_rules(struct run *run, const struct frame *frame)
{
	bool valid = true;
	for (size_t i = 0; i < frame->node->n_rules; i++) {
		const struct rule *rule = &frame->node->rules[i];
		bool looks_back = strncmp(rule->keyword->name, "unevaluated",
					  strlen("unevaluated")) == 0;
		/* What an invalid schema has evaluated does not count, so these could only repeat
		 * complaints.
		 */
		if (!rule->keyword->check || (looks_back && !valid))
			continue;
		if (!run_spend(run, cost(rule, frame->value)) ||
		    !rule->keyword->check(run, rule, frame))
			valid = false;
		if (run->failure || run->stopped || (!valid && run->quiet))
			return false;
	}
	return valid;
}

bool schema_apply(struct run *run, const struct node *node, const json_t *value,
		  const struct place *place, struct seen *seen)
{
	struct seen own = {.keys = NULL};
	struct frame frame = {node, value, place, seen || node->unevaluated ? &own : NULL};
	if (run->stopped || !run_spend(run, 1))
		return false;
	if (node->never)
		return run_report(run, &frame, "false", "nothing is allowed here; remove it");
	if (run->depth >= LIMIT_SCHEMA_DEPTH) {
		run->failure = CAVRA_ERR_LIMIT;
		return false;
	}
	run->depth++;
	bool valid = apply_rules(run, &frame);
	run->depth--;
	if (valid && seen)
		seen_merge(run, seen, &own);
	json_decref(own.keys);
	free(own.items);
	return valid;
}

bool schema_matches(struct run *run, const struct node *node, const json_t *value,
		    const struct place *place, struct seen *seen)
{
	run->quiet++;
	bool valid = schema_apply(run, node, value, place, seen);
	run->quiet--;
	return valid;
}

int schema_validate(const struct schema *schema, const json_t *instance, schema_visitor visit,
		    void *context, struct cavra_error *error)
{
	struct run run = {
		.visit = visit, .context = context, .error = error, .work = LIMIT_SCHEMA_WORK};
	bool valid = schema_apply(&run, schema->root, instance, NULL, NULL);
	if (run.failure == CAVRA_ERR_MEMORY)
		return error_set(error, CAVRA_ERR_MEMORY,
				 "out of memory while checking; make the document smaller");
	if (run.failure)
		return error_set(
			error, CAVRA_ERR_LIMIT,
			"too much work to check against its schema; make the document smaller or flatter");
	return valid ? 0 : CAVRA_ERR_INPUT;
}

struct first {
	const struct document *document;
	struct cavra_error *error;
};

static bool keep_first(void *context, const struct schema_finding *finding)
{
	const struct first *first = context;
	(void)document_error(first->document, finding->pointer, finding->of, first->error,
			     CAVRA_ERR_INPUT, "%s", finding->text);
	return false;
}

int schema_validate_document(const struct schema *schema, const struct document *document,
			     struct cavra_error *error)
{
	struct cavra_error found;
	struct first first = {document, &found};
	int code = schema_validate(schema, document->root, keep_first, &first, error);
	if (code == CAVRA_ERR_INPUT && error)
		*error = found;
	else if (code < 0 && document->name)
		error_file(error, document->name);
	return code;
}
