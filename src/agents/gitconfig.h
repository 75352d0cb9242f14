/* SPDX-License-Identifier: Apache-2.0
 *
 * Git's configuration, read from its files without running Git: text in, the value of one key out.
 * Follows git-config(1), "Syntax".
 */
#ifndef CAVRA_AGENTS_GITCONFIG_H
#define CAVRA_AGENTS_GITCONFIG_H

#include "base/arena.h"

/* One line of a configuration. key: section and name in lower case, "section.name" or "section.sub
 * section.name". A name without '=' has the value "true".
 */
struct gitconfig_entry {
	struct str key, value;
};

/* Calls back for every entry in order until `entry` returns false. False when the text is
 * malformed. Entries live in arena, which must be armed.
 */
typedef bool gitconfig_entry_fn(void *context, const struct gitconfig_entry *entry);
bool gitconfig_walk(struct arena *arena, struct str text, gitconfig_entry_fn *entry, void *context);

/* Are these two the same key? Section and name ignore case, the subsection does not. */
bool gitconfig_key_is(struct str key, struct str wanted);

#endif
