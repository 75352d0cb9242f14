/* SPDX-License-Identifier: Apache-2.0
 *
 * Where evidence is kept, from options and credentials. Credentials come from the environment and from the files of the
 * providers' own tools, never from options.
 */
#ifndef CAVRA_CLI_STORAGE_PLACE_H
#define CAVRA_CLI_STORAGE_PLACE_H

#include "cli/cli.h"
#include "connect/storage.h"

struct storage_place {
	struct storage storage; /* refers to the others */
	struct http_options http_options;
	const char *prefix;
	char endpoint[512];
};

/* Opens it; nothing is sent. Release it, also after a failure. */
int storage_place_open(const struct args *args, struct storage_place *ret_place,
		       struct cavra_error *error);
void storage_place_release(struct storage_place *place);
#define CLEANUP_STORAGE_PLACE __attribute__((cleanup(storage_place_release)))

/* "s3", "s3-bucket": what the receipt says of it; the caller decrefs it, NULL without memory. */
json_t *storage_place_describe(const struct storage_place *place);

#endif
