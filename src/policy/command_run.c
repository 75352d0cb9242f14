/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a command run over one form of a command pattern, see command_run.h.
 */
#include "policy/command_run.h"

static bool has_glob(struct value value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.seg[i].kind == SEG_GLOB)
			return true;
	return false;
}

/* At most an option like "-5", which takes no value. */
static bool is_number(const struct command_word *word)
{
	return !word->many && word->value.n == 1 && word->value.seg[0].kind == SEG_NUMBER;
}

static bool may_be_option(const struct command_word *word)
{
	const struct value *value = &word->value;
	if (word->many)
		return true;
	for (size_t i = 0; i < value->n; i++) {
		if (value->seg[i].kind != SEG_TEXT)
			return true;
		if (value->seg[i].text.n)
			return value->seg[i].text.p[0] == '-';
	}
	return false;
}

/* What nobody knows may be an option, and then the word behind it may be its value. */
static struct run_word describe(const struct command_word *words, size_t i, bool behind_unknown)
{
	const struct command_word *word = &words[i];
	struct run_word ret = {.word = word};
	ret.sure_skip = !word->many && (word->cls == CW_OPTION || word->cls == CW_OPTION_VALUE);
	ret.unknown = !ret.sure_skip && may_be_option(word) && !is_number(word) &&
		      (word->many || !value_is_known(word->value));
	ret.may_skip = ret.sure_skip || ret.unknown || behind_unknown || is_number(word) ||
		       word->cls == CW_MAYBE_VALUE;
	ret.has_glob = !word->many && has_glob(word->value);
	return ret;
}

static void add_order(struct command_orders *orders, const struct run_word *words, size_t n,
		      bool may_only)
{
	orders->order[orders->n++] = (struct command_order){words, n, may_only};
}

/* Operands, then options. doubtful: words that may be either stand in both places. */
static size_t rearrange(const struct run_word *words, size_t n, bool doubtful, struct run_word *out)
{
	size_t used = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			bool doubt = doubtful && i && words[i].may_skip && !words[i].sure_skip;
			bool option = i && words[i].sure_skip;
			if (!doubt && option != (pass == 1))
				continue;
			out[used] = words[i];
			out[used++].optional = doubt;
		}
	return used;
}

void command_orders_make(struct arena *arena, const struct command_word *words, size_t n, bool deny,
			 struct command_orders *ret)
{
	struct run_word *written = ARENA_ARRAY(arena, n * 5, struct run_word);
	struct run_word *sorted = written + n, *doubtful = sorted + n * 2;
	bool options = false, mixed = false, doubts = false, unknown = false;
	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		written[i] = describe(words, i, i && written[i - 1].unknown);
		mixed |= options && !written[i].sure_skip;
		options |= i && written[i].may_skip;
		doubts |= i && written[i].may_skip && !written[i].sure_skip;
		unknown |= written[i].unknown;
	}
	add_order(ret, written, n, false);
	if (!deny || !mixed)
		return;
	add_order(ret, sorted, rearrange(written, n, false, sorted), unknown);
	if (doubts)
		add_order(ret, doubtful, rearrange(written, n, true, doubtful), true);
}

/* States that wait while words pass: at ELEMENT_SPACE or ELEMENT_END. */
struct waiting {
	struct states may, sure;
};

static bool waits(const struct element *element, bool skippable)
{
	if (element->kind != ELEMENT_SPACE && element->kind != ELEMENT_END)
		return false;
	return element->skip == SKIP_ANY || (element->skip == SKIP_OPTIONS && skippable);
}

/* What stands behind the boundary that is crossed. */
struct crossing {
	bool skippable; /* a word that may be passed over */
	bool value;     /* the value of an option, and no operand */
};

/* The boundary in front of a word. `waiting` has the states that passed over the word before. */
static void cross(const struct automaton *automaton, struct states *states, struct states *waiting,
		  struct crossing crossing)
{
	struct states out, parked;
	states_join(automaton, states, waiting);
	states_clear(automaton, &out);
	states_clear(automaton, &parked);
	for (unsigned state = states_next(automaton, states, 0); state < automaton->n;
	     state = states_next(automaton, states, state + 1)) {
		const struct element *element = &automaton->element[state];
		bool space = element->kind == ELEMENT_SPACE;
		if ((space && (element->values || !crossing.value)) ||
		    (element->kind == ELEMENT_BYTE && element->equals))
			states_enter(automaton, &out, state + 1);
		else if (element->kind == ELEMENT_RUN && element->crosses)
			states_enter(automaton, &out, state);
		if (waits(element, crossing.skippable))
			states_add(&parked, state);
	}
	states_copy(automaton, states, &out);
	states_copy(automaton, waiting, &parked);
}

