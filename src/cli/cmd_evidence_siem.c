/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence siem-event, cavra evidence export-siem: the evidence of a bundle for security information systems.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/evidence_read.h"
#include "evidence/document.h"
#include "evidence/siem.h"
#include "json/json.h"

/* The time is the evidence's own, so that the same bundle gives the same event. */
static int read_event(const struct args *args, json_t **ret_event, struct cavra_error *error)
{
	json_t CLEANUP_JSON *evidence = NULL;
	struct str created = STR("");
	int code = evidence_read(args, &evidence, error);
	if (code == 0)
		code = json_need_str(evidence, "created_at", &created, error);
	if (code < 0)
		return code;
	return siem_event(evidence, created.p, ret_event, error);
}

int cmd_evidence_siem_event(const struct args *args)
{
	struct cavra_error error;
	struct buf CLEANUP_BUF out;
	json_t CLEANUP_JSON *event = NULL;
	buf_init(&out, LIMIT_EXPORT_BYTES);
	int code = read_event(args, &event, &error);
	if (code == 0)
		code = evidence_write(event, &out, &error);
	return code < 0 ? fail(&error) : evidence_print(&out);
}

static int put(void *context, const char *name, struct str text, struct cavra_error *error)
{
	const char *directory = context;
	int code = evidence_store_in(directory, name, text, error);
	if (code == 0)
		(void)printf("%s/%s\n", directory, name);
	return code;
}

int cmd_evidence_export_siem(const struct args *args)
{
	struct cavra_error error;
	json_t CLEANUP_JSON *event = NULL;
	const struct siem_options options = {
		.splunk_index = args->value[OPT_SPLUNK_INDEX],
		.datadog_service = args->value[OPT_DATADOG_SERVICE],
	};
	const char *provider = args_has(args, OPT_PROVIDER) ? args->value[OPT_PROVIDER] : "all";
	char directory[PATH_MAX];
	(void)snprintf(directory, sizeof directory, "%s",
		       args_has(args, OPT_OUTPUT) ? args->value[OPT_OUTPUT]
						  : ".cavra/evidence/export");
	int code = read_event(args, &event, &error);
	if (code == 0)
		code = siem_export(event, provider, &options, put, directory, &error);
	return code < 0 ? fail(&error) : EXIT_ALLOWED;
}
