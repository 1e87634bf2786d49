import type { JobDefinition } from '@job-manager/shared/contract/run';
import { ParameterFields } from './ParameterFields';
import classes from './RunJobForm.module.css';
import { useParameterCheck } from './useParameterCheck';

interface Props {
  definition: JobDefinition;
  text: string;
  onChange: (text: string) => void;
}

/** Beside the JSON: a field for each parameter, and what the job objects to. */
export function ParameterSide({ definition, text, onChange }: Props) {
  const { faults, rest } = useParameterCheck(definition, text);
  return (
    <div className={classes.side}>
      <ParameterFields definition={definition} text={text} faults={faults} onChange={onChange} />
      {rest !== null && (
        <p className={classes.objection} role="status">
          {rest}
        </p>
      )}
    </div>
  );
}
