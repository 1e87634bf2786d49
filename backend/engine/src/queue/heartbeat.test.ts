import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { startStallingNetwork } from '../testing/stalling-network.js';
import { Heartbeat, type HeartbeatReport } from './heartbeat.js';
import { LeaseTable, sharedNow } from './lease-table.mjs';
import type { Lease } from './transitions/beat.js';

let database: TestDatabase;
let heartbeat: Heartbeat;
let leases: LeaseTable;
let reports: HeartbeatReport[];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  reports = [];
  leases = new LeaseTable(LeaseTable.memoryFor(10));
});
afterEach(async () => {
  await heartbeat.stop();
  await database.clear();
});
afterAll(() => database.drop());

function start({ url = database.url, runnerId = randomUUID() as string, stalledAfterMs = 60_000 } = {}): void {
  heartbeat = new Heartbeat(
    { url, runnerId, intervalMs: 50, stalledAfterMs, leases: leases.shared },
    (report) => reports.push(report),
    () => ({ lastClaimAt: null, lastProgressAt: null, endedRuns: 7 }),
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

it('keeps each beat with how its runner did, and the round trip of the one before', async () => {
  const runnerId = randomUUID();
  await database.pool.query(
    `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES ($1, 'WORKER', 'h', 1, '1', 8)`,
    [runnerId],
  );
  start({ runnerId });
  const beats = () => database.pool.query('SELECT * FROM "RunnerBeat" WHERE "runnerId" = $1 ORDER BY at', [runnerId]);
  const rows = await vi.waitFor(async () => {
    const beaten = (await beats()).rows;
    expect(beaten.at(-1)).toMatchObject({ endedRuns: '7', latencyMs: expect.any(Number) });
    return beaten;
  });
  expect(rows[0]).toMatchObject({ latencyMs: null, slots: 8, activeRuns: 0 });
  expect(rows.at(-1)).toMatchObject({ cpuPercent: expect.any(Number) });
  expect(Number(rows.at(-1).rssBytes)).toBeGreaterThan(1_000_000);
});

it('gives its runs up before their leases end, even while a beat waits for an answer that never comes', async () => {
  const network = await startStallingNetwork(database.url);
  const lease = await aLease();
  start({ url: network.url, stalledAfterMs: 3_000 });
  const place = leases.add(lease, sharedNow());
  leases.begin(place);
  await vi.waitFor(async () => expect(await beatsOf(lease)).toBeGreaterThan(2));
  expect(reports).toEqual([]);

  network.stallAt('beat');
  await vi.waitFor(() => expect(reports).toEqual([{ type: 'lost', leases: [{ place, mark: leases.markAt(place) }] }]));
  network.close();
});

it('beats for a run until it is removed', async () => {
  const [dropped, kept] = [await aLease(), await aLease()];
  start();
  const places = [dropped, kept].map((lease) => leases.add(lease, sharedNow()));
  // Otherwise they are released on a slow machine.
  for (const place of places) leases.begin(place);
  await vi.waitFor(async () => expect(await beatsOf(dropped)).toBeGreaterThan(1));
  leases.remove(places[0] ?? -1);
  const beats = await beatsOf(dropped);
  const later = (await beatsOf(kept)) + 5;
  await vi.waitFor(async () => expect(await beatsOf(kept)).toBeGreaterThan(later));
  // One more may have been under way.
  expect(await beatsOf(dropped)).toBeLessThanOrEqual(beats + 1);
});

it.each(['40001', '40P01'])('sends a beat again that PostgreSQL stopped by a conflict: %s', async (code) => {
  const lease = await aLease();
  // A sequence counts what is rolled back, too.
  await database.pool.query(
    `CREATE SEQUENCE beats;
     CREATE FUNCTION refuse_first_beats() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN IF nextval('beats') <= 3 THEN RAISE 'conflict' USING ERRCODE = '${code}'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refuse_first_beats BEFORE UPDATE ON "JobRun_active" FOR EACH ROW EXECUTE FUNCTION refuse_first_beats()`,
  );
  try {
    start();
    leases.begin(leases.add(lease, sharedNow()));
    await vi.waitFor(async () => expect(await beatsOf(lease)).toBeGreaterThan(0));
    // The database was there all the time.
    expect(reports).toEqual([]);
  } finally {
    await database.pool.query('DROP FUNCTION refuse_first_beats CASCADE; DROP SEQUENCE beats');
  }
});
