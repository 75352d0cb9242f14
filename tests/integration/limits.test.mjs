// SPDX-License-Identifier: Apache-2.0
//
// Every cap of src/base/limits.h, at the cap and above: what stays within is judged as it is, what goes beyond ends as a
// question or an error, never as something dropped. A cap that is not named here fails this test.

import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, get, put, repository, scratch, source } from './cavra.mjs';

const header = readFileSync(join(source, 'src/base/limits.h'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '').replaceAll('\\\n', ' ');
const limits = Object.fromEntries([
  ...header.matchAll(/\b(LIMIT_[A-Z_]+)\s*=\s*(\d+)/g),
  ...header.matchAll(/#define (LIMIT_[A-Z_]+)\s+(.+)/g),
].map(([, name, value]) => {
  const [, unit, n] = value.match(/^(KiB|MiB)?\(?(\d+)\)?\s*$/) ?? assert.fail(`${name}: ${value}`);
  return [name.slice(6), Number(n) * ({ KiB: 1024, MiB: 1024 * 1024 }[unit] ?? 1)];
}));

const LOOKS = ['ls', 'cat', 'head', 'tail', 'wc', 'stat', 'file', 'du', 'df', 'sort', 'uniq', 'cut', 'nl', 'tac', 'rev', 'sum', 'cksum', 'od', 'fold', 'grep'];
const facts = JSON.stringify({ workspace: '/repo', home: '/root', branch: 'main', remotes: ['origin'], links: {}, hardlinks: {} });
const world = put(scratch(), 'facts.json', facts);

// Decides about many requests at once.
function decideAll(requests, { cwd = scratch(), args = ['--facts', world] } = {}) {
  const lines = requests.map((request, id) => JSON.stringify({ id, ...request })).join('\n');
  const done = cavra(['evaluate', '--batch', '-', '--policy-pack', 'cavra-ai-agent-baseline', ...args], { cwd, input: `${lines}\n` });
  return done.out.trimEnd().split('\n').map((line) => JSON.parse(line));
}

const command = (target) => ({ action_type: 'execute_command', target });
const oneOf = (name, values) => `${values.map((value, i) => `${i ? 'elif' : 'if'} test -f ${i}; then ${name}=${value};`).join(' ')} else ${name}=${values[0]}; fi;`;
const looks = (n) => Array.from({ length: n }, (_, i) => LOOKS[i % LOOKS.length]);
const flags = (n) => Array.from('1abcdfghikl'.slice(0, n), (letter) => `-${letter}`);

// A signed policy, and a directory that trusts its key.
function signed() {
  const directory = scratch('signed'), trust = join(directory, 'trust');
  const file = put(directory, 'policy.yaml', 'metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\ncommands: {block: [ls]}\n');
  cavra(['policy', 'keygen', '--output', directory, '--key-id', 'k']);
  cavra(['policy', 'sign', file, '--private-key', join(directory, 'k.private.pem')]);
  const key = readFileSync(join(directory, 'k.public.pem'), 'utf8');
  put(trust, '0.pem', key);
  return { file, key, trust, signature: `${file}.sig.json`, verify: () => cavra(['policy', 'verify', file, '--trust-dir', trust]) };
}

// name: [what is judged within the cap, what is asked about above it]
const commands = {
  SHELL_DEPTH: (cap) => [cap - 1, cap + 1].map((n) => `${'( '.repeat(n)}ls${' )'.repeat(n)}`),
  SHELL_COMMANDS: (cap) => [cap - 1, cap + 1].map((n) => 'ls;'.repeat(n)),
  // Each call costs more than one of it.
  SHELL_CALL_DEPTH: (cap) => [cap, 8 * cap].map((n) =>
    `f0() { ls; }; ${Array.from({ length: n - 1 }, (_, i) => `f${i + 1}() { f${i}; };`).join(' ')} f${n - 1}`),
  SHELL_BRACE_WORDS: (cap) => [`wc {1..${cap}}`, `wc {1..${cap + 1}}`],
  // Many variables for one program are asked about long before.
  SHELL_VARIABLES: (cap) => [cap / 8, cap + 1].map((n) =>
    `first=ls; ${Array.from({ length: n }, (_, i) => `v${i}=1;`).join(' ')} $first`),
  SHELL_ALTERNATIVES: (cap) => [`${oneOf('x', looks(cap))} $x`, `${oneOf('x', looks(2 * cap + 1))} $x`],
  SHELL_REPLAYS: (cap) => [`${oneOf('y', flags(4))} ${oneOf('z', flags(cap / 4))} ls $y $z`,
    `${oneOf('x', looks(6))} ${oneOf('y', flags(6))} $x $y`],
  SHELL_UNROLL: (cap) => [cap - 1, cap + 1].map((n) => `for c in ${looks(n).join(' ')}; do $c x; done`),
  COMMAND_NESTING: (cap) => [cap - 2, cap + 1].map((n) => `${'env '.repeat(n)}ls`),
  PATCH_NAMES: (cap) => [cap, cap + 1].map((n) => `apply_patch <<'E'\n${'*** Add File: f\n'.repeat(n)}E`),
  COMMAND_BYTES: (cap) => [cap, cap + 1].map((n) => `ls ${'a'.repeat(n - 3)}`),
};

test('commands are judged within a cap and asked about above it', () => {
  const names = Object.keys(commands);
  const requests = names.flatMap((name) => commands[name](limits[name]).map(command));
  const got = decideAll(requests).map((line) => line.decision ?? line.error);
  const wrong = names.filter((_, i) => got[2 * i] !== 'allow' || !['require_approval', 'block'].includes(got[2 * i + 1]));
  assert.deepEqual(wrong.map((name) => [name, ...got.slice(2 * names.indexOf(name), 2 * names.indexOf(name) + 2)]), []);
});

const others = {
  FINDINGS(cap) {
    const apply = (n) => command(Array.from({ length: n }, (_, i) => `terraform apply ${i};`).join(' '));
    const [at, above] = decideAll([apply(cap), apply(cap + 1)]);
    assert.deepEqual([at.findings.length, above.findings.length], [cap, cap]);
    assert.deepEqual([at.decision, above.decision], ['block', 'block']);
  },
  EFFECTS(cap) {
    const [below, at, late] = decideAll([cap - 1, cap, cap + 1].map((n) => command(`${'ls;'.repeat(n - 1)} terraform apply`)));
    assert.deepEqual([below, at, late].map((line) => line.decision), ['block', 'block', 'block']);
  },
  CODE_DEPTH(cap) {
    const nest = (n) => Array.from({ length: n }).reduce((text) => `eval(${JSON.stringify(text)})`, "open('.env').read()");
    const [at, above] = decideAll([cap, cap + 1].map((n) => command(`python3 -c '${nest(n).replaceAll("'", "'\\''")}'`)));
    assert.deepEqual([at.decision, above.decision], ['block', 'require_approval']);
  },
  // The configuration of a repository is the largest text that is read to see what runs.
  SCRIPT_BYTES(cap) {
    const directory = repository();
    const before = `${get(directory, '.git/config')}[alias]\n\tst = push origin main\n`;
    const ask = (n) => {
      put(directory, '.git/config', before.padEnd(n - 1, '#') + '\n');
      return decideAll([command('git st')], { cwd: directory, args: ['--workspace', directory] })[0].decision;
    };
    assert.deepEqual([ask(cap), ask(cap + 1)], ['block', 'require_approval']);
  },
  REPLAY_KEYS(cap) {
    const policy = put(scratch(), 'policy.yaml', 'metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\ncommands: {block: [ls]}\n');
    const [record] = decideAll([command('ls')]);
    const names = (n) => Object.keys(JSON.parse(cavra(['policy', 'replay', '-', '--policy-file', policy, '--json'], {
      input: Array.from({ length: n }, (_, i) => JSON.stringify({ ...record, repository: `r${i}` })).join('\n') }).out).repositories);
    assert.equal(names(cap).length, cap);
    const above = names(cap + 1);
    assert.deepEqual([above.length, above.at(-1)], [cap + 1, '(others)']);
  },
  // Every set of characters takes 32 bytes.
  POLICY_MEMORY(cap) {
    const sets = 60;
    const validate = (memory) => {
      const rules = Array.from({ length: Math.ceil(memory / (32 * sets)) }, (_, i) => `  - 'c${i} ${'[ab]'.repeat(sets)}*'\n`);
      const file = put(scratch(), 'policy.yaml', `metadata: {id: cavra-x, title: T, description: D, version: 0.1.0}\ncommands:\n  block:\n${rules.join('')}`);
      return cavra(['policy', 'validate', file]);
    };
    assert.equal(validate(cap / 32).status, 0);
    assert.match(validate(cap / 8).err, new RegExp(`the policy needs more than ${cap} bytes of memory`));
  },
  SIGNATURE_BYTES(cap) {
    const { file, signature, verify } = signed();
    const text = readFileSync(signature, 'utf8').trimEnd();
    const at = (n) => {
      writeFileSync(signature, text.padEnd(n));
      return verify();
    };
    assert.equal(at(cap).status, 0, at(cap).err);
    assert.notEqual(at(cap + 1).status, 0, file);
  },
  TRUST_KEYS(cap) {
    const { key, trust, verify } = signed();
    for (let i = 1; i < cap; i++) put(trust, `${i}.pem`, key);
    assert.equal(verify().status, 0, verify().err);
    put(trust, 'one-more.pem', key);
    assert.match(verify().err, new RegExp(`more than ${cap} keys in one directory`));
  },
  REQUEST_BYTES(cap) {
    const line = (n) => `{"action_type":"execute_command","target":"ls","agent_id":"${'a'.repeat(n - 66)}"}`.padEnd(n, ' ');
    const input = `${line(cap)}\n${line(cap + 1)}\n${JSON.stringify(command('ls'))}\n`;
    const done = cavra(['evaluate', '--batch', '-', '--facts', world], { cwd: scratch(), input });
    const got = done.out.trimEnd().split('\n').map((text) => JSON.parse(text));
    assert.equal(got.length, 3);
    assert.ok(got[1].error && got[2].decision === 'allow', JSON.stringify(got.map((x) => x.decision ?? x.error)));
  },
  LINK_HOPS(cap) {
    const chain = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`/repo/l${i}`, i + 1 < n ? `l${i + 1}` : '.env']));
    const file = put(scratch(), 'links.json', JSON.stringify({ ...JSON.parse(facts), links: chain(cap) }));
    const [at] = decideAll([{ action_type: 'read_file', target: 'l0' }], { args: ['--facts', file] });
    const above = put(scratch(), 'links.json', JSON.stringify({ ...JSON.parse(facts), links: chain(cap + 1) }));
    assert.equal(at.decision, 'block');
    assert.equal(decideAll([{ action_type: 'read_file', target: 'l0' }], { args: ['--facts', above] })[0].decision, 'require_approval');
  },
  TREE_NAMES(cap) {
    const directory = scratch('tree');
    mkdirSync(join(directory, 'many'));
    for (let i = 0; i < cap; i++) put(directory, `many/f${i}.txt`, '');
    const ask = () => decideAll([command('cat many/*.txt')], { cwd: directory, args: ['--workspace', directory] })[0].decision;
    assert.equal(ask(), 'allow');
    symlinkSync('../.env', join(directory, 'many/z.txt'));
    assert.notEqual(ask(), 'allow');
  },
  FOUND_NAMES(cap) {
    for (const search of ['find src -name "*.ts" | xargs cat', 'find src -name "z*.txt" -exec cat {} +']) {
      const directory = scratch('found');
      for (let i = 0; i < cap; i++) put(directory, `src/f${i}.ts`, '');
      const ask = () => decideAll([command(search)], { cwd: directory, args: ['--workspace', directory] })[0].decision;
      assert.equal(ask(), 'allow', search);
      put(directory, 'src/one-more.ts', '');
      assert.equal(ask(), 'require_approval', search);
    }
  },
  SAME_FILE_WALK(cap) {
    const directory = scratch('same'), outside = scratch('outside');
    put(outside, 'x', '');
    linkSync(join(outside, 'x'), join(directory, 'plain.txt'));
    for (let i = 1; i < cap; i++) put(directory, `f${i}`, '');
    const ask = () => decideAll([{ action_type: 'read_file', target: 'plain.txt' }], { cwd: directory, args: ['--workspace', directory] })[0].decision;
    assert.equal(ask(), 'allow');
    put(directory, 'one-more', '');
    assert.equal(ask(), 'require_approval');
  },
};

