import {
  card,
  detailsDialog,
  enqueuedId,
  historyRow,
  parametersField,
  runDialog,
  tabTo,
} from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

test('a job is run, looked into and cancelled by keyboard alone', async ({ page }) => {
  await page.goto('/admin/jobs');
  const runNew = page.getByRole('main').getByRole('button', { name: 'Run New Job' }).first();
  await expect(runNew).toBeVisible();

  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  await tabTo(page, runNew);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Select Job')).toBeFocused();
  await page.keyboard.type('match');
  await expect(page.getByLabel('Select Job')).toHaveValue('match-scores');
  await tabTo(page, parametersField(page));
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('{"batchSize": 1, "pauseMs": 1000}');
  await tabTo(page, runDialog(page).getByRole('button', { name: 'Enqueue Job' }));
  await page.keyboard.press('Enter');
  const id = await enqueuedId(page);
  await expect(runNew).toBeFocused();

  const details = card(page, id).getByRole('button', { name: 'Details' });
  await tabTo(page, details);
  await page.keyboard.press('Enter');
  await expect(detailsDialog(page)).toContainText('Running');
  await page.keyboard.press('Escape');
  await expect(detailsDialog(page)).toBeHidden();
  await expect(details).toBeFocused();

  await page.keyboard.press('Shift+Tab');
  await expect(card(page, id).getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(historyRow(page, id)).toContainText('Cancelled');
});

test('every dialog gives the focus back to what opened it', async ({ page, runs }) => {
  const [id = ''] = await runs.insertEnded({ jobName: 'trending' });
  await page.goto('/admin/jobs');
  const openers = [
    page.getByRole('main').getByRole('button', { name: 'Run New Job' }).last(),
    historyRow(page, id).getByRole('button', { name: 'Details' }),
  ];
  for (const opener of openers) {
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.getByRole('dialog').locator(':focus')).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(opener).toBeFocused();
  }
});

test('the second skip link leads past the active jobs to the history', async ({ page }) => {
  await page.goto('/admin/jobs');
  await expect(page.getByRole('combobox', { name: 'Filter by job' })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to job history' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('combobox', { name: 'Filter by job' })).toBeFocused();
});
