// SPDX-License-Identifier: Apache-2.0
//
// Layers of configuration: which policies and which mode are in force, and that a layer more only tightens. The managed
// layer is a directory of the test's own that a mount namespace puts at /etc/cavra.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, cavraProgram, get, hookProgram, put, repository, run, scratch, source } from './cavra.mjs';
import { hook, machine, onMachine, payload } from './machine.mjs';

const pack = (id, rest = '', more = '') =>
  `metadata: {id: ${id}, title: t, description: d, version: 1.0.0${more}}\n${rest}`;

const show = (etc, options) => onMachine(etc, cavraProgram, ['config', 'show', '--json'], options);
const inForce = (etc, options) => {
  const done = show(etc, options);
  assert.equal(done.status, 0, done.err);
  const all = JSON.parse(done.out);
  return {
    ...all,
    mode: all.values.mode.find((value) => value.in_force).value,
    ids: all.layers.filter((layer) => layer.policy).map((layer) => `${layer.layer} ${layer.policy.id}`),
  };
};

test('without any layer evaluate has the baseline, and the hook refuses', () => {
  const directory = repository();
  const all = inForce(null, { cwd: directory });
  assert.deepEqual(all.ids, ['default cavra-ai-agent-baseline']);
  assert.equal(all.mode, 'enforce');
  assert.match(hook(null, directory, 'ls'), /^blocked: .*no policy is installed/);
});

test('the strictest of all layers counts, in the hook, evaluate, explain and compile', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {block: [deploy*], allow: [make*, ship*]}\n') });
  const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {block: [ship*], allow: [deploy*, make*]}\n') });
  const rows = [['deploy now', 'deny', 4, 'cavra-org'], ['ship it', 'deny', 4, 'cavra-mine'], ['make all', 'allow', 0, 'cavra-org'],
    ['other', 'ask', 3, 'cavra-org']];
  for (const [command, answer, status, id] of rows) {
    assert.equal(hook(etc, directory, command), answer, command);
    const done = onMachine(etc, cavraProgram, ['evaluate', 'execute_command', command, '--json'], { cwd: directory });
    assert.equal(done.status, status, command);
    const record = JSON.parse(done.out);
    assert.equal(record.policy_id, id, command);
    assert.equal(record.policy_digest, inForce(etc, { cwd: directory }).digest);
  }
  const told = onMachine(etc, cavraProgram, ['explain', 'execute_command', 'deploy now'], { cwd: directory }).out;
  assert.match(told, /block {2}commands\.block/);
  assert.match(told, /allow {2}commands\.allow/);
  const compiled = JSON.parse(onMachine(etc, cavraProgram, ['policy', 'compile'], { cwd: directory }).out);
  assert.deepEqual(compiled.layers.map((layer) => [layer.layer, layer.policy.metadata.id]),
    [['managed', 'cavra-org'], ['project', 'cavra-mine']]);
});

test('a layer may leave what it does not mention to the others', () => {
  const etc = machine({
    'policy.yaml': pack('cavra-org', 'commands: {block: [deploy*]}\n'), 'config.yaml': 'unmatched: defer\n',
  });
  const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {allow: [deploy*, make*]}\n') });
  assert.equal(hook(etc, directory, 'make all'), 'allow');
  assert.equal(hook(etc, directory, 'deploy now'), 'deny');
  assert.equal(hook(etc, directory, 'other'), 'ask');
});

test('managed.only shuts the other layers out, also broken ones', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {allow: [make*]}\n'), 'config.yaml': 'managed: {only: true}\n' });
  const directory = repository({ '.cavra/policy.yaml': 'broken', '.cavra/config.yaml': 'broken: yes' });
  assert.equal(hook(etc, directory, 'make all'), 'allow');
  assert.deepEqual(inForce(etc, { cwd: directory }).ids, ['managed cavra-org']);
  const empty = machine({ 'config.yaml': 'managed: {only: true}\n' });
  assert.match(hook(empty, directory, 'make all'), /^blocked: .*managed\.only is true/);
});

