// SPDX-License-Identifier: Apache-2.0
//
// cavra policy lifecycle-plan and lifecycle-readiness, and tools/validate-policy-lifecycle. lifecycle-forged has the forgers.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, get, put, run, scratch, source } from './cavra.mjs';
import { blockersOf, commit, copyExample, example, exampleOptions, make, packText, readiness } from './lifecycle.mjs';

const json = (file) => JSON.parse(readFileSync(file, 'utf8'));
const parts = ['authoring_ui_contract', 'lint_report', 'version_manifest', 'shadow_mode_plan', 'dry_run_report', 'rollback_plan', 'approval_workflow'];
const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function plan(options, cwd = scratch('plan')) {
  const done = cavra(['policy', 'lifecycle-plan', '--output-dir', 'out', '--json', ...options], { cwd });
  assert.equal(done.status, 0, done.err);
  const exported = JSON.parse(done.out);
  return { cwd, exported, whole: json(join(cwd, exported.artifacts.policy_lifecycle_plan)) };
}

// ---- the plan ----

test('a plan is eight files: the whole and its seven parts', () => {
  const { cwd, exported, whole } = plan(['--policy-pack', 'cavra-ai-agent-baseline', '--requested-by', 'ann@example.com']);
  assert.equal(exported.schema_version, 'cavra.policy-lifecycle.export.v1');
  assert.equal(exported.output_dir, 'out');
  assert.deepEqual(Object.keys(exported.artifacts).sort(), ['policy_lifecycle_plan', ...parts].sort());
  assert.deepEqual(readdirSync(cwd), ['out'], 'nothing else is written');
  assert.deepEqual(readdirSync(join(cwd, 'out')).sort(), Object.values(exported.artifacts).map((path) => path.slice(4)).sort());
  assert.deepEqual(Object.keys(whole), ['schema_version', 'product', 'generated_at', 'policy_pack', 'lifecycle_capabilities', ...parts, 'operator_notes']);
  assert.deepEqual(whole.lifecycle_capabilities, [...parts].sort());
  for (const part of parts) {
    assert.deepEqual(json(join(cwd, exported.artifacts[part])), whole[part]);
    assert.equal(whole[part].schema_version, `cavra.policy-lifecycle.${part.replaceAll('_', '-')}.v1`);
  }
  assert.equal(whole.rollback_plan.requested_by, 'ann@example.com');
  assert.equal(whole.approval_workflow.publish_decision.actor, 'ann@example.com');
  assert.equal(whole.operator_notes.length, 3);
});

test('its parts are what the other commands say', () => {
  const { whole } = plan(['--policy-pack', 'cavra-ai-agent-baseline', '--previous-policy-pack', 'cavra-banking-baseline']);
  const lint = JSON.parse(cavra(['policy', 'lint', 'cavra-ai-agent-baseline', '--json']).out);
  const diff = JSON.parse(cavra(['policy', 'diff', 'cavra-banking-baseline', 'cavra-ai-agent-baseline', '--json']).out);
  assert.deepEqual(whole.lint_report, lint);
  for (const part of ['version_manifest', 'rollback_plan']) assert.deepEqual(whole[part].diff, diff);
  assert.equal(whole.version_manifest.policy_digest, diff.right.digest);
  assert.equal(whole.version_manifest.previous_policy_digest, diff.left.digest);
  const [right, left] = [diff.right, diff.left].map(({ digest }) => digest.slice(7, 19));
  assert.deepEqual(whole.shadow_mode_plan.evidence_refs, ['policy-shadow', 'policy-dry-run'].map((scheme) => `${scheme}://cavra-ai-agent-baseline/${right}`));
  assert.equal(whole.rollback_plan.rollback_ref, `policy-rollback://cavra-banking-baseline/${left}`);
  const cases = cavra(['policy', 'test', '--policy-pack', 'cavra-ai-agent-baseline']).out.match(/(\d+) cases pass/)[1];
  assert.equal(whole.dry_run_report.case_count, 6 + Number(cases));
  assert.deepEqual([whole.dry_run_report.failed_count, whole.dry_run_report.required_cases_present], [0, true]);
});

