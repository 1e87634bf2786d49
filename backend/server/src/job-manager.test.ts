import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startJobWorker } from '@job-manager/engine/job-worker';
import { defineJob, type JobServices } from '@job-manager/engine/queue/job';
import type { ServicesContext } from '@job-manager/engine/queue/services';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { bundleOf } from '@job-manager/engine/testing/bundle';
import { echo } from '@job-manager/engine/testing/echo-job';
import { contract } from '@job-manager/shared/contract/index';
import express, { type Response as ExpressResponse, type NextFunction, type Request } from 'express';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { listRoutes } from './http/routes.js';
import { createJobManager, type JobManagerOptions } from './job-manager.js';
import { type HostApplication, PATH, startHostApplication } from './testing/host-application.js';

let host: HostApplication;
beforeAll(async () => {
  host = await startHostApplication();
});
afterAll(() => host.close());

/** Another application over the same database, for tests of its own set-up. */
const startOther: typeof startHostApplication = (options) =>
  startHostApplication({ database: host.database, ...options });

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];

describe('the users of the host application', () => {
  it('are known by its own lookup, with the roles it gives them', async () => {
    expect(await (await host.call('ada', '/auth/me')).json()).toMatchObject({
      user: { email: 'ada@host.example', role: 'ADMIN' },
      accounts: 'host',
    });
    expect((await host.call('ada', '/admin/jobs/history')).status).toBe(200);
    expect(await codeOf(await host.call('bob', '/admin/jobs/history'))).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await host.call(null, '/admin/jobs/history'))).toEqual([401, 'SIGNED_OUT']);
    expect(await codeOf(await host.call('stranger', '/auth/me'))).toEqual([401, 'SIGNED_OUT']);
  });

  it('stand on the runs and in the audit log by a row of theirs', async () => {
    const answer = await host.call('ada', '/admin/jobs/enqueue', { json: { jobName: 'echo', parameters: {} } });
    expect(answer.status).toBe(201);
    const { jobRunId, run } = await answer.json();
    expect(answer.headers.get('location')).toBe(`${PATH}/api/admin/jobs/${jobRunId}`);
    expect(run).toMatchObject({ trigger: 'MANUAL', triggeredBy: { email: 'ada@host.example' } });
    const row = await host.database.db.user.findUniqueOrThrow({ where: { externalId: 'u-17' } });
    expect(row).toMatchObject({ email: 'ada@host.example', role: 'ADMIN', passwordHash: null });
    const audited = await host.database.db.auditEvent.findFirstOrThrow({ where: { runId: BigInt(jobRunId) } });
    expect(audited).toMatchObject({ actorId: row.id, actorEmail: 'ada@host.example' });
  });

  it('keep their row when address and role change, which count from the next call on', async () => {
    const me = async () => (await (await host.call('changing', '/auth/me')).json()).user;
    host.users.set('changing', { id: 'c-1', email: 'before@host.example', role: 'ADMIN' });
    const before = await me();
    host.users.set('changing', { id: 'c-1', email: 'after@host.example', role: 'USER' });
    expect(await me()).toEqual({ id: before.id, email: 'after@host.example', role: 'USER' });
  });

  it('may share an address, and may have none', async () => {
    host.users.set('twin', { id: 't-2', email: 'ada@host.example', role: 'ADMIN' });
    host.users.set('nameless', { id: 4711, role: 'ADMIN' });
    await host.call('ada', '/auth/me');
    const emailOf = async (user: string) => (await (await host.call(user, '/auth/me')).json()).user.email;
    expect(await emailOf('twin')).toBe('ada@host.example (t-2)');
    expect(await emailOf('nameless')).toBe('4711');
    expect(await emailOf('ada')).toBe('ada@host.example');
  });

  it('may have a role that was made in the panel, which counts as it is at each call', async () => {
    const created = await host.call('root', '/admin/roles', {
      json: { name: 'Echo operators', permissions: ['view', 'run'], jobPatterns: ['echo*'] },
    });
    const { role } = await created.json();
    host.users.set('olga', { id: 'o-1', ownRole: 'Echo operators' });
    const enqueue = (jobName: string) =>
      host.call('olga', '/admin/jobs/enqueue', { json: { jobName, parameters: {} } });
    expect(await (await host.call('olga', '/auth/me')).json()).toMatchObject({
      user: { email: 'o-1', role: 'USER' },
      ...{ roleName: 'Echo operators', permissions: ['view', 'run'], jobPatterns: ['echo*'] },
    });
    expect((await enqueue('echo')).status).toBe(201);
    expect(await codeOf(await enqueue('other'))).toEqual([403, 'FORBIDDEN']);
    expect(await codeOf(await host.call('olga', '/admin/roles'))).toEqual([403, 'FORBIDDEN']);

    const change = { name: role.name, permissions: ['view'], jobPatterns: null };
    const changed = await host.call('root', `/admin/roles/${role.id}`, { method: 'PUT', json: change });
    expect(changed.status).toBe(200);
    expect(await codeOf(await enqueue('echo'))).toEqual([403, 'FORBIDDEN']);
  });

  it('get one row when they are first seen many times at once', async () => {
    host.users.set('sudden', { id: 's-1', email: 'sudden@host.example', role: 'ADMIN' });
    host.users.set('rival', { id: 's-2', email: 'sudden@host.example', role: 'ADMIN' });
    const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'sudden' : 'rival'));
    const answers = await Promise.all(names.map((name) => host.call(name, '/auth/me')));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect(await host.database.db.user.count({ where: { externalId: { in: ['s-1', 's-2'] } } })).toBe(2);
  });
});

