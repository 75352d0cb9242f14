// SPDX-License-Identifier: Apache-2.0
//
// Nothing of a secret that the rules know is in any file that any program writes: all commands of the corpus go through
// everything that records, derives, packs, exports, indexes or uploads, below one directory, and every file there is searched.
// A word that no rule can know goes along, and is found wherever the others would be.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cavraProgram, hookProgram, put, scratch } from './cavra.mjs';
import { S3 } from './lockers.mjs';
import { allFiles, findSecrets, madeSamples, spellings } from './samples.mjs';

const root = scratch('written');
const project = join(root, 'project'), home = join(root, 'home'), temporary = join(root, 'tmp');
for (const directory of [project, home, temporary]) mkdirSync(directory);
const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8', CLAUDE_PROJECT_DIR: project };

function start(program, args, input = '', more = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: project, env: { ...env, ...more } });
    let out = '', err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('close', (status) => done({ status, out, err }));
    child.stdin.on('error', () => {}).end(input);
  });
}
async function cavra(args, { input, more, statuses = [0] } = {}) {
  const done = await start(cavraProgram, args, input, more);
  assert.ok(statuses.includes(done.status), `${args.join(' ')}: ${done.status} ${done.err}`);
  return done.out;
}

const samples = madeSamples(), secrets = [...new Set(samples.flatMap((sample) => sample.secrets))];
const credential = 'NotInAnyFile/0123456789+abcdefghijklmnop';
const planted = `hippopotamus${'abcdefgh'.repeat(3)}`;
const commands = [...samples.map(({ text }) => text), `echo ${planted}`];
const payload = (tool_name, tool_input, more = {}) => JSON.stringify({
  session_id: 's1', transcript_path: '/t', cwd: project, permission_mode: 'default', hook_event_name: 'PreToolUse', tool_name, tool_input, tool_use_id: 'x', ...more });

test('everything that writes has written', async () => {
  const service = await new S3({ id: 'AKIDEXAMPLE', secret: credential }).start();
  after(() => service.stop());
  // Nothing of the corpus may run, and each is decided twice, once on trial.
  put(project, '.cavra/policy.yaml', 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands: {block: ["*"]}\n');
  put(home, '.config/cavra/config.yaml', 'policy.shadow: shadow.yaml\n');
  put(home, '.config/cavra/shadow.yaml', 'metadata: {id: cavra-y, title: t, description: d, version: 1.0.0}\ncommands: {allow: ["*"]}\n');
  const hook = (input) => start(hookProgram, ['claude-code'], input);
  assert.equal((await hook(JSON.stringify({ session_id: 's1', transcript_path: '/t', cwd: project, hook_event_name: 'SessionStart', source: 'startup' }))).status, 0);
  for (const [i, command] of commands.entries()) {
    const done = await hook(payload('Bash', { command, description: command }));
    // A text that only assigns runs nothing.
    assert.match(done.out, /^\w+=\S*$/.test(command) ? /"(allow|deny|ask)"/ : /"(deny|ask)"/, `${command}: ${done.err}`);
    if (i % 8 === 0 || command.includes(planted)) {
      await hook(payload('Write', { file_path: join(project, 'a.txt'), content: command }));
      await hook(payload('Grep', { pattern: command, path: project }));
      await hook(payload('mcp__server__tool', { text: command, nested: { list: [command] } }));
      await cavra(['agent', 'exec', '--session-id', 's1', '--', command], { statuses: [126] });
    }
  }
  await hook(JSON.stringify({ session_id: 's1', transcript_path: '/t', cwd: project, hook_event_name: 'SessionEnd', reason: 'other' }));
  await cavra(['evaluate', '--batch', '-', '--record'], { input: commands.map((target, id) => `${JSON.stringify({ id, action_type: 'execute_command', target, session_id: 's2' })}\n`).join('') });
  // Those on trial are recorded behind the answer.
  await new Promise((done) => { setTimeout(done, 500); });
  await cavra(['evidence', 'generate-keypair']);
  const key = ['--public-key', '.cavra/keys/evidence-ed25519-public.pem'];
  await cavra(['evidence', 'trust-root', key[1]]);
  for (const session of ['s1', 's2']) {
    const bundle = join(root, `bundle-${session}`), to = (name) => ['--output', join(root, `${name}-${session}`)];
    await cavra(['evidence', 'bundle', '--session', session, '--output', bundle, '--private-key', '.cavra/keys/evidence-ed25519-private.pem']);
    await cavra(['evidence', 'verify', bundle, ...key]);
    await cavra(['evidence', 'verify-attestation', bundle, ...key, ...to('attestation')]);
    await cavra(['evidence', 'export-siem', bundle, ...key, '--provider', 'all', ...to('siem')]);
    await cavra(['evidence', 'retention-policy', bundle, ...to('retention')]);
    await cavra(['evidence', 'storage-plan', bundle, ...key, ...to('plan')]);
    await cavra(['evidence', 'index', bundle, ...key]);
    await cavra(['evidence', 'store', bundle, ...key, '--provider', 's3', '--s3-bucket', 'evidence', '--s3-region', 'us-east-1', '--s3-path-style', '--allow-loopback-http',
      '--endpoint', `http://127.0.0.1:${service.port}`], { more: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: credential } });
    await cavra(['agent', 'attest', session, '--format', 'artifact', '--audit-dir', join(root, `audit-${session}`)]);
    // What is printed goes into logs and pages.
    for (const [name, args] of Object.entries({ attest: ['agent', 'attest', session], show: ['agent', 'show', session], event: ['evidence', 'siem-event', bundle, ...key],
      compliance: ['evidence', 'compliance', bundle, ...key], search: ['evidence', 'search', '--json'], list: ['agent', 'list', '--json'] }))
      writeFileSync(join(root, `printed-${name}-${session}`), await cavra(args));
  }
  await cavra(['ledger', 'rebuild']);
  await cavra(['ledger', 'checkpoint']);
  await cavra(['ledger', 'export', join(root, 'tiles')]);
  await cavra(['ledger', 'verify'], { statuses: [3] });
  for (const [name, args] of Object.entries({ tail: ['ledger', 'tail'], lines: ['ledger', 'show', '2-40', '--json'], proof: ['ledger', 'prove', '2'], doctor: ['doctor'] }))
    writeFileSync(join(root, `printed-${name}`), await cavra(args, { statuses: [0, 1, 5] }));
  // What went over the wire, headers and all.
  for (const [i, { path, headers, body }] of service.log.entries()) writeFileSync(join(root, `sent-${i}`), Buffer.concat([Buffer.from(`${path}\n${JSON.stringify(headers)}\n`), body]));
  assert.ok(service.log.length > 20);
});

