import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const INSTALL_WITHIN_MS = 5 * 60_000;

/** Installs a package of Debian's, where this process may; returns whether that worked. */
export async function installWithApt(name: string): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error(`Installing the ${name} of this system.`);
  return (
    (await succeeds('apt-get', ['update', '-qq'])) &&
    (await succeeds('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]))
  );
}

/** Runs an installer. Output goes to stderr: what a script prints for others to read stays its own. */
export async function succeeds(program: string, args: string[]): Promise<boolean> {
  const child = spawn(program, args, {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: INSTALL_WITHIN_MS,
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}
