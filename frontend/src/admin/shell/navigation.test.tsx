import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { aRun } from '../../testing/a-run';
import { operator, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { someHealth } from '../../testing/some-health';
import { navGroups } from './nav-items';

const navigation = () => within(screen.getByRole('navigation', { name: 'Main' }));
const names = (links: HTMLElement[]) => links.map((link) => link.textContent);
const administration = () => navigation().getByRole('button', { name: 'Administration' });

function narrowWindow(...widths: string[]): void {
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      Object.assign(new EventTarget(), {
        matches: widths.some((width) => media === `(max-width: ${width})`),
        media,
        onchange: null,
      }) as never,
  );
}

beforeEach(() => {
  delete document.documentElement.dataset.navigation;
});

test('no two pages share a key, and no two an address', () => {
  const items = navGroups.flatMap((group) => group.items);
  expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
  expect(new Set(items.map(({ to }) => to)).size).toBe(items.length);
});

test('a super admin is led to errors, audit log, tokens and users', async () => {
  const { user } = await openPanel('/admin/dashboard');
  expect(administration()).toHaveAttribute('aria-expanded', 'false');
  administration().focus();
  await user.keyboard('{Enter}');
  expect(administration()).toHaveAttribute('aria-expanded', 'true');
  const links = navigation().getAllByRole('link');
  expect(names(links).slice(-4)).toEqual(['Browser errors', 'Audit log', 'API tokens', 'Users']);
  expect(navigation().getByRole('link', { name: 'Users' })).toHaveAttribute('href', '/admin/users');
});

test('an admin is offered what admins may do', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  const { user } = await openPanel('/admin/dashboard');
  await user.click(administration());
  expect(names(navigation().getAllByRole('link')).slice(-2)).toEqual(['Browser errors', 'Audit log']);
});

test('the page that is open is marked, and its group is open', async () => {
  await openPanel('/admin/tokens');
  expect(navigation().getByRole('link', { name: 'API tokens' })).toHaveAttribute('aria-current', 'page');
  expect(administration()).toHaveAttribute('aria-expanded', 'true');
  expect(navigation().getByRole('link', { name: /^Runs/ })).not.toHaveAttribute('aria-current');
});

test('the verdict on the health stands behind the system status', async () => {
  world.health = { ...someHealth(), verdict: 'CRITICAL' };
  await openPanel('/admin/jobs');
  expect(await navigation().findByRole('link', { name: /System status\s*Critical/ })).toBeVisible();
});

test('paused jobs, schedules with a problem and waiting channels are counted beside their pages', async () => {
  world.badges = { ...world.badges, pausedJobs: 2, scheduleProblems: 1, channels: { late: 1, paused: 3 } };
  await openPanel('/admin/dashboard');
  expect(await navigation().findByRole('link', { name: /Jobs\s*2 paused/ })).toBeVisible();
  expect(navigation().getByRole('link', { name: /Schedules\s*1 with a problem/ })).toBeVisible();
  expect(navigation().getByRole('link', { name: /Channels\s*1 over target, 3 paused with due runs/ })).toBeVisible();
});

test('new kinds of browser errors are counted beside their page', async () => {
  world.badges = { ...world.badges, newErrorKinds: 3 };
  await openPanel('/admin/errors');
  expect(await navigation().findByRole('link', { name: /Browser errors\s*3 new kinds/ })).toBeVisible();
});

test('the sidebar folds to icons, and stays so in this browser', async () => {
  const { user, unmount } = await openPanel('/admin/jobs');
  expect(document.documentElement.dataset.navigation).toBe('wide');
  await user.click(navigation().getByRole('button', { name: 'Collapse the sidebar' }));
  expect(document.documentElement.dataset.navigation).toBe('icons');
  unmount();
  expect(document.documentElement.dataset.navigation).toBeUndefined();
  await openPanel('/admin/jobs');
  expect(navigation().getByRole('button', { name: 'Expand the sidebar' })).toBeVisible();
});

test('a window without room for labels shows icons, and offers no choice', async () => {
  narrowWindow('61.99em');
  await openPanel('/admin/jobs');
  expect(document.documentElement.dataset.navigation).toBe('icons');
  expect(navigation().queryByRole('button', { name: /the sidebar/ })).toBeNull();
});

test('a phone has the first pages at its lower edge, and all of them in the menu, which closes behind one', async () => {
  narrowWindow('61.99em', '47.99em');
  const { user } = await openPanel('/admin/dashboard');
  expect(navigation().queryByRole('link', { name: 'API tokens' })).toBeNull();
  await user.click(navigation().getByRole('button', { name: 'Menu' }));
  const all = within(await screen.findByRole('navigation', { name: 'All pages', hidden: true }));
  await user.click(all.getByRole('button', { name: 'Administration', hidden: true }));
  await user.click(all.getByRole('link', { name: 'API tokens', hidden: true }));
  expect(await screen.findByRole('heading', { name: 'API tokens', level: 1 })).toBeInTheDocument();
  await vi.waitFor(() => expect(screen.queryByRole('navigation', { name: 'All pages', hidden: true })).toBeNull());
});

test('the way to a run keeps the list that one came from', async () => {
  const run = aRun.success();
  world.history = [run];
  const { user } = await openPanel('/admin/jobs/history?job=match-scores&page=1');
  await user.click(await screen.findByRole('link', { name: 'match-scores' }));
  await screen.findByRole('heading', { name: `match-scores #${run.id}`, level: 1 });
  const trail = within(screen.getByRole('navigation', { name: 'Breadcrumb' }));
  expect(names(trail.getAllByRole('listitem'))).toEqual(['Runs', 'match-scores', `#${run.id}`]);
  expect(trail.getByRole('link', { name: 'Runs' })).toHaveAttribute(
    'href',
    '/admin/jobs/history?job=match-scores&page=1',
  );
});

test('the lists of runs stand beside each other and keep the job', async () => {
  const { user } = await openPanel('/admin/jobs?job=trending&page=2');
  const tabs = within(screen.getByRole('navigation', { name: 'Lists of runs' }));
  await user.click(tabs.getByRole('link', { name: 'History' }));
  expect(window.location.pathname + window.location.search).toBe('/admin/jobs/history?job=trending');
  await vi.waitFor(() => expect(document.title).toBe('History · Runs · Job Manager'));
});

test.each(['/admin/jobs/?page=2', '/admin/JOBS?page=2', '/admin//jobs?page=2&unknown=1'])(
  '%s is the page of runs, and marked as such',
  async (given) => {
    await openPanel(given);
    expect(address()).toBe(given.replace(/^.*\?/, '/admin/jobs?'));
    const tabs = within(screen.getByRole('navigation', { name: 'Lists of runs' }));
    expect(tabs.getByRole('link', { name: 'All' })).toHaveAttribute('aria-current', 'page');
    expect(navigation().getByRole('link', { name: /^Runs/ })).toHaveAttribute('aria-current', 'page');
  },
);

test('the account menu gives the focus back', async () => {
  const { user } = await openPanel('/admin/dashboard');
  const account = () => screen.getByRole('button', { name: 'Account: ada@example.com' });
  account().focus();
  await user.keyboard('{Enter}');
  await screen.findByRole('menuitem', { name: 'Sign out', hidden: true });
  await user.keyboard('{Escape}');
  await vi.waitFor(() => expect(account()).toHaveFocus());
});

test('the own password is reached from the account', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(screen.getByRole('button', { name: 'Account: ada@example.com' }));
  expect(await screen.findByRole('menuitem', { name: 'Change password', hidden: true })).toHaveAttribute(
    'href',
    '/admin/account',
  );
});
