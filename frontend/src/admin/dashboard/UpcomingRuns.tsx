import { Anchor, Button } from '@mantine/core';
import { IconCalendarClock, IconCalendarPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunPageLink } from '../../components/RunPageLink';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { type Upcoming, upcomingQuery } from './calls';
import classes from './dashboard.module.css';
import { useRowCount } from './useRowCount';

const columns: Column[] = [
  { label: 'What' },
  { label: 'Job' },
  { label: 'Channel' },
  { label: 'When', align: 'right' },
];

/** What comes due next: due times of schedules, and delayed runs. */
export function UpcomingRuns() {
  const query = useQuery(upcomingQuery());
  const { data } = query;
  const rows = useRowCount();
  return (
    <Section
      title={`Scheduled (next ${rows})`}
      actions={
        <Anchor component={Link} to={paths.schedules} size="sm">
          Open Scheduler
        </Anchor>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="What comes next" rows={4} isDense />
      ) : data.upcoming.length > 0 ? (
        <Table caption="What comes due next" columns={columns} isRoving opensRows>
          {data.upcoming.slice(0, rows).map((upcoming) => (
            <Row key={idOf(upcoming)} upcoming={upcoming} />
          ))}
        </Table>
      ) : (
        <NothingScheduled />
      )}
    </Section>
  );
}

const idOf = (upcoming: Upcoming): string =>
  upcoming.kind === 'run' ? upcoming.jobRunId : `${upcoming.scheduleId} ${upcoming.at}`;

function Row({ upcoming }: { upcoming: Upcoming }) {
  return (
    <tr data-row={idOf(upcoming)}>
      <Cell isHeader>
        <span className={classes.cut}>
          {upcoming.kind === 'run' ? (
            <RunPageLink jobRunId={upcoming.jobRunId} className={classes.name}>
              #{upcoming.jobRunId} (delayed)
            </RunPageLink>
          ) : (
            <Link to={paths.schedule(upcoming.scheduleId)} className={classes.name}>
              {upcoming.name}
            </Link>
          )}
        </span>
      </Cell>
      <Cell isWide>
        <span className={classes.cut}>
          <JobLink jobName={upcoming.jobName} />
        </span>
      </Cell>
      <Cell label="Channel" isEmpty={upcoming.kind === 'schedule'}>
        {upcoming.kind === 'run' ? (
          <span className={classes.cut} title={upcoming.channel}>
            <ChannelLink channel={upcoming.channel} />
          </span>
        ) : (
          '–'
        )}
      </Cell>
      <Cell label="When" align="right">
        <RelativeTime at={upcoming.at} />
      </Cell>
    </tr>
  );
}

function NothingScheduled() {
  const canManage = useCan('manageSchedules');
  return (
    <EmptyState
      icon={IconCalendarClock}
      title="Nothing scheduled"
      text="Due times of schedules and delayed runs are listed here."
      action={
        canManage && (
          <Button
            component={Link}
            to={`${paths.schedules}?edit=new`}
            variant="light"
            leftSection={<IconCalendarPlus size={16} />}
          >
            Create a schedule
          </Button>
        )
      }
    />
  );
}
