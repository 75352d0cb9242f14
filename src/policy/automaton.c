/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of partly known text over a pattern, see automaton.h.
 */
#include "policy/automaton.h"

#include "base/glob.h"

const struct byte_set byte_set_all = {{~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0}};
const struct byte_set byte_set_no_slash = {
	{~((uint64_t)1 << '/'), ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0}};
/* Bytes of a UTF-8 character behind its first. */
static const struct byte_set byte_set_following = {{0, 0, ~(uint64_t)0, 0}};
static const struct byte_set byte_set_digits = {{(uint64_t)0x3ff << '0', 0, 0, 0}};

static const struct byte_set *const common_sets[ELEMENT_SETS] = {
	[ELEMENT_SET_ALL] = &byte_set_all,
	[ELEMENT_SET_NO_SLASH] = &byte_set_no_slash,
	[ELEMENT_SET_FOLLOWING] = &byte_set_following,
};

static const struct byte_set *element_set(const struct automaton *automaton,
					  const struct element *element)
{
	return element->set < ELEMENT_SETS ? common_sets[element->set]
					   : &automaton->sets[element->set - ELEMENT_SETS];
}

static bool sets_meet(const struct byte_set *a, const struct byte_set *b)
{
	return (a->bits[0] & b->bits[0]) || (a->bits[1] & b->bits[1]) ||
	       (a->bits[2] & b->bits[2]) || (a->bits[3] & b->bits[3]);
}

static bool set_covers(const struct byte_set *big, const struct byte_set *small)
{
	for (int i = 0; i < 4; i++)
		if (small->bits[i] & ~big->bits[i])
			return false;
	return true;
}

void automaton_add(struct automaton_builder *builder, struct element element)
{
	ARENA_PUSH(builder->arena, builder->element, builder->n, builder->cap) = element;
}

uint16_t automaton_add_set(struct automaton_builder *builder, const struct byte_set *set)
{
	ARENA_PUSH(builder->arena, builder->sets, builder->n_sets, builder->sets_cap) = *set;
	return (uint16_t)(ELEMENT_SETS + builder->n_sets - 1);
}

bool automaton_finish(const struct automaton_builder *builder, bool fold, struct automaton *ret)
{
	if (builder->n == 0 || builder->n > AUTOMATON_ELEMENTS)
		return false;
	*ret = (struct automaton){
		.element = builder->element,
		.sets = builder->sets,
		.n = (uint16_t)builder->n,
		.words = (uint8_t)((builder->n + 63) / 64),
		.fold = fold,
	};
	for (size_t i = 0; i < builder->n; i++)
		ret->has_joined |= builder->element[i].joined;
	return true;
}

static void set_state(struct states *states, unsigned state)
{
	states->bits[state / 64] |= (uint64_t)1 << (state % 64);
}

bool states_have(const struct states *states, unsigned state)
{
	return states->bits[state / 64] >> (state % 64) & 1;
}

bool states_are_empty(const struct automaton *automaton, const struct states *states)
{
	uint64_t any = 0;
	for (unsigned i = 0; i < automaton->words; i++)
		any |= states->bits[i];
	return any == 0;
}

unsigned states_next(const struct automaton *automaton, const struct states *states, unsigned from)
{
	unsigned word = from / 64;
	if (word >= automaton->words)
		return automaton->n;
	uint64_t bits = states->bits[word] & (~(uint64_t)0 << (from % 64));
	while (bits == 0) {
		if (++word >= automaton->words)
			return automaton->n;
		bits = states->bits[word];
	}
	return word * 64 + (unsigned)__builtin_ctzll(bits);
}

unsigned states_first(const struct automaton *automaton, const struct states *states)
{
	return states_next(automaton, states, 0);
}

void states_enter(const struct automaton *automaton, struct states *states, unsigned state)
{
	for (; state < automaton->n; state++) {
		set_state(states, state);
		uint8_t kind = automaton->element[state].kind;
		if (kind != ELEMENT_RUN && kind != ELEMENT_DEEP)
			break;
	}
}

static void states_clear(const struct automaton *automaton, struct states *states)
{
	for (unsigned i = 0; i < automaton->words; i++)
		states->bits[i] = 0;
}

static void states_copy(const struct automaton *automaton, struct states *to,
			const struct states *from)
{
	for (unsigned i = 0; i < automaton->words; i++)
		to->bits[i] = from->bits[i];
}

static void states_join(const struct automaton *automaton, struct states *to,
			const struct states *from)
{
	for (unsigned i = 0; i < automaton->words; i++)
		to->bits[i] |= from->bits[i];
}

