// SPDX-License-Identifier: Apache-2.0
//
// Evidence for SIEMs: the event, the files of every provider, OCSF against the published schema, CEF read back.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cavra, decideAll, get, put, scratch, source } from './cavra.mjs';
import { Schema } from './ocsf.mjs';

const requests = [
  { action_type: 'read_file', target: '.env' },
  { action_type: 'read_file', target: 'src/main.c' },
  { action_type: 'write_file', target: 'src/main.c' },
  { action_type: 'write_file', operation: 'delete', target: 'src/old.c' },
  { action_type: 'write_file', target: '.github/workflows/ci.yml' },
  { action_type: 'execute_command', target: 'ls -l' },
  { action_type: 'execute_command', target: 'cat .env' },
  { action_type: 'execute_command', target: 'psql -h db -c "select 1|2"' },
  { action_type: 'execute_command', target: 'terraform apply -auto-approve' },
  { action_type: 'execute_command', target: 'curl https://api.example/v1?a=b' },
  { action_type: 'git_operation', operation: 'push', target: 'origin main' },
  { action_type: 'git_operation', operation: 'status', target: '' },
  { action_type: 'mcp_tool_call', server: 'unknown', tool: 'do_it', arguments: {} },
  { action_type: 'network_request', target: 'https://user@api.example:8443/x' },
  { action_type: 'network_request', target: 'http://169.254.169.254/latest/meta-data' },
  { action_type: 'pull_request', target: 'a change' },
  { action_type: 'launch_rocket', target: 'moon' },
];
const real = decideAll(requests, { pack: 'cavra-ai-agent-baseline' });
const awkward = [
  { decision_id: 'dec_1', decision: 'block', severity: 'critical', rule_id: 'a|b\\c', reason: 'x=1|y\\z\nforged: line\r\tend "q" \u{1f600}é', action_type: 'execute_command', target: 'a=b\nCEF:0|X', timestamp: '2026-01-31T23:59:59.000001+00:00', mode: 'enforce' },
  { decision: 'allow', severity: 'sky-high' },
  { decision: 'require_approval', severity: 'low', approval: { state: 'approved' }, action_type: 'mcp_tool_call', target: 'srv:tool', reason: 'é'.repeat(2000) },
  { decision: 'block', severity: 'high', mode: 'audit_only', action_type: 'network_request', target: '[::1]:80' },
  { decision: 'warn', severity: 'medium', action_type: 'read_file', target: '' },
];

function bundle(decisions, more = {}) {
  const directory = scratch('bundle');
  put(directory, 'evidence.json', JSON.stringify({
    product: 'CAVRA', session_id: 's-1', created_at: '2026-02-01T00:00:00.000001+00:00', decisions, ...more }));
  return directory;
}

function run(args) {
  const done = cavra(['evidence', ...args]);
  assert.equal(done.status, 0, done.err);
  return done;
}

function exported(decisions, args = []) {
  const output = scratch('export');
  const done = run(['export-siem', bundle(decisions), '--output', output, ...args]);
  assert.deepEqual(done.out.trimEnd().split('\n').map((name) => name.slice(output.length + 1)).sort(), readdirSync(output).sort());
  return Object.fromEntries(readdirSync(output).map((name) => [name, get(output, name)]));
}

const lines = (text) => text.trimEnd().split('\n').filter(Boolean).map((line) => JSON.parse(line));

test('the event counts, and ranks severities', () => {
  const severity = (...names) => JSON.parse(run(['siem-event', bundle(names.map((name) => ({ decision: 'allow', severity: name })))]).out).max_severity;
  assert.equal(severity('low', 'high', 'medium', 'critical'), 'critical');
  assert.equal(severity('low', 'medium'), 'medium');
  assert.equal(severity('medium', 'high', 'low'), 'high');
  assert.equal(severity('low'), 'low');
  assert.equal(severity(), 'informational');
  assert.equal(severity('low', 'unheard-of'), 'critical', 'nobody knows how bad that is');

  const event = JSON.parse(run(['siem-event', bundle(real)]).out);
  assert.deepEqual(Object.keys(event), ['approval_required_count', 'blocked_count', 'decision_count', 'decisions', 'event_type', 'max_severity', 'product', 'session_id', 'timestamp']);
  assert.equal(event.event_type, 'cavra.evidence_bundle');
  assert.equal(event.timestamp, '2026-02-01T00:00:00.000001+00:00');
  assert.equal(event.decision_count, real.length);
  assert.equal(event.blocked_count, real.filter((one) => one.decision === 'block').length);
  assert.equal(event.approval_required_count, real.filter((one) => one.decision === 'require_approval').length);
  assert.deepEqual(event.decisions, real);
});

