// SPDX-License-Identifier: Apache-2.0
//
// Ledgers that somebody has changed. First whatever can be done to an entry, a checkpoint, a segment, a torn line or a proof
// without making the hashes anew: each is found, and the report names the first bad thing. Then what somebody can do who may
// write everything, and exactly what shows that: the table in docs/ledger.md.

import assert from 'node:assert/strict';
import {
  appendFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, put, scratch } from './cavra.mjs';
import {
  canonical, checkpoint, checkpointName, copy, fill, keyOf, linesOf, move, number, rechain, recordHash, removeCheckpoints, rewrite,
  segmentName, sha256, splitAt, verify,
} from './ledgers.mjs';

// 16 entries in two segments, checkpoints of 5 and of all, a line that a crash has torn.
const FIRST_OF_SECOND = 9, EARLY = 5, ENTRIES = 16;
function makeLedger(session) {
  const directory = join(scratch('ledger'), 'l');
  fill(directory, 3, session);
  checkpoint(directory);
  fill(directory, 2, session);
  appendFileSync(join(directory, segmentName(1)), '{"body":{"torn":');
  fill(directory, 8, session);
  checkpoint(directory);
  splitAt(directory, FIRST_OF_SECOND);
  // Verification does not read it.
  rmSync(join(directory, 'derived'), { recursive: true, force: true });
  return directory;
}
const base = makeLedger('s-1'), other = makeLedger('s-2');
const key = keyOf(base);
const lines = linesOf(base), otherLines = linesOf(other);
const [tornFile] = readdirSync(join(base, 'torn')).map((name) => `torn/${name}`);
const segmentOf = (sequence) => segmentName(sequence < FIRST_OF_SECOND ? 1 : FIRST_OF_SECOND);
const lineIn = (sequence) => (sequence < FIRST_OF_SECOND ? sequence : sequence - FIRST_OF_SECOND + 1);

