import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { memo, useRef } from 'react';
import { formatDuration } from '../lib/duration';
import { useRovingRows } from '../ui/roving-rows';
import { openRowOnClick } from '../ui/row-click';
import { ActorLink, BatchLink, PersonLink, ScheduleLink } from './EntityLinks';
import classes from './HistoryTable.module.css';
import { StatusMark } from './JobStatusBadge';
import { MessageCounts } from './MessageCounts';
import { RelativeTime } from './RelativeTime';
import { RunPageLink } from './RunPageLink';
import { statusAppearance, triggerLabel } from './status';
import type { TickedRows } from './ticks';
import { useRunKeys } from './useRunKeys';

interface Props {
  caption?: string;
  runs: readonly JobRunSummary[];
  /** Other rows are on their way, these are still shown. */
  isBusy: boolean;
  onViewDetails: (jobRunId: string) => void;
  /** Rows can be ticked. */
  ticks?: TickedRows;
}

/** Runs that have ended: what, how it went, who started it, how long it waited and took, when. */
export function HistoryTable({ caption = 'Runs that have ended', runs, isBusy, onViewDetails, ticks }: Props) {
  const table = useRef<HTMLTableElement>(null);
  useRovingRows(table);
  useRunKeys(table, (wanted) => runs.find(({ id }) => id === wanted), ticks);
  const tickedIds = ticks?.ids;
  return (
    <table ref={table} className={classes.table} aria-busy={isBusy} data-ticks={ticks !== undefined || undefined}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Result</th>
          <th scope="col">Started by</th>
          <th scope="col">Waited</th>
          <th scope="col">Took</th>
          <th scope="col">Finished</th>
          <th scope="col">
            <span className="visually-hidden">Details</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row
            key={run.id}
            run={run}
            isTicked={tickedIds?.has(run.id)}
            onTick={ticks?.toggle}
            onViewDetails={onViewDetails}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  run: JobRunSummary;
  /** Undefined where rows can't be ticked. */
  isTicked: boolean | undefined;
  onTick: ((jobRunId: string) => void) | undefined;
  onViewDetails: (jobRunId: string) => void;
}

const Row = memo(function Row({ run, isTicked, onTick, onViewDetails }: RowProps) {
  const { jobName, id, attempt } = run;
  return (
    <tr
      data-run={id}
      data-ticked={isTicked || undefined}
      onClick={(event) => openRowOnClick(event, () => onViewDetails(id))}
    >
      <th scope="row" className={classes.run}>
        {isTicked !== undefined && (
          <label className={classes.tick}>
            <input
              type="checkbox"
              data-key="x"
              aria-label={`Tick ${jobName} #${id}`}
              checked={isTicked}
              onChange={() => onTick?.(id)}
            />
          </label>
        )}
        <span className={classes.what}>
          <StatusMark status={run.status} />
          <RunPageLink jobRunId={id} className={classes.name}>
            {jobName}
          </RunPageLink>
          <span className={classes.id}>#{id}</span>
          {attempt > 1 && <span className={classes.attempts}>{attempt} attempts</span>}
          <MessageCounts run={run} />
        </span>
      </th>
      <td className={classes.result} data-tone={statusAppearance[run.status].tone}>
        <Result run={run} />
      </td>
      <td className={classes.by}>
        <StartedBy run={run} />
      </td>
      <td className={classes.figure} data-label="waited">
        {run.queueDelayMs === null ? '–' : formatDuration(run.queueDelayMs)}
      </td>
      <td className={classes.figure} data-label="took">
        {formatTook(run)}
      </td>
      <td className={`${classes.figure} ${classes.finished}`}>
        {run.finishedAt && <RelativeTime at={run.finishedAt} />}
      </td>
      <td className={classes.details}>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={`Details of ${jobName} #${id}`}
          onClick={() => onViewDetails(id)}
        >
          Details
        </Button>
      </td>
    </tr>
  );
});

/** The error, else what the run reported last; the status is shown where that doesn't include it. */
function Result({ run }: { run: JobRunSummary }) {
  const { label } = statusAppearance[run.status];
  const text = run.status === 'FAILED' ? run.error : run.progressMessage;
  if (!text) return <span className={classes.status}>{label}</span>;
  return (
    <>
      {run.status === 'CANCELLED' ? (
        <span className={classes.status}>{label} · </span>
      ) : (
        <span className="visually-hidden">{label}: </span>
      )}
      <span title={text}>{text}</span>
    </>
  );
}

function StartedBy({ run }: { run: JobRunSummary }) {
  const { triggeredBy, triggeredByToken } = run;
  return (
    <>
      <span className={classes.trigger}>
        <Trigger run={run} />
      </span>
      {triggeredByToken !== null ? (
        <span title={triggeredByToken}>
          {' '}
          · <ActorLink actor={`token ${triggeredByToken}`}>{triggeredByToken}</ActorLink>
        </span>
      ) : (
        triggeredBy && (
          <span title={triggeredBy.email}>
            {' '}
            · <PersonLink email={triggeredBy.email} />
          </span>
        )
      )}
    </>
  );
}

/** The schedule or the batch that a run came with, else how it was started. */
function Trigger({ run: { scheduleId, batchId, trigger } }: { run: JobRunSummary }) {
  if (scheduleId !== null) return <ScheduleLink id={scheduleId} name={triggerLabel[trigger]} />;
  return batchId === null ? triggerLabel[trigger] : <BatchLink id={batchId} name={`Batch #${batchId}`} />;
}

function formatTook({ durationMs, startedAt, finishedAt }: JobRunSummary): string {
  if (durationMs !== null) return formatDuration(durationMs);
  return startedAt === null && finishedAt !== null ? 'never started' : '–';
}