test('W45 a pack is judged by what it is about: all bundled packs can be released', () => {
  for (const name of readdirSync(join(source, 'policies'))) {
    const { whole } = plan(['--policy-pack', name]);
    assert.equal(whole.dry_run_report.failed_count, 0, name);
    assert.equal(whole.lint_report.valid, true, name);
    // What holds for every pack is expected of every pack.
    for (const id of ['block_env_read', 'block_protected_branch_push', 'block_unknown_mcp_server'])
      assert.equal(whole.dry_run_report.results.find((result) => result.case_id === id).expected_decision, 'block');
  }
});

test('W45 a required case that the pack is about must be met, and so must its own', () => {
  const about = make({ text: packText().replace('allow: [pytest]', 'allow: [pytest, terraform apply]') });
  assert.match(blockersOf(about.packet, ...about.options).join('\n'), /dry_run_report \/dry_run_report\/failed_count: must be 0/);
  const own = make({ text: packText().replace('decision: block}]', 'decision: allow}]') });
  assert.match(blockersOf(own.packet, ...own.options).join('\n'), /dry_run_report \/dry_run_report\/failed_count: must be 0/);
});

test('W51 actions of somebody are decided, too, and again when the packet is judged', () => {
  const actions = put(scratch(), 'actions.json', JSON.stringify({ actions: [
    { case_id: 'more', input: { action_type: 'read_file', target: 'x/.env' }, expected_decision: 'block' },
    { action_type: 'read_file', target: 'README.md' },
  ] }));
  const made = make({ options: ['--sample-actions', actions] });
  const results = made.read().dry_run_report.results.slice(-2);
  assert.deepEqual(results.map((result) => [result.case_id, result.decision.decision, result.passed]), [['more', 'block', true], ['case_9', 'allow', true]]);
  assert.equal(readiness(made.packet, ...made.options).status, 0);
  made.change((packet) => { packet.dry_run_report.results.at(-1).decision.decision = 'block'; });
  assert.match(blockersOf(made.packet, ...made.options).join('\n'), /results\/8\/decision\/decision: stated is "block", computed is "allow"/);
  for (const [text, message] of [['{}', /write a list of scenarios/], ['[{"tarjet": 1}]', /scenario 1: .*tarjet/], ['[', /:1:2/]]) {
    const done = cavra(['policy', 'lifecycle-plan', '--sample-actions', put(scratch(), 'a.json', text)], { cwd: scratch() });
    assert.equal(done.status, 1);
    assert.match(done.err, message);
  }
});

test('a policy that is wrong has no plan, and nothing is written', () => {
  const cwd = scratch();
  const done = cavra(['policy', 'lifecycle-plan', '--policy-file', put(scratch(), 'policy.yaml', packText('command: {}\n'))], { cwd });
  assert.equal(done.status, 1);
  assert.match(done.err, /policy\.yaml:4:1: .*command/);
  assert.deepEqual(readdirSync(cwd), []);
});

test('a pack id is never a path', () => {
  const cwd = scratch();
  put(cwd, 'evil/policy.yaml', packText());
  for (const id of ['evil', './evil', '../evil/policy.yaml', 'cavra-unknown']) {
    const done = cavra(['policy', 'lifecycle-plan', '--policy-pack', id], { cwd });
    assert.equal(done.status, 1, id);
  }
  const made = make();
  made.change((packet) => { packet.version_manifest.policy_id = made.directory; });
  assert.ok(blockersOf(made.packet, ...made.options.slice(3)).some((line) => /^policy_pack .*is no pack id/.test(line)));
});

// ---- the shipped packets ----

test('the shipped live packet is ready, wherever it stands', () => {
  for (const directory of [example, copyExample()]) {
    const { status, result } = readiness(join(directory, 'live-packet.json'), ...exampleOptions(directory));
    assert.equal(status, 0);
    assert.deepEqual({ ...result, checks: undefined }, {
      schema_version: 'cavra.policy-lifecycle.readiness-result.v1', product: 'CAVRA', evidence_mode: 'live',
      ready_for_policy_lifecycle_contract: true, ready_for_live_policy_lifecycle: true, status: 'ready', blocker_count: 0, warning_count: 0, checks: undefined,
    });
    assert.deepEqual(result.checks.map((check) => check.name), ['schema_version', 'evidence_mode', 'lifecycle_capabilities', 'authoring_ui_contract',
      'lint_report', 'version_manifest', 'shadow_mode_plan', 'dry_run_report', 'rollback_plan', 'approval_workflow', 'operating_evidence',
      'policy_pack', 'signature']);
    assert.ok(result.checks.every((check) => check.status === 'pass'));
  }
});

