// SPDX-License-Identifier: Apache-2.0
//
// Running the programs under test, and repositories to run them in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

export const build = process.env.CAVRA_BUILD;
export const source = process.env.CAVRA_SOURCE;
assert.ok(build && source, 'CAVRA_BUILD and CAVRA_SOURCE say where the programs and the sources are');
export const cavraProgram = join(build, 'cavra');
export const hookProgram = join(build, 'cavra-hook');

const root = realpathSync(mkdtempSync(join(tmpdir(), 'cavra-test-')));
// A hook may still be bringing its record to the disk, and make anew what was removed.
after(async () => {
  for (let left = 100; ; left--) {
    try {
      rmSync(root, { recursive: true, force: true });
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' || !left) throw error;
    }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
});
let made = 0;

// A fresh directory, below /tmp but not /tmp itself.
export function scratch(name = 'dir') {
  const path = join(root, `${name}-${made++}`);
  mkdirSync(path);
  return path;
}

export function put(directory, path, text) {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

export function get(directory, path) {
  return readFileSync(join(directory, path), 'utf8');
}

// What a test must not inherit from whoever runs it.
function environment(more) {
  const env = { PATH: process.env.PATH, HOME: join(root, 'home'), LANG: 'C.UTF-8' };
  for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'])
    if (process.env[name]) env[name] = process.env[name];
  return { ...env, ...more };
}

export function run(program, args, { cwd = root, input = '', env = {} } = {}) {
  const done = spawnSync(program, args, {
    cwd, input, env: environment(env), maxBuffer: 1 << 28, timeout: 60000,
  });
  // A program may answer before it has read everything.
  if (done.error && done.error.code !== 'EPIPE') throw done.error;
  assert.equal(done.signal, null, `${program} ended by ${done.signal}: ${done.stderr}`);
  return { status: done.status, out: done.stdout.toString(), err: done.stderr.toString(), raw: done.stdout };
}

// The entries of the ledger below a home directory, oldest first.
export function ledger(home) {
  const directory = join(home, '.cavra/ledger/segments');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).sort().flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter((line) => line).map((line) => JSON.parse(line));
}

export function cavra(args, options) {
  return run(cavraProgram, args, options);
}

// An empty Git repository on branch main with remote origin, made without Git.
export function repository(files = {}, { branch = 'main' } = {}) {
  const directory = scratch('repo');
  put(directory, '.git/HEAD', `ref: refs/heads/${branch}\n`);
  put(directory, '.git/config',
    '[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://git.example/x.git\n');
  for (const [path, text] of Object.entries(files)) put(directory, path, text);
  return directory;
}

// A world as a table, in which nothing exists but what is named.
export const emptyFacts = {
  workspace: '/repo', home: '/root', branch: 'main', remotes: ['origin'], links: {}, hardlinks: {}, git_config: {},
};

// Decides about many requests at once. options: pack, policy (YAML text), facts, args. Answers in order; a line in
// error is returned as it is.
export function decideAll(requests, { pack, policy, facts = emptyFacts, args = [] } = {}) {
  const directory = scratch('batch');
  const factsFile = put(directory, 'facts.json', JSON.stringify(facts));
  const which = policy !== undefined
    ? ['--policy-file', put(directory, 'policy.yaml', policy)]
    : ['--policy-pack', pack ?? 'cavra-ai-agent-baseline'];
  const lines = requests.map((request, i) => JSON.stringify({ id: i, ...request })).join('\n');
  const done = cavra(['evaluate', '--batch', '-', ...which, '--facts', factsFile, ...args], { input: `${lines}\n` });
  assert.equal(done.err, '');
  const records = done.out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(records.map((record) => record.id), requests.map((request, i) => request.id ?? i));
  return records;
}

export function decide(request, options) {
  return decideAll([request], options)[0];
}

export const command = (target, more = {}) => ({ action_type: 'execute_command', target, ...more });
export const read = (target, more = {}) => ({ action_type: 'read_file', target, ...more });
export const write = (target, more = {}) => ({ action_type: 'write_file', target, ...more });
export const git = (operation, target, more = {}) => ({ action_type: 'git_operation', operation, target, ...more });
export const mcp = (server, tool, more = {}) => ({ action_type: 'mcp_tool_call', server, tool, ...more });
