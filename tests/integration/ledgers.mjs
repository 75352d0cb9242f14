// SPDX-License-Identifier: Apache-2.0
//
// Ledgers to verify, and what the formats say about them written down once more: the chain of entries (docs/ledger.md), Merkle
// trees (RFC 9162 section 2.1), signed notes (https://c2sp.org/signed-note) and checkpoints.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, cavra, run, scratch } from './cavra.mjs';

export const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const number = (n) => String(n).padStart(20, '0');
export const segmentName = (first) => `segments/${number(first)}.jsonl`;
export const checkpointName = (size) => `checkpoints/${number(size)}`;

export function fill(directory, count, session = 's-1') {
  const done = run(join(build, 'tests/integration/ledger_fill'), [directory, String(count), session]);
  assert.deepEqual([done.status, done.err], [0, '']);
}

export function checkpoint(directory) {
  const done = cavra(['ledger', 'checkpoint', '--ledger', directory]);
  assert.deepEqual([done.status, done.err], [0, '']);
  return done.out;
}

export const keyOf = (directory) => cavra(['ledger', 'key', '--ledger', directory]).out.trim();

// { status, report } of a verification as JSON.
export function verify(directory, ...args) {
  const done = cavra(['ledger', 'verify', directory, '--json', ...args]);
  return { status: done.status, report: done.out ? JSON.parse(done.out) : null, err: done.err };
}

export function copy(directory) {
  const target = join(scratch('copy'), 'ledger');
  cpSync(directory, target, { recursive: true, verbatimSymlinks: true });
  return target;
}

export function segments(directory) {
  return readdirSync(join(directory, 'segments')).sort().map((name) => `segments/${name}`);
}

export function linesOf(directory) {
  return segments(directory).flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1));
}

// Puts the entries from that sequence on into a segment of their own, as if the one before had been full.
export function splitAt(directory, first) {
  const lines = linesOf(directory);
  assert.equal(segments(directory).length, 1);
  writeFileSync(join(directory, segmentName(1)), lines.slice(0, first - 1).map((line) => `${line}\n`).join(''));
  writeFileSync(join(directory, segmentName(first)), lines.slice(first - 1).map((line) => `${line}\n`).join(''));
  rmSync(join(directory, 'derived'), { recursive: true, force: true });
}

// RFC 8785, for texts, whole numbers and what they are in: what ECMAScript writes, with sorted names.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object')
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  return JSON.stringify(value);
}

export function recordHash(entry) {
  const { record_hash, ...rest } = entry;
  return sha256(canonical(rest)).toString('hex');
}

// All hashes anew, as somebody would who may write everything.
export function rechain(entries) {
  let previous = null;
  return entries.map((entry, i) => {
    const next = { ...entry, sequence: i + 1, previous_hash: previous };
    next.record_hash = previous = recordHash(next);
    return next;
  });
}

// A ledger's entries in one segment, without anything beside them.
export function rewrite(directory, entries) {
  for (const name of segments(directory)) rmSync(join(directory, name));
  for (const name of ['derived', 'state']) rmSync(join(directory, name), { recursive: true, force: true });
  writeFileSync(join(directory, segmentName(1)), entries.map((entry) => `${canonical(entry)}\n`).join(''));
}

export const removeCheckpoints = (directory, ...sizes) => {
  for (const size of sizes) rmSync(join(directory, checkpointName(size)));
};

export const move = (directory, from, to) => renameSync(join(directory, from), join(directory, to));

export const leaf = (line) => sha256(Buffer.of(0), line);
const node = (left, right) => sha256(Buffer.of(1), left, right);

export function treeHash(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return node(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

// RFC 9162 section 2.1.3.2
export function rootOfInclusion(index, size, hash, path) {
  let fn = index, sn = size - 1, r = hash;
  for (const p of path) {
    assert.notEqual(sn, 0);
    if (fn & 1 || fn === sn) {
      r = node(p, r);
      while (!(fn & 1) && fn !== 0) { fn >>= 1; sn >>= 1; }
    } else r = node(r, p);
    fn >>= 1;
    sn >>= 1;
  }
  assert.equal(sn, 0);
  return r;
}

// RFC 9162 section 2.1.4.2: throws unless the two roots belong together.
export function checkConsistency(first, second, firstHash, secondHash, proof) {
  const path = (first & (first - 1)) === 0 ? [firstHash, ...proof] : proof;
  let fn = first - 1, sn = second - 1;
  while (fn & 1) { fn >>= 1; sn >>= 1; }
  let fr = path[0], sr = path[0];
  for (const c of path.slice(1)) {
    assert.notEqual(sn, 0);
    if (fn & 1 || fn === sn) {
      fr = node(c, fr);
      sr = node(c, sr);
      while (!(fn & 1) && fn !== 0) { fn >>= 1; sn >>= 1; }
    } else sr = node(sr, c);
    fn >>= 1;
    sn >>= 1;
  }
  assert.equal(sn, 0);
  assert.deepEqual(fr, firstHash);
  assert.deepEqual(sr, secondHash);
}

// { origin, size, root } of a signed checkpoint, once its signature with that verifier key holds.
export function readCheckpoint(note, verifierKey) {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1), signatures = note.slice(end + 2).trimEnd().split('\n');
  const [, name, hash, key] = verifierKey.match(/^(.*?)\+([0-9a-f]{8})\+(.*)$/);
  const typed = Buffer.from(key, 'base64');
  assert.equal(typed[0], 1);
  assert.equal(sha256(name, '\n', typed).subarray(0, 4).toString('hex'), hash);
  const line = signatures.map((s) => s.split(' ')).find(([dash, who]) => dash === '—' && who === name);
  const bytes = Buffer.from(line[2], 'base64');
  assert.equal(bytes.subarray(0, 4).toString('hex'), hash);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  assert.ok(verifySignature(null, Buffer.from(text), publicKey, bytes.subarray(4)));
  const [origin, size, root] = text.split('\n');
  assert.equal(origin, name);
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), pem: publicKey.export({ format: 'pem', type: 'spki' }) };
}
