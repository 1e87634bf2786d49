import { tokenPermissions } from '@job-manager/shared/permissions';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
let chief: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
  chief = await server.signIn('SUPER_ADMIN');
});
afterAll(() => server.stop());
beforeEach(() => sql('DELETE FROM "ApiToken"'));

const sql = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const as = (token: string, sent: Sent) =>
  send(server.url, { ...sent, headers: { authorization: `Bearer ${token}`, ...sent.headers } });
const create = (body: object = {}, token = chief.token) =>
  as(token, { method: 'POST', path: '/api/admin/tokens', body: { name: 'nightly', permissions: ['view'], ...body } });
const revoke = (id: string, token = chief.token) =>
  as(token, { method: 'POST', path: `/api/admin/tokens/${id}/revoke` });
const list = async () => (await as(chief.token, { path: '/api/admin/tokens' })).json.tokens;
const callWith = (token: string, path = '/api/admin/jobs/active') => as(token, { path });
const auditOf = (id: string) =>
  sql(`SELECT action, "actorId", target, details FROM "AuditEvent" WHERE details->>'tokenId' = $1 ORDER BY id`, id);

describe('the stored token', () => {
  it('returns the text once and keeps its hash alone', async () => {
    const answer = await create({ permissions: ['view', 'execute'], expiresInDays: 30 });
    expect(answer.status).toBe(201);
    const { token, apiToken } = answer.json;
    expect(token).toMatch(/^jm_[A-Za-z0-9_-]{43}$/);
    expect(apiToken).toMatchObject({
      name: 'nightly',
      prefix: token.slice(0, 10),
      permissions: ['view', 'execute'],
      createdBy: { id: chief.id, email: chief.email },
      lastUsedAt: null,
      revokedAt: null,
    });
    const days = (Date.parse(apiToken.expiresAt) - Date.parse(apiToken.createdAt)) / 86_400_000;
    expect(days).toBeCloseTo(30, 1);
    expect(await list()).toEqual([apiToken]);
    const everything = JSON.stringify([
      await sql('SELECT * FROM "ApiToken"'),
      await sql('SELECT * FROM "AuditEvent"'),
      await list(),
    ]);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(token.slice(11));
  });

  it('writes who created and revoked what into the audit log', async () => {
    const { apiToken } = (await create({ permissions: ['cancel'] })).json;
    await revoke(apiToken.id);
    const details = { tokenId: apiToken.id, name: 'nightly', permissions: ['cancel'] };
    expect(await auditOf(apiToken.id)).toEqual([
      { action: 'token.create', actorId: chief.id, target: 'nightly', details },
      { action: 'token.revoke', actorId: chief.id, target: 'nightly', details },
    ]);
  });

  it('lists the newest first, those that ended as well', async () => {
    for (const name of ['first', 'second', 'third']) await create({ name });
    const [, second] = await list();
    await revoke(second.id);
    expect((await list()).map((token: { name: string }) => token.name)).toEqual(['third', 'second', 'first']);
  });
});

describe('who may', () => {
  it('lets only a SUPER_ADMIN create, list and revoke', async () => {
    const { token, apiToken } = (await create({ permissions: [...tokenPermissions] })).json;
    for (const other of [admin.token, token]) {
      expect(problemCode(await create({}, other))).toBe('FORBIDDEN');
      expect(problemCode(await revoke(apiToken.id, other))).toBe('FORBIDDEN');
      expect(problemCode(await callWith(other, '/api/admin/tokens'))).toBe('FORBIDDEN');
    }
    expect((await callWith(token)).status).toBe(200);
  });

  it('lets a token do what it was given and nothing else, and notes what it was refused', async () => {
    const { token, apiToken } = (await create({ permissions: ['view'] })).json;
    expect((await callWith(token)).status).toBe(200);
    const run = { method: 'POST', path: '/api/admin/jobs/enqueue', body: { jobName: 'echo' } };
    expect(problemCode(await as(token, run))).toBe('FORBIDDEN');
    const [denied] = await sql(`SELECT * FROM "AuditEvent" WHERE "tokenId" = $1`, apiToken.id);
    expect(denied).toMatchObject({ action: 'access.denied', actorEmail: 'token nightly', actorId: null });
  });

  it('ignores permissions that no token may have, even where the row has them', async () => {
    const { token, apiToken } = (await create()).json;
    await sql(`UPDATE "ApiToken" SET permissions = '{manageTokens,manageUsers,emergency}' WHERE id = $1`, apiToken.id);
    for (const path of ['/api/admin/tokens', '/api/admin/jobs/active', '/api/auth/me']) {
      expect(problemCode(await callWith(token, path))).toBe('FORBIDDEN');
    }
  });

  it('starts runs in its own name', async () => {
    const { token } = (await create({ permissions: ['run', 'view'] })).json;
    const answer = await as(token, { method: 'POST', path: '/api/admin/jobs/enqueue', body: { jobName: 'echo' } });
    expect(answer.json.run).toMatchObject({ trigger: 'API', triggeredBy: null, triggeredByToken: 'nightly' });
  });
});

