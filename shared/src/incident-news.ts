import type { AlertSeverity } from './alert-rules.js';

/** What the socket sends of an incident; lists and details are read by the API. */
export interface IncidentNews {
  id: string;
  severity: AlertSeverity;
  title: string;
  openedAt: string;
  closedAt: string | null;
  mutedUntil: string | null;
}

/** How many incidents are open and how many of them are critical, and the newest of them. */
export interface OpenIncidents {
  open: number;
  critical: number;
  newest: IncidentNews[];
}

/** What happened to an incident: it opened (or opened again), it is over, or something else of it is different. */
export type IncidentEvent = 'opened' | 'closed' | 'changed';
