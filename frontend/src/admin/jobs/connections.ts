import type { JobRun, RelatedRun } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';

/** Whether it may still run; of one that was removed nothing is known, and it doesn't. */
export const isUnfinished = ({ status }: RelatedRun): boolean => status !== null && !isTerminal(status);

/** Whether other runs wait for this one, or it for them. */
export const hasConnections = (run: JobRun): boolean => [...run.dependsOn, ...run.dependents].some(isUnfinished);
