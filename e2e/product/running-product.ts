import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { operator } from './operator.js';

/** Where a product that has started can be reached. */
export interface ProductAddresses {
  /** Where the panel is. */
  url: string;
  databaseUrl: string;
}

export interface RunningProduct extends ProductAddresses {
  /** Ends it; its data goes with it. */
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./product-process.ts', import.meta.url));

/** Starts a product with a database of its own. It writes its log to `product-<index>.log` in `folder`. */
export async function startProduct(folder: string, index: number): Promise<RunningProduct> {
  await mkdir(folder, { recursive: true });
  const child = fork(PROGRAM, {
    execArgv: typescriptArgs,
    env: { ...process.env, ADMIN_EMAIL: operator.email, ADMIN_PASSWORD: operator.password },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = join(folder, `product-${index}.log`);
  const file = createWriteStream(log);
  child.stdout?.pipe(file);
  child.stderr?.pipe(file);
  const addresses = await firstMessage(child, log);
  return { ...addresses, stop: () => stop(child) };
}

function firstMessage(child: ChildProcess, log: string): Promise<ProductAddresses> {
  return new Promise((resolve, reject) => {
    child.once('message', (addresses: ProductAddresses) => resolve(addresses));
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
