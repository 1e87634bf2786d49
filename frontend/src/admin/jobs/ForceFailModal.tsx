import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useDraft } from '../../components/useDraft';
import { useForceFail } from './useForceFail';

interface Props {
  run: JobRunSummary;
  onClose: () => void;
}

const REASON_CHARS = 300;

/** Says what force-failing does before it is done. */
export function ForceFailModal({ run, onClose }: Props) {
  const draft = useDraft(`force fail ${run.id}`, '');
  const [reason, setReason] = useState(draft.start);
  const giveUp = () => {
    draft.drop();
    onClose();
  };
  const { forceFail, isPending } = useForceFail(run, { onSuccess: draft.drop, onSettled: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Force fail ${run.jobName} #${run.id}`}
      returnFocus={false}
      closeOnClickOutside={!draft.isChanged(reason)}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          forceFail(reason.trim());
        }}
      >
        <Text size="sm">
          The run was asked to stop and goes on. Force-failing takes it away from its runner and records it as failed.
        </Text>
        <Text size="sm" mt="sm">
          The process may still be working on it; nothing that it still writes to this run is kept. What it does
          elsewhere can’t be stopped from here.
        </Text>
        <TextInput
          mt="md"
          label="Reason (optional)"
          description="For the run’s messages and the audit log"
          maxLength={REASON_CHARS}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            draft.keep(event.currentTarget.value);
          }}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={giveUp}>
            Keep waiting
          </Button>
          <Button type="submit" color="red" loading={isPending}>
            Force fail
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
