/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of the ledger: ledger_fill DIRECTORY COUNT [SESSION] appends that many decisions, no two alike;
 * ledger_fill DIRECTORY --age SECONDS makes its last checkpoint that old.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/when.h"
#include "ledger/ledger.h"
#include "ledger/place.h"
#include "json/json.h"

static json_t *make_body(int i)
{
	static const char *const decisions[] = {"allow", "block", "require_approval"};
	char target[64];
	(void)snprintf(target, sizeof target, "git push origin feature-%d \xc3\xbc \"\\", i);
	return json_pack("{s:{s:s, s:s, s:s, s:s}, s:{s:s, s:i, s:n, s:[b, i, s]}}", "decision",
			 "decision", decisions[i % 3], "action_type", "execute_command", "target",
			 target, "rule_id", "git.push", "context", "agent", "claude-code", "number",
			 i, "branch", "list", 1, -i, "x\ty\x01");
}

static int age(const char *directory, size_t seconds)
{
	char path[PATH_MAX];
	struct ledger_state state;
	(void)snprintf(path, sizeof path, "%s/state", directory);
	int fd CLEANUP_FD = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || !state_read(fd, &state))
		return 1;
	state.signed_at = when_now() - (int64_t)seconds * 1000000;
	return state_write(fd, &state) ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct ledger_writer CLEANUP_LEDGER_WRITER writer;
	struct cavra_error error;
	size_t n = 0;
	if (argc > 3 && strcmp(argv[2], "--age") == 0)
		return str_to_size(str_from(argv[3]), &n) ? age(argv[1], n) : 2;
	if (argc < 3 || !str_to_size(str_from(argv[2]), &n))
		return 2;
	ledger_writer_init(&writer, argv[1], LEDGER_NONE);
	for (size_t i = 0; i < n; i++) {
		struct ledger_draft draft = {"cavra.decision", str_from(argc > 3 ? argv[3] : "s-1"),
					     make_body((int)i)};
		int code = ledger_append(&writer, &draft, 1, &error);
		json_decref(draft.body);
		if (code < 0) {
			(void)fprintf(stderr, "%s\n", error.text);
			return 1;
		}
	}
	return 0;
}
