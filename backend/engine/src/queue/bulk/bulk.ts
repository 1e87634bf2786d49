import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { BulkAction, BulkFilter, BulkRequest } from '@job-manager/shared/contract/bulk';
import { allowedIn, type JobRunStatus } from '@job-manager/shared/run';
import { addBulkPreview, BULK_ROW, type BulkPreviewRow, type BulkRow, readBulk } from '../../store/bulk.js';
import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { Registry } from '../registry.js';
import { chooseRuns } from './choose-runs.js';

/** Acts on many runs. The caller may do to each of the runs what the action does. */
export interface Bulk {
  /** Keeps which runs an operation would touch, for 15 minutes; changes none of them. */
  preview(request: BulkRequest, actor: BulkActor): Promise<BulkPreviewRow>;
  /** The action that a preview of this caller is for; null where there is none any more. */
  actionOf(token: string, actor: Actor): Promise<BulkAction | null>;
  /**
   * Starts what was previewed, once; started before, it is answered as it is. A reason takes the place of that of the preview.
   * Null where there is no such preview.
   */
  begin(token: string, actor: Actor, reason?: string): Promise<BulkRow | null>;
  /** Stops an operation between two steps. One that has ended is answered as it is; null where there is none. */
  abort(id: string, actor: Actor): Promise<BulkRow | null>;
}

/** Who acts, and how the runs that are queued for them name it. */
export type BulkActor = Actor & { trigger: 'MANUAL' | 'API' };

interface BulkOptions {
  sql: Sql;
  registry: Registry;
  notifier: Notifier;
  /** The grace of a force-fail that names none; 30 s by default. */
  forceFailAfterMs?: number;
}

export function createBulk({ sql, registry, notifier, forceFailAfterMs = 30_000 }: BulkOptions): Bulk {
  return {
    preview: async (given, actor) => {
      const { action } = given;
      const request = action === 'forceFail' ? { graceMs: forceFailAfterMs, ...given } : given;
      const { selection, isCut, ...reach } = await chooseRuns(sql, request);
      const preview = await addBulkPreview(sql, request, {
        selection,
        statuses: statusesOf[action],
        known: action === 'rerun' ? [...registry.names(), ...registry.definitions().map(({ name }) => name)] : null,
        actor,
        createdBy: actor.email,
      });
      return { ...preview, ...reach, isCut: isCut || preview.isCut };
    },

    actionOf: async (token, actor) => {
      const { rows } = await sql.query<{ action: BulkAction }>(
        `SELECT action FROM "BulkOperation" WHERE ${OF_CALLER}`,
        callerValues(token, actor),
      );
      return rows[0]?.action ?? null;
    },

    begin: async (token, actor, reason) => {
      const values = [...callerValues(token, actor), ...auditValues(actor), reason || null];
      const { rows } = await sql.query<BulkRow>(BEGIN, values);
      if (rows[0]) {
        notifier.bulkStarted();
        return rows[0];
      }
      const started = await sql.query<BulkRow>(
        `SELECT ${BULK_ROW} FROM "BulkOperation" WHERE ${OF_CALLER} AND state <> 'PREVIEWED'`,
        callerValues(token, actor),
      );
      return started.rows[0] ?? null;
    },

    abort: async (id, actor) => {
      const { rows } = await sql.query<BulkRow>(ABORT, [id, ...auditValues(actor)]);
      return rows[0] ?? readBulk(sql, id);
    },
  };
}

const statusesOf: Record<BulkAction, readonly JobRunStatus[]> = {
  cancel: allowedIn.cancel,
  purge: allowedIn.reschedule,
  reschedule: allowedIn.reschedule,
  rerun: allowedIn.rerun,
  forceFail: allowedIn.forceFail,
};

const PREVIEW_MINUTES = 15;

const OF_CALLER = `token = $1::uuid AND actor ->> 'userId' IS NOT DISTINCT FROM $2::text AND actor ->> 'tokenId' IS NOT DISTINCT FROM $3::text`;
const callerValues = (token: string, { userId, tokenId }: Actor): unknown[] => [
  token,
  userId === null ? null : String(userId),
  tokenId,
];

const audited = (source: string, action: 'bulk.start' | 'bulk.abort', first: number, details: string): string => `
  INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
  SELECT $${first}::int, left($${first + 1}::text, 254), '${action}', action || ' #' || id, $${first + 2}::text, $${first + 3}::text, $${first + 4}::uuid,
    ${details} FROM ${source}`;

/** One without runs has ended as soon as it begins. */
const BEGIN = `
WITH begun AS (
  UPDATE "BulkOperation" SET state = CASE total WHEN 0 THEN 'DONE' ELSE 'RUNNING' END::"BulkState", "startedAt" = clock_timestamp(),
    "finishedAt" = CASE total WHEN 0 THEN clock_timestamp() END,
    request = request || jsonb_strip_nulls(jsonb_build_object('reason', $9::text))
  WHERE ${OF_CALLER} AND state = 'PREVIEWED' AND "createdAt" > clock_timestamp() - interval '${PREVIEW_MINUTES} minutes'
  RETURNING *
), audited AS (${audited(
  'begun',
  'bulk.start',
  4,
  `jsonb_build_object('operationId', id::text, 'runs', total) || jsonb_strip_nulls((request - 'ids') || jsonb_build_object('named', jsonb_array_length(request -> 'ids')))`,
)})
SELECT ${BULK_ROW} FROM begun`;

const ABORT = `
WITH aborted AS (
  UPDATE "BulkOperation" SET state = 'ABORTED', "abortedBy" = left($3::text, 254), "finishedAt" = clock_timestamp(), "runIds" = '{}'
  WHERE id = $1::bigint AND state = 'RUNNING' RETURNING *
), audited AS (${audited(
  'aborted',
  'bulk.abort',
  2,
  `jsonb_build_object('operationId', id::text, 'runs', total, 'done', done, 'skipped', skipped)`,
)})
SELECT ${BULK_ROW} FROM aborted`;

/** Of an active filter: whether only runs that still wait are meant. */
export const isForWaiting = ({ action, filter }: { action: BulkAction; filter?: BulkFilter }): boolean =>
  action === 'purge' || (filter?.state !== undefined && filter.state !== 'running');
