import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/backend/typescript-loader';
import type { FullConfig } from '@playwright/test';
import { operator } from './operator.js';

export interface RunningProduct {
  /** Where the panel is. */
  url: string;
  databaseUrl: string;
  /** Its data; goes with it. */
  folder: string;
}

const PROGRAM = fileURLToPath(new URL('./product-process.ts', import.meta.url));

/**
 * Starts the product for all stories and tells them, through the environment, where it and its database
 * are. What it writes goes to `product.log` beside the traces.
 */
export default async function startProduct(config: FullConfig): Promise<() => Promise<void>> {
  const folder = config.projects[0]?.outputDir ?? '';
  await mkdir(folder, { recursive: true });
  const child = fork(PROGRAM, {
    execArgv: typescriptArgs,
    env: { ...process.env, ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = join(folder, 'product.log');
  const file = createWriteStream(log);
  child.stdout?.pipe(file);
  child.stderr?.pipe(file);
  const { url, databaseUrl, folder: data } = await firstWord(child, log);
  process.env.E2E_URL = url;
  process.env.E2E_DATABASE_URL = databaseUrl;
  // What a browser keeps after signing in; beside the traces, a second test run would take it away.
  process.env.E2E_SIGNED_IN = join(data, 'signed-in.json');
  return () => stop(child);
}

function firstWord(child: ChildProcess, log: string): Promise<RunningProduct> {
  return new Promise((resolve, reject) => {
    child.once('message', (product: RunningProduct) => resolve(product));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The product ended with ${code} before it was ready; see ${log}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}
