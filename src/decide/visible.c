/* SPDX-License-Identifier: Apache-2.0
 *
 * Visible text, see visible.h.
 */
#include "decide/visible.h"

#include <inttypes.h>
#include <stdint.h>

#include "base/array.h"
#include "base/utf8.h"

/* Characters without a shape of their own, or that change how others are laid out: Unicode general
 * categories Cf, Zl, Zp, the fillers and the variation selectors. */
/* clang-format off */
static const struct {
	uint32_t first, last;
} invisible[] = {
	{0x0080, 0x00a0}, {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x0600, 0x0605}, {0x061c, 0x061c}, {0x06dd, 0x06dd},
	{0x070f, 0x070f}, {0x0890, 0x0891}, {0x08e2, 0x08e2}, {0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},
	{0x180b, 0x180f}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000},
	{0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x110bd, 0x110bd},
	{0x110cd, 0x110cd}, {0x13430, 0x1345f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	{0xf0000, 0x10ffff},
};
/* clang-format on */

bool visible_is_invisible(uint32_t character)
{
	for (size_t i = 0; i < ARRAY_SIZE(invisible) && character >= invisible[i].first; i++)
		if (character <= invisible[i].last)
			return true;
	return false;
}

static void add_ascii(struct buf *out, char c, unsigned flags)
{
	if (c == '\n' && !(flags & VISIBLE_KEEP_NEWLINES))
		buf_add_c(out, "\\n");
	else if (c == '\t')
		buf_add_c(out, "\\t");
	else if (c == '\r')
		buf_add_c(out, "\\r");
	else if (((unsigned char)c < 0x20 && c != '\n') || c == 0x7f)
		buf_add_format(out, "\\x%02x", (unsigned char)c);
	else
		buf_add_char(out, c);
}

void visible_add(struct buf *out, struct str text, unsigned flags)
{
	while (text.n) {
		size_t n = utf8_length(text);
		struct str rest = text;
		uint32_t c = n ? utf8_next(&rest) : 0;
		if (n == 0)
			buf_add_format(out, "\\x%02x", (unsigned char)text.p[0]);
		else if (n == 1)
			add_ascii(out, text.p[0], flags);
		else if (visible_is_invisible(c))
			buf_add_format(out, "\\u{%04" PRIx32 "}", c);
		else
			buf_add(out, str_first(text, n));
		text = str_from_at(text, n ? n : 1);
	}
}
