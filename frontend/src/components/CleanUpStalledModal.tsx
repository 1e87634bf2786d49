import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, Group, Modal, Select, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../api/errorTracking';
import { toFailure } from '../api/failure';
import { healthKey } from '../api/health-queries';
import { historyKey, stalledAfterQuery, statsKey } from '../api/job-queries';
import { type AffectedRun, cleanUpStalled, cleanupPreviewQuery } from '../api/recovery-queries';
import { useAction } from '../api/useAction';
import { spellDuration } from '../lib/duration';
import { ErrorMessage } from '../ui/ErrorMessage';
import { ErrorPanel } from '../ui/ErrorPanel';
import { RowSkeletons } from '../ui/RowSkeletons';
import { toastInfo, toastSuccess } from '../ui/toast';
import type { DialogProps } from '../ui/useDialog';
import { useIsPhone } from '../ui/useIsPhone';
import { AffectedRuns } from './AffectedRuns';
import { recoveredRuns } from './recovered-runs';

/** Shows which runs a cleanup recovers and why, before it is done. */
export function CleanUpStalledModal({ open, onClose }: DialogProps) {
  const isPhone = useIsPhone();
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title="Clean Up Stalled Jobs"
      size="lg"
      fullScreen={isPhone}
      returnFocus={false}
      centered
    >
      <Question onClose={onClose} />
    </Modal>
  );
}

/** As many as one call may name. */
const AT_ONCE = 1_000;

function Question({ onClose }: { onClose: () => void }) {
  const { data, error, refetch } = useQuery(cleanupPreviewQuery());
  const { mutate, isPending, error: refusal } = useCleanUpCall(onClose);
  const [channel, setChannel] = useState<string | null>(null);
  const runs = data?.runs ?? [];
  const channels = [...new Set(runs.map(({ run }) => run.channel))].sort();
  const wanted = channel === null ? runs : runs.filter(({ run }) => run.channel === channel);
  const chosen = wanted.slice(0, AT_ONCE);
  return (
    <>
      <Explanation />
      {channels.length > 1 && (
        <Select
          label="Channel"
          placeholder="All channels"
          mt="sm"
          data={channels}
          value={channel}
          onChange={setChannel}
          clearable
          comboboxProps={{ withinPortal: false }}
          clearButtonProps={{ 'aria-label': 'Runs of all channels' }}
        />
      )}
      {data ? (
        <Preview chosen={chosen} found={channel === null ? data.jobRunIds.length : wanted.length} />
      ) : error ? (
        <ErrorPanel
          title="Stalled jobs could not be looked up"
          details={toFailure(error)}
          onRetry={() => void refetch()}
        />
      ) : (
        <RowSkeletons rows={2} label="Reading stalled jobs" />
      )}
      {refusal && <ErrorMessage>{`Nothing was cleaned up. ${toFailure(refusal).details}`}</ErrorMessage>}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {chosen.length > 0 ? 'Keep' : 'Close'}
        </Button>
        {chosen.length > 0 && (
          <Button onClick={() => mutate(chosen)} loading={isPending}>
            Clean Up
          </Button>
        )}
      </Group>
    </>
  );
}

function Explanation() {
  const { data: stalledAfterMs } = useQuery(stalledAfterQuery());
  return (
    <Text size="sm">
      A running job is stalled when no heartbeat has come
      {stalledAfterMs === undefined ? ' for too long' : ` for ${spellDuration(stalledAfterMs)}`}; runs of external
      programs have limits of their own. Running jobs with a live heartbeat are not touched, however long they take.
    </Text>
  );
}

function Preview({ chosen, found }: { chosen: AffectedRun[]; found: number }) {
  if (found === 0) {
    return (
      <>
        <Text size="sm" fw={500} mt="sm" role="status">
          No stalled jobs: every running job has a live heartbeat.
        </Text>
        <Text size="sm" mt="xs">
          Stalled runs are also recovered automatically, so those you saw may be back in the queue or ended by now. The
          log of each shows what happened to it.
        </Text>
      </>
    );
  }
  const count = chosen.length === 1 ? '1 stalled job' : `${chosen.length.toLocaleString('en')} stalled jobs`;
  const title = chosen.length < found ? `The first ${count} of ${found.toLocaleString('en')}` : count;
  return <AffectedRuns title={title} runs={chosen} />;
}

function useCleanUpCall(onEnd: () => void) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (chosen: AffectedRun[]) => cleanUpStalled(chosen.map(({ run }) => run.id)),
    onSuccess: ({ cleaned, runs = [] }, chosen) => {
      for (const queryKey of [statsKey(), historyKey(), healthKey()]) void queryClient.invalidateQueries({ queryKey });
      toastResult(cleaned, runs, chosen.length - cleaned);
      onEnd();
    },
    onError: (error) => trackError(error, { action: 'cleanupStalled', component: 'CleanUpStalledModal' }),
  });
}

function toastResult(cleaned: number, runs: JobRunSummary[], recovered: number): void {
  const itself = recovered === 1 ? '1 had recovered by itself' : `${recovered} had recovered by themselves`;
  if (cleaned === 0) {
    toastInfo({ title: 'Nothing was left to clean up', message: `${itself}.` });
    return;
  }
  toastSuccess({
    title: `Cleaned ${cleaned} stalled ${cleaned === 1 ? 'job' : 'jobs'}`,
    message: recoveredRuns(runs) + (recovered > 0 ? ` (${itself})` : ''),
  });
}
