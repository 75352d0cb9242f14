// SPDX-License-Identifier: Apache-2.0
//
// policy.require_signature: an installation in which only signed policies decide.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, get, hookProgram, put, repository, run, scratch, source } from './cavra.mjs';
import { hook, machine, onMachine, payload } from './machine.mjs';

const pack = (id, rest = '') => `metadata: {id: ${id}, title: t, description: d, version: 1.0.0}\n${rest}`;
const strict = pack('cavra-mine', 'commands: {block: [ship*], allow: [make*]}\n');
const required = 'policy.require_signature: true\n';

const keys = scratch('keys');
function keygen(id) {
  assert.equal(cavra(['policy', 'keygen', '--output', keys, '--key-id', id]).status, 0);
  return { private: join(keys, `${id}.private.pem`), public: readFileSync(join(keys, `${id}.public.pem`), 'utf8') };
}
const ours = keygen('ours'), other = keygen('other');

function sign(file, key = ours) {
  const done = cavra(['policy', 'sign', file, '--private-key', key.private]);
  assert.equal(done.status, 0, done.err);
}
// A project whose policy is signed (or not), on a machine that requires it.
function project(key, text = strict) {
  const directory = repository({ '.cavra/policy.yaml': text });
  if (key) sign(join(directory, '.cavra/policy.yaml'), key);
  return directory;
}
const requiring = (files = {}) => machine({ 'config.yaml': required, 'trust/ours.pem': ours.public, ...files });
const evaluate = (etc, cwd, ...more) => onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'ship it', '--json', ...more], { cwd });

test('W24 only a signed policy decides, in the hook and in evaluate', () => {
  const etc = requiring();
  const signed = project(ours);
  assert.equal(hook(etc, signed, 'ship it'), 'deny');
  assert.equal(hook(etc, signed, 'make all'), 'allow');
  const done = evaluate(etc, signed);
  assert.equal(done.status, 4, done.err);
  assert.equal(JSON.parse(done.out).policy_signature, 'verified');
  for (const [directory, why] of [
    [project(null), /policy\.yaml: the managed configuration requires signatures: not signed: there is no policy\.yaml\.sig\.json; sign it with cavra policy sign/],
    [project(other), /signed with the key [0-9a-f]{16}\.\.\. \(local\), which is not trusted here/],
  ]) {
    assert.match(hook(etc, directory, 'make all'), /^blocked: /);
    assert.match(hook(etc, directory, 'make all'), why);
    const failed = evaluate(etc, directory);
    assert.equal(failed.status, 1);
    assert.match(failed.err, why);
    assert.equal(failed.out, '');
  }
});

test('what was compiled before the requirement came does not decide any longer', () => {
  const directory = project(null), etc = machine({});
  assert.equal(hook(etc, directory, 'make all'), 'allow');
  assert.equal(hook(etc, directory, 'make all'), 'allow');
  put(etc, 'config.yaml', required);
  put(etc, 'trust/ours.pem', ours.public);
  assert.match(hook(etc, directory, 'make all'), /^blocked: .*not signed/);
});

test('without the requirement the record says that nobody has looked', () => {
  for (const key of [ours, null])
    assert.equal(JSON.parse(evaluate(null, project(key)).out).policy_signature, 'unsigned');
  assert.equal(JSON.parse(evaluate(null, repository()).out).policy_signature, 'bundled');
});

test('a policy that changes after it was signed blocks everything', () => {
  const etc = requiring(), directory = project(ours), file = join(directory, '.cavra/policy.yaml');
  writeFileSync(file, strict.replace('ship', 'shop'));
  assert.match(hook(etc, directory, 'make all'), /^blocked: .*the file has changed since it was signed/);
  writeFileSync(file, strict);
  assert.equal(hook(etc, directory, 'make all'), 'allow');
  rmSync(`${file}.sig.json`);
  assert.match(hook(etc, directory, 'make all'), /^blocked: .*not signed/);
});

test('no layer, variable or option below takes the requirement back', () => {
  const etc = requiring();
  const directory = project(null);
  put(directory, '.cavra/config.yaml', 'policy.require_signature: false\n');
  assert.match(hook(etc, directory, 'make all'), /config\.yaml:1:1: policy\.require_signature cannot be set in the project layer/);
  const own = project(null), home = scratch('home');
  put(home, 'cavra/config.yaml', 'policy.require_signature: false\n');
  const trusting = put(home, 'cavra/trust/other.pem', other.public);
  assert.ok(statSync(trusting).isFile());
  const env = { XDG_CONFIG_HOME: home, CAVRA_POLICY_REQUIRE_SIGNATURE: 'false', CAVRA_REQUIRE_SIGNATURE: '0' };
  assert.match(hook(etc, own, 'make all', env), /^blocked: .*the managed configuration requires signatures: not signed/);
  sign(join(own, '.cavra/policy.yaml'), other);
  assert.match(hook(etc, own, 'make all', env), /which is not trusted here/);
  // The project cannot bring keys of its own.
  put(own, '.cavra/trust/other.pem', other.public);
  assert.match(hook(etc, own, 'make all', env), /which is not trusted here/);
  // Another policy for the same question must be signed, too.
  const draft = put(scratch(), 'draft.yaml', pack('cavra-lax', 'commands: {allow: [ship*]}\n'));
  for (const more of [['--policy-file', draft], ['--overlay', draft]])
    assert.match(evaluate(etc, project(ours), ...more).err, /draft\.yaml: the managed configuration requires signatures: not signed/);
  sign(draft);
  assert.equal(evaluate(etc, project(ours), '--policy-file', draft).status, 0);
});

