// SPDX-License-Identifier: Apache-2.0
//
// Objects that S3 and Azure lock, against stand-ins that compute every signature themselves; and what is never sent.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { existsSync, readFileSync } from 'node:fs';
import { build, cavraProgram, get, ledger, put, scratch, source } from './cavra.mjs';
import { foreignBundle, keyPair, sha256 } from './evidence.mjs';
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

// The configuration of OpenSSL can name a library, which is run when it is loaded.
test('the environment brings no code along', async () => {
  const directory = scratch('module'), mark = join(directory, 'mark'), library = join(directory, 'm.so');
  put(directory, 'm.c', `#include <fcntl.h>\n__attribute__((constructor)) static void run(void) { (void)creat("${mark}", 0600); }\n`);
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(directory, 'm.c')]);
  const OPENSSL_CONF = put(directory, 'openssl.cnf', `openssl_conf = all\n[all]\nproviders = p\n[p]\nm = m_sect\n[m_sect]\nmodule = ${library}\nactivate = 1\n`);
  const service = await start(new S3(user), secure);
  const wish = toS3(service, { endpoint: `https://localhost:${service.port}`, ca_file });
  const kept = await keep(wish, { OPENSSL_CONF });
  assert.deepEqual([kept.error, kept.outcome, existsSync(mark)], ['', 'uploaded', false]);
  spawnSync('openssl', ['rand', '-hex', '1'], { env: { ...process.env, OPENSSL_CONF } });
  assert.ok(existsSync(mark), 'the control does nothing');
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

// ---- the commands ----

const pair = keyPair();
const signed = ['--public-key', pair.publicPath];
const aws = { AWS_ACCESS_KEY_ID: user.id, AWS_SECRET_ACCESS_KEY: user.secret };
const now = () => `${new Date(Math.floor(Date.now() / 1000) * 1000 - 86400000).toISOString().slice(0, 19)}+00:00`;
const cavraAsync = (args, { env = {}, cwd = scratch('store') } = {}) => new Promise((done) => {
  const child = spawn(cavraProgram, args, { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env } });
  let out = '', err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  child.on('close', (status) => done({ status, out, err, cwd }));
});
const store = (service, bundle, args, options) => cavraAsync(['evidence', 'store', bundle, '--endpoint', `http://127.0.0.1:${service.port}`,
  '--allow-loopback-http', ...args], options);
const s3Args = ['--provider', 's3', '--s3-bucket', 'evidence', '--s3-region', 'us-east-1', '--s3-path-style'];
const azureArgs = ['--provider', 'azure', '--azure-account', 'cavraevidence', '--azure-container', 'evidence'];
const places = {
  s3: { make: () => new S3(user), args: s3Args, env: aws },
  azure: { make: providers.azure.make, args: azureArgs, env: { AZURE_STORAGE_KEY: account.account_key } },
};
const names = ['evidence.json', 'pr-attestation.md', 'compliance-mapping.md', 'siem-event.json', 'sandbox-run-summary.json', 'retention-policy.json', 'manifest.json'];

