// SPDX-License-Identifier: Apache-2.0
//
// The generator of the command tables: what it complains of and where, and what it writes.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, get, put, run, scratch, source } from './cavra.mjs';

function generate(files) {
  const directory = scratch('data');
  for (const [name, text] of Object.entries(files)) put(directory, `in/${name}`, text);
  const done = run(join(build, 'src/decide/gen-commands'), [
    join(source, 'data/commands.schema.json'), join(directory, 'in'), join(directory, 'out.c'), join(directory, 'out.d'),
  ]);
  const written = existsSync(join(directory, 'out.c'));
  return {
    ...done,
    errors: done.err.replaceAll(`${join(directory, 'in')}/`, ''),
    code: written ? get(directory, 'out.c') : null,
    depends: written ? get(directory, 'out.d').replaceAll(directory, '') : null,
  };
}

const good = `commands:
  tool:
    also: [alias]
    class: inspect
    options:
      -f --file: read
      -n: [read, write]
      -o: none?
      -p: none??
      -v: flag
    operands: none read... into
    when:
      - has: [-v, "--"]
        class: edit
        recursive: true
    subcommands:
      get-*|list|?x:
        style: single
        class: inspect
        subcommands:
          deep:
            options:
              -q: flag
            when:
              - has: [-f]
                class: unknown
environment:
  LD_*: code
  PAGER: {kind: shell, programs: [less]}
config:
  git:
    alias.*: alias
calls:
  python:
    os.system: shell
`;

test('good data becomes tables', () => {
  const { status, err, code, depends } = generate({ 'a.yaml': good, 'README.md': 'not data' });
  assert.equal(err, '');
  assert.equal(status, 0);
  assert.match(code, /known_commands_count = 2;/);
  // Aliases share one description: -f --file -n -o -p -v once, -q of the subcommand before.
  assert.equal(code.match(/\.options = \d+, \.n_options = 6/g).length, 2);
  assert.match(code, /\.n_subcommands = 3, \.n_exact = 1/);
  assert.match(code, /\.n_roles = 2, \.roles = \{ROLE_READ, ROLE_WRITE\}/);
  assert.match(code, /\.n_roles = 1, \.roles = \{ROLE_NONE\}, \.optional = true, \.optional_next = true/);
  assert.match(code, /\.n_prefix = 1, \.prefix = \{ROLE_NONE\}, \.n_suffix = 1, \.suffix = \{ROLE_INTO\}, \.repeat = ROLE_READ/);
  assert.match(code, /\.name = \{\d+\}, \.kind = ENVIRONMENT_CODE/);
  assert.equal(depends, '/out.c: /in /in/a.yaml\n');
});

test('the same data gives the same bytes, whatever the order of files', () => {
  const one = 'commands:\n  one:\n    class: inspect\n', two = 'commands:\n  two:\n    class: edit\n';
  assert.equal(generate({ 'a.yaml': one, 'b.yaml': two }).code, generate({ 'b.yaml': two, 'a.yaml': one }).code);
});

