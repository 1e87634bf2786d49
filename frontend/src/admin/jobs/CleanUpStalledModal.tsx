import { Button, Group, Modal, Text } from '@mantine/core';

interface Props {
  open: boolean;
  isPending: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

/** Says what cleaning up does before it is done. */
export function CleanUpStalledModal({ open, isPending, onClose, onConfirm }: Props) {
  return (
    <Modal opened={open} onClose={onClose} title="Clean Up Stalled Jobs" returnFocus={false} centered>
      <Text size="sm">
        A running job is stalled when its runner has sent no heartbeat for 5 minutes. Cleaning up takes such runs back:
        each returns to the queue while it has attempts left, and fails otherwise.
      </Text>
      <Text size="sm" mt="sm">
        Running jobs with a live heartbeat are not touched, however long they take.
      </Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button onClick={onConfirm} loading={isPending} data-autofocus>
          Clean Up
        </Button>
      </Group>
    </Modal>
  );
}
