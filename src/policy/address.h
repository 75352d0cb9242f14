/* SPDX-License-Identifier: Apache-2.0
 *
 * Internet addresses as text, in every spelling that common clients accept.
 */
#ifndef CAVRA_POLICY_ADDRESS_H
#define CAVRA_POLICY_ADDRESS_H

#include <stdint.h>

#include "base/str.h"

/* IPv6, or IPv4 as ::ffff:a.b.c.d. */
struct address {
	uint8_t byte[16];
};

enum { ADDRESS_BITS = 128, ADDRESS_IPV4_BITS = 96, ADDRESS_TEXT = 16 };

/* Reads IPv6 (a zone behind '%' is ignored) and IPv4 with one to four parts, each decimal, octal (0...) or
 * hexadecimal (0x...), the last one filling what is left. False when it is neither.
 */
bool address_parse(struct str text, struct address *ret);
bool address_is_ipv4(const struct address *address);
/* The IPv4 address that an IPv6 address carries (IPv4-compatible, or 64:ff9b::/96); false when none. */
bool address_embedded(const struct address *address, struct address *ret);
/* Clears all but the first `bits`. */
void address_mask(struct address *address, unsigned bits);
/* "a.b.c.d" of an IPv4 address. */
struct str address_format_ipv4(const struct address *address, char ret_text[ADDRESS_TEXT]);

#endif
