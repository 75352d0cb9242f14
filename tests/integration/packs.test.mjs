// SPDX-License-Identifier: Apache-2.0
//
// The bundled packs and the examples of docs/policy.md: valid, tested by their own cases, safe to combine. Their schema
// is checked with a validator that is not ours.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { cavra, command, decideAll, emptyFacts, put, read, scratch, source } from './cavra.mjs';

const ids = readdirSync(join(source, 'policies')).sort();
const file = (id) => join(source, 'policies', id, 'policy.yaml');
const schema = JSON.parse(readFileSync(join(source, 'data/policy.schema.json'), 'utf8'));
const valid = new Ajv({ strict: false, formats: { uri: true } }).compile(schema);

function passed(done, name) {
  assert.equal(done.status, 0, `${name}: ${done.out}${done.err}`);
  const [, good, all] = done.out.match(/(\d+) of (\d+) cases pass\n$/);
  assert.equal(good, all);
  return Number(all);
}

test('there are eighteen packs, named as their directories', () => {
  assert.equal(ids.length, 18);
  const listed = JSON.parse(cavra(['policy', 'list', '--json']).out).items;
  assert.deepEqual(listed.map(({ id }) => id), ids);
  for (const { title, description, version } of listed) assert.ok(title && description.length > 40 && version === '1.0.0');
});

for (const id of ids) {
  test(`${id}: valid, and its cases pass`, () => {
    assert.equal(cavra(['policy', 'validate', file(id)]).out, `valid ${id}\n`);
    assert.ok(passed(cavra(['policy', 'test', '--policy-file', file(id)]), id) >= 8);
  });
}

test('a pack is the same built in and read from its file', () => {
  for (const id of ids)
    assert.equal(cavra(['policy', 'compile', '--policy-pack', id]).out, cavra(['policy', 'compile', '--policy-file', file(id)]).out, id);
});

test('any pack goes on top of the baseline, below it, and with all others', () => {
  const directory = scratch('packs');
  const inherit = (parents) => put(directory, 'policy.yaml',
    `metadata: {id: cavra-x, title: t, description: d, version: 1.0.0, inherits: [${parents.join(', ')}]}\n`);
  const base = 'cavra-ai-agent-baseline';
  const others = ids.filter((id) => id !== base);
  for (const parents of [...others.flatMap((id) => [[id, base], [base, id]]), ids, [...ids].reverse()])
    assert.equal(cavra(['policy', 'validate', inherit(parents)]).out, 'valid cavra-x\n', parents.join());
});

// What commands that only look must not print, whatever the pack is about.
const secrets = ['.env', 'app/.env.production', 'config/secrets.yaml', 'tls/server.pem', 'id_rsa', 'keys/id_ed25519',
  '/root/.ssh/id_ecdsa', '/root/.ssh/work', '/root/.aws/credentials', '/root/.config/gcloud/credentials.db',
  '/root/.azure/msal_token_cache.json', '/root/.kube/config', '/root/.docker/config.json', '/root/.npmrc', '/root/.netrc',
  '/root/.git-credentials'];
const lookalikes = ['.env.example', 'app/.env.sample', '.env.template', '.env.dist', '.environment', 'docs/env.md', 'src/secret.c',
  'id_rsa.pub', '/root/.ssh/id_ed25519.pub', '/root/.ssh/config', '/root/.ssh/known_hosts', '/root/.aws/config', 'pem.txt'];

test('every pack keeps secrets from reading by tools and by commands, and nothing that looks like one', () => {
  const requests = [...secrets, ...lookalikes].flatMap((path) => [read(path), command(`head -3 ${path}`)]);
  for (const pack of ids) {
    decideAll(requests, { pack, facts: { ...emptyFacts, files: [], directories: [] } }).forEach((record, i) => {
      const path = [...secrets, ...lookalikes][i >> 1];
      assert.equal(record.decision, secrets.includes(path) ? 'block' : 'allow', `${pack} ${JSON.stringify(record)}`);
    });
  }
});

// All objects of a compiled pack, with their places.
function* objects(value, path = '') {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield [value, path];
  for (const [key, inner] of Object.entries(value)) yield* objects(inner, `${path}/${key}`);
}

test('the schema means the same to another validator, and misspelt keys are caught', () => {
  const free = /^\/(approvals|evidence)($|\/)|\/risk_scoring$/;
  for (const id of ids) {
    const pack = JSON.parse(cavra(['policy', 'compile', '--policy-pack', id]).out);
    if (pack.metadata.inherits) continue; // merged lists hold more than a pack may
    assert.ok(valid(pack), `${id}: ${JSON.stringify(valid.errors)}`);
    for (const [object, path] of objects(pack)) {
      if (free.test(path)) continue;
      object.typo = true;
      assert.ok(!valid(pack), `${id}${path}: a key that nobody knows`);
      delete object.typo;
    }
  }
});

const examples = [...readFileSync(join(source, 'docs/policy.md'), 'utf8').matchAll(/```yaml\n(metadata:.*?)```/gs)].map(([, text]) => text);
assert.ok(examples.length > 1);
for (const [i, text] of examples.entries()) {
  test(`docs/policy.md: example ${i + 1} is a pack whose cases pass`, () => {
    const path = put(scratch('example'), 'policy.yaml', text);
    assert.match(cavra(['policy', 'validate', path]).out, /^valid cavra-/);
    assert.ok(passed(cavra(['policy', 'test', '--policy-file', path]), text) > 1);
  });
}
