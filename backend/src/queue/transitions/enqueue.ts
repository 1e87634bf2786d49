import type { Actor } from '@job-manager/client/actor';
import { checkOne } from '@job-manager/client/check-call';
import { enqueueRuns } from '@job-manager/client/enqueue';
import { ENQUEUE } from '@job-manager/client/enqueue-statement';
import type { RunRequest } from '@job-manager/client/request';
import { type Sql as ClientSql, rowsOf } from '@job-manager/client/sql';
import { isAllowed } from '@job-manager/shared/run';
import { despiteContention } from '../../store/contention.js';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, unknownRun } from '../errors.js';
import type { Registry } from '../registry.js';

export interface EnqueuePlace {
  sql: Sql;
  /** The caller's transaction, if the run is to be part of one. */
  theirs?: ClientSql;
  registry: Registry;
}

/** Queues a run of a job whose code is here; the statement is the client package's. */
export async function enqueueRun(
  { sql, theirs, registry }: EnqueuePlace,
  request: RunRequest,
  actor: Actor,
): Promise<{ run: RunRow; isNew: boolean }> {
  checkOne(request);
  registry.check(request.jobName, request.parameters ?? {});
  const place = theirs ?? (isPlain(request) ? prepared(sql) : sql);
  if (request.rerunOfId !== undefined) await checkRerun(place, request.rerunOfId);
  const options = { actor, notifies: theirs !== undefined, settingsOf: registry.settings };
  const send = () => enqueueRuns(place, [request], options);
  // In a transaction of the caller there is nothing to be sent again: it is broken.
  const { runs } = theirs ? await send() : await despiteContention(send);
  const [added] = runs;
  if (!added) throw new Error('A run was neither queued nor refused');
  const [run] = await rowsOf<RunRow>(place, `${selectRun('"JobRun"')} WHERE r.id = $1::bigint`, [added.jobRunId]);
  if (!run) throw new Error(`Run #${added.jobRunId} was purged while it was read`);
  return { run, isNew: added.isNew };
}

/** Looks for nothing in the table, so that a plan which was made while the table was small stays a good one. */
const isPlain = ({ unique, after }: RunRequest): boolean => unique === undefined && after === undefined;

/** Planned once per connection: planning takes longer than queueing a run. */
const prepared = (sql: Sql): ClientSql => ({
  query: (text, values) => sql.query(text === ENQUEUE ? { name: 'enqueue', text, values } : { text, values }),
});

/** A run's end never changes, so what is seen here still holds when the new run is inserted. */
async function checkRerun(sql: ClientSql, runId: string): Promise<void> {
  const rows = await rowsOf<Pick<RunRow, 'status'>>(sql, 'SELECT status FROM "JobRun" WHERE id = $1::bigint', [runId]);
  const status = rows[0]?.status;
  if (!status) throw unknownRun(runId);
  if (!isAllowed('rerun', status)) throw notAllowed('rerun', runId, status);
}