test('the same bundle gives the same bytes', () => {
  assert.deepEqual(exported([...real, ...awkward]), exported([...real, ...awkward]));
});

test('files keep the names and the form that readers know', () => {
  const files = exported(real, ['--splunk-index', 'main', '--datadog-service', 'agents']);
  const event = JSON.parse(run(['siem-event', bundle(real)]).out);
  const [hec, ...more] = JSON.parse(files['splunk-hec-events.json']).events;
  assert.deepEqual(more, []);
  assert.deepEqual(hec, { time: 1769904000.000001, host: 'cavra', source: 'cavra:evidence', sourcetype: 'cavra:evidence:json', index: 'main', event });
  const [record] = JSON.parse(files['sentinel-log-analytics.json']).records;
  assert.deepEqual(record, { TimeGenerated: event.timestamp, SourceSystem: 'CAVRA', EventName: event.event_type, ProductName: 'CAVRA', SessionId: 's-1',
    DecisionCount: event.decision_count, BlockedCount: event.blocked_count, ApprovalRequiredCount: event.approval_required_count, Severity: 'High', RawEvent: event });
  const [dog] = JSON.parse(files['datadog-events.json']).events;
  assert.deepEqual({ ...dog, message: 0 }, { ddsource: 'cavra', service: 'agents', status: 'error', message: 0,
    tags: ['product:cavra', 'session_id:s-1', 'max_severity:critical'], attributes: event });
  for (const part of ['s-1', event.decision_count, event.blocked_count, event.approval_required_count]) assert.match(dog.message, new RegExp(`\\b${part}\\b`));
  assert.deepEqual(JSON.parse(files['webhook-payload.json']), { schema_version: 'cavra.webhook.evidence.v1', product: 'CAVRA', event_type: event.event_type, timestamp: event.timestamp, payload: event });
});

test('Splunk gets event objects one after the other', () => {
  const entries = lines(exported(real)['splunk-hec-body.ndjson']);
  assert.equal(entries.length, real.length + 1);
  assert.equal(entries[0].event.decisions, undefined);
  const known = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields'];
  for (const [i, entry] of entries.entries()) {
    assert.ok(Object.keys(entry).every((key) => known.includes(key)));
    assert.equal(typeof entry.time, 'number');
    if (i) {
      assert.deepEqual(entry.event, real[i - 1]);
      assert.ok(Math.abs(entry.time * 1000 - Date.parse(real[i - 1].timestamp)) < 1.5);
    }
  }
});

test('the Logs Ingestion API gets a list of records with a time', () => {
  const list = JSON.parse(exported(real)['sentinel-logs-ingestion.json']);
  assert.ok(Array.isArray(list) && list.length === real.length + 1);
  for (const record of list) assert.ok(Number.isFinite(Date.parse(record.TimeGenerated)));
  assert.deepEqual(list.slice(1).map((record) => record.RawEvent), real);
});

test('Datadog gets a list of entries, no larger than it takes', () => {
  const list = JSON.parse(exported([...real, ...awkward])['datadog-logs.json']);
  for (const entry of list) {
    for (const key of ['ddsource', 'ddtags', 'hostname', 'service', 'message']) assert.equal(typeof entry[key], 'string');
    assert.match(entry.ddtags, /^[a-z_]+:[^,]*(,[a-z_]+:[^,]*)*$/);
    assert.ok(['info', 'warning', 'error'].includes(entry.status));
  }
  const many = Array.from({ length: 2500 }, (_, i) => ({ decision_id: `dec_${i}`, decision: 'allow', severity: 'low', reason: 'x' }));
  const files = exported(many, ['--provider', 'datadog']);
  const parts = ['datadog-logs.json', 'datadog-logs-2.json', 'datadog-logs-3.json'].map((name) => JSON.parse(files[name]));
  assert.deepEqual(parts.map((part) => part.length), [1000, 1000, 501]);
  assert.deepEqual(parts.flat().slice(1).map((entry) => entry.cavra.decision_id), many.map((one) => one.decision_id));
});

test('no body for the Logs Ingestion API is over a megabyte', () => {
  const big = Array.from({ length: 30 }, (_, i) => ({ decision_id: `dec_${i}`, decision: 'block', severity: 'high', reason: 'x'.repeat(50000), target: 'y'.repeat(50000) }));
  const files = exported(big, ['--provider', 'sentinel']);
  const parts = Object.keys(files).filter((name) => name.startsWith('sentinel-logs-ingestion'));
  assert.ok(parts.length > 3);
  for (const name of parts) assert.ok(Buffer.byteLength(files[name]) <= 1000000, name);
  assert.equal(parts.reduce((n, name) => n + JSON.parse(files[name]).length, 0), big.length + 1);
});

