// SPDX-License-Identifier: Apache-2.0
//
// run.mjs BUILD: other guards over the same actions in the same run: how long each takes, and what each lets through. Run
// by `make bench-peers`. A guard that cannot be started is skipped, and said to be.
//
// codex and cedar get our corpus policy in their own language, cc-safety-net its own rules, which cannot be written to
// match ours. A guard is started the way its agent starts it: codex and cc-safety-net as a process, cedar in the process.
// What has no opinion (codex without a matching rule) counts as let through: nothing has stopped it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const corpus = join(here, '../../golden/corpus');
const build = resolve(process.argv[2]);
const root = mkdtempSync(join(tmpdir(), 'cavra-peers-'));
const home = join(root, 'home');
mkdirSync(home);

const verbs = { shell: 'run', file_read: 'read', file_write: 'write' };
const SAMPLE = 120;
const all = readFileSync(join(corpus, 'actions.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line))
  .filter(({ action_type, operation }) => action_type in verbs && !['rename', 'delete'].includes(operation));
// Evenly over the file: starting a process for each of them takes long enough.
const actions = all.filter((_, i) => Math.floor(i * SAMPLE / all.length) !== Math.floor((i - 1) * SAMPLE / all.length));

// The links that some of the actions go through.
const links = {
  'link-to-env': '.env', linkdir: '.', 'link-chain': 'link-to-env', 'out-link': '/etc', 'wf-link': '.github/workflows', 'gh-link': '.github',
  'wf-file-link': '.github/workflows/ci.yml', 'dangling-link': '.github/workflows/new.yml',
};

function run(program, args, input = '', cwd = root) {
  const from = process.hrtime.bigint();
  const done = spawnSync(program, args, { input, cwd, env: { PATH: process.env.PATH, HOME: home }, timeout: 120000, maxBuffer: 1 << 28 });
  const cost = Number(process.hrtime.bigint() - from) / 1e3;
  if (done.error || done.signal) throw done.error ?? new Error(`${program} ended by ${done.signal}`);
  return { out: done.stdout.toString(), err: done.stderr.toString(), status: done.status, cost };
}

// Words of a text without shell syntax; else the text goes to a shell, as an agent would have it.
function wordsOf(text) {
  return /^[\w./:=@%+, -]+$/.test(text) ? text.trim().split(/ +/) : ['bash', '-lc', text];
}

const payload = ({ action_type, target }, cwd) => JSON.stringify({
  session_id: 's', transcript_path: '/t.jsonl', cwd, permission_mode: 'default', hook_event_name: 'PreToolUse', tool_use_id: 't',
  ...action_type === 'shell' ? { tool_name: 'Bash', tool_input: { command: target } }
    : action_type === 'file_read' ? { tool_name: 'Read', tool_input: { file_path: target } }
      : { tool_name: 'Write', tool_input: { file_path: target, content: '' } },
});

// Each gives what decides about one action: true (let through), false (stopped or asked), undefined (it cannot be asked).
const guards = {
  'cavra-hook': () => {
    const directory = join(root, 'workspace');
    mkdirSync(join(directory, '.cavra'), { recursive: true });
    mkdirSync(join(directory, '.git'));
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(directory, name));
    writeFileSync(join(directory, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(directory, '.git/config'), '[remote "origin"]\n\turl = https://git.example/x.git\n');
    writeFileSync(join(directory, '.cavra/policy.yaml'), readFileSync(join(corpus, 'corpus-pack.yaml')));
    return (action) => {
      const done = run(join(build, 'cavra-hook'), ['claude-code'], payload(action, directory), directory);
      const answer = done.out ? JSON.parse(done.out).hookSpecificOutput?.permissionDecision : undefined;
      return { let: done.status === 0 && answer !== 'deny' && answer !== 'ask', cost: done.cost };
    };
  },
  'codex execpolicy': () => {
    const [program] = readdirSync(join(here, 'node_modules/@openai')).map((name) => join(here, 'node_modules/@openai', name, 'vendor'))
      .filter(existsSync).flatMap((vendor) => readdirSync(vendor).map((name) => join(vendor, name, 'bin/codex'))).filter(existsSync);
    return (action) => {
      if (action.action_type !== 'shell' || action.target.includes('\0')) return undefined;
      const done = run(program, ['execpolicy', 'check', '--rules', join(here, 'codex.rules'), '--', ...wordsOf(action.target)]);
      const { decision } = JSON.parse(done.out);
      return { let: decision === undefined || decision === 'allow', cost: done.cost };
    };
  },
  'cc-safety-net': () => (action) => {
    const done = run(process.execPath, [join(here, 'node_modules/cc-safety-net/dist/bin/cc-safety-net.js'), 'hook', '--claude-code'],
      payload(action, root));
    const answer = done.out ? JSON.parse(done.out).hookSpecificOutput?.permissionDecision : undefined;
    return { let: done.status === 0 && answer !== 'deny' && answer !== 'ask', cost: done.cost };
  },
  'cedar-wasm': () => {
    const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');
    const staticPolicies = readFileSync(join(here, 'policy.cedar'), 'utf8');
    return (action) => {
      const call = {
        principal: { type: 'Agent', id: 'a' }, action: { type: 'Action', id: verbs[action.action_type] }, resource: { type: 'Workspace', id: 'w' },
        context: { text: action.target }, policies: { staticPolicies }, entities: [],
      };
      const from = process.hrtime.bigint();
      const answer = cedar.isAuthorized(call);
      const cost = Number(process.hrtime.bigint() - from) / 1e3;
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
      return { let: answer.response.decision === 'allow', cost };
    };
  },
};

function batchRate() {
  const type = { shell: 'execute_command', file_read: 'read_file', file_write: 'write_file' };
  const lines = Array.from({ length: 10 }, () => actions).flat()
    .map(({ action_type, target }) => JSON.stringify({ action_type: type[action_type], target }));
  const facts = join(root, 'facts.json');
  writeFileSync(facts, JSON.stringify({ workspace: '/repo', home: '/root', branch: 'main', remotes: ['origin'], links: {}, hardlinks: {}, git_config: {} }));
  const args = ['evaluate', '--batch', '-', '--policy-file', join(corpus, 'corpus-pack.yaml'), '--facts', facts];
  const empty = run(join(build, 'cavra'), args, '').cost;
  const done = run(join(build, 'cavra'), args, `${lines.join('\n')}\n`);
  const cost = (done.cost - empty) / lines.length;
  console.log(`cavra evaluate --batch, with JSON in and the whole record out: ${cost.toFixed(1)} us an action, ${Math.round(1e6 / cost)} a second`);
}

function measure(name, make) {
  const decide = make();
  const results = [];
  for (const action of actions) {
    const answer = decide(action);
    if (answer) results.push({ ...action, ...answer });
  }
  const costs = results.map(({ cost }) => cost).sort((a, b) => a - b);
  const bad = results.filter(({ expect }) => !expect.includes('allow'));
  const missed = bad.filter((result) => result.let);
  const good = results.filter(({ expect }) => expect.length === 1 && expect[0] === 'allow');
  const p50 = costs[Math.floor(costs.length / 2)];
  console.log(`${name}: ${results.length} actions, p50 ${p50.toFixed(0)} us, p99 ${costs[Math.floor(costs.length * 0.99)].toFixed(0)} us, `
    + `${Math.round(1e6 / p50)} a second; lets through ${missed.length} of ${bad.length} that must be stopped, stops `
    + `${good.filter((result) => !result.let).length} of ${good.length} harmless ones`);
  const kinds = {};
  for (const { class: kind } of missed) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const most = Object.entries(kinds).sort((a, b) => b[1] - a[1]).slice(0, 12).map(([kind, n]) => `${kind} ${n}`);
  if (most.length) console.log(`  misses most of: ${most.join(', ')}`);
}

let skipped = 0;
try {
  batchRate();
  for (const [name, make] of Object.entries(guards)) {
    try {
      measure(name, make);
    } catch (error) {
      skipped++;
      console.log(`${name}: skipped, it cannot be run here: ${error.message}`);
    }
  }
} finally {
  rmSync(root, { recursive: true });
}
console.log(`${skipped} skipped`);
