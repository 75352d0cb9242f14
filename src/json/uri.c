/* SPDX-License-Identifier: Apache-2.0
 *
 * References to URIs, see uri.h.
 */
#include "json/uri.h"

/* Scheme and authority with their punctuation; either may be empty. */
struct uri {
	struct str scheme, authority, path, query;
};

static struct str cut_at(struct str *rest, const char *stops)
{
	size_t n = 0;
	while (n < rest->n && !strchr(stops, rest->p[n]))
		n++;
	struct str piece = str_first(*rest, n);
	*rest = str_from_at(*rest, n);
	return piece;
}

static size_t scheme_length(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ':')
			return i ? i + 1 : 0;
		if (!ascii_is_alpha(text.p[i]) &&
		    (i == 0 || (!ascii_is_digit(text.p[i]) && !strchr("+-.", text.p[i]))))
			return 0;
	}
	return 0;
}

static struct uri uri_parse(struct str text)
{
	struct uri uri = {.scheme = str_first(text, scheme_length(text))};
	text = str_from_at(text, uri.scheme.n);
	if (str_starts(text, STR("//"))) {
		struct str rest = str_from_at(text, 2);
		struct str host = cut_at(&rest, "/?");
		uri.authority = str_first(text, host.n + 2);
		text = rest;
	} else {
		uri.authority = str_first(text, 0);
	}
	uri.path = cut_at(&text, "?");
	uri.query = text;
	return uri;
}

/* RFC 3986 5.2.4. What is kept is empty or ends in '/' until the last segment. */
static struct str remove_dots(struct arena *arena, struct str path)
{
	char *out = arena_alloc(arena, path.n + 1);
	size_t root = str_starts(path, STR("/")), n = root;
	struct str rest = str_from_at(path, root), segment;
	out[0] = '/';
	while (str_split(&rest, '/', &segment)) {
		if (str_is(segment, "..")) {
			n -= n > root;
			while (n > root && out[n - 1] != '/')
				n--;
		} else if (!str_is(segment, ".")) {
			memcpy(out + n, segment.p, segment.n);
			n += segment.n;
			if (rest.p)
				out[n++] = '/';
		}
	}
	return str_make(out, n);
}

static struct str merge_paths(struct arena *arena, const struct uri *base, struct str path)
{
	size_t slash = str_find_last_char(base->path, '/');
	if (slash == STR_NPOS)
		return base->authority.n ? arena_join(arena, STR("/"), path) : path;
	return arena_join(arena, str_first(base->path, slash + 1), path);
}

struct str uri_resolve(struct arena *arena, struct str base_text, struct str reference)
{
	struct str fragment = reference;
	struct str text = cut_at(&fragment, "#");
	struct str base_fragment = base_text;
	struct uri base = uri_parse(cut_at(&base_fragment, "#")), uri = uri_parse(text);
	if (uri.scheme.n == 0 && base_text.n) {
		uri.scheme = base.scheme;
		if (uri.authority.n == 0) {
			uri.authority = base.authority;
			if (uri.path.n == 0) {
				uri.path = base.path;
				uri.query = uri.query.n ? uri.query : base.query;
			} else if (uri.path.p[0] != '/') {
				uri.path = merge_paths(arena, &base, uri.path);
			}
		}
	}
	/* The path of a URN is opaque. */
	if (uri.scheme.n == 0 || uri.authority.n || str_starts(uri.path, STR("/")))
		uri.path = remove_dots(arena, uri.path);
	struct str front = arena_join3(arena, uri.scheme, uri.authority, uri.path);
	return arena_join3(arena, front, uri.query, fragment);
}

static int hex_value(char c)
{
	c = ascii_lower(c);
	return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct str uri_cut_fragment(struct arena *arena, struct str *uri)
{
	struct str rest = *uri;
	*uri = cut_at(&rest, "#");
	rest = str_from_at(rest, 1);
	char *out = arena_alloc(arena, rest.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < rest.n; i++) {
		int high = rest.p[i] == '%' && i + 2 < rest.n ? hex_value(rest.p[i + 1]) : -1;
		int low = high >= 0 ? hex_value(rest.p[i + 2]) : -1;
		out[n] = rest.p[i];
		if (low >= 0) {
			out[n] = (char)(high * 16 + low);
			i += 2;
		}
		n++;
	}
	return str_make(out, n);
}
