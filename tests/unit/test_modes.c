/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "decide/modes.h"

static void test_names(void **state)
{
	static const struct {
		const char *text;
		enum policy_mode mode;
	} rows[] = {
		{"enforce", MODE_ENFORCE},         {" Audit-Only ", MODE_AUDIT_ONLY},
		{"audit only", MODE_AUDIT_ONLY},   {"STRICT", MODE_STRICT},
		{"strict_regulated", MODE_STRICT}, {"Strict-Regulated", MODE_STRICT},
		{"break glass", MODE_BREAK_GLASS}, {"break_glass\n", MODE_BREAK_GLASS},
	};
	static const char *const wrong[] = {"", "enforced", "strict_", "audit__only", "break"};
	enum policy_mode mode;
	struct cavra_error error;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(runtime_mode_parse(str_from(rows[i].text), &mode, &error) == 0, i);
		assert_row(mode == rows[i].mode, i);
		assert_row(runtime_mode_parse(str_from(runtime_mode_name(mode)), &mode, &error) ==
				   0,
			   i);
		assert_row(mode == rows[i].mode, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_row(runtime_mode_parse(str_from(wrong[i]), &mode, &error) == CAVRA_ERR_USAGE,
			   i);
}

/* A request without authority moves only upwards. */
static void test_only_tightens(void **state)
{
	static const enum policy_mode order[] = {MODE_AUDIT_ONLY, MODE_ENFORCE, MODE_STRICT,
						 MODE_BREAK_GLASS};
	(void)state;
	for (size_t own = 0; own < ARRAY_SIZE(order); own++) {
		for (size_t asked = 0; asked < ARRAY_SIZE(order); asked++) {
			enum policy_mode mode = order[own];
			struct cavra_error error;
			int code = runtime_mode_tighten(order[own], order[asked], &mode, &error);
			assert_row(code == (asked < own ? CAVRA_ERR_USAGE : 0), own * 10 + asked);
			assert_row(mode == order[asked < own ? own : asked], own * 10 + asked);
		}
	}
}

static struct mode_effect apply(enum policy_mode mode, enum cavra_outcome decided)
{
	return runtime_mode_apply(&(struct decision){.mode = mode, .outcome = decided});
}

static void test_effects(void **state)
{
	(void)state;
	for (int i = CAVRA_ALLOW; i <= CAVRA_BLOCK; i++) {
		enum cavra_outcome decided = (enum cavra_outcome)i;
		assert_int_equal(apply(MODE_ENFORCE, decided).outcome, decided);
		assert_int_equal(apply(MODE_STRICT, decided).outcome, decided);
		assert_int_equal(apply(MODE_AUDIT_ONLY, decided).outcome, CAVRA_AUDIT_ONLY);
		assert_int_equal(apply(MODE_BREAK_GLASS, decided).outcome, CAVRA_BLOCK);
		assert_int_equal(apply(MODE_ENFORCE, decided).evidence_required,
				 decided != CAVRA_ALLOW);
		assert_true(apply(MODE_AUDIT_ONLY, decided).evidence_required);
	}
}

static void test_broken_glass(void **state)
{
	struct finding findings[] = {{.rule_id = "commands.block"},
				     {.rule_id = "self_protection.block"}};
	struct decision decision = {.mode = MODE_BREAK_GLASS,
				    .glass_broken = true,
				    .findings = findings,
				    .n_findings = 1};
	(void)state;
	for (int i = CAVRA_ALLOW; i <= CAVRA_BLOCK; i++) {
		decision.outcome = (enum cavra_outcome)i;
		decision.n_findings = 1;
		assert_int_equal(runtime_mode_apply(&decision).outcome,
				 CAVRA_ALLOW_WITH_ATTESTATION);
		assert_true(runtime_mode_apply(&decision).evidence_required);
		/* Whatever decided, the guard stays. */
		decision.n_findings = 2;
		assert_int_equal(runtime_mode_apply(&decision).outcome, i);
	}
	/* In another mode it means nothing. */
	decision.mode = MODE_ENFORCE;
	decision.n_findings = 1;
	assert_int_equal(runtime_mode_apply(&decision).outcome, CAVRA_BLOCK);
}

static void test_summary(void **state)
{
	struct mode_summary summary = {.mode = MODE_BREAK_GLASS,
				       .effect = apply(MODE_BREAK_GLASS, CAVRA_ALLOW),
				       .base_decision = STR("{\"x\":1}"),
				       .break_glass_actor = STR("a\"b"),
				       .break_glass_reason_given = true};
	struct buf CLEANUP_BUF out;
	(void)state;
	buf_init(&out, 4096);
	mode_summary_write(&out, &summary);
	assert_true(str_starts(buf_str(&out),
			       STR("{\"schema_version\":\"cavra.runtime-policy-mode-summary.v1\","
				   "\"mode\":\"break_glass\",\"base_decision\":{\"x\":1},"
				   "\"effective_decision\":\"block\",\"mode_reason\":\"")));
	assert_true(str_ends(buf_str(&out),
			     STR("\"evidence_required\":true,\"break_glass_actor\":\"a\\\"b\","
				 "\"break_glass_reason_present\":true}")));
	buf_clear(&out);
	summary.mode = MODE_STRICT;
	mode_summary_write(&out, &summary);
	assert_true(
		str_ends(buf_str(&out),
			 STR("\"break_glass_actor\":null,\"break_glass_reason_present\":null}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),   cmocka_unit_test(test_only_tightens),
		cmocka_unit_test(test_effects), cmocka_unit_test(test_broken_glass),
		cmocka_unit_test(test_summary),
	};
	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
