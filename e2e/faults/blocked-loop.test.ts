import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { percentile } from '../../scripts/bench/percentile.js';
import { POISON_CHANNEL } from './poison/poison-jobs.js';
import { limitPerRunner } from './world/channel-limit.js';
import { readLedger } from './world/ledger.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const POISON_RUNNER = fileURLToPath(new URL('./poison/poison-runner.ts', import.meta.url));
/** Two leases and a half, or ten. */
const BLOCKED_MS = size(5_000, 20_000);
const SPINNERS = size(1, 2);
const ENDLESS = size(1, 24);
const ENDLESS_TIMEOUT_MS = 300;
const HOGS = size(1, 4);
/** The aims are a second and 100 ms, on a machine with time. */
const MAX_OVERSHOOT_MS = size(10_000, 1_000);
const MAX_P99_MS = size(10_000, 500);

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`keeps the lease of a job that blocks its runner for ${BLOCKED_MS / 1_000} s, ends those that never return, and serves all others`, async () => {
  // Alone on its runner's loop: a second one would wait for the first.
  await world.startRunners(1, { concurrency: 1 });
  await untilBeating();
  const spinning: string[] = [];
  for (let spinner = 0; spinner < SPINNERS; spinner++) {
    spinning.push(await world.enqueuer.enqueue('spin', { ms: BLOCKED_MS }));
    if (spinner === 0) await world.untilRunning(1);
  }
  const [other] = await world.startRunners(1, { concurrency: 10, program: POISON_RUNNER });
  await world.untilKnown('endless');
  await limitPerRunner(world, POISON_CHANNEL, 1);
  await world.enqueuer.enqueueMany([
    ...Array.from({ length: ENDLESS }, () => ({ jobName: 'endless', parameters: {} })),
    // More than its limit, so it goes down three times.
    ...Array.from({ length: HOGS }, () => ({ jobName: 'deadly', parameters: { act: 'memory' } })),
  ]);
  const stopFeeding = world.keepFeeding(200, 200);
  const answers = await measureApi(world, BLOCKED_MS);
  await stopFeeding();

  const verdict = await world.expectAllRight();
  expect(other?.isRunning).toBe(true);
  expect(await outcomesOf('spin')).toEqual([{ status: 'SUCCESS', attempt: 1, claimNo: 1, count: SPINNERS }]);
  expect(await outcomesOf('endless')).toEqual([{ status: 'FAILED', attempt: 1, claimNo: 1, count: ENDLESS }]);
  expect(await outcomesOf('deadly')).toEqual([{ status: 'FAILED', attempt: 3, claimNo: 3, count: HOGS }]);
  const overshoot = Math.max(0, ...(await overshoots()));
  expectWithin('end of an endless loop after its timeout', overshoot, MAX_OVERSHOOT_MS, 'ms');
  const p99 = percentile(answers, 99);
  expectWithin('calls beside blocked loops, p99', p99, MAX_P99_MS, 'ms');
  const injected = [
    { what: `blocks of ${BLOCKED_MS / 1_000} s of a lease of 2 s`, count: spinning.length, target: SPINNERS },
    { what: 'endless loops', count: ENDLESS, target: ENDLESS },
    { what: 'allocations of 2 GB', count: 3 * HOGS, target: 3 * HOGS },
  ];
  reportFinding('jobs that block or fill their process', injected, verdict, [
    `API p99 ${p99.toFixed(0)} ms of ${answers.length} meanwhile`,
    `endless loops ended ${overshoot.toFixed(0)} ms after their time at most`,
  ]);
});

/** On a busy machine the thread that keeps leases needs longer to start than these short leases last. */
async function untilBeating(): Promise<void> {
  const isBeating = async () => {
    const { rowCount } = await world.database.pool.query(
      `SELECT FROM "Runner" WHERE "lastHeartbeatAt" > "startedAt" + interval '100 ms'`,
    );
    expect(rowCount).toBe(1);
  };
  await vi.waitFor(isBeating, { timeout: 60_000, interval: 50 });
}

/** How long the API took to answer, called repeatedly for so long. */
async function measureApi({ url, token }: World, forMs: number): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    const sentAt = performance.now();
    const answer = await fetch(`${url}/api/admin/jobs/history`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    await answer.text();
    took.push(performance.now() - sentAt);
    await delay(20);
  }
  return took;
}

async function outcomesOf(jobName: string): Promise<unknown[]> {
  const { rows } = await world.database.pool.query(
    `SELECT status::text, attempt, "claimNo", count(*)::int FROM "JobRun" WHERE "jobName" = $1 GROUP BY 1, 2, 3`,
    [jobName],
  );
  return rows;
}

/** How long after its time each endless loop was ended: from the start that its job recorded. */
async function overshoots(): Promise<number[]> {
  const { rows } = await world.database.pool.query<{ id: string; finishedAt: Date }>(
    `SELECT id::text, "finishedAt" FROM "JobRun" WHERE "jobName" = 'endless'`,
  );
  // Both clocks are this machine's.
  const sinceBoot = Date.now() - Number(process.hrtime.bigint() / 1_000n) / 1_000;
  const began = new Map(readLedger(`${world.folder}/ledger`).map(({ runId, atMs }) => [runId, atMs + sinceBoot]));
  // On a busy machine the time of one may be up before its job has begun.
  const begun = rows.filter(({ id }) => began.has(id));
  return begun.map(({ id, finishedAt }) => finishedAt.getTime() - (began.get(id) ?? 0) - ENDLESS_TIMEOUT_MS);
}
