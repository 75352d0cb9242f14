// SPDX-License-Identifier: Apache-2.0
//
// The signatures of S3 and Azure Storage, computed from their documentation and by nothing of ours; and requests that are
// signed with them.

import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const md5 = (bytes) => createHash('md5').update(bytes).digest('base64');
const hmac = (key, text, form) => createHmac('sha256', key).update(text).digest(form);

// What AWS Signature Version 4 signs of a request, whose headers have lower-case names; `signed` lists those that count.
export function sigv4({ method, path, query, headers, signed, payload }, { secret, region, date, service = 's3' }) {
  const pairs = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonical = [method, path, pairs.join('&'), ...signed.map((name) => `${name}:${headers[name].trim()}`), '', signed.join(';'), payload].join('\n');
  const scope = [date.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce((previous, part) => hmac(previous, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n'), 'hex');
}

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// What Azure's Shared Key authorization signs.
export function sharedKey({ method, path, query, headers }, { account, key }) {
  const names = ['content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type', 'date', 'if-modified-since', 'if-match',
    'if-none-match', 'if-unmodified-since', 'range'];
  const lines = names.map((name) => (name === 'content-length' && headers[name] === '0' ? '' : headers[name] ?? ''));
  const extensions = Object.keys(headers).filter((name) => name.startsWith('x-ms-')).sort().map((name) => `${name}:${headers[name].trim()}`);
  const parameters = [...query].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort();
  return hmac(Buffer.from(key, 'base64'), [method, ...lines, ...extensions, `/${account}${path}`, ...parameters].join('\n'), 'base64');
}

// Sends a request to an S3 service on loopback, path-style.
export async function s3(endpoint, { id, secret }, method, path, { query = {}, headers = {}, body = '', region = 'us-east-1', payload = sha256(body) } = {}) {
  const { host } = new URL(endpoint);
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const all = { ...headers, host, 'x-amz-date': date, 'x-amz-content-sha256': payload };
  const signed = Object.keys(all).sort();
  const signature = sigv4({ method, path, query: Object.entries(query), headers: all, signed, payload }, { secret, region, date });
  all.authorization = `AWS4-HMAC-SHA256 Credential=${id}/${date.slice(0, 8)}/${region}/s3/aws4_request, SignedHeaders=${signed.join(';')}, Signature=${signature}`;
  const text = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return send(endpoint, method, `${path}${text ? `?${text}` : ''}`, all, body);
}

function send(endpoint, method, path, headers, body) {
  const { hostname, port } = new URL(endpoint);
  return new Promise((done, failed) => {
    const ask = request({ hostname, port, method, path, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece)).on('end', () => done({
        status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces).toString(),
      }));
    });
    ask.on('error', failed).end(body);
  });
}
