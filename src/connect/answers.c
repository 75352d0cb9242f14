/* SPDX-License-Identifier: Apache-2.0
 *
 * What services answer, see answers.h.
 */
#include "connect/answers.h"

#include <stdio.h>

/* The text behind the first `tag`; false when it is there not once or more often. */
static bool behind(struct str xml, const char *tag, struct str *ret_before, struct str *ret_rest)
{
	struct str needle = str_from(tag);
	size_t at = str_find(xml, needle);
	if (at == STR_NPOS)
		return false;
	*ret_before = str_first(xml, at);
	*ret_rest = str_from_at(xml, at + needle.n);
	return str_find(*ret_rest, needle) == STR_NPOS;
}

bool answer_element(struct str xml, const char *name, struct str *ret)
{
	char open[64], close[64];
	struct str before, rest, text, after;
	(void)snprintf(open, sizeof open, "<%s>", name);
	(void)snprintf(close, sizeof close, "</%s>", name);
	if (!behind(xml, open, &before, &rest) || !behind(rest, close, &text, &after) ||
	    str_find(before, str_from(close)) != STR_NPOS)
		return false;
	if (str_find_char(text, '<') != STR_NPOS || str_find_char(text, '&') != STR_NPOS)
		return false;
	*ret = str_trim(text);
	return true;
}

int answer_fail(const struct http_response *response, const char *doing, struct cavra_error *error)
{
	struct str code = STR(""), message = STR("");
	if (!answer_element(buf_str(&response->body), "Code", &code))
		code = http_response_header(response, "x-ms-error-code");
	(void)answer_element(buf_str(&response->body), "Message", &message);
	return error_set(error, response->status == 404 ? CAVRA_ERR_NOT_FOUND : CAVRA_ERR_IO,
			 "%s: the service answers %d%s%.*s%s%.*s", doing, response->status,
			 code.n ? " " : "", (int)(code.n < 80 ? code.n : 80), code.p,
			 message.n ? ": " : "", (int)(message.n < 200 ? message.n : 200),
			 message.p);
}
