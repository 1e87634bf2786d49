import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from './fixtures/accessibility.js';
import { expect, test } from './fixtures/story.js';

async function exported(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  return readFile(await (await download).path(), 'utf8');
}

test('an error in a browser is found by its kind, with where it happened and its stack', async ({ page }) => {
  await page.goto('/admin/dashboard');
  await page.evaluate(() => {
    setTimeout(() => {
      throw new TypeError('The story broke here');
    });
  });
  await expect(async () => {
    await page.goto('/admin/errors?period=24h&search=story');
    await expect(page.getByRole('row', { name: /The story broke here/ })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(page.getByRole('row', { name: /The story broke here/ })).toContainText('/admin/dashboard');
  await expectAccessible(page);
  expect(await exported(page)).toContain('The story broke here');

  await page.getByRole('link', { name: 'The story broke here' }).click();
  await expect(page.getByRole('region', { name: 'Latest occurrences' })).toContainText(/TypeError|at /);
  await expectAccessible(page);
});

test('what was done is in the audit log, in words, and leaves it as CSV', async ({ page, runs }) => {
  const id = await runs.enqueue('trending');
  await page.goto(`/admin/audit?jobRunId=${id}`);
  const row = page.getByRole('row', { name: /Queued a run/ });
  await expect(row).toContainText('admin@example.com');
  await row.getByRole('button', { name: /^Details of entry/ }).click();
  await expectAccessible(page);
  expect(await exported(page)).toContain(`run.enqueue,${id}`);
  await row.getByRole('link', { name: `#${id}` }).click();
  await expect(page.getByRole('heading', { level: 1, name: `trending #${id}` })).toBeVisible();
});
