import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { limits } from '@job-manager/shared/limits';
import { Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useDraft } from '../../components/useDraft';
import { useForceFail } from './useForceFail';

interface Props {
  run: JobRunSummary;
  /** The grace to begin with. */
  graceMs: number;
  onClose: () => void;
}

const REASON_CHARS = 300;
const MAX_SECONDS = limits.forceFailGraceMs / 1_000;

/** Explains force-failing before it is done, and takes how long the run may need to stop by itself. */
export function ForceFailModal({ run, graceMs, onClose }: Props) {
  const draft = useDraft(`force fail ${run.id}`, '');
  const [reason, setReason] = useState(draft.start);
  const [seconds, setSeconds] = useState(String(Math.min(MAX_SECONDS, Math.round(graceMs / 1_000))));
  const giveUp = () => {
    draft.drop();
    onClose();
  };
  const { forceFail, isPending } = useForceFail(run, { onSuccess: draft.drop, onSettled: onClose });
  const isValid = /^\d+$/.test(seconds.trim()) && Number(seconds) <= MAX_SECONDS;
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
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid) forceFail({ reason: reason.trim(), graceMs: Number(seconds) * 1_000 });
        }}
      >
        <Text size="sm">
          {run.cancelRequestedAt === null
            ? 'The engine requests the run to stop. If it still runs after this time, the engine takes it away from its runner and records it as failed.'
            : 'The run was requested to stop and still runs. After this time since the request, the engine takes it away from its runner and records it as failed.'}
        </Text>
        <Text size="sm" mt="sm">
          The process may still be working on it; nothing that it still writes to this run is kept. What it does
          elsewhere can’t be stopped from here.
        </Text>
        <TextInput
          mt="md"
          type="number"
          inputMode="numeric"
          min={0}
          max={MAX_SECONDS}
          label="Seconds to stop by itself"
          description={`0 ends it at once; at most ${MAX_SECONDS}`}
          error={isValid ? null : `A whole number from 0 to ${MAX_SECONDS}`}
          value={seconds}
          onChange={(event) => setSeconds(event.currentTarget.value)}
        />
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
            Keep running
          </Button>
          <Button type="submit" color="red" loading={isPending}>
            Force fail
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
