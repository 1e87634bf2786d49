import { expectAccessible } from './fixtures/accessibility.js';
import { card, historyRow, toast } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

/** So long that no attempt starts by itself during the story. */
const seldom = { backoffMs: 86_400_000, maxBackoffMs: 86_400_000 };

test('a failing job waits for its next attempt, is retried by hand and shows all of them', async ({ page, runs }) => {
  // A scan of the whole page in each of its forms, and three attempts.
  test.slow();
  await runs.refuseWrites('TrendingItem', 'No disk left');
  await page.goto('/admin/jobs');
  const id = await runs.enqueue('trending', {}, { retry: seldom });
  await expect(card(page, id)).toContainText(/Attempt 2 of 3 in \d+[hm] — last error: .*No disk left/s);
  await card(page, id)
    .getByRole('button', { name: `Retry now trending #${id}` })
    .click();
  await expect(toast(page, `trending #${id} is due now`)).toBeVisible();
  await expect(card(page, id)).toContainText(/Attempt 3 of 3 in /);

  await page.goto(`/admin/jobs/${id}`);
  const why = page.getByRole('region', { name: 'Why it waits' });
  await expect(why).toContainText('Attempt 2 of 3 failed; attempt 3 of 3 is not due yet.');
  await expect(page.getByRole('region', { name: 'Error of attempt 2' })).toContainText('No disk left');
  await page.getByRole('tab', { name: 'Attempts' }).click();
  const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
  await expect(attempts).toHaveCount(2);
  await expect(attempts.last()).toContainText('CPU time');
  await expect(page.getByText('Attempt 3 of 3 begins at')).toBeVisible();
  await expectAccessible(page);

  await runs.unblock();
  await page.getByRole('button', { name: `Retry now trending #${id}` }).click();
  await expect(attempts).toHaveCount(3);
  await expect(attempts.last()).toContainText('Success');
  for (const failed of [attempts.first(), attempts.nth(1)]) await expect(failed).toContainText('Failed');
  await page.goto('/admin/jobs');
  await expect(historyRow(page, id)).toContainText('3 attempts');
});

test('a queued job is rescheduled, and run all the same', async ({ page, runs }) => {
  const id = await runs.enqueue('trending', {}, { delayMs: 3_600_000 });
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByRole('region', { name: 'Why it waits' })).toContainText('Starts later');
  await page.getByRole('button', { name: 'Run later…' }).click();
  const dialog = page.getByRole('dialog', { name: `Run trending #${id} later` });
  const soon = new Date(Date.now() + 86_400_000 * 3);
  const local = `${soon.getFullYear()}-${String(soon.getMonth() + 1).padStart(2, '0')}-${String(soon.getDate()).padStart(2, '0')}T06:30`;
  await dialog.getByLabel('Not before').fill(local);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'Why it waits' })).toContainText(`${local.replace('T', ' ')}:00`);

  await page.goto('/admin/jobs');
  await card(page, id).getByRole('button', { name: 'Run now' }).press('Enter');
  await expect(historyRow(page, id)).toContainText('Success');
  await page.goto(`/admin/jobs/${id}?tab=log`);
  const log = page.getByRole('log', { name: /^Messages of/ });
  await expect(log).toContainText(/Not before .* UTC, by admin@example\.com/);
  await expect(log).toContainText('Due now, by admin@example.com');
});
