import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostApplication, PATH, startHostApplication } from '../testing/host-application.js';

let host: HostApplication;
beforeAll(async () => {
  host = await startHostApplication();
});
afterAll(() => host.close());

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const asAda = (url: string): RequestInit => ({ headers: { cookie: 'who=ada', origin: url } });
const enqueue = (url: string): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ jobName: 'echo' }),
  headers: { cookie: 'who=ada', origin: url, 'content-type': 'application/json' },
});

describe('without Express around it', () => {
  /** Both answer other paths with the address that they receive. */
  const hosts: [string, () => RequestListener][] = [
    [
      'a server of Node’s, which passes the whole address',
      () => (request, response) => host.jobs.router(request, response, () => response.end(`own ${request.url}`)),
    ],
    [
      'connect, which cuts the path off and keeps the whole address beside it',
      () => (request: IncomingMessage & { originalUrl?: string }, response) => {
        const whole = request.url ?? '/';
        if (!whole.startsWith(`${PATH}/`)) return void response.end(`own ${whole}`);
        Object.assign(request, { originalUrl: whole, url: whole.slice(PATH.length) });
        host.jobs.router(request, response, () => response.end(`own ${request.url}`));
      },
    ],
  ];

  it.each(hosts)('it stands in %s', async (_name, listener) => {
    const url = await serve(listener());
    expect((await fetch(`${url}${PATH}/api/auth/me`, asAda(url))).status).toBe(200);
    const queued = await fetch(`${url}${PATH}/api/admin/jobs/enqueue`, enqueue(url));
    expect([queued.status, queued.headers.get('location')]).toEqual([
      201,
      expect.stringMatching(/^\/ops\/jobs\/api\/admin\/jobs\/\d+$/),
    ]);
    expect((await fetch(`${url}${PATH}/api/admin/jobs/none`, asAda(url))).status).toBe(400);
    for (const path of ['/', '/ops', '/ops/jobsuite/api/auth/me', '/orders?of=/ops/jobs']) {
      expect(await (await fetch(`${url}${path}`)).text()).toBe(`own ${path}`);
    }
  });

  it('it answers at the path itself, with a query as well', async () => {
    const url = await serve((request, response) => host.jobs.router(request, response, () => response.end('own')));
    for (const address of [PATH, `${PATH}/`, `${PATH}?a=1`]) {
      expect(await (await fetch(`${url}${address}`)).text()).not.toBe('own');
    }
  });
});

describe('behind a proxy that strips a prefix', () => {
  const PUBLIC = '/tools/ops/jobs';
  let behind: HostApplication;
  let proxy: string;
  beforeAll(async () => {
    proxy = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method, headers } = request;
      const passed = ['cookie', 'origin', 'content-type'].flatMap((name) =>
        headers[name] ? [[name, headers[name]]] : [],
      );
      const answer = await fetch(`${behind.url}${request.url?.replace(/^\/tools/, '')}`, {
        ...{ method, redirect: 'manual', headers: Object.fromEntries(passed) },
        body: chunks.length > 0 ? Buffer.concat(chunks) : null,
      });
      response.writeHead(answer.status, { location: answer.headers.get('location') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    const place = { publicPath: PUBLIC, settings: { PUBLIC_URL: proxy } };
    behind = await startHostApplication({ database: host.database, ...place });
  });
  afterAll(() => behind.close());

  it('addresses of the server in its answers lead through the proxy', async () => {
    const document = await (await fetch(`${proxy}${PUBLIC}/api/openapi.json`)).json();
    expect(document).toMatchObject({ servers: [{ url: `${PUBLIC}/api` }] });
    const moved = await fetch(`${proxy}${PUBLIC}/api/docs`, { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([301, `${PUBLIC}/api/docs/`]);
    const queued = await fetch(`${proxy}${PUBLIC}/api/admin/jobs/enqueue`, enqueue(proxy));
    const location = queued.headers.get('location') ?? '';
    expect([queued.status, location]).toEqual([
      201,
      expect.stringMatching(new RegExp(`^${PUBLIC}/api/admin/jobs/\\d+$`)),
    ]);
    expect((await fetch(`${proxy}${location}`, asAda(proxy))).status).toBe(200);
  });

  it('a public path that is none is refused', async () => {
    await expect(startHostApplication({ database: host.database, publicPath: 'tools' })).rejects.toThrow(
      'publicPath: must be a path such as /ops/jobs',
    );
  });
});
