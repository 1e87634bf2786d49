import type { Locator, Page } from '@playwright/test';
import {
  detailsDialog,
  dismissToasts,
  enqueue,
  historyRow,
  historyRows,
  parametersField,
  runDialog,
  runJob,
  toast,
} from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

test('a failed run shows why, and runs again with other parameters', async ({ page }) => {
  await page.goto('/admin/jobs');
  const failed = await runJob(page, 'match-scores', { userId: 999_999 });
  const reason = 'There is no user with the id 999999.';
  await expect(toast(page, `match-scores #${failed} failed`)).toContainText(reason);
  await expect(historyRow(page, failed)).toContainText('Failed');
  await expect(historyRow(page, failed)).toContainText(reason);

  await dismissToasts(page);
  await historyRow(page, failed).getByRole('button', { name: 'Details' }).click();
  const details = detailsDialog(page);
  await expect(details.getByRole('region', { name: 'Error' })).toContainText(reason);
  await details.getByText('Stack trace').click();
  await expect(details.getByRole('region', { name: 'Error' })).toContainText(/at .*match-scores\.ts:\d+/);
  await expect(details.getByRole('region', { name: 'Parameters', exact: true })).toContainText('userId:999999');

  await details.getByRole('button', { name: 'Re-run Job' }).click();
  await expect(runDialog(page)).toContainText(`Re-run Job (#${failed})`);
  await expect(page.getByLabel('Select Job')).toHaveValue('match-scores');
  await expect(parametersField(page)).toHaveValue(/"userId": 999999/);
  await parametersField(page).fill('{"userId": 8}');
  const again = await enqueue(page);
  await expect(historyRow(page, again)).toContainText('Success');

  await dismissToasts(page);
  await historyRow(page, again).getByRole('button', { name: 'Details' }).click();
  await expect(details.getByRole('region', { name: 'Metadata', exact: true })).toContainText('usersProcessed:1');
  await details.getByRole('link', { name: `#${failed}` }).click();
  await expect(page).toHaveURL(new RegExp(`/admin/jobs/${failed}$`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`match-scores #${failed}`);
  // By keyboard: the card beside a link, into it with Tab, and away with Escape.
  const job = page.getByRole('main').getByRole('link', { name: 'match-scores', exact: true }).first();
  await job.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  const jobCard = page.getByRole('group', { name: 'Job match-scores' });
  await expect(jobCard).toContainText(/Last result\s*Success/);
  await page.keyboard.press('Tab');
  await expect(jobCard.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(jobCard).toBeHidden();
  await expect(job).toBeFocused();

  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByText(/^after .+, having waited /)).toBeInViewport({ ratio: 1 });
  await expect(page.getByText(reason, { exact: true })).toBeInViewport({ ratio: 1 });
});

/** The clicks that lead from a page to why a run failed. */
const ways: Record<string, ((page: Page) => Locator)[]> = {
  '/admin/dashboard': [
    (page) => page.getByRole('region', { name: 'Recent Failures' }).getByRole('link', { name: 'affinity' }),
    (page) => historyRows(page).first().getByRole('button', { name: 'Details' }),
  ],
  '/admin/jobs': [(page) => historyRows(page).first().getByRole('button', { name: 'Details' })],
  '/admin/jobs/history?group=cause': [
    (page) => page.getByRole('row', { name: /^affinity/ }).getByRole('link', { name: /^#\d+$/ }),
  ],
  '/admin/jobs/definitions': [
    (page) => page.getByRole('table', { name: 'Jobs' }).getByRole('link', { name: 'affinity', exact: true }),
    (page) =>
      page
        .getByRole('table', { name: /that have ended$/ })
        .getByRole('button', { name: 'Details' })
        .first(),
  ],
  '/admin/jobs/analytics?tab=failures': [
    (page) => page.getByRole('row', { name: /^affinity/ }).getByRole('link', { name: /^#\d+$/ }),
  ],
};

test('from every page that lists failures at most two clicks lead to the cause', async ({ page, runs }) => {
  test.slow();
  await runs.insertEnded({ jobName: 'affinity', count: 6, status: 'FAILED' });
  for (const [path, clicks] of Object.entries(ways)) {
    // Answers about causes are kept for ten seconds.
    await expect(async () => {
      await page.goto(path);
      await clicks[0]?.(page).waitFor({ timeout: 3_000 });
    }).toPass({ timeout: 40_000 });
    for (const target of clicks) await target(page).click();
    await expect(page.getByRole('region', { name: 'Error' })).toContainText('The database did not answer');
  }
});
