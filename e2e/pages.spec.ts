import { activeJobs, card, historyRow, historyRows, runDialog } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { expect, test } from './fixtures/story.js';

test('the dashboard shows the counters of the database and what failed, and leads to the runs', async ({
  page,
  runs,
}) => {
  await runs.insertEnded({ jobName: 'trending', count: 12 });
  const [failed = ''] = await runs.insertEnded({ jobName: 'affinity', status: 'FAILED' });
  await page.goto('/');
  await expect(page).toHaveURL('/admin/dashboard');
  await expect(page).toHaveTitle('Dashboard · Job Manager');
  const counters = page.getByRole('region', { name: 'Counters' });
  await expect(counters.getByRole('link', { name: /^Completed 24h/ })).toContainText('12');
  await expect(counters.getByRole('link', { name: /^Failed 24h/ })).toContainText('1 cause');
  const failures = page.getByRole('region', { name: 'Recent Failures' });
  // The server answers about causes as it did up to ten seconds ago.
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).first().click();
    await expect(failures).toContainText(`#${failed}`, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await failures.getByRole('link', { name: 'All failures' }).click();
  await expect(page).toHaveURL('/admin/jobs/history?status=FAILED');
  await expect(historyRows(page)).toHaveCount(1);

  await page.goBack();
  await counters.getByRole('link', { name: /^Completed 24h/ }).click();
  await expect(page).toHaveURL('/admin/jobs/history?status=SUCCESS&range=24h');
  await expect(historyRows(page)).toHaveCount(12);
  await page.goBack();
  await page.getByRole('link', { name: 'Manage Jobs' }).click();
  await expect(page).toHaveURL('/admin/jobs');
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
  await expect(activeJobs(page)).toBeVisible();
});

test('the five counters match the tables of the database', async ({ page, runs, database }) => {
  await runs.insertEnded({ jobName: 'trending', count: 7 });
  await runs.insertEnded({ jobName: 'affinity', status: 'FAILED', count: 3 });
  await runs.enqueue('trending', {}, { delayMs: 3_600_000 });
  await page.goto('/admin/dashboard');
  await runs.block('MatchScore');
  for (let slot = 0; slot < 2; slot++) await runs.start('match-scores', slowly);
  for (let waiting = 0; waiting < 3; waiting++) await runs.enqueue('match-scores', slowly);
  const { rows } = await database.query<{ counted: string }>(
    `SELECT concat_ws(' ', count(*) FILTER (WHERE status = 'QUEUED' AND "runAt" <= now()), count(*) FILTER (WHERE status = 'RUNNING'),
       count(*) FILTER (WHERE status = 'QUEUED' AND "runAt" > now()), count(*) FILTER (WHERE status = 'SUCCESS'), count(*) FILTER (WHERE status = 'FAILED')) AS counted
     FROM "JobRun"`,
  );
  expect(rows[0]?.counted).toBe('3 2 1 7 3');
  await page.getByRole('button', { name: 'Refresh' }).first().click();
  const counters = page.getByRole('region', { name: 'Counters' });
  for (const [name, count] of Object.entries({
    Pending: 3,
    Running: 2,
    Scheduled: 1,
    'Completed 24h': 7,
    'Failed 24h': 3,
  }))
    await expect(counters.getByRole('link', { name: new RegExp(`^${name}`) })).toContainText(`${name}${count}`);
  await runs.unblock();
});

test('the statistics are read again on request', async ({ page, runs }) => {
  await page.goto('/admin/jobs');
  const statistics = page.getByRole('region', { name: 'Job Statistics' });
  await expect(statistics).toContainText(/Last 24h\s*0/);
  await expect(statistics).toContainText(/Updated \d+s ago/);
  await runs.insertEnded({ jobName: 'trending', count: 1_247 });
  await statistics.getByRole('button', { name: 'Refresh' }).click();
  await expect(statistics).toContainText(/Last 24h\s*1,247/);
});

test('the monitor follows what runs now and starts more', async ({ page, runs }) => {
  await page.goto('/admin/jobs/monitor');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(activeJobs(page)).toContainText('No active jobs');
  const id = await runs.start('match-scores', slowly);
  await expect(card(page, id).getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Run New Job' }).click();
  await expect(runDialog(page)).toContainText('Select Job');
});

test('a run has a page of its own that follows it to its end', async ({ page, runs }) => {
  const id = await runs.start('match-scores', { batchSize: 20, pauseMs: 1_000 });
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`match-scores #${id}`);
  await expect(page.getByRole('progressbar', { name: `Progress of match-scores #${id}` })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  const details = page.getByRole('region', { name: 'Job Run Details' });
  await expect(details).toContainText('Success');
  await expect(details).toContainText('admin@example.com');
  await expect(details).toContainText('usersProcessed');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeHidden();

  await page.getByRole('button', { name: 'Re-run Job' }).click();
  await expect(runDialog(page)).toContainText(`Re-run Job (#${id})`);
});

test('history, unknown runs and unknown addresses have pages that lead on', async ({ page, runs }) => {
  const [id = ''] = await runs.insertEnded({ jobName: 'trending' });
  await page.goto('/admin/jobs/4711');
  await expect(page.getByRole('main')).toContainText('There is no run “4711”');
  await page.getByRole('main').getByRole('link', { name: 'All runs' }).last().click();
  await expect(page).toHaveURL('/admin/jobs/history');
  await historyRow(page, id).getByRole('link', { name: 'trending' }).click();
  await expect(page).toHaveURL(`/admin/jobs/${id}`);

  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the dashboard' }).click();
  await expect(page).toHaveURL('/admin/dashboard');
});

test('code that an upgraded server no longer has leads to a reload, once, and then to a button for it', async ({
  page,
}) => {
  await page.goto('/admin/jobs');
  await page.route('**/assets/SystemStatusPage*.js', (route) => route.fulfill({ status: 404 }));
  const loaded: string[] = [];
  page.on('load', () => loaded.push(page.url()));
  await page
    .getByRole('link', { name: /^System status/ })
    .first()
    .click();
  await expect(page.getByText('This part of the page could not be loaded')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeHidden();
  expect(loaded).toHaveLength(1);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { name: 'System status', level: 1 })).toBeVisible();
});
