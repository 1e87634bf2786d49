import { GRAPH_SHOWN, type GraphRow } from '@job-manager/engine/store/run-graph';
import type { GraphNode } from '@job-manager/shared/contract/run-lists';

interface Edge {
  from: string;
  to: string;
}

/** A graph as the API shows it: nodes by depth, and what lies between those that are shown. */
export function presentGraph(rows: readonly GraphRow[]): { nodes: GraphNode[]; edges: Edge[]; isCut: boolean } {
  const shown = rows.slice(0, GRAPH_SHOWN);
  const ids = new Set(shown.map(({ id }) => id));
  const edges = shown.flatMap(({ id, dependsOn }) =>
    (dependsOn ?? []).filter((from) => ids.has(from)).map((from) => ({ from, to: id })),
  );
  const depths = depthsOf(shown, edges);
  const nodes = shown.map((row) => presentNode(row, depths.get(row.id) ?? 0));
  // A sort keeps the order of equals, and rows come by number.
  return { nodes: nodes.sort((a, b) => a.depth - b.depth), edges, isCut: rows.length > GRAPH_SHOWN };
}

const presentNode = ({ id, isBlocked, dependsOn: _, ...row }: GraphRow, depth: number): GraphNode => ({
  ...row,
  jobRunId: id,
  isBlocked: isBlocked ?? false,
  depth,
  startedAt: row.startedAt?.toISOString() ?? null,
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** The longest way to each run from one that waits for none: its depth is known once all it waits for have theirs. */
function depthsOf(rows: readonly GraphRow[], edges: readonly Edge[]): Map<string, number> {
  const open = new Map(rows.map(({ id }) => [id, 0]));
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    open.set(to, (open.get(to) ?? 0) + 1);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  const depths = new Map<string, number>();
  const ready = [...open].flatMap(([id, waits]) => (waits === 0 ? [id] : []));
  for (const id of ready) {
    const depth = depths.get(id) ?? 0;
    depths.set(id, depth);
    for (const to of after.get(id) ?? []) {
      depths.set(to, Math.max(depths.get(to) ?? 0, depth + 1));
      const left = (open.get(to) ?? 0) - 1;
      open.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return depths;
}
