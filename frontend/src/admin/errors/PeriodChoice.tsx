import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { Button } from '@mantine/core';
import classes from './PeriodChoice.module.css';
import { periods } from './place';
import { periodWords } from './rate';

interface Props {
  period: ErrorPeriod;
  onChange: (period: ErrorPeriod) => void;
}

/** How far back to look. */
export function PeriodChoice({ period, onChange }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form; these act at once
    <div role="group" aria-label="Period" className={classes.choice}>
      {periods.map((value) => (
        <Button
          key={value}
          variant={value === period ? 'light' : 'default'}
          aria-pressed={value === period}
          aria-label={capitalised(periodWords[value])}
          onClick={() => onChange(value)}
        >
          {value}
        </Button>
      ))}
    </div>
  );
}

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
