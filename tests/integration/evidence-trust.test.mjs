// SPDX-License-Identifier: Apache-2.0
//
// Bundles of other tools, and whose signature counts: keys, trust roots, bundles of them, packages of them.

import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, get, put, run, scratch } from './cavra.mjs';
import { canonical, firstError, foreignBundle, keyPair, prettyJson, pythonJson, readManifest, sha256, signature, trustRoot, verify } from './evidence.mjs';

const load = (path) => JSON.parse(readFileSync(path, 'utf8'));

test('the bytes that are signed are those of existing tools', () => {
  const manifest = {
    schema_version: 'cavra.evidence.bundle.v1', product: 'CAVRA', created_at: '2026-01-02T03:04:05.000006+00:00', signer: 'équipe',
    files: [{ path: 'evidence.json', sha256: '0'.repeat(64), bytes: 2 }],
  };
  assert.equal(canonical(manifest).length, 269);
  assert.equal(signature(manifest).value, '4cadb62674fb97570151801b284fcd0ab79c09d9d85060d4bab78ba7714fcbff');
  assert.equal(signature(manifest, { hmac: 'test-key' }).value, 'eeHYe/ygDP4zCZF1d639DFMmpq9UszrrQaRuLK69Psk=');
});

test('bundles of other tools verify, each with its kind of key and no other', () => {
  const pair = keyPair(), other = keyPair();
  const hmac = put(scratch(), 'hmac', 'test-key\n'), wrong = put(scratch(), 'hmac', 'other-key\n');
  const plain = foreignBundle(), withHmac = foreignBundle({ hmac: 'test-key' }), withKey = foreignBundle({ pair });
  for (const bundle of [plain, withHmac, withKey]) assert.equal(verify(bundle).status, 'integrity_only');
  assert.equal(verify(withHmac, '--key-file', hmac).status, 'verified');
  assert.equal(verify(withKey, '--public-key', pair.publicPath).status, 'verified');
  assert.equal(verify(withKey, '--public-key', pair.publicPath, '--key-id', pair.fingerprint.slice(0, 16)).status, 'verified');
  assert.match(firstError(withHmac, '--key-file', wrong), /^manifest.json: the signature does not hold/);
  assert.match(firstError(withKey, '--public-key', other.publicPath), /^manifest.json: signed with the key/);
  assert.match(firstError(withKey, '--public-key', pair.publicPath, '--key-id', 'x'), /^manifest.json: signed with the key/);
  for (const [bundle, key] of [[plain, ['--key-file', hmac]], [plain, ['--public-key', pair.publicPath]],
    [withHmac, ['--public-key', pair.publicPath]], [withKey, ['--key-file', hmac]], [withHmac, ['--trust-root', trustRoot(pair)]]])
    assert.match(firstError(bundle, ...key), /^manifest.json: .*the signature says/);
  const report = verify(withKey, '--public-key', pair.publicPath);
  assert.deepEqual([report.algorithm, report.session_id, report.signer, report.public_key_sha256, report.trust_status],
    ['Ed25519', 's1', 'équipe', pair.fingerprint, null]);
  assert.ok(report.not_checked.some((text) => text.includes('attestation')));
  const both = cavra(['evidence', 'verify', withKey, '--public-key', pair.publicPath, '--key-file', hmac]);
  assert.deepEqual([both.status, /exclude each other/.test(both.err)], [2, true]);
});

test('a key in the environment verifies, and one on the command line is no option', () => {
  const bundle = foreignBundle({ hmac: 'test-key' });
  assert.equal(cavra(['evidence', 'verify', bundle, '--key-env', 'EVIDENCE_KEY'], { env: { EVIDENCE_KEY: 'test-key' } }).status, 0);
  assert.equal(cavra(['evidence', 'verify', bundle, '--key', 'test-key']).status, 2);
});

// ---- what is in the manifest ----

