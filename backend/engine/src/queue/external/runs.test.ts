import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { TestEngine } from '../../testing/engine.js';
import { QueueError } from '../errors.js';
import { createRedaction } from '../redaction.js';
import { createRegistry } from '../registry.js';
import { SYSTEM } from '../system-actor.js';
import type { HeldRun } from '../transitions/external.js';
import { createExternalRuns, type ExternalRuns } from './runs.js';

const MAX = 50;
const INACTIVE_AFTER_MS = 300_000;
const MAX_INACTIVE_MS = 3_600_000;

let engine: TestEngine;
let external: ExternalRuns;
beforeAll(async () => {
  engine = await TestEngine.create([]);
  external = createExternalRuns({
    sql: engine.database.pool,
    registry: createRegistry([]),
    notifier: engine.notifier,
    redaction: createRedaction(''),
    maxActive: MAX,
    inactiveAfterMs: INACTIVE_AFTER_MS,
    maxInactiveMs: MAX_INACTIVE_MS,
    messagesPerRun: 100,
  });
});
afterAll(() => engine.close());
beforeEach(() => sql('DELETE FROM "JobRun"; DELETE FROM "JobRunMessage"; DELETE FROM "JobRunCount"'));
afterEach(async () => expect(await engine.violations()).toEqual({}));

const sql = async (text: string, ...values: unknown[]) => (await engine.database.pool.query(text, values)).rows;
const start = (more: Partial<Parameters<ExternalRuns['start']>[0]> = {}) =>
  external.start({ jobName: 'import-files', parameters: {}, ...more }, SYSTEM);
const leaseOf = (run: HeldRun) => ({ id: run.id, leaseToken: run.leaseToken ?? '' });
const codeOf = (refused: Promise<unknown>): Promise<string> =>
  refused.then(
    () => 'done',
    (error) => (error instanceof QueueError ? error.code : Promise.reject(error)),
  );
/** Sets the last report of the run's program back by so long. */
const stall = (run: HeldRun, ms: number) =>
  sql(`UPDATE "JobRun" SET "lastHeartbeatAt" = clock_timestamp() - $2 * interval '1 ms' WHERE id = $1`, run.id, ms);
const notesOf = (run: HeldRun) =>
  sql('SELECT level, source, message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq', run.id);

it('lets no more runs begin at once than the limit, however many calls there are', async () => {
  await Promise.all(Array.from({ length: MAX - 5 }, () => start()));
  const answers = await slowly('JobRun', () => Promise.all(Array.from({ length: 15 }, () => codeOf(start()))));
  expect(answers.filter((code) => code === 'TOO_MANY_ACTIVE')).toHaveLength(10);
  expect(await sql(`SELECT id FROM "JobRun" WHERE status = 'RUNNING'`)).toHaveLength(MAX);
  const [first] = await sql('SELECT id, "leaseToken" FROM "JobRun" LIMIT 1');
  await external.end(leaseOf(first as HeldRun), { status: 'SUCCESS' }, SYSTEM);
  expect(await codeOf(start())).toBe('done');
  expect(await codeOf(start())).toBe('TOO_MANY_ACTIVE');
});

