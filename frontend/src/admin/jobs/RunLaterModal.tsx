import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, Group, Modal, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { TimeField, timeProblem } from '../../components/TimeField';
import { useDraft } from '../../components/useDraft';
import { localInput } from '../../lib/local-time';
import { readLocalInput } from '../../lib/read-time';
import { useReschedule } from './useReschedule';

interface Props {
  run: JobRunSummary;
  onClose: () => void;
}

const HOUR_MS = 3_600_000;

/** Takes the time to which a queued run is rescheduled. */
export function RunLaterModal({ run, onClose }: Props) {
  const [proposed] = useState(() => localInput(Math.max(Date.parse(run.runAt), Date.now() + HOUR_MS)));
  const draft = useDraft(`run later ${run.id}`, proposed);
  const [text, setText] = useState(draft.start);
  const giveUp = () => {
    draft.drop();
    onClose();
  };
  const [shownProblem, setShownProblem] = useState<string | null>(null);
  const { reschedule, isPending } = useReschedule(run, { onSuccess: giveUp });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problem = timeProblem(text);
    if (problem !== null) return setShownProblem(problem);
    reschedule({ runAt: readLocalInput(text) ?? undefined });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Run ${run.jobName} #${run.id} later`}
      returnFocus={false}
      closeOnClickOutside={!draft.isChanged(text)}
      centered
    >
      <form onSubmit={submit} noValidate>
        <TimeField
          label="Not before"
          value={text}
          error={shownProblem}
          isFirst
          onChange={(next) => {
            setText(next);
            draft.keep(next);
            setShownProblem(null);
          }}
        />
        <Text size="sm" mt="sm" className="dimmed">
          {run.isBlocked
            ? 'The runs that it waits for are waited for all the same.'
            : 'It starts as soon as its channel and a runner have room then.'}
        </Text>
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={giveUp}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending}>
            Run later
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