const bad = [
  ['no YAML', 'commands: [\n', /^a\.yaml:2:1: /],
  ['unknown section', 'comands: {}\n', /^a\.yaml:1:1: unknown key "comands"; did you mean "commands"\?$/m],
  ['unknown key', 'commands:\n  a:\n    clas: inspect\n', /^a\.yaml:3:5: unknown key "clas"; did you mean "class"\?$/m],
  ['unknown class', 'commands:\n  a:\n    class: inspekt\n', /^a\.yaml:3:12: unknown value; did you mean "inspect"\?/m],
  ['a subcommand with aliases', 'commands:\n  a:\n    subcommands:\n      b:\n        also: [c]\n', /^a\.yaml:5:9: unknown key "also"/m],
  ['unknown role', 'commands:\n  a:\n    options:\n      -f: reed\n', /^a\.yaml:4:11: no role of an option; write /m],
  ['unknown role in a list', 'commands:\n  a:\n    options:\n      -f: [read, reed]\n', /^a\.yaml:4:18: unknown value; did you mean "read"\?/m],
  ['unknown operand', 'commands:\n  a:\n    operands: reed...\n', /^a\.yaml:3:15: "reed\.\.\." is no list of operands/m],
  ['two that repeat', 'commands:\n  a:\n    operands: read... write...\n', /^a\.yaml:3:15: .* is no list of operands/m],
  ['option twice', 'commands:\n  a:\n    options:\n      -f -g: flag\n      -g --h: flag\n', /^a\.yaml:5:15: option -g is described twice; keep one$/m],
  ['clause about nothing', 'commands:\n  a:\n    when:\n      - has: [-x]\n        class: edit\n', /^a\.yaml:4:15: option -x is not described here; add it to options$/m],
  ['clause without a condition', 'commands:\n  a:\n    when:\n      - class: edit\n', /^a\.yaml:4:9: a clause without a condition/m],
  ['clause that sets nothing', 'commands:\n  a:\n    when:\n      - min-operands: 1\n', /^a\.yaml:4:9: a clause that sets nothing/m],
  ['value of a flag', 'commands:\n  a:\n    options: {-f: flag}\n    when:\n      - option: -f\n        value: [x]\n        class: edit\n', /^a\.yaml:5:17: option -f takes no value; use has$/m],
  ['option without value', 'commands:\n  a:\n    options: {-f: none}\n    when:\n      - option: -f\n        class: edit\n', /^a\.yaml:5:9: the key "value" is missing, which "option" needs; add it$/m],
  ['placeholder of no option', 'commands:\n  a:\n    replaces: [-I]\n', /^a\.yaml:3:16: option -I is not described here/m],
  ['alias of itself', 'commands:\n  a:\n    also: [a]\n', /^a\.yaml:3:12: program a is described twice, also at .*a\.yaml:2; keep one$/m],
  ['subcommand twice', 'commands:\n  a:\n    subcommands:\n      b|c: {class: edit}\n      c|d: {class: edit}\n', /^a\.yaml:\d+:\d+: subcommand "c" is described twice; keep one$/m],
  ['path for a name', 'commands:\n  /bin/a: {class: edit}\n', /^a\.yaml:2:3: not of the form/m],
  ['kind of environment', 'environment:\n  A: {kind: cod}\n', /^a\.yaml:2:13: unknown value; did you mean "code"\?/m],
  ['name of environment', 'environment:\n  A: code\n  "*_X": code\n', /^a\.yaml:3:10: \*_X must start with a letter or '_'/m],
];

for (const [name, text, complaint] of bad)
  test(`complains of: ${name}`, () => {
    const { status, errors, code } = generate({ 'a.yaml': text });
    assert.match(errors, complaint);
    assert.equal(status, 1);
    assert.equal(code, null);
  });

test('complains of what two files describe', () => {
  const { status, errors } = generate({
    'a.yaml': 'commands:\n  x: {class: edit}\nenvironment: {V: path}\nconfig: {g: {k: shell}}\ncalls: {p: {f: argv}}\n',
    'b.yaml': 'commands:\n  y: {also: [x]}\nenvironment: {V: path}\nconfig: {g: {k: code}}\ncalls: {p: {f: shell}}\n',
  });
  assert.equal(status, 1);
  assert.match(errors, /^b\.yaml:2:14: program x is described twice, also at .*a\.yaml:2; keep one$/m);
  assert.match(errors, /^b\.yaml:3:18: V is described twice; keep one$/m);
  assert.match(errors, /^b\.yaml:4:17: k of g is described twice; keep one$/m);
  assert.match(errors, /^b\.yaml:5:16: f of p is described twice; keep one$/m);
});

test('complains of all mistakes, not only the first', () => {
  const { errors } = generate({ 'a.yaml': 'commands:\n  a: {clas: x}\n  b: {clas: y}\n', 'b.yaml': 'commands: 1\n' });
  assert.equal(errors.trim().split('\n').length, 3);
});

test('says how it is called', () => {
  const { status, err } = run(join(build, 'src/decide/gen-commands'), []);
  assert.equal(status, 2);
  assert.match(err, /^usage: gen-commands /);
});
