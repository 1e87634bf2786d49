import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@job-manager/engine/config';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { jobsModule as moduleOfSample, jobs as ofSample } from '@job-manager/sample/registry';
import pino from 'pino';
import { type RunningServer, startServer } from '../main.js';
import { createAccount, PASSWORD } from './account.js';

export interface TestServer extends RunningServer {
  database: TestDatabase;
  /** A bearer token of a new account. */
  tokenOf(email: string, role: 'USER' | 'ADMIN' | 'SUPER_ADMIN'): Promise<string>;
  /** Calls the API and returns the parsed answer; throws when it is no success. */
  call<T>(token: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
}

/** The whole server on a free port over a database of its own, with these settings and, unless others are given, the sample's jobs. `prepare` fills it before the start. */
export async function startTestServer(
  settings: NodeJS.ProcessEnv = {},
  prepare: (database: TestDatabase) => Promise<unknown> = async () => {},
  code: { jobs?: AnyJob[]; jobsModule?: string } = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  await prepare(database);
  const dataDir = await mkdtemp(join(tmpdir(), 'job-manager-data-'));
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', JOBS_RUNNER: 'off', ...settings });
  const server = await startServer({
    config,
    databaseUrl: database.url,
    log: pino({ level: 'silent' }),
    jobs: ofSample,
    jobsModule: moduleOfSample,
    ...code,
  });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...server,
    database,
    tokenOf: async (email, role) => {
      await createAccount(database.pool, { email, role });
      const answer = await post('/auth/token', { email, password: PASSWORD });
      const { token } = (await answer.json()) as { token: string };
      return token;
    },
    call: async <T>(token: string, method: 'GET' | 'POST', path: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer =
        method === 'GET' ? await fetch(`${server.url}/api${path}`, { headers }) : await post(path, body ?? {}, headers);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    close: async () => {
      await server.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
