/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects in a store that does not give them up before their time: Amazon S3 with Object Lock and what speaks its
 * language, Azure Blob Storage with immutability policies. Nothing is believed that was not read back.
 */
#ifndef CAVRA_CONNECT_STORAGE_H
#define CAVRA_CONNECT_STORAGE_H

#include <stdint.h>

#include "connect/http.h"
#include "connect/sigv4.h"
#include "crypto/digest.h"

/* How long an object must stay. */
struct storage_lock {
	int64_t until;   /* microseconds since 1970, whole seconds; 0: not retained */
	bool compliance; /* nobody can shorten it: COMPLIANCE, Locked; else GOVERNANCE, Unlocked */
	bool legal_hold;
};

struct storage_object {
	const char *key;
	const char *media_type;
	struct str bytes;
};

enum { STORAGE_TEXT = 256 };

/* What the service says of an object. */
struct storage_state {
	bool there;
	bool same; /* its bytes are ours */
	struct storage_lock lock;
	char version[STORAGE_TEXT], etag[STORAGE_TEXT]; /* empty: the service gives none */
	char encryption[STORAGE_TEXT];
	char modified[STORAGE_TEXT];
};

enum storage_outcome {
	STORAGE_UPLOADED,
	STORAGE_FOUND,    /* the same bytes were there, locked as wanted */
	STORAGE_EXTENDED, /* were there, and are now locked for longer */
	STORAGE_OTHER,    /* other bytes are there: nothing was done */
	STORAGE_LONGER, /* are locked for longer, or more strictly, than is asked for: nothing was done */
};

struct storage;

struct storage_provider {
	const char *name; /* "s3" */
	/* version: of a state; empty: the newest. Fills in all of *ret, there false when there is none. */
	int (*look)(struct storage *storage, const struct storage_object *object,
		    const char *version, struct storage_state *ret, struct cavra_error *error);
	/* *ret_exists: nothing was written, because the name is taken. */
	int (*put)(struct storage *storage, const struct storage_object *object,
		   const struct storage_lock *lock, bool *ret_exists,
		   char ret_version[STORAGE_TEXT], struct cavra_error *error);
	/* state: how it is locked now, less than `lock` wants. */
	int (*extend)(struct storage *storage, const struct storage_object *object,
		      const struct storage_state *state, const struct storage_lock *lock,
		      struct cavra_error *error);
};

extern const struct storage_provider storage_s3, storage_azure;

struct storage {
	const struct storage_provider *provider;
	struct http_client *http;
	const char *place;    /* bucket, container */
	const char *endpoint; /* "https://host[:port][/path]" without the place */
	/* S3 */
	const char *region;
	bool path_style;     /* the bucket stands in the path, not in the name of the host */
	const char *kms_key; /* NULL: as the bucket says */
	struct sigv4_key aws;
	/* Azure */
	const char *account;
	struct secret account_key; /* decoded; n 0: none, then */
	struct secret sas;         /* a query that is authorised already */
};

/* Makes sure that the object is there and locked: uploads it unless it is there, locks it for longer when it is not locked
 * long enough, never for less, and reads back both the bytes and the lock. *ret_state: as it is now, also for the outcomes
 * in which nothing was done. Errors: what the service answers (CAVRA_ERR_IO, CAVRA_ERR_NOT_FOUND), and CAVRA_ERR_IO when
 * what is read back is not what was sent.
 */
int storage_keep(struct storage *storage, const struct storage_object *object,
		 const struct storage_lock *lock, enum storage_outcome *ret_outcome,
		 struct storage_state *ret_state, struct cavra_error *error);

/* For the providers: "https", "host:port", and its path without a '/' at the end. */
struct storage_endpoint {
	struct str scheme, authority, path;
};
struct storage_endpoint storage_split_endpoint(const char *endpoint);
/* A header of the answer as text of a state, cut to its size. */
void storage_keep_header(const struct http_response *response, const char *name,
			 char ret_text[STORAGE_TEXT]);
/* What the answer to a HEAD says of an object that is there. version: the one that was
 * asked for, when the answer names none.
 */
struct storage_head_names {
	const char *version, *encryption; /* headers that each service names in its own way */
};
void storage_keep_head(const struct http_response *response, const struct storage_head_names *names,
		       const char *version, struct storage_state *state);
void storage_add_md5(struct buf *headers, struct str body);

#endif
