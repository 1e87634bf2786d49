import type { GivenView, SavedView, ViewPage } from '@job-manager/shared/contract/views';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

export interface ViewRow extends Omit<SavedView, 'isMine' | 'updatedAt'> {
  ownerId: number;
  updatedAt: Date;
}

const selectViews = (source: string): string =>
  `SELECT v.id, v.page, v.name, v.query, v."isShared", v."isPinned", v.rev, v."ownerId", u.email AS owner, v."updatedAt"
   FROM ${source} v JOIN "User" u ON u.id = v."ownerId"`;

const MAX_LISTED = 1_000;
/** Of one list, over all people. */
export const MAX_VIEWS = 500;

/** Shared views and those of a person, by list and name; of one list where it is named. `userId` is null for a token. */
export async function listViews(sql: Sql, userId: number | null, page: ViewPage | null): Promise<ViewRow[]> {
  const found = await sql.query<ViewRow>(
    `${selectViews('"SavedView"')} WHERE (v."isShared" OR v."ownerId" = $1) AND ($2::text IS NULL OR v.page = $2)
     ORDER BY v.page, v."isShared", lower(v.name), v.id LIMIT ${MAX_LISTED}`,
    [userId, page],
  );
  return found.rows;
}

/** A view that a person may see; null for none. */
export async function findView(sql: Sql, id: string, userId: number): Promise<ViewRow | null> {
  const found = await sql.query<ViewRow>(
    `${selectViews('"SavedView"')} WHERE v.id = $1 AND (v."isShared" OR v."ownerId" = $2)`,
    [id, userId],
  );
  return found.rows[0] ?? null;
}

const audited = (source: string, action: 'view.create' | 'view.change' | 'view.remove', first: number): string =>
  auditPerson(
    source,
    {
      action,
      target: 'name',
      details: `jsonb_build_object('viewId', id, 'page', page, 'query', query, 'isShared', "isShared", 'isPinned', "isPinned")`,
    },
    first,
  );

/** Saves a view and writes its audit entry; null where its list has MAX_VIEWS. Throws 23505 for a name that is taken. */
export async function addView(sql: Sql, given: GivenView, owner: AuditPerson): Promise<ViewRow | null> {
  const { page, name, query, isShared, isPinned } = given;
  const added = await sql.query<ViewRow>(ADD, [page, name, query, isShared, isPinned, ...auditPersonValues(owner)]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "SavedView" (page, name, query, "isShared", "isPinned", "ownerId")
  SELECT $1::varchar, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM "SavedView" WHERE page = $1::varchar) < ${MAX_VIEWS}
  RETURNING *
), audited AS (${audited('added', 'view.create', 6)})
${selectViews('added')}`;

/** Changes a view and writes its audit entry; null, without a change, where its `rev` is another. */
export async function changeView(
  sql: Sql,
  { id, rev }: { id: string; rev: number },
  given: Omit<GivenView, 'page'>,
  person: AuditPerson,
): Promise<ViewRow | null> {
  const { name, query, isShared, isPinned } = given;
  const values = [id, rev, name, query, isShared, isPinned, ...auditPersonValues(person)];
  const changed = await sql.query<ViewRow>(CHANGE, values);
  return changed.rows[0] ?? null;
}

const CHANGE = `
WITH changed AS (
  UPDATE "SavedView" SET name = $3, query = $4, "isShared" = $5, "isPinned" = $6, rev = rev + 1, "updatedAt" = clock_timestamp()
  WHERE id = $1 AND rev = $2 RETURNING *
), audited AS (${audited('changed', 'view.change', 7)})
${selectViews('changed')}`;

/** Removes a view and writes its audit entry, with all that it held. */
export async function removeView(sql: Sql, id: string, person: AuditPerson): Promise<void> {
  await sql.query(
    `WITH removed AS (DELETE FROM "SavedView" WHERE id = $1 RETURNING *)
     ${audited('removed', 'view.remove', 2)}`,
    [id, ...auditPersonValues(person)],
  );
}