test('the shipped live packet is what its script makes today', () => {
  const directory = copyExample();
  const made = cavra(['policy', 'lifecycle-plan', '--policy-pack', 'cavra-example-release', '--pack-dir', join(directory, 'packs'),
    '--output-dir', directory]);
  assert.equal(made.status, 0, made.err);
  const now = json(join(directory, 'policy-lifecycle-plan.json')), shipped = json(join(example, 'live-packet.json'));
  for (const part of ['lint_report', 'dry_run_report'])
    assert.deepEqual(shipped[part], now[part], 'run tools/make-lifecycle-example');
});

test('the shipped sample packet is an example, and no more', () => {
  const packet = join(example, 'sample-packet.json'), packs = ['--pack-dir', join(example, 'packs')];
  const sample = readiness(packet, ...packs);
  assert.equal(sample.status, 0);
  assert.deepEqual([sample.result.status, sample.result.warning_count, sample.result.evidence_mode], ['ready_with_warnings', 1, 'sample']);
  assert.equal(sample.result.ready_for_live_policy_lifecycle, false);
  assert.deepEqual(sample.result.checks.filter((check) => check.status === 'warn').map((check) => check.name), ['evidence_mode']);
  const live = readiness(packet, ...packs, '--require-live');
  assert.equal(live.status, 1);
  assert.deepEqual(live.blockers.map((check) => check.name), ['evidence_mode']);
});

test('the script that makes the example makes one that is ready', () => {
  const directory = scratch('clone');
  for (const path of ['tools', 'examples']) assert.equal(run('cp', ['-r', join(source, path), directory]).status, 0);
  const done = run(join(directory, 'tools/make-lifecycle-example'), [cavraProgram]);
  assert.equal(done.status, 0, `${done.out}${done.err}`);
  assert.match(done.out, /^ready: 0 blockers, 0 warnings$/m);
  assert.deepEqual(readdirSync(join(directory, 'examples/policy-lifecycle/trust')), ['example.public.pem'], 'no private key stays');
  assert.notEqual(get(directory, 'examples/policy-lifecycle/trust/example.public.pem'), get(example, 'trust/example.public.pem'));
});

// ---- who signs ----

for (const [name, how, message] of [
  ['no signature', (made) => rmSync(`${made.packet}.sig.json`), /^signature : not signed/],
  ['no key', (made) => { made.options = made.options.slice(0, 3); }, /^signature : .*say whose signature counts/],
  ['another key', (made) => { made.options[4] = join(make().directory, 'keys/k.public.pem'); }, /^signature : .*not with this one/],
  ['a digest in place of a signature', (made) => cavra(['policy', 'sign', made.packet]), /^signature : .*Ed25519/],
  ['W20 the algorithm none', (made) => writeFileSync(`${made.packet}.sig.json`,
    JSON.stringify({ digest: sha256(readFileSync(made.packet)), algorithm: 'none' })), /^signature : /],
  ['the signature of a policy', (made) => {
    assert.equal(cavra(['policy', 'sign', made.policy, '--private-key', join(made.directory, 'keys/k.private.pem')]).status, 0);
    renameSync(`${made.policy}.sig.json`, `${made.packet}.sig.json`);
  }, /^signature : /],
])
  test(`a live packet with ${name} is blocked`, () => {
    const made = make();
    assert.equal(readiness(made.packet, ...made.options).status, 0);
    how(made);
    const lines = blockersOf(made.packet, ...made.options);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], message);
  });

