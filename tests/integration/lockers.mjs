// SPDX-License-Identifier: Apache-2.0
//
// Services that lock what they hold, as stand-ins: they believe no signature that they cannot compute themselves, and
// refuse what a lock forbids. `spoil` makes one misbehave. tests/s3/ has the same tests against a real one.

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { md5, sha256, sharedKey, sigv4 } from './services.mjs';

class Refusal extends Error {
  constructor(status, code, message = '') {
    super(message);
    Object.assign(this, { status, code });
  }
}

const demand = (condition, status, code, message) => {
  if (!condition) throw new Refusal(status, code, message);
};

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

class Locker {
  objects = new Map(); // path: versions, the newest last
  log = [];
  spoil = {};

  async start(secure) {
    const handle = (request, answer) => this.#serve(request, answer);
    this.server = secure ? createSecure(secure, handle) : createServer(handle);
    this.server.listen(0, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
    this.port = this.server.address().port;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  #serve(request, answer) {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece)).on('end', () => {
      const url = new URL(request.url, 'http://x');
      const path = request.url.split('?')[0];
      const asked = { method: request.method, path, query: url.searchParams, headers: request.headers, body: Buffer.concat(pieces) };
      this.log.push(asked);
      const { status, headers = {}, body = '' } = this.#answer(asked);
      answer.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
      answer.end(request.method === 'HEAD' ? '' : body);
    });
  }

  #answer(asked) {
    try {
      const spoiled = this.spoil.answer?.(asked);
      if (spoiled) return spoiled;
      this.authenticate(asked);
      return this.handle(asked);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.refuse(error);
    }
  }

  find({ path, query }, name) {
    const versions = this.objects.get(path) ?? [];
    const wanted = query.get(name);
    return wanted ? versions.find(({ version }) => version === wanted) : versions.at(-1);
  }

  add(path, object) {
    const versions = this.objects.get(path) ?? [];
    object.version = `v${versions.length + 1}:${path.length}`;
    if (this.spoil.change) object.body = Buffer.from(this.spoil.change);
    if (this.spoil.unlock) Object.assign(object, { until: 0, mode: undefined, hold: false });
    this.objects.set(path, [...versions, object]);
    return object;
  }

  // What a lock forbids, in every form.
  lock(object, { mode, until, strict }) {
    demand(until > Date.now(), 400, 'InvalidArgument', 'The retain until date must be in the future');
    const locked = object.until > Date.now() && object.mode === strict;
    demand(!locked || (until >= object.until && mode === strict), 403, 'AccessDenied', 'Access Denied');
    Object.assign(object, { mode, until });
  }
}

export class S3 extends Locker {
  constructor(user, { region = 'us-east-1', virtual } = {}) {
    super();
    Object.assign(this, { user, region, virtual });
  }

  authenticate({ method, path, query, headers, body }) {
    const [, id, scope, list, signature] = headers.authorization?.match(
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/) ?? [];
    demand(id === this.user.id, 403, 'InvalidAccessKeyId');
    const signed = list.split(';'), date = headers['x-amz-date'], payload = headers['x-amz-content-sha256'];
    const must = Object.keys(headers).filter((name) => name === 'host' || name === 'content-md5' || name.startsWith('x-amz-'));
    demand(must.every((name) => signed.includes(name)) && String(signed) === String([...signed].sort()), 403, 'AccessDenied', 'unsigned headers');
    demand(scope === `${date.slice(0, 8)}/${this.region}/s3/aws4_request`, 400, 'AuthorizationHeaderMalformed');
    const want = sigv4({ method, path, query, headers, signed, payload }, { secret: this.user.secret, region: this.region, date });
    demand(same(want, signature), 403, 'SignatureDoesNotMatch');
    demand(payload === sha256(body), 400, 'XAmzContentSHA256Mismatch');
    demand(headers['x-amz-security-token'] === this.user.token, 403, 'InvalidToken');
    demand(!this.virtual || headers.host.startsWith(`${this.virtual}.`), 404, 'NoSuchBucket');
  }

