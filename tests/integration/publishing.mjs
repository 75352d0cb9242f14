// SPDX-License-Identifier: Apache-2.0
//
// Publishing packs for tests: a key, drafts, and approvals that somebody has given.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cavra, put, scratch } from './cavra.mjs';

export const draftText = (rest, { id = 'cavra-shop', version = '1.0.0', more = '' } = {}) =>
  `metadata: {id: ${id}, title: Shop, description: The shop., version: ${version}${more}}\n${rest}\n`;

// A directory with keys, an empty pack directory `packs`, and what publishing into it takes.
export function publisher(directory = scratch('publisher')) {
  const packs = join(directory, 'packs');
  put(directory, 'packs/README', 'packs\n');
  const keys = cavra(['policy', 'keygen', '--output', join(directory, 'keys'), '--key-id', 'team']);
  assert.equal(keys.status, 0, keys.err);
  const pair = JSON.parse(keys.out);
  let made = 0;

  const draft = (text) => put(directory, `draft-${made++}.yaml`, text);
  // An approval as it would be asked for by ann, and what change makes of it: by default bob says yes.
  const approval = (file, change = () => {}, args = []) => {
    const asked = cavra(['policy', 'publish-request', file, '--pack-dir', packs, '--requested-by', 'ann', ...args]);
    assert.equal(asked.status, 0, asked.err);
    const record = {
      ...JSON.parse(asked.out), state: 'approved', decided_by: 'bob', decided_at: new Date().toISOString(), decision_reason: 'fine',
    };
    change(record);
    return put(directory, `approval-${made++}.json`, JSON.stringify(record));
  };
  const publishArgs = (file, approved) => ['policy', 'publish', file, '--pack-dir', packs, '--approval', approved,
    '--private-key', pair.private_key_path, '--json'];
  const publish = (file, approved = approval(file)) => cavra(publishArgs(file, approved));
  const rollback = (id, to, approved) => cavra(['policy', 'rollback', id, '--to', to, '--pack-dir', packs, '--approval', approved,
    '--private-key', pair.private_key_path, '--json']);
  const verify = (id = 'cavra-shop') => cavra(['policy', 'verify', join(packs, id), '--public-key', pair.public_key_path, '--pack-dir', packs]);
  const mustPublish = (file, approved) => {
    const done = publish(file, approved);
    assert.equal(done.status, 0, done.err);
    assert.equal(verify().status, 0);
    return JSON.parse(done.out);
  };
  return { directory, packs, pair, draft, approval, publishArgs, publish, mustPublish, rollback, verify };
}
