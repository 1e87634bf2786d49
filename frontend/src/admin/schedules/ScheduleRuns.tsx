import type { ScheduledRun } from '@job-manager/shared/contract/schedules';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { StatusMark } from '../../components/JobStatusBadge';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { statusLook } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { Cell, Table } from '../../ui/Table';
import classes from './schedules.module.css';

const STEP = 20;

interface Props {
  runs: readonly ScheduledRun[];
  /** There are older ones. */
  isCut: boolean;
}

/** Runs of a schedule, the last due first. */
export function ScheduleRuns({ runs, isCut }: Props) {
  const [most, setMost] = useState(STEP);
  if (runs.length === 0) return <p className="dimmed">It has not run yet.</p>;
  return (
    <>
      <Table
        caption="Runs of the schedule"
        columns={[{ label: 'Run' }, { label: 'Due' }, { label: 'Result' }, { label: 'Took', align: 'right' }]}
      >
        {runs.slice(0, most).map(({ jobRunId, dueAt, status, durationMs }) => (
          <tr key={jobRunId}>
            <Cell isHeader>
              <RunLink jobRunId={jobRunId} />
            </Cell>
            <Cell label="Due">
              <RelativeTime at={dueAt} />
            </Cell>
            <Cell label="Result" isWide>
              <span className={classes.result}>
                <StatusMark status={status} />
                {statusLook[status].label}
              </span>
            </Cell>
            <Cell label="Took" align="right" isEmpty={durationMs === null}>
              {durationMs === null ? '–' : formatDuration(durationMs)}
            </Cell>
          </tr>
        ))}
      </Table>
      {runs.length > most ? (
        <Button variant="default" mt="sm" onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, runs.length - most)} more
        </Button>
      ) : (
        isCut && <p className="dimmed">The last {runs.length} are listed; older ones are in the history of the job.</p>
      )}
    </>
  );
}
