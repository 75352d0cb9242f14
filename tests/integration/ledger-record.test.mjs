// SPDX-License-Identifier: Apache-2.0
//
// What the hook and evaluate --record leave in the ledger: everything, before the answer, without secrets.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, cavraProgram, hookProgram, ledger, put, repository, run, scratch } from './cavra.mjs';
import { machine, onMachine, payload } from './machine.mjs';

const policy = `metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}
commands: {allow: [make*], block: [rm*], readonly: allow}
`;
const project = (more = {}) => repository({ '.cavra/policy.yaml': policy, ...more });
const ask = (directory, home, input, env = {}) =>
  run(hookProgram, ['claude-code'], { cwd: directory, input, env: { CLAUDE_PROJECT_DIR: directory, HOME: home, ...env } });
const answer = (done) => (done.status === 2 ? `blocked: ${done.err}` : JSON.parse(done.out).hookSpecificOutput.permissionDecision);
const event = (cwd, tool_name, tool_input, more = {}) => JSON.stringify({
  session_id: 's1', transcript_path: 't', cwd, hook_event_name: 'PreToolUse', tool_name, tool_input, tool_use_id: 'x', ...more });

// By the documentation alone: sorted members, no spaces, a hash over everything but itself, the chain.
function check(entries) {
  const canonical = (value) => (Array.isArray(value) ? `[${value.map(canonical).join(',')}]`
    : value && typeof value === 'object' ? `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
      : JSON.stringify(value));
  let previous = null;
  entries.forEach((entry, i) => {
    const { record_hash, ...rest } = entry;
    assert.deepEqual([entry.schema_version, entry.sequence, entry.previous_hash], ['cavra.ledger.entry.v1', i + 1, previous]);
    assert.equal(record_hash, createHash('sha256').update(canonical(rest)).digest('hex'));
    previous = record_hash;
  });
}
const decisions = (home) => ledger(home).filter((entry) => entry.event_type === 'cavra.decision');

test('every call is recorded, whatever the answer was', () => {
  const directory = project(), home = scratch('home');
  const said = ['make x', 'ls', 'frob', 'rm x'].map((command) => answer(ask(directory, home, event(directory, 'Bash', { command }))));
  assert.deepEqual(said, ['allow', 'allow', 'ask', 'deny']);
  ask(directory, home, event(directory, 'Read', { file_path: join(directory, 'a') }));
  check(ledger(home));
  assert.deepEqual(decisions(home).map(({ body }) => [body.decision.target, body.decision.decision]),
    [['make x', 'allow'], ['ls', 'allow'], ['frob', 'require_approval'], ['rm x', 'block'], ['a', 'allow']].map(([t, d]) => [t === 'a' ? join(directory, 'a') : t, d]));
  assert.equal(ledger(home)[0].event_type, 'cavra.ledger.created');
});

test('an entry says where it happened: agent, tool, directory, repository, branch, commit', () => {
  const directory = scratch('repo'), home = scratch('home');
  const git = (...args) => assert.equal(spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: directory }).status, 0);
  put(directory, '.cavra/policy.yaml', policy);
  git('init', '-q', '-b', 'trunk');
  git('add', '.');
  git('commit', '-qm', 'x');
  const head = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: directory }).stdout.toString().trim();
  mkdirSync(join(directory, 'sub'));
  const context = () => { ask(directory, home, event(join(directory, 'sub'), 'Bash', { command: 'make x' })); return decisions(home).at(-1).body.context; };
  const wanted = { agent: 'claude-code', tool: 'Bash', cwd: join(directory, 'sub'), repository: directory, branch: 'trunk', commit: head };
  assert.deepEqual(context(), wanted);
  git('pack-refs', '--all');
  assert.deepEqual(context(), wanted);
  git('checkout', '-q', '--detach');
  const { branch, ...detached } = wanted;
  assert.deepEqual(context(), detached);
  assert.equal(decisions(home).at(-1).session_id, 's1');
});

test('what cannot be recorded is blocked, and the reason says what to do', () => {
  const directory = project();
  const call = (home) => answer(ask(directory, home, event(directory, 'Bash', { command: 'make x' })));
  const file = scratch('home');
  writeFileSync(join(file, '.cavra'), '');
  assert.match(call(file), /^blocked: .*it cannot be recorded: cannot open the ledger .*Not a directory/);
  const open = scratch('home');
  mkdirSync(join(open, '.cavra/ledger'), { recursive: true });
  chmodSync(join(open, '.cavra/ledger'), 0o777);
  assert.match(call(open), /^blocked: .*others may write to the ledger .*chmod go-w/);
  const damaged = scratch('home');
  assert.equal(call(damaged), 'allow');
  writeFileSync(join(damaged, '.cavra/ledger/segments/00000000000000000001.jsonl'), '\n'.repeat(5000));
  assert.match(call(damaged), /^blocked: .*damaged at its end \(cavra ledger verify says where\)/);
  const done = cavra(['evaluate', 'execute_command', 'make x', '--record'], { cwd: directory, env: { HOME: file } });
  assert.deepEqual([done.status, done.out], [1, '']);
});

test('a full disk blocks, leaves the ledger whole, and is forgotten when there is room again', () => {
  const directory = project(), home = scratch('home');
  const script = `
    mount -t tmpfs -o size=256k none "$HOME" || exit 99
    call() { "$HOOK" claude-code < "$PAYLOAD" > /dev/null 2> "$OUT/err"; echo $? ; }
    call
    head -c 1m /dev/zero > "$HOME/filler" 2> /dev/null
    truncate -s -1k "$HOME/filler"; i=0
    while [ "$(call)" = 0 ] && [ $i -lt 500 ]; do i=$((i+1)); done
    cat "$OUT/err"
    rm "$HOME/filler"
    call
    cp -r "$HOME/.cavra" "$OUT"`;
  const out = scratch('out');
  const input = put(scratch('in'), 'payload', event(directory, 'Bash', { command: 'make x' }));
  const done = spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', script], {
    env: { PATH: process.env.PATH, HOME: home, HOOK: hookProgram, PAYLOAD: input, OUT: out, CLAUDE_PROJECT_DIR: directory, TMPDIR: out } });
  const text = done.stdout.toString();
  assert.equal(done.status, 0, text + done.stderr);
  assert.match(text, /^0\n[^]*it cannot be recorded: cannot \S+( to)? the ledger .*No space left on device\n0\n$/);
  check(ledger(out));
  assert.ok(!existsSync(join(out, '.cavra/ledger/torn')));
});

test('secrets are gone from what is recorded, in every member', () => {
  const directory = project(), home = scratch('home'), secret = ['ghp', 'x8Zq'.repeat(9)].join('_');
  ask(directory, home, event(directory, 'Bash', { command: `curl -H "Authorization: Bearer ${secret}" https://a.example && make PASSWORD=${secret}` }));
  ask(directory, home, event(directory, 'mcp__x__y', { token: 'hunter2-hunter2', note: secret }));
  for (const name of readdirSync(join(home, '.cavra/ledger'), { recursive: true, withFileTypes: true }))
    if (name.isFile()) {
      const text = readFileSync(join(name.parentPath ?? name.path, name.name), 'latin1');
      assert.ok(!text.includes(secret) && !text.includes('hunter2'), name.name);
    }
  check(ledger(home));
});

