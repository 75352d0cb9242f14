/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to effects and findings. Private to src/decide/.
 */
#ifndef CAVRA_DECIDE_REQUESTS_H
#define CAVRA_DECIDE_REQUESTS_H

#include "decide/core.h"

/* Adds at least one finding. */
void decide_request(struct decider *d);

#endif
