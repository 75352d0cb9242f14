// SPDX-License-Identifier: Apache-2.0
//
// The hook of Claude Code: the real cavra-hook over payloads of every tool. What goes in and what comes out is checked
// against schemas made, when the test runs, from the type definitions of @anthropic-ai/claude-agent-sdk.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { valid, wordsOf } from './agent-types.mjs';
import { cavra, cavraProgram, get, hookProgram, put, repository, run, scratch, source } from './cavra.mjs';

const lines = (name) => readFileSync(join(source, 'tests/data', name), 'utf8').trimEnd().split('\n');

let project;
before(() => {
  project = repository({
    'README.md': 'x', '.gitignore': '.env\n/notes.txt\n/hard.txt\n', '.env': 'KEY=secret', 'src/app.py': '', 'infra/main.tf': '', 'notes/analysis.ipynb': '{}',
    'report.html': '', 'app.log': '',
  }, { branch: 'work' });
  symlinkSync('.env', join(project, 'notes.txt'));
  linkSync(join(project, '.env'), join(project, 'hard.txt'));
  const done = cavra(['init', 'claude-code', '--hook', hookProgram], { cwd: project });
  assert.equal(done.status, 0, done.err);
});

function payload(tool_name, tool_input, more = {}) {
  return {
    session_id: 's', transcript_path: '/t.jsonl', cwd: project, permission_mode: 'default',
    hook_event_name: 'PreToolUse', tool_name, tool_input, tool_use_id: 'toolu_1', ...more,
  };
}

function hook(input, { env = { CLAUDE_PROJECT_DIR: project }, cwd = project, program = hookProgram, args = ['claude-code'] } = {}) {
  const text = typeof input === 'string' || Buffer.isBuffer(input) ? input : JSON.stringify(input);
  return run(program, args, { input: text, env, cwd });
}

// "silent", "allow", "ask", "deny", or "blocked" (exit 2). What is printed must fit the schema.
function answerOf(done) {
  if (done.status === 2) {
    assert.equal(done.out, '', 'nothing but the reason when the call is blocked');
    assert.match(done.err, /^cavra-hook claude-code: the call is blocked: .+\n$/);
    return 'blocked';
  }
  assert.equal(done.status, 0, done.err);
  assert.equal(done.err, '');
  if (!done.out) return 'silent';
  const output = JSON.parse(done.out);
  assert.equal(valid('sdk.d.ts', 'SyncHookJSONOutput', output), true);
  assert.equal(output.hookSpecificOutput?.hookEventName ?? 'PreToolUse', 'PreToolUse');
  return output.hookSpecificOutput?.permissionDecision ?? 'silent';
}
const answer = (tool, input, more, options) => answerOf(hook(payload(tool, input, more), options));
const reasonOf = (done) => JSON.parse(done.out).hookSpecificOutput.permissionDecisionReason;

test('the schemas refuse what is wrong', () => {
  assert.notEqual(valid('sdk.d.ts', 'SyncHookJSONOutput',
    { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'maybe' } }), true);
  assert.notEqual(valid('sdk.d.ts', 'SyncHookJSONOutput', { hookSpecificOutpt: {} }), true);
  assert.notEqual(valid('sdk.d.ts', 'PreToolUseHookInput', { hook_event_name: 'PreToolUse' }), true);
});

const inputTypes = {
  Bash: 'BashInput', Monitor: 'MonitorInput', Read: 'FileReadInput', Write: 'FileWriteInput', Edit: 'FileEditInput',
  NotebookEdit: 'NotebookEditInput', Glob: 'GlobInput', Grep: 'GrepInput', WebFetch: 'WebFetchInput',
  WebSearch: 'WebSearchInput', Agent: 'AgentInput', Task: 'AgentInput', TodoWrite: 'TodoWriteInput',
  ListMcpResourcesTool: 'ListMcpResourcesInput', ReadMcpResourceTool: 'ReadMcpResourceInput', Workflow: 'WorkflowInput',
  CronCreate: 'CronCreateInput', CronDelete: 'CronDeleteInput', ScheduleWakeup: 'ScheduleWakeupInput',
  RemoteTrigger: 'RemoteTriggerInput', EnterWorktree: 'EnterWorktreeInput', ExitWorktree: 'ExitWorktreeInput',
  Artifact: 'ArtifactInput', SendFeedback: 'SendFeedbackInput', PushNotification: 'PushNotificationInput',
  AskUserQuestion: 'AskUserQuestionInput', TaskCreate: 'TaskCreateInput', TaskUpdate: 'TaskUpdateInput',
  TaskGet: 'TaskGetInput', TaskStop: 'TaskStopInput', ReportFindings: 'ReportFindingsInput',
};

