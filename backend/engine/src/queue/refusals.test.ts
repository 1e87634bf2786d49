import { expect, it, vi } from 'vitest';
import { QueueEvents } from './events.js';
import { Reachability } from './reachability.js';
import { Refusals } from './refusals.js';
import type { ClaimedRun } from './transitions/claim.js';

it('passes by what it has refused, for twice as long each time, and not what it is left with', async () => {
  let now = 0;
  let isBack = true;
  const refusals = new Refusals({
    sql: { query: vi.fn(async () => ({ rowCount: isBack ? 1 : 0 })) } as never,
    registry: { version: () => ({ version: 'v', declaration: { algorithmVersion: '1' } }) as never },
    database: new Reachability(new QueueEvents()),
    notifier: { queued: () => {}, changed: () => {} },
    now: () => now,
  });
  const run = { id: '7', leaseToken: 'token', jobName: 'invoice' } as ClaimedRun;
  for (const passByMs of [5_000, 10_000, 20_000]) {
    expect(await refusals.release(run, 'no')).toBe(true);
    now += passByMs - 1;
    expect(refusals.ids()).toEqual(['7']);
    now += 1;
    expect(refusals.ids()).toEqual([]);
  }
  isBack = false;
  expect(await refusals.release(run, 'no')).toBe(false);
  expect(refusals.ids()).toEqual([]);
});
