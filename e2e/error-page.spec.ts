import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { activeJobs, card, history, historyRow, runJob, toast } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

test('a call that fails again and again is one kind of error, with its page and its count', async ({ page, runs }) => {
  const id = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  await page.route('**/api/admin/jobs/*/cancel', (route) => route.abort());
  for (let attempt = 1; attempt <= 2; attempt++) {
    const reported = untilReported(page);
    await card(page, id).getByRole('button', { name: 'Cancel' }).click();
    await expect(toast(page, 'Failed to cancel').last()).toBeVisible();
    await reported;
  }

  await page.getByRole('button', { name: 'Administration' }).click();
  await page.getByRole('link', { name: 'Browser errors' }).click();
  await expect(page).toHaveURL('/admin/errors');
  const kind = page.getByRole('row').filter({ hasText: 'cancelJob' });
  await expect(kind).toHaveCount(1);
  await expect(kind.getByRole('cell').nth(1)).toHaveText(/^2\b/);
  await expect(kind).toContainText('/admin/jobs');

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  expect(await readFile(await download.path(), 'utf8')).toContain('cancelJob');
});

test('an uncaught error is reported with its stack', async ({ page }) => {
  await page.goto('/admin/jobs/history');
  await expect(history(page)).toContainText('No runs yet');
  const reported = untilReported(page);
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('The chart has no canvas');
    });
  });
  await reported;
  await page.goto('/admin/errors');
  await page.getByRole('link', { name: 'The chart has no canvas' }).click();
  await expect(page).toHaveURL(/\/admin\/errors\/[0-9a-f]{16}/);
  await expect(page.getByRole('region', { name: 'Affected pages' })).toContainText('/admin/jobs/history');
  await expect(page.getByRole('region', { name: 'Latest occurrences' })).toContainText('admin@example.com');
  await expect(page.getByRole('region', { name: 'Latest occurrences' })).toContainText(/at .*:\d+/);
});

test('a section that crashes leaves the others at work, and comes back when tried again', async ({ page, runs }) => {
  const [ended = ''] = await runs.insertEnded({ jobName: 'trending' });
  // What no version of the server answers: the list can't be drawn.
  await page.route('**/api/admin/jobs/history*', (route) => route.fulfill({ json: { runs: [null], total: 1 } }));
  const reported = untilReported(page);
  await page.goto('/admin/jobs');
  await expect(page.getByRole('main')).toContainText('Job History could not be shown');
  await expect(activeJobs(page)).toContainText('No active jobs');
  const id = await runJob(page, 'match-scores', slowly);
  await expect(card(page, id).getByRole('progressbar')).toBeVisible();
  await reported;

  await page.unroute('**/api/admin/jobs/history*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(historyRow(page, ended)).toContainText('Success');
  await page.goto('/admin/errors');
  await expect(page.getByRole('row').filter({ hasText: 'render · Job History' })).toBeVisible();
});

/** The page has reported its collected errors to the server. */
const untilReported = (page: Page) =>
  page.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/errors' && answer.status() === 202);