for (const [name, { make, args, env }] of Object.entries(places))
  test(`evidence store --provider ${name}: all files under the session, the manifest last, and a receipt`, async () => {
    const service = await start(make());
    const createdAt = now(), bundle = foreignBundle({ pair }, { createdAt, days: 30 });
    const done = await store(service, bundle, [...args, ...signed], { env });
    assert.deepEqual([done.err, done.status], ['', 0]);
    const path = `.cavra/evidence/storage/s1-${name}-receipt.json`;
    assert.equal(done.out, `7 uploaded, 0 found, 0 extended; receipt: ${path}\n`);
    assert.deepEqual([...service.objects.keys()], names.map((file) => `/evidence/evidence/s1/${file}`));
    for (const file of names) assert.equal(String(service.objects.get(`/evidence/evidence/s1/${file}`)[0].body), get(bundle, file));
    const receipt = JSON.parse(get(done.cwd, path));
    const until = `${new Date(Date.parse(createdAt) + 30 * 86400000).toISOString().slice(0, 19)}.000000+00:00`;
    assert.deepEqual([receipt.schema_version, receipt.session_id, receipt.place.provider, receipt.verification, receipt.retention, receipt.manifest_sha256],
      ['cavra.evidence.storage-receipt.v1', 's1', name, { algorithm: 'Ed25519', key_id: pair.fingerprint.slice(0, 16), status: 'verified' },
        { legal_hold: false, mode: 'compliance', retain_until: until, retention_days: 30 }, sha256(get(bundle, 'manifest.json'))]);
    assert.deepEqual(receipt.files.map((file) => [file.path, file.key, file.sha256, file.bytes, file.outcome, file.lock.retain_until, file.lock.mode]),
      names.map((file) => [file, `evidence/s1/${file}`, sha256(get(bundle, file)), Buffer.byteLength(get(bundle, file)), 'uploaded', until, 'compliance']));
    assert.ok(receipt.files.every((file) => file.version_id && file.etag));
    const [created, told, ...more] = ledger(done.cwd);
    assert.deepEqual([created.event_type, told.event_type, told.session_id, told.body, more],
      ['cavra.ledger.created', 'cavra.evidence.stored', 'ledger', { receipt, receipt_digest: `sha256:${sha256(get(done.cwd, path))}` }, []]);
    // It is nobody's session, and a ledger that verifies.
    assert.equal((await cavraAsync(['agent', 'list'], { cwd: done.cwd })).out, '');
    assert.equal((await cavraAsync(['ledger', 'verify'], { cwd: done.cwd })).status, 3);
    const again = await store(service, bundle, [...args, ...signed, '--output', 'r.json', '--s3-prefix', 'evidence'], { env });
    assert.deepEqual(ledger(again.cwd)[1].body.receipt.files.map((file) => file.outcome), names.map(() => 'found'));
    assert.equal(again.out, '0 uploaded, 7 found, 0 extended; receipt: r.json\n');
    const longer = await store(service, bundle, [...args, ...signed, '--retention-days', '60', '--legal-hold', '--output', 'r.json'], { env });
    assert.equal(longer.out, '0 uploaded, 0 found, 7 extended; receipt: r.json\n', longer.err);
    assert.ok(JSON.parse(get(longer.cwd, 'r.json')).files.every((file) => file.lock.legal_hold));
    // The bundle's own policy is the shorter one now.
    const shorter = await store(service, bundle, [...args, ...signed], { env });
    assert.deepEqual([shorter.status, /is locked until .* and a lock is not shortened/.test(shorter.err), existsSync(join(shorter.cwd, '.cavra'))], [5, true, false]);
    const other = await store(service, foreignBundle({ pair }, { createdAt, days: 60, change: (files, manifest) => { manifest.signer = 'x'; } }), [...args, ...signed], { env });
    assert.deepEqual([other.status, /holds something else, which was left alone/.test(other.err)], [5, true], other.err);
    assert.ok([...service.objects.values()].every((versions) => versions.length === 1));
  });

test('evidence store: what does not verify is not sent, what nobody vouches for is told', async () => {
  const service = await start(new S3(user));
  const options = { createdAt: now(), days: 30 };
  const broken = foreignBundle({ pair }, options);
  put(broken, 'evidence.json', '{}');
  const rows = [
    [broken, signed, 1, /the bundle is broken: evidence.json/],
    [foreignBundle({ pair }, options), ['--public-key', keyPair().publicPath], 1, /the bundle is broken: manifest.json/],
    [foreignBundle({ pair }, options), [...signed, '--minimum-retention-days', '31'], 1, /below minimum/],
    [foreignBundle({ pair }, options), [...signed, '--retention-days', '29'], 1, /can be extended and not shortened/],
    [foreignBundle({ pair }, { days: 30 }), signed, 1, /which is over; extend it with --retention-days/],
    [foreignBundle({ pair }, options), [...signed, '--retention-mode', 'none'], 2, /compliance or governance/],
    [foreignBundle({ pair }, options), [...signed, '--s3-prefix', 'a/../b'], 1, /write the prefix as words/],
    [foreignBundle({ pair }, options), [...signed, '--azure-container', 'x'], 2, /options of azure do not go with --provider s3/],
  ];
  for (const [bundle, args, status, error] of rows) {
    const done = await store(service, bundle, [...s3Args, ...args], { env: aws });
    assert.deepEqual([done.status, error.test(done.err)], [status, true], `${args}: ${done.err}`);
  }
  assert.equal(service.log.length, 0);
  const elsewhere = scratch('elsewhere');
  const untold = await store(service, foreignBundle({}, options), [...s3Args, '--ledger', '/dev/null'], { env: aws });
  assert.deepEqual([untold.status, /stored, but the ledger does not tell of it: cannot open the ledger \/dev\/null/.test(untold.err)], [1, true], untold.err);
  const plain = await store(service, foreignBundle({}, options), [...s3Args, '--ledger', join(elsewhere, 'l')], { env: aws });
  assert.ok(existsSync(join(elsewhere, 'l/segments')) && !existsSync(join(plain.cwd, '.cavra/ledger')));
  assert.equal(plain.status, 3, plain.err);
  assert.equal(JSON.parse(get(plain.cwd, '.cavra/evidence/storage/s1-s3-receipt.json')).verification.status, 'integrity_only');
});

