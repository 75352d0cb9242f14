// SPDX-License-Identifier: Apache-2.0
//
// cavra init claude-code: adds to what is there, takes out what it added, writes nowhere else.

import assert from 'node:assert/strict';
import {
  chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { valid } from './agent-types.mjs';
import { build, cavra, get, hookProgram, put, run, scratch } from './cavra.mjs';

const init = (directory, ...more) => cavra(['init', 'claude-code', '--hook', hookProgram, ...more], { cwd: directory });

// Every file with its bytes and permissions.
function snapshot(directory, below = '') {
  const found = {};
  for (const name of readdirSync(join(directory, below)).sort()) {
    const path = join(below, name), full = join(directory, path), st = lstatSync(full);
    if (st.isDirectory()) Object.assign(found, { [`${path}/`]: st.mode }, snapshot(directory, path));
    else found[path] = [st.mode, readFileSync(full, 'utf8')];
  }
  return found;
}

const ours = {
  matcher: '*',
  hooks: [{ type: 'command', command: hookProgram, args: ['claude-code'], timeout: 10, onFailure: 'block' }],
};

test('W39 installs a hook in exec form that blocks when it fails, and a policy that is honoured', () => {
  const directory = scratch();
  const done = init(directory);
  assert.equal(done.status, 0, done.err);
  const settings = JSON.parse(get(directory, '.claude/settings.json'));
  assert.deepEqual(settings, { hooks: { PreToolUse: [ours], SessionStart: [ours], SessionEnd: [ours] } });
  assert.ok(statSync(join(directory, '.cavra/session')).isDirectory());
  assert.ok(!existsSync(join(directory, '.mcp.json')));
  assert.equal(cavra(['policy', 'validate', join(directory, '.cavra/policy.yaml')]).out, 'valid cavra-project\n');
  const policy = get(directory, '.cavra/policy.yaml');
  writeFileSync(join(directory, '.cavra/policy.yaml'), `${policy}\ncommands:\n  block: [frobnicate]\n`);
  const call = (command) => run(hookProgram, ['claude-code'], {
    env: { CLAUDE_PROJECT_DIR: directory },
    input: JSON.stringify({
      session_id: 's', transcript_path: 't', cwd: directory, hook_event_name: 'PreToolUse', tool_name: 'Bash',
      tool_input: { command }, tool_use_id: 'x',
    }),
  }).out;
  assert.equal(JSON.parse(call('frobnicate')).hookSpecificOutput.permissionDecision, 'deny');
  assert.equal(JSON.parse(call('terraform apply')).hookSpecificOutput.permissionDecision, 'deny');
});

test('the settings fit the schema of the agent', () => {
  const directory = scratch();
  init(directory);
  const settings = JSON.parse(get(directory, '.claude/settings.json'));
  assert.equal(valid('sdk.d.ts', 'Settings', settings), true);
  settings.hooks.PreToolUse[0].hooks[0].onFailure = 'explode';
  assert.notEqual(valid('sdk.d.ts', 'Settings', settings), true);
});

test('is idempotent', () => {
  const directory = scratch();
  init(directory);
  const first = snapshot(directory);
  assert.equal(init(directory).status, 0);
  assert.deepEqual(snapshot(directory), first);
});

const foreign = `{
    "permissions": {"allow": ["Bash(ls)"], "deny": []},
    "model": "opus",
    "hooks": {
        "PostToolUse": [{"matcher": "Edit", "hooks": [{"type": "command", "command": "fmt"}]}],
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}]
    },
    "env": {"A": "1"}}`;

test('keeps what others wrote, in its order', () => {
  const directory = scratch();
  put(directory, '.claude/settings.json', foreign);
  assert.equal(init(directory).status, 0);
  const before = JSON.parse(foreign), after = JSON.parse(get(directory, '.claude/settings.json'));
  assert.deepEqual(Object.keys(after), Object.keys(before));
  assert.deepEqual(after.hooks.PreToolUse, [...before.hooks.PreToolUse, ours]);
  after.hooks.PreToolUse.pop();
  for (const event of ['SessionStart', 'SessionEnd']) {
    assert.deepEqual(after.hooks[event], [ours]);
    delete after.hooks[event];
  }
  assert.deepEqual(after, before);
  assert.match(get(directory, '.claude/settings.json'), /^ {4}"permissions"/m);
});

test('--remove gives back the same bytes when nothing else has changed', () => {
  for (const text of [foreign, '{}', '{ "a" : 1e3 }\n\n', null]) {
    const directory = scratch();
    put(directory, 'src/x.c', '');
    if (text !== null) put(directory, '.claude/settings.json', text);
    const before = snapshot(directory);
    assert.equal(init(directory).status, 0);
    assert.notDeepEqual(snapshot(directory), before);
    const done = init(directory, '--remove');
    assert.equal(done.status, 0, done.err);
    assert.deepEqual(snapshot(directory), before);
  }
});

test('--remove takes out only the hook when the settings have changed since', () => {
  const directory = scratch();
  put(directory, '.claude/settings.json', foreign);
  init(directory);
  const now = JSON.parse(get(directory, '.claude/settings.json'));
  now.model = 'sonnet';
  put(directory, '.claude/settings.json', JSON.stringify(now));
  assert.equal(init(directory, '--remove').status, 0);
  assert.deepEqual(JSON.parse(get(directory, '.claude/settings.json')), { ...JSON.parse(foreign), model: 'sonnet' });
});

test('--remove keeps a policy that was edited, and works without the program', () => {
  const directory = scratch();
  init(directory);
  writeFileSync(join(directory, '.cavra/policy.yaml'), `${get(directory, '.cavra/policy.yaml')}# mine\n`);
  const done = cavra(['init', 'claude-code', '--remove', '--hook', '/nonexistent'], { cwd: directory });
  assert.equal(done.status, 0, done.err);
  assert.ok(get(directory, '.cavra/policy.yaml').endsWith('# mine\n'));
  assert.ok(!existsSync(join(directory, '.claude/settings.json')));
  assert.match(init(directory, '--remove').out, /not installed/);
});

test('an installation of another version is replaced, not doubled', () => {
  const directory = scratch();
  const old = structuredClone(ours);
  old.hooks[0].command = '/opt/old/cavra-hook';
  delete old.hooks[0].onFailure;
  put(directory, '.claude/settings.json', JSON.stringify({ hooks: { PreToolUse: [old] } }));
  assert.equal(init(directory).status, 0);
  assert.deepEqual(JSON.parse(get(directory, '.claude/settings.json')), { hooks: { PreToolUse: [ours], SessionStart: [ours], SessionEnd: [ours] } });
});

test('refuses malformed settings with their place, and writes nothing to them', () => {
  for (const [text, place] of [
    ['{\n  "hooks": {,}\n}', '2:13'], ['[]', '1:1'], ['{"hooks": []}', '1:11'],
    ['{"hooks": {"PreToolUse": {}}}', '1:26'], ['{"a": 1, "a": 2}', '1:'], ['{"disableAllHooks": true}', '1:2'],
    ['// comment\n{}', '1:1'],
  ]) {
    const directory = scratch();
    put(directory, '.claude/settings.json', text);
    const done = init(directory);
    assert.equal(done.status, 1, text);
    assert.ok(done.err.includes(`settings.json:${place}`), done.err);
    assert.equal(get(directory, '.claude/settings.json'), text);
  }
});

test('a broken policy is not hooked up', () => {
  const directory = scratch();
  put(directory, '.cavra/policy.yaml', 'metadata: {id: cavra-x}\n');
  const done = init(directory);
  assert.equal(done.status, 1);
  assert.match(done.err, /policy\.yaml/);
  assert.ok(!existsSync(join(directory, '.claude/settings.json')));
});

test('does not write through links that lead out of the repository', () => {
  const outside = scratch('outside');
  put(outside, 'settings.json', '{}');
  for (const make of [
    (directory) => symlinkSync(outside, join(directory, '.claude')),
    (directory) => symlinkSync(outside, join(directory, '.cavra')),
    (directory) => { mkdirSync(join(directory, '.claude')); symlinkSync(join(outside, 'settings.json'), join(directory, '.claude/settings.json')); },
    (directory) => { mkdirSync(join(directory, '.claude')); symlinkSync(join(outside, 'new.json'), join(directory, '.claude/settings.json')); },
    (directory) => { mkdirSync(join(directory, '.cavra')); symlinkSync(join(outside, 'p.yaml'), join(directory, '.cavra/policy.yaml')); },
  ]) {
    const directory = scratch();
    const before = snapshot(outside);
    make(directory);
    const done = init(directory);
    assert.equal(done.status, 1, done.out);
    assert.match(done.err, /leads out of the repository|is a link to nothing/);
    assert.deepEqual(snapshot(outside), before);
  }
});

test('a link inside the repository is followed and stays a link', () => {
  const directory = scratch();
  put(directory, 'config/settings.json', '{"model": "opus"}');
  mkdirSync(join(directory, '.claude'));
  symlinkSync('../config/settings.json', join(directory, '.claude/settings.json'));
  assert.equal(init(directory).status, 0);
  assert.ok(lstatSync(join(directory, '.claude/settings.json')).isSymbolicLink());
  assert.deepEqual(JSON.parse(get(directory, 'config/settings.json')).hooks.PreToolUse, [ours]);
});

test('keeps the permissions of the settings', () => {
  const directory = scratch();
  chmodSync(put(directory, '.claude/settings.json', '{}'), 0o600);
  init(directory);
  assert.equal(statSync(join(directory, '.claude/settings.json')).mode & 0o777, 0o600);
});

test('what goes wrong is said, with status 1', () => {
  const directory = scratch();
  put(directory, '.claude', 'a file');
  assert.equal(init(directory).status, 1);
  assert.equal(init(directory, '--directory', join(directory, 'none')).status, 1);
});

test('a missing hook program is not installed', () => {
  const directory = scratch();
  const done = cavra(['init', 'claude-code', '--hook', join(directory, 'cavra-hook')], { cwd: directory });
  assert.equal(done.status, 1);
  assert.deepEqual(readdirSync(directory), []);
});

// Makes one system call fail for every file below the directory under test.
const faults = `
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
static int failing(const char *name)
{
	const char *wanted = getenv("FAULT");
	return wanted && strcmp(wanted, name) == 0;
}
ssize_t write(int fd, const void *bytes, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (fd > 2 && failing("write")) { errno = ENOSPC; return -1; }
	return real(fd, bytes, n);
}
int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	if (failing("fsync")) { errno = EIO; return -1; }
	return real(fd);
}
int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	if (failing("rename")) { errno = EACCES; return -1; }
	return real(from, to);
}
int mkdir(const char *path, mode_t mode)
{
	int (*real)(const char *, mode_t) = (int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir");
	if (failing("mkdir")) { errno = EROFS; return -1; }
	return real(path, mode);
}
`;

test('a full disk, a failing disk, missing rights: said with status 1, and nothing half done', (t) => {
  if (/-fsanitize=/.test(get(build, 'build.ninja'))) return void t.skip('sanitizers want to be loaded first');
  const shim = join(scratch('faults'), 'faults.so');
  const compiled = run('cc', ['-shared', '-fPIC', '-D_GNU_SOURCE', '-o', shim, put(scratch('faults'), 'faults.c', faults), '-ldl']);
  assert.equal(compiled.status, 0, compiled.err);
  for (const [fault, said] of [['write', /No space left/], ['fsync', /Input\/output error/], ['rename', /Permission denied/], ['mkdir', /Read-only/]]) {
    const directory = scratch();
    put(directory, '.claude/settings.json', foreign);
    const before = snapshot(directory);
    const env = { LD_PRELOAD: shim, FAULT: fault };
    const done = cavra(['init', 'claude-code', '--hook', hookProgram], { cwd: directory, env });
    assert.equal(done.status, 1, `${fault}: ${done.out}`);
    assert.match(done.err, said);
    const after = snapshot(directory);
    for (const path of Object.keys(after).filter((name) => !name.endsWith('/')))
      assert.deepEqual(after[path], before[path], `${fault}: ${path}`);
    const policy = cavra(['policy', 'init'], { cwd: scratch(), env });
    assert.equal(policy.status, 1);
    assert.match(policy.err, said);
  }
  const directory = scratch();
  assert.equal(cavra(['init', 'claude-code', '--hook', hookProgram], { cwd: directory, env: { LD_PRELOAD: shim } }).status, 0);
});
