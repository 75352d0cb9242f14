// SPDX-License-Identifier: Apache-2.0
//
// The workflow template of deploy/ci: its run: steps, as they stand there, in a scratch clone of a repository with policies.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, get, put, run, scratch, source } from './cavra.mjs';

const template = get(source, 'deploy/ci/github-actions-policy.yml');
const steps = [...template.matchAll(/^ {6}- name: (.*)\n((?: {8}.*\n|\n)*)/gm)].map(([, name, body]) => ({
  name, run: body.match(/^ {8}run: \|\n((?: {10}.*\n|\n)*)/m)[1].replace(/^ {10}/gm, ''),
}));
const defaults = Object.fromEntries([...template.matchAll(/^ {2}([A-Z_]+): "?([^"\n]*)"?$/gm)].map(([, name, value]) => [name, value]));

const git = (cwd, ...args) => {
  const done = run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main', ...args], { cwd });
  assert.equal(done.status, 0, done.err);
  return done.out.trim();
};
const pack = (block, version = '1.0.0') => `metadata: {id: cavra-acme, title: T, description: D, version: ${version}}
filesystem: {block_read: [.env]}
commands: {block: [${block}], allow: [pytest]}
tests:
  - {input: {action_type: read_file, target: .env}, decision: block}
  - {input: {action_type: execute_command, target: helm uninstall x}, decision: block}
`;

// A repository with a base commit and the commit of a pull request.
function repository(change, base = {}) {
  const origin = scratch('origin');
  git(origin, 'init', '-q');
  git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  put(origin, 'policies/cavra-acme/policy.yaml', pack('"helm uninstall*", "kubectl delete*"'));
  for (const [path, text] of Object.entries(base)) put(origin, path, text);
  const commit = (subject) => {
    git(origin, 'add', '-A');
    git(origin, 'commit', '-q', '--allow-empty', '-m', subject);
    return git(origin, 'rev-parse', 'HEAD');
  };
  const before = commit('base');
  change(origin);
  return { origin, base: before, head: commit('change') };
}

// Runs the steps as a runner does: bash -eo pipefail, GITHUB_ENV and GITHUB_PATH for the next step, the first failure ends it.
function workflow({ origin, base, head }, { env = {}, path = `${build}:${process.env.PATH}` } = {}) {
  const directory = scratch('runner'), workspace = join(directory, 'work');
  mkdirSync(workspace);
  mkdirSync(join(directory, 'temp'));
  const files = Object.fromEntries(['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'].map((name) => [name, put(directory, name, '')]));
  let log = '', at = 'end', status = 0;
  for (const step of steps) {
    const more = Object.fromEntries(readFileSync(files.GITHUB_ENV, 'utf8').split('\n').filter(Boolean).map((line) => line.split('=')));
    const found = readFileSync(files.GITHUB_PATH, 'utf8').split('\n').filter(Boolean).reverse();
    const done = run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', put(directory, 'step.sh', step.run)], {
      cwd: workspace,
      env: { ...defaults, REPOSITORY: `file://${origin}`, TOKEN: 'none', HEAD: head, BASE: base, RUNNER_TEMP: join(directory, 'temp'), ...files, ...more,
        ...env, PATH: [...found, path].join(':') },
    });
    log += `${done.out}${done.err}`;
    status = done.status;
    if (status) { at = step.name; break; }
  }
  return { status, at, log, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

const policy = (text) => (origin) => put(origin, 'policies/cavra-acme/policy.yaml', text);

test('every step has a script, and none uses an action of others', () => {
  assert.deepEqual(steps.map((step) => step.name), ['Check out', 'Find or build cavra', 'Validate', 'Lint', 'Test', 'Compare with the base branch',
    'Judge the evidence for the release']);
  assert.doesNotMatch(template, /uses:/);
  assert.match(template, /^permissions:\n {2}contents: read\n\S/m);
  // What comes from a pull request reaches a script through the environment only.
  for (const step of steps) assert.doesNotMatch(step.run, /\$\{\{/);
});

test('a change that only adds passes, and its difference is in the summary', () => {
  const done = workflow(repository(policy(pack('"helm uninstall*", "kubectl delete*", "docker rm*"', '1.1.0'))));
  assert.equal(done.status, 0, done.log);
  assert.match(done.summary, /### policies\/cavra-acme\/policy\.yaml\n```\n[^]*docker rm\*/);
});

for (const [name, text, at] of [
  ['what is misspelt', pack('x').replace('block_read', 'blok_read'), 'Validate'],
  ['what controls nothing', 'metadata: {id: cavra-acme, title: T, description: D, version: 1.0.0}\n', 'Lint'],
  ['a case that fails', pack('"kubectl delete*"'), 'Test'],
])
  test(`${name} ends it`, () => {
    const done = workflow(repository(policy(text)));
    assert.notEqual(done.status, 0);
    assert.equal(done.at, at, done.log);
  });

const looser = pack('"helm uninstall*"', '1.1.0');
test('a loosening without evidence ends it', () => {
  const done = workflow(repository(policy(looser)));
  assert.equal(done.at, 'Judge the evidence for the release', done.log);
  assert.match(done.log, /::warning file=policies\/cavra-acme\/policy\.yaml::the policy is looser/);
  assert.match(done.log, /needs a packet of evidence/);
});

test('so does a pack that is gone', () => {
  const done = workflow(repository((origin) => {
    git(origin, 'rm', '-q', 'policies/cavra-acme/policy.yaml');
    put(origin, 'policies/cavra-other/policy.yaml', pack('"helm uninstall*"').replace('cavra-acme', 'cavra-other'));
  }));
  assert.equal(done.at, 'Judge the evidence for the release', done.log);
});

function keys() {
  const directory = scratch('keys');
  const done = cavra(['policy', 'keygen', '--output', directory, '--key-id', 'team']);
  assert.equal(done.status, 0, done.err);
  return { private: join(directory, 'team.private.pem'), public: get(directory, 'team.public.pem') };
}

// The looser pack with its packet, signed.
function release(origin, key) {
  policy(looser)(origin);
  const file = join(origin, 'policy-lifecycle/live-packet.json');
  const made = cavra(['policy', 'lifecycle-plan', '--policy-file', join(origin, 'policies/cavra-acme/policy.yaml'), '--output-dir', scratch('plan'),
    '--evidence-mode', 'live', '--source-ref', `git://git.example.com/acme/main#${'a'.repeat(40)}`, '--ci-run-ref', 'ci-run://acme/1',
    '--policy-review-ref', 'policy-review://acme/1', '--ui-validation-ref', 'ui-validation://acme/1', '--json']);
  assert.equal(made.status, 0, made.err);
  put(origin, 'policy-lifecycle/live-packet.json', readFileSync(JSON.parse(made.out).artifacts.readiness_packet, 'utf8'));
  assert.equal(cavra(['policy', 'sign', file, '--private-key', key.private]).status, 0);
}

test('with evidence that a trusted key has signed it passes', () => {
  const key = keys();
  const done = workflow(repository((origin) => release(origin, key), { 'policy-lifecycle/trust/team.pem': key.public }));
  assert.equal(done.status, 0, done.log);
  assert.match(done.log, /ready: 0 blockers/);
});

test('a key that comes with the pull request is not trusted', () => {
  const key = keys(), theirs = keys();
  const done = workflow(repository((origin) => {
    release(origin, theirs);
    put(origin, 'policy-lifecycle/trust/theirs.pem', theirs.public);
  }, { 'policy-lifecycle/trust/team.pem': key.public }));
  assert.equal(done.at, 'Judge the evidence for the release', done.log);
  assert.match(done.log, /which is not trusted/);
});

test('cavra is built from the commit that is named, where the runner has none', () => {
  const made = scratch('source');
  git(made, 'init', '-q');
  git(made, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  put(made, 'tools/bootstrap', '#!/bin/sh\n[ "$1" = --build ]\n');
  chmodSync(join(made, 'tools/bootstrap'), 0o755);
  put(made, 'Makefile', `all:\n\tmkdir build && ln -s ${join(build, 'cavra')} build/cavra\n`);
  git(made, 'add', '-A');
  git(made, 'commit', '-q', '-m', 'source');
  const change = repository(() => {}), bin = scratch('bin');
  for (const name of ['bash', 'git', 'make', 'sh', 'mkdir', 'ln', 'base64', 'jq', 'cat'])
    symlinkSync(run('bash', ['-c', `command -v ${name}`]).out.trim(), join(bin, name));
  const without = workflow(change, { path: bin });
  assert.equal(without.at, 'Find or build cavra', without.log);
  assert.match(without.log, /set CAVRA_COMMIT/);
  const done = workflow(change, { path: bin, env: { CAVRA_SOURCE: `file://${made}`, CAVRA_COMMIT: git(made, 'rev-parse', 'HEAD') } });
  assert.equal(done.status, 0, done.log);
  assert.match(done.log, /valid cavra-acme/);
});
