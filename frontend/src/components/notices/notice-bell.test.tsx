import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aRun } from '../../testing/a-run';
import { live, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';
import { readPreferences } from './preferences';
import { watchedRuns } from './watched-runs';

const bell = (name: RegExp | string) => screen.findByRole('button', { name });
// Without a layout, Mantine takes the popover's target for out of sight and hides the popover.
const list = async () =>
  within(await screen.findByRole('list', { name: 'Notices of this browser session', hidden: true }));

test('a failure is counted at the bell and in the tab until it is read, and leads to the run', async () => {
  const failed = aRun.failed({ error: 'Disk full' });
  const { user } = await openPanel('/admin/jobs');
  await bell('Notices');
  await waitFor(() => expect(live.connections).toBe(1));
  act(() => live.publish(failed));
  await user.click(await bell('Notices: 1 unread'));
  const notices = await list();
  expect(notices.getByRole('listitem', { hidden: true })).toHaveTextContent(
    `match-scores #${failed.id} failedDisk fullnew`,
  );
  expect(document.title).toBe('Runs · Job Manager');
  act(() => live.publish(aRun.failed({ jobName: 'trending' })));
  expect(await notices.findByText(/^trending/)).toBeInTheDocument();
  await user.click(await bell('Notices'));
  act(() => live.publish(aRun.failed({ error: 'Out of memory' })));
  await waitFor(() => expect(document.title).toBe('(1) Runs · Job Manager'));
  await user.click(await bell('Notices: 1 unread'));
  await user.click((await list()).getByRole('link', { name: `match-scores #${failed.id} failed`, hidden: true }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/${failed.id}`));
});

test('how notices are announced is chosen from the account, for this browser', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(screen.getByRole('button', { name: 'Account: ada@example.com' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Notices…', hidden: true }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Notices' }));
  await user.selectOptions(dialog.getByLabelText('Toasts for'), 'My runs');
  await user.selectOptions(dialog.getByLabelText('Sound when a run fails'), 'Quiet');
  expect(readPreferences()).toMatchObject({ toasts: 'mine', failureSound: 'quiet', endSound: 'off' });
  expect(dialog.getByRole('button', { name: 'Test: sound when a run of mine ends' })).toBeDisabled();
});

test('a click alone requests notifications of the browser, and shows them while no tab is visible', async () => {
  const shown: [string, NotificationOptions | undefined][] = [];
  const requests = vi.fn(async () => 'granted');
  class FakeNotification {
    static permission = 'default';
    static requestPermission = requests;
    onclick = null;
    constructor(title: string, options?: NotificationOptions) {
      shown.push([title, options]);
    }
  }
  requests.mockImplementation(async () => {
    FakeNotification.permission = 'granted';
    return 'granted';
  });
  vi.stubGlobal('Notification', FakeNotification);
  const { user } = await openPanel('/admin/jobs');
  await user.click(screen.getByRole('button', { name: 'Account: ada@example.com' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Notices…', hidden: true }));
  expect(requests).not.toHaveBeenCalled();
  await user.click(await screen.findByRole('checkbox', { name: 'Notifications of the browser' }));
  await waitFor(() => expect(readPreferences().isBrowserOn).toBe(true));
  const [seen, unseen] = [aRun.failed(), aRun.failed({ error: 'Disk full' })];
  act(() => live.publish(seen));
  await screen.findByText(`match-scores #${seen.id} failed`);
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  act(() => live.publish(unseen));
  await waitFor(() =>
    expect(shown).toEqual([[`match-scores #${unseen.id} failed`, { body: 'Disk full', tag: unseen.id }]]),
  );
  vi.unstubAllGlobals();
});

test('the missed end of a watched run is shown when the page is open again', async () => {
  const run = aRun.running({ triggeredBy: null });
  world.active = [run];
  world.runs = [run];
  const { user, unmount } = await openPanel(`/admin/jobs/${run.id}`);
  await user.click(await screen.findByRole('button', { name: `Notify me when match-scores #${run.id} ends` }));
  expect(watchedRuns()).toEqual([run.id]);
  unmount();
  world.active = [];
  world.runs = [{ ...run, status: 'SUCCESS', finishedAt: new Date().toISOString() }];
  await openPanel('/admin/dashboard');
  expect(await screen.findByText(`match-scores #${run.id} finished`)).toBeVisible();
});
