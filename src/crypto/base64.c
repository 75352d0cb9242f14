/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64, see base64.h. OpenSSL's own decoder skips spaces and takes surplus bits.
 */
#include "crypto/base64.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
static const char standard[] = LETTERS_AND_DIGITS "+/", url_safe[] = LETTERS_AND_DIGITS "-_";

void base64_encode(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
		uint32_t group = 0;
		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_add_char(out, k <= n ? standard[group >> (18 - 6 * k) & 63] : '=');
	}
}

/* -1: no digit. */
static int digit_value(const char *alphabet, char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

/* Four characters that stand for n bytes. */
static bool decode_group(const char *alphabet, const char *text, size_t n, uint8_t *ret_bytes)
{
	uint32_t group = 0;
	for (size_t k = 0; k < 4; k++) {
		int value = k <= n ? digit_value(alphabet, text[k]) : (text[k] == '=' ? 0 : -1);
		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
	}
	for (size_t k = 0; k < n; k++)
		ret_bytes[k] = (uint8_t)(group >> (16 - 8 * k));
	return (group & (0xffffffU >> (8 * n))) == 0;
}

static bool decode(const char *alphabet, struct str text, uint8_t *ret_bytes, size_t cap,
		   size_t *ret_n)
{
	size_t padding = str_ends(text, STR("==")) ? 2 : str_ends(text, STR("=")) ? 1 : 0;
	size_t n = text.n / 4 * 3 - (text.n ? padding : 0);
	if (text.n % 4 != 0 || n > cap)
		return false;
	for (size_t at = 0, i = 0; i < text.n; i += 4, at += 3)
		if (!decode_group(alphabet, text.p + i, n - at < 3 ? n - at : 3, ret_bytes + at))
			return false;
	*ret_n = n;
	return true;
}

bool base64_decode(struct str text, uint8_t *ret_bytes, size_t cap, size_t *ret_n)
{
	return decode(standard, text, ret_bytes, cap, ret_n);
}

bool base64_decode_either(struct str text, uint8_t *ret_bytes, size_t cap, size_t *ret_n)
{
	return decode(standard, text, ret_bytes, cap, ret_n) ||
	       decode(url_safe, text, ret_bytes, cap, ret_n);
}
