import { EMERGENCY_CONFIRMATION } from '@job-manager/shared/contract/recovery';
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { healthKey } from '../../api/health-queries';
import { historyKey, statsKey } from '../../api/job-queries';
import { type AffectedRun, emergencyCleanup } from '../../api/recovery-queries';
import { useAction } from '../../api/useAction';
import { AffectedRuns } from '../../components/AffectedRuns';
import { useDraft } from '../../components/useDraft';
import { formatDateTime } from '../../lib/date-time';
import { ErrorMessage } from '../../ui/ErrorMessage';
import classes from './EmergencyForm.module.css';
import type { Outcome } from './EmergencyResult';

interface Props {
  preview: { runs: AffectedRun[]; serverTime: string };
  onDone: (outcome: Outcome) => void;
  onClose: () => void;
}

/** Which runs, what happens to them, and the confirmation that has to be typed. */
export function EmergencyForm({ preview: { runs, serverTime }, onDone, onClose }: Props) {
  const [confirmation, setConfirmation] = useState('');
  const draft = useDraft('emergency cleanup', '');
  const [reason, setReason] = useState(draft.start);
  const { mutate, isPending, error } = useEmergencyCall(runs.length, (outcome) => {
    draft.drop();
    onDone(outcome);
  });
  const isConfirmed = confirmation.trim() === EMERGENCY_CONFIRMATION;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isConfirmed && !isPending) mutate({ startedBefore: serverTime, reason: reason.trim() || undefined });
  };
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <Explanation count={runs.length} serverTime={serverTime} />
      <AffectedRuns title={runningJobs(runs.length)} runs={runs} />
      <TextInput
        label="Reason (optional)"
        description="Stands in the audit log and on each run."
        maxLength={300}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          draft.keep(event.currentTarget.value);
        }}
      />
      <TextInput
        label={`Type “${EMERGENCY_CONFIRMATION}” to confirm`}
        autoComplete="off"
        spellCheck={false}
        value={confirmation}
        onChange={(event) => setConfirmation(event.currentTarget.value)}
      />
      {error && <ErrorMessage>{`Nothing was failed. ${toFailure(error).details}`}</ErrorMessage>}
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          onClick={() => {
            draft.drop();
            onClose();
          }}
        >
          Keep them running
        </Button>
        <Button type="submit" color="red" disabled={!isConfirmed} loading={isPending}>
          Fail {runningJobs(runs.length)}
        </Button>
      </Group>
    </form>
  );
}

const runningJobs = (count: number): string =>
  count === 1 ? '1 running job' : `${count.toLocaleString('en')} running jobs`;

function Explanation({ count, serverTime }: { count: number; serverTime: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {count === 1 ? 'The run below fails at once, whether it is' : 'All runs below fail at once, whether they are'}{' '}
        well or not, and {count === 1 ? 'is' : 'are'} not repeated.
      </Text>
      <Text size="sm" mt={4}>
        The engine requests their runners to stop, and refuses their later writes. Queued runs stay queued, and runs
        that started after {formatDateTime(serverTime)} are left alone. The audit log keeps who did it and why.
      </Text>
    </div>
  );
}

function useEmergencyCall(previewed: number, onDone: (outcome: Outcome) => void) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (input: { startedBefore: string; reason?: string }) =>
      emergencyCleanup({ confirmation: EMERGENCY_CONFIRMATION, ...input }),
    onSuccess: ({ failed, runs }) => {
      for (const queryKey of [statsKey(), historyKey(), healthKey()]) void queryClient.invalidateQueries({ queryKey });
      onDone({ runs, endedBefore: Math.max(0, previewed - failed) });
    },
    onError: (error) => trackError(error, { action: 'emergencyCleanup', component: 'EmergencyDialog' }),
  });
}
