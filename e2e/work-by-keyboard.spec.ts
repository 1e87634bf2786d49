import { expect, type Locator, type Page } from '@playwright/test';
import { tabTo, toast } from './fixtures/job-manager.js';
import { test } from './fixtures/story.js';

const MAX_STEPS = 40;

/** Along a menu or a list of choices, item by item. */
async function arrowTo(page: Page, target: Locator, isReached: (element: Element) => boolean): Promise<void> {
  await expect(async () => {
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      if ((await target.count()) > 0 && (await target.evaluate(isReached))) return;
      await page.keyboard.press('ArrowDown');
    }
    throw new Error('The arrow keys do not lead there.');
  }).toPass();
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

async function chooseFromMenu(page: Page, menu: string, item: string): Promise<void> {
  await press(page, page.getByRole('button', { name: menu, exact: true }));
  const wanted = page.getByRole('menuitem', { name: item, exact: true });
  await expect(wanted).toBeVisible();
  await arrowTo(page, wanted, (element) => element === document.activeElement);
  await page.keyboard.press('Enter');
}

async function chooseOption(page: Page, combobox: string, option: string): Promise<void> {
  await tabTo(page, page.getByRole('combobox', { name: combobox }));
  await page.keyboard.press('ArrowDown');
  const wanted = page.getByRole('option', { name: option, exact: true });
  await expect(wanted).toBeVisible();
  await arrowTo(page, wanted, (element) => element.hasAttribute('data-combobox-selected'));
  await page.keyboard.press('Enter');
}

/** Puts the focus on a row of the list, by the key that every list has. */
async function enterList(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('j');
    await expect(page.locator('[data-roving-rows] tr:focus-within')).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
}

/** Counts what only a mouse or a finger does. */
const POINTER_USES = `addEventListener('pointerdown', () => sessionStorage.setItem('pointer', 'used'), { capture: true })`;
const pointerUses = (page: Page) => page.evaluate(() => sessionStorage.getItem('pointer'));

test.beforeEach(({ page }) => page.addInitScript(POINTER_USES));

