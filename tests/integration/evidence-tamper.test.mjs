// SPDX-License-Identifier: Apache-2.0
//
// Whoever has a bundle in their hands and not the key: every file and every field of the manifest is changed in every way
// that comes to mind. Each must be found, and the report must name the file that was touched.

import assert from 'node:assert/strict';
import {
  cpSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, scratch } from './cavra.mjs';
import { bundleOf, decision, judge, keyPair, makeLedger, prettyJson, readManifest, sha256, signature, verify } from './evidence.mjs';

const pair = keyPair();
const bySession = (session) => Array.from({ length: 5 }, (_, i) => ({
  session, decision: decision({ session_id: session, decision_id: `dec_${session}_${i}`, target: `make ${i}`, decision: ['block', 'allow', 'require_approval'][i % 3] }),
}));
const ledger = makeLedger(scratch('ledger'), ['s1', 's2'].flatMap(bySession));
const make = (session) => bundleOf(ledger, ['--session', session, '--private-key', pair.privatePath, '--commit', 'a'.repeat(40)]);
const good = make('s1'), other = make('s2');
const names = readdirSync(good).sort();
const key = ['--public-key', pair.publicPath];

const copy = () => {
  const directory = join(scratch('tampered'), 'bundle');
  cpSync(good, directory, { recursive: true });
  return directory;
};

test('the bundle that is tampered with is a good one', () => {
  assert.equal(names.length, 10);
  for (const bundle of [good, other, copy()]) {
    const report = verify(bundle, ...key);
    assert.deepEqual([report.status, report.errors], ['verified', []]);
    assert.equal(verify(bundle).status, 'integrity_only');
  }
});

const swap = (text, from, to) => {
  assert.ok(text.includes(from), from);
  return text.replace(from, to);
};

