import type { ActivityRange, JobActivity } from '@job-manager/shared/contract/definitions';
import type { JobSettings } from '@job-manager/shared/contract/job-overrides';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconStarFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { useAllowed } from '../../api/session';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { StatusMark } from '../../components/JobStatusBadge';
import { PauseButton } from '../../components/PauseButton';
import { PausedNote } from '../../components/PausedNote';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { useRunDialog } from '../../components/url-state';
import { formatDuration } from '../../lib/duration';
import { capitalized, spellRange } from '../../lib/time-range';
import { Cell, Table } from '../../ui/Table';
import type { Column, ListSort } from '../../ui/TableSort';
import { Tag } from '../../ui/Tag';
import classes from './definitions.module.css';
import { TookTrend } from './TookTrend';
import type { JobActs } from './useJobActs';

export interface ListedJob {
  jobName: string;
  /** Missing where no process has its code. */
  job?: JobDefinition & { settings: JobSettings };
  activity: JobActivity | undefined;
}

/** "Last 7 days". */
const endedIn = (range: ActivityRange): string => capitalized(spellRange(range).replace(/^the /, ''));

const columnsOf = (range: ActivityRange): Column[] => [
  { label: 'Job', sortBy: 'name' },
  { label: 'Description' },
  { label: 'Last run', sortBy: 'last', isLargestFirst: true },
  { label: endedIn(range), sortBy: 'failed', isLargestFirst: true },
  { label: 'Took p50 / p95 ≈', align: 'right', sortBy: 'took', isLargestFirst: true },
  { label: 'Waited p95 ≈', align: 'right', sortBy: 'waited', isLargestFirst: true },
  { label: 'Channel', sortBy: 'channel' },
  { label: 'Next', sortBy: 'next' },
  { label: 'Actions', isHidden: true },
];

interface Props {
  jobs: readonly ListedJob[];
  /** What the figures are of. */
  range: ActivityRange;
  sort: ListSort;
  /** Null for those who may not pause jobs. */
  acts: JobActs | null;
}

/** Jobs with how their runs ended in a range. */
export function DefinitionTable({ jobs, range, sort, acts }: Props) {
  const can = useAllowed();
  return (
    <Table caption="Jobs" columns={columnsOf(range)} stackOn="tablet" isRoving opensRows sort={sort}>
      {jobs.map((listed) => (
        <DefinitionRow
          key={listed.jobName}
          listed={listed}
          range={range}
          acts={can('manageJobs', listed.jobName) ? acts : null}
          canRun={can('run', listed.jobName)}
        />
      ))}
    </Table>
  );
}

interface RowProps {
  listed: ListedJob;
  range: ActivityRange;
  acts: JobActs | null;
  canRun: boolean;
}

const DefinitionRow = memo(function DefinitionRow({ listed, range, acts, canRun }: RowProps) {
  const { jobName, job, activity } = listed;
  const paused = job?.settings.paused ?? null;
  return (
    <tr data-row={jobName}>
      <Cell isHeader>
        <span className="long-name">
          <JobLink jobName={jobName} />
          {job?.settings.isCritical && <IconStarFilled size={13} className={classes.star} aria-label="Critical" />}
        </span>
        {paused && (
          <span className={classes.note}>
            <PausedNote paused={paused} />
          </span>
        )}
        {activity?.isGone ? (
          <span className={classes.note}>
            <Tag tone="warning" title="Runs of it are queued, and no process that lives has its code">
              Gone, runs queued
            </Tag>
          </span>
        ) : (
          !job && (
            <span className={classes.note}>
              <Tag title="No process has its code: an external program executes its runs, or it is gone">No code</Tag>
            </span>
          )
        )}
      </Cell>
      <Cell label="Description" isWide isEmpty={!job}>
        <span className={classes.description} title={job?.description}>
          {job?.description ?? '–'}
        </span>
      </Cell>
      <Cell label="Last run" isEmpty={!activity?.lastRun}>
        <LastRun activity={activity} />
      </Cell>
      <Cell label={endedIn(range)}>
        <DayBar activity={activity} />
      </Cell>
      <Cell label="Took p50 / p95 ≈" align="right" isEmpty={!activity?.took}>
        <Took activity={activity} />
      </Cell>
      <Cell label="Waited p95 ≈" align="right" isEmpty={activity?.waitedP95 == null}>
        {activity?.waitedP95 == null ? '–' : formatDuration(activity.waitedP95)}
      </Cell>
      <Cell label="Channel" isEmpty={!job}>
        {job ? <ChannelLink channel={job.channel} /> : '–'}
      </Cell>
      <Cell label="Next" isEmpty={!activity?.nextDueAt}>
        {activity?.nextDueAt ? <RelativeTime at={activity.nextDueAt} /> : '–'}
      </Cell>
      <Cell isCorner align="right">
        {job && <JobButtons job={job} acts={acts} canRun={canRun} />}
      </Cell>
    </tr>
  );
});

interface ButtonsProps extends Pick<RowProps, 'acts' | 'canRun'> {
  job: NonNullable<ListedJob['job']>;
  /** Those of a page's head are larger. */
  size?: 'sm' | 'compact-sm';
}

/** Pausing and running a job, as far as it is allowed. */
export function JobButtons({ job, acts, canRun, size = 'compact-sm' }: ButtonsProps) {
  const { name, settings } = job;
  const { openNewOf } = useRunDialog();
  return (
    <span className={classes.acts}>
      {acts && (
        <PauseButton
          name={name}
          size={size}
          isPaused={settings.paused !== null}
          onPause={() => acts.pause(name)}
          onResume={() => acts.resume(settings)}
        />
      )}
      {canRun && (
        <Button variant="light" size={size} aria-label={`Run ${name}`} data-key="c" onClick={() => openNewOf(name)}>
          Run…
        </Button>
      )}
    </span>
  );
}

function LastRun({ activity }: { activity: JobActivity | undefined }) {
  const last = activity?.lastRun;
  if (!last) return <>–</>;
  return (
    <span className={classes.lastRun}>
      <StatusMark status={last.status} />
      <RunPageLink jobRunId={last.id} className={classes.when}>
        <RelativeTime at={last.finishedAt} />
      </RunPageLink>
    </span>
  );
}

/** How long half and nearly all of the runs took, and how that compares with the week before. */
function Took({ activity }: { activity: JobActivity | undefined }) {
  if (!activity?.took) return <>–</>;
  const { p50, p95 } = activity.took;
  return (
    <span className={classes.day}>
      {formatDuration(p50)} / {formatDuration(p95)} <TookTrend activity={activity} />
    </span>
  );
}

/** How many runs ended well and badly, as a bar with the figures beside it. */
function DayBar({ activity }: { activity: JobActivity | undefined }) {
  const { success = 0, failed = 0, cancelled = 0 } = activity ?? {};
  const total = success + failed + cancelled;
  if (total === 0) return <span className="dimmed">None</span>;
  return (
    <span className={classes.day}>
      <span className={classes.bar} aria-hidden>
        <span data-of="success" style={{ flexGrow: success }} />
        <span data-of="failed" style={{ flexGrow: failed }} />
        <span data-of="cancelled" style={{ flexGrow: cancelled }} />
      </span>
      {success.toLocaleString('en')} ok
      {failed > 0 && <span className={classes.failed}> {failed.toLocaleString('en')} failed</span>}
      {cancelled > 0 && ` ${cancelled.toLocaleString('en')} cancelled`}
    </span>
  );
}
