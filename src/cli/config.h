/* SPDX-License-Identifier: Apache-2.0
 *
 * Which policies and which mode are in force: the layers of configuration, from the machine's down to the
 * user's, and what they add up to. The hook, evaluate, explain and compile all ask here.
 *
 * Nothing that an agent sends is an input. A layer, an environment variable or an option more can only tighten:
 * every layer's policy decides and the strictest answer counts (decide/layers.h), of modes the strictest holds.
 * One exception is the managed layer, which may shut the layers below it out.
 */
#ifndef CAVRA_CLI_CONFIG_H
#define CAVRA_CLI_CONFIG_H

#include <limits.h>

#include "cli/config_keys.h"
#include "decide/layers.h"
#include "decide/record.h"
#include "ledger/ledger.h"
#include "policy/policy.h"

#define CONFIG_FILE "config.yaml"
#define CONFIG_POLICY_FILE "policy.yaml"

struct config_layer {
	enum config_place place;
	bool there;                /* the directory exists */
	struct document *document; /* its config.yaml; owned; NULL: none */
	struct config_value values[CONFIG_KEYS];
	const char *const *overlays; /* borrowed */
	size_t n_overlays;
	struct policy *policy;   /* owned; NULL: it has none, or config_load() was not called */
	const char *policy_path; /* of the configuration; empty: none */
	const char *directory;   /* the same; empty: none, as of the command line */
	char policy_pack[LIMIT_POLICY_ID + 1]; /* empty: none */
};

struct config {
	size_t n;
	size_t paths_used;
	bool managed_only;
	bool requires_signature;        /* some layer does */
	enum policy_mode variable_mode; /* of the environment */
	bool has_variable_mode;
	/* The managed layer has mode break_glass, and says who, why and until when: this is now, or it is over. */
	bool glass_broken, glass_ended;

	/* config_load() fills these in. */
	struct policy_layers policies;
	enum policy_mode mode;
	bool in_place_none, authoritative; /* as in struct policy; the strictest */
	enum cavra_severity in_place;
	char digest[72];                 /* one policy: its own; else over the digests of all */
	enum policy_signature signature; /* of all policies, the weakest */

	/* The first in command first. At the end, because it is large and most of it is never touched, like what holds their
	 * paths, one behind the other. */
	struct config_layer layer[LIMIT_POLICY_LAYERS];
	char paths[LIMIT_POLICY_LAYERS * 2 * PATH_MAX];
};

bool config_requires_signature(const struct config_layer *layer);
/* Who has broken the glass, for records; empty when nobody has. */
struct record_glass config_glass(const struct config *config);
/* The layer whose policy.shadow counts; NULL: none has one. */
const struct config_layer *config_shadow_layer(const struct config *config);

/* ledger.durability, the surest of the layers, and ledger.directory; NULL: none says one. */
enum ledger_durability config_ledger_durability(const struct config *config);
const char *config_ledger_directory(const struct config *config);

/* How signatures are verified; config_trust.h has one. */
struct config_verifier {
	/* Reads the keys of all layers that require signatures. */
	int (*open)(const struct config *config, void **ret_context, struct cavra_error *error);
	policy_file_check check; /* its context is a struct config_check */
	void (*close)(void *context);
};
struct config_check {
	void *context;           /* of open() */
	enum config_place place; /* of the layer whose policy it is */
	bool drafts;             /* as in the request */
};

/* What asks. */
struct config_request {
	const char *root;        /* the project; NULL: none, so no project layer */
	const char *policy_path; /* a policy that is asked about in place of the project's and */
	const char *policy_pack; /* the user's; at most one of the two */
	const char *const *overlays;
	size_t n_overlays;
	const char *otherwise;       /* pack that decides when no layer has a policy; NULL: none */
	struct policy_source source; /* without a check */
	/* NULL: there is none, and config_load() fails when signatures are required. */
	const struct config_verifier *verifier;
	/* Nothing is acted on: what the command line names need not be signed. */
	bool drafts;
	bool keeps; /* compiled policies are kept for the next time, see policy/cache.h; they have no document */
};

/* Finds the layers and reads their config.yaml. Errors name the file and what to do. The caller releases the
 * configuration, also after a failure.
 */
int config_find(const struct config_request *request, struct config *ret_config,
		struct cavra_error *error);
/* The same, and loads the policies; there may be none when request->otherwise is NULL. */
int config_load(const struct config_request *request, struct config *ret_config,
		struct cavra_error *error);
/* The policy that was asked about, or the project's, else the last; NULL when there is none. Overlays are merged on
 * top of this one. */
const struct policy *config_main_policy(struct config *config);
void config_release(struct config *config);

/* Where the managed layer is. */
const char *config_managed_directory(void);
/* Is what stands at this path, a file or directory, the superuser's alone? */
int config_check_managed(const char *path, struct cavra_error *error);

#endif
