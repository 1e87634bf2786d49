import { afterEach, describe, expect, test, vi } from 'vitest';
import { aRun } from '../../testing/a-run';
import { live, world } from '../../testing/backend';
import type { ActiveChange } from './active-runs';
import { connectLive, type LiveConnection } from './live-connection';

const open: LiveConnection[] = [];
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

function connect(onLost = vi.fn()) {
  const connection = connectLive({ url: 'ws://localhost:3000/ws', onLost, random: () => 0 });
  open.push(connection);
  return connection;
}
const ids = (connection: LiveConnection) => connection.getState().runs.map((run) => run.id);

test('is live once the first snapshot is here', async () => {
  world.active = null;
  const connection = connect();
  await vi.waitFor(() => expect(live.connections).toBe(1));
  expect(connection.getState()).toMatchObject({ status: 'connecting', isLoaded: false });
  live.snapshot([aRun.running()]);
  await vi.waitFor(() => expect(connection.getState()).toMatchObject({ status: 'live', isLoaded: true }));
});

test('batches what arrives within a frame into one change', async () => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  const changes: ActiveChange[] = [];
  connection.onChange((change) => changes.push(change));
  const run = aRun.running();
  live.publish(run);
  for (let percent = 1; percent <= 90; percent++) live.progress(run, percent, 'on it');
  await vi.waitFor(() => expect(connection.getState().runs[0]?.progressPercent).toBe(90));
  // On a busy machine they may come over several frames.
  expect(changes.length).toBeLessThan(45);
});

test('reconnects by itself, with the new snapshot and without the old one', async () => {
  const [old, fresh] = [aRun.running(), aRun.running()];
  world.active = [old];
  const onLost = vi.fn();
  const connection = connect(onLost);
  await vi.waitFor(() => expect(ids(connection)).toEqual([old.id]));
  world.active = [fresh];
  live.close(1012);
  await vi.waitFor(() => expect(connection.getState().status).toBe('reconnecting'));
  expect(onLost).toHaveBeenCalledWith(1);
  await vi.waitFor(() => expect(ids(connection)).toEqual([fresh.id]));
  expect(connection.getState().status).toBe('live');
});

test.each([
  [4401, 'signedOut'],
  [4403, 'noAccess'],
])('gives up for good when closed with %d', async (code, status) => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  vi.useFakeTimers();
  live.close(code);
  await vi.waitFor(() => expect(connection.getState().status).toBe(status));
  await vi.advanceTimersByTimeAsync(120_000);
  expect(live.connections).toBe(1);
});

test('keeps why the server refuses one more connection, and goes on trying', async () => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  live.close(4429, 'You have 20 live connections open already');
  await vi.waitFor(() => expect(connection.getState().refusedBecause).toMatch(/20 live connections/));
  await vi.waitFor(() => expect(connection.getState().status).toBe('live'));
  expect(connection.getState().refusedBecause).toBeNull();
});

test('requests one snapshot, however many messages come before it', async () => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  const run = aRun.running();
  live.publish(run, { skip: 3 });
  await vi.waitFor(() => expect(world.received).toHaveLength(1));
  live.publish({ ...run, rev: 2 }, { skip: 3 });
  await vi.waitFor(() => expect(connection.getState().runs[0]?.rev).toBe(2));
  expect(world.received).toEqual([{ type: 'client.admin.resync' }]);
  live.snapshot([run]);
  live.publish(aRun.running(), { skip: 1 });
  await vi.waitFor(() => expect(world.received).toHaveLength(2));
});

test('leaves out what it does not understand', async () => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  live.send('server.admin.job_started', { nonsense: true } as never);
  live.publish(aRun.running());
  await vi.waitFor(() => expect(connection.getState().runs).toHaveLength(1));
  expect(world.received).toEqual([{ type: 'client.admin.resync' }]);
});

test('keeps a run that ended for a moment, and reports whether it had started', async () => {
  const [ran, waited] = [aRun.running(), aRun.queued()];
  world.active = [ran, waited];
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().runs).toHaveLength(2));
  live.publish(aRun.success({ id: ran.id, rev: 2 }));
  live.publish(aRun.cancelled({ id: waited.id, rev: 2, startedAt: null }));
  await vi.waitFor(() => expect(connection.getState().runs).toHaveLength(0));
  expect(connection.getState().ended.map((run) => run.id)).toEqual([ran.id, waited.id]);
  await vi.waitFor(() => expect(connection.getState().ended).toHaveLength(0));
});

describe('while the server is away', () => {
  /** The longest waits: 1.8 s after the first failure. Chance above 1 makes them longer than any test. */
  async function lost(chance = 1) {
    const connection = connectLive({ url: 'ws://localhost:3000/ws', onLost: vi.fn(), random: () => chance });
    open.push(connection);
    await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
    live.close(1012);
    await vi.waitFor(() => expect(connection.getState().retryAt).not.toBeNull());
    return connection;
  }

  test('reports which try is due when', async () => {
    const before = Date.now();
    const connection = await lost();
    const { failures, retryAt } = connection.getState();
    expect(failures).toBe(1);
    expect((retryAt ?? 0) - before).toBeGreaterThanOrEqual(1_800);
    await vi.waitFor(() => expect(connection.getState().status).toBe('live'));
    expect(Date.now()).toBeGreaterThanOrEqual(retryAt ?? Infinity);
    expect(connection.getState()).toMatchObject({ failures: 0, retryAt: null });
  });

  test.each([
    ['a person requests it', (connection: LiveConnection) => connection.reconnectNow()],
    ['the network is back', () => window.dispatchEvent(new Event('online'))],
    ['the tab is looked at again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('tries at once when %s', async (_what, happen) => {
    const connection = await lost(100);
    happen(connection);
    await vi.waitFor(() => expect(connection.getState().status).toBe('live'));
  });
});

test('pings at once when the network changed', async () => {
  const connection = connect();
  await vi.waitFor(() => expect(connection.getState().isLoaded).toBe(true));
  window.dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(world.received).toEqual([{ type: 'client.admin.ping' }]));
});
