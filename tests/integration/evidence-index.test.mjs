// SPDX-License-Identifier: Apache-2.0
//
// Bundles on record: only what verifies gets there, what is there stays, and searches say the same as a search by hand.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, realpathSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, put, run, scratch } from './cavra.mjs';
import { decision, foreignBundle, keyPair, prettyJson, readManifest, sha256 } from './evidence.mjs';

const pair = keyPair();
const signed = ['--public-key', pair.publicPath];

// A bundle of a session of its own.
function bundle(session, { how = { pair }, createdAt = '2026-01-02T03:04:05+00:00', signer = 'ci', decisions = [decision()] } = {}) {
  return foreignBundle(how, {
    createdAt,
    change: (files, manifest) => {
      manifest.signer = signer;
      const count = (what) => decisions.filter((one) => one.decision === what).length;
      for (const name of Object.keys(files).filter((file) => file.endsWith('.json'))) {
        const document = { ...JSON.parse(files[name]), session_id: session };
        if (name === 'evidence.json') document.decisions = decisions.map((one) => ({ ...one, session_id: session }));
        if (name === 'siem-event.json') document.decision_count = decisions.length;
        if (name === 'sandbox-run-summary.json') Object.assign(document, { events: decisions.length, blocked: count('block'), approval_required: count('require_approval') });
        files[name] = prettyJson(document);
      }
    },
  });
}

const database = () => join(scratch('db'), 'metadata.db');
const index = (path, directory, ...args) => cavra(['evidence', 'index', directory, '--sqlite', path, ...args]);
const search = (path, ...args) => {
  const done = cavra(['evidence', 'search', '--sqlite', path, '--json', ...args]);
  assert.equal(done.status, 0, done.err);
  return JSON.parse(done.out);
};
const sql = (path, text) => run('sqlite3', [path, text]);

