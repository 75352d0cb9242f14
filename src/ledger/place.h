/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a ledger. In its directory, which its owner alone may write:
 *
 *	segments/<first sequence, 20 digits>.jsonl   the entries, and the only thing that counts
 *	torn/<sequence, 20 digits>                   what a crash left of a line, told by the entry of that number
 *	checkpoints/<size, 20 digits>                signed notes
 *	state                                        the lock, and hints for the next writer
 *	salt, checkpoint-key.pem                     secrets of this ledger
 *	derived/                                     offsets and tree, made from the segments again when they are gone
 */
#ifndef CAVRA_LEDGER_PLACE_H
#define CAVRA_LEDGER_PLACE_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum { PLACE_NAME = 64 };

/* Opens the directory; make: it and its parents when they are missing, for the owner alone. -1 with an error:
 * CAVRA_ERR_NOT_FOUND, CAVRA_ERR_IO; CAVRA_ERR_INPUT when others may write there.
 */
int place_open(const char *directory, bool make, struct cavra_error *error);

/* "segments/00000000000000000001.jsonl" */
void place_segment_name(uint64_t first, char ret_name[PLACE_NAME]);
/* "torn/00000000000000000001" */
void place_torn_name(uint64_t sequence, char ret_name[PLACE_NAME]);
/* "checkpoints/00000000000000000001" */
void place_checkpoint_name(uint64_t size, char ret_name[PLACE_NAME]);

/* The numbers that the names in a directory of it ("segments") start with, in order. Names of another form are left out; so
 * is what is missing. The caller frees the list. CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int place_numbers(int place, const char *directory, uint64_t **ret_numbers, size_t *ret_n,
		  struct cavra_error *error);

/* The whole of a range; short when the file ends. False with errno set. */
bool place_read_at(int fd, void *bytes, size_t n, uint64_t offset, size_t *ret_n);
/* All of it. False with errno set. */
bool place_write_at(int fd, struct str bytes, uint64_t offset);

/* Brings the names in a directory of it to disk. False with errno set. */
bool place_sync(int place, const char *directory);
/* Is what has this name the file that is open? flags: of fstatat(). */
bool place_is(int place, const char *name, int fd, int flags);

void place_closep(const int *fd);
#define CLEANUP_FD __attribute__((cleanup(place_closep)))

#endif