test('a policy that is asked about is joined by the managed one', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {block: ["terraform plan*"]}\n'), 'config.yaml': 'unmatched: defer\n' });
  const ask = (machineEtc) => onMachine(machineEtc, cavraProgram,
    ['evaluate', 'execute_command', 'terraform plan', '--policy-pack', 'cavra-ai-agent-baseline']).status;
  assert.equal(ask(null), 0);
  assert.equal(ask(etc), 4);
});

for (const [name, layers, variable, expected] of [
  ['nobody says anything', {}, '', 'enforce'],
  ['the project is stricter', { managed: 'enforce', project: 'strict' }, '', 'strict'],
  ['the managed layer is stricter', { managed: 'strict', project: 'audit_only' }, '', 'strict'],
  ['audit_only everywhere', { managed: 'audit_only', project: 'audit_only' }, '', 'audit_only'],
  ['audit_only of the managed layer alone', { managed: 'audit_only' }, '', 'audit_only'],
  ['a policy that names a mode', { pack: 'strict', project: 'enforce' }, '', 'strict'],
  ['the managed mode replaces that of its policy', { managed: 'audit_only', managedPack: 'strict' }, '', 'audit_only'],
  ['the environment tightens', { managed: 'enforce' }, 'strict', 'strict'],
  ['the environment does not loosen', { managed: 'strict' }, 'audit_only', 'strict'],
]) {
  test(`mode: ${name}`, () => {
    const mode = (which) => (which ? `mode: ${which}\n` : '');
    const own = (id, which) => pack(id, '', which ? `, mode: ${which}` : '');
    const etc = machine({ 'config.yaml': `${mode(layers.managed)}unmatched: defer\n`, 'policy.yaml': own('cavra-org', layers.managedPack) });
    const directory = repository({ '.cavra/config.yaml': `# x\n${mode(layers.project)}unmatched: ask\n`, '.cavra/policy.yaml': own('cavra-mine', layers.pack) });
    const all = inForce(etc, { cwd: directory, env: variable ? { CAVRA_POLICY_MODE: variable } : {} });
    assert.equal(all.mode, expected);
    assert.equal(all.values.mode.filter((value) => value.in_force).length, 1);
    for (const value of all.values.mode) assert.equal(value.why_not === null, value.in_force);
    if (layers.project) assert.ok(all.values.mode.some((value) => value.origin === join(directory, '.cavra/config.yaml:2')));
    const record = onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'ls', '--json'],
      { cwd: directory, env: variable ? { CAVRA_POLICY_MODE: variable } : {} });
    assert.equal(JSON.parse(record.out).mode, expected);
  });
}

test('the environment can add a user layer and take none away', () => {
  const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {allow: [make*, ship*]}\n') });
  const home = scratch('home'), other = scratch('xdg');
  put(home, '.config/cavra/policy.yaml', pack('cavra-user', 'commands: {block: [ship*]}\n'));
  put(home, '.config/cavra/config.yaml', 'unmatched: defer\n');
  put(other, 'cavra/policy.yaml', pack('cavra-other', 'commands: {block: [make*]}\n'));
  put(other, 'cavra/config.yaml', 'unmatched: defer\n');
  assert.equal(hook(null, directory, 'ship x'), 'allow');
  assert.equal(hook(null, directory, 'ship x', { HOME: home }), 'deny');
  assert.equal(hook(null, directory, 'make x', { HOME: home }), 'allow');
  for (const command of ['make x', 'ship x'])
    assert.equal(hook(null, directory, command, { HOME: home, XDG_CONFIG_HOME: other }), 'deny');
  // Of the account itself, whatever HOME says.
  const passwd = put(scratch('passwd'), 'passwd', `root:x:0:0:root:${home}:/bin/sh\n`);
  const done = run('bwrap', ['--unshare-user', '--uid', '0', '--gid', '0', '--dev-bind', '/', '/', '--tmpfs', '/etc',
    '--ro-bind', passwd, '/etc/passwd', hookProgram, 'claude-code'],
  { cwd: directory, input: payload(directory, 'ship x'), env: { CLAUDE_PROJECT_DIR: directory, HOME: scratch('nobody'), XDG_CONFIG_HOME: scratch('nothing') } });
  assert.equal(JSON.parse(done.out).hookSpecificOutput.permissionDecision, 'deny');
});

