/* SPDX-License-Identifier: Apache-2.0
 *
 * Internet addresses as text, see address.h.
 */
#include "policy/address.h"

#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t ipv4_prefix[12] = {[10] = 0xff, [11] = 0xff};

/* One part of an IPv4 address in C notation. */
static bool parse_part(struct str text, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t number = 0;
	if (text.n > 1 && text.p[0] == '0') {
		bool hex = text.p[1] == 'x' || text.p[1] == 'X';
		base = hex ? 16 : 8;
		text = str_from_at(text, hex ? 2 : 1);
	}
	if (text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = ascii_lower(text.p[i]);
		unsigned digit = ascii_is_digit(c) ? (unsigned)(c - '0') : 99;
		if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		if (digit >= base || number > UINT32_MAX)
			return false;
		number = number * base + digit;
	}
	*ret = number;
	return number <= UINT32_MAX;
}

static bool parse_ipv4(struct str text, struct address *ret)
{
	uint64_t part[4] = {0}, number = 0;
	size_t n = 0;
	struct str piece;
	while (str_split(&text, '.', &piece))
		if (n == 4 || !parse_part(piece, &part[n++]))
			return false;
	if (n == 0)
		return false;
	for (size_t i = 0; i + 1 < n; i++) {
		if (part[i] > 255)
			return false;
		number |= part[i] << (24 - 8 * i);
	}
	uint64_t room = (uint64_t)1 << (8 * (5 - n));
	if (part[n - 1] >= room)
		return false;
	number |= part[n - 1];
	memcpy(ret->byte, ipv4_prefix, sizeof ipv4_prefix);
	for (int i = 0; i < 4; i++)
		ret->byte[12 + i] = (uint8_t)(number >> (24 - 8 * i));
	return true;
}

bool address_parse(struct str text, struct address *ret)
{
	char copy[INET6_ADDRSTRLEN];
	struct address address;
	if (str_find_char(text, ':') == STR_NPOS) {
		if (!parse_ipv4(text, &address))
			return false;
		*ret = address;
		return true;
	}
	text = str_first(text, str_find_char(text, '%'));
	if (text.n >= sizeof copy || str_find_char(text, '\0') != STR_NPOS)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET6, copy, address.byte) != 1)
		return false;
	*ret = address;
	return true;
}

bool address_is_ipv4(const struct address *address)
{
	return memcmp(address->byte, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

bool address_embedded(const struct address *address, struct address *ret)
{
	static const uint8_t compatible[12], translated[12] = {0x00, 0x64, 0xff, 0x9b};
	static const uint8_t loopback[4] = {0, 0, 0, 1};
	bool carries = memcmp(address->byte, translated, 12) == 0;
	if (memcmp(address->byte, compatible, 12) == 0)
		carries = memcmp(address->byte + 12, compatible, 4) != 0 &&
			  memcmp(address->byte + 12, loopback, 4) != 0;
	if (!carries)
		return false;
	memcpy(ret->byte, ipv4_prefix, 12);
	memcpy(ret->byte + 12, address->byte + 12, 4);
	return true;
}

void address_mask(struct address *address, unsigned bits)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned left = bits > 8 * i ? bits - 8 * i : 0;
		if (left < 8)
			address->byte[i] &= (uint8_t)(0xff00u >> left);
	}
}

struct str address_format_ipv4(const struct address *address, char ret_text[ADDRESS_TEXT])
{
	const uint8_t *b = address->byte + 12;
	int n = snprintf(ret_text, ADDRESS_TEXT, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	return str_make(ret_text, (size_t)n);
}
