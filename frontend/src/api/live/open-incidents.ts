import type { IncidentEvent, IncidentNews, OpenIncidents } from '@job-manager/shared/incident-news';
import type { ServerMessage } from '@job-manager/shared/live';

/** What happened to an incident. */
export interface IncidentChange {
  event: IncidentEvent;
  incident: IncidentNews;
}

export interface AlertsChange {
  next: OpenIncidents | null;
  /** Empty where only the whole was sent again, and nothing is different. */
  changes: IncidentChange[];
  /** Whether the messages are about incidents at all. */
  isNews: boolean;
}

type AlertMessage = Extract<ServerMessage, { type: `server.admin.alert_${string}` }>;

/** Whether a message is about an incident, and changes nothing of the active set. */
export const isOfAlerts = (message: ServerMessage): message is AlertMessage =>
  message.type.startsWith('server.admin.alert_');

/**
 * Applies messages about incidents. A snapshot after the first one also brings what was missed: what opened, and what
 * is over.
 */
export function applyAlerts(before: OpenIncidents | null, messages: readonly ServerMessage[]): AlertsChange {
  let next = before;
  let isNews = false;
  const changes: IncidentChange[] = [];
  for (const message of messages) {
    if (message.type === 'server.admin.jobs_snapshot' && message.data.alerts) {
      isNews ||= next !== null;
      if (next !== null) changes.push(...missed(next, message.data.alerts));
      next = message.data.alerts;
    } else if (isOfAlerts(message)) {
      const { event, incident, open, critical } = message.data;
      isNews = true;
      changes.push({ event, incident });
      const others = (next?.newest ?? []).filter(({ id }) => id !== incident.id);
      next = { open, critical, newest: incident.closedAt === null ? [incident, ...others] : others };
    }
  }
  return { next, changes, isNews };
}

function missed(before: OpenIncidents, now: OpenIncidents): IncidentChange[] {
  const knew = new Set(before.newest.map(({ id }) => id));
  const opened = now.newest.filter(({ id }) => !knew.has(id));
  // A snapshot has the newest alone: where there are more, what it lacks may still be open.
  const isWhole = now.open <= now.newest.length;
  const over = isWhole ? before.newest.filter(({ id }) => now.newest.every((incident) => incident.id !== id)) : [];
  return [
    ...over.map((incident): IncidentChange => ({ event: 'closed', incident })),
    ...(before.open <= before.newest.length ? opened : []).map(
      (incident): IncidentChange => ({ event: 'opened', incident }),
    ),
  ];
}
