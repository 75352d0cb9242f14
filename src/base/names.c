/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of the public API's enumerations, as records, policies and people spell them.
 */
#include <cavra/cavra.h>

#include "base/array.h"

static const char *const outcome_names[] = {
	[CAVRA_ALLOW] = "allow",
	[CAVRA_AUDIT_ONLY] = "audit_only",
	[CAVRA_ALLOW_WITH_ATTESTATION] = "allow_with_attestation",
	[CAVRA_WARN] = "warn",
	[CAVRA_REQUIRE_APPROVAL] = "require_approval",
	[CAVRA_BLOCK] = "block",
};

static const char *const severity_names[] = {
	[CAVRA_LOW] = "low",
	[CAVRA_MEDIUM] = "medium",
	[CAVRA_HIGH] = "high",
	[CAVRA_CRITICAL] = "critical",
};

/* A number out of range is somebody's memory error, and the strictest word is the safe one. */
const char *cavra_outcome_name(enum cavra_outcome outcome)
{
	size_t i = (size_t)outcome;
	return outcome_names[i < ARRAY_SIZE(outcome_names) ? i : (size_t)CAVRA_BLOCK];
}

const char *cavra_severity_name(enum cavra_severity severity)
{
	size_t i = (size_t)severity;
	return severity_names[i < ARRAY_SIZE(severity_names) ? i : (size_t)CAVRA_CRITICAL];
}

const char *cavra_version(void)
{
	return CAVRA_VERSION;
}
