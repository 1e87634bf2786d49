import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import classes from './Chain.module.css';
import { ChainGraph } from './ChainGraph';
import { type ChainEdge, stagesOf } from './chain-layout';
import { FIRST, type RunFormValues } from './run-form';

/** The runs of a chain that is to be queued, as the page of one of them will draw it. */
export function ChainPreview({ values }: { values: RunFormValues }) {
  const { nodes, edges } = previewOf(values);
  const stages = stagesOf(nodes, edges);
  return (
    <section aria-label="Preview of the chain" className={classes.preview}>
      <ChainGraph stages={stages} edges={edges} jobRunId={null} />
    </section>
  );
}

/** The graph that the runs of the form will be; their numbers in the form stand for those they will get. */
function previewOf({ jobName, chain }: RunFormValues): { nodes: GraphNode[]; edges: ChainEdge[] } {
  const rows = [{ key: FIRST, jobName, after: [] as string[] }, ...chain];
  const numbers = new Map(rows.map(({ key }, index) => [key, String(index + 1)]));
  const depths = new Map<string, number>();
  for (const { key, after } of rows) depths.set(key, Math.max(0, ...after.map((one) => (depths.get(one) ?? 0) + 1)));
  const nodes = rows.map((row) => ({
    jobRunId: numbers.get(row.key) ?? '',
    jobName: row.jobName === '' ? 'No job yet' : row.jobName,
    status: 'QUEUED' as const,
    isBlocked: row.after.length > 0,
    error: null,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    depth: depths.get(row.key) ?? 0,
  }));
  const edges = rows.flatMap(({ key, after }) =>
    after.map((one) => ({ from: numbers.get(one) ?? '', to: numbers.get(key) ?? '' })),
  );
  return { nodes, edges };
}
