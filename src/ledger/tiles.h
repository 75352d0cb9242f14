/* SPDX-License-Identifier: Apache-2.0
 *
 * A ledger as static files that any monitor of transparency logs can read (https://c2sp.org/tlog-tiles): a checkpoint, its
 * tree in tiles of 256 hashes, its entries in bundles of 256.
 */
#ifndef CAVRA_LEDGER_TILES_H
#define CAVRA_LEDGER_TILES_H

#include "ledger/verify.h"

enum { TILE_WIDTH = 256, TILE_LEVELS = 8, TILE_NAME = 64 };
#define TILE_ENTRIES (-1) /* in place of a level */

/* "tile/0/x001/x234/067", of fewer than TILE_WIDTH "tile/0/x001/x234/067.p/8", of entries "tile/entries/000". */
void tile_name(int level, uint64_t number, unsigned width, char ret_name[TILE_NAME]);

/* Writes the checkpoint of that size (0: the newest), which must be stored, and all that it is of, into a directory that is
 * not there yet or empty. Errors: CAVRA_ERR_NOT_FOUND without such a checkpoint; CAVRA_ERR_INPUT when it is not of this
 * ledger or the directory is not empty; CAVRA_ERR_IO, CAVRA_ERR_MEMORY.
 */
int ledger_export(struct ledger_index *index, uint64_t size, const char *target, uint64_t *ret_size,
		  struct cavra_error *error);

bool ledger_is_export(const char *directory);
/* As ledger_verify(): every entry, every tile, and that there is nothing else. */
int ledger_verify_export(const struct ledger_verification *what, enum ledger_verdict *ret_verdict,
			 json_t **ret_report, struct cavra_error *error);

#endif
