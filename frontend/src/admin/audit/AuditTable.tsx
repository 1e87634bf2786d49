import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, type ReactNode, useId, useState } from 'react';
import { actorName, auditLabelOf } from '../../components/audit-labels';
import { ActorLink, BatchLink, ChannelLink, JobLink, PersonLink, ScheduleLink } from '../../components/EntityLinks';
import { ExactTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { CodeBlock } from '../../ui/CodeBlock';
import { Ellipsis } from '../../ui/Ellipsis';
import { Fact, Facts } from '../../ui/Facts';
import { Cell, Table } from '../../ui/Table';
import classes from './AuditTable.module.css';

interface Props {
  events: readonly AuditEvent[];
  /** Other entries are on their way, these are still shown. */
  isBusy: boolean;
}

const columns = [
  { label: 'When' },
  { label: 'Who' },
  { label: 'What' },
  { label: 'On' },
  { label: 'Run' },
  { label: 'Details', isHidden: true },
] as const;

export function AuditTable({ events, isBusy }: Props) {
  return (
    <Table caption="Audit log" columns={columns} stackOn="tablet" isBusy={isBusy} isRoving>
      {events.map((event) => (
        <AuditRow key={event.id} event={event} />
      ))}
    </Table>
  );
}

const AuditRow = memo(function AuditRow({ event }: { event: AuditEvent }) {
  const [isOpen, setOpen] = useState(false);
  const detailsId = useId();
  return (
    <>
      <tr data-event={event.id} data-row={event.id} className={classes.entry}>
        <Cell isHeader>
          <time dateTime={event.at} className={classes.time}>
            <ExactTime at={event.at} />
          </time>
        </Cell>
        <Cell label="Who">
          <span className={classes.who}>
            <Ellipsis text={actorName(event)}>
              {event.actor === null ? undefined : <ActorLink actor={event.actor}>{event.actor}</ActorLink>}
            </Ellipsis>
          </span>
        </Cell>
        <Cell label="What">
          <span title={event.action}>{auditLabelOf(event.action)}</span>
        </Cell>
        <Cell label="On" isWide isEmpty={event.target === null}>
          <AuditTarget event={event} />
        </Cell>
        <Cell label="Run" isEmpty={event.jobRunId === null}>
          {event.jobRunId === null ? <span className="dimmed">–</span> : <RunLink jobRunId={event.jobRunId} />}
        </Cell>
        <Cell isCorner align="right">
          <ActionIcon
            className={classes.opener}
            aria-expanded={isOpen}
            aria-controls={isOpen ? detailsId : undefined}
            aria-label={`Details of entry ${event.id}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          </ActionIcon>
        </Cell>
      </tr>
      {isOpen && (
        <tr id={detailsId} className={classes.opened}>
          <td colSpan={columns.length}>
            <AuditDetails event={event} />
          </td>
        </tr>
      )}
    </>
  );
});

/** What was acted on, as a link to it where it has a page. */
function AuditTarget({ event }: { event: AuditEvent }) {
  if (event.target === null) return <span className="dimmed">–</span>;
  const link = linkOf(event, event.target);
  return link === null ? <Ellipsis text={event.target} /> : <Ellipsis text={event.target}>{link}</Ellipsis>;
}

/** The subject of an action is the first part of its name: `channel.pause`. */
function linkOf({ action, details }: AuditEvent, target: string): ReactNode {
  const subject = action.slice(0, action.indexOf('.'));
  // It removes many runs, and names their status.
  if (action === 'run.prune') return null;
  if (subject === 'run' || subject === 'job' || subject === 'preset') return <JobLink jobName={target} />;
  if (subject === 'channel') return <ChannelLink channel={target} />;
  if (subject === 'schedule') return linkTo(details, 'scheduleId', (id) => <ScheduleLink id={id} name={target} />);
  if (subject === 'batch') return linkTo(details, 'batchId', (id) => <BatchLink id={id} name={target} />);
  // `account.write` names the role as well.
  return /^[^\s@]+@[^\s@]+$/.test(target) ? <PersonLink email={target} /> : null;
}

/** A link by the id that the details of an entry hold; none where they hold none. */
function linkTo(details: unknown, name: string, link: (id: string) => ReactNode): ReactNode {
  const id = typeof details === 'object' && details !== null ? (details as Record<string, unknown>)[name] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? link(String(id)) : null;
}

/** What else is known about an entry: from where, with what, and the input of the action. */
function AuditDetails({ event }: { event: AuditEvent }) {
  return (
    <div className={classes.details}>
      <Facts>
        <Fact name="Action">{event.action}</Fact>
        <Fact name="Entry">{event.id}</Fact>
        <Fact name="Address">{event.ip ?? 'not known'}</Fact>
        <Fact name="Program">{event.userAgent ?? 'not known'}</Fact>
      </Facts>
      {event.details !== null && (
        <CodeBlock label={`Details of entry ${event.id} as JSON`} text={JSON.stringify(event.details, null, 2)} />
      )}
    </div>
  );
}
