import type { JobRun } from '@job-manager/shared/contract/run';
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { runQuery, statsKey } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { canRerun } from '../../components/useRunKeys';
import { randomId } from '../../lib/random-id';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { rerun } from './rerun-runs';

interface Props {
  /** The finished runs, each after those of them that it waited for. */
  ids: readonly string[];
  /** What becomes of them. */
  text: string;
  /** By run, the others of them that it waits for. */
  waitsFor: ReadonlyMap<string, readonly string[]>;
  onClose: () => void;
  /** `queued` has the new runs in the order of `ids`. */
  onDone: (queued: readonly string[]) => void;
}

/** Says which runs would be queued again, and does it: all of them or none, for a chain with a gap would be another chain. */
export function RerunDialog({ ids, text, waitsFor, onClose, onDone }: Props) {
  const { runs, missing, isLoading } = useOriginals(ids);
  const able = runs.filter(canRerun);
  const unable = runs.length - able.length;
  const { mutate, isPending, error } = useRerunAll(waitsFor, (queued) => {
    onClose();
    onDone(queued);
  });
  const isRefused = !isLoading && unable + missing > 0;
  const name = isLoading ? 'Re-run runs' : `Re-run ${count(able.length)}`;
  return (
    <ConfirmDialog
      title={name}
      confirm={name}
      isPending={isPending || isLoading}
      fault={error ? toFailure(error).details : isRefused ? 'Not all of them can be re-run.' : null}
      onConfirm={() => isRefused || mutate(able)}
      onClose={onClose}
    >
      <p>{text}</p>
      <ul>
        {countJobs(able).map(([jobName, runsOfJob]) => (
          <li key={jobName}>
            {jobName}: {runsOfJob.toLocaleString('en')}
          </li>
        ))}
      </ul>
      {unable > 0 && <p>{count(unable)} can’t be: a program elsewhere executed them, or they have not ended.</p>}
      {missing > 0 && <p>{count(missing)} can’t be read, and may have been removed.</p>}
    </ConfirmDialog>
  );
}

function useOriginals(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({ ...runQuery(id), staleTime: 10_000 })),
    combine: (results) => ({
      runs: results.flatMap(({ data }) => data ?? []),
      missing: results.filter(({ isError }) => isError).length,
      isLoading: results.some(({ isPending }) => isPending),
    }),
  });
}

const count = (number: number) => `${number.toLocaleString('en')} run${number === 1 ? '' : 's'}`;

function countJobs(runs: readonly JobRun[]): [jobName: string, runs: number][] {
  const counts = new Map<string, number>();
  for (const { jobName } of runs) counts.set(jobName, (counts.get(jobName) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function useRerunAll(waitsFor: ReadonlyMap<string, readonly string[]>, onDone: (queued: readonly string[]) => void) {
  const queryClient = useQueryClient();
  const [key] = useState(() => randomId());
  return useAction({
    // One after the other: after a failure the same key queues the rest, and none twice.
    mutationFn: async (runs: readonly JobRun[]) => {
      const queued = new Map<string, string>();
      for (const run of runs) {
        const after = waitsFor.get(run.id)?.flatMap((id) => queued.get(id) ?? []) ?? [];
        queued.set(run.id, await rerun(run, key, after));
      }
      return [...queued.values()];
    },
    onSuccess: (queued) => {
      toastSuccess({ message: `${count(queued.length)} queued again` });
      void queryClient.invalidateQueries({ queryKey: statsKey() });
      onDone(queued);
    },
    onError: (error) => trackError(error, { action: 'rerunSeveral', component: 'RerunDialog' }),
  });
}