const manifests = {
  'another schema': [(f, m) => { m.schema_version = 'x'; }, /"schema_version" must be/],
  'another product': [(f, m) => { m.product = 'x'; }, /"product" must be/],
  'no time': [(f, m) => { m.created_at = 'yesterday'; }, /"created_at" is a time/],
  'two lines for a signer': [(f, m) => { m.signer = 'a\nb'; }, /"signer" is one line/],
  'no files': [(f, m) => { m.files = []; }, /does not list evidence.json/],
  'files that are no list': [(f, m) => { m.files = {}; }, /"files" is a list/],
  'a way out': [(f, m) => { m.files = [{ path: '../evidence.json', sha256: '0'.repeat(64), bytes: 1 }]; }, /is the name of no file/],
  'an absolute path': [(f, m) => { m.files = [{ path: '/etc/passwd', sha256: '0'.repeat(64), bytes: 1 }]; }, /is the name of no file/],
  'itself': [(f, m) => { m.files = [{ path: 'manifest.json', sha256: '0'.repeat(64), bytes: 1 }]; }, /is the name of no file/],
  'a name twice': [(f, m) => { m.files = [0, 0].map(() => ({ path: 'evidence.json', sha256: '0'.repeat(64), bytes: 1 })); }, /is listed twice/],
  'a digest that is none': [(f, m) => { m.files = [{ path: 'evidence.json', sha256: 'x', bytes: 1 }]; }, /no SHA-256/],
  'a size that is none': [(f, m) => { m.files = [{ path: 'evidence.json', sha256: '0'.repeat(64), bytes: -1 }]; }, /is no number/],
  'no signature': [(f, m) => { m.signature = 0; }, /there is no "signature"/],
  'an unknown algorithm': [(f, m) => { m.signature = { algorithm: 'none', value: '' }; }, /is unknown/],
};
for (const [name, [change, error]] of Object.entries(manifests))
  test(`a manifest with ${name} is refused, however well it is signed`, () => {
    const pair = keyPair();
    const bundle = foreignBundle({ pair }, { change });
    for (const args of [['--public-key', pair.publicPath], []]) assert.match(firstError(bundle, ...args), error);
  });

test('contents that do not belong together are found although they are signed', () => {
  const pair = keyPair(), key = ['--public-key', pair.publicPath];
  const edit = (name, change) => foreignBundle({ pair }, {
    change: (files) => { files[name] = prettyJson({ ...JSON.parse(files[name]), ...change }); },
  });
  assert.match(firstError(edit('sandbox-run-summary.json', { blocked: 0 }), ...key), /^sandbox-run-summary.json: "blocked" is not/);
  assert.match(firstError(edit('siem-event.json', { session_id: 's2' }), ...key), /^siem-event.json: of another session/);
  assert.match(firstError(edit('retention-policy.json', { session_id: 's2' }), ...key), /^retention-policy.json: of another session/);
  assert.match(firstError(edit('retention-policy.json', { retention_days: 9999 }), ...key), /^retention-policy.json: "retain_until" is not/);
  assert.match(firstError(edit('retention-policy.json', { delete_protection: false }), ...key), /^retention-policy.json: .*"delete_protection" true/);
  assert.match(firstError(edit('evidence.json', { decisions: {} }), ...key), /^evidence.json: "decisions" is a list/);
  assert.match(firstError(edit('evidence.json', { product: 'x' }), ...key), /^evidence.json: "product" must be/);
});

test('retention is held against a minimum', () => {
  const bundle = foreignBundle({}, { days: 30 });
  assert.equal(verify(bundle, '--minimum-retention-days', '30').status, 'integrity_only');
  assert.match(firstError(bundle, '--minimum-retention-days', '31'), /retention policy below minimum/);
  assert.equal(cavra(['evidence', 'verify', bundle, '--minimum-retention-days', 'x']).status, 2);
});

test('a retention policy is extended and never shortened', () => {
  const bundle = foreignBundle({}, { days: 30 }), output = join(scratch(), 'a/b');
  const done = cavra(['evidence', 'retention-policy', bundle, '--output', output, '--retention-days', '60', '--legal-hold']);
  assert.equal(done.status, 0, done.err);
  const policy = load(join(output, 'retention-policy.json'));
  assert.deepEqual([policy.retention_days, policy.retain_until, policy.legal_hold, policy.disposition, policy.classification],
    [60, '2026-03-03T03:04:05.000006+00:00', true, 'retain', 'regulated-sdlc']);
  assert.match(get(output, 'retention-policy.md'), /60 days, until 2026-03-03/);
  const shorter = cavra(['evidence', 'retention-policy', bundle, '--output', output, '--retention-days', '29']);
  assert.deepEqual([shorter.status, /can be extended and not shortened/.test(shorter.err)], [1, true]);
  put(bundle, 'evidence.json', '{}');
  assert.match(cavra(['evidence', 'retention-policy', bundle, '--output', output]).err, /the bundle is broken: evidence.json/);
});

