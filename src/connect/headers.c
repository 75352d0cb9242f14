/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers in the order of their names, see headers.h.
 */
#include "connect/headers.h"

#include <stdlib.h>

#include "connect/http.h"

static int compare(const void *a, const void *b)
{
	const struct header_line *one = a, *two = b;
	return str_compare(one->name, two->name);
}

bool headers_sorted(const struct buf *headers, const char *prefix,
		    struct header_line ret_lines[HEADERS_MAX], size_t *ret_n)
{
	struct str rest = buf_str(headers);
	struct header_line line;
	size_t n = 0;
	while (http_next_header(&rest, &line.name, &line.value)) {
		if (!str_starts(line.name, str_from(prefix)))
			continue;
		if (n == HEADERS_MAX)
			return false;
		ret_lines[n++] = line;
	}
	qsort(ret_lines, n, sizeof *ret_lines, compare);
	*ret_n = n;
	return true;
}
