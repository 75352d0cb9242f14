// SPDX-License-Identifier: Apache-2.0
//
// What the documentation lists is what the programs have.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, decide, get, put, run, scratch, source } from './cavra.mjs';

const page = get(source, 'docs/decisions.md');

test('every rule id of the sources is in the table, and no other', () => {
  const families = 'self_protection|filesystem|commands|git|mcp|network|release_governance|generic_adapter|runtime';
  const id = new RegExp(`^(?:${families})\\.[a-z_.]+$`);
  const listed = new Set([...page.split('## Rules')[1].matchAll(/^\|([^|]*)\|/gm)]
    .flatMap(([, cell]) => [...cell.matchAll(/`([a-z_.]+)`/g)].map((match) => match[1])).filter((word) => id.test(word)));
  const used = new Set();
  for (const name of readdirSync(join(source, 'src/decide')).filter((file) => file.endsWith('.c')))
    for (const [, text] of get(source, `src/decide/${name}`).matchAll(/"([a-z_.]+)"/g))
      if (id.test(text) && /(allow|block|require_approval|direct_push|force_push|attestation|reviewer|_server|unknown|critical|missing|denied|pending|required|verified|failed|malformed|_scope|approved)$/.test(text))
        used.add(text);
  assert.ok(used.size > 20);
  assert.deepEqual([...listed].sort(), [...used].sort());
});

test('the fields of a record are the documented ones, in that order', () => {
  const table = page.split('## The record')[1].split('A finding has')[0];
  const documented = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([a-z_]+)`/g)].map((m) => m[1]));
  const record = decide({ action_type: 'execute_command', target: 'terraform apply' });
  assert.deepEqual(Object.keys(record).filter((key) => key !== 'id'), documented);
});

test('every command that README and docs show exists', () => {
  const names = [...cavra(['--help']).out.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?: {2,}\S|$)/gm)].map((match) => match[1]);
  const texts = ['README.md', ...readdirSync(join(source, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  let seen = 0;
  for (const name of texts) {
    for (const [, words] of get(source, name).matchAll(/(?:^|`|\$ |\()(?:build\/)?cavra ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)/gm)) {
      seen++;
      const [first, second] = words.split(' ');
      assert.ok(names.includes(first) || names.includes(`${first} ${second}`), `${name}: cavra ${words}`);
    }
  }
  assert.ok(seen > 10);
});

test('what README shows of an explanation is what is printed', () => {
  const [, command, shown] = get(source, 'README.md').match(/```console\n\$ cavra policy explain execute_command '(.*)'\n([^]*?)\n {2}\.\.\.\n```/);
  const done = cavra(['policy', 'explain', 'execute_command', command, '--policy-pack', 'cavra-ai-agent-baseline']);
  assert.ok(done.out.startsWith(shown), done.out);
});

// What differs from one run to the next.
const steady = (text) => text.replace(/[0-9a-f]{12,}/g, 'HEX').replace(/\d{4}-\d\d-\d\dT[\d:.]+\+00:00/g, 'TIME');

// Commands of a console block with the lines that are shown below each.
function shown(block) {
  return block.replaceAll(/\\\n */g, '').split(/^\$ /m).slice(1).map((part) => {
    const [line, ...rest] = part.split('\n');
    const [, end] = line.match(/<<'(\w+)'/) ?? [];
    const input = end ? rest.splice(0, rest.indexOf(end) + 1) : [];
    return { line: [line, ...input, ''].join('\n'), output: rest.join('\n').trimEnd() };
  });
}

// README also has blocks that install things; of it only one section is run, from the top.
for (const [page, wanted] of [['README.md', 'The life of a policy'], ['docs/evidence.md', ''], ['docs/policy.md', ''], ['docs/rollouts.md', '']]) {
  test(`what ${page} shows at the terminal is what is printed`, () => {
    const text = get(source, page);
    const yaml = text.match(/```yaml\n([^]*?)```/)?.[1];
    const sections = text.split(/^## /m).filter((section) => section.startsWith(wanted) && section.includes('```console'));
    assert.ok(sections.length);
    for (const section of sections) {
      const cwd = scratch('docs');
      if (yaml) put(cwd, 'policy.yaml', yaml);
      const commands = [...section.matchAll(/```console\n([^]*?)```/g)].flatMap(([, block]) => shown(block));
      assert.ok(commands.length);
      for (const { line, output } of commands) {
        const done = run('bash', ['-ec', line], { cwd, env: { PATH: `${build}:${process.env.PATH}` } });
        assert.equal(done.status, 0, `${line}: ${done.err}`);
        if (output) assert.equal(steady(done.out.trimEnd()), steady(output), line);
      }
    }
  });
}
