// SPDX-License-Identifier: Apache-2.0
//
// From a draft to the pack in force: cavra policy catalog, draft, publish-plan, publish-request, publish and rollback, against
// forged approvals, other publishers, full disks and kill -9.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, get, put, run, scratch } from './cavra.mjs';
import { draftText, publisher } from './publishing.mjs';

const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blockA = draftText('commands: {block: [a, "terraform apply*"]}');
const blockB = draftText('commands: {block: [a]}', { version: '1.1.0' });
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Everything below a directory: paths, links and bytes.
function snapshot(directory) {
  const found = {};
  for (const name of readdirSync(directory, { recursive: true }).sort()) {
    const path = join(directory, name), st = lstatSync(path);
    found[name] = st.isSymbolicLink() ? `-> ${readlinkSync(path)}` : st.isFile() ? readFileSync(path, 'utf8') : 'directory';
  }
  return found;
}
const versions = ({ packs }, id = 'cavra-shop') => readdirSync(join(packs, id, 'versions')).sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
const refused = (done, text, status = 1) => {
  assert.equal(done.status, status, done.out + done.err);
  assert.equal(done.out, '');
  assert.match(done.err, text);
};

// ---- drafts ----

test('a draft is printed as the policy.yaml that it would become', () => {
  const directory = scratch('draft');
  const file = put(directory, 'draft.json', JSON.stringify({
    id: 'cavra-shop', title: 'Shop', description: 'The shop.', inherits: 'cavra-ai-agent-baseline', commands: { block: ['heroku*', 'no'] },
  }));
  const done = cavra(['policy', 'draft', file]);
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
  assert.equal(done.out, `metadata:\n  id: cavra-shop\n  title: Shop\n  description: The shop.\n  inherits: cavra-ai-agent-baseline\n`
    + `  version: "${today}"\ncommands:\n  block:\n  - heroku*\n  - "no"\n`);
  const again = put(directory, 'policy.yaml', done.out);
  assert.equal(cavra(['policy', 'draft', again]).out, done.out, 'what is a policy stays as it is');
  assert.equal(cavra(['policy', 'validate', again]).out, 'valid cavra-shop\n');
  const report = JSON.parse(cavra(['policy', 'draft', file, '--json']).out);
  assert.deepEqual(Object.keys(report), ['schema_version', 'product', 'valid', 'errors', 'policy_pack', 'summary', 'operator_notes']);
  assert.equal(report.schema_version, 'cavra.policy_pack.draft.v1');
  assert.equal(report.policy_pack.metadata.version, today);
  assert.deepEqual(report.policy_pack.commands, { block: ['heroku*', 'no'] });
});

test('what no policy may have is an error of the draft, and nothing is dropped', () => {
  for (const [name, text, complaint] of [
    ['x.json', '{"id": "cavra-x", "title": "t", "description": "d", "comands": {"block": ["a"]}}', /unknown key "comands"; did you mean "commands"/],
    ['x.json', '{"metadata": {"id": "cavra-x", "title": "t", "description": "d", "colour": "red"}}', /unknown key "colour"/],
    ['x.json', '{"id": "cavra-x", "title": "t"}', /"description" is missing/],
    ['x.json', '{"id": "../../etc/x", "title": "t", "description": "d"}', /pack id/],
    ['x.yaml', draftText('comands: {}'), /x\.yaml: 2:1: unknown key "comands"/],
    ['x.yaml', draftText('', { more: ', inherits: cavra-nobody' }), /x\.yaml: 1:\d+: there is no pack "cavra-nobody"/],
  ]) {
    const file = put(scratch('bad'), name, text);
    refused(cavra(['policy', 'draft', file]), complaint);
    refused(cavra(['policy', 'publish-plan', file]), complaint);
    refused(cavra(['policy', 'publish-request', file, '--requested-by', 'ann']), complaint);
    const report = cavra(['policy', 'draft', file, '--json']);
    assert.equal(report.status, 1);
    assert.equal(JSON.parse(report.out).valid, false);
    assert.match(JSON.parse(report.out).errors.join('\n'), new RegExp(complaint.source.replace(/^x\\.yaml: /, '')));
    const plan = cavra(['policy', 'publish-plan', file, '--json']);
    assert.equal(plan.status, 1);
    assert.equal(JSON.parse(plan.out).valid, false);
  }
  for (const [text, complaint] of [['[]', /a draft is an object/], ['{"metadata": {}, "id": "cavra-x"}', /write each once/], ['{', /:1:2:/]])
    refused(cavra(['policy', 'draft', put(scratch('bad'), 'x.json', text)]), complaint);
  refused(cavra(['policy', 'draft', '/nowhere/x.yaml']), /nowhere/);
});

