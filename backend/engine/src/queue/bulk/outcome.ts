import type { BulkAction, BulkRequest } from '@job-manager/shared/contract/bulk';
import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { BulkActor } from './bulk.js';

/** The next runs of an operation. */
export interface Step {
  id: string;
  action: BulkAction;
  request: BulkRequest;
  actor: BulkActor;
  runIds: string[];
  total: number;
  batchId: string | null;
  /** The job that the filter names. */
  jobName: string | undefined;
}

export interface StepOutcome {
  done: number;
  /** Why runs were skipped, with how many of each. */
  problems: Record<string, number>;
  batchId?: string;
  /** What other processes are notified of once it is committed. */
  announce?: (notifier: Notifier) => void;
  /** Work that follows some time after the commit; the sweep does it where this process has ended by then. */
  later?: { afterMs: number; act: (sql: Sql, notifier: Notifier) => Promise<void> };
}
