// SPDX-License-Identifier: Apache-2.0
//
// Forged packets: every single thing that can be changed in a live one is changed, and it must be blocked. First as somebody
// without a key does it; then signed again with a key that is trusted, so that what is computed has to find it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra } from './cavra.mjs';
import { changes, copyExample, exampleOptions, make, packText } from './lifecycle.mjs';

test('whatever is changed in the shipped live packet, it is blocked', () => {
  const directory = copyExample(), file = join(directory, 'live-packet.json');
  const options = exampleOptions(directory), text = readFileSync(file, 'utf8');
  const judge = () => cavra(['policy', 'lifecycle-readiness', file, ...options]).status;
  assert.equal(judge(), 0);
  let n = 0;
  for (const [name, changed] of changes(JSON.parse(text))) {
    writeFileSync(file, JSON.stringify(changed, null, 2));
    assert.equal(judge(), 1, name);
    n++;
  }
  assert.ok(n > 700, `${n} changes`);
  writeFileSync(file, text);
  assert.equal(judge(), 0);
});

test('whatever is changed in its signature, it is blocked', () => {
  const directory = copyExample(), file = join(directory, 'live-packet.json.sig.json');
  const options = exampleOptions(directory);
  for (const [name, changed] of changes(JSON.parse(readFileSync(file, 'utf8')))) {
    writeFileSync(file, JSON.stringify(changed));
    assert.equal(cavra(['policy', 'lifecycle-readiness', join(directory, 'live-packet.json'), ...options]).status, 1, name);
  }
});

// What nobody can compute, and words for people: these are the signer's to say.
const said = [
  /^\/(version_manifest|rollback_plan|authoring_ui_contract|approval_workflow|operating_evidence|dry_run_report|shadow_mode_plan|lint_report) added$/,
  /^\/added added$/, /^\/operating_evidence\/(added added|\w+_ref changed)$/, /^\/lifecycle_capabilities\/.*(swapped|added)$/,
  // More than the first, who is asked for the approval.
  /^\/approval_workflow\/approver_groups\/(1 changed|1 removed|- added)$/,
  /\/(operator_notes|reason|message|steps|review_checklist|required_surfaces|api_endpoints)\b/,
];

test('whatever is changed by somebody with a trusted key, what can be computed is', () => {
  const made = make({ text: packText('git: {protected_branches: [main]}\n') });
  const judge = () => cavra(['policy', 'lifecycle-readiness', made.packet, ...made.options]).status;
  assert.equal(judge(), 0);
  let blocked = 0;
  const passed = [];
  for (const [name, changed] of changes(made.read())) {
    if (!made.change(() => changed) || judge() === 1) blocked++;
    else if (!said.some((one) => one.test(name))) passed.push(name);
  }
  assert.deepEqual(passed, []);
  assert.ok(blocked > 400, `${blocked} blocked`);
});
