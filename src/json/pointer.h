/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON pointers, RFC 6901: "" is the whole, "/a~1b/0" the first item of the member "a/b".
 */
#ifndef CAVRA_JSON_POINTER_H
#define CAVRA_JSON_POINTER_H

#include "base/arena.h"
#include "base/buf.h"

/* Cuts the first step off *rest, without its slash and still escaped. False at the end, and with
 * *rest not empty when what is left is no pointer.
 */
bool pointer_next(struct str *rest, struct str *ret_step);
/* Is the escaped step this plain key? */
bool pointer_step_is(struct str step, struct str key);

/* The key that an escaped step means, NUL-terminated, in the arena. */
const char *pointer_step_key(struct arena *arena, struct str step);

/* Appends "/" and the escaped key. */
void pointer_add(struct buf *pointer, struct str key);
/* pointer + "/" + escaped key or index, in the arena. */
const char *pointer_join(struct arena *arena, const char *pointer, struct str key);
const char *pointer_index(struct arena *arena, const char *pointer, size_t index);

#endif
