// SPDX-License-Identifier: Apache-2.0
//
// Signing policies: cavra policy keygen, sign and verify, against the OpenSSL command line and against forgers.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, get, put, run, scratch } from './cavra.mjs';

const policyText = 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands: {block: ["rm*"]}\n';
const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const openssl = (...args) => run('openssl', args);

function keygen(directory, ...more) {
  const done = cavra(['policy', 'keygen', '--output', join(directory, 'keys'), ...more]);
  assert.equal(done.status, 0, done.err);
  return JSON.parse(done.out);
}

// A directory with a signed policy and the keys.
function signed(...more) {
  const directory = scratch('signed');
  const file = put(directory, 'policy.yaml', policyText);
  const pair = keygen(directory);
  const done = cavra(['policy', 'sign', file, '--private-key', pair.private_key_path, '--signer', 'ann', '--key-id', 'team', ...more]);
  assert.equal(done.status, 0, done.err);
  return { directory, file, pair, key: ['--public-key', pair.public_key_path], sig: `${file}.sig.json` };
}

const readSignature = (sig) => JSON.parse(readFileSync(sig, 'utf8'));
function changeSignature(sig, change) {
  const object = readSignature(sig);
  change(object);
  writeFileSync(sig, JSON.stringify(object, null, 2));
}

// What the statement's signature covers: RFC 8785, for which sorting is enough here, in DSSE's pre-authentication encoding.
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
function encoded(statement) {
  const body = Buffer.from(JSON.stringify(sorted(statement)));
  const type = 'application/vnd.cavra.policy-statement.v1+json';
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
}

function verify(file, ...args) {
  return cavra(['policy', 'verify', file, ...args]);
}
function verdict(file, ...args) {
  const done = verify(file, '--json', ...args);
  const report = JSON.parse(done.out);
  assert.equal(done.err, '');
  assert.equal(done.status, { verified: 0, integrity_only: 3, failed: 1 }[report.status]);
  return report.verdict;
}

// ---- keys ----

test('keygen writes a private key that only its owner can read, and never over another', () => {
  const directory = scratch('keys');
  const pair = keygen(directory, '--key-id', 'team-a');
  assert.deepEqual(Object.keys(pair), ['schema_version', 'algorithm', 'key_id', 'private_key_path', 'public_key_path', 'public_key_sha256']);
  assert.equal(pair.schema_version, 'cavra.policy-signing-keypair.v1');
  assert.equal(pair.algorithm, 'Ed25519');
  assert.equal(pair.private_key_path, join(directory, 'keys/team-a.private.pem'));
  assert.equal(statSync(pair.private_key_path).mode & 0o777, 0o600);
  assert.equal(statSync(join(directory, 'keys')).mode & 0o777, 0o700);
  assert.equal(pair.public_key_sha256, sha256(readFileSync(pair.public_key_path)).slice(7));
  assert.equal(get(directory, 'keys/.gitignore'), '*.private.pem\n');
  const before = readFileSync(pair.private_key_path, 'utf8');
  const again = cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'team-a']);
  assert.equal(again.status, 1);
  assert.match(again.err, /exists, and a key is never overwritten/);
  rmSync(pair.public_key_path);
  assert.equal(cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'team-a']).status, 1);
  assert.equal(readFileSync(pair.private_key_path, 'utf8'), before);
  assert.equal(existsSync(pair.public_key_path), false);
});

test('keygen follows no link to where the key would be written', () => {
  const directory = scratch('keys');
  mkdirSync(join(directory, 'keys'));
  symlinkSync(join(directory, 'elsewhere'), join(directory, 'keys/a.private.pem'));
  const done = cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'a']);
  assert.equal(done.status, 1);
  assert.equal(existsSync(join(directory, 'elsewhere')), false);
});

