import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '@job-manager/engine/config';
import { size } from '@job-manager/engine/testing/size';
import { limits } from '@job-manager/shared/limits';
import type { ServerMessage } from '@job-manager/shared/live';
import { maxFollowed } from '@job-manager/shared/live-client';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../testing/server.js';
import type { Change } from './changes.js';
import { Gateway, type GatewayOptions } from './gateway.js';
import { encode } from './shared-message.js';

let server: TestServer;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.tokenOf('admin@example.test', 'ADMIN');
});
afterAll(() => server.close());

/**
 * Opens the socket and collects its messages; `closed` resolves with its close code, or the HTTP status that refused
 * it.
 */
function open(token?: string, headers: Record<string, string> = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, { headers: { ...authorization, ...headers } });
  const received: ServerMessage[] = [];
  socket.on('message', (data) => received.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('close', resolve);
  });
  return { socket, received, closed };
}

const untilWelcome = ({ received }: { received: ServerMessage[] }) =>
  vi.waitFor(() => expect(received[0]).toMatchObject({ type: 'server.admin.jobs_snapshot' }));

/** Numbered without gaps; a snapshot may skip numbers. */
const isInSequence = (received: ServerMessage[]) =>
  received.every(({ seq, type }, at) => {
    const expected = (received[at - 1]?.seq ?? -1) + 1;
    return type === 'server.admin.jobs_snapshot' ? seq >= expected : seq === expected;
  });

describe('who may watch', () => {
  it('opens for an operator with a snapshot first', async () => {
    const { id } = await server.database.db.jobRun.create({ data: { jobName: 'waiting' } });
    const connection = open(admin);
    await untilWelcome(connection);
    expect(connection.received[0]?.data).toMatchObject({
      runs: [{ id: String(id), status: 'QUEUED' }],
      counts: { running: 0, queued: 1 },
    });
    connection.socket.close();
  });

  it('sends the open incidents with the snapshot, and what opens to all, in the same bytes', async () => {
    const connections = [open(admin), open(admin)];
    await Promise.all(connections.map(untilWelcome));
    expect(connections[0]?.received[0]?.data).toMatchObject({ alerts: { open: 0, critical: 0, newest: [] } });
    const about = { ruleName: 'A rule', kind: 'runFailed', title: 'echo fails', cause: 'Full' } as const;
    await server.database.db.incident.create({ data: { key: 'k', severity: 'CRITICAL', ...about } });
    await server.database.pool.query(`SELECT pg_notify('job_manager_alerts', '')`);
    for (const { received } of connections)
      await vi.waitFor(() =>
        expect(received.find(({ type }) => type === 'server.admin.alert_opened')?.data).toMatchObject({
          incident: { title: 'echo fails' },
          ...{ open: 1, critical: 1 },
        }),
      );
    expect(connections.every(({ received }) => isInSequence(received))).toBe(true);
    for (const { socket } of connections) socket.close();
    await server.database.db.incident.deleteMany();
  });

  it('closes with 4401 without a token and for an unknown one', async () => {
    expect(await open().closed).toBe(4401);
    expect(await open('not-a-token').closed).toBe(4401);
  });

  it('closes with 4403 for a person who is no operator', async () => {
    expect(await open(await server.tokenOf('member@example.test', 'USER')).closed).toBe(4403);
  });

  it('closes the 21st of one person with a reason, and opens it once another has closed', async () => {
    const crowded = await server.tokenOf('crowded@example.test', 'ADMIN');
    const opened = Array.from({ length: 20 }, () => open(crowded));
    await Promise.all(opened.map(untilWelcome));
    const { socket, closed } = open(crowded);
    const reason = new Promise<string>((resolve) => socket.once('close', (_code, text) => resolve(text.toString())));
    expect([await closed, await reason]).toEqual([4429, expect.stringContaining('20 live connections')]);
    // Others are not in their way.
    const other = open(admin);
    await untilWelcome(other);
    const [first] = opened;
    first?.socket.close();
    await first?.closed;
    const another = open(crowded);
    await untilWelcome(another);
    for (const one of [other, another, ...opened]) one.socket.terminate();
  });

  it('leaves one trace of the sockets that a network was refused, in a minute', async () => {
    const traces = await server.database.pool.query(
      `SELECT details->>'reason' AS reason FROM "AuditEvent" WHERE target = 'GET /ws' ORDER BY id`,
    );
    expect(traces.rows.map(({ reason }) => reason)).toEqual([
      'not signed in',
      'session token that this server did not sign',
    ]);
  });

  it('refuses a page of another origin before it identifies the caller', async () => {
    expect(await open(admin, { origin: 'https://evil.example' }).closed).toBe(403);
    expect(await open(admin, { origin: 'null' }).closed).toBe(403);
  });
});

