/* SPDX-License-Identifier: Apache-2.0
 *
 * References to URIs, RFC 3986 section 5: enough to tell which resource of a schema document is
 * meant.
 */
#ifndef CAVRA_JSON_URI_H
#define CAVRA_JSON_URI_H

#include "base/arena.h"

/* The absolute form of a reference. An empty base leaves it as it is. The fragment is kept. In the
 * arena.
 */
struct str uri_resolve(struct arena *arena, struct str base, struct str reference);
/* Cuts "#fragment" off and decodes its %HH. Without '#' the fragment is empty. */
struct str uri_cut_fragment(struct arena *arena, struct str *uri);

#endif
