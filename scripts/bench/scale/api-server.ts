import { join } from 'node:path';
import { readConfig } from '@job-manager/backend/config';
import { ensureOperator } from '../../lib/first-operator.js';
import { Resources } from '../../lib/resources.js';
import type { BenchDatabase, EngineBench } from '../engine-bench.js';
import { OPERATOR, signIn, startServer } from '../product.js';

export interface ApiServer {
  url: string;
  /** Calls the API as a signed in program; returns the answer's text. Throws when it is no success. */
  call: Awaited<ReturnType<typeof signIn>>;
}

/** Works with a server of its own on this database, without a runner, and stops it whatever comes. */
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
    JOBS_KEEP_SUCCESS_DAYS: '0',
    JOBS_KEEP_CANCELLED_DAYS: '0',
    JOBS_KEEP_FAILED_DAYS: '0',
    JOBS_KEEP_SUCCESS_RUNS: '0',
    JOBS_KEEP_CANCELLED_RUNS: '0',
    JOBS_KEEP_FAILED_RUNS: '0',
  });
  await ensureOperator(database.pool, config);
  const resources = new Resources();
  try {
    const url = await startServer(config, folder, resources);
    return await work({ url, call: await signIn(url) });
  } finally {
    await resources.closeAll();
  }
}
