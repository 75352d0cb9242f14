/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in force, for cavra doctor.
 */
#include "cli/doctor.h"
#include "cli/config_trust.h"

#include <stdio.h>

#include "cli/shadow.h"
#include "decide/modes.h"

static void check_mode(struct checkup *checkup, const struct config *config)
{
	struct checkup_item *item = NULL;
	if (config->mode == MODE_AUDIT_ONLY)
		item = checkup_add(checkup, HEALTH_WARNING, "configuration",
				   "mode audit_only: everything is recorded and nothing stopped");
	else if (config->glass_broken)
		item = checkup_add(checkup, HEALTH_WARNING, "configuration",
				   "mode break_glass: %.*s has let everything pass until %.*s",
				   STR_ARG(config_glass(config).actor),
				   STR_ARG(config_glass(config).expires));
	else if (config->mode == MODE_BREAK_GLASS)
		item = checkup_add(checkup, HEALTH_WARNING, "configuration",
				   "mode break_glass blocks everything: nobody can be "
				   "authenticated");
	if (item)
		checkup_remedy(item, "cavra config show tells where the mode is set");
}

static void check_layer(struct checkup *checkup, const struct config_layer *layer)
{
	if (layer->document)
		checkup_file(checkup, layer->document->name, "the configuration", false);
	if (layer->policy_path[0])
		checkup_file(checkup, layer->policy_path, "the policy", false);
	if (!layer->policy)
		return;
	struct checkup_item *item = checkup_add(
		checkup, HEALTH_OK, "policy", "%s: %.*s %.*s, %s", config_place_name(layer->place),
		STR_ARG(layer->policy->id), STR_ARG(layer->policy->version), layer->policy->digest);
	checkup_subject(item, layer->policy_path[0] ? layer->policy_path : "a bundled pack", 0);
}

/* Nothing depends on it, but whoever put it on trial waits for what it says. */
static void check_shadow(struct checkup *checkup, const struct config *config)
{
	struct shadow shadow;
	shadow_open(config, NULL, &shadow);
	if (shadow.layer && shadow.policy)
		checkup_add(checkup, HEALTH_OK, "policy", "on trial: %.*s %.*s, %s",
			    STR_ARG(shadow.policy->id), STR_ARG(shadow.policy->version),
			    shadow.policy->digest);
	else if (shadow.layer)
		checkup_add(checkup, HEALTH_WARNING, "policy",
			    "the policy on trial cannot be used: %s", shadow.error.text);
	shadow_close(&shadow);
}

void doctor_configuration(struct checkup *checkup, struct config *ret_config)
{
	struct config_request request = {.root = checkup->root, .verifier = &config_verifier};
	struct cavra_error error;
	if (config_load(&request, ret_config, &error) < 0) {
		checkup_error(checkup, "configuration", &error);
		return;
	}
	if (!ret_config->policies.n) {
		struct checkup_item *item =
			checkup_add(checkup, HEALTH_PROBLEM, "policy",
				    "no policy is in force, so the hook refuses everything");
		checkup_subject(item, checkup->root, 0);
		checkup_remedy(item, "run cavra init claude-code there");
		return;
	}
	checkup_add(checkup, HEALTH_OK, "configuration", "mode %s, %zu %s, digest %s",
		    runtime_mode_name(ret_config->mode), ret_config->policies.n,
		    ret_config->policies.n == 1 ? "policy" : "policies", ret_config->digest);
	for (size_t i = 0; i < ret_config->n; i++)
		check_layer(checkup, &ret_config->layer[i]);
	check_mode(checkup, ret_config);
	check_shadow(checkup, ret_config);
}
