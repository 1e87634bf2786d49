import { Agent } from 'node:http';
import { beginSession } from '@job-manager/engine/store/sessions';
import type pg from 'pg';
import { expect } from 'vitest';
import { signToken } from '../auth/tokens.js';
import type { ApiRoute } from '../http/routes.js';
import { createAccount } from '../testing/account.js';
import { startTestServer, type TestServer } from './http-test-kit.js';
import { type Answer, problemCode, type Sent, send } from './request-test-kit.js';

export const SECRET_TEXT = 'a secret that only these tests know, long enough';
export const SECRET = new TextEncoder().encode(SECRET_TEXT);

export interface TestSession {
  id: string;
  userId: number;
  tokenVersion: number;
  expiresAt: Date;
}

export type Role = 'USER' | 'ADMIN' | 'SUPER_ADMIN';

/** A server whose key is known, and sessions begun without a password, for tests of who may do what. */
export interface AccessTestServer extends TestServer {
  people: Record<Role, number>;
  begin(userId: number): Promise<TestSession>;
  /** A new session's token. */
  tokenFor(role: Role): Promise<string>;
  newAdmin(): Promise<number>;
  run(sql: string, ...values: unknown[]): Promise<pg.QueryResult>;
}

export const tokenOf = (session: TestSession): Promise<string> =>
  signToken(SECRET, { ...session, sessionId: session.id }, session.expiresAt);

/** Outlives every test file, on a busy machine, too. */
const SESSION_MS = 3_600_000;

export async function startAccessTestServer(): Promise<AccessTestServer> {
  const server = await startTestServer({ env: { JWT_SECRET: SECRET_TEXT } });
  const { pool, db } = server.database;
  const people = { USER: 0, ADMIN: 0, SUPER_ADMIN: 0 };
  for (const role of ['USER', 'ADMIN', 'SUPER_ADMIN'] as const) people[role] = (await server.signIn(role)).id;

  const begin = async (userId: number) => {
    const account = await db.user.findUniqueOrThrow({ where: { id: userId } });
    const session = await beginSession(pool, account, SESSION_MS, { ip: null, userAgent: null });
    if (!session) throw new Error('no such account');
    return { ...session, userId };
  };
  return {
    ...server,
    people,
    begin,
    tokenFor: async (role) => tokenOf(await begin(people[role])),
    newAdmin: async () => {
      const email = `${crypto.randomUUID()}@example.com`;
      return (await createAccount(pool, { email, role: 'ADMIN' })).id;
    },
    run: (sql, ...values) => pool.query(sql, values),
  };
}

/** What stands for each placeholder: something that isn't there. */
const NOTHING: Record<string, string> = {
  jobRunId: '999999',
  sessionId: '00000000-0000-4000-8000-000000000000',
  userId: '999999',
  tokenId: '00000000-0000-4000-8000-000000000000',
  roleId: '00000000-0000-4000-8000-000000000000',
  fingerprint: '0123456789abcdef',
  batchId: '999999',
  operationId: '999999',
  scheduleId: '00000000-0000-4000-8000-000000000000',
  runnerId: '00000000-0000-4000-8000-000000000000',
  channel: 'no-such-channel',
  jobName: 'no-such-job',
  presetId: '00000000-0000-4000-8000-000000000000',
  viewId: '00000000-0000-4000-8000-000000000000',
  incidentId: '999999',
  ruleId: '00000000-0000-4000-8000-000000000000',
  destinationId: '00000000-0000-4000-8000-000000000000',
};

/** A harmless request to a route. */
export const callOf = (route: Pick<ApiRoute, 'method' | 'path'>): Sent => ({
  method: route.method,
  path: `/api${fillPath(route.path, NOTHING)}`,
  ...(route.method === 'GET' ? {} : { body: {} }),
});

/** A path with its `{placeholders}` filled. Throws for one that has no value. */
export const fillPath = (path: string, values: Record<string, string>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing stands for {${name}} in ${path}`);
    return value;
  });

/** Checks that the gate refused with this code, or let the call through (null), and never opened the answer to others. */
export function expectGate(answer: Answer, wanted: string | null): void {
  if (wanted === null) {
    expect(['SIGNED_OUT', 'FORBIDDEN', 'FOREIGN_ORIGIN'], answer.text).not.toContain(answer.json?.code);
    expect(answer.status).toBeLessThan(500);
  } else {
    expect(problemCode(answer)).toBe(wanted);
  }
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
}

/** One call of a matrix, and what the gate must answer. */
export interface GateCall extends Sent {
  /** For the message where the gate answers otherwise. */
  title: string;
  wanted: string | null;
}

/** Sends the calls, some at a time, and returns a sentence for each that the gate answered otherwise. */
export async function wrongAnswers(url: string, calls: GateCall[]): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const check = async ({ title, wanted, ...call }: GateCall) => {
    const answer = await send(url, { ...call, agent });
    try {
      expectGate(answer, wanted);
      return [];
    } catch (error) {
      return [`${title}: ${error}`];
    }
  };
  const wrong = await Promise.all(calls.map(check));
  agent.destroy();
  return wrong.flat();
}
