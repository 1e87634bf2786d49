import type { AuditEvent } from '@job-manager/shared/contract/audit';
import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { IconHistoryOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { activityQuery } from '../../api/run-list-queries';
import { actorName, auditLabelOf } from '../../components/audit-labels';
import { ActorLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { ExactTime } from '../../components/RelativeTime';
import { EmptyState } from '../../ui/EmptyState';
import classes from './RunActivity.module.css';

/** What people and the product did to a run, oldest first. */
export function RunActivity({ run }: { run: JobRun }) {
  // Another state of the run is another entry here.
  const query = useQuery(activityQuery(run.id, `${run.status} ${run.claimNo} ${run.runAt}`));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="The activity" rows={5} />;
  if (data.entries.length === 0)
    return (
      <EmptyState
        icon={IconHistoryOff}
        title="Nothing is recorded"
        text="What people and the product do to this run is listed here."
      />
    );
  return (
    <>
      {data.isCut && <p className={classes.note}>The first 500 entries of each kind are shown.</p>}
      <ol className={classes.entries} aria-label="Activity">
        {data.entries.map((entry) =>
          entry.kind === 'audit' ? (
            <AuditEntry key={`audit ${entry.event.id}`} event={entry.event} />
          ) : (
            <MessageEntry key={`message ${entry.message.seq}`} message={entry.message} />
          ),
        )}
      </ol>
    </>
  );
}

function AuditEntry({ event }: { event: AuditEvent }) {
  return (
    <Entry
      at={event.at}
      actor={event.actor === null ? actorName(event) : <ActorLink actor={event.actor}>{event.actor}</ActorLink>}
    >
      {auditLabelOf(event.action)}
      <Details details={event.details} />
    </Entry>
  );
}

const MessageEntry = ({ message }: { message: JobRunMessage }) => (
  <Entry at={message.at} actor="Job Manager" level={message.level}>
    {message.message}
  </Entry>
);

interface EntryProps {
  at: string;
  actor: ReactNode;
  level?: JobRunMessage['level'];
  children: ReactNode;
}

function Entry({ at, actor, level, children }: EntryProps) {
  return (
    <li className={classes.entry} data-level={level}>
      <span className={classes.time}>
        <ExactTime at={at} />
      </span>
      <bdi className={classes.actor}>{actor}</bdi>
      <span className={classes.text}>{children}</span>
    </li>
  );
}

/** Plain values beside the action; the audit log has the rest. */
function Details({ details }: { details: unknown }) {
  if (typeof details !== 'object' || details === null) return null;
  const plain = Object.entries(details).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  if (plain.length === 0) return null;
  return <span className={classes.details}>{plain.map(([name, value]) => `${name}: ${value}`).join(', ')}</span>;
}
