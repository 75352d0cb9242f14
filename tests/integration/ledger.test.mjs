// SPDX-License-Identifier: Apache-2.0
//
// The ledger commands, and everything that they give to others checked by a reader of its own, written from the specifications.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { build, cavra, cavraProgram, put, scratch } from './cavra.mjs';
import {
  checkConsistency, checkpoint, checkpointName, copy, fill, keyOf, leaf, linesOf, readCheckpoint, rechain, recordHash, rewrite,
  rootOfInclusion, segmentName, treeHash, verify,
} from './ledgers.mjs';

const ledger = join(scratch('ledger'), 'l');
fill(ledger, 4);
const early = checkpoint(ledger);
fill(ledger, 690, 's-2');
const late = checkpoint(ledger);
const key = keyOf(ledger);
const lines = linesOf(ledger);
const leaves = lines.map(leaf);
const at = (args, options) => cavra(['ledger', ...args, '--ledger', ledger], options);

test('every entry is chained as the format says', () => {
  const entries = lines.map((line) => JSON.parse(line));
  assert.deepEqual(entries, rechain(entries));
  for (const entry of entries) assert.equal(entry.record_hash, recordHash(entry));
});

test('a checkpoint is a signed note of the size and root', () => {
  for (const [note, size] of [[early, 6], [late, 696]]) {
    const says = readCheckpoint(note, key);
    assert.equal(says.size, size);
    assert.deepEqual(says.root, treeHash(leaves.slice(0, size)));
    assert.equal(readFileSync(join(ledger, checkpointName(size)), 'utf8'), note);
  }
  assert.equal(checkpoint(ledger), late);
  assert.equal(statSync(join(ledger, 'checkpoint-key.pem')).mode & 0o777, 0o600);
  const told = lines.map((line) => JSON.parse(line)).filter((entry) => entry.event_type === 'cavra.ledger.key.created');
  assert.deepEqual(told.map((entry) => entry.body.verifier_key), [key]);
});

test('proofs of inclusion hold for an independent verifier and for ours', () => {
  for (const [sequence, size] of [[1, 6], [6, 6], [1, 696], [5, 696], [256, 696], [257, 696], [696, 696]]) {
    const done = at(['prove', String(sequence), '--size', String(size)]);
    const proof = JSON.parse(done.out);
    assert.equal(proof.entry, lines[sequence - 1]);
    assert.deepEqual([proof.index, proof.size, proof.kind], [sequence - 1, size, 'inclusion']);
    const root = rootOfInclusion(proof.index, size, leaf(proof.entry), proof.hashes.map((hash) => Buffer.from(hash, 'base64')));
    assert.deepEqual(root, readCheckpoint(proof.checkpoint, key).root);
    const file = put(scratch(), 'proof.json', done.out);
    assert.equal(cavra(['ledger', 'verify', '--proof', file, '--public-key', key]).status, 0);
    assert.equal(cavra(['ledger', 'verify', '--proof', file]).status, 3);
  }
  assert.equal(JSON.parse(at(['prove', '3']).out).size, 696);
});

test('proofs that the ledger only grew', () => {
  const done = at(['prove', '--from', '6', '--to', '696']);
  const proof = JSON.parse(done.out);
  const [old, now] = [proof.from_checkpoint, proof.checkpoint].map((note) => readCheckpoint(note, key));
  checkConsistency(old.size, now.size, old.root, now.root, proof.hashes.map((hash) => Buffer.from(hash, 'base64')));
  assert.equal(cavra(['ledger', 'verify', '--proof', '-', '--public-key', key], { input: done.out }).status, 0);
  const report = JSON.parse(cavra(['ledger', 'verify', '--proof', '-', '--json'], { input: done.out }).out);
  assert.deepEqual([report.status, report.kind, report.from, report.size], ['integrity_only', 'consistency', 6, 696]);
});

