/* SPDX-License-Identifier: Apache-2.0
 *
 * .gitignore files, as far as they can be trusted: a search tool that honours them does not open
 * what they exclude. A pattern that is not understood excludes nothing here, and where any file of
 * a directory takes something back ("!"), nothing below is excluded: what is wrongly kept costs a
 * question, what is wrongly left out could hide a secret.
 */
#ifndef CAVRA_AGENTS_IGNORE_H
#define CAVRA_AGENTS_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ignore_pattern {
	struct str text;  /* without the marks below; elements separated by '/' */
	bool anchored;    /* from the directory of its file; otherwise any depth below */
	bool directories; /* matches nothing but directories */
};

enum { IGNORE_PATTERNS = 512 };

/* The patterns of one directory. */
struct ignore_file {
	size_t base; /* bytes of the directory's path, with its '/', in front of what its patterns
			match */
	size_t n;
	bool takes_back; /* has a "!" line, or more patterns than fit */
	struct ignore_pattern patterns[IGNORE_PATTERNS];
};

/* Reads the text, which must outlive the file. */
void ignore_parse(struct ignore_file *file, struct str text, size_t base);
/* path: relative to where `base` counts from. */
bool ignore_matches(const struct ignore_file *file, struct str path, bool is_directory);

/* One pattern of '*', '**' elements, '?' and plain bytes against a path. */
bool ignore_glob(struct str pattern, struct str path);

#endif
