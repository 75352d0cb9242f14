/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rest of a request makes of lookups, see later.h.
 */
#include "decide/later.h"

#include "base/limits.h"
#include "decide/command.h"
#include "decide/paths.h"

struct later {
	struct str place; /* absolute; empty: not known */
	struct value inside;
	bool tree;
	struct scope scope;
	struct effects own;
	struct later *next;
};

void later_inside(struct decider *d, struct value place, struct value inside, bool tree,
		  const struct scope *scope, struct effects own)
{
	struct later *later = ARENA_NEW(d->arena, struct later);
	struct value canonical = path_canonical(d, place, scope->cwds[0]);
	*later = (struct later){
		.inside = inside,
		.tree = tree,
		.scope = *scope,
		.own = own,
		.next = d->later,
	};
	if (value_is_known(canonical))
		later->place = value_text(d->arena, canonical);
	d->later = later;
}

/* The file of an effect, as it is shown: relative to the workspace, where it lies in it. */
static struct str shown_file(struct decider *d, const struct effect *effect)
{
	return path_canonical_text(d->arena, effect->shown, d->workspace);
}

/* Does the effect make a directory of the place? */
static enum match makes_directory(struct decider *d, const struct later *later,
				  const struct effect *effect)
{
	if (effect->kind == EFFECT_COMMAND)
		return command_makes_nothing(effect->shown) ? MATCH_NO : MATCH_MAY;
	if (effect->kind != EFFECT_FILE_WRITE)
		return MATCH_NO;
	if (!effect->known || !later->place.n)
		return MATCH_MAY;
	return path_inside(shown_file(d, effect), later->place) ? MATCH_MUST : MATCH_NO;
}

static enum match becomes_directory(struct decider *d, const struct later *later)
{
	enum match match = d->n_effects >= LIMIT_EFFECTS ? MATCH_MAY : MATCH_NO;
	size_t skip = 0;
	for (const struct effect *effect = d->effects; effect; effect = effect->next) {
		if (effect == later->own.first)
			skip = later->own.n;
		if (skip) {
			skip--;
			continue;
		}
		enum match one = makes_directory(d, later, effect);
		match = one > match ? one : match;
	}
	return match;
}

static void judge_inside(struct decider *d, const struct later *later, enum match becomes)
{
	switch (becomes) {
	case MATCH_NO:
		break;
	case MATCH_MAY:
		file_write_suspicion(d, later->inside, &later->scope);
		break;
	case MATCH_MUST:
		(void)file_effect(d, EFFECT_FILE_WRITE, later->inside, later->tree, &later->scope);
		break;
	}
}

/* A tree that was looked up may hold more by the time it is read. */
static void judge_listed(struct decider *d)
{
	struct value here = value_from(d->arena, STR("."));
	if (!d->lists_trees || !d->brings_files ||
	    path_match(d->policy->list[LIST_FILES_BLOCK_READ], &here, 1, true, d->arena).match ==
		    MATCH_NO)
		return;
	struct finding *finding = finding_add(d, d->effects, CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
					      "filesystem.read.block");
	finding->certainty = MATCH_MAY;
	finding->approver_group = STR("Platform Security");
	finding->reason = STR(
		"perhaps reads a sensitive path: another command brings back or unpacks files first");
	finding->instead = STR("run the two commands one after the other");
}

void later_finish(struct decider *d)
{
	enum match becomes = MATCH_NO;
	for (const struct later *later = d->later, *before = NULL; later;
	     before = later, later = later->next) {
		/* Mostly there are several sources for one place. */
		if (!before || before->own.first != later->own.first ||
		    !str_eq(before->place, later->place))
			becomes = becomes_directory(d, later);
		judge_inside(d, later, becomes);
	}
	judge_listed(d);
}
