import type { MetricMeasure } from '@job-manager/shared/metrics';
import type { TerminalStatus } from '@job-manager/shared/run';
import { type ChartData, stepAt } from '../../ui/chart/chart-data';
import { historyWith } from '../url-state';

/** Of which outcome the runs are that a measure is made of; any where it is not named. */
const outcomes: Partial<Record<MetricMeasure, TerminalStatus>> = {
  completed: 'SUCCESS',
  failed: 'FAILED',
  failureRate: 'FAILED',
  cancelled: 'CANCELLED',
  // The time of a failure does not show how fast a job is, so only successes are measured.
  'took.p50': 'SUCCESS',
  'took.p95': 'SUCCESS',
  'took.p99': 'SUCCESS',
  'took.avg': 'SUCCESS',
};

/**
 * Address of the runs behind a step of a chart: those that finished in it, of the outcome that all of its measures are
 * of.
 */
export function historyOfStep(
  measures: readonly MetricMeasure[],
  data: Pick<ChartData, 'from' | 'stepMs'>,
  index: number,
  jobName?: string,
): string {
  const [status, ...others] = new Set(measures.map((measure) => outcomes[measure]));
  const time = { from: stepAt(data, index), to: stepAt(data, index + 1) };
  return historyWith({ jobName, status: others.length === 0 ? status : undefined, time });
}
