import { randomUUID } from 'node:crypto';
import { registerRunner } from '../store/runners.js';
import type { Sql } from '../store/sql.js';

/** Registers a runner that no process stands behind, and returns its id. */
export async function someRunner(
  sql: Sql,
  more: { canRestart?: boolean; labels?: Record<string, string> } = {},
): Promise<string> {
  const id = randomUUID();
  await registerRunner(sql, { id, kind: 'WORKER', host: 'far', pid: 1, version: 'test', concurrency: 10, ...more });
  return id;
}
