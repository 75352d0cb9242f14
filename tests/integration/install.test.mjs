// SPDX-License-Identifier: Apache-2.0
//
// The library as a packager and a newcomer meet it: installed below DESTDIR, found through pkg-config, linked both ways.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, run, scratch, source } from './cavra.mjs';

const sanitized = readFileSync(join(build, 'build.ninja'), 'utf8').includes('-fsanitize=');
const root = scratch('install');
const example = join(source, 'examples/decide.c');

function must(program, args, options) {
  const done = run(program, args, options);
  assert.equal(done.status, 0, `${program} ${args.join(' ')}\n${done.out}${done.err}`);
  return done.out.trim();
}

function judge(program, env) {
  assert.equal(run(program, ['sudo terraform apply'], { cwd: root, env }).status, 4);
  assert.equal(run(program, ['terraform plan'], { cwd: root, env }).status, 0);
}

test('the installed library', async (t) => {
  if (sanitized) return void t.skip('sanitizers are not installed');
  must('meson', ['install', '-C', build, '--no-rebuild', '--quiet', '--destdir', root]);
  const pc = must('find', [root, '-name', 'cavra.pc']);
  const env = { PKG_CONFIG_PATH: join(pc, '..'), PKG_CONFIG_SYSROOT_DIR: root };
  const flags = (...args) => must('pkg-config', [...args, 'cavra'], { env }).split(/\s+/).filter(Boolean);
  const library = must('find', [root, '-name', 'libcavra.so']);
  const names = (path, ...args) => must('nm', [...args, path]).split('\n').map((line) => line.split(/\s+/).pop());

  await t.test('shared: the example builds and decides', () => {
    must('cc', ['-o', join(root, 'shared'), example, ...flags('--cflags', '--libs')]);
    judge(join(root, 'shared'), { LD_LIBRARY_PATH: join(library, '..') });
    assert.match(must('readelf', ['-d', join(root, 'shared')]), /NEEDED.*\[libcavra\.so\.0\]/);
  });

  await t.test('static: the example builds and decides without a shared library', () => {
    must('cc', ['-static', '-o', join(root, 'static'), example, ...flags('--cflags', '--libs', '--static')]);
    assert.doesNotMatch(must('readelf', ['-d', join(root, 'static')]), /NEEDED/);
    judge(join(root, 'static'), {});
  });

  await t.test('exports exactly what the header declares, in one version', () => {
    const header = readFileSync(join(source, 'include/cavra/cavra.h'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
    const declared = [...new Set([...header.matchAll(/\b(cavra_\w+)\s*\(/g)].map((match) => match[1]))].sort();
    const exported = names(library, '-D', '--defined-only').filter((name) => name !== 'CAVRA_0' && name !== 'CAVRA_0@@CAVRA_0');
    assert.ok(declared.length >= 19);
    assert.deepEqual(exported.sort(), declared.map((name) => `${name}@@CAVRA_0`));
  });

  await t.test('has no variable that changes, but what the compiler makes itself', () => {
    const sections = must('readelf', ['-SW', join(build, 'libcavra.a')]).matchAll(/\s(\.(?:data|bss)\S*)\s+\w+\s+\w+\s+\w+\s+(\w+)/g);
    const changing = [...sections].filter(([, name, size]) => !name.startsWith('.data.rel.ro') && parseInt(size, 16) > 0);
    // The text of a buffer that holds nothing; nobody writes it.
    assert.deepEqual(changing.map(([, name]) => name).filter((name) => name !== '.bss.empty'), []);
  });

  await t.test('does not touch the process it is in', () => {
    const used = names(library, '-D', '--undefined-only').map((name) => name.replace(/@.*/, ''));
    const touching = ['setlocale', 'uselocale', 'umask', 'signal', 'sigaction', 'exit', '_exit', 'atexit', 'chdir', 'fork',
      'putenv', 'setenv', 'unsetenv', 'printf', 'puts', 'syslog', 'system'];
    assert.deepEqual(used.filter((name) => touching.includes(name)), []);
  });
});
