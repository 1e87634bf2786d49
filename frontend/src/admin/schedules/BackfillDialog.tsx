import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { TimeField, typedTime } from '../../components/TimeField';
import { formatDateTime } from '../../lib/date-time';
import { readLocalInput } from '../../lib/read-time';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { calls, schedulesKey } from './calls';

const DAY_MS = 86_400_000;
const SHOWN = 5;
const NO_TIME = 'Write it like 2026-12-24 18:00';

/** Queues runs for due times of before that have none, after saying how many those are. */
export function BackfillDialog({ schedule, onClose }: { schedule: JobSchedule; onClose: () => void }) {
  const [from, setFrom] = useState(() => typedTime(Date.now() - DAY_MS));
  const [to, setTo] = useState(() => typedTime(Date.now()));
  const range = { from: readLocalInput(from) ?? '', to: readLocalInput(to) ?? '' };
  const isRange = range.from !== '' && range.to !== '';
  const preview = useQuery({
    queryKey: [...schedulesKey(), 'backfill', schedule.id, range],
    queryFn: () => calls.previewBackfill({ scheduleId: schedule.id, ...range }),
    enabled: isRange,
    retry: false,
    meta: { isQuiet: true },
  });
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => calls.backfill({ scheduleId: schedule.id, ...range }),
    onSuccess: ({ jobRunIds }) => {
      toastSuccess({ message: `Queued ${jobRunIds.length} runs of ${schedule.name}, one behind the other.` });
      onClose();
    },
    onError: (failed) => trackError(failed, { action: 'backfillSchedule', component: 'SchedulesPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: schedulesKey() }),
  });
  const errorText = error ?? preview.error;
  const times = preview.data?.times ?? [];
  const canQueue = times.length > 0 && preview.data?.isCut === false;
  return (
    <ConfirmDialog
      title={`Backfill ${schedule.name}`}
      confirm={canQueue ? `Queue ${times.length} ${times.length === 1 ? 'run' : 'runs'}` : 'Queue runs'}
      isPending={isPending}
      errorText={errorText && toFailure(errorText).details}
      onConfirm={() => canQueue && mutate()}
      onClose={onClose}
    >
      <p>Queues a run for each due time between two moments that has none, one behind the other.</p>
      <Group grow gap="sm" align="start">
        <TimeField label="From" value={from} error={range.from === '' && NO_TIME} isFirst isPast onChange={setFrom} />
        <TimeField label="To" value={to} error={range.to === '' && NO_TIME} isPast onChange={setTo} />
      </Group>
      {preview.data && (
        <div aria-live="polite">
          <p>
            {preview.data.isCut
              ? 'More than 500 due times have no run: choose a shorter time.'
              : times.length === 0
                ? 'Each due time has a run already.'
                : `${times.length} without a run, ${preview.data.withRun} with one:`}
          </p>
          {canQueue && (
            <ul>
              {times.slice(0, SHOWN).map((at) => (
                <li key={at}>{formatDateTime(at)}</li>
              ))}
              {times.length > SHOWN && <li>and {times.length - SHOWN} more</li>}
            </ul>
          )}
        </div>
      )}
    </ConfirmDialog>
  );
}
