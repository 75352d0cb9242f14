/* SPDX-License-Identifier: Apache-2.0
 *
 * Network hosts against a compiled list, see match.h: names go through the name table, addresses through
 * ranges sorted by their length. Ports are looked at last.
 */
#include "policy/address.h"
#include "policy/match_name.h"

#include <assert.h>
#include <stdlib.h>

/* One pattern taken apart. */
struct host_pattern {
	struct str host; /* without brackets and the dot at its end */
	size_t port;     /* 0: any */
	bool bracketed;
};

static int split_port(struct str text, struct host_pattern *ret, struct cavra_error *error)
{
	size_t close = str_find_char(text, ']'), colon = str_find_last_char(text, ':');
	struct str port = STR("");
	*ret = (struct host_pattern){.host = text};
	if (str_starts(text, STR("[")) && close != STR_NPOS) {
		ret->host = str_from_at(str_first(text, close), 1);
		ret->bracketed = true;
		port = str_from_at(text, close + 1);
	} else if (colon != STR_NPOS && colon == str_find_char(text, ':')) {
		ret->host = str_first(text, colon);
		port = str_from_at(text, colon);
	}
	if (port.n && (port.p[0] != ':' || !str_to_size(str_from_at(port, 1), &ret->port) ||
		       ret->port == 0 || ret->port > 65535))
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s': a port is a number from 1 to 65535 behind the host, "
				 "as in example.com:443 or [fd00::1]:443; no scheme, no path",
				 STR_ARG(text));
	if (str_ends(ret->host, STR(".")) && ret->host.n > 1)
		ret->host.n--;
	return 0;
}

static int parse_range(struct str text, struct host_range *ret, struct cavra_error *error)
{
	size_t slash = str_find_char(text, '/'), bits = ADDRESS_BITS;
	struct str head = str_first(text, slash);
	struct address address, masked;
	bool ok = address_parse(head, &address);
	if (ok && slash != STR_NPOS) {
		size_t offset = str_find_char(head, ':') == STR_NPOS ? ADDRESS_IPV4_BITS : 0;
		ok = str_to_size(str_from_at(text, slash + 1), &bits) &&
		     bits <= ADDRESS_BITS - offset;
		bits += offset;
	}
	if (!ok)
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s' is no address range; write 10.0.0.0/8 or fd00::/8",
				 STR_ARG(text));
	masked = address;
	address_mask(&masked, (unsigned)bits);
	if (memcmp(&masked, &address, sizeof masked) != 0)
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s': the address has bits behind its prefix; write the first "
				 "address of the range",
				 STR_ARG(text));
	memcpy(ret->address, address.byte, sizeof ret->address);
	ret->bits = (uint32_t)bits;
	return 0;
}

static int check_name(struct str name, struct cavra_error *error)
{
	bool letters = false, star = false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		letters |= ascii_is_alpha(c);
		star |= c == '*';
		if (!ascii_is_name(c) && c != '-' && c != '.' && c != '*')
			return error_set(error, CAVRA_ERR_POLICY,
					 "'%.*s' is no host name; write example.com, *.example.com "
					 "or an address range",
					 STR_ARG(name));
	}
	if (name.n == 0)
		return error_set(error, CAVRA_ERR_POLICY, "empty host; write * for every host");
	if (star && !letters && name.n > 1)
		return error_set(error, CAVRA_ERR_POLICY,
				 "'%.*s': write addresses as a range, such as 10.0.0.0/8",
				 STR_ARG(name));
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct host_range *x = a, *y = b;
	int order = (x->bits > y->bits) - (x->bits < y->bits);
	if (order == 0)
		order = memcmp(x->address, y->address, sizeof x->address);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

int host_patterns_compile(struct arena *arena, const struct str *patterns, size_t n,
			  struct pattern_list **ret_list, size_t *ret_bad,
			  struct cavra_error *error)
{
	struct pattern_list *list;
	int code = pattern_list_new(arena, PATTERN_HOSTS, patterns, n, &list, ret_bad, error);
	if (code < 0)
		return code;
	struct str *name = ARENA_ARRAY(arena, n, struct str);
	struct host_range *range = ARENA_ARRAY(arena, n, struct host_range);
	uint16_t *port = ARENA_ARRAY(arena, n, uint16_t);
	for (size_t i = 0; i < n; i++) {
		struct host_pattern host;
		struct address address;
		*ret_bad = i;
		code = split_port(list->source[i], &host, error);
		if (code < 0)
			return code;
		bool is_range = host.bracketed || address_parse(host.host, &address) ||
				str_find_char(host.host, '/') != STR_NPOS;
		struct host_range *fresh = &range[list->n_ranges];
		code = is_range ? parse_range(host.host, fresh, error)
				: check_name(host.host, error);
		if (code < 0)
			return code;
		port[i] = (uint16_t)host.port;
		fresh->index = (uint32_t)i;
		list->n_ranges += is_range;
		name[i] = is_range ? STR("") : host.host;
	}
	if (list->n_ranges)
		qsort(range, list->n_ranges, sizeof *range, compare_ranges);
	list->range = range;
	list->port = port;
	list->name_text = name;
	code = name_list_fill(arena, list, true, ret_bad, error);
	if (code == 0)
		*ret_list = list;
	return code;
}

/* What is known of the connection beside its host. */
struct connection {
	unsigned port;       /* 0: unknown */
	bool may_be_address; /* by another spelling than the text shows */
};

