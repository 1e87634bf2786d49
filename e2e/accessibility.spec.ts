import type { Locator } from '@playwright/test';
import { expectAccessible, findProblems } from './fixtures/accessibility.js';
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
import type { Line } from './fixtures/program.js';
import { inOwnProcess, type Runs, slowly } from './fixtures/runs.js';
import { Socket } from './fixtures/socket.js';
import { expect, signedOut, test } from './fixtures/story.js';

// Each test ends in one state of the panel and scans it, light and dark, on a desktop and on a phone.
test.describe.configure({ mode: 'parallel' });

test('the scans find violations in one colour scheme or on one device alone', async ({ page }) => {
  await page.setContent(`<html lang="en" data-mantine-color-scheme="light"><head><title>Faults</title><style>
    body { background: #fff; color: #000 }
    @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } #dark { color: #333 } }
    @media (min-width: 1000px) { #desktop { color: #ddd } }
    @media (max-width: 500px) {
      #phone { color: #ccc }
      #wide { width: 600px }
      #unnamed { display: inline !important }
    }
    @media (max-width: 500px) and (prefers-color-scheme: dark) { #dark-phone { background: #ddd } }
    #unnamed { display: none }
    </style></head><body><main><h1>Faults</h1><p id="dark">dark</p><p id="desktop">desktop</p><p id="phone">phone</p>
    <p id="dark-phone">both</p><div id="wide">wide</div><button id="unnamed"></button></main></body></html>`);
  await page.evaluate(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.onchange = () =>
      document.documentElement.setAttribute('data-mantine-color-scheme', scheme.matches ? 'dark' : 'light');
  });
  const found = (await findProblems(page)).map((problem) => problem.replace(/( #\S+).*|: \d+/, '$1'));
  expect(found).toEqual([
    'desktop, light: color-contrast: #desktop',
    'desktop, dark: color-contrast: #dark',
    'phone, dark: color-contrast: #dark-phone',
    'phone, light: color-contrast: #phone',
    'phone: button-name: #unnamed',
    'phone pixels to scroll sideways',
    'zoomed pixels to scroll sideways',
  ]);
});

test.describe('signed out', () => {
  test.use({ storageState: signedOut });

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

test('the dashboard and the overview, with failures', async ({ page, runs }) => {
  await endedRuns(runs);
  await page.goto('/admin/dashboard');
  await expect(page.getByRole('region', { name: 'Recent Failures' }).getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  await page.goto('/admin/jobs/overview');
  await expect(page.getByRole('region', { name: 'Runner pulse' }).getByRole('img')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Hot issues' }).getByRole('status')).toHaveCount(0);
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

  // Forced colours take all backgrounds away but those of the system.
  await page.emulateMedia({ forcedColors: 'active' });
  const bar = card(page, running).getByRole('progressbar');
  const paint = (part: Locator) => part.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await paint(bar.locator('> *'))).not.toBe(await paint(page.locator('body')));
  expect(await bar.evaluate((element) => getComputedStyle(element).borderTopWidth)).toBe('1px');
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
  await runDialog(page).getByRole('radio', { name: 'Later…' }).check();
  await runDialog(page).getByRole('button', { name: 'Then…' }).click();
  await expect(page.getByRole('region', { name: 'Preview of the chain' })).toBeVisible();
  await runDialog(page).getByRole('button', { name: 'Find…' }).click();
  await expect(page.getByRole('listbox', { name: 'Jobs' }).getByRole('option', { name: /^trending/ })).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 256 });
  await expect(runDialog(page).getByRole('button', { name: 'Enqueue 2 Jobs' })).toBeInViewport({ ratio: 1 });
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
  await page.getByRole('button', { name: 'More about the statistics' }).click();
  await page.getByRole('button', { name: 'Clean Up Stalled Jobs' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
});

test('the question before cleaning up, with a run to recover', async ({ page, runs }) => {
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

test('the question before force-failing', async ({ page, runs }) => {
  await runs.block('MatchScore');
  const id = await runs.start('match-scores', { batchSize: 30 });
  await runs.untilBlocked();
  await runs.cancel(id);
  await page.goto('/admin/jobs');
  await card(page, id).getByRole('button', { name: 'Force fail' }).click();
  await expect(page.getByRole('dialog')).toContainText('Keep running');
  await expectAccessible(page);
});

test('the steps of a running run', async ({ page, runs }) => {
  const program = await runs.program();
  const nested = [{ id: 'posts' }, { id: 'users', label: 'Users, with their profiles' }];
  const steps = [
    { id: 'read', label: 'Reading' },
    { id: 'write', label: 'Writing', weight: 3, steps: nested },
  ];
  const id = await program.start({ jobName: 'nightly-import', steps });
  await program.reach([
    { id: 'read', progress: 1 },
    { id: 'posts', progress: 0.4, message: 'Row 4,000 of 10,000' },
  ]);
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByRole('region', { name: 'Steps' })).toContainText('1 of 3 done');
  await expectAccessible(page);
});

test('the log of a run, searched', async ({ page, runs }) => {
  const [id = ''] = await runs.insertEnded({ jobName: 'trending' });
  const lines: Line[] = Array.from({ length: 200 }, (_, index) => ({ message: `Post ${index + 1} scored` }));
  lines[3] = { level: 'warn', message: 'Post 4 has no author' };
  lines[4] = { level: 'error', message: 'Post 5 could not be read' };
  await runs.insertLog(id, lines, 1_234);
  await page.goto(`/admin/jobs/${id}?tab=log`);
  await page.getByRole('textbox', { name: 'Search the messages' }).fill('post 5');
  await page.getByRole('button', { name: 'Next message found' }).click();
  await expect(page.getByText('1 of 11')).toBeVisible();
  await expectAccessible(page);
});

test('the attempts of a run', async ({ page, runs }) => {
  const id = await runs.insertSilent('trending');
  await runs.recover();
  await runs.reach(id, 'SUCCESS', inOwnProcess);
  await page.goto(`/admin/jobs?run=${id}&tab=attempts`);
  await expect(page.getByRole('list', { name: 'Attempts' })).toContainText('Lost');
  await expectAccessible(page);
});

test('the chain of a run, and what was done to it', async ({ page, runs }) => {
  // Two scans of the whole page, in each of its forms.
  test.slow();
  const first = await runs.start('match-scores', slowly);
  const second = await runs.enqueue('trending', {}, { after: [first] });
  await runs.enqueue('affinity', {}, { after: [second] });
  await page.goto(`/admin/jobs/${second}?tab=chain`);
  await expect(page.getByRole('region', { name: 'Chain' }).getByRole('link')).toHaveCount(3);
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByRole('list', { name: 'Activity' })).toContainText('Queued a run');
  await expectAccessible(page);
});

test('the errors of browsers', async ({ page }) => {
  const errors = ['The chart has no canvas', 'x is undefined'].map((message) => ({
    level: 'error',
    action: 'render',
    message,
    stack: `Error: ${message}\n    at draw (/assets/chart.js:1:200)`,
    url: '/admin/jobs',
  }));
  await page.goto('/admin/dashboard');
  await page.request.post('/api/errors', { data: { errors }, headers: { origin: process.env.E2E_URL ?? '' } });
  await page.goto('/admin/errors');
  await expect(page.getByRole('link', { name: 'x is undefined' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'x is undefined' }).click();
  await expect(page.getByRole('region', { name: 'Latest occurrences' })).toContainText('chart.js');
  await expectAccessible(page);
});

test('the audit log, with an entry open', async ({ page, runs }) => {
  await runs.enqueue('trending');
  await page.goto('/admin/audit');
  await page
    .getByRole('button', { name: /^Details of entry/ })
    .first()
    .click();
  await expect(page.getByText('run.enqueue', { exact: true })).toBeVisible();
  await expectAccessible(page);
});

test('the API tokens, and a new one', async ({ page, runs }) => {
  // Three scans of the whole page, in each of its forms.
  test.slow();
  await runs.program();
  await page.goto('/admin/tokens');
  await expect(page.getByRole('row', { name: /^A program of a story/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create token' }).first().click();
  const form = page.getByRole('dialog', { name: 'Create token' });
  await form.getByRole('textbox', { name: 'Name' }).fill('Nightly import');
  await form.getByRole('button', { name: 'Create token' }).click();
  await expect(form).toContainText('Choose at least one');
  await expectAccessible(page);
  await form.getByRole('checkbox', { name: / view$/ }).check();
  await form.getByRole('button', { name: 'Create token' }).click();
  await expect(page.getByRole('dialog', { name: 'New token' })).toContainText('It is not shown again');
  await expectAccessible(page);
});

test('the users, and the question before one is disabled', async ({ page, accounts }) => {
  const { email } = await accounts.create('ADMIN');
  await page.goto('/admin/users');
  await page.getByRole('button', { name: `Actions on ${email}` }).click();
  await expect(page.getByRole('menuitem', { name: 'Disable' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await expect(page.getByRole('dialog', { name: 'Disable user?' })).toBeVisible();
  await expectAccessible(page);
});

test('the roles, with one of their own, and its form', async ({ page }) => {
  await page.goto('/admin/users?tab=roles');
  await page
    .getByRole('button', { name: /^Create/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Create role' });
  const name = `Media ${crypto.randomUUID().slice(0, 8)}`;
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('These jobs alone').fill('media-*');
  await expect(dialog.getByText(/^Now \d+ of \d+ jobs: media-/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create role' }).click();
  await expect(page.getByRole('row', { name: new RegExp(name) }).first()).toContainText('media-*');
  await expectAccessible(page);
});

test('analytics, with a run that ended', async ({ page, runs }) => {
  await runs.insertEnded({ jobName: 'trending' });
  for (const tab of ['volume', 'capacity']) {
    await page.goto(`/admin/jobs/analytics?tab=${tab}&range=24h`);
    await expect(page.getByRole('heading', { name: 'Over time', exact: true })).toBeVisible();
    await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0);
    await expectAccessible(page);
  }
});

test('one’s own account, with objections', async ({ page }) => {
  await page.goto('/admin/account');
  await page.getByRole('textbox', { name: 'New password', exact: true }).fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Enter your current password')).toBeVisible();
  await expectAccessible(page);
});

test('the navigation, open on a desktop and in the menu of a phone', async ({ page }) => {
  await page.goto('/admin/account');
  await page.getByRole('button', { name: 'Administration' }).click();
  await expect(page.getByRole('link', { name: 'Audit log' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(page.getByRole('navigation', { name: 'All pages' })).toBeVisible();
  await expectAccessible(page);
});

test('the sidebar as icons', async ({ page }) => {
  await page.goto('/admin/account');
  await page.getByRole('button', { name: 'Collapse the sidebar' }).click();
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

test('the pages of missing objects', async ({ page }) => {
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