test('what cannot be proved is said', () => {
  for (const [args, status, why] of [
    [['prove', '697'], 1, /no entry 697; the last one is 696/],
    [['prove', '7', '--size', '6'], 1, /older than entry 7/],
    [['prove', '3', '--size', '7'], 1, /no checkpoint of 7 entries/],
    [['prove', '3', '--size', '700'], 1, /has 696 entries, not 700/],
    [['prove', '--from', '6'], 2, /name an entry/],
    [['prove'], 2, /name an entry/],
    [['prove', '3', '--from', '6', '--to', '696'], 2, /name an entry/],
    [['prove', '--from', '696', '--to', '6'], 1, /earlier size/],
    [['prove', '0'], 2, /from 1 on/],
    [['show', '5-3'], 2, /first entry comes first/],
    [['show', 'x'], 2, /from 1 on/],
    [['show', '697'], 1, /no entry 697/],
  ]) {
    const done = at(args);
    assert.deepEqual([done.status, done.out], [status, ''], args.join(' '));
    assert.match(done.err, why);
  }
});

// https://c2sp.org/tlog-tiles, read by itself: nothing here knows how the export was written.
function readExport(directory) {
  const note = readFileSync(join(directory, 'checkpoint'), 'utf8');
  const says = readCheckpoint(note, key);
  const seen = new Set(['checkpoint']);
  const path = (kind, n, width) => {
    const groups = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0').match(/.../g);
    const encoded = groups.map((group, i) => (i + 1 < groups.length ? `x${group}` : group)).join('/');
    const name = `tile/${kind}/${encoded}${width < 256 ? `.p/${width}` : ''}`;
    seen.add(name);
    return readFileSync(join(directory, name));
  };
  const widths = (count) => Array.from({ length: Math.ceil(count / 256) }, (_, i) => Math.min(256, count - 256 * i));
  const entries = widths(says.size).flatMap((width, n) => {
    const bytes = path('entries', n, width), found = [];
    let offset = 0;
    for (let i = 0; i < width; i++) {
      const length = bytes.readUInt16BE(offset);
      found.push(bytes.subarray(offset + 2, offset + 2 + length));
      offset += 2 + length;
    }
    assert.equal(offset, bytes.length);
    return found;
  });
  let level = entries.map((entry) => leaf(entry));
  for (let l = 0; level.length; l++) {
    widths(level.length).forEach((width, n) => {
      assert.deepEqual(path(l, n, width), Buffer.concat(level.slice(256 * n, 256 * n + width)));
    });
    const full = Math.floor(level.length / 256);
    level = Array.from({ length: full }, (_, n) => treeHash(level.slice(256 * n, 256 * n + 256)));
  }
  assert.deepEqual(treeHash(entries.map((entry) => leaf(entry))), says.root);
  return { entries: entries.map(String), seen, says };
}

const filesOf = (directory) => readdirSync(directory, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)));

test('an export is what the specification of tiles says', () => {
  for (const [size, args] of [[696, []], [6, ['--size', '6']]]) {
    const target = join(scratch('export'), 'e');
    assert.equal(at(['export', target, ...args]).status, 0);
    const { entries, seen, says } = readExport(target);
    assert.deepEqual(entries, lines.slice(0, size));
    assert.equal(says.size, size);
    assert.deepEqual(filesOf(target).sort(), [...seen].sort());
    assert.equal(verify(target, '--public-key', key).status, 0);
    assert.match(at(['export', target]).err, /not empty/);
  }
});

test('an export that was changed is not verified', () => {
  const target = join(scratch('export'), 'e');
  at(['export', target]);
  for (const name of filesOf(target)) {
    const file = join(target, name), good = readFileSync(file);
    for (const [what, bytes] of [
      ['cut', good.subarray(0, good.length - 1)], ['longer', Buffer.concat([good, Buffer.of(0)])], ['empty', Buffer.alloc(0)],
      ['changed', Buffer.from(good.map((byte, i) => (i === good.length - 10 ? byte ^ 1 : byte)))],
    ]) {
      writeFileSync(file, bytes);
      const { status, report } = verify(target, '--public-key', key);
      assert.equal(status, 1, `${name} ${what}`);
      assert.ok(report.errors.length, `${name} ${what}`);
      if (name !== 'checkpoint' && what !== 'longer') assert.equal(report.errors[0].file, name, `${name} ${what}`);
    }
    rmSync(file);
    if (name !== 'checkpoint') assert.equal(verify(target, '--public-key', key).report.errors[0].what, 'the file is missing');
    writeFileSync(file, good);
  }
  put(target, 'tile/0/003', 'x');
  assert.match(verify(target, '--public-key', key).report.errors[0].what, /1 files .* no part of it/);
});

