/* SPDX-License-Identifier: Apache-2.0
 *
 * Images of policies: the input is changes to the image of a pack that has everything, in groups of six bytes: where
 * (four bytes) and what (two). Key, size and sum are put right, so that the reader meets what they would have kept away.
 *
 * Checked: a policy that is read can be asked, whatever its tables say, and is written as it was read.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "policy/image.h"

static const uint8_t key[IMAGE_KEY_BYTES] = "fuzz";
static struct buf pristine;

static const char rich_text[] =
	"metadata: {id: cavra-p, title: t, description: d, version: 1.0.0}\n"
	"filesystem: {block_read: ['*.pem', '!a.pem', /etc/**, '[x-z]?.q', 'a/**/b']}\n"
	"commands: {block: ['curl *|*sh*', 'x y*', '*z'], allow: ['npm run test:*', 'make*']}\n"
	"mcp: {blocked_servers: ['Evil*'], allowed_servers: ['*', good]}\n"
	"network: {allow: ['*.example.com', example.com:443], block: [10.0.0.0/8, 'fd00::/8', '*']}\n"
	"rules:\n"
	"  - {id: r.a, match: {program: docker, subcommand: [rm], flags: [-f], operands: ['*prod*']},\n"
	"     decision: block, severity: critical, reason: r, instead: i, approver_group: g}\n"
	"  - {id: r.b, match: {effect: net, patterns: [a.example]}, decision: require_approval}\n";

static void make_pristine(void)
{
	static const struct policy_source bundled;
	char path[] = "/tmp/cavra-fuzz-image-XXXXXX.yaml";
	struct policy *policy = NULL;
	struct cavra_error error;
	if (pristine.n)
		return;
	int fd = mkstemps(path, 5);
	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(write(fd, rich_text, sizeof rich_text - 1) == (ssize_t)sizeof rich_text - 1);
	FUZZ_CHECK(close(fd) == 0);
	int code = policy_load_file(&bundled, path, NULL, 0, &policy, &error);
	(void)unlink(path);
	FUZZ_CHECK(code == 0);
	buf_init(&pristine, LIMIT_IMAGE_BYTES);
	FUZZ_CHECK(policy_image_write(policy, key, &pristine, NULL) == 0);
	policy_free(policy);
}

/* ---- asking ---- */

static void ask_paths(const struct policy *policy, struct value name, struct arena *arena)
{
	for (size_t i = LIST_FILES_BLOCK_READ; i <= LIST_FILES_APPROVE_WRITE; i++)
		if (policy->list[i]) {
			(void)path_match(policy->list[i], &name, 1, false, arena);
			(void)path_match(policy->list[i], &name, 1, true, arena);
		}
}

static void ask_commands(const struct policy *policy, struct value name, struct arena *arena)
{
	struct seg any = {.kind = SEG_ANY}, option = {.kind = SEG_TEXT, .text = STR("-f")};
	struct command_word words[] = {
		{.value = name, .cls = CW_PROGRAM},
		{.value = {&option, 1}, .cls = CW_OPTION},
		{.value = name, .cls = CW_OPERAND},
		{.value = {&any, 1}, .many = true, .cls = CW_OPERAND},
	};
	struct pipeline_stage stages[] = {{words, 3}, {words, 4}};
	for (size_t i = LIST_COMMANDS_BLOCK; i <= LIST_COMMANDS_ALLOW; i++) {
		(void)command_match(policy->list[i], words, 3, arena);
		(void)command_match(policy->list[i], words, 4, arena);
		(void)pipeline_match(policy->list[i], stages, 2, arena);
	}
}

static void ask_names(const struct policy *policy, struct value name, struct arena *arena)
{
	for (size_t i = LIST_GIT_PROTECTED; i <= LIST_MCP_BLOCKED; i++)
		(void)name_match(policy->list[i], name, arena);
	for (size_t i = LIST_NETWORK_ALLOW; i <= LIST_NETWORK_APPROVE; i++)
		(void)host_match(policy->list[i], name, 443, arena);
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].match.operands)
			(void)name_match(policy->rules[i].match.operands, name, arena);
}

static void ask(const struct policy *policy)
{
	static const char *const texts[] = {
		"server.pem", "/etc/x/y",        "a/q/b",    "curl",        "x", "npm",
		"Evil one",   "www.example.com", "10.1.2.3", "[fd00::1]:8", "",  "zzzz\xff"};
	struct arena arena;
	arena_init(&arena, MiB(16));
	if (setjmp(arena.on_full))
		FUZZ_CHECK(!"memory");
	arena.armed = true;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct seg segs[] = {{.kind = SEG_TEXT, .text = str_from(texts[i])},
				     {.kind = SEG_ANY}};
		for (size_t n = texts[i][0] ? 1 : 2; n <= 2; n++) {
			struct value name = {segs, n};
			ask_paths(policy, name, &arena);
			ask_commands(policy, name, &arena);
			ask_names(policy, name, &arena);
		}
		arena_reset(&arena);
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes, again;
	struct policy *policy = NULL;
	make_pristine();
	buf_init(&bytes, LIMIT_IMAGE_BYTES);
	buf_init(&again, LIMIT_IMAGE_BYTES);
	buf_add(&bytes, buf_str(&pristine));
	for (; size >= 6; data += 6, size -= 6) {
		uint32_t at;
		memcpy(&at, data, sizeof at);
		bytes.p[at % bytes.n] = (char)(data[4] ^ data[5]);
	}
	policy_image_seal(&bytes, key);
	if (policy_image_read(buf_str(&bytes), key, &policy, NULL) == 0) {
		ask(policy);
		FUZZ_CHECK(policy_image_write(policy, key, &again, NULL) == 0);
		FUZZ_CHECK(again.n == bytes.n);
		policy_free(policy);
	}
	buf_release(&bytes);
	buf_release(&again);
	return 0;
}