test('what only shows a policy takes one that is not signed yet', () => {
  const etc = requiring(), cwd = project(ours);
  const draft = put(scratch(), 'draft.yaml', pack('cavra-draft', 'tests: [{input: {action_type: execute_command, target: x}, decision: require_approval}]\n'));
  for (const args of [['explain', 'execute_command', 'ls', '--policy-file', draft], ['policy', 'compile', '--policy-file', draft],
    ['policy', 'test', '--policy-file', draft], ['policy', 'compile', '--overlay', draft]]) {
    const done = onMachine(etc, cavraProgram, args, { cwd });
    assert.equal(done.status, 0, done.err);
  }
  // But not one that is in force.
  assert.match(onMachine(etc, cavraProgram, ['policy', 'compile'], { cwd: project(null) }).err, /not signed/);
});

test('packs that come with CAVRA need no signature', () => {
  const etc = requiring({ 'config.yaml': `${required}policy: cavra-ai-agent-baseline\n` });
  assert.equal(JSON.parse(evaluate(etc, repository()).out).policy_signature, 'bundled');
  const child = 'metadata: {id: cavra-child, title: t, description: d, version: 1.0.0, inherits: cavra-ai-agent-baseline}\n';
  assert.equal(JSON.parse(evaluate(etc, project(ours, child)).out).policy_signature, 'verified');
});

test('the managed policy is verified, too', () => {
  const etc = requiring({ 'policy.yaml': pack('cavra-org', 'commands: {block: [ship*]}\n') });
  assert.match(hook(etc, project(ours), 'make all'), /^blocked: .*\/etc\/cavra\/policy\.yaml: the managed configuration requires signatures/);
  sign(join(etc, 'policy.yaml'));
  assert.equal(hook(etc, project(ours), 'ship it'), 'deny');
});

for (const [name, change, why] of [
  ['is missing', (etc) => rmSync(join(etc, 'trust'), { recursive: true }), /trust: policy\.require_signature is true in the managed layer: cannot look at it/],
  ['holds no key', (etc) => rmSync(join(etc, 'trust/ours.pem')), /no key is trusted: put public keys here, as NAME\.pem/],
  ['can be written by others', (etc) => chmodSync(join(etc, 'trust'), 0o777), /others can write it; take that away/],
  ['has a key that others can write', (etc) => chmodSync(join(etc, 'trust/ours.pem'), 0o666), /ours\.pem: .*others can write it/],
  ['has a key that is none', (etc) => writeFileSync(join(etc, 'trust/x.pem'), 'text'), /x\.pem: .*this is no public key in PEM/],
  ['has a private key', (etc) => copyFileSync(ours.private, join(etc, 'trust/x.pem')), /x\.pem: .*this is a private key/],
]) {
  test(`a trust directory that ${name} blocks everything`, () => {
    const etc = requiring();
    change(etc);
    assert.match(hook(etc, project(ours), 'make all'), /^blocked: /);
    assert.match(hook(etc, project(ours), 'make all'), why);
  });
}

test('a user may require signatures for what stands below the machine', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {allow: [make*]}\n') });
  const home = scratch('home');
  put(home, 'cavra/config.yaml', 'policy: {require_signature: true}\n');
  const env = { XDG_CONFIG_HOME: home };
  assert.match(hook(etc, project(null), 'make all', env), /policy\.require_signature is true in the user layer: cannot look at it/);
  put(home, 'cavra/trust/ours.pem', ours.public);
  assert.match(hook(etc, project(null), 'make all', env), /the user configuration requires signatures: not signed/);
  assert.equal(hook(etc, project(ours), 'make all', env), 'allow');
});

test('both notations of the key mean the same, and only true and false are values', () => {
  for (const text of ['policy.require_signature: true\n', 'policy:\n  require_signature: true\n'])
    assert.match(hook(requiring({ 'config.yaml': text }), project(null), 'make all'), /requires signatures/);
  for (const text of ['policy.require_signature: "true"\n', 'policy.require_signature: yes\n', 'policy: {require_signature: 1}\n'])
    assert.match(hook(requiring({ 'config.yaml': text }), project(ours), 'make all'), /^blocked: .*config\.yaml:1:\d+: write true or false/);
  assert.match(hook(requiring({ 'config.yaml': 'policy: {require_signatures: true}\n' }), project(ours), 'make all'), /did you mean policy\.require_signature\?/);
});

