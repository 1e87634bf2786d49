import { expectAccessible } from './fixtures/accessibility.js';
import { signIn } from './fixtures/accounts.js';
import {
  activeJobs,
  card,
  chooseJob,
  detailsDialog,
  historyRow,
  parametersField,
  runDialog,
  toast,
} from './fixtures/job-manager.js';
import { type Runs, slowly } from './fixtures/runs.js';
import { Socket } from './fixtures/socket.js';
import { expect, nobody, test } from './fixtures/story.js';

// Each test ends in one state of the panel and looks it over, light and dark, on a desktop and on a phone.

test.describe('signed out', () => {
  test.use({ storageState: nobody });

  test('the sign-in page, with a refusal', async ({ page }) => {
    await page.goto('/login');
    await signIn(page, { email: 'nobody@example.com', password: 'wrong' });
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible(page);
  });

  test('the page for people without access', async ({ page, accounts }) => {
    await page.goto('/admin/jobs');
    await signIn(page, await accounts.create('USER'));
    await expect(page.getByRole('heading', { name: 'No access' })).toBeVisible();
    await expectAccessible(page);
  });
});

test('the dashboard, with failures', async ({ page, runs }) => {
  await endedRuns(runs);
  await page.goto('/admin/dashboard');
  await expect(page.getByRole('region', { name: 'Recent Failures' }).getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page);
});

test('the job manager, without a single run', async ({ page }) => {
  await page.goto('/admin/jobs');
  await expect(page.getByText('No active jobs')).toBeVisible();
  await expect(page.getByText('No runs yet')).toBeVisible();
  await expectAccessible(page);
});

test('the job manager, with runs in every state', async ({ page, runs }) => {
  await endedRuns(runs);
  await runs.block('MatchScore');
  const stopping = await runs.start('match-scores', { batchSize: 30 });
  await runs.untilBlocked();
  await runs.cancel(stopping);
  const running = await runs.start('content-features', { batchSize: 1, pauseMs: 1_000 });
  const queued = await runs.enqueue('trending');
  const silent = await runs.insertSilent('affinity');
  await page.goto('/admin/jobs');
  await expect(card(page, stopping)).toContainText('Stopping…');
  await expect(card(page, running).getByRole('progressbar')).toBeVisible();
  await expect(card(page, queued)).toContainText('Waiting to start…');
  await expect(card(page, silent)).toContainText('Stalled');
  await expect(page.getByText('1 job may be stalled')).toBeVisible();
  await expectAccessible(page);
});

test('the job manager, cut off from the server', async ({ page, runs }) => {
  const socket = await Socket.hold(page);
  const running = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  await expect(card(page, running)).toBeVisible();
  await socket.cut();
  await expect(page.getByText('Real-time updates paused')).toBeVisible();
  await expectAccessible(page);
});

test('the run dialog, with a warning and an objection', async ({ page, runs }) => {
  await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  await chooseJob(page, 'match-scores');
  await page.getByText('Parameters this job accepts').click();
  await expect(page.getByText('Another instance of this job is currently running.')).toBeVisible();
  await parametersField(page).fill('{"batchSize": 0}');
  await runDialog(page).getByRole('button', { name: 'Enqueue Job' }).click();
  await expect(parametersField(page)).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
});

test('the details of a failed run, and toasts', async ({ page, runs }) => {
  await page.goto('/admin/jobs');
  await expect(activeJobs(page)).toContainText('No active jobs');
  const id = await runs.enqueue('match-scores', { userId: 999_999 });
  await toast(page, `#${id} failed`).getByRole('button', { name: 'Details' }).click();
  await detailsDialog(page).getByText('Stack trace').click();
  await expectAccessible(page);
});

test('the question before cleaning up', async ({ page }) => {
  await page.goto('/admin/jobs');
  await page.getByRole('button', { name: 'Clean Up Stalled Jobs' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
});

test('the question before cleaning up, with a run to take back', async ({ page, runs }) => {
  await runs.insertSilent('affinity');
  await page.goto('/admin/jobs');
  await page.getByRole('button', { name: 'Clean Up Stalled Jobs' }).click();
  await expect(page.getByRole('dialog').getByRole('listitem')).toBeVisible();
  await expectAccessible(page);
});

test('the system status, with a stalled run', async ({ page, runs }) => {
  await runs.insertSilent('affinity');
  await page.goto('/admin/system-status');
  await expect(page.getByRole('region', { name: 'Stalled and slow runs' }).getByRole('listitem')).toBeVisible();
  await expectAccessible(page);
});

test('the question before an emergency cleanup', async ({ page, runs }) => {
  await runs.start('match-scores', slowly);
  await page.goto('/admin/system-status');
  await page.getByRole('button', { name: 'Emergency cleanup' }).click();
  await expect(page.getByRole('dialog').getByRole('listitem')).toBeVisible();
  await expectAccessible(page);
});

test('the menu of administration', async ({ page }) => {
  await page.goto('/admin/jobs');
  await page.getByRole('button', { name: 'Administration' }).click();
  await expect(page.getByRole('menuitem', { name: 'Audit log' })).toBeVisible();
  await expectAccessible(page);
});

test('the monitor', async ({ page, runs }) => {
  const running = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs/monitor');
  await expect(card(page, running).getByRole('progressbar')).toBeVisible();
  await expectAccessible(page);
});

test('the history, with an open filter', async ({ page, runs }) => {
  const { failed } = await endedRuns(runs);
  await page.goto('/admin/jobs/history');
  await expect(historyRow(page, failed)).toBeVisible();
  await page.getByRole('combobox', { name: 'Filter by status' }).click();
  await expect(page.getByRole('option', { name: 'Cancelled' })).toBeVisible();
  await expectAccessible(page);
});

test('the page of a run, with a menu open', async ({ page, runs }) => {
  const [id = ''] = await runs.insertEnded({
    jobName: 'match-scores',
    metadata: { usersProcessed: 60, notes: ['one'] },
  });
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByText('usersProcessed')).toBeVisible();
  await page.getByRole('button', { name: /^Account/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
  await expectAccessible(page);
});

test('the pages of what is not there', async ({ page }) => {
  await page.goto('/admin/jobs/4711');
  await expect(page.getByText('There is no run “4711”')).toBeVisible();
  await expectAccessible(page);
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  await expectAccessible(page);
});

async function endedRuns(runs: Runs): Promise<{ failed: string }> {
  await runs.insertEnded({ jobName: 'trending', count: 8 });
  await runs.insertEnded({ jobName: 'media-metadata-batch', status: 'CANCELLED' });
  const [failed = ''] = await runs.insertEnded({ jobName: 'profile-search-index', count: 2, status: 'FAILED' });
  return { failed };
}
