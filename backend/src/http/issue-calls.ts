import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { findIssues, thresholds } from '../health/issues.js';
import { collectRecentCauses } from '../queue/maintenance/causes.js';
import { readPauses } from '../store/health.js';
import { readFailureShares, readIgnoredCancels } from '../store/issues.js';
import { readCauses } from '../store/metrics/failures.js';
import type { CallContext, HttpDeps } from './context.js';
import { keptFor } from './kept-for.js';

const os = implement(contract.issues).$context<CallContext>();

const FRESH_MS = 10_000;
const MAX_ISSUES = 20;
/** Causes that are looked at, those with most runs first. */
const MAX_CAUSES = 200;

/** What needs an operator, read at most every 10 s for all viewers. */
export function createIssueCalls({ pool, queue, health }: Pick<HttpDeps, 'pool' | 'queue' | 'health'>) {
  const read = keptFor(FRESH_MS, async () => {
    await collectRecentCauses(pool);
    const since = new Date(Date.now() - thresholds.hourMs);
    const [{ rows: causes }, { reasons }, pauses, channels, { schedules, now }, ignoredCancels] = await Promise.all([
      readCauses(pool, { since, jobName: null, state: 'OPEN', limit: MAX_CAUSES }),
      health.system(),
      readPauses(pool),
      queue.channels.list(),
      queue.schedules.list(),
      readIgnoredCancels(pool, thresholds.ignoredCancelMs),
    ]);
    const shares = await readFailureShares(pool, [...new Set(causes.map(({ jobName }) => jobName))]);
    const facts = { now, reasons, causes, shares, pauses, channels, schedules, ignoredCancels };
    const issues = findIssues(facts);
    return { issues: issues.slice(0, MAX_ISSUES), total: issues.length, asOf: now.toISOString() };
  });
  return os.router({ issues: os.issues.handler(() => read()) });
}
