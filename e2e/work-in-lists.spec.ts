import { expectAccessible } from './fixtures/accessibility.js';
import { card } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

test('an operator sees why runs wait, finds one by its correlation id, and works with a batch', async ({
  page,
  runs,
}) => {
  test.slow();
  await runs.start('match-scores', slowly);
  const pause = { data: { reason: 'the relay is down' } };
  await page.goto('/admin/jobs/monitor?group=channel');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const origin = { origin: new URL(page.url()).origin };
  await expect(await page.request.post('/api/admin/jobs/channels/mail/pause', { ...pause, headers: origin })).toBeOK();
  const paused = await runs.enqueue('trending', {}, { channel: 'mail', correlationId: 'order-4711' });
  // Within two seconds, whichever of the tries the machine has time for.
  await expect(async () => {
    const one = await runs.enqueue('trending', {}, { channel: 'mail' });
    await expect(card(page, one)).toBeVisible({ timeout: 2_000 });
  }).toPass();
  const mail = page.getByRole('region', { name: 'mail' });
  await expect(mail).toContainText('Paused by admin@example.com: the relay is down');
  await expect(card(page, paused)).toContainText('Paused by admin@example.com: the relay is down');
  await expectAccessible(page);

  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('order-4711');
  await page.getByRole('option', { name: `trending #${paused}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`trending #${paused}`);

  const batch = { name: 'Tonight', runs: [1, 2, 3].map(() => ({ jobName: 'trending', channel: 'mail' })) };
  await expect(await page.request.post('/api/admin/jobs/batches', { data: batch, headers: origin })).toBeOK();
  await page.goto('/admin/jobs/batches');
  await expect(page.getByRole('link', { name: 'Tonight' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Tonight' }).click();
  await expect(page.getByRole('table', { name: 'Runs of the batch' }).locator('tbody').getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Cancel…' }).click();
  await page.getByRole('button', { name: 'Cancel 3 runs' }).click();
  await expect(page.getByText('3 cancelled')).toBeVisible();
  await expectAccessible(page);
  await expect(await page.request.post('/api/admin/jobs/channels/mail/resume', { headers: origin })).toBeOK();
});
