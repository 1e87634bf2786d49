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
import { slowly } from './fixtures/runs.js';
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

test('JSON that is none is pointed out without asking the server', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await chooseJob(page, 'trending');
  await parametersField(page).fill('{\n  "halfLifeHours": \n}');
  await runDialog(page).getByRole('button', { name: 'Enqueue Job' }).click();

  await expect(runDialog(page)).toContainText('Invalid JSON syntax at line 3, column 1');
  await expect(parametersField(page)).toHaveAttribute('aria-invalid', 'true');
  expect(asked).not.toContain('/api/admin/jobs/enqueue');

  await parametersField(page).fill('{}');
  await enqueue(page);
  await expect(runDialog(page)).toBeHidden();
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

test('a job that is running already brings a warning, not a ban', async ({ page, runs }) => {
  const warning = page.getByText('Another instance of this job is currently running.');
  await runs.start('match-scores', slowly);
  await chooseJob(page, 'trending');
  await expect(warning).toBeHidden();
  await page.getByLabel('Select Job').selectOption('match-scores');
  await expect(warning).toBeVisible();

  await parametersField(page).fill('{"userId": 8}');
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
