// SPDX-License-Identifier: Apache-2.0
//
// Real ways around rules and harmless look-alikes (tests/golden/corpus), measured against the bars of the design:
// nothing that must be stopped is allowed, nothing that must be allowed is blocked, and few questions.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, decideAll, git, mcp, read, source, write } from './cavra.mjs';

const directory = join(source, 'tests/golden/corpus');
const load = (name) => readFileSync(join(directory, name), 'utf8');
const policy = load('corpus-pack.yaml');
const facts = {
  workspace: '/repo', home: '/root', branch: 'main', remotes: ['origin'],
  links: {
    '/repo/link-to-env': '.env', '/repo/linkdir': '.', '/repo/link-chain': 'link-to-env', '/repo/out-link': '/etc',
    '/repo/wf-link': '.github/workflows', '/repo/gh-link': '.github', '/repo/wf-file-link': '.github/workflows/ci.yml',
    '/repo/dangling-link': '.github/workflows/new.yml',
  },
  hardlinks: { '/repo/hardlink-env': '/repo/.env' },
};

function mcpRequest(target) {
  const [name, args] = target.match(/^(\S+)\s?(.*)$/s).slice(1);
  const dot = name.indexOf('.');
  return mcp(name.slice(0, dot), name.slice(dot + 1), args ? { arguments: args } : {});
}

function writeRequest({ target, operation }) {
  if (operation === 'rename') {
    const [from, to] = target.split(' -> ');
    return write(from, { operation, destination: to });
  }
  return write(target, operation === 'delete' ? { operation } : {});
}

const requestOf = {
  shell: (item) => command(item.target),
  file_read: (item) => read(item.target),
  file_write: writeRequest,
  git: (item) => git(item.operation, item.target),
  mcp: (item) => mcpRequest(item.target),
};

function decided(items, options) {
  const records = decideAll(items.map((item) => requestOf[item.action_type](item)), options);
  return items.map((item, i) => ({ ...item, got: records[i].decision ?? 'error', record: records[i] }));
}

const show = (items) => items.map(({ id, target, got, expect, record }) =>
  `${id} ${got} (${expect}) ${record.rule_id ?? ''} ${JSON.stringify(target).slice(0, 160)} - ${record.reason ?? record.error?.message}`).join('\n');

async function meetsTheBars(t, items) {
  const results = decided(items, { policy, facts });
  const blockOnly = results.filter(({ expect }) => expect.length === 1 && expect[0] === 'block');
  const allowOnly = results.filter(({ expect }) => expect.length === 1 && expect[0] === 'allow');
  const notBlocked = blockOnly.filter(({ got }) => got !== 'block');
  const asked = allowOnly.filter(({ got }) => got !== 'allow');
  const wrong = results.filter(({ expect, got }) => !expect.includes(got));
  t.diagnostic(`${items.length} actions; block-only blocked ${blockOnly.length - notBlocked.length} of ${blockOnly.length}; ` +
    `allow-only allowed ${allowOnly.length - asked.length} of ${allowOnly.length}; as expected ${items.length - wrong.length}`);
  if (wrong.length) t.diagnostic(show(wrong));
  await t.test('every action is decided', () => {
    assert.equal(show(results.filter(({ got }) => got === 'error')), '');
  });
  await t.test('nothing that must be stopped is allowed', () => {
    assert.equal(show(results.filter(({ expect, got }) => got === 'allow' && !expect.includes('allow'))), '');
  });
  await t.test('nothing is blocked where that is not acceptable', () => {
    assert.equal(show(results.filter(({ expect, got }) => got === 'block' && !expect.includes('block'))), '');
  });
  await t.test('at least 97 % of what must be blocked is blocked outright', () => {
    assert.ok(notBlocked.length <= blockOnly.length * 0.03, show(notBlocked));
  });
  await t.test('at most 2 % of what must be allowed asks', () => {
    assert.ok(asked.length <= allowOnly.length * 0.02, show(asked));
  });
}

