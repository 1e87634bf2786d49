import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRoutes } from './routes.js';
import { callOf, expectGate } from './trial-access.js';
import { refusal } from './trial-identities.js';
import { send } from './trial-request.js';
import { startTrialServer, type TrialServer } from './trial-server.js';

let server: TrialServer;
beforeAll(async () => {
  server = await startTrialServer({ env: { SECOND_FACTOR_FOR: 'SUPER_ADMIN' } });
});
afterAll(() => server.stop());

describe('a role that a second factor is demanded of', () => {
  it('can do nothing but what leads to one', async () => {
    const { token } = await server.signIn('SUPER_ADMIN', 'demanded');
    const headers = { authorization: `Bearer ${token}` };
    for (const route of listRoutes(contract)) {
      if (route.name === 'auth.logout') continue;
      expectGate(await send(server.url, { ...callOf(route), headers }), refusal(route, 'limited'));
    }
    const me = await send(server.url, { path: '/api/auth/me', headers });
    expect(me.json).toMatchObject({ permissions: [], pending: ['setUpSecondFactor'] });
  });

  it('is not asked of others', async () => {
    const { token } = await server.signIn('ADMIN', 'not-demanded');
    const me = await send(server.url, { path: '/api/auth/me', headers: { authorization: `Bearer ${token}` } });
    expect(me.json).toMatchObject({ permissions: expect.arrayContaining(['view']), pending: [] });
  });
});