for (const id of ['', '../x', 'a/b', '.hidden', '-x', 'a b', 'x'.repeat(101)]) {
  test(`keygen refuses the key id ${JSON.stringify(id)}`, () => {
    const directory = scratch('keys');
    assert.equal(cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', id]).status, 2);
    assert.equal(existsSync(join(directory, 'keys')), false);
  });
}

test('a private key that others can read is not used', () => {
  const { file, pair } = signed();
  chmodSync(pair.private_key_path, 0o640);
  const done = cavra(['policy', 'sign', file, '--private-key', pair.private_key_path]);
  assert.equal(done.status, 1);
  assert.match(done.err, /others can use the private key .*chmod 600/);
});

test('a passphrase comes from a file or a descriptor, and never from an argument', () => {
  const directory = scratch('keys');
  const file = put(directory, 'policy.yaml', policyText);
  const right = put(directory, 'right', 'correct horse\n'), wrong = put(directory, 'wrong', 'battery\n');
  const pair = keygen(directory, '--passphrase-file', right);
  assert.match(readFileSync(pair.private_key_path, 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
  const sign = (...more) => cavra(['policy', 'sign', file, '--private-key', pair.private_key_path, ...more], { input: 'correct horse\n' });
  assert.match(sign().err, /there is no terminal to ask for the passphrase; give --passphrase-file FILE/);
  assert.match(sign('--passphrase-file', wrong).err, /the passphrase does not open this key/);
  assert.equal(existsSync(`${file}.sig.json`), false);
  for (const from of [right, '-']) {
    assert.equal(sign('--passphrase-file', from).status, 0, from);
    assert.equal(verdict(file, '--public-key', pair.public_key_path), 'verified');
  }
  const bash = run('bash', ['-c', 'exec "$0" policy sign "$1" --private-key "$2" --passphrase-file /dev/fd/3 3< "$3"',
    cavraProgram, file, pair.private_key_path, right]);
  assert.equal(bash.status, 0, bash.err);
  // OpenSSL opens it too.
  assert.equal(openssl('pkey', '-in', pair.private_key_path, '-passin', `file:${right}`, '-pubout').out,
    readFileSync(pair.public_key_path, 'utf8'));
  for (const command of ['keygen', 'sign', 'verify'])
    assert.doesNotMatch(cavra(['policy', command, '--help']).out, /--key |--passphrase [A-Z]|--password/);
});

test('a passphrase is asked for at the terminal, without showing it', { skip: spawnSync('python3', ['-c', 'import pty']).status !== 0 && 'no python3' }, () => {
  const directory = scratch('keys');
  const file = put(directory, 'policy.yaml', policyText);
  const ask = put(directory, 'ask.py', `
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
lines, shown = ['correct horse'] * int(os.environ['TIMES']), b''
while True:
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if piece.rstrip().endswith(b':') and lines:
        os.write(fd, lines.pop().encode() + b'\\n')
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`);
  const terminal = (times, ...args) => run('python3', [ask, cavraProgram, 'policy', ...args], { env: { TIMES: times } });
  const made = terminal('2', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'a', '--passphrase');
  assert.equal(made.status, 0, made.out);
  const done = terminal('1', 'sign', file, '--private-key', join(directory, 'keys/a.private.pem'));
  assert.equal(done.status, 0, done.out);
  assert.doesNotMatch(made.out + done.out, /correct horse/);
  assert.equal(verdict(file, '--public-key', join(directory, 'keys/a.public.pem')), 'verified');
});

// ---- OpenSSL, both ways ----

test('OpenSSL verifies what cavra signs: the file, and the statement', () => {
  const { directory, file, pair, sig } = signed();
  const object = readSignature(sig);
  const check = (name, bytes, signature) => {
    const data = join(directory, name), raw = join(directory, `${name}.raw`);
    writeFileSync(data, bytes);
    writeFileSync(raw, Buffer.from(signature, 'base64'));
    return spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', pair.public_key_path, '-rawin', '-in', data, '-sigfile', raw]).status;
  };
  assert.equal(check('file', readFileSync(file), object.signature), 0);
  assert.equal(check('statement', encoded(object.statement), object.statement_signature), 0);
  assert.notEqual(check('other', 'other', object.signature), 0);
});

test('cavra signs with a key of OpenSSL, and verifies what OpenSSL signs', () => {
  const directory = scratch('openssl');
  const file = put(directory, 'policy.yaml', policyText), key = join(directory, 'key.pem'), pub = join(directory, 'pub.pem');
  assert.equal(openssl('genpkey', '-algorithm', 'ED25519', '-out', key).status, 0);
  assert.equal(openssl('pkey', '-in', key, '-pubout', '-out', pub).status, 0);
  assert.equal(cavra(['policy', 'sign', file, '--private-key', key, '--signer', 'bob']).status, 0);
  assert.equal(verdict(file, '--public-key', pub), 'verified');
  // The same once more, with both signatures made by OpenSSL.
  const sign = (name, bytes) => {
    writeFileSync(join(directory, name), bytes);
    const done = openssl('pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', join(directory, name));
    assert.equal(done.status, 0, done.err);
    return done.raw.toString('base64');
  };
  changeSignature(`${file}.sig.json`, (object) => {
    object.signer = object.statement.signer = 'by openssl';
    object.signature = sign('file', policyText);
    object.statement_signature = sign('statement', encoded(object.statement));
  });
  const done = verify(file, '--public-key', pub);
  assert.equal(done.status, 0, done.err);
  assert.match(done.out, /^verified: signed by by openssl at /);
});

// ---- what a signature says ----

test('the fields are those that existing tools write, then the statement', () => {
  const { file, pair, sig } = signed();
  const text = readFileSync(sig, 'utf8'), object = JSON.parse(text);
  assert.equal(text, `${JSON.stringify(object, null, 2)}\n`);
  assert.deepEqual(Object.keys(object), ['schema_version', 'algorithm', 'digest', 'signature', 'signed_at', 'signer', 'key_id',
    'public_key_sha256', 'policy_file', 'statement', 'statement_signature']);
  const { statement } = object;
  assert.equal(object.schema_version, 'cavra.policy-signature.v1');
  assert.equal(object.algorithm, 'Ed25519');
  assert.equal(object.digest, sha256(readFileSync(file)));
  assert.equal(object.key_id, 'team');
  assert.equal(object.public_key_sha256, pair.public_key_sha256);
  assert.equal(object.policy_file, 'policy.yaml');
  assert.match(object.signed_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  assert.equal(statement.schema_version, 'cavra.policy-statement.v1');
  assert.deepEqual(statement.metadata, { id: 'cavra-x', title: 't', description: 'd', version: '1.0.0' });
  assert.deepEqual(statement.parents, []);
  assert.equal(statement.compiled_digest, sha256(JSON.stringify(sorted(JSON.parse(cavra(['policy', 'compile', '--policy-file', file]).out)))));
});

test('the id of the key is the signer unless it is given', () => {
  const { file, pair, sig } = signed();
  cavra(['policy', 'sign', file, '--private-key', pair.private_key_path, '--signer', 'ann']);
  assert.equal(readSignature(sig).key_id, 'ann');
  cavra(['policy', 'sign', file, '--private-key', pair.private_key_path]);
  assert.equal(readSignature(sig).signer, 'local');
});

test('a report names the signer only where a key vouches for it', () => {
  const { file, key } = signed();
  const report = JSON.parse(verify(file, '--json', ...key).out);
  assert.deepEqual(Object.keys(report), ['schema_version', 'status', 'verdict', 'message', 'policy_file', 'digest', 'signature']);
  assert.equal(report.schema_version, 'cavra.policy-verification.v1');
  assert.equal(report.signature.signer, 'ann');
  assert.equal(JSON.parse(verify(file, '--json').out).signature, null);
  writeFileSync(file, `${policyText}# changed\n`);
  const failed = JSON.parse(verify(file, '--json', ...key).out);
  assert.equal(failed.signature, null);
  assert.match(failed.message, /^the file has changed since it was signed: .*; see what changed, then sign it again$/);
});

test('a policy that is not valid is not signed', () => {
  const { file, pair, sig } = signed();
  rmSync(sig);
  writeFileSync(file, `${policyText}comands: {}\n`);
  const done = cavra(['policy', 'sign', file, '--private-key', pair.private_key_path]);
  assert.equal(done.status, 1);
  assert.match(done.err, /policy\.yaml:3:1: unknown key "comands"/);
  assert.equal(existsSync(sig), false);
});

test('a directory stands for its policy.yaml', () => {
  const { directory, key } = signed();
  assert.equal(verdict(directory, ...key), 'verified');
});

// ---- HMAC ----

test('an HMAC key comes from a file or the environment', () => {
  const directory = scratch('hmac');
  const file = put(directory, 'policy.yaml', policyText), key = put(directory, 'key', 'test-key\n');
  assert.equal(cavra(['policy', 'sign', file, '--key-file', key]).status, 0);
  const object = readSignature(`${file}.sig.json`);
  assert.equal(object.algorithm, 'HS256');
  assert.equal(object.signature, createHmac('sha256', 'test-key').update(policyText).digest('base64'));
  assert.equal(verdict(file, '--key-file', key), 'verified');
  const env = { POLICY_KEY: 'test-key', OTHER_KEY: 'other' };
  const byVariable = (name) => cavra(['policy', 'verify', file, '--key-env', name], { env });
  assert.equal(byVariable('POLICY_KEY').status, 0);
  assert.match(byVariable('OTHER_KEY').err, /the signature does not belong to this file and key/);
  assert.match(byVariable('NO_KEY').err, /the environment variable NO_KEY is not set/);
  assert.match(cavra(['policy', 'verify', file, '--key-file', put(directory, 'empty', '\n')]).err, /there is nothing in /);
});

// ---- the weaknesses of the design before this one ----

const evil = 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n';

test('W20 an algorithm in the file does not make the key of the verifier go away', () => {
  const { file, key, sig } = signed();
  writeFileSync(file, evil);
  for (const algorithm of ['none', 'SHA256', 'HS256', 'ed25519', '']) {
    writeFileSync(sig, JSON.stringify({ digest: sha256(evil), algorithm }));
    assert.equal(verify(file, ...key).status, 1, algorithm);
  }
  // The same with every field of its form: what a keyless tool writes, and what an HMAC over public bytes would be.
  for (const sign of [[], ['--key-file', put(scratch(), 'key', readFileSync(key[1], 'utf8'))]]) {
    assert.equal(cavra(['policy', 'sign', file, ...sign]).status, 0);
    assert.equal(verdict(file, ...key), 'wrong_algorithm');
  }
});

test('W21 what is verified without a key is never more than integrity only', () => {
  const { file, key } = signed();
  assert.equal(verify(file).status, 3);
  assert.match(verify(file).out, /^integrity only: .*which anybody can write; give a key to verify it\n$/);
  assert.equal(cavra(['policy', 'sign', file]).status, 0);
  assert.equal(verify(file).status, 3);
  assert.equal(verdict(file, ...key), 'wrong_algorithm');
  const hmac = put(scratch(), 'key', sha256(policyText).slice(7));
  // Its HMAC is keyed with the digest, which is public: knowing that verifies nothing.
  assert.equal(verdict(file, '--key-file', hmac), 'wrong_algorithm');
  writeFileSync(file, evil);
  assert.equal(verify(file).status, 1);
});

test('W22 a digest file of the old kind does not stand in for a signature', () => {
  const { file, key, sig } = signed();
  rmSync(sig);
  writeFileSync(file, evil);
  writeFileSync(`${file}.sig`, `${sha256(evil)}\n`);
  assert.equal(verdict(file, ...key), 'missing');
  assert.match(verify(file, ...key).err, /not signed: there is only the digest in policy\.yaml\.sig, which anybody can write/);
  assert.equal(verdict(file), 'integrity_only');
  writeFileSync(`${file}.sig`, `${sha256(policyText)}\n`);
  assert.equal(verdict(file), 'file_changed');
  rmSync(`${file}.sig`);
  assert.equal(verdict(file), 'missing');
});

for (const [field, value, wanted] of [
  ['signer', 'eve', 'field_changed'], ['key_id', 'eve', 'field_changed'], ['signed_at', '2030-01-01T00:00:00+00:00', 'field_changed'],
  ['policy_file', 'other.yaml', 'field_changed'], ['digest', sha256(evil), 'file_changed'],
  ['public_key_sha256', '0'.repeat(64), 'wrong_key'], ['schema_version', 'cavra.policy-signature.v0', 'malformed'],
]) {
  test(`W23 the field ${field} cannot be changed`, () => {
    const { file, key, sig } = signed();
    changeSignature(sig, (object) => { object[field] = value; });
    assert.equal(verdict(file, ...key), wanted);
    changeSignature(sig, (object) => { object.statement[field] = value; });
    assert.notEqual(verdict(file, ...key), 'verified');
    // Nor by leaving out what covers it.
    changeSignature(sig, (object) => { delete object.statement; delete object.statement_signature; });
    assert.notEqual(verdict(file, ...key), 'verified');
  });
}

test('W23 a parent cannot be changed under a signed child', () => {
  const packs = scratch('packs');
  const meta = (id, more = '') => `metadata: {id: ${id}, title: t, description: d, version: 1.0.0${more}}\n`;
  put(packs, 'cavra-grand/policy.yaml', `${meta('cavra-grand')}commands: {block: ["a*", "b*"]}\n`);
  put(packs, 'cavra-parent/policy.yaml', meta('cavra-parent', ', inherits: cavra-grand'));
  const { directory, pair, key } = signed();
  const file = put(directory, 'child.yaml', meta('cavra-child', ', inherits: [cavra-parent, cavra-ai-agent-baseline]'));
  const where = ['--pack-dir', packs];
  assert.equal(cavra(['policy', 'sign', file, '--private-key', pair.private_key_path, ...where]).status, 0);
  assert.deepEqual(readSignature(`${file}.sig.json`).statement.parents.map((one) => one.id),
    ['cavra-grand', 'cavra-parent', 'cavra-ai-agent-baseline']);
  assert.equal(verdict(file, ...key, ...where), 'verified');
  put(packs, 'cavra-grand/policy.yaml', `${meta('cavra-grand')}commands: {block: ["a*"]}\n`);
  assert.equal(verdict(file, ...key, ...where), 'parents_changed');
  assert.match(verify(file, ...key, ...where).err, /cavra-grand, which the file inherits, has changed since it was signed/);
  // A bundled pack that is shadowed by a file is another parent.
  put(packs, 'cavra-grand/policy.yaml', `${meta('cavra-grand')}commands: {block: ["a*", "b*"]}\n`);
  put(packs, 'cavra-ai-agent-baseline/policy.yaml', meta('cavra-ai-agent-baseline'));
  assert.equal(verdict(file, ...key, ...where), 'parents_changed');
});

test('a signature belongs to one file, one name and one key', () => {
  const { directory, file, sig, key } = signed();
  const other = put(directory, 'other.yaml', policyText);
  writeFileSync(`${other}.sig.json`, readFileSync(sig));
  assert.equal(verdict(other, ...key), 'name_changed');
  assert.equal(verdict(other, '--signature', sig, ...key), 'name_changed');
  assert.equal(verdict(file, '--signature', `${other}.sig.json`, ...key), 'verified');
  const second = keygen(scratch('second'));
  assert.equal(verdict(file, '--public-key', second.public_key_path), 'wrong_key');
  assert.equal(verdict(file, '--signature', join(directory, 'nowhere.json'), ...key), 'missing');
});

// ---- trust directories, usage ----

test('a trust directory verifies with whichever key has signed', () => {
  const { directory, file, pair } = signed();
  const trust = join(directory, 'trust');
  mkdirSync(trust);
  put(trust, 'a.pem', readFileSync(keygen(scratch('other')).public_key_path, 'utf8'));
  assert.equal(verdict(file, '--trust-dir', trust), 'wrong_key');
  put(trust, 'b.pem', readFileSync(pair.public_key_path, 'utf8'));
  assert.equal(verdict(file, '--trust-dir', trust), 'verified');
  chmodSync(join(trust, 'b.pem'), 0o666);
  assert.match(verify(file, '--trust-dir', trust).err, /b\.pem: others can write it; take that away/);
  assert.match(verify(file, '--trust-dir', join(directory, 'nowhere')).err, /nowhere: cannot look at it/);
});

test('a private key is refused where a public one belongs, and the other way round', () => {
  const { file, pair } = signed();
  assert.match(verify(file, '--public-key', pair.private_key_path).err, /this is a private key, which must stay with who signs/);
  chmodSync(pair.public_key_path, 0o600);
  assert.match(cavra(['policy', 'sign', file, '--private-key', pair.public_key_path]).err, /this is a public key; name the private one/);
});

for (const args of [
  ['sign', 'x', '--private-key', 'a', '--key-file', 'b'], ['sign', 'x', '--key-file', 'a', '--key-env', 'b'], ['sign', 'x', '--key-id', 'a'],
  ['sign', 'x', '--key', 'secret'], ['sign'], ['verify'], ['verify', 'x', '--public-key', 'a', '--key-env', 'b'],
  ['verify', 'x', '--public-key', 'a', '--trust-dir', 'b'], ['keygen', 'x'], ['keygen', '--passphrase', '--passphrase-file', 'x'],
]) {
  test(`policy ${args.join(' ')} is wrong usage`, () => {
    const done = cavra(['policy', ...args]);
    assert.equal(done.status, 2, done.err);
    assert.equal(done.out, '');
  });
}
