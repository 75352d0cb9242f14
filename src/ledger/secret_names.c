/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that say that their value is secret, see secret_scan.h. "DB_PASSWORD", "dbPassword", "db-password2" and
 * "dbpassword_prod" are one name: lower case, without separators, without what says for what it is.
 */
#include "ledger/secret_scan.h"

enum { NAME_BYTES = 64 };

struct joined {
	char p[NAME_BYTES];
	size_t n;
	uint64_t starts; /* bits: a word of the name starts there */
};

/* Of a long name the end counts. */
static void join(struct str name, struct joined *joined)
{
	bool start = true;
	joined->n = 0;
	joined->starts = 0;
	if (name.n > NAME_BYTES)
		name = str_from_at(name, name.n - NAME_BYTES);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!byte_is(c, BYTE_ALNUM)) {
			start = true;
			continue;
		}
		bool camel = i && c >= 'A' && c <= 'Z' && name.p[i - 1] >= 'a' &&
			     name.p[i - 1] <= 'z';
		if (start || camel)
			joined->starts |= UINT64_C(1) << joined->n;
		joined->p[joined->n++] = ascii_lower(c);
		start = false;
	}
}

static void cut_digits(struct joined *joined)
{
	while (joined->n && ascii_is_digit(joined->p[joined->n - 1]))
		joined->n--;
}

/* Takes "prod" off "password_prod". */
static bool cut_tail(struct joined *joined)
{
	size_t at = joined->n;
	while (at > 0 && !(joined->starts >> (at - 1) & 1))
		at--;
	if (at <= 1 ||
	    !secret_word_is(WORDS_TAIL, str_make(joined->p + at - 1, joined->n - at + 1)))
		return false;
	joined->n = at - 1;
	return true;
}

static const struct secret_name *look_up(const struct joined *joined)
{
	if (!joined->n)
		return NULL;
	unsigned char last = (unsigned char)joined->p[joined->n - 1];
	for (size_t i = secret_names_last[last]; i < secret_names_last[last + 1U]; i++) {
		const struct secret_name *name = &secret_names[i];
		if (name->n > joined->n || memcmp(joined->p + joined->n - name->n,
						  secret_texts + name->text, name->n) != 0)
			continue;
		bool whole = name->n == joined->n;
		bool simple = name->strength >= NAME_HEADER && name->strength <= NAME_VALUE;
		if (whole || name->anywhere ||
		    (!simple && joined->starts >> (joined->n - name->n) & 1))
			return name;
	}
	return NULL;
}

/* Most names end as none of a secret does: seen before anything is copied. */
static bool may_be_one(struct str name)
{
	char end[3] = {0};
	size_t n = name.n, got = 0;
	while (n && got < sizeof end) {
		char c = name.p[--n];
		if (byte_is(c, BYTE_ALNUM) && (got || !ascii_is_digit(c)))
			end[got++] = ascii_lower(c);
	}
	unsigned bit = secret_name_hash(end[2], end[1], end[0]);
	return got > 1 && (secret_name_ends[bit / 64] >> bit % 64 & 1 ||
			   secret_name_short[(unsigned char)end[0]] >> (end[1] & 63) & 1);
}

const struct secret_name *secret_name_find(struct str name)
{
	struct joined joined;
	if (!may_be_one(name))
		return NULL;
	join(name, &joined);
	cut_digits(&joined);
	const struct secret_name *found = look_up(&joined);
	while (!found && cut_tail(&joined)) {
		cut_digits(&joined);
		found = look_up(&joined);
	}
	return found && found->strength != NAME_NONE ? found : NULL;
}

bool secret_name_is_bare(struct str name)
{
	struct joined joined;
	if (name.n > 32)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is(name.p[i], BYTE_NAME))
			return false;
	join(name, &joined);
	const struct secret_name *found = look_up(&joined);
	return found && found->n == joined.n;
}
