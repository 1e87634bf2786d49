import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { type Bench, openJobsPage } from '../bench.js';
import type { Figure, Part } from '../figure.js';
import { percentile } from '../percentile.js';
import { readLongTasks, startCpuClock, TASK_LIMIT_MS, watchLongTasks } from './long-tasks.js';
import { memoryOf, type PageMemory } from './page-memory.js';
import { StandInSocket } from './stand-in-socket.js';

const CHANGES_A_SECOND = 50;
/** An hour's changes for a drain of 20,000. */
const TIMES_A_DRAIN = 9;
/** Five seconds of them at once, then the page may draw. */
const AT_ONCE = 250;
/** The first changes fill what holds a fixed number of things, such as the runs that ended last. */
const WARM_UP = 8_000;
/** After the last change: runs that ended fade, toasts go, what was read again has come. */
const SETTLE_MS = 8_000;
const WATCHES = 3;
const WATCHED_MS = 20_000;

/**
 * What an hour of a busy day leaves in an open tab, and whether it stays quick meanwhile. A stand-in speaks on its
 * socket.
 */
export const panelHour: Part = {
  id: 'panel-hour',
  measure: async (bench) => {
    const context = await bench.openContext();
    try {
      const socket = await StandInSocket.take(context);
      const page = await openJobsPage(context);
      return [await watchTasks(bench, page, socket), ...(await fastForward(bench, page, socket))];
    } finally {
      await context.close();
    }
  },
};

async function watchTasks({ signal }: Bench, page: Page, socket: StandInSocket): Promise<Figure> {
  const longest: number[] = [];
  const cpuClock = await startCpuClock(page);
  for (let watch = 0; watch < WATCHES; watch += 1) {
    await watchLongTasks(page);
    const from = performance.now();
    for (let sent = 0; sent < (CHANGES_A_SECOND * WATCHED_MS) / 1_000; sent += 1) {
      await delay(Math.max(0, from + (sent * 1_000) / CHANGES_A_SECOND - performance.now()), undefined, { signal });
      socket.send(1);
    }
    longest.push(Math.round(Math.max(0, ...(await readLongTasks(page)))));
  }
  const cpu = (100 * (await cpuClock())) / (WATCHES * WATCHED_MS);
  return {
    name: `Longest task of the panel at ${CHANGES_A_SECOND} changes/s, median`,
    value: percentile(longest, 50),
    unit: 'ms',
    most: TASK_LIMIT_MS,
    details: [
      `longest of each ${WATCHED_MS / 1_000} s, 0 for none of 50 ms: ${longest.join(', ')} ms`,
      `the page took ${cpu.toFixed(0)} % of one core`,
    ],
  };
}

async function fastForward({ runs, signal }: Bench, page: Page, socket: StandInSocket): Promise<Figure[]> {
  const changes = TIMES_A_DRAIN * runs;
  await sendAll(WARM_UP, { page, socket, signal });
  const before = await settled(page, signal);
  const from = performance.now();
  await sendAll(changes, { page, socket, signal });
  const seconds = Math.round((performance.now() - from) / 1_000);
  const after = await settled(page, signal);
  const sent = `${changes.toLocaleString('en')} changes in ${seconds} s, after ${WARM_UP.toLocaleString('en')} to warm up`;
  const hours = `${changes.toLocaleString('en')} changes`;
  return [
    {
      name: `Memory the panel gained in ${hours}`,
      value: Math.round((after.heapMb - before.heapMb) * 10) / 10,
      unit: 'MB',
      most: 10,
      details: [
        sent,
        `JavaScript heap, garbage collected: ${before.heapMb.toFixed(1)} MB, then ${after.heapMb.toFixed(1)} MB`,
      ],
    },
    {
      name: `DOM nodes the panel gained in ${hours}`,
      value: Math.max(0, after.nodes - before.nodes),
      unit: '',
      // Other runs are shown than before, some with a line more than others.
      most: 200,
      details: [`${before.nodes} nodes, then ${after.nodes}, those on no page any more included`],
    },
  ];
}

interface Sending {
  page: Page;
  socket: StandInSocket;
  signal: AbortSignal;
}

/** As fast as the page draws them. */
async function sendAll(changes: number, { page, socket, signal }: Sending): Promise<void> {
  for (let sent = 0; sent < changes; sent += AT_ONCE) {
    signal.throwIfAborted();
    socket.send(Math.min(AT_ONCE, changes - sent));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }
}

async function settled(page: Page, signal: AbortSignal): Promise<PageMemory> {
  await delay(SETTLE_MS, undefined, { signal });
  return memoryOf(page);
}