/** Of the tests below. */
declare module '../../engine/src/queue/job.js' {
  interface JobServices {
    greet?(name: string): string;
  }
}

const greeting = defineJob({
  name: 'greeting',
  description: 'Greets by a service of the application',
  parameters: z.object({}),
  run: async (ctx) => ({ greeted: ctx.services.greet?.('Ada') }),
});

describe('the services of the application', () => {
  it('are made once, when runs begin to be executed here, and closed with Job Manager', async () => {
    const events: string[] = [];
    const services = ({ databaseUrl, onClose }: ServicesContext) => {
      events.push(databaseUrl === host.database.url ? 'made' : databaseUrl);
      onClose(() => events.push('closed'));
      return { greet: (name: string) => `Hello ${name}` } as JobServices;
    };
    const other = await startOther({ jobs: [greeting], runner: 'here', services });
    const runs = [1, 2].map(() => other.jobs.queue.enqueue({ jobName: 'greeting', trigger: 'EVENT' }, SYSTEM));
    for (const { run } of await Promise.all(runs)) {
      await vi.waitFor(
        async () => {
          const found = await host.database.db.jobRun.findUniqueOrThrow({ where: { id: BigInt(run.id) } });
          expect(found).toMatchObject({ status: 'SUCCESS', metadata: { greeted: 'Hello Ada' } });
        },
        { timeout: 20_000 },
      );
    }
    expect(events).toEqual(['made']);
    await other.close();
    expect(events).toEqual(['made', 'closed']);
  });

  it('that cannot be made keep it from starting', async () => {
    const services = () => Promise.reject(new Error('No MAIL_URL'));
    await expect(startOther({ jobs: [greeting], runner: 'here', services })).rejects.toThrow(
      'The services of the jobs could not be made: No MAIL_URL',
    );
  });

  it('are not made where no runs are executed', async () => {
    const services = () => Promise.reject(new Error('not to be made'));
    await (await startOther({ jobs: [greeting], services })).close();
  });
});

describe('what belongs to the host application is refused:', () => {
  const password = { currentPassword: 'a', newPassword: 'long enough now' };
  it.each([
    ['signing in', '/auth/login', { email: 'a@b.example', password: 'whatever it is' }],
    ['signing in as a program', '/auth/token', { email: 'a@b.example', password: 'whatever it is' }],
    ['signing out', '/auth/logout', {}],
    ['changing a password', '/auth/password', password],
    ['adding an account', '/admin/users', { email: 'new@host.example', role: 'ADMIN' }],
    ['changing a role', '/admin/users/1/role', { role: 'ADMIN' }],
  ])('%s', async (_what, path, json) => {
    expect(await codeOf(await host.call('root', path, { json }))).toEqual([409, 'HOST_ACCOUNTS']);
  });

  it('and the list of people, but only to those who could list them', async () => {
    expect(await codeOf(await host.call('root', '/admin/users'))).toEqual([409, 'HOST_ACCOUNTS']);
    expect(await codeOf(await host.call('ada', '/admin/users'))).toEqual([403, 'FORBIDDEN']);
  });
});

