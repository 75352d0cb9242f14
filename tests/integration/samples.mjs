// SPDX-License-Identifier: Apache-2.0
//
// Texts with secrets that are made up from the shapes of tests/data/secrets, and where such a secret stands in a file,
// however it is written there.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { get, source } from './cavra.mjs';

const digits = '0123456789', lower = 'abcdefghijklmnopqrstuvwxyz', upper = lower.toUpperCase();
const classes = { digit: digits, hex: `${digits}abcdef`, xdigit: `${digits}abcdefABCDEF`, upper: digits + upper, lower: digits + lower,
  alnum: digits + lower + upper, url64: `${digits}${lower}${upper}_-`, base64: `${digits}${lower}${upper}+/`, pass: `${digits}${lower}${upper}._@%+!*-` };

// The same ones every time; test_redact_corpus tries more.
let seed = Number(process.env.SEED ?? 20260101);
function made(template) {
  const pick = (bytes) => {
    seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
    return bytes[(seed >>> 0) % bytes.length];
  };
  const text = template.replaceAll(/\{([a-z0-9]+):(\d+)\}/g, (_, name, n) => Array.from({ length: Number(n) }, (__, i) => {
    const edge = i === 0 || i === Number(n) - 1;
    if (name === 'pass' && i === 1) return pick(digits);
    return pick(edge ? classes[name].replaceAll(/[^A-Za-z0-9]/g, '') : classes[name]);
  }).join('')).replaceAll('␤', '\n');
  return { text: text.replaceAll(/[«»]/g, ''), secrets: [...text.matchAll(/«(.*?)»/gs)].map(([, secret]) => secret) };
}

// Commands, each with the secrets that are in it.
export function madeSamples() {
  return get(source, 'tests/data/secrets/secrets.txt').split('\n')
    .filter((line) => line && !line.startsWith('#') && !line.startsWith('json ')).map(made);
}

export function allFiles(directory) {
  return readdirSync(directory, { recursive: true }).map((name) => join(directory, name)).filter((path) => statSync(path).isFile());
}

// What base64 of a text with the secret in it has in common, wherever in the text it stands; shorter ones may be there by chance.
function inBase64(secret) {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6), last = Math.floor(((before + bytes.length) * 8) / 6);
    return whole.slice(first, last);
  }).filter((text) => text.length >= 10);
}

export function spellings(secret) {
  const hex = Buffer.from(secret).toString('hex'), base64 = inBase64(secret);
  return [...new Set([
    secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret),
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1), // JSON in a text of JSON
    ...base64, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...(secret.length >= 8 ? [hex, hex.toUpperCase(), [...secret].reverse().join('')] : []),
  ])];
}

// Also what a database has split over its pages. Bytes as they are, one a character.
function textOf(path) {
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 15).toString() !== 'SQLite format 3') return bytes;
  const dump = spawnSync('python3', ['-c', 'import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)', path], { maxBuffer: 1 << 28 });
  if (dump.status !== 0) throw new Error(`${path}: ${dump.stderr}`);
  return Buffer.concat([bytes, dump.stdout]);
}

// Which four bytes in a row there are, so that most of what is looked for need not be looked for.
const hash = (bytes, i) => ((bytes[i] << 14) ^ (bytes[i + 1] << 9) ^ (bytes[i + 2] << 4) ^ bytes[i + 3]) & 0x3fffff;
function rowsOf(bytes) {
  const rows = new Uint8Array(0x400000);
  for (let i = 0; i + 4 <= bytes.length; i++) rows[hash(bytes, i)] = 1;
  return rows;
}
const mayHold = (rows, form) => {
  for (let i = 0; i + 4 <= form.length; i++) if (!rows[hash(form, i)]) return false;
  return true;
};

// [file, secret] wherever one of them stands, in a name, too.
export function findSecrets(directory, secrets) {
  const wanted = secrets.map((secret) => [secret, [...spellings(secret).map((form) => Buffer.from(form)), Buffer.from(secret, 'utf16le')]]);
  return allFiles(directory).flatMap((path) => {
    const bytes = Buffer.concat([Buffer.from(`${path}\n`), textOf(path)]), rows = rowsOf(bytes);
    return wanted.filter(([, forms]) => forms.some((form) => mayHold(rows, form) && bytes.includes(form))).map(([secret]) => [path.slice(directory.length + 1), secret]);
  });
}
