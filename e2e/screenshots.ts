import { fileURLToPath } from 'node:url';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

// The pictures in the README, of the real product at work. Not a story: `pnpm screenshots` takes them.

test.use({ viewport: { width: 1280, height: 1000 }, deviceScaleFactor: 2 });

const FOLDER = fileURLToPath(new URL('../.github/screenshots', import.meta.url));

test('the pictures of the README', async ({ browser, runs }) => {
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

  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      storageState: process.env.E2E_SIGNED_IN,
      colorScheme,
      viewport: { width: 1280, height: 1000 },
    });
    await page.goto(`${process.env.E2E_URL}/admin/jobs`);
    await expect(page.locator('.active-jobs')).toContainText(/Scored \d+ of/);
    await expect(page.locator('.job-history')).toContainText('media-metadata-batch');
    await page.screenshot({ path: `${FOLDER}/jobs-${colorScheme}.png` });
    await page.goto(`${process.env.E2E_URL}/admin/jobs?run=${failed}`);
    await expect(page.getByRole('dialog')).toContainText('There is no user with the id 100000');
    await page.screenshot({ path: `${FOLDER}/details-${colorScheme}.png` });
    await page.close();
  }
});
