import type { DeliveryRow } from '@job-manager/engine/store/alerts/deliveries';
import type { ListedDestination } from '@job-manager/engine/store/alerts/destinations';
import type { IncidentRow } from '@job-manager/engine/store/alerts/incidents';
import type { RuleRow } from '@job-manager/engine/store/alerts/rules';
import type { AlertDestination } from '@job-manager/shared/contract/alerts/destinations';
import type { AlertDelivery, Incident } from '@job-manager/shared/contract/alerts/incidents';
import type { AlertRule, GivenAlertRule } from '@job-manager/shared/contract/alerts/rules';

const isoOrNull = (time: Date | null): string | null => time?.toISOString() ?? null;

/** An incident as the API shows it. */
export const presentIncident = ({ ruleName, ...row }: IncidentRow): Incident => ({
  ...row,
  rule: ruleName,
  openedAt: row.openedAt.toISOString(),
  reopenedAt: isoOrNull(row.reopenedAt),
  lastAt: row.lastAt.toISOString(),
  closedAt: isoOrNull(row.closedAt),
  acknowledgedAt: isoOrNull(row.acknowledgedAt),
  mutedUntil: isoOrNull(row.mutedUntil),
});

/** A message as the API shows it. */
export const presentDelivery = ({ digestId, nextAt, ...row }: DeliveryRow): AlertDelivery => ({
  ...row,
  isTogether: digestId !== null,
  createdAt: row.createdAt.toISOString(),
  sentAt: isoOrNull(row.sentAt),
  nextAt: row.status === 'PENDING' ? nextAt.toISOString() : null,
});

/** A rule as the API shows it. */
export const presentRule = ({ onSince: _, updatedAt, ...row }: RuleRow): AlertRule => ({
  ...row,
  updatedAt: updatedAt.toISOString(),
});

/** The fields of a rule, as a request would save them. */
export const givenOf = ({
  id: _,
  isReady: _r,
  problem: _p,
  rev: _v,
  updatedAt: _u,
  updatedBy: _b,
  ...given
}: AlertRule): GivenAlertRule => given;

/** A destination as the API shows it, without its secret. */
export const presentDestination = (
  { secret: _, last, updatedAt, ...row }: ListedDestination,
  problem: string | null,
): AlertDestination => ({
  ...row,
  problem,
  lastDelivery: last && {
    at: new Date(last.at).toISOString(),
    ok: last.status === 'SENT',
    detail: last.detail ?? '',
  },
  updatedAt: updatedAt.toISOString(),
});
