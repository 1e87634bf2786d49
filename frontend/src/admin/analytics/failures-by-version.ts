import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { seriesOf } from '../../components/metrics/metric-data';

/** How the runs of a job ended while a version was its newest. */
export interface VersionRow {
  /** Null for what ended before the first version of the range. */
  version: string | null;
  /** When it first ran; null for what was before. */
  at: string | null;
  ended: number;
  failed: number;
}

/**
 * Completed and failed runs by the version that was the newest in each step, the newest first: a step in which a version first
 * ran counts as its own. Runs carry no version in the counters, so an old version that still works is counted with the new one.
 */
export function byVersion(answer: MetricsAnswer): VersionRow[] {
  const [completed, failed] = (['completed', 'failed'] as const).map((measure) => seriesOf(answer, measure));
  if (!completed || !failed) return [];
  const marks = answer.marks.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const rows: VersionRow[] = [...marks, { at: null, version: null }].map(({ at, version }) => ({
    ...{ version, at },
    ...{ ended: 0, failed: 0 },
  }));
  const from = Date.parse(answer.from);
  for (const [index, well] of completed.points.entries()) {
    const end = from + (index + 1) * completed.stepMs;
    const row = rows.find(({ at }) => at === null || Date.parse(at) < end);
    if (!row) continue;
    const badly = failed.points[index] ?? 0;
    row.ended += (well ?? 0) + badly;
    row.failed += badly;
  }
  return rows.filter(({ version, ended }) => version !== null || ended > 0);
}
