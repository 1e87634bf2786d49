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
  // Most take two to four seconds on a quiet machine, the slowest ten.
  timeout: 40_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
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
