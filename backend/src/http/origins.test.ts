import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRoutes } from './routes.js';
import { type AccessTrial, callOf, expectGate, startAccessTrial } from './trial-access.js';
import { originContexts } from './trial-contexts.js';
import { problemCode, send } from './trial-request.js';
import { startTrialServer } from './trial-server.js';

const writes = listRoutes(contract).filter((route) => route.method !== 'GET');

let server: AccessTrial;
beforeAll(async () => {
  server = await startAccessTrial();
});
afterAll(() => server.stop());

describe.each(Object.entries(originContexts))('a write with %s', (_name, { headers: headersOf, from }) => {
  const headers = () => headersOf(server.url);
  const isOwn = from === 'own';
  const titles = writes.map((route) => [`${route.method} ${route.path}`, route] as const);

  it.each(titles)('%s by cookie', async (_title, route) => {
    const cookie = `jm_session=${await server.tokenFor('SUPER_ADMIN')}`;
    const answer = await send(server.url, { ...callOf(route), headers: { ...headers(), cookie } });
    expectGate(answer, isOwn ? null : 'FOREIGN_ORIGIN');
  });

  it.each(titles)('%s by bearer token', async (_title, route) => {
    const authorization = `Bearer ${await server.tokenFor('SUPER_ADMIN')}`;
    expectGate(await send(server.url, { ...callOf(route), headers: { ...headers(), authorization } }), null);
  });

  it('signs in from our own pages only', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/login', method: 'POST' }),
      headers: headers(),
    });
    expectGate(answer, isOwn ? null : 'FOREIGN_ORIGIN');
  });

  it('signs a program in unless a page of another site asks', async () => {
    const answer = await send(server.url, {
      ...callOf({ path: '/auth/token', method: 'POST' }),
      headers: headers(),
    });
    expectGate(answer, from === 'foreign' ? 'FOREIGN_ORIGIN' : null);
  });
});

it('takes PUBLIC_URL for our own origin, whatever host a proxy asks for', async () => {
  const proxied = await startTrialServer({ env: { PUBLIC_URL: 'https://jobs.example.com' } });
  try {
    const login = (origin: string) =>
      send(proxied.url, {
        method: 'POST',
        path: '/api/auth/login',
        headers: { origin },
        body: { email: 'x', password: 'y' },
      });
    expect(problemCode(await login('https://jobs.example.com'))).toBe('WRONG_CREDENTIALS');
    const refused = await login('http://jobs.example.com');
    expect(problemCode(refused)).toBe('FOREIGN_ORIGIN');
    expect(refused.text).toContain(
      "the Origin http://jobs.example.com, and the panel's own is https://jobs.example.com",
    );
    expect(refused.text).toContain('set PUBLIC_URL');
  } finally {
    await proxied.stop();
  }
});
