// SPDX-License-Identifier: Apache-2.0
//
// Evidence in object storage that really locks: Ceph's gateway, which refuses what a lock forbids. Run by tools/check-s3.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cavra, get, scratch } from '../integration/cavra.mjs';
import { foreignBundle, keyPair } from '../integration/evidence.mjs';
import { md5, s3, sha256 } from '../integration/services.mjs';
import { Ceph } from './ceph.mjs';

const build = process.env.CAVRA_BUILD;
const ceph = new Ceph();
before(async () => {
  await ceph.start();
  process.stdout.write(`# Ceph is up after ${ceph.seconds.toFixed(1)} s\n`);
});
after(() => ceph.stop());

const day = 86400000;
const inDays = (n) => new Date(Math.floor(Date.now() / 1000) * 1000 + n * day).toISOString().replace('.000', '');
const BYTES = '{"decisions": []}\n';

function keep(more) {
  const wish = {
    provider: 's3', place: 'evidence', endpoint: ceph.endpoint, region: 'us-east-1', path_style: true, loopback: true,
    ...ceph.user, key: 'p/session-1/evidence.json', bytes: BYTES, compliance: true, until: inDays(2), ...more,
  };
  const done = spawnSync(join(build, 'tests/s3/keep'), { input: JSON.stringify(wish), encoding: 'utf8', timeout: 60000 });
  return { status: done.status, error: done.stderr.trim(), ...(done.status === 0 ? JSON.parse(done.stdout) : {}) };
}