test('large calls are recorded short, and strange session ids by their digest', () => {
  const directory = project(), home = scratch('home');
  ask(directory, home, event(directory, 'Bash', { command: `make ${'x'.repeat(100000)}` }, { session_id: 'y'.repeat(300) }));
  ask(directory, home, event(directory, 'Bash', { command: Array.from({ length: 4000 }, (_, i) => `frob${i}`).join(';') }));
  check(ledger(home));
  assert.match(decisions(home)[0].session_id, /^sha256:[0-9a-f]{64}$/);
  assert.match(decisions(home)[0].body.decision.target, /x\.\.\. \[cut: 100005 bytes, sha256:[0-9a-f]{64} of all\]$/);
  assert.ok(decisions(home)[1].body.decision.findings.at(-1).omitted > 0);
});

test('many hooks at once make one chain', async () => {
  const directory = project(), home = scratch('home');
  const call = () => new Promise((resolve) => {
    const child = spawn(hookProgram, ['claude-code'], { cwd: directory, env: { PATH: process.env.PATH, HOME: home, CLAUDE_PROJECT_DIR: directory }, stdio: ['pipe', 'ignore', 'inherit'] });
    child.on('close', resolve);
    child.stdin.end(event(directory, 'Bash', { command: 'make x' }));
  });
  assert.deepEqual(await Promise.all(Array.from({ length: 40 }, call)), Array(40).fill(0));
  check(ledger(home));
  assert.equal(decisions(home).length, 40);
});

test('the record is there before the answer', () => {
  const directory = project(), home = scratch('home');
  // Nobody reads the answer, so the hook does not get further than writing it.
  const done = spawnSync('sh', ['-c', '"$HOOK" claude-code < "$PAYLOAD" > /dev/full'], {
    env: { PATH: process.env.PATH, HOME: home, HOOK: hookProgram, CLAUDE_PROJECT_DIR: directory,
      PAYLOAD: put(scratch('in'), 'payload', event(directory, 'Bash', { command: 'make x' })) } });
  assert.equal(done.status, 2);
  assert.equal(decisions(home).length, 1);
});

