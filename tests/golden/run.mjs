// SPDX-License-Identifier: Apache-2.0
//
// Decides the cases of this folder, see README.md.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decideAll, source } from '../integration/cavra.mjs';

const directory = join(source, 'tests/golden');
const files = readdirSync(directory).filter((name) => name.endsWith('.jsonl')).sort();
assert.ok(files.length > 0);

function groups(cases) {
  const found = new Map();
  for (const one of cases) {
    const key = JSON.stringify([one.pack, one.policy, one.facts]);
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return found.values();
}

for (const file of files) {
  const cases = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  for (const group of groups(cases)) {
    const { pack, policy, facts } = group[0];
    const text = policy && readFileSync(join(directory, policy), 'utf8');
    const records = decideAll(group.map(({ request }) => request), { pack, policy: text, facts });
    group.forEach(({ name, expect }, i) => {
      test(`${file}: ${name}`, () => {
        assert.ok(expect.decision);
        const got = Object.fromEntries(Object.keys(expect).map((key) => [key, records[i][key]]));
        assert.deepEqual(got, expect, JSON.stringify(records[i]));
      });
    });
  }
}