/* Where one byte leads from one state. */
static inline void step_state(const struct automaton *automaton, unsigned state, unsigned char byte,
			      struct states *out)
{
	const struct element *element = &automaton->element[state];
	switch ((enum element_kind)element->kind) {
	case ELEMENT_BYTE:
		if (element->byte == byte)
			states_enter(automaton, out, state + 1);
		break;
	case ELEMENT_SET:
		if (byte_set_has(element_set(automaton, element), byte))
			states_enter(automaton, out, state + 1);
		break;
	case ELEMENT_RUN:
		if (byte_set_has(element_set(automaton, element), byte))
			states_enter(automaton, out, state);
		break;
	case ELEMENT_DEEP:
		set_state(out, state);
		if (byte == '/')
			states_enter(automaton, out, state + 1);
		break;
	case ELEMENT_SPACE:
		if (element->equals && byte == '=')
			states_enter(automaton, out, state + 1);
		break;
	case ELEMENT_END:
		break;
	case ELEMENT_REST:
		set_state(out, state);
		break;
	}
}

static void step(const struct automaton *automaton, struct states *states, unsigned char byte)
{
	struct states out;
	states_clear(automaton, &out);
	for (STATES_EACH(state, automaton, states))
		step_state(automaton, state, byte, &out);
	states_copy(automaton, states, &out);
}

/* Where one byte of the set may lead: every target is entered in *out, which may be *states itself. */
static void step_set(const struct automaton *automaton, const struct states *states,
		     const struct byte_set *set, struct states *out)
{
	for (STATES_EACH(state, automaton, states)) {
		const struct element *element = &automaton->element[state];
		switch ((enum element_kind)element->kind) {
		case ELEMENT_BYTE:
			if (byte_set_has(set, element->byte))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_SET:
			if (sets_meet(element_set(automaton, element), set))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_RUN:
			if (sets_meet(element_set(automaton, element), set))
				states_enter(automaton, out, state);
			break;
		case ELEMENT_DEEP:
			set_state(out, state);
			if (byte_set_has(set, '/'))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_SPACE:
			if (element->equals && byte_set_has(set, '='))
				states_enter(automaton, out, state + 1);
			break;
		case ELEMENT_END:
			break;
		case ELEMENT_REST:
			set_state(out, state);
			break;
		}
	}
}

/* Does this state, which follows ELEMENT_DEEP, hold for whatever the last component is? */
static bool is_any_component(const struct automaton *automaton, unsigned state,
			     const struct byte_set *set)
{
	const struct element *element = &automaton->element[state];
	struct byte_set rest = *set;
	rest.bits[0] &= byte_set_no_slash.bits[0];
	return element->kind == ELEMENT_RUN && set_covers(element_set(automaton, element), &rest);
}

/* States that stay through any number of bytes of the set. Everything else is sure no longer. */
static void keep_sure(const struct automaton *automaton, struct states *states,
		      const struct byte_set *set)
{
	struct states out;
	states_clear(automaton, &out);
	for (STATES_EACH(state, automaton, states)) {
		const struct element *element = &automaton->element[state];
		if (element->kind == ELEMENT_RUN &&
		    set_covers(element_set(automaton, element), set))
			states_enter(automaton, &out, state);
		else if (element->kind == ELEMENT_DEEP || element->kind == ELEMENT_REST)
			set_state(&out, state);
		if (element->kind == ELEMENT_DEEP && is_any_component(automaton, state + 1, set))
			states_enter(automaton, &out, state + 1);
	}
	states_copy(automaton, states, &out);
}

void run_start(struct run *run, const struct automaton *automaton, bool paths)
{
	run->automaton = automaton;
	run->split = run->holding = false;
	run->paths = run->at_start = paths;
	states_clear(automaton, &run->may);
	states_enter(automaton, &run->may, 0);
	if (automaton->has_joined)
		run_split(run);
}

void run_split(struct run *run)
{
	if (!run->split)
		states_copy(run->automaton, &run->sure, &run->may);
	run->split = true;
}

/* A pattern space that perhaps stands for nothing. */
static void enter_joined(struct run *run)
{
	const struct automaton *automaton = run->automaton;
	for (STATES_EACH(state, automaton, &run->may))
		if (automaton->element[state].joined)
			states_enter(automaton, &run->may, state + 1);
}

/* Text behind shell patterns that stood for nothing: a name that starts with '.' is none they match. */
static void release_held(struct run *run, unsigned char next)
{
	run->holding = false;
	if (next == '.')
		return;
	states_join(run->automaton, &run->may, &run->held);
}

void run_text(struct run *run, struct str text)
{
	const struct automaton *automaton = run->automaton;
	if (text.n && run->holding)
		release_held(run, (unsigned char)text.p[0]);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = automaton_byte(automaton, text.p[i]);
		step(automaton, &run->may, byte);
		if (run->split)
			step(automaton, &run->sure, byte);
		if (automaton->has_joined)
			enter_joined(run);
		if (states_are_empty(automaton, &run->may))
			break;
	}
	if (text.n)
		run->at_start = run->paths && text.p[text.n - 1] == '/';
}

/* Any number of bytes of the set. */
static void run_bytes(struct run *run, const struct byte_set *set)
{
	run_split(run);
	if (run->holding) {
		run->holding = false;
		states_join(run->automaton, &run->may, &run->held);
	}
	step_set(run->automaton, &run->may, set, &run->may);
	if (run->automaton->has_joined)
		enter_joined(run);
	keep_sure(run->automaton, &run->sure, set);
	run->at_start = false;
}

