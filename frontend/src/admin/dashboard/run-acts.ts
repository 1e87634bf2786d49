import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { ComponentType } from 'react';

/** What the lists of the dashboard offer to do with runs; handed in, for it belongs to another subject. */
export interface RunActs {
  /** Behind `⋯` of an active run. */
  Menu: ComponentType<{ run: JobRunSummary }>;
}
