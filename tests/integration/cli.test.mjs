// SPDX-License-Identifier: Apache-2.0
//
// The command line: what it prints, what it returns, what it says when something is wrong.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, command, emptyFacts, get, put, repository, run, scratch, cavraProgram } from './cavra.mjs';

const fields = [
  'decision_id', 'session_id', 'agent_id', 'actor', 'action_type', 'target', 'requested_operation', 'policy_pack',
  'policy_id', 'rule_id', 'decision', 'severity', 'reason', 'evidence_refs', 'approver_group', 'timestamp',
  'correlation_id', 'mode', 'policy_digest', 'policy_signature', 'findings',
];

const facts = put(scratch(), 'facts.json', JSON.stringify(emptyFacts));
const evaluate = (...args) => cavra(['evaluate', ...args, '--facts', facts]);
const allowed = ['execute_command', 'terraform plan'];
const blocked = ['execute_command', 'terraform apply -auto-approve'];
const asked = ['execute_command', 'unheard-of-program --now'];

test('version names the program and the version of the header', () => {
  const header = get(process.env.CAVRA_SOURCE, 'include/cavra/cavra.h').match(/CAVRA_VERSION "(.*)"/)[1];
  assert.deepEqual(cavra(['version']), { status: 0, out: `cavra ${header}\n`, err: '', raw: Buffer.from(`cavra ${header}\n`) });
  assert.equal(cavra(['--version']).out, `cavra ${header}\n`);
});

test('every command that --help lists has a --help of its own, 80 columns wide', () => {
  const help = cavra(['--help']);
  assert.equal(help.status, 0);
  const names = [...help.out.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)?) {2,}\S/gm)].map((match) => match[1]);
  assert.ok(names.includes('evaluate') && names.includes('policy compile') && names.includes('init claude-code'));
  for (const name of names) {
    const one = cavra([...name.split(' '), '--help']);
    assert.equal(one.status, 0, name);
    assert.ok(one.out.startsWith(`usage: cavra ${name}`), name);
    assert.ok(one.out.includes('--help'), name);
    for (const line of one.out.split('\n')) assert.ok([...line].length <= 80, `${name}: ${line}`);
  }
});

for (const [args, named] of [
  [['evalute', 'a', 'b'], 'evaluate'],
  [['policy', 'lst'], 'policy list'],
  [['evaluate', 'execute_command', 'ls', '--jsn'], '--json'],
  [['evaluate', 'execute_command', 'ls', '--policy-pak', 'x'], '--policy-pack'],
  [['policy', 'init', '--forse'], '--force'],
]) {
  test(`a misspelt ${named} ends as usage error and names it`, () => {
    const done = cavra(args);
    assert.equal(done.status, 2);
    assert.equal(done.out, '');
    assert.ok(done.err.includes(named), done.err);
    assert.equal(done.err.trimEnd().split('\n').length, 1);
  });
}

for (const args of [
  [], ['policy'], ['evaluate'], ['evaluate', 'execute_command'], ['evaluate', 'a', 'b', 'c'], ['hook'],
  ['evaluate', 'execute_command', 'ls', '--cwd'], ['evaluate', 'execute_command', 'ls', '--json', '--json'],
  ['evaluate', 'execute_command', 'ls', '--json=yes'], ['version', 'x'], ['policy', 'describe'],
  ['evaluate', 'execute_command', 'ls', '--policy-pack', 'a', '--policy-file', 'b'],
  ['evaluate', 'execute_command', 'ls', '--policy-mode', 'lenient'],
  ['evaluate', 'write_file', 'a', '--operation', 'rename'], ['evaluate', 'read_file', 'a', '--operation', 'eat'],
  ['evaluate', '--batch', '-', '--operation', 'x'], ['demo', 'another'],
]) {
  test(`usage error: cavra ${args.join(' ')}`, () => {
    const done = cavra(args);
    assert.equal(done.status, 2, done.err);
    assert.equal(done.out, '');
    assert.match(done.err, /^cavra: .+\n$/);
  });
}

test('W29 the exit status of evaluate tells allowed, approval, blocked apart', () => {
  assert.equal(evaluate(...allowed).status, 0);
  assert.equal(evaluate(...asked).status, 3);
  assert.equal(evaluate(...blocked).status, 4);
  assert.equal(evaluate('pull_request', 'create PR').status, 0);
});

