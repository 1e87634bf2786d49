import { signIn } from './fixtures/accounts.js';
import { activeJobs, card, history, historyRow, statistics } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { Socket } from './fixtures/socket.js';
import { expect, signedOut, test } from './fixtures/story.js';

test('a lost connection is shown, and after reconnecting the list is current', async ({ page, runs }) => {
  const socket = await Socket.hold(page);
  const ending = await runs.start('match-scores', slowly);
  const staying = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  const indicator = page.getByRole('status', { name: /^Real-time updates/ });
  const banner = page.getByRole('status').filter({ hasText: 'Real-time updates paused' });
  await expect(indicator).toHaveText('Live');
  await expect(card(page, ending)).toBeVisible();

  await socket.cut();
  await expect(indicator).toHaveText('Reconnecting…');
  await expect(banner).toBeVisible();
  await runs.cancel(ending);
  await runs.reach(ending, 'CANCELLED');
  const started = await runs.start('match-scores', slowly);
  await expect(card(page, ending)).toBeVisible();
  await expect(card(page, started)).toBeHidden();

  socket.mend();
  await expect(indicator).toHaveText('Live');
  await expect(banner).toBeHidden();
  await expect(activeJobs(page).getByRole('listitem')).toHaveCount(2);
  await expect(card(page, staying)).toHaveCount(1);
  await expect(card(page, started)).toHaveCount(1);
  await expect(historyRow(page, ending)).toContainText('Cancelled');
});

test('after a minute without the server the list shows that it may be out of date', async ({ page, runs }) => {
  await page.clock.install();
  const socket = await Socket.hold(page);
  const id = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  await expect(card(page, id)).toBeVisible();
  await socket.cut();
  const banner = page.getByRole('status').filter({ hasText: 'Real-time updates paused' });
  await expect(banner).toContainText('The list continues by itself');
  await page.clock.fastForward('01:05');
  await expect(banner).toContainText('Data may be stale');

  socket.mend();
  await page.clock.fastForward('00:20');
  await expect(banner).toBeHidden();
});

test('a connection that died without a close is detected and replaced', async ({ page, runs }) => {
  await page.clock.install();
  const socket = await Socket.hold(page);
  await page.goto('/admin/jobs');
  await expect(activeJobs(page)).toContainText('No active jobs');
  socket.mute();
  const id = await runs.start('match-scores', slowly);
  await expect(activeJobs(page)).toContainText('No active jobs');

  // Pinged after half a minute of silence, given up ten seconds later.
  await page.clock.fastForward('00:33');
  await page.clock.fastForward('00:13');
  await page.clock.fastForward('00:05');
  await expect(card(page, id)).toBeVisible();
});

test('the attempts are counted, and the next one need not be waited for', async ({ page, runs }) => {
  await page.clock.install();
  const socket = await Socket.hold(page);
  await page.goto('/admin/jobs');
  const indicator = page.getByRole('status', { name: /^Real-time updates/ });
  const banner = page.getByRole('status').filter({ hasText: 'Real-time updates paused' });
  await expect(indicator).toHaveText('Live');
  await socket.cut();
  await expect(banner).toContainText(/Attempt \d+, next in \d+s\. Last message \d+s ago/);
  const id = await runs.start('match-scores', slowly);
  // Pauses grow, up to a ceiling below which chance has each: one that outlasts what the story does next.
  await expect(async () => {
    await page.clock.fastForward('00:15');
    await expect(banner).toContainText(/Attempt ([3-9]|\d\d), next in 1\ds/, { timeout: 1_000 });
  }).toPass();
  await page.getByRole('button', { name: 'About the connection' }).first().click();
  await expect(page.getByRole('definition').filter({ hasText: 'next in' })).toBeVisible();

  socket.mend();
  await banner.getByRole('button', { name: 'Reconnect now' }).click();
  await expect(indicator).toHaveText('Live', { timeout: 8_000 });
  await expect(card(page, id)).toBeVisible();
  await expect(banner).toBeHidden();
});

test('without a WebSocket the page names the cause, and shows the list from the API until it comes', async ({
  page,
  runs,
}) => {
  await page.clock.install();
  const socket = await Socket.hold(page);
  await socket.cut();
  const id = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  const banner = page.getByRole('status').filter({ hasText: "Real-time updates don't get through" });
  for (let waited = 0; waited < 4; waited++) await page.clock.fastForward('00:05');
  await expect(banner).toContainText('a proxy or gateway has to pass /ws on');
  await expect(banner).toContainText('Requests to /ws do arrive, but not as WebSockets');
  await expect(banner).toContainText(/read every 10 s instead, last at \d\d:\d\d:\d\d/);
  await expect(card(page, id)).toBeVisible();
  await expect(statistics(page)).toContainText(/Active\s*1\s*as of \d\d:/);
  const next = await runs.start('match-scores', slowly);
  await page.clock.fastForward('00:11');
  await expect(card(page, next)).toBeVisible();

  await page.goto(`/admin/jobs/${id}`);
  for (let waited = 0; waited < 4; waited++) await page.clock.fastForward('00:05');
  await expect(banner).toBeVisible();

  socket.mend();
  await banner.getByRole('button', { name: 'Reconnect now' }).click();
  await expect(banner).toBeHidden();
});

test.describe('signed out', () => {
  test.use({ storageState: signedOut });

  test('a session that expires leads to signing in, and back to the same address', async ({ page, accounts, runs }) => {
    await runs.insertEnded({ jobName: 'affinity', count: 60, status: 'FAILED' });
    const admin = await accounts.create('ADMIN');
    const socket = await Socket.hold(page);
    const address = '/admin/jobs/history?job=affinity&status=FAILED&page=2';
    await page.goto(address);
    await signIn(page, admin);
    await expect(history(page)).toContainText('Showing 51–60 of 60');

    // As when a laptop is opened again after days.
    await socket.cut();
    await accounts.expireSessions(admin);
    socket.mend();
    await expect(page).toHaveURL(/\/login\?next=/);
    await expect(page.getByText('Sign in to go on where you were.')).toBeVisible();
    await signIn(page, admin);
    await expect(page).toHaveURL(address);
    await expect(history(page)).toContainText('Showing 51–60 of 60');
  });
});
