import type { JobRun } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLive } from '../../api/live/LiveProvider';
import { graphQuery } from '../../api/run-list-queries';
import { Pending } from '../../components/Pending';
import { countOf } from '../../lib/count-of';
import { useIsPhone } from '../../ui/useIsPhone';
import { ChainActs } from './ChainActs';
import { ChainGraph } from './ChainGraph';
import { ChainList } from './ChainList';
import { stagesOf } from './chain-layout';
import { type Chain, countStates } from './chain-nodes';
import classes from './RunChain.module.css';

/** More would be unreadable as a graph; they are listed instead. */
const MAX_DRAWN = 60;

/** The runs that hang together with one. */
export function RunChain({ run }: { run: JobRun }) {
  return <ReadChain query={useQuery(graphQuery(run.id))} jobRunId={run.id} />;
}

interface ReadChainProps {
  query: { data: Chain | undefined; error: Error | null; failureCount?: number; refetch: () => unknown };
  /** The run whose chain it is; absent for that of a batch. */
  jobRunId?: string;
}

/** A chain as a graph, or by stage where there are too many runs or too little room. */
export function ReadChain({ query, jobRunId }: ReadChainProps) {
  const { data, refetch } = query;
  useChanges(data, refetch);
  return data ? <ShownChain chain={data} jobRunId={jobRunId} /> : <Pending query={query} what="The chain" rows={5} />;
}

function ShownChain({ chain, jobRunId }: { chain: Chain; jobRunId?: string }) {
  const isPhone = useIsPhone();
  const { nodes, edges, isCut } = chain;
  const stages = stagesOf(nodes, edges);
  const View = nodes.length > MAX_DRAWN || isPhone ? ChainList : ChainGraph;
  return (
    <section aria-label="Chain" className={classes.chain}>
      <p className={classes.summary}>
        {countOf(nodes.length, 'run')} in {countOf(stages.length, 'stage')}: {countStates(nodes)}
        {isCut && '. There are more; these are the first ones.'}
      </p>
      {jobRunId !== undefined && <ChainActs chain={chain} jobRunId={jobRunId} />}
      <View stages={stages} edges={edges} jobRunId={jobRunId} />
    </section>
  );
}

/** Reads the chain again when one of its runs is in another state; progress is no reason. */
function useChanges(chain: Chain | undefined, refetch: () => unknown): void {
  const states = useLive(({ runs }) => {
    if (chain === undefined) return null;
    const ids = new Set(chain.nodes.map(({ jobRunId }) => jobRunId));
    return runs.flatMap(({ id, status, claimNo }) => (ids.has(id) ? [`${id} ${status} ${claimNo}`] : [])).join();
  });
  const before = useRef(states);
  useEffect(() => {
    if (before.current !== null && before.current !== states) void refetch();
    before.current = states;
  }, [states, refetch]);
}