// ---- plans and requests ----

test('a plan says what would change, and the request is about exactly that', () => {
  const shop = publisher();
  const first = shop.draft(blockA);
  const create = JSON.parse(cavra(['policy', 'publish-plan', first, '--pack-dir', shop.packs, '--json']).out);
  assert.deepEqual([create.operation, create.risk, create.previous_policy_digest, create.diff], ['create', 'high', null, null]);
  assert.equal(create.file_digest, sha256(readFileSync(first)));
  shop.mustPublish(first);
  const second = shop.draft(blockB);
  const plan = JSON.parse(cavra(['policy', 'publish-plan', second, '--pack-dir', shop.packs, '--json']).out);
  assert.deepEqual([plan.operation, plan.risk, plan.valid, plan.target_path],
    ['update', 'critical', true, 'policies/cavra-shop/policy.yaml']);
  assert.equal(plan.operator_notes.length, 3, 'what is published now can be loaded');
  assert.equal(plan.previous_policy_digest, create.policy_digest);
  assert.deepEqual(plan.diff.changed, ['commands.block', 'metadata.version']);
  const text = cavra(['policy', 'publish-plan', second, '--pack-dir', shop.packs]).out;
  assert.match(text, /^update cavra-shop: risk critical, needs an approval\n/);
  assert.match(text, /- terraform apply\*: no longer blocked/);
  const request = JSON.parse(cavra(['policy', 'publish-request', second, '--pack-dir', shop.packs, '--requested-by', 'ann',
    '--approver-group', 'G', '--repository', 'R']).out);
  assert.match(request.approval_id, /^apr_[0-9a-f]{12}$/);
  assert.deepEqual([request.state, request.requested_by, request.decided_by, request.approver_group], ['pending', 'ann', null, 'G']);
  assert.equal(new Date(request.expires_at) - new Date(request.requested_at), 24 * 3600 * 1000);
  const { decision } = request;
  assert.deepEqual([decision.actor, decision.repository, decision.approver_group, decision.severity], ['ann', 'R', 'G', 'critical']);
  for (const key of ['policy_digest', 'file_digest', 'previous_policy_digest', 'operation', 'policy_id'])
    assert.equal(decision[key], plan[key]);
  assert.equal(JSON.parse(cavra(['policy', 'compile', '--policy-file', second]).out).metadata.version, '1.1.0');
  refused(cavra(['policy', 'publish-request', second]), /--requested-by is missing/, 2);
  refused(cavra(['policy', 'publish-request', second, '--requested-by', ' ']), /give a name/);
});

test('without a pack of that id in the directory, the bundled one is what is replaced', () => {
  const shop = publisher();
  const file = shop.draft(draftText('', { id: 'cavra-pci-dss' }));
  const plan = JSON.parse(cavra(['policy', 'publish-plan', file, '--pack-dir', shop.packs, '--json']).out);
  assert.deepEqual([plan.operation, plan.risk], ['update', 'critical']);
});

// ---- publishing ----

