/** Rows in one query of a long reading: enough that the way to the database and back hardly counts; each may take 15 kB. */
const CHUNK = 1_000;

/**
 * The first `most` rows of a long reading, chunk by chunk, so that no single statement or answer gets large.
 * `read` returns at most `limit` rows that come after the row with the id `before`.
 */
export async function* inChunks<Row extends { id: string }>(
  most: number,
  read: (page: { before?: string; limit: number }) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let before: string | undefined;
  for (let left = most; left > 0; left -= CHUNK) {
    const limit = Math.min(CHUNK, left);
    const rows = await read({ before, limit });
    if (rows.length > 0) yield rows;
    before = rows.at(-1)?.id;
    if (rows.length < limit) return;
  }
}
