import type { system } from '@job-manager/shared/contract/system';
import { type SystemComponentId, systemComponents } from '@job-manager/shared/system-components';
import type { InferContractRouterOutputs } from '@orpc/contract';
import { ago } from './a-run';

export type SystemStatus = InferContractRouterOutputs<typeof system>['status'];
type Component = SystemStatus['components'][number];

/** A part of the installation that is well, but for what a test sets. */
export const aComponent = (id: SystemComponentId, part: Partial<Component> = {}): Component => ({
  ...{ id, status: 'OK', figure: `figure of ${id}`, since: null, reasons: [], incidents: [], lastIncident: null },
  ...{ days: Array.from({ length: 90 }, (_, index) => (index < 30 ? null : 'OK')), upPercent: 100 },
  ...part,
});

/** An installation that is well, but for what a test sets. */
export const someSystem = (part: Partial<SystemStatus> = {}): SystemStatus => ({
  ...{ verdict: 'OK', verdictSince: ago(7_530), firstDay: '2026-01-01' },
  ...{ api: { p95Ms: 12, points: Array.from({ length: 60 }, (_, index) => index) } },
  ...{ incidents: { open: 0, critical: 0, lastDay: 3 }, deliveries: { sent: 14, failed: 0, waiting: 0 } },
  ...{ components: systemComponents.map((id) => aComponent(id)), checkedAt: ago(1) },
  ...part,
});
