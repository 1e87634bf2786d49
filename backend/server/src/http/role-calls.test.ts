import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Answer, problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let boss: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  boss = await server.signIn('SUPER_ADMIN', 'boss');
});
afterAll(() => server.stop());

const as = (user: TestUser, method: string, path: string, body?: object): Promise<Answer> =>
  send(server.url, { method, path: `/api${path}`, body, headers: { authorization: `Bearer ${user.token}` } });
const name = () => `role ${crypto.randomUUID().slice(0, 8)}`;
const create = async (given: object = {}) => {
  const answer = await as(boss, 'POST', '/admin/roles', { name: name(), permissions: ['view', 'run'], ...given });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.role;
};
/** A person with a role of these permissions. */
const withRole = async (given: object = {}) => {
  const role = await create(given);
  const person = await server.signIn('USER', crypto.randomUUID());
  const body = { role: 'USER', accessRoleId: role.id };
  const answer = await as(boss, 'POST', `/admin/users/${person.id}/role`, body);
  expect(answer.json.account, answer.text).toMatchObject({
    role: 'USER',
    accessRole: { id: role.id, name: role.name },
  });
  return { role, person };
};

it('lists own roles by name, with how many people have each', async () => {
  const { role } = await withRole({ name: 'Aardvarks', jobPatterns: ['media-*', 'trending'] });
  const { roles } = (await as(boss, 'GET', '/admin/roles')).json;
  expect(roles[0]).toEqual({
    ...{
      id: role.id,
      name: 'Aardvarks',
      permissions: ['view', 'run'],
      jobPatterns: ['media-*', 'trending'],
      people: 1,
    },
    ...{ createdAt: expect.any(String), updatedAt: expect.any(String) },
  });
});

it('lets a person with an own role do what it allows, and nothing else', async () => {
  const { role, person } = await withRole();
  const me = (await as(person, 'GET', '/auth/me')).json;
  expect(me).toMatchObject({ roleName: role.name, permissions: ['view', 'run'], jobPatterns: null, pending: [] });
  expect((await as(person, 'POST', '/admin/jobs/enqueue', { jobName: 'echo' })).status).toBe(201);
  expect(problemCode(await as(person, 'POST', '/admin/jobs/cleanup-stalled', {}))).toBe('FORBIDDEN');
  expect(problemCode(await as(person, 'GET', '/admin/users'))).toBe('FORBIDDEN');
});

it('counts a change of a role from the next call on', async () => {
  const { role, person } = await withRole();
  const change = { name: role.name, permissions: ['view'], jobPatterns: null };
  expect((await as(boss, 'PUT', `/admin/roles/${role.id}`, change)).json.role).toMatchObject({ permissions: ['view'] });
  expect(problemCode(await as(person, 'POST', '/admin/jobs/enqueue', { jobName: 'echo' }))).toBe('FORBIDDEN');
  await as(boss, 'PUT', `/admin/roles/${role.id}`, {
    ...change,
    permissions: ['view', 'run'],
    jobPatterns: ['media-*'],
  });
  expect(problemCode(await as(person, 'POST', '/admin/jobs/enqueue', { jobName: 'echo' }))).toBe('FORBIDDEN');
  await as(boss, 'PUT', `/admin/roles/${role.id}`, { ...change, permissions: ['view', 'run'], jobPatterns: ['e*'] });
  expect((await as(person, 'POST', '/admin/jobs/enqueue', { jobName: 'echo' })).status).toBe(201);
  const [entry] = (
    await server.database.pool.query(
      `SELECT details FROM "AuditEvent" WHERE action = 'role.change' AND details ->> 'roleId' = $1 ORDER BY id DESC LIMIT 1`,
      [role.id],
    )
  ).rows;
  expect(entry.details).toMatchObject({ before: { jobPatterns: ['media-*'] }, after: { jobPatterns: ['e*'] } });
});

it('takes the own role with a built-in one, and notes both by name', async () => {
  const { role, person } = await withRole();
  const answer = await as(boss, 'POST', `/admin/users/${person.id}/role`, { role: 'ADMIN' });
  expect(answer.json.account).toMatchObject({ role: 'ADMIN', accessRole: null });
  expect((await as(person, 'GET', '/auth/me')).json).toMatchObject({ roleName: null, jobPatterns: null });
  const entries = await server.database.pool.query(
    `SELECT details ->> 'from' AS "from", details ->> 'to' AS "to" FROM "AuditEvent"
     WHERE action = 'account.change-role' AND (details ->> 'userId')::int = $1 ORDER BY id`,
    [person.id],
  );
  expect(entries.rows).toEqual([
    { from: 'USER', to: role.name },
    { from: role.name, to: 'ADMIN' },
  ]);
});

