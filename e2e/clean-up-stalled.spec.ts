import { card, historyRow, statistics, toast } from './fixtures/job-manager.js';
import { inOwnProcess } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

test('a run whose runner went silent is pointed out, cleaned up and run again', async ({ page, runs }) => {
  const id = await runs.insertSilent('match-scores', { batchSize: 20, pauseMs: 600 });
  await page.goto('/admin/jobs');
  const banner = page.getByRole('status').filter({ hasText: '1 job may be stalled' });
  await expect(banner).toContainText(`No heartbeat for more than 5 minutes: match-scores #${id}`);
  await expect(card(page, id)).toContainText('Stalled');
  await expect(statistics(page)).toContainText('1 stalled');

  await banner.getByRole('button', { name: 'Clean Up Stalled' }).click();
  const question = page.getByRole('dialog', { name: 'Clean Up Stalled Jobs' });
  await expect(question).toContainText('Running jobs with a live heartbeat are not touched');
  await expect(question.getByRole('listitem')).toHaveText(
    new RegExp(`match-scores #${id}.*no heartbeat.*Back to the queue`),
  );
  await question.getByRole('button', { name: 'Clean Up' }).click();

  await expect(toast(page, 'Cleaned 1 stalled job')).toContainText(`match-scores #${id}`);
  await expect(banner).toBeHidden();
  await expect(card(page, id).getByRole('link', { name: `1 warning of match-scores #${id}` })).toBeVisible();
  await expect(historyRow(page, id)).toContainText('Success', inOwnProcess);
});
