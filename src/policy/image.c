/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole policy as an image, see image.h.
 */
#include "policy/image.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "policy/image_walk.h"
#include "policy/load.h"
#include "policy/rule_index.h"

struct image_header {
	char magic[8];
	uint64_t size; /* of all */
	uint64_t sum;  /* of what follows the header */
	uint8_t key[IMAGE_KEY_BYTES];
};

static const char image_magic[8] = {'c', 'a', 'v', 'r', 'a', '\n', '\x1a', '1'};

/* A new member is to be walked too; then this changes. Those of struct policy are compared by a test. */
static_assert(sizeof(struct rule_match) == 104 && sizeof(struct policy_rule) == 184 &&
		      sizeof(struct policy_input) == 56,
	      "what image.c knows");

/* ---- damage ---- */

/* Sums, and sums of sums, which also see the order: notices what disks and interrupted writes do, and is quick enough
 * to read all of an image every time.
 */
enum { SUMS = 4 }; /* side by side, as many as registers hold */
typedef uint64_t pair __attribute__((vector_size(16)));
struct sums {
	pair plain[SUMS], ordered[SUMS];
};

static uint64_t mix(uint64_t all, uint64_t word)
{
	all = (all ^ word) * 0x9e3779b97f4a7c15u;
	return all ^ all >> 29;
}

static inline void sum_next(struct sums *sums, const char *bytes)
{
	for (size_t i = 0; i < SUMS; i++) {
		pair word;
		memcpy(&word, bytes + i * sizeof word, sizeof word);
		sums->plain[i] += word;
		sums->ordered[i] += sums->plain[i];
	}
}

static uint64_t sum_of(struct str bytes)
{
	char last[SUMS * sizeof(pair)] = {0};
	struct sums sums = {.plain = {{bytes.n}}};
	uint64_t all = 0;
	for (; bytes.n >= sizeof last; bytes = str_from_at(bytes, sizeof last))
		sum_next(&sums, bytes.p);
	memcpy(last, bytes.p, bytes.n);
	sum_next(&sums, last);
	for (size_t i = 0; i < 2 * SUMS; i++)
		all = mix(mix(all, sums.plain[i / 2][i % 2]), sums.ordered[i / 2][i % 2]);
	return all;
}

/* ---- the parts of a policy ---- */

static void walk_words(struct walk *walk, const struct str **words, size_t *n)
{
	WALK_NUMBER(walk, *n, LIMIT_DOCUMENT_BYTES);
	struct str *word = walk_structs(walk, *words, *n, sizeof *word);
	for (size_t i = 0; i < *n; i++)
		WALK_TEXT(walk, word[i]);
	if (!walk->out)
		*words = word;
}

static void walk_match(struct walk *walk, struct rule_match *match)
{
	WALK_TEXT(walk, match->program);
	walk_words(walk, &match->subcommand, &match->n_subcommand);
	walk_words(walk, &match->flags, &match->n_flags);
	walk_list(walk, &match->operands, PATTERN_NAMES);
	WALK_TEXT(walk, match->model);
	walk_list(walk, &match->model_argument, PATTERN_NAMES);
	WALK_TEXT(walk, match->effect);
	walk_list(walk, &match->effect_pattern, ANY_KIND);
}

static void walk_rules(struct walk *walk, struct policy *policy)
{
	WALK_NUMBER(walk, policy->n_rules, LIMIT_POLICY_RULES);
	struct policy_rule *rule = walk_structs(walk, policy->rules, policy->n_rules, sizeof *rule);
	for (size_t i = 0; i < policy->n_rules; i++) {
		WALK_TEXT(walk, rule[i].id);
		walk_match(walk, &rule[i].match);
		WALK_NUMBER(walk, rule[i].decision, CAVRA_BLOCK);
		WALK_NUMBER(walk, rule[i].severity, CAVRA_CRITICAL);
		WALK_NUMBER(walk, rule[i].has_severity, 1);
		WALK_TEXT(walk, rule[i].approver_group);
		WALK_TEXT(walk, rule[i].reason);
		WALK_TEXT(walk, rule[i].instead);
	}
	if (walk->out)
		return;
	policy->rules = rule;
	policy_index_rules(policy);
}

static void walk_digest(struct walk *walk, struct policy *policy)
{
	struct str digest = walk_text(walk, str_from(policy->digest));
	walk_check(walk,
		   digest.n < sizeof policy->digest && str_find_char(digest, '\0') == STR_NPOS);
	if (!walk->out)
		memcpy(policy->digest, digest.p, digest.n);
}

static void walk_switches(struct walk *walk, struct policy *policy)
{
	WALK_NUMBER(walk, policy->signature, POLICY_BUNDLED);
	WALK_NUMBER(walk, policy->mode, MODE_BREAK_GLASS);
	WALK_NUMBER(walk, policy->mode_given, 1);
	WALK_NUMBER(walk, policy->outside_read, SWITCH_BLOCK);
	WALK_NUMBER(walk, policy->outside_write, SWITCH_BLOCK);
	WALK_NUMBER(walk, policy->commands_readonly, 1);
	WALK_NUMBER(walk, policy->commands_workspace, 1);
	WALK_NUMBER(walk, policy->opaque_blocks, 1);
	WALK_NUMBER(walk, policy->force_push, SWITCH_BLOCK);
	WALK_NUMBER(walk, policy->require_pull_request, 1);
	WALK_NUMBER(walk, policy->block_direct_push, 1);
	WALK_NUMBER(walk, policy->require_human_reviewer, 1);
	WALK_NUMBER(walk, policy->require_ai_attestation, 1);
	WALK_NUMBER(walk, policy->mcp_block_unknown, 1);
	WALK_NUMBER(walk, policy->mcp_has_section, 1);
	WALK_NUMBER(walk, policy->network_default, SWITCH_BLOCK);
	WALK_NUMBER(walk, policy->in_place, CAVRA_CRITICAL);
	WALK_NUMBER(walk, policy->in_place_none, 1);
	WALK_NUMBER(walk, policy->hook_authoritative, 1);
}

