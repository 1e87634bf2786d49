import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
  await someRuns();
});
afterAll(() => server.stop());

const rows = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const get = (path: string) =>
  send(server.url, { path: `/api/admin/jobs${path}`, headers: { authorization: `Bearer ${admin.token}` } });
const search = (query: string) => get(`/history?${query}`);
/** Scopes of the runs that match, the newest first. */
const found = async (query: string) => {
  const { status, json, text } = await search(query);
  expect(status, text).toBe(200);
  return json.runs.map(({ scope }: { scope: string }) => scope);
};

/** Ended runs, each with something of its own, a minute apart. */
async function someRuns(): Promise<void> {
  const runnerId = await someRunner(server.database.pool);
  await rows(`UPDATE "Runner" SET labels = '{"region": "eu"}' WHERE id = $1`, runnerId);
  const [token] = await rows(
    `INSERT INTO "ApiToken" (id, name, prefix, hash, permissions, "createdById") VALUES (gen_random_uuid(), 'nightly', 'jm_x', encode(sha256('x'), 'hex'), '{}', $1) RETURNING id`,
    admin.id,
  );
  const special: Record<string, string> = {
    plain: '',
    failed: `error = 'No disk at 100%'`,
    scheduled: `trigger = 'CRON'`,
    mail: `channel = 'mail'`,
    person: `"triggeredById" = ${admin.id}`,
    token: `"triggeredByTokenId" = '${token.id}'`,
    slow: `"durationMs" = 60000`,
    waited: `"queueDelayMs" = 90000`,
    again: 'attempt = 3',
    warned: '"warningCount" = 2',
    erred: '"errorCount" = 1',
    ran: `"runnerId" = '${runnerId}'`,
    story: `"correlationId" = 'order-4711'`,
    user: `parameters = '{"userId": 8, "address": {"city": "Ghent"}, "password": "hunter2"}'`,
    version: `"algorithmVersion" = '1.4.0'`,
    other: `"jobName" = 'other'`,
    formula: `"progressMessage" = '=1+1'`,
  };
  for (const [index, [scope, set]] of Object.entries(special).entries()) {
    const [run] = await rows(
      `INSERT INTO "JobRun" ("jobName", status, scope, "startedAt", "finishedAt", "durationMs", "queueDelayMs", attempt, "claimNo")
       VALUES ('echo', $3::"JobRunStatus", $1, now(), date_trunc('minute', now()) - $2 * interval '1 minute', 5, 5, 1, 1) RETURNING id`,
      scope,
      index + 1,
      scope === 'failed' ? 'FAILED' : 'SUCCESS',
    );
    if (set !== '') await rows(`UPDATE "JobRun" SET ${set} WHERE id = $1`, run.id);
  }
  await rows(`WITH counted AS (${countEnded('"JobRun"')}) SELECT`);
}

