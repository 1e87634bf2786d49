import classes from './Chain.module.css';
import { ChainGraph } from './ChainGraph';
import { stagesOf } from './chain-layout';
import { previewOf } from './chain-preview';
import type { RunFormValues } from './run-form';

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
