import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, it } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const ZOMBIES = size(40, 2_000);
const RUNNERS = size(6, 18);
/** Beyond the lease of 2 s: others take the runs, and the frozen runner has not noticed when it continues. */
const FROZEN_MS = 2_600;
/** Long enough that the next holder of the run still executes it when the zombie continues. */
const MAX_MS = 3_000;
const REFUSED = 'its outcome is dropped';
const GIVE_UP_MS = size(150_000, 600_000);

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`lets no runner that was frozen past its leases write anything (${ZOMBIES} zombies)`, async () => {
  const runners = await world.startRunners(RUNNERS);
  const deadline = performance.now() + GIVE_UP_MS;
  let freezes = 0;
  let isOver = false;
  const freezer = async (victim: Program, turn: number) => {
    await delay((turn * FROZEN_MS * 2) / RUNNERS);
    for (; !isOver; freezes++) {
      victim.signal('SIGSTOP');
      await delay(FROZEN_MS + Math.random() * 500);
      victim.signal('SIGCONT');
      await delay(FROZEN_MS * Math.random());
    }
  };
  const feeding = feed(() => isOver);
  const freezing = Promise.all(runners.map(freezer));
  // Each that continued reported an outcome which was refused, and logged that.
  while ((await world.countLines('runners', REFUSED)) < ZOMBIES && performance.now() < deadline) await delay(500);
  isOver = true;
  await Promise.all([feeding, freezing]);

  const verdict = await world.expectAllRight();
  const refused = await world.countLines('runners', REFUSED);
  reportFinding(
    'runner frozen past its leases',
    [
      { what: 'outcomes of zombies, all refused', count: refused, target: ZOMBIES },
      // Few, and none perhaps among forty: their runs wait for an idle runner, as suspects, until the zombie's first
      // beat clears them.
      {
        what: 'of them while an heir was at work',
        count: verdict.zombies,
        target: size(0, ZOMBIES / 40),
        isPart: true,
      },
    ],
    verdict,
    [`${freezes} freezes of ${RUNNERS} runners`],
  );
});

/** Keeps more runs waiting than there are slots. */
async function feed(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { rows } = await world.database.pool.query(
      `SELECT count(*)::int AS runs FROM "JobRun" WHERE status = 'QUEUED'`,
    );
    const waiting = (rows[0] as { runs: number }).runs;
    if (waiting < RUNNERS * 10) {
      await world.enqueueMany(50, () => ({
        jobName: 'heedless',
        parameters: { ms: Math.round(Math.random() * MAX_MS) },
      }));
    }
    await delay(100);
  }
}
