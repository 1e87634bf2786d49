import { detailsDialog, historyRow } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

/** Drawn whole, such JSON takes a page many times as long. */
const SOON = { timeout: 8_000 };

test('details with 200 kB of metadata open promptly, the JSON folded away behind its size', async ({ page, runs }) => {
  const scores = Array.from({ length: 5_000 }, (_, index) => ({ userId: index, score: 0.123456 }));
  const [id = ''] = await runs.insertEnded({ jobName: 'match-scores', metadata: { last: 'one of many', scores } });
  await page.goto('/admin/jobs');
  await historyRow(page, id).getByRole('button', { name: 'Details' }).click();
  const metadata = detailsDialog(page).getByRole('region', { name: 'Metadata', exact: true });
  const show = metadata.getByRole('button', { name: /^Show \d{3}(\.\d)? kB$/ });
  await expect(show).toBeVisible(SOON);
  await expect(metadata).not.toContainText('one of many');

  await show.click();
  await expect(metadata).toContainText('one of many', SOON);
  const download = page.waitForEvent('download');
  await metadata.getByRole('button', { name: 'Download JSON' }).click();
  expect((await download).suggestedFilename()).toBe(`match-scores-${id}-metadata.json`);

  await page.keyboard.press('Escape');
  await expect(detailsDialog(page)).toBeHidden(SOON);
});