describe('a viewer limited to some jobs', () => {
  it('receives these alone, and others once the limit has changed', async () => {
    const { pool, db } = server.database;
    const email = 'limited@example.test';
    const token = await server.tokenOf(email, 'USER');
    const { rows } = await pool.query(
      `INSERT INTO "AccessRole" (name, permissions, "jobPatterns") VALUES ('Billing', '{view}', '{billing-*}') RETURNING id`,
    );
    await pool.query('UPDATE "User" SET "accessRoleId" = $1 WHERE email = $2', [rows[0].id, email]);
    const [own, other] = await Promise.all(
      ['billing-mail', 'media-scan'].map((jobName) => db.jobRun.create({ data: { jobName, messageCount: 1 } })),
    );
    await pool.query(
      `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) SELECT id, 1, 1, 'INFO', 'JOB', "jobName" || ' says' FROM "JobRun"`,
    );
    const [mine, all] = [open(token), open(admin)];
    await Promise.all([mine, all].map(untilWelcome));
    const namesIn = ({ received }: { received: ServerMessage[] }) =>
      JSON.stringify(received).match(/media-scan|billing-\w+/g) ?? [];
    expect(mine.received[0]?.data).toMatchObject({
      runs: [{ id: String(own?.id), jobName: 'billing-mail' }],
      counts: { running: 0, queued: 1 },
    });
    expect(namesIn(all)).toEqual(expect.arrayContaining(['media-scan', 'billing-mail']));

    // A followed run of another job sends nothing, and no change of one arrives.
    for (const run of [other, own])
      mine.socket.send(JSON.stringify({ type: 'client.admin.follow_run', jobRunId: String(run?.id), afterSeq: 0 }));
    await db.jobRun.createMany({ data: ['media-scan', 'billing-other'].map((jobName) => ({ jobName })) });
    await pool.query(`SELECT pg_notify('job_manager_changed', '')`);
    await vi.waitFor(() => expect(namesIn(mine)).toContain('billing-other'));
    await vi.waitFor(() => expect(JSON.stringify(mine.received)).toContain('billing-mail says'));
    await vi.waitFor(() => expect(namesIn(all).filter((name) => name === 'media-scan').length).toBeGreaterThan(1));
    expect(namesIn(mine)).not.toContain('media-scan');
    expect(isInSequence(mine.received)).toBe(true);

    await pool.query(`UPDATE "AccessRole" SET permissions = permissions, "jobPatterns" = '{media-*}'`);
    expect(await mine.closed).toBe(1012);
    const again = open(token);
    await untilWelcome(again);
    expect(namesIn(again)).not.toContain('billing-mail');
    expect(namesIn(again)).toContain('media-scan');
    for (const { socket } of [all, again]) socket.close();
    await db.jobRun.deleteMany();
  });
});

describe('an open socket ends when', () => {
  async function watched(email: string) {
    const token = await server.tokenOf(email, 'ADMIN');
    const connection = open(token);
    await untilWelcome(connection);
    return { token, ...connection };
  }

  it('its user is demoted', async () => {
    const { closed } = await watched('demoted@example.test');
    await server.database.pool.query(`UPDATE "User" SET role = 'USER' WHERE email = 'demoted@example.test'`);
    expect(await closed).toBe(4403);
  });

  it('its user is disabled', async () => {
    const { closed } = await watched('disabled@example.test');
    await server.database.pool.query(
      `UPDATE "User" SET "disabledAt" = clock_timestamp() WHERE email = 'disabled@example.test'`,
    );
    expect(await closed).toBe(4401);
  });

  it('its user is deleted', async () => {
    const { closed } = await watched('deleted@example.test');
    await server.database.pool.query(`DELETE FROM "User" WHERE email = 'deleted@example.test'`);
    expect(await closed).toBe(4401);
  });

  it('its session signs out, while others go on', async () => {
    const other = open(admin);
    await untilWelcome(other);
    const { token, closed } = await watched('leaving@example.test');
    await server.call(token, 'POST', '/auth/logout');
    expect(await closed).toBe(4401);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.close();
  });
});

