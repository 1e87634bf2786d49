import { readLostRunners } from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import type { Outage } from '../outage.js';
import type { AlertSource, RuleJudge } from '../source.js';
import type { Span } from '../spans.js';

/** What an operator has set, or this process is about to do, is no incident. */
const BY_CHOICE = ['CLOSING', 'STANDBY', 'SCHEDULER_OFF'];
const TITLES: Record<string, string> = {
  DATABASE_UNREACHABLE: 'The database did not answer',
  MIGRATIONS_MISSING: 'The database lacks migrations',
  DATABASE_SLOW: 'The database is slow',
  STATE_UNKNOWN: 'The state of the jobs cannot be read in time',
  MIGRATIONS_UNKNOWN: 'The database is of a newer version',
  SCHEMA_DRIFT: 'The database lacks what its migrations made',
  NOTIFICATIONS_DOWN: 'Notifications do not arrive',
  NOTIFICATIONS_SLOW: 'Notifications are slow',
  NO_RUNNER: 'No runner is alive',
  BACKLOG_OLD: 'Runs wait for long',
  STALLED_RUNS: 'Runs are stalled',
  SLOW_RUNS: 'Runs are slow',
  EXTERNAL_LIMIT: 'Nearly as many external programs as may be',
  FAILURE_RATE: 'Many runs fail',
  CHANNEL_PAUSED: 'A channel stayed paused',
  JOB_PAUSED: 'A job stayed paused',
  RUNNER_LOST: 'A runner was lost',
  RUNNER_SILENT: 'A runner is silent',
  LOOP_BLOCKED: 'A job blocks its runner',
  RUNNER_IDLE: 'A runner claims nothing',
  MAINTENANCE_PROBLEM: 'Maintenance found something',
  MAINTENANCE_OVERDUE: 'Maintenance is overdue',
  JOB_VERSIONS: 'Several versions of a job live',
  UNTRUSTED_PROXY: 'A reverse proxy is not trusted',
};

export const health: RuleJudge = {
  find: async (rule, source) => {
    const { reasons } = await source.health();
    const counting = reasons.filter(
      ({ code, severity }) => !BY_CHOICE.includes(code) && (rule.severity === 'WARNING' || severity === 'CRITICAL'),
    );
    const outages = source.outage === null ? [] : [describeOutage(source.outage)];
    // Health may remember for a while what was measured during the outage.
    const codes = [...new Set(counting.map(({ code }) => code))].filter(
      (code) => !outages.some(({ subject }) => subject === code),
    );
    const now = codes.map((code) => {
      const ofCode = counting.filter((reason) => reason.code === code);
      const severity = ofCode.some((reason) => reason.severity === 'CRITICAL') ? 'CRITICAL' : 'WARNING';
      const cause = ofCode.map(({ message }) => message).join(' ');
      return { subject: code, title: TITLES[code] ?? code, cause, severity } as const;
    });
    return [...outages, ...now];
  },
};

const describeOutage = ({ ms, endedAt }: Outage) =>
  ({
    subject: 'DATABASE_UNREACHABLE',
    title: TITLES.DATABASE_UNREACHABLE ?? '',
    cause: `It was away for ${formatDuration(ms)}, until ${endedAt.toISOString()}. No rule was judged meanwhile; runs go on where they were.`,
    severity: 'CRITICAL',
  }) as const;

export const noRunner: RuleJudge = {
  find: async (_rule, source) => {
    const { reasons } = await source.health();
    const reason = reasons.find(({ code }) => code === 'NO_RUNNER');
    return reason ? [{ subject: 'runners', title: 'No runner is alive', cause: reason.message }] : [];
  },
};

/** A loss is news for so long. */
const NEWS_MS = 15 * 60_000;

async function lostSpans(source: AlertSource, from: Date): Promise<(Span & { name: string })[]> {
  const now = source.now.getTime();
  const lost = await readLostRunners(source.sql, new Date(from.getTime() - NEWS_MS));
  return lost.map(({ name, lostAt, backAt }) => {
    const until = Math.min(backAt ?? Number.POSITIVE_INFINITY, lostAt + NEWS_MS);
    return { subject: 'runners', name, from: lostAt, to: until > now ? null : until };
  });
}

export const runnerLost: RuleJudge = {
  find: async (rule, source) => {
    const spans = await lostSpans(source, source.now);
    const lost = spans.filter((span) => span.to === null && span.from >= rule.onSince.getTime());
    if (lost.length === 0) return [];
    const names = [...new Set(lost.map(({ name }) => name))];
    const title = names.length === 1 ? `Runner ${names[0]} was lost` : `${names.length} runners were lost`;
    const cause = `${names.slice(0, 5).join(', ')}: the process died, or cannot reach the database. Its runs are recovered.`;
    const eventAt = new Date(Math.max(...lost.map(({ from }) => from)));
    return [{ subject: 'runners', title, cause, count: names.length, eventAt }];
  },
  replay: (_rule, source, from) => lostSpans(source, from),
};
