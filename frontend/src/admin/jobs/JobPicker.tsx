import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button, NativeSelect } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, Suspense, useRef, useState } from 'react';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import classes from './RunJobForm.module.css';

const FindJob = loadable(() => import('./FindJob').then((module) => module.FindJob));

interface Props {
  definitions: readonly JobDefinition[];
  value: string;
  error?: ReactNode;
  onChoose: (jobName: string) => void;
}

/** The jobs by name, and beside them a search by what they do. */
export function JobPicker({ definitions, value, error, onChoose }: Props) {
  const [isFinding, setFinding] = useState(false);
  const select = useRef<HTMLSelectElement>(null);
  const choose = (jobName: string) => {
    onChoose(jobName);
    setFinding(false);
    select.current?.focus();
  };
  return (
    <div className={classes.picker}>
      <NativeSelect
        ref={select}
        label="Select Job"
        data={[
          { value: '', label: 'Choose a job…', disabled: true },
          ...definitions.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        data-autofocus
        value={value}
        error={error}
        onChange={(event) => onChoose(event.currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={<IconSearch size={16} aria-hidden />}
        aria-expanded={isFinding}
        className={classes.find}
        onClick={() => setFinding(!isFinding)}
      >
        Find…
      </Button>
      {isFinding && (
        <div className={classes.found}>
          <Suspense fallback={<RowSkeletons rows={3} label="Loading the search" />}>
            <FindJob
              definitions={definitions}
              onChoose={choose}
              onClose={() => {
                setFinding(false);
                select.current?.focus();
              }}
            />
          </Suspense>
        </div>
      )}
    </div>
  );
}
