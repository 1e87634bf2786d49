import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { createTestDatabase } from '../testing/database.js';
import { startSilentNetwork } from '../testing/silent-network.js';
import { Heartbeat, type HeartbeatNews } from './heartbeat.js';

it('gives its runs up before their leases end, even while a beat waits for an answer that never comes', async () => {
  const database = await createTestDatabase();
  const network = await startSilentNetwork(database.url);
  const { rows } = await database.pool.query<{ id: string; leaseToken: string }>(
    `INSERT INTO "JobRun" ("jobName", status, "leaseToken", "runnerId", "lastHeartbeatAt", "startedAt", attempt, "claimNo")
     VALUES ('x', 'RUNNING', gen_random_uuid(), gen_random_uuid(), clock_timestamp(), clock_timestamp(), 1, 1)
     RETURNING id::text, "leaseToken"`,
  );
  const lease = rows[0] as { id: string; leaseToken: string };
  const news: HeartbeatNews[] = [];
  const heartbeat = new Heartbeat(
    { url: network.url, runnerId: randomUUID(), intervalMs: 50, stalledAfterMs: 5_000 },
    (told) => news.push(told),
    () => ({ lastClaimAt: null, lastProgressAt: null }),
  );
  heartbeat.hold([lease]);
  heartbeat.begin(lease.leaseToken);
  const beats = async () => {
    const found = await database.pool.query<{ rev: number }>('SELECT rev FROM "JobRun"');
    return found.rows[0]?.rev ?? 0;
  };
  await vi.waitFor(async () => expect(await beats()).toBeGreaterThan(2));
  expect(news).toEqual([]);

  network.silenceAt('beat');
  await vi.waitFor(() => expect(news).toEqual([{ type: 'lost', tokens: [lease.leaseToken] }]));
  network.close();
  await heartbeat.stop();
  await database.drop();
});
