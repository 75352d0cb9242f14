/* SPDX-License-Identifier: Apache-2.0
 *
 * Hook payloads: whatever comes in, it is refused with a reason, or requests come out that lie within their limits, and an
 * answer about them is one line of JSON or nothing.
 */
#include "fuzz.h"

#include "agents/claude_code.h"
#include "base/limits.h"
#include "json/json.h"

static void check_answer(const struct agent_event *event)
{
	static const struct agent_manner manner = {.in_place = CAVRA_MEDIUM};
	static struct decision decisions[AGENT_MAX_REQUESTS];
	for (size_t i = 0; i < event->n_requests; i++) {
		FUZZ_CHECK(event->requests[i].action_type.n > 0);
		decisions[i] =
			(struct decision){.outcome = (enum cavra_outcome)(i % (CAVRA_BLOCK + 1)),
					  .rule_id = "fuzz.rule",
					  .reason = event->requests[i].target,
					  .instead = event->requests[i].cwd,
					  .by_rule = true};
	}
	struct agent_verdict verdict;
	struct buf CLEANUP_BUF out;
	agent_judge(event, decisions, &manner, &verdict);
	buf_init(&out, MiB(1));
	claude_code_adapter.write(&verdict, &out);
	agent_verdict_release(&verdict);
	FUZZ_CHECK(!out.failed);
	if (!out.n)
		return;
	json_t *answer = NULL;
	struct cavra_error error;
	FUZZ_CHECK(json_read(buf_str(&out), 0, &answer, &error) == 0);
	json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct agent_event event = {.payload = NULL};
	struct cavra_error error = {.text = ""};
	arena_init(&arena, MiB(16));
	if (!setjmp(arena.on_full)) {
		arena.armed = true;
		int code = claude_code_adapter.read(str_make((const char *)data, size), &arena,
						    &event, &error);
		arena.armed = false;
		FUZZ_CHECK(code == 0 || error.text[0]);
		FUZZ_CHECK(code < 0 || event.n_requests <= AGENT_MAX_REQUESTS);
		if (code == 0 && event.acts)
			check_answer(&event);
	}
	agent_event_release(&event);
	arena_release(&arena);
	return 0;
}