/* Any number of words of any content, possibly none. */
static void pass_many_may(const struct automaton *automaton, struct states *states,
			  struct states *waiting)
{
	unsigned first = states_next(automaton, states, 0);
	unsigned other = states_next(automaton, waiting, 0);
	for (unsigned i = other < first ? other : first; i < automaton->n; i++)
		states_enter(automaton, states, i);
}

static void pass_many_sure(const struct automaton *automaton, struct states *states,
			   struct states *waiting)
{
	struct states out, parked;
	states_join(automaton, states, waiting);
	states_clear(automaton, &out);
	states_clear(automaton, &parked);
	for (unsigned state = states_next(automaton, states, 0); state < automaton->n;
	     state = states_next(automaton, states, state + 1)) {
		const struct element *element = &automaton->element[state];
		if (element->kind == ELEMENT_RUN && element->crosses)
			states_enter(automaton, &out, state);
		else if (waits(element, false))
			states_add(&parked, state);
	}
	states_copy(automaton, states, &out);
	states_copy(automaton, waiting, &parked);
}

static void split(struct run *run, struct waiting *waiting)
{
	if (run->split)
		return;
	states_copy(run->automaton, &waiting->sure, &waiting->may);
	run_split(run);
}

static void pass_word(struct run *run, struct waiting *waiting, const struct run_word *word)
{
	const struct automaton *automaton = run->automaton;
	struct crossing sure = {.skippable = word->sure_skip,
				.value = word->sure_skip && word->word->cls == CW_OPTION_VALUE};
	/* That an option takes a value may be wrong of a word that the pattern has, not of just any. */
	struct crossing may = {.skippable = word->may_skip,
			       .value = sure.value && !value_is_known(word->word->value)};
	if (word->may_skip != word->sure_skip || sure.value)
		split(run, waiting);
	cross(automaton, &run->may, &waiting->may, may);
	if (run->split)
		cross(automaton, &run->sure, &waiting->sure, sure);
	if (!value_is_known(word->word->value))
		split(run, waiting);
	run_value(run, word->word->value);
}

/* A word that may also stand elsewhere. */
static void pass_optional(struct run *run, struct waiting *waiting, const struct run_word *word)
{
	const struct automaton *automaton = run->automaton;
	struct states may = run->may, parked = waiting->may;
	split(run, waiting);
	pass_word(run, waiting, word);
	states_join(automaton, &run->may, &may);
	states_join(automaton, &waiting->may, &parked);
}

/* The shell may make more words of this one. */
static void repeat_word(struct run *run, struct waiting *waiting, const struct run_word *word)
{
	const struct automaton *automaton = run->automaton;
	for (;;) {
		struct run again = *run;
		struct waiting still = *waiting;
		bool more = false;
		cross(automaton, &again.may, &still.may,
		      (struct crossing){.skippable = word->may_skip});
		run_value(&again, word->word->value);
		for (unsigned i = 0; i < automaton->words; i++) {
			more |= (again.may.bits[i] & ~run->may.bits[i]) ||
				(still.may.bits[i] & ~waiting->may.bits[i]);
			run->may.bits[i] |= again.may.bits[i];
			waiting->may.bits[i] |= still.may.bits[i];
		}
		if (!more)
			break;
	}
	pass_many_sure(automaton, &run->sure, &waiting->sure);
}

static bool is_dead(const struct run *run, const struct waiting *waiting)
{
	return states_are_empty(run->automaton, &run->may) &&
	       states_are_empty(run->automaton, &waiting->may);
}

static enum match run_order(const struct automaton *automaton, const struct command_order *order)
{
	struct run run;
	struct waiting waiting = {.may = {{0}}};
	unsigned end = automaton->n - 1u;
	run_start(&run, automaton, false);
	for (size_t i = 0; i < order->n && !is_dead(&run, &waiting); i++) {
		const struct run_word *word = &order->word[i];
		if (word->word->many) {
			split(&run, &waiting);
			pass_many_may(automaton, &run.may, &waiting.may);
			pass_many_sure(automaton, &run.sure, &waiting.sure);
			continue;
		}
		if (i == 0)
			run_value(&run, word->word->value);
		else if (word->optional)
			pass_optional(&run, &waiting, word);
		else
			pass_word(&run, &waiting, word);
		if (word->has_glob)
			repeat_word(&run, &waiting, word);
	}
	const struct states *sure = run_sure(&run);
	const struct states *parked = run.split ? &waiting.sure : &waiting.may;
	if (!order->may_only && (states_have(sure, end) || states_have(parked, end)))
		return MATCH_MUST;
	bool may = states_have(&run.may, end) || states_have(&waiting.may, end);
	return may ? MATCH_MAY : MATCH_NO;
}

enum match command_run(const struct automaton *automaton, const struct command_orders *orders)
{
	enum match best = MATCH_NO;
	for (size_t i = 0; i < orders->n && best != MATCH_MUST; i++) {
		enum match match = run_order(automaton, &orders->order[i]);
		if (match > best)
			best = match;
	}
	return best;
}
