import { setTimeout as delay } from 'node:timers/promises';
import { isFull } from '@job-manager/engine/testing/size';
import { type Receiver, startReceiver } from '@job-manager/server/testing/receivers-test-kit';
import type { AlertRuleKind } from '@job-manager/shared/alert-rules';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expectWithin } from './world/machine.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

/** Rules are judged and messages sent every 15 s. */
const JUDGED = { timeout: 240_000, interval: 250 };
/** The server tries to reach the database every 10 to 17 s, and reports an outage of 30 s between two of these. */
const OUTAGE_MS = 65_000;
/** About two and three minutes where the machine is quiet. */
const TEST_MS = 900_000;

let world: World;
let receiver: Receiver;
beforeAll(async () => {
  [world, receiver] = await Promise.all([World.create({ ALERTS_PRIVATE_ADDRESSES: 'on' }), startReceiver()]);
});
afterAll(() => Promise.all([world?.close(), receiver?.close()]));

it('reports once that the last runner was stopped, and once that one is back', { timeout: TEST_MS }, async () => {
  const runner = world.startRunner();
  await runner.ready;
  const path = await alertBy('noRunner');
  await untilJudged();
  expect(messagesAt(path)).toEqual([]);
  await runner.stop();
  const stoppedAt = performance.now();
  await vi.waitFor(() => expect(messagesAt(path)).toEqual(['opened: No runner is alive']), JUDGED);
  expectWithin('reporting that no runner is alive', performance.now() - stoppedAt, 60_000, 'ms');
  await untilJudged();
  const next = world.startRunner();
  await next.ready;
  await untilMessages(path, ['opened: No runner is alive', 'closed: No runner is alive']);
  await next.stop();
  report('the last runner stopped', path);
});

// An outage of a minute, and as long again until it is reported: for the whole suite alone.
it.runIf(isFull)('reports once that PostgreSQL was away, and once that it stayed', { timeout: TEST_MS }, async () => {
  const path = await alertBy('health');
  await untilJudged();
  await world.database.takeDown('fast');
  await delay(OUTAGE_MS);
  expect((await fetch(`${world.url}/readyz`)).status).toBe(503);
  expect(messagesAt(path)).toEqual([]);
  await world.database.bringUp();
  const title = 'The database did not answer';
  await vi.waitFor(() => expect(messagesAt(path)).toEqual([`opened: ${title}`]), JUDGED);
  await untilMessages(path, [`opened: ${title}`, `closed: ${title}`]);
  report('PostgreSQL away', path);
});

/** A rule of this kind for critical jobs, with a receiver of its own; returns its path. */
async function alertBy(kind: AlertRuleKind): Promise<string> {
  const path = `/${kind}`;
  const place = { name: kind, kind: 'WEBHOOK', url: `${receiver.url}${path}` };
  const { destination } = await post('/admin/alerts/destinations', place);
  const unbound = { jobs: [], onlyCritical: false, channels: [], threshold: null, windowMs: null, quiet: null };
  await post('/admin/alerts/rules', {
    ...unbound,
    ...{ name: kind, kind, severity: 'CRITICAL', destinationIds: [destination.id], remindMs: 14_400_000, isOn: true },
  });
  return path;
}

async function post(path: string, body: object) {
  const answer = await fetch(`${world.url}/api${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status, `POST ${path}`).toBe(201);
  return answer.json();
}

/** What came to a path, each message with its event and title. */
const messagesAt = (path: string): string[] =>
  receiver.received
    .filter((request) => request.path === path)
    .flatMap(({ body }) => JSON.parse(body).messages)
    .map(({ event, incident }) => `${event}: ${incident.title}`);

/** Until the rules have been judged once more than now. */
async function untilJudged(): Promise<void> {
  const judgedAt = async () => {
    const { rows } = await world.database.pool.query<{ at: Date | null }>(
      `SELECT max("lastFinishedAt") AS at FROM "MaintenanceTask" WHERE name = 'judge alert rules'`,
    );
    return rows[0]?.at?.getTime() ?? 0;
  };
  const before = await judgedAt();
  await vi.waitFor(async () => expect(await judgedAt()).toBeGreaterThan(before), JUDGED);
}

/** Until these have come, and none other: the five minutes that an incident stays open are skipped. */
async function untilMessages(path: string, expected: string[]): Promise<void> {
  await vi.waitFor(async () => {
    await world.database.pool.query(
      `UPDATE "Incident" SET "lastAt" = "lastAt" - interval '301 seconds', "openedAt" = "openedAt" - interval '301 seconds'
       WHERE "closedAt" IS NULL`,
    );
    expect(messagesAt(path)).toEqual(expected);
  }, JUDGED);
  await untilJudged();
  expect(messagesAt(path)).toEqual(expected);
}

function report(fault: string, path: string): void {
  const keys = receiver.received
    .filter((request) => request.path === path)
    .map(({ headers }) => headers['idempotency-key']);
  const doubled = keys.length - new Set(keys).size;
  expect(doubled).toBe(0);
  const judgement = { runs: 0, lost: 2 - keys.length, doubled, stuck: 0 };
  reportFinding(`alert: ${fault}`, { what: 'outages with one message at each end', count: 1, target: 1 }, judgement);
}
