import type { RunnerDefaults } from '@job-manager/shared/contract/runners';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAllowed } from '../../api/session';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { useReturnFocus } from '../../ui/useReturnFocus';

const BroadcastDialog = loadable(() => import('./BroadcastDialog').then((module) => module.BroadcastDialog));
const AddRunnerDialog = loadable(() => import('./AddRunnerDialog').then((module) => module.AddRunnerDialog));
const CleanUpDialog = loadable(() =>
  import('../../components/runner/CleanUpDialog').then((module) => module.CleanUpDialog),
);

interface Props {
  /** So many runners are lost or have stopped. */
  gone: number;
  defaults: RunnerDefaults;
}

/** What may be done with the runners as a whole. */
export function FleetActs({ gone, defaults }: Props) {
  const [opened, open] = useState<'broadcast' | 'add' | 'clean up' | null>(null);
  const close = () => open(null);
  useReturnFocus(opened !== null);
  const may = useAllowed();
  return (
    <>
      {may('manageRunners') && (
        <>
          <Button variant="default" onClick={() => open('broadcast')}>
            Broadcast config…
          </Button>
          <Button variant="default" onClick={() => open('add')}>
            Add runner…
          </Button>
        </>
      )}
      {may('cleanup') && gone > 0 && (
        <Button variant="default" onClick={() => open('clean up')}>
          Clean up ({gone})…
        </Button>
      )}
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened === 'broadcast' && <BroadcastDialog defaults={defaults} onClose={close} />}
        {opened === 'add' && <AddRunnerDialog onClose={close} />}
        {opened === 'clean up' && <CleanUpDialog onClose={close} />}
      </DialogBoundary>
    </>
  );
}
