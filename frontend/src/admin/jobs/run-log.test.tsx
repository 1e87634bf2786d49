import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import type { PropsWithChildren } from 'react';
import { VirtuosoMockContext } from 'react-virtuoso';
import { expect, test } from 'vitest';
import { aMessage, aRun } from '../../testing/a-run';
import { backend, callsTo, live, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

/** happy-dom has no heights; in these a hundred lines are seen at once. */
const withHeights = ({ children }: PropsWithChildren) => (
  <VirtuosoMockContext value={{ viewportHeight: 2_000, itemHeight: 20 }}>{children}</VirtuosoMockContext>
);
const openLog = (run: JobRun) => openPanel(`/admin/jobs/${run.id}?tab=log`, { wrapper: withHeights });
const log = () => screen.findByRole('log', { name: /^Messages of/ });
const text = async (what: string | RegExp) => within(await log()).findByText(what);
const shown = async () =>
  within(await log())
    .queryAllByText(/^Line \d+$/)
    .map((line) => line.textContent);
const lines = (count: number, part: (seq: number) => Partial<JobRunMessage> = () => ({})) =>
  Array.from({ length: count }, (_, index) => aMessage({ seq: index + 1, ...part(index + 1) }));
/** Messages on the socket about following. */
const wishes = () => world.received.filter(({ type }) => type.endsWith('follow_run'));

function ended(messages: JobRunMessage[], part: Partial<JobRun> = {}): JobRun {
  const run = aRun.success(part);
  world.runs = [run];
  world.messages[run.id] = messages;
  return run;
}
function running(messages: JobRunMessage[]): JobRun {
  const run = aRun.running();
  world.active = [run];
  world.messages[run.id] = messages;
  return run;
}

test('shows what a run wrote: when, how grave, by whom', async () => {
  const run = ended([
    aMessage({ seq: 1, source: 'SYSTEM', message: 'Recovered: the runner went silent' }),
    aMessage({ seq: 2, level: 'WARN', message: 'Slow batch', data: { batch: 7 } }),
    aMessage({ seq: 3, level: 'ERROR', message: 'Gave up' }),
  ]);
  const { user } = await openLog(run);
  expect(await text('Recovered: the runner went silent')).toBeVisible();
  for (const word of ['Job Manager', 'Info', 'Warning', 'Error']) expect(await text(word)).toBeVisible();
  expect(within(await log()).queryByText(/"batch": 7/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Data of line 2' }));
  expect(await text(/"batch": 7/)).toBeVisible();
});

test('keeps a text that turns the order of letters around to itself', async () => {
  const message = 'Saved photo_\u202egpj.exe';
  const { user } = await openLog(ended([aMessage({ seq: 1, message, data: { n: 1 } })]));
  const isolated = await text(message);
  expect(isolated.tagName).toBe('BDI');
  expect(isolated).not.toContainElement(screen.getByRole('button', { name: 'Data of line 1' }));
  await user.type(await screen.findByRole('textbox', { name: 'Search the messages' }), 'photo');
  await waitFor(async () => expect((await text('photo')).closest('bdi')).not.toBeNull());
});

test('parts the attempts', async () => {
  const run = ended(lines(4, (seq) => ({ attempt: seq < 3 ? 1 : 2 })));
  await openLog(run);
  expect(await text('Attempt 2')).toBeVisible();
  expect(within(await log()).queryByText('Attempt 1')).toBeNull();
});

test('is reached through the details, and stays in the address', async () => {
  const run = ended(lines(2), { messageCount: 2 });
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`, { wrapper: withHeights });
  expect(callsTo(`GET /api/admin/jobs/${run.id}/messages`)).toBe(0);
  await user.click(await screen.findByRole('tab', { name: /^Log/ }));
  expect(await text('Line 2')).toBeVisible();
  expect(address()).toBe(`/admin/jobs?run=${run.id}&tab=log`);
  expect(screen.getByRole('link', { name: 'Open as a page' })).toHaveAttribute('href', `/admin/jobs/${run.id}?tab=log`);
  await user.keyboard('{Escape}');
  await waitFor(() => expect(address()).toBe('/admin/jobs'));
});

test('shows what a run writes from now on, each line once', async () => {
  const run = running(lines(2));
  await openLog(run);
  await text('Line 2');
  await waitFor(() => expect(wishes().at(-1)).toMatchObject({ jobRunId: run.id, afterSeq: 2 }));
  act(() => live.write(run, [aMessage({ seq: 2 }), aMessage({ seq: 3 })]));
  await text('Line 3');
  expect(await shown()).toEqual(['Line 1', 'Line 2', 'Line 3']);
  expect(screen.getByRole('tab', { name: /^Log/ })).toHaveTextContent('3');
});

test('goes on after the connection was lost, without a gap and without doubles', async () => {
  const run = running(lines(2));
  await openLog(run);
  await waitFor(() => expect(wishes().at(-1)).toMatchObject({ afterSeq: 2 }));
  act(() => live.write(run, [aMessage({ seq: 3 })]));
  await text('Line 3');
  world.received = [];
  act(() => live.close(1012));
  await waitFor(() => expect(wishes().at(-1)).toMatchObject({ type: 'client.admin.follow_run', afterSeq: 3 }));
  act(() => live.write(run, [aMessage({ seq: 4 })]));
  await text('Line 4');
  expect(await shown()).toEqual(['Line 1', 'Line 2', 'Line 3', 'Line 4']);
});

test('follows a run only while it is looked at', async () => {
  const run = running(lines(1));
  const { user } = await openPanel(`/admin/jobs?run=${run.id}`, { wrapper: withHeights });
  await waitFor(() => expect(wishes()).toHaveLength(1));
  await user.keyboard('{Escape}');
  await waitFor(() => expect(wishes().at(-1)).toEqual({ type: 'client.admin.unfollow_run', jobRunId: run.id }));
});

test('reads the last messages of a run that ends', async () => {
  const run = running(lines(2));
  await openLog(run);
  await text('Line 2');
  await waitFor(() => expect(wishes().at(-1)).toMatchObject({ afterSeq: 2 }));
  world.active = [];
  world.runs = [aRun.success({ id: run.id, rev: 3 })];
  world.messages[run.id] = lines(4);
  act(() => live.publish(aRun.success({ id: run.id, rev: 3 })));
  // Looked up again each time: the list redraws its rows when it has measured them.
  await waitFor(() => expect(screen.getByText('Line 4')).toBeVisible());
});

const mixed = (seq: number): Partial<JobRunMessage> =>
  seq === 3 ? { level: 'WARN' } : seq === 5 ? { level: 'ERROR' } : {};

test('leaves out lines of lower levels, and counts the rest', async () => {
  const { user } = await openLog(ended(lines(6, mixed)));
  expect(await shown()).toHaveLength(6);
  await user.click(screen.getByRole('button', { name: 'Warnings and errors 2' }));
  expect(await shown()).toEqual(['Line 3', 'Line 5']);
  await user.click(screen.getByRole('button', { name: 'Errors 1' }));
  expect(await shown()).toEqual(['Line 5']);
  expect(screen.getByRole('button', { name: 'Errors 1' })).toHaveAttribute('aria-pressed', 'true');
});

test('finds a text whatever its case, and goes from line to line', async () => {
  const texts = ['Loading users', 'Scoring (a+b)', 'USERS scored', 'Done', 'users told'];
  const { user } = await openLog(ended(texts.map((message, index) => aMessage({ seq: index + 1, message }))));
  await log();
  await user.type(screen.getByRole('textbox', { name: 'Search the messages' }), 'users');
  expect(await screen.findByText('3 found')).toBeVisible();
  expect(within(await log()).getAllByText(/^users$/i, { selector: 'mark' })).toHaveLength(3);
  const marked = () => document.querySelector('[data-marked]')?.textContent;
  await user.keyboard('{Enter}');
  expect(await screen.findByText('1 of 3')).toBeVisible();
  expect(marked()).toContain('Loading users');
  await user.keyboard('{Enter}');
  expect(marked()).toContain('USERS scored');
  await user.keyboard('{Shift>}{Enter}{Enter}{/Shift}');
  expect(screen.getByText('3 of 3')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Next message found' }));
  expect(screen.getByText('1 of 3')).toBeVisible();
});

test('Escape empties the search first, and closes the details next', async () => {
  const run = ended(lines(2));
  const { user } = await openPanel(`/admin/jobs?run=${run.id}&tab=log`, { wrapper: withHeights });
  const field = await screen.findByRole('textbox', { name: 'Search the messages' });
  await user.type(field, 'line{Escape}');
  expect(field).toHaveValue('');
  expect(screen.getByRole('dialog')).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('searches for the text as it stands, not as a pattern', async () => {
  const { user } = await openLog(ended([aMessage({ message: 'Scoring (a+b)' }), aMessage({ seq: 2, message: 'aab' })]));
  await log();
  await user.type(screen.getByRole('textbox', { name: 'Search the messages' }), '(a+B)');
  expect(await screen.findByText('1 found')).toBeVisible();
  await user.type(screen.getByRole('textbox', { name: 'Search the messages' }), '?');
  expect(await screen.findByText('Nothing found')).toBeVisible();
});

test('goes to the first error', async () => {
  const { user } = await openLog(ended(lines(9, (seq) => (seq > 5 ? { level: 'ERROR' } : {}))));
  await user.click(await screen.findByRole('button', { name: 'First error' }));
  expect(document.querySelector('[data-marked]')).toHaveTextContent('Line 6');
});

test('offers no first error where there is none', async () => {
  await openLog(ended(lines(2)));
  expect(await screen.findByRole('button', { name: 'First error' })).toBeDisabled();
});

test('copies what the filter leaves', async () => {
  const { user } = await openLog(ended(lines(6, mixed)));
  await user.click(await screen.findByRole('button', { name: 'Errors 1' }));
  await user.click(screen.getByRole('button', { name: 'Copy the messages shown' }));
  expect(await navigator.clipboard.readText()).toBe('2026-11-22T10:23:45.678Z [attempt 1] ERROR Line 5');
});

test('leads to the file with all messages', async () => {
  const run = ended(lines(1));
  await openLog(run);
  expect(await screen.findByRole('link', { name: 'Download all messages' })).toHaveAttribute(
    'href',
    `/api/admin/jobs/${run.id}/messages/download`,
  );
});

test('shows how many lines were dropped', async () => {
  await openLog(ended(lines(2), { droppedMessages: 1_234 }));
  expect(await screen.findByText(/1,234 older info lines were dropped/)).toBeVisible();
});

test('shows that a run wrote nothing', async () => {
  await openLog(ended([]));
  expect(await screen.findByText('This run wrote no messages.')).toBeVisible();
});

test('shows that a running one has not written yet, until it does', async () => {
  const run = running([]);
  await openLog(run);
  expect(await screen.findByText('No messages yet')).toBeVisible();
  await waitFor(() => expect(wishes().at(-1)).toMatchObject({ afterSeq: 0 }));
  act(() => live.write(run, lines(1)));
  expect(await text('Line 1')).toBeInTheDocument();
});

test('shows why messages could not be read, and reads them on a retry', async () => {
  const run = ended(lines(2));
  let isBroken = true;
  backend.use(
    http.get('/api/admin/jobs/:id/messages', () =>
      isBroken
        ? problem(500, { detail: 'The database is away.' })
        : HttpResponse.json({ messages: lines(2), messageCount: 2, droppedMessages: 0 }),
    ),
  );
  const { user } = await openLog(run);
  expect(await screen.findByText('The database is away.')).toBeVisible();
  isBroken = false;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await text('Line 2')).toBeVisible();
});

test('draws only the lines that are seen, however many there are', async () => {
  const run = ended(lines(12_000));
  await openLog(run);
  expect(await screen.findByRole('button', { name: 'All 12,000' })).toBeVisible();
  expect((await shown()).length).toBeLessThan(500);
  expect(callsTo(`GET /api/admin/jobs/${run.id}/messages`)).toBe(3);
});

test('shows the line that the address names, and puts the one whose number is pressed there', async () => {
  const run = ended(lines(300));
  const { user } = await openPanel(`/admin/jobs/${run.id}?tab=log&line=250`, { wrapper: withHeights });
  const marked = () => document.querySelector('[data-marked]')?.textContent;
  await waitFor(() => expect(marked()).toContain('Line 250'));
  await user.click(await within(await log()).findByRole('link', { name: 'Line 252' }));
  await waitFor(() => expect(marked()).toContain('Line 252'));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/${run.id}?tab=log&line=252`));
  await user.click(screen.getByRole('tab', { name: 'Overview' }));
  await waitFor(() => expect(address()).toBe(`/admin/jobs/${run.id}`));
});

test('counts times from the start, and leaves lines unwrapped, for those who choose so', async () => {
  const run = ended([aMessage({ at: '2026-11-22T10:23:45.678Z' })], { startedAt: '2026-11-22T10:22:40.378Z' });
  const { user, unmount } = await openLog(run);
  await user.click(await screen.findByRole('button', { name: 'Since start' }));
  expect(await text('+1:05.30')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Wrap' }));
  expect(await log()).toHaveAttribute('data-unwrapped');
  unmount();
  await openLog(run);
  expect(await text('+1:05.30')).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Wrap' })).toHaveAttribute('aria-pressed', 'false');
});
