// SPDX-License-Identifier: Apache-2.0
//
// cavra policy rollout-plan: what changing a rollout means. The rows of risk are in the unit test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cavra, get, put, scratch, source } from './cavra.mjs';

const directory = scratch('rollouts');
const file = (name, value) => put(directory, name, typeof value === 'string' ? value : JSON.stringify(value));
const current = file('current.json', { repository: 'acme/shop', policy_pack: 'cavra-shop', state: 'active', mode: 'strict' });

test('a plan for programs and for people', () => {
  const request = file('request.json', { mode: 'enforce', owner: 'shop\u001b[2J' });
  const plan = JSON.parse(cavra(['policy', 'rollout-plan', '--current', current, '--request', request, '--json']).out);
  assert.equal(plan.schema_version, 'cavra.policy_rollout.change_plan.v1');
  assert.deepEqual(plan.changes.map((change) => change.field), ['mode', 'owner']);
  assert.match(plan.before_digest, /^sha256:[0-9a-f]{64}$/);
  assert.notEqual(plan.before_digest, plan.after_digest);
  const text = cavra(['policy', 'rollout-plan', '--current', current, '--request', request]).out;
  assert.match(text, /^update acme\/shop:cavra-shop: risk high, needs an approval\n {2}the mode protects less than before\n/);
  assert.match(text, /^ {4}mode: strict -> enforce$/m);
  assert.ok(!text.includes('\u001b'), 'no control characters');
});

test('a new rollout, also from YAML', () => {
  const request = file('request.yaml', 'repository: acme/shop\npolicy_pack: cavra-shop\n');
  const done = cavra(['policy', 'rollout-plan', '--request', request]);
  assert.match(done.out, /^create acme\/shop:cavra-shop: risk medium, needs no approval\n/);
});

test('wrong input', () => {
  const refuse = (args, complaint, status = 1) => {
    const done = cavra(['policy', 'rollout-plan', ...args]);
    assert.equal(done.status, status);
    assert.equal(done.out, '');
    assert.match(done.err, complaint);
  };
  refuse([], /--request is missing/, 2);
  refuse(['--request', '/nowhere.json'], /nowhere/);
  refuse(['--request', file('bad.json', '{')], /bad\.json:1:2/);
  refuse(['--request', file('bad.json', {})], /repository of a rollout is missing/);
  refuse(['--request', file('bad.json', []), '--current', current], /a request is an object/);
  refuse(['--request', file('bad.json', { mode: 'off' }), '--current', current], /mode of a rollout is one of audit_only/);
  refuse(['--request', file('good.json', {}), '--current', file('bad.json', { x: 1 })], /the current record: /);
});

test('docs/rollouts.md lists every field of a rollout', () => {
  const listed = [...get(source, 'docs/rollouts.md').split('## Records')[1].matchAll(/^\|([^|]*)\|/gm)]
    .flatMap(([, cell]) => [...cell.matchAll(/`([a-z_]+)`/g)].map((match) => match[1]));
  const table = get(source, 'src/policy/rollout_record.c').split('rollout_fields[]')[1].split('};')[0];
  assert.deepEqual(listed.sort(), [...table.matchAll(/^\t\{"([a-z_]+)"/gm)].map((match) => match[1]).sort());
});
