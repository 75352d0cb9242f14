// SPDX-License-Identifier: Apache-2.0
//
// A machine with a managed configuration: a directory of the test's own that a mount namespace puts at /etc/cavra.

import { chmodSync } from 'node:fs';
import { hookProgram, put, run, scratch } from './cavra.mjs';

// Runs a program on a machine whose /etc/cavra is `etc`, as a user who is root there.
export function onMachine(etc, program, args, options) {
  const bound = etc ? ['--bind', etc, '/etc/cavra'] : [];
  return run('bwrap', ['--unshare-user', '--uid', '0', '--gid', '0', '--dev-bind', '/', '/', '--tmpfs', '/etc',
    '--ro-bind', '/etc/passwd', '/etc/passwd', ...bound, program, ...args], options);
}

export function machine(files) {
  const etc = scratch('etc');
  chmodSync(etc, 0o755);
  for (const [name, text] of Object.entries(files)) put(etc, name, text);
  return etc;
}

export const payload = (cwd, command) => JSON.stringify({
  session_id: 's', transcript_path: 't', cwd, hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: { command },
  tool_use_id: 'x',
});
// What the hook answers to a command: allow, ask, deny, silent, or "blocked: " and why.
export function hook(etc, cwd, command, env = {}, program = hookProgram) {
  const done = onMachine(etc, program, ['claude-code'],
    { cwd, input: payload(cwd, command), env: { CLAUDE_PROJECT_DIR: cwd, ...env } });
  if (done.status === 2) return `blocked: ${done.err}`;
  return done.out ? JSON.parse(done.out).hookSpecificOutput?.permissionDecision ?? 'silent' : 'silent';
}