test('a record says what the bundle says, and what it was found to be', () => {
  const path = database();
  const approval = (state, more = {}) => decision({ decision: 'require_approval', target: `t-${state}`, approval: { approval_id: `apr_${state}`, state, ...more } });
  const directory = bundle('one', { decisions: [decision(), approval('approved', { decided_by: 'anna' }), approval('denied'), approval('break_glass'), approval('pending', { approver_group: 'IAM' })] });
  const done = index(path, directory, ...signed);
  assert.deepEqual([done.status, done.out, done.err], [0, 'indexed: session one, verified\n', '']);
  const { items: [record], total } = search(path);
  const manifest = readManifest(directory);
  assert.deepEqual({ ...record, verification: { ...record.verification, verified_at: '' } }, {
    schema_version: 'cavra.evidence.metadata.v1', product: 'CAVRA', session_id: 'one', bundle_dir: realpathSync(directory),
    created_at: manifest.created_at, signer: 'ci', decision_count: 5, blocked_count: 1, approval_required_count: 4,
    approved_count: 2, denied_count: 1, break_glass_count: 1, manifest_signature: manifest.signature,
    retention: JSON.parse(readFileSync(join(directory, 'retention-policy.json'), 'utf8')),
    approval_outcomes: [
      { approval_id: 'apr_approved', target: 't-approved', state: 'approved', decided_by: 'anna' },
      { approval_id: 'apr_denied', target: 't-denied', state: 'denied' },
      { approval_id: 'apr_break_glass', target: 't-break_glass', state: 'break_glass' },
      { approval_id: 'apr_pending', target: 't-pending', state: 'pending', approver_group: 'IAM' },
    ],
    manifest_sha256: sha256(readFileSync(join(directory, 'manifest.json'))),
    verification: { status: 'verified', algorithm: 'Ed25519', verified_at: '', key_id: pair.fingerprint.slice(0, 16), public_key_sha256: pair.fingerprint, trust_status: null },
  });
  assert.equal(total, 1);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('what does not verify is not on record', () => {
  const path = database(), other = keyPair();
  const broken = bundle('broken');
  put(broken, 'evidence.json', '{}');
  assert.match(index(path, broken, ...signed).err, /the bundle is broken: evidence.json/);
  assert.equal(index(path, bundle('other'), '--public-key', other.publicPath).status, 1);
  assert.equal(index(path, join(scratch(), 'nowhere'), ...signed).status, 1);
  assert.ok(!existsSync(path));
  assert.equal(index(path, bundle('plain', { how: {} })).status, 0);
  assert.deepEqual(search(path).items.map((one) => [one.session_id, one.verification.status]), [['plain', 'integrity_only']]);
});

test('the same bundle again changes nothing, another one of the session is refused', () => {
  const path = database(), first = bundle('s');
  assert.equal(index(path, first, ...signed).status, 0);
  const before = sql(path, 'SELECT * FROM evidence_metadata').out;
  const again = index(path, first, ...signed);
  assert.deepEqual([again.status, /^on record since .*: session s, verified\n$/.test(again.out)], [0, true]);
  const other = index(path, bundle('s', { signer: 'somebody else' }), ...signed);
  assert.deepEqual([other.status, /session s is on record since .* with another manifest/.test(other.err)], [5, true]);
  assert.equal(sql(path, 'SELECT * FROM evidence_metadata').out, before);
  // Not even with SQL of one's own.
  assert.match(sql(path, "UPDATE evidence_metadata SET signer = 'x'").err, /what is indexed is not changed/);
  assert.match(sql(path, 'DELETE FROM evidence_metadata').err, /what is indexed is not deleted/);
});

// ---- searching ----

const filled = database();
const sessions = [];
for (let i = 0; i < 14; i++) {
  const day = String(1 + (i * 5) % 9).padStart(2, '0');
  const one = {
    session: `${['build', 'Deploy', "it's %_"][i % 3]}-${String(i).padStart(2, '0')}`, signer: ['ci', 'équipe'][i % 2],
    createdAt: i % 4 === 3 ? `2026-02-${day}T00:00:00.5+00:00` : `2026-02-${day}T00:00:00+00:00`,
    how: i % 5 === 0 ? {} : { pair },
    decisions: [...Array(i % 4).fill(decision()), ...Array(i % 3).fill(decision({ decision: 'require_approval' }))],
  };
  sessions.push(one);
  const done = index(filled, bundle(one.session, one), ...(i % 5 === 0 ? [] : signed));
  assert.equal(done.status, 0, done.err);
}
const blocked = (one) => one.decisions.filter(({ decision: what }) => what === 'block').length;
const asked = (one) => one.decisions.length - blocked(one);
const time = (one) => Date.parse(one.createdAt);
const byHand = (keep) => sessions.filter(keep).sort((a, b) => time(b) - time(a) || (a.session < b.session ? -1 : 1)).map((one) => one.session);

const filters = [
  [[], () => true],
  [['--session-id', 'build'], (one) => one.session.includes('build')],
  [['--session-id', 'deploy'], () => false],
  [['--session-id', "it's %"], (one) => one.session.startsWith("it's")],
  [['--session-id', '%'], (one) => one.session.includes('%')],
  [['--session-id', '_'], (one) => one.session.includes('_')],
  [['--session-id', "' OR 1=1 --"], () => false],
  [['--session-id', ''], () => true],
  [['--signer', 'équipe'], (one) => one.signer === 'équipe'],
  [['--signer', 'c'], () => false],
  [['--signer', ''], () => false],
  [['--min-blocked', '2'], (one) => blocked(one) >= 2],
  [['--has-approvals', 'yes'], (one) => asked(one) > 0],
  [['--has-approvals', 'no'], (one) => asked(one) === 0],
  [['--metadata-kind', 'session'], () => true],
  [['--metadata-kind', 'managed-endpoint-rollout'], () => false],
  [['--verification', 'verified'], (one) => one.how.pair],
  [['--verification', 'integrity_only'], (one) => !one.how.pair],
  [['--created-from', '2026-02-05'], (one) => time(one) >= Date.parse('2026-02-05T00:00:00Z')],
  [['--created-until', '2026-02-05T00:00:00Z'], (one) => time(one) < Date.parse('2026-02-05T00:00:00Z')],
  [['--created-from', '2026-02-03T00:00:00.5Z', '--created-until', '2026-02-07'], (one) => time(one) >= Date.parse('2026-02-03T00:00:00.5Z') && time(one) < Date.parse('2026-02-07T00:00:00Z')],
  [['--signer', 'ci', '--has-approvals', 'yes', '--min-blocked', '1', '--verification', 'verified'], (one) => one.signer === 'ci' && asked(one) && blocked(one) && one.how.pair],
];
for (const [args, keep] of filters)
  test(`search ${args.join(' ')}`, () => {
    const want = byHand(keep);
    const { items, total, limit, offset } = search(filled, ...args);
    assert.deepEqual([items.map((one) => one.session_id), total, limit, offset], [want, want.length, 50, 0]);
    // Page by page it is the same.
    const pages = [];
    for (let from = 0; from < want.length + 5; from += 5) {
      const page = search(filled, ...args, '--limit', '5', '--offset', String(from));
      assert.deepEqual([page.total, page.limit, page.offset], [want.length, 5, from]);
      pages.push(...page.items.map((one) => one.session_id));
    }
    assert.deepEqual(pages, want);
  });

test('what a search prints for people', () => {
  const { out } = cavra(['evidence', 'search', '--sqlite', filled, '--limit', '2']);
  const lines = out.trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0], /^2026-02-09T\S+ {2}\S.*-\d\d {2}(verified|integrity_only) {2}\d decisions, \d blocked, \d asked {2}signer \S+$/);
  assert.equal(lines[2], '2 of 14, from 0');
});

