import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '@job-manager/engine/config';
import { readInstallation } from '@job-manager/engine/database/installation';
import { DEFAULT_SCHEMA } from '@job-manager/engine/database/schema';
import { createExternalRuns } from '@job-manager/engine/queue/external/runs';
import { type AnyJob, defineJob } from '@job-manager/engine/queue/job';
import { createQueue } from '@job-manager/engine/queue/queue';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { selfTestJob } from '@job-manager/engine/queue/self-test-job';
import { Notifier } from '@job-manager/engine/store/notifier';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import type { UserRole } from '@job-manager/shared/roles';
import { pino } from 'pino';
import * as z from 'zod';
import { ForwardedHeaderWatch } from '../auth/proxies.js';
import { createRefusals, type Refusals } from '../auth/refusals.js';
import { loadSecret } from '../auth/secret.js';
import { createSessions, type Sessions } from '../auth/sessions.js';
import type { Credentials, SignedIn } from '../auth/sign-in.js';
import { createTokenReader, signToken } from '../auth/tokens.js';
import { HealthCheck } from '../health/health-check.js';
import { healthLimits } from '../health/limits.js';
import { createHttpApp, type HttpDeps } from '../http/app.js';
import { createAccount, PASSWORD } from '../testing/account.js';

/** The HTTP application on a port of its own over a database of its own, for tests. */
export interface TestServer {
  url: string;
  database: TestDatabase;
  config: Config;
  sessions: Sessions;
  refusals: Refusals;
  /** Creates an account and signs it in. */
  signIn(role: UserRole, name?: string): Promise<TestUser>;
  stop(): Promise<void>;
}

export interface TestUser {
  id: number;
  email: string;
  token: string;
  cookie: string;
  sessionId: string;
}

const NEW_BROWSER = { headers: {}, socket: {} } as IncomingMessage;

/** Signs in a browser without a session, an account without a second factor: the token is that of a cookie. */
export async function signInBrowser(
  sessions: Sessions,
  credentials: Credentials,
  from: SessionOrigin = { ip: null, userAgent: null },
): Promise<SignedIn> {
  const answer = await sessions.beginSignIn(credentials, from, NEW_BROWSER);
  if (!('token' in answer)) throw new Error('The account has a second factor');
  return answer;
}

export async function startTestServer(
  options: { env?: NodeJS.ProcessEnv; deps?: Partial<HttpDeps>; jobs?: AnyJob[] } = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'job-manager-http-'));
  const config = readConfig({ DATA_DIR: dataDir, ...options.env });
  const refusals = createRefusals({ sql: database.pool, onError: () => {} });
  const sessions = await createSessions({ sql: database.pool, refusals, config });
  const registry = createRegistry([...(options.jobs ?? [ECHO]), selfTestJob]);
  const notifier = new Notifier(database.pool);
  const forwarded = new ForwardedHeaderWatch(() => {});
  const app = createHttpApp({
    config,
    pool: database.pool,
    queuePool: database.pool,
    queue: createQueue({
      sql: database.pool,
      registry,
      notifier,
      stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
      heartbeatMs: config.JOBS_HEARTBEAT_MS,
    }),
    external: createExternalRuns({
      sql: database.pool,
      registry,
      notifier,
      maxActive: config.JOBS_MAX_EXTERNAL,
      inactiveAfterMs: config.JOBS_INACTIVE_AFTER_MS,
      maxInactiveMs: config.JOBS_MAX_INACTIVE_MS,
      messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
      redaction: createRedaction(config.JOBS_REDACT_KEYS),
    }),
    registry,
    sessions,
    health: new HealthCheck({
      pool: database.pool,
      probe: { isConnected: true, roundTrip: async () => 1 },
      registry,
      installation: (client) => readInstallation(client, DEFAULT_SCHEMA),
      isClosing: () => false,
      untrustedProxy: () => forwarded.recent,
      version: 'trial',
      limits: healthLimits(config),
    }),
    forwarded,
    refusals,
    log: pino({ level: 'silent' }),
    ...options.deps,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    database,
    config,
    sessions,
    refusals,
    signIn: (role, name = role.toLowerCase()) => signIn({ sql: database.pool, sessions, config }, role, name),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function signIn(
  { sql, sessions, config }: { sql: Sql; sessions: Sessions; config: Config },
  role: UserRole,
  name: string,
): Promise<TestUser> {
  const email = `${name}@example.com`;
  await createAccount(sql, { email, role });
  const from = { ip: null, userAgent: null };
  const { user, token, sessionId, expiresAt } = await sessions.signIn({ email, password: PASSWORD }, from);
  const secret = await loadSecret(config);
  const claims = await createTokenReader(secret)(token);
  if (claims === null) throw new Error('The server signed a token with another key');
  const cookie = await signToken(secret, claims, expiresAt, 'cookie');
  return { id: user.id, email, token, sessionId, cookie: `jm_session=${cookie}` };
}

/** A job that takes a word, so that tests can send a wrong one. */
export const ECHO = defineJob({
  name: 'echo',
  description: 'Logs its parameters',
  examples: ['echo --word=hello'],
  algorithmVersion: '1',
  parameters: z.object({ word: z.string().max(20).optional() }).loose(),
  run: async () => {},
});
