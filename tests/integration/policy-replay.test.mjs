// SPDX-License-Identifier: Apache-2.0
//
// cavra policy replay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cavra, put, scratch } from './cavra.mjs';

const metadata = 'metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\n';
const directory = scratch();
const before = put(directory, 'before.yaml', `${metadata}commands: {allow: [a, b], block: [c]}\n`);
const after = put(directory, 'after.yaml', `${metadata}commands: {allow: [a, c], block: [b]}\n`);
const actions = ['a', 'b', 'c', 'd', 'b'].map((target) => ({ action_type: 'execute_command', target }));
const records = cavra(['evaluate', '--batch', '-', '--policy-file', before], { input: actions.map((line) => JSON.stringify(line)).join('\n') })
  .out.trimEnd().split('\n').map((line, i) => JSON.stringify({ ...JSON.parse(line), repository: i < 4 ? 'one' : 'two' }));

function replay(input, ...options) {
  return cavra(['policy', 'replay', '-', '--policy-file', ...options], { input });
}

test('what would be answered differently is counted by rule and repository, with examples', () => {
  const done = replay(records.join('\n'), after, '--json');
  const report = JSON.parse(done.out);
  assert.equal(done.status, 5);
  assert.deepEqual([report.decision_count, report.unchanged_count, report.would_block, report.would_ask, report.would_allow], [5, 2, 2, 0, 1]);
  assert.deepEqual(report.rules, {
    'commands.block': { would_allow: 0, would_ask: 0, would_block: 2 }, 'commands.allow': { would_allow: 1, would_ask: 0, would_block: 0 },
  });
  assert.deepEqual(Object.entries(report.repositories).map(([name, counts]) => [name, counts.would_block, counts.would_allow]),
    [['one', 1, 1], ['two', 1, 0]]);
  assert.deepEqual(report.examples.map((example) => [example.line, example.target, example.recorded.decision, example.replayed.decision]),
    [[2, 'b', 'allow', 'block'], [3, 'c', 'block', 'allow'], [5, 'b', 'allow', 'block']]);
});

test('the same policy changes nothing', () => {
  const done = replay(records.join('\n'), before);
  assert.equal(done.status, 0);
  assert.match(done.out, /^would block 0, ask 0 and allow 0 of 5,/);
});

test('lines that are no records are told, and the others are replayed', () => {
  const done = replay([records[0], '{"action_type": "execute_command"}', '{', '', records[1]].join('\n'), after);
  assert.equal(done.status, 1);
  assert.match(done.out, /^would block 1, ask 0 and allow 0 of 2,/);
  assert.match(done.err, /standard input:2:1: this is no recorded decision/);
  assert.match(done.err, /2 lines could not be replayed/);
});

test('long lines cross the chunks in which they are read', () => {
  const long = JSON.parse(records[1]);
  const input = [100, 65530, 65536, 70000, 200000].map((n) => JSON.stringify({ ...long, reason: 'x'.repeat(n) })).join('\n');
  assert.equal(JSON.parse(replay(input, after, '--json').out).would_block, 5);
});

test('what a record does not say is counted, never guessed', () => {
  const policy = put(directory, 'mcp.yaml', `${metadata}filesystem: {block_write: [b]}\nmcp: {allowed_servers: [good], blocked_servers: [bad]}\n`);
  const record = (action_type, target, requested_operation, decision) => JSON.stringify({ action_type, target, requested_operation, decision });
  const input = [
    record('write_file', 'a', 'rename', 'allow'), record('write_file', 'b', 'rename', 'allow'),
    record('mcp_tool_call', 'good:read_file', 'filesystem', 'allow'), record('mcp_tool_call', 'good:git_push', 'git_push', 'allow'),
    record('mcp_tool_call', 'bad:read_file', 'read_file', 'allow'),
    record('release_governance_record', 'release-channel-promotion-request', 'verify', 'block'),
    record('knowledge.search', 'x', 'x', 'block'),
    record('write_file', 'a', 'write', 'allow'),
  ].join('\n');
  const report = JSON.parse(replay(input, policy, '--json').out);
  assert.deepEqual(report.not_replayable, { rename: 2, mcp_arguments: 2, record: 2 });
  assert.deepEqual([report.not_replayable_count, report.decision_count, report.error_count, report.unchanged_count], [6, 2, 0, 1]);
  // Whatever its arguments were, this server is blocked.
  assert.deepEqual(Object.keys(report.rules), ['mcp.server.trust.block_unknown']);
  const done = replay(input.split('\n').slice(0, 4).join('\n'), policy);
  assert.equal(done.status, 0);
  assert.match(done.out, /^would block 0, ask 0 and allow 0 of 0,.*\n2 cannot be replayed: the record does not say where a rename ends\n2 cannot be replayed: the record does not say the arguments of a tool call\n$/);
});
