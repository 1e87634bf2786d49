import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { echo } from '@job-manager/engine/testing/echo-job';
import express, { type Express } from 'express';
import pino from 'pino';
import type { HostUser } from '../auth/host-users.js';
import { createJobManager, type JobManager, type JobManagerOptions } from '../job-manager.js';

export const PATH = '/ops/jobs';

/** A foreign application that has mounted Job Manager, and identifies people by a cookie of its own. */
export interface HostApplication {
  url: string;
  app: Express;
  server: Server;
  database: TestDatabase;
  jobs: JobManager;
  /** Its users by the name in the cookie; a function stands for a lookup of any behaviour. */
  users: Map<string, HostUser | (() => HostUser | null | Promise<HostUser | null>)>;
  /** Calls Job Manager's API as this user, from a page of the application. */
  call(user: string | null, path: string, init?: RequestInit & { json?: unknown }): Promise<Response>;
  close(): Promise<void>;
}

interface HostOptions extends Partial<JobManagerOptions> {
  /** What the application does with requests before Job Manager sees them. */
  before?(app: Express): void;
  isStarted?: boolean;
  /** Of another application, which drops it; one of its own otherwise. */
  database?: TestDatabase;
}

export async function startHostApplication({
  before,
  isStarted = true,
  database: shared,
  ...options
}: HostOptions = {}): Promise<HostApplication> {
  const database = shared ?? (await createTestDatabase());
  const users: HostApplication['users'] = new Map([
    ['ada', { id: 'u-17', email: 'ada@host.example', role: 'ADMIN' as const }],
    ['bob', { id: 'u-18', email: 'bob@host.example', role: 'USER' as const }],
    ['root', { id: 1, email: 'root@host.example', role: 'SUPER_ADMIN' as const }],
  ]);
  const jobs = createJobManager({
    databaseUrl: database.url,
    jobs: [echo],
    path: PATH,
    identify: (request) => {
      const user = users.get(userNameOf(request) ?? '');
      return typeof user === 'function' ? user() : (user ?? null);
    },
    runner: 'none',
    log: pino({ level: 'silent' }),
    ...options,
    // Where the tables of test databases are.
    settings: { DATABASE_SCHEMA: 'public', ...options.settings },
  });
  const app = express();
  before?.(app);
  app.use(options.path ?? PATH, jobs.router);
  const server = createServer(app);
  jobs.attach(server);
  if (isStarted) await jobs.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    app,
    server,
    database,
    jobs,
    users,
    call: (user, path, { json, ...init } = {}) =>
      fetch(`${url}${PATH}/api${path}`, {
        ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
        ...init,
        headers: {
          origin: url,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(user === null ? {} : { cookie: `who=${user}` }),
          ...init.headers,
        },
      }),
    close: async () => {
      await jobs.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (shared === undefined) await database.drop();
    },
  };
}

const userNameOf = ({ headers }: IncomingMessage): string | undefined => /\bwho=(\w+)/.exec(headers.cookie ?? '')?.[1];
