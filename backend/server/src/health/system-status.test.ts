import { readFileSync } from 'node:fs';
import type { StatusIncident } from '@job-manager/engine/store/system-status';
import { alertRuleKinds } from '@job-manager/shared/alert-rules';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { componentOfIncident, systemComponents } from '@job-manager/shared/system-components';
import { expect, it } from 'vitest';
import { presentComponents, type StatusFacts } from './system-status.js';

const NOW = new Date('2026-03-31T12:00:00.000Z');
const health = (reasons: SystemHealth['reasons']): SystemHealth => ({
  ...{ verdict: 'OK', reasons, checkedAt: NOW.toISOString(), version: '0.1.0' },
  database: { ok: true, latencyMs: 1, detail: 'ok' },
  notifications: { ok: true, roundTripMs: 2 },
  ...{ runners: [], running: 0, stalled: [], slow: [], maintenance: [] },
  backlog: { queued: 0, due: 0, oldestDueAt: null, oldestAgeMs: null },
  external: { running: 0, most: 50 },
});
const facts = (part: Partial<StatusFacts> = {}): StatusFacts => ({
  ...{ health: health([]), incidents: [], sampled: { days: ['2026-03-01', '2026-03-31'], now: NOW }, minutes: [] },
  ...{ deliveries: { sent: 0, failed: 0, waiting: 0 }, browserErrors: 0 },
  ...{ schedules: { total: 0, withProblem: 0 }, taskProblems: [], ...part },
});
const anIncident = (part: Partial<StatusIncident>): StatusIncident => ({
  ...{ id: '1', kind: 'channelLate', reason: '', severity: 'CRITICAL', title: 'mail waits' },
  ...{ openedAt: new Date('2026-03-30T12:00:00.000Z'), closedAt: null },
  ...part,
});
const partOf = (id: string, of: StatusFacts) => presentComponents(of).find((component) => component.id === id);

it('puts every reason that health can give into one part', () => {
  const source = readFileSync(new URL('./judge.ts', import.meta.url), 'utf8');
  const codes = [
    ...new Set([...source.matchAll(/(?:warning|critical)\([^)]*?'([A-Z_]+)'/g)].map(([, code = '']) => code)),
  ];
  expect(codes.length).toBeGreaterThan(20);
  const reasons = codes.map((code) => ({ code, severity: 'WARNING' as const, message: code }));
  const components = presentComponents(facts({ health: health(reasons) }));
  expect(components.flatMap((component) => component.reasons.map(({ code }) => code)).sort()).toEqual(codes.sort());
  // Only parts of the API stand there, nothing else.
  expect(components[0]?.reasons.map(({ code }) => code).sort()).toEqual(['CLOSING', 'UNTRUSTED_PROXY']);
});

it('has a part for incidents of every kind of rule', () => {
  for (const kind of alertRuleKinds) expect(systemComponents).toContain(componentOfIncident(kind, 'NO_RUNNER'));
});

it('gives a problem of a task to the part that the task is of', () => {
  const message = 'Maintenance found something (self-check): Broken: "x" by 1.';
  const reasons = [{ code: 'MAINTENANCE_PROBLEM', severity: 'WARNING' as const, message }];
  const of = facts({ health: health(reasons), taskProblems: [{ task: 'self-check' }] });
  expect(partOf('selfCheck', of)).toMatchObject({ status: 'WARNING', reasons });
  expect(partOf('maintenance', of)).toMatchObject({ status: 'OK', reasons: [] });
});

it('reports since when a part is broken, and how much of the sampled time it was not', () => {
  const earlier = anIncident({
    id: '2',
    openedAt: new Date('2026-03-10T00:00:00.000Z'),
    closedAt: new Date('2026-03-11T06:00:00.000Z'),
  });
  const queue = partOf('queue', facts({ incidents: [anIncident({}), earlier] }));
  expect(queue).toMatchObject({ status: 'CRITICAL', since: '2026-03-30T12:00:00.000Z', lastIncident: { id: '1' } });
  // Of 30.5 days 1 and 1.25 were critical.
  expect(queue?.upPercent).toBeCloseTo(92.62, 1);
  expect(queue?.days.filter((day) => day === 'CRITICAL')).toHaveLength(4);
  expect(queue?.days.filter((day) => day === 'OK')).toHaveLength(1);
});

it('counts two critical incidents at once only once, and warnings as no loss', () => {
  const incidents = [
    anIncident({}),
    anIncident({ id: '2' }),
    anIncident({ id: '3', severity: 'WARNING', openedAt: new Date('2026-03-20T00:00:00.000Z') }),
  ];
  expect(partOf('queue', facts({ incidents }))?.upPercent).toBeCloseTo(96.72, 1);
});