test('text output starts with the decision and names the rule', () => {
  const done = evaluate(...blocked);
  assert.match(done.out, /^block: /);
  assert.match(done.out, /^ {2}rule: commands\.block \(critical\)$/m);
  assert.ok(!done.out.includes('\x1b'));
});

test('W47 W50 evaluate --json is the decision record: 17 fields in order, then ours', () => {
  const done = evaluate(...blocked, '--json', '--session-id', 's1', '--agent-id', 'me', '--actor', 'you');
  assert.equal(done.out.split('\n').length, 2);
  const record = JSON.parse(done.out);
  assert.deepEqual(Object.keys(record), fields);
  assert.match(record.decision_id, /^dec_[0-9a-f]{12}$/);
  assert.match(record.correlation_id, /^corr_[0-9a-f]{12}$/);
  assert.match(record.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  assert.ok(Math.abs(Date.parse(record.timestamp) - Date.now()) < 60000);
  assert.deepEqual(record.evidence_refs, [`evidence://s1/${record.decision_id}`]);
  assert.match(record.policy_digest, /^sha256:[0-9a-f]{64}$/);
  const { session_id, agent_id, actor, action_type, target, policy_pack, policy_id, rule_id, decision, severity, mode } = record;
  assert.deepEqual({ session_id, agent_id, actor, action_type, target, policy_pack, policy_id, rule_id, decision, severity, mode }, {
    session_id: 's1', agent_id: 'me', actor: 'you', action_type: 'execute_command', target: blocked[1],
    policy_pack: 'cavra-ai-agent-baseline', policy_id: 'cavra-ai-agent-baseline', rule_id: 'commands.block',
    decision: 'block', severity: 'critical', mode: 'enforce',
  });
  assert.ok(record.findings.length > 0);
  assert.deepEqual(Object.keys(record.findings[0]),
    ['decision', 'severity', 'rule_id', 'approver_group', 'reason', 'instead', 'pattern', 'certainty', 'effect', 'span']);
});

test('defaults of a record', () => {
  const record = JSON.parse(evaluate(...allowed, '--json').out);
  assert.equal(record.session_id, 'local');
  assert.equal(record.agent_id, 'unknown-agent');
  assert.equal(record.actor, 'ai-agent');
  assert.equal(record.approver_group, null);
});

test('W50 decisions of a session share a correlation id, others do not', () => {
  const id = (...more) => JSON.parse(evaluate(...allowed, '--json', ...more).out).correlation_id;
  assert.equal(id('--session-id', 'a'), id('--session-id', 'a'));
  assert.notEqual(id('--session-id', 'a'), id('--session-id', 'b'));
  assert.notEqual(id(), id());
});

test('W34 JSON output is one unbroken line even for long strings', () => {
  const target = `echo ${'x'.repeat(5000)} [abc] [/x]`;
  const done = cavra(['evaluate', 'execute_command', target, '--json', '--facts', facts], { env: { COLUMNS: '20' } });
  assert.equal(JSON.parse(done.out).target, target);
});

test('a mode summary wraps the record when another mode is asked for', () => {
  const done = evaluate(...asked, '--json', '--policy-mode', 'Strict-Regulated');
  const summary = JSON.parse(done.out);
  assert.deepEqual(Object.keys(summary), ['schema_version', 'mode', 'base_decision', 'effective_decision', 'mode_reason',
    'evidence_required', 'break_glass_actor', 'break_glass_reason_present']);
  assert.equal(summary.schema_version, 'cavra.runtime-policy-mode-summary.v1');
  assert.equal(summary.mode, 'strict');
  assert.deepEqual(Object.keys(summary.base_decision), fields);
  assert.equal(summary.base_decision.decision, 'require_approval');
  assert.equal(summary.effective_decision, 'block');
  assert.equal(summary.break_glass_actor, null);
  assert.equal(summary.break_glass_reason_present, null);
  assert.equal(done.status, 4);
  assert.deepEqual(Object.keys(JSON.parse(evaluate(...asked, '--json', '--policy-mode', 'enforce').out)), fields);
});

test('W33 break_glass without authentication opens nothing', () => {
  for (const action of [allowed, asked, blocked]) {
    const done = evaluate(...action, '--json', '--policy-mode', 'break_glass', '--break-glass-actor', 'x',
      '--break-glass-reason', 'the secret reason');
    const summary = JSON.parse(done.out);
    assert.equal(done.status, 4);
    assert.equal(summary.effective_decision, 'block');
    assert.equal(summary.break_glass_actor, 'x');
    assert.equal(summary.break_glass_reason_present, true);
    assert.equal(summary.evidence_required, true);
    assert.ok(!done.out.includes('the secret reason'));
  }
});

test('a mode on the command line can only tighten', () => {
  const loose = evaluate(...blocked, '--policy-mode', 'audit_only');
  assert.equal(loose.status, 2);
  assert.match(loose.err, /would loosen/);
  const file = put(scratch(), 'policy.yaml', `metadata: {id: cavra-x, title: t, description: d, version: 1.0.0,
  inherits: cavra-ai-agent-baseline, mode: audit_only}\n`);
  const own = evaluate(...blocked, '--policy-file', file, '--json');
  assert.equal(own.status, 0);
  assert.equal(JSON.parse(own.out).mode, 'audit_only');
  assert.equal(JSON.parse(own.out).decision, 'block');
  assert.match(evaluate(...blocked, '--policy-file', file).out, /^audit_only: /);
  assert.equal(evaluate(...blocked, '--policy-file', file, '--policy-mode', 'enforce').status, 4);
});

test('without a choice the policy of the workspace decides, found upwards', () => {
  const directory = repository({
    '.cavra/policy.yaml': `metadata: {id: cavra-mine, title: t, description: d, version: 1.0.0}
commands: {block: [frobnicate]}\n`,
    'a/b/c.txt': '',
  });
  const done = cavra(['evaluate', 'execute_command', 'frobnicate', '--json'], { cwd: join(directory, 'a/b') });
  assert.equal(JSON.parse(done.out).policy_id, 'cavra-mine');
  assert.equal(done.status, 4);
  const other = cavra(['evaluate', 'execute_command', 'frobnicate', '--json', '--policy-pack', 'cavra-ai-agent-baseline'],
    { cwd: directory });
  assert.equal(JSON.parse(other.out).policy_id, 'cavra-ai-agent-baseline');
});

test('W25 a pack is an id, never a path', () => {
  for (const id of ['../../tmp/evil', '/etc', 'cavra-../x', '', 'CAVRA-X']) {
    const done = evaluate(...allowed, '--policy-pack', id);
    assert.equal(done.status, 1, `${id}: ${done.out}`);
    assert.match(done.err, /^cavra: /);
  }
});

test('what cannot be read is named, with status 1', () => {
  const directory = scratch();
  put(directory, 'bad.yaml', 'metadata: [\n');
  put(directory, 'bad.json', '{"workspace": 1}');
  const unreadable = put(directory, 'no.yaml', 'metadata: {}\n');
  chmodSync(unreadable, 0);
  const rows = [
    ['--policy-file', join(directory, 'missing.yaml'), 'missing.yaml'],
    ['--policy-file', join(directory, 'bad.yaml'), 'bad.yaml:'],
    ['--policy-file', directory, directory],
    ['--policy-pack', 'cavra-nobody-wrote-this', 'cavra-nobody-wrote-this'],
  ];
  if (process.getuid() !== 0) rows.push(['--policy-file', unreadable, 'no.yaml']);
  for (const [option, value, named] of rows) {
    const done = evaluate(...allowed, option, value);
    assert.equal(done.status, 1, value);
    assert.equal(done.out, '');
    assert.ok(done.err.includes(named), done.err);
  }
  const wrong = cavra(['evaluate', ...allowed, '--facts', join(directory, 'bad.json')]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /bad\.json: facts: .*workspace/);
});

test('policy list and describe', () => {
  const list = cavra(['policy', 'list']);
  assert.equal(list.status, 0);
  assert.match(list.out, /^cavra-ai-agent-baseline: \S/m);
  const json = JSON.parse(cavra(['policy', 'list', '--json']).out);
  assert.equal(json.total, json.items.length);
  assert.deepEqual(list.out.trimEnd().split('\n').map((line) => line.split(':')[0]), json.items.map((item) => item.id));
  for (const item of json.items) {
    const one = cavra(['policy', 'describe', item.id]);
    assert.equal(one.status, 0);
    assert.ok(one.out.startsWith(`${item.id} ${item.version}\n${item.title}\n`));
    assert.equal(JSON.parse(cavra(['policy', 'describe', item.id, '--json']).out).metadata.id, item.id);
  }
  assert.equal(cavra(['policy', 'describe', 'cavra-none']).status, 1);
});

test('W45 W48 every bundled pack passes its own cases, from any directory', () => {
  const items = JSON.parse(cavra(['policy', 'list', '--json']).out).items;
  assert.ok(items.length >= 1);
  for (const { id } of items) {
    const done = cavra(['policy', 'test', '--policy-pack', id], { cwd: '/' });
    assert.equal(done.status, 0, `${id}: ${done.out}`);
    assert.match(done.out, /^PASS /m, `${id} has no cases`);
    assert.ok(!done.out.includes('FAIL'), id);
  }
});

test('policy test fails on a wrong case, and warns when there is none', () => {
  const head = 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands: {block: [frob]}\n';
  const file = put(scratch(), 'policy.yaml', `${head}tests:
  - {input: {action_type: execute_command, target: frob}, decision: block, rule: commands.block}
  - {input: {action_type: execute_command, target: frob}, decision: allow}\n`);
  const done = cavra(['policy', 'test', '--policy-file', file]);
  assert.equal(done.status, 1);
  assert.match(done.out, /^PASS execute_command frob$/m);
  assert.match(done.out, /^FAIL execute_command frob\n {5}\S*policy\.yaml:5: expected allow, got block by commands\.block \(high\)$/m);
  assert.match(done.out, /^1 of 2 cases pass$/m);
  const none = cavra(['policy', 'test', '--policy-file', put(scratch(), 'policy.yaml', head)]);
  assert.equal(none.status, 0);
  assert.match(none.err, /warning: .* no cases/);
});

test('policy validate', () => {
  const good = put(scratch(), 'policy.yaml', 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n');
  assert.equal(cavra(['policy', 'validate', good]).out, 'valid cavra-x\n');
  assert.equal(cavra(['policy', 'validate', join(good, '..')]).out, 'valid cavra-x\n');
  const bad = put(scratch(), 'policy.yaml', 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands:\n  blok: [x]\n');
  const done = cavra(['policy', 'validate', bad]);
  assert.equal(done.status, 1);
  assert.match(done.err, /policy\.yaml:3:\d+: .*blok/);
});

test('policy compile prints what is in force, overlays included', () => {
  const overlay = put(scratch(), 'overlay.yaml',
    'metadata: {id: cavra-over, title: t, description: d, version: 1.0.0}\ncommands: {block: [frobnicate]}\n');
  const plain = JSON.parse(cavra(['policy', 'compile', '--policy-pack', 'cavra-ai-agent-baseline']).out);
  const laid = JSON.parse(cavra(['policy', 'compile', '--policy-pack', 'cavra-ai-agent-baseline', '--overlay', overlay]).out);
  assert.ok(!plain.commands.block.includes('frobnicate'));
  assert.ok(laid.commands.block.includes('frobnicate'));
  for (const pattern of plain.commands.block) assert.ok(laid.commands.block.includes(pattern));
});

test('policy init writes a policy that is valid and keeps an existing one', () => {
  const directory = scratch();
  const first = cavra(['policy', 'init'], { cwd: directory });
  assert.equal(first.status, 0, first.err);
  const path = join(directory, '.cavra/policy.yaml');
  assert.equal(cavra(['policy', 'validate', path]).out, 'valid cavra-project\n');
  put(directory, '.cavra/policy.yaml', 'mine\n');
  const second = cavra(['policy', 'init'], { cwd: directory });
  assert.equal(second.status, 1);
  assert.match(second.err, /exists; --force/);
  assert.equal(get(directory, '.cavra/policy.yaml'), 'mine\n');
  assert.equal(cavra(['policy', 'init', '--force', '--id', 'cavra-other'], { cwd: directory }).status, 0);
  assert.equal(cavra(['policy', 'validate', path]).out, 'valid cavra-other\n');
  assert.deepEqual(readdirSync(join(directory, '.cavra')), ['policy.yaml']);
  assert.equal(cavra(['policy', 'init', '--id', '../x'], { cwd: directory }).status, 2);
  assert.equal(cavra(['policy', 'init', '--directory', join(directory, 'none')]).status, 1);
});

test('W46 explain shows the tree of what really runs, in 80 columns, without colour in a pipe', () => {
  const done = cavra(['policy', 'explain', 'execute_command', 'cd prod && sudo bash -c "terraform apply"', '--facts', facts]);
  assert.equal(done.status, 0);
  assert.match(done.out, /[├└]─ command {2}terraform apply/);
  assert.match(done.out, /block {2}commands\.block \(critical\)/);
  assert.ok(!done.out.includes('\x1b'));
  for (const line of done.out.split('\n')) assert.ok([...line].length <= 80, line);
  const push = cavra(['policy', 'explain', 'git_operation', 'origin main', '--facts', facts]);
  assert.match(push.out, /git\.protected_branch\.block_direct_push/);
});

test('explain names the place of each rule, tells advice once, and fits wide text into 80 columns', () => {
  const directory = repository({
    '.cavra/policy.yaml': `metadata:
  id: cavra-mine
  title: t
  description: d
  version: 1.0.0
  inherits: cavra-ai-agent-baseline
commands:
  block:
    - make deploy*
rules:
  - {id: mine.scp, match: {program: scp}, decision: block, instead: ask somebody}
`,
    '.env': '',
  });
  const told = (target, type = 'execute_command') => cavra(['explain', type, target], { cwd: directory }).out;
  assert.match(told('cd x && make deploy now'), /block {2}commands\.block \(high\), \.cavra\/policy\.yaml:9\n/);
  assert.match(told('scp a b:'), /block {2}mine\.scp \(\w+\), \.cavra\/policy\.yaml:11\n/);
  assert.match(told('.env', 'read_file'), /filesystem\.read\.block \(high\), pack cavra-ai-agent-baseline\n/);
  assert.ok(!told('.env', 'read_file').includes('nothing forbids'));
  assert.match(told('cat a; scp a b:'), /because of: scp a b:\n/);
  const twice = told('scp a b:; scp c d:');
  assert.equal(twice.match(/instead: ask somebody/g).length, 2, 'once in the tree, once in the conclusion');
  const columns = (line) => [...line].reduce((sum, c) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u.test(c) ? 2 : 1), 0);
  for (const target of [`echo ${'日本語'.repeat(60)}`, `echo ${'x'.repeat(300)}`, `echo ${'a日'.repeat(70)} > メモ.txt`])
    for (const line of told(target).split('\n')) assert.ok(columns(line) <= 80, line);
});

test('colour on a terminal, not with NO_COLOR', () => {
  const on = (env) => run('script', ['-qec', `${cavraProgram} policy explain execute_command 'terraform apply'`, '/dev/null'],
    { env: { TERM: 'xterm', ...env } }).out;
  assert.ok(on({}).includes('\x1b[1;31mblock\x1b[0m'));
  assert.ok(!on({ NO_COLOR: '1' }).includes('\x1b['));
  assert.ok(!on({ TERM: 'dumb' }).includes('\x1b['));
});

test('text of others cannot move the cursor or hide', () => {
  const target = 'terraform apply \x1b[2J\u202etxt.exe\u200b\t\x07';
  for (const args of [['evaluate'], ['policy', 'explain']]) {
    const out = cavra([...args, 'execute_command', target, '--facts', facts]).out;
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\x00-\x09\x0b-\x1f\x7f\u200b\u202e]/.test(out), JSON.stringify(out));
  }
});

