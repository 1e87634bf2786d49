import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { readFailingDestinations, readOpenIncidents } from '@job-manager/engine/store/alerts/open-incidents';
import { readPauses } from '@job-manager/engine/store/health';
import { muteIssue, readIssueMutes } from '@job-manager/engine/store/issue-mutes';
import { readFailureShares, readIgnoredCancels } from '@job-manager/engine/store/issues';
import { readCauses } from '@job-manager/engine/store/metrics/failures';
import { causeMuteKey } from '@job-manager/shared/contract/failures';
import { contract } from '@job-manager/shared/contract/index';
import type { Issue, IssuesAnswer } from '@job-manager/shared/contract/issues';
import { implement } from '@orpc/server';
import { findIssues, thresholds } from '../health/issues.js';
import { cachedFor } from './cached-for.js';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';
import type { ReadPulse } from './pulse.js';
import type { Snapshots } from './snapshots.js';

const os = implement(contract.issues).$context<CallContext>();

const FRESH_MS = 10_000;
const MAX_ISSUES = 20;
/** Causes that are looked at, those with most runs first. */
const MAX_CAUSES = 200;

type IssueDeps = Pick<HttpDeps, 'pool' | 'queue' | 'health'>;

/** The issues that need an operator, read at most every 10 s for all viewers; mutes are read each time. */
function createIssues(deps: IssueDeps): () => Promise<IssuesAnswer> {
  const find = cachedFor(FRESH_MS, () => readIssues(deps));
  return async () => {
    const { found, asOf } = await find();
    const mutes = await readIssueMutes(
      deps.pool,
      found.map(({ key }) => key),
    );
    const muteOf = new Map(mutes.map((mute) => [mute.key, mute]));
    // Muted itself, or as the cause that alone makes it.
    const findMute = ({ key, subject }: Issue) =>
      muteOf.get(key) ??
      (subject.kind === 'failures' && subject.fingerprint ? muteOf.get(causeMuteKey(subject.fingerprint)) : undefined);
    const issues = found.filter((issue) => findMute(issue) === undefined);
    const muted = found.flatMap((issue) => {
      const mute = findMute(issue);
      if (mute === undefined) return [];
      const { until, untilClear, mutedBy } = mute;
      // By the key that it is muted by, which shows it again.
      return [{ ...issue, key: mute.key, mutedUntil: until.toISOString(), isUntilClear: untilClear, mutedBy }];
    });
    return { issues: issues.slice(0, MAX_ISSUES), total: issues.length, muted, asOf };
  };
}

async function readIssues({ pool, queue, health }: IssueDeps) {
  await collectRecentCauses(pool);
  const since = new Date(Date.now() - thresholds.hourMs);
  const [causes, { reasons }, pauses, channels, { schedules, now }, ignoredCancels, incidents, destinations] =
    await Promise.all([
      readCauses(pool, { since, jobName: null, state: 'OPEN', limit: MAX_CAUSES }).then(({ rows }) => rows),
      health.system(),
      readPauses(pool),
      queue.channels.list(),
      queue.schedules.list(),
      readIgnoredCancels(pool, thresholds.ignoredCancelMs),
      readOpenIncidents(pool),
      readFailingDestinations(pool, thresholds.failedDeliveries),
    ]);
  const shares = await readFailureShares(pool, [...new Set(causes.map(({ jobName }) => jobName))]);
  const facts = { now, reasons, causes, shares, pauses, channels, schedules, ignoredCancels, incidents, destinations };
  return { found: findIssues(facts), asOf: now.toISOString() };
}

interface OverviewReads {
  snapshots: () => Promise<Snapshots>;
  pulse: ReadPulse;
}

const PULSE_MINUTES = 30;

/** What needs an operator, and what the Overview shows beside it. */
export function createIssueCalls(deps: IssueDeps, reads: OverviewReads) {
  const read = createIssues(deps);
  return os.router({
    overview: os.overview.handler(async () => {
      const [issues, snapshots, pulse] = await Promise.all([read(), reads.snapshots(), reads.pulse(PULSE_MINUTES)]);
      return { issues, snapshots, pulse };
    }),

    issues: os.issues.handler(() => read()),

    muteIssue: os.muteIssue.handler(async ({ input: { key, until }, context }) => {
      const when = until === null || until === 'cleared' ? until : new Date(until);
      if (!(await muteIssue(deps.pool, key, when, auditPersonOf(context))))
        throw new HttpProblem('NOT_ALLOWED', 'Too many issues are muted already; show some of them again first.');
      return read();
    }),
  });
}