test('a trust directory stands for its keys', () => {
  const made = make(), trust = join(made.directory, 'trust');
  const options = [...made.options.slice(0, 3), '--trust-dir', trust];
  put(trust, 'k.pem', get(made.directory, 'keys/k.public.pem'));
  assert.equal(readiness(made.packet, ...options).status, 0);
  put(trust, 'k.pem', get(make().directory, 'keys/k.public.pem'));
  assert.match(blockersOf(made.packet, ...options)[0], /not trusted/);
  const both = cavra(['policy', 'lifecycle-readiness', made.packet, ...made.options, '--trust-dir', trust]);
  assert.equal(both.status, 2);
});

test('a packet that claims less is no way around its signature', () => {
  const made = make();
  const packet = made.read();
  writeFileSync(made.packet, JSON.stringify({ ...packet, evidence_mode: 'sample' }));
  assert.match(blockersOf(made.packet, ...made.options.slice(1)).join('\n'), /^signature : /m);
});

// ---- what is computed ----

test('W41 a packet that somebody writes by hand is blocked, whatever it says', () => {
  const made = make();
  const ids = ['block_env_read', 'approval_policy_write', 'allow_terraform_plan', 'block_terraform_apply', 'block_protected_branch_push', 'block_unknown_mcp_server'];
  const byHand = {
    schema_version: 'cavra.policy-lifecycle.readiness.v1', product: 'CAVRA', evidence_mode: 'live', lifecycle_capabilities: parts,
    authoring_ui_contract: { review_workflow_ref: 'x', required_surfaces: [1, 2, 3, 4, 5, 6] },
    lint_report: { valid: true, blocker_count: 0 },
    version_manifest: { policy_id: 'cavra-ai-agent-baseline', policy_digest: 'x', policy_version: 'x', source_ref: 'x', git_versioned: true },
    shadow_mode_plan: { mode: 'shadow', non_enforcing: true, evidence_refs: ['x'], promotion_criteria: { approval_required: true } },
    dry_run_report: { case_count: 6, failed_count: 0, results: ids.map((case_id) => ({ case_id })) },
    rollback_plan: { rollback_ref: 'x', approval_required: true, steps: [1, 2, 3, 4] },
    approval_workflow: { approval_required: true, review_workflow_ref: 'x', approver_groups: ['x'], required_evidence: ['dry_run_report'] },
    operating_evidence: { ci_run_ref: 'x', policy_review_ref: 'x', ui_validation_ref: 'x' },
  };
  writeFileSync(made.packet, JSON.stringify(byHand));
  const { status, result, blockers } = readiness(made.packet, '--require-live', '--public-key', join(made.directory, 'keys/k.public.pem'));
  assert.equal(status, 1);
  assert.equal(result.ready_for_live_policy_lifecycle, false);
  assert.deepEqual(blockers.map((check) => check.name), ['authoring_ui_contract', 'lint_report', 'version_manifest', 'shadow_mode_plan', 'dry_run_report',
    'rollback_plan', 'approval_workflow', 'operating_evidence', 'signature']);
  const digest = blockers.find((check) => check.name === 'version_manifest').problems.find((problem) => problem.field === '/version_manifest/policy_digest');
  assert.equal(digest.stated, 'x');
  assert.match(digest.computed, /^sha256:[0-9a-f]{64}$/);
  assert.match(digest.message, /^stated is "x", computed is "sha256:/);
});

test('a pack that has changed since is told, with both digests', () => {
  const made = make(), before = made.read().version_manifest.policy_digest;
  writeFileSync(made.policy, packText().replace('[".env"]', '[]').replace('block_read: [.env]', 'block_read: [.env, x]'));
  const lines = blockersOf(made.packet, ...made.options);
  assert.ok(lines.some((line) => line.startsWith(`version_manifest /version_manifest/policy_digest: stated is "${before}", computed is "sha256:`)), lines.join('\n'));
  assert.ok(lines.some((line) => /^signature : the file compiles to/.test(line)));
});

test('a pack that is not there, or that cannot be loaded, is a blocker', () => {
  const made = make();
  const missing = blockersOf(made.packet, '--require-live', ...made.options.slice(3));
  assert.deepEqual(missing.length, 1, missing.join('\n'));
  assert.match(missing[0], /^policy_pack \/version_manifest\/policy_id: there is no pack "cavra-acme"/);
  writeFileSync(made.policy, 'x: 1\n');
  assert.match(blockersOf(made.packet, ...made.options)[0], /^policy_pack .*policy\.yaml.*metadata/);
});

test('W28d the version before is part of the evidence', () => {
  const old = put(scratch('old'), 'policy.yaml', packText('', '0.9.0').replace('"helm uninstall*"', '"helm uninstall*", "kubectl delete*"'));
  const made = make({ options: ['--previous-policy-file', old] });
  const packet = made.read();
  assert.equal(packet.approval_workflow.publish_plan.risk, 'critical');
  assert.equal(packet.approval_workflow.publish_plan.previous_policy_digest, packet.version_manifest.previous_policy_digest);
  const options = [...made.options, '--previous-policy-file', old];
  assert.equal(readiness(made.packet, ...options).status, 0);
  assert.match(blockersOf(made.packet, ...made.options)[0], /^policy_pack .*the previous policy: there is no pack/);
  const same = blockersOf(made.packet, ...made.options, '--previous-policy-file', made.policy);
  assert.ok(same.some((line) => /^version_manifest .*previous_policy_digest: stated is "sha256:.*, computed/.test(line)), same.join('\n'));
  writeFileSync(old, packText('', '0.9.0'));
  assert.ok(blockersOf(made.packet, ...options).some((line) => /^approval_workflow .*publish_plan\/risk: stated is "critical", computed/.test(line)));
  rmSync(old);
  assert.match(blockersOf(made.packet, ...options)[0], /^policy_pack .*the previous policy/);
  // Not to mention it does not help.
  made.change((changed) => {
    changed.version_manifest.previous_policy_digest = null;
    changed.rollback_plan.previous_policy_digest = changed.rollback_plan.previous_policy_id = null;
  });
  assert.ok(blockersOf(made.packet, ...made.options).some((line) => /publish_plan\/risk: stated is "critical", computed is "high"/.test(line)));
});

// ---- what refers to something ----

for (const [name, reference, message] of [
  ['no reference', 'x', /no reference; write one that begins with one of: ci-run file/],
  ['another scheme', 'ftp://x/y', /no reference/],
  ['a scheme alone', 'ci-run://', /no reference/],
  ['no host', 'https:///x', /no reference/],
  ['a space', 'ci-run://x y', /no reference/],
  ['a control character', 'ci-run://x\u001b[2J', /no reference/],
  ['a file that is not there', `file:gone#sha256:${'0'.repeat(64)}`, /file:gone.*No such file/],
  ['a file with other content', `file:policy.yaml#sha256:${'0'.repeat(64)}`, /stated is sha256:0000.*, the file has sha256:/],
  ['a file without a digest', 'file:policy.yaml', /write #sha256:/],
  ['a file elsewhere', `file:../x#sha256:${'0'.repeat(64)}`, /file:\.\.\/x/],
  ['a link to elsewhere', `file:link#sha256:${sha256('secret').slice(7)}`, /file:link.*leads out/],
  ['a directory', `file:keys#sha256:${'0'.repeat(64)}`, /file:keys/],
])
  test(`evidence that is ${name} is a blocker`, () => {
    const made = make();
    symlinkSync(put(scratch(), 'secret', 'secret'), join(made.directory, 'link'));
    made.change((packet) => { packet.operating_evidence.ci_run_ref = reference; });
    const lines = blockersOf(made.packet, ...made.options);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], /^operating_evidence \/operating_evidence\/ci_run_ref: /);
    assert.match(lines[0], message);
  });

test('evidence in a file beside the packet is read', () => {
  const made = make();
  mkdirSync(join(made.directory, 'evidence'));
  put(made.directory, 'evidence/run', 'all well');
  made.change((packet) => { packet.operating_evidence.ci_run_ref = `file:evidence/run#${sha256('all well')}`; });
  assert.equal(readiness(made.packet, ...made.options).status, 0);
  put(made.directory, 'evidence/run', 'all bad');
  assert.equal(readiness(made.packet, ...made.options).status, 1);
});

for (const [name, how, message] of [
  ['holds', () => {}, undefined],
  ['has ended since', (approval) => { approval.requested_at = approval.decided_at = '2020-01-01T00:00:00Z'; approval.expires_at = '2020-01-02T00:00:00Z'; }, undefined],
  ['nobody has decided', (approval) => { approval.state = 'pending'; }, /its state is "pending"/],
  ['is by whoever asked', (approval) => { approval.decided_by = approval.requested_by; }, /cannot give it/],
  ['is about another policy', (approval) => { approval.decision.policy_digest = `sha256:${'0'.repeat(64)}`; }, /not the one that was approved/],
  ['is of another group', (approval) => { approval.approver_group = 'Everybody'; }, /another group/],
  ['had ended before', (approval) => { approval.expires_at = approval.requested_at; }, /has ended/],
])
  test(`W28d a review that is an approval and ${name} ${message ? 'is a blocker' : 'counts'}`, () => {
    const made = make();
    const approval = JSON.parse(cavra(['policy', 'publish-request', made.policy, '--requested-by', 'policy-owner@example.com']).out);
    Object.assign(approval, { state: 'approved', decided_by: 'bob@example.com', decided_at: approval.requested_at, decision_reason: 'looked at' });
    how(approval);
    const text = JSON.stringify(approval);
    put(made.directory, 'approval.json', text);
    made.change((packet) => { packet.operating_evidence.policy_review_ref = `file:approval.json#${sha256(text)}`; });
    const lines = blockersOf(made.packet, ...made.options);
    assert.equal(lines.length, message ? 1 : 0, lines.join('\n'));
    if (message) assert.match(lines[0], message);
  });

test('a live source names a commit, which is looked for in the clone', () => {
  const made = make(), clone = scratch('clone');
  const git = (...args) => {
    const done = run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: clone });
    assert.equal(done.status, 0, done.err);
    return done.out.trim();
  };
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'x');
  const options = [...made.options, '--directory', clone];
  assert.deepEqual(blockersOf(made.packet, ...options), [`version_manifest /version_manifest/source_ref: the commit ${commit.slice(0, 12)}... is not in ${clone}`]);
  made.change((packet) => { packet.version_manifest.source_ref = `git://git.example.com/acme/main#${git('rev-parse', 'HEAD')}`; });
  assert.equal(readiness(made.packet, ...options).status, 0);
  // A tree is no commit, and nothing but a whole id is given to git.
  for (const [id, message] of [[git('rev-parse', 'HEAD^{tree}'), /is not in/], ['--help', /names no commit/], ['HEAD', /names no commit/]]) {
    made.change((packet) => { packet.version_manifest.source_ref = `git://git.example.com/acme/main#${id}`; });
    assert.match(blockersOf(made.packet, ...options).join('\n'), message);
  }
  made.change((packet) => { packet.version_manifest.source_ref = 'git://git.example.com/acme/main'; });
  assert.match(blockersOf(made.packet, ...made.options).join('\n'), /source_ref: names no commit/);
  made.change((packet) => { packet.evidence_mode = 'sample'; });
  assert.equal(readiness(made.packet, ...made.options.slice(1)).status, 0);
});

