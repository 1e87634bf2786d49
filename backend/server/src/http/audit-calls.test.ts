import { type AuditEntry, recordAudit } from '@job-manager/engine/store/audit';
import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN', 'reader');
});
afterAll(() => server.stop());

const get = (path: string): Promise<Awaited<ReturnType<typeof send>>> =>
  send(server.url, { path, headers: { authorization: `Bearer ${admin.token}` } satisfies Sent['headers'] });
const list = async (query: string): Promise<{ events: AuditEvent[]; hasMore: boolean }> =>
  (await get(`/api/admin/audit?${query}`)).json;
const entry = (more: Partial<AuditEntry> = {}): Promise<void> =>
  recordAudit(server.database.pool, {
    actorId: null,
    actorEmail: 'ada@example.com',
    action: 'account.enable',
    target: 'a target',
    ip: '203.0.113.7',
    userAgent: 'a browser',
    ...more,
  });
/** Entries of a test, identified by their actor. */
const actor = () => `${crypto.randomUUID()}@example.com`;

describe('the list', () => {
  it('lists who did what, to what, when and from where, newest first', async () => {
    const actorEmail = actor();
    await entry({ actorEmail, action: 'account.disable' });
    await entry({ actorEmail, details: { from: 'ADMIN', to: 'USER' } });
    const { events, hasMore } = await list(`actor=${actorEmail}`);
    expect(events).toMatchObject([{ action: 'account.enable' }, { action: 'account.disable', details: null }]);
    expect(events[0]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: expect.stringMatching(/Z$/),
      actorId: null,
      actor: actorEmail,
      action: 'account.enable',
      jobRunId: null,
      target: 'a target',
      details: { from: 'ADMIN', to: 'USER' },
      ip: '203.0.113.7',
      userAgent: 'a browser',
    });
    expect(hasMore).toBe(false);
  });

  it('goes back page by page, missing and repeating nothing while new entries come', async () => {
    const actorEmail = actor();
    for (let n = 0; n < 5; n++) await entry({ actorEmail, target: String(n) });
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 3; page++) {
      const { events, hasMore } = await list(`actor=${actorEmail}&limit=2${before}`);
      seen.push(...events.map((event) => String(event.target)));
      expect(hasMore).toBe(page < 2);
      before = `&before=${events.at(-1)?.id}`;
      await entry({ actorEmail, target: 'new' });
    }
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
  });

  it('keeps to an action, a run, and a part of the actor as it stands', async () => {
    const actorEmail = `100%_${actor()}`;
    await entry({ actorEmail, action: 'account.disable' });
    await entry({ actorEmail });
    await server.database.pool.query(
      `INSERT INTO "AuditEvent" ("actorEmail", action, "runId") VALUES ($1, 'run.cancel', 4242)`,
      [actorEmail],
    );
    const find = async (query: string) => (await list(query)).events.map((event) => event.action);
    expect(await find(`actor=${actorEmail}&action=account.disable`)).toEqual(['account.disable']);
    expect(await find('jobRunId=4242')).toEqual(['run.cancel']);
    expect(await find(`actor=${encodeURIComponent('100%_').toUpperCase()}`)).toHaveLength(3);
    expect(await find(`actor=${encodeURIComponent('100__')}`)).toEqual([]);
  });

  it('keeps to one channel, job or schedule, and leaves sign-ins out', async () => {
    const actorEmail = actor();
    await entry({ actorEmail, action: 'channel.pause', target: 'mail' });
    await entry({ actorEmail, action: 'job.pause', target: 'mail' });
    await entry({ actorEmail, action: 'channel.set', target: 'other' });
    await entry({ actorEmail, action: 'session.begin' });
    await entry({ actorEmail, action: 'session.refused' });
    const find = async (query: string) =>
      (await list(`actor=${actorEmail}&${query}`)).events.map((event) => event.action);
    expect(await find('subject=channel&target=mail')).toEqual(['channel.pause']);
    expect(await find('subject=channel')).toEqual(['channel.set', 'channel.pause']);
    expect(await find('hide=sign-ins')).toEqual(['session.refused', 'channel.set', 'job.pause', 'channel.pause']);
  });

  it('keeps to a time, both ends included', async () => {
    const actorEmail = actor();
    for (const at of ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']) {
      await server.database.pool.query(
        `INSERT INTO "AuditEvent" (at, "actorEmail", action) VALUES ($1, $2, 'run.cancel')`,
        [at, actorEmail],
      );
    }
    const times = async (query: string) =>
      (await list(`actor=${actorEmail}&${query}`)).events.map((event) => event.at.slice(8, 10));
    expect(await times('from=2026-01-02T00:00:00Z')).toEqual(['03', '02']);
    expect(await times('to=2026-01-02T00:00:00Z')).toEqual(['02', '01']);
    expect(await times('from=2026-01-02T02:00:00%2B02:00&to=2026-01-02T00:00:00Z')).toEqual(['02']);
    expect(await times('from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toHaveLength(3);
    expect(await times('from=0000-01-01T00:00:00Z')).toHaveLength(3);
    expect(await times('to=0000-01-01T00:00:00%2B23:59')).toEqual([]);
  });

  it.each([
    'action=anything',
    'subject=run',
    'hide=everything',
    'from=yesterday',
    'before=0',
    'limit=0',
    'limit=201',
    'jobRunId=x',
    'from=2026-02-30T00:00:00Z',
  ])('refuses %s', async (query) => {
    expect(problemCode(await get(`/api/admin/audit?${query}`))).toBe('INVALID_INPUT');
  });
});

describe('the export', () => {
  it('is a CSV file of what the filters leave, and is itself written down', async () => {
    const actorEmail = actor();
    await entry({ actorEmail, target: 'one, "two"\nthree', details: { a: 1 } });
    const answer = await get(`/api/admin/audit/export?actor=${actorEmail}`);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename=audit-log-\d{4}-\d\d-\d\d\.csv$/),
      'cache-control': 'no-store',
    });
    const [header, ...lines] = answer.text.split('\r\n');
    expect(header).toBe('\ufeffid,at,actor,action,run,target,details,ip,userAgent');
    expect(lines.join('|')).toMatch(
      new RegExp(
        `^\\d+,[-:.\\dTZ]+,${actorEmail},account.enable,,"one, ""two""\nthree","{""a"":1}",203.0.113.7,a browser\\|$`,
      ),
    );
    const { events } = await list('action=audit.export&limit=1');
    expect(events).toMatchObject([{ actor: admin.email, details: { actor: actorEmail, rows: 1 } }]);
  });

  it.each(['=cmd|', '+1', '-1+1', '@x', '\t=1', '\r=1', '＝1'])(
    'holds %j as text that no spreadsheet computes',
    async (evil) => {
      const actorEmail = actor();
      await entry({ actorEmail, target: evil });
      const { text } = await get(`/api/admin/audit/export?actor=${actorEmail}`);
      expect(text).toMatch(/account\.enable,,"?'/);
      expect(text).toContain(`'${evil}`);
    },
  );

  it('holds the newest 50,000 in one file', async () => {
    const actorEmail = actor();
    await server.database.pool.query(
      `INSERT INTO "AuditEvent" ("actorEmail", action, target) SELECT $1, 'run.cancel', 'n' || n FROM generate_series(1, 50001) n`,
      [actorEmail],
    );
    const { text } = await get(`/api/admin/audit/export?actor=${actorEmail}`);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(50_001);
    expect(lines[1]).toContain(',n50001,');
    expect(lines.at(-1)).toContain(',n2,');
    expect(new Set(lines).size).toBe(50_001);
  });
});