test('the history is filtered, kept as a view, chosen whole and run again by keyboard alone, and that is undone', async ({
  page,
  runs,
  database,
}) => {
  test.slow();
  await runs.insertEnded({ jobName: 'match-scores', count: 60, status: 'FAILED' });
  await runs.insertEnded({ jobName: 'trending', count: 3, status: 'FAILED' });
  await runs.insertEnded({ jobName: 'match-scores', count: 3 });
  await page.goto('/admin/jobs/history');
  await chooseOption(page, 'Filter by job', 'match-scores');
  await chooseOption(page, 'Filter by status', 'Failed');
  await expect(page).toHaveURL(/\?job=match-scores&status=FAILED$/);

  await chooseFromMenu(page, 'Views', 'Save view…');
  const saving = page.getByRole('dialog', { name: 'Save view' });
  await expect(saving.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Scores that failed');
  await press(page, saving.getByRole('button', { name: 'Save' }));
  await expect(saving).toBeHidden();
  await page.goto('/admin/jobs/history');
  await chooseFromMenu(page, 'Views', 'Scores that failed');
  await expect(page).toHaveURL(/\?job=match-scores&status=FAILED$/);
  await expect(page.getByText('Showing 1–50 of 60')).toBeVisible();

  await enterList(page);
  await page.keyboard.press('x');
  await expect(page.getByText('1 chosen')).toBeVisible();
  await press(page, page.getByRole('button', { name: 'Select all 60 that match' }));
  await expect(page.getByText('All 60 that match')).toBeVisible();
  // What fails from now on was not chosen, although it matches.
  const later = await runs.enqueue('match-scores', { userId: 999_999 });
  await runs.reach(later, 'FAILED', { timeout: 60_000 });
  await pauseDefault(page, 'pause');
  try {
    await press(page, page.getByRole('button', { name: 'Re-run…' }));
    const question = page.getByRole('dialog');
    await expect(question).toContainText('and 50 more');
    await press(page, question.getByRole('button', { name: 'Re-run 60 runs' }));
    await press(page, toast(page, '60 runs queued again').getByRole('button', { name: 'Undo' }));
    await expect(toast(page, '60 runs cancelled')).toBeVisible();
  } finally {
    await pauseDefault(page, 'resume');
  }
  const again = await database.query(
    `SELECT o.error = 'The database did not answer' AS "wasChosen", n.status::text, count(*)::int AS runs, count(DISTINCT o.id)::int AS originals
     FROM "JobRun" n JOIN "JobRun" o ON o.id = n."rerunOfId" GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  expect(again.rows).toEqual([{ wasChosen: true, status: 'CANCELLED', runs: 60, originals: 60 }]);
  expect(await pointerUses(page)).toBeNull();
});

async function pauseDefault(page: Page, act: 'pause' | 'resume'): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  await expect(await page.request.post(`/api/admin/jobs/channels/default/${act}`, { data: {}, headers })).toBeOK();
}

test('alerts and operations are worked with by keyboard alone', async ({ page, runs, database }) => {
  test.slow();
  for (let n = 0; n < 3; n++)
    await runs.enqueue('trending', {}, { channel: 'mail', delayMs: 3_600_000, correlationId: 'order-4711' });
  await page.goto('/admin/alerts?tab=rules');
  const name = 'Channel over target';
  const rule = page.getByRole('switch', { name: `${name} is on` });
  await tabTo(page, rule);
  await page.keyboard.press('Space');
  await expect(rule).toBeChecked();
  await expect
    .poll(async () => (await database.query(`SELECT "isOn" FROM "AlertRule" WHERE name = $1`, [name])).rows)
    .toEqual([{ isOn: true }]);
  await database.query(
    `INSERT INTO "Incident" (key, "ruleId", "ruleName", kind, severity, title, cause, channel)
     SELECT 'by keyboard', id, name, kind, 'WARNING', 'mail waits for 9 minutes', 'Its oldest run has been due for 9 minutes.', 'mail'
     FROM "AlertRule" WHERE name = $1`,
    [name],
  );

  await press(page, page.getByRole('main').getByRole('link', { name: /^Incidents/ }));
  const incident = page.getByRole('row', { name: /mail waits for 9 minutes/ });
  await expect(incident).toBeVisible();
  await enterList(page);
  await page.keyboard.press('y');
  await expect(incident).toContainText('admin@example.com is at it');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Incident \d+/ });
  await tabTo(page, dialog.getByRole('combobox', { name: 'Mute' }));
  await page.keyboard.type('Mute for an');
  await page.keyboard.press('Enter');
  await press(page, dialog.getByRole('button', { name: 'Unmute' }));
  await expect(dialog.getByRole('combobox', { name: 'Mute' })).toBeVisible();
  await press(page, dialog.getByRole('button', { name: 'Resolve' }));
  await expect(dialog).toContainText('resolved by admin@example.com');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(incident).toContainText('Over');

  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(page.getByRole('heading', { level: 1, name: 'Job Operations Center' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Purge Channel' })).toContainText('queued');
  await page.keyboard.press('f');
  await expect(page.getByLabel('Number, correlation id, key or name')).toBeFocused();
  await page.keyboard.type('order-4711');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: 'Correlation id' })).toHaveCount(3);

  // Keys of the page are its own again once no field has the focus.
  await page.keyboard.press('Tab');
  await page.keyboard.press('5');
  await expect(page.getByLabel('Channel to purge')).toBeFocused();
  await page.keyboard.type('mail');
  await press(page, page.getByRole('region', { name: 'Purge Channel' }).getByRole('button', { name: 'Preview…' }));
  const purge = page.getByRole('dialog', { name: 'Purge a channel' });
  await tabTo(page, purge.getByLabel('Type mail to confirm'));
  await page.keyboard.type('mail');
  await press(page, purge.getByRole('button', { name: 'Purge 3 runs' }));
  await expect(toast(page, '3 runs cancelled')).toBeVisible();
  const ended = await database.query(`SELECT status::text, count(*)::int AS runs FROM "JobRun" GROUP BY 1`);
  expect(ended.rows).toEqual([{ status: 'CANCELLED', runs: 3 }]);

  await page.goto('/admin/alerts?tab=rules');
  await tabTo(page, rule);
  await page.keyboard.press('Space');
  await expect(rule).not.toBeChecked();
  expect(await pointerUses(page)).toBeNull();
});
