import { Anchor, Modal } from '@mantine/core';
import { mount } from '../../api/mount';
import { Cell, Table } from '../../ui/Table';
import classes from './operations.module.css';

const columns = [{ label: 'Act' }, { label: 'What it changes' }, { label: 'Undo' }, { label: 'Permission' }] as const;

interface About {
  act: string;
  changes: string;
  undo: string;
  needs: string;
}

const acts: readonly About[] = [
  { act: 'Run Simple Job', changes: 'Queues one run.', undo: 'Cancel the run', needs: 'run' },
  {
    act: 'Run Test Batch',
    changes: 'Queues runs of an internal job that wait a moment, or fail on request.',
    undo: 'Cancel the batch',
    needs: 'run',
  },
  {
    act: 'Broadcast to Runners',
    changes:
      'Sends a command to each chosen runner, which takes it at once or with its next heartbeat; after two minutes it expires.',
    undo: 'Resume after a drain; no other',
    needs: 'manageRunners',
  },
  {
    act: 'Clear Stuck Jobs',
    changes:
      'Recovers runs without a heartbeat: queued again while attempts are left, cancelled where that was requested, failed otherwise. Runs that still run after a cancel can be failed.',
    undo: 'No',
    needs: 'cleanup; bulk and forceFail to fail runs',
  },
  {
    act: 'Purge Channel',
    changes:
      'Cancels every queued run of a channel, and the runs that wait for their success. All of them stay in the history.',
    undo: 'No; they can be run again',
    needs: 'bulk, purge',
  },
  {
    act: 'Cleanup Consumers',
    changes: 'Recovers the runs of runners that are lost or have stopped, then removes these runners from the list.',
    undo: 'No; a runner that lives registers again',
    needs: 'cleanup, view',
  },
  {
    act: 'Cancel by filter',
    changes: 'Cancels queued runs; running ones are requested to stop, and end at their next check.',
    undo: 'No; they can be run again',
    needs: 'bulk, cancel',
  },
  {
    act: 'Retry failures',
    changes: 'Queues the failed runs of a cause again with their parameters, as one batch of new runs.',
    undo: 'Cancel the batch',
    needs: 'bulk, run, retry',
  },
  {
    act: 'Emergency cleanup',
    changes: 'Fails all running runs at once. Their code goes on until it returns, and can write no result.',
    undo: 'No; they can be run again',
    needs: 'emergency',
  },
];

/** What each act changes, whether that can be undone, and who may do it. */
export function AboutOperations({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="What each act does" size="60rem" returnFocus={false}>
      <p className={classes.text}>
        Each act shows first what it would touch, and what has changed since then is skipped. One on many runs works in
        steps of 500, can be aborted between two of them, and continues where its server ended. All of them are in the
        audit log.
      </p>
      <Table caption="Acts" columns={columns} stackOn="tablet">
        {acts.map(({ act, changes, undo, needs }) => (
          <tr key={act}>
            <Cell isHeader>{act}</Cell>
            <Cell label="What it changes">
              <span className={classes.wrap}>{changes}</span>
            </Cell>
            <Cell label="Undo">
              <span className={classes.wrap}>{undo}</span>
            </Cell>
            <Cell label="Permission">
              <span className={classes.wrap}>{needs}</span>
            </Cell>
          </tr>
        ))}
      </Table>
      <p className={classes.text}>
        Programs have the same acts:{' '}
        <Anchor href={`${mount}/api/docs/`} inherit underline="always">
          API documentation
        </Anchor>
      </p>
    </Modal>
  );
}
