/** A connection, a pool or a transaction that takes SQL as `pg` does; `prismaSql` makes one of Prisma. */
export interface Sql {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Sends a statement and reads its rows as texts, because a caller's connection may parse any other type in its own way.
 */
export async function rowsOf<Row>(sql: Sql, text: string, values: unknown[]): Promise<Row[]> {
  const { rows } = await sql.query(text, values);
  return rows as Row[];
}
