import type { MessageContent } from '@job-manager/engine/store/alerts/deliveries';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { alertPaths } from '@job-manager/shared/alert-paths';
import type { AlertEvent } from '@job-manager/shared/alert-rules';

/** An incident at one of its turns. */
export interface AlertMessage {
  event: AlertEvent;
  incident: MessageContent;
}

/** The content of one delivery: mostly one message, or those that waited together. */
export interface Notice {
  /** The same each time it is sent. */
  key: string;
  messages: AlertMessage[];
}

/** The text of a notice. */
export interface WrittenNotice {
  subject: string;
  text: string;
}

/** Where the panel is, without a slash at the end. */
export type PanelUrl = string;

/** Writes a notice for people. */
export function writeNotice({ messages }: Notice, panel: PanelUrl): WrittenNotice {
  const [first] = messages;
  if (!first) throw new Error('A notice has a message');
  if (messages.length === 1) return { subject: headline(first), text: `${describe(first, panel)}\n` };
  const text = messages.map((message) => `${headline(message)}\n${describe(message, panel)}`).join('\n\n');
  return { subject: `${messages.length} messages of alerts`, text: `${text}\n` };
}

function headline({ event, incident }: AlertMessage): string {
  if (event === 'test') return 'Test message of Job Manager';
  if (event === 'closed') return `Over: ${incident.title}`;
  const again = { opened: '', reopened: 'Again: ', reminder: 'Still: ' }[event];
  return `${incident.severity === 'CRITICAL' ? 'Critical' : 'Warning'}: ${again}${incident.title}`;
}

function describe({ event, incident }: AlertMessage, panel: PanelUrl): string {
  if (event === 'test')
    return `A person sent this to see whether messages arrive.\n\n${panel}${alertPaths.destinations}`;
  const { cause, rule, openedAt, closedAt, closedBy, lastRunId } = incident;
  const lastedMs = closedAt === null ? 0 : Date.parse(closedAt) - Date.parse(openedAt);
  const lines = [
    cause,
    '',
    closedAt === null
      ? `Since ${minuteOf(openedAt)}`
      : `From ${minuteOf(openedAt)} to ${minuteOf(closedAt)}, ${formatDuration(lastedMs)}${closedBy === null ? '' : `; resolved by ${closedBy}`}`,
    `Rule: ${rule}`,
    `Incident: ${panel}${alertPaths.incident(incident.id)}`,
    ...(lastRunId === null ? [] : [`Last run: ${panel}${alertPaths.run(lastRunId)}`]),
  ];
  return lines.join('\n');
}

const minuteOf = (time: string): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A notice for programs. */
export function noticeJson({ key, messages }: Notice, panel: PanelUrl, sentAt: Date): unknown {
  return {
    id: key,
    sentAt: sentAt.toISOString(),
    messages: messages.map(({ event, incident }) =>
      event === 'test'
        ? { event }
        : { event, incident: { ...incident, url: `${panel}${alertPaths.incident(incident.id)}` } },
    ),
  };
}
