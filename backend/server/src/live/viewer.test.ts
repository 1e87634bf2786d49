import { beforeEach, expect, it, vi } from 'vitest';
import { encode } from './shared-message.js';
import { Viewer } from './viewer.js';

const snapshot = encode({
  type: 'server.admin.jobs_snapshot',
  data: { runs: [], counts: { running: 0, queued: 0 }, serverTime: '2026-01-01T00:00:00.000Z' },
});
const change = encode({ type: 'server.admin.job_hidden', data: { jobRunId: '1' } });

/** What all viewers were sent so far. */
let sentToAll = 0;
beforeEach(() => {
  sentToAll = 0;
});

function open() {
  const socket = {
    bufferedAmount: 0,
    sent: [] as { type: string; seq: number }[],
    bytes: [] as Buffer[],
    takesDeflated: false,
    send: (text: Buffer) => {
      socket.bytes.push(text);
      socket.sent.push(JSON.parse(text.toString()));
    },
    sendFrame: vi.fn(),
  };
  const onTooSlow = vi.fn();
  return { socket, onTooSlow, viewer: new Viewer(socket, onTooSlow, () => sentToAll) };
}

it('sends nothing before its snapshot and numbers everything from it on', () => {
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

it('gives the same bytes to all who are at the same number, whenever they came', () => {
  const [early, late, other] = [open(), open(), open()];
  early.viewer.sendSnapshot(snapshot);
  other.viewer.sendSnapshot(snapshot);
  other.viewer.send(encode({ type: 'server.admin.job_hidden', data: { jobRunId: 'sent to this one alone' } }));
  for (const { viewer } of [early, other]) viewer.send(change);
  sentToAll = 1;
  late.viewer.sendSnapshot(snapshot);
  const next = encode({ type: 'server.admin.job_hidden', data: { jobRunId: '2' } });
  for (const { viewer } of [early, late, other]) viewer.send(next);
  expect([early, late, other].map(({ socket }) => socket.sent.map(({ seq }) => seq))).toEqual([
    [0, 1, 2],
    [1, 2],
    [0, 1, 2, 3],
  ]);
  expect(late.socket.bytes.at(-1)).toBe(early.socket.bytes.at(-1));
  expect(other.socket.bytes.at(-1)).not.toBe(early.socket.bytes.at(-1));
});

it('sends long messages as a compressed frame to clients that accept it, in the same sequence', () => {
  const { socket, viewer } = open();
  socket.takesDeflated = true;
  const long = encode({
    type: 'server.admin.jobs_changed',
    data: { runs: [], hidden: new Array(500).fill('1234567') },
  });
  viewer.sendSnapshot(snapshot);
  viewer.send(long);
  viewer.send(change);
  expect(socket.sent.map(({ seq }) => seq)).toEqual([0, 2]);
  expect(socket.sendFrame.mock.calls).toEqual([[long.frameAt(1)]]);
});

it('sends a slow reader nothing more until it has caught up, then a snapshot', () => {
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
