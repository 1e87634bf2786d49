import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { CodeBlock } from '../../ui/CodeBlock';
import { Fact, Facts } from '../../ui/Facts';
import classes from './AuditDetails.module.css';

/** What else is known about an entry: from where, with what, and what the action was told. */
export function AuditDetails({ event }: { event: AuditEvent }) {
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