test('publishing signs, keeps every version, and rolling back goes through the same gate', () => {
  const shop = publisher();
  const first = shop.draft(`${blockA}# what people wrote stays\n`);
  const result = shop.mustPublish(first);
  assert.equal(result.schema_version, 'cavra.policy_pack.publish_result.v1');
  assert.deepEqual([result.status, result.published_by, result.signature_verified, result.approval.decided_by],
    ['published', 'policy-publisher', true, 'bob']);
  assert.equal(get(shop.packs, 'cavra-shop/policy.yaml'), readFileSync(first, 'utf8'));
  assert.equal(result.policy_digest, sha256(JSON.stringify(sorted({
    metadata: { id: 'cavra-shop', title: 'Shop', description: 'The shop.', version: '1.0.0' }, commands: { block: ['a', 'terraform apply*'] },
  }))));
  const second = shop.draft(blockB);
  shop.mustPublish(second);
  assert.equal(get(shop.packs, 'cavra-shop/policy.yaml'), blockB);
  assert.deepEqual(versions(shop).map((name) => parseInt(name, 10)), [1, 2]);

  const kept = join(shop.packs, 'cavra-shop/versions', versions(shop)[0], 'policy.yaml');
  assert.equal(readFileSync(kept, 'utf8'), readFileSync(first, 'utf8'));
  refused(shop.rollback('cavra-shop', '1', shop.approval(second)), /the policy is not the one that was approved/);
  refused(shop.rollback('cavra-shop', '7', shop.approval(kept)), /no published version 7/);
  const back = shop.rollback('cavra-shop', '1.0.0', shop.approval(kept));
  assert.equal(back.status, 0, back.err);
  assert.equal(JSON.parse(back.out).rolled_back_to, versions(shop)[0]);
  assert.equal(get(shop.packs, 'cavra-shop/policy.yaml'), readFileSync(first, 'utf8'));
  assert.equal(shop.verify().status, 0);

  // By digest, by name; and what is called the same is not guessed.
  for (const to of [sha256(readFileSync(kept)), result.policy_digest, versions(shop)[0]])
    assert.equal(shop.rollback('cavra-shop', to, shop.approval(kept)).status, 0, to);
  shop.mustPublish(shop.draft(draftText('commands: {block: [z]}')));
  refused(shop.rollback('cavra-shop', '1.0.0', shop.approval(kept)), /several versions .* are called 1\.0\.0/);

  const catalog = JSON.parse(cavra(['policy', 'catalog', '--pack-dir', shop.packs, '--json']).out);
  const item = catalog.items[0];
  assert.deepEqual([item.policy_id, item.valid, item.source, item.signature], ['cavra-shop', true, 'pack_dir', null]);
  assert.deepEqual(item.versions.map((one) => one.number), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(item.versions.map((one) => one.policy_version), ['1.0.0', '1.1.0', '1.0.0', '1.0.0', '1.0.0', '1.0.0', '1.0.0']);
});

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

test('a pack that nobody has published becomes a version of its own first', () => {
  for (const signed of [true, false]) {
    const shop = publisher();
    const file = put(shop.packs, 'cavra-shop/policy.yaml', blockA);
    put(shop.packs, 'cavra-shop/NOTES', 'mine');
    if (signed)
      assert.equal(cavra(['policy', 'sign', file, '--private-key', shop.pair.private_key_path]).status, 0);
    const before = signed ? readFileSync(`${file}.sig.json`, 'utf8') : undefined;
    shop.mustPublish(shop.draft(blockB));
    const [old] = versions(shop);
    assert.equal(get(shop.packs, `cavra-shop/versions/${old}/policy.yaml`), blockA);
    if (signed)
      assert.equal(get(shop.packs, `cavra-shop/versions/${old}/policy.yaml.sig.json`), before);
    else
      assert.ok(!existsSync(join(shop.packs, `cavra-shop/versions/${old}/policy.yaml.sig.json`)));
    assert.equal(get(shop.packs, 'cavra-shop/NOTES'), 'mine');
    const kept = join(shop.packs, 'cavra-shop/versions', old, 'policy.yaml');
    assert.equal(shop.rollback('cavra-shop', '1', shop.approval(kept)).status, 0);
  }
});

test('what somebody wrote over a published pack is kept and replaced', () => {
  const shop = publisher();
  shop.mustPublish(shop.draft(blockA));
  const file = join(shop.packs, 'cavra-shop/policy.yaml');
  rmSync(file);
  writeFileSync(file, draftText('commands: {block: [by-hand]}'));
  assert.equal(shop.verify().status, 1, 'nobody has signed that');
  shop.mustPublish(shop.draft(blockB));
  assert.equal(versions(shop).length, 3);
  // A link to elsewhere is no version either.
  rmSync(file);
  symlinkSync(put(shop.directory, 'elsewhere/policy.yaml', blockA), file);
  shop.mustPublish(shop.draft(draftText('commands: {block: [c]}')));
  assert.equal(get(shop.packs, 'cavra-shop/policy.yaml'), draftText('commands: {block: [c]}'));
  assert.equal(get(shop.directory, 'elsewhere/policy.yaml'), blockA);
});

test('a published policy that cannot be loaded can be replaced, as the worst risk', () => {
  const shop = publisher();
  put(shop.packs, 'cavra-shop/policy.yaml', 'metadata: {id: cavra-shop\n');
  const file = shop.draft(blockA);
  const plan = JSON.parse(cavra(['policy', 'publish-plan', file, '--pack-dir', shop.packs, '--json']).out);
  assert.deepEqual([plan.risk, plan.operation, plan.diff], ['critical', 'update', null]);
  assert.equal(plan.previous_policy_digest, sha256('metadata: {id: cavra-shop\n'));
  assert.match(plan.operator_notes.join(), /cannot be loaded/);
  const catalog = cavra(['policy', 'catalog', '--pack-dir', shop.packs]);
  assert.equal(catalog.status, 1);
  assert.match(catalog.out, /^cavra-shop: cannot be used: /);
  shop.mustPublish(file);
  assert.equal(cavra(['policy', 'catalog', '--pack-dir', shop.packs]).status, 0);
});

test('a child is published with the parents it is approved with, and says so when they change', () => {
  const shop = publisher();
  const parent = shop.draft(draftText('commands: {block: [a]}', { id: 'cavra-parent' }));
  assert.equal(shop.publish(parent).status, 0);
  const child = shop.draft(draftText('commands: {block: [b]}', { more: ', inherits: cavra-parent' }));
  const approved = shop.approval(child);
  const other = shop.draft(draftText('commands: {block: [a, c]}', { id: 'cavra-parent' }));
  assert.equal(shop.publish(other).status, 0);
  refused(shop.publish(child, approved), /the policy is not the one that was approved/);
  shop.mustPublish(child);
});

// ---- the gate ----

const forgeries = [
  ['state', 'pending', /its state is "pending"/], ['state', 'denied', /its state is "denied"/], ['state', undefined, /its state is ""/],
  ['schema_version', 'x', /no approval/], ['approval_id', '', /no approval_id/],
  ['decision', undefined, /no decision/],
  ['decision.action_type', 'deploy', /another action/], ['decision.policy_id', 'cavra-y', /another policy/],
  ['decision.policy_digest', 'sha256:00', /policy is not the one/], ['decision.file_digest', 'sha256:00', /file is not the one/],
  ['decision.previous_policy_digest', 'sha256:00', /something else was published since/],
  ['decision.previous_policy_digest', null, /something else was published since/],
  ['decision.operation', 'create', /another operation/], ['decision.severity', 'low', /another risk/],
  ['decision.target', 'policies/x/policy.yaml', /another file/], ['decision.approver_group', 'Interns', /names another group/],
  ['decision.actor', 'eve', /requested_by is not who asked/], ['decision.rule_id', 'x', /another rule/],
  ['decision.decision_id', 'x', /not that of this change/], ['decision_id', 'x', /not that of its decision/],
  ['requested_by', 'eve', /requested_by is not who asked/], ['approver_group', 'Interns', /another group has approved/],
  ['decided_by', 'ann', /ann has asked for the approval and cannot give it/], ['decided_by', 'ANN ', /cannot give it/],
  ['decided_by', 'ai-agent', /which person decided/], ['decided_by', null, /which person decided/],
  ['decision_reason', '', /gives no reason/], ['expires_at', undefined, /expires_at is no time/],
  ['expires_at', '2026-01-01T00:00:00Z', /has ended/], ['decided_at', '2999-01-01T00:00:00Z', /in the future/],
  ['decided_at', '2020-01-01T00:00:00Z', /before it was asked for/], ['requested_at', 'now', /requested_at is no time/],
];

test('an approval with any one thing forged publishes nothing, and says what is wrong', () => {
  const shop = publisher();
  shop.mustPublish(shop.draft(blockA));
  const file = shop.draft(blockB), before = snapshot(shop.packs);
  for (const [path, value, complaint] of forgeries) {
    const approved = shop.approval(file, (record) => {
      const keys = path.split('.'), last = keys.pop();
      const object = keys.reduce((at, key) => at[key], record);
      if (value === undefined) delete object[last];
      else object[last] = value;
    });
    refused(shop.publish(file, approved), complaint);
    assert.deepEqual(snapshot(shop.packs), before, `${path} ${value}`);
  }
  shop.mustPublish(file);
});

const glass = (hours) => (record) => Object.assign(record, {
  state: 'break_glass', break_glass: true, break_glass_reason: 'production is down', approver_group: 'Change Advisory Board',
  expires_at: new Date(Date.parse(record.decided_at) + hours * 3600000).toISOString(),
});

test('breaking the glass needs a reason, and holds for four hours', () => {
  const shop = publisher();
  const file = shop.draft(blockA);
  refused(shop.publish(file, shop.approval(file, (record) => { glass(4)(record); record.break_glass_reason = ' '; })), /needs a reason/);
  refused(shop.publish(file, shop.approval(file, (record) => { glass(4)(record); record.break_glass = false; })), /contradict/);
  refused(shop.publish(file, shop.approval(file, glass(4.01))), /at most 4 hours/);
  refused(shop.publish(file, shop.approval(file, (record) => { glass(4)(record); record.decided_by = 'ann'; })), /cannot give it/);
  shop.mustPublish(file, shop.approval(file, glass(4)));
});

test('an approval holds once, also after a rollback to where it was given', () => {
  const shop = publisher();
  const first = shop.draft(blockA), second = shop.draft(blockB);
  shop.mustPublish(first);
  const approved = shop.approval(second);
  shop.mustPublish(second, approved);
  refused(shop.publish(second, approved), /something else was published since/);
  shop.mustPublish(first);
  refused(shop.publish(second, approved), /was used already, for version 2/);
  shop.mustPublish(second);
});

test('the group that may approve is for the publisher to say', () => {
  const shop = publisher();
  const file = shop.draft(blockA);
  const approved = shop.approval(file, () => {}, ['--approver-group', 'Interns']);
  refused(shop.publish(file, approved), /names another group/);
  assert.equal(cavra([...shop.publishArgs(file, approved), '--approver-group', 'Interns']).status, 0);
});

// ---- wrong inputs ----

test('wrong usage and wrong files', () => {
  const shop = publisher();
  const file = shop.draft(blockA), approved = shop.approval(file), args = shop.publishArgs(file, approved);
  const without = (option) => { const at = args.indexOf(option); return [...args.slice(0, at), ...args.slice(at + 2)]; };
  const instead = (option, value) => args.map((word, i) => (args[i - 1] === option ? value : word));
  for (const option of ['--pack-dir', '--approval', '--private-key'])
    refused(cavra(without(option)), new RegExp(`${option} is missing`), 2);
  refused(cavra(['policy', 'rollback', 'cavra-shop', ...args.slice(3)]), /--to is missing/, 2);
  refused(cavra(['policy', 'rollback', '../x', '--to', '1', ...args.slice(3)]), /no pack id/);
  refused(cavra(['policy', 'rollback', 'cavra-shop', '--to', '1', ...args.slice(3)]), /no published version/);
  refused(cavra(instead('--pack-dir', join(shop.directory, 'nowhere'))), /nowhere: No such file/);
  refused(cavra(instead('--pack-dir', file)), /Not a directory/);
  refused(cavra(instead('--approval', join(shop.directory, 'nowhere.json'))), /nowhere\.json/);
  refused(cavra(instead('--approval', put(shop.directory, 'list.json', '[]'))), /list\.json: this is no approval/);
  refused(cavra(instead('--approval', put(shop.directory, 'half.json', '{"state":'))), /half\.json:1:/);
  refused(cavra(instead('--private-key', shop.pair.public_key_path)), /private key/i);
  for (const id of ['../x', 'cavra-../x', '.', 'cavra-', 'CAVRA-X', '']) {
    const bad = put(shop.directory, 'bad.json', JSON.stringify({ id, title: 't', description: 'd' }));
    refused(cavra(['policy', 'publish', bad, ...args.slice(3)]), /no pack id/);
  }
  mkdirSync(join(shop.directory, 'real'));
  symlinkSync(join(shop.directory, 'real'), join(shop.packs, 'cavra-shop'));
  refused(cavra(args), /nothing is published through a link/);
  assert.deepEqual(readdirSync(join(shop.directory, 'real')), []);
  rmSync(join(shop.packs, 'cavra-shop'));
  assert.equal(cavra(args).status, 0);
  rmSync(join(shop.packs, 'cavra-shop/current'));
  symlinkSync('../../x', join(shop.packs, 'cavra-shop/current'));
  refused(cavra(['policy', 'publish', shop.draft(blockB), ...args.slice(3)]), /current is no link to a published version/);
});

test('a directory that cannot be written is an error', () => {
  const shop = publisher();
  const file = shop.draft(blockA), args = shop.publishArgs(file, shop.approval(file));
  refused(run('bwrap', ['--unshare-user', '--dev-bind', '/', '/', '--ro-bind', shop.packs, shop.packs, cavraProgram, ...args]), /Read-only file system/);
});

// ---- the catalog ----

test('the catalog lists packs with the number of their rules, and nothing that is no pack', () => {
  const shop = publisher();
  shop.mustPublish(shop.draft(blockA));
  put(shop.packs, 'cavra-empty/NOTES', '');
  put(shop.packs, 'versions/policy.yaml', blockA);
  put(shop.packs, 'cavra-pci-dss/policy.yaml', draftText('', { id: 'cavra-pci-dss' }));
  for (const name of ['catalog', 'catalogue']) {
    const { schema_version: schema, items, total } = JSON.parse(cavra(['policy', name, '--pack-dir', shop.packs, '--json']).out);
    assert.equal(schema, 'cavra.policy_pack.catalog.v1');
    assert.equal(total, items.length);
    assert.deepEqual(items.filter((item) => item.source === 'pack_dir').map((item) => item.policy_id), ['cavra-pci-dss', 'cavra-shop']);
    assert.equal(items.filter((item) => item.policy_id === 'cavra-pci-dss').length, 1);
    assert.equal(items.find((item) => item.policy_id === 'cavra-shop').summary.rule_counts.commands, 2);
    assert.ok(items.some((item) => item.policy_id === 'cavra-ai-agent-baseline' && item.signature === 'bundled'));
  }
  const trust = join(shop.directory, 'trust');
  put(trust, 'team.pem', readFileSync(shop.pair.public_key_path));
  chmodSync(trust, 0o755);
  const trusted = cavra(['policy', 'catalog', '--pack-dir', shop.packs, '--trust-dir', trust]);
  assert.equal(trusted.status, 1);
  assert.match(trusted.out, /^cavra-pci-dss: cannot be used: not signed/m);
  assert.match(trusted.out, /^cavra-shop 1\.0\.0: 2 rules, verified\n {2}1 {2}1\.0\.0 {2}20/m);
  assert.match(cavra(['policy', 'catalog', '--pack-dir', '/nowhere']).err, /nowhere/);
});

// ---- others at the same time ----

function start(args) {
  const child = spawn(cavraProgram, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: scratch('home'), ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '' } });
  const done = { out: '', err: '' };
  child.stdout.on('data', (text) => { done.out += text; });
  child.stderr.on('data', (text) => { done.err += text; });
  return { child, end: new Promise((resolve) => { child.on('close', (status, signal) => resolve({ ...done, status, signal })); }) };
}