test('where a file comes from is for its owner to say', () => {
  const { whole } = plan(['--policy-file', put(scratch(), 'policy.yaml', packText())]);
  assert.deepEqual([whole.version_manifest.source_ref, whole.version_manifest.git_versioned], [null, false]);
});

// ---- form ----

test('what is no packet is an error', () => {
  for (const [text, message] of [['', /:1:1: /], ['{"a": 1, "a": 2}', /duplicate|twice/i]]) {
    const done = cavra(['policy', 'lifecycle-readiness', put(scratch(), 'p.json', text)]);
    assert.equal(done.status, 1);
    assert.match(done.err, message);
  }
  assert.match(cavra(['policy', 'lifecycle-readiness', 'gone.json']).err, /gone\.json/);
  const { status, blockers } = readiness(put(scratch(), 'p.json', '[]'));
  assert.equal(status, 1);
  assert.ok(blockers.length >= 10);
});

test('people get a table of at most 80 columns, without anything that moves the cursor', () => {
  const made = make();
  made.change((packet) => { packet.version_manifest.policy_id = '\u001b[2J\u202e'.repeat(30); packet.lint_report.valid = 'no '.repeat(60); });
  const done = cavra(['policy', 'lifecycle-readiness', made.packet, ...made.options]);
  assert.equal(done.status, 1);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(done.out, /[\x00-\x09\x0b-\x1f\u202e]/);
  const lines = done.out.trimEnd().split('\n');
  assert.ok(lines.every((line) => line.length <= 80), done.out);
  assert.match(done.out, /^blocker {2}lint_report {13}\/lint_report\/valid: /m);
  assert.match(done.out, /\(and \d+ more\)/);
  assert.match(lines.at(-1), /^blocked: \d+ blockers, 0 warnings$/);
});