test('a batch answers in order, echoes ids, and survives bad lines', () => {
  const lines = [
    JSON.stringify({ id: 'a', ...command('terraform apply') }),
    '{"id": 7, "action_type": "execute_command", "target": "terraform plan"',
    '',
    JSON.stringify({ id: 7, action_type: 'execute_command', target: 'terraform plan', tarjet: 'x' }),
    JSON.stringify({ id: 8, ...command('terraform plan'), correlation_id: 'corr_mine' }),
    '{"id": 9, "action_type": "execute_command", "target": "ls", "target": "terraform apply"}',
    '[]',
    JSON.stringify({ id: 10, action_type: 'read_file', target: 5 }),
    JSON.stringify({ ...command('terraform plan'), requested_operation: 'terraform apply' }),
  ];
  const done = cavra(['evaluate', '--batch', '-', '--facts', facts], { input: lines.join('\n') });
  const out = done.out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(done.status, 1);
  assert.deepEqual(out.map((line) => line.decision ?? line.error.code),
    ['block', 'input', 'input', 'allow', 'input', 'input', 'input', 'input']);
  assert.deepEqual(out.map((line) => line.id), ['a', null, 7, 8, null, null, 10, null]);
  assert.deepEqual(out.filter((line) => line.error).map((line) => line.line), [2, 4, 6, 7, 8, 9]);
  assert.equal(out[3].correlation_id, 'corr_mine');
  assert.match(out[2].error.message, /tarjet/);
  const good = cavra(['evaluate', '--batch', put(scratch(), 'x.jsonl', lines[0]), '--facts', facts]);
  assert.equal(good.status, 0);
  assert.equal(cavra(['evaluate', '--batch', '/nonexistent', '--facts', facts]).status, 1);
});

