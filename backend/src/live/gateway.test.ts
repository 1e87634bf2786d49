import type { ServerMessage } from '@job-manager/shared/live';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../testing/server.js';

let server: TestServer;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.tokenOf('admin@example.test', 'ADMIN');
});
afterAll(() => server.close());

/** Opens the socket and collects what it says; `closed` resolves with its close code, or the HTTP status that refused it. */
function open(token?: string, headers: Record<string, string> = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, { headers: { ...authorization, ...headers } });
  const heard: ServerMessage[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('close', resolve);
  });
  return { socket, heard, closed };
}

const untilWelcome = ({ heard }: { heard: ServerMessage[] }) =>
  vi.waitFor(() => expect(heard[0]).toMatchObject({ type: 'server.admin.jobs_snapshot', seq: 0 }));

describe('who may watch', () => {
  it('opens for an operator with the whole picture first', async () => {
    const { id } = await server.database.db.jobRun.create({ data: { jobName: 'waiting' } });
    const connection = open(admin);
    await untilWelcome(connection);
    expect(connection.heard[0]?.data).toMatchObject({
      runs: [{ id: String(id), status: 'QUEUED' }],
      counts: { running: 0, queued: 1 },
    });
    connection.socket.close();
  });

  it('closes with 4401 for nobody and for a token of nobody', async () => {
    expect(await open().closed).toBe(4401);
    expect(await open('not-a-token').closed).toBe(4401);
  });

  it('closes with 4403 for somebody who is no operator', async () => {
    expect(await open(await server.tokenOf('member@example.test', 'USER')).closed).toBe(4403);
  });

  it('refuses a page of another origin before it looks who is there', async () => {
    expect(await open(admin, { origin: 'https://evil.example' }).closed).toBe(403);
    expect(await open(admin, { origin: 'null' }).closed).toBe(403);
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

describe('what a client says', () => {
  it('brings a new snapshot when it asks for one, in sequence', async () => {
    const connection = open(admin);
    await untilWelcome(connection);
    connection.socket.send(JSON.stringify({ type: 'client.admin.resync' }));
    await vi.waitFor(() =>
      expect(connection.heard.filter(({ type }) => type === 'server.admin.jobs_snapshot')).toHaveLength(2),
    );
    expect(connection.heard.map(({ seq }) => seq)).toEqual(connection.heard.map((_, at) => at));
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

  it('closes a connection that talks without end', async () => {
    const connection = open(admin);
    await untilWelcome(connection);
    for (let count = 0; count < 200; count++) connection.socket.send(JSON.stringify({ type: 'client.admin.ping' }));
    expect(await connection.closed).toBe(1008);
  });
});
