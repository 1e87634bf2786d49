/** A failure as the history shows it. */
export interface Failure {
  error: string;
  stack?: string;
}

/** An invented run before it has a number: the request, its time, and its result. Times in milliseconds since 1970. */
export interface Draft {
  jobName: string;
  channel?: string;
  version?: string;
  trigger: 'MANUAL' | 'CRON' | 'EVENT' | 'API';
  parameters?: Record<string, unknown>;
  queuedAt: number;
  /** From when it may start to when it starts; a second and less where nothing stands before it. */
  waitMs: number;
  /** How long its last attempt takes. */
  workMs: number;
  status: 'SUCCESS' | 'FAILED' | 'CANCELLED';
  /** Attempts that failed before the last one, each followed by a wait. */
  failedBefore?: Failure[];
  /** Of a failed run. */
  failure?: Failure;
  /** A cancelled run that never started. */
  isCancelledInQueue?: boolean;
  metadata?: Record<string, unknown>;
  /** Which of the sample's operators asked for it, or cancelled it. */
  person?: number;
  isByToken?: boolean;
  schedule?: string;
  dueAt?: number;
  batch?: BatchDraft;
  dependsOn?: Draft[];
}

/** Runs that were queued together. */
export interface BatchDraft {
  name: string;
  person: number;
  createdAt: number;
}
