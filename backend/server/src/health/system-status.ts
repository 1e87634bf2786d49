import { formatDuration } from '@job-manager/engine/store/format-duration';
import {
  type DeliveryCounts,
  type SampledDays,
  type ServerMinute,
  STATUS_DAYS,
  type StatusIncident,
} from '@job-manager/engine/store/system-status';
import type { SystemHealth, Verdict } from '@job-manager/shared/contract/health';
import type { SystemComponent } from '@job-manager/shared/contract/system';
import {
  componentOfIncident,
  componentOfReason,
  type SystemComponentId,
  systemComponents,
} from '@job-manager/shared/system-components';

const DAY_MS = 86_400_000;
const MAX_LISTED = 5;

/** What the service matrix follows from. */
export interface StatusFacts {
  health: SystemHealth;
  incidents: readonly StatusIncident[];
  sampled: SampledDays;
  minutes: readonly ServerMinute[];
  deliveries: DeliveryCounts;
  browserErrors: number;
  schedules: { total: number; withProblem: number };
  /** Maintenance tasks that found a problem. */
  taskProblems: readonly { task: string }[];
}

/** Each part of the installation, in the order of the matrix. */
export function presentComponents(facts: StatusFacts): SystemComponent[] {
  return systemComponents.map((id) => presentComponent(id, facts));
}

function presentComponent(id: SystemComponentId, facts: StatusFacts): SystemComponent {
  const reasons = facts.health.reasons.filter((reason) => id === componentOf(reason, facts.taskProblems));
  const incidents = facts.incidents.filter(({ kind, reason }) => componentOfIncident(kind, reason) === id);
  const open = incidents.filter(({ closedAt }) => closedAt === null).sort(bySeverity);
  const [last] = incidents;
  return {
    id,
    status: worstOf([...reasons, ...open].map(({ severity }) => severity)),
    figure: figures[id](facts),
    since:
      open.length === 0 ? null : new Date(Math.min(...open.map(({ openedAt }) => openedAt.getTime()))).toISOString(),
    reasons,
    incidents: open.slice(0, MAX_LISTED).map(({ openedAt, id: incidentId, severity, title }) => ({
      ...{ id: incidentId, severity, title },
      openedAt: openedAt.toISOString(),
    })),
    lastIncident: last ? { id: last.id, openedAt: last.openedAt.toISOString() } : null,
    ...presentDays(incidents, facts.sampled),
  };
}

/** A problem of a task is of the part that the task is of. */
function componentOf({ code, message }: SystemHealth['reasons'][number], problems: StatusFacts['taskProblems']) {
  const found = code === 'MAINTENANCE_PROBLEM' && problems.find(({ task }) => message.includes(`(${task})`));
  return componentOfReason(code, found ? found.task : undefined);
}

const bySeverity = (one: StatusIncident, other: StatusIncident): number =>
  Number(other.severity === 'CRITICAL') - Number(one.severity === 'CRITICAL');

const worstOf = (severities: readonly ('WARNING' | 'CRITICAL')[]): Verdict =>
  severities.includes('CRITICAL') ? 'CRITICAL' : severities.length > 0 ? 'WARNING' : 'OK';

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The first of the days that are looked back at. */
export const firstDayOf = (now: Date): string => dayOf(now.getTime() - (STATUS_DAYS - 1) * DAY_MS);