// ---- the script ----

const script = (...args) => run(join(source, 'tools/validate-policy-lifecycle'), ['--cavra', cavraProgram, ...args]);

test('the script judges the shipped packets without being told more', () => {
  const live = script('--packet', join(example, 'live-packet.json'), '--require-live');
  assert.equal(live.status, 0, live.err);
  const { ready_for_live_policy_lifecycle: ready, blocker_count: blockers } = JSON.parse(live.out);
  assert.deepEqual([ready, blockers], [true, 0]);
  assert.equal(script('--packet', join(example, 'sample-packet.json')).status, 0);
  assert.equal(script('--packet', join(example, 'sample-packet.json'), '--require-live').status, 1);
});

test('the script lints, dry-runs, plans and exports, in this order', () => {
  const good = put(scratch(), 'policy.yaml', packText()), wrong = put(scratch(), 'policy.yaml', packText('commmands: {}\n'));
  const failing = put(scratch(), 'policy.yaml', packText().replace('decision: block}]', 'decision: allow}]'));
  for (const [args, status, schema] of [
    [['--lint', '--policy-file', good], 0, 'lint-report'],
    [['--lint', '--policy-file', wrong], 1, 'lint-report'],
    [['--dry-run', '--lint', '--policy-pack', 'cavra-pci-dss'], 0, 'lint-report'],
    [['--dry-run', '--policy-file', good], 0, 'dry-run-report'],
    [['--dry-run', '--policy-file', failing], 1, 'dry-run-report'],
    [['--policy-file', failing, '--previous-policy-file', good, '--requested-by', 'a', '--source-ref', 'git://a/b', '--review-workflow-ref', 'github://a/b'], 0, 'plan'],
    [['--export-dir', scratch()], 0, 'export'],
  ]) {
    const done = script(...args);
    assert.equal(done.status, status, `${args}: ${done.err}`);
    assert.equal(JSON.parse(done.out).schema_version, `cavra.policy-lifecycle.${schema}.v1`);
  }
  const output = join(scratch(), 'out.json');
  const done = script('--dry-run', '--policy-file', failing, '--output', output);
  assert.equal(done.status, 1);
  assert.equal(done.out, `dry-run: exit status 1, written to ${output}\n`);
  assert.equal(json(output).failed_count, 1);
  assert.equal(script('--policy-file', wrong).status, 1);
  for (const args of [['--bogus', 'x'], ['--packet']]) assert.equal(script(...args).status, 2);
});

// ---- the documentation ----

// The commands of a page's console blocks that are about packets.
const shown = (page) => [...get(source, page).matchAll(/```console\n([^]*?)```/g)].map(([, block]) => block.replaceAll('\\\n', '').split('\n')
  .filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))).filter((lines) => lines.some((line) => line.includes('lifecycle')));

test('what the example\'s page shows works', () => {
  const [lines] = shown('examples/policy-lifecycle/README.md');
  assert.equal(lines.length, 2);
  const done = run('bash', ['-ec', [`cavra() { ${cavraProgram} "$@"; }`, ...lines].join('\n')], { cwd: source });
  assert.equal(done.status, 0, `${done.out}${done.err}`);
  assert.match(done.out, /ready_with_warnings: 0 blockers, 1 warnings[^]*ready: 0 blockers, 0 warnings\n$/);
});
