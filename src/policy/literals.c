/* SPDX-License-Identifier: Apache-2.0
 *
 * Building the table of literal texts, see literals.h.
 */
#include "policy/literals.h"

#include <stdlib.h>

/* While texts are added, children form a list. */
struct draft_node {
	uint32_t child, sibling; /* 0: none */
	uint32_t hits, last_hit;
	uint32_t number; /* in the result */
	uint8_t label;
};

struct draft {
	struct arena *arena;
	struct draft_node *node;
	size_t n, cap;
	struct literal_hit *hit;
	size_t n_hits, hits_cap;
};

enum { DENSE_FROM = 6 }; /* children; fewer are searched one by one */

static uint32_t draft_child(struct draft *draft, uint32_t parent, uint8_t label)
{
	uint32_t *link = &draft->node[parent].child;
	while (*link && draft->node[*link].label != label)
		link = &draft->node[*link].sibling;
	uint32_t found = *link, fresh = (uint32_t)draft->n;
	if (found)
		return found;
	*link = fresh;
	ARENA_PUSH(draft->arena, draft->node, draft->n, draft->cap) =
		(struct draft_node){.hits = LITERAL_NONE, .last_hit = LITERAL_NONE, .label = label};
	return fresh;
}

static void draft_add(struct draft *draft, const struct literal *literal)
{
	uint32_t at = 0;
	for (size_t i = 0; i < literal->text.n; i++)
		at = draft_child(draft, at, (uint8_t)literal->text.p[i]);
	uint32_t fresh = (uint32_t)draft->n_hits;
	ARENA_PUSH(draft->arena, draft->hit, draft->n_hits, draft->hits_cap) = (struct literal_hit){
		.id = literal->id, .length = (uint32_t)literal->text.n, .next = LITERAL_NONE};
	struct draft_node *node = &draft->node[at];
	if (node->hits == LITERAL_NONE)
		node->hits = fresh;
	else
		draft->hit[node->last_hit].next = fresh;
	node->last_hit = fresh;
}

/* Tables of the result while they are filled. */
struct layout {
	struct arena *arena;
	struct literal_node *node;
	uint8_t *label;
	uint32_t *origin; /* draft node of each node */
	uint32_t *rows;
	size_t n_rows, rows_cap;
};

static void make_row(struct layout *layout, struct literal_node *node)
{
	node->row = (uint32_t)layout->n_rows;
	size_t size = LITERAL_ROW * sizeof *layout->rows;
	uint32_t(*rows)[LITERAL_ROW] = (void *)layout->rows;
	arena_grow(layout->arena, &rows, layout->n_rows, &layout->rows_cap, size);
	layout->rows = (uint32_t *)rows;
	memset(rows[layout->n_rows], 0, size);
	for (uint32_t i = node->first; i < node->first + node->n; i++)
		rows[layout->n_rows][layout->label[i]] = i;
	layout->n_rows++;
}

/* Numbers the nodes level by level, so that children stand together and every fail link leads back. */
static void lay_out(struct draft *draft, struct layout *layout)
{
	uint32_t next = 1;
	for (uint32_t at = 0; at < draft->n; at++) {
		struct literal_node *node = &layout->node[at];
		const struct draft_node *origin = &draft->node[layout->origin[at]];
		node->first = next;
		node->hits = origin->hits;
		node->row = LITERAL_NONE;
		uint32_t child = origin->child;
		for (; child; child = draft->node[child].sibling, node->n++, next++) {
			layout->origin[next] = child;
			layout->label[next] = draft->node[child].label;
		}
		if (node->n >= DENSE_FROM || at == 0)
			make_row(layout, node);
	}
}

/* Where the node itself does not lead, its longest suffix does. */
static void complete_row(const struct literals *set, uint32_t *rows,
			 const struct literal_node *node)
{
	uint32_t *row = rows + (size_t)node->row * LITERAL_ROW;
	for (unsigned byte = 0; byte < LITERAL_ROW; byte++)
		if (!row[byte])
			row[byte] = literals_step(set, node->fail, (unsigned char)byte);
}

/* Fail links, and the hits of suffixes behind the own ones. A link leads to an earlier node, which is done. */
static void link_suffixes(const struct literals *set, struct literal_node *node,
			  struct draft *draft, const struct layout *layout)
{
	for (uint32_t at = 0; at < draft->n; at++) {
		if (at && node[at].row != LITERAL_NONE)
			complete_row(set, layout->rows, &node[at]);
		for (uint32_t child = node[at].first; child < node[at].first + node[at].n;
		     child++) {
			uint32_t fail = 0;
			if (at)
				fail = literals_step(set, node[at].fail, set->label[child]);
			node[child].fail = fail;
			uint32_t last = draft->node[layout->origin[child]].last_hit;
			if (last == LITERAL_NONE)
				node[child].hits = node[fail].hits;
			else
				draft->hit[last].next = node[fail].hits;
		}
	}
}

void literals_build(struct arena *arena, const struct literal *literals, size_t n,
		    struct literals *ret)
{
	struct draft draft = {.arena = arena};
	*ret = (struct literals){.node = NULL};
	if (n == 0)
		return;
	ARENA_PUSH(arena, draft.node, draft.n,
		   draft.cap) = (struct draft_node){.hits = LITERAL_NONE, .last_hit = LITERAL_NONE};
	for (size_t i = 0; i < n; i++)
		draft_add(&draft, &literals[i]);
	struct layout layout = {
		.arena = arena,
		.node = ARENA_ARRAY(arena, draft.n, struct literal_node),
		.label = ARENA_ARRAY(arena, draft.n, uint8_t),
		.origin = ARENA_ARRAY(arena, draft.n, uint32_t),
	};
	lay_out(&draft, &layout);
	*ret = (struct literals){
		.node = layout.node,
		.label = layout.label,
		.rows = layout.rows,
		.hit = draft.hit,
		.n_nodes = (uint32_t)draft.n,
		.n_rows = (uint32_t)layout.n_rows,
		.n_hits = (uint32_t)draft.n_hits,
	};
	link_suffixes(ret, layout.node, &draft, &layout);
}

static int compare_offers(const void *a, const void *b)
{
	const struct literal *x = a, *y = b;
	int order = str_compare(x->text, y->text);
	return order ? order : (x->id > y->id) - (x->id < y->id);
}

/* How often texts were offered, kept beside the chosen ones while choosing. */
static void offer(struct literal *chosen, const struct literal *literal, uint32_t count)
{
	struct literal *best = &chosen[literal->id];
	if (best->text.n == 0 || count < best->id ||
	    (count == best->id && literal->text.n > best->text.n))
		*best = (struct literal){literal->text, count};
}

void literals_choose(struct literal *offers, size_t n_offers, struct literal *ret, size_t n_ids)
{
	if (n_offers)
		qsort(offers, n_offers, sizeof *offers, compare_offers);
	for (size_t id = 0; id < n_ids; id++)
		ret[id] = (struct literal){{"", 0}, 0};
	for (size_t from = 0, to; from < n_offers; from = to) {
		for (to = from + 1; to < n_offers; to++)
			if (!str_eq(offers[from].text, offers[to].text))
				break;
		for (size_t i = from; i < to; i++)
			offer(ret, &offers[i], (uint32_t)(to - from));
	}
	for (size_t id = 0; id < n_ids; id++)
		ret[id].id = (uint32_t)id;
}
