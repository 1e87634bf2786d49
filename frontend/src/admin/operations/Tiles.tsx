import {
  IconAlertOctagon,
  IconBroadcast,
  IconClockCog,
  IconEraser,
  IconHeartbeat,
  IconPlayerPlay,
  IconServerOff,
  IconTestPipe,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { operationCountsQuery } from '../../api/run-list-queries';
import { BulkButton } from '../../components/bulk/BulkButton';
import { useRunDialog } from '../../components/url-state';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { spellRuns } from '../../lib/spell-runs';
import { paths } from '../../paths';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { loadable } from '../../ui/loadable';
import { Section } from '../../ui/Section';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { AutomaticCleanUp } from './AutomaticCleanUp';
import { CancelByFilter } from './CancelByFilter';
import classes from './operations.module.css';
import { PurgeChannel } from './PurgeChannel';
import { RetryFailures } from './RetryFailures';
import { Tile, type TileProps } from './Tile';

const SelfTestDialog = loadable(() => import('./SelfTestDialog').then((module) => module.SelfTestDialog));
const CleanUpDialog = loadable(() =>
  import('../../components/runner/CleanUpDialog').then((module) => module.CleanUpDialog),
);

const LAST_KEY = 9;

/** What can be done to many runs, each behind its preview; the first nine have a key. */
export function Tiles() {
  const { data: counts, refetch } = useQuery(operationCountsQuery());
  const { openNew } = useRunDialog();
  const cleanUp = useCleanUpStalled();
  const [opened, open] = useState<'self-test' | 'runners' | null>(null);
  useReturnFocus(opened !== null);
  const close = () => open(null);
  const number = (count: number | undefined, what: string) => count?.toLocaleString('en').concat(` ${what}`);

  const tiles: (TileProps | 'retry')[] = [
    {
      name: 'run',
      title: 'Run Simple Job',
      icon: IconPlayerPlay,
      kind: 'inspect',
      text: 'Queues one run of a job.',
      needs: ['run'],
      button: { label: 'Run New Job', onClick: openNew },
    },
    {
      name: 'test',
      title: 'Run Test Batch',
      icon: IconTestPipe,
      kind: 'inspect',
      text: 'Queues runs that do nothing but wait a moment, and shows whether each was executed once, how soon and where.',
      count: number(counts?.freeSlots, counts?.freeSlots === 1 ? 'slot free' : 'slots free'),
      needs: ['run'],
      button: { label: 'Test the queue…', onClick: () => open('self-test') },
    },
    {
      name: 'broadcast',
      title: 'Broadcast to Runners',
      icon: IconBroadcast,
      kind: 'repair',
      text: 'Pings, drains, resumes, stops or restarts several runners, or sets what they serve.',
      needs: ['manageRunners'],
      button: { label: 'Choose runners', to: paths.runners },
    },
    {
      name: 'stuck',
      title: 'Clear Stuck Jobs',
      icon: IconHeartbeat,
      kind: 'repair',
      text: 'Recovers runs whose runner has gone silent.',
      count: number(counts?.stalled, 'stuck'),
      needs: ['cleanup'],
      button: { label: 'Preview…', onClick: cleanUp.open },
      children: <ForceFailStopping stopping={counts?.stopping ?? 0} onDone={() => void refetch()} />,
    },
    {
      name: 'purge',
      title: 'Purge Channel',
      icon: IconEraser,
      kind: 'destroy',
      text: 'Cancels all that waits in a channel; the runs stay in the history.',
      count: counts && `${spellRuns(counts.queued)} queued`,
      needs: ['bulk', 'purge'],
      children: <PurgeChannel />,
    },
    {
      name: 'runners',
      title: 'Cleanup Consumers',
      icon: IconServerOff,
      kind: 'repair',
      text: 'Removes runners that are lost or have stopped, and recovers their runs first.',
      count: number(counts?.goneRunners, 'gone'),
      needs: ['cleanup', 'view'],
      button: { label: 'Preview…', onClick: () => open('runners') },
    },
    {
      name: 'cancel',
      title: 'Cancel by filter',
      icon: IconX,
      kind: 'destroy',
      text: 'Cancels what waits and requests what runs to stop, of a job, a channel or a state.',
      count: counts && `${spellRuns(counts.running + counts.queued)} active`,
      needs: ['bulk', 'cancel'],
      children: <CancelByFilter />,
    },
    'retry',
    {
      name: 'emergency',
      title: 'Emergency cleanup',
      icon: IconAlertOctagon,
      kind: 'destroy',
      text: 'Fails all running runs at once.',
      count: number(counts?.running, 'running'),
      needs: ['emergency'],
      button: { label: 'System status', to: paths.systemStatus },
    },
    {
      name: 'automatic',
      title: 'Automatic clean-up',
      icon: IconClockCog,
      kind: 'inspect',
      text: 'What the product does by itself, and what it will do next. The days are settings of the server and of each job.',
      needs: ['view'],
      children: <AutomaticCleanUp />,
    },
  ];
  return (
    <Section title="Acts" isTitleHidden>
      <div className={classes.tiles}>
        {tiles.map((tile, index) => {
          const hotkey = index < LAST_KEY ? String(index + 1) : undefined;
          return tile === 'retry' ? (
            <RetryFailures key={tile} hotkey={hotkey} />
          ) : (
            <Tile key={tile.name} hotkey={hotkey} {...tile} />
          );
        })}
      </div>
      {cleanUp.dialog}
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened === 'self-test' && <SelfTestDialog freeSlots={counts?.freeSlots} onClose={close} />}
        {opened === 'runners' && <CleanUpDialog onClose={close} onDone={() => void refetch()} />}
      </DialogBoundary>
    </Section>
  );
}

/** Confirms before runs are failed that ignore a request to stop; nothing where there are none. */
function ForceFailStopping({ stopping, onDone }: { stopping: number; onDone: () => void }) {
  if (stopping === 0) return null;
  return (
    <BulkButton
      action="forceFail"
      size="sm"
      request={() => ({ action: 'forceFail', filter: { isStopping: true } })}
      onDone={onDone}
    >
      Force-fail {stopping.toLocaleString('en')} that go on after a cancel…
    </BulkButton>
  );
}
