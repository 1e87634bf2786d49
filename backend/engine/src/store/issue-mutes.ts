import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** An issue that is not shown for a while. */
interface IssueMuteRow {
  key: string;
  until: Date;
  /** It ends with the issue, if that is earlier. */
  untilClear: boolean;
  mutedBy: string | null;
}

/** At most so many at a time: the list of issues has 20. */
const MAX_MUTES = 1_000;
/** What is muted until it clears is shown again after this long in any case. */
const MAX_DAYS = 7;

/** What is muted now. Mutes whose time is over go, and those until it clears of issues that are not among `found`. */
export async function readIssueMutes(sql: Sql, found: readonly string[]): Promise<IssueMuteRow[]> {
  const { rows } = await sql.query<IssueMuteRow>(READ, [found]);
  return rows;
}

// Keeps a mute that was made after the issues were read: the read may be older than the issue.
const READ = `
WITH over AS (
  DELETE FROM "IssueMute" WHERE until <= clock_timestamp()
    OR ("untilClear" AND key <> ALL ($1::text[]) AND "mutedAt" < clock_timestamp() - interval '1 minute') RETURNING key
)
SELECT key, until, "untilClear", "mutedBy" FROM "IssueMute" WHERE until > clock_timestamp() AND key NOT IN (SELECT key FROM over)`;

/** What is muted now of so many keys. */
export async function readMutesOf(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, IssueMuteRow>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql.query<IssueMuteRow>(READ_OF, [keys]);
  return new Map(rows.map((mute) => [mute.key, mute]));
}

const READ_OF = `SELECT key, until, "untilClear", "mutedBy" FROM "IssueMute" WHERE key = ANY ($1::text[]) AND until > clock_timestamp()`;

/** Mutes an issue until a time, or until it clears; null shows it again. False where there are too many. */
export async function muteIssue(
  sql: Sql,
  key: string,
  until: Date | 'cleared' | null,
  person: AuditPerson,
): Promise<boolean> {
  const values = [key, until instanceof Date ? until : null, ...auditPersonValues(person)];
  const { rows } = await sql.query(until === null ? UNMUTE : MUTE, values);
  return until === null || rows.length > 0;
}

const audited = auditPerson(
  'changed',
  {
    action: 'issue.mute',
    target: 'key',
    details: `jsonb_build_object('mutedUntil', until, 'untilClear', "untilClear")`,
  },
  3,
);

const MUTE = `
WITH changed AS (
  INSERT INTO "IssueMute" AS m (key, until, "untilClear", "mutedBy")
  SELECT $1, coalesce($2::timestamptz, clock_timestamp() + interval '${MAX_DAYS} days'), $2 IS NULL, left($4::text, 254)
  WHERE (SELECT count(*) FROM "IssueMute") < ${MAX_MUTES}
  ON CONFLICT (key) DO UPDATE SET until = EXCLUDED.until, "untilClear" = EXCLUDED."untilClear", "mutedAt" = clock_timestamp(), "mutedBy" = EXCLUDED."mutedBy"
  RETURNING *
), audited AS (${audited}) SELECT FROM changed`;

const UNMUTE = `
WITH gone AS (DELETE FROM "IssueMute" WHERE key = $1 RETURNING key
), changed AS (SELECT key, $2::timestamptz AS until, false AS "untilClear" FROM gone
), audited AS (${audited}) SELECT FROM changed`;