describe('the history', () => {
  it.each([
    ['trigger=CRON', ['scheduled']],
    ['channel=mail', ['mail']],
    ['by=admin@example.com', ['person']],
    ['by=token%20nightly', ['token']],
    ['tookMinMs=60000', ['slow']],
    ['waitedMinMs=90000', ['waited']],
    ['attemptsMin=2', ['again']],
    ['has=warnings', ['warned']],
    ['has=errors', ['erred']],
    ['region=eu', ['ran']],
    ['correlationId=order-4711', ['story']],
    ['scope=plain', ['plain']],
    ['param=userId=8', ['user']],
    ['param=address.city=Ghent', ['user']],
    ['text=AT%20100%25', ['failed']],
    ['text=at%20_00', []],
    ['version=1.4.0', ['version']],
    ['not=jobName&jobName=echo', ['other']],
    ['not=status&status=SUCCESS', ['failed']],
    ['tookMaxMs=5&waitedMaxMs=5&trigger=MANUAL&channel=mail&status=SUCCESS', ['mail']],
    ['channel=mail&trigger=CRON', []],
    ['jobName=other,nobody&channel=default', ['other']],
    ['status=FAILED,CANCELLED&channel=default', ['failed']],
    ['not=jobName&jobName=echo,nobody', ['other']],
    ['not=status&status=SUCCESS,CANCELLED', ['failed']],
  ])('finds by %s', async (query, scopes) => {
    expect(await found(query)).toEqual(scopes);
  });

  it('reports that it has searched everything, or how far it searched and where to continue', async () => {
    expect((await search('channel=mail')).json).toMatchObject({
      total: 1,
      totalIsExact: true,
      searchedBackTo: null,
      cursor: null,
    });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await search(`channel=default&pageSize=5${cursor}`);
      seen.push(...json.runs.map(({ scope }: { scope: string }) => scope));
      if (json.cursor === null) break;
      expect(json).toMatchObject({ total: 5, totalIsExact: false, searchedBackTo: json.runs.at(-1).finishedAt });
      cursor = `&cursor=${json.cursor}`;
    }
    expect(seen).toHaveLength(16);
    expect(new Set(seen).size).toBe(16);
  });

  it('compares no secret, and refuses what it can not read', async () => {
    for (const [query, field] of [
      ['param=password=hunter2', 'param'],
      ['param=userId', 'param'],
      ['not=scope', 'not'],
      ['status=FAILED,LATE', 'status'],
      ['status=RUNNING', 'status'],
      ['channel=mail&cursor=nonsense', 'cursor'],
      ['channel=mail&page=2', 'page'],
      ['channel=mail&from=2026-02-01T00:00Z&to=2026-01-01T00:00Z', 'from'],
    ]) {
      const answer = await search(query ?? '');
      expect([query, problemCode(answer), answer.json.field]).toEqual([query, 'INVALID_INPUT', field]);
    }
  });
});

describe('the export of the history', () => {
  it('has exactly the runs that match, with no cell that a spreadsheet computes', async () => {
    const { text, headers } = await get('/history/export?status=SUCCESS&jobName=echo');
    expect(headers['content-disposition']).toMatch(/filename=runs-\d{4}-\d\d-\d\d-success\.csv$/);
    const [head, ...lines] = text.trim().split('\r\n');
    expect(head).toMatch(/^id,job,status,result,/);
    expect(lines).toHaveLength(
      (await rows(`SELECT FROM "JobRun" WHERE status = 'SUCCESS' AND "jobName" = 'echo'`)).length,
    );
    expect(text).toContain("SUCCESS,'=1+1,");
    const [entry] = await rows(`SELECT * FROM "AuditEvent" WHERE action = 'history.export' ORDER BY id DESC LIMIT 1`);
    expect(entry).toMatchObject({
      actorEmail: 'admin@example.com',
      details: { status: 'SUCCESS', jobName: 'echo', rows: lines.length },
    });
    for (const filter of ['status=SUCCESS&jobName=echo', 'channel=mail', 'text=AT%20100%25', 'status=FAILED']) {
      const exported = await get(`/history/export?${filter}`);
      const { total } = (await search(filter)).json;
      expect([filter, exported.text.trim().split('\r\n').length - 1]).toEqual([filter, total]);
      expect(total).toBeGreaterThan(0);
    }
  });

  it('has lines of JSON with the columns that were named, secrets redacted, and of these runs alone', async () => {
    const [{ id }] = await rows(`SELECT id FROM "JobRun" WHERE scope = 'user'`);
    const { text, headers } = await get(`/history/export?format=jsonl&columns=id,parameters,tookMs&ids=${id},999999`);
    expect(headers['content-type']).toBe('application/jsonl; charset=utf-8');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ id, parameters: { userId: 8, address: { city: 'Ghent' }, password: '[redacted]' }, tookMs: 5 }]);
    const refused = await get('/history/export?columns=id,shoe');
    expect([problemCode(refused), refused.json.field]).toEqual(['INVALID_INPUT', 'columns']);
  });
});
