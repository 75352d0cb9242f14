// SPDX-License-Identifier: Apache-2.0
//
// cavra policy lint.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, put, scratch, source } from './cavra.mjs';

const metadata = 'metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\n';
const cases = 'tests: [{input: {action_type: read_file, target: .env}, decision: block}]\n';
const quiet = `filesystem: {block_read: [.env]}\n${cases}`;

function lint(text, ...options) {
  return cavra(['policy', 'lint', put(scratch(), 'policy.yaml', text), ...options]);
}

function codes(text) {
  const done = lint(text, '--json');
  const report = JSON.parse(done.out);
  assert.equal(done.status, report.valid ? 0 : 1);
  assert.equal(report.issue_count, report.issues.length);
  assert.equal(report.blocker_count, report.issues.filter((issue) => issue.severity === 'blocker').length);
  return report.issues.map((issue) => `${issue.line}:${issue.column} ${issue.code}`);
}

const rows = [
  ['nothing wrong', metadata + quiet, []],
  ['metadata', 'metadata: {id: cavra-x, description: D}\nfilesystem: {block_read: [.env]}\n', ['1:11 metadata.title.missing', '1:11 metadata.version.missing']],
  ['a list that is none', `${metadata}commands: {block: x}\n`, ['2:19 commands.block.invalid']],
  ['W28 a misspelt key', `${metadata}commands: {blok: [x]}\n`, ['2:12 schema_error']],
  ['a bad pattern', `${metadata}filesystem: {block_read: ["a/../b"]}\n`, ['2:27 policy.invalid']],
  ['nothing controlled', metadata, ['1:1 policy.controls.missing', '1:1 filesystem.block_read.missing', '1:1 tests.missing']],
  ['nothing allowed', `${metadata}${quiet}commands: {block: [x]}\n`, ['4:11 commands.allow.missing']],
  ['a broader pattern behind', `${metadata}${quiet}commands: {allow: [x y, "x*"]}\n`, ['4:20 commands.allow.shadowed']],
  ['a broader pattern in front', `${metadata}${quiet}commands: {allow: ["x*", x y]}\n`, ['4:26 commands.allow.shadowed']],
  ['two of the same meaning', `${metadata}${cases}filesystem: {block_read: [.env, "**/.env"]}\n`, ['3:33 filesystem.block_read.shadowed']],
  ['allowed and blocked', `${metadata}${quiet}commands: {allow: [x y], block: ["x*"]}\n`, ['4:20 commands.allow.ineffective']],
  ['joined commands', `${metadata}${quiet}commands: {allow: ["cd x && make"]}\n`, ['4:20 commands.allow.never_matches']],
  ['rules that match the same', `${metadata}${quiet}rules:\n- {id: a.a, match: {program: x}, decision: block}\n- {id: a.b, match: {program: x}, decision: warn}\n`,
    ['6:3 rules.shadowed']],
];
for (const [name, text, expected] of rows)
  test(name, () => assert.deepEqual(codes(text), expected));

test('what a parent covers is told', () => {
  const done = lint(`metadata: {id: cavra-x, title: T, description: D, version: 0.1.0, inherits: cavra-ai-agent-baseline}
commands: {allow: [pytest -x]}\n${cases}`);
  assert.match(done.out, /^\S+policy\.yaml:2:20: warning: matches nothing that pytest\* does not; remove it \[commands\.allow\.shadowed\]\n0 blockers, 1 warnings\n$/);
});

test('an allowed program with an option that runs what it names is told, with the option', () => {
  const done = lint(`${metadata}${quiet}commands: {allow: ["fd*"]}\n`);
  assert.match(done.out, /4:20: warning: .*--exec.*\[commands\.allow\.dangerous_option\]/);
});

test('the bundled packs have no blocker and allow no such option', () => {
  const packs = join(source, 'policies');
  for (const name of readdirSync(packs)) {
    const done = cavra(['policy', 'lint', join(packs, name), '--pack-dir', packs, '--json']);
    assert.equal(done.status, 0, done.out);
    const report = JSON.parse(done.out);
    assert.equal(report.summary.policy_id, name);
    assert.deepEqual(report.issues.filter((issue) => /dangerous|ineffective|never/.test(issue.code)), [], name);
  }
});

test('a summary counts what the pack says', () => {
  const { summary } = JSON.parse(lint(`${metadata}${quiet}git: {require_pull_request: true, require_human_reviewer: false}\n`, '--json').out);
  assert.deepEqual(summary, {
    policy_id: 'cavra-x', title: 'T', version: '0.1.0', inherits: null, mode: 'enforce',
    rule_counts: { filesystem: 1, commands: 0, git: 1, mcp: 0, approvals: 0, evidence: 0, compliance: 0 },
  });
});

test('what cannot be read is an error', () => {
  assert.equal(cavra(['policy', 'lint', '/nonexistent']).status, 1);
  assert.equal(cavra(['policy', 'lint']).status, 2);
  assert.equal(lint('metadata: [\n').status, 1);
});
