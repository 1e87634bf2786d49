import type { AuditSubject } from '@job-manager/shared/audit';
import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api } from '../api/administration-client';
import { useCan } from '../api/session';
import { paths } from '../paths';
import { Section } from '../ui/Section';
import { Cell, Table } from '../ui/Table';
import { actorName, auditLabelOf } from './audit-labels';
import { Pending } from './Pending';
import { ExactTime } from './RelativeTime';

interface Props {
  subject: AuditSubject;
  /** Its name, as the audit log has it. */
  target: string;
}

const MAX_ENTRIES = 50;

/**
 * What was done to a channel, a job or a schedule, the newest first; nothing for those who may not read the audit log.
 */
export function SubjectAudit(props: Props) {
  if (!useCan('viewAudit')) return null;
  return (
    <Section title="Audit">
      <Entries {...props} />
    </Section>
  );
}

function Entries({ subject, target }: Props) {
  const query = useQuery(api.audit.list.queryOptions({ input: { subject, target, limit: MAX_ENTRIES } }));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="The audit log" isDense />;
  if (data.events.length === 0) return <p className="dimmed">Nothing was changed by a person or a program yet.</p>;
  return (
    <>
      <Table
        caption="Audit"
        columns={[{ label: 'When' }, { label: 'Who' }, { label: 'What' }, { label: 'From what to what' }]}
      >
        {data.events.map((event) => (
          <Entry key={event.id} event={event} />
        ))}
      </Table>
      {data.hasMore && (
        <p className="dimmed">
          The newest {MAX_ENTRIES} are shown.{' '}
          <Anchor component={Link} to={paths.auditAbout(subject, target)} inherit>
            The audit log
          </Anchor>{' '}
          has all.
        </p>
      )}
    </>
  );
}

function Entry({ event }: { event: AuditEvent }) {
  const changes = describeChanges(event.details);
  return (
    <tr>
      <Cell isHeader>
        <ExactTime at={event.at} />
      </Cell>
      <Cell label="Who">{actorName(event)}</Cell>
      <Cell label="What">{auditLabelOf(event.action)}</Cell>
      <Cell label="From what to what" isWide isEmpty={changes === ''}>
        <span className="long-name">{changes || '–'}</span>
      </Cell>
    </tr>
  );
}

/** `weight: 1 → 3, paused…`, from the values before and after in an entry. */
function describeChanges(details: unknown): string {
  if (!isRecord(details)) return '';
  const { before, after } = details;
  if (!isRecord(before) && !isRecord(after)) return '';
  const [from, to] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((name) => format(from[name]) !== format(to[name]))
    .map((name) => `${name}: ${format(from[name])} → ${format(to[name])}`)
    .join(', ');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const format = (value: unknown): string =>
  value == null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);
