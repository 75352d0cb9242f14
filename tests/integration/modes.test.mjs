// SPDX-License-Identifier: Apache-2.0
//
// What each mode makes of a decision, for evaluate and for the hook, and who may break the glass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cavraProgram, hookProgram, ledger, put, repository, scratch } from './cavra.mjs';
import { hook, machine, onMachine, payload } from './machine.mjs';

const policy = `metadata: {id: cavra-modes, title: t, description: d, version: 1.0.0}
commands: {allow: [make*], block: [rm*], readonly: allow}
`;
const actions = {
  allowed: 'make x', looked: 'ls', asked: 'frob x', opaque: '$X y', blocked: 'rm -rf build', guard: 'rm -rf .cavra',
};
const statuses = { allow: 0, audit_only: 0, allow_with_attestation: 0, require_approval: 3, block: 4 };

// What evaluate and the hook answer to every action.
function answers(etc, config, env = {}) {
  const directory = repository({ '.cavra/policy.yaml': policy, '.cavra/config.yaml': config });
  const result = {};
  for (const [name, command] of Object.entries(actions)) {
    const args = ['evaluate', 'execute_command', command];
    const done = onMachine(etc, cavraProgram, args, { cwd: directory, env });
    const [said] = done.out.split(':');
    assert.equal(done.status, statuses[said], `${command}: ${done.out}${done.err}`);
    const record = JSON.parse(onMachine(etc, cavraProgram, [...args, '--json'], { cwd: directory, env }).out);
    result[name] = [record.decision ?? record.base_decision.decision, said, hook(etc, directory, command, env)];
  }
  return result;
}

// decided, acted on, answered to the agent
test('enforce acts on the decision', () => {
  assert.deepEqual(answers(null, 'mode: enforce\n'), {
    allowed: ['allow', 'allow', 'allow'], looked: ['allow', 'allow', 'allow'], asked: ['require_approval', 'require_approval', 'ask'],
    opaque: ['require_approval', 'require_approval', 'deny'], blocked: ['block', 'block', 'deny'], guard: ['block', 'block', 'deny'],
  });
});

test('audit_only stops nothing, and says what would have been decided', () => {
  assert.deepEqual(answers(null, 'mode: audit_only\n'), {
    allowed: ['allow', 'audit_only', 'silent'], looked: ['allow', 'audit_only', 'silent'],
    asked: ['require_approval', 'audit_only', 'silent'], opaque: ['require_approval', 'audit_only', 'silent'],
    blocked: ['block', 'audit_only', 'silent'], guard: ['block', 'audit_only', 'silent'],
  });
});

test('strict blocks what is not understood and takes no effect for a reason', () => {
  assert.deepEqual(answers(null, 'mode: strict_regulated\n'), {
    allowed: ['allow', 'allow', 'allow'], looked: ['require_approval', 'require_approval', 'ask'],
    asked: ['block', 'block', 'deny'], opaque: ['block', 'block', 'deny'],
    blocked: ['block', 'block', 'deny'], guard: ['block', 'block', 'deny'],
  });
});

const closed = Object.fromEntries(Object.keys(actions).map((name) => [name, ['block', 'deny']]));
const acted = (all) => Object.fromEntries(Object.entries(all).map(([name, [, ...rest]]) => [name, rest]));
test('break_glass that nobody who is known has asked for blocks everything', () => {
  assert.deepEqual(acted(answers(null, 'mode: break_glass\n')), closed);
  assert.deepEqual(acted(answers(null, '{}', { CAVRA_POLICY_MODE: 'break_glass' })), closed);
});

const at = (minutes) => new Date(Date.now() + minutes * 60000).toISOString();
const glass = (expires, more = '') => `mode: break_glass\nbreak_glass: {actor: ann@example.com, reason: outage 12, expires: "${expires}"}\n${more}`;

test('the managed configuration may break the glass, for all but the guard itself', () => {
  const etc = machine({ 'config.yaml': glass(at(230)) }), home = scratch('home');
  assert.deepEqual(answers(etc, 'mode: strict\n', { HOME: home }), {
    allowed: ['allow', 'allow_with_attestation', 'silent'], looked: ['allow', 'allow_with_attestation', 'silent'],
    asked: ['require_approval', 'allow_with_attestation', 'silent'], opaque: ['require_approval', 'allow_with_attestation', 'silent'],
    blocked: ['block', 'allow_with_attestation', 'silent'], guard: ['block', 'block', 'deny'],
  });
  // What only this let pass was put on record first, and under a name of its own.
  const kept = ledger(home).filter((entry) => entry.event_type === 'cavra.break_glass.used').map((entry) => entry.body.decision);
  assert.deepEqual(kept.map((record) => [record.target, record.decision, record.break_glass.actor]),
    [actions.asked, actions.opaque, actions.blocked].map((target) => [target, target === actions.blocked ? 'block' : 'require_approval', 'ann@example.com']));
});

