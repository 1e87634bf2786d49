import type { Page } from '@playwright/test';
import {
  findScripts,
  kilobytes,
  listScripts,
  type PanelFile,
  scriptBudgets,
  weigh,
} from '../scripts/lib/panel-scripts.js';
import { expect, test } from './fixtures/story.js';

/** "250.3 kB gzipped, of which /assets/libraries.js 195.7", so that a broken budget names the largest scripts. */
function describe(files: PanelFile[]): string {
  const largest = files.slice(0, 3).map((file) => `${file.path} ${kilobytes([file], 'gzipped')}`);
  return `${kilobytes(files, 'gzipped')} kB gzipped in ${files.length} scripts, of which ${largest.join(', ')}`;
}

/** The scripts that a page requests, as it requests them. */
function scriptsOf(page: Page): Set<string> {
  const loaded = new Set<string>();
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    if (path.endsWith('.js')) loaded.add(path);
  });
  return loaded;
}

test('the scripts that the jobs page loads at once, and the others, keep to their budgets', async ({ page }) => {
  const loaded = scriptsOf(page);
  await page.goto('/admin/jobs');
  await expect(page.getByRole('button', { name: 'Run New Job' }).first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const all = await weigh(await listScripts());
  const [atOnce, lazy] = [true, false].map((isLoaded) => all.filter(({ path }) => loaded.has(path) === isLoaded));
  expect(atOnce?.length, 'scripts found among those that the page requested').toBe(loaded.size);
  expect.soft(kilobytes(atOnce ?? [], 'gzipped'), describe(atOnce ?? [])).toBeLessThanOrEqual(scriptBudgets.jobsPage);
  for (const file of lazy ?? [])
    expect.soft(kilobytes([file], 'gzipped'), file.path).toBeLessThanOrEqual(scriptBudgets.lazyScript);
  expect.soft(kilobytes(all, 'gzipped'), describe(all)).toBeLessThanOrEqual(scriptBudgets.all);
});

/** Only drawings of charts have hatched fillings. */
const CHARTS = 'patternTransform';

test('charts keep to their budget, and the jobs page loads none', async ({ page }) => {
  const loaded = scriptsOf(page);
  await page.goto('/admin/jobs');
  await expect(page.getByRole('button', { name: 'Run New Job' }).first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const atOnce = new Set(loaded);
  expect(await findScripts(atOnce, CHARTS)).toEqual([]);
  await page.goto('/admin/jobs/overview?chart=completed');
  await expect(page.getByRole('dialog', { name: 'Completed' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  const later = await weigh([...loaded].filter((path) => !atOnce.has(path)));
  const paths = later.map(({ path }) => path);
  expect(await findScripts(paths, CHARTS)).not.toEqual([]);
  expect(kilobytes(later, 'gzipped'), describe(later)).toBeLessThanOrEqual(scriptBudgets.charts);
});

test('the overview makes six calls, and the panel can be used before the code of its charts is there', async ({
  page,
}) => {
  const charts = new Set(await findScripts(await listScripts(), CHARTS));
  let loadCharts = () => {};
  const mayLoad = new Promise<void>((resolve) => {
    loadCharts = resolve;
  });
  let held = 0;
  await page.route(
    ({ pathname }) => charts.has(pathname),
    async (route) => {
      held += 1;
      await mayLoad;
      await route.continue();
    },
  );
  await page.goto('/admin/jobs/overview');
  await page.getByRole('button', { name: 'Run New Job' }).first().click();
  await expect(page.getByRole('dialog', { name: 'Run New Job' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(held).toBeGreaterThan(0);
  const figures = page.getByRole('region', { name: 'Figures' });
  await expect(figures).toBeHidden();
  loadCharts();
  await expect(figures).toBeVisible();

  await page.goto('about:blank');
  const calls: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/admin/')) calls.push(pathname);
  });
  // Where no range is chosen, a product that has just started requests its first hour as well.
  await page.goto('/admin/jobs/overview?range=24h');
  await expect(figures).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(calls.length, calls.join(', ')).toBeLessThanOrEqual(6);
});