test('nothing in the environment moves the managed layer', () => {
  const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {allow: [make*]}\n') });
  const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {block: [make*]}\n') });
  const env = Object.fromEntries(['CAVRA_CONFIG', 'CAVRA_MANAGED_DIRECTORY', 'CAVRA_POLICY', 'CAVRA_POLICY_DIR', 'XDG_CONFIG_DIRS', 'PREFIX', 'SYSCONFDIR']
    .map((name) => [name, '/nowhere']));
  assert.equal(hook(etc, directory, 'make x', env), 'deny');
});

for (const [name, spoil, said] of [
  ['a directory that others may write', (etc) => chmodSync(etc, 0o777), /can be written by others than root/],
  ['a policy that its group may write', (etc) => chmodSync(join(etc, 'policy.yaml'), 0o664), /policy\.yaml can be written/],
  ['a configuration that others may write', (etc) => chmodSync(join(etc, 'config.yaml'), 0o646), /config\.yaml can be written/],
  ['a policy that is a link', (etc) => { symlinkSync('policy.yaml', join(etc, 'link.yaml')); put(etc, 'config.yaml', 'policy: link.yaml\n'); }, /symbolic link/],
  ['a policy that is not there', (etc) => put(etc, 'config.yaml', 'policy: none.yaml\n'), /none\.yaml/],
  ['a broken policy', (etc) => put(etc, 'policy.yaml', 'metadata: 1\n'), /policy\.yaml:1:/],
  ['a broken configuration', (etc) => put(etc, 'config.yaml', 'mode: [\n'), /config\.yaml:/],
]) {
  test(`managed: ${name} ends closed`, () => {
    const etc = machine({ 'policy.yaml': pack('cavra-org', 'commands: {allow: [make*]}\n'), 'config.yaml': 'mode: enforce\n' });
    const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {allow: [make*]}\n') });
    assert.equal(hook(etc, directory, 'make x'), 'allow');
    spoil(etc);
    assert.match(hook(etc, directory, 'make x'), new RegExp(`^blocked: [^]*${said.source}`));
    const done = onMachine(etc, cavraProgram, ['evaluate', 'execute_command', 'make x'], { cwd: directory });
    assert.equal(done.status, 1);
    assert.match(done.err, said);
    assert.equal(onMachine(etc, cavraProgram, ['config', 'validate'], { cwd: directory }).status, 1);
  });
}

test('managed: what belongs to somebody else than root ends closed', () => {
  const etc = machine({ 'policy.yaml': pack('cavra-org') });
  const directory = repository();
  const done = run('bwrap', ['--unshare-user', '--uid', '1000', '--gid', '1000', '--dev-bind', '/', '/', '--tmpfs', '/etc',
    '--ro-bind', '/etc/passwd', '/etc/passwd', '--bind', etc, '/etc/cavra', cavraProgram, 'config', 'show'], { cwd: directory });
  assert.equal(done.status, 1);
  assert.match(done.err, /\/etc\/cavra does not belong to root/);
});

