import { readQueueFacts } from '@job-manager/engine/store/queue-facts';
import type { RunSummaryRow } from '@job-manager/engine/store/run-row';
import type { Sql } from '@job-manager/engine/store/sql';
import type { JobDefinition, JobRunSummary } from '@job-manager/shared/contract/run';
import { presentQueued } from '../present/run.js';
import type { HasCode } from '../present/waiting.js';

export const hasCodeIn =
  (registry: { definitions(): JobDefinition[] }): HasCode =>
  (jobName) =>
    registry.definitions().some(({ name }) => name === jobName);

/** Runs of a list, the queued ones with why they wait; one query more where there are any of these. */
export async function presentQueuedRuns(
  sql: Sql,
  rows: readonly RunSummaryRow[],
  hasCode: HasCode,
): Promise<JobRunSummary[]> {
  const facts = await readQueueFacts(sql, rows);
  return rows.map((row) => presentQueued(row, facts, hasCode));
}