describe('its end', () => {
  it('refuses a revoked token from the next call on; revoking twice answers the same', async () => {
    const { token, apiToken } = (await create()).json;
    const first = await revoke(apiToken.id);
    expect(first.json.apiToken.revokedBy).toEqual({ id: chief.id, email: chief.email });
    expect(problemCode(await callWith(token))).toBe('SIGNED_OUT');
    expect((await revoke(apiToken.id)).json).toEqual(first.json);
    expect(await auditOf(apiToken.id)).toHaveLength(2);
  });

  it('refuses a token past its time', async () => {
    const { token, apiToken } = (await create({ expiresInDays: 1 })).json;
    await sql(`UPDATE "ApiToken" SET "expiresAt" = clock_timestamp() - interval '1 s' WHERE id = $1`, apiToken.id);
    expect(problemCode(await callWith(token))).toBe('SIGNED_OUT');
  });

  it.each([
    ['unknown', 'jm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['without its rest', 'jm_'],
    ['with a quote in it', `jm_' OR true --`],
    ['of great length', `jm_${'a'.repeat(8_000)}`],
  ])('refuses token %s', async (_what, token) => {
    expect(problemCode(await callWith(token))).toBe('SIGNED_OUT');
  });

  it('takes neither the hash nor the beginning for the token', async () => {
    const { token } = (await create()).json;
    const [row] = await sql('SELECT hash FROM "ApiToken"');
    for (const wrong of [row?.hash, `jm_${row?.hash}`, token.slice(0, 10), `${token}x`, token.toUpperCase()]) {
      expect(problemCode(await callWith(wrong))).toBe('SIGNED_OUT');
    }
  });
});

describe('its use', () => {
  it('is noted with the address, at most once a minute', async () => {
    const { token, apiToken } = (await create()).json;
    const use = async () => (await list()).find((one: { id: string }) => one.id === apiToken.id);
    await callWith(token);
    const noted = await vi.waitFor(async () => {
      const { lastUsedAt, lastUsedIp } = await use();
      expect(lastUsedAt).toBeTruthy();
      expect(lastUsedIp).toMatch(/127\.0\.0\.1/);
      return lastUsedAt;
    });
    await sql(`UPDATE "ApiToken" SET "lastUsedIp" = 'untouched'`);
    await callWith(token);
    // A write that is under way would end before this one, which needs the same row.
    await sql(`UPDATE "ApiToken" SET name = 'seen' WHERE id = $1`, apiToken.id);
    expect(await use()).toMatchObject({ lastUsedAt: noted, lastUsedIp: 'untouched' });
    await sql(`UPDATE "ApiToken" SET "lastUsedAt" = clock_timestamp() - interval '61 s'`);
    await callWith(token);
    await vi.waitFor(async () => expect((await use()).lastUsedIp).toMatch(/127\.0\.0\.1/));
  });
});

describe('bad input', () => {
  it.each([
    ['no name', { name: '  ' }],
    ['a long name', { name: 'n'.repeat(101) }],
    ['no permissions', { permissions: [] }],
    ['a permission no token may have', { permissions: ['manageTokens'] }],
    ['a permission there is not', { permissions: ['fly'] }],
    ['a permission twice', { permissions: ['view', 'view'] }],
    ['no time', { expiresInDays: 0 }],
    ['more time than there is', { expiresInDays: 1e300 }],
    ['a NUL in its name', { name: 'a\0b' }],
    ['half a character in its name', { name: '\ud800' }],
  ])('refuses %s', async (_what, body) => {
    expect(problemCode(await create(body))).toBe('INVALID_INPUT');
    expect(await list()).toEqual([]);
  });

  it('refuses a token that does not exist', async () => {
    expect(problemCode(await revoke(crypto.randomUUID()))).toBe('UNKNOWN_TOKEN');
    expect(problemCode(await revoke('1'))).toBe('INVALID_INPUT');
  });

  it('refuses another token where 200 can be used, and not for those that ended', async () => {
    await sql(`INSERT INTO "ApiToken" (name, prefix, hash, permissions, "revokedAt")
      SELECT 'old', 'jm_', encode(sha256(n::text::bytea), 'hex'), '{view}', CASE WHEN n > 199 THEN clock_timestamp() END
      FROM generate_series(1, 600) n`);
    expect((await create()).status).toBe(201);
    const refused = await create();
    expect(problemCode(refused)).toBe('NOT_ALLOWED');
    expect(refused.json.detail).toMatch(/revoke some/);
    expect(await list()).toHaveLength(500);
  });
});