test('no secret is in any of the files, and what nobody can know is in all that tell of targets', () => {
  const files = allFiles(root).map((path) => path.slice(root.length + 1));
  for (const expected of [/^home\/\.cavra\/ledger\/segments\//, /^home\/\.cavra\/ledger\/derived\//, /^home\/\.cavra\/ledger\/checkpoints\//, /^home\/\.cavra\/images\//,
    /^project\/\.cavra\/session-/, /^project\/\.cavra\/evidence\/metadata\.db$/, /^project\/\.cavra\/evidence\/storage\//, /^bundle-s1\/attestation\.intoto\.jsonl$/, /^siem-s2\/ocsf/,
    /^tiles\/tile\/entries\//, /^audit-s1\//, /^sent-/])
    assert.ok(files.some((file) => expected.test(file)), `nothing is ${expected}`);
  assert.deepEqual(findSecrets(root, [...secrets, credential]), []);
  const where = findSecrets(root, [planted]).map(([file]) => file);
  for (const expected of [/ledger\/segments\//, /^bundle-s1\/evidence\.json$/, /^bundle-s1\/ledger\.json$/, /^bundle-s2\/siem-event\.json$/, /^bundle-s1\/pr-attestation\.md$/, /^siem-s1\/cef/, /^siem-s1\/ocsf/,
    /^siem-s1\/splunk/, /^tiles\/tile\/entries\//, /^project\/\.cavra\/session-/, /^audit-s1\//, /^printed-show-s1$/, /^sent-/])
    assert.ok(where.some((file) => expected.test(file)), `${planted} is not in ${expected}; it is in ${where.join(', ')}`);
});

test('the search finds a secret in each form that it may be written in', () => {
  const secret = 'Zq7+xK/9 "w-Lm4', places = scratch('places');
  const sqlite = (path, value) => assert.equal(spawnSync('python3', ['-c',
    'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute("create table t (x)")\nc.execute("insert into t values (?)", ["x" * 4070 + sys.argv[2] + "y" * 9000])\nc.commit()', path, value]).status, 0);
  const ways = {
    plain: `x${secret}y`, json: JSON.stringify({ a: secret }), twice: JSON.stringify({ line: JSON.stringify({ a: secret }) }), url: `?a=${encodeURIComponent(secret)}`,
    base64: Buffer.from(`{"a":"${secret}"}`).toString('base64'), base64_1: Buffer.from(`x{"a":"${secret}"}`).toString('base64'), base64_2: Buffer.from(`xy{"a":"${secret}"}`).toString('base64url'),
    hex: Buffer.from(`x${secret}`).toString('hex'), utf16: Buffer.from(secret, 'utf16le'), bytes: Buffer.concat([Buffer.from([255, 0, 254]), Buffer.from(secret), Buffer.from([0, 255])]),
  };
  for (const [name, text] of Object.entries(ways)) writeFileSync(join(places, name), text);
  sqlite(join(places, 'pages.db'), secret);
  const found = findSecrets(places, [secret]).map(([file]) => file).sort();
  assert.deepEqual(found, [...Object.keys(ways), 'pages.db'].sort());
  assert.ok(spellings(secret).length > 8);
  assert.deepEqual(findSecrets(places, ['another secret']), []);
});
