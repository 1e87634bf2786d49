/** As much of a `pg` connection as writing needs. */
export interface Connection {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** The SQL type of each column that is written; the others keep their defaults. */
export type Columns<Row> = { [Column in keyof Row]?: string };

/** Large enough that round trips don't count, small enough that a message stays at a few megabytes. */
const ROWS_AT_ONCE = 5_000;

/**
 * Inserts all rows into a table, named as SQL does, with one statement per few thousand, each column as one array.
 * A number in a `timestamptz` column is milliseconds since 1970.
 */
export async function insertRows<Row extends object>(
  connection: Connection,
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
): Promise<void> {
  const entries = Object.entries(columns) as [keyof Row & string, string][];
  const names = entries.map(([name]) => `"${name}"`).join(', ');
  const arrays = entries.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  const sql = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`;
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const batch = rows.slice(start, start + ROWS_AT_ONCE);
    await connection.query(
      sql,
      entries.map(([name, type]) => batch.map((row) => toSql(row[name], type))),
    );
  }
}

function toSql(value: unknown, type: string): unknown {
  return type === 'timestamptz' && typeof value === 'number' ? new Date(value).toISOString() : value;
}
