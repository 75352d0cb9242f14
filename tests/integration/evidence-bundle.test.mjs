// SPDX-License-Identifier: Apache-2.0
//
// Making bundles: from a ledger and from the demonstration; what others make of the attestations in them.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, get, put, run, scratch } from './cavra.mjs';
import { canonical, rechain } from './ledgers.mjs';
import { bundleOf, decision, firstError, foreignBundle, keyPair, ledgerLines, makeLedger, merkleRoot, prettyJson, readManifest, sha256, signature, signedNote, verify } from './evidence.mjs';

const require = createRequire(import.meta.url);
const { crypto: sigstore, dsse } = require('@sigstore/core');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const pair = keyPair(), key = ['--public-key', pair.publicPath], signing = ['--private-key', pair.privatePath];
const load = (directory, name) => JSON.parse(get(directory, name));
const of = (session, targets, more = {}) => targets.map((target, i) => ({
  session, decision: decision({ session_id: session, decision_id: `dec_${session}_${i}`, target, mode: 'enforce', policy_digest: `sha256:${'1'.repeat(64)}`, ...more }),
}));

test('a demonstration becomes a bundle that verifies', () => {
  const bundle = bundleOf(null, ['--demo', ...signing, '--signer', 'me', '--classification', 'demo', '--retention-days', '30', '--legal-hold']);
  assert.deepEqual(readdirSync(bundle).sort(), ['attestation.intoto.jsonl', 'compliance-mapping.md', 'evidence.json', 'manifest.json',
    'pr-attestation.json', 'pr-attestation.md', 'retention-policy.json', 'sandbox-run-summary.json', 'siem-event.json']);
  assert.equal(verify(bundle, ...key).status, 'verified');
  const evidence = load(bundle, 'evidence.json'), manifest = readManifest(bundle), retention = load(bundle, 'retention-policy.json');
  assert.deepEqual([evidence.product, evidence.session_id, manifest.signer, retention.classification, retention.disposition, retention.retention_days],
    ['CAVRA', 'demo-session', 'me', 'demo', 'retain', 30]);
  assert.ok(evidence.decisions.length >= 7 && evidence.decisions.every((one) => one.session_id === 'demo-session'));
  // What a tool that knows only the manifest checks.
  assert.deepEqual(manifest.files.slice(0, 6).map((file) => file.path), ['evidence.json', 'pr-attestation.md', 'compliance-mapping.md',
    'siem-event.json', 'sandbox-run-summary.json', 'retention-policy.json']);
  for (const { path, sha256: digest, bytes } of manifest.files) {
    const text = readFileSync(join(bundle, path));
    assert.deepEqual([sha256(text), text.length], [digest, bytes]);
  }
  assert.equal(manifest.signature.value, signature(manifest, { pair }).value);
  const summary = load(bundle, 'sandbox-run-summary.json');
  const count = (word) => evidence.decisions.filter((one) => one.decision === word).length;
  assert.deepEqual([summary.events, summary.blocked, summary.approval_required], [evidence.decisions.length, count('block'), count('require_approval')]);
  for (const name of ['evidence.json', 'siem-event.json', 'retention-policy.json', 'manifest.json', 'pr-attestation.json', 'sandbox-run-summary.json'])
    assert.equal(get(bundle, name), prettyJson(load(bundle, name)).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`));
});

test('without a key, and with an HMAC key, it says what that is worth', () => {
  const bundle = bundleOf(null, ['--demo']);
  assert.equal(verify(bundle).status, 'integrity_only');
  assert.match(firstError(bundle, ...key), /the key is for Ed25519/);
  const hmac = put(scratch(), 'hmac', 'secret\n'), other = bundleOf(null, ['--demo', '--key-file', hmac, '--key-id', 'h']);
  assert.equal(verify(other, '--key-file', hmac).status, 'verified');
  for (const one of [bundle, other]) assert.ok(!readdirSync(one).includes('attestation.intoto.jsonl'));
});

// ---- from a ledger ----

test('what tells of somebody\'s work is theirs alone to read, and what is to be handed out is not', () => {
  const cwd = scratch('own'), home = scratch('home'), env = { HOME: home };
  const modeOf = (path) => (statSync(path).mode & 0o777).toString(8);
  const below = (directory) => readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.path, one.name));
  const done = (args) => {
    const result = cavra(args, { cwd, env });
    assert.ok([0, 3].includes(result.status), `${args.join(' ')}: ${result.err}`);
  };
  const started = cavra(['agent', 'start', '--tool', 'x'], { cwd, env });
  assert.equal(started.status, 0, started.err);
  put(cwd, '.cavra/policy.yaml', 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands: {allow: [make*]}\n');
  done(['evaluate', 'execute_command', 'make', '--record']);
  done(['evidence', 'bundle', '--session', 'local']);
  done(['evidence', 'export-siem', '.cavra/evidence/latest', '--provider', 'all']);
  done(['evidence', 'retention-policy', '.cavra/evidence/latest']);
  done(['evidence', 'storage-plan', '.cavra/evidence/latest']);
  done(['evidence', 'index', '.cavra/evidence/latest']);
  done(['ledger', 'export', 'tiles']);
  const files = [...below(join(cwd, '.cavra/evidence')), ...below(join(cwd, 'tiles')), ...below(join(home, '.cavra/ledger'))];
  assert.ok(files.length > 30, `${files.length} files`);
  for (const file of files) assert.equal(modeOf(file), '600', file);
  for (const directory of ['.cavra/evidence/latest', '.cavra/evidence/export', 'tiles', 'tiles/tile/0']) assert.equal(modeOf(join(cwd, directory)), '700', directory);
  assert.equal(modeOf(join(cwd, readdirSync(join(cwd, '.cavra')).filter((name) => name.startsWith('session-')).map((name) => `.cavra/${name}`)[0])), '600');
  // Who opened a file to others did so on purpose.
  chmodSync(join(cwd, '.cavra/evidence/latest/evidence.json'), 0o644);
  done(['evidence', 'bundle', '--session', 'local']);
  assert.equal(modeOf(join(cwd, '.cavra/evidence/latest/evidence.json')), '644');
  done(['evidence', 'trust-root', pair.publicPath]);
  assert.equal(modeOf(join(cwd, '.cavra/keys/evidence-trust-root.json')), '644');
});

const entries = [...of('s1', ['make 1', 'make 2']), ...of('s2', ['make 3']), { session: 's1', event_type: 'cavra.session.ended', body: {} }, ...of('s1', ['make 4'])];
const ledger = makeLedger(scratch('ledger'), entries);

test('what is too much for one bundle is told, and fits into several', () => {
  const at = (i) => `2026-01-02T03:04:05.${String(i + 1).padStart(6, '0')}Z`; // of record i
  const text = 'x'.repeat(60000), n = 150; // 8 MiB are 139 of them
  const long = makeLedger(scratch('long'), Array.from({ length: n }, (_, i) => ({ session: 's', decision: decision({ session_id: 's', decision_id: `d${i}`, target: `make ${i}`, reason: text }) })));
  const all = cavra(['evidence', 'bundle', '--session', 's', '--ledger', long, '--output', join(scratch(), 'b')]);
  assert.deepEqual([all.status, /more than 8388608 bytes; make several bundles of them, with --since and --until/.test(all.err)], [1, true], all.err);
  const halves = [['--until', at(60)], ['--since', at(60), '--until', at(120)], ['--since', at(120)]].map((range) => bundleOf(long, ['--session', 's', ...range, ...signing]));
  assert.deepEqual(halves.flatMap((bundle) => load(bundle, 'evidence.json').decisions.map((one) => one.target)), Array.from({ length: n }, (_, i) => `make ${i}`));
  for (const bundle of halves) assert.equal(verify(bundle, ...key).status, 'verified');
  // Of all entries, too: then none may be missing between the first and the last.
  const some = bundleOf(long, ['--since', at(5), '--until', at(9), ...signing]);
  assert.equal(verify(some, ...key).status, 'verified');
  assert.equal(load(some, 'evidence.json').decisions.length, 4);
  assert.equal(cavra(['evidence', 'bundle', '--until', 'noon', '--ledger', long]).status, 2);
  assert.match(cavra(['evidence', 'bundle', '--session', 's', '--until', at(-1), '--ledger', long]).err, /no entries of the session s of that time/);
});

test('an index that is not that of the ledger makes no bundle', () => {
  const other = makeLedger(scratch('index'), entries);
  const bundle = () => cavra(['evidence', 'bundle', '--session', 's1', '--ledger', other, '--output', join(scratch(), 'b')]);
  assert.equal(bundle().status, 0);
  const tree = join(other, 'derived/tree'), bytes = readFileSync(tree);
  bytes[2 * 32 + 5] ^= 1; // of the first two entries
  writeFileSync(tree, bytes);
  assert.match(bundle().err, /the index is not that of the ledger; run cavra ledger rebuild/);
  assert.equal(cavra(['ledger', 'rebuild', '--ledger', other]).status, 0);
  assert.equal(bundle().status, 0);
});

test('a session is bundled with the proof of each of its entries', () => {
  const bundle = bundleOf(ledger, ['--session', 's1', ...signing]);
  assert.equal(verify(bundle, ...key).status, 'verified');
  const proofs = load(bundle, 'ledger.json'), lines = ledgerLines(entries);
  assert.deepEqual(proofs.entries.map((entry) => entry.sequence), [2, 3, 5, 6]);
  assert.deepEqual(proofs.entries.map((entry) => entry.line), [1, 2, 4, 5].map((i) => lines[i]));
  assert.equal(proofs.root_hash, merkleRoot(lines).toString('hex'));
  const range = { origin: `cavra.ledger/${'f00d'.repeat(8)}`, first_sequence: 2, last_sequence: 6, entries: 4, tree_size: 6, root_hash: proofs.root_hash };
  for (const name of ['evidence.json', 'manifest.json', 'pr-attestation.json']) assert.deepEqual(load(bundle, name).ledger, range);
  assert.deepEqual(load(bundle, 'evidence.json').decisions.map((one) => one.target), ['make 1', 'make 2', 'make 4']);
  assert.match(get(bundle, 'pr-attestation.md'), /Entries: 2 to 6 of 6/);
});

test('the newest checkpoint that covers the entries says which tree they are in, and its key is checked', () => {
  const directory = makeLedger(scratch('noted'), entries), lines = ledgerLines(entries), origin = `cavra.ledger/${'f00d'.repeat(8)}`;
  const log = keyPair(), other = keyPair();
  const note = (size, by = log, name = origin, root = merkleRoot(lines.slice(0, size))) => signedNote(`${name}\n${size}\n${root.toString('base64')}\n`, by, origin);
  const store = (size, text) => put(directory, `checkpoints/${String(size).padStart(20, '0')}`, text);
  const vkey = put(scratch(), 'log.key', `${note(1).key}\n`), wrong = put(scratch(), 'other.key', `${note(1, other).key}\n`);
  store(3, note(3).note);
  const make = (session) => bundleOf(directory, ['--session', session, ...signing]);
  const uncovered = make('s1');
  assert.equal(load(uncovered, 'ledger.json').checkpoint, undefined);
  assert.match(firstError(uncovered, ...key, '--ledger-key', vkey), /^ledger.json: there is no checkpoint in it/);
  store(5, note(5).note);
  const bundle = make('s2');
  assert.deepEqual([load(bundle, 'ledger.json').tree_size, load(bundle, 'ledger.json').checkpoint], [5, note(5).note]);
  assert.ok(!verify(bundle, ...key, '--ledger-key', vkey).not_checked.some((text) => text.includes('checkpoint')));
  assert.ok(verify(bundle, ...key).not_checked.some((text) => text.includes('--ledger-key')));
  assert.match(firstError(bundle, ...key, '--ledger-key', wrong), /^ledger.json: the checkpoint is not signed with the key of the ledger/);
  const refuse = () => cavra(['evidence', 'bundle', '--ledger', directory, '--session', 's2', '--output', join(scratch(), 'b')]);
  for (const bad of [note(5, log, 'cavra.ledger/x'), note(5, log, origin, Buffer.alloc(32)), note(4)]) {
    store(5, bad.note);
    assert.match(refuse().err, /is not of this ledger|of another size|is of \d+ entries/);
  }
  store(5, 'no note');
  assert.equal(refuse().status, 1);
});

test('what was decided since a time is bundled, of all sessions or of one', () => {
  const since = ['--since', '2026-01-02T03:04:05.000002Z'];
  const all = bundleOf(ledger, [...since, ...signing]);
  assert.equal(verify(all, ...key).session_id, 'entries-3-6');
  assert.deepEqual(load(all, 'evidence.json').decisions.map((one) => one.target), ['make 2', 'make 3', 'make 4']);
  const one = bundleOf(ledger, [...since, '--session', 's1', ...signing]);
  assert.deepEqual(load(one, 'evidence.json').decisions.map((record) => record.target), ['make 2', 'make 4']);
  assert.equal(verify(one, ...key).status, 'verified');
});

test('where the clock went back, nothing is left out between the first and the last entry', () => {
  const lines = ledgerLines(entries), directory = makeLedger(scratch('back'), entries), late = '2026-01-02T03:04:06.000000+00:00';
  const again = rechain(lines.map((line, i) => ({ ...JSON.parse(line), ...(i === 2 ? { timestamp: late } : {}) }))).map(canonical);
  put(directory, 'segments/00000000000000000001.jsonl', again.map((line) => `${line}\n`).join(''));
  const all = bundleOf(directory, ['--since', '2026-01-02T03:04:06Z', ...signing]);
  assert.deepEqual(load(all, 'ledger.json').entries.map((entry) => entry.sequence), [3, 4, 5, 6]);
  const { status, not_checked } = verify(all, ...key);
  assert.deepEqual([status, not_checked.some((text) => text.includes('of the session'))], ['verified', false]);
});

// By who can sign: all files are made again for what is left.
function withoutEntry(bundle, sequence, change = (ledger) => ledger) {
  const of = (name) => load(bundle, name), proofs = of('ledger.json'), evidence = of('evidence.json');
  proofs.entries = proofs.entries.filter((entry) => entry.sequence !== sequence);
  put(bundle, 'ledger.json', prettyJson(change(proofs)));
  evidence.ledger.entries = proofs.entries.length;
  put(bundle, 'evidence.json', prettyJson(evidence));
  const manifest = of('manifest.json');
  manifest.ledger.entries = proofs.entries.length;
  for (const name of ['pr-attestation.json', 'siem-event.json']) {
    const one = of(name);
    if (one.ledger) one.ledger.entries = proofs.entries.length;
    put(bundle, name, prettyJson(one));
  }
  manifest.files = manifest.files.filter(({ path }) => path !== 'attestation.intoto.jsonl');
  rmSync(join(bundle, 'attestation.intoto.jsonl'));
  for (const file of manifest.files) {
    const bytes = readFileSync(join(bundle, file.path));
    Object.assign(file, { bytes: bytes.length, sha256: sha256(bytes) });
  }
  const { signature: before, ...rest } = manifest;
  put(bundle, 'manifest.json', prettyJson({ ...rest, signature: { ...signature(rest, { pair }), key_id: before.key_id } }));
  return bundle;
}

test('of a bundle of all entries none may be missing, whoever signs', () => {
  const outcome = { session: 's1', event_type: 'cavra.outcome', body: { outcome: 'failed' } };
  const directory = makeLedger(scratch('outcome'), [...entries.slice(0, 2), outcome, ...entries.slice(2)]);
  const all = () => bundleOf(directory, ['--since', '2026-01-01T00:00:00Z', ...signing]);
  assert.equal(firstError(withoutEntry(all(), 4), ...key),
    'ledger.json: entry 4: entries 4 to 4 of the ledger are missing in front of it');
  // Saying that they are of one session does not help: of which, evidence.json says as well.
  assert.equal(firstError(withoutEntry(bundleOf(directory, ['--session', 's1', ...signing]), 4, (one) => ({ ...one, session_id: 's2' })), ...key),
    'ledger.json: it is of the session s2, and evidence.json of another');
  const session = verify(withoutEntry(bundleOf(directory, ['--session', 's1', ...signing]), 4), ...key);
  assert.equal(session.status, 'verified');
  assert.ok(session.not_checked.some((text) => text.startsWith('whether decisions of the session are missing')));
});

test('what was recorded here becomes a bundle, with a checkpoint that the ledger has signed', () => {
  const home = scratch('home'), env = { HOME: home }, cwd = scratch('repo');
  const record = (target, session) => cavra(['evaluate', 'execute_command', target, '--record', '--session-id', session, '--json',
    '--policy-pack', 'cavra-ai-agent-baseline'], { env, cwd });
  const printed = ['ls', 'terraform apply', 'git status'].map((target) => record(target, 'mine'));
  record('ls', 'other');
  const directory = join(scratch(), 'b');
  const made = cavra(['evidence', 'bundle', '--session', 'mine', '--output', directory, ...signing], { env, cwd });
  assert.equal(made.status, 0, made.err);
  const ledgerKey = cavra(['ledger', 'key'], { env });
  assert.equal(ledgerKey.status, 0, ledgerKey.err);
  const report = verify(directory, ...key, '--ledger-key', ledgerKey.out.trim());
  assert.equal(report.status, 'verified');
  assert.equal(report.not_checked.length, 1);
  assert.match(report.not_checked[0], /^whether decisions of the session are missing: the ledger shows it/);
  assert.deepEqual(load(directory, 'evidence.json').decisions.map((one) => one.decision_id), printed.map(({ out }) => JSON.parse(out).decision_id));
  assert.equal(verify(directory, ...key, '--ledger-key', put(scratch(), 'k', ledgerKey.out)).status, 'verified');
  const others = signedNote('x\n', keyPair(), load(directory, 'ledger.json').origin).key;
  assert.match(firstError(directory, ...key, '--ledger-key', others), /not signed with the key of the ledger/);
});

test('what is not there is not bundled', () => {
  const refuse = (...args) => {
    const done = cavra(['evidence', 'bundle', '--output', join(scratch(), 'b'), ...args]);
    assert.notEqual(done.status, 0);
    return done.err;
  };
  assert.match(refuse('--ledger', ledger, '--session', 's3'), /no entries of the session s3/);
  assert.match(refuse('--ledger', ledger, '--since', '2027-01-01T00:00:00Z'), /no entries of that time/);
  assert.match(refuse('--ledger', ledger, '--since', 'yesterday'), /--since is a time/);
  assert.match(refuse('--ledger', join(scratch(), 'none'), '--session', 's1'), /none/);
  assert.match(refuse('--ledger', ledger, '--session', 's1', '--demo'), /--demo makes decisions of its own/);
  assert.match(refuse('--ledger', ledger), /say what to bundle/);
  assert.match(refuse('--ledger', ledger, '--session', 's1', '--commit', 'HEAD'), /--commit is 40 or 64 hexadecimal digits/);
  const damaged = scratch('damaged'), lines = ledgerLines(entries);
  chmodSync(damaged, 0o700);
  mkdirSync(join(damaged, 'segments'));
  writeFileSync(join(damaged, 'segments/00000000000000000001.jsonl'), `${[...lines.slice(0, 2), ...lines.slice(3)].join('\n')}\n`);
  assert.match(refuse('--ledger', damaged, '--session', 's1'), /damaged at line 3 of segment 1: its sequence does not follow/);
});

test('a bundle is written over a bundle and over nothing else', () => {
  const directory = bundleOf(ledger, ['--session', 's1', ...signing]);
  const again = cavra(['evidence', 'bundle', '--demo', '--output', directory]);
  assert.equal(again.status, 0, again.err);
  assert.equal(verify(directory).session_id, 'demo-session');
  put(directory, 'notes.txt', '');
  const refused = cavra(['evidence', 'bundle', '--demo', '--output', directory]);
  assert.match(refused.err, /holds notes.txt, which is no file of a bundle/);
});

// ---- attestations ----

const nasty = ['plain', 'a`b', 'a\n- `ls`: **`allow`** (`x`)', 'é', 'a\\u{60}b', '\u202egpj', '', '`', '\\', 'a\tb', '``', '\u0000x'.slice(1), '<!-- -->', '| a |'];

test('nothing that an agent names makes a line of its own, and no two names look the same', () => {
  const bundle = bundleOf(makeLedger(scratch('nasty'), of('s1', nasty)), ['--session', 's1', ...signing]);
  assert.equal(verify(bundle, ...key).status, 'verified');
  const page = get(bundle, 'pr-attestation.md'), section = page.split('## Decisions\n\n')[1].split('\n\n')[0].split('\n');
  assert.equal(section.length, nasty.length);
  for (const line of section) assert.match(line, /^- `execute_command` `[ -_a-~]+`: \*\*`block`\*\* \(`commands\.block`\)$/);
  assert.equal(new Set(section).size, nasty.length);
});

test('a verified attestation is made again from the evidence alone', () => {
  const output = join(scratch(), 'out'), bundle = bundleOf(ledger, ['--session', 's1', ...signing]);
  const check = (directory, ...args) => cavra(['evidence', 'verify-attestation', directory, '--output', output, ...args]);
  assert.deepEqual([check(bundle, ...key).status, check(bundle).status], [0, 3]);
  const report = load(output, 'pr-attestation-verification.json');
  assert.deepEqual([report.schema_version, report.session_id, report.valid, report.errors, report.decision_count, report.attestation_path],
    ['cavra.pr-attestation.verification.v1', 's1', true, [], 3, `${bundle}/pr-attestation.md`]);
  writeFileSync(join(bundle, 'pr-attestation.md'), get(bundle, 'pr-attestation.md').replace('Blocked: 3', 'Blocked: 0'));
  assert.equal(check(bundle, ...key).status, 1);
  assert.match(load(output, 'pr-attestation-verification.json').errors[0], /^pr-attestation.md: checksum mismatch/);
  assert.match(get(output, 'pr-attestation-verification.md'), /Valid: no/);
  const foreign = check(foreignBundle({ pair }), ...key);
  assert.deepEqual([foreign.status, /another tool has written this/.test(foreign.out)], [1, true]);
});

const statementsOf = (bundle) => get(bundle, 'attestation.intoto.jsonl').trimEnd().split('\n').map((line) => {
  const envelope = JSON.parse(line);
  return { envelope, statement: JSON.parse(Buffer.from(envelope.payload, 'base64')) };
});

test('the envelopes verify with @sigstore/core and with openssl', () => {
  const bundle = bundleOf(ledger, ['--session', 's1', ...signing]), other = keyPair(), directory = scratch('openssl');
  const all = statementsOf(bundle);
  assert.equal(all.length, 3);
  for (const { envelope } of all) {
    assert.equal(envelope.payloadType, 'application/vnd.in-toto+json');
    const encoded = dsse.preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
    const [{ sig, keyid }] = envelope.signatures;
    assert.equal(keyid, pair.fingerprint.slice(0, 16));
    const bytes = Buffer.from(sig, 'base64');
    assert.equal(sigstore.verify(encoded, createPublicKey(pair.pem), bytes), true);
    assert.equal(sigstore.verify(encoded, createPublicKey(other.pem), bytes), false);
    assert.equal(sigstore.verify(Buffer.concat([encoded, Buffer.of(10)]), createPublicKey(pair.pem), bytes), false);
    writeFileSync(join(directory, 'pae'), encoded);
    writeFileSync(join(directory, 'sig'), bytes);
    const openssl = (file) => run('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', file, '-rawin', '-in', join(directory, 'pae'), '-sigfile', join(directory, 'sig')]).status;
    assert.deepEqual([openssl(pair.publicPath), openssl(other.publicPath)], [0, 1]);
  }
});

test('sigstore\'s verifier takes the envelopes as they are, with the key of their signer alone', () => {
  const bundle = bundleOf(ledger, ['--session', 's1', ...signing]);
  const verdict = (envelope, { pem, fingerprint }) => {
    const material = toTrustMaterial({ certificateAuthorities: [], ctlogs: [], tlogs: [], timestampAuthorities: [] }, (hint) => {
      assert.equal(hint, fingerprint.slice(0, 16));
      return { publicKey: createPublicKey(pem), validFor: () => true };
    });
    const entity = toSignedEntity(bundleFromJSON({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: fingerprint.slice(0, 16) }, tlogEntries: [] },
      dsseEnvelope: envelope,
    }));
    try {
      new Verifier(material, { ctlogThreshold: 0, tlogThreshold: 0 }).verify(entity);
      return 'verified';
    } catch (error) {
      return error.code;
    }
  };
  for (const { envelope, statement } of statementsOf(bundle)) {
    assert.equal(verdict(envelope, pair), 'verified');
    assert.equal(verdict(envelope, keyPair()), 'SIGNATURE_ERROR');
    const payload = Buffer.from(JSON.stringify({ ...statement, subject: [] })).toString('base64');
    assert.equal(verdict({ ...envelope, payload }, pair), 'SIGNATURE_ERROR');
    assert.equal(verdict({ ...envelope, payloadType: 'text/plain' }, pair), 'SIGNATURE_ERROR');
  }
});

test('the statements are about the commit, and say what became of the decisions', () => {
  const commit = 'c'.repeat(40), tree = 'd'.repeat(40);
  const subject = ['--commit', commit, '--tree', tree, '--repository', 'https://git.example/x.git', '--branch', 'main'];
  const bundle = bundleOf(ledger, ['--session', 's1', ...signing, ...subject]);
  const [summary, result, own] = statementsOf(bundle).map(({ statement }) => statement);
  for (const statement of [summary, result, own]) {
    assert.equal(statement._type, 'https://in-toto.io/Statement/v1');
    assert.deepEqual(statement.subject, [{ name: 'https://git.example/x.git', digest: { gitCommit: commit } }, { name: 'https://git.example/x.git', digest: { gitTree: tree } }]);
  }
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
  assert.equal(summary.predicateType, 'https://slsa.dev/verification_summary/v1');
  assert.deepEqual([summary.predicate.verificationResult, summary.predicate.policy, summary.predicate.inputAttestations, summary.predicate.resourceUri],
    ['PASSED', { uri: 'urn:cavra:policy', digest: { sha256: '1'.repeat(64) } }, [{ uri: 'evidence.json', digest: { sha256: sha256(readFileSync(join(bundle, 'evidence.json'))) } }],
      `git+https://git.example/x.git@${commit}`]);
  assert.match(summary.predicate.timeVerified, time);
  assert.equal(result.predicateType, 'https://in-toto.io/attestation/svr/v0.1');
  assert.match(result.predicate.timeCreated, time);
  assert.deepEqual(result.predicate.properties, ['CAVRA_NOTHING_FORBIDDEN_LET_THROUGH', 'CAVRA_NO_APPROVAL_NEEDED', 'CAVRA_DECISIONS_IN_LEDGER']);
  assert.deepEqual([own.predicate.sessions, own.predicate.decisions.total, own.predicate.decisions.blocked, own.predicate.ledger.tree_size], [['s1'], 3, 3, 6]);
  for (const name of ['evidence.json', 'manifest.json']) assert.deepEqual(load(bundle, name).subject, { repository: 'https://git.example/x.git', branch: 'main', commit, tree });
});

test('the summary fails when something forbidden was let through', () => {
  const verdict = (more) => {
    const bundle = bundleOf(makeLedger(scratch('modes'), of('s1', ['make'], more)), ['--session', 's1', ...signing]);
    return statementsOf(bundle)[0].statement.predicate.verificationResult;
  };
  assert.equal(verdict({ mode: 'enforce' }), 'PASSED');
  assert.equal(verdict({ mode: 'strict' }), 'PASSED');
  assert.equal(verdict({ mode: 'audit_only' }), 'FAILED');
  assert.equal(verdict({ mode: 'break_glass' }), 'FAILED');
  assert.equal(verdict({ mode: undefined }), 'FAILED');
  assert.equal(verdict({ mode: 'audit_only', decision: 'allow' }), 'PASSED');
  // What nobody knows permits nothing.
  assert.equal(verdict({ mode: 'audit_only', decision: 'ponder' }), 'FAILED');
  assert.equal(verdict({ mode: 'audit_only', decision: 'require_approval' }), 'FAILED');
  assert.equal(verdict({ mode: 'audit_only', decision: 'require_approval', approval: { state: 'approved' } }), 'PASSED');
  assert.equal(verdict({ mode: 'audit_only', decision: 'require_approval', approval: { state: 'pending' } }), 'FAILED');
});

test('approvals have a section of their own', () => {
  const approval = { approval_id: 'apr_1', state: 'approved', decided_by: 'ann`', approver_group: 'g' };
  const bundle = bundleOf(makeLedger(scratch('approved'), of('s1', ['make'], { decision: 'require_approval', approval })), ['--session', 's1', ...signing]);
  assert.match(get(bundle, 'pr-attestation.md'), /\n## Approval Outcomes\n\n- `apr_1` `make`: `approved` by `ann\\u\{60\}`\n/);
});
