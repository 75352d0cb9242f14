// SPDX-License-Identifier: Apache-2.0
//
// The checkers themselves: what is wrong must turn them red.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

const source = process.env.CAVRA_SOURCE;
const scratch = mkdtempSync(join(tmpdir(), 'cavra-tools-'));
after(() => rmSync(scratch, { recursive: true }));

function put(root, path, text) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

// tools/check over programs that print what it is given.
function check(scripts, options = [], names = []) {
  const build = mkdtempSync(join(scratch, 'build-'));
  const tests = scripts.map((script, i) => ({
    name: `t${i}`, cmd: Array.isArray(script) ? script : ['sh', '-c', script], env: {}, workdir: null,
    // Node takes its time on a busy machine.
    timeout: Array.isArray(script) ? 60 : 2, suite: ['cavra:fake'], is_parallel: i % 2 === 0, priority: 0, protocol: 'tap',
  }));
  put(build, 'meson-info/intro-tests.json', JSON.stringify(tests));
  const run = spawnSync(join(source, 'tools/check'), [...options, build, ...names], { encoding: 'utf8' });
  return { status: run.status, last: run.stdout.trimEnd().split('\n').pop(), out: run.stdout };
}

const rows = [
  ['two pass', 'echo 1..2; echo ok 1 - a; echo ok 2 - b', '2 passed, 0 failed'],
  ['one fails', 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1', '1 passed, 1 failed'],
  ['one fails and the status lies', 'echo 1..1; echo not ok 1 - a', '0 passed, 1 failed'],
  ['one is skipped', 'echo 1..2; echo ok 1 - a; echo "ok 2 - b # SKIP no"', '1 passed, 0 failed, 1 skipped'],
  ['no test', 'echo 1..0', '0 passed, 1 failed'],
  ['no output', 'true', '0 passed, 1 failed'],
  ['a crash behind a pass', 'echo 1..1; echo ok 1 - a; kill -SEGV $$', '1 passed, 1 failed'],
  ['a crash before any', 'kill -SEGV $$', '0 passed, 1 failed'],
  ['a status without a failure', 'echo 1..1; echo ok 1 - a; exit 3', '1 passed, 1 failed'],
  ['a broken plan', 'echo 1..3; echo ok 1 - a', '1 passed, 1 failed'],
  ['no plan', 'echo ok 1 - a', '1 passed, 1 failed'],
  ['bailed out', 'echo 1..1; echo ok 1 - a; echo "Bail out! disk full"', '1 passed, 1 failed'],
  ['too slow', 'echo 1..1; echo ok 1 - a; sleep 60', '1 passed, 1 failed'],
  ['a program that is not there', ['/nonexistent/program'], '0 passed, 1 failed'],
];
for (const [name, script, last] of rows) {
  test(`check: ${name}`, () => {
    const result = check([script]);
    assert.equal(result.last, last);
    assert.equal(result.status, / 0 failed/.test(last) ? 0 : 1);
  });
}

test('check: tests by their names, and none that is not there', () => {
  const scripts = ['echo 1..1; echo ok 1 - a', 'echo 1..1; echo not ok 1 - b'];
  for (const [names, last] of [[['t0'], '1 passed, 0 failed'], [['fake/t0'], '1 passed, 0 failed'], [['fake/t1'], '0 passed, 1 failed'],
    [['t0', 'fake/t1'], '1 passed, 1 failed'], [['t0', 't2'], ''], [['other/t0'], '']]) {
    const result = check(scripts, [], names);
    assert.deepEqual([result.last, result.status], [last, last === '1 passed, 0 failed' ? 0 : 1]);
  }
});

test('check: programs add up, and one failure is enough', () => {
  const pass = 'echo 1..1; echo ok 1 - a';
  assert.deepEqual([check([pass, pass, pass]).last, check([pass, pass, pass]).status],
    ['3 passed, 0 failed', 0]);
  assert.deepEqual([check([pass, 'false', pass]).last, check([pass, 'false', pass]).status],
    ['2 passed, 1 failed', 1]);
});

test('check: no program at all is a failure', () => {
  assert.equal(check([]).last, '0 passed, 1 failed');
  assert.equal(check([]).status, 1);
  assert.equal(check(['echo 1..1; echo ok 1'], ['--suite', 'nosuch']).status, 1);
});

test('check: a failure is shown with what the program said', () => {
  const { out } = check(['echo 1..1; echo not ok 1 - the name; echo "# 2 is not 3"; echo oops >&2']);
  assert.match(out, /not ok 1 - the name\n +# 2 is not 3\n/);
  assert.match(out, /standard error: oops/);
});

test('check: subtests of Node are counted once, at the leaves', () => {
  const file = put(scratch, 'nested.test.mjs', `
    import { describe, it, test } from 'node:test';
    import assert from 'node:assert';
    test('a', () => {});
    test('b', async (t) => { await t.test('c', () => {}); await t.test('d', () => assert(false)); });
    describe('e', () => { it('f', () => {}); it.skip('g', () => {}); });
    test('h', async (t) => { await t.test('i', () => {}); throw new Error('own'); });
  `);
  // A test program must not believe that it runs below another one.
  const node = ['env', '-u', 'NODE_TEST_CONTEXT', process.execPath, '--test', '--test-reporter=tap', file];
  // a c f i pass; d and h (its own) fail.
  assert.equal(check([node]).last, '4 passed, 2 failed, 1 skipped');
});

function layers(files) {
  const root = mkdtempSync(join(scratch, 'tree-'));
  for (const name of ['check-layers', 'layers.txt'])
    cpSync(join(source, 'tools', name), join(root, 'tools', name));
  for (const [path, text] of Object.entries(files))
    put(root, path, `/* SPDX-License-Identifier: Apache-2.0 */\n${text}`);
  const run = spawnSync(join(root, 'tools/check-layers'), { encoding: 'utf8' });
  return { status: run.status, lines: run.stdout.trimEnd().split('\n') };
}

test('layers: what the table allows passes', () => {
  const { status } = layers({
    'src/base/a.c': '#include "base/a.h"\n#include <string.h>\n#include <cavra/cavra.h>\n',
    'src/decide/a.c': '#include "policy/p.h"\n#include "base/a.h"\n#include <jansson.h>\n',
    'src/crypto/a.c': '#include <openssl/evp.h>\n',
    'include/cavra/cavra.h': '#include <stddef.h>\n',
  });
  assert.equal(status, 0);
});

const violations = {
  'src/base/a.c': '#include "json/json.h"\n',
  'src/shell/a.h': '#  include "json/json.h"\n',
  'src/policy/a.c': '#include <yaml.h>\n',
  'src/decide/a.c': '#include <openssl/sha.h>\n',
  'src/json/a.c': '#include "json.h"\n',
  'src/misc/a.c': '\n',
  'include/cavra/x.h': '#include "base/str.h"\n',
};
for (const [path, text] of Object.entries(violations)) {
  test(`layers: ${path} ${text.trim()} is found`, () => {
    const { status, lines } = layers({ 'src/base/fine.c': '\n', [path]: text });
    assert.equal(status, 1);
    assert.equal(lines.length, 1);
    assert.ok(lines[0].startsWith(`${path}:`), lines[0]);
  });
}

test('layers: a file without its licence is found', () => {
  const root = mkdtempSync(join(scratch, 'tree-'));
  for (const name of ['check-layers', 'layers.txt'])
    cpSync(join(source, 'tools', name), join(root, 'tools', name));
  put(root, 'src/base/a.c', 'int a;\n');
  assert.equal(spawnSync(join(root, 'tools/check-layers')).status, 1);
});
