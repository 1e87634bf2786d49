import type { JobDefinition } from '@job-manager/shared/contract/run';
import { CopyButton } from '../../ui/CopyButton';
import { describeParameters } from './form-messages';
import classes from './RunJobForm.module.css';

/** What a job does, how it is run from the command line, and what it accepts. */
export function JobDescription({ definition }: { definition: JobDefinition }) {
  const [example, ...others] = definition.examples;
  return (
    <div className={classes.describe}>
      <div>
        <h3 className={classes.term}>Description</h3>
        <p>{definition.description}</p>
      </div>
      {example !== undefined && (
        <div>
          <h3 className={classes.term}>Example Usage</h3>
          <Example text={example} />
          {others.length > 0 && (
            <details className={classes.fold}>
              <summary>{others.length === 1 ? 'One more example' : `${others.length} more examples`}</summary>
              {others.map((other) => (
                <Example key={other} text={other} />
              ))}
            </details>
          )}
        </div>
      )}
      <AcceptedParameters definition={definition} />
    </div>
  );
}

function Example({ text }: { text: string }) {
  return (
    <div className={classes.example}>
      <code>{text}</code>
      <CopyButton text={text} label="Copy" size="compact-sm" description={`Copy the example ${text}`} />
    </div>
  );
}

function AcceptedParameters({ definition }: { definition: JobDefinition }) {
  const accepted = describeParameters(definition);
  if (accepted.length === 0) return null;
  return (
    <details className={classes.fold}>
      <summary>Parameters this job accepts</summary>
      <dl>
        {accepted.map(({ name, text }) => (
          <div key={name} className={classes.parameter}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
