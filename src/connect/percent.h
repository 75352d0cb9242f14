/* SPDX-License-Identifier: Apache-2.0
 *
 * Percent-encoding as signatures want it: everything but RFC 3986's unreserved characters, upper-case digits.
 */
#ifndef CAVRA_CONNECT_PERCENT_H
#define CAVRA_CONNECT_PERCENT_H

#include "base/buf.h"

/* A path keeps its '/'. */
void percent_add_path(struct buf *out, struct str path);
void percent_add(struct buf *out, struct str text);

#endif
