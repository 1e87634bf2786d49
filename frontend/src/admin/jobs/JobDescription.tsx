import type { JobDefinition } from '@job-manager/shared/contract/run';
import { CopyButton } from '../../ui/CopyButton';
import { describeParameters } from './parameters';
import classes from './RunJobForm.module.css';

/** What a job does, how it is run from the command line, and what it accepts. */
export function JobDescription({ definition }: { definition: JobDefinition }) {
  const accepted = describeParameters(definition);
  return (
    <div className={classes.describe}>
      <div>
        <h3 className={classes.term}>Description</h3>
        <p>{definition.description}</p>
      </div>
      <div>
        <h3 className={classes.term}>Example Usage</h3>
        {definition.examples.map((example) => (
          <div key={example} className={classes.example}>
            <code>{example}</code>
            <CopyButton text={example} label="Copy" size="compact-sm" description={`Copy the example ${example}`} />
          </div>
        ))}
      </div>
      {accepted.length > 0 && (
        <details className={classes.accepted}>
          <summary>Parameters this job accepts</summary>
          <dl>
            {accepted.map(({ name, text }) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}