void run_any(struct run *run)
{
	run_bytes(run, &byte_set_all);
}

/* An optional '-', then at least one digit. */
static void run_number(struct run *run)
{
	static const struct byte_set sign_and_digits = {
		{(uint64_t)0x3ff << '0' | (uint64_t)1 << '-', 0, 0, 0}};
	const struct automaton *automaton = run->automaton;
	struct states first = run->may, digits;
	run_split(run);
	if (run->holding)
		states_join(automaton, &first, &run->held);
	run->holding = run->at_start = false;
	struct states negative = first;
	step(automaton, &negative, '-');
	states_join(automaton, &first, &negative);
	states_clear(automaton, &digits);
	step_set(automaton, &first, &byte_set_digits, &digits);
	step_set(automaton, &digits, &byte_set_digits, &digits);
	states_copy(automaton, &run->may, &digits);
	if (automaton->has_joined)
		enter_joined(run);
	keep_sure(automaton, &run->sure, &sign_and_digits);
}

/* What one shell pattern element stands for, as sets of bytes. */
struct glob_bytes {
	struct byte_set first;       /* its first byte */
	const struct byte_set *more; /* any number of these may follow */
	bool none;                   /* it may stand for nothing */
	bool dot;                    /* also for a '.' at the start of a name */
};

static void fold_set(struct byte_set *set)
{
	for (unsigned char upper = 'A'; upper <= 'Z'; upper++)
		if (byte_set_has(set, upper))
			byte_set_add(set, (unsigned char)ascii_lower((char)upper));
}

static struct glob_bytes glob_bytes(struct str element)
{
	/* Of a character outside ASCII only the first byte counts: what is too much asks, no more. */
	static const struct byte_set high = {{0, 0, ~(uint64_t)0, ~(uint64_t)0}};
	struct glob_bytes bytes = {.first = byte_set_no_slash, .more = &byte_set_no_slash};
	size_t length = 0;
	if (str_is(element, "?")) {
		bytes.more = &high;
		return bytes;
	}
	if (element.n > 1 && element.p[0] == '[')
		(void)glob_bracket_matches(element, 'a', &length);
	if (length == 0 || length != element.n) {
		bytes.none = true;
		bytes.dot = !str_is(element, "*"); /* an extglob, or not understood */
		return bytes;
	}
	bytes.more = &high;
	bytes.first = high;
	for (int c = 1; c < 128; c++)
		if (c != '/' && glob_bracket_matches(element, (char)c, &length))
			byte_set_add(&bytes.first, (unsigned char)c);
	return bytes;
}

/* Every concrete text of the element, from *from into *out. first: without a leading '.'. */
static void step_glob(const struct automaton *automaton, const struct states *from,
		      const struct glob_bytes *bytes, bool first, struct states *out)
{
	struct byte_set set = bytes->first;
	if (first && !bytes->dot)
		set.bits[0] &= ~((uint64_t)1 << '.');
	if (automaton->fold)
		fold_set(&set);
	step_set(automaton, from, &set, out);
	step_set(automaton, out, bytes->more, out);
}

static void run_glob(struct run *run, struct str element)
{
	const struct automaton *automaton = run->automaton;
	struct glob_bytes bytes = glob_bytes(element);
	struct states out, self = run->may;
	run_split(run);
	states_clear(automaton, &out);
	if (run->holding)
		states_join(automaton, &self, &run->held);
	for (size_t i = 0; i < element.n; i++)
		step(automaton, &self, automaton_byte(automaton, element.p[i]));
	if (run->at_start) { /* everything so far stands at the start of a name */
		states_copy(automaton, &run->held, &run->may);
		states_clear(automaton, &run->may);
		run->holding = true;
	}
	step_glob(automaton, &run->may, &bytes, false, &out);
	if (bytes.none)
		states_join(automaton, &out, &run->may);
	if (run->holding) {
		step_glob(automaton, &run->held, &bytes, true, &out);
		if (bytes.dot)
			states_join(automaton, &out, &run->held);
		run->holding = bytes.none && !bytes.dot;
	}
	states_join(automaton, &out, &self);
	states_copy(automaton, &run->may, &out);
	if (automaton->has_joined)
		enter_joined(run);
	bool slash = str_find_char(element, '/') !=
		     STR_NPOS; /* in an extglob that stays as it is */
	keep_sure(automaton, &run->sure, slash ? &byte_set_all : &byte_set_no_slash);
	run->at_start = false;
}

void run_value(struct run *run, struct value value)
{
	for (size_t i = 0; i < value.n; i++) {
		const struct seg *seg = &value.seg[i];
		switch (seg->kind) {
		case SEG_TEXT:
			run_text(run, seg->text);
			break;
		case SEG_ANY:
			run_any(run);
			break;
		case SEG_NUMBER:
			run_number(run);
			break;
		case SEG_GLOB:
			run_glob(run, seg->text);
			break;
		}
	}
}

bool run_is_dead(const struct run *run)
{
	return states_are_empty(run->automaton, &run->may) &&
	       !(run->holding && !states_are_empty(run->automaton, &run->held));
}
