/* SPDX-License-Identifier: Apache-2.0
 *
 * Every keyword of JSON Schema 2020-12 that is implemented. What is not in this table is refused.
 */
#include "base/array.h"
#include "json/schema_private.h"

/* clang-format off */
const struct keyword schema_keywords[] = {
	/* core */
	{"$schema",               OPERAND_DIALECT,    NULL},
	{"$id",                   OPERAND_TEXT,       NULL},
	{"$anchor",               OPERAND_TEXT,       NULL},
	{"$comment",              OPERAND_TEXT,       NULL},
	{"$defs",                 OPERAND_NAMED,      NULL},
	{"definitions",           OPERAND_NAMED,      NULL},
	/* annotations */
	{"title",                 OPERAND_TEXT,       NULL},
	{"description",           OPERAND_TEXT,       NULL},
	{"default",               OPERAND_ANY,        NULL},
	{"examples",              OPERAND_LIST,       NULL},
	{"deprecated",            OPERAND_FLAG,       NULL},
	{"readOnly",              OPERAND_FLAG,       NULL},
	{"writeOnly",             OPERAND_FLAG,       NULL},
	{"format",                OPERAND_TEXT,       NULL},
	{"contentEncoding",       OPERAND_TEXT,       NULL},
	{"contentMediaType",      OPERAND_TEXT,       NULL},
	{"contentSchema",         OPERAND_SCHEMA,     NULL},
	/* assertions */
	{"type",                  OPERAND_TYPES,      check_type},
	{"enum",                  OPERAND_LIST,       check_enum},
	{"const",                 OPERAND_ANY,        check_const},
	{"multipleOf",            OPERAND_POSITIVE,   check_multiple_of},
	{"maximum",               OPERAND_NUMBER,     check_bound},
	{"exclusiveMaximum",      OPERAND_NUMBER,     check_bound},
	{"minimum",               OPERAND_NUMBER,     check_bound},
	{"exclusiveMinimum",      OPERAND_NUMBER,     check_bound},
	{"maxLength",             OPERAND_COUNT,      check_length},
	{"minLength",             OPERAND_COUNT,      check_length},
	{"pattern",               OPERAND_PATTERN,    check_pattern},
	{"maxItems",              OPERAND_COUNT,      check_items_count},
	{"minItems",              OPERAND_COUNT,      check_items_count},
	{"uniqueItems",           OPERAND_FLAG,       check_unique_items},
	{"maxProperties",         OPERAND_COUNT,      check_properties_count},
	{"minProperties",         OPERAND_COUNT,      check_properties_count},
	{"required",              OPERAND_NAMES,      check_required},
	{"dependentRequired",     OPERAND_NAME_LISTS, check_dependent_required},
	/* applicators */
	{"$ref",                  OPERAND_REFERENCE,  check_ref},
	{"allOf",                 OPERAND_SCHEMAS,    check_all_of},
	{"anyOf",                 OPERAND_SCHEMAS,    check_any_of},
	{"oneOf",                 OPERAND_SCHEMAS,    check_one_of},
	{"not",                   OPERAND_SCHEMA,     check_not},
	{"if",                    OPERAND_SCHEMA,     check_if},
	{"then",                  OPERAND_SCHEMA,     NULL},
	{"else",                  OPERAND_SCHEMA,     NULL},
	{"dependentSchemas",      OPERAND_NAMED,      check_dependent_schemas},
	{"properties",            OPERAND_NAMED,      check_properties},
	{"patternProperties",     OPERAND_PATTERNS,   check_pattern_properties},
	{"additionalProperties",  OPERAND_SCHEMA,     check_additional_properties},
	{"propertyNames",         OPERAND_SCHEMA,     check_property_names},
	{"prefixItems",           OPERAND_SCHEMAS,    check_prefix_items},
	{"items",                 OPERAND_SCHEMA,     check_items},
	{"contains",              OPERAND_SCHEMA,     check_contains},
	{"minContains",           OPERAND_COUNT,      NULL},
	{"maxContains",           OPERAND_COUNT,      NULL},
	/* last: they look at what all others have evaluated */
	{"unevaluatedItems",      OPERAND_SCHEMA,     check_unevaluated_items},
	{"unevaluatedProperties", OPERAND_SCHEMA,     check_unevaluated_properties},
};
/* clang-format on */

const size_t schema_keywords_count = ARRAY_SIZE(schema_keywords);
