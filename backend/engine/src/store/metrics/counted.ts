import type { Span } from './span.js';

/** What ended in a step. */
export interface CountStep {
  at: Date;
  /** '' for all, null for the rest of the groups. */
  group: string | null;
  success: number;
  failed: number;
  cancelled: number;
}

export type CountedStatus = 'SUCCESS' | 'FAILED' | 'CANCELLED';

export interface Counted {
  span: Span;
  /** The others are left out, and 0 in what is read: every row that is passed costs time. */
  statuses: readonly CountedStatus[];
  /** Null for all jobs. */
  jobNames: string[] | null;
}
