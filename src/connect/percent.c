/* SPDX-License-Identifier: Apache-2.0
 *
 * Percent-encoding, see percent.h.
 */
#include "connect/percent.h"

static void add(struct buf *out, struct str text, const char *also)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (ascii_is_name(c) || (c && strchr("-.~", c)) || (c && strchr(also, c)))
			buf_add_char(out, c);
		else
			buf_add_format(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void percent_add_path(struct buf *out, struct str path)
{
	add(out, path, "/");
}

void percent_add(struct buf *out, struct str text)
{
	add(out, text, "");
}