describe('a message of a client', () => {
  it('brings a new snapshot when it requests one, in sequence', async () => {
    const connection = open(admin);
    await untilWelcome(connection);
    connection.socket.send(JSON.stringify({ type: 'client.admin.resync' }));
    await vi.waitFor(() =>
      expect(connection.received.filter(({ type }) => type === 'server.admin.jobs_snapshot')).toHaveLength(2),
    );
    expect(isInSequence(connection.received)).toBe(true);
    connection.socket.close();
  });

  it.each([
    ['text that is no JSON', '{'],
    ['a message of no known type', '{"type":"server.admin.jobs_snapshot"}'],
    ['bytes', Buffer.from([1, 2, 3])],
    ['too much at once', 'x'.repeat(70_000)],
  ])('closes its own connection and no other with %s', async (_what, message) => {
    const other = open(admin);
    const connection = open(admin);
    await Promise.all([untilWelcome(other), untilWelcome(connection)]);
    connection.socket.send(message);
    expect([1008, 1009]).toContain(await connection.closed);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.close();
  });

  it.each([
    [{ type: 'client.admin.ping', since: 5 }, 'since: is no field of this message; there are type'],
    [
      { type: 'client.admin.follow_run', jobRunId: '1', afterSq: 0 },
      'afterSeq: is missing; afterSq: is no field of this message; did you mean afterSeq?',
    ],
    [{ type: 'client.admin.nothing' }, expect.stringMatching(/^type: must be one of client\.admin\.resync/)],
  ])('gives the reason why it closes the connection of %j', async (message, reason) => {
    const connection = open(admin);
    await untilWelcome(connection);
    const why = new Promise<string>((resolve) =>
      connection.socket.once('close', (_code, text) => resolve(text.toString())),
    );
    connection.socket.send(JSON.stringify(message));
    expect(await why).toEqual(reason);
  });

  it('closes a connection that talks without end', async () => {
    const connection = open(admin);
    await untilWelcome(connection);
    for (let count = 0; count < 200; count++) connection.socket.send(JSON.stringify({ type: 'client.admin.ping' }));
    expect(await connection.closed).toBe(1008);
  });
});