test('providers, one by one and none', () => {
  const names = Object.fromEntries(['splunk', 'sentinel', 'datadog', 'webhook', 'ocsf', 'cef'].map((provider) => [provider, Object.keys(exported(real, ['--provider', provider]))]));
  assert.deepEqual(Object.values(names).flat().sort(), Object.keys(exported(real)).sort());
  const wrong = cavra(['evidence', 'export-siem', bundle(real), '--provider', 'elastic', '--output', scratch()]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /splunk, sentinel, datadog/);
  const empty = exported([]);
  assert.equal(empty['ocsf-events.ndjson'], '');
  assert.equal(JSON.parse(empty['datadog-logs.json']).length, 1);
});

// ---- OCSF ----

const vectors = join(process.env.CAVRA_VECTORS ?? join(source, '../shared/vectors'), 'ocsf');
const skip = existsSync(vectors) ? false : 'the OCSF schema is not there; CAVRA_VECTORS names its directory';

test('OCSF events validate against the published schema', { skip }, () => {
  const schema = new Schema(vectors);
  const decisions = [...real, ...awkward];
  const events = lines(exported(decisions)['ocsf-events.ndjson']);
  assert.equal(events.length, decisions.length);
  for (const [i, event] of events.entries()) assert.deepEqual(schema.validate(event), [], JSON.stringify(decisions[i]));
  const classes = new Set(events.map((event) => event.class_uid));
  assert.deepEqual([...classes].sort(), [1001, 1007, 2004, 4001, 6003]);
  for (const [i, event] of events.entries()) assert.equal(event.class_uid === 2004, decisions[i].decision === 'block');
  // What is searched for is where it says, and of the kind that the schema gives it.
  const kinds = new Set();
  for (const event of events)
    for (const one of event.observables ?? []) {
      assert.deepEqual(schema.observe(event, one.name), { value: one.value, number: one.type_id }, one.name);
      kinds.add(one.name.replace('evidences[0].', ''));
    }
  assert.deepEqual([...kinds].sort(), ['actor.user.name', 'dst_endpoint.hostname', 'file.name', 'file.path', 'process.cmd_line']);
  assert.ok(events.every((event) => event.class_uid === 6003 || event.observables || !event.actor?.user), 'whatever has one has it listed');
  // What a command would read is a file.
  const reads = events[requests.findIndex((one) => one.target === 'cat .env')];
  assert.match(reads.evidences[0].file.path, /\.env$/);
});

test('the validator finds what is wrong', { skip }, () => {
  const schema = new Schema(vectors);
  const [file] = lines(exported([{ decision: 'allow', severity: 'low', action_type: 'read_file', target: 'a' }])['ocsf-events.ndjson']);
  const change = (how) => { const copy = structuredClone(file); how(copy); return schema.validate(copy); };
  assert.deepEqual(schema.validate(file), []);
  for (const how of [
    (e) => { delete e.file; }, (e) => { delete e.file.name; }, (e) => { delete e.metadata.product; }, (e) => { delete e.device; },
    (e) => { e.nonsense = 1; }, (e) => { e.file.nonsense = 1; }, (e) => { e.severity_id = 7; }, (e) => { e.activity_id = 77; },
    (e) => { e.type_uid += 1; }, (e) => { e.time = '2026'; }, (e) => { e.metadata.profiles = []; }, (e) => { e.actor = {}; },
    (e) => { e.severity = 'High'; }, (e) => { e.metadata.version = '1.0'; }, (e) => { e.class_uid = 9999; }, (e) => { e.file = [e.file]; },
    (e) => { e.message = 5; }, (e) => { e.category_uid = 2; },
  ]) assert.notDeepEqual(change(how), [], how.toString());
});

// ---- CEF ----

// Reads a line as the specification says, and nothing else.
function readCef(line) {
  const syslog = line.match(/^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) (\S+) (\S+) (\S+) - (CEF:.*)$/s);
  assert.ok(syslog, line);
  const fields = [];
  let rest = syslog[7], field = '';
  while (fields.length < 7) {
    assert.ok(rest.length, 'the header has seven fields');
    if (rest[0] === '\\') { assert.match(rest[1], /[\\|]/); field += rest[1]; rest = rest.slice(2); continue; }
    if (rest[0] === '|') { fields.push(field); field = ''; } else { field += rest[0]; }
    rest = rest.slice(1);
  }
  const extension = {};
  const unescape = (text) => text.replaceAll(/\\(.)/g, (_, c) => ({ n: '\n', r: '\r', '\\': '\\', '=': '=' }[c] ?? assert.fail(`\\${c}`)));
  for (const [, key, value] of rest.matchAll(/(?:^| )([A-Za-z0-9]+)=((?:\\.|[^\\=])*)(?=$| [A-Za-z0-9]+=)/gs)) extension[key] = unescape(value);
  return { priority: Number(syslog[1]), time: syslog[2], fields, extension };
}