test('a recorded session: every tool is answered as it should be', async (t) => {
  const expected = lines('claude-session.expected.jsonl').map((line) => JSON.parse(line));
  const session = lines('claude-session.jsonl').map((line) => JSON.parse(line.replaceAll('${PROJECT}', project)));
  assert.equal(session.length, expected.length);
  for (const [i, call] of session.entries()) {
    await t.test(`${call.tool_use_id} ${call.tool_name} ${JSON.stringify(call.tool_input).slice(0, 60)}`, () => {
      assert.equal(valid('sdk.d.ts', 'PreToolUseHookInput', call), true);
      const type = inputTypes[call.tool_name];
      if (type) assert.equal(valid('sdk-tools.d.ts', type, call.tool_input), true);
      const done = hook(call);
      assert.equal(answerOf(done), expected[i].answer, done.out);
    });
  }
});

test('every tool name that the types list is in the recorded session or asks or is harmless', () => {
  const names = wordsOf('BUILTIN_TOOL_NAMES');
  assert.ok(names.length > 40);
  for (const name of names) {
    const got = answer(name, {});
    assert.ok(['silent', 'ask', 'blocked'].includes(got), `${name} with no input: ${got}`);
  }
});

test('every event that the types list but PreToolUse is none of our business; an unknown one is blocked', () => {
  const names = wordsOf('HOOK_EVENTS');
  assert.ok(names.includes('PreToolUse') && names.length > 20);
  for (const hook_event_name of names.filter((name) => name !== 'PreToolUse'))
    assert.deepEqual(hook(payload('Bash', { command: 'terraform apply' }, { hook_event_name })).out, '');
  assert.equal(answer('Bash', { command: 'ls' }, { hook_event_name: 'BeforeEverything' }), 'blocked');
});

test('cavra hook answers as cavra-hook does', () => {
  const input = payload('Bash', { command: 'terraform apply' });
  const one = hook(input), two = hook(input, { program: cavraProgram, args: ['hook', 'claude-code'] });
  assert.equal(one.out, two.out);
  assert.equal(answerOf(two), 'deny');
  assert.equal(run(hookProgram, ['codex'], { input: '{}' }).status, 2);
  assert.equal(run(hookProgram, [], { input: '{}' }).status, 2);
});

test('a reason says what, by which rule, and what to do instead', () => {
  const reason = reasonOf(hook(payload('Bash', { command: 'cd infra && terraform apply' })));
  assert.match(reason, /terraform apply/);
  assert.match(reason, /\[commands\.block, critical\]/);
  assert.match(reason, /Instead: /);
});

test('where nobody is asked, an approval is a refusal', () => {
  for (const [permission_mode, expected] of [
    ['default', 'ask'], ['acceptEdits', 'ask'], ['plan', 'ask'], ['dontAsk', 'deny'], ['bypassPermissions', 'deny'],
    ['auto', 'deny'], ['aModeOfTomorrow', 'deny'],
  ]) {
    assert.equal(answer('Bash', { command: 'frobnicate' }, { permission_mode }), expected, permission_mode);
    assert.equal(answer('QuantumTeleport', {}, { permission_mode }), expected, permission_mode);
    assert.equal(answer('Bash', { command: 'ls', dangerouslyDisableSandbox: true }, { permission_mode }), expected, permission_mode);
    assert.equal(answer('Bash', { command: 'terraform apply' }, { permission_mode }), 'deny');
  }
  const reason = reasonOf(hook(payload('Bash', { command: 'frobnicate' }, { permission_mode: 'dontAsk' })));
  assert.match(reason, /Repository Owners.*dontAsk/);
});