test('of publishers at the same time one wins, and the others see that something was published', async () => {
  const shop = publisher();
  shop.mustPublish(shop.draft(blockA));
  for (let round = 0; round < 5; round++) {
    const before = versions(shop).length;
    const files = [0, 1, 2, 3].map((i) => shop.draft(draftText(`commands: {block: [a, x${round}${i}]}`, { version: `2.${round}.${i}` })));
    const approvals = files.map((file) => shop.approval(file));
    const ends = await Promise.all(files.map((file, i) => start(shop.publishArgs(file, approvals[i])).end));
    const won = ends.filter((done) => done.status === 0);
    assert.equal(won.length, 1, JSON.stringify(ends));
    for (const done of ends.filter((one) => one.status !== 0)) assert.match(done.err, /something else was published since/);
    assert.equal(get(shop.packs, 'cavra-shop/policy.yaml'), readFileSync(files[ends.indexOf(won[0])], 'utf8'));
    assert.equal(versions(shop).length, before + 1);
    assert.equal(shop.verify().status, 0);
  }
});

test('a reader never sees a new pack with an old signature', async () => {
  const shop = publisher();
  // Beginning with files that no link leads to.
  const file = put(shop.packs, 'cavra-shop/policy.yaml', blockA);
  assert.equal(cavra(['policy', 'sign', file, '--private-key', shop.pair.private_key_path]).status, 0);
  let reading = true, n = 0;
  const reader = (async () => {
    while (reading) {
      const done = await start(['policy', 'verify', join(shop.packs, 'cavra-shop'), '--public-key', shop.pair.public_key_path]).end;
      assert.equal(done.status, 0, done.err);
      n++;
    }
  })();
  for (let i = 0; i < 20; i++) {
    const draft = shop.draft(draftText(`commands: {block: [a, x${i}]}`, { version: `3.0.${i}` }));
    const done = await start(shop.publishArgs(draft, shop.approval(draft))).end;
    assert.equal(done.status, 0, done.err);
  }
  reading = false;
  await reader;
  assert.ok(n > 10, `${n} reads`);
});

