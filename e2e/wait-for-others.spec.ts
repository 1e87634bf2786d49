import { expectAccessible } from './fixtures/accessibility.js';
import { card, historyRow } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

test('runs that wait for one another show the chain, and are cancelled as one', async ({ page, runs }) => {
  // Two scans of the whole page, in each of its forms.
  test.slow();
  const first = await runs.start('match-scores', slowly);
  const second = await runs.enqueue('trending', {}, { after: [first] });
  const third = await runs.enqueue('affinity', {}, { after: [second], when: 'finished' });
  await page.goto('/admin/jobs');
  await expect(card(page, second)).toContainText(`It waits for #${first} match-scores to succeed.`);

  await card(page, second).getByRole('link', { name: 'trending' }).click();
  await expect(page.getByRole('region', { name: 'Why it waits' })).toContainText(
    `It waits for #${first} match-scores to succeed.`,
  );
  const waitsFor = page.getByRole('region', { name: 'Waits for', exact: true }).getByRole('listitem');
  await expect(waitsFor).toHaveText([`match-scores #${first}Running`]);
  const waiting = page.getByRole('region', { name: 'Runs that wait for it' }).getByRole('listitem');
  await expect(waiting).toHaveText([`affinity #${third}Queued`]);
  await expectAccessible(page);

  await waiting.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: `affinity #${third}` })).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: `Cancel trending #${second}` }).click();
  const question = page.getByRole('dialog', { name: `Cancel trending #${second}` });
  await expect(question).toContainText('It waits for 1 run that has not ended, and 1 run waits for it.');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Cancel all connected runs' }).click();
  for (const id of [first, second, third]) await runs.reach(id, 'CANCELLED');
  await page.goto('/admin/jobs');
  for (const id of [first, second, third]) await expect(historyRow(page, id)).toContainText('Cancelled');
});

test('a run starts when the one it waits for has succeeded, and one alone is cancelled alone', async ({
  page,
  runs,
}) => {
  await runs.block('MatchScore');
  const first = await runs.start('match-scores', { batchSize: 30 });
  const second = await runs.enqueue('trending', {}, { after: [first] });
  const other = await runs.enqueue('affinity', {}, { after: [first] });
  await page.goto(`/admin/jobs/${other}`);
  await page.getByRole('button', { name: `Cancel affinity #${other}` }).click();
  await page.getByRole('button', { name: 'Cancel this run' }).click();
  await runs.reach(other, 'CANCELLED');

  await page.goto(`/admin/jobs/${second}`);
  await expect(page.getByRole('region', { name: 'Why it waits' })).toContainText(`#${first} match-scores`);
  await runs.unblock();
  await expect(page.getByRole('region', { name: 'Job Run Details' })).toContainText('Success');
  await expect(page.getByRole('region', { name: 'Waited for' })).toContainText(`match-scores #${first}Success`);
});
