import type { IncidentNews, OpenIncidents } from '@job-manager/shared/incident-news';
import type { ServerMessage } from '@job-manager/shared/live';
import { expect, test } from 'vitest';
import { applyAlerts } from './open-incidents';

const news = (id: string, closedAt: string | null = null): IncidentNews => ({
  ...{ id, severity: 'WARNING', title: `incident ${id}`, openedAt: '2026-01-01T00:00:00.000Z', closedAt },
  mutedUntil: null,
});
const openWith = (...ids: string[]): OpenIncidents => ({
  open: ids.length,
  critical: 0,
  newest: ids.map((id) => news(id)),
});
const snapshot = (alerts: OpenIncidents): ServerMessage => ({
  type: 'server.admin.jobs_snapshot',
  seq: 0,
  data: { runs: [], counts: { running: 0, queued: 0 }, serverTime: '2026-01-01T00:00:00.000Z', alerts },
});

test('the first snapshot is no news', () => {
  const { next, changes, isNews } = applyAlerts(null, [snapshot(openWith('1'))]);
  expect({ open: next?.open, changes, isNews }).toEqual({ open: 1, changes: [], isNews: false });
});

test('a later snapshot has the incidents that opened or ended meanwhile', () => {
  const { changes, isNews } = applyAlerts(openWith('1', '2'), [snapshot(openWith('3', '2'))]);
  expect(changes.map(({ event, incident }) => `${event} ${incident.id}`)).toEqual(['closed 1', 'opened 3']);
  expect(isNews).toBe(true);
});

test('a snapshot that lists only the newest does not change the others', () => {
  const { changes } = applyAlerts(openWith('1', '2'), [snapshot({ ...openWith('3'), open: 30 })]);
  expect(changes.map(({ event, incident }) => `${event} ${incident.id}`)).toEqual(['opened 3']);
});

test('messages keep the list and the counts', () => {
  const change = (
    type: 'alert_opened' | 'alert_changed',
    event: 'opened' | 'closed',
    incident: IncidentNews,
    open: number,
  ) => ({ type: `server.admin.${type}`, seq: 1, data: { event, incident, open, critical: 0 } }) as ServerMessage;
  const opened = applyAlerts(openWith('1'), [change('alert_opened', 'opened', news('2'), 2)]);
  expect(opened.next).toMatchObject({ open: 2, newest: [{ id: '2' }, { id: '1' }] });
  const over = applyAlerts(opened.next, [change('alert_changed', 'closed', news('2', '2026-01-01T00:01:00.000Z'), 1)]);
  expect(over.next).toEqual(openWith('1'));
  expect(over.changes).toMatchObject([{ event: 'closed', incident: { id: '2' } }]);
});