// ---- kill -9, and full disks ----

// Files of somebody else, a first publication, and the usual one: each is killed at random times.
for (const [name, prepare] of [
  ['a published pack', (shop) => shop.mustPublish(shop.draft(blockA))],
  ['a signed pack that nobody has published', (shop) => {
    const file = put(shop.packs, 'cavra-shop/policy.yaml', blockA);
    assert.equal(cavra(['policy', 'sign', file, '--private-key', shop.pair.private_key_path]).status, 0);
  }],
  ['nothing', () => {}],
]) {
  test(`whoever is killed while publishing over ${name} leaves the old pack or the new one, signed`, async () => {
    const model = publisher();
    prepare(model);
    const template = join(model.directory, 'template');
    cpSync(model.packs, template, { recursive: true, verbatimSymlinks: true });
    const draft = model.draft(blockB), approved = model.approval(draft);
    const old = existsSync(join(template, 'cavra-shop/policy.yaml')) ? blockA : undefined;
    const seen = { old: 0, new: 0 };
    // Later after the old pack, earlier after the new one: most rounds end near the moment that counts.
    for (let round = 0, wait = 5; round < 60; round++) {
      rmSync(model.packs, { recursive: true });
      cpSync(template, model.packs, { recursive: true, verbatimSymlinks: true });
      const { child, end } = start(model.publishArgs(draft, approved));
      await sleep(wait * (0.8 + 0.4 * Math.random()));
      child.kill('SIGKILL');
      await end;
      const there = existsSync(join(model.packs, 'cavra-shop/policy.yaml'));
      const text = there ? get(model.packs, 'cavra-shop/policy.yaml') : undefined;
      assert.ok(text === old || text === blockB, text);
      if (there) assert.equal(model.verify().status, 0, model.verify().err);
      seen[text === blockB ? 'new' : 'old']++;
      wait *= text === blockB ? 0.8 : 1.25;
      // The next one goes on from there.
      const next = model.publish(draft, text === blockB ? model.approval(draft) : approved);
      assert.equal(next.status, 0, next.err);
      assert.equal(model.verify().status, 0);
      assert.deepEqual(versions(model).filter((one) => one.startsWith('.')), [], 'what was left behind is gone');
    }
    assert.ok(seen.old && seen.new, `killed too early or too late: ${JSON.stringify(seen)}`);
  });
}

