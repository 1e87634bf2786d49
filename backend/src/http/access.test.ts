import { contract } from '@job-manager/shared/contract/index';
import type { TokenPermission } from '@job-manager/shared/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiRoute, listRoutes } from './routes.js';
import { type AccessTrial, callOf, expectGate, SECRET_TEXT, startAccessTrial } from './trial-access.js';
import { type AccessGround, identitiesOn, program, refusal } from './trial-identities.js';
import { send } from './trial-request.js';

const routes = listRoutes(contract);

let server: AccessTrial;
beforeAll(async () => {
  server = await startAccessTrial();
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

describe.each(Object.entries(identities))('%s', (_name, { token, is, isByCookie = is }) => {
  let known: string | undefined;
  beforeAll(async () => {
    known = await token();
  });
  /** Signing out is the one call that a token can't be used after. */
  const tokenTo = (route: ApiRoute) => (route.name === 'auth.logout' ? token() : known);

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_title, route) => {
    const own = { origin: server.url };
    const cookie = await tokenTo(route);
    const byCookie = await send(server.url, {
      ...callOf(route),
      headers: cookie ? { ...own, cookie: `jm_session=${cookie}` } : own,
    });
    expectGate(byCookie, refusal(route, isByCookie));
    const bearer = await tokenTo(route);
    const byBearer = await send(server.url, {
      ...callOf(route),
      headers: bearer ? { authorization: `Bearer ${bearer}` } : own,
    });
    expectGate(byBearer, refusal(route, is));
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

it('leaves one trace per network and minute of credentials that let nobody in, never the credential', async () => {
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
