/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs patterns, see pattern.h. All states are advanced together, character by character.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "json/pattern_private.h"

/* A set of instructions in order of entry. */
struct states {
	uint32_t *list, *place; /* place[list[i]] == i tells members */
	uint32_t n;
};

struct machine {
	const struct pattern *pattern;
	struct states now, next;
	uint32_t *stack;
	struct str text;
	size_t *work;
	uint32_t before,
		after; /* characters around the current position, NO_CHARACTER at the ends */
};

#define NO_CHARACTER UINT32_MAX

static bool is_word(uint32_t c)
{
	return c < 128 && ascii_is_name((char)c);
}

static bool holds(const struct machine *machine, enum op op)
{
	bool boundary = is_word(machine->before) != is_word(machine->after);
	if (op == OP_START)
		return machine->before == NO_CHARACTER;
	if (op == OP_END)
		return machine->after == NO_CHARACTER;
	return boundary == (op == OP_BOUNDARY);
}

static bool states_add(struct states *states, uint32_t at)
{
	uint32_t place = states->place[at];
	if (place < states->n && states->list[place] == at)
		return false;
	states->place[at] = states->n;
	states->list[states->n++] = at;
	return true;
}

/* Adds an instruction and all that can be reached from it without a character. Each enters the
 * stack at most twice.
 */
static void follow(struct machine *machine, struct states *states, uint32_t start)
{
	size_t n = 0;
	machine->stack[n++] = start;
	while (n) {
		uint32_t at = machine->stack[--n];
		const struct instruction *code = &machine->pattern->code[at];
		enum op op = (enum op)code->op;
		if (!states_add(states, at))
			continue;
		if (op == OP_SPLIT)
			machine->stack[n++] = code->y;
		if (op == OP_SPLIT || op == OP_JUMP)
			machine->stack[n++] = code->x;
		else if (op != OP_SET && op != OP_MATCH && holds(machine, op))
			machine->stack[n++] = at + 1;
	}
}

static bool set_has(const struct pattern *pattern, const struct instruction *code, uint32_t c)
{
	bool hit = false;
	for (uint32_t i = 0; !hit && i < code->y; i++) {
		const struct range *range = &pattern->ranges[code->x + i];
		hit = range->low <= c && c <= range->high;
	}
	return hit != code->negated;
}

static bool is_accepting(const struct machine *machine)
{
	for (uint32_t i = 0; i < machine->now.n; i++)
		if (machine->pattern->code[machine->now.list[i]].op == OP_MATCH)
			return true;
	return false;
}

/* The character between two positions; moves *rest behind it. */
static uint32_t next_character(struct str *rest)
{
	if (rest->n == 0)
		return NO_CHARACTER;
	uint32_t c = utf8_next(rest);
	return c == UINT32_MAX ? 0xfffd : c;
}

static int run(struct machine *machine)
{
	struct str rest = machine->text;
	const struct pattern *pattern = machine->pattern;
	machine->before = NO_CHARACTER;
	machine->after = next_character(&rest);
	for (;;) {
		follow(machine, &machine->now, 0);
		if (is_accepting(machine))
			return 1;
		if (machine->after == NO_CHARACTER)
			return 0;
		size_t steps = machine->now.n + 1;
		if (*machine->work < steps)
			return CAVRA_ERR_LIMIT;
		*machine->work -= steps;
		uint32_t c = machine->after;
		machine->before = c;
		machine->after = next_character(&rest);
		machine->next.n = 0;
		for (uint32_t i = 0; i < machine->now.n; i++) {
			uint32_t at = machine->now.list[i];
			if (pattern->code[at].op == OP_SET &&
			    set_has(pattern, &pattern->code[at], c))
				follow(machine, &machine->next, at + 1);
		}
		struct states swap = machine->now;
		machine->now = machine->next;
		machine->next = swap;
	}
}

int pattern_matches(const struct pattern *pattern, struct str text, size_t *work)
{
	uint32_t small[6 * 64] = {0};
	size_t n = pattern->n_code;
	uint32_t *memory = n <= 64 ? small : calloc(6 * n, sizeof *memory);
	if (!memory)
		return CAVRA_ERR_MEMORY;
	struct machine machine = {
		.pattern = pattern,
		.now = {memory, memory + n, 0},
		.next = {memory + 2 * n, memory + 3 * n, 0},
		.stack = memory + 4 * n,
		.text = text,
		.work = work,
	};
	int result = run(&machine);
	if (memory != small)
		free(memory);
	return result;
}
