import type { JobRun, RelatedRun } from '@job-manager/shared/contract/run';
import { statusLook } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import type { ChainEdge, ChainNode } from './chain-layout';

/** A run of a chain, as far as it is known; of one that was removed only its number is. */
export interface ChainRun extends ChainNode {
  jobName: string | null;
  status: JobRun['status'] | null;
  isBlocked: boolean;
  durationMs: number | null;
  error: string | null;
}

export interface Chain {
  nodes: readonly ChainRun[];
  edges: readonly ChainEdge[];
  /** There are more than are shown. */
  isCut: boolean;
}

/** "3 success, 1 failed". */
export function countStates(runs: readonly ChainRun[]): string {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const label = labelOf(run).toLowerCase();
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => `${count.toLocaleString('en')} ${label}`).join(', ');
}

const labelOf = ({ status, isBlocked }: ChainRun): string => {
  if (status === null) return 'Removed';
  return status === 'QUEUED' && isBlocked ? 'Waiting' : statusLook[status].label;
};

/** The state of a run in a few words: "Success, 13s", "Waits for #12", "Failed: No disk left". */
export function describeNode(run: ChainRun, waitsFor: readonly string[]): string {
  const label = labelOf(run);
  if (run.status === 'QUEUED' && run.isBlocked) return `Waits for ${listRuns(waitsFor)}`;
  if (run.error !== null && run.status !== 'SUCCESS') return `${label}: ${run.error}`;
  return run.durationMs === null ? label : `${label}, ${formatDuration(run.durationMs)}`;
}

const MAX_NAMED = 3;

/** "#1, #2 and 4 more". */
export function listRuns(ids: readonly string[]): string {
  const named = ids.slice(0, MAX_NAMED).map((id) => `#${id}`);
  return ids.length > MAX_NAMED ? `${named.join(', ')} and ${ids.length - MAX_NAMED} more` : named.join(', ');
}

/** The runs that a run is connected with directly. */
export function chainOf(run: JobRun): Chain {
  const related = ({ jobRunId, jobName, status }: RelatedRun, depth: number): ChainRun => ({
    ...{ jobRunId, jobName, status, depth },
    ...{ isBlocked: status === 'QUEUED', durationMs: null, error: null },
  });
  const depth = run.dependsOn.length > 0 ? 1 : 0;
  const { id: jobRunId, jobName, status, isBlocked, durationMs, error } = run;
  return {
    nodes: [
      ...run.dependsOn.map((one) => related(one, 0)),
      { jobRunId, depth, jobName, status, isBlocked, durationMs, error },
      ...run.dependents.map((one) => related(one, depth + 1)),
    ],
    edges: [
      ...run.dependsOn.map((one) => ({ from: one.jobRunId, to: jobRunId })),
      ...run.dependents.map((one) => ({ from: jobRunId, to: one.jobRunId })),
    ],
    isCut: false,
  };
}