function presentDays(incidents: readonly StatusIncident[], { days: sampled, now }: SampledDays) {
  const names = Array.from({ length: STATUS_DAYS }, (_, index) =>
    dayOf(now.getTime() - (STATUS_DAYS - 1 - index) * DAY_MS),
  );
  const known = names.filter((day) => sampled.includes(day));
  const worst = new Map<string, Verdict>(known.map((day) => [day, 'OK']));
  for (const { openedAt, closedAt, severity } of incidents) {
    const until = (closedAt ?? now).getTime();
    const first = Math.max(openedAt.getTime(), Date.parse(names[0] ?? ''));
    for (let ms = Date.parse(dayOf(first)); ms <= until; ms += DAY_MS)
      if (worst.get(dayOf(ms)) !== 'CRITICAL') worst.set(dayOf(ms), severity);
  }
  const [firstKnown] = known;
  if (firstKnown === undefined) return { days: names.map((day) => worst.get(day) ?? null), upPercent: null };
  const from = Date.parse(firstKnown);
  const criticalMs = unionMs(
    incidents
      .filter(({ severity }) => severity === 'CRITICAL')
      .map(({ openedAt, closedAt }) => [Math.max(from, openedAt.getTime()), (closedAt ?? now).getTime()]),
  );
  const upPercent = 100 * (1 - criticalMs / Math.max(1, now.getTime() - from));
  return { days: names.map((day) => worst.get(day) ?? null), upPercent: Math.floor(upPercent * 100) / 100 };
}

/** How long any of these lasted: two at once count once. */
function unionMs(spans: [from: number, to: number][]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans.sort(([one], [other]) => one - other)) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

const count = (number: number): string => number.toLocaleString('en');
const isAlive = ({ status }: SystemHealth['runners'][number]): boolean => status === 'ACTIVE' || status === 'DRAINING';

/** The most telling figure of each part. */
const figures: Record<SystemComponentId, (facts: StatusFacts) => string> = {
  api: ({ minutes }) => {
    const last = minutes.find(({ ago }) => ago === 0);
    const errors = minutes.reduce((sum, minute) => sum + minute.errors, 0);
    const failed = errors > 0 ? `, ${count(errors)} errors in the last hour` : '';
    return `${last?.p95Ms == null ? 'no call in the last minute' : `p95 ≈ ${formatDuration(last.p95Ms)}`}${failed}`;
  },
  database: ({ health: { database } }) =>
    database.latencyMs === null ? 'no answer' : `${formatDuration(database.latencyMs)} for a small query`,
  notifications: ({ health: { notifications } }) =>
    notifications.roundTripMs === null
      ? notifications.ok
        ? 'off: runners and screens poll'
        : 'none came back'
      : `${formatDuration(notifications.roundTripMs)} round trip`,
  sockets: ({ minutes }) => `${count(minutes.find(({ ago }) => ago === 0)?.sockets ?? 0)} open`,
  runners: ({ health: { runners } }) => {
    const alive = runners.filter(isAlive);
    const sum = (field: 'activeRuns' | 'concurrency') => alive.reduce((total, runner) => total + runner[field], 0);
    return `${count(alive.length)} alive, ${count(sum('activeRuns'))} of ${count(sum('concurrency'))} slots used`;
  },
  jobs: ({ health: { running, stalled, slow } }) =>
    [
      `${count(running)} running`,
      stalled.length > 0 && `${stalled.length} stalled`,
      slow.length > 0 && `${slow.length} slow`,
    ]
      .filter(Boolean)
      .join(', '),
  scheduler: ({ schedules: { total, withProblem } }) =>
    `${count(total)} ${total === 1 ? 'schedule' : 'schedules'}${withProblem > 0 ? `, ${count(withProblem)} with a problem` : ''}`,
  queue: ({ health: { backlog } }) =>
    `${count(backlog.due)} due${backlog.oldestAgeMs === null ? '' : `, the oldest for ${formatDuration(backlog.oldestAgeMs)}`}`,
  maintenance: ({ health: { maintenance } }) => `${count(maintenance.length)} tasks`,
  selfCheck: ({ health: { maintenance } }) =>
    maintenance.find(({ task }) => task === 'self-check')?.lastResult ?? 'not yet done',
  external: ({ health: { external } }) => `${count(external.running)} of at most ${count(external.most)} running`,
  alertDelivery: ({ deliveries: { sent, failed, waiting } }) =>
    `${count(sent)} sent, ${count(failed)} failed within a day${waiting > 0 ? `, ${count(waiting)} tried again` : ''}`,
  browserErrors: ({ browserErrors }) => `${count(browserErrors)} within a day`,
};