test('on a full disk nothing is lost, and the error says so', () => {
  const shop = publisher();
  shop.mustPublish(shop.draft(blockA));
  const draft = shop.draft(draftText(`commands: {block: [a]} # ${'x'.repeat(20000)}`)), approved = shop.approval(draft);
  let full = 0, fits = 0;
  for (let pages = 4; pages < 40; pages += 2) {
    // A tmpfs of that many pages with the packs in it, filled by publishing.
    const script = `cp -a "$1"/. /mnt/ 2>/dev/null || exit 9; shift; "$@"; status=$?
      cat /mnt/cavra-shop/policy.yaml > ${shop.directory}/after.yaml; cp /mnt/cavra-shop/policy.yaml.sig.json ${shop.directory}/after.yaml.sig.json
      ls -A /mnt/cavra-shop/versions > ${shop.directory}/versions; exit $status`;
    const args = shop.publishArgs(draft, approved).map((word) => (word === shop.packs ? '/mnt' : word));
    const done = run('bwrap', ['--unshare-user', '--dev-bind', '/', '/', '--size', String(pages * 4096), '--tmpfs', '/mnt',
      'sh', '-c', script, 'sh', shop.packs, cavraProgram, ...args]);
    if (done.status === 9) continue;
    const after = get(shop.directory, 'after.yaml');
    if (done.status === 0) {
      fits++;
      assert.equal(after, readFileSync(draft, 'utf8'));
      continue;
    }
    full++;
    assert.match(done.err, /No space left on device/);
    assert.equal(after, blockA);
    assert.match(get(shop.directory, 'versions'), /^1-[0-9a-f]{12}\n$/, 'nothing half written stays');
  }
  assert.ok(full >= 2 && fits >= 2, `full ${full}, fits ${fits}`);
});
