import type { SystemComponent } from '@job-manager/shared/contract/system';
import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { Elapsed, RelativeTime } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { components, verdictLabels, verdictTones } from './components';
import { DayBars } from './DayBars';
import classes from './SystemStatusPage.module.css';

const columns = [
  { label: 'Service' },
  { label: 'Status' },
  { label: 'Figure' },
  { label: '90 days' },
  { label: 'Last incident' },
] as const;

interface Props {
  services: readonly SystemComponent[];
  /** The first of the 90 days. */
  firstDay: string;
  /** The server answered that it does not reach the database. */
  isDatabaseAway: boolean;
}

/** Each part of the installation: how it is, since when, and how its last 90 days were. */
export function ServiceMatrix({ services, firstDay, isDatabaseAway }: Props) {
  return (
    <Table caption="Service Matrix" columns={columns} stackOn="tablet" opensRows>
      {services.map((service) => (
        <ServiceRow
          key={service.id}
          service={
            isDatabaseAway && service.id === 'database'
              ? { ...service, status: 'CRITICAL', figure: 'no answer', since: null }
              : service
          }
          firstDay={firstDay}
        />
      ))}
    </Table>
  );
}

function ServiceRow({ service, firstDay }: { service: SystemComponent; firstDay: string }) {
  const { id, status, figure, since, incidents, lastIncident, days, upPercent } = service;
  const { label, to } = components[id];
  const [open] = incidents;
  return (
    <tr>
      <Cell isHeader>
        <Anchor component={Link} to={to} className={classes.service} inherit>
          {label}
        </Anchor>
      </Cell>
      <Cell label="Status">
        <span className={classes.status}>
          <Tag tone={verdictTones[status]}>{verdictLabels[status]}</Tag>
          {since !== null && (
            <span className={classes.small}>
              for <Elapsed since={since} />
            </span>
          )}
        </span>
      </Cell>
      <Cell label="Figure">
        <span className={classes.wrapping}>{figure}</span>
        {open && (
          <Anchor component={Link} to={paths.incident(open.id)} className={classes.openIncident} inherit>
            {open.title}
          </Anchor>
        )}
      </Cell>
      <Cell label="90 days">
        <DayBars name={label} days={days} firstDay={firstDay} upPercent={upPercent} />
      </Cell>
      <Cell label="Last incident" isEmpty={lastIncident === null}>
        {lastIncident === null ? (
          '–'
        ) : (
          <Anchor component={Link} to={paths.incident(lastIncident.id)} inherit>
            <RelativeTime at={lastIncident.openedAt} isPast />
          </Anchor>
        )}
      </Cell>
    </tr>
  );
}
