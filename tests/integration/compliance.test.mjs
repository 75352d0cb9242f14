// SPDX-License-Identifier: Apache-2.0
//
// The compliance mapping: derived from decisions, counted again here; what builds refuse in its data.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, cavra, decideAll, get, put, run, scratch, source } from './cavra.mjs';

const decisions = decideAll([
  { action_type: 'read_file', target: '.env' },
  { action_type: 'read_file', target: 'a.c' },
  { action_type: 'execute_command', target: 'terraform apply' },
  { action_type: 'execute_command', target: 'cat .env' },
  { action_type: 'execute_command', target: 'ls' },
  { action_type: 'git_operation', operation: 'push', target: 'origin main' },
  { action_type: 'mcp_tool_call', server: 'x', tool: 'y', arguments: {} },
  { action_type: 'pull_request', target: 'x' },
], { pack: 'cavra-ai-agent-baseline' });

function bundle(list, more = {}) {
  const directory = scratch('bundle');
  put(directory, 'evidence.json', JSON.stringify({ product: 'CAVRA', session_id: 's-1', created_at: '2026-02-01T00:00:00+00:00', decisions: list, ...more }));
  return directory;
}

function report(list, args = []) {
  const done = cavra(['evidence', 'compliance', bundle(list), '--json', ...args]);
  assert.equal(done.status, 0, done.err);
  return JSON.parse(done.out);
}

const registry = JSON.parse(cavra(['evidence', 'frameworks', '--json']).out);
const tags = registry.mapping_inputs;

// The mapping again, from its data.
function carries(is, decision) {
  const rules = [decision.rule_id, ...(decision.findings ?? []).map((one) => one.rule_id)].filter(Boolean);
  return is.all || (is.approval && decision.approval) || is.action_types?.includes(decision.action_type) || is.outcomes?.includes(decision.decision) ||
    is.severities?.includes(decision.severity) ||
    is.rules?.some((pattern) => rules.some((rule) => (pattern.endsWith('.*') ? rule.startsWith(pattern.slice(0, -1)) : rule === pattern))) || false;
}

test('every control counts the decisions that its tags name, and no others', () => {
  const got = report(decisions);
  assert.equal(got.schema_version, 'cavra.compliance.mapping-report.v1');
  assert.equal(got.decision_count, decisions.length);
  assert.equal(got.frameworks.length, registry.packs.length);
  const mapped = new Set();
  for (const [f, framework] of got.frameworks.entries()) {
    const pack = registry.packs[f];
    assert.equal(framework.framework_id, pack.framework_id);
    for (const [c, clause] of framework.clauses.entries()) {
      const evidence = decisions.filter((one) => pack.clauses[c].tags.some((tag) => carries(tags[tag], one)));
      for (const one of evidence) mapped.add(one.decision_id);
      const where = `${pack.framework_id} ${clause.clause_id}`;
      assert.equal(clause.decision_count, evidence.length, where);
      assert.deepEqual(clause.decision_ids, evidence.map((one) => one.decision_id), where);
      assert.equal(clause.status, evidence.length ? 'evidence' : 'no_evidence', where);
      const count = (key) => evidence.reduce((sum, one) => ({ ...sum, [one[key]]: (sum[one[key]] ?? 0) + 1 }), {});
      assert.deepEqual(clause.outcomes, count('decision'), where);
      assert.deepEqual(clause.rules, count('rule_id'), where);
      assert.deepEqual(clause.matched_terms, pack.clauses[c].tags.filter((tag) => evidence.some((one) => carries(tags[tag], one))), where);
    }
    assert.equal(framework.matched_clause_count, framework.clauses.filter((one) => one.decision_count).length);
    assert.equal(got.framework_match_counts[framework.framework_id], framework.matched_clause_count);
  }
  assert.equal(got.mapped_decision_count, mapped.size);
  assert.equal(got.unmapped_decision_count, decisions.length - mapped.size);
});

test('without decisions no control has evidence, and each says so', () => {
  const got = report([]);
  for (const framework of got.frameworks) {
    assert.equal(framework.matched_clause_count, 0);
    for (const clause of framework.clauses) assert.equal(clause.status, 'no_evidence');
  }
  const page = cavra(['evidence', 'compliance', bundle([])]).out;
  const controls = registry.packs.flatMap((pack) => pack.clauses).length;
  assert.equal(page.match(/no evidence in this range/g).length, controls);
});

test('what decisions cannot show is never claimed', () => {
  const empty = Object.keys(tags).filter((tag) => Object.keys(tags[tag]).length === 0);
  assert.ok(empty.includes('prompt_injection') && empty.includes('training'));
  const got = report(decisions);
  for (const [f, pack] of registry.packs.entries())
    for (const [c, clause] of pack.clauses.entries())
      if (clause.tags.every((tag) => empty.includes(tag))) assert.equal(got.frameworks[f].clauses[c].decision_count, 0, `${pack.framework_id} ${clause.id}`);
});

test('one framework, and none of that name', () => {
  assert.deepEqual(report(decisions, ['--framework', 'soc2']).frameworks.map((one) => one.framework_id), ['soc2']);
  const none = cavra(['evidence', 'compliance', bundle(decisions), '--framework', 'soc3']);
  assert.equal(none.status, 1);
  assert.match(none.err, /evidence frameworks/);
});

