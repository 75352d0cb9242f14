/* SPDX-License-Identifier: Apache-2.0
 *
 * The fewest allow rules that answer what was asked: collected question by question, chosen at the end. Keeps no question,
 * only how often and for which patterns something was asked.
 */
#ifndef CAVRA_CLI_SUGGESTIONS_H
#define CAVRA_CLI_SUGGESTIONS_H

#include "decide/suggest.h"

enum { SUGGESTION_EXAMPLES = 3 };

struct suggestion {
	struct str pattern;
	bool general; /* takes more words than were seen */
	bool unsafe;  /* and some of those do harm */
	bool chosen;
	size_t count; /* of what it is to answer */
	bool answers; /* it was seen to */
	struct str example[SUGGESTION_EXAMPLES];
	size_t n_examples;
};

/* What was asked about, by the patterns that would answer it. */
struct suggestion_need {
	unsigned pattern[SUGGEST_PATTERNS]; /* each is enough; indices */
	size_t n;
	size_t count;
	size_t last; /* decision that needed it last */
	bool met;
	struct str example[SUGGESTION_EXAMPLES];
	size_t n_examples;
};

struct suggestions {
	struct arena arena; /* of all texts */
	json_t *index;      /* pattern to number */
	json_t *need_index; /* the same */
	struct suggestion *pattern;
	struct suggestion_need *need;
	size_t n_patterns, n_needs;
	size_t asked; /* decisions */
	size_t bars[SUGGEST_BARS];
	size_t unanswered; /* what the chosen ones were to answer, and did not */
	size_t others;     /* beyond LIMIT_SUGGESTIONS */
	/* Does a general pattern let something dangerous pass? */
	bool (*is_unsafe)(void *context, struct str pattern);
	void *context;
};

/* CAVRA_ERR_MEMORY. The caller releases it, also after a failure. */
int suggestions_init(struct suggestions *s, struct cavra_error *error);
void suggestions_release(struct suggestions *s);

/* Notes a decision to ask. CAVRA_ERR_MEMORY. */
int suggestions_note(struct suggestions *s, const struct decision *decision,
		     struct cavra_error *error);
/* Chooses: time and again the pattern that answers most of what is left, of equal ones the narrowest. */
void suggestions_choose(struct suggestions *s);
/* Notes a decision that the chosen patterns have turned into an allow. */
void suggestions_note_answer(struct suggestions *s, const struct decision *decision);
/* Drops what was never noted so. */
void suggestions_drop_idle(struct suggestions *s);

#endif
