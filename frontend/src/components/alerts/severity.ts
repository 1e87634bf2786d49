import type { AlertEvent, AlertSeverity } from '@job-manager/shared/alert-rules';
import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import type { TagTone } from '../../ui/Tag';

export const severityAppearance: Record<AlertSeverity, { label: string; tone: TagTone }> = {
  CRITICAL: { label: 'Critical', tone: 'failed' },
  WARNING: { label: 'Warning', tone: 'warning' },
};

export const eventLabels: Record<AlertEvent, string> = {
  opened: 'Opened',
  reopened: 'Opened again',
  reminder: 'Reminder',
  closed: 'Over',
  test: 'Test message',
};

/** How an incident stands: an open one by its severity. */
export const incidentAppearance = ({ closedAt, severity }: Pick<Incident, 'closedAt' | 'severity'>) =>
  closedAt === null ? severityAppearance[severity] : ({ label: 'Over', tone: 'neutral' } as const);
