import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, useId, useState } from 'react';
import { actorName, wordsFor } from '../../components/audit-words';
import { ActorLink } from '../../components/EntityLinks';
import { ExactTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { Ellipsis } from '../../ui/Ellipsis';
import { Cell, Table } from '../../ui/Table';
import { AuditDetails } from './AuditDetails';
import classes from './AuditTable.module.css';
import { AuditTarget } from './AuditTarget';

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
          <span title={event.action}>{wordsFor(event.action)}</span>
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
