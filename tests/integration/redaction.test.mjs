// SPDX-License-Identifier: Apache-2.0
//
// The rules for secrets: mistakes in their data stop the build, and no file of the sources holds a key. How many secrets are
// found is measured by test_redact_corpus.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, get, run, scratch, source } from './cavra.mjs';
import { allFiles, madeSamples } from './samples.mjs';

const generator = join(build, 'src/ledger/gen-secrets');

function generate(from = '', to = '') {
  const directory = scratch('secrets'), file = join(directory, 'secrets.yaml');
  const text = readFileSync(join(source, 'data/secrets.yaml'), 'utf8');
  assert.ok(text.includes(from), from);
  writeFileSync(file, text.replace(from, to));
  return run(generator, [file, join(directory, 'out.c')]);
}

test('mistakes in the rules stop the build, with their place', () => {
  assert.equal(generate().status, 0);
  for (const [from, to, message] of [
    ['"AKIA <upper>{16}"', '"AKIA <uper>{16}"', /secrets\.yaml:\d+:\d+: not a shape/],
    ['"AKIA <upper>{16}"', '"AKIA <upper>{16"', /not a shape/],
    ['"AKIA <upper>{16}"', '"AKIA <upper>{17,16}"', /not a shape/],
    ['"AKIA <upper>{16}"', '"<upper>{16}"', /must start with bytes or be near something/],
    ['opens: aws', 'opens: awss', /no such keyword: awss/],
    ['near: heroku', 'near: herokuu', /no such keyword: herokuu/],
    ['kind: random', 'kind: randomly', /no such kind: randomly/],
    ['placeholders:', 'placeholder:', /no such section: placeholder/],
    ['before: "<digit>{8} :"', 'before: "digits"', /not understood/],
    ['keywords:', 'keywords:\n\tx', /secrets\.yaml:\d+:\d+/],
  ]) {
    const done = generate(from, to);
    assert.notEqual(done.status, 0, to);
    assert.match(done.err, message);
  }
});

// Each rule has a key or a text in the corpus; those that only names find are told by their names.
test('every rule is in the corpus', () => {
  const rules = [...get(source, 'data/secrets.yaml').split('\nkeywords:')[0].matchAll(/^ {2}([a-z0-9-]+):/gm)].map(([, rule]) => rule);
  const keys = get(source, 'tests/data/secrets/keys.txt'), texts = get(source, 'tests/data/secrets/secrets.txt');
  assert.ok(rules.length > 90);
  const words = { 'sql-password': /IDENTIFIED BY/, 'netrc-password': /login bob password/, 'redis-password': /requirepass/, 'oracle-url': /oracle:thin/,
    'aws-secret-access-key': /aws key/, 'alibaba-key-secret': /aliyun/, 'azure-devops-token': /azure devops/, 'mailgun-new-key': /mailgun/, 'mailchimp-key': /mailchimp/,
    'datadog-key': /datadog/, 'heroku-key': /heroku auth/, 'cloudflare-key': /cloudflare/, 'cloudflare-global-key': /cloudflare global/, 'twilio-auth-token': /twilio/,
    'snyk-token': /snyk auth/, 'okta-token': /okta/, 'onepassword-token': /ops_eyJ/, 'slack-webhook': /slack/, 'teams-webhook': /office/, 'discord-webhook': /discord/ };
  const missing = rules.filter((rule) => !keys.includes(`\n${rule} `) && !(words[rule] ?? /^$/).test(texts));
  assert.deepEqual(missing, []);
});

test('the corpus holds shapes and no keys', () => {
  for (const name of ['keys.txt', 'secrets.txt', 'lookalikes.txt']) {
    const text = get(source, `tests/data/secrets/${name}`).replaceAll(/\{[a-z0-9]+:\d+\}/g, '{}').replaceAll('AKIAIOSFODNN7EXAMPLE', '').replaceAll(/wJalrX\S*EXAMPLEKEY/g, '');
    assert.deepEqual(text.match(/AKIA[A-Z2-7]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[bp]-\d{10}|sk_live_[A-Za-z0-9]{16}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}/g), null, name);
  }
});

// ---- what is written ----

test('no secret of the corpus is in what is recorded, bundled and exported', () => {
  const home = scratch('home'), env = { HOME: home, K: 'signing key' };
  const samples = madeSamples();
  const requests = samples.map(({ text }, id) => JSON.stringify({ id, action_type: 'execute_command', target: text, session_id: 's' })).join('\n');
  const done = cavra(['evaluate', '--batch', '-', '--record', '--policy-pack', 'cavra-ai-agent-baseline'], { cwd: home, env, input: `${requests}\n` });
  assert.equal(done.status, 0, done.err);
  assert.equal(done.out.trimEnd().split('\n').length, samples.length);
  const output = join(home, 'out');
  const evidence = (...args) => { const one = cavra(['evidence', ...args], { cwd: home, env }); assert.equal(one.status, 0, one.err); };
  evidence('bundle', '--session', 's', '--output', join(output, 'bundle'), '--key-env', 'K', '--key-id', 'k');
  evidence('export-siem', join(output, 'bundle'), '--output', join(output, 'siem'), '--key-env', 'K');
  const files = allFiles(home);
  assert.ok(files.length > 15, files.join());
  const markers = readFileSync(join(output, 'bundle/evidence.json'), 'utf8').match(/\[redacted:[a-z0-9-]+:[0-9a-f]{16}\]/g);
  assert.ok(markers.length >= samples.length);
  // What is printed is not what is recorded: there they stand, and would be found.
  assert.ok(samples.filter(({ secrets }) => secrets.every((secret) => done.out.includes(JSON.stringify(secret).slice(1, -1)))).length > samples.length / 2);
  const found = [];
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    for (const { text: sample, secrets } of samples)
      for (const secret of secrets)
        if (text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1))) found.push(`${path}: ${secret} of ${sample}`);
  }
  assert.deepEqual(found, []);
});
