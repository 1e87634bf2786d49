import type { Page } from '@playwright/test';

type TaskWindow = Window & typeof globalThis & { benchTasks?: number[]; benchTaskObserver?: PerformanceObserver };

/** Beyond this the page feels stuck. */
export const TASK_LIMIT_MS = 100;

/** Begins to note how long each task of 50 ms and more kept the page from doing anything else. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const noting = window as TaskWindow;
    noting.benchTaskObserver?.disconnect();
    noting.benchTasks = [];
    noting.benchTaskObserver = new PerformanceObserver((list) => {
      noting.benchTasks?.push(...list.getEntries().map(({ duration }) => duration));
    });
    noting.benchTaskObserver.observe({ type: 'longtask' });
  });
}

/** What was noted since, in milliseconds. */
export async function readLongTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const { benchTasks = [], benchTaskObserver } = window as TaskWindow;
    return [...benchTasks, ...(benchTaskObserver?.takeRecords() ?? []).map(({ duration }) => duration)];
  });
}

/** Begins to count the processor time of the page's own thread: unlike a task's length, a busy machine changes it little. Read in ms. */
export async function startCpuClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const from = await read();
  return async () => (await read()) - from;
}
