/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets of evidence: whatever they hold, they are judged; what nobody has computed or signed is never ready.
 */
#include "fuzz.h"

#include "policy/readiness.h"
#include "json/json.h"

/* NULL without memory. */
static json_t *judge(const json_t *packet, const json_t *computed, bool is_signed)
{
	struct cavra_error error = {.text = ""};
	struct readiness readiness = {.packet = packet,
				      .require_live = true,
				      .computed = computed,
				      .problem = "there is no such pack",
				      .is_signed = is_signed,
				      .signature = "looked at"};
	json_t *result = NULL;
	FUZZ_CHECK(readiness_judge(&readiness, &result, &error) == 0 || error.text[0]);
	return result;
}

static void check_refused(const json_t *packet, const json_t *computed, bool is_signed)
{
	json_t *result = judge(packet, computed, is_signed);
	FUZZ_CHECK(!readiness_is_met(result, true));
	json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document CLEANUP_DOCUMENT *document = NULL;
	struct cavra_error error = {.text = ""};
	struct lifecycle_claims claims;
	struct lifecycle_signed what;
	if (document_parse_json((const char *)data, size, &document, &error) < 0)
		return 0;
	json_t *packet = document->root, *nothing = json_object();
	readiness_claims(packet, &claims);
	FUZZ_CHECK(claims.requested_by && claims.requested_by[0]);
	FUZZ_CHECK(lifecycle_signed_init(document, NULL, &what, &error) == 0 || error.text[0]);
	lifecycle_signed_release(&what);

	json_t *result = judge(packet, packet, true);
	bool met = readiness_is_met(result, true);
	FUZZ_CHECK(!met || (lifecycle_is_packet(packet) && readiness_is_live(packet)));
	json_decref(result);
	check_refused(packet, packet, false);
	check_refused(packet, NULL, true);
	/* Nothing of it was computed, but the parts that nobody needs to. */
	check_refused(packet, nothing, true);
	json_decref(nothing);
	return 0;
}
