import { isFull } from '@job-manager/engine/testing/size';
import { contract } from '@job-manager/shared/contract/index';
import type { TokenPermission } from '@job-manager/shared/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccessTestServer,
  callOf,
  expectGate,
  type GateCall,
  SECRET_TEXT,
  startAccessTestServer,
  wrongAnswers,
} from '../testing/access-test-kit.js';
import { type AccessGround, identitiesOn, type Knocking, program, refusal } from '../testing/identities-test-kit.js';
import { send } from '../testing/request-test-kit.js';
import { type ApiRoute, listRoutes } from './routes.js';

const routes = listRoutes(contract);

let server: AccessTestServer;
beforeAll(async () => {
  server = await startAccessTestServer();
});
afterAll(() => server.stop());

/** The server is there once the tests run, and its identities are named before. */
const ground: AccessGround = {
  secret: SECRET_TEXT,
  get people() {
    return server.people;
  },
  begin: (userId) => server.begin(userId),
  newAdmin: () => server.newAdmin(),
  run: (sql, ...values) => server.run(sql, ...values),
};
const identities = identitiesOn(ground);

/** Those who are refused for their token alone; the gate can't know another call of theirs from this one. */
const isRefusedEverywhere = ({ is }: Knocking) => is === 'none';

describe('every call by cookie and by bearer token, from', () => {
  it.each(Object.entries(identities))('%s', async (name, knocking) => {
    const { token, is, isByCookie = is } = knocking;
    const known = await token();
    /** Signing out is the one call that a token can't be used after. */
    const tokenTo = (route: ApiRoute) => (route.name === 'auth.logout' ? token() : known);
    const origin = { origin: server.url };
    const byCookie = async (route: ApiRoute): Promise<GateCall> => {
      const cookie = await tokenTo(route);
      return {
        ...callOf(route),
        title: `${route.method} ${route.path} by cookie`,
        headers: cookie ? { ...origin, cookie: `jm_session=${cookie}` } : origin,
        wanted: refusal(route, isByCookie),
      };
    };
    const byBearer = async (route: ApiRoute): Promise<GateCall> => {
      const bearer = await tokenTo(route);
      return {
        ...callOf(route),
        title: `${route.method} ${route.path} by bearer token`,
        headers: bearer ? { authorization: `Bearer ${bearer}` } : origin,
        wanted: refusal(route, is),
      };
    };
    // In the small form one of the two where both are refused for the same reason, in turn.
    const isHalf = !isFull && name !== 'anonymous' && isRefusedEverywhere(knocking);
    const calls = await Promise.all(
      routes.flatMap((route, index) => {
        if (!isHalf) return [byCookie(route), byBearer(route)];
        return [index % 2 === 0 ? byCookie(route) : byBearer(route)];
      }),
    );
    expect(calls.length).toBe(routes.length * (isHalf ? 1 : 2));
    expect(await wrongAnswers(server.url, calls)).toEqual([]);
  });
});

it('notes every denied call, with who, what and from where', async () => {
  const { id, token } = await server.signIn('USER', 'curious');
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'a curious program' };
  await send(server.url, { method: 'POST', path: '/api/admin/jobs/cleanup-stalled', headers, body: {} });
  const noted = await server.run(`SELECT * FROM "AuditEvent" WHERE "userAgent" = 'a curious program'`);
  expect(noted.rows).toMatchObject([
    {
      action: 'access.denied',
      actorId: id,
      actorEmail: 'curious@example.com',
      target: 'POST /api/admin/jobs/cleanup-stalled',
      ip: '127.0.0.1',
    },
  ]);
});

it('leaves one trace per network and minute of credentials that were refused, never the credential', async () => {
  const { rows } = await server.run(
    `SELECT "actorEmail", "tokenId", details->>'reason' AS reason FROM "AuditEvent" WHERE details ? 'reason' ORDER BY 3`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(rows.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^(revoked|expired|unknown) API token$/),
      'session token that this server did not sign',
    ]),
  );
  const known = rows.find(({ reason }) => /revoked|expired/.test(reason));
  if (known) expect(known).toMatchObject({ actorEmail: 'token program', tokenId: expect.any(String) });
  const all = await server.run(
    `SELECT count(*)::int AS n FROM "AuditEvent" e WHERE e::text ~ 'jm_[A-Za-z0-9_-]{20}|eyJ'`,
  );
  expect(all.rows).toEqual([{ n: 0 }]);
});

describe('running a run again', () => {
  const again = async (permissions: TokenPermission[]) => {
    const run = await server.database.db.jobRun.create({
      data: { jobName: 'echo', status: 'SUCCESS', finishedAt: new Date() },
    });
    return send(server.url, {
      method: 'POST',
      path: '/api/admin/jobs/enqueue',
      body: { jobName: 'echo', rerunOfId: String(run.id) },
      headers: {
        authorization: `Bearer ${await program(ground, permissions).token()}`,
        'user-agent': permissions.join(' and '),
      },
    });
  };

  it('takes the permission to run and the one to retry', async () => {
    expect((await again(['run', 'retry'])).status).toBe(201);
    expectGate(await again(['retry']), 'FORBIDDEN');
  });

  it('is denied without the second like any other call, and noted', async () => {
    const answer = await again(['run']);
    expectGate(answer, 'FORBIDDEN');
    expect(answer.json.detail).toContain('"retry"');
    const noted = await server.run(`SELECT * FROM "AuditEvent" WHERE "userAgent" = 'run'`);
    expect(noted.rows).toMatchObject([
      { action: 'access.denied', actorEmail: 'token program', target: 'POST /api/admin/jobs/enqueue' },
    ]);
  });
});
