import type { JobRun } from '@job-manager/shared/contract/run';
import { Button, Group, Modal, Text } from '@mantine/core';
import { useCancelling } from './CancelProvider';
import { isUnfinished } from './connections';

interface Props {
  run: JobRun;
  onClose: () => void;
}

/** Asks whether the runs that this one is connected with are to be cancelled as well. */
export function CancelConnectedModal({ run, onClose }: Props) {
  const { cancel, cancelConnected } = useCancelling();
  const answer = (act: (run: JobRun) => void) => () => {
    act(run);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={`Cancel ${run.jobName} #${run.id}`} returnFocus={false} centered>
      <Text size="sm">{describe(run)}</Text>
      <Text size="sm" mt="sm">
        Runs that wait for its success are cancelled with it in any case. All connected runs are those that it waits
        for, those that wait for it, and so on.
      </Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep
        </Button>
        <Button color="red" variant="outline" onClick={answer(cancelConnected)}>
          Cancel all connected runs
        </Button>
        <Button color="red" onClick={answer(cancel)}>
          Cancel this run
        </Button>
      </Group>
    </Modal>
  );
}

function describe({ dependsOn, dependents }: JobRun): string {
  const before = dependsOn.filter(isUnfinished).length;
  const parts = [
    before > 0 &&
      `it waits for ${before === 1 ? '1 run' : `${before} runs`} that ${before === 1 ? 'has' : 'have'} not ended`,
    dependents.length > 0 && (dependents.length === 1 ? '1 run waits for it' : `${dependents.length} runs wait for it`),
  ];
  const text = parts.filter(Boolean).join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
