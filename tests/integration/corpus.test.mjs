// SPDX-License-Identifier: Apache-2.0
//
// Real ways around rules and harmless look-alikes (tests/golden/corpus), measured against the bars of the design:
// nothing that must be stopped is allowed, nothing that must be allowed is blocked, and few questions.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
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

function decided(items) {
  const records = decideAll(items.map((item) => requestOf[item.action_type](item)), { policy, facts });
  // A request that is no request (a NUL in it) is refused, and a refusal blocks.
  return items.map((item, i) => ({ ...item, got: records[i].decision ?? 'block', record: records[i] }));
}

const show = (items) => items.map(({ id, target, got, expect, record }) =>
  `${id} ${got} (${expect}) ${record.rule_id ?? ''} ${JSON.stringify(target).slice(0, 160)} - ${record.reason ?? record.error?.message}`).join('\n');

test('actions.jsonl', async (t) => {
  const items = load('actions.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.ok(items.length >= 390);
  const results = decided(items);
  const blockOnly = results.filter(({ expect }) => expect.length === 1 && expect[0] === 'block');
  const allowOnly = results.filter(({ expect }) => expect.length === 1 && expect[0] === 'allow');
  const notBlocked = blockOnly.filter(({ got }) => got !== 'block');
  const asked = allowOnly.filter(({ got }) => got !== 'allow');
  const wrong = results.filter(({ expect, got }) => !expect.includes(got));
  t.diagnostic(`${items.length} actions; block-only blocked ${blockOnly.length - notBlocked.length} of ${blockOnly.length}; ` +
    `allow-only allowed ${allowOnly.length - asked.length} of ${allowOnly.length}; as expected ${items.length - wrong.length}`);
  if (wrong.length) t.diagnostic(show(wrong));
  await t.test('every action is decided, but for those with a NUL in them', () => {
    assert.equal(show(results.filter(({ record, target }) => record.error && !target.includes('\0'))), '');
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
});

// Everyday commands of agents: one a line, '#' starts a comment.
function lines(name) {
  return load(name).split('\n').filter((line) => line.trim() && !line.startsWith('#'))
    .map((target, i) => ({ id: `${name}:${i + 1}`, action_type: 'shell', target, expect: ['allow'] }));
}

for (const [name, share] of [['everyday.txt', 0.02], ['lookalikes.txt', 0.02]]) {
  test(name, { skip: existsSync(join(directory, name)) ? false : `${name} is not there` }, (t) => {
    const results = decided(lines(name));
    const asked = results.filter(({ got }) => got !== 'allow');
    t.diagnostic(`${results.length} commands, ${asked.length} not allowed`);
    if (asked.length) t.diagnostic(show(asked));
    assert.equal(show(results.filter(({ got }) => got === 'block')), '');
    assert.ok(asked.length <= results.length * share, show(asked));
  });
}
