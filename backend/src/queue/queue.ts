import type { JobRunTrigger } from '@job-manager/shared/run';
import type { RunRow, RunSummaryRow } from '../store/run-row.js';

/** Who asks, for the audit log; null fields for the product itself. */
export interface Actor {
  userId: number | null;
  email: string | null;
  ip: string | null;
  userAgent: string | null;
}

export interface EnqueueRequest {
  jobName: string;
  parameters: Record<string, unknown>;
  trigger: JobRunTrigger;
  /** The same key answers the same run; keys of different users never meet. */
  idempotencyKey?: string;
  /** The finished run that this one repeats. */
  rerunOfId?: string;
}

/** What may be asked of the engine. Each is one statement, its audit entry included; refusals are QueueErrors. */
export interface Queue {
  enqueue(request: EnqueueRequest, actor: Actor): Promise<RunRow>;
  /** Cancels a QUEUED run at once and asks a RUNNING one to stop; asking twice changes nothing. */
  cancel(runId: string, actor: Actor): Promise<RunRow>;
  /** Takes back the runs whose runner has gone silent. */
  cleanUpStalled(actor: Actor): Promise<RunSummaryRow[]>;
}
