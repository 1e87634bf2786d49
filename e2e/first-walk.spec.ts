import type { Page } from '@playwright/test';
import { chooseJob, parametersField, runDialog, tabTo, toast } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

test.afterEach(async ({ database }) => {
  await database.query(
    `DELETE FROM "Schedule" WHERE name = 'nightly-trending'; DELETE FROM "Channel"; DELETE FROM "SavedParameters"`,
  );
});

for (const viewport of sizes) {
  test.describe(`at ${viewport.width} px`, () => {
    test.use({ viewport });

    test('a person pauses a channel by keyboard, finds the run that waits, and resumes the channel', async ({
      page,
      runs,
    }) => {
      await runs.enqueue('affinity', {}, { channel: 'mail', delayMs: 3_600_000 });
      await page.goto('/admin/jobs/channels');
      const row = page.getByRole('row', { name: /^mail/ });
      // The list is one stop of the Tab key, at its first row; j goes to the next, P pauses and resumes.
      const toMail = async () => {
        await expect(row).toBeVisible();
        await tabTo(page, page.getByRole('row', { name: /^default/ }).getByRole('link', { name: 'default' }));
        await page.keyboard.press('j');
        await expect(row.getByRole('link', { name: 'mail' })).toBeFocused();
      };
      await toMail();
      await page.keyboard.press('Shift+P');
      await expect(page.getByLabel('Reason')).toBeFocused();
      await page.keyboard.type('The relay is down');
      await page.keyboard.press('Enter');
      await expect(row).toContainText(/Paused .*: The relay is down/);
      await expect(row.getByRole('link', { name: 'mail' })).toBeFocused();

      const mail = { channel: 'mail', correlationId: 'order-4711', unique: { key: 'mail of order 4711' } };
      const id = await runs.enqueue('trending', {}, mail);
      const reason = 'Paused by admin@example.com: The relay is down';
      for (const text of [`#${id}`, 'order-4711', 'mail of order 4711']) {
        await search(page, text);
        await page.getByRole('option', { name: new RegExp(`#${id}\\b`) }).click();
        await expect(page.getByRole('heading', { level: 1, name: `trending #${id}` })).toBeVisible();
        await expect(page.getByRole('region', { name: 'Why it waits' })).toContainText('The relay is down');
        await page.goto('/admin/jobs/monitor');
        await expect(page.getByRole('listitem').filter({ hasText: `#${id}` })).toContainText(reason);
      }

      await page.goto('/admin/jobs/channels');
      await toMail();
      await page.keyboard.press('Shift+P');
      await expect(row).toContainText('Open');
      await expect(row.getByRole('link', { name: 'mail' })).toBeFocused();
      await runs.reach(id, 'SUCCESS');
    });

    test('a person changes a schedule and sees when it is next due', async ({ page, product }) => {
      const settings = { name: 'nightly-trending', jobName: 'trending', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
      const made = await page.request.post('/api/admin/jobs/schedules', {
        data: settings,
        headers: { origin: product.url },
      });
      await expect(made).toBeOK();
      await page.goto('/admin/jobs/schedules');
      const row = page.getByRole('row', { name: /nightly-trending/ });
      await expect(row).toContainText(/03:00 CES?T/);
      await row.getByRole('button', { name: 'More about nightly-trending' }).click();
      await page.getByRole('menuitem', { name: 'Edit…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change nightly-trending' });
      await dialog.getByLabel('At', { exact: true }).fill('04:15');
      await expect(dialog.getByLabel('Cron line')).toHaveValue('15 4 * * *');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expect(row).toContainText('At 04:15');
      await expect(row).toContainText(/04:15 CES?T/);
    });

    test('a person runs a job with a preset, and queues three jobs one after the other', async ({ page, runs }) => {
      await page.goto('/admin/jobs');
      await chooseJob(page, 'match-scores');
      const dialog = runDialog(page);
      await dialog.getByRole('textbox', { name: 'userId' }).fill('eight');
      await expect(dialog.getByText('Must be a number', { exact: true })).toBeVisible();
      await dialog.getByRole('textbox', { name: 'userId' }).fill('8');
      await expect(parametersField(page)).toHaveValue(/"userId": 8/);
      await dialog.getByRole('button', { name: 'Presets' }).click();
      await page.getByRole('menuitem', { name: 'Save these as…' }).click();
      const saving = page.getByRole('dialog', { name: 'Save as a preset' });
      await saving.getByLabel('Name').fill('user 8');
      await saving.getByRole('button', { name: 'Save' }).click();
      await parametersField(page).fill('{}');
      await dialog.getByRole('button', { name: 'Presets' }).click();
      await page.getByRole('menuitem', { name: 'user 8', exact: true }).click();
      await expect(dialog.getByRole('textbox', { name: 'userId' })).toHaveValue('8');
      for (const number of [2, 3]) {
        await dialog.getByRole('button', { name: 'Then…' }).click();
        await dialog.getByRole('combobox', { name: `Job ${number}` }).click();
        await dialog
          .getByRole('listbox', { name: `Job ${number}` })
          .getByRole('option', { name: 'trending' })
          .click();
      }
      await dialog.getByRole('button', { name: 'Enqueue 3 Jobs' }).click();
      const queued = toast(page, /Jobs enqueued: #\d+, #\d+, #\d+, as batch/);
      await expect(queued).toBeVisible();
      const ids = ((await queued.textContent()) ?? '').match(/(?<=#)\d+/g) ?? [];
      await runs.reach(ids[2] ?? '', 'SUCCESS');
    });
  });
}

/** Opens the search as a person does, and types. */
async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: /^Search/ }).click();
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill(text);
}
