import { type TerminalStatus, terminalStatuses } from '@job-manager/shared/run';
import {
  type PrunableSpan,
  type Retention,
  readPrunable,
  removeEmptyBatches,
  removeOldClientErrors,
  removeOldRunners,
  removeOldSessions,
} from '../../store/maintenance.js';
import { removeOldSkips } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import { type Place, pruneRuns } from '../transitions/prune.js';
import type { MaintenanceTask } from './maintenance-loop.js';

/** What to keep of finished runs, by how they ended. */
export type RetentionPolicy = Record<TerminalStatus, Retention>;

/** The tasks that remove what is past its time. */
export function pruningTasks(sql: Sql, policy: RetentionPolicy): MaintenanceTask[] {
  return [
    ...terminalStatuses.map((status) => ({
      name: `remove old ${status} runs`,
      run: (pause: Pause) => pruneStatus(sql, status, policy[status], pause),
    })),
    removal('remove empty batches', 'batches', () => removeEmptyBatches(sql)),
    removal('remove old runners', 'runners', () => removeOldRunners(sql)),
    removal('remove old sessions', 'sessions', () => removeOldSessions(sql)),
    removal('remove old browser errors', 'errors', () => removeOldClientErrors(sql)),
    removal('remove old skipped due times', 'entries', () => removeOldSkips(sql)),
  ];
}

type Pause = () => Promise<boolean>;

async function pruneStatus(sql: Sql, status: TerminalStatus, retention: Retention, pause: Pause): Promise<string> {
  const span = await readPrunable(sql, status, retention);
  if (span === null) return 'Nothing to remove';
  return inWords(await pruneSpan(sql, status, span, pause), 'runs', span.reason);
}

async function pruneSpan(sql: Sql, status: TerminalStatus, span: PrunableSpan, pause: Pause): Promise<number> {
  const { before, reason } = span;
  let after: Place | null = { finishedAt: span.from, id: '0' };
  let removed = 0;
  while (after !== null) {
    const batch = await pruneRuns(sql, { status, before, after, reason });
    removed += batch.runs;
    after = batch.last !== null && (await pause()) ? batch.last : null;
  }
  return removed;
}

function removal(name: string, what: string, remove: () => Promise<number>): MaintenanceTask {
  return {
    name,
    run: async (pause) => {
      let removed = 0;
      for (let batch = await remove(); batch > 0; batch = (await pause()) ? await remove() : 0) removed += batch;
      return inWords(removed, what);
    },
  };
}

function inWords(removed: number, what: string, reason?: string): string {
  if (removed === 0) return 'Nothing to remove';
  return `Removed ${removed.toLocaleString('en')} ${what}${reason === undefined ? '' : ` ${reason}`}`;
}
