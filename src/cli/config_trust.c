/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures that the configuration requires, see config_trust.h.
 *
 * Each layer that requires them brings its own keys, in trust/ beside its config.yaml. It binds every policy but those
 * of layers above it, and no layer can take that back.
 */
#include "cli/config_trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy/trust.h"

struct required {
	struct trust *trust;
	enum config_place place;
};

struct trusts {
	struct required required[LIMIT_POLICY_LAYERS];
	size_t n;
};

static void close_trusts(void *context)
{
	struct trusts *trusts = context;
	for (size_t i = 0; trusts && i < trusts->n; i++)
		trust_free(trusts->required[i].trust);
	free(trusts);
}

static int open_trust(const struct config_layer *layer, struct trusts *trusts,
		      struct cavra_error *error)
{
	char path[PATH_MAX];
	bool managed = layer->place == PLACE_MANAGED;
	int n = snprintf(path, sizeof path, "%s/" TRUST_DIRECTORY, layer->directory);
	if (n < 0 || (size_t)n >= sizeof path)
		return error_set(error, CAVRA_ERR_LIMIT, "the path %.200s/ is too long",
				 layer->directory);
	int code = trust_load(path, managed ? 0 : geteuid(), &trusts->required[trusts->n].trust,
			      error);
	if (code < 0)
		return error_prefix(error, "%s is true in the %s layer",
				    config_keys[KEY_REQUIRE_SIGNATURE].name,
				    config_place_name(layer->place));
	trusts->required[trusts->n++].place = layer->place;
	return 0;
}

static int open_trusts(const struct config *config, void **ret_context, struct cavra_error *error)
{
	struct trusts *trusts = calloc(1, sizeof *trusts);
	int code = 0;
	if (!trusts)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	for (size_t i = 0; code == 0 && i < config->n; i++)
		if (config_requires_signature(&config->layer[i]))
			code = open_trust(&config->layer[i], trusts, error);
	if (code < 0)
		close_trusts(trusts);
	else
		*ret_context = trusts;
	return code;
}

/* A file that nobody binds stays unsigned. */
static int check(void *context, const struct policy_file *file, struct cavra_error *error)
{
	const struct config_check *asked = context;
	const struct trusts *trusts = asked->context;
	int answer = POLICY_UNSIGNED;
	/* Overlays and the directory of packs come from the command line. */
	if (asked->drafts && (file->is_parent || !file->compiled))
		return answer;
	for (size_t i = 0; i < trusts->n; i++) {
		enum config_place place = trusts->required[i].place;
		if (asked->place == PLACE_MANAGED && place != PLACE_MANAGED)
			continue;
		answer = trust_check(trusts->required[i].trust, file, error);
		if (answer < 0)
			return error_prefix(error, "the %s configuration requires signatures",
					    config_place_name(place));
	}
	return answer;
}

const struct config_verifier config_verifier = {open_trusts, check, close_trusts};