for (const [text, said] of [
  ['mod: strict\n', /config\.yaml:1:1: there is no key mod; did you mean mode\?/],
  ['mode: lenient\n', /config\.yaml:1:7: mode is one of audit_only, enforce, strict, strict_regulated, break_glass/],
  ['mode: true\n', /config\.yaml:1:7: mode is one of/],
  ['# x\npolicy: ../other.yaml\n', /config\.yaml:2:9: policy is the id of a bundled pack/],
  ['policy: /etc/passwd\n', /config\.yaml:1:9: /], ['policy: [a]\n', /config\.yaml:1:9: /], ['policy: .hidden.yaml\n', /config\.yaml:1:9: /],
  ['policy: cavra-none\n', /there is no pack "cavra-none"/],
  ['managed: {only: true}\n', /config\.yaml:1:11: managed\.only cannot be set in the project layer; only the managed layer may/],
  ['managed: true\n', /config\.yaml:1:10: write an object of keys here/],
  ['managed: {onli: true}\n', /config\.yaml:1:11: there is no key managed\.onli; did you mean managed\.only\?/],
  ['unmatched: allow\n', /config\.yaml:1:12: unmatched is one of ask, defer/],
  ['mode: strict\nmode: strict\n', /config\.yaml:2:1: /], ['- mode\n', /config\.yaml:1:1: a configuration is an object/],
  ['mode: &a strict\n', /config\.yaml:1:7/], ['', /config\.yaml/], ['"a/b~c": 1\n', /config\.yaml:1:1: there is no key a\/b~c/],
]) {
  test(`config.yaml: ${JSON.stringify(text)} is told with its place`, () => {
    const directory = repository({ '.cavra/config.yaml': text, '.cavra/policy.yaml': pack('cavra-mine') });
    for (const args of [['config', 'validate'], ['config', 'show'], ['evaluate', 'execute_command', 'ls'], ['explain', 'execute_command', 'ls']]) {
      const done = cavra(args, { cwd: directory });
      assert.equal(done.status, 1, args.join(' '));
      assert.match(done.err, said);
      assert.equal(done.err.trimEnd().split('\n').length, 1);
    }
    assert.match(hook(null, directory, 'ls'), said);
  });
}

test('an environment variable that means nothing ends closed', () => {
  const directory = repository({ '.cavra/policy.yaml': pack('cavra-mine', 'commands: {allow: [make*]}\n') });
  assert.match(hook(null, directory, 'make x', { CAVRA_POLICY_MODE: 'off' }), /^blocked: .*CAVRA_POLICY_MODE/);
  assert.equal(hook(null, directory, 'make x', { CAVRA_POLICY_MODE: '' }), 'allow');
});

test('config show is for people: 80 columns, with file and line, and what was overridden', () => {
  const etc = machine({ 'config.yaml': '# ours\nmode: strict\npolicy: cavra-ai-agent-baseline\n' });
  const directory = repository({ '.cavra/config.yaml': 'mode: enforce\n', '.cavra/policy.yaml': pack('cavra-mine') });
  const done = onMachine(etc, cavraProgram, ['config', 'show'], { cwd: directory });
  assert.equal(done.status, 0);
  const text = done.out.replace(/\s+/g, ' ');
  assert.match(text, /mode strict \(managed, \/etc\/cavra\/config\.yaml:2\)/);
  assert.match(text, /enforce \(project, \S+\/\.cavra\/config\.yaml:1; overridden: strict is stricter\)/);
  assert.match(text, /policy cavra-ai-agent-baseline \(managed, \/etc\/cavra\/config\.yaml:3\)/);
  for (const line of done.out.split('\n')) assert.ok([...line].length <= 80, line);
});

test('init leaves a project that its hook accepts beside a managed policy', () => {
  const directory = repository();
  assert.equal(cavra(['init', 'claude-code', '--hook', hookProgram], { cwd: directory }).status, 0);
  const etc = machine({ 'config.yaml': 'policy: cavra-ai-agent-baseline\n' });
  assert.equal(hook(etc, directory, 'git status'), 'allow');
  assert.equal(hook(etc, directory, 'terraform apply'), 'deny');
});

test('the table of keys in the documentation is the one of the program', () => {
  const page = get(source, 'docs/configuration.md');
  const keys = Object.keys(inForce(null, { cwd: repository() }).values);
  const documented = [...page.matchAll(/^\| `([a-z._]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(documented, keys);
});

test('a project with a configuration alone is a project', () => {
  const directory = repository({ '.cavra/config.yaml': 'policy: cavra-ai-agent-baseline\n', 'a/b/x': '' });
  assert.equal(hook(null, join(directory, 'a/b'), 'terraform apply'), 'deny');
  mkdirSync(join(directory, 'a/.cavra'));
  assert.equal(hook(null, join(directory, 'a/b'), 'git status'), 'allow');
});