test('the ledger itself is verified', () => {
  assert.equal(lines.length, ENTRIES);
  for (const [directory, args, status] of [[base, [], 3], [base, ['--public-key', key], 0], [other, ['--public-key', keyOf(other)], 0]]) {
    const { status: got, report } = verify(directory, ...args);
    assert.deepEqual([got, report.errors], [status, []]);
    assert.deepEqual([report.entries, report.segments, report.first_sequence, report.last_sequence], [ENTRIES, 2, 1, ENTRIES]);
    assert.equal(report.checkpoints.length, 2);
    assert.equal(report.last_record_hash, JSON.parse(linesOf(directory).at(-1)).record_hash);
  }
  const { findings } = verify(base).report;
  assert.equal(findings.length, 1);
  assert.match(findings[0].what, /torn a line, 16 bytes of it are kept in torn\//);
});

// Writes the lines of the two segments.
function writeLines(directory, all, first = FIRST_OF_SECOND) {
  const text = (some) => some.map((line) => `${line}\n`).join('');
  writeFileSync(join(directory, segmentName(1)), text(all.slice(0, first - 1)));
  writeFileSync(join(directory, segmentName(FIRST_OF_SECOND)), text(all.slice(first - 1)));
}

// Verifies a changed copy: it fails with the key and without (which every fifth shows), and the first error is the expected one.
let calls = 0;
function expectFound(what, change, expected) {
  const directory = copy(base);
  change(directory);
  for (const args of [['--public-key', key], []].slice(0, calls++ % 5 ? 1 : 2)) {
    const { status, report, err } = verify(directory, ...args);
    assert.equal(status, 1, `${what}: ${err}`);
    assert.equal(report.status, 'failed', what);
    assert.equal(report.valid, false, what);
    const [first] = report.errors;
    for (const [name, value] of Object.entries(expected))
      if (value instanceof RegExp) assert.match(String(first[name]), value, `${what}: ${JSON.stringify(first)}`);
      else assert.equal(first[name], value, `${what}: ${JSON.stringify(first)}`);
  }
}

const here = (sequence) => ({ file: segmentOf(sequence), line: lineIn(sequence), sequence });

test('every member of every entry edited', () => {
  const edits = {
    body: (value) => ({ ...value, more: 1 }),
    event_type: (value) => `${value}x`,
    previous_hash: (value) => (value ? value.replace(/^./, (c) => (c === '0' ? '1' : '0')) : '0'.repeat(64)),
    record_hash: (value) => value.replace(/^./, (c) => (c === '0' ? '1' : '0')),
    schema_version: () => 'cavra.ledger.entry.v2',
    sequence: (value) => value + 1,
    session_id: (value) => `${value}x`,
    timestamp: (value) => value.replace('20', '21'),
  };
  for (let i = 1; i <= ENTRIES; i++)
    for (const [member, edit] of Object.entries(edits)) {
      const entry = JSON.parse(lines[i - 1]);
      entry[member] = edit(entry[member]);
      expectFound(`entry ${i} ${member}`, (d) => writeLines(d, lines.with(i - 1, canonical(entry))), here(i));
    }
});

// tests/unit/test_entry.c flips every one.
test('bytes of an entry flipped', () => {
  const line = Buffer.from(lines[6]);
  for (let i = 0; i < line.length; i += 7) {
    const changed = Buffer.from(line);
    changed[i] ^= 1;
    const directory = copy(base);
    const before = Buffer.from(lines.slice(0, 6).map((l) => `${l}\n`).join(''));
    const after = Buffer.from(`\n${lines[7]}\n`);
    writeFileSync(join(directory, segmentName(1)), Buffer.concat([before, changed, after]));
    const { status, report } = verify(directory);
    assert.equal(status, 1, `byte ${i}`);
    assert.deepEqual([report.errors[0].file, report.errors[0].line], [segmentName(1), 7], `byte ${i}`);
  }
});

test('the same entry written in another way, with a hash of that', () => {
  const entry = JSON.parse(lines[3]);
  const spaced = canonical(entry).replace('"body":{', '"body":{ ');
  const front = spaced.replace(/,"record_hash":"[0-9a-f]{64}"/, '');
  const hashed = spaced.replace(entry.record_hash, sha256(front).toString('hex'));
  expectFound('spaces', (d) => writeLines(d, lines.with(3, hashed)), { ...here(4), what: /canonical/ });
});

test('an entry changed and its own hash made anew', () => {
  for (let i = 1; i <= ENTRIES; i++) {
    const entry = JSON.parse(lines[i - 1]);
    entry.body.more = 1;
    entry.record_hash = recordHash(entry);
    const expected = i === ENTRIES ? { file: checkpointName(ENTRIES), what: /rewritten/ }
      : i === EARLY ? { file: checkpointName(EARLY), what: /rewritten/ }
        : { ...here(i + 1), what: /previous_hash is not the hash of the entry before/ };
    expectFound(`entry ${i}`, (d) => writeLines(d, lines.with(i - 1, canonical(entry))), expected);
  }
});

test('every entry cut, emptied, dropped, duplicated, moved', () => {
  for (let i = 1; i <= ENTRIES; i++) {
    const line = lines[i - 1];
    expectFound(`entry ${i} cut`, (d) => writeLines(d, lines.with(i - 1, line.slice(0, -20))), here(i));
    expectFound(`entry ${i} emptied`, (d) => writeLines(d, lines.with(i - 1, '')), here(i));
    const twice = i < FIRST_OF_SECOND ? FIRST_OF_SECOND + 1 : FIRST_OF_SECOND;
    const after = i === FIRST_OF_SECOND - 1 || i === EARLY || i === ENTRIES ? {} : { what: new RegExp(`sequence is ${i}, and ${i + 1} belongs here`) };
    if (i !== ENTRIES)
      expectFound(`entry ${i} twice`, (d) => writeLines(d, lines.toSpliced(i, 0, line), twice), after);
    if (i < ENTRIES)
      expectFound(`entries ${i} and ${i + 1} exchanged`,
        (d) => writeLines(d, lines.with(i - 1, lines[i]).with(i, line)), here(i));
    const dropped = i < FIRST_OF_SECOND ? FIRST_OF_SECOND - 1 : FIRST_OF_SECOND;
    const expected = i === ENTRIES ? { what: /truncated/ } : i === FIRST_OF_SECOND - 1 ? { file: segmentName(FIRST_OF_SECOND) }
      : { what: new RegExp(`sequence is ${i + 1}, and ${i} belongs here`) };
    expectFound(`entry ${i} dropped`, (d) => writeLines(d, lines.toSpliced(i - 1, 1), dropped), expected);
  }
});

test('every entry exchanged with the one of another ledger or another session', () => {
  for (let i = 1; i <= ENTRIES; i++)
    expectFound(`entry ${i} of another ledger`, (d) => writeLines(d, lines.with(i - 1, otherLines[i - 1])),
      i === 1 ? { what: /previous_hash/, sequence: 2 } : here(i));
  for (let i = 3; i <= ENTRIES; i++)
    expectFound(`entry 2 in the place of entry ${i}`, (d) => writeLines(d, lines.with(i - 1, lines[1])), here(i));
});

test('segments cut anywhere', () => {
  for (const first of [1, FIRST_OF_SECOND]) {
    const bytes = readFileSync(join(base, segmentName(first)));
    for (let n = 0; n < bytes.length; n += 211) {
      const directory = copy(base);
      writeFileSync(join(directory, segmentName(first)), bytes.subarray(0, n));
      const { status, report } = verify(directory, '--public-key', key);
      assert.equal(status, 1, `${first} at ${n}`);
      assert.ok(report.errors[0].file, `${first} at ${n}`);
    }
  }
});

test('segments missing, renamed, exchanged, doubled, merged', () => {
  const second = segmentName(FIRST_OF_SECOND);
  for (const [what, change, expected] of [
    ['first missing', (d) => rmSync(join(d, segmentName(1))), { file: second }],
    ['second missing', (d) => rmSync(join(d, second)), { what: /truncated/ }],
    ['both missing', (d) => { rmSync(join(d, segmentName(1))); rmSync(join(d, second)); }, { what: /no entries/ }],
    ['renamed', (d) => move(d, second, segmentName(FIRST_OF_SECOND + 1)), { file: segmentName(FIRST_OF_SECOND + 1) }],
    ['exchanged', (d) => { move(d, segmentName(1), 'x'); move(d, second, segmentName(1)); move(d, 'x', second); },
      { file: segmentName(1), line: 1 }],
    ['doubled', (d) => cpSync(join(d, second), join(d, segmentName(ENTRIES + 1))), { file: segmentName(ENTRIES + 1) }],
    ['of another ledger', (d) => cpSync(join(other, second), join(d, second)), { file: second, line: 1 }],
    ['empty between', (d) => writeFileSync(join(d, segmentName(FIRST_OF_SECOND - 1)), ''), { file: segmentName(FIRST_OF_SECOND - 1) }],
    ['empty far behind', (d) => writeFileSync(join(d, segmentName(99)), ''), { file: segmentName(99) }],
    ['another file', (d) => put(d, 'segments/notes.txt', ''), { file: 'segments/notes.txt' }],
    ['another name', (d) => put(d, 'segments/1.jsonl', ''), { file: 'segments/1.jsonl' }],
    ['number 0', (d) => put(d, segmentName(0), ''), { file: segmentName(0) }],
    ['another file beside', (d) => put(d, 'more', ''), { file: 'more' }],
    ['a directory beside', (d) => mkdirSync(join(d, 'more')), { file: 'more' }],
    ['no newline', (d) => writeFileSync(join(d, segmentName(1)), lines.slice(0, FIRST_OF_SECOND - 1).join('\n')),
      { file: segmentName(1), what: /ends within a line/ }],
    ['a line that no entry can be', (d) => appendFileSync(join(d, segmentName(1)), `${'x'.repeat(70000)}\n`),
      { file: segmentName(1), line: FIRST_OF_SECOND, what: /too long/ }],
    ['bytes behind', (d) => appendFileSync(join(d, second), 'x'), { file: second, what: /no whole line/ }],
    ['zeros behind', (d) => appendFileSync(join(d, second), Buffer.alloc(4096)), { file: second, what: /no whole line/ }],
  ]) expectFound(what, change, expected);
  // One that a crash has left empty, and entries in fewer files than before, are as good.
  const directory = copy(base);
  writeFileSync(join(directory, segmentName(ENTRIES + 1)), '');
  assert.equal(verify(directory, '--public-key', key).status, 0);
  rmSync(join(directory, segmentName(ENTRIES + 1)));
  appendFileSync(join(directory, segmentName(1)), readFileSync(join(directory, second)));
  rmSync(join(directory, second));
  assert.equal(verify(directory, '--public-key', key).status, 0);
});

test('files that are links or directories', () => {
  const files = [segmentName(1), segmentName(FIRST_OF_SECOND), checkpointName(EARLY), checkpointName(ENTRIES), tornFile, 'state',
    'checkpoint-key.pem'];
  for (const file of files) {
    expectFound(`${file} a link`, (d) => { move(d, file, '../kept'); symlinkSync('../../kept', join(d, file)); }, { file, what: /symbolic link/ });
    expectFound(`${file} a directory`, (d) => { rmSync(join(d, file)); mkdirSync(join(d, file)); }, { file, what: /directory/ });
  }
  for (const name of ['segments', 'checkpoints', 'torn', 'derived']) {
    expectFound(`${name} a link`, (d) => {
      mkdirSync(join(d, name), { recursive: true });
      move(d, name, '../moved');
      symlinkSync('../moved', join(d, name));
    }, { file: name });
    expectFound(`${name} a file`, (d) => { rmSync(join(d, name), { recursive: true, force: true }); put(d, name, ''); }, { file: name });
  }
});

test('checkpoints cut, edited, renamed, exchanged', () => {
  for (const size of [EARLY, ENTRIES]) {
    const name = checkpointName(size), note = readFileSync(join(base, name), 'utf8');
    for (let n = 0; n < note.length; n += 7)
      expectFound(`${size} cut at ${n}`, (d) => writeFileSync(join(d, name), note.slice(0, n)), { file: name });
    const [origin, count, root, , signature] = note.split('\n');
    const mutate = (text) => text.replace(/.(?=.{4}$)/, (c) => (c === 'A' ? 'B' : 'A'));
    for (const [what, changed] of [
      ['origin', note.replaceAll(origin, mutate(origin))],
      ['size', note.replace(`\n${count}\n`, `\n${size + 1}\n`)],
      ['root', note.replace(root, mutate(root))],
      ['signature', note.replace(signature, mutate(signature))],
      ['an extension', note.replace(`${root}\n`, `${root}\nmore\n`)],
      ['no signature', `${origin}\n${count}\n${root}\n\n`],
      ['of another ledger', readFileSync(join(other, name), 'utf8')],
      ['the other one', readFileSync(join(base, checkpointName(EARLY + ENTRIES - size)), 'utf8')],
    ]) {
      assert.notEqual(changed, note, what);
      expectFound(`${size}: ${what}`, (d) => writeFileSync(join(d, name), changed), { file: name });
    }
    expectFound(`${size} renamed`, (d) => move(d, name, checkpointName(size - 1)), { file: checkpointName(size - 1) });
    expectFound(`${size} copied`, (d) => cpSync(join(d, name), join(d, checkpointName(size + 1))), { file: checkpointName(size + 1) });
  }
  expectFound('another file', (d) => put(d, 'checkpoints/x', ''), { file: 'checkpoints/x' });
});

test('what others have called a file, or written into an entry, is no line and no failure of the report', () => {
  for (const [name, shown] of [[Buffer.from('x\nverified\x1b[2J'), 'x verified [2J'], [Buffer.from([0x78, 0xff, 0xc3]), 'x??']])
    expectFound(shown, (d) => writeFileSync(Buffer.concat([Buffer.from(`${d}/`), name]), ''), { file: shown, what: 'is no part of a ledger' });
  // The name of a member that is there twice, cut within a character where it is told.
  const name = 'é'.repeat(60), twice = (text) => text.replace('{"body":{', `{"body":{"${name}":1,"${name}":1,`);
  const front = twice(lines[3]).replace(/,"record_hash":"[0-9a-f]{64}"/, '');
  const line = twice(lines[3]).replace(JSON.parse(lines[3]).record_hash, sha256(front).toString('hex'));
  expectFound('twice', (d) => writeLines(d, lines.with(3, line)), { ...here(4), what: /duplicate key "é+\?;/ });
});

test('a name that is none', () => {
  const directory = copy(base);
  rewrite(directory, rechain(linesOf(directory).map((line) => JSON.parse(line)).map((entry, i) => (i ? entry
    : { ...entry, body: { ...entry.body, ledger_id: 'x'.repeat(32) } }))));
  const { status, report } = verify(directory);
  assert.equal(status, 1);
  assert.match(report.errors[0].what, /does not say which ledger it is/);
});

test('torn lines edited, cut, missing, exchanged, added', () => {
  for (const [what, change, expected] of [
    ['edited', (d) => writeFileSync(join(d, tornFile), '{"body":{"TORN":'), { file: tornFile, what: /changed/ }],
    ['cut', (d) => writeFileSync(join(d, tornFile), '{'), { file: tornFile, what: /changed/ }],
    ['longer', (d) => appendFileSync(join(d, tornFile), 'x'), { file: tornFile, what: /changed/ }],
    ['longer by a terabyte', (d) => truncateSync(join(d, tornFile), 2 ** 40), { file: tornFile, what: /changed/ }],
    ['missing', (d) => rmSync(join(d, tornFile)), { file: tornFile, what: /missing/ }],
    ['renamed', (d) => move(d, tornFile, `torn/${number(3)}`), { file: tornFile, what: /missing/ }],
    ['added', (d) => put(d, `torn/${number(3)}`, 'x'), { file: `torn/${number(3)}`, what: /no entry tells/ }],
    ['another file', (d) => put(d, 'torn/x', ''), { file: 'torn/x' }],
  ]) expectFound(what, change, expected);
});

test('proofs edited, cut, exchanged', () => {
  const at = (directory, ...args) => cavra(['ledger', 'prove', ...args, '--ledger', directory]).out;
  const judge = (text) => cavra(['ledger', 'verify', '--proof', '-', '--public-key', key], { input: text }).status;
  const proofs = [at(base, '3', '--size', String(EARLY)), at(base, '9'), at(base, '--from', String(EARLY), '--to', String(ENTRIES))];
  const strangers = [at(other, '3', '--size', String(EARLY)), at(other, '9'), at(other, '--from', String(EARLY), '--to', String(ENTRIES))];
  proofs.forEach((text, p) => {
    assert.equal(judge(text), 0);
    assert.equal(judge(strangers[p]), 1);
    for (let n = 0; n < text.trimEnd().length; n += 61) assert.equal(judge(text.slice(0, n)), 1, `${p} cut at ${n}`);
    const proof = JSON.parse(text), stranger = JSON.parse(strangers[p]);
    const changes = Object.keys(proof).flatMap((name) => {
      const { [name]: gone, ...without } = proof;
      return [[`without ${name}`, without], [`${name} of another`, { ...proof, [name]: stranger[name] }],
        [`${name} null`, { ...proof, [name]: null }], ...(typeof gone === 'number' ? [[`${name} + 1`, { ...proof, [name]: gone + 1 }]] : [])];
    });
    for (const i of proof.hashes.keys()) {
      changes.push([`without hash ${i}`, { ...proof, hashes: proof.hashes.toSpliced(i, 1) }]);
      changes.push([`hash ${i} twice`, { ...proof, hashes: proof.hashes.toSpliced(i, 0, proof.hashes[i]) }]);
      changes.push([`hash ${i} another`, { ...proof, hashes: proof.hashes.with(i, Buffer.alloc(32).toString('base64')) }]);
    }
    changes.push(['order', { ...proof, hashes: proof.hashes.toReversed() }]);
    for (const [what, changed] of changes)
      if (canonical(changed) !== canonical(proof)) assert.equal(judge(JSON.stringify(changed)), 1, `${p}: ${what}`);
  });
});

// ---- somebody who may write everything ----

// What shows a change: nothing but the ledger, a key that is trusted, the checkpoint of before, the last hash, the number.
function whoSees(attack) {
  const directory = copy(base);
  const kept = put(scratch('kept'), 'checkpoint', readFileSync(join(base, checkpointName(ENTRIES))));
  const early = put(scratch('kept'), 'checkpoint', readFileSync(join(base, checkpointName(EARLY))));
  const head = JSON.parse(lines.at(-1)).record_hash;
  attack(directory);
  return Object.fromEntries([
    ['ledger', []], ['key', ['--public-key', key]], ['earlier', ['--checkpoint', early]], ['later', ['--checkpoint', kept]],
    ['head', ['--expect-head', head]], ['size', ['--expect-size', String(ENTRIES)]],
  ].map(([name, args]) => [name, verify(directory, ...args).report.status]));
}

const entriesOf = (directory) => linesOf(directory).map((line) => JSON.parse(line));
function changeEntry(directory, sequence) {
  const entries = entriesOf(directory);
  entries[sequence - 1].body.decision.target = 'git status';
  return rechain(entries);
}
const cutTo = (directory, n) => rewrite(directory, entriesOf(directory).slice(0, n));
const late = (status) => ({ ledger: 'integrity_only', key: 'integrity_only', earlier: 'integrity_only', later: status, head: status, size: 'integrity_only' });

test('nothing done: all of them are content', () => {
  assert.deepEqual(whoSees(() => {}), { ...late('integrity_only'), key: 'verified' });
});

test('an early entry rewritten, checkpoints left', () => {
  const got = whoSees((d) => rewrite(d, changeEntry(d, 3)));
  assert.deepEqual(Object.values(got), Array(6).fill('failed'));
});

test('an early entry rewritten, checkpoints removed', () => {
  const got = whoSees((d) => { rewrite(d, changeEntry(d, 3)); removeCheckpoints(d, EARLY, ENTRIES); });
  assert.deepEqual(got, { ...late('failed'), earlier: 'failed' });
});

test('a late entry rewritten, the checkpoints that it is in removed', () => {
  const got = whoSees((d) => { rewrite(d, changeEntry(d, 12)); removeCheckpoints(d, ENTRIES); });
  assert.deepEqual(got, { ...late('failed'), key: 'verified' });
  const directory = copy(base);
  rewrite(directory, changeEntry(directory, 12));
  removeCheckpoints(directory, ENTRIES);
  const { report } = verify(directory, '--public-key', key);
  assert.ok(report.not_checked.some((what) => what.includes(`entries ${EARLY + 1} to ${ENTRIES}`)));
  assert.equal(report.vouched_entries, EARLY);
});

test('cut at the end, and rolled back to an earlier checkpoint', () => {
  for (const n of [EARLY, EARLY + 3, ENTRIES - 1]) {
    const got = whoSees((d) => {
      if (n < 8) rmSync(join(d, 'torn'), { recursive: true });
      cutTo(d, n);
      removeCheckpoints(d, ENTRIES);
    });
    assert.deepEqual(got, { ...late('failed'), key: 'verified', size: 'failed' }, String(n));
  }
});

test('another ledger in its place', () => {
  const got = whoSees((d) => { rmSync(d, { recursive: true }); cpSync(other, d, { recursive: true }); });
  assert.deepEqual(got, { ledger: 'integrity_only', key: 'failed', earlier: 'failed', later: 'failed', head: 'failed', size: 'integrity_only' });
});

test('rewritten and signed anew with the key of the ledger', () => {
  const got = whoSees((d) => {
    rewrite(d, changeEntry(d, 3));
    removeCheckpoints(d, EARLY, ENTRIES);
    checkpoint(d);
  });
  assert.deepEqual(got, { ...late('failed'), key: 'verified', earlier: 'failed' });
});

test('rewritten with another key that the ledger then names', () => {
  const got = whoSees((d) => {
    const entries = changeEntry(d, 3).filter((entry) => entry.event_type !== 'cavra.ledger.key.created');
    rewrite(d, rechain(entries));
    removeCheckpoints(d, EARLY, ENTRIES);
    rmSync(join(d, 'checkpoint-key.pem'));
    checkpoint(d);
  });
  assert.deepEqual(got, { ledger: 'integrity_only', key: 'failed', earlier: 'failed', later: 'failed', head: 'failed', size: 'integrity_only' });
});

test('cut by somebody who has left the state file', () => {
  expectFound('cut', (d) => {
    const state = readFileSync(join(d, 'state'));
    cutTo(d, 14);
    removeCheckpoints(d, ENTRIES);
    writeFileSync(join(d, 'state'), state);
  }, { file: 'state', what: /16 entries, and the ledger ends with 14/ });
});

test('entries that were lost although they were on disk are a finding', () => {
  const directory = copy(base);
  removeCheckpoints(directory, ENTRIES);
  const bytes = lines.slice(FIRST_OF_SECOND - 1, ENTRIES - 2).map((line) => `${line}\n`).join('');
  writeFileSync(join(directory, segmentName(FIRST_OF_SECOND)), bytes);
  fill(directory, 1);
  const { status, report } = verify(directory, '--public-key', key);
  assert.equal(status, 0);
  assert.match(report.findings.at(-1).what, /^entries 15 to 16 were lost/);
});

test('checkpoints of others and later ones', () => {
  const grown = copy(base);
  fill(grown, 5);
  const later = put(scratch('kept'), 'checkpoint', checkpoint(grown));
  assert.equal(verify(grown, '--checkpoint', later, '--public-key', key).status, 0);
  const { report } = verify(base, '--checkpoint', later, '--public-key', key);
  assert.equal(report.errors[0].file, later);
  assert.match(report.errors[0].what, /of 21 entries, and the ledger ends with 16: it was truncated or rolled back/);
  const stranger = join(other, checkpointName(EARLY));
  assert.match(verify(base, '--checkpoint', stranger).report.errors[0].what, /another ledger/);
  assert.equal(verify(base, '--checkpoint', put(scratch(), 'x', 'no note')).status, 1);
  const expect = (...args) => verify(grown, ...args).status;
  const hash = (i) => JSON.parse(lines[i - 1]).record_hash;
  assert.equal(expect('--expect-head', hash(16), '--expect-size', '16'), 3);
  assert.equal(expect('--expect-head', hash(15), '--expect-size', '16'), 1);
  assert.equal(expect('--expect-size', '21'), 3);
  assert.equal(expect('--expect-size', '22'), 1);
  assert.equal(expect('--expect-head', 'f'.repeat(64)), 1);
  assert.equal(expect('--expect-head', 'x'), 2);
});
