import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Figure, Part } from '../figure.js';
import { percentile } from '../percentile.js';
import { readLongTasks, startCpuClock, TASK_LIMIT_MS, watchLongTasks } from './long-tasks.js';
import { StandInSocket } from './stand-in-socket.js';

const ACTIVE = 5_000;
const CHANGES_A_SECOND = 50;
const WATCHED_MS = 10_000;
const ROUNDS = 3;
/** Frames from one end to the other. */
const STEPS = 200;
const ROW_LIMIT = 60;
const TAB_STOP_LIMIT = 40;

/** How the Active tab does with thousands of active runs. A stand-in speaks on its socket. */
export const panelActive: Part = {
  id: 'panel-active',
  measure: async (bench) => {
    const context = await bench.openContext();
    try {
      const socket = await StandInSocket.take(context, ACTIVE);
      const page = await context.newPage();
      await page.goto('/admin/jobs/monitor');
      await page.locator('main [data-run]').first().waitFor();
      return [...(await countParts(page)), await watchScrolling(page), await watchChanges(page, socket, bench.signal)];
    } finally {
      await context.close();
    }
  },
};

/** What a list of any length may cost the page. */
async function countParts(page: Page): Promise<Figure[]> {
  const { rows, stops } = await page.evaluate(() => ({
    rows: document.querySelectorAll('main [data-run]').length,
    stops: [...document.querySelectorAll<HTMLElement>('main :is(a[href], button, input, [tabindex])')].filter(
      (element) => element.tabIndex >= 0 && element.checkVisibility(),
    ).length,
  }));
  const list = `a list of ${ACTIVE.toLocaleString('en')} active runs`;
  return [
    { name: `Rows in the page for ${list}`, value: rows, unit: '', most: ROW_LIMIT, details: [] },
    { name: `Tab stops of the page with ${list}`, value: stops, unit: '', most: TAB_STOP_LIMIT, details: [] },
  ];
}

async function watchScrolling(page: Page): Promise<Figure> {
  const longest: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await watchLongTasks(page);
    await page.evaluate(async (steps) => {
      for (let step = 1; step <= 2 * steps; step += 1) {
        const share = step <= steps ? step / steps : 2 - step / steps;
        window.scrollTo(0, share * (document.documentElement.scrollHeight - window.innerHeight));
        await new Promise(requestAnimationFrame);
      }
    }, STEPS);
    longest.push(Math.round(Math.max(0, ...(await readLongTasks(page)))));
  }
  return {
    name: `Longest task while ${ACTIVE.toLocaleString('en')} active runs are scrolled to their end and back, median`,
    value: percentile(longest, 50),
    unit: 'ms',
    most: TASK_LIMIT_MS,
    details: [`each of ${ROUNDS} times, 0 for none of 50 ms: ${longest.join(', ')} ms`],
  };
}

async function watchChanges(page: Page, socket: StandInSocket, signal: AbortSignal): Promise<Figure> {
  const longest: number[] = [];
  const cpuClock = await startCpuClock(page);
  for (let round = 0; round < ROUNDS; round += 1) {
    await watchLongTasks(page);
    const from = performance.now();
    for (let sent = 0; sent < (CHANGES_A_SECOND * WATCHED_MS) / 1_000; sent += 1) {
      await delay(Math.max(0, from + (sent * 1_000) / CHANGES_A_SECOND - performance.now()), undefined, { signal });
      socket.send(1);
    }
    longest.push(Math.round(Math.max(0, ...(await readLongTasks(page)))));
  }
  const cpu = (100 * (await cpuClock())) / (ROUNDS * WATCHED_MS);
  return {
    name: `Longest task with ${ACTIVE.toLocaleString('en')} active runs at ${CHANGES_A_SECOND} changes/s, median`,
    value: percentile(longest, 50),
    unit: 'ms',
    most: TASK_LIMIT_MS,
    details: [
      `longest of each ${WATCHED_MS / 1_000} s, 0 for none of 50 ms: ${longest.join(', ')} ms`,
      `the page took ${cpu.toFixed(0)} % of one core`,
    ],
  };
}
