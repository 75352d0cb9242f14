/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML text to values and positions: the part of document.h that knows libyaml.
 */
#ifndef CAVRA_JSON_YAML_H
#define CAVRA_JSON_YAML_H

#include "base/buf.h"
#include "json/yaml_positions.h"

/* The language, the caps and the errors are those of document_parse_yaml(). Appends to positions;
 * the caller decrefs *ret.
 */
int yaml_read(struct str text, struct yaml_positions *positions, json_t **ret,
	      struct cavra_error *error);

/* Writes a value as YAML that a person would write: block style, quotes only where they are needed for any reader. Reading it
 * again gives the same value, or an error where it holds characters that no document of ours may (see yaml_check_text()):
 * that is for the caller to try. Errors: CAVRA_ERR_LIMIT when it does not fit into out, CAVRA_ERR_MEMORY.
 */
int yaml_write(const json_t *value, struct buf *out, struct cavra_error *error);

/* Refuses characters that no YAML document of ours holds, and those on which YAML readers disagree.
 */
int yaml_check_text(struct str text, struct cavra_error *error);
/* What libyaml complains of, in words that help. problem may be NULL; c is the character there,
 * '\0' at the end.
 */
const char *yaml_explain(const char *problem, char c);

#endif