test('a line of a batch over the limit is an error and the next one is decided', () => {
  const huge = JSON.stringify(command(`echo ${'x'.repeat(4 << 20)}`));
  const done = cavra(['evaluate', '--batch', '-', '--facts', facts],
    { input: `${huge}\n${JSON.stringify(command('terraform apply'))}\n` });
  const [first, second] = done.out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(first.error.code, 'limit');
  assert.equal(second.decision, 'block');
});

test('help of a command and of a group', () => {
  assert.equal(cavra(['help', 'policy', 'list']).out, cavra(['policy', 'list', '--help']).out);
  assert.equal(cavra(['help', 'policy']).out, cavra(['policy', '--help']).out);
  assert.equal(cavra(['help']).out, cavra(['--help']).out);
  assert.equal(cavra(['help', 'polcy']).status, 2);
});

test('what is missing is named', () => {
  assert.match(cavra(['explain']).err, /^cavra: ACTION_TYPE is missing: cavra explain ACTION_TYPE TARGET\n$/);
  assert.match(cavra(['explain', 'read_file']).err, /^cavra: TARGET is missing: /);
  assert.match(cavra(['policy', 'validate']).err, /^cavra: PATH is missing: /);
});

test('output that does not arrive is an error: a full disk, no standard output; a closed pipe ends quietly', () => {
  const directory = repository({ '.cavra/policy.yaml': 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\n' });
  for (const args of ['version', '--help', 'policy list', 'policy list --json', 'policy describe cavra-pci-dss', 'policy compile',
    'evaluate execute_command ls', 'evaluate execute_command ls --json', 'explain execute_command ls', 'config show',
    'config show --json', 'doctor', 'dump bash', 'demo before-the-agent-acts']) {
    for (const [to, code] of [['>/dev/full', 1], ['>&-', 1]]) {
      const done = run('bash', ['-c', `${cavraProgram} ${args} ${to}`], { cwd: directory });
      assert.equal(done.status, code, `${args} ${to}: ${done.err}`);
      assert.match(done.err, /^cavra: cannot write all of the output/, `${args} ${to}`);
    }
    const piped = run('bash', ['-c', `${cavraProgram} ${args} | head -c 1 >/dev/null`], { cwd: directory });
    assert.equal(piped.err, '', args);
  }
});

test('without standard files nothing is written into the files that are opened', () => {
  const directory = scratch();
  const done = run('bash', ['-c', `${cavraProgram} policy init <&- >&- 2>&-`], { cwd: directory });
  assert.equal(done.status, 1);
  assert.match(get(directory, '.cavra/policy.yaml'), /^metadata:\n/);
  assert.ok(!get(directory, '.cavra/policy.yaml').includes('wrote'));
});

test('W51 nothing that only looks writes a file', () => {
  const directory = scratch();
  for (const args of [['demo', 'before-the-agent-acts'], ['policy', 'test'], ['policy', 'explain', 'execute_command', 'ls'],
    ['evaluate', 'execute_command', 'terraform apply'], ['policy', 'list']])
    cavra(args, { cwd: directory });
  assert.deepEqual(readdirSync(directory), []);
  assert.ok(!existsSync(join(directory, '.cavra')));
});
