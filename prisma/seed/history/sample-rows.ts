import type { Connection } from '../bulk-insert.js';
import { tableInSql } from '../tables.js';

export const SAMPLE_ROW = tableInSql('SampleRow');

/** Who made it, where the panel shows a name. */
export const SAMPLE = 'sample data';

/** Notes that these rows were invented. */
export async function mark(connection: Connection, kind: string, ids: readonly string[]): Promise<void> {
  await connection.query(`INSERT INTO ${SAMPLE_ROW} (kind, id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`, [
    kind,
    ids,
  ]);
}

/** Large enough that round trips don't count, small enough that a message stays at a few megabytes. */
const ROWS_AT_ONCE = 4_000;

/** Inserts rows of one shape; columns that they don't name keep their defaults. */
export async function insertAsJson(
  connection: Connection,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
    .map((name) => `"${name}"`)
    .join(', ');
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await connection.query(
      `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"${table}", $1)`,
      [JSON.stringify(rows.slice(start, start + ROWS_AT_ONCE))],
    );
  }
}
