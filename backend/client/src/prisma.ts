import type { Sql } from './sql.js';

/** What we use of an interactive transaction of Prisma, or of its client. */
interface PrismaRaw {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown>;
}

/** Lets statements run in a transaction of Prisma: `prisma.$transaction((tx) => jobs.enqueue(…, { sql: prismaSql(tx) }))`. */
export function prismaSql(tx: PrismaRaw): Sql {
  return {
    query: async (text, values) => {
      const rows = (await tx.$queryRawUnsafe(text, ...values)) as Record<string, unknown>[];
      return { rows: rows.map(asPgHasIt) };
    },
  };
}

/** 64-bit numbers are texts in pg and bigints in Prisma. */
const asPgHasIt = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );
