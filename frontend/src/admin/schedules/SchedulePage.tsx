import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { IconCalendarClock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { AutoRefresh } from '../../components/AutoRefresh';
import { CopyMenu } from '../../components/CopyMenu';
import { JobLink } from '../../components/EntityLinks';
import { PausedNote } from '../../components/PausedNote';
import { Permitted } from '../../components/Permitted';
import { DateTime, RelativeTime } from '../../components/RelativeTime';
import { SubjectAudit } from '../../components/SubjectAudit';
import { formatDateTime } from '../../lib/date-time';
import { paths } from '../../paths';
import { CodeBlock } from '../../ui/CodeBlock';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Fact, Facts } from '../../ui/Facts';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { nextRunsQuery, scheduleQuery, scheduleRunsQuery } from './calls';
import { definitionChoice } from './copy-schedule';
import { ScheduleRuns } from './ScheduleRuns';
import { ScheduleButtons } from './ScheduleTable';
import { ScheduleTimeline } from './ScheduleTimeline';
import { inZone } from './TimingFields';
import { useScheduleActs } from './useScheduleActs';

/** One schedule: what it runs, when next, how its runs ended and which due times had none. */
export function SchedulePage() {
  const { scheduleId = '' } = useParams();
  return (
    <Permitted permission="view" title="Schedule">
      <Schedule scheduleId={scheduleId} />
    </Permitted>
  );
}

function Schedule({ scheduleId }: { scheduleId: string }) {
  const navigate = useNavigate();
  const { data: schedule, error, refetch, dataUpdatedAt, isFetching } = useQuery(scheduleQuery(scheduleId));
  const queryClient = useQueryClient();
  const acts = useScheduleActs(() => void navigate(paths.schedules));
  return (
    <Page
      title={schedule?.name ?? 'Schedule'}
      trail={[{ label: 'Schedules', to: paths.schedules }, { label: schedule?.name ?? 'Schedule' }]}
      lead={schedule?.timing}
      actions={
        <>
          <AutoRefresh
            page="schedule"
            updatedAt={dataUpdatedAt}
            isFetching={isFetching}
            onRefresh={() => void queryClient.refetchQueries({ type: 'active' })}
          />
          {schedule && <ScheduleButtons schedule={schedule} acts={acts} />}
        </>
      }
    >
      {schedule ? (
        <>
          <Section title="Facts" actions={<CopyMenu choices={[definitionChoice(schedule)]} />}>
            {schedule.source === 'code' && (
              <p className="dimmed">
                It is kept in code: it can be paused and run here, and changed there. Copy its definition, or duplicate
                it to change the copy here.
              </p>
            )}
            <ScheduleFacts schedule={schedule} />
          </Section>
          <Section title="Next">
            <NextTimes schedule={schedule} />
          </Section>
          <Past schedule={schedule} />
          {schedule.skips.length > 0 && (
            <Section title="Due times without a run">
              <Skips skips={schedule.skips} />
              {schedule.skips.length === MAX_SKIPS && <p className="dimmed">The last {MAX_SKIPS} are listed.</p>}
            </Section>
          )}
          <SubjectAudit subject="schedule" target={schedule.name} />
        </>
      ) : error ? (
        toFailure(error).status === 404 ? (
          <EmptyState
            icon={IconCalendarClock}
            title="There is no such schedule"
            text="It was removed; its runs are in the history."
          />
        ) : (
          <ErrorPanel
            title="The schedule could not be loaded"
            details={toFailure(error).details}
            onRetry={() => void refetch()}
          />
        )
      ) : (
        <RowSkeletons rows={6} label="Loading the schedule" />
      )}
      {acts.dialogs}
    </Page>
  );
}

const missedWords = { once: 'One run for all of them', skip: 'None', all: 'A run for each' } as const;
const overlapWords = { skip: 'The new one is skipped', queue: 'The new one waits', cancel: 'The old one is cancelled' };

function ScheduleFacts({ schedule }: { schedule: JobSchedule }) {
  const { jobName, paused, problem, missed, overlap, source, createdBy, createdAt, parameters } = schedule;
  return (
    <>
      <Facts>
        <Fact name="State">{paused ? <PausedNote paused={paused} /> : (problem ?? 'On')}</Fact>
        <Fact name="Job">
          <JobLink jobName={jobName} />
        </Fact>
        <Fact name="Missed due times">{missedWords[missed]}</Fact>
        <Fact name="When runs overlap">{overlapWords[overlap]}</Fact>
        <Fact name="Kept">{source === 'code' ? 'In the code of its job' : 'Here'}</Fact>
        <Fact name="Created">
          <span>
            <RelativeTime at={createdAt} />
            {createdBy && ` by ${createdBy}`}
          </span>
        </Fact>
      </Facts>
      <CodeBlock label="Parameters" text={JSON.stringify(parameters, null, 2)} />
    </>
  );
}

function NextTimes({ schedule: { id, paused, timeZone } }: { schedule: JobSchedule }) {
  const { data } = useQuery(nextRunsQuery(id));
  if (paused) return <p className="dimmed">Nothing comes due while it is paused.</p>;
  if (data === undefined) return <RowSkeletons rows={2} label="Loading the next times" />;
  if (data.length === 0) return <p className="dimmed">It never comes due again.</p>;
  return (
    <Table caption="Next due times" columns={[{ label: 'Here' }, { label: `In ${timeZone}` }]}>
      {data.map((at) => (
        <tr key={at}>
          <Cell isHeader>
            <DateTime at={at} />
          </Cell>
          <Cell label={`In ${timeZone}`}>{inZone(at, timeZone)}</Cell>
        </tr>
      ))}
    </Table>
  );
}

function Past({ schedule: { id, skips } }: { schedule: JobSchedule }) {
  const { data, error, refetch } = useQuery(scheduleRunsQuery(id));
  const { data: next = [] } = useQuery(nextRunsQuery(id));
  return (
    <>
      <Section title="Seven days">
        {data && <ScheduleTimeline runs={data.runs} isCut={data.hasMore} skips={skips} next={next} />}
        {data === undefined && error === null && <RowSkeletons rows={1} label="Loading the timeline" />}
      </Section>
      <Section title="Runs">
        {data ? (
          <ScheduleRuns runs={data.runs} isCut={data.hasMore} />
        ) : error ? (
          <ErrorPanel
            title="Its runs could not be loaded"
            details={toFailure(error).details}
            onRetry={() => void refetch()}
          />
        ) : (
          <RowSkeletons rows={3} label="Loading runs" isDense />
        )}
      </Section>
    </>
  );
}

/** As many as the server keeps at hand. */
const MAX_SKIPS = 10;

const skipWords = {
  missed: 'No server was running',
  overlap: 'The run before had not ended',
  paused: 'It was paused',
  'job-gone': 'No process had the code of the job',
} as const;

function Skips({ skips }: { skips: JobSchedule['skips'] }) {
  return (
    <Table
      caption="Due times without a run"
      columns={[{ label: 'From' }, { label: 'To' }, { label: 'Due times', align: 'right' }, { label: 'Why' }]}
    >
      {skips.map(({ firstDueAt, lastDueAt, dueTimes, reason, at }) => (
        <tr key={`${at} ${firstDueAt}`}>
          <Cell isHeader>{formatDateTime(firstDueAt)}</Cell>
          <Cell label="To">{formatDateTime(lastDueAt)}</Cell>
          <Cell label="Due times" align="right">
            {dueTimes.toLocaleString('en')}
          </Cell>
          <Cell label="Why">{skipWords[reason]}</Cell>
        </tr>
      ))}
    </Table>
  );
}
