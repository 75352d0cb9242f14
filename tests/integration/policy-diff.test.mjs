// SPDX-License-Identifier: Apache-2.0
//
// cavra policy diff.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cavra, put, scratch } from './cavra.mjs';

const pack = (id, body = '') => `metadata: {id: ${id}, title: T, description: D, version: 0.1.0}\n${body}`;

function compare(left, right, ...options) {
  const directory = scratch();
  return cavra(['policy', 'diff', put(directory, 'left.yaml', pack('cavra-x', left)),
    put(directory, 'right.yaml', pack('cavra-x', right)), ...options]);
}

test('W28b taking a command off the block list is of critical risk', () => {
  const done = compare('commands: {block: ["terraform apply*", x]}\n', 'commands: {block: [x]}\n', '--json');
  assert.equal(done.status, 5);
  const report = JSON.parse(done.out);
  assert.deepEqual(report.changed, ['commands.block']);
  assert.deepEqual([report.verdict, report.risk], ['loosens', 'critical']);
  assert.deepEqual(report.changes.map((change) => [change.item, change.change, change.verdict]),
    [['terraform apply*', 'removed', 'loosens']]);
});

test('no difference is status 0, also when it is written differently', () => {
  const done = compare('commands: {block: [a, b]}\ngit: {force_push: block}\n', 'git: {force_push: block}\ncommands:\n  block:\n  - b\n  - a\n');
  assert.deepEqual([done.status, done.out], [0, 'no difference\n']);
});

test('a table for people says what loosens first', () => {
  const done = compare('commands: {block: [a]}\n', 'commands: {block: [b], opaque: block}\n');
  assert.equal(done.status, 5);
  assert.equal(done.out, `loosens   commands.block
    - a: no longer blocked
tightens  commands.block
    + b: blocked from now on
tightens  commands.opaque
    + block: a stricter value
3 changes: 2 tightens, 1 loosens, 0 neutral; risk critical
`);
});

test('packs are named by id, and what is inherited counts', () => {
  const directory = scratch();
  const child = put(directory, 'child.yaml', `metadata: {id: cavra-x, title: T, description: D, version: 0.1.0, inherits: cavra-ai-agent-baseline}\n`);
  const done = cavra(['policy', 'diff', 'cavra-ai-agent-baseline', child, '--json']);
  const report = JSON.parse(done.out);
  assert.equal(report.verdict, 'neutral');
  assert.ok(report.changes.every((change) => change.path.startsWith('metadata.')));
});

test('what cannot be compared is an error', () => {
  const directory = scratch();
  const good = put(directory, 'good.yaml', pack('cavra-x'));
  const bad = put(directory, 'bad.yaml', pack('cavra-x', 'commands: {blok: [a]}\n'));
  for (const [right, status, text] of [
    [bad, 1, /bad\.yaml:2:\d+: .*blok/], [`${directory}/none.yaml`, 1, /none\.yaml/], ['cavra-none', 1, /cavra-none/],
  ]) {
    const done = cavra(['policy', 'diff', good, right]);
    assert.equal(done.status, status);
    assert.match(done.err, text);
  }
  assert.equal(cavra(['policy', 'diff', good]).status, 2);
});

test('text of others cannot move the cursor', () => {
  const done = compare('', 'commands: {block: ["a\\e[2J\\u202e"]}\n');
  // eslint-disable-next-line no-control-regex
  assert.ok(!/[\x00-\x09\x0b-\x1f\u202e]/.test(done.out), JSON.stringify(done.out));
});

test('ten thousand rules are compared quickly', () => {
  const patterns = (from) => Array.from({ length: 10000 }, (_, i) => `"p${i + from} x*"`).join(', ');
  const start = process.hrtime.bigint();
  const done = compare(`commands: {block: [${patterns(0)}]}\n`, `commands: {block: [${patterns(5000)}]}\n`, '--json');
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  assert.deepEqual(JSON.parse(done.out).counts, { tightens: 5000, loosens: 5000, neutral: 0 });
  assert.ok(seconds < 10, `${seconds} s`);
});
