import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { useMutation } from '@tanstack/react-query';
import { createContext, type PropsWithChildren, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { cancelRun } from '../../api/job-queries';
import { toastError } from '../../ui/toast';

/** Requested to stop from here: `requested` until the socket confirms it, `gone` when it ended at once. */
type CancelState = 'requested' | 'gone';

type Cancelled = Pick<JobRunSummary, 'id' | 'jobName'>;

interface Cancelling {
  requested: ReadonlyMap<string, CancelState>;
  cancel(run: Cancelled): void;
  /** Also the runs that it waits for and those that wait for it. */
  cancelConnected(run: Cancelled): void;
}

const CancelContext = createContext<Cancelling>({ requested: new Map(), cancel: () => {}, cancelConnected: () => {} });

/** Cancels runs for every part of the page, so that none of them sends a request twice. */
export function CancelProvider({ children }: PropsWithChildren) {
  const [requested, setRequested] = useState<ReadonlyMap<string, CancelState>>(new Map());

  // Clicks of one moment are faster than the drawing that disables their button.
  const underWay = useRef(new Set<string>());

  const { mutateAsync: sendCancel } = useMutation({
    mutationFn: ({ id, graph }: { id: string; graph: boolean }) => cancelRun(id, graph),
  });

  const mark = useCallback((id: string, as: CancelState | null) => {
    setRequested((before) => {
      const next = new Map(before);
      if (as === null) next.delete(id);
      else next.set(id, as);
      return next;
    });
  }, []);

  const cancel = useCallback(
    async (run: Cancelled, graph: boolean) => {
      if (underWay.current.has(run.id)) return;
      underWay.current.add(run.id);
      mark(run.id, 'requested');
      try {
        const answer = await sendCancel({ id: run.id, graph });
        if (answer.run && isTerminal(answer.run.status)) mark(run.id, 'gone');
      } catch (error) {
        mark(run.id, null);
        trackError(error, { action: 'cancelJob', component: 'CancelProvider', jobName: run.jobName, jobRunId: run.id });
        const { details, retryable } = toFailure(error);
        toastError({
          title: `Failed to cancel ${run.jobName} #${run.id}`,
          message: details,
          offer: retryable ? { label: 'Retry', act: () => void cancel(run, graph) } : undefined,
        });
      } finally {
        underWay.current.delete(run.id);
      }
    },
    [sendCancel, mark],
  );

  const value = useMemo(
    () => ({
      requested,
      cancel: (run: Cancelled) => void cancel(run, false),
      cancelConnected: (run: Cancelled) => void cancel(run, true),
    }),
    [requested, cancel],
  );
  return <CancelContext value={value}>{children}</CancelContext>;
}

export const useCancelling = (): Cancelling => useContext(CancelContext);
