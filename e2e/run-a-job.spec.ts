import type { Locator } from '@playwright/test';
import { signIn } from './fixtures/accounts.js';
import {
  activeJobs,
  card,
  chooseJob,
  enqueue,
  enqueuedId,
  historyRow,
  parametersField,
  runDialog,
  toast,
} from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';
import { operator } from './product/operator.js';

test.beforeEach(({ page }) => page.goto('/admin/jobs'));

test('a job is chosen, set up, enqueued, followed and found in the history', async ({ page }) => {
  await expect(activeJobs(page)).toContainText('No active jobs');

  await chooseJob(page, 'match-scores');
  const dialog = runDialog(page);
  await expect(dialog).toContainText('Compute match scores between users');
  await expect(dialog).toContainText('tsx scripts/runJobs.ts match-scores --userId=8 --batchSize=100');
  const defaults = { batchSize: 100, candidateBatchSize: 500, topN: 50, pauseMs: 50 };
  await expect(parametersField(page)).toHaveValue(JSON.stringify(defaults, null, 2));

  await parametersField(page).fill(JSON.stringify({ ...defaults, batchSize: 20, pauseMs: 1_500 }));
  const id = await enqueue(page);
  await expect(dialog).toBeHidden();

  await expect(card(page, id).getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^(3|6)\d$/);
  await expect(card(page, id)).toContainText(/Scored (20|40) of \d+ users/);
  await expect(historyRow(page, id)).toContainText('match-scores');
  await expect(historyRow(page, id)).toContainText('Success');
  await expect(historyRow(page, id)).toContainText('Manual');
  await expect(toast(page, `match-scores #${id} finished`)).toBeVisible();
  await expect(activeJobs(page)).toContainText('No active jobs');
});

