/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP requests to other people's services, over libcurl. https only: plain http goes to this machine alone, and only
 * where the caller says so. No redirects, no cookies, no .netrc, and no proxy unless one is named: http_proxy and its
 * like in the environment are not looked at, since credentials and evidence pass through here. Sizes and times are capped.
 */
#ifndef CAVRA_CONNECT_HTTP_H
#define CAVRA_CONNECT_HTTP_H

#include "base/buf.h"
#include "base/error.h"

struct http_client;

struct http_options {
	const char *
		ca_file; /* PEM certificates that are trusted in place of the system's; NULL: the system's */
	const char *proxy;    /* URL; NULL: none */
	bool loopback;        /* http://127.0.0.1, http://[::1] and http://localhost are allowed */
	long timeout_seconds; /* of one request; 0: 120 */
};

/* Options are borrowed for as long as the client lives. The caller frees *ret_client. */
int http_client_new(const struct http_options *options, struct http_client **ret_client,
		    struct cavra_error *error);
void http_client_free(struct http_client *client);

/* Headers to send, as lines. A value with control characters, as no header may hold, fails the buffer. */
void http_add_header(struct buf *headers, const char *name, struct str value);
void http_add_header_c(struct buf *headers, const char *name, const char *value);
/* The next of these lines; false at the end. *rest starts as all of them. */
bool http_next_header(struct str *rest, struct str *ret_name, struct str *ret_value);

struct http_request {
	const char *method; /* GET, HEAD, PUT ... */
	const char *url;
	const struct buf *headers; /* built by http_add_header() */
	struct str body;
};

struct http_response {
	int status;
	struct buf headers, body;
};
/* max: bytes of a body; a longer one is an error. */
void http_response_init(struct http_response *response, size_t max);
void http_response_release(struct http_response *response);
/* The value of a header, whatever the case of its name; empty when there is none. Of several the first. */
struct str http_response_header(const struct http_response *response, const char *name);

/* Sends a request and waits for the answer, whatever its status. Errors name scheme and host and nothing else of the URL:
 * CAVRA_ERR_INPUT for a URL or header that must not be sent, CAVRA_ERR_LIMIT for too large an answer, CAVRA_ERR_IO when
 * there is none, CAVRA_ERR_MEMORY.
 */
int http_send(struct http_client *client, const struct http_request *request,
	      struct http_response *response, struct cavra_error *error);

static inline void http_client_freep(struct http_client **client)
{
	http_client_free(*client);
}
#define CLEANUP_HTTP_CLIENT __attribute__((cleanup(http_client_freep)))
#define CLEANUP_HTTP_RESPONSE __attribute__((cleanup(http_response_release)))

#endif
