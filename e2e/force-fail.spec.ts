import { signIn } from './fixtures/accounts.js';
import { card, detailsDialog, historyRow } from './fixtures/job-manager.js';
import { expect, nobody, test } from './fixtures/story.js';

test.use({ storageState: nobody });

test('an admin force-fails a run that ignores its cancel, once it has had its time', async ({
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
  const offer = card(page, id).getByRole('button', { name: `Force fail match-scores #${id}` });
  await card(page, id).getByRole('button', { name: 'Cancel' }).click();
  await expect(card(page, id).getByRole('button', { name: 'Stopping…' })).toBeDisabled();
  await expect(offer).toBeHidden();
  await card(page, id).getByRole('button', { name: 'Details' }).click();
  await expect(detailsDialog(page).getByRole('button', { name: /^Force fail in \d+s$/ })).toBeDisabled();
  const headers = { origin: process.env.E2E_URL ?? '' };
  const early = await page.request.post(`/api/admin/jobs/${id}/force-fail`, { data: {}, headers });
  expect(early.status()).toBe(409);
  await page.keyboard.press('Escape');

  await runs.cancelledAgo(id, '31 s');
  await offer.click();
  const question = page.getByRole('dialog', { name: `Force fail match-scores #${id}` });
  await expect(question).toContainText('The process may still be working on it');
  await question.getByLabel('Reason (optional)').fill('Waits for a lock that nobody gives up');
  await question.getByRole('button', { name: 'Force fail' }).click();
  await expect(question).toBeHidden();
  await expect(card(page, id)).toBeHidden();
  await expect(historyRow(page, id)).toContainText('Failed');
  await expect(historyRow(page, id)).toContainText(admin.email);

  await runs.letGo();
  await page.goto(`/admin/jobs/${id}?tab=log`);
  const log = page.getByRole('log', { name: /^Messages of/ });
  await expect(log).toContainText(admin.email);
  await expect(log).toContainText('Waits for a lock that nobody gives up');
  await page.goto(`/admin/audit?jobRunId=${id}`);
  await expect(page.getByRole('row', { name: /Force-failed a run/ })).toContainText(admin.email);
});
