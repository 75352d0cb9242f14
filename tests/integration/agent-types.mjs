// SPDX-License-Identifier: Apache-2.0
//
// JSON Schemas made from the type definitions of Claude Code's SDK while the test runs; nothing of them is kept.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import { source } from './cavra.mjs';

const directory = join(source, 'node_modules/@anthropic-ai/claude-agent-sdk');
const generators = new Map(), validators = new Map();

function validator(file, type) {
  const key = `${file}:${type}`;
  if (!generators.has(file))
    generators.set(file, createGenerator({ path: join(directory, file), skipTypeCheck: true, additionalProperties: false }));
  if (!validators.has(key)) validators.set(key, new Ajv({ strict: false }).compile(generators.get(file).createSchema(type)));
  return validators.get(key);
}

// True, or what is wrong with the value.
export function valid(file, type, value) {
  const check = validator(file, type);
  return check(value) || JSON.stringify(check.errors);
}

// The words of a constant list: `const NAME: readonly ['a', 'b']`.
export function wordsOf(name) {
  const types = readFileSync(join(directory, 'sdk.d.ts'), 'utf8');
  return [...types.match(new RegExp(`${name}: readonly \\[(.*?)\\]`, 's'))[1].matchAll(/'([^']+)'/g)].map((m) => m[1]);
}
