/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials, see credentials.h.
 */
#include "connect/credentials.h"

#include <stdio.h>

#include "base/array.h"

enum { PART_ID, PART_SECRET, PART_TOKEN, PARTS };

static const char *const names[PARTS] = {
	[PART_ID] = "aws_access_key_id",
	[PART_SECRET] = "aws_secret_access_key",
	[PART_TOKEN] = "aws_session_token",
};

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= 0x20 || text.p[i] > 0x7e)
			return false;
	return true;
}

void credentials_wipe(struct sigv4_key *key)
{
	wipe(key, sizeof *key);
}

int credentials_set(struct str id, struct str secret, struct str token, struct sigv4_key *ret_key,
		    struct cavra_error *error)
{
	/* It stands between '/' and ',' in a header. */
	if (!id.n || !is_plain(id) || str_find_char(id, '/') != STR_NPOS ||
	    str_find_char(id, ',') != STR_NPOS)
		return error_set(error, CAVRA_ERR_INPUT, "the access key id is empty or no word");
	if (!secret.n || !is_plain(secret) || !is_plain(token))
		return error_set(error, CAVRA_ERR_INPUT,
				 "the secret access key is empty, or it or the session token holds "
				 "spaces or other characters that none has");
	if (id.n >= sizeof ret_key->id || !secret_set(&ret_key->secret, secret) ||
	    !secret_set(&ret_key->token, token)) {
		credentials_wipe(ret_key);
		return error_set(error, CAVRA_ERR_LIMIT, "the credentials are too long");
	}
	(void)snprintf(ret_key->id, sizeof ret_key->id, "%.*s", STR_ARG(id));
	return 0;
}

static int keep_part(struct str line, int number, struct str part[PARTS], struct cavra_error *error)
{
	struct str name, value = line;
	(void)str_split(&value, '=', &name);
	if (!value.p)
		return error_at(error, CAVRA_ERR_INPUT, number, 1, "write name = value");
	for (size_t i = 0; i < PARTS; i++)
		if (str_is(str_trim(name), names[i])) {
			if (part[i].p)
				return error_at(error, CAVRA_ERR_INPUT, number, 1,
						"%s is given twice", names[i]);
			part[i] = str_trim(value);
		}
	return 0;
}

int credentials_read(struct str text, const char *profile, struct sigv4_key *ret_key,
		     struct cavra_error *error)
{
	struct str rest = text, line, part[PARTS] = {{NULL, 0}};
	bool inside = false, found = false;
	int code = 0;
	for (int number = 1; code == 0 && str_split(&rest, '\n', &line); number++) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[' && line.p[line.n - 1] == ']') {
			inside = str_is(str_trim(str_make(line.p + 1, line.n - 2)), profile);
			found = found || inside;
		} else if (inside) {
			code = keep_part(line, number, part, error);
		}
	}
	if (code < 0)
		return code;
	if (!found)
		return error_set(error, CAVRA_ERR_NOT_FOUND, "there is no profile [%.100s]",
				 profile);
	return credentials_set(part[PART_ID], part[PART_SECRET], part[PART_TOKEN], ret_key, error);
}