test('status', () => {
  const done = at(['status', '--json']);
  const status = JSON.parse(done.out);
  assert.equal(status.ledger_id, key.match(/^cavra\.ledger\/([0-9a-f]{32})\+/)[1]);
  assert.deepEqual([status.entries, status.segments, status.torn_files, status.torn_bytes_at_end, status.index_current],
    [696, 1, 0, 0, true]);
  assert.equal(status.bytes, statSync(join(ledger, segmentName(1))).size);
  assert.equal(status.last_record_hash, JSON.parse(lines.at(-1)).record_hash);
  assert.equal(status.last_checkpoint.size, 696);
  assert.ok(status.last_checkpoint.age_seconds >= 0);
  assert.match(at(['status']).out, /^Entries +696 in 1 segment, \d+ bytes$/m);
  const broken = copy(ledger);
  appendFileSync(join(broken, segmentName(1)), '{"body":{');
  rmSync(join(broken, 'derived'), { recursive: true });
  const now = JSON.parse(cavra(['ledger', 'status', '--json', '--ledger', broken]).out);
  assert.deepEqual([now.torn_bytes_at_end, now.index_current], [9, false]);
});

test('show and tail', () => {
  assert.equal(at(['show', '3-5', '--json']).out, lines.slice(2, 5).map((line) => `${line}\n`).join(''));
  assert.match(at(['show', '3']).out, /^3 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ cavra\.decision s-1 block execute_command git push origin feature-1 ü "\\ git\.push\n$/);
  assert.equal(at(['tail', '--lines', '2', '--json']).out, lines.slice(-2).map((line) => `${line}\n`).join(''));
  assert.equal(at(['tail']).out.split('\n').length, 11);
  assert.equal(at(['tail', '--lines', '1000', '--json']).out.trimEnd().split('\n').length, 696);
});

test('tail follows', async () => {
  const other = copy(ledger);
  const program = spawn(cavraProgram, ['ledger', 'tail', '--lines', '1', '--follow', '--ledger', other]);
  let out = '';
  program.stdout.on('data', (bytes) => { out += bytes; });
  const until = async (n) => {
    for (let i = 0; i < 200 && out.split('\n').length <= n; i++) await new Promise((done) => setTimeout(done, 50));
  };
  await until(1);
  fill(other, 2, 'later');
  await until(3);
  program.kill();
  assert.deepEqual(out.trimEnd().split('\n').map((line) => line.split(' ')[0]), ['696', '697', '698']);
});

test('what a terminal would obey is not printed', () => {
  const other = copy(ledger);
  const entries = lines.slice(0, 3).map((line) => JSON.parse(line));
  entries[2].body.decision.target = 'echo \u001b[2J \u202e \u009b';
  rewrite(other, rechain(entries));
  const { out } = cavra(['ledger', 'show', '3', '--ledger', other]);
  assert.match(out, /echo \ufffd\[2J \ufffd \ufffd/);
});

test('the index is made again, also when it was damaged', () => {
  const other = copy(ledger);
  writeFileSync(join(other, 'derived/tree'), Buffer.alloc(statSync(join(other, 'derived/tree')).size));
  assert.equal(cavra(['ledger', 'rebuild', '--ledger', other]).out, 'The index of 696 entries is made again.\n');
  assert.deepEqual(readFileSync(join(other, 'derived/tree')), readFileSync(join(ledger, 'derived/tree')));
});

test('the key is a verifier key, a file with one, or PEM', () => {
  const directory = scratch('keys');
  const { pem } = readCheckpoint(late, key);
  for (const given of [key, put(directory, 'note.key', `${key}\n`), put(directory, 'key.pem', pem)])
    assert.equal(verify(ledger, '--public-key', given).status, 0, given);
  const stranger = join(scratch('other'), 'l');
  fill(stranger, 1);
  checkpoint(stranger);
  const wrong = verify(ledger, '--public-key', keyOf(stranger));
  assert.equal(wrong.status, 1);
  assert.equal(wrong.report.errors[0].file, checkpointName(6));
  assert.match(wrong.report.errors[0].what, /not signed with the key that was given/);
  assert.equal(verify(ledger, '--public-key', join(directory, 'none')).status, 1);
});

test('a trust root says whose key it is, and whether it still counts', () => {
  const directory = scratch('roots');
  const { verifier_key, public_key_pem } = JSON.parse(at(['key', '--json']).out);
  assert.equal(verifier_key, key);
  const pem = put(directory, 'key.pem', public_key_pem);
  const root = (...args) => {
    const file = join(directory, `${args.length}.json`);
    assert.equal(cavra(['evidence', 'trust-root', pem, '--output', file, ...args]).status, 0);
    return file;
  };
  assert.equal(verify(ledger, '--trust-root', root()).status, 0);
  for (const [args, why] of [[['--status', 'revoked'], /revoked/], [['--status', 'retired', '--owner', 'x'], /retired/],
    [['--valid-from', '2001-01-01T00:00:00Z', '--valid-until', '2002-01-01T00:00:00Z', '--owner', 'x'], /./]]) {
    const done = verify(ledger, '--trust-root', root(...args));
    assert.equal(done.status, 1);
    assert.equal(done.report, null);
    assert.match(done.err, why);
  }
  assert.equal(verify(ledger, '--trust-root', pem).status, 1);
  assert.equal(verify(ledger, '--trust-root', root(), '--public-key', key).status, 2);
});

test('the ledger is the one of HOME unless it is named', () => {
  const home = scratch('home');
  const env = { HOME: home };
  assert.match(cavra(['ledger', 'status'], { env }).err, new RegExp(`${home}/.cavra/ledger`));
  fill(join(home, '.cavra/ledger'), 2);
  assert.equal(JSON.parse(cavra(['ledger', 'status', '--json'], { env }).out).entries, 3);
  assert.equal(cavra(['ledger', 'verify'], { env }).status, 3);
});

test('a ledger that is missing or empty is not verified', () => {
  const none = join(scratch(), 'none');
  assert.equal(verify(none).status, 1);
  assert.match(verify(none).report.errors[0].what, /there is no ledger .* yet; the first decision/);
  mkdirSync(none);
  assert.match(verify(none).report.errors[0].what, /no entries/);
  assert.equal(cavra(['ledger', 'checkpoint', '--ledger', none]).status, 1);
  assert.ok(!existsSync(join(none, 'checkpoint-key.pem')));
});

test('text of a verification', () => {
  const done = cavra(['ledger', 'verify', ledger, '--public-key', key]);
  assert.equal(done.status, 0);
  assert.match(done.out, /: verified\n {2}696 entries in 1 segments, 2 checkpoints compared, signed up to entry 696\n/);
  assert.match(done.out, /^Not checked:\n/m);
  assert.match(cavra(['ledger', 'verify', ledger]).out, /integrity only/);
});

test('a ledger is verified while others write to it', async () => {
  const other = join(scratch('busy'), 'l');
  fill(other, 10);
  const writers = [0, 1].map(() => spawn(join(build, 'tests/integration/ledger_fill'), [other, '4000']));
  const ended = writers.map((writer) => new Promise((done) => writer.on('exit', done)));
  let rounds = 0, running = true;
  Promise.all(ended).then(() => { running = false; });
  while (running && rounds < 200) {
    const { status, report } = verify(other);
    assert.equal(status, 3, JSON.stringify(report.errors));
    rounds++;
    await new Promise((done) => setImmediate(done));
  }
  assert.deepEqual(await Promise.all(ended), [0, 0]);
  assert.ok(rounds > 0);
  assert.equal(verify(other).report.entries, 8011);
});

test('checkpoints made by several processes at once', async () => {
  const other = join(scratch('many'), 'l');
  fill(other, 3);
  const makers = [0, 1, 2, 3].map(() => spawn(cavraProgram, ['ledger', 'checkpoint', '--ledger', other]));
  assert.deepEqual(await Promise.all(makers.map((maker) => new Promise((done) => maker.on('exit', done)))), [0, 0, 0, 0]);
  assert.equal(verify(other, '--public-key', keyOf(other)).report.entries, 5);
});
