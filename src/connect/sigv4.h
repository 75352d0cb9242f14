/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of requests to Amazon S3 and what speaks its language: AWS Signature Version 4. libcurl could sign too, but
 * up to 7.88 not what has a query without a value, as ?retention.
 */
#ifndef CAVRA_CONNECT_SIGV4_H
#define CAVRA_CONNECT_SIGV4_H

#include "base/buf.h"
#include "base/error.h"
#include "crypto/secret.h"

struct sigv4_key {
	char id[129];
	struct secret secret;
	struct secret token; /* of temporary credentials; n 0: none */
};

struct sigv4_request {
	const char *method;
	struct str path;  /* percent-encoded, begins with '/' */
	struct str query; /* percent-encoded, sorted, each with its '='; may be empty */
	const char *region, *service;
	const char *payload; /* hexadecimal SHA-256 of the body */
	int64_t when;
};

/* headers: of http_add_header(), with lower-case names and host among them; all are signed. Adds x-amz-date,
 * x-amz-content-sha256, x-amz-security-token and authorization. CAVRA_ERR_LIMIT when that does not fit, CAVRA_ERR_MEMORY.
 */
int sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
	       struct buf *headers, struct cavra_error *error);

#endif
