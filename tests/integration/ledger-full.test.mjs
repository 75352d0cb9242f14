// SPDX-License-Identifier: Apache-2.0
//
// The hook where its ledger cannot be written: it blocks and says why, the ledger stays whole, and goes on when there is
// room again.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, hookProgram, put, repository, scratch } from './cavra.mjs';

const policy = 'metadata: {id: cavra-x, title: t, description: d, version: 1.0.0}\ncommands: {allow: [make*]}\n';
const segment = '.cavra/ledger/segments/00000000000000000001.jsonl';

// In a file system of its own. `call` prints the hook's exit status.
function onDisk(options, script, durability = 'sync') {
  const directory = repository({ '.cavra/policy.yaml': policy }), home = scratch('home'), out = scratch('out');
  const payload = put(scratch('in'), 'payload', JSON.stringify({
    session_id: 's1', transcript_path: 't', cwd: directory, hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command: 'make x' }, tool_use_id: 'x' }));
  const text = `mount -t tmpfs -o ${options} none "$HOME" || exit 99
    mkdir -p "$HOME/.config/cavra" && printf 'ledger.durability: ${durability}\\n' > "$HOME/.config/cavra/config.yaml"
    call() { "$HOOK" claude-code < "$PAYLOAD" > /dev/null 2> "$OUT/err"; echo $?; }
    fill() { head -c 4m /dev/zero > "$HOME/filler" 2> /dev/null; }
    ${script}
    cp -r "$HOME/.cavra" "$OUT"`;
  const done = spawnSync('unshare', ['--mount', '--map-root-user', 'sh', '-c', text], {
    env: { PATH: process.env.PATH, HOME: home, HOOK: hookProgram, PAYLOAD: payload, OUT: out, CLAUDE_PROJECT_DIR: directory, TMPDIR: out } });
  assert.equal(done.status, 0, done.stdout + String(done.stderr));
  return { out, lines: done.stdout.toString().trim().split('\n') };
}

// The ledger as `cavra ledger verify` sees it, and how many decisions are in it.
function check(out, decisions) {
  const done = cavra(['ledger', 'verify'], { env: { HOME: out } });
  assert.match(done.out, /integrity only: whole in itself/, done.out + done.err);
  const entries = readFileSync(join(out, segment), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(entries.filter((entry) => entry.event_type === 'cavra.decision').length, decisions);
  return entries;
}

for (const durability of ['sync', 'batch', 'none']) {
  test(`a disk that is full before there is a ledger, ${durability}`, () => {
    const { out, lines } = onDisk('size=64k', 'fill; call; cat "$OUT/err"; rm "$HOME/filler"; call', durability);
    assert.equal(lines[0], '2');
    assert.match(lines.slice(1, -1).join('\n'), /it cannot be recorded: .*No space left on device/);
    assert.equal(lines.at(-1), '0');
    check(out, 1);
  });

  test(`a disk that is full within a ledger, ${durability}`, () => {
    const { out, lines } = onDisk('size=256k', `call; fill; i=0
      while [ "$(call)" = 0 ] && [ $i -lt 500 ]; do i=$((i+1)); done
      call; call; rm "$HOME/filler"; call; echo $i`, durability);
    assert.deepEqual(lines.slice(0, 4), ['0', '2', '2', '0']);
    check(out, 2 + Number(lines[4]));
    assert.ok(!existsSync(join(out, '.cavra/ledger/torn')));
  });
}

test('a disk without room for what is torn', () => {
  const { out, lines } = onDisk('size=256k', `call; fill; printf '{"body":' >> "$HOME/${segment}"
    call; cat "$OUT/err"; rm "$HOME/filler"; call`);
  assert.deepEqual([lines[0], lines[1], lines.at(-1)], ['0', '2', '0']);
  assert.match(lines.slice(2, -1).join('\n'), /it cannot be recorded: .*torn.*No space left on device/);
  const entries = check(out, 2);
  assert.equal(entries.filter((entry) => entry.event_type === 'cavra.ledger.recovered').length, 1);
  assert.deepEqual(readdirSync(join(out, '.cavra/ledger/torn')).length, 1);
});

test('no file can be made any more', () => {
  const { out, lines } = onDisk('nr_inodes=7', 'call; cat "$OUT/err"; mount -o remount,nr_inodes=100 "$HOME"; call');
  assert.equal(lines[0], '2');
  assert.match(lines.slice(1, -1).join('\n'), /it cannot be recorded: .*No space left on device/);
  assert.equal(lines.at(-1), '0');
  check(out, 1);
});

test('a file system that cannot be written', () => {
  const { out, lines } = onDisk('size=256k', 'call; mount -o remount,ro "$HOME" || exit 98; call; cat "$OUT/err"; mount -o remount,rw "$HOME"; call');
  assert.deepEqual([lines[0], lines[1], lines.at(-1)], ['0', '2', '0']);
  assert.match(lines.slice(2, -1).join('\n'), /it cannot be recorded: .*Read-only file system/);
  check(out, 2);
});

test('files that may not grow', () => {
  const { out, lines } = onDisk('size=1m', 'call; call; (ulimit -f 2; call); cat "$OUT/err"; call');
  assert.deepEqual([lines[0], lines[1], lines[2], lines.at(-1)], ['0', '0', '2', '0'], lines.join('\n'));
  assert.match(lines.slice(3, -1).join('\n'), /it cannot be recorded: .*File too large/);
  check(out, 3);
  assert.ok(!existsSync(join(out, '.cavra/ledger/torn')));
});

test('a home that cannot be', () => {
  const { lines } = onDisk('size=1m', 'HOME=/proc/nowhere call; cat "$OUT/err"; call');
  assert.deepEqual([lines[0], lines.at(-1)], ['2', '0']);
  assert.match(lines.slice(1, -1).join('\n'), /it cannot be recorded: cannot open the ledger \/proc\/nowhere/);
});
