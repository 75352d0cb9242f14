/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts and URLs, and what the network rules say to them.
 */
#include "decide/core.h"
#include "policy/address.h"

struct authority {
	struct value host;
	unsigned port; /* 0: unknown */
	bool known;
};

static const struct {
	const char *scheme;
	unsigned port;
} schemes[] = {{"http", 80},  {"https", 443}, {"ftp", 21}, {"ssh", 22},
	       {"git", 9418}, {"ws", 80},     {"wss", 443}};

static unsigned scheme_port(struct str scheme)
{
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (str_eq_nocase(scheme, str_from(schemes[i].scheme)))
			return schemes[i].port;
	return 0;
}

/* [user@]host[:port], [ipv6]:port, host:path */
static void parse_authority(struct decider *d, struct str text, struct authority *authority)
{
	size_t at = str_find_last_char(text, '@'), port;
	if (at != STR_NPOS)
		text = str_from_at(text, at + 1);
	struct str host = text, rest = STR("");
	if (text.n && text.p[0] == '[') {
		size_t close = str_find_char(text, ']');
		host = close == STR_NPOS ? text : str_make(text.p + 1, close - 1);
		rest = close == STR_NPOS ? STR("") : str_from_at(text, close + 1);
	} else {
		size_t colon = str_find_char(text, ':');
		if (colon != STR_NPOS) {
			host = str_first(text, colon);
			rest = str_from_at(text, colon);
		}
	}
	if (rest.n > 1 && str_to_size(str_from_at(rest, 1), &port) && port < 65536)
		authority->port = (unsigned)port;
	while (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	authority->host = value_from(d->arena, host);
	authority->known = host.n > 0;
}

static bool is_metadata(struct str host);

/* It names one of two hosts: one when that may not be asked anyway, otherwise nobody knows which. */
static void parse_doubtful(struct decider *d, struct str rest, struct authority *authority)
{
	struct authority other = *authority;
	size_t end = 0;
	while (end < rest.n && !strchr("/?#", rest.p[end]))
		end++;
	parse_authority(d, str_first(rest, end), &other);
	if (authority->known && is_metadata(value_text(d->arena, authority->host)))
		return;
	*authority = other;
	if (!other.known || !is_metadata(value_text(d->arena, other.host)))
		*authority = (struct authority){.host = value_any()};
}

/* Where the scheme ends; "://" in a query begins another URL. */
static size_t scheme_end(struct str url)
{
	size_t end = 0;
	while (end < url.n && (ascii_is_name(url.p[end]) || strchr("+-.", url.p[end])))
		end++;
	return end && str_starts(str_from_at(url, end), STR("://")) ? end : STR_NPOS;
}

/* The host of a URL of which at least the authority is known. */
static void parse_url(struct decider *d, struct value url, struct authority *authority)
{
	struct str prefix = value_known_prefix(d->arena, url);
	size_t scheme = scheme_end(prefix);
	struct str rest = scheme == STR_NPOS ? prefix : str_from_at(prefix, scheme + 3);
	authority->port = scheme == STR_NPOS ? 0 : scheme_port(str_first(prefix, scheme));
	size_t end = 0;
	while (end < rest.n && !strchr("/?#\\", rest.p[end]))
		end++;
	if (end == rest.n && !value_is_known(url)) {
		authority->host = value_any();
		return;
	}
	parse_authority(d, str_first(rest, end), authority);
	/* Behind a backslash some look for the path, curl for the host. */
	if (end < rest.n && rest.p[end] == '\\')
		parse_doubtful(d, rest, authority);
}

static bool is_file_url(struct str prefix)
{
	return prefix.n > 5 && str_eq_nocase(str_first(prefix, 5), STR("file:"));
}

static void read_file_url(struct decider *d, struct value url, const struct scope *scope)
{
	struct str text = str_from_at(value_known_prefix(d->arena, url), 5);
	if (str_starts(text, STR("//"))) {
		size_t slash = str_find_char(str_from_at(text, 2), '/');
		text = slash == STR_NPOS ? STR("/") : str_from_at(text, 2 + slash);
	}
	(void)file_effect(d, EFFECT_FILE_READ,
			  value_is_known(url) ? value_from(d->arena, text) : value_any(), false,
			  scope);
}

/* ---- rules ---- */

/* What hands out the credentials of a machine to whoever asks from it. */
static const char *const metadata_addresses[] = {"169.254.169.254", "169.254.170.2",
						 "fd00:ec2::254", "100.100.100.200"};
static const char *const metadata_names[] = {"metadata.google.internal", "metadata"};
/* In the names of services that answer with the address in their name: 169.254.169.254.nip.io. */
static const char *const metadata_parts[] = {"169.254.169.254", "169-254-169-254", "a9fea9fe"};

static bool is_metadata_address(const struct address *address)
{
	struct address known, inner;
	for (size_t i = 0; i < sizeof metadata_addresses / sizeof *metadata_addresses; i++)
		if (address_parse(str_from(metadata_addresses[i]), &known) &&
		    memcmp(&known, address, sizeof known) == 0)
			return true;
	return address_embedded(address, &inner) && is_metadata_address(&inner);
}

static bool is_metadata(struct str host)
{
	struct address address;
	if (address_parse(host, &address))
		return is_metadata_address(&address);
	for (size_t i = 0; i < sizeof metadata_names / sizeof *metadata_names; i++)
		if (str_eq_nocase(host, str_from(metadata_names[i])))
			return true;
	for (size_t i = 0; i < sizeof metadata_parts / sizeof *metadata_parts; i++)
		if (str_find(host, str_from(metadata_parts[i])) != STR_NPOS)
			return true;
	return false;
}

struct host_rule {
	enum policy_list_id list;
	enum cavra_outcome decision;
	const char *rule_id, *reason;
};

static const struct host_rule host_rules[] = {
	{LIST_NETWORK_BLOCK, CAVRA_BLOCK, "network.block", "talks to a blocked host"},
	{LIST_NETWORK_APPROVE, CAVRA_REQUIRE_APPROVAL, "network.require_approval",
	 "talks to a host that needs approval"},
};

static void report(struct decider *d, const struct effect *effect, const struct host_rule *rule,
		   struct match_result hit, bool remote)
{
	bool must = hit.match == MATCH_MUST && !remote;
	struct finding *finding = finding_add(d, effect,
					      must ? rule->decision : CAVRA_REQUIRE_APPROVAL,
					      CAVRA_HIGH, rule->rule_id);
	finding->certainty = must ? MATCH_MUST : MATCH_MAY;
	finding->pattern = hit.pattern;
	finding->approver_group = finding->decision == CAVRA_BLOCK ? STR("")
								   : STR("Platform Security");
	finding->reason = arena_printf(d->arena, "%s%s, %.*s", must ? "" : "perhaps ", rule->reason,
				       STR_ARG(effect->shown));
}

static void apply_default(struct decider *d, const struct effect *effect)
{
	if (d->policy->network_default != SWITCH_BLOCK &&
	    d->policy->network_default != SWITCH_APPROVAL)
		return;
	bool blocks = d->policy->network_default == SWITCH_BLOCK;
	struct finding *finding =
		finding_add(d, effect, blocks ? CAVRA_BLOCK : CAVRA_REQUIRE_APPROVAL, CAVRA_MEDIUM,
			    blocks ? "network.default.block" : "network.default.require_approval");
	finding->reason = arena_printf(d->arena, "no rule allows the host %.*s",
				       STR_ARG(effect->shown));
	if (!blocks)
		finding->approver_group = STR("Platform Security");
}

void net_effect(struct decider *d, struct value target, bool is_url, const struct scope *scope,
		bool *ret_allowed)
{
	struct authority authority = {.host = value_any()};
	struct str prefix = value_known_prefix(d->arena, target);
	*ret_allowed = false;
	if (is_url && is_file_url(prefix)) {
		read_file_url(d, target, scope);
		return;
	}
	if (is_url)
		parse_url(d, target, &authority);
	else if (value_is_known(target))
		parse_authority(d, prefix, &authority);
	struct effect *effect = effect_add(d, EFFECT_NET, value_show(d->arena, authority.host),
					   scope);
	effect->known = value_is_known(authority.host);
	bool allowed = host_match(d->policy->list[LIST_NETWORK_ALLOW], authority.host,
				  authority.port, d->arena)
			       .match == MATCH_MUST;
	if (authority.known && is_metadata(value_text(d->arena, authority.host))) {
		struct finding *finding = finding_add(d, effect, CAVRA_BLOCK, CAVRA_CRITICAL,
						      "network.metadata.block");
		finding->reason = arena_join(
			d->arena, STR("asks a machine's metadata service for credentials, "),
			effect->shown);
		return;
	}
	bool found = rules_for_host(d, effect, authority.host, authority.port);
	for (size_t i = 0; i < sizeof host_rules / sizeof *host_rules && !found; i++) {
		struct match_result hit = host_match(d->policy->list[host_rules[i].list],
						     authority.host, authority.port, d->arena);
		found = hit.match != MATCH_NO;
		if (found)
			report(d, effect, &host_rules[i], hit, scope->remote);
	}
	if (!found && !allowed)
		apply_default(d, effect);
	*ret_allowed = allowed && !found;
}
