import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { startSilentNetwork } from '../testing/silent-network.js';
import { Heartbeat, type HeartbeatNews } from './heartbeat.js';
import type { Lease } from './transitions/beat.js';

let database: TestDatabase;
let heartbeat: Heartbeat;
let news: HeartbeatNews[];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  news = [];
});
afterEach(async () => {
  await heartbeat.stop();
  await database.clear();
});
afterAll(() => database.drop());

function start({ url = database.url } = {}): void {
  heartbeat = new Heartbeat(
    { url, runnerId: randomUUID(), intervalMs: 50, stalledAfterMs: 3_000 },
    (told) => news.push(told),
    () => ({ lastClaimAt: null, lastProgressAt: null }),
  );
}

async function aLease(): Promise<Lease> {
  const { rows } = await database.pool.query<Lease>(
    `INSERT INTO "JobRun" ("jobName", status, "leaseToken", "runnerId", "lastHeartbeatAt", "startedAt", attempt, "claimNo")
     VALUES ('x', 'RUNNING', gen_random_uuid(), gen_random_uuid(), clock_timestamp(), clock_timestamp(), 1, 1)
     RETURNING id::text, "leaseToken"`,
  );
  return rows[0] as Lease;
}

async function beatsOf({ id }: Lease): Promise<number> {
  const { rows } = await database.pool.query<{ rev: number }>('SELECT rev FROM "JobRun" WHERE id = $1', [id]);
  return rows[0]?.rev ?? 0;
}

it('gives its runs up before their leases end, even while a beat waits for an answer that never comes', async () => {
  const network = await startSilentNetwork(database.url);
  const lease = await aLease();
  start({ url: network.url });
  heartbeat.hold([lease]);
  heartbeat.begin(lease.leaseToken);
  await vi.waitFor(async () => expect(await beatsOf(lease)).toBeGreaterThan(2));
  expect(news).toEqual([]);

  network.silenceAt('beat');
  await vi.waitFor(() => expect(news).toEqual([{ type: 'lost', tokens: [lease.leaseToken] }]));
  network.close();
});

it.each([
  ['among few', 0],
  ['among more than there are marks for', 8_192],
])('beats for a run until it is dropped, %s', async (_among, others) => {
  const [dropped, kept] = [await aLease(), await aLease()];
  start();
  heartbeat.hold(Array.from({ length: others }, () => ({ id: '999999', leaseToken: randomUUID() })));
  heartbeat.hold([dropped, kept]);
  await vi.waitFor(async () => expect(await beatsOf(dropped)).toBeGreaterThan(1));
  heartbeat.drop(dropped.leaseToken);
  const beats = await beatsOf(dropped);
  const later = (await beatsOf(kept)) + 5;
  await vi.waitFor(async () => expect(await beatsOf(kept)).toBeGreaterThan(later));
  // One more may have been under way.
  expect(await beatsOf(dropped)).toBeLessThanOrEqual(beats + 1);
});