// ---- keys ----

test('a key pair is written for its owner alone, and never over another', () => {
  const cwd = scratch('pair');
  const done = cavra(['evidence', 'generate-keypair'], { cwd });
  assert.equal(done.status, 0, done.err);
  const report = JSON.parse(done.out), secret = join(cwd, report.private_key_path);
  assert.equal(report.private_key_path, '.cavra/keys/evidence-ed25519-private.pem');
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  assert.equal(statSync(join(cwd, '.cavra/keys')).mode & 0o777, 0o700);
  const pem = get(cwd, report.public_key_path);
  assert.equal(report.public_key_sha256, sha256(pem));
  assert.equal(report.public_key_spki_sha256, sha256(createPublicKey(pem).export({ type: 'spki', format: 'der' })));
  const der = run('openssl', ['pkey', '-pubin', '-in', join(cwd, report.public_key_path), '-outform', 'DER']).raw;
  assert.equal(report.public_key_spki_sha256, createHash('sha256').update(der).digest('hex'));
  const before = readFileSync(secret, 'utf8');
  assert.match(cavra(['evidence', 'generate-keypair'], { cwd }).err, /exists, and a key is never overwritten/);
  assert.equal(readFileSync(secret, 'utf8'), before);
});

test('a key pair may have names and a passphrase, and a link is not followed', () => {
  const cwd = scratch('pair');
  put(cwd, 'pass', 'open sesame\n');
  const names = ['--private-key', 'my.pem', '--public-key', 'my.pub'];
  assert.equal(cavra(['evidence', 'generate-keypair', ...names, '--passphrase-file', 'pass'], { cwd }).status, 0);
  assert.match(get(cwd, 'my.pem'), /BEGIN ENCRYPTED PRIVATE KEY/);
  symlinkSync('elsewhere', join(cwd, 'link.pem'));
  assert.equal(cavra(['evidence', 'generate-keypair', '--private-key', 'link.pem', '--public-key', 'l.pub'], { cwd }).status, 1);
  assert.ok(!existsSync(join(cwd, 'elsewhere')));
  assert.equal(cavra(['evidence', 'generate-keypair', '--private-key', 'x', '--public-key', 'x'], { cwd }).status, 2);
});

// ---- trust roots ----

test('a trust root says what existing ones say, and more', () => {
  const pair = keyPair();
  const root = load(trustRoot(pair, '--key-id', 'k1', '--owner', 'team', '--valid-from', '2026-01-01T00:00:00Z', '--valid-until', '2027-01-01T00:00:00+00:00'));
  assert.deepEqual(root, {
    schema_version: 'cavra.evidence.trust-root.v1', product: 'CAVRA', key_id: 'k1', owner: 'team', status: 'active', algorithm: 'Ed25519',
    public_key_sha256: pair.fingerprint, public_key_spki_sha256: root.public_key_spki_sha256, public_key_pem: pair.pem,
    valid_from: '2026-01-01T00:00:00.000000+00:00', valid_until: '2027-01-01T00:00:00.000000+00:00',
  });
  assert.equal(load(trustRoot(pair)).key_id, pair.fingerprint.slice(0, 16));
  assert.equal(cavra(['evidence', 'trust-root', pair.publicPath, '--status', 'dubious']).status, 2);
  assert.equal(cavra(['evidence', 'trust-root', pair.privatePath, '--output', join(scratch(), 'x')]).status, 1);
});

