import {
  readJobNames,
  readJobsWithoutSuccess,
  readRecoveries,
  readSkips,
} from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type AlertSource, covers, type Rule, type RuleJudge, thresholdOf, windowOf } from '../source.js';
import { type Span, spansOverWindow } from '../spans.js';
import { brokenNow } from './failures.js';

export const slowRuns: RuleJudge = {
  find: async (rule, source) => {
    const { slow } = await source.health();

    return [...groupByJob(slow)]
      .filter(([jobName]) => covers(rule, jobName, source))
      .map(([jobName, runs]) => {
        const longest = Math.max(...runs.map(({ forMs }) => forMs));
        const named = runs.slice(0, 5).map(({ jobRunId }) => `#${jobRunId}`);
        const title = `${jobName} is slow: ${runs.length} ${runs.length === 1 ? 'run takes' : 'runs take'} longer than expected`;
        const cause = `${named.join(', ')}, the longest for ${formatDuration(longest)}; expected are ${formatDuration(runs[0]?.limitMs ?? 0)}.`;
        return { subject: jobName, title, cause, jobName, lastRunId: runs[0]?.jobRunId, count: runs.length };
      });
  },
};

function groupByJob<Run extends { jobName: string }>(runs: Run[]): Map<string, Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) groups.set(run.jobName, [...(groups.get(run.jobName) ?? []), run]);
  return groups;
}

async function stalledSpans(rule: Rule, source: AlertSource, from: Date): Promise<Span[]> {
  const windowMs = windowOf(rule);
  const times = await readRecoveries(source.sql, new Date(from.getTime() - windowMs));
  const samples = times.map((at) => ({ subject: 'runs', at, values: [1] }));
  const range = { windowMs, from: from.getTime(), now: source.now.getTime() };
  return spansOverWindow(samples, range, ([recovered = 0]) => recovered > thresholdOf(rule));
}

export const stalledRuns: RuleJudge = {
  find: async (rule, source) => {
    const windowMs = windowOf(rule);
    const from = new Date(source.now.getTime() - windowMs);
    if (brokenNow(await stalledSpans(rule, source, from)).length === 0) return [];
    const recovered = (await readRecoveries(source.sql, from)).length;
    const title = `${recovered.toLocaleString('en')} runs stalled in ${formatDuration(windowMs)}`;
    const cause =
      'Their runners sent no heartbeats, and the runs were recovered: look for processes that end or get no CPU time.';
    return [{ subject: 'runs', title, cause, count: recovered }];
  },
  replay: stalledSpans,
};

export const noSuccess: RuleJudge = {
  find: async (rule, source) => {
    const windowMs = windowOf(rule);
    const since = new Date(source.now.getTime() - windowMs);
    // One that was off could not expect anything.
    if (rule.onSince > since) return [];
    const known = await readJobNames(source.sql);
    const isNamed = rule.jobs.length > 0 || rule.onlyCritical;
    const expected = known
      .filter(({ name, isScheduled }) => (isNamed || isScheduled) && covers(rule, name, source))
      .map(({ name }) => name);
    const late = await readJobsWithoutSuccess(source.sql, expected, since);
    return late.map((jobName) => ({
      subject: jobName,
      title: `${jobName} has not succeeded for ${formatDuration(windowMs)}`,
      cause: `No run of it that succeeded ended within the last ${formatDuration(windowMs)}.`,
      jobName,
    }));
  },
};

const SKIPPED = {
  MISSED: 'it was not fired in time',
  OVERLAP: 'its last run was not over',
  JOB_GONE: 'its job is gone from the code',
} as Record<string, string>;

export const scheduleSkipped: RuleJudge = {
  find: async (rule, source) => {
    const since = new Date(Math.max(rule.onSince.getTime(), source.now.getTime() - windowOf(rule)));
    const skips = (await readSkips(source.sql, since)).filter(({ jobName }) => covers(rule, jobName, source));
    const newest = new Map(skips.map((skip) => [skip.schedule, skip]));
    return [...newest.values()].map(({ schedule, jobName, at, reason }) => {
      const times = skips.filter((skip) => skip.schedule === schedule).reduce((sum, skip) => sum + skip.dueTimes, 0);
      const title = `Schedule ${schedule} skipped ${times} due ${times === 1 ? 'time' : 'times'}`;
      const cause = `No run was queued: ${SKIPPED[reason] ?? reason}.`;
      return { subject: schedule, title, cause, jobName, count: times, eventAt: new Date(at) };
    });
  },
  replay: async (rule, source, from) => {
    const windowMs = windowOf(rule);
    const skips = (await readSkips(source.sql, from)).filter(({ jobName }) => covers(rule, jobName, source));
    const samples = skips.map(({ schedule, at }) => ({ subject: schedule, at, values: [1] }));
    const range = { windowMs, from: from.getTime(), now: source.now.getTime() };
    return spansOverWindow(samples, range, ([skipped = 0]) => skipped > 0);
  },
};
