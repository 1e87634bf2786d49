import { defineConfig, devices } from '@playwright/test';
import { findChromium } from '../scripts/lib/chromium.js';

// Looked for once; the processes of the tests inherit the answer.
process.env.CHROMIUM_PATH ??= await findChromium();

export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  globalSetup: './product/global-setup.ts',
  // Each worker has a product and a database of its own: a story that counts runs can't share them with another.
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  // A story that passes at its second try only is flaky, which fails the run unless `suite-counts.ts` allows it.
  retries: process.env.CI ? 1 : 0,
  // Most take two to four seconds on a quiet machine, the slowest ten; twice as long beside vitest, as `pnpm test` runs them.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    // Emptied for each story. Where a story begins signed out it gets another one.
    reuseContext: true,
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // One process draws all pages, and need not start and warm up for each: a third of the time of a first load.
        '--disable-site-isolation-trials',
        '--renderer-process-limit=1',
        // Pages live for seconds: what V8 compiles to run fast for long is not worth its time.
        '--js-flags=--no-turbofan --no-maglev --single-threaded-gc',
      ],
    },
    contextOptions: { reducedMotion: 'reduce' },
    viewport: { width: 1280, height: 900 },
    video: 'off',
    trace: 'on-first-retry',
  },
  projects: [
    { name: 'stories', testMatch: '*.spec.ts' },
    ...(process.env.SCREENSHOTS ? [{ name: 'screenshots', testMatch: 'screenshots.ts' }] : []),
  ],
});
