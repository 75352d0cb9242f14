/* SPDX-License-Identifier: Apache-2.0
 *
 * A policy on trial, see shadow.h.
 */
#include "cli/shadow.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* ---- loading ---- */

static int load_file(struct shadow *shadow, const struct policy_source *source, const char *name)
{
	const struct config_layer *layer = shadow->layer;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", layer->directory, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(&shadow->error, CAVRA_ERR_LIMIT, "the path of %.100s is too long",
				 name);
	if (layer->place == PLACE_MANAGED && config_check_managed(path, &shadow->error) < 0)
		return shadow->error.code;
	return policy_load_file(source, path, NULL, 0, &shadow->policy, &shadow->error);
}

/* Those in force, with the policy in the place of its layer's, or behind those of the layers above. */
static int take_place(const struct config *config, struct shadow *shadow)
{
	struct policy_layers *layers = &shadow->layers;
	const char *unmatched = shadow->layer->values[KEY_UNMATCHED].text;
	for (size_t i = 0; i < config->n; i++) {
		const struct config_layer *layer = &config->layer[i];
		bool here = layer == shadow->layer;
		if (!here && !layer->policy)
			continue;
		if (layers->n == LIMIT_POLICY_LAYERS)
			return error_set(&shadow->error, CAVRA_ERR_LIMIT, "more than %d policies",
					 (int)LIMIT_POLICY_LAYERS);
		const char *said = here ? unmatched : layer->values[KEY_UNMATCHED].text;
		layers->defers[layers->n] = said && strcmp(said, "defer") == 0;
		layers->policy[layers->n++] = here ? shadow->policy : layer->policy;
	}
	return 0;
}

void shadow_open(const struct config *config, const char *pack_dir, struct shadow *ret_shadow)
{
	struct policy_source source = {.pack_dir = pack_dir};
	*ret_shadow = (struct shadow){.layer = config_shadow_layer(config)};
	arena_init(&ret_shadow->arena, LIMIT_DECISION_MEMORY);
	if (!ret_shadow->layer)
		return;
	const char *name = ret_shadow->layer->values[KEY_SHADOW].text;
	int code = strchr(name, '.') ? load_file(ret_shadow, &source, name)
				     : policy_load_pack(&source, name, NULL, 0, &ret_shadow->policy,
							&ret_shadow->error);
	if (code >= 0)
		code = take_place(config, ret_shadow);
	if (code < 0) {
		policy_free(ret_shadow->policy);
		ret_shadow->policy = NULL;
	}
}

void shadow_close(struct shadow *shadow)
{
	policy_free(shadow->policy);
	arena_release(&shadow->arena);
}

/* ---- deciding ---- */

bool shadow_decide(struct shadow *shadow, const struct request *request,
		   const struct resolver *resolver, const struct decide_options *options,
		   const struct decision *decision, struct record_shadow *ret_record)
{
	if (!shadow->layer)
		return false;
	struct record_shadow record = {
		.policy_pack = str_from(shadow->layer->values[KEY_SHADOW].text)};
	arena_reset(&shadow->arena);
	if (!shadow->policy ||
	    decide_layers(&shadow->layers, request, resolver, options, &shadow->arena,
			  &shadow->decision, &shadow->error) < 0) {
		record.error = &shadow->error;
	} else {
		record.policy_pack = shadow->policy->id;
		record.policy_digest = shadow->policy->digest;
		record.decision = &shadow->decision;
		record.changed = shadow->decision.outcome != decision->outcome;
	}
	*ret_record = record;
	return true;
}
