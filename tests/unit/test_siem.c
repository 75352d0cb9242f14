/* SPDX-License-Identifier: Apache-2.0
 *
 * What of the forms for SIEMs the programs do not reach: how large a file may be, and hosts of odd addresses.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/limits.h"
#include "evidence/siem.h"
#include "evidence/siem_private.h"

static void test_hosts(void **state)
{
	static const struct {
		const char *target, *host;
	} rows[] = {
		{"https://api.example/x", "api.example"},
		{"https://user:pw@api.example:8443/x?y#z", "api.example"},
		{"https://a@b@api.example", "api.example"},
		{"api.example", "api.example"},
		{"api.example:80", "api.example"},
		{"http://[::1]:80/", "::1"},
		{"http://[::1", ""},
		{"http://", ""},
		{"", ""},
		{"https://x.example/@y", "x.example"},
		{"https://x.example?@y", "x.example"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_str(siem_host(str_from(rows[i].target)), rows[i].host);
}

static int count_bytes(void *context, const char *name, struct str text, struct cavra_error *error)
{
	(void)name;
	(void)error;
	*(size_t *)context += text.n;
	return 0;
}

/* The webhook's file of an event whose only decision has a reason of n bytes. */
static int export(size_t n, size_t *ret_bytes)
{
	struct siem_options options = {NULL, NULL};
	struct cavra_error error;
	char *reason = malloc(n);
	memset(reason, 'x', n);
	json_t *event = NULL,
	       *evidence = json_pack("{s:s, s:[{s:s, s:s, s:s%}]}", "session_id", "s", "decisions",
				     "decision", "allow", "severity", "low", "reason", reason, n);
	free(reason);
	assert_int_equal(siem_event(evidence, "2026-01-01T00:00:00+00:00", &event, &error), 0);
	*ret_bytes = 0;
	int code = siem_export(event, "webhook", &options, count_bytes, ret_bytes, &error);
	json_decref(event);
	json_decref(evidence);
	return code;
}

static void test_largest_file(void **state)
{
	size_t one, bytes;
	(void)state;
	assert_int_equal(export(1, &one), 0);
	assert_int_equal(export(LIMIT_EXPORT_BYTES - one + 1, &bytes), 0);
	assert_int_equal(bytes, LIMIT_EXPORT_BYTES);
	assert_int_equal(export(LIMIT_EXPORT_BYTES - one + 2, &bytes), CAVRA_ERR_LIMIT);
	assert_int_equal(bytes, 0);
}

static int refuse(void *context, const char *name, struct str text, struct cavra_error *error)
{
	(void)context;
	(void)name;
	(void)text;
	return error_set(error, CAVRA_ERR_IO, "no");
}

static void test_put_fails(void **state)
{
	static const char *const providers[] = {"splunk", "sentinel", "datadog", "webhook",
						"ocsf",   "cef",      "all"};
	struct siem_options options = {NULL, NULL};
	struct cavra_error error;
	json_t *event = NULL, *evidence = json_pack("{s:s, s:[]}", "session_id", "s", "decisions");
	(void)state;
	assert_int_equal(siem_event(evidence, "x", &event, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
		assert_int_equal(siem_export(event, providers[i], &options, refuse, NULL, &error),
				 CAVRA_ERR_IO);
	json_decref(event);
	json_decref(evidence);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_largest_file),
		cmocka_unit_test(test_put_fails),
	};
	return cmocka_run_group_tests_name("siem", tests, NULL, NULL);
}
