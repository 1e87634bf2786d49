import type { GivenPreset, Preset } from '@job-manager/shared/contract/presets';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

export interface PresetRow
  extends Pick<Preset, 'id' | 'jobName' | 'name' | 'parameters' | 'options' | 'isShared' | 'rev'> {
  ownerId: number;
  owner: string;
  updatedAt: Date;
}

const selectPresets = (source: string): string =>
  `SELECT p.id, p."jobName", p.name, p.parameters, p.options, p."isShared", p.rev, p."ownerId", u.email AS owner, p."updatedAt"
   FROM ${source} p JOIN "User" u ON u.id = p."ownerId"`;

const MAX_LISTED = 1_000;
/** Of one job, over all people. */
export const MAX_PRESETS = 500;

/** Shared presets and those of a person, by job and name; of one job where it is named. `userId` is null for a token. */
export async function listPresets(sql: Sql, userId: number | null, jobName: string | null): Promise<PresetRow[]> {
  const found = await sql.query<PresetRow>(
    `${selectPresets('"SavedParameters"')} WHERE (p."isShared" OR p."ownerId" = $1) AND ($2::text IS NULL OR p."jobName" = $2)
     ORDER BY p."jobName", p."isShared", lower(p.name), p.id LIMIT ${MAX_LISTED}`,
    [userId, jobName],
  );
  return found.rows;
}

/** A preset that a person may see; null for none. */
export async function findPreset(sql: Sql, id: string, userId: number): Promise<PresetRow | null> {
  const found = await sql.query<PresetRow>(
    `${selectPresets('"SavedParameters"')} WHERE p.id = $1 AND (p."isShared" OR p."ownerId" = $2)`,
    [id, userId],
  );
  return found.rows[0] ?? null;
}

const audited = (source: string, action: 'preset.create' | 'preset.change' | 'preset.remove', first: number): string =>
  auditPerson(
    source,
    {
      action,
      target: '"jobName"',
      details: `jsonb_build_object('presetId', id, 'name', name, 'isShared', "isShared", 'parameters', parameters, 'options', options)`,
    },
    first,
  );

/** Saves a preset and writes its audit entry; null where the job has MAX_PRESETS. Throws 23505 for a name that is taken. */
export async function addPreset(sql: Sql, given: GivenPreset, owner: AuditPerson): Promise<PresetRow | null> {
  const { jobName, name, parameters, options, isShared } = given;
  const values = [jobName, name, JSON.stringify(parameters), JSON.stringify(options), isShared];
  const added = await sql.query<PresetRow>(ADD, [...values, ...auditPersonValues(owner)]);
  return added.rows[0] ?? null;
}

const ADD = `
WITH added AS (
  INSERT INTO "SavedParameters" ("jobName", name, parameters, options, "isShared", "ownerId")
  SELECT $1::varchar, $2, $3::jsonb, $4::jsonb, $5, $6
  WHERE (SELECT count(*) FROM "SavedParameters" WHERE "jobName" = $1::varchar) < ${MAX_PRESETS}
  RETURNING *
), audited AS (${audited('added', 'preset.create', 6)})
${selectPresets('added')}`;

/** Changes a preset and writes its audit entry; null, without a change, where its `rev` is another. */
export async function changePreset(
  sql: Sql,
  { id, rev }: { id: string; rev: number },
  given: Omit<GivenPreset, 'jobName'>,
  person: AuditPerson,
): Promise<PresetRow | null> {
  const { name, parameters, options, isShared } = given;
  const values = [id, rev, name, JSON.stringify(parameters), JSON.stringify(options), isShared];
  const changed = await sql.query<PresetRow>(CHANGE, [...values, ...auditPersonValues(person)]);
  return changed.rows[0] ?? null;
}

const CHANGE = `
WITH changed AS (
  UPDATE "SavedParameters" SET name = $3, parameters = $4::jsonb, options = $5::jsonb, "isShared" = $6, rev = rev + 1, "updatedAt" = clock_timestamp()
  WHERE id = $1 AND rev = $2 RETURNING *
), audited AS (${audited('changed', 'preset.change', 7)})
${selectPresets('changed')}`;

/** Removes a preset and writes its audit entry, with all that it held. */
export async function removePreset(sql: Sql, id: string, person: AuditPerson): Promise<void> {
  await sql.query(
    `WITH removed AS (DELETE FROM "SavedParameters" WHERE id = $1 RETURNING *)
     ${audited('removed', 'preset.remove', 2)}`,
    [id, ...auditPersonValues(person)],
  );
}
