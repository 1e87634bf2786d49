import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { openJobsPage } from '../bench.js';
import type { Part } from '../figure.js';

const WATCHED_MS = 60_000;
/** After opening, a page still loads what it may need next. */
const SETTLE_MS = 2_500;

interface Traffic {
  requests: string[];
  /** Messages over the socket, both ways. */
  frames: number;
}

/** What an open panel requests while nothing happens: a visible tab, and one in the background. */
export const idlePanel: Part = {
  id: 'idle-panel',
  measure: async (bench) => {
    const context = await bench.openContext();
    try {
      const [visible, hidden] = [await openJobsPage(context), await openJobsPage(context)];
      await hide(hidden);
      await delay(SETTLE_MS, undefined, { signal: bench.signal });
      const traffics = [await countTraffic(context, visible), await countTraffic(context, hidden)];
      await delay(WATCHED_MS, undefined, { signal: bench.signal });
      return ['visible', 'hidden'].map((kind, index) => {
        const { requests, frames } = traffics[index] as Traffic;
        return {
          name: `Requests of an idle panel in ${WATCHED_MS / 1_000} s, ${kind} tab`,
          value: requests.length,
          unit: '',
          most: 0,
          details: [`over its socket: ${frames} messages`, ...requests],
        };
      });
    } finally {
      await context.close();
    }
  },
};

/** A browser without a screen shows all its tabs, so the page receives the events of a hidden one. */
async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

/** Counts from now on, as the browser itself sees it: also what no script of the page requested. */
async function countTraffic(context: BrowserContext, page: Page): Promise<Traffic> {
  const traffic: Traffic = { requests: [], frames: 0 };
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ request }) => traffic.requests.push(`${request.method} ${request.url}`));
  session.on('Network.webSocketFrameReceived', () => {
    traffic.frames += 1;
  });
  session.on('Network.webSocketFrameSent', () => {
    traffic.frames += 1;
  });
  return traffic;
}
