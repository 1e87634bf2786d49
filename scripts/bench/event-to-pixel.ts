import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@job-manager/engine/queue/job';
import type { Queue } from '@job-manager/engine/queue/queue';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import type { Page } from '@playwright/test';
import * as z from 'zod';
import { type Bench, openJobsPage } from './bench.js';
import { clockOffset, databaseOffset, now } from './clock.js';
import type { Figure, Part } from './figure.js';
import { withOwnEngine } from './own-engine.js';
import { describeSpread, spreadOf } from './percentile.js';
import { recordReceived, type Sighting, type SightingWindow, watchRuns } from './sightings.js';

const RUNS = 100;
/** Begun one after the other, a few at a time, as on a day like any other. */
const RUN_EVERY_MS = { least: 250, most: 450 };
/** More than the 100 ms in which a run speaks at most once, so that no report is replaced by the next. */
const SPEAK_EVERY_MS = { least: 150, most: 300 };
const REPORTS = 3;
/** A change that is not on screen by then never comes. */
const SHOWN_WITHIN_MS = 5_000;

interface Event extends Sighting {
  kind: 'appears' | 'starts' | 'progress' | 'ends';
}

/** From a change of a run in the engine to the frame of a real browser that shows it. */
export const eventToPixel: Part = {
  id: 'event-to-pixel',
  measure: async (bench) => {
    const context = await bench.openContext();
    try {
      await context.addInitScript(recordReceived);
      const page = await openJobsPage(context);
      await page.evaluate(watchRuns);
      const events = await causeEvents(bench);
      const sightings = await readSightings(page, events);
      return [figureOf(events, sightings)];
    } finally {
      await context.close();
    }
  },
};

/** Has runs come, start, report and end; answers when each of it happened, by this process's clock. */
async function causeEvents(bench: Bench): Promise<Event[]> {
  const reports: Event[] = [];
  const job = reportingJob((event) => reports.push(event));
  return withOwnEngine(bench, [job], async ({ queue, runner }) => {
    await runner.start();
    const ids: string[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      ids.push(await enqueue(queue, job.name));
      await delay(between(RUN_EVERY_MS));
    }
    while (runner.activeRuns > 0) await delay(50);
    return [...reports, ...(await readEvents(bench, ids))];
  });
}

/** A job that reports its progress a few times and records when it did. */
function reportingJob(onReport: (event: Event) => void) {
  return defineJob({
    name: 'bench-reporting',
    description: 'Reports progress a few times, for the benchmark.',
    examples: ['pnpm bench'],
    algorithmVersion: '1',
    parameters: z.strictObject({}),
    defaultParams: {},
    async run(ctx) {
      for (let report = 1; report <= REPORTS; report += 1) {
        onReport({ kind: 'progress', fact: `${ctx.runId} report ${report}`, at: now() });
        ctx.progress(report / (REPORTS + 1), `report ${report}`);
        await ctx.pause(between(SPEAK_EVERY_MS));
      }
    },
  });
}

async function enqueue(queue: Queue, jobName: string): Promise<string> {
  return (await queue.enqueue({ jobName, parameters: {}, trigger: 'MANUAL' }, SYSTEM)).run.id;
}

/** What the rows contain. */
async function readEvents(bench: Bench, ids: string[]): Promise<Event[]> {
  const offset = await databaseOffset(bench);
  const ms = (column: string) => `extract(epoch FROM "${column}")::float8 * 1000`;
  const { rows } = await bench.pool.query<Record<'id' | 'queued' | 'started' | 'finished', string>>(
    `SELECT id, ${ms('queuedAt')} AS queued, ${ms('startedAt')} AS started, ${ms('finishedAt')} AS finished
     FROM "JobRun" WHERE id = ANY($1::bigint[])`,
    [ids],
  );
  return rows.flatMap((row): Event[] => [
    { kind: 'appears', fact: `${row.id} appears`, at: Number(row.queued) - offset },
    { kind: 'starts', fact: `${row.id} starts`, at: Number(row.started) - offset },
    { kind: 'ends', fact: `${row.id} ends`, at: Number(row.finished) - offset },
  ]);
}

/** When each fact reached the page and its screen, by this process's clock. */
interface Sightings {
  received: Map<string, number>;
  seen: Map<string, number>;
}

/** Waits until the page has shown everything. */
async function readSightings(page: Page, events: Event[]): Promise<Sightings> {
  const facts = events.map(({ fact }) => fact);
  await page
    .waitForFunction((wanted) => wanted.every((fact) => (window as SightingWindow).benchSeen?.has(fact)), facts, {
      timeout: SHOWN_WITHIN_MS,
    })
    // Missing sightings are reported with the figure.
    .catch(() => {});
  const offset = await clockOffset(() => page.evaluate(() => performance.timeOrigin + performance.now()));
  const noted = await page.evaluate(() => {
    const { benchReceived = new Map(), benchSeen = new Map() } = window as SightingWindow;
    return { received: [...benchReceived], seen: [...benchSeen] };
  });
  const here = (times: [string, number][]) => new Map(times.map(([fact, at]) => [fact, at - offset]));
  return { received: here(noted.received), seen: here(noted.seen) };
}

function figureOf(events: Event[], { received, seen }: Sightings): Figure {
  const kinds = KINDS.map((kind) => {
    const ofKind = events.filter((event) => event.kind === kind);
    const spread = spreadOf(delaysUntil(seen, ofKind));
    const missing = ofKind.filter(({ fact }) => !seen.has(fact)).length;
    const rest = missing > 0 ? `; ${missing} never shown` : '';
    const toSocket = describeSpread(spreadOf(delaysUntil(received, ofKind)));
    return { spread, line: `run ${kind}: ${describeSpread(spread)}${rest}; at the page’s socket ${toSocket}` };
  });
  return {
    name: 'Event in the engine to pixel, slowest kind, p95',
    value: Math.max(...kinds.map(({ spread }) => spread.p95)),
    unit: 'ms',
    most: 100,
    details: kinds.map(({ line }) => line),
  };
}

const KINDS: Event['kind'][] = ['appears', 'starts', 'progress', 'ends'];

/** Milliseconds; what never came took forever. */
function delaysUntil(times: Map<string, number>, events: Event[]): number[] {
  return events.map(({ fact, at }) => (times.get(fact) ?? Number.POSITIVE_INFINITY) - at);
}

const between = ({ least, most }: { least: number; most: number }): number => least + Math.random() * (most - least);
