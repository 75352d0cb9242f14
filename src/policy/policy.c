/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading a policy: read its documents, merge them, compile the result. Everything that can go wrong, running out
 * of memory included, comes back through load().
 */
#include "policy/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "policy/load.h"
#include "json/json.h"
#include "json/pointer.h"
#include "json/schema.h"

/* ---- what the parts of the loader share ---- */

json_t *loader_must(struct loader *loader, json_t *value)
{
	if (!value)
		longjmp(loader->arena->on_full, 1);
	return value;
}

json_t *loader_keep(struct loader *loader, json_t *value)
{
	if (json_array_append_new(loader->kept, loader_must(loader, value)) < 0)
		(void)loader_must(loader, NULL);
	return value;
}

int loader_report(struct loader *loader, int code)
{
	if (!loader->visit)
		return code;
	loader->failed = true;
	loader->visit(loader->context, loader->error);
	return ++loader->n_mistakes < LIMIT_POLICY_MISTAKES ? 0 : code;
}

int loader_mistake(struct loader *loader, const struct layer *layer, const char *pointer,
		   enum position_of of, const char *format, ...)
{
	char text[sizeof loader->error->text];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (layer->document) {
		document_error(layer->document, pointer, of, loader->error, CAVRA_ERR_POLICY, "%s",
			       text);
		error_file(loader->error, layer->name);
	} else {
		error_set(loader->error, CAVRA_ERR_POLICY, "%s: %s", pointer, text);
		error_file(loader->error, layer->name);
	}
	return loader_report(loader, CAVRA_ERR_POLICY);
}

static const json_t *find_value(struct arena *arena, const json_t *document, const char *pointer)
{
	struct str rest = str_from(pointer), step;
	while (document && pointer_next(&rest, &step))
		document = json_object_get(document, pointer_step_key(arena, step));
	return document;
}

const struct layer *loader_owner(struct loader *loader, size_t below, const char *pointer,
				 const json_t *value)
{
	const struct layer *any = NULL;
	for (size_t i = below; i > 0; i--) {
		const json_t *found = find_value(&loader->scratch, loader->layer[i - 1]->root,
						 pointer);
		if (found && value && json_equal(found, value))
			return loader->layer[i - 1];
		if (found && !any)
			any = loader->layer[i - 1];
	}
	return any;
}

/* ---- one run ---- */

static void loader_finish(struct loader *loader)
{
	for (size_t i = 0; i < loader->n_read; i++) {
		json_decref(loader->read[i]->root);
		document_free(loader->read[i]->document);
	}
	json_decref(loader->kept);
	schema_free(loader->schema);
	arena_release(&loader->scratch);
	free(loader);
}

static int load(struct loader *loader, const struct load_request *request, struct policy *policy)
{
	int code = loader_read(loader, request);
	if (code < 0 || loader->failed)
		return code;
	code = loader_compile(loader, policy);
	if (code == 0 && !loader->failed)
		code = loader_check_files(loader, &policy->signature);
	if (code < 0 || loader->failed)
		return code;
	policy->inputs = loader->inputs;
	policy->n_inputs = loader->n_inputs;
	policy->document = loader_normalise(loader);
	loader_keep_origins(loader, policy);
	return policy_digest(policy->document, policy->digest, loader->error);
}

/* The two jumps back are here, so that whatever runs out of memory below leaves nothing behind. */
static int load_guarded(struct loader *loader, const struct load_request *request,
			struct policy *policy)
{
	struct cavra_error *error = loader->error;
	if (setjmp(loader->arena->on_full) || setjmp(loader->scratch.on_full))
		return error_set(error, CAVRA_ERR_LIMIT,
				 "the policy needs more than %zu bytes of memory, or there is not "
				 "enough",
				 LIMIT_POLICY_MEMORY);
	loader->arena->armed = loader->scratch.armed = true;
	int code = load(loader, request, policy);
	loader->arena->armed = loader->scratch.armed = false;
	return code;
}

struct policy *policy_new(void)
{
	struct arena *arena = calloc(1, sizeof *arena);
	if (!arena)
		return NULL;
	arena_init(arena, LIMIT_POLICY_MEMORY);
	struct policy *policy = ARENA_NEW(arena, struct policy);
	if (!policy) {
		free(arena);
		return NULL;
	}
	policy->arena = arena;
	policy->cases_json = json_array();
	return policy;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	struct arena *arena = policy->arena;
	json_decref(policy->document);
	json_decref(policy->cases_json);
	if (policy->image.n)
		(void)munmap((void *)policy->image.p, policy->image.n);
	json_decref(policy->own);
	policy_release_origins(policy);
	arena_release(arena);
	free(arena);
}

