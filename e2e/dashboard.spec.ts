import { expect, test } from './fixtures/story.js';
import { within } from './fixtures/within.js';

test.afterEach(({ database }) => database.query('DELETE FROM "Channel"'));

test('ten of the active runs are listed, and show when their channel is paused', async ({
  page,
  request,
  runs,
  product,
}) => {
  await runs.block('MatchScore');
  for (let slot = 0; slot < 2; slot++) await runs.start('match-scores');
  for (let waiting = 0; waiting < 19; waiting++) await runs.enqueue('trending', {}, { channel: 'mail' });
  await page.goto('/admin/dashboard');
  const live = page.getByRole('region', { name: 'Live Jobs' });
  await expect(live.getByRole('row')).toHaveCount(1 + 10);
  await expect(live.getByText('Waiting to start…')).toHaveCount(8);
  const pause = { headers: { origin: product.url }, data: { reason: 'The provider is down' } };
  await within(
    'queued runs show that their channel is paused',
    2_000,
    async () => expect(await request.post('/api/admin/jobs/channels/mail/pause', pause)).toBeOK(),
    () => expect(live.getByText('Paused by admin@example.com')).toHaveCount(8),
  );
  await live.getByRole('link', { name: 'Active: 21' }).click();
  await expect(page).toHaveURL('/admin/jobs/monitor');
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
  await runs.unblock();
});
