// SPDX-License-Identifier: Apache-2.0
//
// Objects that S3 and Azure lock, against stand-ins that compute every signature themselves; and what is never sent.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { build, scratch } from './cavra.mjs';
import { Azure, S3 } from './lockers.mjs';

const user = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const account = { account: 'cavraevidence', account_key: Buffer.from('a key of the account, as long as it likes').toString('base64') };
const started = [];
after(() => started.forEach((service) => service.stop()));
const start = async (service, secure) => {
  started.push(service);
  return service.start(secure);
};

const inDays = (n) => new Date(Math.floor(Date.now() / 86400000 + n) * 86400000).toISOString().replace('.000', '');
const BYTES = '{"decisions": []}\n';
const base = { key: 'p/session-1/evidence.json', bytes: BYTES, compliance: true, until: inDays(30), loopback: true, region: 'us-east-1' };
const toS3 = (service, more) => ({ ...base, provider: 's3', place: 'evidence', path_style: true, ...user, endpoint: `http://127.0.0.1:${service.port}`, ...more });
const toAzure = (service, more) => ({ ...base, provider: 'azure', place: 'evidence', ...account, endpoint: `http://127.0.0.1:${service.port}`, ...more });

// A service of this very process must be able to answer meanwhile.
function keep(wish, env = {}) {
  return new Promise((done) => {
    const child = spawn(join(build, 'tests/s3/keep'), [], { env: { ...process.env, ...env } });
    let out = '', error = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (error += text));
    child.on('close', (status) => done({ status, error: error.trim(), ...(status === 0 ? JSON.parse(out) : {}) }));
    child.stdin.on('error', () => {}).end(JSON.stringify(wish));
  });
}

const providers = {
  s3: { make: () => new S3(user), to: toS3, path: '/evidence/p/session-1/evidence.json' },
  azure: { make: () => new Azure(account.account, { key: account.account_key }), to: toAzure, path: '/evidence/p/session-1/evidence.json' },
};

