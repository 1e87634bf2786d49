import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isFull, size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { executionsByRun, readLedger } from './world/ledger.js';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RUNNER = fileURLToPath(new URL('./dependency/dependent-runner.ts', import.meta.url));
const RUNS = size(300, 5_000);
/** Ten minutes and an hour of the usual policy, in fast forward. */
const DOWN_MS = size(6_000, 26_000);
const MAX_BACKOFF_MS = size(2_000, 10_000);
/** The last part of the outage, when every run waits as long as it ever will. */
const STEADY_MS = size(2_000, 10_000);
const WINDOW_MS = 500;
/**
 * Of the steady rate; a busy machine bunches up what comes. Without jitter all would come in one window, five times as
 * many.
 */
const MAX_PEAK = size(4, 2);
/** Attempts that it refuses, whatever time a busy machine needs for them. */
const REFUSALS = size(1, 4) * RUNS;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`calls a dependency that was down for ${RUNS} runs no more often once it is back`, async () => {
  const settings = { DEPENDENT_MAX_BACKOFF_MS: String(MAX_BACKOFF_MS) };
  await world.startRunners(1, { program: RUNNER, concurrency: 50, settings });
  await world.untilKnown('dependent');
  const down = join(world.folder, 'down');
  await writeFile(down, '');
  await world.enqueuer.enqueueMany(Array.from({ length: RUNS }, () => ({ jobName: 'dependent', parameters: {} })));
  await delay(DOWN_MS);
  await untilRefused();
  await rm(down);
  const backAtMs = Number(process.hrtime.bigint() / 1_000n) / 1_000;
  await world.untilQuiet();

  const calls = callsPerWindow();
  const steadyFrom = Math.floor((backAtMs - STEADY_MS) / WINDOW_MS);
  const back = Math.floor(backAtMs / WINDOW_MS);
  const steady = median(calls.filter(({ window }) => window >= steadyFrom && window < back).map(({ count }) => count));
  const peak = Math.max(...calls.filter(({ window }) => window > back).map(({ count }) => count));
  const failed = calls.reduce((sum, { count }) => sum + count, 0) - RUNS;

  const verdict = await world.expectAllRight();
  expect(verdict.ended).toMatchObject({ FAILED: 0, CANCELLED: 0 });
  expectWithin('calls when the dependency is back, per calls while it was away', peak / steady, MAX_PEAK, 'times');
  const waits = waitsAtMost();
  // Full jitter: any time up to the whole backoff is as likely, but a busy machine adds its own to each wait.
  if (isFull) expectWithin('one of so many waits falls into the rarest quarter', 1 / Math.min(...waits), 7, 'waits');
  const injected = { what: 'attempts refused by what was down', count: failed, target: REFUSALS };
  reportFinding('dependency down', injected, verdict, [
    `${RUNS} runs, ${(steady * 1_000) / WINDOW_MS} calls a second while down, at most ${(peak * 1_000) / WINDOW_MS} after`,
    `waits by quarters of the backoff ${waits.map((share) => `${Math.round(share * 100)} %`).join(', ')}`,
  ]);
});

/** While it is down, every attempt that starts is one more. */
async function untilRefused(): Promise<void> {
  const started = () => readLedger(join(world.folder, 'ledger')).filter(({ phase }) => phase === 'start').length;
  await vi.waitFor(() => expect(started()).toBeGreaterThanOrEqual(REFUSALS), { timeout: 600_000, interval: 200 });
}

interface Calls {
  window: number;
  count: number;
}

/** How often the dependency was called in each half second of the machine's clock. */
function callsPerWindow(): Calls[] {
  const counts = new Map<number, number>();
  for (const { phase, atMs } of readLedger(join(world.folder, 'ledger'))) {
    if (phase !== 'start') continue;
    const window = Math.floor(atMs / WINDOW_MS);
    counts.set(window, (counts.get(window) ?? 0) + 1);
  }
  return [...counts].map(([window, count]) => ({ window, count }));
}

/** Of the waits that could be as long as any, how many fell into each quarter of that time. */
function waitsAtMost(): number[] {
  const quarters = [0, 0, 0, 0];
  const atMost = 1 + Math.ceil(Math.log2(MAX_BACKOFF_MS / 250));
  for (const executions of executionsByRun(readLedger(join(world.folder, 'ledger'))).values()) {
    for (const [index, { startedAtMs }] of executions.entries()) {
      const before = executions[index - 1];
      if (!before || index < atMost) continue;
      const quarter = Math.min(3, Math.floor((4 * (startedAtMs - before.lastAtMs)) / MAX_BACKOFF_MS));
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
  }
  const all = Math.max(
    1,
    quarters.reduce((sum, count) => sum + count, 0),
  );
  return quarters.map((count) => count / all);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
