/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and replacing whole files. Errors are CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO or
 * CAVRA_ERR_LIMIT and name the file.
 */
#ifndef CAVRA_CLI_FILES_H
#define CAVRA_CLI_FILES_H

#include <limits.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* directory/name. CAVRA_ERR_LIMIT when that is too long. */
int file_join(char ret_path[PATH_MAX], const char *directory, const char *name,
	      struct cavra_error *error);

/* Everything in a file, "-" being standard input; at most out->max bytes. */
int file_read(const char *path, struct buf *out, struct cavra_error *error);
/* The same from a descriptor. name: for messages. */
int file_read_fd(int fd, const char *name, struct buf *out, struct cavra_error *error);

/* All of it; false with errno set when that is not possible. */
bool file_write_fd(int fd, struct str text);

/* Replaces or makes a file in one step: a reader sees the old or the new text, never a part, also
 * after a crash. Keeps the permissions of an existing file; a new one anybody may read. path must be no symbolic link.
 */
int file_replace(const char *path, struct str text, struct cavra_error *error);
/* The same for what tells of somebody's work: a new one is its owner's alone. */
int file_replace_private(const char *path, struct str text, struct cavra_error *error);
/* Waits until the names in a directory are on disk. */
int file_sync_directory(const char *directory, struct cavra_error *error);
/* Makes a directory unless there is one; parents must exist. */
int file_make_directory(const char *path, struct cavra_error *error);

/* The same with all its parents; mode: of the last one, when it is made. */
int file_make_directories(const char *path, mode_t mode, struct cavra_error *error);
/* Makes a file with exactly this mode. What is already there, a symbolic link too, is an error and stays. */
int file_create(const char *path, struct str text, mode_t mode, struct cavra_error *error);

/* Where a file that may not exist yet really is: all links of its directory, and its own, resolved.
 * CAVRA_ERR_INPUT when that is not below root (a canonical directory). The result is at most size -
 * 1 bytes.
 */
int file_resolve_inside(const char *root, const char *relative, char *ret_path, size_t size,
			struct cavra_error *error);

#endif
