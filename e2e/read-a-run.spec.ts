import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { card, detailsDialog, historyRow } from './fixtures/job-manager.js';
import type { Line } from './fixtures/program.js';
import { inOwnProcess } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

const log = (page: Page): Locator => page.getByRole('log', { name: /^Messages of/ });
const search = (page: Page): Locator => page.getByRole('textbox', { name: 'Search the messages' });

test('the steps of a running run move as it reports them', async ({ page, runs }) => {
  const program = await runs.program();
  const id = await program.start({
    jobName: 'nightly-import',
    steps: [
      { id: 'read', label: 'Reading the files' },
      { id: 'write', label: 'Writing the rows', weight: 3 },
    ],
  });
  await page.goto('/admin/jobs');
  await card(page, id).getByRole('button', { name: 'Details' }).click();
  const steps = detailsDialog(page).getByRole('region', { name: 'Steps' });
  const barOf = (label: string) => steps.getByRole('progressbar', { name: `Progress of ${label}` });
  await expect(steps).toContainText('0 of 2 done');

  await program.reach([{ id: 'read', progress: 0.5 }]);
  await expect(barOf('Reading the files')).toHaveAttribute('aria-valuenow', '50');
  await program.reach([
    { id: 'read', progress: 1 },
    { id: 'write', progress: 0.2, message: 'Row 2,000 of 10,000' },
  ]);
  await expect(steps).toContainText('1 of 2 done');
  await expect(barOf('Writing the rows')).toHaveAttribute('aria-valuenow', '20');
  await expect(steps).toContainText('Row 2,000 of 10,000');
  expect(await page.evaluate(translate), 'texts that a translator would take over').toBe(0);
  // A quarter of the weight is done, and a fifth of the rest.
  await expect(
    detailsDialog(page).getByRole('progressbar', { name: `Progress of nightly-import #${id}` }),
  ).toHaveAttribute('aria-valuenow', '40');

  await program.complete({ rowsWritten: 10_000 });
  await expect(detailsDialog(page)).toContainText('rowsWritten');
  await expect(steps).toContainText('2 of 2 done');
});

