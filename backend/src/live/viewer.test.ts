import { expect, it, vi } from 'vitest';
import { encode, Viewer } from './viewer.js';

const snapshot = JSON.stringify({
  runs: [],
  counts: { running: 0, queued: 0 },
  serverTime: '2026-01-01T00:00:00.000Z',
});
const change = encode({ type: 'server.admin.job_hidden', data: { jobRunId: '1' } });

function open() {
  const socket = {
    bufferedAmount: 0,
    sent: [] as { type: string; seq: number }[],
    send: (text: string) => void socket.sent.push(JSON.parse(text)),
    close: vi.fn(),
  };
  const onTooSlow = vi.fn();
  return { socket, onTooSlow, viewer: new Viewer(socket, onTooSlow) };
}

it('says nothing before its snapshot and numbers everything from it on', () => {
  const { socket, viewer } = open();
  viewer.send(change);
  viewer.sendSnapshot(snapshot);
  viewer.send(change);
  viewer.send(change);
  expect(socket.sent.map(({ type, seq }) => [type, seq])).toEqual([
    ['server.admin.jobs_snapshot', 0],
    ['server.admin.job_hidden', 1],
    ['server.admin.job_hidden', 2],
  ]);
});

it('sends a slow reader nothing more until it has caught up, then the whole picture', () => {
  const { socket, viewer } = open();
  viewer.sendSnapshot(snapshot);
  socket.bufferedAmount = 300 * 1024;
  for (let count = 0; count < 1_000; count++) viewer.send(change);
  viewer.tick(() => snapshot);
  expect(socket.sent).toHaveLength(1);
  socket.bufferedAmount = 0;
  viewer.tick(() => snapshot);
  viewer.send(change);
  expect(socket.sent.map(({ type, seq }) => [type, seq])).toEqual([
    ['server.admin.jobs_snapshot', 0],
    ['server.admin.jobs_snapshot', 1],
    ['server.admin.job_hidden', 2],
  ]);
});

it('lets a reader go that stays behind', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { socket, viewer, onTooSlow } = open();
  viewer.sendSnapshot(snapshot);
  socket.bufferedAmount = 300 * 1024;
  viewer.send(change);
  viewer.tick(() => snapshot);
  expect(onTooSlow).not.toHaveBeenCalled();
  vi.advanceTimersByTime(21_000);
  viewer.tick(() => snapshot);
  expect(onTooSlow).toHaveBeenCalledOnce();
  vi.useRealTimers();
});
