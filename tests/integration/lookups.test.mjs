// SPDX-License-Identifier: Apache-2.0
//
// What is looked up when a command is judged may be otherwise by the time it runs, when something else in the same line
// changes it. In a real repository.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, put, repository, scratch } from './cavra.mjs';

const files = { 'src/a.c': 'int a;\n', f: 'x\n',  };

function decide(lines, directory) {
  const input = lines.map((target, id) => JSON.stringify({ id, action_type: 'execute_command', target })).join('\n');
  const done = cavra(['evaluate', '--batch', '-', '--policy-pack', 'cavra-ai-agent-baseline', '--workspace', directory], { cwd: directory, input: `${input}\n` });
  return done.out.trimEnd().split('\n').map((line) => JSON.parse(line).decision);
}

function each(table, directory) {
  const got = decide(table.map(([, line]) => line), directory);
  assert.deepEqual(table.map(([, line], i) => [got[i], line]), table);
}

test('a name that is no directory yet', () => {
  each([
    ['allow', 'cp /tmp/main.tf out'],
    ['allow', 'cp src/a.c b.c && git status'],
    ['allow', 'cp /tmp/main.tf out; ls'],
    ['allow', 'mkdir out; cp src/a.c out'],
    ['block', 'cp /tmp/main.tf src'],
    ['block', 'mkdir -p out && cp /tmp/main.tf out'],
    ['block', 'mkdir -p out/y && cp /tmp/main.tf out'],
    ['block', 'rm -f f; mkdir f; cp /tmp/main.tf f'],
    ['block', 'install -d out; install /tmp/main.tf out'],
    ['block', 'for i in 1 2; do cp /tmp/main.tf out; rm out; mkdir out; done'],
  ], repository(files));
});

test('names that a pattern stands for, whichever comes first', () => {
  each([
    ['block', 'grep .e*'],
    ['block', 'grep ./.e*'],
    ['allow', 'grep foo src/*.c'],
    ['allow', 'grep src/*'],
    ['block', 'cp .e*'],
    ['block', 'grep -e .e* f'],
    ['allow', 'grep -n --include=.e* foo f'],
    ['block', 'cp src/a.c .e*'],
    ['block', 'mv ./.e*'],
    ['require_approval', 'cd "$X" && grep .e*'],
  ], repository({ ...files, 'src/b.c': '', '.e1': '', '.env': 'A=1\n', '.ez': '' }));
});

test('names that a pattern brings into a directory', () => {
  each([
    ['require_approval', 'cp conf/* .claude'],
    ['require_approval', 'cp conf/*.json .claude/'],
    ['require_approval', 'mv conf/s* .claude'],
    ['block', 'cp conf/settings.json .claude'],
  ], repository({ ...files, 'conf/settings.json': '{}', '.claude/x': '' }));
});

test('files that come into a tree before it is read', () => {
  each([
    ['allow', 'grep -rn foo src'],
    ['allow', 'cp -r src lib; grep -rn foo lib'],
    ['allow', 'git checkout -b x && grep -rn foo src'],
    ['require_approval', 'git checkout main && grep -rn foo src'],
    ['require_approval', 'git stash pop; grep -rn foo .'],
    ['require_approval', 'tar -xf x.tar -C src && grep -rn foo src'],
    ['allow', 'git checkout main && wc -l src/a.c'],
    ['require_approval', 'git stash pop && cat .e*'],
    ['require_approval', 'unzip x.zip && grep -rn foo .'],
  ], repository(files));
});

test('a repository in the repository, however Git finds it', () => {
  const directory = repository(files), config = '[core]\n\tfsmonitor = ./evil.sh\n';
  const bare = (name, text = '[core]\n\trepositoryformatversion = 0\n') => {
    for (const below of ['objects', 'refs', 'hooks']) mkdirSync(join(directory, name, below), { recursive: true });
    put(directory, `${name}/config`, text);
  };
  bare('plain/.git');
  bare('evil/.git', config);
  bare('stored', config);
  bare('worktree/.git', '[extensions]\n\tworktreeConfig = true\n');
  put(directory, 'worktree/.git/config.worktree', config);
  put(directory, 'linked/.git', 'gitdir: ../stored\n');
  put(directory, '.git/modules/sub/config', '');
  put(directory, 'sub/.git', 'gitdir: ../.git/modules/sub\n');
  const deep = join('evil', ...Array.from({ length: 70 }, () => 'd'));
  mkdirSync(join(directory, deep), { recursive: true });
  each([
    ['allow', 'git -C plain status'],
    ['allow', 'git -C sub status'],
    ['require_approval', 'git -C evil status'],
    ['require_approval', 'git -C linked status'],
    ['require_approval', 'git -C worktree status'],
    ['require_approval', `git -C ${deep} status`],
  ], directory);
  assert.deepEqual(decide(['git status'], scratch()), ['allow']);
});
