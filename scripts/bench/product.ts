import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Config, configEnvironment, readConfig } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import { migrate } from '@job-manager/engine/database/migrate';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { migrateSample } from '@job-manager/sample/sample-database';
import { ensureOperator } from '@job-manager/server/auth/first-operator';
import type { Resources } from '@job-manager/server/cli/resources';
import { seedSampleData } from '../../prisma/seed/seed.js';
import { ensurePanel } from '../lib/panel.js';
import type { AddRuns, Bench } from './bench.js';
import { addHistory } from './history-rows.js';
import type { BenchPostgres } from './postgres.js';
import type { Listening } from './server-process.js';

const SERVER = fileURLToPath(new URL('./server-process.ts', import.meta.url));
const SAMPLE_USERS = 40;
export const FINISHED_RUNS = 100_000;
const RUNNER_WITHIN_MS = 30_000;
export const OPERATOR = { email: 'bench@example.com', password: randomBytes(18).toString('hex') };

export type Product = Pick<Bench, 'url' | 'databaseUrl' | 'pool' | 'mediaDir' | 'call'> & { operator: typeof OPERATOR };

interface StartOptions {
  postgres: BenchPostgres;
  resources: Resources;
  signal: AbortSignal;
  showDetail(text: string): void;
  addRuns: AddRuns;
}

/** The history of a product that has been used for two months. */
export const usualHistory: AddRuns = (database) => addHistory(database, FINISHED_RUNS);

/**
 * Starts the product as users have it, on data of its own that goes with it: a small network, a long history,
 * the built panel, the server and its runner.
 */
export async function startProduct({
  postgres,
  resources,
  signal,
  showDetail,
  addRuns,
}: StartOptions): Promise<Product> {
  const { folder, url: databaseUrl } = postgres;
  showDetail('building the panel, unless it is current');
  await ensurePanel(signal);
  await migrate(databaseUrl);
  await migrateSample(databaseUrl);
  const pool = await resources.hold(Promise.resolve(createPool(databaseUrl, { max: 5 })), (held) => held.end());
  const config = configOf(folder, databaseUrl);
  showDetail(`writing ${SAMPLE_USERS} sample users and a history of finished runs`);
  await seedSampleData({ pool, mediaDir: config.MEDIA_DIR, users: SAMPLE_USERS, historyDays: 0 });
  await ensureOperator(pool, config);
  await addRuns({ pool });
  showDetail('starting server and runner');
  const url = await startServer(config, folder, resources);
  await untilRunnerClaims(pool);
  return { url, databaseUrl, pool, mediaDir: config.MEDIA_DIR, operator: OPERATOR, call: await signIn(url) };
}

/** The defaults, whatever is set around the benchmark: its figures are those of the product as it comes. */
function configOf(folder: string, databaseUrl: string): Config {
  return readConfig({
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    ADMIN_EMAIL: OPERATOR.email,
    ADMIN_PASSWORD: OPERATOR.password,
    // The history is months old, and measured whole.
    JOBS_KEEP_SUCCESS_DAYS: '0',
    JOBS_KEEP_CANCELLED_DAYS: '0',
    JOBS_KEEP_FAILED_DAYS: '0',
  });
}

async function startServer(config: Config, folder: string, resources: Resources): Promise<string> {
  const log = openSync(join(folder, 'server.log'), 'a');
  const child = fork(SERVER, {
    env: { PATH: process.env.PATH, ...configEnvironment(config) },
    execArgv: typescriptArgs,
    stdio: ['ignore', log, 'inherit', 'ipc'],
  });
  await resources.hold(Promise.resolve(child), stopServer);
  return new Promise((resolve, reject) => {
    child.once('message', ({ url }: Listening) => resolve(url));
    child.once('exit', (code) => reject(new Error(`The server ended by itself, with code ${code}.`)));
  });
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

async function untilRunnerClaims(pool: Bench['pool']): Promise<void> {
  const deadline = performance.now() + RUNNER_WITHIN_MS;
  for (;;) {
    const { rowCount } = await pool.query(`SELECT FROM "Runner" WHERE kind = 'BUILT_IN' AND status = 'ACTIVE'`);
    if (rowCount) return;
    if (performance.now() > deadline) throw new Error('The built-in runner did not start.');
    await delay(50);
  }
}

/** Signs a program in, and answers how it calls the API from then on. */
export async function signIn(url: string): Promise<Bench['call']> {
  const { token } = JSON.parse(await callerOf(url)('POST', '/auth/token', OPERATOR)) as { token: string };
  return callerOf(url, token);
}

/** How a program calls the API with a token, or without any. */
export function callerOf(url: string, token?: string): Bench['call'] {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return async (method, path, body) => {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
}