test('a record of a broken glass names the actor and not the reason', () => {
  const expires = at(60), etc = machine({ 'config.yaml': glass(expires) });
  const directory = repository({ '.cavra/policy.yaml': policy });
  const done = onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'rm x', '--json'], { cwd: directory });
  const record = JSON.parse(done.out);
  assert.deepEqual([record.mode, record.decision, record.break_glass], ['break_glass', 'block', { actor: 'ann@example.com', expires }]);
  assert.ok(!done.out.includes('outage'));
  const summary = JSON.parse(onMachine(etc, cavraProgram,
    ['evaluate', 'execute_command', 'rm x', '--json', '--policy-mode', 'break_glass', '--break-glass-actor', 'mallory'], { cwd: directory }).out);
  assert.deepEqual([summary.effective_decision, summary.break_glass_actor, summary.break_glass_reason_present],
    ['allow_with_attestation', 'ann@example.com', true]);
  const answered = onMachine(etc, hookProgram, ['claude-code'], { cwd: directory, input: payload(directory, 'rm x'), env: { CLAUDE_PROJECT_DIR: directory, HOME: scratch() } });
  assert.match(JSON.parse(answered.out).systemMessage, /^CAVRA \(allow_with_attestation\): block, .*\[commands\.block, /);
});

test('without a place for the record nothing passes', () => {
  const etc = machine({ 'config.yaml': glass(at(60)) }), directory = repository({ '.cavra/policy.yaml': policy });
  const home = scratch();
  put(home, '.cavra', 'a file, and no directory');
  for (const command of ['rm x', 'make x']) assert.match(hook(etc, directory, command, { HOME: home }), /^blocked: .*it cannot be recorded: cannot open the ledger/);
});

test('when it is over, the policy decides again, whatever else stands there', () => {
  const etc = machine({ 'config.yaml': glass(at(-1)) });
  assert.deepEqual(acted(answers(etc, '{}')), acted(answers(null, '{}')));
  const directory = repository({ '.cavra/policy.yaml': policy });
  const shown = JSON.parse(onMachine(etc, cavraProgram, ['config', 'show', '--json'], { cwd: directory }).out);
  assert.deepEqual(shown.values.mode.map(({ value, in_force, why_not }) => [value, in_force, why_not]), [['break_glass', false, 'over, see break_glass.expires']]);
});

for (const [what, text, said] of [
  ['more than four hours', glass(at(241)), /config\.yaml:2:.*break_glass\.expires is more than four hours from now/],
  ['no reason', `mode: break_glass\nbreak_glass: {actor: a, expires: "${at(9)}"}\n`, /config\.yaml:1:7: break_glass needs break_glass\.actor, break_glass\.reason and/],
  ['nobody', 'mode: break_glass\n', /config\.yaml:1:7: break_glass needs/],
  ['a blank name', `mode: break_glass\nbreak_glass: {actor: " ", reason: r, expires: "${at(9)}"}\n`, /config\.yaml:2:22: write a text/],
  ['no point in time', 'mode: break_glass\nbreak_glass: {actor: a, reason: r, expires: tomorrow}\n', /config\.yaml:2:45: write a point in time in UTC/],
  ['another time zone', 'mode: break_glass\nbreak_glass: {actor: a, reason: r, expires: "2026-01-31T23:59:59+02:00"}\n', /config\.yaml:2:45: write a point/],
]) {
  test(`breaking the glass with ${what} is refused`, () => {
    const etc = machine({ 'config.yaml': text }), directory = repository({ '.cavra/policy.yaml': policy });
    assert.match(hook(etc, directory, 'make x'), new RegExp(`^blocked: [^]*${said.source}`));
    const done = onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'make x'], { cwd: directory });
    assert.equal(done.status, 1);
    assert.match(done.err, said);
  });
}

test('neither a project nor a variable can say who breaks the glass', () => {
  const directory = repository({ '.cavra/policy.yaml': policy, '.cavra/config.yaml': glass(at(9)) });
  assert.match(hook(null, directory, 'make x'), /^blocked: .*break_glass\.actor cannot be set in the project layer; only the managed layer may/);
  // Named, but not broken by the managed layer: it stays whole, whoever asks.
  const etc = machine({ 'config.yaml': glass(at(9)).replace('mode: break_glass\n', '') });
  assert.deepEqual(acted(answers(etc, 'mode: break_glass\n')), closed);
  assert.deepEqual(acted(answers(etc, '{}', { CAVRA_POLICY_MODE: 'break_glass' })), closed);
});
