import type { ScheduledRun } from '@job-manager/shared/contract/schedules';
import { StatusMark } from '../../components/JobStatusBadge';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { statusAppearance } from '../../components/status';
import { formatDuration } from '../../lib/duration';
import { ShowMore } from '../../ui/ShowMore';
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
  if (runs.length === 0) return <p className="dimmed">It has not run yet.</p>;
  return (
    <>
      <ShowMore rows={runs} noun="runs" step={STEP}>
        {(shown) => <RunTable runs={shown} />}
      </ShowMore>
      {isCut && <p className="dimmed">The last {runs.length} are at hand; older ones are in the history of the job.</p>}
    </>
  );
}

const RunTable = ({ runs }: Pick<Props, 'runs'>) => (
  <Table
    caption="Runs of the schedule"
    columns={[{ label: 'Run' }, { label: 'Due' }, { label: 'Result' }, { label: 'Took', align: 'right' }]}
    isRoving
  >
    {runs.map(({ jobRunId, dueAt, status, durationMs }) => (
      <tr key={jobRunId} data-row={jobRunId}>
        <Cell isHeader>
          <RunLink jobRunId={jobRunId} />
        </Cell>
        <Cell label="Due">
          <RelativeTime at={dueAt} />
        </Cell>
        <Cell label="Result" isWide>
          <span className={classes.result}>
            <StatusMark status={status} />
            {statusAppearance[status].label}
          </span>
        </Cell>
        <Cell label="Took" align="right" isEmpty={durationMs === null}>
          {durationMs === null ? '–' : formatDuration(durationMs)}
        </Cell>
      </tr>
    ))}
  </Table>
);