test('the page is the report, and the same every time', () => {
  const args = ['evidence', 'compliance', bundle(decisions)];
  const page = cavra(args).out;
  assert.equal(page, cavra(args).out);
  assert.match(page, /^# CAVRA Compliance Mapping\n\nSession: `s-1` /);
  const got = report(decisions);
  const rows = page.split('\n').filter((line) => /^\| (?!Control)/.test(line));
  assert.equal(rows.length, got.frameworks.flatMap((one) => one.clauses).length);
  for (const row of rows) assert.ok(row.includes('no evidence in this range') || row.split('|').length === 10, row);
});

test('nothing in a decision makes a line or a cell of its own', () => {
  const evil = [{ decision_id: 'x` |\n| forged | row |', decision: 'allow\n# x', rule_id: 'a|b`\n## Forged', severity: 'low', action_type: 'read_file' }];
  const page = cavra(['evidence', 'compliance', bundle(evil, { session_id: 's`\n# forged' })]).out;
  const plain = cavra(['evidence', 'compliance', bundle([{ decision_id: 'x', decision: 'allow', rule_id: 'a', severity: 'low', action_type: 'read_file' }])]).out;
  assert.equal(page.split('\n').length, plain.split('\n').length);
  assert.equal(page.match(/^#/gm).length, plain.match(/^#/gm).length);
  for (const row of page.split('\n').filter((line) => line.startsWith('| '))) assert.ok(row.split('|').length <= 10, row);
});

test('many decisions are counted, and their ids are capped', () => {
  const many = Array.from({ length: 20000 }, (_, i) => ({ decision_id: `dec_${i}`, decision: i % 3 ? 'allow' : 'block', rule_id: `r.${i % 200}`, severity: 'low', action_type: 'execute_command' }));
  const [soc2] = report(many, ['--framework', 'soc2']).frameworks;
  const logging = soc2.clauses.find((one) => one.clause_id === 'CC7.2');
  assert.equal(logging.decision_count, 20000);
  assert.equal(logging.decision_ids.length, 100);
  assert.equal(Object.values(logging.rules).reduce((a, b) => a + b), 20000);
});

test('the frameworks that the design names are there, with their clauses', () => {
  const ids = registry.packs.map((pack) => pack.framework_id);
  for (const id of ['soc2', 'iso_27001', 'nist_ssdf', 'pci_dss', 'hipaa', 'sox_itgc', 'eu_ai_act', 'owasp_llm_genai', 'owasp_agentic', 'nist_ai_rmf', 'iso_iec_42001']) assert.ok(ids.includes(id), id);
  const kept = { nist_ai_rmf: 'GOVERN-1.1 MAP-1.1 MEASURE-2.2 MANAGE-1.3 GOVERN-5.1', iso_iec_42001: '4.3 5.3 6.1.2 8.2 9.1', owasp_llm_genai: 'LLM01 LLM02 LLM05 LLM06 LLM08', nist_ssdf: 'PO.1.1 PS.3.1 PW.4.1 PW.7.2 RV.1.2' };
  for (const [id, clauses] of Object.entries(kept)) {
    const own = registry.packs.find((pack) => pack.framework_id === id).clauses.map((one) => one.id);
    for (const clause of clauses.split(' ')) assert.ok(own.includes(clause), `${id} ${clause}`);
  }
  for (const pack of registry.packs) {
    assert.equal(pack.schema_version, 'cavra.compliance.pack.v1');
    assert.ok(pack.clauses.length >= 3 && pack.version && pack.framework_name);
  }
  const list = cavra(['evidence', 'frameworks']).out;
  for (const id of ids) assert.match(list, new RegExp(`^${id} `, 'm'));
});

test('rules that the data names are rules that exist', () => {
  const documented = new Set([...get(source, 'docs/decisions.md').matchAll(/`([a-z_]+(?:\.[a-z_]+)+)`/g)].map(([, id]) => id));
  documented.add('request.malformed.block');
  for (const [tag, is] of Object.entries(tags))
    for (const pattern of is.rules ?? [])
      assert.ok([...documented].some((rule) => (pattern.endsWith('.*') ? rule.startsWith(pattern.slice(0, -1)) : rule === pattern)), `${tag}: ${pattern}`);
});

// ---- the data ----

const generator = join(build, 'src/evidence/gen-compliance');

function generate(change) {
  const directory = scratch('data'), data = join(directory, 'compliance');
  cpSync(join(source, 'data/compliance'), data, { recursive: true });
  change((name, from, to) => {
    const text = readFileSync(join(data, name), 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(join(data, name), text.replace(from, to));
  });
  return run(generator, [join(source, 'data/compliance.schema.json'), data, join(directory, 'out.c'), join(directory, 'out.d')]);
}

test('mistakes in the data stop the build, with their place', () => {
  assert.equal(generate(() => {}).status, 0);
  for (const [name, from, to, message] of [
    ['soc2.yaml', 'tags: [access, secret]', 'tags: [access, sekret]', /soc2\.yaml:\d+:\d+: tags\.yaml knows no such tag: sekret/],
    ['soc2.yaml', 'id: CC6.3', 'id: CC6.1', /soc2\.yaml:\d+:\d+: this clause is there twice: CC6\.1/],
    ['soc2.yaml', 'framework_name:', 'framework_nom:', /soc2\.yaml:\d+:\d+/],
    ['soc2.yaml', 'title: Recovery of availability', 'titel: x', /soc2\.yaml:\d+:\d+/],
    ['tags.yaml', 'outcomes: [block]', 'outcomes: [blocked]', /tags\.yaml:\d+:\d+/],
    ['tags.yaml', '  training: {}', '  training: {}\n  unused: {}', /no clause has this tag: unused/],
  ]) {
    const done = generate((change) => change(name, from, to));
    assert.notEqual(done.status, 0, message);
    assert.match(done.err, message);
  }
  assert.ok(readdirSync(join(source, 'data/compliance')).length > 10);
});
