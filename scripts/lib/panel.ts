import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '@job-manager/engine/database/file-lock';
import { fingerprint } from './fingerprint.js';
import { programOf, ROOT } from './repository.js';

const SOURCES = ['frontend', 'shared', 'pnpm-lock.yaml', 'tsconfig.base.json'];
const PAGE = join(ROOT, 'frontend/dist/index.html');
/**
 * In what it is about, and written last: packages that are installed again leave it there. Names with a dot are not
 * served.
 */
const STAMP = join(ROOT, 'frontend/dist/.built-from');
const LOCK = join(ROOT, 'node_modules/.cache/job-manager/panel.lock');

/** Builds the panel when it is missing or older than its sources; returns whether it had to. */
export async function ensurePanel(signal?: AbortSignal): Promise<boolean> {
  const wanted = await fingerprint(SOURCES);
  if (await isCurrent(wanted)) return false;
  return withFileLock(LOCK, async () => {
    if (await isCurrent(wanted)) return false;
    await rm(STAMP, { force: true });
    await build(signal);
    await writeFile(STAMP, wanted);
    return true;
  });
}

async function isCurrent(wanted: string): Promise<boolean> {
  return existsSync(PAGE) && (await readFile(STAMP, 'utf8').catch(() => '')) === wanted;
}

async function build(signal: AbortSignal | undefined): Promise<void> {
  const vite = programOf('vite', 'vite', 'frontend');
  const env = { ...process.env, NODE_ENV: 'production' };
  try {
    const command = [vite, 'build', '--logLevel', 'warn'];
    await promisify(execFile)(process.execPath, command, { cwd: join(ROOT, 'frontend'), env, signal });
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    throw new Error(`The panel could not be built:\n${(stderr + stdout).trim() || String(error)}`);
  }
}
