import { fileURLToPath } from 'node:url';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

// The pictures in the README, of the real product at work. Not a story: `pnpm screenshots` takes them.

test.use({ viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 2 });

const FOLDER = fileURLToPath(new URL('../.github/screenshots', import.meta.url));

test('the pictures of the README', async ({ browser, runs, product }) => {
  for (const job of [
    'build-user-traits',
    'user-interest-sets',
    'compatibility',
    'trending',
    'affinity',
    'feed-presort',
  ]) {
    await runs.reach(await runs.enqueue(job), 'SUCCESS');
  }
  await runs.reach(await runs.enqueue('media-metadata-batch'), 'SUCCESS');
  const failed = await runs.enqueue('match-scores', { userId: 100_000, batchSize: 100 });
  await runs.reach(failed, 'FAILED');
  await runs.reach(await runs.enqueue('quiz-answer-stats'), 'SUCCESS');
  await runs.start('match-scores', slowly);
  await runs.start('profile-search-index', { batchSize: 3, pauseMs: 1_500 });
  await runs.enqueue('searchable-user');
  const program = await runs.program();
  const external = await program.start({
    jobName: 'nightly-import',
    steps: [
      { id: 'fetch', label: 'Fetching the files' },
      { id: 'check', label: 'Checking the rows', weight: 2 },
      { id: 'write', label: 'Writing the rows', weight: 6 },
    ],
  });
  await program.reach([
    { id: 'fetch', progress: 1 },
    { id: 'check', progress: 1 },
    { id: 'write', progress: 0.35, message: 'Row 3,500 of 10,000' },
  ]);
  await program.log(
    { message: 'Fetching 3 files from the shop' },
    { message: 'orders.csv: 6,210 rows' },
    { message: 'returns.csv: 3,790 rows' },
    { level: 'warn', message: 'coupons.csv is empty' },
    { message: 'Checking 10,000 rows' },
    { level: 'error', message: 'returns.csv, line 212: the date 2026-02-30 does not exist' },
    { level: 'warn', message: '1 row is left out' },
    { message: 'Writing 9,999 rows' },
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      storageState: product.signedIn,
      colorScheme,
      viewport: { width: 1280, height: 1000 },
    });
    await page.goto(`${product.url}/admin/jobs`);
    await expect(page.locator('.active-jobs')).toContainText(/Scored \d+ of/);
    await expect(page.locator('.job-history')).toContainText('media-metadata-batch');
    await page.screenshot({ path: `${FOLDER}/jobs-${colorScheme}.png` });
    await page.goto(`${product.url}/admin/jobs?run=${failed}`);
    await expect(page.getByRole('dialog')).toContainText('There is no user with the id 100000');
    await page.screenshot({ path: `${FOLDER}/details-${colorScheme}.png` });
    await page.goto(`${product.url}/admin/jobs?run=${external}&tab=log`);
    await expect(page.getByRole('log', { name: /^Messages of/ })).toContainText('Writing 9,999 rows');
    await page.screenshot({ path: `${FOLDER}/log-${colorScheme}.png` });
    await page.goto(`${product.url}/admin/dashboard`);
    await expect(page.getByRole('region', { name: 'Recent Failures' })).toContainText('There is no user');
    await expect(page.getByRole('region', { name: 'Job Runners' })).toContainText('2 of 2');
    await page.screenshot({ path: `${FOLDER}/dashboard-${colorScheme}.png` });
    await page.goto(`${product.url}/admin/system-status`);
    await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('All is well', { timeout: 40_000 });
    await page.screenshot({ path: `${FOLDER}/system-status-${colorScheme}.png` });
    await page.close();
  }
});