const jan = '2026-01-02T03:04:05.000006+00:00';
const since = ['--valid-from', '2026-01-01T00:00:00Z'];
const times = [
  ['active', since, null],
  ['active and not yet valid', ['--valid-from', '2026-02-01T00:00:00Z'], /before it was valid/],
  ['active and expired before', [...since, '--valid-until', '2026-01-02T00:00:00Z'], /after it had expired/],
  ['active and expired at that very time', [...since, '--valid-until', jan], /after it had expired/],
  ['active and expired later', [...since, '--valid-until', '2026-01-03T00:00:00Z'], null],
  ['retired later', [...since, '--status', 'retired', '--retired-at', '2026-01-03T00:00:00Z'], null],
  ['retired before', [...since, '--status', 'retired', '--retired-at', '2026-01-02T00:00:00Z'], /after it was retired/],
  ['retired, which ended its validity', [...since, '--status', 'retired', '--valid-until', '2026-01-03T00:00:00Z'], null],
  ['retired now', [...since, '--status', 'retired'], null],
  ['revoked later', [...since, '--status', 'revoked', '--revoked-at', '2026-01-03T00:00:00Z'], /was revoked/],
  ['revoked before', [...since, '--status', 'revoked', '--revoked-at', '2026-01-01T00:00:00Z'], /was revoked/],
  ['active with a time of revocation', [...since, '--revoked-at', '2026-01-03T00:00:00Z'], /time of revocation/],
];
for (const [name, args, error] of times)
  test(`what a key signed that is ${name} ${error ? 'does not count' : 'counts'}`, () => {
    const pair = keyPair(), bundle = foreignBundle({ pair }, { createdAt: jan });
    const trust = ['--trust-root', trustRoot(pair, ...args)];
    if (error) return assert.match(firstError(bundle, ...trust), error);
    assert.equal(verify(bundle, ...trust).status, 'verified');
  });

test('a trust root must be whole', () => {
  const pair = keyPair(), other = keyPair(), bundle = foreignBundle({ pair }, { createdAt: jan });
  const path = trustRoot(pair, ...since), good = load(path);
  const changes = {
    'not that of the key': { public_key_pem: other.pem },
    'public_key_spki_sha256" is not': { public_key_spki_sha256: '0'.repeat(64) },
    '"status" is active, retired or revoked': { status: 'fine' },
    '"algorithm" must be': { algorithm: 'RSA' },
    '"schema_version" must be': { schema_version: 'x' },
    '"valid_until" is before': { valid_until: '2025-01-01T00:00:00Z' },
    '"valid_from" is a time': { valid_from: 'once' },
    'matching trust root not found': { key_id: 'another' },
    'needs retired_at or valid_until': { status: 'retired' },
    '"valid_until" is the first moment of 1970': { valid_until: '1970-01-01T00:00:00Z' },
    '"revoked_at" is the first moment of 1970': { revoked_at: '1970-01-01T00:00:00+00:00' },
  };
  for (const [error, change] of Object.entries(changes)) {
    writeFileSync(path, JSON.stringify({ ...good, ...change }));
    assert.ok(firstError(bundle, '--trust-root', path).includes(error), error);
  }
  // Without what existing trust roots do not say.
  const { public_key_spki_sha256: more, ...old } = good;
  writeFileSync(path, JSON.stringify(old));
  assert.equal(verify(bundle, '--trust-root', path).status, 'verified');
});

function bundleOf(roots, ...args) {
  const path = join(scratch('roots'), 'roots.json');
  return { path, done: cavra(['evidence', 'trust-bundle', ...roots, '--output', path, ...args]) };
}

test('a bundle of trust roots is signed by a root key, and counts only when it is', () => {
  const [a, b, rootKey, other] = [1, 2, 3, 4].map(() => keyPair());
  const bundle = foreignBundle({ pair: b, keyId: 'b' }, { createdAt: jan });
  const roots = [trustRoot(b, ...since, '--key-id', 'b'), trustRoot(a, ...since, '--key-id', 'a')];
  const { path, done } = bundleOf(roots, '--private-key', rootKey.privatePath);
  assert.equal(done.status, 0, done.err);
  const written = load(path);
  assert.deepEqual(written.trust_roots.map((root) => root.key_id), ['a', 'b']);
  const pinned = ['--trust-root', path, '--root-key', rootKey.publicPath];
  assert.equal(verify(bundle, ...pinned).status, 'verified');
  assert.match(firstError(bundle, '--trust-root', path, '--root-key', other.publicPath), /the trust roots: signed with the key/);
  // A root more, or the status of one changed.
  written.trust_roots[1].valid_until = '2030-01-01T00:00:00+00:00';
  writeFileSync(path, prettyJson(written));
  assert.match(firstError(bundle, ...pinned), /the trust roots: the signature does not hold/);
  const unsigned = bundleOf(roots);
  assert.match(unsigned.done.out, /not signed: nothing vouches/);
  assert.match(firstError(bundle, '--trust-root', unsigned.path, '--root-key', rootKey.publicPath), /the trust roots: there is no "signature"/);
  assert.equal(cavra(['evidence', 'verify', bundle, '--root-key', rootKey.publicPath]).status, 2);
});

