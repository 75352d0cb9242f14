// SPDX-License-Identifier: Apache-2.0
//
// A Ceph cluster of one monitor, one store in memory and one gateway, on loopback, in a directory of its own:
// object storage that really refuses what a lock forbids. Gone when it is stopped.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const configuration = (directory, fsid, monitor) => `
[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monitor}/0]
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
run dir = ${directory}/run
admin socket = ${directory}/run/$name.sock
pid file = ${directory}/run/$name.pid
log file = ${directory}/log/$name.log
crash dir = ${directory}/run
keyring = ${directory}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data = ${directory}/mon
mon data avail warn = 1
mon data avail crit = 1
osd data = ${directory}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
rgw thread pool size = 16
rgw data = ${directory}/rgw
`;

const keys = {
  'mon.': [['mon', 'allow *']],
  'client.admin': [['mon', 'allow *'], ['osd', 'allow *'], ['mgr', 'allow *']],
  'client.rgw': [['mon', 'allow rw'], ['osd', 'allow rwx']],
  'osd.0': [['mon', 'allow profile osd'], ['osd', 'allow *']],
};

export class Ceph {
  #directory = mkdtempSync(join(tmpdir(), 'cavra-ceph-'));
  #running = [];

  async start() {
    const began = Date.now();
    const [monitor, gateway] = [await freePort(), await freePort()];
    const fsid = randomUUID();
    for (const name of ['run', 'log', 'mon', 'osd', 'rgw']) mkdirSync(join(this.#directory, name));
    this.conf = join(this.#directory, 'ceph.conf');
    writeFileSync(this.conf, configuration(this.#directory, fsid, monitor));
    const keyring = join(this.#directory, 'keyring');
    for (const [name, caps] of Object.entries(keys))
      this.#run('ceph-authtool', [keyring, ...(name === 'mon.' ? ['--create-keyring'] : []), '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap])]);
    const map = join(this.#directory, 'monmap');
    this.#run('monmaptool', ['--create', '--addv', 'a', `[v2:127.0.0.1:${monitor}/0]`, '--fsid', fsid, map]);
    this.#run('ceph-mon', ['--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring, '-c', this.conf]);
    this.#spawn('ceph-mon', ['-i', 'a']);
    await this.#until('the monitor', () => this.#run('ceph', ['-c', this.conf, '--connect-timeout', '2', 'mon', 'stat']));
    this.#run('ceph', ['-c', this.conf, 'osd', 'create', fsid]);
    this.#run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', fsid, '-c', this.conf]);
    this.#spawn('ceph-osd', ['-i', '0']);
    await this.#until('the store', () => assert.match(this.#run('ceph', ['-c', this.conf, 'osd', 'stat']), /1 up/));
    this.#spawn('radosgw', ['-n', 'client.rgw', '--rgw-frontends', `beast endpoint=127.0.0.1:${gateway}`]);
    this.endpoint = `http://127.0.0.1:${gateway}`;
    await this.#until('the gateway', async () => assert.equal((await fetch(this.endpoint)).status, 200));
    this.user = this.#user('auditor');
    this.seconds = (Date.now() - began) / 1000;
    return this;
  }

  #user(name) {
    const text = this.#run('radosgw-admin', ['-n', 'client.rgw', '-c', this.conf, 'user', 'create', '--uid', name, '--display-name', name]);
    const [{ access_key: id, secret_key: secret }] = JSON.parse(text).keys;
    return { id, secret };
  }

  #run(program, args) {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000 });
  }

  #spawn(program, args) {
    const out = createWriteStream(join(this.#directory, 'log', `${program}.out`));
    const child = spawn(program, ['-f', '-c', this.conf, '--setuser', 'root', '--setgroup', 'root', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(out);
    child.stderr.pipe(out);
    child.name = program;
    this.#running.push(child);
  }

  async #until(what, works, seconds = 90) {
    let last;
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(250)) {
      const dead = this.#running.find((child) => child.exitCode !== null);
      if (dead) throw new Error(`${dead.name} ended: ${this.log(dead.name)}`);
      try {
        await works();
        return;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`${what} does not come up: ${last}`);
  }

  log(program) {
    return readFileSync(join(this.#directory, 'log', `${program}.out`), 'utf8').slice(-2000);
  }

  async stop() {
    for (const child of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
