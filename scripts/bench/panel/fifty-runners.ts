import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beat } from '@job-manager/engine/queue/transitions/beat';
import { registerRunner } from '@job-manager/engine/store/runners';
import type { CDPSession } from '@playwright/test';
import type { Bench } from '../bench.js';
import type { Part } from '../figure.js';

const RUNNERS = 50;
const BEAT_EVERY_MS = 30_000;
const SETTLE_MS = 3_000;

/**
 * What the Runners page takes of a processor with fifty cards whose runners beat, and with the same cards standing
 * still.
 */
export const fiftyRunners: Part = {
  id: 'fifty-runners',
  measure: async (bench) => {
    const ids = Array.from({ length: RUNNERS }, () => randomUUID());
    for (const [pid, id] of ids.entries())
      await registerRunner(bench.pool, { id, kind: 'WORKER', host: 'bench', pid, version: '1', concurrency: 10 });
    const context = await bench.openContext();
    try {
      const page = await context.newPage();
      await page.goto('/admin/jobs/runners');
      await page.getByRole('listitem', { name: `bench:${RUNNERS - 1}`, exact: true }).waitFor();
      await delay(SETTLE_MS, undefined, { signal: bench.signal });
      const session = await context.newCDPSession(page);
      await session.send('Performance.enable');
      const still = await busyShares(session, () => delay(BEAT_EVERY_MS, undefined, { signal: bench.signal }));
      const beating = await busyShares(session, () => beatOnce(bench, ids));
      return [
        {
          name: `Runners page with ${RUNNERS} runners that beat, processor of the tab`,
          value: 100 * beating.TaskDuration,
          unit: '% of a core',
          most: 5,
          details: [
            `${(beating.TaskDuration / still.TaskDuration).toFixed(1)} times the same page while none beats`,
            `with beats ${describeShares(beating)}; without ${describeShares(still)}`,
            `tasks of the page’s main thread over ${BEAT_EVERY_MS / 1_000} s, in which each runner beats once`,
          ],
        },
      ];
    } finally {
      await context.close();
      await bench.pool.query('DELETE FROM "Runner" WHERE id = ANY ($1)', [ids]);
    }
  },
};

/** One beat of each, evenly over the time between two. */
async function beatOnce({ pool, signal }: Bench, ids: readonly string[]): Promise<void> {
  const endAt = performance.now() + BEAT_EVERY_MS;
  for (const [place, runnerId] of ids.entries()) {
    const vitals = { latencyMs: 2 + (place % 5), endedRuns: 1, cpuPercent: place, rssBytes: 90_000_000 };
    await beat(pool, { runnerId, leases: [], loopLagMs: 1, lastClaimAgoMs: 10, lastProgressAgoMs: 10, vitals });
    const next = endAt - BEAT_EVERY_MS * (1 - (place + 1) / ids.length);
    await delay(Math.max(0, next - performance.now()), undefined, { signal });
  }
}

/** Of the page's main thread: all tasks, and the parts of them that Chromium distinguishes. */
const times = ['TaskDuration', 'ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'] as const;
type Shares = Record<(typeof times)[number], number>;

const describeShares = (shares: Shares): string =>
  times.map((name) => `${name.replace('Duration', '').toLowerCase()} ${(100 * shares[name]).toFixed(2)} %`).join(', ');

/** How much of the time of some work the page's main thread was busy, from 0 to 1. */
async function busyShares(session: CDPSession, work: () => Promise<unknown>): Promise<Shares> {
  const before = await readTimes(session);
  await work();
  const after = await readTimes(session);
  const elapsed = after('Timestamp') - before('Timestamp');
  return Object.fromEntries(times.map((name) => [name, (after(name) - before(name)) / elapsed])) as Shares;
}

async function readTimes(session: CDPSession): Promise<(name: string) => number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (name) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
}
