/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads decide by one policy at the same time, as the public header allows; under ThreadSanitizer too.
 */
#include "unit.h"

#include <cavra/cavra.h>
#include <pthread.h>
#include <stdio.h>

#include "base/array.h"

enum { THREADS = 8, ROUNDS = 20 };

static const struct row {
	const char *action_type, *target;
	enum cavra_outcome outcome;
} rows[] = {
	{"execute_command", "terraform plan; x=app; bash -c \"terra\"\"form ${x}ly\"", CAVRA_BLOCK},
	{"execute_command", "git status && ls -l | head -3", CAVRA_ALLOW},
	{"execute_command", "unheard-of --now", CAVRA_REQUIRE_APPROVAL},
	{"execute_command", "python3 -c 'import os; os.system(\"terraform apply\")'", CAVRA_BLOCK},
	{"read_file", "notes", CAVRA_BLOCK},
	{"read_file", "README.md", CAVRA_ALLOW},
	{"write_file", ".cavra/policy.yaml", CAVRA_BLOCK},
};

static const char world[] =
	"{\"workspace\": \"/repo\", \"home\": \"/root\", \"branch\": \"work\", \"remotes\": [\"origin\"], "
	"\"links\": {\"/repo/notes\": \".env\"}, \"hardlinks\": {}, \"files\": [], \"directories\": [], "
	"\"git_config\": {}}";

static bool decide_row(const cavra_policy *policy, const cavra_facts *facts, const struct row *row)
{
	struct cavra_request request = {.action_type = row->action_type, .target = row->target};
	struct cavra_error error;
	cavra_decision *decision;
	if (cavra_decide(policy, &request, facts, &decision, &error) < 0)
		return false;
	bool good = cavra_decision_outcome(decision) == row->outcome &&
		    cavra_decision_reason(decision)[0] && cavra_decision_json(decision)[0] &&
		    cavra_decision_explain(decision)[0];
	if (!good)
		(void)fprintf(stderr, "%s: %s\n", row->target, cavra_decision_json(decision));
	cavra_decision_free(decision);
	return good;
}

static void *decide_all(void *policy)
{
	struct cavra_error error;
	cavra_facts *facts;
	size_t good = 0;
	if (cavra_facts_from_json(world, &facts, &error) < 0)
		return NULL;
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			good += decide_row(policy, facts, &rows[i]);
	cavra_facts_free(facts);
	return good == ROUNDS * ARRAY_SIZE(rows) ? policy : NULL;
}

static void test_one_policy(void **state)
{
	struct cavra_error error;
	cavra_policy *policy;
	pthread_t threads[THREADS];
	(void)state;
	assert_int_equal(cavra_policy_load_pack("cavra-ai-agent-baseline", &policy, &error), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, decide_all, policy), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *result = NULL;
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, policy);
	}
	cavra_policy_free(policy);
}

static void *load_one(void *unused)
{
	struct cavra_error error;
	cavra_policy *policy;
	(void)unused;
	if (cavra_policy_load_pack("cavra-ai-agent-baseline", &policy, &error) < 0)
		return NULL;
	bool good = decide_row(policy, NULL, &rows[0]);
	cavra_policy_free(policy);
	return good ? (void *)rows : NULL;
}

/* Loading shares nothing either. */
static void test_loading(void **state)
{
	pthread_t threads[4];
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_one, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *result = NULL;
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_policy),
		cmocka_unit_test(test_loading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
