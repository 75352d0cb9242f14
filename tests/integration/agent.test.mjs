// SPDX-License-Identifier: Apache-2.0
//
// Sessions of agents: what the ledger tells of them, and commands that run when they are allowed.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, get, hookProgram, ledger, put, repository, run, scratch } from './cavra.mjs';

const policy = `metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}
filesystem: {block_read: [.env]}
commands: {allow: [make*, "bash -c*", printf*, sleep*, "kill*", "true*", "exit*"], block: [rm*], readonly: allow}
`;
const project = () => repository({ '.cavra/policy.yaml': policy });
const world = () => {
  const directory = project(), home = scratch('home');
  return { directory, home, agent: (args, env = {}) => cavra(['agent', ...args], { cwd: directory, env: { HOME: home, ...env } }) };
};
const events = (home) => ledger(home).map((entry) => entry.event_type).slice(1);

test('agent start: the session is in the ledger and in a file, and nothing is made up in it', () => {
  const { directory, home, agent } = world();
  const done = agent(['start', '--tool', 'codex']);
  assert.equal(done.status, 0, done.err);
  const [, id] = done.out.match(/^session ([0-9a-f]{12})\naudit (.*)\npolicy cavra-x\n$/);
  const file = JSON.parse(get(directory, `.cavra/session-${id}.json`));
  assert.deepEqual(Object.keys(file), ['session_id', 'tool', 'repo', 'started_at', 'actions']);
  assert.deepEqual([file.session_id, file.tool, file.repo, file.actions], [id, 'codex', directory, []]);
  const [started] = ledger(home).slice(1);
  assert.deepEqual([started.event_type, started.session_id, started.body.context.branch], ['cavra.session.started', id, 'main']);
  assert.match(started.body.policy_digest, /^sha256:/);
  const refused = agent(['start']);
  assert.deepEqual([refused.status, /--tool is missing/.test(refused.err)], [2, true]);
});

test('W31 agent exec: decided, recorded, run, and its end recorded, with real ids and its own exit status', () => {
  const { directory, home, agent } = world();
  for (const [command, status] of [['true', 0], ['exit 7', 7], ['exit 3', 3], ['kill -TERM $$', 128 + 15]]) {
    const done = agent(['exec', command, '--session-id', 's1', '--tool', 'codex']);
    assert.equal(done.status, status, done.err);
    const [decided, finished] = ledger(home).slice(-2);
    assert.deepEqual([decided.event_type, decided.body.decision.target, decided.body.decision.session_id, decided.body.decision.agent_id],
      ['cavra.decision', command, 's1', 'codex']);
    assert.deepEqual([finished.event_type, finished.body.decision_id, finished.body.exit_status, finished.body.signal],
      ['cavra.command.finished', decided.body.decision.decision_id, status, status > 128 ? status - 128 : undefined]);
  }
  const file = JSON.parse(get(directory, '.cavra/session-s1.json'));
  assert.deepEqual(file.actions.map((action) => action.target), ['true', 'exit 7', 'exit 3', 'kill -TERM $$']);
});

test('W31 what is blocked or needs approval does not run, and is recorded', () => {
  const { directory, home, agent } = world();
  put(directory, 'kept', 'x');
  for (const [command, said] of [['rm kept', /not run: block: .*\[commands\.block\]/], ['frob > kept', /not run: require_approval: /]]) {
    const done = agent(['exec', command]);
    assert.deepEqual([done.status, done.out], [126, '']);
    assert.match(done.err, said);
  }
  assert.equal(get(directory, 'kept'), 'x');
  assert.deepEqual(events(home), ['cavra.session.started', 'cavra.decision', 'cavra.session.ended', 'cavra.session.started', 'cavra.decision', 'cavra.session.ended']);
  const [{ session_id: id }] = ledger(home).slice(-1);
  assert.equal(JSON.parse(get(directory, `.cavra/session-${id}.json`)).actions[0].decision, 'require_approval');
});

test('W32 a file that must not be read is blocked by its absolute path too', () => {
  const { directory, agent } = world();
  put(directory, '.env', 'SECRET=1');
  assert.equal(agent(['exec', `cat ${directory}/.env`]).status, 126);
});

test('what cannot be recorded does not run', () => {
  const directory = project(), home = scratch('home');
  writeFileSync(join(home, '.cavra'), '');
  const done = cavra(['agent', 'exec', 'printf x > made'], { cwd: directory, env: { HOME: home } });
  assert.equal(done.status, 125, done.err);
  assert.match(done.err, /cannot open the ledger/);
  assert.ok(!existsSync(join(directory, 'made')));
});

