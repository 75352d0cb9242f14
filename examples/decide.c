/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks before a command runs: cc decide.c $(pkg-config --cflags --libs cavra) && ./a.out 'terraform apply'
 * Exit status: 0 allowed, 3 needs approval, 4 blocked, 1 error.
 */
#include <cavra/cavra.h>
#include <err.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct cavra_error error;
	cavra_policy *policy;
	cavra_facts *facts;
	cavra_decision *decision;

	if (argc != 2)
		errx(2, "usage: decide COMMAND");
	if (cavra_policy_load_pack("cavra-ai-agent-baseline", &policy, &error) < 0)
		errx(1, "%s", error.text);
	if (cavra_facts_from_directory(".", &facts, &error) < 0)
		errx(1, "%s", error.text);

	struct cavra_request request = {.action_type = "execute_command", .target = argv[1]};
	if (cavra_decide(policy, &request, facts, &decision, &error) < 0)
		errx(1, "%s", error.text); /* no decision is not an allow */

	enum cavra_outcome outcome = cavra_decision_outcome(decision);
	printf("%s: %s\n", cavra_outcome_name(outcome), cavra_decision_reason(decision));
	fputs(cavra_decision_explain(decision), stdout);

	cavra_decision_free(decision);
	cavra_facts_free(facts);
	cavra_policy_free(policy);
	return outcome == CAVRA_BLOCK ? 4 : outcome == CAVRA_REQUIRE_APPROVAL ? 3 : 0;
}