// The id stands outside of what other tools sign: whoever has the bundle in their hands can write another one there.
test('a key that was revoked does not count under another id', () => {
  const [a, rootKey] = [keyPair(), keyPair()], path = join(scratch('roots'), 'roots.json');
  const roots = [['old', '--status', 'revoked'], ['new']].map(([id, ...args]) => load(trustRoot(a, ...since, '--key-id', id, ...args)));
  assert.match(bundleOf(roots.map((root, i) => put(scratch('two'), `${i}.json`, prettyJson(root)))).done.err, /two trust roots have the key [0-9a-f]{60}/);
  const document = { schema_version: 'cavra.evidence.trust-root-bundle.v1', product: 'CAVRA', created_at: jan, trust_roots: roots };
  writeFileSync(path, prettyJson({ ...document, signature: signature(document, { pair: rootKey }) }));
  for (const keyId of ['old', 'new'])
    assert.match(firstError(foreignBundle({ pair: a, keyId }, { createdAt: jan }), '--trust-root', path, '--root-key', rootKey.publicPath),
      /2 trust roots are about the key/);
});

test('the id of a key is one line, also where nobody has signed it', () => {
  const pair = keyPair();
  for (const keyId of ['k\nverified: signed with Ed25519', 'k\u001b[2J', 'k'.repeat(1025)])
    assert.match(firstError(foreignBundle({ pair, keyId }), '--public-key', pair.publicPath), /the id of a key is one line/);
});

test('what is no bundle of trust roots is not made', () => {
  const [a, b] = [keyPair(), keyPair()];
  const twice = bundleOf([trustRoot(a, '--key-id', 'x'), trustRoot(b, '--key-id', 'x')]);
  assert.match(twice.done.err, /two trust roots have the key id x/);
  assert.equal(bundleOf([]).done.status, 2);
  const broken = put(scratch(), 'r.json', prettyJson({ ...load(trustRoot(a)), algorithm: 'RSA' }));
  assert.match(bundleOf([broken]).done.err, /"algorithm" must be/);
  // Bundles can be put together again.
  const one = bundleOf([trustRoot(a, '--key-id', 'a')]), two = bundleOf([one.path, trustRoot(b, '--key-id', 'b')]);
  assert.deepEqual(load(two.path).trust_roots.map((root) => root.key_id), ['a', 'b']);
});

