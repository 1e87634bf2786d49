import type { JobRun } from '@job-manager/shared/contract/run';
import { isTerminal, uiStatus } from '@job-manager/shared/run';
import { Tabs } from '@mantine/core';
import { Suspense, useRef, useState } from 'react';
import { useRunLog } from '../../api/live/useRunLog';
import { useCan } from '../../api/session';
import { ConnectionBanner } from '../../components/ConnectionBanner';
import { useRunTab } from '../../components/url-state';
import type { RunTab } from '../../paths';
import { loadable } from '../../ui/loadable';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { useTabInSight } from '../../ui/useTabInSight';
import { RunAttempts } from './RunAttempts';
import classes from './RunDetails.module.css';
import { RunLog } from './RunLog';
import { RunOverview } from './RunOverview';

const RunActivity = loadable(() => import('./RunActivity').then((module) => module.RunActivity));
const RunChain = loadable(() => import('./RunChain').then((module) => module.RunChain));

interface Props {
  run: JobRun;
  isCancelling: boolean;
}

/** Everything known about one run, in parts; the address selects the part that is shown. */
export function RunDetails({ run, isCancelling }: Props) {
  const [wanted, setTab] = useRunTab();
  const mayViewAudit = useCan('viewAudit');
  const isAbsent = (wanted === 'chain' && !hasChain(run)) || (wanted === 'activity' && !mayViewAudit);
  const tab = isAbsent ? 'overview' : wanted;
  const tabs = useRef<HTMLDivElement>(null);
  useTabInSight(tabs, tab);
  const isActive = !isTerminal(run.status);
  const isLogWanted = useOnceSeen(run.id, tab === 'log');
  const { log, retry } = useRunLog(run.id, { isActive, isWanted: isLogWanted });
  const messageCount = Math.max(run.messageCount, log.messageCount);
  return (
    <>
      {isActive && (
        <div className={classes.connection}>
          <ConnectionBanner />
        </div>
      )}
      {/* Only the part that is shown is there; a log that was opened is kept, and kept up to date, beside it. */}
      <Tabs value={tab} onChange={(next) => setTab(next as RunTab)} keepMounted={false}>
        <Tabs.List ref={tabs} className={classes.tabs}>
          <Tabs.Tab value="overview" data-key="1">
            Overview
          </Tabs.Tab>
          <Tabs.Tab value="log" data-key="2 l" rightSection={messageCount > 0 && <Count of={messageCount} />}>
            Log
          </Tabs.Tab>
          <Tabs.Tab
            value="attempts"
            data-key="3"
            rightSection={run.attempts.length > 1 && <Count of={run.attempts.length} />}
          >
            Attempts
          </Tabs.Tab>
          {hasChain(run) && (
            <Tabs.Tab value="chain" data-key="4">
              Chain
            </Tabs.Tab>
          )}
          {mayViewAudit && (
            <Tabs.Tab value="activity" data-key="5">
              Activity
            </Tabs.Tab>
          )}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <SectionBoundary name="The overview">
            <RunOverview run={run} status={isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run)} />
          </SectionBoundary>
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <SectionBoundary name="The log">
            <RunLog run={run} log={log} isActive={isActive} onRetry={retry} />
          </SectionBoundary>
        </Tabs.Panel>
        <Tabs.Panel value="attempts">
          <SectionBoundary name="Attempts">
            <RunAttempts run={run} />
          </SectionBoundary>
        </Tabs.Panel>
        <Tabs.Panel value="chain">
          <SectionBoundary name="The chain">
            <Suspense fallback={<RowSkeletons rows={5} label="Loading the chain" />}>
              <RunChain run={run} />
            </Suspense>
          </SectionBoundary>
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <SectionBoundary name="Activity">
            <Suspense fallback={<RowSkeletons rows={5} label="Loading the activity" />}>
              <RunActivity run={run} />
            </Suspense>
          </SectionBoundary>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

const hasChain = ({ dependsOn, hasDependents }: JobRun): boolean => dependsOn.length > 0 || hasDependents;

const Count = ({ of }: { of: number }) => <span className={classes.count}>{of.toLocaleString('en')}</span>;

/** Whether something of this run has been seen, now or before. */
function useOnceSeen(jobRunId: string, isSeen: boolean): boolean {
  const [seenOf, setSeenOf] = useState<string>();
  if (isSeen && seenOf !== jobRunId) setSeenOf(jobRunId);
  return isSeen || seenOf === jobRunId;
}
