// SPDX-License-Identifier: Apache-2.0
//
// cavra policy simulate and dry-run.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { cavra, put, scratch } from './cavra.mjs';

const scenarios = [
  { case_id: 'env', input: { action_type: 'read_file', target: '.env' }, expected_decision: 'block' },
  { action_type: 'execute_command', target: 'terraform apply' },
  { case_id: 'link', input: { action_type: 'read_file', target: 'notes' }, facts: { workspace: '/repo', links: { '/repo/notes': '.env' } },
    expected_decision: 'block' },
  { case_id: 'wrong', input: { action_type: 'read_file', target: 'README.md' }, expected_decision: 'block' },
];
const input = scenarios.map((line) => JSON.stringify(line)).join('\n');

for (const name of ['simulate', 'dry-run'])
  test(`W51 policy ${name} decides about scenarios of its user and writes nothing`, () => {
    const cwd = scratch();
    const done = cavra(['policy', name, '-', '--json'], { input, cwd });
    const report = JSON.parse(done.out);
    assert.equal(done.status, 1);
    assert.deepEqual(report.results.map((result) => [result.case_id, result.decision.decision, result.passed]),
      [['env', 'block', true], ['case_2', 'block', true], ['link', 'block', true], ['wrong', 'allow', false]]);
    assert.deepEqual([report.case_count, report.passed_count, report.failed_count, report.required_cases_present, report.passed],
      [4, 3, 1, false, false]);
    assert.deepEqual(readdirSync(cwd), []);
  });

test('without scenarios the required cases are tried', () => {
  const done = cavra(['policy', 'dry-run', '--json', '--policy-pack', 'cavra-ai-agent-baseline']);
  const report = JSON.parse(done.out);
  assert.deepEqual([done.status, report.passed, report.required_cases_present, report.case_count], [0, true, true, 6]);
});

test('a line for people, and the last line counts', () => {
  const done = cavra(['policy', 'simulate', put(scratch(), 'x.jsonl', input)]);
  const lines = done.out.trimEnd().split('\n');
  assert.match(lines[0], /^PASS block +env \.env {2}filesystem\.read\.block$/);
  assert.match(lines[1], /^ {5}block +execute_command terraform apply {2}commands\.block$/);
  assert.match(lines[3], /^FAIL allow +wrong README\.md/);
  assert.equal(lines[4], '4 scenarios, 1 expectations not met');
});

test('a bad line is an error with its place', () => {
  for (const [line, text] of [['{"tarjet": 1}', /standard input:2:1: .*tarjet/], ['{', /standard input:2:\d+: /],
    ['{"input": {"action_type": "read_file", "target": "x"}, "expected_decision": "deny"}', /2:1: expected_decision: write allow/]]) {
    const done = cavra(['policy', 'simulate', '-'], { input: `${JSON.stringify(scenarios[0])}\n${line}\n` });
    assert.equal(done.status, 1);
    assert.match(done.err, text);
  }
});