for (const [name, { make, to, path }] of Object.entries(providers)) {
  test(`${name}: uploaded, found, extended, never shortened`, async () => {
    const service = await start(make());
    const put = () => service.log.filter(({ method }) => method === 'PUT').length;
    const first = await keep(to(service));
    assert.equal(first.error, '');
    assert.deepEqual([first.outcome, first.same, first.until, first.compliance, first.legal_hold], ['uploaded', true, base.until, true, false]);
    const [object] = service.objects.get(path);
    assert.equal(String(object.body), BYTES);
    assert.deepEqual([object.until, object.mode.toUpperCase()], [Date.parse(base.until), name === 's3' ? 'COMPLIANCE' : 'LOCKED']);
    const again = await keep(to(service));
    assert.deepEqual([again.outcome, again.version, put()], ['found', first.version, 1]);
    const longer = await keep(to(service, { until: inDays(60), legal_hold: true }));
    assert.deepEqual([longer.error, longer.outcome, longer.until, longer.legal_hold, put()], ['', 'extended', inDays(60), true, 3]);
    const shorter = await keep(to(service, { until: inDays(40) }));
    assert.deepEqual([shorter.outcome, shorter.until, put()], ['longer', inDays(60), 3]);
    assert.equal((await keep(to(service, { until: inDays(60), compliance: false }))).outcome, 'longer');
    // A hold that somebody laid stays.
    const held = await keep(to(service, { until: inDays(60) }));
    assert.deepEqual([held.outcome, held.legal_hold], ['found', true]);
    assert.equal(service.objects.get(path).length, 1);
  });

  test(`${name}: the weaker mode, which the stronger may follow`, async () => {
    const service = await start(make());
    assert.deepEqual((({ outcome, compliance }) => [outcome, compliance])(await keep(to(service, { compliance: false }))), ['uploaded', false]);
    assert.deepEqual((({ outcome, compliance }) => [outcome, compliance])(await keep(to(service))), ['extended', true]);
  });

  test(`${name}: other bytes under the name are left alone`, async () => {
    const service = await start(make());
    await keep(to(service, { bytes: 'other' }));
    assert.deepEqual((({ outcome, same }) => [outcome, same])(await keep(to(service))), ['other', false]);
    const length = await keep(to(service, { bytes: 'OTHER' }));
    assert.deepEqual([length.outcome, service.objects.get(path).length], ['other', 1]);
  });

  test(`${name}: names that need encoding`, async () => {
    const service = await start(make());
    for (const key of ['a b/c+d&e=f', 'é/ü~', "it's(1)*!", 'percent%41'])
      assert.deepEqual([(await keep(to(service, { key }))).error, (await keep(to(service, { key }))).outcome], ['', 'found'], key);
  });

  test(`${name}: a large object, and an empty one`, async () => {
    const service = await start(make());
    for (const bytes of ['x'.repeat(3 << 20), '']) assert.equal((await keep(to(service, { bytes, key: `n${bytes.length}` }))).error, '');
  });

  test(`${name}: a service that says yes and does not do it`, async () => {
    const service = await start(make());
    service.spoil = { unlock: true };
    assert.match((await keep(to(service))).error, /the service holds it, but not locked, not in compliance mode until/);
    service.objects.clear();
    service.spoil = { change: BYTES.replace('d', 'D') };
    assert.match((await keep(to(service))).error, /what the service gives back is not what was sent/);
    assert.equal((await keep(to(service))).outcome, 'other');
  });

  test(`${name}: answers that nobody understands, that never end, or that come from elsewhere`, async () => {
    const service = await start(make());
    const elsewhere = await start(make());
    const rows = [
      [() => ({ status: 307, headers: { location: `http://127.0.0.1:${elsewhere.port}${path}` } }), /the service answers 307/],
      [({ method }) => method !== 'HEAD' && { status: 503, body: 'x'.repeat(70000) }, /the answer is larger than 65536 bytes/],
      [() => ({ status: 403, body: '<Error><Code>Nope</Code></Error>' }), /the service answers 403/],
    ];
    for (const [answer, error] of rows) {
      service.spoil = { answer };
      const kept = await keep(to(service));
      assert.deepEqual([kept.status, error.test(kept.error)], [1, true], kept.error);
    }
    assert.equal(elsewhere.log.length, 0);
  });
}

test('s3: wrong keys, temporary credentials, encryption, and a service without If-None-Match', async () => {
  const service = await start(new S3({ ...user, token: 'temporary' }));
  assert.match((await keep(toS3(service))).error, /403/);
  assert.match((await keep(toS3(service, { token: 'temporary', secret: 'x' }))).error, /403/);
  const kept = await keep(toS3(service, { token: 'temporary', kms_key: 'arn:aws:kms:us-east-1:1:key/k' }));
  assert.deepEqual([kept.error, kept.encryption], ['', 'aws:kms']);
  assert.equal(service.objects.get('/evidence/p/session-1/evidence.json')[0].kms, 'arn:aws:kms:us-east-1:1:key/k');
  const old = await start(new S3(user));
  old.spoil = { oldFashioned: true };
  assert.equal((await keep(toS3(old))).outcome, 'uploaded');
});

test('s3: somebody else was quicker', async () => {
  const service = await start(new S3(user));
  await keep(toS3(service));
  let first = true;
  service.spoil = { answer: ({ method }) => first && method === 'HEAD' && !(first = false) && { status: 404 } };
  assert.equal((await keep(toS3(service))).outcome, 'found');
});

test('azure: a shared access signature, which no message shows', async () => {
  const sas = 'sv=2021-12-02&sp=rcwi&sr=c&se=2030-01-01T00%3A00%3A00Z&sig=c2lnbmF0dXJl%2B';
  const service = await start(new Azure('cavraevidence', { sas }));
  assert.deepEqual((({ error, outcome }) => [error, outcome])(await keep(toAzure(service, { sas }))), ['', 'uploaded']);
  const wrong = await keep(toAzure(service, { sas: sas.replace('c2ln', 'd3Jv') }));
  assert.match(wrong.error, /403/);
  service.stop();
  const gone = await keep(toAzure(service, { sas }));
  assert.equal(gone.status, 1);
  for (const { error } of [wrong, gone]) assert.doesNotMatch(error, /sig=|sv=|c2ln|d3Jv/);
});

