import { expectAccessible } from './fixtures/accessibility.js';
import { toast } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

test.afterEach(async ({ database }) => {
  await database.query(
    `DELETE FROM "Schedule" WHERE name = 'trending-at-night'; DELETE FROM "JobSettings"; DELETE FROM "Channel"`,
  );
});

test('pauses a channel for a while, gives it a limit, and resumes it', async ({ page, runs }) => {
  await runs.enqueue('trending', {}, { channel: 'mail', delayMs: 3_600_000 });
  await page.goto('/admin/jobs/channels');
  const row = page.getByRole('row', { name: /^mail/ });
  await row.getByRole('button', { name: 'Pause mail' }).click();
  const pausing = page.getByRole('dialog');
  await pausing.getByLabel('Reason').fill('The provider is down');
  await pausing.getByLabel('How long').selectOption('For 15 minutes');
  await pausing.getByRole('button', { name: 'Pause' }).click();
  await expect(row).toContainText(/Paused .* until .*: The provider is down/);
  await row.getByRole('button', { name: 'Limits of mail' }).click();
  await page.getByLabel('Runs at once').fill('5');
  await expect(page.getByRole('dialog')).toContainText('at most 5 at once');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('0 of 5');
  await row.getByRole('button', { name: 'Resume mail' }).click();
  await expect(row).toContainText('Open');
  await expectAccessible(page);
  await row.getByRole('link', { name: 'mail' }).click();
  await expect(page.getByRole('heading', { name: 'mail', level: 1 })).toBeVisible();
  await expectAccessible(page);
});

test('makes a schedule from a preset, whose expression and description follow, and runs it', async ({ page }) => {
  await page.goto('/admin/jobs/schedules');
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('trending-at-night');
  await dialog.getByLabel('Job').selectOption('trending');
  await dialog.getByLabel('When').selectOption('On weekdays');
  await dialog.getByLabel('At', { exact: true }).fill('02:30');
  await expect(dialog.getByLabel('Cron line')).toHaveValue('30 2 * * 1-5');
  await dialog.getByLabel('Cron line').fill('30 2 * * *');
  await expect(dialog.getByLabel('When')).toHaveValue('daily');
  await dialog.getByLabel('Time zone').fill('Europe/Berlin');
  await expect(dialog).toContainText('At 02:30 (Europe/Berlin)');
  await expect(dialog).toContainText(/the clock is put forward and has no 02:30/);
  await dialog.getByRole('button', { name: 'Create schedule' }).click();
  const row = page.getByRole('row', { name: /trending-at-night/ });
  await row.getByRole('button', { name: 'Run trending-at-night now' }).click();
  await expect(toast(page, /Queued #\d+/)).toBeVisible();
  await expectAccessible(page);
  await row.getByRole('link', { name: 'trending-at-night' }).click();
  await expect(page.getByRole('table', { name: 'Next due times' }).getByRole('row')).toHaveCount(11);
  await expectAccessible(page);
});

test('pauses a job, whose runs wait and show why, and changes its settings', async ({ page, runs }) => {
  await page.goto('/admin/jobs/definitions');
  const row = page.getByRole('row', { name: /^trending/ });
  // One line: no column squeezes the names.
  expect((await row.getByRole('link', { name: 'trending' }).boundingBox())?.height).toBeLessThan(30);
  await row.getByRole('button', { name: 'Pause trending' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('Wrong figures');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await expect(row).toContainText(/Paused .*: Wrong figures/);
  await expectAccessible(page);
  const id = await runs.enqueue('trending');
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByText(/Job trending is paused by .*: Wrong figures/)).toBeVisible();
  await page.goto('/admin/jobs/definitions/trending');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Priority').fill('-5');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(toast(page, 'The settings of trending hold for runs from now on.')).toBeVisible();
  await expectAccessible(page);
  expect(await runs.status(id)).toBe('QUEUED');
  await page.getByRole('button', { name: 'Resume trending' }).click();
  await runs.reach(id, 'SUCCESS');
});

test('a run that takes longer than the threshold of its job is called slow', async ({ page, runs }) => {
  await page.goto('/admin/jobs/definitions/match-scores');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Slow after, seconds').fill('1');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(toast(page, 'The settings of match-scores hold for runs from now on.')).toBeVisible();
  await runs.block('MatchScore');
  const id = await runs.start('match-scores');
  await page.goto('/admin/jobs');
  await expect(page.getByText('1 job is slow')).toBeVisible();
  await expect(page.getByText(`longer than its 1 second: match-scores #${id}`)).toBeVisible();
  await runs.unblock();
  await runs.reach(id, 'SUCCESS');
});