test('evaluate --record: the record that is printed is the one in the ledger; without it there is none', () => {
  const directory = project(), home = scratch('home'), options = { cwd: directory, env: { HOME: home } };
  cavra(['evaluate', 'execute_command', 'rm x'], options);
  assert.deepEqual(ledger(home), []);
  const printed = JSON.parse(cavra(['evaluate', 'execute_command', 'rm x', '--record', '--json'], options).out);
  assert.deepEqual(decisions(home)[0].body.decision, printed);
  assert.equal(cavra(['evaluate', 'execute_command', 'rm x', '--record'], options).status, 4);
  const batch = cavra(['evaluate', '--batch', '-', '--record'], { ...options, input: `${JSON.stringify({ action_type: 'read_file', target: 'a', session_id: 'b1' })}\n`.repeat(3) });
  assert.equal(batch.status, 0);
  check(ledger(home));
  assert.deepEqual(decisions(home).map(({ session_id }) => session_id), ['local', 'local', 'b1', 'b1', 'b1']);
  assert.deepEqual(decisions(home).slice(2).map(({ body }) => body.decision), batch.out.trim().split('\n').map((line) => JSON.parse(line)));
  const facts = put(scratch(), 'facts.json', '{}');
  const refused = cavra(['evaluate', 'execute_command', 'ls', '--record', '--facts', facts], options);
  assert.deepEqual([refused.status, /leave out --facts/.test(refused.err)], [2, true]);
});

test('ledger.directory and ledger.durability are the managed and the user\'s to say, and never the project\'s', () => {
  const place = scratch('place'), etc = machine({ 'policy.yaml': policy, 'config.yaml': `ledger.directory: ${place}\nledger.durability: sync\n` });
  const directory = project(), home = scratch('home');
  const done = onMachine(etc, hookProgram, ['claude-code'], { cwd: directory, input: payload(directory, 'make x'), env: { HOME: home, CLAUDE_PROJECT_DIR: directory } });
  assert.equal(done.status, 0, done.err);
  assert.deepEqual([existsSync(join(home, '.cavra/ledger')), existsSync(join(place, 'segments'))], [false, true]);
  const shown = JSON.parse(onMachine(etc, cavraProgram, ['config', 'show', '--json'], { cwd: directory }).out).values;
  assert.deepEqual([shown['ledger.directory'][0].value, shown['ledger.durability'][0].value], [place, 'sync']);
  const status = onMachine(etc, cavraProgram, ['ledger', 'status', '--json'], { cwd: directory, env: { HOME: home } });
  assert.ok(status.out.includes(place), status.err);
  for (const key of ['ledger.directory: /tmp/x', 'ledger.durability: none']) {
    const refused = cavra(['config', 'validate'], { cwd: project({ '.cavra/config.yaml': `${key}\n` }) });
    assert.equal(refused.status, 1);
    assert.match(refused.err + refused.out, /config\.yaml:1:1: .*ledger/);
  }
});

test('the first call ten minutes after a checkpoint has one made, and so has a command', async () => {
  const directory = project(), home = scratch('home'), ledger = join(home, '.cavra/ledger'), checkpoints = join(ledger, 'checkpoints');
  const signed = async (n) => {
    for (let i = 0; i < 100 && (!existsSync(checkpoints) || readdirSync(checkpoints).length < n); i++) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return existsSync(checkpoints) ? readdirSync(checkpoints).length : 0;
  };
  const act = () => ask(directory, home, event(directory, 'Bash', { command: 'make x' }));
  const age = (seconds) => assert.equal(run(join(build, 'tests/integration/ledger_fill'), [ledger, '--age', String(seconds)]).status, 0);
  act();
  age(590);
  act();
  age(600);
  act();
  assert.equal(await signed(1), 1);
  act();
  cavra(['evaluate', 'read_file', 'a', '--record'], { cwd: directory, env: { HOME: home } });
  assert.equal(readdirSync(checkpoints).length, 1);
  age(601);
  cavra(['evaluate', 'read_file', 'a', '--record'], { cwd: directory, env: { HOME: home } });
  assert.equal(readdirSync(checkpoints).length, 2);
  assert.equal(cavra(['ledger', 'verify', '--ledger', ledger]).status, 3);
});

test('the end of a session is signed, and so is every 1024th entry', async () => {
  const directory = project(), home = scratch('home'), checkpoints = join(home, '.cavra/ledger/checkpoints');
  const signed = async (size) => {
    for (let i = 0; i < 100 && !existsSync(join(checkpoints, String(size).padStart(20, '0'))); i++) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return existsSync(checkpoints) ? readdirSync(checkpoints) : [];
  };
  ask(directory, home, event(directory, 'Bash', { command: 'make x' }));
  assert.ok(!existsSync(checkpoints));
  const ended = ask(directory, home, JSON.stringify({ session_id: 's1', transcript_path: 't', cwd: directory, hook_event_name: 'SessionEnd', reason: 'x' }));
  assert.deepEqual([ended.status, ended.out], [0, '']);
  // The making of the key is an entry, too.
  assert.deepEqual(await signed(4), ['4'.padStart(20, '0')]);
  cavra(['evaluate', '--batch', '-', '--record'], { cwd: directory, env: { HOME: home }, input: `${JSON.stringify({ action_type: 'read_file', target: 'a' })}\n`.repeat(1019) });
  ask(directory, home, event(directory, 'Bash', { command: 'make x' }));
  assert.equal((await signed(1024)).length, 2);
  assert.equal(cavra(['ledger', 'verify', '--ledger', join(home, '.cavra/ledger')]).status, 3);
});
