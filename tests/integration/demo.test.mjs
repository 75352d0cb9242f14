// SPDX-License-Identifier: Apache-2.0
//
// The demonstrations say what the product really decides.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, run, source } from './cavra.mjs';

test('the seven actions of the reference are decided as it says, the ways around them blocked, the look-alikes allowed', () => {
  const done = cavra(['demo', 'before-the-agent-acts', '--json']);
  assert.equal(done.status, 0, done.err);
  const records = done.out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(records.slice(0, 7).map(({ action_type, decision, severity }) => `${action_type} ${decision} ${severity}`), [
    'read_file block high', 'write_file require_approval high', 'execute_command allow low',
    'execute_command block critical', 'mcp_tool_call block high', 'git_operation block high',
    'pull_request allow_with_attestation medium',
  ]);
  const around = records.slice(7, -3), alike = records.slice(-3);
  for (const record of around.slice(0, -1)) assert.equal(record.decision, 'block', record.target);
  assert.notEqual(around.at(-1).decision, 'allow');
  for (const record of alike) assert.equal(record.decision, 'allow', record.target);
  for (const record of records) {
    assert.equal(record.agent_id, 'demo-agent');
    assert.equal(record.actor, 'simulated-ai-agent');
    assert.equal(record.session_id, 'local');
  }
});

test('the text can be read in three minutes: one screen of 80 columns after the other, no more than 120 lines', () => {
  const done = cavra(['demo', 'before-the-agent-acts']);
  assert.equal(done.status, 0);
  const lines = done.out.split('\n');
  assert.ok(lines.length <= 120, `${lines.length} lines`);
  assert.match(done.out, /^block {2}execute_command terraform apply -auto-approve$/m);
  for (const line of lines) assert.ok([...line].length <= 80, line);
});

test('the recorded session plays through the real hook', () => {
  const done = run(join(source, 'tools/demo-session'), [build], { cwd: source });
  assert.equal(done.status, 0, done.err);
  assert.match(done.out, /^deny +Bash +cat \.env$/m);
  assert.match(done.out, /^allow +Bash +terraform plan -out=plan\.bin$/m);
  assert.match(done.out, /73 calls: \d+ allowed, \d+ left to the agent, \d+ asked, \d+ denied/);
});
