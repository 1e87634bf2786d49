import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { Suspense, useRef, useState } from 'react';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import type { ChainProblems } from './chain-problems';
import { type RunFormValues, withNewRow } from './run-form';

const ChainRows = loadable(() => import('./ChainRows').then((module) => module.ChainRows));

interface Props {
  form: UseFormReturnType<RunFormValues>;
  definitions: readonly JobDefinition[];
  problems: ChainProblems;
  isAttempted: boolean;
  onAdd: () => void;
}

/** The runs that follow the one of the form, and the button that adds another. */
export function ChainPart({ form, definitions, problems, isAttempted, onAdd }: Props) {
  const [added, setAdded] = useState<string | null>(null);
  const then = useRef<HTMLButtonElement>(null);
  const add = () => {
    const chain = withNewRow(form.values);
    setAdded(chain.at(-1)?.key ?? null);
    form.setFieldValue('chain', chain);
    onAdd();
  };
  return (
    <>
      {form.values.chain.length > 0 && (
        <Suspense fallback={<RowSkeletons rows={2} label="Loading the chain" />}>
          <ChainRows
            form={form}
            definitions={definitions}
            problems={problems}
            isAttempted={isAttempted}
            added={added}
            onEmptied={() => then.current?.focus()}
          />
        </Suspense>
      )}
      <div>
        <Button
          ref={then}
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          Then…
        </Button>
      </div>
    </>
  );
}
