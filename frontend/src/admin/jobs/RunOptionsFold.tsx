import type { JobDefinition } from '@job-manager/shared/contract/run';
import type { UseFormReturnType } from '@mantine/form';
import { Suspense } from 'react';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { SectionBoundary } from '../../ui/SectionBoundary';
import classes from './RunJobForm.module.css';
import type { RunFormValues } from './run-form';
import { hasOptions } from './run-options';

const RunOptions = loadable(() => import('./RunOptions').then((module) => module.RunOptions));

interface Props {
  form: UseFormReturnType<RunFormValues>;
  definition?: JobDefinition;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}

/** What most runs are queued without, folded away. */
export function RunOptionsFold({ form, definition, isOpen, onToggle }: Props) {
  return (
    <details className={classes.fold} open={isOpen} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>Options{hasOptions(form.values.options) && ' (set)'}</summary>
      {isOpen && (
        <SectionBoundary name="Options">
          <Suspense fallback={<RowSkeletons rows={3} label="Loading options" />}>
            <RunOptions form={form} definition={definition} />
          </Suspense>
        </SectionBoundary>
      )}
    </details>
  );
}
