// SPDX-License-Identifier: Apache-2.0
//
// cavra policy suggest.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { cavra, get, put, scratch, source } from './cavra.mjs';

const directory = scratch();
const metadata = 'metadata: {id: cavra-x, title: T, description: D, version: 0.1.0, mode: audit_only}\n';
const policy = put(directory, 'policy.yaml', `${metadata}commands: {block: [rm*], require_approval: [twine*]}\nfilesystem: {block_read: [.env]}\n`);

function record(actions, path = policy) {
  const lines = actions.map((action) => JSON.stringify(typeof action === 'string' ? { action_type: 'execute_command', target: action } : action));
  const done = cavra(['evaluate', '--batch', '-', '--policy-file', path], { cwd: directory, input: lines.join('\n') });
  return put(scratch(), 'records.jsonl', done.out);
}
function suggest(actions, path = policy) {
  const done = cavra(['policy', 'suggest', record(actions, path), '--policy-file', path, '--json']);
  assert.equal(done.err, '');
  assert.equal(done.status, 0);
  return JSON.parse(done.out);
}
const patterns = (report) => report.suggestions.map(({ pattern, count }) => [pattern, count]);
const times = (n, text) => Array.from({ length: n }, (_, i) => text.replace('#', i));

test('a program and its subcommand, where all that it can do is harmless; else the command itself', () => {
  const report = suggest([...times(5, 'docker ps -n #'), ...times(3, 'terraform validate -json'), 'kubectl get pods -n a', ...times(2, 'frob --all x'), 'grep -rn # src']);
  assert.deepEqual(patterns(report), [['docker ps*', 5], ['terraform validate*', 3], ['frob --all x', 2], ['grep*', 1], ['kubectl get pods -n a', 1]]);
  assert.deepEqual([report.asked_count, report.answered_count, report.otherwise_changed_count, report.lint_warnings], [12, 12, 0, []]);
  assert.deepEqual(report.suggestions.map(({ general }) => general), [true, true, false, true, false]);
  assert.deepEqual(report.suggestions[0].examples, ['docker ps -n 0', 'docker ps -n 1', 'docker ps -n 2']);
});

test('an option that runs what it names keeps a pattern narrow, unless the policy asks about it', () => {
  assert.deepEqual(patterns(suggest(['fd x', 'fd y'])), [['fd x', 1], ['fd y', 1]]);
  const careful = put(directory, 'careful.yaml', `${metadata}commands: {require_approval: ["fd --exec*", "fd * --exec*"]}\n`);
  assert.deepEqual(patterns(suggest(['fd x', 'fd y'], careful)), [['fd*', 2]]);
});

test('nothing is suggested for what no rule should answer', () => {
  const report = suggest([
    'rm x', 'rm -rf .cavra', 'cat .env', 'echo x >> ~/.bashrc', '$X y', 'frob $Y', 'curl https://x.example', 'npm publish', 'pip install x', 'kubectl delete pod a',
    'terraform apply', 'git push origin x', 'docker rm x', 'twine upload x', 'touch /opt/x', 'gh auth token', 'systemctl stop x', 'sh -c "$(cat x)"', 'frob "a*b"', 'make x; rm y', 'python3 -c "import os"',
    { action_type: 'write_file', target: '/etc/x' }, { action_type: 'mcp_tool_call', server: 'x', tool: 'y' },
  ]);
  assert.deepEqual(report.suggestions, []);
  assert.equal(report.answered_count, 0);
  const { not_a_command, severe, opaque, rule, network, effect, words } = report.not_suggested;
  assert.ok([not_a_command, opaque, rule, network, effect, words].every((n) => n > 0), JSON.stringify(report.not_suggested));
  assert.equal(Object.values(report.not_suggested).reduce((sum, n) => sum + n, 0), report.asked_count);
  assert.ok(severe >= 0);
});

test('words with which a subcommand does something else keep it narrow', () => {
  assert.deepEqual(patterns(suggest(['cargo build', 'cargo build -p a', 'gh pr view 1'])), [['cargo build', 1], ['cargo build -p a', 1], ['gh pr view 1', 1]]);
});

test('a pattern that answers nothing is left out', () => {
  const report = suggest(['tar tf x', 'docker ps']);
  assert.deepEqual([patterns(report), report.not_suggested.unanswered], [[['docker ps*', 1]], 1]);
});

test('a command line needs all of its commands answered', () => {
  const report = suggest(['docker ps && terraform validate', 'docker ps && npm publish', 'docker images']);
  assert.deepEqual(patterns(report), [['terraform validate*', 1], ['docker images*', 1], ['docker ps*', 1]].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
  assert.equal(report.answered_count, 2);
});

test('the YAML is merged into the policy as it stands, and answers what it says', () => {
  const actions = [...times(4, 'docker ps -n #'), 'frob "two words"', 'frob one', 'rm x', 'curl https://x.example'];
  const records = record(actions);
  const done = cavra(['policy', 'suggest', records, '--policy-file', policy]);
  assert.equal(done.status, 0);
  assert.match(done.out, /^# 5 of 7 questions would be answered by \d rules?\.\n/);
  assert.match(done.out, / {4}# 4 times, such as: docker ps -n 0\n {4}- "docker ps\*"\n/);
  const overlay = put(scratch(), 'more.yaml', `metadata: {id: cavra-more, title: T, description: D, version: 0.1.0}\n${done.out}`);
  const replayed = JSON.parse(cavra(['policy', 'replay', records, '--policy-file', policy, '--overlay', overlay, '--json']).out);
  assert.deepEqual([replayed.would_allow, replayed.would_ask, replayed.would_block], [5, 0, 0]);
  assert.equal(cavra(['policy', 'validate', overlay]).status, 0);
  assert.ok(!cavra(['policy', 'lint', overlay]).out.includes('dangerous_option'));
});

test('what the policy answers by now is not asked again, and what was decided otherwise stays', () => {
  const records = record(['docker ps', 'make x']);
  const now = put(directory, 'now.yaml', `${metadata}commands: {allow: [docker ps*]}\n`);
  const report = JSON.parse(cavra(['policy', 'suggest', records, '--policy-file', now, '--json']).out);
  assert.equal(report.asked_count, 1);
  assert.ok(!report.suggestions.some(({ pattern }) => pattern.startsWith('docker')));
});

test('nothing asked, nothing suggested; standard input and bad lines are told', () => {
  const none = cavra(['policy', 'suggest', record(['rm x']), '--policy-file', policy]);
  assert.deepEqual([none.status, none.out], [0, '# 0 of 0 questions would be answered by 0 rules.\n']);
  assert.match(cavra(['policy', 'suggest', '-', '--policy-file', policy]).err, /read twice/);
  const bad = cavra(['policy', 'suggest', put(scratch(), 'x.jsonl', '{"action_type": "read_file"}\n'), '--policy-file', policy]);
  assert.equal(bad.status, 1);
  assert.match(bad.err, /x\.jsonl:1:1: this is no recorded decision[^]*1 lines could not be read/);
});

test('it leaves no file behind', () => {
  assert.deepEqual(readdirSync('/tmp').filter((name) => name.startsWith('cavra-suggest-')), []);
});

test('LIMIT_SUGGESTIONS: as many different commands are kept apart, and one more is counted', () => {
  const limit = Number(get(source, 'src/base/limits.h').match(/LIMIT_SUGGESTIONS = (\d+)/)[1]);
  for (const more of [0, 1]) {
    const report = suggest(times(limit + more, 'frob x#'));
    assert.deepEqual([report.suggestions.length, report.not_suggested.too_many, report.answered_count], [limit, more, limit]);
  }
});