test('a distribution describes what is in it, and all of it is signed', () => {
  const [a, b, c, rootKey] = [1, 2, 3, 4].map(() => keyPair());
  const output = join(scratch('dist'), 'x/y');
  const roots = [trustRoot(a, '--key-id', 'a'), trustRoot(b, '--key-id', 'b', '--status', 'retired'), trustRoot(c, '--key-id', 'c`', '--status', 'revoked')];
  const done = cavra(['evidence', 'trust-distribution', ...roots, '--output', output, '--environment', 'staging', '--channel', 'one', '--channel', 'two', '--private-key', rootKey.privatePath]);
  assert.equal(done.status, 0, done.err);
  const manifest = load(join(output, 'trust-root-distribution-manifest.json'));
  assert.equal(manifest.schema_version, 'cavra.evidence.trust-root-distribution.v1');
  assert.match(manifest.distribution_id, /^trust-roots-\d{14}$/);
  assert.deepEqual([manifest.environment, manifest.channels], ['staging', ['one', 'two']]);
  assert.deepEqual(manifest.bundle, {
    path: 'evidence-trust-roots.json', sha256: sha256(readFileSync(join(output, 'evidence-trust-roots.json'))),
    schema_version: 'cavra.evidence.trust-root-bundle.v1', trust_root_count: 3, active_key_ids: ['a'], retired_key_ids: ['b'], revoked_key_ids: ['c`'],
  });
  assert.deepEqual(manifest.signature, { ...signature(manifest, { pair: rootKey }), value: manifest.signature.value });
  for (const document of [manifest, load(join(output, 'evidence-trust-roots.json'))])
    assert.equal(document.signature.value, signature(document, { pair: rootKey }).value);
  assert.equal(run('sha256sum', ['-c', 'checksums.txt'], { cwd: output }).status, 0);
  assert.match(get(output, 'trust-root-distribution.md'), /## Active Keys\n\n- `a`\n\n## Retired Keys\n\n- `b`\n\n## Revoked Keys\n\n- `c\\u\{60\}`\n/);
});

test('a distribution is verified with the key of the root, and nothing in it can be changed', () => {
  const rootKey = keyPair(), other = keyPair(), keys = [keyPair(), keyPair()];
  const roots = keys.map((pair, i) => trustRoot(pair, '--key-id', `k${i}`));
  const make = (...args) => {
    const output = join(scratch(), 'd');
    assert.equal(cavra(['evidence', 'trust-distribution', ...roots, '--output', output, ...args]).status, 0);
    return output;
  };
  const check = (directory, ...args) => {
    const done = cavra(['evidence', 'verify-trust-distribution', directory, '--json', ...args]);
    const report = JSON.parse(done.out);
    return [done.status, report.status, report.errors.map(({ file, error }) => `${file}: ${error}`).join('\n')];
  };
  const good = make('--private-key', rootKey.privatePath), root = ['--root-key', rootKey.publicPath];
  assert.deepEqual(check(good, ...root), [0, 'verified', '']);
  assert.deepEqual(check(good), [3, 'integrity_only', '']);
  assert.match(cavra(['evidence', 'verify-trust-distribution', good, ...root]).out, /^verified: signed with Ed25519, key /);
  assert.deepEqual(check(make()).slice(0, 2), [3, 'integrity_only']);
  assert.match(check(make(), ...root)[2], /manifest.json: .*signature/);
  assert.match(check(good, '--root-key', other.publicPath)[2], /trust-root-distribution-manifest.json: [^]*evidence-trust-roots.json: /);
  const names = ['evidence-trust-roots.json', 'trust-root-distribution-manifest.json', 'trust-root-distribution.md', 'checksums.txt'];
  const rows = [
    ...names.map((name) => [`${name} is missing`, (d) => rmSync(join(d, name)), new RegExp(`${name}: missing file`)]),
    ...names.map((name) => [`${name} is a link`, (d) => { renameSync(join(d, name), join(d, '..', name)); symlinkSync(join('..', name), join(d, name)); }, new RegExp(`${name}: this is a symbolic link`)]),
    ['something else', (d) => put(d, 'ROOT.pem', other.pem), /ROOT.pem: no file of the package/],
    ['a line of the page', (d) => put(d, names[2], `${get(d, names[2])}- also\n`), /distribution.md: it is not the page/],
    ['a checksum', (d) => put(d, names[3], get(d, names[3]).replace(/^./, (c) => (c === '0' ? '1' : '0'))), /checksums.txt: they are not/],
    ['a step of the manifest', (d) => put(d, names[1], get(d, names[1]).replace('on another way', 'from here')), /manifest.json: /],
    ['a key in the bundle', (d) => put(d, names[0], get(d, names[0]).replaceAll(keys[0].fingerprint, other.fingerprint)), /evidence-trust-roots.json: /],
    ['the bundle of another distribution of the same root', (d) => {
      const more = join(scratch(), 'd');
      assert.equal(cavra(['evidence', 'trust-distribution', roots[0], '--output', more, '--private-key', rootKey.privatePath]).status, 0);
      put(d, names[0], get(more, names[0]));
    }, /manifest.json: it is about another bundle[^]*manifest.json: its keys are not/],
  ];
  for (const [what, change, error] of rows) {
    const d = make('--private-key', rootKey.privatePath);
    change(d);
    const [status, verdict, errors] = check(d, ...root);
    assert.deepEqual([status, verdict], [1, 'failed'], what);
    assert.match(errors, error, what);
  }
  assert.equal(cavra(['evidence', 'verify-trust-distribution', join(good, 'none')]).status, 1);
});

test('the keys of the tests are what the programs make of them', () => {
  assert.equal(pythonJson({ b: [1, 'é"\u007f'], a: null }), '{"a": null, "b": [1, "\\u00e9\\"\\u007f"]}');
  assert.equal(readManifest(foreignBundle()).files.length, 6);
});
