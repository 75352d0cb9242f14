// SPDX-License-Identifier: Apache-2.0
//
// Bundles of evidence as other tools write them, made with Node's own crypto, and keys for them.

import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cavra, put, scratch } from './cavra.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// What Python's json.dumps(value, sort_keys=True) prints.
export function pythonJson(value) {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value).sort().map((key) => `${pythonJson(key)}: ${pythonJson(value[key])}`).join(', ')}}`;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Files of JSON: sorted, two spaces.
export function prettyJson(value) {
  const sorted = (one) => (Array.isArray(one) ? one.map(sorted)
    : one !== null && typeof one === 'object' ? Object.fromEntries(Object.keys(one).sort().map((key) => [key, sorted(one[key])]))
      : one);
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

export function keyPair(directory = scratch('keys'), name = 'k') {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return {
    privateKey, publicKey, pem, fingerprint: sha256(pem),
    publicPath: put(directory, `${name}.public.pem`, pem),
    privatePath: (() => {
      const path = join(directory, `${name}.private.pem`);
      writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      return path;
    })(),
  };
}

export const canonical = (document) => {
  const { signature, ...rest } = document;
  return Buffer.from(pythonJson(rest));
};

// how: {hmac: text}, {pair: keyPair(), keyId}, or nothing.
export function signature(document, how = {}) {
  const bytes = canonical(document);
  if (how.hmac !== undefined)
    return { algorithm: 'HS256', value: createHmac('sha256', how.hmac).update(bytes).digest('base64') };
  if (how.pair)
    return {
      algorithm: 'Ed25519', value: sign(null, bytes, how.pair.privateKey).toString('base64'),
      key_id: how.keyId ?? how.pair.fingerprint.slice(0, 16), public_key_sha256: how.pair.fingerprint,
    };
  return { algorithm: 'SHA256', value: sha256(bytes) };
}

export const decision = (more = {}) => ({
  decision_id: 'dec_0123456789ab', session_id: 's1', action_type: 'execute_command', target: 'terraform apply',
  decision: 'block', severity: 'critical', rule_id: 'commands.block', policy_pack: 'cavra-ai-agent-baseline', ...more,
});

const order = ['evidence.json', 'pr-attestation.md', 'compliance-mapping.md', 'siem-event.json', 'sandbox-run-summary.json',
  'retention-policy.json'];

// The seven files of another tool. change(files, manifest) happens before anything is signed.
export function foreignBundle(how = {}, { createdAt = '2026-01-02T03:04:05.000006+00:00', change = () => {}, days = 2555 } = {}) {
  const directory = scratch('bundle'), decisions = [decision(), decision({ decision: 'require_approval' }), decision({ decision: 'allow' })];
  const until = new Date(Date.parse(createdAt) + days * 86400000).toISOString().slice(0, 19) + createdAt.slice(19);
  const files = {
    'evidence.json': prettyJson({ product: 'CAVRA', tagline: 't', session_id: 's1', created_at: createdAt, decisions }),
    'pr-attestation.md': '# CAVRA PR Attestation\n\nSession: `s1`\n',
    'compliance-mapping.md': '# CAVRA Compliance Mapping\n',
    'siem-event.json': prettyJson({ event_type: 'cavra.evidence_bundle', product: 'CAVRA', session_id: 's1', decision_count: 3 }),
    'sandbox-run-summary.json': prettyJson({ session_id: 's1', created_at: createdAt, events: 3, blocked: 1, approval_required: 1 }),
    'retention-policy.json': prettyJson({
      schema_version: 'cavra.evidence.retention.v1', product: 'CAVRA', session_id: 's1', classification: 'regulated-sdlc',
      created_at: createdAt, retention_days: days, retain_until: until, legal_hold: false, delete_protection: true,
      disposition: 'eligible_for_review_after_retain_until',
    }),
  };
  const manifest = { schema_version: 'cavra.evidence.bundle.v1', product: 'CAVRA', created_at: createdAt, signer: 'équipe' };
  change(files, manifest);
  manifest.files ??= order.filter((name) => name in files)
    .map((path) => ({ path, sha256: sha256(files[path]), bytes: Buffer.byteLength(files[path]) }));
  manifest.signature ??= signature(manifest, how);
  for (const [name, text] of Object.entries(files)) put(directory, name, text);
  put(directory, 'manifest.json', prettyJson(manifest));
  return directory;
}

export function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
}

// What verify reports; its exit status must agree.
export function judge(directory, ...args) {
  const done = cavra(['evidence', 'verify', directory, '--json', ...args]);
  assert.equal(done.err, '');
  const report = JSON.parse(done.out);
  assert.equal(report.schema_version, 'cavra.evidence.verification.v1');
  assert.equal(done.status, { verified: 0, integrity_only: 3, failed: 1 }[report.status]);
  assert.equal(report.errors.length > 0, report.status === 'failed');
  return report;
}

// The same, and its text must agree too.
export function verify(directory, ...args) {
  const report = judge(directory, ...args), text = cavra(['evidence', 'verify', directory, ...args]);
  assert.ok(text.out.startsWith({ verified: 'verified: ', integrity_only: 'integrity only: ', failed: 'not verified\n' }[report.status]));
  for (const { file, error } of report.errors) assert.ok(text.out.includes(file ? `${file}: ${error}` : error));
  return report;
}

// The first thing that is wrong.
export function firstError(directory, ...args) {
  const { status, errors } = verify(directory, ...args);
  assert.equal(status, 'failed');
  return `${errors[0].file}: ${errors[0].error}`;
}

export function trustRoot(pair, ...args) {
  const path = join(scratch('trust'), 'root.json');
  const done = cavra(['evidence', 'trust-root', pair.publicPath, '--output', path, ...args]);
  assert.equal(done.status, 0, done.err);
  return path;
}


// ---- ledgers ----

// What RFC 8785 makes of plain values.
const compact = (value) => JSON.stringify(value, (key, one) => (one !== null && typeof one === 'object' && !Array.isArray(one)
  ? Object.fromEntries(Object.keys(one).sort().map((name) => [name, one[name]])) : one));

export function ledgerLines(records, { id = 'f00d'.repeat(8), start = '2026-01-02T03:04:05' } = {}) {
  const drafts = [{ event_type: 'cavra.ledger.created', session: '', body: { ledger_id: id, program: 'test' } },
    ...records.map((record) => ({
      event_type: 'cavra.decision', body: { decision: record.decision, context: {} }, ...record,
    }))];
  let previous = null;
  return drafts.map((draft, i) => {
    const entry = {
      body: draft.body, event_type: draft.event_type, previous_hash: previous, schema_version: 'cavra.ledger.entry.v1', sequence: i + 1,
      session_id: draft.session, timestamp: `${start}.${String(i).padStart(6, '0')}+00:00`,
    };
    previous = sha256(compact(entry));
    return compact({ ...entry, record_hash: previous });
  });
}

// A ledger as it stands on disk. records: {session, decision}, or {session, event_type, body}.
export function makeLedger(directory, records, options) {
  chmodSync(directory, 0o700);
  mkdirSync(join(directory, 'segments'), { mode: 0o700 });
  put(directory, 'segments/00000000000000000001.jsonl', ledgerLines(records, options).map((line) => `${line}\n`).join(''));
  return directory;
}

export function bundleOf(ledger, args) {
  const directory = join(scratch('bundle'), 'bundle');
  const done = cavra(['evidence', 'bundle', ...(ledger ? ['--ledger', ledger] : []), '--output', directory, ...args]);
  assert.equal(done.status, 0, done.err);
  return directory;
}

// The root of lines by the definition of RFC 9162.
export function merkleRoot(lines) {
  const hash = (...parts) => parts.reduce((state, part) => state.update(part), createHash('sha256')).digest();
  if (lines.length === 1) return hash(Buffer.of(0), lines[0]);
  let k = 1;
  while (k * 2 < lines.length) k *= 2;
  return hash(Buffer.of(1), merkleRoot(lines.slice(0, k)), merkleRoot(lines.slice(k)));
}

// A signed note, and the line that says by which key.
export function signedNote(text, pair, name) {
  const public32 = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(12);
  const id = createHash('sha256').update(`${name}\n\u0001`).update(public32).digest().subarray(0, 4);
  const value = Buffer.concat([id, sign(null, Buffer.from(text), pair.privateKey)]).toString('base64');
  return {
    note: `${text}\n\u2014 ${name} ${value}\n`,
    key: `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(1), public32]).toString('base64')}`,
  };
}