  refuse({ status, code, message }) {
    return { status, body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>` };
  }

  handle(asked) {
    const part = ['retention', 'legal-hold'].find((name) => asked.query.has(name));
    if (asked.method === 'PUT' && !part) return this.put(asked);
    const object = this.find(asked, 'versionId');
    demand(object, 404, 'NoSuchKey');
    if (asked.method === 'PUT') return this.change(asked, part, object);
    if (part) return this.show(part, object);
    return { status: 200, body: object.body, headers: {
      'content-length': object.body.length, etag: `"${md5(object.body)}"`, 'x-amz-version-id': object.version,
      ...(object.encryption ? { 'x-amz-server-side-encryption': object.encryption } : {}),
    } };
  }

  put({ path, headers, body }) {
    if (headers['if-none-match']) {
      demand(!this.spoil.oldFashioned, 501, 'NotImplemented');
      demand(!this.objects.has(path), 412, 'PreconditionFailed');
    }
    const sum = createHash('sha256').update(body).digest('base64');
    demand(headers['content-md5'] === md5(body) && headers['x-amz-checksum-sha256'] === sum, 400, 'BadDigest');
    const until = Date.parse(headers['x-amz-object-lock-retain-until-date']);
    demand(until > Date.now(), 400, 'InvalidArgument', 'The retain until date must be in the future');
    const object = this.add(path, {
      body, until, mode: headers['x-amz-object-lock-mode'], hold: headers['x-amz-object-lock-legal-hold'] === 'ON',
      encryption: headers['x-amz-server-side-encryption'], kms: headers['x-amz-server-side-encryption-aws-kms-key-id'],
    });
    return { status: 200, headers: { 'x-amz-version-id': object.version } };
  }

  change({ headers, body }, part, object) {
    demand(headers['content-md5'] === md5(body), 400, 'BadDigest');
    const [, mode] = String(body).match(/<Mode>(.*)<\/Mode>/) ?? [];
    const [, until] = String(body).match(/<RetainUntilDate>(.*)<\/RetainUntilDate>/) ?? [];
    if (part === 'retention') this.lock(object, { mode, until: Date.parse(until), strict: 'COMPLIANCE' });
    else object.hold = String(body).includes('<Status>ON</Status>');
    return { status: 200 };
  }

  show(part, object) {
    if (part === 'legal-hold') return { status: 200, body: `<LegalHold><Status>${object.hold ? 'ON' : 'OFF'}</Status></LegalHold>` };
    demand(object.until, 404, 'NoSuchObjectLockConfiguration');
    return { status: 200, body: `<Retention><Mode>${object.mode}</Mode><RetainUntilDate>${new Date(object.until).toISOString()}</RetainUntilDate></Retention>` };
  }
}

export class Azure extends Locker {
  constructor(account, { key, sas }) {
    super();
    Object.assign(this, { account, key, sas });
  }

  authenticate({ method, path, query, headers }) {
    demand(headers['x-ms-version'] >= '2020-06-12' && Math.abs(Date.parse(headers['x-ms-date']) - Date.now()) < 900000, 400, 'InvalidHeaderValue');
    if (this.sas) {
      demand(!headers.authorization, 403, 'AuthenticationFailed');
      for (const [name, value] of new URLSearchParams(this.sas)) demand(query.get(name) === value, 403, 'AuthenticationFailed');
      return;
    }
    demand(headers.authorization === `SharedKey ${this.account}:${sharedKey({ method, path, query, headers }, this)}`, 403, 'AuthenticationFailed');
  }

  refuse({ status, code, message }) {
    return { status, headers: { 'x-ms-error-code': code }, body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>` };
  }

  handle(asked) {
    const component = asked.query.get('comp');
    if (asked.method === 'PUT' && !component) return this.put(asked);
    const object = this.find(asked, 'versionid');
    demand(object, 404, 'BlobNotFound');
    if (asked.method === 'PUT') return this.change(asked, component, object);
    const date = new Date(object.until).toUTCString();
    return { status: 200, body: object.body, headers: {
      'content-length': object.body.length, etag: '"0x1"', 'x-ms-version-id': object.version, 'x-ms-legal-hold': String(object.hold),
      ...(object.until ? { 'x-ms-immutability-policy-until-date': date, 'x-ms-immutability-policy-mode': object.mode.toLowerCase() } : {}),
    } };
  }

  put({ path, headers, body }) {
    demand(headers['x-ms-blob-type'] === 'BlockBlob', 400, 'MissingRequiredHeader');
    demand(headers['content-md5'] === md5(body), 400, 'Md5Mismatch');
    demand(headers['if-none-match'] !== '*' || !this.objects.has(path), 409, 'BlobAlreadyExists');
    const object = { body, until: 0, hold: headers['x-ms-legal-hold'] === 'true' };
    this.lock(object, this.policy(headers));
    this.add(path, object);
    return { status: 201, headers: { 'x-ms-version-id': object.version } };
  }

  policy(headers) {
    const date = headers['x-ms-immutability-policy-until-date'], mode = headers['x-ms-immutability-policy-mode'];
    demand(new Date(Date.parse(date)).toUTCString() === date && ['Locked', 'Unlocked'].includes(mode), 400, 'InvalidHeaderValue');
    return { mode, until: Date.parse(date), strict: 'Locked' };
  }

  change({ headers }, component, object) {
    if (component === 'immutabilityPolicies') {
      this.lock(object, this.policy(headers));
    } else {
      demand(component === 'legalhold' && ['true', 'false'].includes(headers['x-ms-legal-hold']), 400, 'InvalidQueryParameterValue');
      object.hold = headers['x-ms-legal-hold'] === 'true';
    }
    return { status: 200 };
  }
}