static enum match apply_port(const struct pattern_list *list, uint32_t index, enum match match,
			     const void *context)
{
	const struct connection *connection = context;
	unsigned wanted = list->port[index];
	bool every = str_is(list->name_text[index], "*");
	if (match == MATCH_MUST && connection->may_be_address && !every)
		match = MATCH_MAY;
	if (wanted == 0 || wanted == connection->port || match == MATCH_NO)
		return match;
	return connection->port == 0 ? MATCH_MAY : MATCH_NO;
}

/* First range of this length and address, or behind where it would stand. */
static size_t find_range(const struct pattern_list *list, const struct host_range *wanted)
{
	size_t from = 0, to = list->n_ranges;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_ranges(&list->range[middle], wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void match_address(const struct pattern_list *list, const struct address *address,
			  const struct connection *connection, struct match_result *best)
{
	for (size_t at = 0; at < list->n_ranges;) {
		struct host_range wanted = {.bits = list->range[at].bits};
		struct address masked = *address;
		address_mask(&masked, wanted.bits);
		memcpy(wanted.address, masked.byte, sizeof wanted.address);
		size_t i = find_range(list, &wanted);
		for (; i < list->n_ranges && list->range[i].bits == wanted.bits &&
		       memcmp(list->range[i].address, wanted.address, 16) == 0;
		     i++) {
			uint32_t index = list->range[i].index;
			match_join(list, best, apply_port(list, index, MATCH_MUST, connection),
				   index);
		}
		wanted.bits++;
		memset(wanted.address, 0, sizeof wanted.address);
		at = wanted.bits > ADDRESS_BITS ? list->n_ranges : find_range(list, &wanted);
	}
}

/* Every range that the host could lie in, when nobody knows. */
static void match_unknown_address(const struct pattern_list *list,
				  const struct connection *connection, struct match_result *best)
{
	for (size_t i = 0; i < list->n_ranges; i++) {
		uint32_t index = list->range[i].index;
		match_join(list, best, apply_port(list, index, MATCH_MAY, connection), index);
	}
}

/* Could a value with unknown parts be an address? Only if its known parts could. */
static bool may_be_address(struct value host)
{
	for (size_t i = 0; i < host.n; i++) {
		if (host.seg[i].kind != SEG_TEXT)
			continue;
		for (size_t k = 0; k < host.seg[i].text.n; k++)
			if (!memchr("0123456789abcdefABCDEFxX.:%", host.seg[i].text.p[k], 27))
				return false;
	}
	return true;
}

static bool may_be_localhost(struct value host)
{
	struct str name = STR("localhost"), text = host.seg[host.n - 1].text;
	if (host.seg[host.n - 1].kind != SEG_TEXT)
		return true;
	size_t n = text.n < name.n ? text.n : name.n;
	return str_eq_nocase(str_from_at(text, text.n - n), str_from_at(name, name.n - n));
}

static bool is_ascii(struct value host)
{
	for (size_t i = 0; i < host.n; i++)
		for (size_t k = 0; k < host.seg[i].text.n; k++)
			if ((unsigned char)host.seg[i].text.p[k] > 127)
				return false;
	return true;
}

static bool is_localhost(struct str text)
{
	struct str tail = STR("localhost");
	if (text.n < tail.n || !str_eq_nocase(str_from_at(text, text.n - tail.n), tail))
		return false;
	return text.n == tail.n || text.p[text.n - tail.n - 1] == '.';
}

static void match_known(const struct pattern_list *list, struct str text,
			const struct connection *connection, struct match_result *best)
{
	char dotted[ADDRESS_TEXT];
	struct address address, inner;
	if (address_parse(text, &address)) {
		match_address(list, &address, connection, best);
		if (address_is_ipv4(&address))
			text = address_format_ipv4(&address, dotted);
		else if (address_embedded(&address, &inner))
			match_address(list, &inner, connection, best);
	} else if (is_localhost(text)) {
		(void)address_parse(STR("127.0.0.1"), &address);
		match_address(list, &address, connection, best);
		(void)address_parse(STR("::1"), &address);
		match_address(list, &address, connection, best);
	}
	struct seg seg = {SEG_TEXT, text, NULL};
	name_list_match(list, (struct value){&seg, 1}, apply_port, connection, best);
}

/* The value without one '.' at its end. */
static struct value cut_dot(struct arena *arena, struct value host)
{
	const struct seg *last = host.n ? &host.seg[host.n - 1] : NULL;
	if (!last || last->kind != SEG_TEXT || !str_ends(last->text, STR(".")))
		return host;
	struct seg *copy = ARENA_ARRAY(arena, host.n, struct seg);
	memcpy(copy, host.seg, host.n * sizeof *copy);
	copy[host.n - 1].text.n--;
	return (struct value){copy, host.n};
}

struct match_result host_match(const struct pattern_list *list, struct value host, unsigned port,
			       struct arena *arena)
{
	struct match_result best = MATCH_NOTHING;
	struct connection connection = {.port = port};
	if (!list)
		return best;
	assert(list->kind == PATTERN_HOSTS);
	if (!is_ascii(host)) /* which clients turn into ASCII in their own ways */
		host = value_any();
	host = cut_dot(arena, host);
	if (value_is_known(host)) {
		match_known(list, value_text(arena, host), &connection, &best);
		return best;
	}
	connection.may_be_address = may_be_address(host);
	if (connection.may_be_address || may_be_localhost(host))
		match_unknown_address(list, &connection, &best);
	name_list_match(list, host, apply_port, &connection, &best);
	return best;
}