test('high severity is not for the person at the agent, and the group is named', () => {
  const done = hook(payload('Write', { file_path: join(project, 'iam/role.tf'), content: '' }));
  assert.equal(answerOf(done), 'deny');
  assert.match(reasonOf(done), /Platform Security/);
});

test('a question about a tool says why', () => {
  assert.match(reasonOf(hook(payload('Workflow', { script: 'x' }))), /^CAVRA asks: the workflow's script .* \[runtime\.default\.require_approval, medium\]\.$/);
  assert.match(reasonOf(hook(payload('Bash', { command: 'frobnicate', dangerouslyDisableSandbox: true }))), /frobnicate.*sandbox/);
});

test('an allow is said only where a rule says so, and never while the agent plans', () => {
  assert.equal(answer('Bash', { command: 'terraform plan' }), 'allow');
  assert.equal(answer('Bash', { command: 'terraform plan' }, { permission_mode: 'plan' }), 'silent');
  assert.equal(answer('Read', { file_path: join(project, 'README.md') }), 'silent');
  assert.equal(answer('Write', { file_path: join(project, 'src/x.py'), content: '' }), 'silent');
});

test('a search is judged by what ripgrep opens', () => {
  const dir = repository({
    '.cavra/policy.yaml': get(project, '.cavra/policy.yaml'), '.gitignore': 'node_modules/\n/secret\n*.log\n',
    'secret/a.pem': '', 'node_modules/x/b.pem': '', 'src/a.ts': '', 'src/deep/server.pem': '', 'lib/x.ts': '',
    'odd/.gitignore': '!x.log\n', 'odd/x.pem': '',
  });
  const grep = (input) => answer('Grep', { pattern: 'x', ...input }, { cwd: dir }, { env: { CLAUDE_PROJECT_DIR: dir } });
  assert.equal(grep({}), 'deny', 'src/deep/server.pem is not ignored');
  assert.equal(grep({ path: join(dir, 'lib') }), 'silent');
  assert.equal(grep({ path: join(dir, 'src') }), 'deny');
  assert.equal(grep({ path: join(dir, 'src/a.ts') }), 'silent');
  assert.equal(grep({ path: join(dir, 'src/deep/server.pem') }), 'deny');
  assert.equal(grep({ path: join(dir, 'secret') }), 'deny', 'what is named is searched although it is ignored');
  assert.equal(grep({ path: join(dir, 'node_modules') }), 'deny');
  for (const [glob, expected] of [
    ['*.ts', 'silent'], ['*.{ts,tsx}', 'silent'], ['**/*.ts', 'silent'], ['*.pem', 'deny'], ['*', 'deny'], ['!*.ts', 'deny'],
    ['!*.pem', 'silent'], ['*.{ts,pem}', 'deny'], ['*.[t]s', 'deny'], ['*.ts *.pem', 'deny'], ['src/*.ts', 'deny'],
    ['*.ts,*.pem', 'deny'], ['', 'deny'],
  ])
    assert.equal(grep({ glob }), expected, glob);
});

test('W15 links of both kinds lead to what they name', () => {
  assert.equal(answer('Read', { file_path: join(project, 'notes.txt') }), 'deny');
  assert.equal(answer('Read', { file_path: join(project, 'hard.txt') }), 'deny');
  assert.equal(answer('Bash', { command: 'cat hard.txt' }), 'deny');
});

test('W16 the guard, its settings and its policy are not the agent\'s to change', () => {
  for (const path of ['.claude/settings.json', '.claude/settings.local.json', '.cavra/policy.yaml', '.git/hooks/pre-commit',
    '.mcp.json', '.git/config'])
    assert.equal(answer('Write', { file_path: join(project, path), content: '' }), 'deny', path);
});

test('a kept policy answers as its source does, and is not the agent\'s to change', () => {
  const home = scratch('home');
  const images = join(home, '.cavra/images');
  const policy = (blocked) => `metadata: {id: cavra-k, title: t, description: d, version: 1.0.0}
commands: {block: [${blocked}], allow: [npm run one, npm run two]}\n`;
  const directory = repository({ '.cavra/policy.yaml': policy('npm run one') });
  const options = { env: { CLAUDE_PROJECT_DIR: directory, HOME: home }, cwd: directory };
  const ask = (name) => answer('Bash', { command: `npm run ${name}` }, { cwd: directory }, options);
  const expect = (blocked) => {
    for (const name of ['one', 'two']) assert.equal(ask(name), name === blocked ? 'deny' : 'allow', name);
  };
  expect('one');
  expect('one');
  const [image, ...more] = readdirSync(images);
  assert.deepEqual(more, []);
  put(directory, '.cavra/policy.yaml', policy('npm run two'));
  expect('two');
  writeFileSync(join(images, image), readFileSync(join(images, image)).fill(0, 5000, 5100));
  expect('two');
  put(directory, '.cavra/policy.yaml', 'nonsense: 1\n');
  assert.equal(ask('one'), 'blocked');
  put(directory, '.cavra/policy.yaml', policy('npm run two'));
  assert.equal(answer('Write', { file_path: join(images, image), content: '' }, { cwd: directory }, options), 'deny');
  for (const command of [`cp x ~/.cavra/images/${image}`, `rm -rf ${home}/.cavra`, 'cd ~/.cavra/images && touch x', 'echo > $HOME/.cavra/images/x'])
    assert.equal(answer('Bash', { command }, { cwd: directory }, options), 'deny', command);
});

test('an MCP server cannot name itself into another one\'s rules', () => {
  const dir = repository({
    '.cavra/policy.yaml': `metadata: {id: cavra-m, title: t, description: d, version: 1.0.0}
mcp: {allowed_servers: [github]}\n`,
  });
  const env = { CLAUDE_PROJECT_DIR: dir };
  const ask = (tool, more) => answerOf(hook(payload(tool, {}, { cwd: dir, ...more }), { env, cwd: dir }));
  assert.notEqual(ask('mcp__github__list', {}), 'deny');
  assert.notEqual(ask('mcp__github__list', { mcp_server: { name: 'github', source: 'user' } }), 'deny');
  assert.equal(ask('mcp__github__evil__list', {}), 'deny', 'server "github__evil" looks like server "github"');
  assert.equal(ask('mcp__github__list', { mcp_server: { name: 'evil', source: 'user' } }), 'deny');
  assert.equal(ask('mcp__evil__list', { mcp_server: { name: 'github', source: 'user' } }), 'deny');
  assert.equal(ask('mcp__evil', {}), 'blocked');
});

test('wrong input ends closed', async (t) => {
  const good = JSON.stringify(payload('Bash', { command: 'ls' }));
  const rows = {
    'nothing': '', 'garbage': '\x00\xff\xfe', 'no JSON': 'hello', 'an array': '[]', 'truncated': good.slice(0, -10),
    'two objects': good + good, 'a duplicate key': good.replace('"cwd"', '"tool_name":"Read","cwd"'),
    'a duplicate key inside': good.replace('"command":"ls"', '"command":"ls","command":"terraform apply"'),
    'an escaped NUL': good.replace('"ls"', '"ls\\u0000"'), 'a raw NUL': good.replace('"ls"', '"l\0s"'),
    'bad UTF-8': Buffer.concat([Buffer.from(good.slice(0, -40)), Buffer.from([0xff]), Buffer.from(good.slice(-40))]),
    'too deep': good.replace('"ls"', '['.repeat(200) + ']'.repeat(200)),
    'no cwd': JSON.stringify(payload('Bash', { command: 'ls' }, { cwd: undefined })),
    'a relative cwd': JSON.stringify(payload('Bash', { command: 'ls' }, { cwd: 'src' })),
    'no session': JSON.stringify(payload('Bash', { command: 'ls' }, { session_id: undefined })),
    'no event': JSON.stringify(payload('Bash', { command: 'ls' }, { hook_event_name: undefined })),
    'no tool': JSON.stringify(payload(undefined, { command: 'ls' })),
    'a tool that is no string': JSON.stringify(payload(['Bash'], { command: 'ls' })),
    'no input': JSON.stringify(payload('Bash', undefined)), 'an input that is no object': JSON.stringify(payload('Bash', 'ls')),
    'no command': JSON.stringify(payload('Bash', {})), 'a command that is no string': JSON.stringify(payload('Bash', { command: ['ls'] })),
    'an empty command': JSON.stringify(payload('Bash', { command: '' })),
    'a switch that is no boolean': JSON.stringify(payload('Bash', { command: 'ls', dangerouslyDisableSandbox: 'false' })),
    'a Read without a path': JSON.stringify(payload('Read', { path: 'x' })),
    '5 MiB': JSON.stringify(payload('Write', { file_path: 'x', content: 'x'.repeat(5 << 20) })),
    'too many files': JSON.stringify(payload('Artifact', { action: 'upload_asset', file_paths: Array(70).fill('x') })),
  };
  for (const [name, input] of Object.entries(rows))
    await t.test(name, () => assert.equal(answerOf(hook(input)), 'blocked'));
});

test('4 MiB less a little is judged in time', () => {
  const content = 'x'.repeat((4 << 20) - 2000);
  assert.equal(answer('Write', { file_path: join(project, 'src/big.txt'), content }), 'silent');
});

test('an argument that nobody knows asks', () => {
  assert.equal(answer('Bash', { command: 'ls', shell: 'pwsh' }), 'ask');
  assert.equal(answer('Read', { file_path: join(project, 'README.md'), follow: true }), 'ask');
  assert.equal(answer('Bash', { command: 'terraform apply', shell: 'pwsh' }), 'deny');
});

test('W24 without a policy, or with a broken one, everything is blocked', () => {
  const none = repository({});
  assert.equal(answer('Bash', { command: 'ls' }, { cwd: none }, { env: { CLAUDE_PROJECT_DIR: none }, cwd: none }), 'blocked');
  assert.equal(answer('Bash', { command: 'ls' }, { cwd: none }, { env: {}, cwd: none }), 'blocked');
  for (const text of ['', 'metadata: [', 'metadata: {id: cavra-x}\n', '- a\n', 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0, inherits: cavra-none}\n']) {
    const broken = repository({ '.cavra/policy.yaml': text });
    assert.equal(answer('Bash', { command: 'ls' }, { cwd: broken }, { env: { CLAUDE_PROJECT_DIR: broken } }), 'blocked', text);
    assert.equal(answer('TodoWrite', {}, { cwd: broken }, { env: { CLAUDE_PROJECT_DIR: broken } }), 'blocked', text);
  }
  const directory = repository({ '.cavra/policy.yaml/x': '' });
  assert.equal(answer('Bash', { command: 'ls' }, { cwd: directory }, { env: { CLAUDE_PROJECT_DIR: directory } }), 'blocked');
});

test('the agent cannot choose its policy by choosing its directory', () => {
  const lax = 'metadata: {id: cavra-lax, title: t, description: d, version: 1.0.0}\ncommands: {allow: ["terraform*"]}\n';
  put(project, 'vendor/dep/.cavra/policy.yaml', lax);
  const inside = join(project, 'vendor/dep');
  const call = ['Bash', { command: 'terraform apply' }, { cwd: inside }];
  assert.equal(answer(...call), 'deny', 'the host names the project');
  assert.equal(answer(...call, { env: {}, cwd: inside }), 'blocked', 'two policies and nobody to choose');
  assert.equal(answer('Bash', { command: 'terraform apply' }, { cwd: join(project, 'src') }, { env: {}, cwd: '/' }), 'deny');
});

test('a policy in audit_only stops nothing and says what it would have done', () => {
  const dir = repository({
    '.cavra/policy.yaml': `metadata: {id: cavra-a, title: t, description: d, version: 1.0.0, mode: audit_only,
  inherits: cavra-ai-agent-baseline}\n`,
  });
  const done = hook(payload('Bash', { command: 'terraform apply' }, { cwd: dir }), { env: { CLAUDE_PROJECT_DIR: dir } });
  assert.equal(answerOf(done), 'silent');
  assert.match(JSON.parse(done.out).systemMessage, /^CAVRA \(audit_only\): block, /);
  const options = { env: { CLAUDE_PROJECT_DIR: dir } };
  assert.equal(answer('Bash', { command: 'ls', dangerouslyDisableSandbox: true }, { cwd: dir }, options), 'silent');
  assert.equal(answer('QuantumTeleport', {}, { cwd: dir }, options), 'silent');
});

test('a policy in break_glass blocks: nobody is authenticated here', () => {
  const dir = repository({
    '.cavra/policy.yaml': 'metadata: {id: cavra-b, title: t, description: d, version: 1.0.0, mode: break_glass}\n',
  });
  assert.equal(answer('Read', { file_path: 'README.md' }, { cwd: dir }, { env: { CLAUDE_PROJECT_DIR: dir } }), 'deny');
});

test('a long or hostile command gives a short, visible reason', () => {
  const command = `terraform apply \u202e${'\u200b'.repeat(3000)}${'\\'.repeat(3000)}\x1b[2J${'"'.repeat(100)}`;
  const done = hook(payload('Bash', { command }));
  assert.equal(answerOf(done), 'deny');
  assert.ok(reasonOf(done).length <= 10000);
  // eslint-disable-next-line no-control-regex
  assert.ok(!/[\u0000-\u001f\u200b\u202e]/.test(reasonOf(done)));
});

test('an answer that cannot be written blocks', () => {
  const input = put(scratch(), 'input.json', JSON.stringify(payload('Bash', { command: 'terraform apply' })));
  const done = run('sh', ['-c', `"$0" claude-code < "$1" > /dev/full`, hookProgram, input], { env: { CLAUDE_PROJECT_DIR: project } });
  assert.equal(done.status, 2);
});

test('Git facts come from the files of the repository', () => {
  const push = (dir) => answerOf(hook(payload('Bash', { command: 'git push' }, { cwd: dir }), { env: { CLAUDE_PROJECT_DIR: dir } }));
  const policy = get(project, '.cavra/policy.yaml');
  const onMain = repository({ '.cavra/policy.yaml': policy });
  assert.equal(push(onMain), 'deny', 'the current branch is main');
  const onWork = repository({ '.cavra/policy.yaml': policy }, { branch: 'work' });
  assert.notEqual(push(onWork), 'deny');
  writeFileSync(join(onWork, '.git/config'), `${get(onWork, '.git/config')}[push]\n\tdefault = matching\n`);
  assert.notEqual(push(onWork), 'allow', 'pushes every branch, main among them');
  const alias = repository({ '.cavra/policy.yaml': policy }, { branch: 'work' });
  writeFileSync(join(alias, '.git/config'), `${get(alias, '.git/config')}[alias]\n\tst = "!terraform apply"\n`);
  const st = hook(payload('Bash', { command: 'git st' }, { cwd: alias }), { env: { CLAUDE_PROJECT_DIR: alias } });
  assert.equal(answerOf(st), 'deny');
});

test('scenario 4: a script is judged by its content', () => {
  mkdirSync(join(project, 'bin'), { recursive: true });
  writeFileSync(join(project, 'bin/deploy.sh'), '#!/bin/sh\nterraform apply\n');
  assert.equal(answer('Bash', { command: 'bash bin/deploy.sh' }), 'deny');
  assert.equal(answer('Bash', { command: 'sh ./bin/deploy.sh --fast' }), 'deny');
});

test('scenario 5: a link that is made now is followed later', () => {
  symlinkSync('../.env', join(project, 'src/later.txt'));
  assert.equal(answer('Read', { file_path: join(project, 'src/later.txt') }), 'deny');
  assert.equal(answer('Bash', { command: 'cat src/later.txt' }), 'deny');
});

test('scenario 6: what was configured in one call is known in the next', () => {
  const repo = (config, more = {}) => {
    const directory = repository({ '.cavra/policy.yaml': get(project, '.cavra/policy.yaml'), ...more }, { branch: 'work' });
    writeFileSync(join(directory, '.git/config'), `${get(directory, '.git/config')}${config}`);
    return (command) => answer('Bash', { command }, { cwd: directory }, { env: { CLAUDE_PROJECT_DIR: directory } });
  };
  assert.equal(repo('[alias]\n\tst = push origin main\n')('git st'), 'deny');
  assert.notEqual(repo('[alias]\n\tst = status\n')('git st'), 'deny');
  assert.equal(repo('[remote "origin"]\n\tpush = HEAD:main\n')('git push'), 'deny');
  assert.equal(repo('[include]\n\tpath = more\n', { '.git/more': '[alias]\n\tst = push origin main\n' })('git st'), 'deny');
  assert.equal(repo('[core]\n\tfsmonitor = terraform apply\n')('git status'), 'deny');
  assert.equal(repo('[core]\n\tfsmonitor = true\n')('git status'), 'allow');
  assert.equal(repo('[core]\n\tsshCommand = ssh -i ~/.ssh/id_rsa\n')('git fetch'), 'allow');
  assert.equal(repo('[diff]\n\texternal = kubectl delete ns prod\n')('git diff'), 'deny');
});

test('scenario 6: a hook that Git starts is judged by its content', () => {
  const repo = (config, files) => {
    const directory = repository({ '.cavra/policy.yaml': get(project, '.cavra/policy.yaml'), ...files }, { branch: 'work' });
    writeFileSync(join(directory, '.git/config'), `${get(directory, '.git/config')}${config}`);
    return (command) => answer('Bash', { command }, { cwd: directory }, { env: { CLAUDE_PROJECT_DIR: directory } });
  };
  const bad = '#!/bin/sh\nset -e\ngit push origin main\n';
  assert.equal(repo('', { '.git/hooks/post-commit': bad })('git commit -m x'), 'deny');
  assert.equal(repo('[core]\n\thooksPath = tools/hooks\n', { 'tools/hooks/pre-commit': bad })('git commit -m x'), 'deny');
  assert.equal(repo('[core]\n\thooksPath = .husky/_\n', { '.husky/pre-commit': bad })('git commit -m x'), 'deny');
  assert.equal(repo('', { '.git/hooks/post-commit': bad })('git status'), 'allow');
  assert.equal(repo('', { '.git/hooks/pre-commit': '#!/bin/sh\nnpx lint-staged\n. ./.env\ngit commit -m x\n' })('git commit -m x'), 'allow');
});

test('scenario 8: the directory of an earlier call is where this one happens', () => {
  const cwd = join(project, '.github/workflows');
  mkdirSync(cwd, { recursive: true });
  assert.equal(answer('Bash', { command: 'echo x > ci.yml' }, { cwd }), 'deny');
  assert.equal(answer('Write', { file_path: 'ci.yml', content: '' }, { cwd }), 'deny');
});

test('scenario 13: ten thousand rules and a command of a megabyte end in time', () => {
  const rules = Array.from({ length: 10000 }, (_, i) => `    - tool${i} apply*`).join('\n');
  const dir = repository({
    '.cavra/policy.yaml': `metadata: {id: cavra-many, title: t, description: d, version: 1.0.0, inherits: cavra-ai-agent-baseline}
commands:\n  block:\n${rules}\n`,
  });
  const options = { env: { CLAUDE_PROJECT_DIR: dir } };
  const began = Date.now();
  assert.equal(answer('Bash', { command: 'cd x && tool9999 apply now' }, { cwd: dir }, options), 'deny');
  for (const part of ['echo x; ', '(', '$(', '"', 'a=b ', '{a,b}'])
    assert.notEqual(answer('Bash', { command: part.repeat(1000000 / part.length) }, { cwd: dir }, options), 'allow', part);
  assert.notEqual(answer('Bash', { command: `${'true; '.repeat(100000)}terraform apply` }, { cwd: dir }, options), 'allow');
  assert.ok(Date.now() - began < 40000, `${Date.now() - began} ms`);
});

test('the program that is installed and the directories of the configuration are out of reach', () => {
  const bin = scratch('bin'), home = scratch('home'), xdg = scratch('xdg');
  const program = join(bin, 'cavra-hook');
  copyFileSync(hookProgram, program);
  put(xdg, 'cavra/notes.txt', '');
  const options = { program, env: { CLAUDE_PROJECT_DIR: project, HOME: home, XDG_CONFIG_HOME: xdg } };
  for (const file_path of [program, join(bin, 'cavra'), join(xdg, 'cavra/policy.yaml'), join(home, '.config/cavra/config.yaml')])
    assert.match(hook(payload('Write', { file_path, content: '' }), options).out, /self_protection\.block/, file_path);
  for (const command of [`cp x ${program}`, `rm -r ${bin}`, `mv ${bin} y`, `echo > ${bin}/../${bin.split('/').pop()}/cavra-hook`, `rm ${xdg}/cavra/*`])
    assert.match(hook(payload('Bash', { command }), options).out, /self_protection\.block/, command);
  assert.ok(!hook(payload('Write', { file_path: join(bin, 'other'), content: '' }), options).out.includes('self_protection'));
  assert.ok(!hook(payload('Read', { file_path: program }), options).out.includes('self_protection'));
});

test('what the worth of the ledger rests on is out of reach, wherever it is', () => {
  const home = scratch('home'), place = join(scratch('place'), 'ledger'), other = scratch('other');
  put(home, '.config/cavra/config.yaml', `ledger.directory: ${place}\n`);
  symlinkSync(place, join(other, 'link'));
  const options = { env: { CLAUDE_PROJECT_DIR: project, HOME: home, XDG_CONFIG_HOME: '' } };
  hook(payload('Bash', { command: 'ls' }), options);
  assert.ok(existsSync(join(place, 'salt')), 'the hook has made the ledger');
  const said = (tool, input) => hook(payload(tool, input), options).out;
  for (const directory of [place, join(home, '.cavra/ledger'), join(other, 'link')])
    for (const name of ['salt', 'checkpoint-key.pem'])
      assert.match(said('Read', { file_path: join(directory, name) }), /deny.*self_protection\.block/, join(directory, name));
  for (const command of [`cat ${place}/salt`, `cd ${place} && cat s*`, `grep -r x ${place}`, `tar c ${place}`, `rm -r ${place}`,
    `cp -r ${other}/link/. x`, `cat ${place}/checkpoint-key.pem`])
    assert.match(said('Bash', { command }), /deny.*self_protection\.block/, command);
  assert.match(said('Grep', { pattern: 'x', path: place }), /deny.*self_protection\.block/);
  put(home, '.cavra/ledger/salt', 'x');
  linkSync(join(home, '.cavra/ledger/salt'), join(other, 'hard'));
  assert.match(said('Read', { file_path: join(other, 'hard') }), /deny.*self_protection\.block/, 'by another name of the file');
  assert.match(said('Write', { file_path: join(place, 'salt'), content: '' }), /self_protection\.block/);
  for (const command of [`cat ${place}/segments/*.jsonl`, `grep -r x ${place}/segments`, `ls -la ${place}`])
    assert.ok(!said('Bash', { command }).includes('self_protection'), command);
  assert.ok(!said('Grep', { pattern: 'x', path: join(place, 'segments') }).includes('self_protection'));
});

test('a hook that is stopped blocks', async () => {
  for (const signal of ['SIGALRM', 'SIGTERM', 'SIGSEGV', 'SIGHUP']) {
    const child = spawn(hookProgram, ['claude-code'], { env: { CLAUDE_PROJECT_DIR: project }, stdio: ['pipe', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (bytes) => { err += bytes; });
    child.stdin.on('error', () => {});
    child.stdin.write('{"session_id": "s",');
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    child.kill(signal);
    const [code, by] = await new Promise((resolve) => { child.on('close', (...how) => resolve(how)); });
    assert.deepEqual([code, by], [2, null], signal);
    assert.match(err, /the call is blocked/);
  }
});