// What is done to a file, given its path.
const deeds = {
  'emptied': (path) => truncateSync(path, 0),
  'cut by a byte': (path) => truncateSync(path, statSync(path).size - 1),
  'cut in half': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'made longer by a newline': (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}\n`),
  // Nothing is read behind what a file may have.
  'made longer by a terabyte of NULs': (path) => truncateSync(path, 2 ** 40),
  'made longer by a NUL': (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}\0`),
  'changed in its first byte': (path) => writeFileSync(path, readFileSync(path).map((byte, i) => (i ? byte : byte ^ 1))),
  'changed in its last byte': (path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)));
  },
  'changed in one bit in the middle': (path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 4 : byte)));
  },
  'twice in one': (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}${readFileSync(path, 'utf8')}`),
  'dropped': (path) => rmSync(path),
  'renamed': (path) => renameSync(path, `${path}.bak`),
  'a directory': (path) => { rmSync(path); mkdirSync(path); },
  'a symbolic link to the same bytes': (path) => { renameSync(path, join(path, '../../kept')); symlinkSync('../kept', path); },
  'a link to nowhere': (path) => { rmSync(path); symlinkSync('nowhere', path); },
  'a FIFO': (path) => { rmSync(path); assert.equal(run('mkfifo', [path]).status, 0); },
  "the one of another session's bundle": (path, name) => cpSync(join(other, name), path),
};
for (const name of names)
  test(`${name}, done to in ${Object.keys(deeds).length} ways`, () => {
    for (const [deed, act] of Object.entries(deeds)) {
      const directory = copy();
      act(join(directory, name), name);
      const { status, errors } = judge(directory, ...key);
      assert.equal(status, 'failed', deed);
      // Another good manifest is not wrong itself; nothing that it lists is there.
      const wrong = deed.startsWith('the one of') && name === 'manifest.json' ? 'evidence.json' : name;
      assert.equal(errors[0].file, wrong, `${deed}: ${JSON.stringify(errors)}`);
    }
  });

// As JSON says, the same; as bytes, not.
for (const name of names.filter((file) => file.endsWith('.json')))
  test(`${name}, written in another way`, () => {
    const value = JSON.parse(readFileSync(join(good, name), 'utf8'));
    const reversed = Object.fromEntries(Object.entries(value).reverse());
    for (const text of [JSON.stringify(value), JSON.stringify(reversed, null, 2), prettyJson(value).trimEnd(), ` ${prettyJson(value)}`]) {
      const directory = copy();
      writeFileSync(join(directory, name), text);
      const { status, errors } = judge(directory, ...key);
      assert.deepEqual([status, errors[0].file], ['failed', name]);
    }
    const directory = copy(), text = readFileSync(join(good, name), 'utf8');
    writeFileSync(join(directory, name), text.replace('{', '{"product": "CAVRA", '));
    assert.deepEqual(judge(directory, ...key).errors[0].file, name);
  });

test('two files that change places are both named', () => {
  for (let i = 0; i + 1 < names.length; i++) {
    const [a, b] = [names[i], names[i + 1]];
    if ([a, b].includes('manifest.json')) continue;
    const directory = copy();
    renameSync(join(directory, a), join(directory, 'x'));
    renameSync(join(directory, b), join(directory, a));
    renameSync(join(directory, 'x'), join(directory, b));
    const files = judge(directory, ...key).errors.map((error) => error.file);
    assert.deepEqual([files.includes(a), files.includes(b)], [true, true]);
  }
});

test('a file more is found, whatever it is', () => {
  for (const add of [
    (directory) => writeFileSync(join(directory, 'more.txt'), ''),
    (directory) => writeFileSync(join(directory, '.hidden'), ''),
    (directory) => writeFileSync(join(directory, 'evidence.json '), '{}'),
    (directory) => writeFileSync(join(directory, 'Evidence.json'), '{}'),
    (directory) => mkdirSync(join(directory, 'more')),
    (directory) => linkSync(join(directory, 'evidence.json'), join(directory, 'evidence.json~')),
    (directory) => symlinkSync('evidence.json', join(directory, 'again.json')),
  ]) {
    const directory = copy();
    add(directory);
    const { status, errors } = judge(directory, ...key);
    const [more] = readdirSync(directory).filter((name) => !names.includes(name));
    assert.deepEqual([status, errors], ['failed', [{ file: more, error: 'this file is not listed in the manifest' }]]);
  }
});

test('the name of a file more writes no line of its own', () => {
  const names = [[Buffer.from('x\nverified: signed with Ed25519\x1b[2J'), 'x verified: signed with Ed25519 [2J'],
    [Buffer.from([0x78, 0xff, 0xc3]), 'x??'], [Buffer.from(`${'x'.repeat(62)}é`), `${'x'.repeat(62)}?`]];
  for (const [name, shown] of names) {
    const directory = copy();
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), name]), '');
    const { status, errors } = verify(directory, ...key);
    assert.deepEqual([status, errors], ['failed', [{ file: shown, error: 'this file is not listed in the manifest' }]]);
  }
});

// ---- the manifest, by someone who cannot sign ----

const paths = (value, path = []) => (value !== null && typeof value === 'object'
  ? [path, ...Object.keys(value).flatMap((name) => paths(value[name], [...path, name]))] : [path]);
const at = (value, path) => path.reduce((one, name) => one[name], value);

test('every value of the manifest is changed, removed, or of another type', () => {
  const manifest = readManifest(good);
  const all = paths(manifest).filter((path) => path.length);
  assert.ok(all.length > 50);
  for (const path of all) {
    for (const change of [
      (object, name) => { delete object[name]; },
      (object, name) => { object[name] = null; },
      (object, name) => { object[name] = typeof object[name] === 'number' ? object[name] + 1 : `${object[name]}x`; },
      (object, name) => { object[name] = []; },
    ]) {
      const changed = structuredClone(manifest), object = at(changed, path.slice(0, -1));
      if (Array.isArray(object) && change.toString().includes('delete')) object.splice(path.at(-1), 1);
      else change(object, path.at(-1));
      const directory = copy();
      writeFileSync(join(directory, 'manifest.json'), prettyJson(changed));
      for (const keys of [key, []]) {
        const { status, errors } = judge(directory, ...keys);
        // Without a key, only a digest or the form can tell; what is signed then stays unlooked at.
        if (!keys.length) assert.notEqual(status, 'verified');
        else assert.deepEqual([status, errors[0].file], ['failed', 'manifest.json'], path.join('.'));
      }
    }
  }
});

test('a member more, another order of the files, a file less', () => {
  const manifest = readManifest(good);
  for (const change of [
    (one) => { one.more = 1; },
    (one) => { one.files.reverse(); },
    (one) => { one.files.pop(); },
    (one) => { one.files.push(one.files[0]); },
    (one) => { one.files[0].more = 1; },
    (one) => { one.signature.more = 1; },
    (one) => { one.signature = signature(one); },
    (one) => { one.signature = signature(one, { hmac: '' }); },
    (one) => { one.signature = signature(one, { pair: keyPair() }); },
    (one) => { one.signature = readManifest(other).signature; },
    (one) => { delete one.signed_with; one.signature = signature(one); },
  ]) {
    const changed = structuredClone(manifest), directory = copy();
    change(changed);
    writeFileSync(join(directory, 'manifest.json'), prettyJson(changed));
    const { status, errors } = judge(directory, ...key);
    assert.deepEqual([status, errors[0].file], ['failed', 'manifest.json'], change.toString());
  }
});

// ---- by someone who can: what is signed must still fit together ----

function resigned(change) {
  const directory = copy(), changed = [];
  const edit = (name, how) => {
    const path = join(directory, name), text = readFileSync(path, 'utf8');
    writeFileSync(path, name.endsWith('.json') ? prettyJson(how(JSON.parse(text))) : how(text));
    changed.push(name);
  };
  change(edit);
  const manifest = readManifest(directory);
  for (const file of manifest.files) {
    const bytes = readFileSync(join(directory, file.path));
    Object.assign(file, { bytes: bytes.length, sha256: signatureOf(bytes) });
  }
  const { signature: before, ...rest } = manifest;
  manifest.signature = { ...signature(rest, { pair }), key_id: before.key_id };
  writeFileSync(join(directory, 'manifest.json'), prettyJson(manifest));
  return judge(directory, ...key);
}
const signatureOf = sha256;

const edits = {
  'nothing': [() => {}, null],
  'a decision in evidence.json': [(edit) => edit('evidence.json', (one) => { one.decisions[0].decision = 'allow'; return one; }), 'sandbox-run-summary.json'],
  'a target in evidence.json': [(edit) => edit('evidence.json', (one) => { one.decisions[0].target = 'ls'; return one; }), 'pr-attestation.md'],
  'a reason, which only the ledger has': [(edit) => edit('evidence.json', (one) => { one.decisions[0].reason = 'none'; return one; }), 'siem-event.json'],
  'a line in pr-attestation.md': [(edit) => edit('pr-attestation.md', (text) => swap(text, '- Blocked: 2', '- Blocked: 0')), 'pr-attestation.md'],
  'a line more in pr-attestation.md': [(edit) => edit('pr-attestation.md', (text) => `${text}- fine\n`), 'pr-attestation.md'],
  'pr-attestation.json': [(edit) => edit('pr-attestation.json', (one) => { one.summary.blocked = 0; return one; }), 'pr-attestation.json'],
  'statements in another order': [(edit) => edit('attestation.intoto.jsonl', (text) => `${text.trimEnd().split('\n').reverse().join('\n')}\n`), 'attestation.intoto.jsonl'],
  'a statement less': [(edit) => edit('attestation.intoto.jsonl', (text) => text.slice(text.indexOf('\n') + 1)), 'attestation.intoto.jsonl'],
  'a statement twice': [(edit) => edit('attestation.intoto.jsonl', (text) => text + text.slice(0, text.indexOf('\n') + 1)), 'attestation.intoto.jsonl'],
  'an entry less': [(edit) => edit('ledger.json', (one) => { one.entries.splice(1, 1); return one; }), 'ledger.json'],
  'entries in another order': [(edit) => edit('ledger.json', (one) => { one.entries.reverse(); return one; }), 'ledger.json'],
  'an entry twice': [(edit) => edit('ledger.json', (one) => { one.entries.push(one.entries.at(-1)); return one; }), 'ledger.json'],
  'the line of an entry': [(edit) => edit('ledger.json', (one) => { one.entries[0].line = swap(one.entries[0].line, 'make 0', 'make 9'); return one; }), 'ledger.json'],
  'a hash of a proof': [(edit) => edit('ledger.json', (one) => { one.entries[0].proof[0] = one.entries[1].proof[0]; return one; }), 'ledger.json'],
  'a proof that is too short': [(edit) => edit('ledger.json', (one) => { one.entries[0].proof.pop(); return one; }), 'ledger.json'],
  'a proof that is too long': [(edit) => edit('ledger.json', (one) => { one.entries[0].proof.push(one.entries[0].proof[0]); return one; }), 'ledger.json'],
  'the root': [(edit) => edit('ledger.json', (one) => { one.root_hash = '0'.repeat(64); return one; }), 'ledger.json'],
  'the size of the tree': [(edit) => edit('ledger.json', (one) => { one.tree_size += 1; return one; }), 'ledger.json'],
  'the origin': [(edit) => edit('ledger.json', (one) => { one.origin = 'cavra.ledger/other'; return one; }), 'ledger.json'],
  'the range': [(edit) => edit('ledger.json', (one) => { one.first_sequence += 1; return one; }), 'ledger.json'],
  'the retention': [(edit) => edit('retention-policy.json', (one) => { one.retention_days = 1; return one; }), 'retention-policy.json'],
  'a row of the compliance mapping': [(edit) => edit('compliance-mapping.md', (text) => text.replace(/\| no evidence in this range /, '| 3 ')), 'compliance-mapping.md'],
  'nothing but the version of the mapping': [(edit) => edit('compliance-mapping.md', (text) => text.replace(/(Mapping: `sha256:)..../, '$10000')), null],
  'the event': [(edit) => edit('siem-event.json', (one) => { one.session_id = 's2'; return one; }), 'siem-event.json'],
};
for (const [name, [change, file]] of Object.entries(edits))
  test(`signed again after a change of ${name}`, () => {
    const { status, errors } = resigned(change);
    if (file === null) return assert.equal(status, 'verified');
    assert.deepEqual([status, errors[0]?.file], ['failed', file], JSON.stringify(errors));
  });
