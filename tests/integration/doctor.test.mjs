// SPDX-License-Identifier: Apache-2.0
//
// cavra doctor: what is well is called well, and each way in which a hook can be no guard is found.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, get, hookProgram, put, repository, run, scratch, cavraProgram } from './cavra.mjs';

// Whoever builds below /tmp is told so, and rightly; here it is beside the point.
const inTmp = build.startsWith('/tmp/');
const beside = (item) => inTmp && hookProgram.startsWith(item.subject?.split(':')[0] ?? '-');

function doctor(directory, options = {}) {
  const done = cavra(['doctor', '--directory', directory, '--json'], options);
  assert.equal(done.err, '');
  const { status, items } = JSON.parse(done.out);
  const problems = items.filter((item) => item.status === 'problem' && !beside(item));
  const warnings = items.filter((item) => item.status === 'warning');
  if (!inTmp) {
    assert.equal(done.status, problems.length ? 5 : 0);
    assert.equal(status, problems.length ? 'problem' : warnings.length ? 'warning' : 'ok');
  }
  for (const item of problems) assert.ok(item.check && item.text, JSON.stringify(item));
  return { items, problems, warnings, texts: problems.map((item) => item.text).join('\n') };
}

function installed() {
  const directory = repository();
  const done = cavra(['init', 'claude-code', '--hook', hookProgram], { cwd: directory });
  assert.equal(done.status, 0, done.err);
  return directory;
}

