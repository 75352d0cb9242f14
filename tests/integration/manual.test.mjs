// SPDX-License-Identifier: Apache-2.0
//
// Manual pages and completions: made from the tables of the program, complete, and accepted by those who read them.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, get, put, run, scratch, source } from './cavra.mjs';

const dump = (name) => {
  const done = cavra(['dump', name]);
  assert.equal(done.status, 0, done.err);
  return done.out;
};
const tables = JSON.parse(dump('json'));
const pages = ['cavra.1', 'cavra-hook.1', 'cavra-config.5', 'cavra-policy.5'];
// As a reader sees it, without formatting and line breaks.
const rendered = (name) => run('mandoc', ['-T', 'utf8', '-O', 'width=200'], { input: dump(name) }).out
  // eslint-disable-next-line no-control-regex
  .replace(/.\x08/g, '').replace(/[ \n]+/g, ' ').replaceAll('\u2010', '-');

for (const name of pages) {
  test(`${name} is clean to mandoc and groff, and is what the build made`, () => {
    const text = dump(name), file = put(scratch('man'), name, text);
    const lint = run('mandoc', ['-T', 'lint', '-W', 'warning', file]);
    assert.equal(lint.out + lint.err, '');
    assert.equal(lint.status, 0);
    const shown = run('man', ['-l', '--warnings', file], { env: { MANWIDTH: '80', PAGER: 'cat', MANPAGER: 'cat' } });
    assert.equal(shown.status, 0, shown.err);
    assert.equal(shown.err, '');
    assert.match(shown.out, /NAME/);
    assert.equal(get(build, join('docs', name)), text);
  });
}

test('the date of the pages is that of the sources', () => {
  const date = (env) => run(join(source, 'tools/source-date'), [source], { env }).out.trim();
  const { SOURCE_DATE_EPOCH } = process.env;
  assert.match(dump('cavra.1'), new RegExp(`^\\.TH CAVRA 1 ${date(SOURCE_DATE_EPOCH ? { SOURCE_DATE_EPOCH } : {})} "`, 'm'));
  assert.equal(date({ SOURCE_DATE_EPOCH: '86400' }), '1970-01-02');
});

test('mandoc finds what is wrong', () => {
  assert.notEqual(run('mandoc', ['-T', 'lint', '-W', 'warning'], { input: '.TH X 1\n.SH NAME\n.XX\n' }).status, 0);
});

test('cavra(1) has every command, option and exit status, in the words of --help', () => {
  const text = rendered('cavra.1');
  assert.ok(tables.commands.length > 15 && tables.options.length > 20);
  for (const { name, operands, summary, options } of tables.commands) {
    assert.ok(text.includes(`cavra ${name}${operands ? ` ${operands}` : ''} ${summary}`), name);
    const help = cavra([...name.split(' '), '--help']).out.replace(/\s+/g, ' ');
    assert.ok(help.includes(summary), name);
    for (const option of options) {
      assert.ok(help.includes(option), `${name} ${option}`);
      const { help: meaning } = tables.options.find((row) => row.name === option);
      assert.ok(help.includes(meaning), `${name} ${option}`);
    }
  }
  for (const { name, value, help } of tables.options) assert.ok(text.includes(`${name}${value ? ` ${value}` : ''} ${help}`), name);
  for (const { status, meaning } of tables.exit_statuses) assert.ok(text.includes(`${status} ${meaning}`), status);
});

test('cavra-config(5) has every key, and cavra-policy(5) every key of the schema', () => {
  const config = rendered('cavra-config.5'), policy = rendered('cavra-policy.5');
  for (const { name, meaning } of tables.config_keys) assert.ok(config.includes(name) && config.includes(meaning), name);
  const schema = JSON.parse(get(source, 'data/policy.schema.json'));
  for (const [section, value] of Object.entries(schema.properties)) {
    assert.ok(policy.includes(` ${section} `), section);
    const definition = value.$ref ? schema.$defs[value.$ref.split('/').pop()] : value;
    for (const key of Object.keys(definition.properties ?? {})) assert.ok(policy.includes(` ${key} `), `${section}.${key}`);
  }
});

