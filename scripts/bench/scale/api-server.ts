import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configEnvironment, readConfig } from '@job-manager/engine/config';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { ensureOperator } from '@job-manager/server/auth/first-operator';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import { KEEP_ALL, stopProcess } from '../processes/worker.js';
import { OPERATOR, signIn } from '../product.js';
import type { Listening } from '../server-process.js';

const ENTRY = fileURLToPath(new URL('../server-process.ts', import.meta.url));

export interface ApiServer {
  url: string;
  pid: number;
  /** Calls the API as a signed in program; returns the answer's text. Throws when it is no success. */
  call: Awaited<ReturnType<typeof signIn>>;
}

/** Works with a server of its own on this database, without a runner, and stops it in any case. */
export async function withServer<T>(
  { folder }: EngineBench,
  database: BenchDatabase,
  work: (server: ApiServer) => Promise<T>,
): Promise<T> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: join(folder, 'scale'),
    DATABASE_URL: database.url,
    ADMIN_EMAIL: OPERATOR.email,
    ADMIN_PASSWORD: OPERATOR.password,
    JOBS_RUNNER: 'off',
    // A thousand tabs of one person.
    SOCKETS_PER_PERSON: '1000',
    ...KEEP_ALL,
  });
  await ensureOperator(database.pool, config);
  const log = openSync(join(folder, 'scale-server.log'), 'a');
  const child = fork(ENTRY, {
    env: { PATH: process.env.PATH, ...configEnvironment(config) },
    execArgv: typescriptArgs,
    stdio: ['ignore', log, 'inherit', 'ipc'],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (listening: Listening) => resolve(listening.url));
      child.once('exit', (code) => reject(new Error(`The server ended by itself, with code ${code}.`)));
    });
    return await work({ url, pid: child.pid ?? 0, call: await signIn(url) });
  } finally {
    await stopProcess(child);
  }
}