test('a long word as a message is cut on its card and wraps on its page, on a phone as well', async ({
  page,
  runs,
}) => {
  const program = await runs.program();
  const id = await program.start({ jobName: 'nightly-import', steps: [{ id: 'read' }] });
  await program.reach([{ id: 'read', progress: 0.25, message: `s3://${'a'.repeat(300)}` }]);
  for (const width of [1_280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto('/admin/jobs');
    await expect(card(page, id)).toContainText('s3://aaa');
    const bar = card(page, id).getByRole('progressbar');
    await expect(bar).toBeVisible();
    // On a phone the card opens as a whole instead.
    const buttons = await card(page, id).getByRole('button').all();
    expect(buttons).toHaveLength(width === 320 ? 0 : 2);
    for (const button of buttons) expect(await overlap(bar, button), `at ${width} pixels`).toBe(false);
    expect(await page.evaluate(sideways), `pixels to scroll sideways at ${width}`).toBeLessThanOrEqual(0);
    await page.goto(`/admin/jobs/${id}`);
    await expect(page.getByRole('main')).toContainText('s3://aaa');
    expect(await page.evaluate(sideways), `pixels to scroll sideways at ${width}`).toBeLessThanOrEqual(0);
  }
});

test('the log follows one running run and no other, and its warnings are counted on the card', async ({
  page,
  runs,
}) => {
  const [program, other] = [await runs.program(), await runs.program()];
  const id = await program.start({ jobName: 'nightly-import' });
  const otherId = await other.start({ jobName: 'weekly-report' });
  await page.goto('/admin/jobs');
  await card(page, id).getByRole('button', { name: 'Details' }).click();
  await detailsDialog(page).getByRole('tab', { name: 'Log' }).click();
  await expect(detailsDialog(page)).toContainText('No messages yet');

  await program.log({ message: 'Reading 3 files' }, { level: 'warn', message: 'The second file is empty' });
  await expect(log(page)).toContainText('Reading 3 files');
  await expect(log(page)).toContainText('WarningThe second file is empty');
  await expect(detailsDialog(page)).toContainText('Following');
  await other.log({ level: 'error', message: 'Somebody else’s line' });
  await expect(card(page, otherId)).toContainText('1 error');
  await program.log({ level: 'error', message: 'The third file is damaged' });
  await expect(log(page)).toContainText('The third file is damaged');
  await expect(log(page)).not.toContainText('Somebody else’s line');
  await expect(detailsDialog(page).getByRole('tab', { name: 'Log' })).toContainText('3');

  await page.keyboard.press('Escape');
  await expect(card(page, id)).toContainText(/1 error\s*1 warning/);
  await expect(card(page, otherId)).not.toContainText('warning');
  await program.complete();
  await expect(historyRow(page, id)).toContainText(/1 error\s*1 warning/);
});

test('a log is filtered, searched, downloaded, and linked to by its address', async ({ page, context, runs }) => {
  const [id = ''] = await runs.insertEnded({ jobName: 'trending', status: 'FAILED' });
  const lines: Line[] = Array.from({ length: 300 }, (_, index) => ({ message: `Post ${index + 1} scored` }));
  lines[199] = { level: 'warn', message: 'Post 200 has no author' };
  lines[249] = { level: 'error', message: 'Post 250 could not be read' };
  lines[279] = { level: 'error', message: 'Post 280 could not be read' };
  await runs.insertLog(id, lines, 1_234);
  await page.goto('/admin/jobs');
  await historyRow(page, id)
    .getByRole('link', { name: /^2 errors and 1 warning/ })
    .click();
  await expect(page).toHaveURL(`/admin/jobs/${id}?tab=log`);
  await expect(page.getByRole('main')).toContainText('1,234 older info lines were dropped');
  await expect(log(page)).toContainText('Post 1 scored');

  await page.getByRole('button', { name: 'First error' }).click();
  await expect(log(page).getByText('Post 250 could not be read')).toBeInViewport();
  await expect(log(page)).not.toContainText('Post 1 scored');
  await page.getByRole('button', { name: 'Warnings and errors 3' }).click();
  await expect(log(page)).toContainText('Post 200 has no author');
  await expect(log(page)).not.toContainText('scored');
  await page.getByRole('button', { name: 'Errors 2', exact: true }).click();
  await expect(log(page)).not.toContainText('Post 200 has no author');
  // In one go, as on a slow machine: the jump comes before the list has been drawn again.
  const all = await page.getByRole('button', { name: 'All 300' }).elementHandle();
  const firstError = await page.getByRole('button', { name: 'First error' }).elementHandle();
  await page.evaluate(
    (buttons) => {
      for (const button of buttons) (button as HTMLElement).click();
    },
    [all, firstError],
  );
  await expect.poll(() => fromMiddle(log(page), log(page).getByText('Post 250'))).toBeLessThan(100);

  await search(page).fill('POST 28');
  await expect(page.getByText('11 found')).toBeVisible();
  // On from the first error, where the search stands.
  await search(page).press('Enter');
  await expect(page.getByText('2 of 11')).toBeVisible();
  await expect(log(page).getByText('Post 280 could not be read')).toBeInViewport();

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download all messages' }).click();
  const file = await readFile(await (await downloading).path(), 'utf8');
  expect(file).toContain('1,234');
  expect(file.trim().split('\n')).toHaveLength(301);
  expect(file).toMatch(/ERROR .*Post 250 could not be read/);

  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await expect(log(colleague)).toContainText('Post 1 scored');
});

test('every attempt is shown with how it ended', async ({ page, runs }) => {
  const id = await runs.insertSilent('trending');
  await runs.recover();
  await runs.reach(id, 'SUCCESS', inOwnProcess);
  await page.goto(`/admin/jobs/${id}`);
  await page.getByRole('tab', { name: 'Attempts' }).click();
  await expect(page).toHaveURL(`/admin/jobs/${id}?tab=attempts`);
  const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem');
  await expect(attempts).toHaveCount(2);
  await expect(attempts.first()).toContainText(/Attempt 1\s*Lost/);
  // A run that lost its runner keeps its attempt.
  await expect(attempts.last()).toContainText(/Attempt 1\s*Success/);
  await page.getByRole('tab', { name: 'Log' }).click();
  await expect(log(page)).toContainText('Job Manager');
});

test('a log of 25,000 lines is read to its end and searched', async ({ page, runs }) => {
  const [id = ''] = await runs.insertEnded({ jobName: 'trending' });
  const lines = Array.from({ length: 25_000 }, (_, index) => ({ message: `Line ${index + 1} of many` }));
  lines[17_654] = { message: 'A needle in the haystack' };
  await runs.insertLog(id, lines);
  await page.goto(`/admin/jobs/${id}?tab=log`);
  await expect(page.getByRole('button', { name: 'All 25,000' })).toBeVisible();
  await page.getByRole('button', { name: 'Jump to end' }).click();
  await expect(log(page).getByText('Line 25000 of many')).toBeInViewport();
  await search(page).fill('needle');
  await search(page).press('Enter');
  await expect(page.getByText('1 of 1')).toBeVisible();
  await expect(log(page).getByText('A needle in the haystack')).toBeInViewport();
});

/** Whether two parts cover the same pixels, or one of them lies outside of the window. */
async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (!a || !b) throw new Error('One of them is not on the page.');
  const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !isApart || b.x + b.width > (await one.page().evaluate(() => window.innerWidth));
}

/** How many pixels a line is from the middle of the log; none is on the page yet: Infinity. */
async function fromMiddle(list: Locator, line: Locator): Promise<number> {
  const [frame, box] = [await list.boundingBox(), (await line.count()) === 1 ? await line.boundingBox() : null];
  if (!frame || !box) return Number.POSITIVE_INFINITY;
  return Math.abs(frame.y + frame.height / 2 - (box.y + box.height / 2));
}

const sideways = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

/** Wraps the texts that Chrome's translator would wrap, whose later changes React would miss; answers how many. */
function translate(): number {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    if (text.data.trim() && text.parentElement?.translate) found.push(text);
  }
  for (const text of found) {
    const font = document.createElement('font');
    text.replaceWith(font);
    font.append(text.data);
  }
  return found.length;
}
