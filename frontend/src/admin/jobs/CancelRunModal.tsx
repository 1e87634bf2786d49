import type { JobRun } from '@job-manager/shared/contract/run';
import { Button, Group, Modal, Text } from '@mantine/core';
import { useCancelling } from './CancelProvider';
import { hasConnections, isUnfinished } from './connections';

interface Props {
  run: JobRun;
  onClose: () => void;
}

/** Confirms the cancel of a run, and of the runs that it is connected with as well. */
export function CancelRunModal({ run, onClose }: Props) {
  const { cancel, cancelConnected } = useCancelling();
  const isConnected = hasConnections(run);
  const answer = (act: (run: JobRun) => void) => () => {
    act(run);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Cancel ${run.jobName} #${run.id}`} returnFocus={false} centered>
      <Text size="sm">{describe(run)}</Text>
      {isConnected && (
        <Text size="sm" mt="sm">
          Runs that wait for its success are cancelled with it in any case. All connected runs are those that it waits
          for, those that wait for it, and so on.
        </Text>
      )}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep
        </Button>
        {isConnected && (
          <Button color="red" variant="outline" onClick={answer(cancelConnected)}>
            Cancel all connected runs
          </Button>
        )}
        <Button color="red" onClick={answer(cancel)}>
          Cancel this run
        </Button>
      </Group>
    </Modal>
  );
}

function describe({ status, dependsOn, dependents }: JobRun): string {
  const ends = status === 'QUEUED' ? 'It never starts' : 'It stops at its next check, and ends as cancelled';
  const before = dependsOn.filter(isUnfinished).length;
  const parts = [
    before > 0 &&
      `it waits for ${before === 1 ? '1 run' : `${before} runs`} that ${before === 1 ? 'has' : 'have'} not ended`,
    dependents.length > 0 && (dependents.length === 1 ? '1 run waits for it' : `${dependents.length} runs wait for it`),
  ];
  const text = parts.filter(Boolean).join(', and ');
  return text === '' ? `${ends}.` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