test('CEF lines read back as what went in', () => {
  const decisions = [...real, ...awkward];
  const text = exported(decisions)['cef-events.log'];
  const all = text.split('\n');
  assert.equal(all.pop(), '');
  assert.equal(all.length, decisions.length, 'a line each, whatever a decision holds');
  for (const [i, line] of all.entries()) {
    const decision = decisions[i], { priority, time, fields, extension } = readCef(line);
    const severity = { low: [3, 134], medium: [5, 132], high: [8, 131], critical: [10, 130] }[decision.severity] ?? [10, 130];
    assert.deepEqual([fields[0], fields[1], fields[2], Number(fields[6]), priority], ['CEF:0', 'CAVRA', 'CAVRA', ...severity]);
    assert.equal(fields[4], (decision.rule_id ?? 'unknown'));
    assert.equal(extension.act, decision.decision);
    assert.equal(extension.cs1, 's-1');
    assert.equal(Number(extension.rt), Date.parse(time));
    if (decision.reason && decision.reason.length < 400) assert.equal(extension.msg, decision.reason.replaceAll('\t', ' '));
    assert.ok(Buffer.from(line).toString() === line, 'no character is cut');
  }
});

// ---- bundles ----

test('what is no evidence is refused', () => {
  for (const [text, message] of [['{"decisions": {}}', /created_at/], ['[]', /object/], ['{', /evidence.json/], ['{"created_at":"x","session_id":"s"}', /decisions/],
    ['{"created_at":"x","session_id":"s","decisions":[1]}', /decision 1/], ['{"created_at":"x","session_id":"s","decisions":[{}]}', /decision 1/]]) {
    const directory = scratch();
    put(directory, 'evidence.json', text);
    const done = cavra(['evidence', 'siem-event', directory]);
    assert.equal(done.status, 1);
    assert.match(done.err, message, text);
  }
  const pipe = scratch();
  mkdirSync(join(pipe, 'evidence.json'));
  assert.equal(cavra(['evidence', 'siem-event', pipe]).status, 1);
  assert.equal(cavra(['evidence', 'siem-event', scratch()]).status, 1);
});

test('a bundle with a manifest must verify; without one it is said that nobody vouches for it', () => {
  const directory = bundle(real);
  assert.match(run(['siem-event', directory]).err, /nothing vouches/);
  const key = cavra(['evidence', 'siem-event', directory, '--key-env', 'K'], { env: { K: 'secret' } });
  assert.equal(key.status, 1, 'a key was given, and there is nothing that it could have signed');
  writeFileSync(join(directory, 'manifest.json'), '{}');
  const done = cavra(['evidence', 'export-siem', directory, '--output', scratch()]);
  assert.equal(done.status, 1);
  assert.match(done.err, /does not verify/);
});

test('of a real bundle the event is the one in it, and what was changed is refused', () => {
  const directory = join(scratch(), 'bundle');
  assert.equal(cavra(['evidence', 'bundle', '--demo', '--output', directory, '--key-env', 'K', '--key-id', 'k'], { env: { K: 'secret' } }).status, 0);
  const read = (args, env = {}) => cavra(['evidence', ...args, directory], { env });
  const key = ['--key-env', 'K'];
  assert.equal(read(['siem-event', ...key], { K: 'secret' }).out, get(directory, 'siem-event.json'));
  assert.equal(read(['compliance', ...key], { K: 'secret' }).out, get(directory, 'compliance-mapping.md'));
  assert.equal(read(['siem-event', ...key], { K: 'another' }).status, 1);
  const whole = get(directory, 'evidence.json');
  writeFileSync(join(directory, 'evidence.json'), whole.replace('"block"', '"allow"'));
  for (const command of ['siem-event', 'compliance', 'export-siem']) {
    const done = read([command, ...key], { K: 'secret' });
    assert.equal(done.status, 1);
    assert.match(done.err, /does not verify: evidence\.json/);
  }
  writeFileSync(join(directory, 'evidence.json'), whole);
  assert.equal(read(['siem-event', ...key], { K: 'secret' }).status, 0);
});
