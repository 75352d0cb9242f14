// SPDX-License-Identifier: Apache-2.0
//
// Packets of evidence: the shipped ones, and ones that a test makes and signs.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cavra, put, scratch, source } from './cavra.mjs';

export const example = join(source, 'examples/policy-lifecycle');
export const commit = 'a'.repeat(40);

// Everything of the example in a directory of its own.
export function copyExample() {
  const directory = scratch('example');
  cpSync(example, directory, { recursive: true });
  return directory;
}

// The example's own options, in such a directory.
export const exampleOptions = (directory) =>
  ['--require-live', '--pack-dir', join(directory, 'packs'), '--public-key', join(directory, 'trust/example.public.pem')];

export function readiness(packet, ...options) {
  const done = cavra(['policy', 'lifecycle-readiness', packet, '--json', ...options]);
  assert.equal(done.err, '');
  const result = JSON.parse(done.out);
  assert.equal(result.blocker_count, result.checks.filter((check) => check.status === 'blocker').length);
  assert.equal(result.ready_for_policy_lifecycle_contract, result.blocker_count === 0);
  return { status: done.status, result, blockers: result.checks.filter((check) => check.status === 'blocker') };
}

export const blockersOf = (packet, ...options) =>
  readiness(packet, ...options).blockers.flatMap(({ name, problems }) => problems.map(({ field, message }) => `${name} ${field}: ${message}`));

export const packText = (more = '', version = '1.0.0') => `metadata: {id: cavra-acme, title: T, description: D, version: ${version}}
filesystem: {block_read: [.env]}
commands: {block: ["helm uninstall*"], allow: [pytest]}
${more}tests: [{name: own, input: {action_type: execute_command, target: helm uninstall x}, decision: block}]
`;

// A key, a pack, and a live packet about it. options: more of lifecycle-plan.
export function make({ text = packText(), options = [], packs } = {}) {
  const directory = scratch('made');
  const policy = packs ? undefined : put(directory, 'policy.yaml', text);
  const planned = cavra(['policy', 'lifecycle-plan', ...(packs ?? ['--policy-file', policy]), '--output-dir', directory, '--evidence-mode', 'live',
    '--source-ref', `git://git.example.com/acme/main#${commit}`, '--ci-run-ref', 'ci-run://acme/1', '--policy-review-ref', 'policy-review://acme/1',
    '--ui-validation-ref', 'ui-validation://acme/1', ...options]);
  assert.equal(planned.status, 0, planned.err);
  const keys = cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'k']);
  assert.equal(keys.status, 0, keys.err);
  const packet = join(directory, 'policy-lifecycle-packet.json');
  const made = {
    directory, policy, packet,
    read: () => JSON.parse(readFileSync(packet, 'utf8')),
    sign: () => cavra(['policy', 'sign', packet, '--private-key', join(directory, 'keys/k.private.pem'), '--signer', 'ann']).status === 0,
    // Writes it anew, signed by the key that is trusted. False when it is no longer a packet that can be signed.
    change(how) {
      const object = made.read();
      writeFileSync(packet, JSON.stringify(how(object) ?? object));
      return made.sign();
    },
    options: ['--require-live', ...(policy ? ['--policy-file', policy] : []), '--public-key', join(directory, 'keys/k.public.pem')],
  };
  assert.ok(made.sign());
  return made;
}

// Every way to change one thing in a JSON value: [what it is, the changed value].
export function* changes(value, pointer = '') {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      for (const [name, changed] of changes(item, `${pointer}/${i}`)) yield [name, value.with(i, changed)];
      yield [`${pointer}/${i} removed`, value.toSpliced(i, 1)];
      if (i > 0 && JSON.stringify(item) !== JSON.stringify(value[i - 1]))
        yield [`${pointer}/${i} swapped`, value.with(i, value[i - 1]).with(i - 1, item)];
    }
    yield [`${pointer}/- added`, [...value, 'x']];
  } else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      for (const [name, changed] of changes(member, `${pointer}/${key}`)) yield [name, { ...value, [key]: changed }];
      yield [`${pointer}/${key} removed`, Object.fromEntries(Object.entries(value).filter(([other]) => other !== key))];
    }
    yield [`${pointer}/added added`, { ...value, added: true }];
  } else {
    yield [`${pointer} changed`, { string: `${value}x`, number: value + 1, boolean: !value }[typeof value] ?? 'x'];
  }
}
