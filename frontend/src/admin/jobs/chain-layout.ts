/** A run of a chain; of one that was removed only the number is known. */
export interface ChainNode {
  jobRunId: string;
  /** Longest way to it from a run that waits for none. */
  depth: number;
}

/** `to` waits or waited for `from`. */
export interface ChainEdge {
  from: string;
  to: string;
}

/** Runs of one depth; all may run at once. */
export type Stage<Node extends ChainNode> = readonly Node[];

/** The runs by depth; within each in the order of those that they wait for, so that few lines cross. */
export function stagesOf<Node extends ChainNode>(
  nodes: readonly Node[],
  edges: readonly ChainEdge[],
): readonly Stage<Node>[] {
  const before = groupBy(edges, 'to', 'from');
  const places = new Map<string, number>();
  const stages: Node[][] = [];
  for (const node of nodes) {
    stages[node.depth] ??= [];
    stages[node.depth]?.push(node);
  }
  for (const stage of stages.filter(Boolean)) {
    const weights = new Map(stage.map((node, index) => [node, meanPlace(before.get(node.jobRunId), places) ?? index]));
    stage.sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));
    for (const [index, { jobRunId }] of stage.entries()) places.set(jobRunId, index - (stage.length - 1) / 2);
  }
  return stages.filter(Boolean);
}

function meanPlace(ids: readonly string[] | undefined, places: ReadonlyMap<string, number>): number | null {
  if (ids === undefined) return null;
  return ids.reduce((sum, id) => sum + (places.get(id) ?? 0), 0) / ids.length;
}

/** The run itself, all that it waits for and all that wait for it, directly or by way of others. */
export function relativesOf(jobRunId: string, edges: readonly ChainEdge[]): ReadonlySet<string> {
  const found = new Set([jobRunId]);
  for (const next of [groupBy(edges, 'to', 'from'), groupBy(edges, 'from', 'to')]) {
    const open = [jobRunId];
    for (const id of open) {
      for (const other of next.get(id) ?? []) {
        if (found.has(other)) continue;
        found.add(other);
        open.push(other);
      }
    }
  }
  return found;
}

/** A run and all that wait or waited for it, directly or by way of others. */
export function dependentsOf(jobRunId: string, edges: readonly ChainEdge[]): ReadonlySet<string> {
  const after = groupBy(edges, 'from', 'to');
  const found = new Set([jobRunId]);
  // Iterating a set includes the items added to it meanwhile.
  for (const id of found) for (const other of after.get(id) ?? []) found.add(other);
  return found;
}

/** One run of each group that hangs together without any other runs than these. */
export function headsOf(ids: readonly string[], edges: readonly ChainEdge[]): readonly string[] {
  const among = new Set(ids);
  const within = edges.filter(({ from, to }) => among.has(from) && among.has(to));
  const either = within.flatMap(({ from, to }) => [
    { from, to },
    { from: to, to: from },
  ]);
  const reached = new Set<string>();
  return ids.filter((id) => {
    if (reached.has(id)) return false;
    for (const other of dependentsOf(id, either)) reached.add(other);
    return true;
  });
}

/** Numbers of the runs that each run waits or waited for. */
export const waitsOf = (edges: readonly ChainEdge[]): ReadonlyMap<string, readonly string[]> =>
  groupBy(edges, 'to', 'from');

function groupBy(edges: readonly ChainEdge[], key: keyof ChainEdge, value: keyof ChainEdge): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const edge of edges) {
    const group = groups.get(edge[key]);
    if (group) group.push(edge[value]);
    else groups.set(edge[key], [edge[value]]);
  }
  return groups;
}

type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The run that an arrow key leads to: up and down within a stage, left and right to the nearest of another. */
export function runBeside<Node extends ChainNode>(
  stages: readonly Stage<Node>[],
  jobRunId: string,
  arrow: Arrow,
): string | undefined {
  const column = stages.findIndex((stage) => stage.some((node) => node.jobRunId === jobRunId));
  const stage = stages[column];
  if (stage === undefined) return undefined;
  const row = stage.findIndex((node) => node.jobRunId === jobRunId);
  if (arrow === 'ArrowUp' || arrow === 'ArrowDown') return stage[row + (arrow === 'ArrowDown' ? 1 : -1)]?.jobRunId;
  const next = stages[column + (arrow === 'ArrowRight' ? 1 : -1)];
  if (next === undefined) return undefined;
  const wanted = Math.round(row - (stage.length - next.length) / 2);
  return next[Math.min(Math.max(wanted, 0), next.length - 1)]?.jobRunId;
}
