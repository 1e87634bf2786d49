import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import { Button } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { incidentAppearance } from '../../components/alerts/severity';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { RelativeTime } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import classes from './alerts.module.css';
import { useIncidentActs } from './useIncidentActs';

interface Props {
  incidents: readonly Incident[];
  onOpen: (incidentId: string) => void;
}

const columns = [
  { label: 'State' },
  { label: 'What' },
  { label: 'Opened' },
  { label: 'Notified' },
  { label: 'Actions', isHidden: true },
] as const;

export function IncidentTable({ incidents, onOpen }: Props) {
  const { acknowledge } = useIncidentActs();
  const canManage = useCan('manageAlerts');
  const onRowKey = (key: string, id: string): boolean => {
    const incident = incidents.find((each) => each.id === id);
    if (key === 'm') onOpen(id);
    if (key === 'y' && canManage && incident && isUnseen(incident)) acknowledge.mutate({ incidentId: id });
    return key === 'm' || key === 'y';
  };
  return (
    <Table caption="Incidents" columns={columns} stackOn="tablet" isRoving opensRows onRowKey={onRowKey}>
      {incidents.map((incident) => (
        <IncidentRow
          key={incident.id}
          incident={incident}
          onOpen={onOpen}
          onAcknowledge={canManage ? () => acknowledge.mutate({ incidentId: incident.id }) : undefined}
        />
      ))}
    </Table>
  );
}

const isUnseen = ({ closedAt, acknowledgedAt }: Incident): boolean => closedAt === null && acknowledgedAt === null;

interface RowProps {
  incident: Incident;
  onOpen: Props['onOpen'];
  onAcknowledge?: () => void;
}

const IncidentRow = memo(function IncidentRow({ incident, onOpen, onAcknowledge }: RowProps) {
  const { id, title, cause, jobName, channel, openedAt, closedAt, acknowledgedBy, mutedUntil } = incident;
  const { label, tone } = incidentAppearance(incident);
  return (
    <tr data-row={id}>
      <Cell label="State">
        <span className={classes.tags}>
          <Tag tone={tone}>{label}</Tag>
          {mutedUntil !== null && <Tag>Muted</Tag>}
        </span>
      </Cell>
      <Cell isHeader>
        <Link
          to={paths.incident(id)}
          className={classes.title}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(id);
          }}
        >
          <bdi>{title}</bdi>
        </Link>
        <span className={classes.cause}>
          <bdi>{cause}</bdi>
        </span>
        {(jobName !== null || channel !== null) && (
          <span className={classes.subject}>
            {jobName !== null ? <JobLink jobName={jobName} /> : <ChannelLink channel={channel ?? ''} />}
          </span>
        )}
        {acknowledgedBy !== null && closedAt === null && (
          <span className={classes.note}>{acknowledgedBy} is at it</span>
        )}
      </Cell>
      <Cell label="Opened">
        <span className={classes.two}>
          <RelativeTime at={openedAt} isPast />
          {closedAt !== null && (
            <span className={classes.note}>lasted {formatDuration(Date.parse(closedAt) - Date.parse(openedAt))}</span>
          )}
        </span>
      </Cell>
      <Cell label="Notified" isEmpty={incident.notified.length === 0}>
        <Notified incident={incident} />
      </Cell>
      <Cell isCorner align="right">
        {onAcknowledge && isUnseen(incident) && (
          <Button variant="default" size="compact-sm" aria-label={`Acknowledge ${title}`} onClick={onAcknowledge}>
            Acknowledge
          </Button>
        )}
      </Cell>
    </tr>
  );
});

const statusLabels = { PENDING: 'waits', SENT: '✓', FAILED: 'not sent' } as const;

/** Each destination with how its messages went. */
function Notified({ incident: { notified } }: { incident: Incident }) {
  if (notified.length === 0) return '–';
  const names = [...new Set(notified.map(({ destination }) => destination))];
  return (
    <span className={classes.two}>
      {names.map((name) => (
        <span key={name}>
          <bdi>{name}</bdi>{' '}
          <span className="dimmed">
            {notified
              .filter(({ destination }) => destination === name)
              .map(({ status }) => statusLabels[status])
              .join(' ')}
          </span>
        </span>
      ))}
    </span>
  );
}
