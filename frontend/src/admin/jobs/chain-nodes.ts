import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { statusAppearance } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import type { ChainEdge } from './chain-layout';

/** Runs that hang together, with what waits for what. */
export interface Chain {
  nodes: readonly GraphNode[];
  edges: readonly ChainEdge[];
  isCut: boolean;
}

/** "3 success, 1 failed". */
export function countStates(runs: readonly GraphNode[]): string {
  const counts = new Map<string, number>();
  for (const run of runs) {
    const label = labelOf(run).toLowerCase();
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => `${count.toLocaleString('en')} ${label}`).join(', ');
}

const labelOf = ({ status, isBlocked }: GraphNode): string => {
  if (status === null) return 'Removed';
  return status === 'QUEUED' && isBlocked ? 'Waiting' : statusAppearance[status].label;
};

/** The state of a run as short text: "Success, 13s", "Waits for #12", "Failed: No disk left". */
export function describeNode(run: GraphNode, waitsFor: readonly string[]): string {
  const label = labelOf(run);
  if (run.status === 'QUEUED' && run.isBlocked) return `Waits for ${listRuns(waitsFor)}`;
  if (run.error !== null && run.status === 'CANCELLED') return run.error;
  if (run.error !== null && run.status !== 'SUCCESS') return `${label}: ${run.error}`;
  return run.durationMs === null ? label : `${label}, ${formatDuration(run.durationMs)}`;
}

const MAX_NAMED = 3;

/** "#1, #2 and 4 more". */
export function listRuns(ids: readonly string[]): string {
  const named = ids.slice(0, MAX_NAMED).map((id) => `#${id}`);
  return ids.length > MAX_NAMED ? `${named.join(', ')} and ${ids.length - MAX_NAMED} more` : named.join(', ');
}
