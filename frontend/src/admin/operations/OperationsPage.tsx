import { isRunId } from '@job-manager/shared/contract/run-id';
import { Anchor } from '@mantine/core';
import { parseAsString, useQueryState } from 'nuqs';
import { useState } from 'react';
import { Permitted } from '../../components/Permitted';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { JobLookup } from './JobLookup';
import { MaintenanceActivity } from './MaintenanceActivity';
import { OperationDetails } from './OperationDetails';
import { OperationsList } from './OperationsList';
import { Tiles } from './Tiles';

const AboutOperations = loadable(() => import('./AboutOperations').then((module) => module.AboutOperations));

/** The place for what touches many runs. */
export function OperationsPage() {
  const [operation] = useQueryState('operation', parseAsString);
  return (
    <Permitted permission="view" title="Operations">
      <Page
        title="Job Operations Center"
        tabTitle="Operations"
        trail={[{ label: 'Operations' }]}
        lead={
          <>
            These act on many runs at once. Each shows first what it would touch. <AboutButton />
          </>
        }
      >
        {operation !== null && isRunId(operation) && <OperationDetails operationId={operation} />}
        <OperationsList />
        <Tiles />
        <JobLookup />
        <MaintenanceActivity />
      </Page>
    </Permitted>
  );
}

function AboutButton() {
  const [isOpen, setOpen] = useState(false);
  useReturnFocus(isOpen);
  const close = () => setOpen(false);
  return (
    <>
      <Anchor component="button" type="button" inherit underline="always" onClick={() => setOpen(true)}>
        What each act does
      </Anchor>
      <DialogBoundary opened={[isOpen]} onClose={close}>
        {isOpen && <AboutOperations onClose={close} />}
      </DialogBoundary>
    </>
  );
}
