// SPDX-License-Identifier: Apache-2.0
//
// cavra policy test: what the cases of a pack reach.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cavra, put, scratch } from './cavra.mjs';

const pack = (body) => `metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\n${body}`;

function run(body, ...options) {
  const done = cavra(['policy', 'test', '--policy-file', put(scratch(), 'policy.yaml', pack(body)), ...options]);
  return { status: done.status, lines: done.out.trimEnd().split('\n').filter((line) => !line.startsWith('PASS')) };
}

const body = `filesystem: {block_read: [.env, "*.key"], block_write: [.env]}
commands: {block: ["a *"], require_approval: ["b *"], allow: ["c *", "d *"]}
git: {protected_branches: [main, prod]}
mcp: {allowed_servers: [good, other], blocked_servers: [bad]}
network: {block: [x.org, y.org]}
rules:
- {id: r.one, match: {program: e}, decision: block}
- {id: r.two, match: {program: f}, decision: block}
tests:
- {input: {action_type: execute_command, target: "cat .env; a x; b x; c x; e; curl https://x.org; git push origin main"}, decision: block}
- {input: {action_type: mcp_tool_call, server: good, tool: t}, decision: allow}
- {input: {action_type: mcp_tool_call, server: bad, tool: t}, decision: block}
`;

test('the rules that no case reaches are listed, the others counted', () => {
  const done = run(body, '--coverage');
  assert.equal(done.status, 0);
  assert.deepEqual(done.lines, [
    'not reached: filesystem.read.block *.key',
    'not reached: filesystem.write.block .env',
    'not reached: commands.allow d *',
    'not reached: git.protected_branch prod',
    'not reached: mcp.server.trust.allow other',
    'not reached: network.block y.org',
    'not reached: r.two',
    '9 of its 16 rules are reached by a case',
    '10 of 10 built-in cases pass',
    '3 of 3 cases pass',
  ]);
});

test('without --coverage they are only counted, and a case that fails is still an error', () => {
  const done = run(body.replace('tool: t}, decision: allow', 'tool: t}, decision: block'));
  assert.equal(done.status, 1);
  assert.equal(done.lines.at(-3), '9 of its 16 rules are reached by a case');
  assert.equal(done.lines.at(-1), '2 of 3 cases pass');
});

test('a parent\'s rules are for the parent\'s cases', () => {
  const path = put(scratch(), 'policy.yaml', `metadata: {id: cavra-x, title: T, description: D, version: 0.1.0, inherits: cavra-ai-agent-baseline}
commands: {block: [zzz]}
tests: [{input: {action_type: execute_command, target: zzz}, decision: block}]
`);
  const done = cavra(['policy', 'test', '--policy-file', path]);
  assert.match(done.out, /1 of its 1 rules are reached by a case\n12 of 12 built-in cases pass\n1 of 1 cases pass\n$/);
});

// ---- the built-in cases ----

const builtin = (body) => {
  const done = cavra(['policy', 'test', '--policy-file', put(scratch(), 'policy.yaml', pack(body)), '--json']);
  const report = JSON.parse(done.out);
  return { report, ids: report.builtin.results.map((result) => result.case_id), status: done.status };
};
const always = ['guard_policy_write', 'guard_policy_delete', 'guard_agent_settings', 'guard_git_hooks', 'guard_shell_start',
  'block_metadata_address', 'block_name_with_nul'];

test('what holds for every policy is tried with every policy, and nothing can open it', () => {
  for (const body of ['commands: {allow: ["*"]}', 'network: {allow: ["*", 169.254.169.254], default: allow}', 'filesystem: {outside_workspace: {read: allow, write: allow}}']) {
    const { ids, status, report } = builtin(body);
    assert.deepEqual(ids, always, body);
    assert.equal(status, 0, body);
    assert.deepEqual(report.builtin.results.map((result) => result.passed), always.map(() => true));
  }
});

test('W45 the others are for policies that are about such things', () => {
  for (const [body, ids] of [
    ['filesystem: {block_read: [customers/**]}', []],
    ['filesystem: {block_read: [.env.*, x]}', ['block_env_read']],
    ['filesystem: {require_approval_write: [policies/**]}', ['approval_policy_write']],
    ['commands: {block: [kubectl delete*], allow: [kubectl get*]}', []],
    ['commands: {block: [terraform apply*], allow: [terraform plan*]}', ['allow_terraform_plan', 'block_terraform_apply']],
    ['git: {require_pull_request: true}', ['block_protected_branch_push']],
    ['git: {protected_branches: [main]}', ['block_protected_branch_push']],
    ['git: {protected_branches: [production]}', []],
    ['git: {block_direct_push_to_protected_branch: false}', []],
    ['mcp: {allowed_servers: [x]}', ['block_unknown_mcp_server']],
    ['mcp: {block_unknown_servers: false}', []],
  ]) assert.deepEqual(builtin(body).ids, [...always, ...ids], body);
  for (const id of ['cavra-kubernetes-prod', 'cavra-github-enterprise', 'cavra-gitlab-enterprise', 'cavra-mcp-enterprise'])
    assert.equal(cavra(['policy', 'test', '--policy-pack', id]).status, 0, id);
});

test('a built-in case that fails is told apart from the policy\'s own, and fails the test', () => {
  const body = 'filesystem: {block_read: [.env.local, "!.env"]}\ntests: [{input: {action_type: read_file, target: .env.local}, decision: block}]';
  const done = run(body);
  assert.equal(done.status, 1);
  assert.deepEqual(done.lines, ['FAIL built-in block_env_read', '     expected block, got allow by filesystem.read.allow (low)',
    '1 of its 2 rules are reached by a case', '7 of 8 built-in cases pass', '1 of 1 cases pass']);
});

test('--json has both, apart, and what no case reaches', () => {
  const { report, status } = builtin(`${body}- {name: wrong, input: {action_type: read_file, target: x}, decision: block}\n`);
  assert.equal(status, 1);
  assert.deepEqual([report.schema_version, report.policy_pack, report.passed], ['cavra.policy-test.v1', 'cavra-x', false]);
  assert.deepEqual([report.own.case_count, report.own.passed_count, report.own.failed_count], [4, 3, 1]);
  assert.deepEqual([report.builtin.case_count, report.builtin.failed_count], [10, 0]);
  const [wrong] = report.own.results.filter((result) => !result.passed);
  assert.deepEqual([wrong.case_id, wrong.expected_decision, wrong.decision.decision, wrong.line > 10], ['wrong', 'block', 'allow', true]);
  assert.deepEqual([report.coverage.rule_count, report.coverage.reached_count, report.coverage.not_reached.length], [16, 9, 7]);
  assert.deepEqual(report.coverage.not_reached[0], { rule_id: 'filesystem.read.block', pattern: '*.key' });
});