it('creates a person with an own role, and finds people by it', async () => {
  const role = await create();
  const email = `${crypto.randomUUID()}@example.com`;
  const created = await as(boss, 'POST', '/admin/users', { email, role: 'USER', accessRoleId: role.id });
  expect(created.json.account, created.text).toMatchObject({ role: 'USER', accessRole: { name: role.name } });
  const emails = async (query: string) =>
    (await as(boss, 'GET', `/admin/users?${query}`)).json.users.map((one: { email: string }) => one.email);
  expect(await emails(`accessRoleId=${role.id}`)).toEqual([email]);
  expect(await emails(`search=${email}`)).toEqual([email]);
  expect(await emails(`search=${email}&role=USER`)).toEqual([]);
});

it('removes a role that no person has, and no other', async () => {
  const { role, person } = await withRole();
  const refused = await as(boss, 'DELETE', `/admin/roles/${role.id}`, {});
  expect([problemCode(refused), refused.json.detail]).toEqual([
    'NOT_ALLOWED',
    '1 person has this role; give them another one first.',
  ]);
  await as(boss, 'POST', `/admin/users/${person.id}/role`, { role: 'USER' });
  expect((await as(boss, 'DELETE', `/admin/roles/${role.id}`, {})).json).toEqual({ removed: true });
  expect(problemCode(await as(boss, 'DELETE', `/admin/roles/${role.id}`, {}))).toBe('UNKNOWN_ROLE');
});

describe('refuses', () => {
  it.each([
    ['a role that manages people', { permissions: ['view', 'manageUsers'] }, 'permissions'],
    ['a role that sees nothing', { permissions: ['run'] }, 'permissions'],
    [
      'a limit beside what reaches beyond jobs',
      { permissions: ['view', 'manageChannels'], jobPatterns: ['a*'] },
      'jobPatterns',
    ],
    ['a pattern that is none', { jobPatterns: ['Media files'] }, 'jobPatterns'],
    ['a limit to nothing', { jobPatterns: [] }, 'jobPatterns'],
  ])('%s', async (_title, given, field) => {
    const answer = await as(boss, 'POST', '/admin/roles', { name: name(), permissions: ['view'], ...given });
    expect([answer.status, answer.json.field]).toEqual([400, field]);
  });

  it('a token that is limited beside what reaches beyond jobs', async () => {
    const body = { name: 'ci', permissions: ['manageRunners'], jobPatterns: ['media-*'] };
    const answer = await as(boss, 'POST', '/admin/tokens', body);
    expect([answer.status, answer.json.field]).toEqual([400, 'jobPatterns']);
  });

  it('a limit to nothing, even from within the database', async () => {
    const limited = { permissions: ['view'], jobPatterns: ['media-*'] };
    await create(limited);
    const token = await as(boss, 'POST', '/admin/tokens', { name: 'limited', ...limited });
    expect(token.status, token.text).toBe(201);
    for (const table of ['AccessRole', 'ApiToken'])
      await expect(server.database.pool.query(`UPDATE "${table}" SET "jobPatterns" = '{}'`)).rejects.toThrow(
        `${table}_jobPatterns`,
      );
  });

  it('a name that is taken', async () => {
    const role = await create();
    const again = await as(boss, 'POST', '/admin/roles', { name: role.name, permissions: ['view'] });
    expect(problemCode(again)).toBe('NAME_TAKEN');
  });

  it('an own role beside a built-in one, and one that is not there', async () => {
    const role = await create();
    const { id } = await server.signIn('USER', crypto.randomUUID());
    const give = (body: object) => as(boss, 'POST', `/admin/users/${id}/role`, body);
    expect((await give({ role: 'ADMIN', accessRoleId: role.id })).json.field).toBe('accessRoleId');
    expect(problemCode(await give({ role: 'USER', accessRoleId: crypto.randomUUID() }))).toBe('UNKNOWN_ROLE');
  });
});
