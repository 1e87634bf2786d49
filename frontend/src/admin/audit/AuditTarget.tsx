import type { AuditEvent } from '@job-manager/shared/contract/audit';
import type { ReactNode } from 'react';
import { BatchLink, ChannelLink, JobLink, PersonLink, ScheduleLink } from '../../components/EntityLinks';
import { Ellipsis } from '../../ui/Ellipsis';

/** What was acted on, as a link to it where it has a page. */
export function AuditTarget({ event }: { event: AuditEvent }) {
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
