/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP requests, see http.h.
 */
#include "connect/http.h"

#include <cavra/cavra.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/limits.h"
#include "crypto/start.h"

enum { CONNECT_SECONDS = 20, REQUEST_SECONDS = 120, HOST_BYTES = 256 };

struct http_client {
	CURL *curl;
	const struct http_options *options;
	char where[HOST_BYTES + 16]; /* scheme and host of the request, for messages */
	bool plain;                  /* the request is for http */
};

/* ---- headers ---- */

void http_add_header(struct buf *headers, const char *name, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
			headers->failed = true;
	buf_add_c(headers, name);
	buf_add_char(headers, ':');
	buf_add(headers, value);
	buf_add_char(headers, '\n');
}

void http_add_header_c(struct buf *headers, const char *name, const char *value)
{
	http_add_header(headers, name, str_from(value));
}

bool http_next_header(struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct str line;
	if (!rest->n || !str_split(rest, '\n', &line))
		return false;
	*ret_value = line;
	(void)str_split(ret_value, ':', ret_name);
	return true;
}

void http_response_init(struct http_response *response, size_t max)
{
	response->status = 0;
	buf_init(&response->headers, LIMIT_HTTP_HEADERS);
	buf_init(&response->body, max);
}

void http_response_release(struct http_response *response)
{
	buf_release(&response->headers);
	buf_release(&response->body);
}

struct str http_response_header(const struct http_response *response, const char *name)
{
	struct str rest = buf_str(&response->headers), line;
	while (str_split(&rest, '\n', &line)) {
		size_t colon = str_find_char(line, ':');
		if (colon != STR_NPOS && str_eq_nocase(str_first(line, colon), str_from(name)))
			return str_trim(str_from_at(line, colon + 1));
	}
	return STR("");
}

/* ---- the client ---- */

static size_t keep_body(char *bytes, size_t size, size_t n, void *context)
{
	struct http_response *response = context;
	buf_add(&response->body, str_make(bytes, size * n));
	return response->body.failed ? 0 : size * n;
}

/* Each status line begins anew: what came before was an interim answer. */
static size_t keep_header(char *bytes, size_t size, size_t n, void *context)
{
	struct http_response *response = context;
	struct str line = str_make(bytes, size * n);
	if (str_starts(line, STR("HTTP/")))
		buf_clear(&response->headers);
	buf_add(&response->headers, line);
	return response->headers.failed ? 0 : size * n;
}

