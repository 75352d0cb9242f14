/* SPDX-License-Identifier: Apache-2.0
 *
 * Stamps, see stamp.h.
 */
#include "public/stamp.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

int stamp_now(struct str session_id, struct record_stamp *ret_stamp, struct cavra_error *error)
{
	unsigned char random[RECORD_RANDOM_BYTES];
	struct timespec now;
	/* Requests of up to 256 bytes are never answered in part. */
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return error_set(error, CAVRA_ERR_IO, "no random numbers: %s", strerror(errno));
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return error_set(error, CAVRA_ERR_IO, "no time of day: %s", strerror(errno));
	record_stamp_make(ret_stamp, random, now.tv_sec, (unsigned)(now.tv_nsec / 1000),
			  session_id);
	return 0;
}