// A sanitized build has no static hook, and then the loader complains before the program starts.
const dynamic = readFileSync(hookProgram).subarray(0, 4096).includes('ld-linux');
test('cavra takes over from the hook, without what the environment would load into it', { skip: dynamic && 'the hook is not static' }, () => {
  const etc = requiring(), directory = project(ours);
  const variables = ['LD_PRELOAD=/nowhere/evil.so', 'LD_AUDIT=/nowhere/evil.so', 'OPENSSL_CONF=/nowhere/evil.cnf'];
  const start = (program, args) => onMachine(etc, 'env', [...variables, program, ...args],
    { cwd: directory, input: payload(directory, 'make all'), env: { CLAUDE_PROJECT_DIR: directory } });
  assert.match(start(cavraProgram, ['version']).err, /evil/);
  const done = start(hookProgram, ['claude-code']);
  assert.equal(done.status, 0);
  assert.doesNotMatch(done.err, /evil/);
  assert.match(done.out, /"permissionDecision":"allow"/);
});

test('a hook without cavra beside it blocks', () => {
  const alone = join(scratch('alone'), 'cavra-hook');
  copyFileSync(hookProgram, alone);
  const etc = requiring();
  assert.match(hook(etc, project(ours), 'make all', {}, alone), /^blocked: .*cavra, which verifies them, does not start/);
  assert.equal(hook(null, project(ours), 'make all', {}, alone), 'allow');
});

test('a large payload survives the way to cavra', () => {
  const etc = requiring(), directory = project(ours);
  assert.equal(hook(etc, directory, `make all # ${'x'.repeat(100000)}`), 'allow');
});

// A pack that takes something out of what its parent blocks.
const excepting = (expires) => `metadata: {id: cavra-mine, title: t, description: d, version: 1.0.0, inherits: cavra-terraform-prod}
exceptions:
${[['commands.block', 'terraform destroy*'], ['rules', 'terraform-prod.destroy.block'], ['rules', 'terraform-prod.change.require_approval']]
    .map(([path, item]) => `  - {parent: cavra-terraform-prod, path: ${path}, remove: "${item}", reason: a test environment, approved_by: bob, expires: ${expires}}\n`).join('')}
commands: {allow: [terraform destroy*]}
`;

test('exceptions count where a trusted key has signed them, and until they end', () => {
  const etc = requiring();
  const ask = (machineOf, directory) => hook(machineOf, directory, 'terraform destroy');
  const good = project(ours, excepting('2999-01-01T00:00:00Z'));
  assert.equal(ask(etc, good), 'allow');
  assert.equal(hook(etc, good, 'terraform apply'), 'deny', 'nothing else is taken away');
  for (const [directory, on, complaint] of [
    [project(null, excepting('2999-01-01T00:00:00Z')), etc, /not signed/],
    [project(other, excepting('2999-01-01T00:00:00Z')), etc, /not trusted here/],
    [good, machine({}), /policy\.yaml:2:1: exceptions count only where signatures are required/],
  ]) {
    assert.match(ask(on, directory), /^blocked: /);
    assert.match(ask(on, directory), complaint);
  }
  // Nobody signs what has ended; and what ends after it was signed counts no longer.
  const file = join(project(null, excepting('2020-01-01T00:00:00Z')), '.cavra/policy.yaml');
  assert.match(cavra(['policy', 'sign', file, '--private-key', ours.private]).err, /:3:\d+: the exception has ended/);
  const ends = new Date(Date.now() + 3000).toISOString();
  const soon = project(ours, excepting(ends));
  assert.equal(ask(etc, soon), 'allow');
  while (Date.now() < Date.parse(ends)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  assert.match(ask(etc, soon), /^blocked: .*the exception has ended/);
});

test('exceptions are shown by lint and compared as what they loosen; without a signature nothing decides by them', () => {
  const directory = scratch('exceptions');
  const file = put(directory, 'policy.yaml', excepting('2999-01-01T00:00:00Z'));
  const lint = cavra(['policy', 'lint', file]);
  assert.match(lint.out, /policy\.yaml:3:5: warning: takes away terraform destroy\* in commands\.block of cavra-terraform-prod until 2999-01-01T00:00:00Z, as bob has agreed: a test environment \[exceptions\.loosens\]/);
  const before = put(directory, 'before.yaml', excepting('').replace(/exceptions:\n(  - .*\n)*/, ''));
  const diff = JSON.parse(cavra(['policy', 'diff', before, file, '--json']).out);
  assert.deepEqual([diff.verdict, diff.risk], ['loosens', 'critical']);
  for (const args of [['validate', file], ['test', '--policy-file', file], ['compile', '--policy-file', file], ['explain', 'execute_command', 'ls', '--policy-file', file]]) {
    const done = cavra(['policy', ...args]);
    assert.equal(done.status, 1, args[0]);
    assert.match(done.err, /policy\.yaml:2:1: exceptions count only/);
  }
  assert.equal(cavra(['policy', 'draft', file]).status, 0, 'a draft is not in force');
  const [, shown] = get(source, 'docs/policy.md').match(/```yaml\n(exceptions:[^]*?)```/);
  const documented = put(directory, 'documented.yaml', `${excepting('').split('\n')[0]}\n${shown}`);
  assert.match(cavra(['policy', 'lint', documented]).out, /takes away terraform destroy\*.*\n0 blockers/s);
});
