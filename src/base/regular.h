/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole regular files, for whoever reads what somebody else may have put there: a FIFO without a writer or a
 * device must not make us wait.
 */
#ifndef CAVRA_BASE_REGULAR_H
#define CAVRA_BASE_REGULAR_H

#include "base/buf.h"
#include "base/error.h"

/* A symbolic link to one is one. Errors do not name the file: CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO, CAVRA_ERR_INPUT when it is
 * something else, CAVRA_ERR_LIMIT over out->max.
 */
int regular_file_read(const char *path, struct buf *out, struct cavra_error *error);

/* All of it, to any descriptor; false with errno set when that is not possible. */
bool fd_write_all(int fd, struct str bytes);

#endif
