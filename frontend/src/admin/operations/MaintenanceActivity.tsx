import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api } from '../../api/administration-client';
import { useCan } from '../../api/session';
import { actorName, auditLabelOf } from '../../components/audit-labels';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import classes from './operations.module.css';

const SHOWN = 20;
const columns = [
  { label: 'When' },
  { label: 'What' },
  { label: 'Who' },
  { label: 'On what' },
  { label: 'Runs', align: 'right' as const },
];

/** What was done lately to many runs, stuck ones, channels and runners; nothing for those who may not read the audit log. */
export function MaintenanceActivity() {
  const may = useCan('viewAudit');
  const query = useQuery({
    ...api.audit.list.queryOptions({ input: { about: 'maintenance', limit: SHOWN } }),
    enabled: may,
  });
  if (!may) return null;
  const { data } = query;
  return (
    <Section
      title="Recent Maintenance Activity"
      actions={
        <Anchor component={Link} to={paths.auditAbout('maintenance')} size="sm">
          Audit log
        </Anchor>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="The activity" rows={4} isDense />
      ) : data.events.length === 0 ? (
        <p className="dimmed">Nothing was cleaned up, cancelled together or paused yet.</p>
      ) : (
        <Table caption="Recent maintenance" columns={columns}>
          {data.events.map((event) => (
            <tr key={event.id}>
              <Cell isHeader>
                <RelativeTime at={event.at} isPast />
              </Cell>
              <Cell label="What">{auditLabelOf(event.action)}</Cell>
              <Cell label="Who">{actorName(event)}</Cell>
              <Cell label="On what" isEmpty={event.target === null}>
                <bdi className={classes.wrap}>{event.target ?? '–'}</bdi>
              </Cell>
              <Cell label="Runs" align="right">
                {runsOf(event)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

/** How many runs it touched, as far as the entry has it. */
function runsOf({ details, jobRunId }: AuditEvent): string {
  if (jobRunId !== null) return '1';
  const { done, runs, cancelled } = (details ?? {}) as Record<string, unknown>;
  const count = [done, runs, cancelled].find((value) => typeof value === 'number');
  return typeof count === 'number' ? count.toLocaleString('en') : '–';
}
