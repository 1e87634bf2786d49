import { jobs } from '@job-manager/sample/registry';
import type { Page } from '@playwright/test';
import type { Bench } from '../bench.js';
import type { Figure, Part } from '../figure.js';
import { percentile } from '../percentile.js';
import { readLongTasks, startCpuClock, TASK_LIMIT_MS, watchLongTasks } from './long-tasks.js';
import { memoryOf } from './page-memory.js';

/** 100,000 lines for a drain of 20,000. */
const TIMES_A_DRAIN = 5;
const ROUNDS = 3;
/** Frames from one end to the other: each shows lines that were not there before. */
const STEPS = 300;
const SLOW_FRAME_MS = 50;

interface Scroll {
  longest: number;
  frames: number[];
  cpuMs: number;
}

/** How the longest log reads: opened, scrolled to its end and back. */
export const panelLog: Part = {
  id: 'panel-log',
  measure: async (bench) => {
    const lines = TIMES_A_DRAIN * bench.runs;
    const run = await addRunWithLog(bench, lines);
    const context = await bench.openContext();
    try {
      const page = await context.newPage();
      await page.goto(`/admin/jobs/${run}`);
      await page.getByRole('tab', { name: 'Log' }).waitFor();
      const before = await memoryOf(page);
      await watchLongTasks(page);
      const openedMs = await openLog(page);
      const opening = Math.round(Math.max(0, ...(await readLongTasks(page))));
      await seeLastLine(page, lines);
      const scrolls: Scroll[] = [];
      for (let round = 0; round < ROUNDS; round += 1) scrolls.push(await scrollThrough(page));
      const after = await memoryOf(page);
      return figuresOf({ lines, scrolls, opening, openedMs, heapMb: [before.heapMb, after.heapMb] });
    } finally {
      await context.close();
    }
  },
};

interface Read {
  lines: number;
  scrolls: Scroll[];
  opening: number;
  openedMs: number;
  heapMb: [before: number, after: number];
}

function figuresOf({ lines, scrolls, opening, openedMs, heapMb }: Read): Figure[] {
  const log = `a log of ${lines.toLocaleString('en')} lines`;
  const slow = scrolls.map(({ frames }) => frames.filter((ms) => ms > SLOW_FRAME_MS).length);
  const longest = scrolls.map((scroll) => Math.round(scroll.longest));
  const frames = scrolls.flatMap((scroll) => scroll.frames);
  const cpuMs = scrolls.map((scroll) => scroll.cpuMs / (2 * STEPS));
  return [
    {
      name: `Longest task while ${log} is opened`,
      value: opening,
      unit: 'ms',
      most: TASK_LIMIT_MS,
      details: [
        `all lines read after ${Math.round(openedMs)} ms; JavaScript heap before ${heapMb[0].toFixed(1)} MB, with the log ${heapMb[1].toFixed(1)} MB`,
      ],
    },
    {
      name: `Longest task while ${log} is scrolled to its end and back, median`,
      value: percentile(longest, 50),
      unit: 'ms',
      most: TASK_LIMIT_MS,
      details: [`each of ${ROUNDS} times, 0 for none of 50 ms: ${longest.join(', ')} ms`],
    },
    {
      name: `Frames of more than ${SLOW_FRAME_MS} ms while ${log} is scrolled, median`,
      value: percentile(slow, 50),
      unit: '',
      details: [
        `processor time of a frame ${percentile(cpuMs, 50).toFixed(1)} ms`,
        `each of ${ROUNDS} times ${slow.join(', ')} of ${2 * STEPS}; a frame p50 ${percentile(frames, 50).toFixed(1)}, p95 ${percentile(frames, 95).toFixed(1)}, p99 ${percentile(frames, 99).toFixed(1)} ms`,
      ],
    },
  ];
}

async function addRunWithLog({ pool }: Bench, lines: number): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(ADD, [jobs[0]?.name, lines]);
  return rows[0]?.id ?? '';
}

const ADD = `
WITH run AS (
  INSERT INTO "JobRun" ("jobName", status, trigger, "algorithmVersion", attempt, "claimNo", "startedAt", "finishedAt",
    "durationMs", "messageCount", "warningCount")
  VALUES ($1, 'SUCCESS', 'API', '1', 1, 1, now() - interval '10 minutes', now(), 600000, $2::int, $2::int / 100)
  RETURNING id
), written AS (
  INSERT INTO "JobRunMessage" ("runId", seq, at, attempt, level, source, message, data)
  SELECT id, n, now() - interval '10 minutes' + n * interval '5 ms', 1,
    CASE WHEN n % 100 = 0 THEN 'WARN' ELSE 'INFO' END::"JobRunMessageLevel", 'JOB',
    'Scored candidate ' || n || repeat(' of the region, once more', (n % 3)),
    CASE WHEN n % 10 = 0 THEN jsonb_build_object('candidate', n, 'score', n % 100) END
  FROM run, generate_series(1, $2::int) n
)
SELECT id::text FROM run`;

/** Answers how long it took until the last line had been read. */
async function openLog(page: Page): Promise<number> {
  const from = performance.now();
  await page.getByRole('tab', { name: 'Log' }).click();
  await logOf(page).locator('[data-level]').first().waitFor();
  await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
  return performance.now() - from;
}

/** Throws unless the whole log can be read: scrolling half of it would be easy. */
async function seeLastLine(page: Page, lines: number): Promise<void> {
  await page.getByRole('button', { name: 'Jump to end' }).click();
  await logOf(page).getByText(`Scored candidate ${lines}`).waitFor();
}

const logOf = (page: Page) => page.getByRole('log', { name: /^Messages of/ });

/** To the end and back, a step each frame. */
async function scrollThrough(page: Page): Promise<Scroll> {
  await watchLongTasks(page);
  const cpuClock = await startCpuClock(page);
  const frames = await logOf(page).evaluate(async (log, steps) => {
    const times: number[] = [];
    let before = performance.now();
    for (let step = 1; step <= 2 * steps; step += 1) {
      const share = step <= steps ? step / steps : 2 - step / steps;
      log.scrollTop = share * (log.scrollHeight - log.clientHeight);
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      times.push(now - before);
      before = now;
    }
    return times.slice(1);
  }, STEPS);
  return { frames, cpuMs: await cpuClock(), longest: Math.max(0, ...(await readLongTasks(page))) };
}
