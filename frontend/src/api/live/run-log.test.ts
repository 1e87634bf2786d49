import { afterEach, expect, test, vi } from 'vitest';
import { aMessage } from '../../testing/a-run';
import type { RunFollower } from './followed-runs';
import { createRunLog } from './run-log';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A run that has written so many messages, and a log of it. */
function aLog(written: number) {
  const server = { written, dropped: 0, reads: [] as number[], failure: null as Error | null };
  const followers = new Set<RunFollower>();
  const numbered = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => aMessage({ seq: from + index }));
  const log = createRunLog({
    jobRunId: '7',
    readPage: async (afterSeq) => {
      server.reads.push(afterSeq);
      if (server.failure) throw server.failure;
      const from = Math.max(afterSeq, server.dropped) + 1;
      return {
        messages: numbered(from, Math.min(server.written, from + 4_999)),
        messageCount: server.written,
        droppedMessages: server.dropped,
      };
    },
  });
  const open = (isActive: boolean) => {
    const close = log.open({
      isActive,
      follow: (_id, follower) => {
        followers.add(follower);
        return () => void followers.delete(follower);
      },
    });
    closing.push(close);
    return close;
  };
  const follower = () => [...followers].at(-1);
  const send = (from: number, to: number) => {
    server.written = Math.max(server.written, to);
    follower()?.onMessages?.({
      jobRunId: '7',
      messages: numbered(from, to),
      messageCount: server.written,
      droppedMessages: server.dropped,
    });
  };
  const numbers = () => log.getState().lines.map(({ seq }) => seq);
  const readToEnd = () => vi.waitFor(() => expect(log.getState().isComplete).toBe(true));
  return { log, server, open, send, numbers, follower, followers, readToEnd };
}
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('reads a run that has ended page by page, each visible at once', async () => {
  const { log, server, open, readToEnd, numbers, followers } = aLog(12_000);
  const sizes: number[] = [];
  log.subscribe(() => sizes.push(log.getState().lines.length));
  open(false);
  await readToEnd();
  expect(sizes).toEqual([5_000, 10_000, 12_000]);
  expect(server.reads).toEqual([0, 5_000, 10_000]);
  expect(numbers()).toEqual(upTo(12_000));
  expect(followers.size).toBe(0);
});

test('follows a run that goes on from the last message it read', async () => {
  const { open, send, numbers, follower, readToEnd, server } = aLog(3);
  open(true);
  await readToEnd();
  await vi.waitFor(() => expect(follower()?.lastSeq?.()).toBe(3));
  send(4, 6);
  send(7, 7);
  expect(numbers()).toEqual(upTo(7));
  expect(follower()?.lastSeq?.()).toBe(7);
  expect(server.reads).toEqual([0]);
});

test('shows a message once, however often it is sent', async () => {
  const { open, send, numbers, follower } = aLog(3);
  open(true);
  await vi.waitFor(() => expect(follower()).toBeDefined());
  send(2, 5);
  send(1, 5);
  send(4, 6);
  expect(numbers()).toEqual(upTo(6));
});

test('reads what the socket left out, and shows the rest meanwhile', async () => {
  const { open, send, numbers, follower, server } = aLog(3);
  open(true);
  await vi.waitFor(() => expect(follower()).toBeDefined());
  send(8, 9);
  expect(numbers()).toEqual([1, 2, 3, 8, 9]);
  send(10, 10);
  await vi.waitFor(() => expect(numbers()).toEqual(upTo(10)));
  expect(server.reads).toEqual([0, 3]);
  expect(follower()?.lastSeq?.()).toBe(10);
});

test('reads the rest of a run that ended, and stops following it', async () => {
  const { open, send, numbers, follower, followers, server } = aLog(3);
  const close = open(true);
  await vi.waitFor(() => expect(follower()).toBeDefined());
  send(4, 4);
  server.written = 6;
  close();
  open(false);
  await vi.waitFor(() => expect(numbers()).toEqual(upTo(6)));
  expect(followers.size).toBe(0);
});

test('goes on after an error where it stopped', async () => {
  const { log, open, server, numbers, follower } = aLog(3);
  server.failure = new Error('away');
  open(true);
  await vi.waitFor(() => expect(log.getState().error).toBe(server.failure));
  expect(follower()).toBeUndefined();
  server.failure = null;
  log.retry();
  await vi.waitFor(() => expect(numbers()).toEqual(upTo(3)));
  expect(log.getState().error).toBeNull();
  await vi.waitFor(() => expect(follower()).toBeDefined());
});

test('drops the oldest info lines once the server has, so that memory never grows beyond its limit', async () => {
  const { log, open, send, follower, server, numbers } = aLog(5_000);
  open(true);
  await vi.waitFor(() => expect(follower()).toBeDefined());
  for (let last = 5_000; last < 20_000; last += 1_000) {
    server.dropped = last - 4_000;
    send(last + 1, last + 1_000);
  }
  expect(numbers().length).toBeLessThanOrEqual(9_000);
  expect(numbers().at(-1)).toBe(20_000);
  expect(log.getState()).toMatchObject({ messageCount: 20_000, droppedMessages: 15_000 });
});