describe('a lookup that fails', () => {
  it.each([
    ['throws', () => Promise.reject(new Error('the directory is down'))],
    [
      'throws at once',
      () => {
        throw new Error('no such thing');
      },
    ],
    ['answers a person without a role', () => ({ id: '1' }) as never],
    ['answers a role that is none', () => ({ id: '1', role: 'KING' }) as never],
    ['names an own role that there is not', () => ({ id: '1', ownRole: 'unknown role' })],
    ['answers two roles', () => ({ id: '1', role: 'ADMIN', ownRole: 'Echo operators' }) as never],
    ['answers an address with a line feed', () => ({ id: '1', email: 'a@b.example\n=1+1', role: 'ADMIN' as const })],
    ['answers an id with an escape', () => ({ id: '1\x1b[2J', role: 'ADMIN' as const })],
    ['answers an id that is too long', () => ({ id: 'x'.repeat(201), role: 'ADMIN' as const })],
  ])('is a 503 and no crash when it %s', async (_how, lookUp) => {
    host.users.set('unlucky', lookUp);
    expect(await codeOf(await host.call('unlucky', '/auth/me'))).toEqual([503, 'UNAVAILABLE']);
    expect((await host.call('ada', '/auth/me')).status).toBe(200);
  });

  it('is logged with its reason', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => lines.push(line) });
    const other = await startOther({ log });
    other.users.set('unlucky', () => Promise.reject(new Error('the directory is down')));
    await other.call('unlucky', '/auth/me');
    await other.close();
    expect(lines.join()).toContain('the directory is down');
  });
});

