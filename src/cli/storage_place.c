/* SPDX-License-Identifier: Apache-2.0
 *
 * Where evidence is kept, see storage_place.h.
 */
#include "cli/storage_place.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/regular.h"
#include "connect/credentials.h"
#include "crypto/base64.h"

#define DEFAULT_PREFIX "evidence/"

/* The first of these environment variables that is set and not empty; NULL: none. */
static const char *variable(const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = getenv(names[i]);
		if (value && value[0])
			return value;
	}
	return NULL;
}

static const char *one_variable(const char *name)
{
	return variable(&name, 1);
}

/* ---- S3 ---- */

static int find_credentials_file(char ret_path[PATH_MAX], struct cavra_error *error)
{
	const char *named = one_variable("AWS_SHARED_CREDENTIALS_FILE");
	const char *home = one_variable("HOME");
	int n = named ? snprintf(ret_path, PATH_MAX, "%s", named)
		      : snprintf(ret_path, PATH_MAX, "%s/.aws/credentials", home ? home : "");
	return n < 0 || n >= PATH_MAX ? error_set(error, CAVRA_ERR_LIMIT,
						  "the path of the credentials is too long")
				      : 0;
}

static int read_credentials_file(struct sigv4_key *key, struct cavra_error *error)
{
	struct buf CLEANUP_BUF text;
	char path[PATH_MAX];
	const char *profile = one_variable("AWS_PROFILE");
	buf_init(&text, LIMIT_SIGNATURE_BYTES);
	int code = find_credentials_file(path, error);
	if (code < 0)
		return code;
	code = regular_file_read(path, &text, error);
	if (code == CAVRA_ERR_NOT_FOUND)
		return error_set(
			error, code,
			"no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
			"write %.200s",
			path);
	if (code == 0)
		code = credentials_read(buf_str(&text), profile ? profile : "default", key, error);
	if (code < 0)
		error_file(error, path);
	if (text.n)
		wipe(text.p, text.n);
	return code;
}

static int read_aws(struct sigv4_key *key, struct cavra_error *error)
{
	const char *id = one_variable("AWS_ACCESS_KEY_ID");
	const char *secret = one_variable("AWS_SECRET_ACCESS_KEY");
	if (!id && !secret)
		return read_credentials_file(key, error);
	if (!id || !secret)
		return error_set(error, CAVRA_ERR_USAGE,
				 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together");
	return credentials_set(str_from(id), str_from(secret),
			       str_from(one_variable("AWS_SESSION_TOKEN")), key, error);
}

/* Names become part of hosts and signatures. */
static bool is_name(const char *text, const char *also)
{
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !ascii_is_digit(text[i]) &&
		    !strchr(also, text[i]))
			return false;
	return n > 0 && n <= 63;
}