/* The start of a run; *start gives source, error and visit. */
static int run(const struct loader *start, const struct load_request *request,
	       struct policy **ret_policy)
{
	struct loader *loader = calloc(1, sizeof *loader);
	struct policy *policy = policy_new();
	json_t *kept = json_array();
	int code = CAVRA_ERR_MEMORY;
	error_set(start->error, code, "out of memory");
	if (loader && policy && kept && policy->cases_json) {
		*loader = *start;
		loader->arena = policy->arena;
		loader->kept = json_incref(kept);
		arena_init(&loader->scratch, LIMIT_POLICY_MEMORY);
		code = load_guarded(loader, request, policy);
		if (code == 0 && loader->failed)
			code = CAVRA_ERR_POLICY;
		loader_finish(loader);
	} else {
		free(loader);
	}
	json_decref(kept);
	if (code < 0)
		policy_free(policy);
	else
		*ret_policy = policy;
	return code;
}

/* ---- what others call ---- */

int policy_load(const struct policy_source *source, const struct load_request *request,
		struct policy **ret_policy, struct cavra_error *error)
{
	struct cavra_error ignored = {.code = CAVRA_OK};
	struct loader start = {.source = source, .error = error ? error : &ignored};
	return run(&start, request, ret_policy);
}

int policy_load_file(const struct policy_source *source, const char *path,
		     const char *const *overlays, size_t n_overlays, struct policy **ret_policy,
		     struct cavra_error *error)
{
	struct load_request request = {
		.path = path, .overlays = overlays, .n_overlays = n_overlays};
	return policy_load(source, &request, ret_policy, error);
}

int policy_load_pack(const struct policy_source *source, const char *id,
		     const char *const *overlays, size_t n_overlays, struct policy **ret_policy,
		     struct cavra_error *error)
{
	struct load_request request = {.id = id, .overlays = overlays, .n_overlays = n_overlays};
	return policy_load(source, &request, ret_policy, error);
}

/* Mistakes in the order in which they are found, which is not the order in which they stand. */
struct check {
	struct cavra_error mistake[LIMIT_POLICY_MISTAKES];
	size_t n;
};

static bool stands_before(const struct check *check, const struct cavra_error *a,
			  const struct cavra_error *b)
{
	if (strcmp(a->file, b->file) == 0)
		return a->line != b->line ? a->line < b->line : a->column < b->column;
	/* Files stay in the order in which the first mistake of each was found. */
	for (size_t i = 0; i < check->n; i++)
		if (strcmp(check->mistake[i].file, b->file) == 0)
			return false;
		else if (strcmp(check->mistake[i].file, a->file) == 0)
			return true;
	return false;
}

static void add_mistake(void *context, const struct cavra_error *mistake)
{
	struct check *check = context;
	struct cavra_error added = *mistake;
	size_t i = check->n;
	if (i == LIMIT_POLICY_MISTAKES)
		return;
	while (i > 0 && stands_before(check, &added, &check->mistake[i - 1])) {
		check->mistake[i] = check->mistake[i - 1];
		i--;
	}
	check->mistake[i] = added;
	check->n++;
}

int policy_check(const struct policy_source *source, const struct load_request *request,
		 policy_visitor visit, void *context, struct cavra_error *error)
{
	struct cavra_error current = {.code = CAVRA_OK};
	struct policy *policy = NULL;
	struct check *check = calloc(1, sizeof *check);
	if (!check) {
		(void)error_set(&current, CAVRA_ERR_MEMORY, "out of memory");
		visit(context, &current);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	struct loader start = {
		.source = source, .error = &current, .visit = add_mistake, .context = check};
	int code = run(&start, request, &policy);
	if (code < 0 && check->n == 0)
		add_mistake(check, &current);
	for (size_t i = 0; i < check->n; i++)
		visit(context, &check->mistake[i]);
	if (code < 0) {
		code = (int)check->mistake[0].code;
		if (error)
			*error = check->mistake[0];
	} else {
		policy_free(policy);
	}
	free(check);
	return code;
}

int policy_check_file(const struct policy_source *source, const char *path, policy_visitor visit,
		      void *context, struct cavra_error *error)
{
	struct load_request request = {.path = path};
	return policy_check(source, &request, visit, context, error);
}