test('evidence store: credentials from where the providers keep them, and never from options', async () => {
  const service = await start(new S3(user));
  const bundle = foreignBundle({ pair }, { createdAt: now(), days: 30 });
  const go = (env, files = {}, args = []) => {
    const cwd = scratch('home');
    for (const [path, text] of Object.entries(files)) put(cwd, path, text);
    return store(service, bundle, [...s3Args, ...signed, ...args], { env, cwd });
  };
  const profile = (name) => `[${name}]\naws_access_key_id = ${user.id}\naws_secret_access_key = ${user.secret}\n`;
  assert.match((await go({})).err, /no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write .*\.aws\/credentials/);
  assert.equal((await go({}, { '.aws/credentials': profile('default') })).status, 0);
  assert.equal((await go({ AWS_PROFILE: 'p', AWS_SHARED_CREDENTIALS_FILE: 'c' }, { c: profile('p') })).status, 0);
  assert.match((await go({ AWS_PROFILE: 'q', AWS_SHARED_CREDENTIALS_FILE: 'c' }, { c: profile('p') })).err, /c: there is no profile \[q\]/);
  assert.match((await go({ AWS_ACCESS_KEY_ID: user.id })).err, /belong together/);
  assert.match((await store(service, bundle, ['--provider', 's3', '--s3-bucket', 'evidence', ...signed], { env: aws })).err, /give --s3-region/);
  assert.equal((await store(service, bundle, ['--provider', 's3', '--s3-bucket', 'evidence', '--s3-path-style', ...signed], { env: { ...aws, AWS_REGION: 'us-east-1' } })).status, 0);
  assert.match((await store(service, bundle, ['--provider', 's3', ...signed], { env: aws })).err, /--s3-bucket/);
  assert.match((await store(service, bundle, ['--provider', 'gcs', ...signed], { env: aws })).err, /--provider s3 or --provider azure/);
  const azure = async (env) => (await store(service, bundle, [...azureArgs, ...signed], { env })).err;
  assert.match(await azure({}), /set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, one of them/);
  assert.match(await azure({ AZURE_STORAGE_KEY: 'x', AZURE_STORAGE_SAS_TOKEN: 'y' }), /not both/);
  assert.match(await azure({ AZURE_STORAGE_KEY: 'no base64!' }), /AZURE_STORAGE_KEY is not the base64/);
  const sas = '?sv=1&sig=abc';
  const shared = await start(new Azure('cavraevidence', { sas: sas.slice(1) }));
  assert.equal((await store(shared, bundle, [...azureArgs, ...signed], { env: { AZURE_STORAGE_SAS_TOKEN: sas } })).status, 0);
});

test('evidence store: an upload that breaks off is finished by the next one', async () => {
  const service = await start(new S3(user));
  const bundle = foreignBundle({ pair }, { createdAt: now(), days: 30 });
  service.spoil = { answer: ({ method, path }) => method === 'PUT' && path.endsWith('siem-event.json') && { status: 500 } };
  const first = await store(service, bundle, [...s3Args, ...signed], { env: aws });
  assert.deepEqual([first.status, /PUT evidence\/s1\/siem-event.json: the service answers 500/.test(first.err), existsSync(join(first.cwd, '.cavra'))], [1, true, false]);
  assert.ok(!service.objects.has('/evidence/evidence/s1/manifest.json'));
  service.spoil = {};
  assert.match((await store(service, bundle, [...s3Args, ...signed], { env: aws })).out, /^4 uploaded, 3 found/);
});

