/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines that do something to the world of world.h: from templates, and from what data/commands/ says about
 * the programs that are installed, so that its claims are what is tried.
 */
#ifndef TESTS_EFFECTS_GENERATE_H
#define TESTS_EFFECTS_GENERATE_H

#include <stdint.h>

#include "base/buf.h"

enum { GENERATE_MAX = 8192 };

struct generator;

/* templates: the text of templates.txt, borrowed. Looks for programs in the path of the room. NULL: no memory, or more
 * programs are described than it has room for.
 */
struct generator *generator_new(struct str templates);
void generator_free(struct generator *generator);
/* How many described programs are installed. */
size_t generator_programs(const struct generator *generator);
/* Only commands of this program (NULL: of all). false: it is not described. */
bool generator_only(struct generator *generator, const char *program);
/* ret_directory: where it is to be run. */
void generator_make(struct generator *generator, uint64_t seed, struct buf *out,
		    const char **ret_directory);

#endif
