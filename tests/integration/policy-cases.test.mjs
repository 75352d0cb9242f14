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
    '3 of 3 cases pass',
  ]);
});

test('without --coverage they are only counted, and a case that fails is still an error', () => {
  const done = run(body.replace('tool: t}, decision: allow', 'tool: t}, decision: block'));
  assert.equal(done.status, 1);
  assert.equal(done.lines.at(-2), '9 of its 16 rules are reached by a case');
  assert.equal(done.lines.at(-1), '2 of 3 cases pass');
});

test('a parent\'s rules are for the parent\'s cases', () => {
  const path = put(scratch(), 'policy.yaml', `metadata: {id: cavra-x, title: T, description: D, version: 0.1.0, inherits: cavra-ai-agent-baseline}
commands: {block: [zzz]}
tests: [{input: {action_type: execute_command, target: zzz}, decision: block}]
`);
  const done = cavra(['policy', 'test', '--policy-file', path]);
  assert.match(done.out, /1 of its 1 rules are reached by a case\n1 of 1 cases pass\n$/);
});