/** A gateway by itself, over a feed whose changes a test emits. */
async function startGateway(part: Record<string, unknown>) {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const active = Object.assign(new EventEmitter(), {
    watch: () => () => {},
    refreshUnlessFresh: async () => {},
    snapshotMessage: () =>
      encode({
        type: 'server.admin.jobs_snapshot',
        data: { runs: [], counts: { running: 0, queued: 0 }, serverTime: '2026-01-01T00:00:00.000Z' },
      }),
  });
  const gateway = new Gateway({
    server: http,
    config: readConfig({}),
    sessions: {
      authenticate: async () => ({ user: { id: 1 }, permissions: ['view'], jobPatterns: null }),
      recheckMs: 60_000,
    },
    active,
    tails: {},
    alerts: Object.assign(new EventEmitter(), { watch: () => () => {}, ready: async () => {}, snapshot: undefined }),
    listener: new EventEmitter(),
    refusals: { recordOnce: async () => {} },
    traceCredential: async () => {},
    log: pino({ level: 'silent' }),
    ...part,
  } as unknown as GatewayOptions);
  return { gateway, http, active, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws` };
}

it('refuses a network without a signed-in user after 60 upgrades a minute, and no other', async () => {
  const authenticate = async ({ headers }: { headers: Record<string, string> }) =>
    headers.authorization ? { user: { id: 1 }, permissions: ['view'], jobPatterns: null } : null;
  const { gateway, http, url } = await startGateway({ sessions: { authenticate, recheckMs: 60_000 } });
  const knock = (headers: Record<string, string> = {}) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(url, { headers });
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('message', () => {
        socket.close();
        resolve(200);
      });
      socket.on('close', resolve);
    });
  const answers = await Promise.all(Array.from({ length: 70 }, () => knock()));
  expect([answers.filter((code) => code === 4401).length, answers.filter((code) => code === 429).length]).toEqual([
    60, 10,
  ]);
  expect(await knock({ authorization: 'Bearer x' })).toBe(200);
  gateway.close();
  http.close();
});

describe('messages are compressed', () => {
  const change: Change = {
    type: 'server.admin.jobs_changed',
    data: { runs: [], hidden: Array.from({ length: 10_000 }, (_, id) => String(id)) },
  };
  const small: Change = { type: 'server.admin.job_hidden', data: { jobRunId: '1' } };

  it('for clients that accept them, and have the same content for all', async () => {
    const { gateway, http, active, url } = await startGateway({});
    const bytesOf: (() => number)[] = [];
    http.on('connection', (socket) => bytesOf.push(() => socket.bytesWritten));
    const received: ServerMessage[][] = [];
    // The window of the last is too small for these messages.
    for (const perMessageDeflate of [true, false, { serverMaxWindowBits: 9 }]) {
      const texts: ServerMessage[] = [];
      received.push(texts);
      const socket = new WebSocket(url, { perMessageDeflate });
      socket.on('message', (data) => texts.push(JSON.parse(data.toString())));
      await vi.waitFor(() => expect(texts).toHaveLength(1));
    }
    active.emit('changes', [small, change]);
    active.emit('changes', [small]);
    await vi.waitFor(() => expect(received.map((texts) => texts.length)).toEqual([4, 4, 4]));
    for (const others of received) expect(others).toEqual(received[0]);
    expect(received[0]?.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(received[0]?.[2]?.data).toEqual(change.data);
    const [deflated = 0, plain = 0] = bytesOf.map((bytes) => bytes());
    expect(deflated).toBeLessThan(plain / 2);
    gateway.close();
    http.close();
  });

  it('by no client beyond the limit of messages', async () => {
    const { gateway, http, url } = await startGateway({});
    const socket = new WebSocket(url, { perMessageDeflate: { threshold: 0 } });
    socket.on('error', () => {});
    await once(socket, 'open');
    socket.send(' '.repeat(100 * limits.socketFrameBytes));
    const [code] = await once(socket, 'close');
    expect([1006, 1009]).toContain(code);
    gateway.close();
    http.close();
  });

  it('to no viewer that has gone in between', async () => {
    const { gateway, http, active, url } = await startGateway({});
    const socket = new WebSocket(url);
    await once(socket, 'message');
    for (let round = 0; round < 50; round++) active.emit('changes', [change]);
    socket.close();
    active.emit('changes', [change]);
    socket.terminate();
    active.emit('changes', [change]);
    await vi.waitFor(() => expect(gateway.size).toBe(0));
    gateway.close();
    http.close();
  });
});

describe('who watches is looked at again now and then: it closes', () => {
  it.each([
    ['4401 when they are gone', 4401, null],
    ['4403 when they have lost their role', 4403, { user: { id: 1 }, permissions: [], jobPatterns: null }],
  ])('with %s', async (_when, code, later) => {
    const authenticate = vi.fn(
      async (): Promise<unknown> => ({ user: { id: 1 }, permissions: ['view'], jobPatterns: null }),
    );
    const { gateway, http, url } = await startGateway({ sessions: { authenticate, recheckMs: 10 } });
    const socket = new WebSocket(url);
    const closed = once(socket, 'close');
    await vi.waitFor(() => expect(authenticate.mock.calls.length).toBeGreaterThan(3));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    authenticate.mockRejectedValueOnce(new Error('cannot answer just now')).mockResolvedValue(later);
    expect((await closed)[0]).toBe(code);
    gateway.close();
    http.close();
  });
});

describe('following a run', () => {
  /** A run with so many messages. */
  async function aRun(messages: number): Promise<string> {
    const { rows } = await server.database.pool.query(
      `INSERT INTO "JobRun" ("jobName", "messageCount") VALUES ('x', $1) RETURNING id`,
      [messages],
    );
    await server.database.pool.query(
      `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message)
       SELECT $1, n, 1, 'INFO', 'JOB', 'Line ' || n FROM generate_series(1, $2::int) n`,
      [rows[0].id, messages],
    );
    return rows[0].id;
  }

  async function watching() {
    const connection = open(admin);
    await untilWelcome(connection);
    const sendMessage = (type: string, data: object) => connection.socket.send(JSON.stringify({ type, ...data }));
    return {
      ...connection,
      follow: (jobRunId: string, afterSeq = 0) => sendMessage('client.admin.follow_run', { jobRunId, afterSeq }),
      unfollow: (jobRunId: string) => sendMessage('client.admin.unfollow_run', { jobRunId }),
      /** The numbers of the messages received of this run. */
      seqsOf: (jobRunId: string) =>
        connection.received.flatMap(({ type, data }) =>
          type === 'server.admin.run_messages' && data.jobRunId === jobRunId ? data.messages.map(({ seq }) => seq) : [],
        ),
    };
  }

  const addTo = (runId: string, seq: number) =>
    server.database.pool.query(
      `WITH added AS (INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) VALUES ($1, $2, 1, 'INFO', 'JOB', 'x')),
         counted AS (UPDATE "JobRun" SET "messageCount" = $2, rev = rev + 1 WHERE id = $1)
       SELECT pg_notify('job_manager_messages', '["' || $1::bigint || '"]')`,
      [runId, seq],
    );

  it('brings its messages to those who follow it alone', async () => {
    const [id, other] = [await aRun(2), await aRun(0)];
    const [follower, stranger] = [await watching(), await watching()];
    follower.follow(id);
    stranger.follow(other);
    await vi.waitFor(() => expect(follower.seqsOf(id)).toEqual([1, 2]));
    await addTo(id, 3);
    await vi.waitFor(() => expect(follower.seqsOf(id)).toEqual([1, 2, 3]));
    await addTo(other, 1);
    await vi.waitFor(() => expect(stranger.seqsOf(other)).toEqual([1]));
    expect(stranger.seqsOf(id)).toEqual([]);
    expect(isInSequence(follower.received)).toBe(true);
    expect(follower.received).toContainEqual(
      expect.objectContaining({ type: 'server.admin.run_steps', data: { jobRunId: id, steps: null } }),
    );
    follower.socket.close();
    stranger.socket.close();
  });

  it('ends on request, and begins again at the requested number', async () => {
    const [id, other] = [await aRun(2), await aRun(1)];
    const follower = await watching();
    follower.follow(id);
    await vi.waitFor(() => expect(follower.seqsOf(id)).toEqual([1, 2]));
    follower.unfollow(id);
    follower.unfollow('999999');
    follower.follow(other);
    // In order, so the socket has dropped the first by then.
    await vi.waitFor(() => expect(follower.seqsOf(other)).toEqual([1]));
    await addTo(id, 3);
    await addTo(other, 2);
    await vi.waitFor(() => expect(follower.seqsOf(other)).toEqual([1, 2]));
    expect(follower.seqsOf(id)).toEqual([1, 2]);
    follower.follow(id, 1);
    await vi.waitFor(() => expect(follower.seqsOf(id)).toEqual([1, 2, 2, 3]));
    follower.socket.close();
  });

  it('drops the run that was followed first when there are too many', async () => {
    const ids = await Promise.all(Array.from({ length: maxFollowed + 1 }, () => aRun(1)));
    const follower = await watching();
    for (const id of ids) follower.follow(id);
    for (const id of ids.slice(1)) await vi.waitFor(() => expect(follower.seqsOf(id)).toEqual([1]));
    const [first, last] = [ids[0] as string, ids.at(-1) as string];
    const seqsOfFirst = follower.seqsOf(first);
    await addTo(first, 2);
    await addTo(last, 2);
    await vi.waitFor(() => expect(follower.seqsOf(last)).toEqual([1, 2]));
    expect(follower.seqsOf(first)).toEqual(seqsOfFirst);
    follower.socket.close();
  });

  it('ends with the connection', async () => {
    const unfollow = vi.fn();
    const tails = { follow: vi.fn(() => unfollow) };
    const { gateway, http, url } = await startGateway({ tails });
    const socket = new WebSocket(url);
    await once(socket, 'open');
    for (const jobRunId of ['1', '2']) {
      socket.send(JSON.stringify({ type: 'client.admin.follow_run', jobRunId, afterSeq: 7 }));
    }
    await vi.waitFor(() => expect(tails.follow).toHaveBeenCalledTimes(2));
    expect(tails.follow).toHaveBeenCalledWith('1', 7, expect.anything());
    expect(unfollow).not.toHaveBeenCalled();
    socket.terminate();
    await vi.waitFor(() => expect(unfollow).toHaveBeenCalledTimes(2));
    gateway.close();
    http.close();
  });

  it('brings very many messages, each once and in order', async () => {
    const lines = size(20_000, 100_000);
    const id = await aRun(lines);
    const follower = await watching();
    follower.follow(id);
    await vi.waitFor(() => expect(follower.seqsOf(id)).toHaveLength(lines), { interval: 100 });
    expect(follower.seqsOf(id).every((seq, at) => seq === at + 1)).toBe(true);
    expect(isInSequence(follower.received)).toBe(true);
    follower.socket.close();
  });

  it.each([
    ['a run that is no number', { jobRunId: 'x', afterSeq: 0 }],
    ['no place to begin at', { jobRunId: '1' }],
    ['a place that can not be', { jobRunId: '1', afterSeq: -1 }],
  ])('closes a connection that names %s', async (_what, data) => {
    const { socket, closed } = await watching();
    socket.send(JSON.stringify({ type: 'client.admin.follow_run', ...data }));
    expect(await closed).toBe(1008);
  });
});
