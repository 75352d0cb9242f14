// SPDX-License-Identifier: Apache-2.0
//
// A policy on trial: recorded beside the one in force, never acted on.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, hookProgram, ledger, repository, run, scratch } from './cavra.mjs';
import { hook, machine, onMachine, payload } from './machine.mjs';

const pack = (id, body, version = '1.0.0') => `metadata: {id: ${id}, title: t, description: d, version: ${version}}\n${body}\n`;
const inForce = pack('cavra-now', 'commands: {allow: [make*, make deploy*, npm*], block: [rm*]}');
const onTrial = pack('cavra-next', 'commands: {allow: [make*, rm*], block: [make deploy*]}', '2.0.0');
const project = (more = {}) => repository({ '.cavra/policy.yaml': inForce, '.cavra/next.yaml': onTrial, '.cavra/config.yaml': 'policy.shadow: next.yaml\n', ...more });
const evaluate = (directory, command, options = {}) => JSON.parse(cavra(['evaluate', 'execute_command', command, '--json'], { cwd: directory, ...options }).out);

// The process that asks it is not waited for.
async function keptIn(home, n) {
  const all = () => ledger(home).filter((entry) => entry.event_type === 'cavra.shadow.decided');
  for (let i = 0; i < 100 && all().length < n; i++) await new Promise((resolve) => { setTimeout(resolve, 50); });
  return all().map((entry) => entry.body.decision);
}
function ask(directory, home, command, env = {}) {
  return run(hookProgram, ['claude-code'], { cwd: directory, input: payload(directory, command), env: { CLAUDE_PROJECT_DIR: directory, HOME: home, ...env } });
}
const answerOf = (done) => JSON.parse(done.out).hookSpecificOutput.permissionDecision;

