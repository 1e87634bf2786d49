import { CORRELATED_SHOWN, type LookupRows } from '@job-manager/engine/store/lookup';
import type { LookupHit } from '@job-manager/shared/contract/run-lists';
import { presentSummary } from './run.js';

/** What was found, the most exact first. */
export function presentHits(q: string, { run, correlated, keyed, batches, schedules }: LookupRows): LookupHit[] {
  const hits: LookupHit[] = run === null ? [] : [{ kind: 'run', run: presentSummary(run) }];
  if (correlated.length > 0) {
    const runs = correlated.slice(0, CORRELATED_SHOWN).map(presentSummary);
    hits.push({ kind: 'correlation', correlationId: q, runs, hasMore: correlated.length > CORRELATED_SHOWN });
  }
  return [
    ...hits,
    ...keyed.map((row): LookupHit => ({ kind: 'key', key: q, run: presentSummary(row) })),
    ...batches.map(
      (batch): LookupHit => ({
        kind: 'batch',
        batch: { ...batch, finishedAt: batch.finishedAt?.toISOString() ?? null },
      }),
    ),
    ...schedules.map((schedule): LookupHit => ({ kind: 'schedule', schedule })),
  ];
}
