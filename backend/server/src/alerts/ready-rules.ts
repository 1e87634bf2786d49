import type { ReadyRule } from '@job-manager/engine/store/alerts/rules';

/** Rules of every installation. All but the first are off, and one click away. */
export const readyRules: readonly ReadyRule[] = [
  rule(1, { name: 'Health', kind: 'health', severity: 'WARNING', isOn: true }),
  rule(2, { name: 'Critical job failed', kind: 'runFailed', severity: 'CRITICAL', onlyCritical: true }),
  rule(3, { name: 'Any job fails 20 %', kind: 'failureRate', severity: 'WARNING' }),
  rule(4, { name: 'No runner', kind: 'noRunner', severity: 'CRITICAL' }),
  rule(5, { name: 'Channel over target', kind: 'channelLate', severity: 'WARNING' }),
  rule(6, { name: 'More than two runs stalled in a day', kind: 'stalledRuns', severity: 'WARNING' }),
  rule(7, { name: 'Failures rise by half, week over week', kind: 'failuresRising', severity: 'WARNING' }),
  rule(8, { name: 'Browser errors rise by half, week over week', kind: 'panelErrorsRising', severity: 'WARNING' }),
  rule(9, { name: 'More than 5 % of live connections lost', kind: 'connectionsLost', severity: 'WARNING' }),
];

function rule(number: number, given: Omit<ReadyRule, 'id' | 'isOn' | 'onlyCritical'> & Partial<ReadyRule>): ReadyRule {
  return { isOn: false, onlyCritical: false, ...given, id: `00000000-0000-4000-8000-0000000a1e0${number}` };
}
