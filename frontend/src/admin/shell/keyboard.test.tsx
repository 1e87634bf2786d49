import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, onTestFinished, test, vi } from 'vitest';
import { setCompact } from '../../lib/density';
import { aRun } from '../../testing/a-run';
import { backend, world } from '../../testing/backend';
import { address, openPanel, untilListTakesKeys } from '../../testing/render-app';

const rows = async () => (await screen.findAllByRole('link', { name: 'match-scores' })) as HTMLElement[];

async function openHistory() {
  world.history = [aRun.success(), aRun.failed(), aRun.success()];
  const panel = await openPanel('/admin/jobs/history');
  await rows();
  return panel;
}

test('g and a letter open a page', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.keyboard('gx');
  expect(await screen.findByRole('heading', { name: 'System status', level: 1 })).toBeVisible();
  await user.keyboard('gr');
  await vi.waitFor(() => expect(address()).toBe('/admin/jobs'));
});

test('c runs a new job, and keys do nothing while a dialog is open or a person types', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.keyboard('c');
  expect(await screen.findByRole('dialog', { name: 'Run New Job' })).toBeVisible();
  await user.keyboard('gd');
  await waitFor(() => expect(address()).toBe('/admin/jobs?new='));
});

test('single keys can be switched off', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.click(screen.getByRole('button', { name: /^Account/ }));
  await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Single-key shortcuts', hidden: true }));
  await user.click(screen.getByRole('main'));
  await user.keyboard('c');
  await waitFor(() => expect(address()).toBe('/admin/jobs'));
});

test('tables can be made compact', async () => {
  onTestFinished(() => setCompact(false));
  const { user } = await openPanel('/admin/jobs');
  await user.click(screen.getByRole('button', { name: /^Account/ }));
  await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Compact tables', hidden: true }));
  await waitFor(() => expect(document.documentElement).toHaveAttribute('data-density', 'compact'));
  expect(localStorage.getItem('job-manager: density')).toBe('compact');
});

test('? shows the keys', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.keyboard('?');
  const sheet = within(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' }));
  expect(sheet.getByText('System status')).toBeInTheDocument();
});

test('t writes all times in UTC, and back', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.keyboard('t');
  expect(await screen.findByText('UTC')).toBeVisible();
  await user.keyboard('t');
  expect(screen.queryByText('UTC')).toBeNull();
});

test('a list is one stop of the Tab key, and j and k move in it', async () => {
  const { user } = await openHistory();
  const [first, second, third] = await rows();
  expect([first, second, third].map((link) => link?.tabIndex)).toEqual([0, -1, -1]);
  await untilListTakesKeys();
  await user.keyboard('j');
  expect(first).toHaveFocus();
  await user.keyboard('jj');
  expect(third).toHaveFocus();
  await user.keyboard('j');
  expect(third).toHaveFocus();
  await user.keyboard('k');
  expect(second).toHaveFocus();
  expect([first, second, third].map((link) => link?.tabIndex)).toEqual([-1, 0, -1]);
});

test('Enter opens the marked run, o opens it in a new tab', async () => {
  const open = vi.spyOn(window, 'open').mockReturnValue(null);
  const { user } = await openHistory();
  await untilListTakesKeys();
  await user.keyboard('jo');
  const run = world.history[0];
  expect(open).toHaveBeenCalledWith(expect.stringContaining(`/admin/jobs/${run?.id}`), '_blank', 'noopener');
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: `match-scores #${run?.id}`, level: 1 })).toBeVisible();
});

test('Shift and C cancel the marked run', async () => {
  world.active = [aRun.running()];
  const { user } = await openPanel('/admin/jobs/monitor');
  await rows();
  await untilListTakesKeys();
  await user.keyboard('j{Shift>}C{/Shift}');
  await vi.waitFor(() => expect(world.calls.some((call) => call.includes('/cancel'))).toBe(true));
});

test('the palette opens a run by its number, and a job by its name', async () => {
  const run = aRun.success();
  world.history = [run];
  const { user } = await openPanel('/admin/dashboard');
  await user.keyboard('{Control>}k{/Control}');
  const field = await screen.findByRole('combobox', { name: 'Search or jump to', hidden: true });
  await user.type(field, `#${run.id}{Enter}`);
  expect(await screen.findByRole('heading', { name: `match-scores #${run.id}`, level: 1 })).toBeVisible();
  // Typed on, without waiting for the field.
  await user.keyboard('/trend');
  const again = await screen.findByRole('combobox', { name: 'Search or jump to', hidden: true });
  await vi.waitFor(() => expect(again).toHaveValue('trend'));
  await vi.waitFor(() => expect(again).toHaveAttribute('aria-activedescendant', 'palette-entries-0'));
  expect(document.getElementById('palette-entries-0')).toHaveTextContent('Open trending');
  await user.keyboard('{Enter}');
  await vi.waitFor(() => expect(address()).toBe('/admin/jobs/definitions/trending'));
});

test('the palette marks the first line that the server found, so that Enter opens it', async () => {
  const run = aRun.success();
  world.history = [run];
  const hits = [{ kind: 'correlation', correlationId: 'order-4711', runs: [run], hasMore: false }];
  backend.use(http.get('/api/admin/jobs/lookup', () => HttpResponse.json({ hits })));
  const { user } = await openPanel('/admin/dashboard');
  await user.keyboard('{Control>}k{/Control}');
  const field = await screen.findByRole('combobox', { name: 'Search or jump to', hidden: true });
  await user.type(field, 'order-4711');
  expect(await screen.findByText('Searching…')).toBeInTheDocument();
  const line = await screen.findByRole('option', { name: new RegExp(`#${run.id}`), hidden: true });
  await vi.waitFor(() => expect(line).toHaveAttribute('aria-selected', 'true'));
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: `match-scores #${run.id}`, level: 1 })).toBeVisible();
});

test('l opens the log of the marked run, e re-runs it', async () => {
  const { user } = await openHistory();
  const id = world.history[0]?.id;
  await untilListTakesKeys();
  await user.keyboard('jl');
  await vi.waitFor(() => expect(address()).toBe(`/admin/jobs/history?run=${id}&tab=log`));
  await screen.findByRole('dialog', { name: /Job Run Details/ });
  await user.keyboard('{Escape}');
  await vi.waitFor(() => expect(address()).toBe('/admin/jobs/history'));
  await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await untilListTakesKeys();
  await user.keyboard('je');
  await vi.waitFor(() => expect(address()).toMatch(/^\/admin\/jobs\/history\?rerun=/));
});

test('on the page of a run, y copies its id, l shows its log and e re-runs it', async () => {
  const { user } = await openHistory();
  const id = world.history[0]?.id;
  await untilListTakesKeys();
  await user.keyboard('j{Enter}');
  await screen.findByRole('heading', { name: `match-scores #${id}`, level: 1 });
  await user.keyboard('y');
  expect(await screen.findByText('Copied')).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe(id);
  await user.keyboard('l');
  await vi.waitFor(() => expect(address()).toBe(`/admin/jobs/${id}?tab=log`));
  await user.keyboard('e');
  await vi.waitFor(() => expect(address()).toBe(`/admin/jobs/${id}?tab=log&rerun=${id}`));
});
