import { acknowledgeIncident, resolveIncident } from '@job-manager/engine/store/alerts/incidents';
import { TestEngine } from '@job-manager/engine/testing/engine';
import type { ServerMessage } from '@job-manager/shared/live';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { AlertsFeed } from './alerts-feed.js';

const PERSON = { actorId: null, actorEmail: 'ada@example.com', ip: null, userAgent: null };

let engine: TestEngine;
let feed: AlertsFeed;
let unwatch: () => void;
let sent: ServerMessage[];
beforeAll(async () => {
  engine = await TestEngine.create([]);
});
beforeEach(async () => {
  feed = new AlertsFeed({ sql: engine.database.pool, listener: await engine.listener(['alerts']), pollMs: 3_600_000 });
  sent = [];
  feed.on('changes', (messages) => sent.push(...messages.map((one) => JSON.parse(one.textAt(0).toString()))));
});
afterEach(async () => {
  unwatch();
  await engine.clear();
});
afterAll(() => engine.close());

async function open(part: { title?: string; severity?: 'WARNING' | 'CRITICAL' } = {}): Promise<string> {
  const data = { key: crypto.randomUUID(), ruleName: 'A rule', kind: 'runFailed', cause: 'Full' } as const;
  const made = await engine.database.db.incident.create({
    data: { ...data, title: 'echo fails', severity: 'WARNING', ...part },
  });
  return String(made.id);
}
const start = async () => {
  unwatch = feed.watch();
  await feed.ready();
};

it('begins with open incidents, the newest first, and does not send them as new ones', async () => {
  await open({ severity: 'CRITICAL' });
  const second = await open();
  await start();
  expect(JSON.parse(feed.snapshot ?? '')).toMatchObject({
    open: 2,
    critical: 1,
    newest: [{ id: second, title: 'echo fails', closedAt: null }, {}],
  });
  expect(sent).toEqual([]);
});

it('sends what opens, is acknowledged and ends, by notification, each once', async () => {
  await start();
  const id = await open({ severity: 'CRITICAL' });
  await feed.refresh();
  expect(sent).toMatchObject([
    { type: 'server.admin.alert_opened', data: { event: 'opened', incident: { id }, open: 1, critical: 1 } },
  ]);
  await acknowledgeIncident(engine.database.pool, id, null, PERSON);
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toMatchObject({ type: 'server.admin.alert_changed', data: { event: 'changed', incident: { id } } });
  await resolveIncident(engine.database.pool, id, null, PERSON);
  await vi.waitFor(() => expect(sent).toHaveLength(3));
  expect(sent[2]).toMatchObject({
    data: { event: 'closed', incident: { id, closedAt: expect.any(String) }, open: 0, critical: 0 },
  });
  await feed.refresh();
  expect(sent).toHaveLength(3);
});

it('sends nothing about an incident whose condition was only seen again', async () => {
  await open();
  await start();
  await engine.database.pool.query(`UPDATE "Incident" SET "lastAt" = "lastAt" + interval '15 seconds'`);
  await feed.refresh();
  expect(sent).toEqual([]);
});

it('restarts for a viewer that connects after all have left', async () => {
  await start();
  unwatch();
  const id = await open();
  await start();
  expect(JSON.parse(feed.snapshot ?? '')).toMatchObject({ open: 1, newest: [{ id }] });
  expect(sent).toEqual([]);
});