const ask = (method, path, options) => s3(ceph.endpoint, ceph.user, method, path, options);
const code = (answer) => answer.body.match(/<Code>(.*?)<\/Code>/)?.[1];
async function bucket(name, headers = { 'x-amz-bucket-object-lock-enabled': 'true' }) {
  const made = await ask('PUT', `/${name}`, { headers });
  assert.equal(made.status, 200, made.body);
}
const retention = (mode, until) => {
  const body = `<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
  return { query: { retention: '' }, body, headers: { 'content-md5': md5(body) } };
};

test('an upload is locked, and says so when it is read back', async () => {
  await bucket('evidence');
  const until = inDays(2);
  const kept = keep({ until, legal_hold: true });
  assert.equal(kept.error, '');
  assert.deepEqual([kept.outcome, kept.there, kept.same, kept.until, kept.compliance, kept.legal_hold], ['uploaded', true, true, until, true, true]);
  assert.ok(kept.version);
  const read = await ask('GET', '/evidence/p/session-1/evidence.json');
  assert.equal(read.body, BYTES);
  assert.equal(read.headers['x-amz-object-lock-mode'], 'COMPLIANCE');
});

test('what is locked is not deleted', async () => {
  const { version } = keep({ until: inDays(3), key: 'early' });
  const refused = await ask('DELETE', '/evidence/early', { query: { versionId: version } });
  assert.deepEqual([refused.status, code(refused)], [403, 'AccessDenied']);
  const bypass = await ask('DELETE', '/evidence/early', { query: { versionId: version }, headers: { 'x-amz-bypass-governance-retention': 'true' } });
  assert.equal(bypass.status, 403);
  assert.equal((await ask('GET', '/evidence/early', { query: { versionId: version } })).body, BYTES);
});

test('the control: what is not locked is deleted', async () => {
  const put = await ask('PUT', '/evidence/free', { body: 'x' });
  assert.equal(put.status, 200);
  const gone = await ask('DELETE', '/evidence/free', { query: { versionId: put.headers['x-amz-version-id'] } });
  assert.equal(gone.status, 204);
});

test('a legal hold keeps what is no longer retained', async () => {
  const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000).toISOString().replace('.000', '');
  const { version, error } = keep({ key: 'held', until, legal_hold: true });
  assert.equal(error, '');
  await new Promise((done) => setTimeout(done, 4000));
  assert.equal((await ask('DELETE', '/evidence/held', { query: { versionId: version } })).status, 403);
});

test('running again uploads nothing, a longer lock extends, a shorter one is refused', async () => {
  const [short, middle, long] = [inDays(1), inDays(5), inDays(9)];
  const first = keep({ key: 'again', until: middle });
  const second = keep({ key: 'again', until: middle });
  assert.deepEqual([first.outcome, second.outcome, second.version], ['uploaded', 'found', first.version]);
  const longer = keep({ key: 'again', until: long, legal_hold: true });
  assert.equal(longer.error, '');
  assert.deepEqual([longer.outcome, longer.until, longer.legal_hold, longer.version], ['extended', long, true, first.version]);
  const shorter = keep({ key: 'again', until: short });
  assert.deepEqual([shorter.outcome, shorter.until], ['longer', long]);
  // The service refuses it too, whoever asks.
  const raw = await ask('PUT', '/evidence/again', retention('COMPLIANCE', short));
  assert.deepEqual([raw.status, code(raw)], [403, 'AccessDenied']);
  assert.equal((await ask('PUT', '/evidence/again', retention('GOVERNANCE', long))).status, 403);
  const versions = await ask('GET', '/evidence', { query: { prefix: 'again', versions: '' } });
  assert.equal(versions.body.match(/<Version>/g).length, 1);
});

test('a wrong secret and a wrong digest are refused', async () => {
  const forged = keep({ key: 'forged', secret: 'x'.repeat(40) });
  assert.equal(forged.status, 1);
  assert.match(forged.error, /403/);
  const unknown = keep({ key: 'forged', id: 'NOBODY' });
  assert.match(unknown.error, /403/);
  // Announced with the digest of other bytes, and with another MD5.
  const digest = await ask('PUT', '/evidence/wrong', { body: 'abc', payload: sha256('abd') });
  assert.deepEqual([digest.status, code(digest)], [400, 'XAmzContentSHA256Mismatch']);
  const sum = await ask('PUT', '/evidence/wrong', { body: 'abc', headers: { 'content-md5': md5('abd') } });
  assert.deepEqual([sum.status, code(sum)], [400, 'BadDigest']);
  assert.equal((await ask('HEAD', '/evidence/wrong')).status, 404);
});

test('what is put over it or deleted does not hide it', async () => {
  const { version } = keep({ key: 'over' });
  const over = await ask('PUT', '/evidence/over', { body: 'other' });
  assert.equal(over.status, 200);
  assert.equal((await ask('GET', '/evidence/over', { query: { versionId: version } })).body, BYTES);
  assert.equal(keep({ key: 'over' }).outcome, 'other');
  const { version: second } = keep({ key: 'marked' });
  assert.equal((await ask('DELETE', '/evidence/marked')).status, 204); // a marker on top of it
  assert.equal((await ask('GET', '/evidence/marked')).status, 404);
  assert.equal((await ask('GET', '/evidence/marked', { query: { versionId: second } })).body, BYTES);
  assert.equal(keep({ key: 'marked' }).outcome, 'uploaded');
  assert.equal((await ask('DELETE', '/evidence/marked', { query: { versionId: second } })).status, 403);
});

test('governance mode is kept, and compliance is not loosened to it', () => {
  const governed = keep({ key: 'governed', compliance: false, until: inDays(4) });
  assert.deepEqual([governed.outcome, governed.compliance], ['uploaded', false]);
  const { outcome } = keep({ key: 'strict', until: inDays(4) });
  assert.equal(outcome, 'uploaded');
  assert.equal(keep({ key: 'strict', until: inDays(4), compliance: false }).outcome, 'longer');
});

test('names that need encoding', () => {
  const until = inDays(2);
  for (const key of ['a b/c+d&e=f', 'é/ü~', "it's(1)*!", 'percent%41'])
    assert.deepEqual([keep({ key, until }).outcome, keep({ key, until }).outcome], ['uploaded', 'found'], key);
});

test('a bucket that does not lock is told', async () => {
  await bucket('loose', {});
  const kept = keep({ place: 'loose' });
  assert.equal(kept.status, 1);
  assert.match(kept.error, /PUT p\/session-1\/evidence.json: the service answers 400 InvalidRequest/);
  assert.equal((await ask('HEAD', '/loose/p/session-1/evidence.json')).status, 404);
});

test('a whole bundle is stored, found again, held for longer, and not shortened', () => {
  const pair = keyPair(), cwd = scratch('store');
  const createdAt = `${new Date(Date.now() - day).toISOString().slice(0, 19)}+00:00`;
  const bundle = foreignBundle({ pair }, { createdAt, days: 3 });
  const store = (...args) => cavra(['evidence', 'store', bundle, '--provider', 's3', '--s3-bucket', 'evidence', '--s3-region', 'us-east-1', '--s3-path-style',
    '--endpoint', ceph.endpoint, '--allow-loopback-http', '--public-key', pair.publicPath, '--output', 'receipt.json', ...args], {
    cwd, env: { AWS_ACCESS_KEY_ID: ceph.user.id, AWS_SECRET_ACCESS_KEY: ceph.user.secret },
  });
  const first = store();
  assert.deepEqual([first.err, first.status, first.out], ['', 0, '7 uploaded, 0 found, 0 extended; receipt: receipt.json\n']);
  const receipt = JSON.parse(get(cwd, 'receipt.json'));
  assert.equal(store().out, '0 uploaded, 7 found, 0 extended; receipt: receipt.json\n');
  assert.equal(store('--retention-days', '9', '--legal-hold').out, '0 uploaded, 0 found, 7 extended; receipt: receipt.json\n');
  const shorter = store();
  assert.deepEqual([shorter.status, /a lock is not shortened/.test(shorter.err)], [5, true]);
  return Promise.all(receipt.files.map(async ({ key, sha256: digest, version_id: versionId }) => {
    const path = `/evidence/${key}`;
    assert.equal(sha256((await ask('GET', path, { query: { versionId } })).body), digest);
    assert.equal((await ask('DELETE', path, { query: { versionId } })).status, 403);
  }));
});
