import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { percentile } from '../../scripts/bench/percentile.js';
import { reportFinding } from './world/report.js';
import { size } from './world/size.js';
import { World } from './world/world.js';

/** Among the normal tests long enough for a machine that is slow at the same time. */
const LEASE_MS = size(4_000, 2_000);
/** Three leases, or the minute that the promise speaks of. */
const BLOCKED_MS = size(12_000, 60_000);
const SETTINGS = { JOBS_STALLED_AFTER_MS: String(LEASE_MS) };
const SPINNERS = 2;
/** The normal tests share their machine with each other. */
const MOST_P99_MS = size(8_000, 2_000);

let world: World;
beforeAll(async () => {
  world = await World.create(SETTINGS);
});
afterAll(() => world?.close());

it(`keeps the lease of a job that blocks its runner for ${BLOCKED_MS / 1_000} s, and serves everybody else`, async () => {
  // Alone on its runner's loop: a second one would wait for the first.
  await world.startRunners(1, { concurrency: 1, settings: SETTINGS });
  const spinning: string[] = [];
  for (let spinner = 0; spinner < SPINNERS; spinner++) {
    const id = await world.enqueuer.enqueue('spin', { ms: BLOCKED_MS });
    spinning.push(id);
    if (spinner === 0) await world.untilRunning(1);
  }
  const [other] = await world.startRunners(1, { concurrency: 10, settings: SETTINGS });
  const stopFeeding = world.keepFeeding(200, 200);
  const answers = await measureApi(world, BLOCKED_MS);
  await stopFeeding();

  const verdict = await world.expectAllRight();
  expect(other?.isRunning).toBe(true);
  const { rows } = await world.database.pool.query(
    `SELECT DISTINCT status::text, attempt, "claimNo" FROM "JobRun" WHERE id = ANY($1)`,
    [spinning],
  );
  expect(rows).toEqual([{ status: 'SUCCESS', attempt: 1, claimNo: 1 }]);
  const p99 = percentile(answers, 99);
  expect(p99).toBeLessThan(MOST_P99_MS);
  reportFinding(
    'job that blocks its event loop',
    `${SPINNERS} × ${BLOCKED_MS / 1_000} s of a lease of ${LEASE_MS / 1_000} s`,
    verdict,
    [`API p99 ${p99.toFixed(0)} ms meanwhile`],
  );
});

/** How long the API took to answer, asked again and again for so long. */
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
