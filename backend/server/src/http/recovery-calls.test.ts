import { EMERGENCY_CONFIRMATION } from '@job-manager/shared/contract/recovery';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
let chief: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
  chief = await server.signIn('SUPER_ADMIN', 'chief');
});
afterEach(() => server.database.pool.query('DELETE FROM "JobRun"; DELETE FROM "JobRunCount"'));
afterAll(() => server.stop());

const call = (who: TestUser, method: string, path: string, body?: object) =>
  send(server.url, {
    method,
    path: `/api/admin/jobs${path}`,
    headers: { authorization: `Bearer ${who.token}` },
    ...(body && { body }),
  });

/** A running run that has been silent, and was requested to stop, for so many seconds; null for never. */
async function addRunning(silentS: number, cancelledS: number | null = null): Promise<string> {
  const { rows } = await server.database.pool.query(
    `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", "cancelRequestedAt")
     VALUES ('echo', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), clock_timestamp() - interval '12 min',
       clock_timestamp() - $1 * interval '1 s', clock_timestamp() - $2 * interval '1 s') RETURNING id`,
    [silentS, cancelledS],
  );
  return rows[0].id;
}
const statusOf = async (id: string) =>
  (await server.database.pool.query('SELECT status FROM "JobRun" WHERE id = $1', [id])).rows[0]?.status;

it('previews what a cleanup would do, then cleans the chosen runs', async () => {
  const [chosen, other] = [await addRunning(400), await addRunning(500)];
  await addRunning(1);
  const preview = await call(admin, 'GET', '/cleanup-stalled');
  expect(preview.json.runs).toMatchObject([
    { run: { id: chosen }, becomes: 'QUEUED', reason: expect.stringContaining('no heartbeat for 5 min') },
    { run: { id: other }, becomes: 'QUEUED' },
  ]);
  expect(Date.parse(preview.json.serverTime)).not.toBeNaN();
  const cleaned = await call(admin, 'POST', '/cleanup-stalled', { jobRunIds: [chosen] });
  expect(cleaned.json).toMatchObject({ cleaned: 1, runs: [{ id: chosen, status: 'QUEUED' }] });
  expect(await statusOf(other)).toBe('RUNNING');
  expect((await call(admin, 'POST', '/cleanup-stalled', {})).json).toMatchObject({ cleaned: 1, runs: [{ id: other }] });
});

it('force-fails a run with one call: at once where its grace is over, and else requests it to stop first', async () => {
  const [ignoring, cancelled, running] = [await addRunning(1, 40), await addRunning(1, 10), await addRunning(1)];
  const failed = await call(admin, 'POST', `/${ignoring}/force-fail`, { reason: ' It hangs ' });
  expect(failed.json).toMatchObject({
    run: { id: ignoring, status: 'FAILED', error: 'Force-failed by admin@example.com: It hangs' },
    forceFailAt: null,
  });
  const early = await call(admin, 'POST', `/${cancelled}/force-fail`, {});
  expect(early.json.run).toMatchObject({ id: cancelled, status: 'RUNNING' });
  expect(Date.parse(early.json.forceFailAt) - Date.parse(early.json.run.cancelRequestedAt)).toBe(30_000);
  const patient = await call(admin, 'POST', `/${running}/force-fail`, { graceMs: 45_000 });
  expect(patient.json.run.cancelRequestedBy).toMatchObject({ email: 'admin@example.com' });
  expect(Date.parse(patient.json.forceFailAt) - Date.parse(patient.json.run.cancelRequestedAt)).toBe(45_000);
  expect((await call(admin, 'POST', `/${running}/force-fail`, { graceMs: 0 })).json.run.status).toBe('FAILED');
  for (const graceMs of [-1, 60_001, 1.5, '30'])
    expect((await call(admin, 'POST', `/${cancelled}/force-fail`, { graceMs })).status).toBe(400);
  expect(problemCode(await call(admin, 'POST', `/${ignoring}/force-fail`, {}))).toBe('NOT_ALLOWED');
  expect(problemCode(await call(admin, 'POST', '/999999/force-fail', {}))).toBe('UNKNOWN_RUN');
});

it('fails all running runs after a preview and the typed confirmation, for a SUPER_ADMIN alone', async () => {
  const ids = [await addRunning(1), await addRunning(400)];
  const preview = await call(chief, 'GET', '/emergency-cleanup');
  expect(preview.json.runs).toMatchObject([
    {
      run: { id: ids[0] },
      becomes: 'FAILED',
      reason: expect.stringMatching(/^Running for 12 min; last heartbeat \d+(\.\d)? s ago$/),
    },
    { run: { id: ids[1] }, becomes: 'FAILED' },
  ]);
  const request = { confirmation: EMERGENCY_CONFIRMATION, startedBefore: preview.json.serverTime, reason: 'Disk full' };
  expect(problemCode(await call(admin, 'GET', '/emergency-cleanup'))).toBe('FORBIDDEN');
  expect(problemCode(await call(admin, 'POST', '/emergency-cleanup', request))).toBe('FORBIDDEN');
  const mistyped = await call(chief, 'POST', '/emergency-cleanup', {
    ...request,
    confirmation: 'fail all running jobs',
  });
  expect([problemCode(mistyped), mistyped.json.field]).toEqual(['INVALID_INPUT', 'confirmation']);
  const failed = await call(chief, 'POST', '/emergency-cleanup', request);
  expect(failed.json).toMatchObject({ failed: 2, runs: [{ status: 'FAILED' }, { status: 'FAILED' }] });
  expect(failed.json.runs[0].error).toBe('Emergency cleanup by chief@example.com: Disk full');
  expect((await call(chief, 'POST', '/emergency-cleanup', request)).json.failed).toBe(0);
});

it.each<[string, string, object]>([
  ['no run at all', '/cleanup-stalled', { jobRunIds: [] }],
  ['a number that no run can have', '/cleanup-stalled', { jobRunIds: ['9223372036854775808'] }],
  ['too many runs', '/cleanup-stalled', { jobRunIds: Array.from({ length: 1_001 }, () => '1') }],
  ['too long a reason', '/1/force-fail', { reason: 'x'.repeat(301) }],
  ['no time of a preview', '/emergency-cleanup', { confirmation: EMERGENCY_CONFIRMATION }],
  ['a time as a word', '/emergency-cleanup', { confirmation: EMERGENCY_CONFIRMATION, startedBefore: 'yesterday' }],
])('refuses %s', async (_what, path, body) => {
  expect(problemCode(await call(chief, 'POST', path, body))).toBe('INVALID_INPUT');
});

it.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-01-01T00:00:00+23:59'])(
  'takes the time %s for what it is',
  async (startedBefore) => {
    const answer = await call(chief, 'POST', '/emergency-cleanup', {
      confirmation: EMERGENCY_CONFIRMATION,
      startedBefore,
    });
    expect([answer.status, answer.json.failed]).toEqual([200, 0]);
  },
);