test('W34b output is passed on byte for byte', () => {
  const { agent } = world();
  const done = agent(['exec', String.raw`printf '[abc] [/x] \377\000\033[1m\n'`]);
  assert.equal(done.status, 0, done.err);
  assert.deepEqual(done.raw, Buffer.from('[abc] [/x] \xff\0\x1b[1m\n', 'latin1'));
});

test('the environment does not change what Bash runs', () => {
  const { directory, agent } = world();
  put(directory, 'rc', 'printf from-the-environment');
  const done = agent(['exec', 'true'], { BASH_ENV: join(directory, 'rc'), ENV: join(directory, 'rc'), 'BASH_FUNC_true%%': '() { printf function; }', SHELLOPTS: 'noexec' });
  assert.deepEqual([done.status, done.out], [0, '']);
});

test('it runs in the repository that is named, and a name that is none is an error', () => {
  const { directory, home } = world();
  mkdirSync(join(directory, 'sub'));
  const elsewhere = scratch();
  const options = { cwd: elsewhere, env: { HOME: home } };
  assert.equal(cavra(['agent', 'exec', 'pwd', '--repo', join(directory, 'sub')], options).out, `${join(directory, 'sub')}\n`);
  const none = cavra(['agent', 'exec', 'pwd', '--repo', join(directory, 'none')], options);
  assert.deepEqual([none.status, /--repo .*No such file/.test(none.err)], [125, true]);
  const bad = cavra(['agent', 'exec', 'pwd', '--repo', directory, '--session-id', '../x'], options);
  assert.deepEqual([bad.status, /cannot be part of a file's name/.test(bad.err)], [125, true]);
});

test('W30 agent attest, list, show: of a session that the hook saw, in every form', () => {
  const { directory, home, agent } = world();
  const call = (hook_event_name, more = {}) => run(hookProgram, ['claude-code'], { cwd: directory, env: { HOME: home, CLAUDE_PROJECT_DIR: directory },
    input: JSON.stringify({ session_id: 'c1', transcript_path: 't', cwd: directory, hook_event_name, ...more }) });
  assert.deepEqual([call('SessionStart', { source: 'startup' }).status, call('SessionStart', { source: 'startup' }).out], [0, '']);
  for (const command of ['make x', 'rm x', 'frob\n# [x](y) `z`']) call('PreToolUse', { tool_name: 'Bash', tool_input: { command }, tool_use_id: 'x' });
  assert.equal(call('SessionEnd', { reason: 'logout' }).status, 0);
  const [session] = JSON.parse(agent(['list', '--json']).out);
  assert.deepEqual([session.session_id, session.state, session.tool, session.decision_count, session.blocked_count, session.approval_required_count, session.branch],
    ['c1', 'completed', 'claude-code', 3, 1, 1, 'main']);
  assert.match(agent(['list']).out, /^c1\n {2}\S+Z {2}completed {2}claude-code\n {2}decisions 3, blocked 1, approval required 1\n/);
  const shown = agent(['show', 'c1']).out;
  assert.match(shown, /block {2}execute_command\n {2}rm x\n {2}commands\.block: /);
  assert.equal(JSON.parse(agent(['show', 'c1', '--json']).out).entries.length, 6);
  const markdown = agent(['attest', 'c1']).out;
  assert.match(markdown, /^# CAVRA Session Attestation\n[^]*- Session: `c1`\n- Agent: `claude-code`\n[^]*- Allowed: 1\n- Blocked: 1\n- Approval required: 1\n/);
  assert.ok(!/^# \[x\]/m.test(markdown) && !markdown.includes('`z`'));
  const json = JSON.parse(agent(['attest', 'c1', '--format', 'json']).out);
  assert.deepEqual(json.actions.map(({ type, decision }) => [type, decision]), [['execute_command', 'allow'], ['execute_command', 'block'], ['execute_command', 'require_approval']]);
  const path = agent(['attest', 'c1', '--format', 'artifact', '--audit-dir', 'audit']).out.trim();
  assert.deepEqual(JSON.parse(readFileSync(join(directory, path))), json);
  assert.deepEqual([agent(['attest', 'c1', '--format', 'x']).status, agent(['attest', 'none']).status, agent(['show', 'none']).status], [2, 1, 1]);
  assert.match(agent(['show', 'none']).err, /nothing was recorded of a session none/);
});

test('a damaged ledger is told, not shown', () => {
  const { home, agent } = world();
  agent(['start', '--tool', 'x']);
  const segment = join(home, '.cavra/ledger/segments/00000000000000000001.jsonl');
  writeFileSync(segment, readFileSync(segment, 'utf8').replace('"tool"', '"toll"').replace('"agent":"x"', '"agent":"y"'));
  const done = agent(['list']);
  assert.deepEqual([done.status, /damaged at line 2 of segment 1/.test(done.err)], [1, true]);
});