const settingsOf = (directory) => JSON.parse(get(directory, '.claude/settings.json'));
function change(directory, edit) {
  const settings = settingsOf(directory);
  edit(settings, settings.hooks.PreToolUse[0], settings.hooks.PreToolUse[0].hooks[0]);
  writeFileSync(join(directory, '.claude/settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}
// A program of that name with this text, out of the repository.
function fake(text) {
  const path = put(scratch('fake'), 'cavra-hook', `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a fresh installation is well', () => {
  const { problems, warnings, items } = doctor(installed());
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, []);
  const probes = items.filter((item) => item.check === 'probe');
  assert.deepEqual(probes.map((item) => item.text), [
    'a call that must be blocked is answered with deny, as is due', 'a harmless call is answered with nothing, as is due',
  ]);
  assert.match(items.find((item) => item.check === 'policy').text, /cavra-project 0\.1\.0, sha256:[0-9a-f]{64}$/);
});

test('nothing installed', () => {
  const { texts } = doctor(repository());
  assert.match(texts, /no policy is in force/);
  assert.match(texts, /no settings file .* has the hook/);
});

for (const [name, edit, said, health = 'problems'] of [
  ['onFailure missing', (settings, group, hook) => { delete hook.onFailure; }, /onFailure is not "block"/],
  ['onFailure continue', (settings, group, hook) => { hook.onFailure = 'continue'; }, /onFailure is not "block"/],
  ['matcher too narrow', (settings, group) => { group.matcher = 'Bash|Write'; }, /matcher does not cover every tool/],
  ['in the background', (settings, group, hook) => { hook.async = true; }, /in the background/],
  ['only once', (settings, group, hook) => { hook.once = true; }, /"once" judges the first call only/],
  ['with a condition', (settings, group, hook) => { hook.if = 'Bash(git *)'; }, /"if" limits the hook/],
  ['of another type', (settings, group, hook) => { hook.type = 'prompt'; }, /not of type "command"/],
  ['all hooks off', (settings) => { settings.disableAllHooks = true; }, /disableAllHooks is true/],
  ['for another agent', (settings, group, hook) => { hook.args = ['codex']; }, /refuses every call.*no agent "codex"/],
  ['wrong path', (settings, group, hook) => { hook.command = '/nowhere/cavra-hook'; }, /cannot be started: No such file/],
  ['hurried', (settings, group, hook) => { hook.timeout = 2; }, /timeout is shorter/, 'warnings'],
]) {
  test(`installed ${name}`, () => {
    const directory = installed();
    change(directory, edit);
    const found = doctor(directory)[health];
    assert.ok(found.some((item) => said.test(item.text)), JSON.stringify(found));
    const line = get(directory, '.claude/settings.json').split('\n').findIndex((text) => /"hooks": \[|disableAll/.test(text));
    assert.ok(line >= 0);
    for (const item of found.filter((one) => one.check === 'hook')) {
      assert.match(item.subject, /\.claude\/settings\.json:\d+$/);
      assert.ok(item.remedy);
    }
  });
}

test('a matcher for everything in another spelling is well', () => {
  for (const matcher of ['', '.*', undefined]) {
    const directory = installed();
    change(directory, (settings, group) => { group.matcher = matcher; });
    assert.deepEqual(doctor(directory).problems, []);
  }
});

test('the shell form works, and is said to be slower', () => {
  const directory = installed();
  change(directory, (settings, group, hook) => { delete hook.args; hook.command = `"${hookProgram}" claude-code`; });
  const { problems, warnings } = doctor(directory);
  assert.deepEqual(problems, []);
  assert.match(warnings[0].text, /a shell starts the hook/);
});

for (const [name, text, said] of [
  ['that always allows', 'cat >/dev/null; echo \'{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}\'',
    /a call that must be blocked is answered with allow, and deny is due/],
  ['that says nothing', 'cat >/dev/null', /must be blocked is answered with nothing, and deny is due/],
  ['that does not even read', ':', /must be blocked is answered with nothing/],
  ['that always denies', 'cat >/dev/null; echo \'{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny"}}\'',
    /a harmless call is answered with deny, and nothing is due/],
  ['that crashes', 'kill -SEGV $$', /ends by signal 11/],
  ['that fails', 'echo broken >&2; exit 1', /ends with exit status 1: broken/],
  ['that prints something else', 'cat >/dev/null; echo hello', /not a JSON object/],
  ['that answers with an unknown word', 'cat >/dev/null; echo \'{"hookSpecificOutput":{"permissionDecision":"perhaps"}}\'', /nobody knows: perhaps/],
]) {
  test(`a hook ${name}`, () => {
    const directory = installed();
    change(directory, (settings, group, hook) => { hook.command = fake(text); });
    assert.match(doctor(directory).texts, said);
  });
}

test('a hook that hangs, or leaves a child behind that does', () => {
  for (const text of ['sleep 100', 'sleep 100 & echo', 'exec >&- 2>&-; sleep 100']) {
    const directory = installed();
    change(directory, (settings, group, hook) => { hook.command = fake(text); hook.timeout = 1; });
    const began = Date.now();
    assert.match(doctor(directory).texts, /gives no answer within 1 seconds/, text);
    assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
  }
});

test('a hook of another version', () => {
  const directory = installed();
  change(directory, (settings, group, hook) => {
    hook.command = fake(`[ "$1" = --version ] && { echo cavra-hook 0.0.1; exit; }\nexec ${hookProgram} "$@"`);
  });
  assert.ok(doctor(directory).warnings.some((item) => /calls itself "cavra-hook 0\.0\.1"/.test(item.text)));
});

test('a hook that is not executable, or stands where the agent works', () => {
  const directory = installed();
  const program = put(directory, 'bin/cavra-hook', '#!/bin/sh\n');
  change(directory, (settings, group, hook) => { hook.command = '${CLAUDE_PROJECT_DIR}/bin/cavra-hook'; });
  const { texts } = doctor(directory);
  assert.match(texts, /stands in the workspace/);
  assert.match(texts, /not executable|cannot be started: Permission denied/);
  chmodSync(program, 0o777);
  assert.match(doctor(directory).texts, /everybody may write the file/);
});

test('a broken policy and a broken configuration are told with their place', () => {
  for (const [file, text, said] of [['.cavra/policy.yaml', 'metadata: 1\n', /policy\.yaml/], ['.cavra/config.yaml', 'mode: x\n', /config\.yaml:1/]]) {
    const directory = installed();
    put(directory, file, text);
    const { problems } = doctor(directory);
    assert.ok(problems.some((item) => item.check === 'configuration' && said.test(item.subject)), JSON.stringify(problems));
    assert.ok(problems.some((item) => /refuses every call/.test(item.text)));
  }
});

test('a policy that others may change', () => {
  const directory = installed();
  const policy = join(directory, '.cavra/policy.yaml');
  chmodSync(policy, 0o666);
  assert.match(doctor(directory).texts, /everybody may write the file/);
  chmodSync(policy, 0o664);
  assert.deepEqual(doctor(directory).problems, []);
  assert.match(doctor(directory).warnings[0].text, /group of the file may write it/);
  chmodSync(policy, 0o644);
  chmodSync(join(directory, '.cavra'), 0o777);
  assert.match(doctor(directory).texts, /everybody may write this directory/);
});

test('settings that are a link', () => {
  const directory = installed(), outside = scratch('outside');
  renameSync(join(directory, '.claude/settings.json'), join(outside, 's.json'));
  symlinkSync(join(outside, 's.json'), join(directory, '.claude/settings.json'));
  assert.match(doctor(directory).texts, /settings file is a symbolic link to/);
});

test('malformed settings are told with their place', () => {
  const directory = installed();
  put(directory, '.claude/settings.local.json', '{\n  "hooks": ,\n}');
  const { problems } = doctor(directory);
  assert.ok(problems.some((item) => item.check === 'settings' && /settings\.local\.json:2/.test(item.subject)));
});

test('hooks of the user and of the machine are found', () => {
  const entry = settingsOf(installed());
  const home = scratch('home'), directory = repository({ '.cavra/config.yaml': 'policy: cavra-ai-agent-baseline\n' });
  put(home, '.claude/settings.json', JSON.stringify(entry));
  const { problems, items } = doctor(directory, { env: { HOME: home } });
  assert.deepEqual(problems, []);
  assert.ok(items.some((item) => item.subject?.startsWith(join(home, '.claude/settings.json'))));
  const machine = scratch('machine');
  put(machine, 'managed-settings.json', '{"allowManagedHooksOnly": true}');
  const done = run('bwrap', ['--unshare-user', '--uid', '0', '--gid', '0', '--dev-bind', '/', '/', '--tmpfs', '/etc',
    '--ro-bind', '/etc/passwd', '/etc/passwd', '--bind', machine, '/etc/claude-code', cavraProgram, 'doctor', '--directory', directory],
  { env: { HOME: home } });
  assert.equal(done.status, 5);
  assert.match(done.out.replace(/\s+/g, ' '), /allowManagedHooksOnly is true, and the hook is not among the managed ones/);
});

test('modes in which nothing is stopped, or everything', () => {
  for (const [mode, said] of [['audit_only', /nothing stopped/], ['break_glass', /blocks everything/]]) {
    const directory = installed();
    put(directory, '.cavra/config.yaml', `mode: ${mode}\n`);
    const { problems, warnings } = doctor(directory);
    assert.deepEqual(problems, [], mode);
    assert.ok(warnings.some((item) => said.test(item.text)), mode);
  }
});

test('for people: 80 columns, without colour in a pipe, what to do for each', () => {
  const directory = installed();
  change(directory, (settings, group, hook) => { delete hook.onFailure; group.matcher = 'Bash'; });
  const done = cavra(['doctor'], { cwd: directory });
  assert.equal(done.status, 5);
  assert.match(done.out, /^ {8}do: write "onFailure": "block"$/m);
  assert.match(done.out, inTmp ? /^3 problems, 0 warnings$/m : /^2 problems, 0 warnings$/m);
  for (const line of done.out.split('\n')) assert.ok([...line].length <= 80, line);
  // eslint-disable-next-line no-control-regex
  assert.ok(!/[\x00-\x09\x0b-\x1f]/.test(done.out));
});

test('nothing is written, and what cannot be looked at is an error', () => {
  const directory = installed();
  mkdirSync(join(directory, 'sub'));
  const before = run('find', [directory, '-newer', join(directory, '.claude/settings.json')]).out;
  doctor(join(directory, 'sub'));
  assert.equal(run('find', [directory, '-newer', join(directory, '.claude/settings.json')]).out, before);
  assert.equal(cavra(['doctor', '--directory', join(directory, 'none')]).status, 1);
});

test('a ledger that nothing can be recorded in', () => {
  const directory = installed();
  const ledgerItem = (home) => doctor(directory, { env: { HOME: home } }).items.filter((item) => item.check === 'ledger').map(({ status, text }) => [status, text]);
  const [[status, text]] = ledgerItem(scratch('home'));
  assert.deepEqual([status, /^\d+ entries$/.test(text)], ['ok', true], 'the probes have made it');
  const damaged = scratch('home');
  put(damaged, '.cavra/ledger/segments/00000000000000000001.jsonl', '\n'.repeat(5000));
  chmodSync(join(damaged, '.cavra/ledger'), 0o700);
  assert.match(ledgerItem(damaged)[0].join(': '), /^problem: the ledger is damaged at line 1 of segment 1: /);
  const file = scratch('home');
  writeFileSync(join(file, '.cavra'), '');
  assert.ok(doctor(directory, { env: { HOME: file } }).problems.length > 0);
});
