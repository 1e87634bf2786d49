import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Stack } from '@mantine/core';
import { IconCalendarClock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { AutoRefresh } from '../../components/AutoRefresh';
import { CopyMenu } from '../../components/CopyMenu';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { NotFoundPage } from '../../components/NotFoundPage';
import { PausedNote } from '../../components/PausedNote';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { DateTime, RelativeTime } from '../../components/RelativeTime';
import { SubjectAudit } from '../../components/SubjectAudit';
import { formatDateTime } from '../../lib/date-time';
import { formatInZone } from '../../lib/zone-time';
import { paths } from '../../paths';
import { CodeBlock } from '../../ui/CodeBlock';
import { EmptyState } from '../../ui/EmptyState';
import { Fact, Facts } from '../../ui/Facts';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { nextRunsQuery, scheduleQuery, scheduleRunsQuery } from './calls';
import { definitionChoice } from './copy-schedule';
import { skipReasonLabels } from './Outcomes';
import { ScheduleButtons } from './ScheduleButtons';
import { ScheduleRuns } from './ScheduleRuns';
import { ScheduleTimeline } from './ScheduleTimeline';
import { useScheduleActs } from './useScheduleActs';

/** As the API reads it: it refuses any other id, and no retry helps. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

/** One schedule: what it runs, when next, how its runs ended and which due times had none. */
export function SchedulePage() {
  const { scheduleId = '' } = useParams();
  if (!UUID.test(scheduleId)) return <NotFoundPage />;
  return (
    <Permitted permission="view" title="Schedule">
      <Schedule scheduleId={scheduleId} />
    </Permitted>
  );
}

function Schedule({ scheduleId }: { scheduleId: string }) {
  const navigate = useNavigate();
  const query = useQuery(scheduleQuery(scheduleId));
  const { data: schedule, error, dataUpdatedAt, isFetching } = query;
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
          {schedule && <ScheduleButtons schedule={schedule} acts={acts} isOnPage />}
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
      ) : error && toFailure(error).status === 404 ? (
        <EmptyState
          icon={IconCalendarClock}
          title="There is no such schedule"
          text="It was removed; its runs are in the history."
        />
      ) : (
        <Section title="Facts">
          <Pending query={query} what="The schedule" rows={6} />
        </Section>
      )}
      {acts.dialogs}
    </Page>
  );
}

const missedLabels = { once: 'One run for all of them', skip: 'None', all: 'A run for each' } as const;
const overlapLabels = {
  skip: 'The new one is skipped',
  queue: 'The new one waits',
  cancel: 'The old one is cancelled',
};

function ScheduleFacts({ schedule }: { schedule: JobSchedule }) {
  const { jobName, paused, problem, missed, overlap, source, createdBy, createdAt, parameters } = schedule;
  const { channel, priority } = schedule;
  return (
    <Stack gap="md">
      {paused && (
        <p>
          <PausedNote paused={paused} />
        </p>
      )}
      <Facts>
        <Fact name="State">{problem ?? (paused ? 'Paused' : 'On')}</Fact>
        <Fact name="Job">
          <JobLink jobName={jobName} />
        </Fact>
        <Fact name="Missed due times">{missedLabels[missed]}</Fact>
        <Fact name="When runs overlap">{overlapLabels[overlap]}</Fact>
        <Fact name="Channel">{channel === null ? 'That of its job' : <ChannelLink channel={channel} />}</Fact>
        <Fact name="Priority">{priority ?? 'That of its job'}</Fact>
        <Fact name="Kept">{source === 'code' ? 'In the code of its job' : 'Here'}</Fact>
        <Fact name="Created">
          <span>
            <RelativeTime at={createdAt} />
            {createdBy && ` by ${createdBy}`}
          </span>
        </Fact>
      </Facts>
      <CodeBlock label="Parameters" text={JSON.stringify(parameters, null, 2)} />
    </Stack>
  );
}

function NextTimes({ schedule: { id, paused, timeZone } }: { schedule: JobSchedule }) {
  const query = useQuery(nextRunsQuery(id));
  const { data } = query;
  if (paused) return <p className="dimmed">Nothing comes due while it is paused.</p>;
  if (data === undefined) return <Pending query={query} what="Its next times" />;
  if (data.length === 0) return <p className="dimmed">It never comes due again.</p>;
  return (
    <Table caption="Next due times" columns={[{ label: 'Here' }, { label: 'In its zone' }]}>
      {data.map((at) => (
        <tr key={at}>
          <Cell isHeader>
            <DateTime at={at} />
          </Cell>
          <Cell label="In its zone">{formatInZone(at, timeZone)}</Cell>
        </tr>
      ))}
    </Table>
  );
}

function Past({ schedule: { id, skips, paused } }: { schedule: JobSchedule }) {
  const query = useQuery(scheduleRunsQuery(id));
  const { data } = query;
  const { data: next = [] } = useQuery(nextRunsQuery(id));
  return (
    <>
      <Section title="Seven days">
        {data ? (
          <ScheduleTimeline runs={data.runs} isCut={data.hasMore} skips={skips} next={paused ? [] : next} />
        ) : (
          <Pending query={query} what="The timeline" rows={1} />
        )}
      </Section>
      <Section title="Runs">
        {data ? (
          <ScheduleRuns runs={data.runs} isCut={data.hasMore} />
        ) : (
          <Pending query={query} what="Its runs" rows={3} isDense />
        )}
      </Section>
    </>
  );
}

/** As many as the server keeps at hand. */
const MAX_SKIPS = 10;

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
          <Cell label="Why">{skipReasonLabels[reason]}</Cell>
        </tr>
      ))}
    </Table>
  );
}
