import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/backend/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RESTARTS = size(12, 200);
const LANES = 6;
const RUNS_PER_RESTART = 20;
const MOST_MS = 1_500;
/** Nothing is to be recovered here: a run that isn't handed back is found out. */
const LEASES = { JOBS_STALLED_AFTER_MS: '600000' };
const PATIENT = { ...LEASES, JOBS_DRAIN_MS: '300' };
/** Longer than any test: only a second SIGTERM ends the wait for a job that goes on. */
const STUBBORN = { ...LEASES, JOBS_DRAIN_MS: '600000' };
const GATE = 'restarts-are-over';

let world: World;
beforeAll(async () => {
  world = await World.create(LEASES);
});
afterAll(() => world?.close());

it(`burns no attempt when runners are restarted by SIGTERM (${RESTARTS} times)`, async () => {
  let begun = 0;
  const told = { restarts: 0, hurried: 0 };
  const lane = async () => {
    while (begun++ < RESTARTS) {
      const isHurried = begun % 4 === 0;
      await world.enqueueMany(RUNS_PER_RESTART, anyWait);
      // Some that no grace period is long enough for.
      await world.enqueueMany(1, () => ({ jobName: 'hold', parameters: { gate: GATE } }));
      const runner = world.startRunner({ settings: isHurried ? STUBBORN : PATIENT });
      await runner.ready;
      await delay(Math.random() * 500);
      runner.signal('SIGTERM');
      if (isHurried) told.hurried += await hurry(runner);
      if ((await runner.exited) === 0) told.restarts += 1;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await world.open(GATE);
  await world.startRunners(2, { concurrency: 80, settings: LEASES });

  const verdict = await world.expectAllRight();
  const { handedBack, burned } = await readAttempts();
  expect(burned).toBe(0);
  expect(await world.countLines('runners', '"level":50')).toBe(0);
  reportFinding(
    'runner restarted by SIGTERM',
    [
      { what: 'restarts that ended in order', count: told.restarts, target: RESTARTS },
      {
        what: 'of them hurried by a second SIGTERM',
        count: told.hurried,
        target: Math.floor(RESTARTS / 8),
        isPart: true,
      },
      { what: 'runs handed back, no attempt burned', count: handedBack, target: RESTARTS, isPart: true },
    ],
    verdict,
  );
});

/** Asks again until it is gone: a signal that comes while another is pending is none. Returns 1 where the first left it waiting. */
async function hurry(runner: Program): Promise<number> {
  for (let asked = 0; ; asked++) {
    await Promise.race([delay(50 + Math.random() * 200), runner.exited]);
    if (!runner.isRunning) return Math.min(asked, 1);
    runner.signal('SIGTERM');
  }
}

const anyWait = () => ({ jobName: 'wait', parameters: { ms: Math.round(Math.random() * MOST_MS) } });

/** Nothing here fails by itself, so whatever took more than one attempt had one burned. */
async function readAttempts(): Promise<{ handedBack: number; burned: number }> {
  const { rows } = await world.database.pool.query(`
    SELECT (SELECT count(*)::int FROM "JobRunAttempt" WHERE outcome = 'RELEASED') AS "handedBack",
      (SELECT count(*)::int FROM "JobRun" WHERE attempt <> 1 OR crashes > 0 OR status <> 'SUCCESS' OR error IS NOT NULL) AS burned`);
  return rows[0] as { handedBack: number; burned: number };
}
