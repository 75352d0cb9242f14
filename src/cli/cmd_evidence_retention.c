/* SPDX-License-Identifier: Apache-2.0
 *
 * cavra evidence retention-policy: the policy of a bundle once more, for longer or on hold. It can be extended, never
 * shortened.
 */
#include <stdio.h>

#include "base/limits.h"
#include "cli/evidence.h"
#include "evidence/document.h"
#include "evidence/retention.h"
#include "json/json.h"

static int read_bundle(const char *path, struct verification *verification,
		       struct retention *ret_retention, struct cavra_error *error)
{
	const struct verify_with nothing = {.minimum_days = 0};
	int code = evidence_verify(path, &nothing, verification, error);
	if (code < 0)
		return code;
	code = evidence_need_verified(verification, error);
	if (code < 0)
		return code;
	return retention_read(verification->document[BUNDLE_RETENTION], ret_retention, error);
}

static int extend(const struct args *args, struct retention *retention, struct cavra_error *error)
{
	int64_t days;
	int code = evidence_days(args, OPT_RETENTION_DAYS, retention->days, &days, error);
	if (code < 0)
		return code;
	if (days < retention->days)
		return error_set(
			error, CAVRA_ERR_INPUT,
			"the bundle is to be kept for %lld days, which can be extended and "
			"not shortened",
			(long long)retention->days);
	retention->days = days;
	retention->legal_hold |= args_has(args, OPT_LEGAL_HOLD);
	if (args_has(args, OPT_CLASSIFICATION))
		retention->classification = str_from(args->value[OPT_CLASSIFICATION]);
	return 0;
}

static int store(const char *directory, const struct retention *retention,
		 struct cavra_error *error)
{
	struct buf CLEANUP_BUF text, CLEANUP_BUF page;
	json_t CLEANUP_JSON *document = NULL;
	buf_init(&text, KiB(64));
	buf_init(&page, KiB(64));
	int code = retention_make(retention, &document, error);
	if (code == 0)
		code = evidence_write(document, &text, error);
	retention_markdown(retention, &page);
	if (code == 0)
		code = evidence_store_in(directory, "retention-policy.json", buf_str(&text), error);
	if (code == 0)
		code = evidence_store_in(directory, "retention-policy.md", buf_str(&page), error);
	return code;
}

int cmd_evidence_retention_policy(const struct args *args)
{
	struct cavra_error error;
	struct verification CLEANUP_VERIFICATION verification;
	struct retention retention;
	const char *directory = args_has(args, OPT_OUTPUT) ? args->value[OPT_OUTPUT]
							   : ".cavra/evidence/retention";
	verification_init(&verification);
	int code = read_bundle(args->operand[0], &verification, &retention, &error);
	if (code == 0)
		code = extend(args, &retention, &error);
	if (code == 0)
		code = store(directory, &retention, &error);
	if (code < 0)
		return fail(&error);
	(void)printf("%s\n", directory);
	return EXIT_ALLOWED;
}
