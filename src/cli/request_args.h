/* SPDX-License-Identifier: Apache-2.0
 *
 * A request from the command line.
 */
#ifndef CAVRA_CLI_REQUEST_ARGS_H
#define CAVRA_CLI_REQUEST_ARGS_H

#include "cli/cli.h"
#include "decide/request.h"

/* ACTION_TYPE TARGET and the options about them. The caller releases the document, also after a
 * failure. */
int request_from_args(const struct args *args, struct request_document *ret_document,
		      struct cavra_error *error);
/* Is any of these options given? Gives its name, or NULL. */
const char *request_option_given(const struct args *args);

#endif