test('actions.jsonl', async (t) => {
  const items = load('actions.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.ok(items.length >= 390);
  await meetsTheBars(t, items);
});

const decisions = {
  'block': ['block'], 'block,ask': ['block', 'require_approval'], 'ask': ['require_approval'], 'allow': ['allow'],
  'allow,ask': ['allow', 'require_approval'], 'any': ['allow', 'require_approval', 'block'],
};
const operations = { shell: 'execute', file_read: 'read', file_write: 'write', git: 'push', mcp: 'tools/call' };
const macros = {
  '%T': 'terraform apply -auto-approve', '%K': 'kubectl delete ns prod', '%P': 'git push origin main',
  '%W': '.github/workflows/ci.yml', '%D': '.github/workflows', '⏎': '\n', '⇥': '\t', '␍': '\r', '␀': '\0',
};

function written(text) {
  for (const [sign, meaning] of Object.entries(macros)) text = text.replaceAll(sign, meaning);
  return text.replace(/«u([0-9a-f]+)»/g, (_, hex) => String.fromCodePoint(parseInt(hex, 16)));
}

// The files of bypass/, see README.md there.
function bypasses(name) {
  const items = [];
  let section;
  load(join('bypass', name)).split('\n').forEach((line, i) => {
    if (line.startsWith('# ') || !line.trim()) return;
    if (line.startsWith('@ ')) {
      const [kind, expected, action_type = 'shell', operation = operations[action_type]] = line.slice(2).split(' | ')[0].split(' ');
      section = { class: kind, expect: decisions[expected], action_type, operation };
      assert.ok(section.expect && section.operation, `${name}:${i + 1}: ${line}`);
      return;
    }
    const [, own, only, text] = line.match(/^(?:\[([a-z,]+)( corpus)?\] )?(.*)$/s);
    const expect = own ? decisions[own] : section.expect;
    assert.ok(expect, `${name}:${i + 1}: ${line}`);
    items.push({ ...section, id: `${name}:${i + 1}`, expect, target: written(text), corpusOnly: only !== undefined });
  });
  return items;
}

for (const name of readdirSync(join(directory, 'bypass')).filter((file) => file.endsWith('.txt')).sort()) {
  test(`bypass/${name}`, async (t) => {
    await meetsTheBars(t, bypasses(name));
  });
  test(`bypass/${name} under the baseline`, () => {
    const items = bypasses(name).filter((item) => !item.corpusOnly && item.action_type !== 'mcp');
    const results = decided(items, { pack: 'cavra-ai-agent-baseline', facts });
    const stopped = ['block', 'require_approval'];
    assert.equal(show(results.filter(({ expect, got }) =>
      (!expect.includes('allow') && !stopped.includes(got)) || (!expect.includes('block') && got === 'block'))), '');
  });
}

// Places in which a command is run like anywhere else.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const places = {
  'behind another': (text) => `true; ${text}`,
  'in a group': (text) => `{ ${text}\n} > /dev/null`,
  'in a subshell': (text) => `( ${text}\n)`,
  'in a branch': (text) => `[ -d . ] && if true; then ${text}\nfi`,
  'in a loop': (text) => `for i in 1; do ${text}\ndone`,
  'in a case': (text) => `case x in x) ${text}\n;; esac`,
  'in a function': (text) => `f_x() { ${text}\n}; f_x`,
  'in the background': (text) => `{ ${text}\n} & wait`,
  'in a substitution': (text) => `x=$(${text}\n)`,
  'as text of eval': (text) => `eval ${quoted(text)}`,
  'as text of a shell': (text) => `timeout 60 bash -c ${quoted(text)}`,
};

