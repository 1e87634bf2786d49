import type { JobDefinition, JobRunSummary } from '@job-manager/shared/contract/run';
import { presentQueued } from '../present/run.js';
import type { HasCode } from '../present/waiting.js';
import { readQueueFacts } from '../store/queue-facts.js';
import type { RunSummaryRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';

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
