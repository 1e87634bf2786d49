import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { readMessages } from '../message-queries';
import { useFollow } from './LiveProvider';
import { createRunLog, type RunLogState } from './run-log';

interface Options {
  /** Still going on: there is more to come. */
  isActive: boolean;
  /** Nothing is read before it is to be shown. */
  isWanted: boolean;
}

/** The messages of one run, kept up to date while it goes on. */
export function useRunLog(jobRunId: string, { isActive, isWanted }: Options): { log: RunLogState; retry: () => void } {
  const follow = useFollow();
  const runLog = useMemo(() => createRunLog({ jobRunId, readPage: readMessages(jobRunId) }), [jobRunId]);
  useEffect(() => (isWanted ? runLog.open({ isActive, follow }) : undefined), [runLog, isWanted, isActive, follow]);
  return { log: useSyncExternalStore(runLog.subscribe, runLog.getState), retry: runLog.retry };
}
