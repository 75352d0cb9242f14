// SPDX-License-Identifier: Apache-2.0
//
// The C interface as a newcomer meets it: the example compiles against the header and the library and tells the truth.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { build, put, run, scratch, source } from './cavra.mjs';

const directory = scratch('api');
const libraries = ['-lcavra', '-ljansson', '-lyaml', '-lcrypto'];
// A library with sanitizers in it needs them in the program too.
const sanitize = readFileSync(join(build, 'build.ninja'), 'utf8').match(/-fsanitize=[a-z,]+/)?.[0];

function compile(file, name) {
  const done = run('cc', [
    '-std=gnu11', '-Wall', '-Wextra', '-Werror', ...(sanitize ? [sanitize] : []), '-I', join(source, 'include'), '-o',
    join(directory, name), file, '-L', build, ...(sanitize ? [join(build, 'libcavra.a')] : []), ...libraries,
    `-Wl,-rpath,${build}`,
  ]);
  assert.equal(done.status, 0, done.err);
  return join(directory, name);
}

let example;
before(() => { example = compile(join(source, 'examples/decide.c'), 'decide'); });

test('the example has about 40 lines and decides', () => {
  assert.ok(readFileSync(join(source, 'examples/decide.c'), 'utf8').split('\n').length <= 42);
  const blocked = run(example, ['sudo terraform apply'], { cwd: directory });
  assert.equal(blocked.status, 4);
  assert.match(blocked.out, /^block: /);
  assert.match(blocked.out, /commands\.block/);
  assert.equal(run(example, ['terraform plan'], { cwd: directory }).status, 0);
  assert.equal(run(example, ['unheard-of'], { cwd: directory }).status, 3);
  assert.equal(run(example, [], { cwd: directory }).status, 2);
});

const program = `
#include <cavra/cavra.h>
#include <stdio.h>
#include <string.h>
#define CHECK(x) do { if (!(x)) { printf("line %d: %s\\n", __LINE__, #x); return 1; } } while (0)
int main(void)
{
	struct cavra_error error;
	cavra_policy *policy = NULL, *again = NULL;
	cavra_facts *facts = NULL;
	cavra_decision *decision = NULL;
	CHECK(cavra_policy_load("/nonexistent.yaml", &policy, &error) == CAVRA_ERR_NOT_FOUND && !policy && error.text[0]);
	CHECK(cavra_policy_load_pack("../x", &policy, &error) < 0 && !policy);
	CHECK(cavra_policy_load_pack("cavra-ai-agent-baseline", &policy, &error) == 0);
	CHECK(cavra_policy_load_pack("cavra-ai-agent-baseline", &again, &error) == 0);
	CHECK(strcmp(cavra_policy_id(policy), "cavra-ai-agent-baseline") == 0);
	CHECK(strncmp(cavra_policy_digest(policy), "sha256:", 7) == 0 && strlen(cavra_policy_digest(policy)) == 71);
	CHECK(strcmp(cavra_policy_digest(policy), cavra_policy_digest(again)) == 0);
	cavra_policy_free(again);
	CHECK(cavra_facts_from_json("{\\"workspace\\": 1}", &facts, &error) == CAVRA_ERR_INPUT && !facts);
	CHECK(cavra_facts_from_json("{", &facts, &error) == CAVRA_ERR_INPUT);
	CHECK(cavra_facts_from_directory("/nonexistent", &facts, &error) == CAVRA_ERR_NOT_FOUND);
	CHECK(cavra_facts_from_json("{\\"workspace\\": \\"/repo\\", \\"links\\": {\\"/repo/n\\": \\".env\\"}}", &facts, &error) == 0);

	struct cavra_request read = {.action_type = "read_file", .target = "n"};
	CHECK(cavra_decide(policy, &read, facts, &decision, &error) == 0);
	CHECK(cavra_decision_outcome(decision) == CAVRA_BLOCK && cavra_decision_severity(decision) == CAVRA_HIGH);
	CHECK(strcmp(cavra_decision_rule(decision), "filesystem.read.block") == 0);
	CHECK(cavra_decision_reason(decision)[0] && !cavra_decision_approver_group(decision));
	CHECK(strstr(cavra_decision_json(decision), "\\"rule_id\\":\\"filesystem.read.block\\""));
	CHECK(strstr(cavra_decision_explain(decision), "filesystem.read.block"));
	cavra_decision_free(decision);

	struct cavra_request part = {.action_type = "execute_command", .target = "terraform apply", .target_length = 9};
	CHECK(cavra_decide(policy, &part, NULL, &decision, &error) == 0);
	CHECK(strstr(cavra_decision_json(decision), "\\"target\\":\\"terraform\\""));
	cavra_decision_free(decision);

	struct cavra_request nul = {.action_type = "execute_command", .target = "ls\\0-l", .target_length = 5};
	CHECK(cavra_decide(policy, &nul, NULL, &decision, &error) == 0);
	CHECK(cavra_decision_outcome(decision) == CAVRA_BLOCK);
	cavra_decision_free(decision);
	decision = NULL;
	struct cavra_request empty = {.target = "x"};
	CHECK(cavra_decide(policy, &empty, NULL, &decision, &error) == CAVRA_ERR_INPUT);

	struct cavra_request mcp = {.action_type = "mcp_tool_call", .server = "files", .tool = "read", .arguments = "{\\"a\\":1,\\"a\\":2}"};
	CHECK(cavra_decide(policy, &mcp, facts, &decision, &error) == 0);
	CHECK(cavra_decision_outcome(decision) >= CAVRA_REQUIRE_APPROVAL);
	cavra_decision_free(decision);

	CHECK(strcmp(cavra_outcome_name(CAVRA_REQUIRE_APPROVAL), "require_approval") == 0);
	CHECK(strcmp(cavra_severity_name(CAVRA_CRITICAL), "critical") == 0);
	CHECK(strcmp(cavra_version(), CAVRA_VERSION) == 0);
	cavra_decision_free(NULL);
	cavra_facts_free(facts);
	cavra_facts_free(NULL);
	cavra_policy_free(policy);
	cavra_policy_free(NULL);
	puts("good");
	return 0;
}
`;

test('every function of the header does what it says', () => {
  const done = run(compile(put(directory, 'all.c', program), 'all'), [], { cwd: directory });
  assert.equal(done.out, 'good\n');
  assert.equal(done.status, 0);
});

test('the header is C++ too', (t) => {
  const done = run('sh', ['-c', 'command -v c++ || command -v g++ || command -v clang++ || true']);
  const compiler = done.out.trim();
  if (!compiler) return void t.skip('no C++ compiler');
  const file = put(directory, 'x.cc', '#include <cavra/cavra.h>\nint main() { return cavra_version() ? 0 : 1; }\n');
  const compiled = run(compiler, ['-Wall', '-Werror', '-fsyntax-only', '-I', join(source, 'include'), file]);
  assert.equal(compiled.status, 0, compiled.err);
});

test('the shared library exports nothing but cavra_*', (t) => {
  if (sanitize) return void t.skip('no shared library with sanitizers');
  const done = run('nm', ['-D', '--defined-only', join(build, 'libcavra.so')]);
  // The node of the versions is a symbol, too, an absolute one.
  const names = done.out.trimEnd().split('\n').filter((line) => !/ A CAVRA_\d+$/.test(line)).map((line) => line.split(' ').pop());
  assert.ok(names.length >= 19);
  for (const name of names) assert.match(name, /^cavra_[a-z_]+@@CAVRA_\d+$/);
});
