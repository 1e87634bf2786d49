import type { RunRequest } from '@job-manager/client/request';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../../testing/engine.js';
import { TestGraph } from '../../testing/graph.js';
import { size } from '../../testing/size.js';
import { defineJob } from '../job.js';
import { SYSTEM } from '../system-actor.js';
import type { Lease } from './beat.js';

const note = defineJob({
  name: 'note',
  description: 'Does nothing',
  examples: ['note'],
  algorithmVersion: '1',
  parameters: z.object({}),
  run: async () => {},
});

let engine: TestEngine;
let graph: TestGraph;
beforeAll(async () => {
  engine = await TestEngine.create([note]);
  graph = new TestGraph(engine.database.pool);
});
afterAll(() => engine.close());
afterEach(async () => {
  const violations = await engine.violations();
  await engine.database.pool.query(
    'DELETE FROM "JobRun"; DELETE FROM "JobRunMessage"; DELETE FROM "JobRunAttempt"; DELETE FROM "JobRunCount"',
  );
  expect(violations).toEqual({});
});

const PERIOD_MS = 60_000;
const enqueue = async (request: Partial<RunRequest> = {}): Promise<string> => {
  const { run } = await engine.queue.enqueue({ jobName: 'note', trigger: 'EVENT', ...request }, SYSTEM);
  return run.id;
};
const join = (more: Partial<RunRequest> = {}) =>
  enqueue({ unique: { key: 'k', scope: 'running', onConflict: 'after' }, ...more });
const inPeriod = (onConflict: 'existing' | 'after', more: Partial<RunRequest> = {}) =>
  enqueue({ unique: { key: 'k', scope: 'period', periodMs: PERIOD_MS, onConflict }, ...more });
/** As time does it: no trigger sees it. */
const makePeriodOver = () =>
  engine.database.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE "JobRun" SET "uniqueUntil" = clock_timestamp() - interval '1 s' WHERE "uniqueUntil" IS NOT NULL;
     UPDATE "JobRunKey" SET until = clock_timestamp() - interval '1 s' WHERE until IS NOT NULL; COMMIT`,
  );
const waitsFor = async (runId: string) => (await engine.run(runId)).dependsOn.map(({ jobRunId }) => jobRunId);

describe('who leaves the line of a key before its turn', () => {
  it('lets the next wait for the one before it', async () => {
    const [first, second, third] = [await join(), await join(), await join()];
    const leases = await graph.begin(first);
    await engine.queue.cancel(second, SYSTEM);
    expect(await graph.states(first, second, third)).toEqual(['RUNNING', 'CANCELLED', 'BLOCKED']);
    expect(await waitsFor(third)).toEqual([first]);
    await graph.finish(leases, 'SUCCESS');
    expect(await graph.states(third)).toEqual(['QUEUED']);
  });

  it('lets the next begin where none is before it any more', async () => {
    const [first, second, third] = [await join(), await join(), await join()];
    await graph.end('FAILED', first);
    await engine.queue.cancel(second, SYSTEM);
    expect(await graph.states(third)).toEqual(['QUEUED']);
  });

  it('may be several at once', async () => {
    const [first, second, third, last] = [await join(), await join(), await join(), await join()];
    const leases = await graph.begin(first);
    await engine.database.pool.query(
      `UPDATE "JobRun" SET status = 'CANCELLED', "finishedAt" = clock_timestamp(), "isBlocked" = false WHERE id IN ($1, $2)`,
      [second, third],
    );
    expect(await waitsFor(last)).toEqual([first]);
    await graph.finish(leases, 'SUCCESS');
    expect(await graph.states(last)).toEqual(['QUEUED']);
    await engine.database.pool.query('DELETE FROM "JobRun"; DELETE FROM "JobRunCount"');
  });

  it('leaves a run alone that waits for it by name', async () => {
    const [first, second] = [await join(), await join()];
    const other = await enqueue({ after: [second], when: 'finished' });
    await engine.queue.cancel(second, SYSTEM);
    expect(await graph.states(first, other)).toEqual(['QUEUED', 'QUEUED']);
  });
});

describe('a run that joins the line of a key', () => {
  it('may name the end of the line as one that it waits for', async () => {
    const first = await join();
    const second = await join({ after: [first], when: 'finished' });
    expect(await waitsFor(second)).toEqual([first]);
    await graph.end('SUCCESS', first);
    expect(await graph.states(second)).toEqual(['QUEUED']);
  });

  it('does so where the time of the key is over and its run is not', async () => {
    const first = await inPeriod('existing');
    await makePeriodOver();
    const second = await inPeriod('after');
    expect(await graph.states(first, second)).toEqual(['QUEUED', 'BLOCKED']);
    await graph.end('SUCCESS', first);
    expect(await graph.states(second)).toEqual(['QUEUED']);
  });
});

it('is unblocked by the end of a run whose key it took, and for which it waits', async () => {
  const first = await inPeriod('existing');
  await makePeriodOver();
  const second = await inPeriod('existing', { after: [first], when: 'finished' });
  expect(await graph.states(first, second)).toEqual(['QUEUED', 'BLOCKED']);
  await graph.end('SUCCESS', first);
  expect(await graph.states(second)).toEqual(['QUEUED']);
});

describe('whatever is enqueued, begun, ended and cancelled', () => {
  const step = fc.record({
    act: fc.constantFrom('ask', 'ask', 'ask', 'begin', 'end', 'cancel'),
    onConflict: fc.constantFrom('existing', 'replace', 'after', 'after', 'after', 'after'),
    /** Which of the unfinished is cancelled, round and round. */
    which: fc.nat(9),
  });
  const unfinished = async () =>
    (
      await engine.database.pool.query<{ id: string; isBlocked: boolean; status: string }>(
        `SELECT id, "isBlocked", status FROM "JobRun" WHERE "finishedAt" IS NULL ORDER BY id`,
      )
    ).rows;

  it('one of the line may run, and only one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), async (steps) => {
        await engine.database.pool.query(
          'DELETE FROM "JobRun"; DELETE FROM "JobRunMessage"; DELETE FROM "JobRunAttempt"; DELETE FROM "JobRunCount"',
        );
        const leases: Lease[] = [];
        for (const { act, onConflict, which } of steps) {
          const line = await unfinished();
          const ready = line.find(({ isBlocked, status }) => status === 'QUEUED' && !isBlocked);
          if (act === 'ask') await join({ unique: { key: 'k', onConflict } });
          else if (act === 'begin' && ready) leases.push(...(await graph.begin(ready.id)));
          else if (act === 'end') await graph.finish(leases.splice(0), 'SUCCESS');
          else if (act === 'cancel' && line.length > 0)
            await engine.queue.cancel(String(line[which % line.length]?.id), SYSTEM);
          const left = await unfinished();
          expect(left.filter(({ isBlocked }) => !isBlocked)).toHaveLength(Math.min(left.length, 1));
        }
      }),
      { numRuns: size(8, 150) },
    );
  });
});