// ---- what is sent, and where ----

const certificates = scratch('certificates');
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=stand-in',
  '-addext', 'subjectAltName=DNS:localhost,DNS:*.s3.localhost', '-keyout', join(certificates, 'key.pem'), '-out', join(certificates, 'cert.pem')], { stdio: 'ignore' });
const secure = { key: readFileSync(join(certificates, 'key.pem')), cert: readFileSync(join(certificates, 'cert.pem')) };
const ca_file = join(certificates, 'cert.pem');

test('https with a CA file, the bucket in the name of the host; without it nothing is sent', async () => {
  const service = await start(new S3(user, { virtual: 'evidence' }), secure);
  const wish = toS3(service, { endpoint: `https://s3.localhost:${service.port}`, path_style: false, loopback: false });
  const unknown = await keep(wish);
  assert.deepEqual([unknown.status, /certificate/.test(unknown.error), service.log.length], [1, true, 0], unknown.error);
  assert.match((await keep({ ...wish, ca_file: '/nowhere.pem' })).error, /cannot read the certificates in \/nowhere.pem/);
  const kept = await keep({ ...wish, ca_file });
  assert.deepEqual([kept.error, kept.outcome], ['', 'uploaded']);
  assert.ok(service.objects.has('/p/session-1/evidence.json'));
  const other = await keep({ ...wish, ca_file, endpoint: `https://127.0.0.1:${service.port}`, path_style: true });
  assert.match(other.error, /subject name|SSL/);
});

test('plain http, odd URLs and names in URLs are refused', async () => {
  const service = await start(new S3(user));
  const rows = [
    [{ loopback: false }, /write https:\/\/, or allow plain http to this machine/],
    [{ endpoint: 'http://example.com' }, /http:\/\/example.com: write https:/],
    [{ endpoint: `http://localhost.example.com:${service.port}` }, /write https:/],
    [{ endpoint: `http://me:pw@127.0.0.1:${service.port}` }, /must not hold a name or password/],
    [{ endpoint: 'ftp://127.0.0.1' }, /ftp:..127.0.0.1: write https:/],
    [{ endpoint: '127.0.0.1' }, /no URL of a service/],
    [{ key: 'k'.repeat(5000) }, /too long/],
    [{ kms_key: 'a\r\nx-amz-acl: public-read' }, /control characters/],
  ];
  for (const [more, error] of rows) {
    const kept = await keep(toS3(service, more));
    assert.deepEqual([kept.status, error.test(kept.error)], [1, true], `${JSON.stringify(more)}: ${kept.error}`);
  }
  assert.equal(service.log.filter(({ method }) => method !== 'HEAD').length, 0);
});

test('a proxy is used when it is named, and not because the environment names one', async () => {
  const service = await start(new S3(user), secure);
  const hosts = [];
  const proxy = createServer((from) => from.once('data', (head) => {
    hosts.push(String(head).split(' ')[1]);
    from.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  }).on('error', () => {})).listen(0, '127.0.0.1');
  await new Promise((done) => proxy.once('listening', done));
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const wish = toS3(service, { endpoint: `https://localhost:${service.port}`, ca_file });
  const env = Object.fromEntries(['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'].map((name) => [name, address]));
  assert.equal((await keep(wish, env)).outcome, 'uploaded');
  assert.deepEqual(hosts, []);
  assert.equal((await keep({ ...wish, proxy: address })).status, 1);
  assert.deepEqual(hosts, [`localhost:${service.port}`]);
  proxy.close();
});

test('a service that does not answer', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((done) => silent.once('listening', done));
  const began = Date.now();
  const kept = await keep(toS3({ port: silent.address().port }, { timeout: 2 }));
  assert.match(kept.error, /Timeout|timed out/);
  assert.ok(Date.now() - began < 20000);
  silent.close();
});
