import type { IncidentNews } from '@job-manager/shared/incident-news';
import type { IncidentChange } from '../../api/live/open-incidents';
import { serverNow } from '../../api/server-clock';
import { paths } from '../../paths';
import { addNotice, type Notice } from '../../ui/notices';
import { showBrowserNotice } from './browser-notices';
import { readPreferences } from './preferences';
import { playSoundOnce } from './sounds';

/** More that open or end within a second are one notice. */
const MAX_SINGLE = 5;
const NAMED = 3;

/**
 * Announces incidents that opened or are over: each to the notices behind the bell, and by sound and the browser as the
 * preferences have it. Muted ones are kept behind the bell alone.
 */
export function announceIncidents(changes: readonly IncidentChange[], goTo: (address: string) => void): void {
  const { incidents, incidentSound, isBrowserOn } = readPreferences();
  const opened = incidentsOf(changes, 'opened');
  const over = incidentsOf(changes, 'closed');
  for (const notice of [...noticesOf(opened, 'opened'), ...noticesOf(over, 'closed')]) addNotice(notice);

  const isWanted = ({ severity, mutedUntil }: IncidentNews): boolean =>
    (incidents === 'all' || (incidents === 'critical' && severity === 'CRITICAL')) &&
    (mutedUntil === null || Date.parse(mutedUntil) <= serverNow());
  const wanted = { opened: opened.filter(isWanted), over: over.filter(isWanted) };
  if (wanted.opened.length > 0) playSoundOnce('incident', incidentSound);
  else if (wanted.over.length > 0) playSoundOnce('end', incidentSound);
  if (!isBrowserOn) return;
  for (const { id, title, text, to } of [...noticesOf(wanted.opened, 'opened'), ...noticesOf(wanted.over, 'closed')])
    void showBrowserNotice({ title, text: text ?? '', tag: id, onClick: () => goTo(to) });
}

const incidentsOf = (changes: readonly IncidentChange[], wanted: IncidentChange['event']): IncidentNews[] =>
  changes.filter(({ event }) => event === wanted).map(({ incident }) => incident);

type IncidentNotice = Pick<Notice, 'id' | 'kind' | 'title' | 'text'> & { to: string };

function noticesOf(incidents: readonly IncidentNews[], event: 'opened' | 'closed'): IncidentNotice[] {
  const kind = event === 'opened' ? 'incident' : 'end';
  const [first] = incidents;
  if (first === undefined) return [];
  if (incidents.length > MAX_SINGLE) {
    const title = `${incidents.length.toLocaleString('en')} incidents ${event === 'opened' ? 'opened' : 'are over'}`;
    const names = incidents.slice(0, NAMED).map((incident) => incident.title);
    const text = `${names.join(', ')} and ${incidents.length - NAMED} more`;
    return [{ id: `incidents ${event} ${first.id}`, kind, title, text, to: paths.alerts }];
  }
  return incidents.map(({ id, title, severity }) => ({
    // The end of an incident replaces its opening.
    id: `incident ${id}`,
    kind,
    title: event === 'opened' ? title : `Over: ${title}`,
    text: event === 'opened' ? `${severity === 'CRITICAL' ? 'Critical' : 'Warning'}, incident ${id}` : null,
    to: paths.incident(id),
  }));
}
