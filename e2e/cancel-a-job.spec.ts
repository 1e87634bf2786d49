import { activeJobs, card, historyRow, runJob, statistics, toast } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';
import { operator } from './product/operator.js';

test('a running job that is cancelled shows Stopping… in every panel until it has stopped', async ({
  page,
  browser,
  runs,
}) => {
  await runs.block('MatchScore');
  await page.goto('/admin/jobs');
  const id = await runJob(page, 'match-scores', { batchSize: 30 });
  await runs.untilBlocked();

  await card(page, id)
    .getByRole('button', { name: `Cancel match-scores #${id}` })
    .click();
  const stopping = card(page, id).getByRole('button', { name: 'Stopping…' });
  await expect(stopping).toBeDisabled();
  await expect(card(page, id)).toContainText(`Cancel requested by ${operator.email}`);

  await page.reload();
  await expect(stopping).toBeDisabled();
  const colleague = await browser.newPage();
  await colleague.goto('/admin/jobs/monitor');
  await expect(card(colleague, id).getByRole('button', { name: 'Stopping…' })).toBeDisabled();

  await runs.unblock();
  await expect(card(page, id)).toBeHidden();
  await expect(card(colleague, id)).toBeHidden();
  await expect(historyRow(page, id)).toContainText('Cancelled');
  await colleague.close();
});

test('a queued job that is cancelled is gone at once and never starts', async ({ page, runs }) => {
  await runs.start('match-scores', slowly);
  await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  const id = await runJob(page, 'trending', {});
  await expect(card(page, id)).toContainText('Waiting to start…');
  await expect(statistics(page)).toContainText(/Queued\s*1/);

  await card(page, id).getByRole('button', { name: 'Cancel' }).click();
  await expect(card(page, id)).toBeHidden();
  await expect(historyRow(page, id)).toContainText('Cancelled');
  await expect(historyRow(page, id)).toContainText('never started');
  await expect(statistics(page)).toContainText(/Queued\s*0/);
});

test('a cancel that fails is reverted and can be tried again', async ({ page, context, runs }) => {
  const id = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  const cancel = card(page, id).getByRole('button', { name: `Cancel match-scores #${id}` });
  await expect(cancel).toBeEnabled();
  await context.setOffline(true);
  await cancel.click();
  await expect(toast(page, `Failed to cancel match-scores #${id}`)).toBeVisible();
  await expect(cancel).toBeEnabled();

  await context.setOffline(false);
  await toast(page, 'Failed to cancel').getByRole('button', { name: 'Retry' }).click();
  await expect(historyRow(page, id)).toContainText('Cancelled');
});

test('no row moves under the pointer: ends and additions wait until the pointer leaves or a person requests them', async ({
  page,
  runs,
}) => {
  await runs.block('MatchScore');
  const first = await runs.start('match-scores', { batchSize: 30 });
  await runs.untilBlocked();
  const second = await runs.enqueue('trending', {}, { delayMs: 3_600_000 });
  const third = await runs.enqueue('trending', {}, { delayMs: 7_200_000 });
  await page.goto('/admin/jobs/monitor');
  const cancel = card(page, third).getByRole('button', { name: `Cancel trending #${third}` });
  await cancel.hover();
  const place = await cancel.boundingBox();

  await runs.cancel(second);
  await runs.unblock();
  await runs.reach(first, 'SUCCESS');
  const fourth = await runs.enqueue('trending', {}, { delayMs: 10_800_000 });
  const show = activeJobs(page).getByRole('button', { name: '3 changes · Show' });
  await expect(show).toBeVisible();
  await expect(card(page, first)).toContainText('Success');
  await expect(card(page, first).getByRole('button', { name: /^Cancel/ })).toBeDisabled();
  await expect(card(page, second).getByRole('button', { name: /^Cancel/ })).toBeDisabled();
  expect(await cancel.boundingBox()).toEqual(place);

  await show.click();
  await expect(card(page, fourth)).toBeVisible();
  await expect(card(page, second)).toBeHidden();
  await runs.cancel(fourth);
  await expect(card(page, fourth).getByRole('button', { name: /^Cancel/ })).toBeDisabled();
  await page.mouse.move(0, 0);
  await expect(activeJobs(page).getByRole('listitem')).toHaveCount(1);
});
