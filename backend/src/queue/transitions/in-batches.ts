import { isContention } from '../../store/faults.js';

/** Repeats a statement that changes at most `most` rows until none are left, and returns all that it changed. */
export async function inBatches<Row>(most: number, change: () => Promise<Row[]>): Promise<Row[]> {
  const changed: Row[] = [];
  for (;;) {
    const batch = await change().catch((error) => {
      if (isContention(error)) return null;
      throw error;
    });
    changed.push(...(batch ?? []));
    if (batch !== null && batch.length < most) return changed;
  }
}