test('evidence storage-plan', async () => {
  const bundle = foreignBundle({ pair }), output = join(scratch('plan'), 'a');
  const done = await cavraAsync(['evidence', 'storage-plan', bundle, '--output', output, ...signed]);
  assert.deepEqual([done.status, done.err], [0, '']);
  const plan = JSON.parse(get(output, 'immutable-storage-plan.json'));
  const manifest = JSON.parse(get(bundle, 'manifest.json'));
  const { files, ...rest } = plan;
  assert.deepEqual(rest, {
    schema_version: 'cavra.immutable-storage-plan.v1', product: 'CAVRA',
    bundle: { manifest_signature: manifest.signature, created_at: manifest.created_at, signer: 'équipe', session_id: 's1', verification: 'verified' },
    retention: { mode: 'compliance', retention_days: 2555, retain_until: '2032-12-31T03:04:05.000006+00:00', delete_protection: true, legal_hold_supported: true, legal_hold: false },
    s3_object_lock: { bucket: 'cavra-evidence', prefix: 'evidence/', object_lock_enabled: true, default_retention_mode: 'COMPLIANCE', default_retention_days: 2555,
      required_bucket_versioning: true, required_kms_encryption: true, deployment_reference: 'docs/storage.md#amazon-s3' },
    azure_immutable_blob: { account: 'cavraevidence', container: 'evidence', immutability_policy_days: 2555, allow_protected_append_writes: false,
      required_versioning: true, required_infrastructure_encryption: true, deployment_reference: 'docs/storage.md#azure-blob-storage' },
  });
  assert.deepEqual(files, names.map((path) => ({
    path, sha256: sha256(get(bundle, path)), bytes: Buffer.byteLength(get(bundle, path)), s3_uri: `s3://cavra-evidence/evidence/s1/${path}`,
    azure_blob: `https://cavraevidence.blob.core.windows.net/evidence/evidence/s1/${path}`,
  })));
  const page = get(output, 'immutable-storage-plan.md');
  for (const { s3_uri: uri, sha256: digest } of files) assert.ok(page.includes(`\`${uri}\``) && page.includes(digest));
  for (const reference of [plan.s3_object_lock, plan.azure_immutable_blob].map((one) => one.deployment_reference.split('#')))
    assert.ok(get(source, reference[0]).toLowerCase().replaceAll(' ', '-').includes(`##-${reference[1]}\n`), String(reference));
  const other = await cavraAsync(['evidence', 'storage-plan', bundle, '--output', output, '--s3-bucket', 'b', '--s3-prefix', 'x/y//', '--retention-days', '2556',
    '--azure-account', 'a', '--azure-container', 'c', '--retention-mode', 'governance', '--legal-hold']);
  assert.deepEqual([other.status, other.err], [0, '']);
  const changed = JSON.parse(get(output, 'immutable-storage-plan.json'));
  assert.deepEqual([changed.files[6].s3_uri, changed.files[6].azure_blob, changed.retention.mode, changed.retention.retention_days, changed.retention.legal_hold, changed.bundle.verification],
    ['s3://b/x/y/s1/manifest.json', 'https://a.blob.core.windows.net/c/x/y/s1/manifest.json', 'governance', 2556, true, 'integrity_only']);
  assert.match((await cavraAsync(['evidence', 'storage-plan', bundle, '--retention-days', '2554'])).err, /can be extended and not shortened/);
  for (const session of ['a/b', '..', 'a b', 'a\u00e9']) {
    const odd = foreignBundle({}, { change: (all) => { for (const file in all) all[file] = all[file].replaceAll('"s1"', JSON.stringify(session)); } });
    const refused = await cavraAsync(['evidence', 'storage-plan', odd, '--output', output]);
    assert.deepEqual([refused.status, /cannot be part of a name/.test(refused.err)], [1, true], refused.err);
  }
});
