/* SPDX-License-Identifier: Apache-2.0
 *
 * Randomness and time for decision records, from the operating system.
 */
#ifndef CAVRA_PUBLIC_STAMP_H
#define CAVRA_PUBLIC_STAMP_H

#include "base/error.h"
#include "decide/record.h"

/* Errors: CAVRA_ERR_IO. */
int stamp_now(struct str session_id, struct record_stamp *ret_stamp, struct cavra_error *error);

#endif
