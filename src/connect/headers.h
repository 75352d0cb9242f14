/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers in the order of their names, as signatures take them.
 */
#ifndef CAVRA_CONNECT_HEADERS_H
#define CAVRA_CONNECT_HEADERS_H

#include "base/buf.h"

enum { HEADERS_MAX = 40 };

struct header_line {
	struct str name, value;
};

/* Those whose name begins with the prefix, sorted; false when there are too many. */
bool headers_sorted(const struct buf *headers, const char *prefix,
		    struct header_line ret_lines[HEADERS_MAX], size_t *ret_n);

#endif