test('numbers, words and times that make no sense', () => {
  const wrong = [['--limit', '0'], ['--limit', '501'], ['--limit', 'x'], ['--limit', '-1'], ['--offset', '-1'], ['--offset', '99999999999'],
    ['--min-blocked', ''], ['--has-approvals', 'maybe'], ['--verification', 'failed'], ['--created-from', 'yesterday'], ['--created-until', '2026-02-30']];
  for (const args of wrong) {
    const done = cavra(['evidence', 'search', '--sqlite', filled, ...args]);
    assert.deepEqual([done.status, done.out], [2, ''], args.join(' '));
  }
  for (const limit of ['1', '500']) assert.equal(cavra(['evidence', 'search', '--sqlite', filled, '--limit', limit]).status, 0);
});

// ---- the database ----

test('migrate makes the database, and once it is made does nothing', () => {
  const path = join(scratch('made'), 'a/b/metadata.db');
  const first = JSON.parse(cavra(['evidence', 'migrate', '--sqlite', path, '--json']).out);
  assert.deepEqual(first, { database: path, version: first.version, applied: ['evidence_metadata'], skipped: [] });
  const second = cavra(['evidence', 'migrate', '--sqlite', path]);
  assert.deepEqual([second.status, second.out], [0, `${path} is at version ${first.version}, was at ${first.version}\n`]);
  assert.deepEqual(search(path), { items: [], total: 0, limit: 50, offset: 0 });
});

test('the database has a place of its own', () => {
  const cwd = scratch('project'), directory = bundle('here');
  assert.equal(cavra(['evidence', 'index', directory, ...signed], { cwd }).status, 0);
  assert.ok(existsSync(join(cwd, '.cavra/evidence/metadata.db')));
  assert.match(cavra(['evidence', 'search'], { cwd }).out, /here/);
});

test('databases that are none of ours, of another program, newer, changed or damaged', () => {
  const absent = database();
  assert.match(cavra(['evidence', 'search', '--sqlite', absent]).err, /cannot open the database/);
  assert.ok(!existsSync(absent));
  const copy = (change) => {
    const path = database();
    copyFileSync(filled, path);
    chmodSync(path, 0o600);
    change(path);
    return path;
  };
  const directory = bundle('late');
  const rows = [
    [copy((path) => sql(path, 'PRAGMA application_id = 7')), /another program|no database of CAVRA/],
    [copy((path) => sql(path, "INSERT INTO schema_migrations VALUES (2, 'future', 'sha256:0', 'now')")), /at version 2 and this program knows 1/],
    [copy((path) => sql(path, "UPDATE schema_migrations SET checksum = 'sha256:0'")), /different histories/],
    [copy((path) => truncateSync(path, 5000)), /damaged/],
    [put(scratch(), 'text.db', 'no database, but text of more than one hundred bytes, which is what it takes to be looked at as a database file at all'), /no SQLite database/],
    [(() => {
      const link = database();
      symlinkSync(filled, link);
      return link;
    })(), /cannot open the database|symbolic/],
  ];
  for (const [path, error] of rows)
    for (const done of [cavra(['evidence', 'search', '--sqlite', path]), index(path, directory, ...signed)])
      assert.deepEqual([done.status, error.test(done.err)], [1, true], `${path}: ${done.err}`);
});

test('many at once', async () => {
  const path = database(), directories = Array.from({ length: 8 }, (_, i) => bundle(`p${i}`));
  const start = (directory) => new Promise((done) => {
    const child = spawn(cavraProgram, ['evidence', 'index', directory, '--sqlite', path, ...signed]);
    let err = '';
    child.stderr.on('data', (text) => (err += text));
    child.on('close', (status) => done([status, err]));
  });
  const results = await Promise.all([...directories, ...directories].map(start));
  assert.deepEqual(results.filter(([status]) => status !== 0), []);
  assert.equal(search(path).total, 8);
});