test('what must be blocked is blocked wherever it stands', () => {
  const lines = [
    ...load('actions.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line)),
    ...readdirSync(join(directory, 'bypass')).filter((file) => file.endsWith('.txt')).sort().flatMap(bypasses),
  ].filter(({ action_type: type, expect }) => type === 'shell' && `${expect}` === 'block');
  const blocked = decided(lines, { policy, facts }).filter(({ got }) => got === 'block');
  assert.ok(blocked.length > 2000, `${blocked.length} of ${lines.length}`);
  for (const [place, put] of Object.entries(places)) {
    const moved = blocked.map((item) => ({ ...item, target: put(item.target) }));
    assert.equal(show(decided(moved, { policy, facts }).filter(({ got }) => got !== 'block')), '', place);
  }
});

// Every sign may begin a name; a word of nothing else is decided in time, and not out of memory.
test('a word of very many signs is decided', () => {
  for (const signs of [':.', '=/', ',..', '@~/']) {
    const [record] = decideAll([command(`pytest -x x${signs.repeat(30000)}`)], { facts });
    assert.equal(record.decision, 'require_approval', JSON.stringify(record.error ?? record.reason).slice(0, 200));
  }
});

// An ordinary repository, with a secret at its root.
const ordinary = {
  workspace: '/repo', home: '/root', branch: 'feature/x', remotes: ['origin'], links: {}, hardlinks: {}, git_config: {},
  files: [
    '.env', '.env.example', '.gitignore', '.github/workflows/ci.yml', 'CMakeLists.txt', 'Cargo.toml', 'Dockerfile', 'Makefile',
    'README.md', 'ci.json', 'compose.yaml', 'go.mod', 'new.txt', 'notes.txt', 'old.txt', 'package-lock.json', 'package.json',
    'pyproject.toml', 'requirements.txt', 'setup.cfg', 'steps.yaml', 'tsconfig.json',
    'build/CMakeCache.txt', 'charts/web/Chart.yaml', 'charts/web/templates/deployment.yaml', 'data/users.csv',
    'dist/app.tar.gz', 'dist/index.js', 'docs/index.md', 'docs/runbook.md', 'fixtures/users.json',
    'overlays/staging/kustomization.yaml', 'scripts/build.sh', 'scripts/deploy.sh', 'scripts/lint.sh', 'scripts/show.sh', 'src/a.c', 'src/b.c',
    'src/components/App.tsx', 'src/components/Props.ts', 'src/index.js', 'src/lexer.c', 'src/main.c', 'src/main.py',
    'src/main.rs', 'src/old.c', 'src/parser.c', 'src/utils.js', 'templates/basic/index.html', 'tests/app.test.js',
    'tests/test_app.py', 'tests/x_test.go',
  ],
  contents: {
    '.gitignore': 'node_modules/\nbuild/\n.env\n!.env.example\n',
    'scripts/build.sh': '#!/bin/sh\nset -e\nnpm run build\n',
    'scripts/deploy.sh': '#!/bin/bash\nkubectl delete pod "$1"\n',
    'scripts/lint.sh': '#!/bin/bash\nset -e\ncd "$(dirname "$0")/.."\nnpx eslint src "$@"\n',
    'scripts/show.sh': '#!/bin/bash\ncat "$1"\n',
  },
};

// One command a line; '#' starts a comment, an arrow stands for a line break in the command.
function lines(name) {
  return load(name).split('\n').filter((line) => line.trim() && !line.startsWith('#'))
    .map((line, i) => ({ id: `${name}:${i + 1}`, action_type: 'shell', target: line.replaceAll('⏎', '\n'), expect: ['allow'] }));
}

for (const [name, atLeast, share] of [['everyday.txt', 300, 0.02], ['lookalikes.txt', 50, 0.05],
  ['sessions.txt', 450, 0.02], ['mentions.txt', 60, 0.02]]) {
  test(`${name} under the baseline: nothing is blocked, few ask`, (t) => {
    const items = lines(name);
    assert.ok(items.length >= atLeast);
    const results = decided(items, { pack: 'cavra-ai-agent-baseline', facts: ordinary });
    const asked = results.filter(({ got }) => got !== 'allow');
    t.diagnostic(`${items.length} commands, ${asked.length} not allowed`);
    if (asked.length) t.diagnostic(show(asked));
    assert.equal(show(results.filter(({ got }) => got === 'block')), '');
    assert.ok(asked.length <= items.length * share, show(asked));
  });
}

test('what is allowed is allowed wherever it stands', () => {
  const options = { pack: 'cavra-ai-agent-baseline', facts: ordinary };
  const allowed = decided(['everyday.txt', 'sessions.txt', 'mentions.txt'].flatMap(lines), options).filter(({ got }) => got === 'allow');
  assert.ok(allowed.length > 900, `${allowed.length}`);
  for (const [place, put] of Object.entries(places)) {
    const moved = allowed.map((item) => ({ ...item, target: put(item.target) }));
    assert.equal(show(decided(moved, options).filter(({ got }) => got !== 'allow')), '', place);
  }
});

test('usage.txt: how a line is written is no reason to ask', (t) => {
  const items = lines('usage.txt');
  assert.ok(items.length >= 140);
  const results = decided(items, { pack: 'cavra-ai-agent-baseline', facts: ordinary });
  const ends = (rule) => results.filter(({ record }) => record.rule_id.startsWith(rule));
  const opaque = ends('commands.opaque'), refused = ends('commands.refused');
  t.diagnostic(`${items.length} commands, ${opaque.length} cannot be told, Bash refuses ${refused.length}`);
  assert.ok(opaque.length <= items.length * 0.005, show(opaque));
  assert.equal(show(refused.filter(({ target }) => !target.includes('<'))), '');
});

// Lines with the expected answer in front; what asks may as well be blocked.
const fits = { allow: (got) => got === 'allow', block: (got) => got === 'block', ask: (got) => got === 'require_approval' || got === 'block' };
for (const [name, atLeast] of [['found.txt', 50], ['inline.txt', 50], ['verbs.txt', 1000]]) {
  test(`${name}: each command gets the answer in front of it`, () => {
    const items = lines(name).map(({ id, target }) => {
      const [word, rest] = target.match(/^(\S+) (.*)$/s).slice(1);
      return { id, action_type: 'shell', target: rest, expect: [word] };
    });
    assert.ok(items.length >= atLeast);
    assert.ok(Object.keys(fits).every((word) => name !== 'verbs.txt' || items.some(({ expect }) => expect[0] === word)));
    const results = decided(items, { pack: 'cavra-ai-agent-baseline', facts: ordinary });
    assert.equal(show(results.filter(({ got, expect }) => !fits[expect[0]](got))), '');
  });
}

// Every model that the data names is a rule of a policy made here, so that a record lists the models of its command.
function modelNames() {
  const names = new Set();
  for (const file of readdirSync(join(source, 'data/commands')).filter((name) => name.endsWith('.yaml')))
    for (const [, list] of readFileSync(join(source, 'data/commands', file), 'utf8').matchAll(/^ *models: \[([^\]]*)\]/gm))
      for (const name of list.split(',')) names.add(name.trim());
  return [...names].sort();
}