test('the table of exit statuses in docs/cli.md is that of the program', () => {
  const rows = [...get(source, 'docs/cli.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, status, meaning]) => ({ status: Number(status), meaning }));
  assert.deepEqual(rows, tables.exit_statuses);
});

test('every file of docs is linked from README or from another one', () => {
  const texts = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(source, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
  for (const name of texts.filter((path) => path.startsWith('docs/')))
    assert.ok(texts.some((other) => other !== name && get(source, other).includes(name.slice(other.startsWith('docs/') ? 5 : 0))), name);
});

// ---- completions ----

const groups = [...new Set(tables.commands.map(({ name }) => name.split(' ')[0]))];
const cases = [
  [['po'], ['policy']],
  [['evaluate', 'exec'], ['execute_command']],
  [['evaluate', 'execute_command', 'x', '--policy-'], ['--policy-pack', '--policy-file', '--policy-mode']],
  [['evaluate', '--policy-mode', 'str'], ['strict']],
  [['policy', 'des'], ['describe']],
  [['policy', 'describe', 'cavra-mcp'], ['cavra-mcp-enterprise']],
  [['hook', 'cl'], ['claude-code']],
  [['init', 'claude-code', '--re'], ['--remove']],
  [['evaluate', '--json', 'read'], ['read_file']],
  [['config', 'sh'], ['show']],
];

function bash(words, cwd) {
  const script = put(scratch('bash'), 'try.bash', `source ${put(scratch('bash'), 'cavra', dump('bash'))}
COMP_WORDS=(cavra "$@"); COMP_CWORD=$#; _cavra; printf '%s\\n' "\${COMPREPLY[@]}"`);
  const done = run('bash', ['--norc', script, ...words], { cwd });
  assert.equal(done.err, '');
  return done.out.trim().split('\n').filter(Boolean);
}

test('bash completes', () => {
  for (const [words, expected] of cases) assert.deepEqual(bash(words).sort(), [...expected].sort(), words.join(' '));
  assert.deepEqual(bash(['']).sort(), [...groups, '--help', '--version'].sort());
  const directory = scratch('files');
  put(directory, 'policy.yaml', '');
  put(directory, 'sub/x', '');
  assert.deepEqual(bash(['policy', 'validate', 'pol'], directory), ['policy.yaml']);
  assert.deepEqual(bash(['init', 'claude-code', '--directory', 's'], directory), ['sub']);
  assert.deepEqual(bash(['evaluate', '--policy-mode', '=', 'st'], directory), ['strict']);
  assert.deepEqual(bash(['nothing', 'x'], directory), []);
  for (const { name, options } of tables.commands)
    assert.deepEqual(bash([...name.split(' '), '--']).sort(), [...options, '--help'].sort(), name);
});

test('fish completes', () => {
  const file = put(scratch('fish'), 'cavra.fish', dump('fish'));
  const fish = (words) => {
    const done = run('fish', ['--no-config', '-c', `source ${file}; complete -C '${['cavra', ...words].join(' ')}'`]);
    assert.equal(done.err, '');
    return done.out.trim().split('\n').filter(Boolean).map((line) => line.split('\t')[0]);
  };
  for (const [words, expected] of cases) assert.deepEqual(fish(words).sort(), [...expected].sort(), words.join(' '));
  assert.deepEqual(fish(['']).sort(), [...groups].sort());
  for (const { name, options } of tables.commands)
    for (const option of options) assert.ok(fish([name, option]).includes(option), `${name} ${option}`);
});

test('zsh completes', () => {
  const file = put(scratch('zsh'), '_cavra', dump('zsh'));
  // What zsh's own functions are handed, instead of a terminal.
  const zsh = (words) => {
    const done = run('zsh', ['-f', '-c', `_arguments() { print -rl -- "$@" }; _describe() { print -rl -- "\${(@P)2}" }
words=(cavra "$@"); CURRENT=$#words; source ${file}`, 'zsh', ...words]);
    assert.equal(done.err, '');
    return done.out;
  };
  for (const group of groups) assert.match(zsh(['']), new RegExp(`^${group}:`, 'm'));
  for (const { name, operands, options } of tables.commands) {
    const out = zsh([...name.split(' '), '']);
    for (const option of options) assert.match(out, new RegExp(`^\\*?${option}\\[`, 'm'), `${name} ${option}`);
    for (const [i, operand] of operands.split(' ').filter(Boolean).entries()) assert.ok(out.includes(`${i + 1}:${operand}:`), name);
  }
  assert.match(zsh(['policy', '']), /^describe:/m);
});

test('make install puts all of it in its place', () => {
  const wanted = JSON.parse(get(build, 'meson-info/intro-installed.json'));
  const places = Object.values(wanted);
  for (const end of ['man/man1/cavra.1', 'man/man1/cavra-hook.1', 'man/man5/cavra-config.5', 'man/man5/cavra-policy.5',
    'bash-completion/completions/cavra', 'zsh/site-functions/_cavra', 'fish/vendor_completions.d/cavra.fish'])
    assert.ok(places.some((place) => place.endsWith(end)), end);
});