for (const [name, check] of Object.entries(others)) test(name, () => check(limits[name]));

// Tested where what they cap is tested; the file names the cap.
const elsewhere = {
  'tests/unit/test_cache.c': ['IMAGES'],
  'tests/unit/test_canonical.c': ['JSON_DEPTH'],
  'tests/unit/test_code.c': ['CODE_BYTES', 'CODE_TOKENS', 'DECISION_MEMORY', 'SHELL_WORK'],
  'tests/unit/test_dsse.c': ['DSSE_SIGNATURES'],
  'tests/unit/test_hmac.c': ['SECRET_BYTES'],
  'tests/unit/test_image.c': ['IMAGE_BYTES', 'POLICY_INPUTS'],
  'tests/unit/test_json.c': ['DOCUMENT_BYTES', 'JSON_NODES'],
  'tests/unit/test_match.c': ['PATTERN_BYTES'],
  'tests/unit/test_mcp.c': ['MCP_STRINGS'],
  'tests/unit/test_layers.c': ['POLICY_LAYERS'],
  'tests/unit/test_entry.c': ['LEDGER_ENTRY_BYTES', 'LEDGER_FRAME_BYTES', 'SESSION_ID_BYTES'],
  'tests/unit/test_verify.c': ['LEDGER_KEYS', 'LEDGER_REPORT'],
  'tests/unit/test_ledger.c': ['LEDGER_GROUP', 'SEGMENT_BYTES', 'TORN_BYTES', 'TORN_LINES'],
  'tests/unit/test_pattern.c': ['PATTERN_STATES', 'SCHEMA_WORK'],
  'tests/unit/test_name_reach.c': ['PARTLY_NAME'],
  'tests/unit/test_note.c': ['NOTE_BYTES', 'NOTE_LINE', 'NOTE_SIGNATURES'],
  'tests/unit/test_policy.c': ['POLICY_ID', 'POLICY_MISTAKES', 'POLICY_RULES'],
  'tests/unit/test_policy_merge.c': ['POLICY_PACKS'],
  'tests/unit/test_rollout.c': ['RECORD_TEXT', 'RECORD_TEXTS'],
  'tests/unit/test_readiness.c': ['READINESS_PROBLEMS', 'REFERENCE_BYTES'],
  'tests/unit/test_schema.c': ['SCHEMA_DEPTH', 'SCHEMA_MEMORY', 'SCHEMA_NAMES'],
  'tests/unit/test_siem.c': ['EXPORT_BYTES'],
  'tests/unit/test_sessions.c': ['SESSIONS', 'SESSION_BYTES', 'SESSION_REFS'],
  'tests/unit/test_signature.c': ['SIGNATURE_TEXT'],
  'tests/unit/test_http.c': ['HTTP_HEADER', 'HTTP_URL'],
  'tests/unit/test_sigv4.c': ['HTTP_HEADERS'],
  'tests/unit/test_store.c': ['STORE_VALUE'],
  'tests/integration/policy-suggest.test.mjs': ['SUGGESTIONS'],
};

// Caps of memory, files and directories that no test reaches yet. Nothing may be added here.
const unreached = ['SEARCH_WALK'];

test('every cap is tested', () => {
  const named = [...Object.keys(commands), ...Object.keys(others), ...unreached];
  for (const [file, names] of Object.entries(elsewhere)) {
    const text = readFileSync(join(source, file), 'utf8');
    for (const name of names) assert.match(text, new RegExp(`LIMIT_${name}\\b`), `${file} does not name ${name}`);
    named.push(...names);
  }
  assert.deepEqual(Object.keys(limits).filter((name) => !named.includes(name)), []);
  assert.deepEqual(named.filter((name) => !(name in limits)), []);
});
