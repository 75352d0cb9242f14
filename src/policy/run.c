/* SPDX-License-Identifier: Apache-2.0
 *
 * Partly known text running over a pattern, see run.h.
 */
#include "policy/run.h"

#include "base/glob.h"

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

static void enter_joined(struct run *run)
{
	if (run->automaton->has_joined)
		states_enter_joined(run->automaton, &run->may);
}

/* Text behind shell patterns that stood for nothing. They match no name that starts with '.'. */
static void release_held(struct run *run, char next)
{
	run->holding = false;
	if (next != '.')
		states_join(run->automaton, &run->may, &run->held);
}

void run_text(struct run *run, struct str text)
{
	const struct automaton *automaton = run->automaton;
	if (text.n == 0)
		return;
	if (run->holding)
		release_held(run, text.p[0]);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = automaton_byte(automaton, text.p[i]);
		if (states_are_empty(automaton, &run->may))
			break;
		states_step(automaton, &run->may, byte);
		if (run->split)
			states_step(automaton, &run->sure, byte);
		enter_joined(run);
	}
	run->at_start = run->paths && text.p[text.n - 1] == '/';
}

void run_any(struct run *run)
{
	const struct automaton *automaton = run->automaton;
	run_split(run);
	if (run->holding)
		states_join(automaton, &run->may, &run->held);
	states_step_set(automaton, &run->may, &byte_set_all, &run->may);
	enter_joined(run);
	states_keep(automaton, &run->sure, &byte_set_all);
	run->holding = run->at_start = false;
}

/* An optional '-', then at least one digit. */
static void run_number(struct run *run)
{
	static const struct byte_set digits = {{(uint64_t)0x3ff << '0', 0, 0, 0}};
	static const struct byte_set with_sign = {
		{(uint64_t)0x3ff << '0' | (uint64_t)1 << '-', 0, 0, 0}};
	const struct automaton *automaton = run->automaton;
	struct states negative;
	run_split(run);
	if (run->holding)
		states_join(automaton, &run->may, &run->held);
	states_copy(automaton, &negative, &run->may);
	states_step(automaton, &negative, '-');
	states_join(automaton, &negative, &run->may);
	states_clear(automaton, &run->may);
	states_step_set(automaton, &negative, &digits, &run->may);
	states_step_set(automaton, &run->may, &digits, &run->may);
	enter_joined(run);
	states_keep(automaton, &run->sure, &with_sign);
	run->holding = run->at_start = false;
}

/* What one shell pattern element stands for. */
struct glob_bytes {
	struct byte_set first;       /* its first byte */
	const struct byte_set *more; /* any number of these may follow */
	bool none;                   /* it may stand for nothing */
	bool dot;                    /* also for a '.' at the start of a name */
};

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

static void fold_set(struct byte_set *set)
{
	for (int upper = 'A'; upper <= 'Z'; upper++)
		if (byte_set_has(set, (unsigned char)upper))
			byte_set_add(set, (unsigned char)ascii_lower((char)upper));
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
	states_step_set(automaton, from, &set, out);
	states_step_set(automaton, out, bytes->more, out);
}

/* Everything so far stands at the start of a name. */
static void hold(struct run *run)
{
	states_copy(run->automaton, &run->held, &run->may);
	states_clear(run->automaton, &run->may);
	run->holding = true;
}

/* The element as it is written: what a pattern that matches no file stands for. */
static void step_itself(const struct run *run, struct str element, struct states *out)
{
	states_copy(run->automaton, out, &run->may);
	if (run->holding)
		states_join(run->automaton, out, &run->held);
	for (size_t i = 0; i < element.n; i++)
		states_step(run->automaton, out, automaton_byte(run->automaton, element.p[i]));
}

static void run_glob(struct run *run, struct str element)
{
	const struct automaton *automaton = run->automaton;
	struct glob_bytes bytes = glob_bytes(element);
	struct states out;
	run_split(run);
	if (run->at_start)
		hold(run);
	step_itself(run, element, &out);
	step_glob(automaton, &run->may, &bytes, false, &out);
	if (bytes.none)
		states_join(automaton, &out, &run->may);
	if (run->holding) {
		step_glob(automaton, &run->held, &bytes, true, &out);
		if (bytes.dot)
			states_join(automaton, &out, &run->held);
		run->holding = bytes.none && !bytes.dot;
	}
	states_copy(automaton, &run->may, &out);
	enter_joined(run);
	bool slash = str_find_char(element, '/') !=
		     STR_NPOS; /* in an extglob that stays as it is */
	states_keep(automaton, &run->sure, slash ? &byte_set_all : &byte_set_no_slash);
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
