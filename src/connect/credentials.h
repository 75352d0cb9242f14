/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials as the tools of the providers keep them.
 */
#ifndef CAVRA_CONNECT_CREDENTIALS_H
#define CAVRA_CONNECT_CREDENTIALS_H

#include "base/error.h"
#include "connect/sigv4.h"

/* The profile in the text of a shared credentials file (~/.aws/credentials). CAVRA_ERR_NOT_FOUND when it is not there,
 * CAVRA_ERR_INPUT with the line when it is incomplete or not understood, CAVRA_ERR_LIMIT.
 */
int credentials_read(struct str text, const char *profile, struct sigv4_key *ret_key,
		     struct cavra_error *error);
/* One after another, as from the environment. token: empty when there is none. CAVRA_ERR_INPUT, CAVRA_ERR_LIMIT. */
int credentials_set(struct str id, struct str secret, struct str token, struct sigv4_key *ret_key,
		    struct cavra_error *error);
void credentials_wipe(struct sigv4_key *key);

#endif