static int open_s3(const struct args *args, struct storage_place *place, struct cavra_error *error)
{
	static const char *const regions[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
	struct storage *storage = &place->storage;
	storage->place = args->value[OPT_S3_BUCKET];
	storage->region = args_has(args, OPT_S3_REGION) ? args->value[OPT_S3_REGION]
							: variable(regions, ARRAY_SIZE(regions));
	storage->path_style = args_has(args, OPT_S3_PATH_STYLE);
	storage->kms_key = args->value[OPT_S3_KMS_KEY];
	if (!storage->place || !is_name(storage->place, ".-"))
		return error_set(
			error, CAVRA_ERR_USAGE,
			"--s3-bucket: name the bucket, in small letters, digits, '.' and '-'");
	if (!storage->region || !is_name(storage->region, "-"))
		return error_set(error, CAVRA_ERR_USAGE,
				 "give --s3-region, or set AWS_REGION, such as us-east-1");
	(void)snprintf(place->endpoint, sizeof place->endpoint, "https://s3.%s.amazonaws.com",
		       storage->region);
	return read_aws(&storage->aws, error);
}

/* ---- Azure ---- */

static int read_azure(struct storage *storage, struct cavra_error *error)
{
	const char *sas = one_variable("AZURE_STORAGE_SAS_TOKEN");
	const char *key = one_variable("AZURE_STORAGE_KEY");
	struct secret *account_key = &storage->account_key;
	if (!sas == !key)
		return error_set(error, CAVRA_ERR_USAGE,
				 "set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, %s",
				 sas ? "not both" : "one of them");
	if (sas && !secret_set(&storage->sas, str_from(sas[0] == '?' ? sas + 1 : sas)))
		return error_set(error, CAVRA_ERR_LIMIT, "AZURE_STORAGE_SAS_TOKEN is too long");
	if (key && (!base64_decode(str_from(key), (uint8_t *)account_key->p, sizeof account_key->p,
				   &account_key->n) ||
		    account_key->n == 0))
		return error_set(error, CAVRA_ERR_INPUT,
				 "AZURE_STORAGE_KEY is not the base64 of a key");
	return 0;
}

static int open_azure(const struct args *args, struct storage_place *place,
		      struct cavra_error *error)
{
	struct storage *storage = &place->storage;
	storage->account = args_has(args, OPT_AZURE_ACCOUNT)
				   ? args->value[OPT_AZURE_ACCOUNT]
				   : one_variable("AZURE_STORAGE_ACCOUNT");
	storage->place = args->value[OPT_AZURE_CONTAINER];
	if (!storage->account || !is_name(storage->account, ""))
		return error_set(error, CAVRA_ERR_USAGE,
				 "give --azure-account, or set AZURE_STORAGE_ACCOUNT");
	if (!storage->place || !is_name(storage->place, "-"))
		return error_set(
			error, CAVRA_ERR_USAGE,
			"--azure-container: name the container, in small letters, digits and "
			"'-'");
	(void)snprintf(place->endpoint, sizeof place->endpoint, "https://%s.blob.core.windows.net",
		       storage->account);
	return read_azure(storage, error);
}

/* ---- both ---- */

/* clang-format off */
static const struct {
	const struct storage_provider *provider;
	int (*open)(const struct args *, struct storage_place *, struct cavra_error *);
	enum option_id options[5]; /* of this provider alone, ended by OPTIONS */
} providers[] = {
	{&storage_s3,    open_s3,    {OPT_S3_BUCKET, OPT_S3_REGION, OPT_S3_PATH_STYLE, OPT_S3_KMS_KEY, OPTIONS}},
	{&storage_azure, open_azure, {OPT_AZURE_ACCOUNT, OPT_AZURE_CONTAINER, OPTIONS}},
};
/* clang-format on */

static int refuse_options_of_others(const struct args *args, size_t provider,
				    struct cavra_error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
		for (const enum option_id *id = providers[i].options; *id != OPTIONS; id++)
			if (i != provider && args_has(args, *id))
				return error_set(error, CAVRA_ERR_USAGE,
						 "options of %s do not go with --provider %s",
						 providers[i].provider->name,
						 providers[provider].provider->name);
	return 0;
}

static int open_provider(const struct args *args, struct storage_place *place,
			 struct cavra_error *error)
{
	const char *name = args->value[OPT_PROVIDER];
	for (size_t i = 0; name && i < ARRAY_SIZE(providers); i++) {
		if (strcmp(name, providers[i].provider->name) != 0)
			continue;
		place->storage.provider = providers[i].provider;
		int code = refuse_options_of_others(args, i, error);
		return code < 0 ? code : providers[i].open(args, place, error);
	}
	return error_set(error, CAVRA_ERR_USAGE, "give --provider s3 or --provider azure");
}

int storage_place_open(const struct args *args, struct storage_place *ret_place,
		       struct cavra_error *error)
{
	struct storage_place *place = ret_place;
	memset(place, 0, sizeof *place);
	place->prefix = args_has(args, OPT_S3_PREFIX) ? args->value[OPT_S3_PREFIX] : DEFAULT_PREFIX;
	place->http_options = (struct http_options){
		.ca_file = args->value[OPT_CA_FILE],
		.proxy = args->value[OPT_PROXY],
		.loopback = args_has(args, OPT_ALLOW_LOOPBACK_HTTP),
	};
	int code = open_provider(args, place, error);
	if (code < 0)
		return code;
	if (args_has(args, OPT_ENDPOINT)) {
		if (strlen(args->value[OPT_ENDPOINT]) >= sizeof place->endpoint)
			return error_set(error, CAVRA_ERR_LIMIT, "--endpoint is too long");
		(void)snprintf(place->endpoint, sizeof place->endpoint, "%s",
			       args->value[OPT_ENDPOINT]);
	}
	place->storage.endpoint = place->endpoint;
	return http_client_new(&place->http_options, &place->storage.http, error);
}

void storage_place_release(struct storage_place *place)
{
	http_client_free(place->storage.http);
	wipe(&place->storage, sizeof place->storage);
}

json_t *storage_place_describe(const struct storage_place *place)
{
	const struct storage *storage = &place->storage;
	if (storage->provider == &storage_azure)
		return json_pack("{s:s, s:s, s:s, s:s}", "provider", storage->provider->name,
				 "endpoint", storage->endpoint, "account", storage->account,
				 "container", storage->place);
	return json_pack("{s:s, s:s, s:s, s:s}", "provider", storage->provider->name, "endpoint",
			 storage->endpoint, "region", storage->region, "bucket", storage->place);
}
