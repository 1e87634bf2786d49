import type { createPool } from '@job-manager/engine/database/client';
import type { Browser, BrowserContext, Page } from '@playwright/test';

/** What the figures are taken from: one running product, and those who use it. */
export interface Bench {
  /** Where the server listens. */
  url: string;
  databaseUrl: string;
  /** Connections of the benchmark's own. */
  pool: ReturnType<typeof createPool>;
  mediaDir: string;
  browser: Browser;
  /** A browser that is signed in as an operator and has nothing in its cache. */
  openContext(): Promise<BrowserContext>;
  /** Calls the API as a program; returns the answer's text. Throws when it is no success. */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string>;
  /** How many runs a drain has; measurements at scale use a multiple of it. */
  runs: number;
  /** Aborted when the benchmark is to stop. */
  signal: AbortSignal;
  showDetail(text: string): void;
  /** Starts the product once more, on a database of its own that `addRuns` fills; it goes with the benchmark. */
  startAnother(addRuns: AddRuns): Promise<Bench>;
}

/** Fills a database without other connections. */
export type AddRuns = (database: Pick<Bench, 'pool'>) => Promise<void>;

export const JOBS_PAGE = '/admin/jobs';

/** What the active section holds once its snapshot has come: runs, or the illustration of an empty list. */
export const SNAPSHOT = '.active-jobs :is([data-run], .tabler-icon-zzz)';

/** Opens the main page and waits until it is live. */
export async function openJobsPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(JOBS_PAGE);
  await page.locator(SNAPSHOT).first().waitFor();
  return page;
}
