import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRoutes } from './routes.js';
import { type AccessTrial, callOf, expectGate, startAccessTrial } from './trial-access.js';
import { problemCode, send } from './trial-request.js';
import { startTrialServer } from './trial-server.js';

const writes = listRoutes(contract).filter((route) => route.method !== 'GET');

let server: AccessTrial;
beforeAll(async () => {
  server = await startAccessTrial();
});
afterAll(() => server.stop());

const ownHost = () => server.url;
/** Where a browser can say that a write comes from, and whether a cookie may authorise it then. */
const contexts: Record<string, { headers: () => Record<string, string>; isOwn: boolean }> = {
  'Sec-Fetch-Site: same-origin': {
    headers: () => ({ 'sec-fetch-site': 'same-origin', origin: ownHost() }),
    isOwn: true,
  },
  'our own Origin alone': { headers: () => ({ origin: ownHost() }), isOwn: true },
  'Sec-Fetch-Site: none with our own Origin': {
    headers: () => ({ 'sec-fetch-site': 'none', origin: ownHost() }),
    isOwn: true,
  },
  'Sec-Fetch-Site: cross-site': {
    headers: () => ({ 'sec-fetch-site': 'cross-site', origin: ownHost() }),
    isOwn: false,
  },
  'Sec-Fetch-Site: same-site': { headers: () => ({ 'sec-fetch-site': 'same-site', origin: ownHost() }), isOwn: false },
  'Sec-Fetch-Site: none without Origin': { headers: () => ({ 'sec-fetch-site': 'none' }), isOwn: false },
  'a foreign Origin': { headers: () => ({ origin: 'https://evil.example' }), isOwn: false },
  'an Origin that begins like ours': { headers: () => ({ origin: `${ownHost()}.evil.example` }), isOwn: false },
  'our host at another port': { headers: () => ({ origin: 'http://127.0.0.1:1' }), isOwn: false },
  'Origin: null': { headers: () => ({ origin: 'null' }), isOwn: false },
  'Origin: null that claims same-origin': {
    headers: () => ({ 'sec-fetch-site': 'same-origin', origin: 'null' }),
    isOwn: false,
  },
  'no Origin at all': { headers: () => ({}), isOwn: false },
};

describe.each(Object.entries(contexts))('a write with %s', (_name, { headers, isOwn }) => {
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
    const isProgram = headers().origin === undefined;
    expectGate(answer, isOwn || isProgram ? null : 'FOREIGN_ORIGIN');
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
    expect(problemCode(await login('http://jobs.example.com'))).toBe('FOREIGN_ORIGIN');
  } finally {
    await proxied.stop();
  }
});