/** Has every new row of the table take a while, so that statements which don't wait for each other get in each other's way. */
async function slowly<Result>(table: string, act: () => Promise<Result>): Promise<Result> {
  await sql(`CREATE OR REPLACE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$`);
  await sql(`CREATE TRIGGER dawdle BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  try {
    return await act();
  } finally {
    await sql(`DROP TRIGGER dawdle ON "${table}"`);
  }
}

it('answers a repeated start even when there are too many runs', async () => {
  const first = await start({ idempotencyKey: 'once' });
  await Promise.all(Array.from({ length: MAX - 1 }, () => start()));
  const again = await start({ idempotencyKey: 'once' });
  expect([again.id, again.leaseToken]).toEqual([first.id, first.leaseToken]);
  expect(await codeOf(start({ idempotencyKey: 'twice' }))).toBe('TOO_MANY_ACTIVE');
});

it('begins one run for a key that is sent many times at once, the last slot included', async () => {
  await Promise.all(Array.from({ length: MAX - 1 }, () => start()));
  const runs = await Promise.all(Array.from({ length: 10 }, () => start({ idempotencyKey: 'last' })));
  expect(new Set(runs.map((run) => run.id)).size).toBe(1);
});

it('counts no runs of runners of ours towards its limit', async () => {
  await sql(
    `INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
     SELECT 'echo', 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), now(), now() FROM generate_series(1, ${MAX})`,
  );
  expect(await codeOf(start())).toBe('done');
});

it('fails a run whose program stopped reporting, with the reason, and refuses its later reports', async () => {
  const run = await start();
  await stall(run, INACTIVE_AFTER_MS + 1_000);
  expect(await engine.rescuer.tick()).toBe(1);
  const failed = await engine.run(run.id);
  expect(failed).toMatchObject({ status: 'FAILED', error: 'No progress, message or heartbeat for 5 min' });
  const notes = await notesOf(run);
  expect(notes).toMatchObject([{ level: 'ERROR', source: 'SYSTEM', message: expect.stringMatching(/^No progress/) }]);
  const lease = leaseOf(run);
  const late = [
    external.beat(lease),
    external.progress(lease, { progress: 0.9 }),
    external.write(lease, [{ level: 'info', message: 'late' }]),
    external.end(lease, { status: 'SUCCESS' }, SYSTEM),
    external.end(lease, { status: 'FAILED' }, SYSTEM),
  ];
  expect(new Set(await Promise.all(late.map(codeOf)))).toEqual(new Set(['LEASE_LOST']));
  expect([await engine.run(run.id), await notesOf(run)]).toEqual([failed, notes]);
});

it('counts every kind of report', async () => {
  const lease = leaseOf(await start({ steps: [{ id: 'a' }] }));
  const reports = [
    () => external.beat(lease),
    () => external.progress(lease, { progress: 0.1 }),
    () => external.progress(lease, { steps: [{ id: 'a', progress: 0.5 }] }),
    () => external.write(lease, [{ level: 'info', message: 'still here' }]),
  ];
  for (const report of reports) {
    await sql(`UPDATE "JobRun" SET "lastHeartbeatAt" = clock_timestamp() - interval '10 min'`);
    await report();
    expect(await engine.rescuer.tick()).toBe(0);
  }
});

it('uses the timeout that the program set', async () => {
  const [patient, hasty] = [
    await start({ inactivityTimeoutMs: 3_600_000 }),
    await start({ inactivityTimeoutMs: 1_000 }),
  ];
  await stall(patient, 3_000_000);
  await stall(hasty, 2_000);
  expect(await engine.rescuer.tick()).toBe(1);
  expect((await engine.run(patient.id)).status).toBe('RUNNING');
  expect((await engine.run(hasty.id)).status).toBe('FAILED');
});

it('cancels a run that stopped reporting after the request to stop', async () => {
  const run = await start();
  await engine.queue.cancel(run.id, SYSTEM);
  await stall(run, INACTIVE_AFTER_MS + 1_000);
  await engine.rescuer.tick();
  expect((await engine.run(run.id)).status).toBe('CANCELLED');
  await expect(external.end(leaseOf(run), { status: 'CANCELLED' }, SYSTEM)).rejects.toThrow(/it was cancelled.*stop/);
});

it('fails a run over its time limit, whether or not it reports', async () => {
  const run = await start({ timeoutMs: 120_000 });
  await sql(`UPDATE "JobRun" SET "startedAt" = clock_timestamp() - interval '3 min'`);
  await external.beat(leaseOf(run));
  expect(await engine.rescuer.tick()).toBe(1);
  expect(await engine.run(run.id)).toMatchObject({ status: 'FAILED', error: 'Timed out after 2 min' });
  expect(await codeOf(external.beat(leaseOf(run)))).toBe('LEASE_LOST');
});

it('keeps as many messages as a run may have, the worse ones first', async () => {
  const run = await start();
  const lines = (count: number, level: 'info' | 'error') =>
    Array.from({ length: count }, (_, n) => ({ level, message: `${level} ${n}` }));
  await external.write(leaseOf(run), lines(10, 'error'));
  await external.write(leaseOf(run), lines(200, 'info'));
  const { messageCount, droppedMessages, errorCount } = await engine.run(run.id);
  const kept = await notesOf(run);
  expect([messageCount, errorCount]).toEqual([210, 10]);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept.length + droppedMessages).toBe(210);
  expect(kept.filter((line) => line.level === 'ERROR')).toHaveLength(10);
});

it('writes the messages of a key once, though the call comes many times at the same moment', async () => {
  const lease = leaseOf(await start());
  const write = () => external.write(lease, [{ level: 'info', message: 'once' }], 'key');
  const answers = await slowly('JobRunMessage', () => Promise.all(Array.from({ length: 8 }, write)));
  expect(answers).toEqual(answers.map(() => ({ shouldStop: false })));
  expect(await sql('SELECT seq, message FROM "JobRunMessage"')).toEqual([{ seq: 1, message: 'once' }]);
});

it('ends in one way when complete, fail and the rescuer come at once', async () => {
  const runs = await Promise.all(Array.from({ length: 20 }, () => start()));
  await sql(`UPDATE "JobRun" SET "lastHeartbeatAt" = clock_timestamp() - interval '10 min'`);
  const endings = runs.flatMap((run) => [
    codeOf(external.end(leaseOf(run), { status: 'SUCCESS' }, SYSTEM)),
    codeOf(external.end(leaseOf(run), { status: 'FAILED', error: 'told so' }, SYSTEM)),
  ]);
  await Promise.all([...endings, engine.rescuer.tick()]);
  await engine.rescuer.tick();
  const told = await Promise.all(endings);
  for (const [index, run] of runs.entries()) {
    const { status, error } = await engine.run(run.id);
    const [completed, failed] = told.slice(2 * index, 2 * index + 2);
    expect(completed === 'done').toBe(status === 'SUCCESS');
    expect(failed === 'done').toBe(error === 'told so');
  }
});
