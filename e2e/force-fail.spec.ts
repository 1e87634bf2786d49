import { signIn } from './fixtures/accounts.js';
import { card, detailsDialog, historyRow, toast } from './fixtures/job-manager.js';
import { expect, signedOut, test } from './fixtures/story.js';

test.use({ storageState: signedOut });

test('an admin force-fails a run with one button: the engine requests it to stop, and ends it when it does not', async ({
  page,
  accounts,
  runs,
}) => {
  const admin = await accounts.create('ADMIN');
  await runs.block('MatchScore');
  const id = await runs.start('match-scores', { batchSize: 30 });
  await runs.untilBlocked();
  await page.goto('/admin/jobs');
  await signIn(page, admin);
  await card(page, id).getByRole('button', { name: 'Details' }).click();
  await detailsDialog(page)
    .getByRole('button', { name: `Force fail match-scores #${id}` })
    .click();
  const question = page.getByRole('dialog', { name: `Force fail match-scores #${id}` });
  await expect(question).toContainText('The process may still be working on it');
  await question.getByLabel('Seconds to stop by itself').fill('3');
  await question.getByLabel('Reason (optional)').fill('Waits for a lock that is held');
  await question.getByRole('button', { name: 'Force fail' }).click();
  await expect(toast(page, 'was requested to stop; it is failed in 3s unless it does')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.mouse.move(0, 0);
  await expect(question).toBeHidden();
  await expect(card(page, id)).toBeHidden();
  await expect(historyRow(page, id)).toContainText('Failed');
  await expect(historyRow(page, id)).toContainText(admin.email);

  await runs.unblock();
  await page.goto(`/admin/jobs/${id}?tab=log`);
  const log = page.getByRole('log', { name: /^Messages of/ });
  await expect(log).toContainText(admin.email);
  await expect(log).toContainText('Waits for a lock that is held');
  await page.goto(`/admin/audit?jobRunId=${id}`);
  await expect(page.getByRole('row', { name: /Force-failed a run/ })).toContainText(admin.email);
});
