import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import {
  readEnds,
  readFailingJobs,
  readFailureWeeks,
  readMinutes,
  readNewCauses,
} from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type AlertSource, covers, type Rule, type RuleJudge, thresholdOf, windowOf } from '../source.js';
import { type Sample, type Span, spansOfSamples, spansOverWindow } from '../spans.js';

const WEEK_MS = 7 * 86_400_000;
/** What failed so long ago, and has neither succeeded nor failed since, is given up. */
const MONTH_MS = 30 * 86_400_000;
/** Fewer failures are none to be woken by. */
const MIN_FAILURES = 5;

const later = (one: Date, other: number): Date => new Date(Math.max(one.getTime(), other));
const runs = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;

export const runFailed: RuleJudge = {
  find: async (rule, source) => {
    await collectRecentCauses(source.sql);
    const failing = await readFailingJobs(source.sql, later(rule.onSince, source.now.getTime() - MONTH_MS));
    return failing
      .filter(({ jobName }) => covers(rule, jobName, source))
      .map(({ jobName, error, lastAt, ...failure }) => ({
        subject: jobName,
        title: `${jobName} fails: ${runs(failure.runs)} since the last success`,
        cause: error,
        jobName,
        fingerprint: failure.fingerprint,
        lastRunId: failure.lastRunId,
        count: failure.runs,
        eventAt: lastAt,
      }));
  },
  replay: async (rule, source, from) => {
    const ends = await readEnds(source.sql, from);
    const samples = ends
      .filter(({ jobName }) => covers(rule, jobName, source))
      .map(({ jobName, at, isFailure }): Sample => ({ subject: jobName, at, values: [isFailure ? 1 : 0] }));
    return spansOfSamples(samples, { heldMs: WEEK_MS, ...within(from, source) }, ([failed = 0]) => failed > 0);
  },
};

const within = (from: Date, { now }: AlertSource) => ({ from: from.getTime(), now: now.getTime() });

export const failureRate: RuleJudge & { replay: NonNullable<RuleJudge['replay']> } = {
  find: async (rule, source) => {
    const windowMs = windowOf(rule);
    const from = new Date(source.now.getTime() - windowMs);
    const minutes = await readMinutes(source.sql, from);
    const broken = brokenNow(await ratesOf(rule, source, from));
    return broken.map(({ subject: jobName }) => {
      const ofJob = minutes.filter((minute) => minute.jobName === jobName);
      const failed = ofJob.reduce((sum, minute) => sum + minute.failed, 0);
      const ended = failed + ofJob.reduce((sum, minute) => sum + minute.success, 0);
      const title = `${jobName} fails: ${failed.toLocaleString('en')} of ${runs(ended)} in ${formatDuration(windowMs)}`;
      const cause = `${Math.round((100 * failed) / Math.max(1, ended))} % of the runs failed; the rule allows less than ${thresholdOf(rule)} %.`;
      return { subject: jobName, title, cause, jobName, count: failed };
    });
  },
  replay: (rule, source, from) => ratesOf(rule, source, from),
};

async function ratesOf(rule: Rule, source: AlertSource, from: Date): Promise<Span[]> {
  const windowMs = windowOf(rule);
  const minutes = await readMinutes(source.sql, new Date(from.getTime() - windowMs));
  const samples = minutes
    .filter(({ jobName }) => covers(rule, jobName, source))
    .map(({ jobName, at, success, failed }): Sample => ({ subject: jobName, at, values: [success, failed] }));
  const threshold = thresholdOf(rule);
  return spansOverWindow(samples, { windowMs, ...within(from, source) }, ([success = 0, failed = 0]) => {
    return failed >= MIN_FAILURES && (100 * failed) / (success + failed) >= threshold;
  });
}

/** Those that last until now. */
export const brokenNow = (spans: Span[]): Span[] => spans.filter(({ to }) => to === null);

export const failuresRising: RuleJudge = {
  find: async (rule, { sql }) => {
    const { now, before, failedNow } = await readFailureWeeks(sql);
    if (before === 0 || failedNow < MIN_FAILURES || now <= before * (1 + thresholdOf(rule) / 100)) return [];
    const percent = (perThousand: number): string => `${(perThousand / 10).toFixed(1)} %`;
    const title = `Failures rise: ${percent(now)} of the runs of the last seven days`;
    return [{ subject: 'all', title, cause: `In the seven days before it were ${percent(before)}.`, count: failedNow }];
  },
};

export const newCause: RuleJudge = {
  find: async (rule, source) => {
    await collectRecentCauses(source.sql);
    const since = later(rule.onSince, source.now.getTime() - windowOf(rule));
    const causes = await readNewCauses(source.sql, since);
    return causes
      .filter(({ jobName }) => covers(rule, jobName, source))
      .map(({ fingerprint, jobName, error, lastRunId, at, isBack }) => ({
        subject: fingerprint,
        title: isBack ? `An error of ${jobName} is back after it was resolved` : `New error kind in ${jobName}`,
        cause: error,
        ...{ jobName, fingerprint, lastRunId },
        eventAt: new Date(at),
      }));
  },
  replay: async (rule, source, from) => {
    const windowMs = windowOf(rule);
    const causes = await readNewCauses(source.sql, from);
    return causes
      .filter(({ jobName }) => covers(rule, jobName, source))
      .map(({ fingerprint, jobName, at }) => ({
        subject: `${jobName} ${fingerprint}`,
        from: at,
        to: at + windowMs > source.now.getTime() ? null : at + windowMs,
      }));
  },
};