static bool is_loopback(const struct curl_sockaddr *address)
{
	if (address->family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&address->addr;
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	const struct sockaddr_in6 *in6 = (const void *)&address->addr;
	return address->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Whatever a name stands for, plain text does not leave this machine. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct http_client *client = context;
	(void)purpose;
	if (client->plain && !is_loopback(address))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int http_client_new(const struct http_options *options, struct http_client **ret_client,
		    struct cavra_error *error)
{
	static bool started;
	struct http_client *client = calloc(1, sizeof *client);
	crypto_start();
	if (client && (started || curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)) {
		started = true;
		client->options = options;
		client->curl = curl_easy_init();
	}
	if (!client || !client->curl) {
		free(client);
		return error_set(error, CAVRA_ERR_MEMORY, "out of memory");
	}
	*ret_client = client;
	return 0;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
}

/* ---- a request ---- */

static bool may_be_plain(const char *host)
{
	static const char *const hosts[] = {"127.0.0.1", "[::1]", "localhost"};
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (strcasecmp(host, hosts[i]) == 0)
			return true;
	return false;
}

static int judge_parts(struct http_client *client, const char *scheme, const char *host,
		       const char *user, struct cavra_error *error)
{
	(void)snprintf(client->where, sizeof client->where, "%s://%.*s", scheme, HOST_BYTES, host);
	client->plain = strcmp(scheme, "http") == 0;
	if (user)
		return error_set(error, CAVRA_ERR_INPUT,
				 "%s: a URL must not hold a name or password", client->where);
	if (strcmp(scheme, "https") == 0)
		return 0;
	if (!client->plain || !may_be_plain(host))
		return error_set(error, CAVRA_ERR_INPUT, "%s: write https://", client->where);
	if (!client->options->loopback)
		return error_set(error, CAVRA_ERR_INPUT,
				 "%s: write https://, or allow plain http to this machine",
				 client->where);
	return 0;
}

/* Its parts, which the caller frees with curl_free(); user: NULL when there is none. */
static bool take_apart(const char *url, char **ret_scheme, char **ret_host, char **ret_user)
{
	CURLU *parsed = curl_url();
	bool good = parsed && strlen(url) <= LIMIT_HTTP_URL &&
		    curl_url_set(parsed, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
		    curl_url_get(parsed, CURLUPART_SCHEME, ret_scheme, 0) == CURLUE_OK &&
		    curl_url_get(parsed, CURLUPART_HOST, ret_host, 0) == CURLUE_OK;
	if (good)
		(void)curl_url_get(parsed, CURLUPART_USER, ret_user, 0);
	curl_url_cleanup(parsed);
	return good;
}

static int judge_url(struct http_client *client, const char *url, struct cavra_error *error)
{
	char *scheme = NULL, *host = NULL, *user = NULL;
	int code;
	if (take_apart(url, &scheme, &host, &user) && scheme && host)
		code = judge_parts(client, scheme, host, user, error);
	else
		code = error_set(error, CAVRA_ERR_INPUT, "this is no URL of a service");
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	return code;
}

static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);
	if (longer)
		*list = longer;
	return longer != NULL;
}

/* What libcurl would add by itself is not signed, or makes it wait. */
static struct curl_slist *list_headers(const struct buf *headers)
{
	static const char *const unwanted[] = {"Expect:", "Accept:", "Content-Type:"};
	struct curl_slist *list = NULL;
	struct str rest = buf_str(headers), name, value;
	char line[LIMIT_HTTP_HEADER];
	bool good = true, typed = false;
	while (good && http_next_header(&rest, &name, &value)) {
		int n = snprintf(line, sizeof line, value.n ? "%.*s: %.*s" : "%.*s;%.*s",
				 STR_ARG(name), STR_ARG(value));
		good = n > 0 && (size_t)n < sizeof line && add_line(&list, line);
		typed = typed || str_eq_nocase(name, STR("content-type"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(unwanted) - (typed ? 1 : 0); i++)
		good = good && add_line(&list, unwanted[i]);
	if (good)
		return list;
	curl_slist_free_all(list);
	return NULL;
}

static void set_options(struct http_client *client, struct http_response *response)
{
	const struct http_options *options = client->options;
	CURL *curl = client->curl;
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, client->plain ? "http" : "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT,
			 options->timeout_seconds ? options->timeout_seconds
						  : (long)REQUEST_SECONDS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "cavra/" CAVRA_VERSION);
	/* An empty text, other than none, also keeps libcurl from asking the environment. */
	curl_easy_setopt(curl, CURLOPT_PROXY,
			 options->proxy && !client->plain ? options->proxy : "");
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->ca_file) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
		curl_easy_setopt(curl, CURLOPT_CAPATH, (char *)NULL);
	}
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, client);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, response);
	curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_method(CURL *curl, const struct http_request *request)
{
	if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	} else if (strcmp(request->method, "GET") == 0) {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.n ? request->body.p : "");
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	}
}

static int fail_curl(const struct http_client *client, CURLcode result, const char *detail,
		     const struct http_response *response, struct cavra_error *error)
{
	if (response->body.failed || response->headers.failed)
		return error_set(error, CAVRA_ERR_LIMIT, "%s: the answer is larger than %zu bytes",
				 client->where,
				 response->body.failed ? response->body.max
						       : response->headers.max);
	return error_set(error, result == CURLE_OUT_OF_MEMORY ? CAVRA_ERR_MEMORY : CAVRA_ERR_IO,
			 "%s: %s%s%.200s", client->where, curl_easy_strerror(result),
			 detail[0] ? ": " : "", detail);
}

static int perform(struct http_client *client, const struct http_request *request,
		   struct curl_slist *headers, struct http_response *response,
		   struct cavra_error *error)
{
	char detail[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURL *curl = client->curl;
	curl_easy_reset(curl); /* keeps connections */
	set_options(client, response);
	set_method(curl, request);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	CURLcode result = curl_easy_setopt(curl, CURLOPT_URL, request->url);
	if (result == CURLE_OK)
		result = curl_easy_perform(curl);
	if (result == CURLE_OK)
		result = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, (char *)NULL);
	if (result != CURLE_OK)
		return fail_curl(client, result, detail, response, error);
	response->status = (int)status;
	return 0;
}

int http_send(struct http_client *client, const struct http_request *request,
	      struct http_response *response, struct cavra_error *error)
{
	int code = judge_url(client, request->url, error);
	if (code < 0)
		return code;
	if (client->options->ca_file && access(client->options->ca_file, R_OK) < 0)
		return error_set(error, CAVRA_ERR_NOT_FOUND,
				 "cannot read the certificates in %.300s",
				 client->options->ca_file);
	struct curl_slist *headers = request->headers->failed ? NULL
							      : list_headers(request->headers);
	if (!headers)
		return error_set(error, CAVRA_ERR_INPUT,
				 "%s: a header is too long or holds control characters",
				 client->where);
	buf_clear(&response->headers);
	buf_clear(&response->body);
	response->status = 0;
	code = perform(client, request, headers, response, error);
	curl_slist_free_all(headers);
	return code;
}
