import type { GraphNode } from '@job-manager/shared/contract/run-lists';
import { JobStatusBadge } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import { formatDuration } from '../../lib/duration';
import { type ChainEdge, type Stage, waitsOf } from './chain-layout';
import { countStates, listRuns } from './chain-nodes';
import classes from './RunChain.module.css';
import runList from './RunList.module.css';

interface Props {
  stages: readonly Stage<GraphNode>[];
  edges: readonly ChainEdge[];
  /** The run whose chain it is; absent for that of a batch. */
  jobRunId?: string;
}

/** More of a stage are folded. */
const MAX_SHOWN = 20;

/** The runs of a chain stage by stage, with those that each waits or waited for. */
export function ChainList({ stages, edges, jobRunId }: Props) {
  const waits = waitsOf(edges);
  const rows = (runs: Stage<GraphNode>) => (
    <ul className={runList.runs}>
      {runs.map((run) => (
        <Row key={run.jobRunId} run={run} waitsFor={waits.get(run.jobRunId)} isOwn={run.jobRunId === jobRunId} />
      ))}
    </ul>
  );
  return (
    <ol className={classes.stages}>
      {stages.map((stage, depth) => (
        <li key={stage[0]?.jobRunId}>
          <h3 className={classes.stage}>
            Stage {depth + 1} <span className={classes.counts}>{countStates(stage)}</span>
          </h3>
          {rows(stage.slice(0, MAX_SHOWN))}
          {stage.length > MAX_SHOWN && (
            <details className={runList.fold}>
              <summary>{(stage.length - MAX_SHOWN).toLocaleString('en')} more</summary>
              {rows(stage.slice(MAX_SHOWN))}
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

function Row({ run, waitsFor, isOwn }: { run: GraphNode; waitsFor?: readonly string[]; isOwn: boolean }) {
  const { jobRunId, jobName, status, error, durationMs } = run;
  if (status === null) return <li className="dimmed">#{jobRunId}, removed since</li>;
  return (
    <li className={`${runList.run} ${classes.entry}`} data-own={isOwn || undefined}>
      <RunPageLink jobRunId={jobRunId} tab="chain" className={runList.link} isCurrent={isOwn}>
        {jobName} <span className="tabular">#{jobRunId}</span>
      </RunPageLink>
      <JobStatusBadge status={status} />
      {durationMs !== null && <span className="dimmed tabular">{formatDuration(durationMs)}</span>}
      {waitsFor && (
        <span className="dimmed">
          {run.isBlocked ? 'waits for' : 'waited for'} {listRuns(waitsFor)}
        </span>
      )}
      {error !== null && status !== 'SUCCESS' && <span className={classes.error}>{error}</span>}
    </li>
  );
}