static void walk_inputs(struct walk *walk, struct policy *policy)
{
	WALK_NUMBER(walk, policy->n_inputs, LIMIT_POLICY_INPUTS);
	struct policy_input *input = walk_structs(walk, policy->inputs, policy->n_inputs,
						  sizeof *input);
	for (size_t i = 0; i < policy->n_inputs; i++) {
		WALK_TEXT(walk, input[i].path);
		WALK_NUMBER(walk, input[i].is_absent, 1);
		const uint8_t *digest = walk_row(walk, input[i].digest, sizeof input[i].digest, 1);
		if (!walk->out)
			memcpy(input[i].digest, digest, sizeof input[i].digest);
	}
	if (!walk->out)
		policy->inputs = input;
}

static void walk_policy(struct walk *walk, struct policy *policy)
{
	static const enum pattern_kind kinds[] = {
		[LIST_PATHS] = PATTERN_PATHS, [LIST_COMMANDS] = PATTERN_COMMANDS,
		[LIST_NAMES] = PATTERN_NAMES, [LIST_NAMES_NOCASE] = PATTERN_NAMES,
		[LIST_HOSTS] = PATTERN_HOSTS,
	};
	walk_inputs(walk, policy);
	WALK_TEXT(walk, policy->id);
	WALK_TEXT(walk, policy->title);
	WALK_TEXT(walk, policy->version);
	WALK_TEXT(walk, policy->description);
	walk_digest(walk, policy);
	walk_switches(walk, policy);
	for (size_t i = 0; i < POLICY_LISTS; i++)
		walk_list(walk, &policy->list[i], kinds[list_infos[i].type.kind]);
	walk_rules(walk, policy);
}

/* ---- writing ---- */

/* Relies on walk_policy() to change nothing while writing. */
static int write_policy(const struct policy *policy, struct buf *out, struct cavra_error *error)
{
	struct arena none;
	struct walk walk = {.out = out, .arena = &none};
	arena_init(&none, ARENA_SMALLEST);
	if (setjmp(none.on_full))
		return error_set(error, CAVRA_ERR_INTERNAL, "the policy fits into no image");
	walk_policy(&walk, (struct policy *)policy);
	return 0;
}

void policy_image_seal(struct buf *image, const uint8_t key[IMAGE_KEY_BYTES])
{
	struct image_header header = {
		.size = image->n,
		.sum = sum_of(str_from_at(buf_str(image), sizeof header)),
	};
	memcpy(header.magic, image_magic, sizeof header.magic);
	memcpy(header.key, key, sizeof header.key);
	memcpy(image->p, &header, sizeof header);
}

int policy_image_write(const struct policy *policy, const uint8_t key[IMAGE_KEY_BYTES],
		       struct buf *out, struct cavra_error *error)
{
	static const struct image_header empty;
	assert(policy->n_cases == 0 && out->n == 0);
	buf_add(out, str_make((const char *)&empty, sizeof empty));
	int code = write_policy(policy, out, error);
	if (code == 0 && out->failed)
		code = error_set(error, CAVRA_ERR_LIMIT,
				 "the image needs more than %zu bytes, or memory is short",
				 out->max);
	if (code == 0)
		policy_image_seal(out, key);
	return code;
}

/* ---- reading ---- */

static int check_header(struct str bytes, const uint8_t key[IMAGE_KEY_BYTES],
			struct cavra_error *error)
{
	struct image_header header;
	if (bytes.n < sizeof header)
		return error_set(error, CAVRA_ERR_INPUT, "the image is too short");
	memcpy(&header, bytes.p, sizeof header);
	if (memcmp(header.magic, image_magic, sizeof header.magic) != 0)
		return error_set(error, CAVRA_ERR_INPUT, "this is no image of a policy");
	if (memcmp(header.key, key, sizeof header.key) != 0)
		return error_set(error, CAVRA_ERR_INPUT, "the image is of something else");
	if (header.size != bytes.n || header.sum != sum_of(str_from_at(bytes, sizeof header)))
		return error_set(error, CAVRA_ERR_INPUT, "the image is damaged");
	return 0;
}

static int read_policy(struct walk *walk, struct policy *policy, struct cavra_error *error)
{
	if (setjmp(walk->arena->on_full))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the image is not sound, or memory is short");
	walk->arena->armed = true;
	walk_policy(walk, policy);
	walk_check(walk, walk->at == walk->in.n);
	walk->arena->armed = false;
	return 0;
}

int policy_image_read(struct str bytes, const uint8_t key[IMAGE_KEY_BYTES],
		      struct policy **ret_policy, struct cavra_error *error)
{
	int code = check_header(bytes, key, error);
	if (code < 0)
		return code;
	struct policy *policy = policy_new();
	if (!policy)
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	struct walk walk = {.in = bytes, .at = sizeof(struct image_header), .arena = policy->arena};
	code = read_policy(&walk, policy, error);
	if (code < 0)
		policy_free(policy);
	else
		*ret_policy = policy;
	return code;
}
