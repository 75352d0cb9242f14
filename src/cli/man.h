/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing manual pages, in the macros of man(7).
 */
#ifndef CAVRA_CLI_MAN_H
#define CAVRA_CLI_MAN_H

#include "base/buf.h"

/* The head of a page, up to its NAME section. name: "cavra-hook"; what: one line without a full stop. */
void man_head(struct buf *out, const char *name, int section, const char *what);
void man_section(struct buf *out, const char *heading);
/* Text with whatever it holds: nothing in it is taken for a macro. "\n\n" ends a paragraph. */
void man_text(struct buf *out, struct str text);
/* The same on the line of the macro that was just written. */
void man_inline(struct buf *out, struct str text);
/* A row with a bold term and what it means. */
void man_row(struct buf *out, const char *term, const char *value, const char *meaning);

#endif
