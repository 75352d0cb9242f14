// SPDX-License-Identifier: Apache-2.0
//
// Merkle trees against the definitions of RFC 9162 section 2.1, written down once more and recursively, as they stand there.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, run } from './cavra.mjs';

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const known = new Map();
// MTH(D[begin:begin + n])
function treeHash(begin, n) {
  const key = begin * 4096 + n;
  let hash = known.get(key);
  if (!hash) {
    const k = split(n);
    if (n === 0) hash = sha256();
    else if (n === 1) hash = sha256(Buffer.of(0), String(begin));
    else hash = sha256(Buffer.of(1), treeHash(begin, k), treeHash(begin + k, n - k));
    known.set(key, hash);
  }
  return hash;
}

// The largest power of two smaller than n.
function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// PATH(m, D[begin:begin + n])
function path(m, begin, n) {
  if (n === 1) return [];
  const k = split(n);
  return m < k ? [...path(m, begin, k), treeHash(begin + k, n - k)]
    : [...path(m - k, begin + k, n - k), treeHash(begin, k)];
}

// SUBPROOF(m, D[begin:begin + n], whole)
function subproof(m, begin, n, whole) {
  if (m === n) return whole ? [] : [treeHash(begin, n)];
  const k = split(n);
  return m <= k ? [...subproof(m, begin, k, whole), treeHash(begin + k, n - k)]
    : [...subproof(m - k, begin + k, n - k, false), treeHash(begin, k)];
}

const digestOf = (proofs) => sha256(Buffer.concat(proofs.flatMap((proof) => [Buffer.of(proof.length), ...proof])));

function line(n) {
  const indices = [...Array(n).keys()];
  const inclusion = digestOf(indices.map((m) => path(m, 0, n)));
  const consistency = digestOf(indices.map((m) => subproof(m + 1, 0, n, true)));
  return [n, ...[treeHash(0, n), inclusion, consistency].map((hash) => hash.toString('hex'))].join(' ');
}

const count = 1000;
const done = run(join(build, 'tests/integration/merkle_print'), [String(count)]);
const lines = done.out.trimEnd().split('\n');

test(`every proof of every tree of 0 to ${count} leaves is as the RFC defines it`, () => {
  assert.equal(done.status, 0);
  assert.equal(lines.length, count + 1);
  for (let n = 0; n <= count; n++) assert.equal(lines[n], line(n));
});

test('the two would differ when a single leaf did', () => {
  known.set(4096 * 3 + 1, sha256(Buffer.of(0), 'x'));
  for (const key of [...known.keys()]) if (key !== 4096 * 3 + 1) known.delete(key);
  assert.equal(line(3), lines[3]);
  assert.notEqual(line(4), lines[4]);
});