test('a record says what the policy on trial would have decided, and the decision is that of the one in force', () => {
  const directory = project();
  for (const [command, decision, shadow, changed] of [['make x', 'allow', 'allow', false], ['make deploy', 'allow', 'block', true],
    ['rm x', 'block', 'allow', true], ['npm x', 'allow', 'require_approval', true], ['frob', 'require_approval', 'require_approval', false]]) {
    const record = evaluate(directory, command);
    assert.equal(record.decision, decision);
    assert.deepEqual([record.shadow.policy_pack, record.shadow.decision, record.shadow.changed], ['cavra-next', shadow, changed]);
    assert.match(record.shadow.policy_digest, /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(record.shadow.policy_digest, record.policy_digest);
    assert.equal(record.policy_id, 'cavra-now');
  }
  const done = cavra(['evaluate', 'execute_command', 'make deploy'], { cwd: directory });
  assert.equal(done.status, 0);
  assert.match(done.out, /^ {2}on trial: cavra-next would answer block by commands\.block$/m);
  assert.match(cavra(['explain', 'execute_command', 'rm x'], { cwd: directory }).out, /\n {2}on trial: cavra-next would answer allow by commands\.allow\n$/);
  assert.match(cavra(['explain', 'execute_command', 'make x'], { cwd: directory }).out, /on trial: cavra-next answers the same, allow by/);
});

test('without one there is nothing in the record', () => {
  assert.equal('shadow' in evaluate(repository({ '.cavra/policy.yaml': inForce }), 'make x'), false);
});

test('the hook answers by the policy in force, and keeps what would be answered differently', async () => {
  const directory = project(), home = scratch('home');
  for (const [command, answer] of [['make x', 'allow'], ['make deploy', 'allow'], ['rm x', 'deny']]) assert.equal(answerOf(ask(directory, home, command)), answer);
  const kept = await keptIn(home, 2);
  assert.deepEqual(kept.map(({ target, decision, shadow }) => [target, decision, shadow.decision]).sort(),
    [['make deploy', 'allow', 'block'], ['rm x', 'block', 'allow']]);
  // What was acted on stands beside it, and can be replayed.
  const segment = join(home, '.cavra/ledger/segments/00000000000000000001.jsonl');
  assert.equal(statSync(segment).mode & 0o777, 0o600);
  assert.equal(ledger(home).filter((entry) => entry.event_type === 'cavra.decision').length, 3);
  const replayed = cavra(['policy', 'replay', segment, '--policy-file', join(directory, '.cavra/policy.yaml'), '--json']);
  assert.deepEqual([replayed.status, JSON.parse(replayed.out).unchanged_count], [0, 3]);
});

for (const [what, files] of [
  ['is not there', { '.cavra/config.yaml': 'policy.shadow: none.yaml\n' }],
  ['is no bundled pack', { '.cavra/config.yaml': 'policy.shadow: cavra-none\n' }],
  ['holds a mistake', { '.cavra/next.yaml': 'metadata: {id: cavra-next}\ncommands: {blok: [x]}\n' }],
  ['is no YAML', { '.cavra/next.yaml': '{{{{' }],
]) {
  test(`one that ${what} changes no answer and is told`, async () => {
    const directory = project(files), home = scratch('home');
    for (const [command, decision, answer] of [['make x', 'allow', 'allow'], ['rm x', 'block', 'deny']]) {
      const record = evaluate(directory, command);
      assert.equal(record.decision, decision);
      assert.deepEqual(Object.keys(record.shadow), ['policy_pack', 'error']);
      const done = ask(directory, home, command);
      assert.deepEqual([answerOf(done), done.status, done.err], [answer, 0, '']);
    }
    const kept = await keptIn(home, 2);
    assert.equal(kept.length, 2);
    assert.ok(kept.every(({ shadow }) => shadow.error.length > 5));
    assert.match(cavra(['config', 'show'], { cwd: directory }).out, /^on trial {2}\S+ cannot be used:/m);
    assert.ok(JSON.parse(cavra(['config', 'show', '--json'], { cwd: directory }).out).shadow.error);
    assert.equal(cavra(['config', 'validate'], { cwd: directory }).status, 1);
    assert.match(cavra(['doctor'], { cwd: directory }).out, /the policy on trial cannot be used/);
  });
}

test('one that takes long is not waited for', () => {
  const slow = Array.from({ length: 60000 }, (_, i) => `"*x${i}y*z*"`).join(', ');
  const directory = project({ '.cavra/next.yaml': pack('cavra-next', `filesystem: {block_read: [${slow}]}`) });
  const plain = repository({ '.cavra/policy.yaml': inForce });
  const time = (where) => Math.min(...Array.from({ length: 5 }, () => {
    const from = performance.now();
    assert.equal(answerOf(ask(where, scratch('home'), 'make x')), 'allow');
    return performance.now() - from;
  }));
  assert.ok(time(directory) < 3 * time(plain) + 50);
});

test('it stands in the place of its layer\'s policy, so that the other layers count', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {block: [make release*], allow: ["*", make deploy*]}') });
  const directory = project();
  const record = (command) => JSON.parse(onMachine(etc, cavraProgram, ['evaluate', 'execute_command', command, '--json'], { cwd: directory }).out);
  assert.deepEqual([record('make release').decision, record('make release').shadow.decision], ['block', 'block']);
  assert.deepEqual([record('make deploy').decision, record('make deploy').shadow.decision], ['allow', 'block']);
});

test('no layer below can take a managed one back', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {allow: [make*]}'), 'try.yaml': pack('cavra-try', 'commands: {block: [make*]}'), 'config.yaml': 'policy.shadow: try.yaml\n' });
  const directory = project();
  const shown = JSON.parse(onMachine(etc, cavraProgram, ['config', 'show', '--json'], { cwd: directory }).out);
  assert.deepEqual(shown.values['policy.shadow'].map(({ value, layer, in_force, why_not }) => [value, layer, in_force, why_not]),
    [['try.yaml', 'managed', true, null], ['next.yaml', 'project', false, 'the first one in command counts']]);
  assert.equal(shown.shadow.id, 'cavra-try');
  const record = JSON.parse(onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'make x', '--json'], { cwd: directory }).out);
  assert.deepEqual([record.decision, record.shadow.policy_pack, record.shadow.decision], ['allow', 'cavra-try', 'block']);
  assert.equal(hook(etc, directory, 'make x', { HOME: scratch('home') }), 'allow');
});
