import type { Page, Route } from '@playwright/test';
import { expect, test } from './fixtures/story.js';

/** Has the server answer nothing about jobs to a page until the returned function is called. */
async function holdAnswers(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isOver = false;
  await page.route(
    ({ pathname }) => pathname.startsWith('/api/admin/jobs/'),
    (route) => (isOver ? route.continue() : void held.push(route)),
  );
  return async () => {
    isOver = true;
    await Promise.all(held.splice(0).map((route) => route.continue()));
  };
}

const stillTrying = (page: Page, region: string) =>
  page.getByRole('region', { name: region }).getByText('Still trying…');

for (const { title, path, regions, answered } of [
  {
    title: 'the dashboard',
    path: '/admin/dashboard',
    regions: ['Counters', 'Jobs Published', 'Recent Failures', 'Job Runners'],
    answered: 'No failures in 24 hours',
  },
  {
    title: 'the overview',
    path: '/admin/jobs/overview',
    regions: ['Figures', 'Runner pulse', 'Channel backlogs', 'Hot issues'],
    answered: 'Scheduled today',
  },
])
  test(`${title} of a server that is slow to answer shows that it waits, and is whole once that has answered`, async ({
    page,
  }) => {
    const answer = await holdAnswers(page);
    await page.goto(path);
    for (const region of regions) await expect(stillTrying(page, region)).toBeVisible();
    // The rest of the panel can be used meanwhile.
    await expect(page.getByRole('link', { name: 'Schedules' }).first()).toBeVisible();
    await answer();
    await expect(page.getByText(answered).first()).toBeVisible();
    await expect(page.getByText('Still trying…')).toHaveCount(0);
    await expect(page.getByText(/could not be (loaded|read)/)).toHaveCount(0);
  });

test('shown data stays while it is read again, and shows how old it is', async ({ page, runs }) => {
  await runs.insertEnded({ jobName: 'trending', count: 12 });
  await page.goto('/admin/dashboard');
  const completed = page.getByRole('link', { name: /^Completed 24h/ });
  await expect(completed).toContainText('12');
  const answer = await holdAnswers(page);
  await runs.insertEnded({ jobName: 'trending', count: 5 });
  const refresh = page.getByRole('button', { name: 'Refresh' }).first();
  await refresh.click();
  await expect(refresh).toHaveAttribute('aria-busy', 'true');
  await expect(refresh).toHaveAttribute('title', /^Read \d+s ago$/);
  await expect(completed).toContainText('12');
  await answer();
  await expect(completed).toContainText('17');
  await expect(refresh).toHaveAttribute('aria-busy', 'false');
});