test('what the server objects to stands at the field, and the same dialog sends it again', async ({ page }) => {
  await chooseJob(page, 'match-scores');
  await parametersField(page).fill('{"batchSize": 0, "batchsize": 5}');
  await runDialog(page).getByRole('button', { name: 'Enqueue Job' }).click();

  await expect(runDialog(page)).toContainText('batchSize: must be at least 1');
  await expect(runDialog(page)).toContainText('batchsize: is no parameter of this job; did you mean batchSize?');
  await expect(parametersField(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(parametersField(page)).toHaveValue('{"batchSize": 0, "batchsize": 5}');

  await parametersField(page).fill('{"batchSize": 30}');
  const id = await enqueue(page);
  await expect(historyRow(page, id)).toContainText('Success');
});

test('a double click on Enqueue makes one run', async ({ page, runs }) => {
  await chooseJob(page, 'trending');
  await runDialog(page).getByRole('button', { name: 'Enqueue Job' }).dblclick();
  const id = await enqueuedId(page);
  await expect(historyRow(page, id)).toBeVisible();
  expect(await runs.count('trending')).toBe(1);
});

test('what was typed is there again after Escape, a reload and another sign-in', async ({ page, context }) => {
  await chooseJob(page, 'match-scores');
  await parametersField(page).fill('{"userId": 8');
  await page.mouse.click(5, 450);
  await expect(parametersField(page)).toHaveValue('{"userId": 8');
  await page.keyboard.press('Escape');
  await expect(runDialog(page)).toBeHidden();
  await page.getByRole('button', { name: 'Run New Job' }).first().click();
  await page.reload();
  await expect(page.getByLabel('Select Job')).toHaveValue('match-scores');
  await parametersField(page).fill('{"userId": 8}');

  await context.clearCookies();
  // The check of what was typed may be the call that is refused, and takes the button away.
  await runDialog(page)
    .getByRole('button', { name: 'Enqueue Job' })
    .click({ timeout: 3_000 })
    .catch(() => {});
  await expect(page.getByText('Your session has ended.')).toBeVisible();
  await signIn(page, operator);
  await expect(parametersField(page)).toHaveValue('{"userId": 8}');
  await runDialog(page).getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByLabel('Select Job')).toHaveValue('');
});

/** One after the other: numbers, texts, choices, switches. */
const names = Array.from({ length: 20 }, (_, index) => `parameter${index + 1}`);
const kinds = [{ type: 'integer', minimum: 1 }, { type: 'string' }, { enum: ['near', 'far'] }, { type: 'boolean' }];
const kindOf = (index: number) => index % kinds.length;

test('twenty parameters are filled in on a phone with one thumb', async ({ page }) => {
  const schema = { type: 'object', properties: Object.fromEntries(names.map((name, at) => [name, kinds[kindOf(at)]])) };
  await page.route('**/api/admin/jobs/definitions', async (route) => {
    const body = (await (await route.fetch()).json()) as { jobs: { name: string }[] };
    const jobs = body.jobs.map((job) => (job.name === 'trending' ? { ...job, parametersSchema: schema } : job));
    await route.fulfill({ json: { ...body, jobs } });
  });
  await page.route('**/definitions/trending/check', (route) =>
    route.fulfill({ json: { issues: [], underWay: [], waiting: null } }),
  );
  // What the keyboard of a phone leaves.
  await page.setViewportSize({ width: 390, height: 500 });
  await page.goto('/admin/jobs');
  await page.getByRole('banner').getByRole('button', { name: 'Run New Job' }).click();
  await page.getByLabel('Select Job').selectOption('trending');
  const dialog = runDialog(page);
  const send = dialog.getByRole('button', { name: 'Enqueue Job' });
  await expect(dialog.getByRole('checkbox', { name: 'parameter20' })).toBeAttached();
  expect(await findSmallTargets(dialog)).toEqual([]);

  for (const [at, name] of names.entries()) {
    const field = dialog.getByLabel(name, { exact: true }).and(dialog.locator('input'));
    if (kindOf(at) === 3) await dialog.locator('label').getByText(name, { exact: true }).click();
    else if (kindOf(at) < 2) await field.fill(String(at + 1));
    else {
      await field.click();
      await dialog.getByRole('option', { name: 'far', exact: true }).filter({ visible: true }).click();
    }
    expect(await field.evaluate(isInSight), name).toBe(true);
  }
  await expect(send).toBeInViewport({ ratio: 1 });
  const sent = page.waitForRequest('**/api/admin/jobs/enqueue');
  await send.click();
  const values = [(at: number) => at + 1, (at: number) => String(at + 1), () => 'far', () => true];
  expect(((await sent).postDataJSON() as { parameters: unknown }).parameters).toMatchObject(
    Object.fromEntries(names.map((name, at) => [name, values[kindOf(at)]?.(at)])),
  );
});

/** Whether a field that the thumb has moved into sight is there as a whole: the buttons below the fields cover none of it. */
function isInSight(field: Element): boolean {
  field.scrollIntoView({ block: 'nearest' });
  const { left, width, top, bottom } = field.getBoundingClientRect();
  const part = field.closest('form > div');
  return [top + 2, bottom - 2].every(
    (y) => document.elementFromPoint(left + width / 2, y)?.closest('form > div') === part,
  );
}

/** What a thumb may miss: 44 px are its size. The crosses that empty a field are left out, which a key does as well. */
const findSmallTargets = (dialog: Locator): Promise<string[]> =>
  dialog.evaluate((root) => {
    const targets = [...root.querySelectorAll<HTMLElement>('button, select, summary, textarea, input')];
    return targets
      .filter((target) => target.checkVisibility() && target.closest('[data-position="right"]') === null)
      .map((target) => {
        const isBox = target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type);
        const own = target.getBoundingClientRect();
        const label = isBox ? target.labels?.[0]?.getBoundingClientRect() : undefined;
        const [width, height] = label ? [label.right - own.left, label.height] : [own.width, own.height];
        const name = target.getAttribute('aria-label') ?? target.textContent ?? target.id;
        return { text: `${target.tagName} ${name}: ${width} × ${height}`, isSmall: width < 44 || height < 44 };
      })
      .filter(({ isSmall }) => isSmall)
      .map(({ text }) => text);
  });
