/* SPDX-License-Identifier: Apache-2.0
 *
 * What services answer, as far as we need it: short XML documents without attributes, of which a few elements hold text.
 */
#ifndef CAVRA_CONNECT_ANSWERS_H
#define CAVRA_CONNECT_ANSWERS_H

#include "connect/http.h"

/* The text of the element. False when the document has it not exactly once, or with anything but plain text in it: then
 * nobody knows what it says.
 */
bool answer_element(struct str xml, const char *name, struct str *ret);
/* An answer that is an error: what it says of the reason. doing: "PUT of the object x". */
int answer_fail(const struct http_response *response, const char *doing, struct cavra_error *error);

#endif
