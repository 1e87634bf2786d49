import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());

const get = (path: string, more: Partial<Sent> = {}) =>
  send(server.url, { path: `/api/admin/jobs/${path}`, headers: { authorization: `Bearer ${admin.token}` }, ...more });

/** A run with so many messages, every tenth a warning, of which the first ones were dropped. */
async function aRun({ messages, dropped = 0 }: { messages: number; dropped?: number }): Promise<string> {
  const { pool } = server.database;
  const { rows } = await pool.query(
    `INSERT INTO "JobRun" ("jobName", "messageCount", "droppedMessages") VALUES ('echo', $1, $2) RETURNING id`,
    [messages, dropped],
  );
  await pool.query(
    `INSERT INTO "JobRunMessage" ("runId", seq, at, attempt, level, source, message, data)
     SELECT $1, n, '2026-11-22T10:00:00Z'::timestamptz + n * interval '1 ms', 1,
       CASE WHEN n % 10 = 0 THEN 'WARN' ELSE 'INFO' END::"JobRunMessageLevel", 'JOB', 'Line ' || n,
       CASE WHEN n % 10 = 0 THEN '{"n":1}'::jsonb END
     FROM generate_series($2::int + 1, $3::int) n`,
    [rows[0].id, dropped, messages],
  );
  return rows[0].id;
}

const seqsOf = (messages: JobRunMessage[]) => messages.map(({ seq }) => seq);

describe('the list', () => {
  it('has the messages of a run in order, with the counts', async () => {
    const id = await aRun({ messages: 20, dropped: 8 });
    const { status, json } = await get(`${id}/messages`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ messageCount: 20, droppedMessages: 8 });
    expect(seqsOf(json.messages)).toEqual(Array.from({ length: 12 }, (_, at) => at + 9));
    expect(json.messages[1]).toEqual({
      seq: 10,
      at: '2026-11-22T10:00:00.010Z',
      attempt: 1,
      level: 'WARN',
      source: 'JOB',
      message: 'Line 10',
      data: { n: 1 },
    });
    expect(json.messages[0].data).toBeNull();
  });

  it('continues after a number, as far as requested', async () => {
    const id = await aRun({ messages: 3_000 });
    expect(seqsOf((await get(`${id}/messages`)).json.messages)).toHaveLength(1_000);
    expect(seqsOf((await get(`${id}/messages?afterSeq=2990`)).json.messages)).toHaveLength(10);
    expect(seqsOf((await get(`${id}/messages?afterSeq=7&limit=2`)).json.messages)).toEqual([8, 9]);
    expect((await get(`${id}/messages?afterSeq=2147483647`)).json.messages).toEqual([]);
  });

  it('ends a page of long messages early, and loses none of them', async () => {
    const id = await aRun({ messages: 1_200 });
    await server.database.pool.query(`UPDATE "JobRunMessage" SET message = repeat('ü', 8000) WHERE "runId" = $1`, [id]);
    const seqs: number[] = [];
    for (let page = [0]; page.length > 0; seqs.push(...page)) {
      page = seqsOf((await get(`${id}/messages?limit=5000&afterSeq=${seqs.at(-1) ?? 0}`)).json.messages);
      expect(page.length).toBeLessThan(300);
    }
    expect(seqs).toEqual(Array.from({ length: 1_200 }, (_, at) => at + 1));
    const { text } = await get(`${id}/messages/download`);
    expect(text.trimEnd().split('\n')).toHaveLength(1_200);
  });

  it('has this level and worse', async () => {
    const id = await aRun({ messages: 30 });
    expect(seqsOf((await get(`${id}/messages?level=WARN`)).json.messages)).toEqual([10, 20, 30]);
    expect((await get(`${id}/messages?level=ERROR`)).json).toMatchObject({ messages: [], messageCount: 30 });
    expect((await get(`${id}/messages?level=INFO`)).json.messages).toHaveLength(30);
  });

  it.each(['level=info', 'afterSeq=-1', 'limit=0', 'limit=5001', 'afterSeq=x'])('refuses %s', async (query) => {
    expect((await get(`${await aRun({ messages: 0 })}/messages?${query}`)).status).toBe(400);
  });
});

it.each(['messages', 'messages/download'])('answers that there is no such run for %s', async (path) => {
  expect(await get(`9223372036854775807/${path}`)).toMatchObject({ status: 404, json: { code: 'UNKNOWN_RUN' } });
});

describe('the download', () => {
  it('is a text file with a line for each message', async () => {
    const id = await aRun({ messages: 10, dropped: 8 });
    await server.database.pool.query(
      `UPDATE "JobRunMessage" SET message = E'two\\r\\nlines \\x1b[2J\\u009b1m' WHERE "runId" = $1 AND seq = 9`,
      [id],
    );
    const { status, headers, text } = await get(`${id}/messages/download`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; charset=utf-8/);
    expect(headers['content-disposition']).toBe(`attachment; filename=run-${id}-messages.txt`);
    expect(text.split('\n')).toEqual([
      '# 8 of 10 messages were dropped, the oldest and least severe first, to keep within the limit per run',
      '2026-11-22T10:00:00.009Z [attempt 1] INFO two\\nlines \\x1b[2J\\x9b1m',
      '2026-11-22T10:00:00.010Z [attempt 1] WARN Line 10 {"n":1}',
      '',
    ]);
  });

  it('is empty for a run without messages', async () => {
    expect(await get(`${await aRun({ messages: 0 })}/messages/download`)).toMatchObject({ status: 200, text: '' });
  });

  it('holds all of a hundred thousand, read in pages', async () => {
    const id = await aRun({ messages: 100_000 });
    const query = vi.spyOn(server.database.pool, 'query');
    const { text } = await get(`${id}/messages/download`);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(100_000);
    expect(lines.at(-1)).toContain('Line 100000');
    const pages = query.mock.calls.filter(([statement]) => (statement as { name?: string }).name === 'messages');
    expect(pages).toHaveLength(20);
    query.mockRestore();
  });
});
