import { activeJobs, card, historyRow, statistics } from './fixtures/job-manager.js';
import { slowly } from './fixtures/runs.js';
import { Socket } from './fixtures/socket.js';
import { expect, test } from './fixtures/story.js';

test('a lost connection is told, and back again the list is the truth', async ({ page, runs }) => {
  const socket = await Socket.hold(page);
  const ending = await runs.start('match-scores', slowly);
  const staying = await runs.start('match-scores', slowly);
  await page.goto('/admin/jobs');
  const indicator = statistics(page).getByRole('status', { name: /^Real-time updates/ });
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

test('after a minute without the server the list says that it may be out of date', async ({ page, runs }) => {
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

test('a connection that died without a word is noticed and replaced', async ({ page, runs }) => {
  await page.clock.install();
  const socket = await Socket.hold(page);
  await page.goto('/admin/jobs');
  await expect(activeJobs(page)).toContainText('No active jobs');
  socket.mute();
  const id = await runs.start('match-scores', slowly);
  await expect(activeJobs(page)).toContainText('No active jobs');

  // Asked after half a minute of silence, given up ten seconds later.
  await page.clock.fastForward('00:33');
  await page.clock.fastForward('00:13');
  await page.clock.fastForward('00:05');
  await expect(card(page, id)).toBeVisible();
});