test('models.txt: a command has the models in front of it and no other', () => {
  const names = modelNames();
  const rules = names.map((name) => `  - {id: test.${name}, match: {model: ${name}}, decision: warn, severity: low}\n`).join('');
  const text = `metadata: {id: cavra-test-models, title: T, description: D, version: 1.0.0}\nrules:\n${rules}`;
  const items = lines('models.txt').map(({ id, target }) => {
    const [models, rest] = target.match(/^(\S+) (.*)$/s).slice(1);
    return { id, action_type: 'shell', target: rest, expect: models === '-' ? [] : models.split(',') };
  });
  assert.ok(items.length >= 60);
  const wrong = decided(items, { policy: text, facts: ordinary }).map(({ target, expect, record }) => {
    const found = new Set((record.findings ?? []).map(({ rule_id: id }) => id)
      .filter((id) => id.startsWith('test.')).map((id) => id.slice('test.'.length)));
    return `${[...found].sort()} instead of ${[...expect].sort()}: ${target}`;
  }).filter((line, i) => line.split(' instead of ')[0] !== `${[...items[i].expect].sort()}`);
  assert.equal(wrong.join('\n'), '');
});

test('docs/policy.md lists every model of the data, and no other', () => {
  const table = readFileSync(join(source, 'docs/policy.md'), 'utf8').split('| model | the command |')[1].split('\n\n')[0];
  const listed = [...table.matchAll(/^\| `([a-z]+\.[a-z_]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), modelNames());
});
