/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of requests to Azure Storage: Shared Key authorization of the Blob service.
 */
#ifndef CAVRA_CONNECT_SHAREDKEY_H
#define CAVRA_CONNECT_SHAREDKEY_H

#include "base/error.h"
#include "connect/headers.h"

struct sharedkey_request {
	const char *method, *account;
	struct str path;                 /* percent-encoded, begins with '/' */
	const struct header_line *query; /* lower-case names, sorted; values as they are meant */
	size_t n_query;
	size_t body_bytes;
};

/* key: the bytes that the account's key is the base64 of. headers: of http_add_header(), with lower-case names, x-ms-date
 * and x-ms-version among them. Adds authorization. CAVRA_ERR_LIMIT when that does not fit, CAVRA_ERR_MEMORY.
 */
int sharedkey_sign(const struct sharedkey_request *request, struct str key, struct buf *headers,
		   struct cavra_error *error);

#endif
