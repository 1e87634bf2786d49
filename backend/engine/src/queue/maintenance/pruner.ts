import { type TerminalStatus, terminalStatuses } from '@job-manager/shared/run';
import { removeOldIncidents } from '../../store/alerts/incidents.js';
import { taskOfStatus } from '../../store/automatic-clean-up.js';
import { removeOldBulk } from '../../store/bulk.js';
import { removeOldCauses } from '../../store/causes.js';
import { removeOldProcesses, removeOldVersions } from '../../store/job-versions.js';
import {
  type PrunableSpan,
  type Retention,
  readPrunable,
  removeEmptyBatches,
  removeOldAccessEntries,
  removeOldClientErrors,
  removeOldRunnerEvents,
  removeOldRunners,
  removeOldSessions,
} from '../../store/maintenance.js';
import { removeOldSkips } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { type Place, pruneRuns } from '../transitions/prune.js';
import type { MaintenanceTask } from './maintenance-loop.js';

/** What to keep of finished runs, by how they ended. */
export type RetentionPolicy = Record<TerminalStatus, Retention>;

/**
 * The tasks that remove what retention no longer keeps; without `accessDays`, sign-ins and refusals stay in the audit
 * log for ever.
 */
export function pruningTasks(sql: Sql, policy: RetentionPolicy, accessDays: number | null = null): MaintenanceTask[] {
  return [
    ...terminalStatuses.map((status) => ({
      name: taskOfStatus(status),
      run: (pause: Pause) => pruneStatus(sql, status, policy[status], pause),
    })),
    removal('remove old causes of failures', 'causes', () => removeOldCauses(sql)),
    removal('remove old incidents', 'incidents', () => removeOldIncidents(sql)),
    removal('remove empty batches', 'batches', () => removeEmptyBatches(sql)),
    removal('remove old bulk operations', 'operations', () => removeOldBulk(sql)),
    removal('remove old runners', 'runners', () => removeOldRunners(sql)),
    removal('remove old runner events', 'entries', () => removeOldRunnerEvents(sql)),
    removal('remove old job processes', 'processes', () => removeOldProcesses(sql)),
    removal('remove old job versions', 'versions', () => removeOldVersions(sql)),
    removal('remove old sessions', 'sessions', () => removeOldSessions(sql)),
    removal('remove old browser errors', 'errors', () => removeOldClientErrors(sql)),
    removal('remove old skipped due times', 'entries', () => removeOldSkips(sql)),
    ...(accessDays === null
      ? []
      : [removal('remove old sign-ins and refusals', 'entries', () => removeOldAccessEntries(sql, accessDays))]),
  ];
}

type Pause = () => Promise<boolean>;

async function pruneStatus(sql: Sql, status: TerminalStatus, retention: Retention, pause: Pause): Promise<string> {
  const removed = new Map<string, number>();
  for (const span of await readPrunable(sql, status, retention)) {
    const { runs, isStopped } = await pruneSpan(sql, status, span, pause);
    removed.set(span.reason, (removed.get(span.reason) ?? 0) + runs);
    if (isStopped) break;
  }
  const parts = [...removed].filter(([, runs]) => runs > 0);
  if (parts.length === 0) return 'Nothing to remove';
  return `Removed ${parts.map(([reason, runs]) => `${runs.toLocaleString('en')} runs ${reason}`).join(' and ')}`;
}

/** Until the span is empty, but for what is still needed, or the process is being stopped. */
async function pruneSpan(
  sql: Sql,
  status: TerminalStatus,
  { jobName, from, before, reason }: PrunableSpan,
  pause: Pause,
): Promise<{ runs: number; isStopped: boolean }> {
  let after: Place = { finishedAt: from, id: '0' };
  for (let removed = 0; ; ) {
    const batch = await pruneRuns(sql, { status, jobName, before, after, reason });
    removed += batch.runs;
    if (batch.last === null) return { runs: removed, isStopped: false };
    if (!(await pause())) return { runs: removed, isStopped: true };
    after = batch.last;
  }
}

function removal(name: string, what: string, remove: () => Promise<number>): MaintenanceTask {
  return {
    name,
    run: async (pause) => {
      let removed = 0;
      for (let batch = await remove(); batch > 0; batch = (await pause()) ? await remove() : 0) removed += batch;
      return removed === 0 ? 'Nothing to remove' : `Removed ${removed.toLocaleString('en')} ${what}`;
    },
  };
}
