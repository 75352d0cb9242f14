/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout rules of YAML 1.2 that libyaml does not enforce. It reads some texts that are no YAML,
 * or reads them as something else; walking along with its events, this refuses them:
 *  - a comment without a blank in front of its '#',
 *  - '?' as an indicator (in flow collections libyaml takes it for one when it is text),
 *  - a lone '-' as text,
 *  - tabs in front of text, and lines of flow collections and quoted text that are not indented,
 *  - values that stand no deeper than their key,
 *  - block scalars with lines of spaces where their indentation is not known yet, or cut off by
 *    the end.
 */
#ifndef CAVRA_JSON_YAML_LAYOUT_H
#define CAVRA_JSON_YAML_LAYOUT_H

#include <yaml.h>

#include "base/error.h"
#include "base/str.h"

struct yaml_layout {
	struct str text;
	size_t at;    /* byte offset up to which all is checked */
	size_t index; /* the same in characters, as libyaml counts */
	int flow;     /* open flow collections at `at` */
	int indent;   /* column of the innermost block collection, -1 outside */
	struct cavra_error *error;
};

extern const char yaml_tab_text[], yaml_key_text[];

/* Checks what stands between the last scalar and the character `index`; SIZE_MAX is the end. */
int yaml_layout_gap(struct yaml_layout *layout, size_t index);
/* Is the value, a scalar or flow collection, indented deeper than what it belongs to? */
int yaml_layout_start(const struct yaml_layout *layout, const yaml_event_t *event);
/* Checks the gap and the scalar of the event. */
int yaml_layout_scalar(struct yaml_layout *layout, const yaml_event_t *event);
/* The first byte of the character `index`, which is not in front of what is checked; '\0' at the
 * end.
 */
char yaml_layout_byte(const struct yaml_layout *layout, size_t index);

#endif
