import type { JobRun } from '@job-manager/shared/contract/run';
import { useIsPhone } from '../../ui/useIsPhone';
import { ChainGraph } from './ChainGraph';
import { ChainList } from './ChainList';
import { stagesOf } from './chain-layout';
import { type Chain, chainOf, countStates } from './chain-nodes';
import classes from './RunChain.module.css';

/** With more it would be a picture of nothing; they are listed instead. */
const MAX_DRAWN = 60;

/** The runs that hang together with one: as a graph, or by stage where there are too many or too little room. */
export function RunChain({ run }: { run: JobRun }) {
  return <ShownChain chain={chainOf(run)} jobRunId={run.id} />;
}

function ShownChain({ chain, jobRunId }: { chain: Chain; jobRunId: string }) {
  const isPhone = useIsPhone();
  const { nodes, edges, isCut } = chain;
  const stages = stagesOf(nodes, edges);
  const View = nodes.length > MAX_DRAWN || isPhone ? ChainList : ChainGraph;
  return (
    <section aria-label="Chain" className={classes.chain}>
      <p className={classes.summary}>
        {count(nodes.length, 'run')} in {count(stages.length, 'stage')}: {countStates(nodes)}
        {isCut && '. There are more; these are the first ones.'}
      </p>
      <View stages={stages} edges={edges} jobRunId={jobRunId} />
    </section>
  );
}

const count = (number: number, name: string) => `${number.toLocaleString('en')} ${name}${number === 1 ? '' : 's'}`;