describe('a write by a person whom the host application identifies by a cookie', () => {
  const json = { jobName: 'echo', parameters: {} };
  const enqueue = (headers: Record<string, string>) => host.call('ada', '/admin/jobs/enqueue', { json, headers });

  it('must come from a page of its own', async () => {
    expect((await enqueue({})).status).toBe(201);
    expect(await codeOf(await enqueue({ origin: 'https://evil.example' }))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(await codeOf(await enqueue({ 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'FOREIGN_ORIGIN']);
    expect(await codeOf(await enqueue({ authorization: 'Bearer made up', origin: 'https://evil.example' }))).toEqual([
      403,
      'FOREIGN_ORIGIN',
    ]);
  });

  it.each(
    listRoutes(contract)
      .filter(({ method }) => method !== 'GET')
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('is refused from elsewhere: %s', async (_title, route) => {
    const path = route.path.replaceAll(/\{\w+\}/g, '1');
    const init = { method: route.method, json: {}, headers: { origin: 'https://evil.example' } };
    expect(await codeOf(await host.call('root', path, init))).toEqual([403, 'FOREIGN_ORIGIN']);
  });

  it('is not needed by an API token', async () => {
    const made = await host.call('root', '/admin/tokens', {
      json: { name: 'a program', permissions: ['run', 'view'] },
    });
    const { token } = await made.json();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${host.url}${PATH}/api/admin/jobs/enqueue`, {
      method: 'POST',
      headers,
      body: JSON.stringify(json),
    });
    expect(answer.status).toBe(201);
    expect((await answer.json()).run).toMatchObject({ trigger: 'API' });
  });
});

describe('a body that the application has read before', () => {
  const json = { jobName: 'echo', parameters: { word: 'hello' } };
  it.each([
    ['as JSON', express.json()],
    ['as text', express.text({ type: '*/*' })],
    ['as bytes', express.raw({ type: '*/*' })],
    ['if it is a form', express.urlencoded()],
  ])('%s is taken over', async (_how, parser) => {
    const other = await startOther({ before: (app) => app.use(parser) });
    const answer = await other.call('ada', '/admin/jobs/enqueue', { json });
    expect(await answer.json()).toMatchObject({ run: { parameters: { word: 'hello' } } });
    const refused = await other.call('ada', '/admin/jobs/enqueue', { json: { jobName: 'nothing' } });
    expect(refused.status).toBe(400);
    const changed = await other.call('ada', '/admin/jobs/enqueue', {
      method: 'POST',
      body: '{"jobName":"echo","parameters":{"word":"x","id":9007199254740993}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await changed.json()).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'parameters.id' }] });
    await other.close();
  });

  it('has the same limits', async () => {
    const other = await startOther({ before: (app) => app.use(express.json({ limit: '10mb' })) });
    const large = { jobName: 'echo', parameters: { word: 'x'.repeat(70_000) } };
    expect(await codeOf(await other.call('ada', '/admin/jobs/enqueue', { json: large }))).toEqual([413, 'TOO_LARGE']);
    const deep = `{"jobName":"echo","parameters":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    const answer = await other.call('ada', '/admin/jobs/enqueue', {
      method: 'POST',
      body: deep,
      headers: { 'content-type': 'application/json' },
    });
    expect(await codeOf(answer)).toEqual([400, 'INVALID_INPUT']);
    await other.close();
  });
});

describe('beside it', () => {
  it('the application keeps its own addresses, errors and headers', async () => {
    const other = await startOther({
      before: (app) => {
        app.get('/api/health', (_req, res) => void res.set('x-mine', 'yes').send('mine'));
      },
    });
    other.app.get('/api/auth/me', (_req, res) => void res.send('my own'));
    expect(await (await fetch(`${other.url}/api/health`)).text()).toBe('mine');
    expect(await (await fetch(`${other.url}/api/auth/me`)).text()).toBe('my own');
    expect((await fetch(`${other.url}/nowhere`)).headers.get('content-type')).toContain('text/html');
    expect(await codeOf(await other.call('ada', '/nowhere'))).toEqual([404, 'NOT_FOUND']);
    expect((await fetch(`${other.url}${PATH}/healthz`)).status).toBe(200);
    await other.close();
  });

  it('the application receives none of our errors, and its headers do not weaken ours', async () => {
    const onError = vi.fn();
    const other = await startOther({
      before: (app) => {
        app.use((_req, res, next) => {
          res.set('content-security-policy', "script-src 'unsafe-inline'");
          next();
        });
      },
    });
    other.app.use((error: unknown, _req: Request, _res: ExpressResponse, next: NextFunction) => {
      onError(error);
      next(error);
    });
    other.users.set('unlucky', () => Promise.reject(new Error('the directory is down')));
    const answers = [await other.call('unlucky', '/auth/me'), await other.call('ada', '/nowhere')];
    expect(answers.map(({ status }) => status)).toEqual([503, 404]);
    for (const { headers } of answers)
      expect(headers.get('content-security-policy')).not.toContain("script-src 'unsafe-inline'");
    expect(onError).not.toHaveBeenCalled();
    await other.close();
  });

  it.each([
    ['with a slash behind its path', `${PATH}/`],
    ['at the root', '/'],
  ])('it may be mounted %s', async (_where, path) => {
    const other = await startOther({ path });
    const api = `${other.url}${path.replace(/\/$/, '')}/api`;
    const answer = await fetch(`${api}/auth/me`, { headers: { cookie: 'who=ada' } });
    expect(await answer.json()).toMatchObject({ user: { email: 'ada@host.example' } });
    await other.close();
  });

  it("it may be mounted in the application's own router", async () => {
    const other = await startOther();
    const ops = express.Router();
    ops.use('/jobs', other.jobs.router);
    const app = express().use('/ops', ops);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${PATH}/api/auth/me`, { headers: { cookie: 'who=ada' } });
    expect(answer.status).toBe(200);
    server.close();
    await other.close();
  });

  it('trusts a proxy where the application does, for the address of a call', async () => {
    const other = await startOther({ before: (app) => app.set('trust proxy', true) });
    const json = { jobName: 'echo', parameters: {} };
    await other.call('ada', '/admin/jobs/enqueue', { json, headers: { 'x-forwarded-for': '203.0.113.7' } });
    const latest = { where: { action: 'run.enqueue' }, orderBy: { id: 'desc' } } as const;
    expect(await other.database.db.auditEvent.findFirst(latest)).toMatchObject({ ip: '203.0.113.7' });
    await other.close();
  });

  it('writes its mount path into its API document', async () => {
    const document = await (await host.call(null, '/openapi.json')).json();
    expect(document.servers).toEqual([{ url: `${PATH}/api` }]);
  });

  it('refuses to answer at another path than the configured one', async () => {
    const other = await startOther();
    other.app.use('/elsewhere', other.jobs.router);
    expect((await fetch(`${other.url}/elsewhere/healthz`)).status).toBe(500);
    await other.close();
  });
});

describe('the socket', () => {
  function open(url: string, user?: string, headers: Record<string, string> = {}) {
    const socket = new WebSocket(url.replace('http', 'ws'), {
      headers: { ...(user === undefined ? {} : { cookie: `who=${user}` }), ...headers },
    });
    const first = new Promise<string>((resolve) => socket.once('message', (data) => resolve(data.toString())));
    const closed = new Promise<number>((resolve) => {
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('close', resolve);
    });
    return { socket, first, closed };
  }

  it('is open to operators of the host application, below its path', async () => {
    const { socket, first } = open(`${host.url}${PATH}/ws`, 'ada');
    expect(JSON.parse(await first).type).toBe('server.admin.jobs_snapshot');
    socket.close();
    expect(await open(`${host.url}${PATH}/ws`, 'bob').closed).toBe(4403);
    expect(await open(`${host.url}${PATH}/ws`).closed).toBe(4401);
    expect(await open(`${host.url}${PATH}/ws`, 'ada', { origin: 'https://evil.example' }).closed).toBe(403);
  });

  it('is refused, and nothing else, while the lookup fails', async () => {
    host.users.set('unlucky', () => Promise.reject(new Error('the directory is down')));
    expect(await open(`${host.url}${PATH}/ws`, 'unlucky').closed).toBe(503);
  });

  it('leaves sockets on other paths to the application, and refuses those that are not served', async () => {
    expect(await open(`${host.url}/ws`, 'ada').closed).toBe(404);
    const other = await startOther();
    const chat = new WebSocketServer({ noServer: true });
    other.server.on('upgrade', (request, stream, head) => {
      if (request.url === '/chat') chat.handleUpgrade(request, stream, head, (socket) => socket.send('hello'));
    });
    const { socket, first } = open(`${other.url}/chat`);
    expect(await first).toBe('hello');
    socket.terminate();
    expect(JSON.parse(await open(`${other.url}${PATH}/ws`, 'ada').first).type).toBe('server.admin.jobs_snapshot');
    await other.close();
  });
});

describe('its life', () => {
  it('answers 503 until it is started, and once it is closed', async () => {
    const other = await startOther({ isStarted: false });
    expect(await codeOf(await other.call('ada', '/auth/me'))).toEqual([503, 'UNAVAILABLE']);
    await Promise.all([other.jobs.start(), other.jobs.start()]);
    expect((await other.call('ada', '/auth/me')).status).toBe(200);
    await other.jobs.close();
    expect(await codeOf(await other.call('ada', '/auth/me'))).toEqual([503, 'UNAVAILABLE']);
    expect(other.server.listenerCount('upgrade')).toBe(0);
    await other.close();
  });

  it('fails at the start with the reason where there is no such database, and can be started again', async () => {
    const databaseUrl = host.database.url.replace(/\/\w+$/, `/${randomUUID().replaceAll('-', '_')}`);
    const jobs = createJobManager({
      databaseUrl,
      jobs: [],
      path: '/',
      identify: () => null,
      log: pino({ level: 'silent' }),
    });
    await expect(jobs.start()).rejects.toThrow('does not exist');
    await expect(jobs.start()).rejects.toThrow('does not exist');
    await jobs.close();
  });

  it('executes runs in the process of the application, and lets them end when it is closed', async () => {
    const other = await startHostApplication({ runner: 'here' });
    const request = { jobName: 'echo', parameters: { word: 'hi' }, trigger: 'EVENT' } as const;
    const { id } = (await other.jobs.queue.enqueue(request, SYSTEM)).run;
    await untilDone(other, id);
    await other.close();
  });

  it('leaves runs to a worker elsewhere where it is configured so', async () => {
    const request = { jobName: 'echo', parameters: { word: 'hi' }, trigger: 'EVENT' } as const;
    const other = await startHostApplication();
    const { id } = (await other.jobs.queue.enqueue(request, SYSTEM)).run;
    const worker = await startJobWorker({
      databaseUrl: other.database.url,
      jobs: [echo],
      settings: { DATABASE_SCHEMA: 'public' },
      log: pino({ level: 'silent' }),
    });
    await untilDone(other, id);
    await worker.stop();
    await other.close();
  });

  it('has a worker stop at once, also while its agents are busy', async () => {
    const other = await startHostApplication();
    const { database } = other;
    const lock = await database.pool.connect();
    await lock.query('BEGIN; LOCK TABLE "Job"');
    const log = pino({ level: 'silent' });
    const settings = { DATABASE_SCHEMA: 'public' };
    const worker = await startJobWorker({ databaseUrl: database.url, jobs: [echo], settings, log });
    const stopped = worker.stop();
    await vi.waitFor(async () => {
      expect(await database.db.runner.findUniqueOrThrow({ where: { id: worker.runnerId } })).toMatchObject({
        status: 'STOPPED',
      });
    });
    await lock.query('ROLLBACK');
    lock.release();
    await stopped;
    await other.close();
  });

  const untilDone = (other: HostApplication, id: string) =>
    vi.waitFor(async () => {
      const run = await other.database.db.jobRun.findUniqueOrThrow({ where: { id: BigInt(id) } });
      expect(run).toMatchObject({ status: 'SUCCESS', metadata: { said: 'hi' } });
    });
});

describe('an error that was not caught', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundleOf({
      catchStrayErrorsOfRuns: new URL('../../engine/src/queue/stray-errors.ts', import.meta.url).href,
    });
  });
  const ends = (lines: string) => {
    const input = `${bundle}\n; catchStrayErrorsOfRuns(); ${lines}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-'], {
      input,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it.each([
    ['thrown', `setTimeout(() => { throw new Error('of the host') });`],
    ['rejected', `Promise.reject(new Error('of the host'));`],
  ])("and that is the application's own ends it as ever: %s", (_how, lines) => {
    const { status, stderr } = ends(lines);
    expect(status).toBe(1);
    expect(stderr).toContain('of the host');
  });

  it.each([
    ['uncaughtException', `setTimeout(() => { throw new Error('of the host') });`],
    ['uncaughtException', `Promise.reject(new Error('of the host'));`],
    ['unhandledRejection', `Promise.reject(new Error('of the host'));`],
  ])('goes to its %s handler where it has one', (event, lines) => {
    const { status, stdout } = ends(
      `process.on('${event}', ({ message }) => console.log('received', message)); ${lines}`,
    );
    expect([status, stdout]).toEqual([0, 'received of the host\n']);
  });

  it('fails the run that it comes from, and nothing else', async () => {
    const stray = defineJob({
      ...echo,
      name: 'stray',
      maxAttempts: 1,
      run: async (ctx) => {
        setTimeout(() => {
          throw new Error('escaped');
        });
        await ctx.pause(60_000);
      },
    });
    const other = await startHostApplication({ jobs: [stray, echo], runner: 'here' });
    const request = { jobName: 'stray', parameters: {}, trigger: 'EVENT' } as const;
    const { run } = await other.jobs.queue.enqueue(request, SYSTEM);
    await vi.waitFor(async () => {
      const found = await other.database.db.jobRun.findUniqueOrThrow({ where: { id: BigInt(run.id) } });
      expect(found).toMatchObject({ status: 'FAILED', error: expect.stringContaining('escaped') });
    });
    await other.close();
  });
});

describe('an option that can not be used is refused in one line:', () => {
  const good: JobManagerOptions = {
    databaseUrl: 'postgres://localhost/jobs',
    jobs: [],
    path: '/ops/jobs',
    identify: () => null,
  };
  it.each<[string, object, string]>([
    [
      'a database of another kind',
      { databaseUrl: 'mysql://localhost/jobs' },
      'databaseUrl: must be the URL of a PostgreSQL database',
    ],
    ['a path that is none', { path: 'ops' }, 'path: must be a path such as /ops/jobs'],
    ['a path with what HTML means something by', { path: '/a"b' }, 'path: must be a path such as /ops/jobs'],
    ['no lookup', { identify: 'ada' }, 'identify: must be a function'],
    ['an address to sign in that is a script', { signInUrl: 'javascript:alert(1)' }, 'signInUrl: must be a path'],
    ['an unknown option', { pathh: '/' }, 'pathh: is no setting; did you mean path?'],
    [
      'an unknown setting',
      { settings: { JOBS_CONCURENCY: 3 } },
      'JOBS_CONCURENCY: is no setting; did you mean JOBS_CONCURRENCY?',
    ],
    ['a setting that has no meaning here', { settings: { PORT: 80 } }, 'PORT: is no setting'],
    ['a number out of bounds', { settings: { JOBS_CONCURRENCY: -1 } }, 'JOBS_CONCURRENCY: must be at least'],
  ])('%s', (_what, wrong, words) => {
    expect(() => createJobManager({ ...good, ...wrong } as JobManagerOptions)).toThrow(words);
  });
});
