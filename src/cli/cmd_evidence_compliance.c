/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence compliance, cavra evidence frameworks: which controls the decisions of a bundle are evidence of.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/evidence_read.h"
#include "evidence/compliance.h"
#include "evidence/document.h"
#include "json/json.h"

int cmd_evidence_compliance(const struct args *args)
{
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	json_t CLEANUP_JSON *evidence = NULL, CLEANUP_JSON *report = NULL;
	buf_init(&out, LIMIT_EXPORT_BYTES);
	int code = evidence_read(args, &evidence, &error);
	if (code == 0)
		code = compliance_report(evidence, args->value[OPT_FRAMEWORK], &report, &error);
	if (code == 0)
		code = args_has(args, OPT_JSON) ? evidence_write(report, &out, &error)
						: compliance_markdown(report, &out, &error);
	return code < 0 ? fail(&error) : evidence_print(&out);
}

static void list(const json_t *registry, struct buf *out)
{
	const json_t *packs = json_get_array(registry, "packs"), *one;
	size_t i;
	json_array_foreach (packs, i, one) {
		struct str id = STR(""), name = STR("");
		(void)json_get_str(one, "framework_id", &id);
		(void)json_get_str(one, "framework_name", &name);
		buf_add_format(out, "%-18s %3zu controls  %s\n", id.p,
			       json_array_size(json_get_array(one, "clauses")), name.p);
	}
}

int cmd_evidence_frameworks(const struct args *args)
{
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	json_t CLEANUP_JSON *registry = NULL;
	buf_init(&out, LIMIT_EXPORT_BYTES);
	int code = compliance_registry(&registry, &error);
	if (code == 0 && args_has(args, OPT_JSON))
		code = evidence_write(registry, &out, &error);
	else if (code == 0)
		list(registry, &out);
	return code < 0 ? fail(&error) : evidence_print(&out);
}
