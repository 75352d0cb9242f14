/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be told only when the whole request has been seen, since what was looked up may be otherwise by the time a command
 * runs. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_LATER_H
#define CAVRA_DECIDE_LATER_H

#include "decide/core.h"

/* `place` is no directory now. If something else makes it one, a command writes `inside`, which lies in it. own: the effects
 * that say that it writes the place.
 */
struct effects {
	const struct effect *first; /* NULL: none was listed */
	size_t n;
};
void later_inside(struct decider *d, struct value place, struct value inside, bool tree,
		  const struct scope *scope, struct effects own);
/* Judges that and what other lookups rest on. */
void later_finish(struct decider *d);

#endif
